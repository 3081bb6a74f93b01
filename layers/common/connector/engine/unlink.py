"""Taking a link off: only with proof that Intacct's record is gone or void, and only where no other link stands on it.

The proof is a look by the key that the link keeps. A record that is not there is gone; one that is there is void where its object says
which values mean that. The link, the item's state and the history entry with the proof go in one transaction; our mark in Procore goes
after it, and is the sweep's to repeat. Whatever happens in between, the same call may be made again. See docs/adr/0024-unlinking.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import Held, Query, Where
from connector.core.item import Item, State, step
from connector.core.people import Person, Role
from connector.engine.children import children
from connector.engine.submit import item_id
from connector.engine.unmark import unmark
from connector.engine.whereabouts import Place, item_of, places, project_of, room_of
from connector.engine.world import Room, World
from connector.ports import CrossReference

UNLINKED: Final = "unlinked"
_NAMED: Final = 10
_ASKED_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A link, and what stands in the way of taking it off. ``proof`` says how Intacct's record is known to be gone or void; it is empty
    while the record counts. ``exported`` is whether this connector put it there."""

    pair: CrossReference
    item: Item
    exported: bool
    proof: str
    children: tuple[CrossReference, ...]
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked:
    """``item`` is None where something stands in the way; ``hold`` is None where the link was taken off before."""

    item: Item | None
    hold: Hold | None = None


def look(world: World, person: Person, object_name: str, procore_id: str) -> Hold:
    """Nothing is changed. Raises ConnectorError(NOT_FOUND, NOT_ALLOWED)."""
    room = room_of(world, object_name)
    pair = world.cross_references.by_procore(object_name, [procore_id]).get(procore_id)
    if pair is None or not person.may_see(project_of(world, pair)):
        raise ConnectorError(Code.NOT_FOUND, f"{room.title} {procore_id} is not linked, or you may not see it.")
    item, exported = item_of(world, room, pair)
    _must_be_allowed(world, person, item)
    held, proof = _proof(world, room, pair, item if exported else None)
    below = tuple(children(world, pair))
    return Hold(
        pair=pair,
        item=item,
        exported=exported,
        proof=proof,
        children=below,
        violations=tuple(in_the_way(pair, held, proof, below)),
    )


def unlink(world: World, person: Person, object_name: str, procore_id: str) -> Unlinked:
    """Takes the link off, where nothing stands in the way. May be repeated. Raises ConnectorError(NOT_FOUND, NOT_ALLOWED), RetryLater,
    and Contention where somebody else changed the link or its item at this moment."""
    if done := _before(world, person, object_name, procore_id):
        return Unlinked(item=unmark(world, done))
    hold = look(world, person, object_name, procore_id)
    if hold.violations:
        return Unlinked(item=None, hold=hold)
    return Unlinked(item=take_off(world, person, hold), hold=hold)


def take_off(world: World, person: Person, hold: Hold) -> Item:
    """The item of a link that nothing stands in the way of, once the link is off. Raises Contention."""
    pair, item = hold.pair, hold.item
    kept = f"unlinked/{item.id}/{item.version + 1}.json"
    world.payloads.put(kept, pair.model_dump_json())
    reason = f"{UNLINKED}: {hold.proof}"
    after, entry = step(
        item,
        UNLINKED,
        who=person.name,
        at=world.clock.now(),
        detail={"proof": hold.proof, "intacct": pair.intacct_id, "key": pair.intacct_key, "link": kept},
        **(_to_be_sent_again(item, kept) if hold.exported else {"state": State.ARCHIVED}),
        reason=reason,
        problems=(),
    )
    world.state.save(after, entry, unlink=pair)
    return unmark(world, after)


def _to_be_sent_again(item: Item, kept: str) -> dict[str, Any]:
    return {
        "state": State.RETRIEVED,
        "approvals": (),
        "intent": None,
        "lease": None,
        "attempts": 0,
        "waits_for": "",
        "intacct_id": "",
        "intacct_key": "",
        "written_back": False,
        "unlinked": item.unlinked + 1,
        "mark_left": kept,
        "drift": None,
        "accepted": "",
    }


def _before(world: World, person: Person, object_name: str, procore_id: str) -> Item | None:
    """The item of a link that was taken off already."""
    item = world.state.get(item_id(object_name, procore_id))
    if item is None or not item.unlinked or item.state is not State.RETRIEVED or not person.may_see(item.project_id):
        return None
    if world.cross_references.by_procore(object_name, [procore_id]):
        return None
    _must_be_allowed(world, person, item)
    return item


def in_the_way(pair: CrossReference, held: Held | None, proof: str, below: tuple[CrossReference, ...]) -> Iterator[Violation]:
    name = f"{pair.label} ({pair.intacct_id})" if pair.label else pair.intacct_id
    if not proof:
        state = f", {held['STATE']}" if held and held.get("STATE") else ""
        yield Violation(code=Code.STILL_IN_INTACCT, field="", message=f"{name} still exists in Intacct{state}; the link stays.")
    if below:
        named = ", ".join(f"{each.object} {each.intacct_id}" for each in below[:_NAMED])
        more = f" and {len(below) - _NAMED} more" if len(below) > _NAMED else ""
        yield Violation(code=Code.STILL_REFERRED_TO, field="", message=f"{name} has linked records of its own: {named}{more}.")


def _must_be_allowed(world: World, person: Person, item: Item) -> None:
    config = world.config()
    if Role.ADMIN not in config.roles(person) and not config.may_approve(person, item):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} may not unlink {item.object.replace('_', ' ')}.")


def _proof(world: World, room: Room, pair: CrossReference, exported: Item | None) -> tuple[Held | None, str]:
    """What Intacct holds of the record, and in words why it does not count any more; empty while it does."""
    (answer,) = proofs(world, [(room, pair, exported)])
    return answer


def proofs(world: World, links: Sequence[tuple[Room, CrossReference, Item | None]]) -> list[tuple[Held | None, str]]:
    """Likewise of many links, which share a question where they can: those of one object, or of one job's. Raises
    ConnectorError(CONFLICT_IN_INTACCT) for a link with a key of another time."""
    at = [[*places(world, room, pair, exported)] for room, pair, exported in links]
    found = _found(world, [place for of_one in at for place in of_one])
    return [_judged(pair, of_one[0], [found(place) for place in of_one]) for (_, pair, _), of_one in zip(links, at, strict=True)]


def _found(world: World, asked_for: Sequence[Place]) -> Callable[[Place], Sequence[Held]]:
    """The rows at each place. Places that differ in their last value only are asked for together."""
    config, tenant = world.config_and_tenant()
    together: dict[tuple[Any, ...], dict[str, None]] = {}
    for place in asked_for:
        together.setdefault(_shared(place), {}).update(dict.fromkeys(place.where[-1].values))
    asked: list[tuple[tuple[Any, ...], Query]] = []
    for shared, values in together.items():
        object_name, void, first, last = shared
        fields = tenant.present(object_name, tuple(dict.fromkeys(("RECORDNO", last, *([void.field] if void else [])))))
        for some in batched(values, _ASKED_AT_ONCE, strict=False):
            where = (*first, Where(last, "in", some) if len(some) > 1 else Where(last, "equalto", some))
            asked.append((shared, Query(object=object_name, fields=fields, where=where)))
    rows: dict[tuple[Any, ...], list[Held]] = {}
    for (shared, query), answer in zip(asked, world.intacct.read([query for _, query in asked], entity=config.entity), strict=True):
        for row in answer:
            rows.setdefault((shared, str(row[query.where[-1].field]).casefold()), []).append(row)
    return lambda place: [row for value in place.where[-1].values for row in rows.get((_shared(place), value.casefold()), [])]


def _shared(place: Place) -> tuple[Any, ...]:
    return place.object, place.void, place.where[:-1], place.where[-1].field


def _judged(pair: CrossReference, place: Place, answers: Sequence[Sequence[Held]]) -> tuple[Held | None, str]:
    headers, *others = answers
    if not headers and not any(others):
        return None, f"Intacct has no {place.object} {pair.intacct_key} ({pair.intacct_id}) any more"
    void = place.void
    if headers and void and all(row.get(void.field) in void.values for row in headers):
        return headers[0], f"{place.object} {pair.intacct_key} ({pair.intacct_id}) is {headers[0][void.field]} in Intacct"
    return (headers[0] if headers else None), ""
