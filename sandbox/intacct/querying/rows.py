"""Rows as XML, JSON or CSV: read in bulk, because a page has 2,000 of them and is the yardstick of other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from sandbox.intacct.answers import escape
from sandbox.intacct.formats import date_to_wire, stamp_to_wire
from sandbox.intacct.querying.paths import Path
from sandbox.intacct.schema import DataType
from sandbox.intacct.store import Table

Values = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of an answer: its tag, and where its values come from."""

    tag: str
    path: Path


def table_of(table: Table, columns: Sequence[Column], records: Iterable[int], offset_minutes: int) -> list[Values]:
    """The values of these columns for these records, as the wire shows them."""
    if all(column.path.direct for column in columns):
        rows = _read_direct(table, tuple(column.path.name for column in columns), records)
    else:
        readers = [column.path.read for column in columns]
        rows = [tuple([read(row) for read in readers]) for row in table.each(records)]
    return to_wire(rows, [column.path.field.type for column in columns], offset_minutes)


def _read_direct(table: Table, names: tuple[str, ...], records: Iterable[int]) -> list[Values]:
    stored, block = table.rows, table.block
    pick = itemgetter(*names)
    single = len(names) == 1
    make = block.reader(names) if block is not None else None
    found: list[Values] = []
    for record in records:
        row = stored.get(record)
        if row is None and make is not None:
            found.append(make(record))
        elif row is not None:
            found.append((pick(row),) if single else pick(row))
    return found


def to_wire(rows: list[Values], types: Sequence[DataType], offset_minutes: int) -> list[Values]:
    """Dates and timestamps as the user writes them; all else is as it is."""
    dates = [number for number, kind in enumerate(types) if kind == "DATE"]
    stamps = [number for number, kind in enumerate(types) if kind == "TIMESTAMP"]
    if not dates and not stamps:
        return rows
    shown: list[Values] = []
    for values in rows:
        changed = list(values)
        for number in dates:
            changed[number] = date_to_wire(values[number])
        for number in stamps:
            changed[number] = stamp_to_wire(values[number], offset_minutes)
        shown.append(tuple(changed))
    return shown


def as_xml(tag: str, names: Sequence[str], rows: Iterable[Values]) -> str:
    """One element per row with one element per column."""
    inside = "".join(f"<{name}>%s</{name}>" for name in names)
    template = f"<{tag}>{inside}</{tag}>"
    parts: list[str] = []
    for values in rows:
        joined = "\0".join(values)
        escaped = escape(joined)
        parts.append(template % (values if escaped is joined else tuple(escaped.split("\0"))))
    return "".join(parts)


def as_json(names: Sequence[str], rows: Iterable[Values]) -> str:
    """A list of objects; every value is a text [D queries, response data format]."""
    return json.dumps([dict(zip(names, values, strict=True)) for values in rows])


def as_csv(names: Sequence[str], rows: Iterable[Values]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()
