"""Lines that Intacct keeps apart from their records: read by the records' keys, as many as one query takes, and put into their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import batched
from typing import Final

from connector.core.exchange import Held, Query, Where
from connector.core.record import Record, rows
from connector.core.spec import HeldLines
from connector.core.tenant import Tenant
from connector.core.wire import held_fields
from connector.engine.window import Window
from connector.ports import Intacct

KEYS_AT_ONCE: Final = 1000
"""As many values as a condition takes."""


def with_lines(
    intacct: Intacct, tenant: Tenant, record: type[Record], lines: HeldLines | None, page: Sequence[Held], *, entity: str
) -> list[Held]:
    """The rows of ``page``, each with its lines, and these with theirs."""
    if lines is None:
        return list(page)
    line = line_record(record, lines)
    fields = tenant.present(lines.reads.object, (*line_keys(lines), *held_fields(line)))
    found: dict[str, list[Held]] = defaultdict(list)
    for keys in batched(dict.fromkeys(str(row[lines.of]) for row in page), KEYS_AT_ONCE, strict=False):
        query = Query(object=lines.reads.object, fields=fields, where=(*lines.reads.where, Where(lines.by, "in", keys)))
        for some in intacct.pages(query, entity=entity):
            for each in with_lines(intacct, tenant, line, lines.lines, some, entity=entity):
                found[str(each[lines.by])].append(each)
    return [{**row, lines.reads.object: found[str(row[lines.of])]} for row in page]


def changed(intacct: Intacct, lines: HeldLines, window: Window, *, entity: str) -> set[str]:
    """The records' keys of lines that changed in the window, or of which a line did."""
    keys: set[str] = set()
    for where in dict(window.filters(lines.reads)).values():
        for page in intacct.pages(Query(object=lines.reads.object, fields=(lines.by,), where=where), entity=entity):
            keys |= {str(row[lines.by]) for row in page}
    if lines.lines is not None:
        below = changed(intacct, lines.lines, window, entity=entity)
        keys |= values_of(intacct, lines.reads.object, lines.by, lines.lines.of, below, entity=entity)
    return keys


def values_of(intacct: Intacct, object_name: str, field: str, by: str, keys: Collection[str], *, entity: str) -> set[str]:
    """The values of ``field`` in the rows whose ``by`` is one of the keys."""
    values: set[str] = set()
    for some in batched(sorted(keys), KEYS_AT_ONCE, strict=False):
        for page in intacct.pages(Query(object=object_name, fields=(field,), where=(Where(by, "in", some),)), entity=entity):
            values |= {str(row[field]) for row in page}
    return values


def line_keys(lines: HeldLines) -> tuple[str, ...]:
    """The fields by which lines are put where they belong."""
    return tuple(dict.fromkeys(("RECORDNO", lines.by, *([lines.lines.of] if lines.lines else []))))


def line_record(record: type[Record], lines: HeldLines) -> type[Record]:
    read: dict[str | None, type[Record]] = {row.intacct.read: row.lines for row in rows(record) if row.lines and row.intacct}
    return read[lines.reads.object]
