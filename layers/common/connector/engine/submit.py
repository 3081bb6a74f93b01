"""Sending a record to accounting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.item import SENDABLE, HistoryEntry, Item, State, step
from connector.core.people import Person, Role
from connector.engine import merged, notify, outbox, preview
from connector.engine.needs import Need, before, stands
from connector.engine.prepare import Prepared, prepare
from connector.engine.unusual import marked
from connector.engine.world import Room, Source, World
from connector.ports import Contention

READINGS: Final = 3
"""How often an item and its history are read anew while others change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a send: the item that waits now, or every violation at once."""

    item: Item | None
    violations: tuple[Violation, ...] = ()
    preview: Mapping[str, Any] | None = None


def item_id(object_name: str, procore_id: str) -> str:
    return f"{object_name}:{procore_id}"


def look(world: World, person: Person, object_name: str, source: Source, choices: Mapping[str, str]) -> Mapping[str, Any]:
    """The preview as of now, with all violations; nothing is kept."""
    room = exported(world, object_name)
    _may_see(person, source)
    world = world.reading_once()
    prepared = prepare(world, room, source, choices, ask=True)
    return preview.build(world, prepared, [need.head() for need in before(world, prepared)])


def send(world: World, person: Person, object_name: str, source: Source, choices: Mapping[str, str], *, tell: bool = True) -> Sent:
    """Checks every rule and puts the record before the approvers, with what it needs first, and tells them (``tell``; else the
    end of the run does). Sending what
    already waits unchanged changes nothing. Raises ConnectorError(NOT_ALLOWED, NOT_FOUND, NOT_WAITING)."""
    room = exported(world, object_name)
    may_send(world, person, source)
    key = item_id(object_name, source.procore_id)
    held = world.state.get(key)
    if held is not None and held.state not in SENDABLE | {State.WAITING}:
        raise ConnectorError(Code.NOT_WAITING, f"{held.number or key} is {held.state.value} and cannot be sent again.")
    if held is not None and held.may_be_there:
        raise ConnectorError(Code.NOT_WAITING, f"{held.number} may have reached Intacct: try it again instead of sending it anew.")
    linked = world.cross_references.by_procore(object_name, [source.procore_id])
    if linked:
        raise ConnectorError(
            Code.NOT_WAITING,
            f"This {room.title.lower()} is linked to {linked[source.procore_id].intacct_id} in Intacct already.",
        )

    world = world.reading_once()
    prepared, needs = _read(world, room, source, choices)
    if pair := merged.follow(world, room, source.procore_id, prepared.raw):
        said = f"{pair.label} took in the company that {pair.intacct_id} was linked to, and is linked to it now."
        raise ConnectorError(Code.NOT_WAITING, said)
    violations = all_violations(prepared, needs)
    if violations:
        return Sent(item=None, violations=violations, preview=preview.build(world, prepared, [need.head() for need in needs]))
    waiting: list[Need] = []
    for need in needs:
        waiting.append(_waiting(world, person, need, waiting, needed_by=key))
    item, shown = _put_before_approvers(world, person, prepared, waiting, tell=tell)
    return Sent(item=item, preview=shown)


def all_violations(prepared: Prepared, needs: Sequence[Need]) -> tuple[Violation, ...]:
    """Those of the record and of everything that goes before it."""
    return prepared.violations + tuple(violation for need in needs for violation in need.violations)


def _waiting(world: World, person: Person, need: Need, earlier: Sequence[Need], *, needed_by: str) -> Need:
    """The need, once it waits too; behind those that were put before it."""
    if need.prepared is None:
        return need
    ahead = [each for each in earlier if each.key in _all_before(need, earlier)]
    item, _ = _put_before_approvers(world, person, need.prepared, ahead, needed_by=needed_by)
    return replace(need, held=item, prepared=None)


def _all_before(need: Need, earlier: Sequence[Need]) -> set[str]:
    wanted = set(need.needs)
    for each in reversed(earlier):
        if each.key in wanted:
            wanted |= set(each.needs)
    return wanted


def with_history(world: World, item: Item) -> tuple[Item, list[HistoryEntry]]:
    """The item and its history as of one moment: where others change it between the two readings it is read again."""
    history = world.state.history(item.id)
    for _ in range(READINGS):
        if len(history) == item.history_count:
            break
        item = world.state.get(item.id) or item
        history = world.state.history(item.id)
    return item, history


def found(world: World, person: Person, key: str) -> Item:
    """The item, if there is one that this person may see."""
    return visible(world.state.get(key), key, person)


def visible(item: Item | None, key: str, person: Person) -> Item:
    """The item that was read under this id. Raises ConnectorError(NOT_FOUND) where there is none that this person may see."""
    if item is None or not person.may_see(item.project_id):
        raise ConnectorError(Code.NOT_FOUND, f"There is no item {key!r}, or you may not see it.")
    return item


def exported(world: World, object_name: str) -> Room:
    room = world.room(object_name)
    if room.export is None:
        raise ConnectorError(Code.NOT_FOUND, f"{room.title} is not sent to Intacct; it comes from there.")
    return room


def may_send(world: World, person: Person, *sources: Source) -> None:
    """Raises ConnectorError(NOT_ALLOWED)."""
    if Role.SENDER not in world.config().roles(person):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} may not send records to accounting.")
    for source in sources:
        _may_see(person, source)


def _may_see(person: Person, source: Source) -> None:
    if not person.may_see(source.project_id):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} has no access to project {source.project_id}.")


def _read(world: World, room: Room, source: Source, choices: Mapping[str, str]) -> tuple[Prepared, tuple[Need, ...]]:
    """The record and what goes before it; a company that took in a linked one goes before nothing."""
    prepared = prepare(world, room, source, choices, ask=True)
    needs = before(world, prepared)
    read = [need.prepared for need in needs if need.prepared]
    if any(merged.follow(world, each.room, each.source.procore_id, each.raw) for each in read):
        return _read(world, room, source, choices)
    return prepared, needs


def _put_before_approvers(
    world: World, person: Person, prepared: Prepared, needs: Sequence[Need], *, needed_by: str = "", tell: bool = False
) -> tuple[Item, Mapping[str, Any]]:
    key = item_id(prepared.room.name, prepared.source.procore_id)
    held = world.state.get(key)
    prepared = replace(prepared, turn=held.unlinked if held else 0)
    shown = preview.build(world, prepared, [need.head() for need in needs])
    if held is not None and _stays(held, prepared.fingerprint, as_need=bool(needed_by)):
        return held, shown
    world.payloads.put(preview.name_of(key, prepared.fingerprint), preview.text(shown))
    now = world.clock.now()
    base = held or Item(
        id=key,
        company=world.company,
        object=prepared.room.name,
        procore_id=prepared.source.procore_id,
        state=State.DRAFT,
        since=now,
    )
    source, summary = prepared.source, prepared.summary
    after, entry = step(
        base,
        "sent again" if held else "sent",
        who=person.name,
        at=now,
        state=State.WAITING,
        since=now,
        detail={"fingerprint": prepared.fingerprint, "amount": str(summary.amount)} | ({"needed by": needed_by} if needed_by else {}),
        kind=source.kind,
        project_id=source.project_id,
        project_name=prepared.project_name or base.project_name,
        **prepared.heading(),
        sent_by=person.login,
        sent_by_name=person.name,
        choices=dict(prepared.chosen),
        pending=prepared.needs,
        approvals=(),
        intent=None,
        lease=None,
        attempts=0,
        attachment_tries=0,
        problems=(),
        waits_for="",
        reason="",
    )
    after = marked(world, after, shown, entry, config := world.config())
    returned = held is not None and held.state is State.REJECTED
    # Of what goes before another the approvers hear with that one.
    notice = None if needed_by else notify.waiting(config, after, returned=returned)
    try:
        world.state.save(after, entry, notice=notice)
    except Contention:
        # Two windows sent the same record: the other one's item is as good.
        other = world.state.get(key)
        if other is None or other.fingerprint != prepared.fingerprint:
            raise
        return other, shown
    if tell:
        outbox.deliver(world, notice)
    return after, shown


def _stays(held: Item, fingerprint: str, *, as_need: bool) -> bool:
    """Whether an item is left as it is: it waits unchanged, is on its way, or is a need that somebody else has sent meanwhile."""
    if as_need and stands(held):
        return True
    return held.fingerprint == fingerprint if held.state is State.WAITING else held.state not in SENDABLE
