"""What comes after the request: reading back, the one transaction, the marks in Procore, and workers that come too late."""

from __future__ import annotations

from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong
from connector.core.item import Lease, State
from connector.core.outcome import Result
from connector.engine.decide import retry
from connector.engine.export import LEASE
from tests.unit.engine.stage import DANA, ITEM, Stage
from tests.unit.engine.test_decide import meanwhile
from tests.unit.engine.test_export import LATER, codes, put

# Step 6: read back.


def _spoilt(stage: Stage, **changes: str) -> None:
    stage.books.before_read = lambda: [row.update(changes) for row in stage.books.tables.get("PARTS", ())[:1]]


def test_a_difference_in_what_intacct_holds_fails_and_names_the_field() -> None:
    stage = Stage().approved()
    _spoilt(stage, TASKID="09-900")
    outcome = stage.export()
    assert (outcome.result, outcome.violations[0].field) == (Result.REFUSED, "parts[1].code")
    assert (stage.item().state, codes(stage), stage.item().intacct_id) == (State.FAILED, ["READ_BACK_DIFFERS"], "W-1")
    assert len(stage.references) == 2


def test_a_difference_corrected_in_intacct_is_adopted_by_trying_again() -> None:
    stage = Stage().approved()
    _spoilt(stage, TASKID="09-900")
    stage.export()
    retry(stage.world, DANA, [ITEM])
    stage.export()
    assert codes(stage) == ["READ_BACK_DIFFERS"]
    _spoilt(stage, TASKID="01-100")
    retry(stage.world, DANA, [ITEM])
    assert stage.export().result is Result.DONE
    assert len(stage.books.requests) == 1


@pytest.mark.parametrize("edit", [{}, {"number": "W-2"}])
def test_what_may_be_in_intacct_is_not_sent_anew(edit: dict[str, str]) -> None:
    stage = Stage().approved()
    _spoilt(stage, TASKID="09-900")
    stage.export()
    stage.edit(**edit)
    with pytest.raises(ConnectorError, match="try it again") as no:
        stage.send()
    assert no.value.code is Code.NOT_WAITING
    assert stage.item().state is State.FAILED


def test_a_second_line_of_the_same_is_a_difference() -> None:
    stage = Stage().approved()
    stage.books.before_read = lambda: _doubled(stage)
    stage.export()
    assert codes(stage) == ["READ_BACK_DIFFERS"]


def _doubled(stage: Stage) -> None:
    stage.books.before_read = lambda: None
    stage.books.tables["PARTS"].append(dict(stage.books.tables["PARTS"][0]))


def test_what_cannot_be_read_back_fails_and_is_not_lost() -> None:
    stage = Stage().approved()
    _spoilt(stage, MEMO="typed by hand")
    stage.export()
    assert (stage.item().state, codes(stage)) == (State.FAILED, ["READ_BACK_DIFFERS"])
    _spoilt(stage, MEMO="procore:7001")
    retry(stage.world, DANA, [ITEM])
    assert stage.export().result is Result.DONE
    assert stage.held() == ["W-1"]


# Steps 7 and 8: one transaction, then the marks on Procore's side.


def test_a_record_that_is_linked_elsewhere_is_not_taken_over() -> None:
    stage = Stage().approved()
    stage.books.before_read = lambda: stage.link("widgets", "8", "W-1") if not len(stage.references) > 2 else None
    stage.books.tables["other"] = []
    keys = stage.books.write

    def write(*arguments: Any, **named: Any) -> Any:
        answer = keys(*arguments, **named)
        stage.books.tables["WIDGET"][0]["RECORDNO"] = "key-W-1"
        return answer

    stage.books.write = write  # type: ignore[method-assign]
    assert stage.export().violations[0].code is Code.LINKED_ELSEWHERE
    assert (stage.item().state, stage.item().written_back) == (State.FAILED, False)
    assert [pair.procore_id for pair in stage.references.of_object("widgets")] == ["8"]


def test_marks_that_do_not_stick_never_lead_to_a_second_write() -> None:
    stage = Stage().approved()
    stage.desk.faults = [None, LATER]
    outcome = stage.export()
    assert (outcome.result, outcome.seconds) == (Result.LATER, 7)
    assert (stage.item().state, stage.item().written_back) == (State.SYNCED, False)
    assert stage.export(worker="w2").result is Result.DONE
    assert stage.item().written_back
    assert len(stage.books.requests) == 1


def test_marks_that_procore_refuses_are_a_problem_of_a_synced_item_and_tried_again() -> None:
    stage = Stage().approved()
    refusal = ConnectorError(Code.ORIGIN_NOT_OURS, "W-1 carries the origin id of another integration.")
    stage.desk.faults = [None, refusal, refusal]
    assert stage.export().result is Result.DONE
    assert (stage.item().state, stage.item().written_back, codes(stage)) == (State.SYNCED, False, ["ORIGIN_NOT_OURS"])
    assert stage.export().result is Result.DONE
    assert stage.told().count("not written back to Procore") == 1
    assert stage.export().result is Result.DONE
    assert (stage.item().written_back, codes(stage)) == (True, [])


def test_two_workers_leaving_the_same_marks_do_no_harm() -> None:
    stage = Stage().approved()
    stage.desk.faults = [None, LATER]
    stage.export()
    meanwhile(stage, lambda: stage.export(worker="w3"))
    assert stage.export(worker="w2").result is Result.LATER
    assert stage.item().written_back
    assert stage.told()[-1] == "origin id written to Procore"


# A worker that was thought dead.


@pytest.mark.parametrize("order", ["refused", "later", "set-up wrong", "lost before", "lost after", "done", "replayed"])
def test_a_worker_that_was_overtaken_changes_nothing_any_more(order: Any) -> None:
    stage = Stage().approved()
    write = stage.books.write

    def slow(*arguments: Any, **named: Any) -> Any:
        stage.books.write = write  # type: ignore[method-assign]
        stage.clock.move(LEASE.total_seconds())
        assert stage.export(worker="w2").result is Result.DONE
        stage.books.tables.clear()
        stage.books.orders = [order] * 3
        return write(*arguments, **named)

    stage.books.write = slow  # type: ignore[method-assign]
    outcome = stage.export(worker="w1")
    assert outcome.result is Result.LATER
    assert (stage.item().state, stage.item().written_back, codes(stage)) == (State.SYNCED, True, [])
    assert stage.told()[-1] == "origin id written to Procore"


def test_an_overtaken_worker_does_not_take_the_lease_of_the_next() -> None:
    stage = Stage().approved()

    def overtaken() -> None:
        stage.clock.move(LEASE.total_seconds())
        put(stage, lease=Lease(worker="w2", until=stage.clock.now() + LEASE))
        raise RetryLater(Code.UNAVAILABLE, "Intacct is away.", seconds=30)

    stage.books.before_read = overtaken
    assert stage.export(worker="w1").result is Result.LATER
    lease = stage.item().lease
    assert lease is not None
    assert lease.worker == "w2"


@pytest.mark.parametrize("fault", [LATER, SetupWrong(Code.NO_PERMISSION, "No."), ConnectorError(Code.REFUSED_BY_PROCORE, "No.")])
def test_contention_while_giving_up_is_a_reason_to_come_back(fault: ConnectorError) -> None:
    stage = Stage().approved()
    fetch = stage.desk.fetch

    def away(*_arguments: Any) -> Any:
        stage.desk.fetch = fetch  # type: ignore[method-assign]
        meanwhile(stage, lambda: put(stage, title="noted"))
        raise fault

    stage.desk.fetch = away  # type: ignore[method-assign, assignment]
    assert stage.export().result is Result.LATER
    assert stage.item().state is State.EXPORTING
    assert stage.export().result is Result.DONE


def test_every_exchange_is_kept_under_a_name_of_its_own() -> None:
    stage = Stage().approved()
    stage.books.orders = ["lost before"] * 4
    for worker in "abcde":
        stage.export(worker=worker)
    kept = [name for name in stage.payloads._texts if name.startswith("exchanges/")]  # noqa: SLF001 -- the double has no list
    assert len(stage.books.requests) == 5
    assert len(kept) == 5
