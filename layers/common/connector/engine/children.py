"""Which links stand on another one: the invoices of a commitment, all that belongs to a job.

A link that an export made says what its record refers to. Of one that was made otherwise the Procore record is asked; where that is gone
too, it counts as one that stands on the other, because nobody can tell any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.record import Record, Ref, rows
from connector.core.spec import Leg, PerJob
from connector.core.wire import read_procore
from connector.engine.world import Room, Source, World
from connector.ports import CrossReference

OF: Final = "of:"
"""What begins the name, in a link's detail, of an object that its record refers to."""


def stands_on(record: Record) -> dict[str, str]:
    """What a link remembers of its record's references, without those of its lines: Procore's id by object."""
    references = ((row.ref, getattr(record, row.name)) for row in rows(type(record)))
    return {f"{OF}{to.object}": value.procore for to, value in references if to is not None and isinstance(value, Ref) and value.procore}


def children(world: World, pair: CrossReference) -> Iterator[CrossReference]:
    """The links that stand on this one."""
    for room in world.rooms.values():
        if _needs(world, room, pair.object):
            for name in names_of(room):
                yield from (each for each in world.cross_references.of_object(name) if _belongs(world, room, each, pair))


def among(world: World, pair: CrossReference, links: Iterable[CrossReference]) -> Iterator[CrossReference]:
    """Those of ``links`` that stand on this one."""
    rooms = [(room, names_of(room)) for room in world.rooms.values() if _needs(world, room, pair.object)]
    for each in links:
        if any(each.object in names and _belongs(world, room, each, pair) for room, names in rooms):
            yield each


def is_job(world: World, object_name: str) -> bool:
    """Whether the object's records are what others belong to job by job."""
    return any(each.object == object_name for room in world.rooms.values() for each in _per_job(room))


def _belongs(world: World, room: Room, each: CrossReference, pair: CrossReference) -> bool:
    if is_job(world, pair.object):
        return each.project_id == pair.procore_id
    if any(part.parts == pair.object for part in _per_job(room)) and each.intacct_key.partition("/")[0] == pair.intacct_id:
        return True
    if any(name.startswith(OF) for name in each.detail):
        return each.detail.get(f"{OF}{pair.object}") == pair.procore_id
    if room.export is None or not _refers(room, pair.object) or pair.project_id not in {"", each.project_id}:
        return False
    record = _in_procore(world, room, each)
    return record is None or stands_on(record).get(f"{OF}{pair.object}") == pair.procore_id


def _in_procore(world: World, room: Room, each: CrossReference) -> Record | None:
    try:
        _, shown = world.door.fetch(room, Source(procore_id=each.procore_id, project_id=each.project_id))
    except ConnectorError as problem:
        if problem.code is not Code.NOT_FOUND:
            raise
        return None
    return read_procore(room.record, shown)[0]


def _refers(room: Room, object_name: str) -> bool:
    return any(row.ref is not None and row.ref.object == object_name for row in rows(room.record))


def _needs(world: World, room: Room, object_name: str) -> bool:
    """Whether records of the room can stand on such a record, at whatever remove."""
    return any(need == object_name or _needs(world, world.rooms[need], object_name) for need in room.needs)


def names_of(room: Room) -> set[str]:
    """What the links of a room's records go by."""
    return {room.name} | {leg.pairs for leg in room.imports if isinstance(leg, Leg) and leg.pairs}


def _per_job(room: Room) -> list[PerJob]:
    return [leg.reads.per_job for leg in room.imports if leg.reads.per_job is not None]
