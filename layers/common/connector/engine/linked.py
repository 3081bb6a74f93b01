"""Which record is which, for people: searched from either side, the newest first, each with how it stands.

A link is kept in a partition of its object, in no order that people ask for: an object's links are all read, and what of them is shown is
looked up. All objects at once is for those who do not know what they look for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from heapq import nlargest
from itertools import batched
from typing import Final

from connector.core.drift import labels
from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State
from connector.core.links import Linked, Standing, Wanted
from connector.core.people import Person, Role
from connector.engine import elsewhere
from connector.engine.adopt import VIA as ADOPTED
from connector.engine.automatic import WHO
from connector.engine.board import Board
from connector.engine.children import names_of
from connector.engine.compared import Compared, compared
from connector.engine.import_runs import THE_CLOCK
from connector.engine.queue import differing
from connector.engine.refused import item_id as staged_id
from connector.engine.submit import item_id
from connector.engine.whereabouts import legs_of, project_of, room_of
from connector.engine.world import Room, World
from connector.ports import CrossReference

AT_ONCE: Final = 100
SEARCHED: Final = 2_000
"""Links whose items are looked at for one answer, where only these say how a link stands."""
_OF_IMPORTS: Final = {State.INVALID: Standing.REFUSED, State.STAGED: Standing.CHANGED}
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def names(world: World) -> list[str]:
    """What links may go by: the objects, and records that only links know (standard cost codes)."""
    return sorted({name for room in world.rooms.values() for name in names_of(room)})


def listing(world: World, person: Person, wanted: Wanted, board: Board) -> tuple[list[Linked], bool]:
    """The newest that fit, and whether there are more. What a person may not see is left out."""
    known = compared(world, board)
    fitting = (pair for name, pairs in _searched(world, wanted, board) for pair in _fitting(world, person, name, wanted, pairs))
    later = wanted.state in {None, Standing.GONE}
    newest = nlargest(AT_ONCE + 1 if later else SEARCHED, fitting, key=lambda pair: pair.linked_at or _LONG_AGO)
    found: list[Linked] = []
    for some in batched(newest, AT_ONCE, strict=False):
        found += [each for each in _looked_up(world, person, some, known) if wanted.state in {None, each.standing}]
        if len(found) > AT_ONCE:
            break
    return found[:AT_ONCE], len(found) > AT_ONCE or len(newest) == SEARCHED


def _searched(world: World, wanted: Wanted, board: Board) -> Iterator[tuple[str, Iterable[CrossReference]]]:
    """The links to look through, by object. What differs is few, and stands on a shelf of its own."""
    objects = [wanted.object] if wanted.object else names(world)
    if wanted.state is not Standing.DIFFERS:
        yield from ((name, world.cross_references.of_object(name)) for name in objects)
        return
    differ: dict[str, list[str]] = {}
    for item in differing(world, board):
        differ.setdefault(item.object, []).append(item.procore_id)
    yield from ((name, world.cross_references.by_procore(name, differ[name]).values()) for name in objects if name in differ)


def one(world: World, person: Person, object_name: str, procore_id: str, board: Board) -> Linked:
    """Raises ConnectorError(NOT_FOUND)."""
    known = compared(world, board)
    pair = world.cross_references.by_procore(object_name, [procore_id]).get(procore_id)
    if pair is None or not person.may_see(project_of(world, pair)):
        raise ConnectorError(Code.NOT_FOUND, f"{object_name.replace('_', ' ')} {procore_id} is not linked, or you may not see it.")
    return next(_looked_up(world, person, [pair], known))


def _fitting(world: World, person: Person, name: str, wanted: Wanted, pairs: Iterable[CrossReference]) -> Iterator[CrossReference]:
    by_rule, text = _by_rule(world, name), wanted.text.casefold()
    for pair in pairs:
        if not person.may_see(project_of(world, pair)) or (wanted.state is Standing.GONE and not pair.gone):
            continue
        if wanted.by and (wanted.by == "rule") is not (by_rule or _by_itself(pair)):
            continue
        if text in f"{pair.label} {pair.procore_id} {pair.intacct_id} {pair.intacct_key}".casefold():
            yield pair


def _by_rule(world: World, name: str) -> bool:
    """Whether links of this name are made by imports alone, past nobody."""
    room = room_of(world, name)
    return not (room.export is not None and room.name == name) and not any(leg.staged for leg in legs_of(room, name))


def _by_itself(pair: CrossReference) -> bool:
    return pair.linked_by in {WHO, THE_CLOCK}


def _looked_up(world: World, person: Person, pairs: Sequence[CrossReference], known: Compared) -> Iterator[Linked]:
    rooms = {name: room_of(world, name) for name in {pair.object for pair in pairs}}
    keys = {(pair.object, pair.procore_id): _keys(rooms[pair.object], pair) for pair in pairs}
    items = world.state.get_many([key for both in keys.values() for key in both])
    addresses = elsewhere.in_procore(world, pairs, items)
    by_rule = {name: _by_rule(world, name) for name in rooms}
    config = world.config()
    rights, admin = config.rights(person), Role.ADMIN in config.roles(person)
    for pair in pairs:
        place = pair.object, pair.procore_id
        held, staged = (items.get(key) for key in keys[place])
        sent = held if held is not None and held.state is State.SYNCED and held.intacct_key == pair.intacct_key else None
        item, standing = sent or staged, _standing(pair, sent, staged, known)
        project = project_of(world, pair)
        yield Linked(
            object=pair.object,
            name=pair.label or pair.procore_id,
            procore_id=pair.procore_id,
            intacct_id=pair.intacct_id,
            linked_at=pair.linked_at,
            linked_by=pair.linked_by,
            gone=pair.gone,
            standing=standing,
            by_hand=not (by_rule[pair.object] or _by_itself(pair)),
            item=item.id if item else "",
            in_procore=addresses.get(place, ""),
            may_unlink=admin or any(right.covers(rooms[pair.object].name, project) for right in rights),
            compared_at=known.at(sent) if sent is not None and standing is Standing.EQUAL else None,
            accepted=sent is not None and bool(sent.accepted),
            drift=sent.drift if sent is not None else None,
            fields=labels(rooms[pair.object].record, sent.drift.fields) if sent is not None and sent.drift else (),
        )


def _keys(room: Room, pair: CrossReference) -> tuple[str, str]:
    return item_id(pair.object, pair.procore_id), staged_id(room.name, pair.intacct_key)


def _standing(pair: CrossReference, sent: Item | None, staged: Item | None, known: Compared) -> Standing:
    """``sent`` is the item that was sent, or adopted as it stood, where it is the one that is linked."""
    if sent is not None and sent.drift is not None:
        return Standing.DIFFERS
    if pair.gone:
        return Standing.GONE
    if staged is not None and staged.state in _OF_IMPORTS:
        return _OF_IMPORTS[staged.state]
    return _of_sent(sent, known) if sent is not None else Standing.LINKED


def _of_sent(sent: Item, known: Compared) -> Standing:
    if not sent.written_back:
        return Standing.UNMARKED
    if known.at(sent) is None:
        return Standing.UNCOMPARED
    return Standing.LINKED if any(approval.via == ADOPTED for approval in sent.approvals) else Standing.EQUAL
