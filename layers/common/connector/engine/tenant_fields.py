"""Which objects and fields of Intacct the rooms read, as their rows declare them, and which of these a company has.

``lookup`` lists fields whatever the user may do, so each object is also queried once, for no row: that tells a missing permission [F].
What a row may be without is left out of later reads and comparisons (:mod:`connector.core.tenant`); anything else is a wrong set-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from connector.core.connection import Wrong
from connector.core.errors import Code, Violation
from connector.core.exchange import FieldInfo, Held, Query, Where
from connector.core.record import Record, Row, rows
from connector.core.spec import Export, Gathering, HeldLines, Leg, Reading
from connector.core.tenant import Tenant
from connector.core.wire import walk
from connector.engine.held_lines import line_keys, line_record
from connector.engine.incoming import key_fields_of
from connector.engine.world import Room

KEY: Final = "RECORDNO"

type Fields = Mapping[str, FieldInfo]
type Probed = Sequence[Held] | Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A field that some room reads. ``words`` is what people call it and where it belongs; without an ``essential`` one the room's
    records cannot be found, told apart or sent."""

    object: str
    field: str
    words: str
    essential: bool = False
    instead: tuple[str, ...] = ()
    """Names of which a company has one or the other: one that is missing is nothing to tell where another is there."""


def needs(rooms: Iterable[Room]) -> list[Need]:
    """Each field once; essential where any room cannot do without it."""
    found: dict[tuple[str, str], Need] = {}
    for need in (need for room in rooms for need in _of_room(room)):
        held = found.get((need.object, need.field))
        if held is None or (need.essential and not held.essential):
            found[need.object, need.field] = need
    return list(found.values())


def _of_room(room: Room) -> Iterator[Need]:
    if room.export is not None:
        yield from _of_export(room, room.export)
    for leg in room.imports:
        gathering = leg.gathering if isinstance(leg, Leg) else None
        yield from _of_reading(room, leg.reads, key_fields_of(leg), stamped=gathering is None)
        if gathering is not None:
            yield from _of_gathering(room, leg.reads, gathering)
        if isinstance(leg, Leg) and leg.split:
            yield from (_plain(room, leg.split.paid.object, name) for name in (leg.split.paid.by, *leg.split.paid.fields))
        if isinstance(leg, Leg):
            yield from _of_rows(room, leg.reads.object, leg.record, "")
            yield Need(object=leg.reads.object, field=leg.label, words=room.title.lower())
            yield from _of_lines(room, leg.record, leg.lines)


def _of_reading(room: Room, reading: Reading, keys: Sequence[str], *, stamped: bool = True) -> Iterator[Need]:
    stamps = (reading.stamp, reading.created) if stamped else ()
    yield from (_plain(room, reading.object, name) for name in (*keys, *stamps, *(where.field for where in reading.where)))


def _of_gathering(room: Room, reading: Reading, gathering: Gathering[Any, Any]) -> Iterator[Need]:
    """A company has one of the stamps, or none: then months are compared without."""
    words = f"change stamp, {room.title.lower()}"
    yield from (Need(object=reading.object, field=name, words=words, instead=gathering.stamps) for name in gathering.stamps)
    yield Need(object=reading.object, field=reading.created, words=words)
    yield from (_plain(room, reading.object, name) for name in (gathering.day, *(each.of for each in gathering.beside)))
    yield from (_plain(room, gathering.basis.object, name) for name in gathering.basis.fields)
    for each in gathering.beside:
        yield from (_plain(room, each.object, name) for name in (each.by, *each.fields) if each.fields)


def _of_lines(room: Room, record: type[Record], lines: HeldLines | None) -> Iterator[Need]:
    """Lines that are kept apart, and theirs."""
    if lines is not None:
        line = line_record(record, lines)
        yield from _of_reading(room, lines.reads, line_keys(lines))
        yield from _of_rows(room, lines.reads.object, line, "line")
        yield from _of_lines(room, line, lines.lines)


def _of_export(room: Room, export: Export[Any]) -> Iterator[Need]:
    held = export.held
    for name in (KEY, held.id_field, held.by_key):
        yield _plain(room, held.object, name)
    yield from _of_rows(room, held.object, room.record, "")
    lines = next((row.lines for row in rows(room.record) if row.lines is not None and row.intacct is not None), None)
    if lines is not None and held.lines_object:
        for name in (KEY, *((held.lines_by,) if held.lines_by else ())):
            yield _plain(room, held.lines_object, name)
        yield from _of_rows(room, held.lines_object, lines, "line")


def _of_rows(room: Room, object_name: str, record: type[Record], what: str) -> Iterator[Need]:
    for row in rows(record):
        if row.lines is None and row.intacct is not None and row.intacct.read:
            words = f"{row.label}, {room.title.lower()}{f' {what}' if what == 'line' else ''}"
            yield Need(object=object_name, field=row.intacct.read, words=words, essential=_essential(record, row))


def _essential(record: type[Record], row: Row) -> bool:
    """What a record cannot be known by, must have, or is worth: an amount that is only read is the proof of those that are sent."""
    worth = row.type is Decimal and row.intacct is not None and row.intacct.write is None
    return row.identity or row.needed is not None or record.model_fields[row.name].is_required() or worth


def _plain(room: Room, object_name: str, field: str) -> Need:
    return Need(object=object_name, field=field, words=room.title.lower(), essential=True)


def without_a_place(tenant: Tenant, room: Room, record: Record) -> Iterator[Violation]:
    """Why a record cannot go to a company that lacks fields: one it cannot do without, or one for a number that it has. A text may go
    unread; an amount, a quantity or a percentage is not sent where nobody could read it back."""
    export = room.export
    if export is None or not tenant.lacking:
        return
    for need in needs([replace(room, imports=())]):
        if need.essential and need.field in tenant.lacks(need.object):
            yield Violation(code=Code.FIELD_MISSING, field="", message=_missing(need))
    for path, row, value in walk(record):
        name = export.held.lines_object if "[" in path else export.held.object
        read = row.intacct.read if row.intacct else None
        if isinstance(value, Decimal) and value != 0 and read in tenant.lacks(name):
            said = f"{row.label} {value} has no place in this Intacct company: {name} has no field {read} there."
            yield Violation(code=Code.FIELD_MISSING, field=path, message=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``lacking`` by object; ``left_out`` in words, ``wrong`` what cannot be left out."""

    lacking: Mapping[str, frozenset[str]]
    left_out: tuple[str, ...]
    wrong: tuple[Wrong, ...]


def probe(object_name: str, wanted: Sequence[Need], fields: Fields) -> Query:
    """A query of no row for what ``lookup`` lists. What lies over a relation (``TERM.NAME``) it need not list: only asking tells."""
    return _of_no_row(object_name, [need.field for need in wanted if need.field in fields or "." in need.field])


def doubts(object_name: str, wanted: Sequence[Need], fields: Fields) -> dict[str, Query]:
    """A query of its own for each field that ``lookup`` does not list and that may be there."""
    return {need.field: _of_no_row(object_name, [need.field]) for need in wanted if "." in need.field and need.field not in fields}


def _of_no_row(object_name: str, names: Sequence[str]) -> Query:
    return Query(object=object_name, fields=tuple(names) or (KEY,), where=(Where(KEY, "equalto", ("0",)),))


def judge(
    wanted: Mapping[str, Sequence[Need]],
    lookups: Mapping[str, Fields | Violation],
    probed: Mapping[str, Probed],
    doubted: Mapping[str, Mapping[str, Probed]],
) -> Judged:
    """``doubted`` are the fields that were asked one by one, by object, where the probe of all was refused."""
    lacking: dict[str, frozenset[str]] = {}
    left_out: list[str] = []
    wrong: list[Wrong] = []
    for name, of_object in wanted.items():
        fields = lookups[name]
        if isinstance(fields, Violation):
            wrong.append(_no_object(name, of_object, fields))
            continue
        refused = {field for field, answer in doubted.get(name, {}).items() if isinstance(answer, Violation)}
        missing = [need for need in of_object if need.field in refused or (need.field not in fields and "." not in need.field)]
        answer = probed[name]
        if isinstance(answer, Violation) and not refused:
            wrong.append(_not_readable(name, of_object, answer))
        lacking |= {name: frozenset(need.field for need in missing)} if missing else {}
        wrong += [_no_field(need) for need in missing if need.essential]
        left_out += [
            f"{need.object}.{need.field} ({need.words})"
            for need in missing
            if not need.essential and fields.keys().isdisjoint(need.instead)
        ]
    return Judged(lacking=lacking, left_out=tuple(left_out), wrong=tuple(wrong))


def _no_object(name: str, wanted: Sequence[Need], refusal: Violation) -> Wrong:
    said = f"This Intacct company does not show the object {name} ({_for(wanted)})."
    return Wrong.of(Code.FIELD_MISSING, "", said, their_words=refusal.their_words)


def _not_readable(name: str, wanted: Sequence[Need], refusal: Violation) -> Wrong:
    if refusal.code is not Code.NO_PERMISSION:
        return Wrong.of(refusal.code, "", f"{name} cannot be read ({_for(wanted)}).", their_words=refusal.their_words)
    said = f"The connector's Intacct user may not read {name} ({_for(wanted)})."
    do = f"Give its role the rights List and View for {name} (Company > Roles)."
    return Wrong.of(Code.NO_PERMISSION, "", said, do, their_words=refusal.their_words)


def _no_field(need: Need) -> Wrong:
    return Wrong.of(Code.FIELD_MISSING, "", _missing(need))


def _missing(need: Need) -> str:
    return f"{need.object} has no field {need.field} in this Intacct company ({need.words})."


def _for(wanted: Sequence[Need]) -> str:
    """The first of the records it is for: enough to know what it is about."""
    return wanted[0].words.rpartition(", ")[2]
