"""What changes a waiting item: the approver's own values, and an edit in Procore. Its preview is made anew, and what was shown or
approved before counts no longer. A record that goes without a person waits for one as soon as somebody chooses values for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State, step
from connector.core.people import Person
from connector.engine import automatic, notify, outbox, preview
from connector.engine.decide import check_right
from connector.engine.needs import Need, before
from connector.engine.prepare import Prepared, prepare
from connector.engine.submit import Sent, all_violations, found
from connector.engine.unusual import marked
from connector.engine.world import Source, World


def rechoose(world: World, person: Person, key: str, choices: Mapping[str, str], *, fingerprint: str) -> Sent:
    """The item under the approver's values, with a new preview; or every violation, and the item as it was. An empty text takes a
    value back. What the connector sent and failed waits for a decision then. Raises ConnectorError(NOT_FOUND, NOT_WAITING,
    NOT_YOUR_APPROVAL, SENDER_IS_APPROVER, STALE_APPROVAL), Contention."""
    item = found(world, person, key)
    check_right(world.config(), person, item)
    failed = item.state is State.FAILED and not item.sent_by and not item.may_be_there
    if item.state is not State.WAITING and not failed:
        raise ConnectorError(Code.NOT_WAITING, f"{item.number} is {item.state.value}; values are chosen while it waits.")
    if item.fingerprint != fingerprint:
        raise ConnectorError(Code.STALE_APPROVAL, f"{item.number} changed after it was shown to you. Your values were not taken.")
    chosen = {name: value for name, value in {**item.choices, **choices}.items() if value}
    prepared, needs = prepared_anew(world, item, chosen)
    violations = automatic.in_the_way(prepared) if failed else all_violations(prepared, needs)
    if violations:
        return Sent(item=None, violations=tuple(violations))
    return shown_anew(world, item, prepared, needs, who=person.name, what="values chosen")


def prepared_anew(world: World, item: Item, choices: Mapping[str, str]) -> tuple[Prepared, tuple[Need, ...]]:
    """The item's record as Procore shows it now, and what goes before it."""
    source = Source.of(item)
    world = world.reading_once()
    prepared = replace(prepare(world, world.room(item.object), source, choices, ask=True), turn=item.unlinked)
    return prepared, before(world, prepared)


def shown_anew(world: World, item: Item, prepared: Prepared, needs: Sequence[Need], *, who: str, what: str) -> Sent:
    """Puts the new preview in the place of the old one. Under another fingerprint approvals and links of before are void, and the
    approvers get links to what waits now."""
    shown = preview.build(world, prepared, [need.head() for need in needs])
    world.payloads.put(preview.name_of(item.id, prepared.fingerprint), preview.text(shown))
    if prepared.fingerprint == item.fingerprint and item.state is State.WAITING:
        return Sent(item=item, preview=shown)
    after, entry = step(
        item,
        what,
        who=who,
        at=world.clock.now(),
        detail={"before": item.fingerprint, "now": prepared.fingerprint}
        | {f"choice {name}": value for name, value in prepared.chosen.items()},
        **prepared.heading(),
        state=State.WAITING,
        choices=dict(prepared.chosen),
        pending=prepared.needs,
        approvals=(),
        problems=(),
    )
    after = marked(world, after, shown, entry, config := world.config())
    notice = notify.waiting(config, after, returned=False)
    world.state.save(after, entry, notice=notice)
    outbox.deliver(world, notice)
    return Sent(item=after, preview=shown)
