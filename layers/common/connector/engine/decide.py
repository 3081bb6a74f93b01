"""The decision: approve or reject, one item or many, bound to what was shown. The only way into Intacct leads through here."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from connector.core.configuration import Configuration
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.item import Approval, HistoryEntry, Item, State, step
from connector.core.notices import Notice
from connector.core.people import Person
from connector.engine import automatic, notify, outbox
from connector.engine.finish import let_go_if_there
from connector.engine.needs import Ahead
from connector.engine.plan import start_run
from connector.engine.preview import name_of
from connector.engine.submit import visible
from connector.engine.world import Source, World
from connector.ports import Contention

TRIES: Final = 3
"""How often a decision is looked at anew when others change the item at the same moment."""
GIVEN: Final = frozenset({State.APPROVED, State.BLOCKED, State.EXPORTING, State.SYNCED})
"""States in which an approval stands."""
APPROVED: Final = "approved"
"""What is said of an item that goes now."""
REJECTED: Final = "rejected"


type Verdict = Literal["approve", "reject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``fingerprint`` is that of the preview the person saw. ``with_needs`` approves all that goes first along with it, each under the
    fingerprint that ``needs`` names for it; without any, as the kept preview shows them."""

    item: str
    verdict: Verdict
    fingerprint: str
    reason: str = ""
    with_needs: bool = False
    needs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """``needs`` are those that were approved along, also where the item itself was not."""

    item: str
    state: State | None
    violation: Violation | None = None
    said: str = ""
    run: str = ""
    needs: tuple[Decided, ...] = ()


def decide(world: World, person: Person, decisions: Sequence[Decision], *, via: str) -> list[Decided]:
    """Each decision on its own: one that cannot be taken does not stop the rest. What goes first is decided first; the results come in
    the order of the decisions. What was approved goes out in one run, at once."""
    bench = Bench(world, person, via)
    bench.read([decision.item for decision in decisions])
    results = {number: bench.one(decision) for number, decision in bench.in_order(decisions)}
    outbox.deliver(world, *bench.owed)
    run = bench.start()
    return [replace(results[number], run=run) if results[number].said == APPROVED else results[number] for number in range(len(decisions))]


@dataclass(slots=True)
class Bench:
    """One person's decisions, with what they are about: settings and items are read once for all of them."""

    world: World
    person: Person
    via: str
    config: Configuration = field(init=False)
    ahead: Ahead = field(init=False)
    items: dict[str, Item] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    """What was approved here and may go."""
    owed: list[Notice] = field(default_factory=list)
    """To the senders of what was rejected here."""

    def __post_init__(self) -> None:
        self.config = self.world.config()
        self.ahead = Ahead(self.world)

    def read(self, item_ids: Collection[str]) -> None:
        """These items as they are now, and what goes before them."""
        self.items |= self.world.state.get_many(item_ids)
        self.ahead.read([self.items[key] for key in item_ids if key in self.items])

    def in_order(self, decisions: Sequence[Decision]) -> list[tuple[int, Decision]]:
        """The decisions with their numbers: one about what goes first comes before."""
        places = {decision.item: len(self._before(decision)) for decision in decisions}
        return sorted(enumerate(decisions), key=lambda each: places[each[1].item])

    def _before(self, decision: Decision) -> tuple[str, ...]:
        item = self.items.get(decision.item)
        return self.ahead.of(item) if item else ()

    def one(self, decision: Decision) -> Decided:
        along: list[Decided] = []
        try:
            return self._taken(decision, along)
        except ConnectorError as problem:
            item = self._held(decision.item)
            told = "".join(f" {each.item} was approved before that." for each in along)
            return Decided(
                item=decision.item,
                state=item.state if item and self.person.may_see(item.project_id) else None,
                violation=replace(problem.violation(), message=problem.message + told),
                needs=tuple(along),
            )

    def _taken(self, decision: Decision, along: list[Decided]) -> Decided:
        """The decision about the item as it is now. Another window or another person may be faster: then it is read again."""
        for _ in range(TRIES):
            item = self._seen(decision.item)
            check_right(self.config, self.person, item)
            try:
                if decision.verdict == "reject":
                    return self._reject(item, decision)
                return self._approve(item, decision, along)
            except Contention:
                self.read([decision.item, *self._before(decision)])
        raise ConnectorError(Code.NOT_WAITING, f"{decision.item} is being changed by others just now; nothing was changed by you.")

    def _held(self, key: str) -> Item | None:
        return self.items.get(key) or self.ahead.items.get(key)

    def _seen(self, key: str) -> Item:
        return visible(self._held(key), key, self.person)

    def _save(self, after: Item, entry: HistoryEntry, notice: Notice | None = None) -> None:
        self.world.state.save(after, entry, notice=notice, decided_by=self.person.login)
        self.items[after.id] = self.ahead.items[after.id] = after

    def _reject(self, item: Item, decision: Decision) -> Decided:
        if not decision.reason.strip():
            raise ConnectorError(Code.REASON_MISSING, f"Say why {item.number} is rejected.")
        if item.state is State.REJECTED and item.fingerprint == decision.fingerprint and item.reason == decision.reason:
            return Decided(item=item.id, state=item.state, said="rejected before")
        _must_wait(item, decision.fingerprint)
        after, entry = step(
            item,
            REJECTED,
            who=self.person.name,
            at=self.world.clock.now(),
            state=State.REJECTED,
            reason=decision.reason,
            detail={"reason": decision.reason, "fingerprint": item.fingerprint, "via": self.via},
        )
        notice = notify.rejected(after, self.person.name)
        self._save(after, entry, notice)
        self.owed += [notice] if notice else []
        return Decided(item=item.id, state=after.state, said=REJECTED)

    def _approve(self, item: Item, decision: Decision, along: list[Decided]) -> Decided:
        if self.is_mine(item, decision.fingerprint):
            return Decided(item=item.id, state=item.state, said="approved before")
        for need in self.along(item, decision):
            along.append(self._approve_one(self._seen(need.id)))  # noqa: PERF401 -- the next may fail, and this one is told
        return replace(self._approve_one(item), needs=tuple(along))

    def is_mine(self, item: Item, fingerprint: str) -> bool:
        """Whether this person has approved it before, and that stands."""
        mine = any(approval.by == self.person.login and approval.fingerprint == fingerprint for approval in item.approvals)
        return mine and item.state in GIVEN | {State.WAITING}

    def along(self, item: Item, decision: Decision) -> list[Item]:
        """What an approval of this item approves along, exactly as it was shown: looked at before any of it is approved. Raises
        ConnectorError where the item or one of them cannot be approved by this person now."""
        _must_wait(item, decision.fingerprint)
        if not decision.with_needs:
            return []
        shown = decision.needs or shown_needs(self.world, item)
        return [self._decidable(need, shown.get(need, "")) for need in self.ahead.of(item) if not self._stands(need, shown.get(need, ""))]

    def _decidable(self, need: str, fingerprint: str) -> Item:
        try:
            held = self._seen(need)
            check_right(self.config, self.person, held)
            _must_wait(held, fingerprint)
        except ConnectorError as problem:
            raise ConnectorError(problem.code, f"{need}, which goes first: {problem.message}") from None
        return held

    def _stands(self, need: str, fingerprint: str) -> bool:
        held = self._held(need)
        return held is not None and (held.state in GIVEN or self.is_mine(held, fingerprint))

    def _approve_one(self, item: Item) -> Decided:
        now = self.world.clock.now()
        approval = Approval(fingerprint=item.fingerprint, by=self.person.login, by_name=self.person.name, at=now, via=self.via)
        approvals = (*item.approvals, approval)
        enough = not self.needs_a_second(item)
        unmet = [need for need in item.pending if need not in self.ahead.there and not self._goes(need)]
        state = State.WAITING if not enough else State.BLOCKED if unmet else State.APPROVED
        after, entry = step(
            item,
            APPROVED if enough else "approved, a second approver decides above the limit",
            who=self.person.name,
            at=now,
            state=state,
            approvals=approvals,
            waits_for=unmet[0] if enough and unmet else "",
            detail={"fingerprint": item.fingerprint, "via": self.via},
        )
        self._save(after, entry)
        if state is State.APPROVED:
            self.fresh.append(item.id)
        if state is State.BLOCKED:
            let_go_if_there(self.world, after)
        said = {
            State.APPROVED: APPROVED,
            State.BLOCKED: f"approved; waits for {after.waits_for}",
            State.WAITING: "approved; a second approver decides",
        }[state]
        return Decided(item=item.id, state=state, said=said)

    def needs_a_second(self, item: Item) -> bool:
        """Whether the item waits on after this person's approval: they have no such limit, and nobody else has approved it. Two limits do
        not add up."""
        others = any(approval.by != self.person.login for approval in item.approvals)
        return not others and not self.config.within_limit([self.person.login], item)

    def _goes(self, need: str) -> bool:
        held = self._held(need)
        return held is not None and held.state in GIVEN - {State.BLOCKED}

    def start(self) -> str:
        """One run of what was approved, with what goes before it and may go."""
        if not self.fresh:
            return ""
        ahead = {need for key in self.fresh for need in self.ahead.of(self.items[key])}
        go = [need for need in ahead if (held := self._held(need)) and held.state is State.APPROVED]
        return start_run(self.world, [*self.fresh, *go], by=self.person.name)


def shown_needs(world: World, item: Item) -> dict[str, str]:
    """The fingerprints of what goes first, as the preview that is kept with an item shows it."""
    shown = json.loads(world.payloads.get(name_of(item.id, item.fingerprint)) or "{}")
    return {need["item"]: need["fingerprint"] for need in shown.get("needs", ())}


def check_right(config: Configuration, person: Person, item: Item) -> None:
    """Raises ConnectorError(NOT_YOUR_APPROVAL, SENDER_IS_APPROVER)."""
    if not config.may_approve(person, item):
        raise ConnectorError(Code.NOT_YOUR_APPROVAL, f"{person.name} may not decide {item.object.replace('_', ' ')} of this project.")
    if item.sent_by == person.login and not config.sender_may_approve:
        others = ", ".join(right.login for right in config.approvers_for(item) if right.login != person.login)
        raise ConnectorError(
            Code.SENDER_IS_APPROVER,
            f"You sent {item.number}, so another approver decides{': ' + others if others else ''}.",
        )


def _must_wait(item: Item, fingerprint: str) -> None:
    if item.state is not State.WAITING:
        last = item.approvals[-1].by_name if item.approvals else ""
        raise ConnectorError(
            Code.NOT_WAITING,
            f"{item.number} is {item.state.value}{', approved by ' + last if last else ''}; nothing was changed.",
        )
    if item.fingerprint != fingerprint:
        raise ConnectorError(Code.STALE_APPROVAL, f"{item.number} changed after it was shown to you. Your decision was not taken.")


def retry(world: World, person: Person, item_ids: Sequence[str]) -> list[Decided]:
    """Failed items go again under the approval they have, those that go without one if they break no rule any more. What an earlier
    request left in Intacct is found and adopted first."""
    config, items = world.config(), world.state.get_many(item_ids)
    results = [_again(world, config, person, item_id, items.get(item_id)) for item_id in item_ids]
    again = [result.item for result in results if result.said == APPROVED]
    run = start_run(world, again, by=person.name) if again else ""
    return [replace(result, run=run) if result.said == APPROVED else result for result in results]


def _again(world: World, config: Configuration, person: Person, item_id: str, held: Item | None) -> Decided:
    try:
        item = visible(held, item_id, person)
        check_right(config, person, item)
    except ConnectorError as problem:
        return Decided(item=item_id, state=None, violation=problem.violation())
    if item.state is State.FAILED and not item.approvals and not item.sent_by and item.object in automatic.goes_by_itself(world):
        return _by_itself(world, person, item)
    if item.state is not State.FAILED or not item.approvals:
        no = Violation(
            code=Code.NOT_WAITING, field="", message=f"{item.number} is {item.state.value}; only what failed can be tried again."
        )
        return Decided(item=item_id, state=item.state, violation=no)
    after, entry = step(item, "tried again", who=person.name, at=world.clock.now(), state=State.APPROVED, problems=())
    try:
        world.state.save(after, entry)
    except Contention:
        return Decided(item=item_id, state=None, said="tried again by somebody else")
    return Decided(item=item_id, state=after.state, said=APPROVED)


def _by_itself(world: World, person: Person, item: Item) -> Decided:
    source = Source(procore_id=item.procore_id, project_id=item.project_id)
    after = automatic.taken_up(world, world.room(item.object), source, person.name) or world.state.get(item.id) or item
    broken = after.problems[0].violation() if after.problems else None
    return Decided(item=item.id, state=after.state, violation=broken, said="" if broken else APPROVED)
