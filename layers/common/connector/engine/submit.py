"""Sending a record to accounting, and taking it back before the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.item import SENDABLE, Item, State, step
from connector.core.people import Person, Role
from connector.engine import merged, notify, preview
from connector.engine.prepare import Prepared, prepare
from connector.engine.world import Room, Source, World
from connector.ports import Contention


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
    prepared, needs = with_needs(world, room, source, choices)
    return preview.build(world, prepared, [head_of(need) for need in needs])


def send(world: World, person: Person, object_name: str, source: Source, choices: Mapping[str, str]) -> Sent:
    """Checks every rule and puts the record before the approvers, with what it needs first. Sending what already waits unchanged
    changes nothing. Raises ConnectorError(NOT_ALLOWED, NOT_FOUND, NOT_WAITING)."""
    room = exported(world, object_name)
    if Role.SENDER not in world.config().roles(person):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} may not send records to accounting.")
    _may_see(person, source)
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

    prepared, needs = with_needs(world, room, source, choices)
    if pair := merged.follow(world, room, source.procore_id, prepared.raw):
        raise ConnectorError(
            Code.NOT_WAITING, f"{pair.label} took in the company that {pair.intacct_id} was linked to, and is linked to it now."
        )
    violations = prepared.violations + tuple(violation for need in needs for violation in violations_of_need(need))
    if violations:
        return Sent(item=None, violations=violations, preview=preview.build(world, prepared, [head_of(need) for need in needs]))
    for need in needs:
        _put_before_approvers(world, person, need, [], needed_by=key)
    item, shown = _put_before_approvers(world, person, prepared, needs, needed_by="")
    return Sent(item=item, preview=shown)


def take_back(world: World, person: Person, key: str) -> Item:
    """The sender's own change of mind, before a decision."""
    item = found(world, person, key)
    if item.sent_by != person.login:
        raise ConnectorError(Code.NOT_ALLOWED, f"Only {item.sent_by_name}, who sent {item.number}, may take it back.")
    if item.state is not State.WAITING:
        raise ConnectorError(Code.NOT_WAITING, f"{item.number} is {item.state.value}; only what waits can be taken back.")
    after, entry = step(item, "taken back", who=person.name, at=world.clock.now(), state=State.RETRIEVED)
    world.state.save(after, entry)
    return after


def found(world: World, person: Person, key: str) -> Item:
    """The item, if there is one that this person may see."""
    item = world.state.get(key)
    if item is None or not person.may_see(item.project_id):
        raise ConnectorError(Code.NOT_FOUND, f"There is no item {key!r}, or you may not see it.")
    return item


def exported(world: World, object_name: str) -> Room:
    room = world.room(object_name)
    if room.export is None:
        raise ConnectorError(Code.NOT_FOUND, f"{room.title} is not sent to Intacct; it comes from there.")
    return room


def _may_see(person: Person, source: Source) -> None:
    if not person.may_see(source.project_id):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} has no access to project {source.project_id}.")


def with_needs(world: World, room: Room, source: Source, choices: Mapping[str, str]) -> tuple[Prepared, list[Prepared]]:
    prepared = prepare(world, room, source, choices, ask=True)
    needs = []
    for need in prepared.needs:
        object_name, _, procore_id = need.partition(":")
        held = world.state.get(need)
        needed = world.rooms[object_name]
        of_project = procore_id if object_name == "projects" else source.project_id if _in_a_project(needed) else ""
        needs.append(
            prepare(
                world,
                needed,
                Source(procore_id=procore_id, project_id=of_project),
                held.choices if held else {},
                ask=True,
            )
        )
    if any(merged.follow(world, need.room, need.source.procore_id, need.raw) for need in needs):
        return with_needs(world, room, source, choices)
    return prepared, needs


def _in_a_project(room: Room) -> bool:
    """Whether its records are read within a project, which is then the one of the record that needs them."""
    paths = [text for kind in (room.export.kinds if room.export else ()) for text in (kind.show, *kind.params.values())]
    return any("{project}" in path for path in paths)


def violations_of_need(need: Prepared) -> list[Violation]:
    return [
        Violation(
            code=violation.code,
            field=f"{need.room.name}.{violation.field}",
            message=f"{need.room.title} {need.summary.title}, which goes first: {violation.message}",
            their_words=violation.their_words,
        )
        for violation in need.violations
    ]


def head_of(need: Prepared) -> dict[str, Any]:
    return {
        "item": item_id(need.room.name, need.source.procore_id),
        "title": need.room.title,
        "name": need.summary.title,
        "fingerprint": need.fingerprint,
        "checks": [violation.as_dict() for violation in need.violations],
    }


def _put_before_approvers(
    world: World, person: Person, prepared: Prepared, needs: list[Prepared], *, needed_by: str
) -> tuple[Item, Mapping[str, Any]]:
    key = item_id(prepared.room.name, prepared.source.procore_id)
    shown = preview.build(world, prepared, [head_of(need) for need in needs])
    held = world.state.get(key)
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
        title=summary.title,
        number=summary.number or summary.title,
        party=summary.party,
        amount=summary.amount,
        sent_by=person.login,
        sent_by_name=person.name,
        fingerprint=prepared.fingerprint,
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
    try:
        world.state.save(after, entry)
    except Contention:
        # Two windows sent the same record: the other one's item is as good.
        other = world.state.get(key)
        if other is None or other.fingerprint != prepared.fingerprint:
            raise
        return other, shown
    if not needed_by:
        notify.waiting(world, after, returned=held is not None and held.state is State.REJECTED)
    return after, shown


def _stays(held: Item, fingerprint: str, *, as_need: bool) -> bool:
    """Whether an item is left as it is: it waits unchanged, is on its way, or is a need whose approval or request stands."""
    if held.state is State.WAITING:
        return held.fingerprint == fingerprint
    return held.state not in SENDABLE or (as_need and (held.state is State.BLOCKED or held.may_be_there))
