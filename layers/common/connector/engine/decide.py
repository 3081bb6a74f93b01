"""The decision: approve or reject, one item or many, bound to what was shown. The only way into Intacct leads through here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.item import Approval, Item, State, step
from connector.core.people import Person
from connector.engine import automatic, notify
from connector.engine.finish import arrived, linked
from connector.engine.plan import start_run
from connector.engine.preview import name_of
from connector.engine.submit import found
from connector.engine.world import Source, World
from connector.ports import Contention

TRIES: Final = 3
"""How often a decision is looked at anew when others change the item at the same moment."""
GIVEN: Final = frozenset({State.APPROVED, State.BLOCKED, State.EXPORTING, State.SYNCED})
"""States in which an approval stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``fingerprint`` is that of the preview the person saw. ``with_needs`` approves what goes first along with it."""

    item: str
    verdict: Literal["approve", "reject"]
    fingerprint: str
    reason: str = ""
    with_needs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    item: str
    state: State | None
    violation: Violation | None = None
    said: str = ""
    run: str = ""


def decide(world: World, person: Person, decisions: Sequence[Decision], *, via: str) -> list[Decided]:
    """Each decision on its own: one that cannot be taken does not stop the rest. What was approved goes out in one run, at once."""
    results = [_one(world, person, decision, via) for decision in decisions]
    fresh = [result for result in results if result.said == "approved"]
    if fresh:
        ids = [result.item for result in fresh]
        run = start_run(world, _with_their_needs(world, ids), by=person.name)
        results = [replace(result, run=run) if result in fresh else result for result in results]
    return results


def _with_their_needs(world: World, ids: Sequence[str]) -> list[str]:
    items = world.state.get_many(ids)
    return [
        *ids,
        *(need for item in items.values() for need in item.pending if (held := world.state.get(need)) and held.state is State.APPROVED),
    ]


def _one(world: World, person: Person, decision: Decision, via: str) -> Decided:
    try:
        return _taken(world, person, decision, via)
    except ConnectorError as problem:
        held = world.state.get(decision.item)
        return Decided(
            item=decision.item,
            state=held.state if held and person.may_see(held.project_id) else None,
            violation=problem.violation(),
        )


def _taken(world: World, person: Person, decision: Decision, via: str) -> Decided:
    """The decision about the item as it is now. Another window or another person may be faster: then it is read again."""
    for _ in range(TRIES):
        item = found(world, person, decision.item)
        check_right(world, person, item)
        try:
            if decision.verdict == "reject":
                return _reject(world, person, item, decision, via)
            return _approve(world, person, item, decision, via)
        except Contention:
            continue
    raise ConnectorError(Code.NOT_WAITING, f"{decision.item} is being changed by others just now; nothing was changed by you.")


def check_right(world: World, person: Person, item: Item) -> None:
    config = world.config()
    if not config.may_approve(person, item):
        raise ConnectorError(Code.NOT_YOUR_APPROVAL, f"{person.name} may not decide {item.object.replace('_', ' ')} of this project.")
    if item.sent_by == person.login and not config.sender_may_approve:
        others = ", ".join(right.login for right in config.approvers_for(item) if right.login != person.login)
        raise ConnectorError(
            Code.SENDER_IS_APPROVER,
            f"You sent {item.number}, so another approver decides{': ' + others if others else ''}.",
        )


def _reject(world: World, person: Person, item: Item, decision: Decision, via: str) -> Decided:
    if not decision.reason.strip():
        raise ConnectorError(Code.REASON_MISSING, f"Say why {item.number} is rejected.")
    if item.state is State.REJECTED and item.fingerprint == decision.fingerprint and item.reason == decision.reason:
        return Decided(item=item.id, state=item.state, said="rejected before")
    _must_wait(item, decision)
    after, entry = step(
        item,
        "rejected",
        who=person.name,
        at=world.clock.now(),
        state=State.REJECTED,
        reason=decision.reason,
        detail={"reason": decision.reason, "fingerprint": item.fingerprint, "via": via},
    )
    world.state.save(after, entry)
    notify.rejected(world, after, person.name)
    return Decided(item=item.id, state=after.state, said="rejected")


def _approve(world: World, person: Person, item: Item, decision: Decision, via: str) -> Decided:
    mine = any(approval.by == person.login and approval.fingerprint == decision.fingerprint for approval in item.approvals)
    if mine and item.state in GIVEN | {State.WAITING}:
        return Decided(item=item.id, state=item.state, said="approved before")
    _must_wait(item, decision)
    open_needs = [need for need in item.pending if not linked(world, need)]
    if open_needs and decision.with_needs:
        _approve_needs(world, person, item, open_needs, via)
    now = world.clock.now()
    approvals = (
        *item.approvals,
        Approval(fingerprint=item.fingerprint, by=person.login, by_name=person.name, at=now, via=via),
    )
    enough = world.config().within_limit([person.login], item) or len({approval.by for approval in approvals}) > 1
    unmet = [need for need in open_needs if (held := world.state.get(need)) is None or held.state not in GIVEN - {State.BLOCKED}]
    state = State.WAITING if not enough else State.BLOCKED if unmet else State.APPROVED
    after, entry = step(
        item,
        "approved" if enough else "approved, a second approver decides above the limit",
        who=person.name,
        at=now,
        state=state,
        approvals=approvals,
        waits_for=unmet[0] if enough and unmet else "",
        detail={"fingerprint": item.fingerprint, "via": via},
    )
    world.state.save(after, entry)
    if state is State.BLOCKED and linked(world, after.waits_for):
        # It arrived while this one was put aside: nobody else lets it go.
        arrived(world, [after.waits_for])
    said = {
        State.APPROVED: "approved",
        State.BLOCKED: f"approved; waits for {after.waits_for}",
        State.WAITING: "approved; a second approver decides",
    }[state]
    return Decided(item=item.id, state=state, said=said)


def _approve_needs(world: World, person: Person, item: Item, needs: Sequence[str], via: str) -> None:
    """Each need is approved as it was shown inside this item's preview."""
    shown = json.loads(world.payloads.get(name_of(item.id, item.fingerprint)) or "{}")
    fingerprints = {need["item"]: need["fingerprint"] for need in shown.get("needs", ())}
    for need in needs:
        held = world.state.get(need)
        if held is not None and held.state in GIVEN:
            continue
        result = _one(world, person, Decision(item=need, verdict="approve", fingerprint=fingerprints.get(need, "")), via)
        if result.violation is not None:
            raise ConnectorError(result.violation.code, f"{need}, which goes first: {result.violation.message}")


def _must_wait(item: Item, decision: Decision) -> None:
    if item.state is not State.WAITING:
        last = item.approvals[-1].by_name if item.approvals else ""
        raise ConnectorError(
            Code.NOT_WAITING,
            f"{item.number} is {item.state.value}{', approved by ' + last if last else ''}; nothing was changed.",
        )
    if item.fingerprint != decision.fingerprint:
        raise ConnectorError(Code.STALE_APPROVAL, f"{item.number} changed after it was shown to you. Your decision was not taken.")


def retry(world: World, person: Person, item_ids: Sequence[str]) -> list[Decided]:
    """Failed items go again under the approval they have, those that go without one if they break no rule any more. What an earlier
    request left in Intacct is found and adopted first."""
    results = [_again(world, person, item_id) for item_id in item_ids]
    again = [result.item for result in results if result.violation is None]
    run = start_run(world, again, by=person.name) if again else ""
    return [replace(result, run=run) if result.violation is None else result for result in results]


def _again(world: World, person: Person, item_id: str) -> Decided:
    try:
        item = found(world, person, item_id)
        check_right(world, person, item)
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
    return Decided(item=item_id, state=after.state, said="approved")


def _by_itself(world: World, person: Person, item: Item) -> Decided:
    source = Source(procore_id=item.procore_id, project_id=item.project_id)
    after = automatic.taken_up(world, world.room(item.object), source, person.name) or world.state.get(item.id) or item
    broken = after.problems[0].violation() if after.problems else None
    return Decided(item=item.id, state=after.state, violation=broken, said="" if broken else "approved")
