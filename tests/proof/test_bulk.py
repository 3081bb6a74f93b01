"""Three hundred records of every kind: sent in one call, decided in one, exported in one run, by threads over both simulators."""

from __future__ import annotations

from collections import Counter

import pytest

from connector.core.item import Item, State, first_break
from connector.engine import sends, totals
from connector.engine.decide import decide, retry
from connector.ports import Run
from tests.proof.crowd import CLOSED, FAIL, SENT, all_ready, both, note_writes, out_of_order
from tests.proof.judge import SLOTS
from tests.proof.stage import DANA, MARCO, ROOMS, VENDOR, Addresses, Stage
from tests.proof.test_threads import SharedClock

AT_ONCE = 4
"""MaxConcurrency of statemachines/export_run.asl.json."""


@pytest.mark.proof
def test_three_hundred_go_in_order_and_a_failure_stops_only_what_needs_it_until_it_is_tried_again(addresses: Addresses) -> None:
    here = Stage(addresses, VENDOR, SharedClock(), timeout=(5.0, 30.0), company=both(), at_once=AT_ONCE)
    try:
        sent = sends.request(here.world, MARCO, [*all_ready(here, MARCO)])
        here.machine.play()
        assert _said(here, sent)["sent"] == SENT

        here.intacct.settings.closed_until = CLOSED
        here.intacct.forget_requests()
        export = _approved_at_once(here)
        here.machine.play()

        items = here.state.get_many([key for wave in export.waves for key in wave])
        still = 3 * len(FAIL)
        assert Counter(item.state for item in items.values()) == {
            State.SYNCED: SENT - still,
            State.FAILED: len(FAIL),
            State.BLOCKED: 2 * len(FAIL),
        }
        by_people = {name for name, room in ROOMS.items() if room.export is not None and room.export.automatic is None}
        assert {item.object for item in items.values()} == by_people
        assert here.intacct.max_in_flight == SLOTS
        wrote: dict[str, int] = {}
        note_writes(wrote, here.intacct.requests)
        assert len(wrote) == SENT - 2 * len(FAIL), "every item but the blocked ones was written"
        assert out_of_order(wrote, {item.id: item.pending for item in items.values()}) == []
        assert _unfinished(here, items) == []

        failed = {item.number: item for item in items.values() if item.state is State.FAILED}
        assert sorted(failed) == [*FAIL]
        assert {problem.code for item in failed.values() for problem in item.problems} == {"PERIOD_CLOSED"}
        blocked = [item for item in items.values() if item.state is State.BLOCKED]
        behind = {need.id: {item.id for item in blocked if item.waits_for == need.id} for need in failed.values()}
        objects = {"commitment_change_orders", "subcontractor_invoices"}
        assert all({key.partition(":")[0] for key in waiting} == objects for waiting in behind.values())
        ended = here.state.get_run(export.id)
        assert ended is not None
        assert (ended.state, ended.counts) == ("ended", {"done": SENT - still, "refused": len(FAIL), "blocked": 2 * len(FAIL)})

        here.intacct.settings.closed_until = None
        alone, *cause = (failed[number].id for number in FAIL)
        assert _tried_again(here, [alone]) == {alone, *behind[alone]}
        assert _tried_again(here, cause) == {*cause, *(each for key in cause for each in behind[key])}
        assert {item.state for item in here.state.get_many(items).values()} == {State.SYNCED}
    finally:
        here.close()


def _said(here: Stage, sent: Run) -> Counter[str]:
    """What became of the records, page by page."""
    said: Counter[str] = Counter()
    cursor, more = "0", True
    while more:
        page = sends.results(here.world, MARCO, sent, limit=100, after=int(cursor))
        said.update(row.said for row in page.rows)
        cursor, more = page.cursor, bool(page.cursor)
    return said


def _approved_at_once(here: Stage) -> Run:
    """The one run of everything that waits, decided as it was totalled."""
    waiting = totals.of_waiting(here.world, DANA, totals.Matching(), with_needs=True)
    assert (len(waiting.selected), waiting.excepted, waiting.along, waiting.more) == (SENT, {}, (), False)
    decisions = totals.decisions(here.world, DANA, waiting.selection, "approve", reason="")
    results = decide(here.world, DANA, decisions, via="app")
    assert {(result.said, result.state) for result in results} == {("approved", State.APPROVED)}
    (run_id,) = {result.run for result in results}
    run = here.state.get_run(run_id)
    assert run is not None
    return run


def _tried_again(here: Stage, keys: list[str]) -> set[str]:
    """The items that this wrote to Intacct."""
    here.intacct.forget_requests()
    assert {result.violation for result in retry(here.world, DANA, keys)} == {None}
    here.machine.play()
    wrote: dict[str, int] = {}
    note_writes(wrote, here.intacct.requests)
    return {*wrote}


def _unfinished(here: Stage, items: dict[str, Item]) -> list[str]:
    """What is in Intacct without its marks in Procore, or has a history that does not hold."""
    bare = [item.id for item in items.values() if item.state is State.SYNCED and not item.written_back]
    broken = [
        item.id
        for item in items.values()
        if first_break(here.state.history(item.id), head=item.history_head, count=item.history_count) is not None
    ]
    return bare + broken
