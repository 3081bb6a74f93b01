"""What a person decides about drift: accept it, push the record again, or compensate it by another record.

Each decision is about the finding that was shown (``seen``), which is looked at again first, and stands in the item's history with its
note. What leads to a new document goes past the approvers like any other, and only after the proof that the old one does not count.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.core.drift import Finding, Standing
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.item import Item, Problem, State
from connector.core.offers import Choice, Offer, offers
from connector.core.people import Person
from connector.engine import drift
from connector.engine.choices import prepared_anew, shown_anew
from connector.engine.decide import check_right
from connector.engine.submit import all_violations, found
from connector.engine.unlink import unlink
from connector.engine.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The item after the decision, and what still stands in the way of its end; ``steps`` are a person's to take."""

    item: Item
    violations: tuple[Violation, ...] = ()
    steps: tuple[str, ...] = ()


def look_now(world: World, person: Person, key: str) -> Item:
    """Both sides, asked now. Raises ConnectorError(NOT_FOUND, NOT_ALLOWED, NOT_WAITING), RetryLater, Contention."""
    item = found(world, person, key)
    if not world.config().roles(person):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} has no part in what goes to accounting.")
    _must_be_synced(item)
    return drift.look(world, item, who=person.name)


def offered(world: World, item: Item) -> tuple[Finding, tuple[Offer, ...]]:
    """What was found and what can be done about it; nothing can where nothing differs."""
    finding, room = drift.found(world, item), world.room(item.object)
    if finding.nothing or room.export is None:
        return finding, ()
    return finding, offers(finding, item, room.title.lower(), room.export.correction)


def resolve(world: World, person: Person, key: str, choice: Choice, *, note: str, seen: str) -> Resolved:
    """Raises ConnectorError(NOT_FOUND, NOT_YOUR_APPROVAL, SENDER_IS_APPROVER, NOT_WAITING, REASON_MISSING, STALE_APPROVAL, BY_HAND),
    RetryLater, Contention."""
    item, config, note = found(world, person, key), world.config(), note.strip()
    check_right(config, person, item)
    if not config.within_limit([person.login], item):
        raise ConnectorError(Code.NOT_YOUR_APPROVAL, f"{item.number} is above what {person.name} may decide alone.")
    _must_be_synced(item)
    if not note:
        raise ConnectorError(Code.REASON_MISSING, "Say why: the note stays in the history.")
    item = drift.look(world, item, who=person.name)
    if item.drift is None or item.drift.mark != seen:
        raise ConnectorError(
            Code.STALE_APPROVAL, f"{item.number}: what differs is not what was shown. Look at it again; nothing was changed."
        )
    finding, choices = offered(world, item)
    offer = next(each for each in choices if each.choice is choice)
    if not offer.possible:
        raise ConnectorError(Code.BY_HAND, " ".join((offer.does, *offer.steps)))
    if choice is Choice.COMPENSATE:
        return _to_be_compensated(world, person, item, note, offer)
    if finding.intacct in {Standing.GONE, Standing.VOID}:
        return _off(world, person, item, note, again=choice is Choice.PUSH)
    return _accepted(world, person, item, note, finding)


def _must_be_synced(item: Item) -> None:
    if item.state is not State.SYNCED:
        raise ConnectorError(
            Code.NOT_WAITING, f"{item.number or item.id} is {item.state.value}; both sides are compared once it is synced."
        )


def _accepted(world: World, person: Person, item: Item, note: str, finding: Finding) -> Resolved:
    """What was accepted before stays so: the new finding stands beside it."""
    whole = drift.accepted(world, item, finding)
    values = {row.field or row.label: _told(row.procore, row.intacct, row.export) for row in finding.rows[: drift.NAMED]}
    told = {"note": note, "Procore": finding.procore.value, "Intacct": finding.intacct.value}
    return Resolved(item=drift.saved(world, item, "difference accepted", person.name, values | told, drift=None, accepted=whole))


def _told(procore: str | None, intacct: str | None, export: str) -> str:
    sides = [f"{name} {value or 'nothing'}" for name, value in (("Procore", procore), ("Intacct", intacct)) if value is not None]
    return f"{', '.join(sides)}, exported {export or 'nothing'}"


def _to_be_compensated(world: World, person: Person, item: Item, note: str, offer: Offer) -> Resolved:
    assert item.drift is not None  # noqa: S101 -- callers have checked
    chosen = item.drift.model_copy(update={"chosen": Choice.COMPENSATE.value})
    steps = {f"step {number}": text for number, text in enumerate(offer.steps, start=1)}
    item = drift.saved(world, item, "to be compensated", person.name, steps | {"note": note}, drift=chosen)
    return Resolved(item=item, steps=offer.steps)


def _off(world: World, person: Person, item: Item, note: str, *, again: bool) -> Resolved:
    """The link comes off with its proof; ``again``: the record waits for its approvers, as Procore shows it now."""
    done = unlink(world, person, item.object, item.procore_id)
    if done.item is None:
        return Resolved(item=item, violations=done.hold.violations if done.hold else ())
    item = drift.saved(world, done.item, "push again" if again else "accepted: its link is off", person.name, {"note": note})
    if not again:
        return Resolved(item=item)
    prepared, needs = prepared_anew(world, item, item.choices)
    in_the_way = (*all_violations(prepared, needs), *(_goes_first(item, need) for need in prepared.needs))
    if in_the_way:
        kept = tuple(map(Problem.of, in_the_way))
        return Resolved(item=drift.saved(world, item, "cannot be pushed as it is", person.name, {}, problems=kept), violations=in_the_way)
    return Resolved(item=shown_anew(world, item, prepared, needs, who=person.name, what="pushed again").item or item)


def _goes_first(item: Item, need: str) -> Violation:
    said = f"{item.number} now needs {need} first; send it again to put both before the approvers."
    return Violation(code=Code.STALE_APPROVAL, field="", message=said)
