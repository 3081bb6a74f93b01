"""A change of mind: the sender takes back what waits, an approver their approval until the export starts.

An approval that is taken back is none. The item waits again as it was shown, under the same fingerprint, and all its approvals fall: where
two were needed, two decide anew. What was approved along with it stands as it is; what needs it waits until it is there. The worker that
begins the export and the one who takes back save over the same version, so that exactly one of them wins (:class:`Contention`).

Who would be told when a record begins to wait is told now, with a link of their own, because it was decided in between; but for the one
who took it back. Their own link is used up: they decide in the app. What waited for a second approver has waited for them all along, and
nobody is told anew.
"""

from __future__ import annotations

from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State, step
from connector.core.people import Person
from connector.engine import notify, outbox
from connector.engine.automatic import WHO
from connector.engine.decide import TRIES
from connector.engine.submit import found
from connector.engine.world import World
from connector.ports import Contention

TAKEN_BACK: Final = "approval taken back"
"""What the history says of it."""
REVOCABLE: Final = frozenset({State.WAITING, State.APPROVED, State.BLOCKED})
"""States in which an approval can be taken back: of what waits that of the first of two approvers."""
_FELL: Final = "approved by"
"""Where the history's entry keeps whose approvals fell: their logins, with a space between."""
_LEFT: Final = frozenset({State.EXPORTING, State.SYNCED})


def take_back(world: World, person: Person, key: str, *, approval: bool = False) -> Item:
    """The person's own approval, where one stands on the item; else the record, where they sent it and it waits. ``approval`` takes back
    nothing else, so that a second click on it changes nothing more. Raises ConnectorError(NOT_FOUND, NOT_ALLOWED, NOT_WAITING, BY_HAND):
    BY_HAND where it is too late."""
    for _ in range(TRIES):
        item = found(world, person, key)
        try:
            return _taken_back(world, person, item, only_approval=approval)
        except Contention:
            continue
    raise ConnectorError(Code.NOT_WAITING, f"{key} is being changed by others just now; nothing was changed by you.")


def may_take_back(person: Person, item: Item) -> bool:
    """Whether an approval of this person stands on the item that they can still take back."""
    return item.state in REVOCABLE and not _has_left(item) and _stands(item, person)


def _taken_back(world: World, person: Person, item: Item, *, only_approval: bool) -> Item:
    if may_take_back(person, item):
        return _approval(world, person, item)
    if item.state is State.WAITING and item.sent_by == person.login and not only_approval:
        return _record(world, person, item)
    if item.state is State.WAITING and _just_now(world, person, item):
        return item
    raise _refusal(world, person, item)


def _record(world: World, person: Person, item: Item) -> Item:
    """Back to the sender, before a decision."""
    after, entry = step(item, "taken back", who=person.name, at=world.clock.now(), state=State.RETRIEVED)
    world.state.save(after, entry)
    return after


def _approval(world: World, person: Person, item: Item) -> Item:
    after, entry = step(
        item,
        TAKEN_BACK,
        who=person.name,
        at=world.clock.now(),
        state=State.WAITING,
        approvals=(),
        problems=(),
        waits_for="",
        detail={"fingerprint": item.fingerprint, _FELL: " ".join(approval.by for approval in item.approvals)},
    )
    notice = None if item.state is State.WAITING else notify.waiting(world.config(), after, but=person.login)
    world.state.save(after, entry, notice=notice, decided_by=person.login)
    outbox.deliver(world, notice)
    return after


def _stands(item: Item, person: Person) -> bool:
    return any(approval.by == person.login and approval.fingerprint == item.fingerprint for approval in item.approvals)


def _has_left(item: Item) -> bool:
    """Whether the export has started: somebody is at it, or a request may have left."""
    return item.state in _LEFT or item.intent is not None or item.lease is not None


def _just_now(world: World, person: Person, item: Item) -> bool:
    """Whether nothing has happened since this person's approval fell: they clicked twice, or the answer was lost."""
    *_, last = world.state.history(item.id)
    return last.what == TAKEN_BACK and person.login in last.detail[_FELL].split()


def _refusal(world: World, person: Person, item: Item) -> ConnectorError:
    if _stands(item, person) and _has_left(item):
        return ConnectorError(Code.BY_HAND, f"It is too late to take back the approval of {item.number}: {_what_then(world, item)}")
    if item.state not in REVOCABLE or _has_left(item):
        return ConnectorError(Code.NOT_WAITING, f"{item.number} is {item.state.value}; only what waits can be taken back.")
    by = " or ".join(approval.by_name for approval in item.approvals if approval.by != WHO)
    approved = f"{by}, who approved it," if by else ""
    if item.state is State.WAITING:
        who = " and ".join(filter(None, (item.sent_by and f"{item.sent_by_name}, who sent {item.number},", approved)))
        return ConnectorError(Code.NOT_ALLOWED, f"Only {who or 'a sender'} may take it back.")
    # The sender might have taken it back while it waited; nobody else ever.
    code = Code.NOT_WAITING if item.sent_by == person.login else Code.NOT_ALLOWED
    if not approved:
        return ConnectorError(code, f"{item.number} goes by itself: there is no approval to take back.")
    return ConnectorError(code, f"{item.number} is approved. Only {approved} may take that back.")


def _what_then(world: World, item: Item) -> str:
    """Where it is, and what a person can do instead."""
    export = world.room(item.object).export
    correction = f"make a {export.correction} in Procore, or " if export and export.correction else ""
    then = f"{correction}delete or void it in Intacct and unlink it."
    if item.state is State.SYNCED:
        return f"it is in Intacct as {item.intacct_id}. {then[:1].upper()}{then[1:]}"
    if item.state is State.FAILED:
        return f"it failed, and may be in Intacct. Try it again; once it is there, {then}"
    return f"it is on its way to Intacct. Once it is there, {then}"
