"""Where the record of a link is: in Intacct by the key that the link keeps, and the item whose history tells of the link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Any

from connector.core.errors import Code, ConnectorError
from connector.core.exchange import Where
from connector.core.item import Item, State
from connector.core.spec import Leg, Void
from connector.engine import snapshot
from connector.engine.children import is_job
from connector.engine.refused import item_id as staged_id
from connector.engine.submit import item_id
from connector.engine.world import Room, World
from connector.ports import CrossReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where Intacct keeps a record, and how it would say that it is void."""

    object: str
    where: tuple[Where, ...]
    void: Void | None = None


def room_of(world: World, object_name: str) -> Room:
    """The room that links of this name belong to."""
    named = (room for room in world.rooms.values() for leg in legs_of(room, object_name) if leg.pairs)
    return next(named, None) or world.room(object_name)


def legs_of(room: Room, object_name: str) -> list[Leg[Any]]:
    return [leg for leg in room.imports if isinstance(leg, Leg) and (leg.pairs or room.name) == object_name]


def project_of(world: World, pair: CrossReference) -> str:
    return pair.project_id or (pair.procore_id if is_job(world, pair.object) else "")


def item_of(world: World, room: Room, pair: CrossReference) -> tuple[Item, bool]:
    """The item whose history tells of the link, and whether it was exported. Links that an import made by itself have none until now."""
    sent, staged = item_id(pair.object, pair.procore_id), staged_id(room.name, pair.intacct_key)
    held = world.state.get_many([sent, staged])
    if sent in held and held[sent].state is State.SYNCED and held[sent].intacct_key == pair.intacct_key:
        return held[sent], True
    blank = Item(
        id=staged,
        company=world.company,
        object=room.name,
        procore_id=pair.procore_id,
        project_id=project_of(world, pair),
        state=State.ARCHIVED,
        since=world.clock.now(),
        title=pair.label,
        number=pair.intacct_id,
        intacct_id=pair.intacct_id,
        intacct_key=pair.intacct_key,
    )
    return held.get(staged, blank), False


def places(world: World, room: Room, pair: CrossReference, exported: Item | None) -> Iterator[Place]:
    """By the key that the link keeps; all documents of a record that is several."""
    legs = legs_of(room, pair.object)
    if room.export is not None and (exported is not None or not legs):
        held = room.export.held
        yield Place(object=held.object, where=(Where("RECORDNO", "equalto", (pair.intacct_key,)),), void=held.void)
        if exported is not None and held.lines is not None:
            yield Place(object=held.lines_object, where=held.lines(snapshot.restore(world, exported).record))
        return
    leg = legs[0]
    void = room.export.held.void if room.export is not None and room.export.held.object == leg.reads.object else None
    yield Place(object=leg.reads.object, where=tuple(_named_by(leg, pair)), void=void)


def _named_by(leg: Leg[Any], pair: CrossReference) -> Iterator[Where]:
    """The fields that a leg's key is made of, with what they are in this one. A job and a code may hold any character but what joins
    them, so that the natural id, where it is part of the key, is taken out first."""
    parts = [(re.escape(text), field) for text, field, _, _ in Formatter().parse(leg.key)]
    pattern = "".join(
        text + (f"(?P<{field}>{re.escape(pair.intacct_id) if field == leg.natural_id else '.+'})" if field else "") for text, field in parts
    )
    found = re.fullmatch(pattern, pair.intacct_key)
    if found is None:
        raise ConnectorError(Code.CONFLICT_IN_INTACCT, f"The link of {pair.intacct_id} has a key of another time: {pair.intacct_key}.")
    yield from (Where(field, "equalto", (value,)) for field, value in found.groupdict().items())
