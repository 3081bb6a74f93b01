"""Texts that people, or whoever means harm, may write into a field, and the fields of a record that take text."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connector.core.codecs import TEXT
from connector.core.item import Item
from connector.core.record import Record, Row, rows
from connector.engine.world import Door, Room, Source
from connector.ports import Json

MARKUP: Final = ("</a><b c='d\">", "]]>&amp;&lt;", "<!--", "<![CDATA[x", "&#0;&x;", "<?x y?>")
"""Short, because some fields are."""
SIGNS: Final = ("a\tb", "a\nb", "a\rb", "é\U0001f3d7 ", "\u202eb\u2028", "x\u0085y")
"""Odd, and still texts that XML carries."""
FORBIDDEN: Final = ("a\x00b", "a\x0bb", "a\x1bb", "a\ufffeb")
"""What XML 1.0 cannot carry in any spelling."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A text row that Procore shows and Intacct is told; ``line`` names the lines that it belongs to."""

    line: str
    row: Row

    @property
    def field(self) -> str:
        return f"{self.line}[1].{self.row.name}" if self.line else self.row.name

    def __str__(self) -> str:
        return self.field


def places(record: type[Record]) -> list[Place]:
    lines = [(row.name, row.lines) for row in rows(record) if row.lines is not None]
    return [
        Place(line=line, row=row)
        for line, owner in [("", record), *lines]
        for row in rows(owner)
        if row.type is str and row.procore and row.procore.read and row.procore.codec is TEXT and row.intacct and row.intacct.write
    ]


class ForgedDoor:
    """Shows the record with other texts in its fields: what somebody wrote there in Procore."""

    def __init__(self, door: Door, record: type[Record], texts: Mapping[str, str]) -> None:
        self._door, self._record, self._texts = door, record, texts

    def reading_once(self) -> ForgedDoor:
        return ForgedDoor(self._door.reading_once(), self._record, self._texts)

    def fetch(self, room: Room, source: Source) -> tuple[str, dict[str, Json]]:
        kind, shown = self._door.fetch(room, source)
        if room.record is not self._record:
            return kind, shown
        forged: dict[str, Any] = json.loads(json.dumps(shown, default=str))
        for place in places(room.record):
            if place.field in self._texts:
                _put(forged, room.record, place, self._texts[place.field])
        return kind, forged

    def write_back(
        self, room: Room, item: Item, *, origin: str, code: str, lines: Mapping[str, str], shown: Mapping[str, Json] | None = None
    ) -> None:
        self._door.write_back(room, item, origin=origin, code=code, lines=lines, shown=shown)

    def take_off(self, room: Room, item: Item, *, origin: str, lines: Collection[str]) -> None:
        self._door.take_off(room, item, origin=origin, lines=lines)


def _put(tree: dict[str, Any], record: type[Record], place: Place, text: str) -> None:
    assert place.row.procore is not None
    assert place.row.procore.read is not None
    here: Any = tree
    if place.line:
        lines = next(row for row in rows(record) if row.name == place.line)
        assert lines.procore is not None
        for step in (lines.procore.read or "").split("."):
            here = here.get(step) or []
        if not here:
            return
        here = here[0]
    *outer, last = place.row.procore.read.split(".")
    for step in outer:
        if not isinstance(here.get(step), dict):
            here[step] = {}
        here = here[step]
    here[last] = text
