from __future__ import annotations

from datetime import timedelta

from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.item import Lease, State, step
from connector.engine.export import LEASE
from connector.engine.sweep import PATIENCE, sweep
from tests.unit.engine.stage import ITEM, Stage

NOTHING = {
    "approved, never started": 0,
    "worker gone": 0,
    "not written back": 0,
    "blocked, though it is there": 0,
    "mark left in Procore": 0,
}


def wait(stage: Stage, time: timedelta = LEASE) -> None:
    stage.clock.move(time.total_seconds() + 1)


def test_what_moves_and_what_is_done_is_left_alone() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    wait(stage)
    assert sweep(stage.world) == NOTHING
    stage.approve()
    assert sweep(stage.world) == NOTHING
    stage.export()
    wait(stage)
    assert sweep(stage.world) == NOTHING
    assert len(stage.workflows) == 1


def test_an_approved_item_whose_run_never_came_is_started() -> None:
    stage = Stage().approved()
    stage.workflows.started.clear()
    wait(stage, PATIENCE)
    assert sweep(stage.world) == NOTHING | {"approved, never started": 1}
    stage.machine.play()
    assert stage.item().state is State.SYNCED


def test_an_approved_item_whose_run_ended_without_it_is_started_anew() -> None:
    stage = Stage().approved()
    wait(stage, PATIENCE)
    assert sweep(stage.world) == NOTHING | {"approved, never started": 1}
    assert len(stage.workflows) == 2
    wait(stage, PATIENCE)
    sweep(stage.world)
    assert len(stage.workflows) == 3


def test_what_waits_for_a_record_that_arrived_unnoticed_is_let_go() -> None:
    stage = Stage().guilded()
    stage.sent()
    stage.approve()
    assert sweep(stage.world) == NOTHING
    stage.link("makers", "8821", "PC-8821")
    assert sweep(stage.world) == NOTHING | {"blocked, though it is there": 1}
    stage.machine.play()
    assert stage.item().state is State.SYNCED


def test_two_sweeps_at_the_same_moment_start_one_run() -> None:
    stage = Stage().approved()
    wait(stage, PATIENCE)
    for _ in range(2):
        sweep(stage.world)
    assert len(stage.workflows) == 2


def test_the_work_of_a_dead_worker_is_finished() -> None:
    stage = Stage().approved()
    lease = Lease(worker="dead", until=stage.clock.now() + LEASE)
    after, entry = step(stage.item(), "export begun", who="connector", at=stage.clock.now(), state=State.EXPORTING, lease=lease)
    stage.state.save(after, entry)
    assert sweep(stage.world) == NOTHING
    wait(stage)
    assert sweep(stage.world) == NOTHING | {"worker gone": 1}
    stage.machine.play()
    assert stage.item().state is State.SYNCED


def test_what_was_put_off_and_forgotten_is_finished() -> None:
    stage = Stage().approved()
    stage.books.orders = ["later"]
    stage.export()
    assert stage.item().lease is None
    wait(stage)
    assert sweep(stage.world) == NOTHING | {"worker gone": 1}
    stage.machine.play()
    assert stage.item().state is State.SYNCED


def test_marks_that_never_arrived_in_procore_are_left_until_they_stick() -> None:
    stage = Stage().approved()
    refusal = ConnectorError(Code.REFUSED_BY_PROCORE, "The project is locked.")
    stage.desk.faults = [None, RetryLater(Code.UNAVAILABLE, "Away.", seconds=1), refusal, refusal, refusal]
    stage.machine.play()
    for _ in range(2):
        wait(stage)
        assert sweep(stage.world) == NOTHING | {"not written back": 1}
        stage.machine.play()
        assert not stage.item().written_back
    wait(stage)
    sweep(stage.world)
    stage.machine.play()
    assert stage.item().written_back
    assert len(stage.books.requests) == 1
    wait(stage)
    assert sweep(stage.world) == NOTHING


def test_everything_stuck_goes_in_one_run_however_much_it_is() -> None:
    stage = Stage().linked_maker()
    for number in range(230):
        stage.desk.records[f"widgets:{number}"] = stage.desk.records[ITEM] | {"id": number, "number": f"W-{number}"}
        stage.sent(f"widgets:{number}")
        stage.approve(f"widgets:{number}")
    before = len(stage.workflows)
    wait(stage, PATIENCE)
    assert sweep(stage.world)["approved, never started"] == 230
    assert len(stage.workflows) == before + 1
