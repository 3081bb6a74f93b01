"""The page of one item: what changes, what is checked, what will be created, who did what. Shown as it was kept, never looked up anew."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from connector.core.item import HistoryEntry, Item, State, first_break
from connector.core.unusual import Unusual
from connector.ports import Json
from connector.presentation.formats import Formats
from connector.presentation.letters import noun
from connector.presentation.unusual_words import sentence

REASONS: Final = ("Wrong coding", "Wrong amount", "Wrong vendor", "Duplicate", "Not yet", "Other")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_COLUMNS: Final = ("description", "cost_code", "cost_type", "item", "quantity", "unit", "unit_cost", "retainage_percent", "amount")
"""Columns of the lines' table, where a record has them; the other values of a line stand under it."""
_NUMBERS: Final = frozenset({"quantity", "unit_cost", "retainage_percent", "amount"})
_OF_UNITS: Final = frozenset({"quantity", "unit", "unit_cost"})
_WORDS: Final = {
    State.DRAFT: ("draft", "Draft", "off"),
    State.WAITING: ("clock", "Waiting for you", "wait"),
    State.APPROVED: ("box", "Approved", "run"),
    State.EXPORTING: ("right", "On its way", "run"),
    State.SYNCED: ("check", "In Intacct", "ok"),
    State.REJECTED: ("back", "Rejected", "warn"),
    State.RETRIEVED: ("back", "Taken back", "off"),
    State.FAILED: ("cross", "Failed", "bad"),
    State.STALE: ("again", "Changed", "warn"),
    State.BLOCKED: ("pause", "Waits for another", "warn"),
    State.STAGED: ("box", "Waits for you", "wait"),
    State.IMPORTED: ("check", "Imported", "ok"),
    State.LINKED: ("link", "Linked", "ok"),
    State.ARCHIVED: ("box", "Archived", "off"),
    State.INVALID: ("warn", "Refused", "bad"),
}


@dataclass(frozen=True, slots=True)
class Pill:
    """``sign`` is a symbol of ``templates/icons.html``."""

    sign: str
    words: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    label: str
    value: str
    number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``cells`` are its columns of the table, ``rest`` its other values."""

    number: int
    cells: tuple[Cell, ...]
    rest: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """Everything the template shows, in words. ``done`` says that it is in Intacct; ``unusual`` is None where nobody is to decide."""

    heading: str
    party: str
    project: str
    sent: str
    pill: Pill
    done: bool
    money: str
    new_record: str
    effects: tuple[tuple[str, str, str, str], ...]
    checks: tuple[Mapping[str, str], ...]
    needs: tuple[Mapping[str, str], ...]
    unusual: tuple[str, ...] | None
    fields: tuple[Mapping[str, str], ...]
    columns: tuple[Cell, ...]
    lines: tuple[Line, ...]
    choices: tuple[Mapping[str, str], ...]
    attached: tuple[str, ...]
    attached_words: str
    request: str
    history: tuple[tuple[str, str, str, str], ...]
    broken: int | None

    @property
    def approve_words(self) -> str:
        what = self.money or self.party
        all_of_them = "both" if len(self.needs) == 1 else f"all {len(self.needs) + 1}"
        return f"Approve {all_of_them}, in this order: {what}" if self.needs else f"Approve {what}"

    @property
    def shown_needs(self) -> str:
        """The fingerprints under which what goes first is shown, as the form sends them back."""
        return json.dumps({need["item"]: need["fingerprint"] for need in self.needs})

    @property
    def decidable(self) -> bool:
        """Nothing is decided on a history that does not hold, or against a broken rule."""
        return self.broken is None and not self.checks


def build(
    item: Item,
    preview: Mapping[str, Json],
    history: Sequence[HistoryEntry],
    formats: Formats,
    *,
    yours: bool = True,
    unusual: Sequence[Unusual] | None = None,
) -> ItemPage:
    """The page of an item under the preview that is kept for it; ``yours`` is whether its reader may decide it, ``unusual`` what an
    approver should look at twice, None where it does not wait."""
    columns = _columns(preview["lines"])
    attachments: Mapping[str, Any] = preview.get("attachments", {})
    what = noun(item)
    return ItemPage(
        heading=f"{what} {item.number}",
        party=item.party or item.title,
        project=item.project_name,
        sent=_sent(item, history, formats),
        pill=pill(item.state, yours=yours, differs=item.drift is not None),
        done=item.state is State.SYNCED,
        money=formats.money(item.amount) if item.amount else "",
        new_record="" if preview["effects"] else f"A new {what.lower()} in Intacct.",
        effects=tuple(_effect(effect, formats) for effect in preview["effects"]),
        checks=tuple(preview["checks"]),
        needs=tuple(preview["needs"]),
        unusual=None if unusual is None else tuple(sentence(each, formats) for each in unusual),
        fields=tuple({"name": "", **field, "value": _value(field, formats)} for field in preview["fields"]),
        columns=tuple(columns.values()),
        lines=tuple(_line(number, line, tuple(columns), formats) for number, line in enumerate(preview["lines"], start=1)),
        choices=tuple(preview["choices"]),
        attached=tuple(attachments.get("files", ())),
        attached_words=attachments.get("words", ""),
        request=preview["request"],
        history=tuple(_entry(entry, formats) for entry in reversed(history)),
        broken=first_break(history, head=item.history_head, count=item.history_count),
    )


def _sent(item: Item, history: Sequence[HistoryEntry], formats: Formats) -> str:
    at = next((entry.at for entry in reversed(history) if entry.what.startswith("sent")), item.since)
    return f"Sent by {item.sent_by_name}, {formats.moment(at)}" if item.sent_by_name else f"Since {formats.moment(item.since)}"


def pill(state: State, *, yours: bool = True, differs: bool = False) -> Pill:
    """``yours`` is whether what waits does so for the reader, ``differs`` whether what is synced does from what was exported."""
    if state is State.SYNCED and differs:
        return Pill("differs", "Differs", "warn")
    if state is State.WAITING and not yours:
        return Pill("clock", "Waiting", "wait")
    return Pill(*_WORDS[state])


def changes(before: Mapping[str, Json], after: Mapping[str, Json], formats: Formats) -> list[tuple[str, str, str]]:
    """What differs between two previews of an item: label, value then, value now."""
    then, now = _by_path(before), _by_path(after)
    places = [place for place in {**then, **now} if (then.get(place) or {}).get("value") != (now.get(place) or {}).get("value")]
    return [
        (_place(place, (now.get(place) or then[place])["label"]), _shown(then.get(place), formats), _shown(now.get(place), formats))
        for place in places
    ]


def _by_path(preview: Mapping[str, Json]) -> dict[str, Mapping[str, str]]:
    return {field["path"]: field for fields in (preview["fields"], *preview["lines"]) for field in fields}


def _place(path: str, label: str) -> str:
    line = re.match(r"\w+\[(\d+)\]", path)
    return f"Line {line[1]}, {label.lower()}" if line else label


def _shown(field: Mapping[str, str] | None, formats: Formats) -> str:
    return _value(field, formats) if field and field["value"] else "none"


def _effect(effect: Mapping[str, str], formats: Formats) -> tuple[str, str, str, str]:
    before, after = Decimal(effect["before"]), Decimal(effect["after"])
    return effect["label"], formats.money(before), formats.money(after - before, signed=True), formats.money(after)


def _columns(lines: Sequence[Sequence[Mapping[str, str]]]) -> dict[str, Cell]:
    """The columns that any line fills, by name. Where every quantity is one, the amount says it all."""
    labels = {_name(field): field["label"] for line in lines for field in line if field["value"]}
    by_unit = any(_name(field) == "quantity" and field["value"] not in {"", "1"} for line in lines for field in line)
    shown = [name for name in _COLUMNS if name in labels and (by_unit or name not in _OF_UNITS)]
    return {name: Cell(label=labels[name], value="", number=name in _NUMBERS) for name in shown}


def _line(number: int, line: Sequence[Mapping[str, Any]], columns: Sequence[str], formats: Formats) -> Line:
    cells = {_name(field): Cell(label=field["label"], value=_value(field, formats), number=_name(field) in _NUMBERS) for field in line}
    return Line(
        number=number,
        cells=tuple(cells.get(name, Cell(label="", value="")) for name in columns),
        rest=tuple(cell for name, cell in cells.items() if name not in columns),
    )


def _name(field: Mapping[str, str]) -> str:
    return field["path"].rpartition(".")[2]


def _value(field: Mapping[str, str], formats: Formats) -> str:
    """A day and an amount as people write them; every other value to the letter, as it will stand in Intacct."""
    name, value = _name(field), field["value"]
    if name == "amount":
        return formats.money(value)
    return formats.day(value) if _DAY.fullmatch(value) and name != "number" else value


def _entry(entry: HistoryEntry, formats: Formats) -> tuple[str, str, str, str]:
    return (
        formats.moment(entry.at),
        entry.who,
        entry.what,
        entry.detail.get("reason") or entry.detail.get("note") or entry.detail.get("why", ""),
    )
