"""What an edit in Procore means. An event is a hint: it may be late, repeated or out of order, so the record is read again."""

from __future__ import annotations

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.item import Item, Problem, State, step
from connector.engine import automatic, drift, merged
from connector.engine.choices import prepared_anew, shown_anew
from connector.engine.submit import all_violations, item_id
from connector.engine.world import Room, World

ACTOR = "Procore"


def edited(world: World, resource: str, resource_id: str, project_id: str = "") -> str:
    """Acts on an edit of the Procore record ``resource_id`` of what webhooks call ``resource`` ("Work Order Contracts"), and says in
    words what became of it. What goes without a person goes now. May be repeated. Raises RetryLater, and Contention when the item
    changed meanwhile: then come again."""
    room = _room_of(world, resource)
    if room and merged.seen(world, room, resource_id):
        return "took in another; its link is here now"
    if room is not None and room.export is not None and room.export.automatic is not None:
        resource_id, going = automatic.hinted(world, room, project_id, resource_id)
        if going:
            return "goes by itself"
    item = world.state.get(item_id(room.name, resource_id)) if room else None
    if room is None or item is None:
        return "not ours"
    if item.state is State.WAITING:
        return read_again(world, item)
    if item.state is State.SYNCED:
        return _synced(world, item)
    return f"read again when it goes on; it is {item.state.value}"


def _room_of(world: World, resource: str) -> Room | None:
    """By the collection in the paths of the room's kinds: ``Company Vendors`` are ``/rest/v1.0/vendors/{id}``."""
    words = resource.lower().replace(" ", "_")
    names = {words, words.removeprefix("company_")}
    exported = (room for room in world.rooms.values() if room.export is not None)
    return next((room for room in exported if names & _collections(room)), None)


def _collections(room: Room) -> set[str]:
    assert room.export is not None  # noqa: S101 -- callers have checked
    return {kind.show.partition("/{id}")[0].rpartition("/")[2] for kind in room.export.kinds}


def read_again(world: World, item: Item) -> str:
    """Of an item that waits the preview is made anew; links to the old one die with its fingerprint. What breaks a rule now goes back to
    its sender."""
    try:
        prepared, needs = prepared_anew(world, item, item.choices)
    except ConnectorError as problem:
        if problem.code is not Code.NOT_FOUND:
            raise
        return _back_to_sender(world, item, (problem.violation(),))
    violations = all_violations(prepared, needs)
    if violations:
        return _back_to_sender(world, item, violations)
    if not set(prepared.needs) <= set(item.pending):
        first = next(need for need in prepared.needs if need not in item.pending)
        message = f"{item.number} now needs {first} first; send it again to put both before the approvers."
        return _back_to_sender(world, item, (Violation(code=Code.STALE_APPROVAL, field="", message=message),))
    if prepared.fingerprint == item.fingerprint:
        return "unchanged"
    shown_anew(world, item, prepared, needs, who=ACTOR, what="changed while it waited")
    return "shown anew"


def _back_to_sender(world: World, item: Item, violations: tuple[Violation, ...]) -> str:
    after, entry = step(
        item,
        "changed while it waited; it cannot go as it is",
        who=ACTOR,
        at=world.clock.now(),
        state=State.STALE,
        approvals=(),
        problems=tuple(map(Problem.of, violations)),
        detail={"code": violations[0].code.value, "why": violations[0].message},
    )
    world.state.save(after, entry)
    return "back to its sender"


def _synced(world: World, item: Item) -> str:
    """Drift is found once for each new content; what to do about it is a person's decision."""
    after = drift.look(world, item, hint="procore", who=ACTOR)
    if after.version != item.version:
        return "marked as drift" if after.drift else "as exported again"
    return "known" if item.drift else "unchanged"
