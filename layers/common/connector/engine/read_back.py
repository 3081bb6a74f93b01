"""A record as Intacct holds it, header and lines, read by the rows of its room: after a write, and whenever it is compared again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.compare import Unread
from connector.core.errors import Code, ConnectorError
from connector.core.exchange import Held, Query, Where
from connector.core.record import Record, Row, rows
from connector.core.spec import IntacctHeld
from connector.core.wire import held_fields, read_intacct
from connector.engine.prepare import Prepared
from connector.engine.world import World


@dataclass(frozen=True, slots=True)
class Found:
    """A record as Intacct holds it: its RECORDNO, its natural id, and the record read back, as far as the company has fields for it.
    ``row`` is what was read, its lines under the name of their object."""

    key: str
    natural_id: str
    record: Record
    row: Held
    unread: Unread


def by_key(prepared: Prepared, key: str) -> tuple[Where, ...]:
    """Names the record by what the answer to its creation said."""
    return (Where(held_of(prepared).by_key, "equalto", (key,)),)


def find(
    world: World,
    prepared: Prepared,
    where: tuple[Where, ...] = (),
    *,
    natural_id: str = "",
    names: Mapping[str, str] | None = None,
    more: tuple[str, ...] = (),
) -> Found | None:
    """The record with its lines, by the conditions or else by its natural key; None where there is none. ``natural_id`` is what its lines
    are likely to name; ``names`` are Procore's line ids by Intacct's keys, for lines that do not say them, or not any more; ``more`` are
    fields of the header that no row reads. More than one is a conflict for a person. Raises ConnectorError(CONFLICT_IN_INTACCT,
    READ_BACK_DIFFERS)."""
    held, record_type = held_of(prepared), prepared.room.record
    where = where or held.find(prepared.record, prepared.facts)
    lines_row = next((row for row in rows(record_type) if row.lines is not None), None)
    tenant = prepared.facts.tenant
    unread = {record_type: tenant.lacks(held.object)}
    fields = tenant.present(held.object, tuple(dict.fromkeys(("RECORDNO", held.id_field, *held_fields(record_type), *more))))
    queries = [Query(object=held.object, fields=fields, where=where)]
    entity = prepared.facts.config.entity
    lines: list[Sequence[Held]] = []
    line_fields: tuple[str, ...] = ()
    by_id = Where(held.lines_by, "equalto", (natural_id,)) if natural_id else _by_id(held, where[0])
    if lines_row is not None and lines_row.lines is not None:
        unread[lines_row.lines] = tenant.lacks(held.lines_object)
        line_fields = tenant.present(held.lines_object, ("RECORDNO", *held_fields(lines_row.lines)))
        if held.lines is not None:
            query = Query(object=held.lines_object, fields=line_fields, where=held.lines(prepared.record))
            lines = [[row for page in world.intacct.pages(query, entity=entity) for row in page]]
        elif by_id is not None:
            queries.append(Query(object=held.lines_object, fields=line_fields, where=(by_id,)))
    headers, *others = world.intacct.read(queries, entity=entity)
    lines += others
    if not headers:
        return None
    if len(headers) > 1:
        raise ConnectorError(Code.CONFLICT_IN_INTACCT, f"Intacct holds {len(headers)} records that could be {prepared.summary.number}.")
    own_id = str(headers[0][held.id_field])
    if line_fields and held.lines is None and (not lines or natural_id not in {"", own_id}):
        # Found by another mark than its id, by which its lines are found; or it has another one by now.
        of_header = (Where(held.lines_by, "equalto", (own_id,)),)
        lines = [*world.intacct.read([Query(object=held.lines_object, fields=line_fields, where=of_header)], entity=entity)]
    row: dict[str, Any] = {**headers[0], **({held.lines_object: lines[0]} if lines else {})}
    named = {held.lines_object: _named(lines_row, lines[0], names)} if lines and lines_row and names is not None else {}
    record, problems = read_intacct(record_type, row | named)
    if record is None:
        raise ConnectorError(Code.READ_BACK_DIFFERS, f"What Intacct holds cannot be read: {problems[0].message}")
    return Found(str(row["RECORDNO"]), own_id, record, row, unread)


def held_of(prepared: Prepared) -> IntacctHeld[Any]:
    assert prepared.room.export is not None  # noqa: S101 -- only exported objects are prepared
    return prepared.room.export.held


def identity_of(lines_row: Row) -> Row | None:
    """The row of a line by which Intacct's is known to be Procore's."""
    assert lines_row.lines is not None  # noqa: S101 -- a row of lines
    return next((row for row in rows(lines_row.lines) if row.identity and row.intacct and row.intacct.read), None)


def _named(lines_row: Row, lines: Sequence[Held], names: Mapping[str, str]) -> list[Held]:
    """The lines, each saying whose it is: Procore's by what the link remembers, else by itself; one that says nothing is Intacct's own."""
    identity = identity_of(lines_row)
    if identity is None or identity.intacct is None or identity.intacct.read is None:
        return list(lines)
    field, codec = identity.intacct.read, identity.intacct.codec
    return [
        line
        if (own := str(line["RECORDNO"])) not in names and says(identity, line)
        else {**line, field: codec.write(names.get(own, its_own(own)))}
        for line in lines
    ]


def its_own(key: str) -> str:
    """What a line of Intacct's own is called."""
    return f"Intacct's {key}"


def says(identity: Row, line: Held) -> str:
    """Whose line it says it is; empty where it says nothing of the kind."""
    assert identity.intacct is not None and identity.intacct.read is not None  # noqa: S101, PT018 -- an identity that is read
    try:
        return str(identity.intacct.codec.read(line.get(identity.intacct.read) or ""))
    except ValueError:
        return ""


def _by_id(held: IntacctHeld[Any], where: Where) -> Where | None:
    return Where(held.lines_by, where.operator, where.values) if where.field == held.id_field else None
