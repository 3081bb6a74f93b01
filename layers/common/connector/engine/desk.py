"""A person's work on staged records: who may, what stands in the way, and the writing.

One to one on both sides: neither record may be linked elsewhere. Procore is written first, a record before its lines, then link, state
and history in one transaction; repeated after a crash, the same Procore record is found again by its origin id, and so is each line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from connector.core.codecs import ID
from connector.core.configuration import Configuration
from connector.core.errors import Code, ConnectorError, RetryLater, Violation
from connector.core.exchange import SyncAnswer
from connector.core.item import Item, Problem, State, step
from connector.core.origin import is_ours
from connector.core.people import Person, Role
from connector.core.record import Record
from connector.core.spec import Facts, Leg
from connector.engine import merged
from connector.engine.back_references import to_procore
from connector.engine.decide import Decided
from connector.engine.finish import arrived
from connector.engine.kept_record import kept
from connector.engine.refused import item_id as staged_id
from connector.engine.stage import PART, RECORDNO
from connector.engine.submit import found, item_id
from connector.engine.target import Target, Twin
from connector.engine.target_lines import Landed, Pairing
from connector.engine.world import World
from connector.ports import LINE, Contention, CrossReference, Json, LinkedElsewhere

type _Place = tuple[str, str, str, str]

DONE: Final = frozenset({State.IMPORTED, State.LINKED})
ON_ITS_WAY: Final = frozenset({State.APPROVED, State.BLOCKED, State.EXPORTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What Procore is to be told of an item, and what the item becomes. ``pairing`` is that of lines that stand there and are only
    marked; None where the lines are written."""

    item: Item
    record: Record
    body: Mapping[str, Json]
    becomes: State
    what: str
    pairing: Pairing | None = None
    before: frozenset[str] = frozenset()
    """Procore's lines of an earlier time."""


class _Ahead:
    """What was looked up together; what was not is looked up when it is asked for. It may be old by some seconds: a save refuses what
    somebody changed since."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items: dict[str, Item | None] = {}
        self._pairs: dict[tuple[str, str], CrossReference | None] = {}
        self._pairs_of: dict[tuple[str, str], CrossReference | None] = {}

    def look(self, object_name: str, items: Collection[str], procore_ids: Collection[str]) -> None:
        wanted = [*items, *(item_id(object_name, each) for each in procore_ids)]
        held, references = self._world.state.get_many(wanted), self._world.cross_references
        self._items = {key: held.get(key) for key in wanted}
        keys = [held[key].intacct_key for key in items if key in held]
        pairs, pairs_of = references.by_intacct(object_name, keys), references.by_procore(object_name, procore_ids)
        self._pairs = {(object_name, key): pairs.get(key) for key in keys}
        self._pairs_of = {(object_name, each): pairs_of.get(each) for each in procore_ids}

    def item(self, key: str) -> Item | None:
        return self._items[key] if key in self._items else self._world.state.get(key)

    def pair(self, item: Item) -> CrossReference | None:
        place = item.object, item.intacct_key
        return self._pairs[place] if place in self._pairs else self._world.cross_references.by_intacct(*_one(place)).get(place[1])

    def pair_of(self, object_name: str, procore_id: str) -> CrossReference | None:
        place = object_name, procore_id
        return self._pairs_of[place] if place in self._pairs_of else self._world.cross_references.by_procore(*_one(place)).get(procore_id)


def _one(place: tuple[str, str]) -> tuple[str, list[str]]:
    return place[0], [place[1]]


@dataclass(slots=True)
class Desk:
    """Each record on its own: what cannot be done with one does not stop the rest."""

    world: World
    person: Person
    decided: dict[str, Decided] = field(default_factory=dict)
    claims: list[_Claim] = field(default_factory=list)
    targets: dict[_Place, Target] = field(default_factory=dict)
    config: Configuration = field(init=False)
    ahead: _Ahead = field(init=False)

    def __post_init__(self) -> None:
        self.config, self.ahead = self.world.config(), _Ahead(self.world)

    def leg(self, item: Item) -> Leg[Any]:
        return leg_of(self.world, item)

    def target(self, item: Item) -> Target:
        key = _place(item)
        if key not in self.targets:
            facts = Facts(config=self.config, kind=item.kind, project_id=item.project_id, sub_job_id=item.staged.get(PART, ""))
            self.targets[key] = Target(self.world, self.leg(item), facts)
        return self.targets[key]

    def each(self, item_ids: Sequence[str], do: Callable[[Item], Decided | None]) -> None:
        """``do`` for every item that this person may decide; None is for one that is taken up and not settled yet."""
        for key in dict.fromkeys(item_ids):
            try:
                item = self._found(key)
                self.must_be_allowed(item)
            except ConnectorError as problem:
                self.decided[key] = Decided(item=key, state=None, violation=problem.violation())
            else:
                self._record(item, partial(do, item))

    def look_ahead(self, object_name: str, items: Collection[str], procore_ids: Collection[str]) -> None:
        """Looks up together what is to be known of many items and of the Procore records that they may be linked to."""
        self.ahead.look(object_name, items, procore_ids)

    def _found(self, key: str) -> Item:
        item = self.ahead.item(key)
        return item if item is not None and self.person.may_see(item.project_id) else found(self.world, self.person, key)

    def _record(self, item: Item, do: Callable[[], Decided | None]) -> None:
        try:
            result = do()
        except Contention:
            result = self.refused(item, Code.NOT_WAITING, "somebody else decided just now.")
        except RetryLater:
            raise
        except ConnectorError as problem:
            result = Decided(item=item.id, state=item.state, violation=problem.violation())
        if result is not None:
            self.decided[item.id] = result

    def must_be_allowed(self, item: Item) -> None:
        if Role.ADMIN not in self.config.roles(self.person) and not self.config.may_approve(self.person, item):
            raise ConnectorError(Code.NOT_ALLOWED, f"{self.person.name} may not decide about {item.object.replace('_', ' ')}.")

    def refused(self, item: Item, code: Code, message: str) -> Decided:
        return Decided(item=item.id, state=item.state, violation=Violation(code=code, field="", message=f"{item.title}: {message}"))

    def move(self, item: Item, what: str, state: State, **changes: object) -> Decided:
        after, entry = step(item, what, who=self.person.name, at=self.world.clock.now(), detail=None, state=state, **changes)
        self.world.state.save(after, entry)
        return Decided(item=item.id, state=state, said=what)

    def pair(self, item: Item) -> CrossReference | None:
        return self.ahead.pair(item)

    def offered(self, item: Item) -> CrossReference | None:
        """The link of a record of which a change is staged."""
        pair = self.pair(item) if item.state is State.STAGED and self.leg(item).offers else None
        return pair if pair is not None and pair.procore_id == item.procore_id else None

    def taken(self, item: Item) -> Decided | None:
        """Why the record that Procore has anyway is not this one's: it is another's, or on its way to Intacct."""
        there = self.target(item).itself
        if not there:
            return None
        pair = self.world.cross_references.by_procore(item.object, [there]).get(there)
        if pair is not None and pair.intacct_key != item.intacct_key:
            return self.refused(item, Code.LINKED_ELSEWHERE, f"Procore's is linked to {pair.intacct_id} in Intacct.")
        exports = self.world.state.get_many([item_id(item.object, there), item_id(item.object, item.project_id)]).values()
        if any(export.state in ON_ITS_WAY for export in exports):
            return self.refused(item, Code.NOT_WAITING, "Procore's is on its way to Intacct.")
        return None

    def record(self, item: Item) -> tuple[Record, list[Violation]]:
        """As it was staged, with Procore's ids, and what is not linked any more."""
        return to_procore(self.world, kept(self.world, self.leg(item), item))

    def closed(self, item: Item) -> Decided | None:
        """Why nothing can be done with it any more: it is not staged, or stands linked."""
        pair = self.pair(item)
        if pair is not None and item.state in DONE:
            self._free(item, pair.procore_id)
            return Decided(item=item.id, state=item.state, said=f"{item.state.value} before")
        if pair is not None:
            return self.refused(item, Code.LINKED_ELSEWHERE, f"{item.intacct_id} is linked to Procore's {pair.label or pair.procore_id}.")
        if item.state is not State.STAGED:
            return self.refused(item, Code.NOT_WAITING, f"it is {item.state.value}; nothing was changed.")
        return None

    def claim(self, item: Item, record: Record, body: Mapping[str, Json], what: str) -> None:
        """Takes the item up to be brought into Procore."""
        pair = self.offered(item)
        lines = frozenset(pair.lines) if pair else frozenset[str]()
        self.claims.append(_Claim(item=item, record=record, body=body, becomes=State.IMPORTED, what=what, before=lines))

    def claim_twin(self, item: Item, twin: Twin) -> Decided | None:
        """Takes the item up for a record of Procore's: that may not be linked, be another integration's, or be on its way to Intacct."""
        pair = self.ahead.pair_of(item.object, twin.id)
        if pair is not None and pair.intacct_key != item.intacct_key:
            return self.refused(item, Code.LINKED_ELSEWHERE, f"Procore's {twin.name} is linked to {pair.intacct_id} ({pair.label}).")
        if not is_ours(twin.origin):
            said = f"Procore's {twin.name} carries the origin id {twin.origin!r} of another integration."
            return self.refused(item, Code.ORIGIN_NOT_OURS, said)
        export = self.ahead.item(item_id(item.object, twin.id))
        if export is not None and export.state in ON_ITS_WAY:
            return self.refused(item, Code.NOT_WAITING, f"Procore's {twin.name} is {export.state.value} to be added to Intacct.")
        target, (record, problems) = self.target(item), self.record(item)
        there = target.lines.paired(twin.id, record) if target.lines and not problems else Landed()
        if problems or there.violations:
            return self.kept(item, [*problems, *there.violations], f"not linked to Procore's {twin.name}")
        body = {"id": ID.write(twin.id)} | target.marks(item.staged.get(RECORDNO, item.intacct_key), item.intacct_id)
        self.claims.append(
            _Claim(item=item, record=record, body=body, becomes=State.LINKED, what="linked", pairing=there.pairing),
        )
        return None

    def freed(self, item: Item, procore_id: str) -> bool:
        """Whether the item stood linked to a record that is gone in Procore, and its link has gone to this one. Raises
        ConnectorError(LINKED_ELSEWHERE, NOT_WAITING)."""
        if item.state is not State.INVALID or all(problem.code is not Code.GONE_IN_PROCORE for problem in item.problems):
            return False
        references, room, pair = self.world.cross_references, self.world.room(item.object), self.pair(item)
        if pair is None or pair.procore_id == procore_id:
            return pair is not None
        if not merged.is_gone(self.world, room, pair.procore_id):
            raise ConnectorError(Code.NOT_WAITING, f"{item.title}: its record is in Procore again; nothing was changed.")
        if other := references.by_procore(item.object, [procore_id]).get(procore_id):
            said = f"{item.title}: Procore's {procore_id} is linked to {other.intacct_id}. Decide in Intacct which of the two goes on."
            raise ConnectorError(Code.LINKED_ELSEWHERE, said)
        return references.repoint(pair, procore_id)

    def settle(self) -> list[Decided]:
        """Writes what was claimed, one sync action for each target."""
        groups: dict[_Place, list[_Claim]] = {}
        for claim in self.claims:
            groups.setdefault(_place(claim.item), []).append(claim)
        for key, group in groups.items():
            for claim, answer in zip(group, self.targets[key].sync([claim.body for claim in group]), strict=True):
                self._record(claim.item, partial(self._written, claim, answer))
        return list(self.decided.values())

    def _written(self, claim: _Claim, answer: SyncAnswer) -> Decided:
        if answer.entity is None:
            return self.kept(claim.item, answer.violations, "refused by Procore")
        landed = self._lines(claim, str(answer.entity["id"]))
        if landed.violations:
            return self.kept(claim.item, landed.violations, "lines refused by Procore")
        return self._done(claim, answer.entity, landed.pairing)

    def _lines(self, claim: _Claim, procore_id: str) -> Landed:
        lines = self.target(claim.item).lines
        if lines is None:
            return Landed()
        if claim.pairing is None:
            return lines.write(procore_id, claim.record, claim.before)
        return lines.mark(procore_id, claim.pairing)

    def kept(self, item: Item, violations: Sequence[Violation], what: str) -> Decided:
        """The item stays where it is, with every reason."""
        self.move(item, what, item.state, problems=tuple(Problem.of(violation) for violation in violations))
        return Decided(item=item.id, state=item.state, violation=violations[0])

    def _done(self, claim: _Claim, entity: Mapping[str, Any], lines: Pairing) -> Decided:
        item, now = claim.item, self.world.clock.now()
        leg, procore_id = self.leg(item), str(entity["id"])
        told = leg.detail(claim.record, entity) if leg.detail else {}
        pair = CrossReference(
            object=item.object,
            procore_id=procore_id,
            intacct_key=item.intacct_key,
            intacct_id=item.intacct_id,
            project_id=item.project_id,
            label=item.title,
            record_hash=item.fingerprint,
            linked_by=self.person.name,
            linked_at=now,
            detail=told | {f"{LINE}{line}": key for key, line in lines.items()},
        )
        after, entry = step(
            item,
            claim.what,
            who=self.person.name,
            at=now,
            detail={"procore": procore_id},
            state=claim.becomes,
            procore_id=procore_id,
            problems=(),
        )
        try:
            self.world.state.save(after, entry, link=pair)
        except LinkedElsewhere:
            self._mark_again(item, procore_id)
            return self.refused(item, Code.LINKED_ELSEWHERE, "one of the two records was linked elsewhere just now.")
        self._free(item, procore_id)
        return Decided(item=item.id, state=claim.becomes, said=claim.what)

    def _mark_again(self, item: Item, procore_id: str) -> None:
        """Somebody linked the Procore record to another one at the same moment: it carries our mark, and gets theirs back."""
        pair = self.world.cross_references.by_procore(item.object, [procore_id]).get(procore_id)
        if pair is None or pair.intacct_key == item.intacct_key:
            return
        theirs = self.world.state.get(staged_id(item.object, pair.intacct_key))
        recordno = theirs.staged.get(RECORDNO, pair.intacct_key) if theirs else pair.intacct_key
        target = self.target(item)
        target.sync([{"id": ID.write(procore_id)} | target.marks(recordno, pair.intacct_id)])

    def _free(self, item: Item, procore_id: str) -> None:
        """An export of the same record is not needed any more, and what waited for it may go."""
        key = item_id(item.object, procore_id)
        export = self.ahead.item(key)
        if export is not None and export.state is State.WAITING:
            with suppress(Contention):
                self.move(export, f"linked to {item.intacct_id} instead", State.RETRIEVED)
        arrived(self.world, [key])


def leg_of(world: World, item: Item) -> Leg[Any]:
    """The leg that a person's record came by. Raises ConnectorError(NOT_WAITING)."""
    legs = (leg for leg in world.room(item.object).imports if isinstance(leg, Leg) and leg.staged and leg.name == item.kind)
    leg = next(legs, None)
    if leg is None:
        raise ConnectorError(Code.NOT_WAITING, f"{item.title} goes into Procore without a person.")
    return leg


def _place(item: Item) -> _Place:
    """What goes to one place in Procore."""
    return item.object, item.kind, item.project_id, item.staged.get(PART, "")
