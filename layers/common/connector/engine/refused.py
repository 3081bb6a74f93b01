"""Records that an import could not bring in: kept as items in state ``invalid`` with every reason, until they can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connector.core.errors import Violation
from connector.core.item import Item, Problem, State, step
from connector.engine.incoming import Ground, Incoming
from connector.engine.kept_record import as_text
from connector.engine.world import World

_SHELVED_AT_ONCE: Final = 1000

type Refused = tuple[Incoming, Sequence[Violation]]
"""A record and every reason."""


def item_id(object_name: str, key: str) -> str:
    return f"staged:{object_name}:{key}"


def refuse(ground: Ground, refused: Sequence[Refused]) -> None:
    """Lists them. One that a person has archived stays archived; one that is listed for the same reasons already is left alone."""
    if not refused:
        return
    world = ground.world
    held = world.state.get_many([item_id(ground.room.name, incoming.key) for incoming, _ in refused])
    reasons: dict[str, list[Problem]] = {}
    for incoming, violations in refused:
        reasons.setdefault(incoming.key, []).extend(Problem.of(violation) for violation in violations)
    listed_now = []
    for incoming in {incoming.key: incoming for incoming, _ in refused}.values():
        problems = tuple(reasons[incoming.key])
        item = held.get(item_id(ground.room.name, incoming.key)) or blank(ground, incoming)
        if item.state is State.ARCHIVED or (item.state, item.problems) == (State.INVALID, problems):
            continue
        why = {"code": problems[0].code.value, "why": problems[0].message}
        after = step(
            item,
            "refused by the import",
            who=ground.by,
            at=world.clock.now(),
            detail=why,
            state=State.INVALID,
            problems=problems,
            title=incoming.label,
            fingerprint=incoming.hash,
            waits_for=incoming.waits_for,
            staged=item.staged or (as_text(incoming.record) if incoming.record else {}),
        )
        listed_now.append(after)
    world.state.save_many(listed_now)


def blank(ground: Ground, incoming: Incoming) -> Item:
    return Item(
        id=item_id(ground.room.name, incoming.key),
        company=ground.world.company,
        object=ground.room.name,
        kind=ground.leg.name,
        project_id=ground.project_id,
        state=State.STAGED,
        since=ground.world.clock.now(),
        title=incoming.label,
        number=incoming.natural_id,
        intacct_id=incoming.natural_id,
        intacct_key=incoming.key,
    )


def listed(ground: Ground) -> Iterator[Item]:
    """The records of this ground that stand refused."""
    return (
        item
        for item in shelf(ground.world, State.INVALID, ground.room.name)
        if (item.kind, item.project_id) == (ground.leg.name, ground.project_id)
    )


def settle(ground: Ground, fine: Mapping[str, State]) -> None:
    """Takes what is fine now off the list: ``fine`` says by key what has become of it."""
    now, items = ground.world.clock.now(), [item for item in listed(ground) if item.intacct_key in fine] if fine else []
    told = (
        step(item, "accepted by the import", who=ground.by, at=now, state=fine[item.intacct_key], problems=(), waits_for="")
        for item in items
    )
    ground.world.state.save_many([*told])


def shelf(world: World, state: State, object_name: str) -> Iterator[Item]:
    cursor = ""
    while True:
        page = world.state.on_shelf(state.value, limit=_SHELVED_AT_ONCE, object_name=object_name, cursor=cursor)
        yield from page.rows
        cursor = page.cursor
        if not cursor:
            return
