"""The export of one approved item: never twice, never lost, never anything but what was approved.

The numbered steps are those of docs/reliability.md. Every step may be repeated; the intent, written before a request leaves, says where
to go on. Whatever happens in between, for an approved version there is in the end one live document in Intacct and one cross-reference.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from connector.core.compare import compare
from connector.core.errors import Code, ConnectorError, Kind, RetryLater, Violation
from connector.core.exchange import Answer, Written
from connector.core.item import Intent, Item, Lease, Problem, State, step
from connector.core.origin import origin_id
from connector.core.outcome import Outcome, Result
from connector.core.record import Record, rows
from connector.engine import attachments, notify, snapshot
from connector.engine.children import stands_on
from connector.engine.finish import let_go_if_there
from connector.engine.prepare import Prepared, prepare
from connector.engine.read_back import Found, by_key, find
from connector.engine.world import Source, World
from connector.ports import LINE, Contention, CrossReference, LinkedElsewhere

log = logging.getLogger("connector.export")

LEASE: Final = timedelta(minutes=6)
"""Longer than the function may run: a lease that has ended belongs to a dead worker."""
WAIT_UNKNOWN: Final = 60
"""Seconds until a request without an answer is asked again: it will have arrived by then, or never does."""
WITHDRAWN: Final = frozenset({State.WAITING, State.REJECTED, State.RETRIEVED})
"""Where an item stands whose approval was taken back while its run was on the way to it, and where it may have gone from there."""


def export_item(world: World, item_id: str, worker: str) -> Outcome:
    """One attempt at one item. Raises nothing that concerns the record: that comes back as the outcome. RetryLater where our own
    state cannot be reached."""
    try:
        return _attempt(world, item_id, worker)
    except Contention:
        # Somebody else moved the item on; the next call reads where to.
        return Outcome(item=item_id, result=Result.LATER, seconds=5)


def _attempt(world: World, item_id: str, worker: str) -> Outcome:
    item = world.state.get(item_id)
    if item is None:
        return _refused(item_id, Violation(code=Code.NOT_FOUND, field="", message=f"There is no item {item_id}."))
    if item.state is State.SYNCED:
        return _write_back(world, item)
    claimed = _claim(world, item, worker)
    if isinstance(claimed, Outcome):
        return claimed
    try:
        return _go(world, claimed)
    except RetryLater as wait:
        # Given back for a later call: the intent stays, and people can see why it takes time.
        mine = _still_mine(world, item_id, worker)
        _save(world, mine, "put off", lease=None, problems=(Problem.of(wait.violation()),), detail={"why": wait.message})
        return Outcome(item=item_id, result=Result.LATER, seconds=max(1, int(wait.seconds)))
    except ConnectorError as problem:
        return _fail(world, _still_mine(world, item_id, worker), [problem.violation()], stop=problem.kind is Kind.SETUP)


def _claim(world: World, item: Item, worker: str) -> Item | Outcome:
    """Step 1: one worker per item. The lease of a dead worker is taken over."""
    now = world.clock.now()
    if item.state is State.EXPORTING and item.lease is not None and item.lease.until > now and item.lease.worker != worker:
        return Outcome(item=item.id, result=Result.LATER, seconds=max(1, int((item.lease.until - now).total_seconds())))
    if item.state in WITHDRAWN:
        return Outcome(item=item.id, result=Result.WITHDRAWN)
    if item.state not in {State.APPROVED, State.EXPORTING}:
        return _refused(
            item.id,
            Violation(
                code=Code.NOT_WAITING,
                field="",
                message=f"{item.number or item.id} is {item.state.value}, not approved.",
            ),
        )
    return _save(world, item, "export begun", state=State.EXPORTING, lease=Lease(worker=worker, until=now + LEASE))


def _still_mine(world: World, item_id: str, worker: str) -> Item:
    """The item as it is now. A worker that was thought dead and overtaken says nothing about it any more: raises Contention."""
    item = world.state.get(item_id)
    if item is None or item.state is not State.EXPORTING or item.lease is None or item.lease.worker != worker:
        raise Contention(item_id)
    return item


def _go(world: World, item: Item) -> Outcome:
    """Without an intent nothing has left yet: read again and compare (step 2). With one, an earlier request may have arrived: the
    snapshot of what was sent is carried to its end, whatever Procore says by now; a later edit is drift."""
    repeated = item.intent is not None
    if repeated:
        prepared = replace(snapshot.restore(world, item), turn=item.unlinked)
    else:
        prepared = prepare(
            world,
            world.room(item.object),
            Source.of(item),
            item.choices,
            ask=bool(item.pending),  # what stood open could not be checked when it was shown
            pending=item.pending,
        )
        prepared = replace(prepared, turn=item.unlinked)
        if prepared.record is None or prepared.fingerprint != item.approvals[-1].fingerprint:
            return _stale(world, item, prepared)
        _must_not_be_linked(world, item)
        if prepared.needs:
            return _blocked(world, item, prepared.needs[0])
        if prepared.violations:
            return _fail(world, item, list(prepared.violations))
        item, prepared = attachments.carry(world, item, prepared, _save)
        item = _intend(world, item, prepared)
    assert prepared.record is not None  # noqa: S101 -- an unreadable record never leaves
    settled = _settle(world, item, prepared, repeated=repeated)
    if isinstance(settled, Outcome):
        return settled
    item, found = settled
    differences = compare(prepared.record, found.record, found.unread)  # step 6
    if differences:
        return _fail(
            world,
            item,
            [difference.violation() for difference in differences],
            intacct_id=found.natural_id,
            intacct_key=found.key,
        )
    return _complete(world, item, prepared, found)


def _intend(world: World, item: Item, prepared: Prepared) -> Item:
    """Step 3: what will be sent, and that it will be, is durable before the request leaves."""
    snapshot.keep(world, item, prepared)
    controlid = prepared.functions(world.company)[-1].controlid
    intent = Intent(controlid=controlid, attempt=item.attempts + 1, at=world.clock.now())
    return _save(
        world,
        item,
        "request about to leave",
        intent=intent,
        attempts=item.attempts + 1,
        detail={"controlid": controlid},
    )


def _settle(world: World, item: Item, prepared: Prepared, *, repeated: bool) -> tuple[Item, Found] | Outcome:
    """Steps 4 and 5: one request, and what became of it. Where an earlier one may have arrived (``repeated``), Intacct is looked at
    first. A request without an answer may still be on its way: it gets a while before the same is asked again."""
    if repeated and (found := find(world, prepared)) is not None:
        return _adopt_or_conflict(world, item, prepared, found)
    answer = world.intacct.write(prepared.functions(world.company), entity=prepared.facts.config.entity)
    _keep_exchange(world, item, answer)
    if answer.written is Written.DONE and (found := find(world, prepared, by_key(prepared, answer.keys[-1]))) is not None:
        return item, found
    refused = answer.written is Written.REFUSED
    if (repeated or not refused) and (found := find(world, prepared)) is not None:
        return _adopt_or_conflict(world, item, prepared, found)
    if refused:
        # Nothing of ours is there: the intent is over, and the record may be corrected and sent anew.
        return _fail(world, item, list(answer.violations), intent=None)
    if answer.written is Written.REPLAYED and _long_ago(world, item):
        gone = f"Intacct took {item.number} before, but does not hold it any more. It was deleted or renumbered there."
        return _fail(world, item, [Violation(code=Code.CONFLICT_IN_INTACCT, field="", message=gone)])
    raise RetryLater(Code.OUTCOME_UNKNOWN, f"It is not known yet whether {item.number} is in Intacct.", seconds=WAIT_UNKNOWN)


def _long_ago(world: World, item: Item) -> bool:
    """Whether no request of this intent can still be on its way."""
    return item.intent is not None and item.intent.at + LEASE < world.clock.now()


def _adopt_or_conflict(world: World, item: Item, prepared: Prepared, found: Found) -> tuple[Item, Found] | Outcome:
    """What an earlier request left behind is adopted if it is equal; anything else a person decides."""
    assert prepared.record is not None  # noqa: S101 -- an unreadable record never leaves
    differences = compare(prepared.record, found.record, found.unread)
    if differences and found.key == item.intacct_key:
        return _fail(world, item, [difference.violation() for difference in differences])
    if differences:
        told = "; ".join(difference.violation().message for difference in differences[:5])
        conflict = Violation(
            code=Code.CONFLICT_IN_INTACCT,
            field=differences[0].field,
            message=f"Intacct holds another {found.natural_id}: {told}",
        )
        return _fail(world, item, [conflict])
    return _save(world, item, "found in Intacct and equal: adopted", detail={"intacct": found.natural_id}), found


def _complete(world: World, item: Item, prepared: Prepared, found: Found) -> Outcome:
    """Step 7: cross-reference, state and history in one transaction. Then step 8."""
    assert prepared.record is not None  # noqa: S101 -- an unreadable record never leaves
    pair = CrossReference(
        object=item.object,
        procore_id=item.procore_id,
        intacct_key=found.key,
        intacct_id=found.natural_id,
        project_id=item.project_id,
        label=prepared.summary.title or prepared.summary.number,
        linked_by=item.approvals[-1].by_name,
        linked_at=world.clock.now(),
        detail=line_keys(prepared, found.record) | stands_on(prepared.record),
    )
    after, entry = step(
        item,
        "in Intacct, read back and equal",
        who="connector",
        at=world.clock.now(),
        state=State.SYNCED,
        lease=None,
        problems=(),
        waits_for="",
        mark_left="",
        intacct_id=found.natural_id,
        intacct_key=found.key,
        detail={"intacct": found.natural_id, "fingerprint": item.approvals[-1].fingerprint},
    )
    try:
        world.state.save(after, entry, link=pair, notice=notify.synced(after))
    except LinkedElsewhere:
        elsewhere = Violation(code=Code.LINKED_ELSEWHERE, field="", message=f"{found.natural_id} is linked to another Procore record.")
        return _fail(world, item, [elsewhere])
    return _write_back(world, after, pair, shown=prepared.raw or None)


def line_keys(prepared: Prepared, held: Record) -> dict[str, str]:
    """Procore's line id -> Intacct's, for later change orders and invoices."""
    record_type: type[Record] = prepared.room.record
    lines = next((row for row in rows(record_type) if row.lines is not None), None)
    if lines is None or lines.lines is None or "procore_id" not in lines.lines.model_fields:
        return {}
    return {f"{LINE}{line.procore_id}": line.intacct_key for line in getattr(held, lines.name) if line.intacct_key}


def _write_back(world: World, item: Item, linked: CrossReference | None = None, *, shown: Mapping[str, Any] | None = None) -> Outcome:
    """Step 8: Intacct's ids onto the Procore record. It is repeated until it sticks and never leads to another Intacct write. The first
    try goes by the pair that was just ``linked`` and the record as it was ``shown`` when it was prepared; the others look at both anew."""
    done = Outcome(item=item.id, result=Result.DONE, intacct_id=item.intacct_id)
    if item.written_back:
        return done
    room = world.room(item.object)
    pair = linked or world.cross_references.by_procore(item.object, [item.procore_id])[item.procore_id]
    held = room.export.held if room.export else None
    assert held is not None  # noqa: S101 -- only exported objects have items that are synced
    lines = {line: origin_id(held.lines_object, key) for line, key in pair.lines.items()}
    try:
        origin = origin_id(held.object, item.intacct_key)
        world.door.write_back(room, item, origin=origin, code=item.intacct_id, lines=lines, shown=shown)
    except RetryLater as wait:
        return Outcome(item=item.id, result=Result.LATER, seconds=max(1, int(wait.seconds)), intacct_id=item.intacct_id)
    except ConnectorError as problem:
        if Problem.of(problem.violation()) not in item.problems:
            _save(
                world,
                item,
                "not written back to Procore",
                problems=(Problem.of(problem.violation()),),
                detail={"why": str(problem)},
            )
        return done
    has_place = room.export is None or any(kind.body for kind in room.export.kinds if kind.name == item.kind)
    what = "origin id written to Procore" if has_place else "nothing to write in Procore: it has no place for an origin id"
    _save(world, item, what, written_back=True, problems=())
    return done


def _must_not_be_linked(world: World, item: Item) -> None:
    """A person linked the record to one of Intacct's while it waited: it would come to stand there a second time."""
    for pair in world.cross_references.by_procore(item.object, [item.procore_id]).values():
        said = f"{item.number} was linked to {pair.intacct_id} in Intacct after it was sent; nothing was sent there."
        raise ConnectorError(Code.LINKED_ELSEWHERE, said)


def _stale(world: World, item: Item, prepared: Prepared) -> Outcome:
    """What Procore holds is no longer what was approved: back to the sender, nothing was sent (or only what was approved)."""
    message = f"{item.number} changed in Procore after it was approved."
    problem = Violation(code=Code.STALE_APPROVAL, field="", message=message)
    problems = (problem, *prepared.violations) if prepared.record is None else (problem,)
    _save(
        world,
        item,
        "changed after approval",
        state=State.STALE,
        lease=None,
        approvals=(),
        problems=tuple(Problem.of(each) for each in problems),
        detail={"approved": item.approvals[-1].fingerprint, "now": prepared.fingerprint},
    )
    return Outcome(item=item.id, result=Result.STALE, violations=problems)


def _blocked(world: World, item: Item, need: str) -> Outcome:
    after = _save(world, item, f"waits for {need}", state=State.BLOCKED, lease=None, waits_for=need)
    let_go_if_there(world, after)
    return Outcome(item=item.id, result=Result.BLOCKED, waits_for=need)


def _fail(world: World, item: Item, violations: list[Violation], *, stop: bool = False, **changes: object) -> Outcome:
    after, entry = step(
        item,
        "failed",
        who="connector",
        at=world.clock.now(),
        state=State.FAILED,
        lease=None,
        problems=tuple(Problem.of(each) for each in violations),
        detail={
            "code": violations[0].code.value,
            "why": violations[0].message,
            "their words": violations[0].their_words,
        },
        **changes,
    )
    world.state.save(after, entry, notice=notify.failed(world.config(), after))
    return Outcome(item=item.id, result=Result.STOPPED if stop else Result.REFUSED, violations=tuple(violations))


def _refused(item_id: str, violation: Violation) -> Outcome:
    return Outcome(item=item_id, result=Result.REFUSED, violations=(violation,))


def _keep_exchange(world: World, item: Item, answer: Answer) -> None:
    """The exact request and answer, beside the history, without secrets."""
    world.payloads.put(f"exchanges/{item.id}/{item.version}.txt", f"{answer.request}\n\n{answer.response}\n")
    log.info("intacct answered %s", answer.written.value, extra={"item": item.id})


def _save(world: World, item: Item, what: str, *, detail: Mapping[str, str] | None = None, **changes: object) -> Item:
    after, entry = step(item, what, who="connector", at=world.clock.now(), detail=dict(detail or {}), **changes)
    world.state.save(after, entry)
    return after
