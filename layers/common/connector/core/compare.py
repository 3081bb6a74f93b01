"""Field by field: what was sent against what the other system holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

from connector.core.errors import Code, Violation
from connector.core.record import Record, Ref, Row, rows


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    label: str
    ours: str
    theirs: str
    more: str = ""
    """What a line is called that only they have."""

    def violation(self) -> Violation:
        return Violation(
            code=Code.READ_BACK_DIFFERS,
            field=self.field,
            message=f"{self.label}: {self.ours or 'nothing'} was sent, Intacct holds {self.theirs or 'nothing'}.",
        )


type Unread = Mapping[type[Record], frozenset[str]]
"""Fields by record that were not read, because the Intacct company does not have them."""


@dataclass(frozen=True, slots=True)
class _Side:
    """What is compared on one side: the rows with their names here and there, what counts of a value, and whether a value where none
    was sent is a difference."""

    asked: Callable[[type[Record]], tuple[tuple[Row, str, str], ...]]
    seen: Callable[[Any], object]
    whole: bool


def compare(sent: Record, held: Record, unread: Unread | None = None) -> list[Difference]:
    """The differences in every row that Intacct can be asked for. Lines are paired by their identity row, else by position."""
    return list(_differences(_HELD, sent, held, "", unread or {}))


def edited(sent: Record, now: Record) -> list[Difference]:
    """Likewise of what was sent against what would be sent now of the same Procore record (``theirs``): every row that Intacct is told of,
    but for what follows from records that have moved on meanwhile."""
    return list(_differences(_SENT, sent, now, "", {}))


def remapped(before: Record, after: Record) -> list[Difference]:
    """What Intacct would be told otherwise: the same record completed under two settings (``ours``, ``theirs``), by every row it is
    told of."""
    return list(_differences(_WRITTEN, before, after, "", {}))


def _differences(side: _Side, sent: Record, held: Record, where: str, unread: Unread) -> Iterator[Difference]:
    left_out = unread.get(type(sent), frozenset())
    all_ours, all_theirs = sent.__dict__, held.__dict__
    for row, name, field in side.asked(type(sent)):
        ours, theirs = all_ours[name], all_theirs[name]
        if field in left_out:
            continue
        if row.lines is not None:
            yield from _lines(side, row, ours, theirs, where, unread)
        elif ours != theirs and ((seen := side.seen(ours)) is not None or side.whole) and seen != side.seen(theirs):
            yield Difference(where + name, row.label, shown(ours), shown(theirs))


@cache
def _asked(record: type[Record]) -> tuple[tuple[Row, str, str], ...]:
    """The rows that Intacct can be asked for, with their names here and there."""
    return tuple((row, row.name, row.intacct.read) for row in rows(record) if row.intacct is not None and row.intacct.read is not None)


@cache
def _told(record: type[Record]) -> tuple[tuple[Row, str, str], ...]:
    """The rows that Intacct is told of and Procore, or a rule, gives; lines only where Procore says which there are."""
    return tuple(
        (row, row.name, row.name) for row in rows(record) if row.intacct is not None and not _follows(row) and not _lines_follow(row)
    )


@cache
def _written(record: type[Record]) -> tuple[tuple[Row, str, str], ...]:
    """The rows that Intacct is told of: by their own element, or, filled here and without one, by another function of the request."""
    told = (row for row in rows(record) if (row.intacct.write is not None if row.intacct is not None else row.origin is not None))
    return tuple((row, row.name, row.name) for row in told)


def _follows(row: Row) -> bool:
    return row.procore is None and row.origin is not None and (row.origin.kind == "made by the connector" or bool(row.origin.objects))


def _lines_follow(row: Row) -> bool:
    return row.lines is not None and any(line.identity and _follows(line) for line in rows(row.lines))


def _lines(side: _Side, row: Row, ours: tuple[Record, ...], theirs: tuple[Record, ...], where: str, unread: Unread) -> Iterator[Difference]:
    assert row.lines is not None  # noqa: S101 -- only called for rows of lines
    key = next((line_row.name for line_row in rows(row.lines) if line_row.identity), None)
    unmatched: dict[str, list[Record]] = {}
    for number, line in enumerate(theirs):
        unmatched.setdefault(_key(line, key, number), []).append(line)
    for number, line in enumerate(ours):
        path = f"{where}{row.name}[{number + 1}]"
        twins = unmatched.get(_key(line, key, number))
        if twins:
            yield from _differences(side, line, twins.pop(0), f"{path}.", unread)
        else:
            yield Difference(path, row.label, "this line", "")
    for extra in (name for name, lines in unmatched.items() for _ in lines):
        yield Difference(f"{where}{row.name}", row.label, "", f"a line more ({extra})", more=extra)


def _key(line: Record, key: str | None, number: int) -> str:
    return str(getattr(line, key)) if key else str(number)


def _seen(value: Any) -> object:
    """What counts when two values are compared: a reference by Intacct's id, an empty text like none, a Decimal by value."""
    if isinstance(value, Ref):
        return value.intacct or None
    return None if value == "" else value


def _known(value: Any) -> object:
    """Likewise on Procore's side: a reference by Procore's id."""
    if isinstance(value, Ref):
        return value.procore or None
    return None if value == "" else value


_HELD: Final = _Side(asked=_asked, seen=_seen, whole=False)
_SENT: Final = _Side(asked=_told, seen=_known, whole=True)
_WRITTEN: Final = _Side(asked=_written, seen=_seen, whole=True)


def shown(value: Any) -> str:
    """A value as text for people."""
    match value:
        case None:
            return ""
        case Ref():
            return value.intacct or value.label or value.procore
        case Decimal():
            return format(value, "f")
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
