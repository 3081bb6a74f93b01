"""Drift: what a record that was synced looks like now, in Procore and in Intacct, beside what was exported.

A look compares both sides with what was exported, row by row (:mod:`connector.core.compare`); a side may also be void or gone. What a
person has accepted is left out of what is found later, for as long as it stays exactly as it was accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Final

from connector.core.codecs import MONEY
from connector.core.compare import Difference
from connector.core.fingerprint import digest
from connector.core.item import Value
from connector.core.record import Record, Row, rows

_NUMBER: Final = re.compile(r"\[(\d+)\]")
MISSING: Final = "there is none"
"""What a side says of a line, or a record, that it does not have (any more)."""


class Standing(StrEnum):
    """How a side stands to what was exported."""

    SAME = "as exported"
    EDITED = "edited"
    VOID = "void"
    GONE = "gone"


class DriftRow(Value):
    """One field. A value is None on a side that does not keep the field; ``money`` is an amount that a correction is worth."""

    field: str
    label: str
    procore: str | None
    intacct: str | None
    export: str
    money: bool

    def differs(self, side: str) -> bool:
        value: str | None = getattr(self, side)
        return value is not None and value != self.export


class Finding(Value):
    """What one look found: nothing, where both sides stand as exported."""

    procore: Standing
    intacct: Standing
    rows: tuple[DriftRow, ...]

    @property
    def nothing(self) -> bool:
        return self.procore is Standing.SAME and self.intacct is Standing.SAME

    @property
    def mark(self) -> str:
        """The same for the same finding, however often it is made."""
        return digest(self.model_dump(mode="json"))

    def without(self, accepted: Finding) -> Finding:
        """What is left of it beside what was accepted."""
        known = {(row.field, row.procore, row.intacct) for row in accepted.rows}
        left = tuple(row for row in self.rows if (row.field, row.procore, row.intacct) not in known)
        sides = {
            name: Standing.SAME if now is was or (now is Standing.EDITED and not any(row.differs(name) for row in left)) else now
            for name, now, was in (("procore", self.procore, accepted.procore), ("intacct", self.intacct, accepted.intacct))
        }
        edited = {name: Standing.EDITED for name, now in sides.items() if now is Standing.SAME and any(row.differs(name) for row in left)}
        return Finding(rows=left, **{**sides, **edited})

    def beside(self, before: Finding) -> Finding:
        """Both together; what this one says of a field goes before what the other does."""
        own = {row.field for row in self.rows}
        sides = {
            name: now if now is not Standing.SAME else was
            for name, now, was in (("procore", self.procore, before.procore), ("intacct", self.intacct, before.intacct))
        }
        return Finding(rows=(*self.rows, *(row for row in before.rows if row.field not in own)), **sides)


def rows_of(record: type[Record], ours: Iterable[Difference], theirs: Iterable[Difference]) -> tuple[DriftRow, ...]:
    """The differences of both sides against the same exported record, one row for each field: ``ours`` are Procore's."""
    found: dict[tuple[str, str], dict[str, Difference]] = {}
    for side, differences in (("procore", ours), ("intacct", theirs)):
        for each in differences:
            # Lines that are one more on a side share their field.
            found.setdefault((each.field, each.more), {})[side] = each
    return tuple(_row(record, field, sides) for (field, _), sides in found.items())


def _row(record: type[Record], field: str, sides: dict[str, Difference]) -> DriftRow:
    first = next(iter(sides.values()))
    row = row_at(record, field)
    a_line = row is not None and row.lines is not None
    exported = first.ours or (MISSING if a_line else "")
    values: dict[str, str | None] = {name: each.theirs or (MISSING if a_line else "") for name, each in sides.items()}
    kept = {"procore": row is None or _from_procore(row), "intacct": row is None or _in_intacct(row)}
    for name, is_kept in kept.items():
        values.setdefault(name, exported if is_kept else None)
    return DriftRow(
        field=field,
        label=label_at(field, first.label),
        procore=values["procore"],
        intacct=values["intacct"],
        export=exported,
        money=row is not None and row.type is Decimal and any(each and each.codec is MONEY for each in (row.procore, row.intacct)),
    )


def label_at(path: str, label: str) -> str:
    """``Line 2: Amount`` for ``lines[2].amount``."""
    number = _NUMBER.search(path)
    return f"Line {number[1]}: {label}" if number and not path.endswith("]") else f"Line {number[1]}" if number else label


def labels(record: type[Record], fields: Iterable[str]) -> tuple[str, ...]:
    """The names of what an item keeps of a finding, as people know them: ``Line 2: Amount``."""
    named = ((field, row_at(record, field)) for field in fields)
    return tuple(label_at(field, row.label if row else _worded(field)) for field, row in named)


def _worded(field: str) -> str:
    """Of what no row declares: a place in Procore's record, or a label already."""
    return field if " " in field else field.rpartition(".")[2].replace("_", " ").capitalize()


def row_at(record: type[Record], path: str) -> Row | None:
    """The row that a path names; that of the lines for a line as a whole."""
    here: type[Record] | None = record
    found = None
    for name in _NUMBER.sub("", path).split("."):
        found = next((row for row in rows(here) if row.name == name), None) if here else None
        here = found.lines if found else None
    return found


def _from_procore(row: Row) -> bool:
    return row.procore is not None or (row.origin is not None and row.origin.kind == "rule")


def _in_intacct(row: Row) -> bool:
    return row.intacct is not None and row.intacct.read is not None
