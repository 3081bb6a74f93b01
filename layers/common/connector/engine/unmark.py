"""Taking our mark off a Procore record whose link was taken off. Repeated by the sweep until it sticks; a failure never brings the link
back."""

from __future__ import annotations

from contextlib import suppress

from connector.core.errors import ConnectorError, RetryLater
from connector.core.item import Item, Problem, step
from connector.core.origin import origin_id
from connector.engine.world import World
from connector.ports import Contention, CrossReference


def unmark(world: World, item: Item) -> Item:
    """The item, its mark gone from Procore or the reason why not. Raises nothing that concerns the record."""
    room = world.room(item.object)
    if not item.mark_left or room.export is None:
        return item
    pair = CrossReference.model_validate_json(world.payloads.get(item.mark_left) or "")
    lines = [*pair.lines]
    try:
        world.door.take_off(room, item, origin=origin_id(room.export.held.object, pair.intacct_key), lines=lines)
    except RetryLater:
        return item
    except ConnectorError as problem:
        told = Problem.of(problem.violation())
        return item if told in item.problems else _saved(world, item, "its mark is still in Procore", problems=(told,))
    return _saved(world, item, "its mark is gone from Procore", mark_left="", problems=())


def _saved(world: World, item: Item, what: str, **changes: object) -> Item:
    after, entry = step(item, what, who="connector", at=world.clock.now(), **changes)  # type: ignore[arg-type]  # fields of Item
    with suppress(Contention):  # it was sent again meanwhile; its next end leaves another mark
        world.state.save(after, entry)
        return after
    return world.state.get(item.id) or item
