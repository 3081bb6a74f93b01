from __future__ import annotations

from typing import Any

import pytest

from connector.core.item import State, step
from connector.engine.finish import arrived, finish_wave
from connector.ports import Run
from tests.unit.engine.stage import DANA, ITEM, NEED, Stage
from tests.unit.engine.test_decide import meanwhile


def running(stage: Stage) -> Run:
    """A run of a maker and, in the second wave, its widget."""
    stage.sent()
    run = stage.state.get_run(stage.approve(with_needs=True).run)
    assert run is not None
    return run


def run_of(stage: Stage, run: Run) -> Run:
    now = stage.state.get_run(run.id)
    assert now is not None
    return now


def done(*items: str, result: str = "done") -> list[dict[str, Any]]:
    return [{"item": item, "result": result} for item in items]


def test_a_run_goes_wave_by_wave_to_its_end() -> None:
    stage = Stage()
    run = running(stage)
    stage.machine.play()
    after = run_of(stage, run)
    assert (after.state, after.counts, after.ended_at) == ("ended", {"done": 2}, stage.clock.now())
    assert list(stage.workflows.started) == [f"{run.id}-w1", f"{run.id}-w2"]
    assert (stage.item(NEED).state, stage.item().state) == (State.SYNCED, State.SYNCED)


def test_finishing_a_wave_twice_counts_and_starts_it_once() -> None:
    stage = Stage()
    run = running(stage)
    for _ in range(2):
        assert finish_wave(stage.world, run.id, 1, done(NEED)) == {"done": 1}
    after = run_of(stage, run)
    assert (after.state, after.counts, after.ended_at, after.version) == ("running", {"done": 1}, None, 1)
    assert len(stage.workflows) == 2


def test_an_early_wave_that_is_redriven_after_the_last_counts_nothing_again() -> None:
    stage = Stage()
    run = running(stage)
    stage.machine.play()
    ended = run_of(stage, run)
    finish_wave(stage.world, run.id, 1, done(NEED))
    assert run_of(stage, run) == ended


def test_two_finishes_at_the_same_moment_count_once() -> None:
    stage = Stage()
    run = running(stage)
    put_run = stage.state.put_run

    def late(mine: Run) -> None:
        stage.state.put_run = put_run  # type: ignore[method-assign]
        finish_wave(stage.world, run.id, 1, done(NEED))
        put_run(mine)

    stage.state.put_run = late  # type: ignore[method-assign, assignment]
    finish_wave(stage.world, run.id, 1, done(NEED))
    assert run_of(stage, run).counts == {"done": 1}


def test_what_became_of_each_is_counted_by_result() -> None:
    stage = Stage()
    run = running(stage)
    results = [*done(NEED), *done("makers:1", result="refused"), {"item": "makers:2"}]
    assert finish_wave(stage.world, run.id, 1, results) == {"done": 1, "refused": 1, "crashed": 1}


def test_a_wrong_set_up_stops_the_run() -> None:
    stage = Stage()
    run = running(stage)
    finish_wave(stage.world, run.id, 1, done(NEED, result="stopped"))
    after = run_of(stage, run)
    assert (after.state, after.ended_at) == ("stopped", stage.clock.now())
    assert len(stage.workflows) == 1


def test_a_failed_need_blocks_and_its_second_try_lets_go() -> None:
    stage = Stage()
    running(stage)
    stage.books.orders = ["refused"]
    stage.machine.play()
    assert (stage.item(NEED).state, stage.item().state, stage.item().waits_for) == (State.FAILED, State.BLOCKED, NEED)
    finish_wave(stage.world, next(iter(stage.workflows.started)).removesuffix("-w1"), 1, done(NEED, result="refused"))
    assert stage.told().count(f"waits for {NEED}") == 1
    after, entry = step(stage.item(NEED), "tried again", who="Dana", at=stage.clock.now(), state=State.APPROVED)
    stage.state.save(after, entry)
    arrived(stage.world, [])
    stage.export(NEED)
    arrived(stage.world, [NEED])
    stage.machine.play()
    assert stage.item().state is State.SYNCED
    assert (stage.held("MAKER"), stage.held()) == (["PC-8821"], ["W-1"])


def test_what_waits_goes_even_if_the_worker_of_the_other_died_behind_its_last_step() -> None:
    stage = Stage()
    stage.sent()
    stage.approve(NEED)
    blocked = stage.approve()
    assert blocked.said == "approved"
    stage.export(ITEM)
    assert stage.item().state is State.BLOCKED
    stage.export(NEED)
    run = next(iter(stage.workflows.started)).removesuffix("-w1")
    finish_wave(stage.world, run, 1, done(NEED, result="crashed"))
    assert stage.item().state is State.APPROVED


def test_what_waits_for_two_goes_when_both_are_there() -> None:
    stage = Stage()
    stage.sent()
    stage.approve()
    second = stage.item().model_copy(update={"pending": (NEED, "makers:9")})
    after, entry = step(second, "needs one more", who="test", at=stage.clock.now())
    stage.state.save(after, entry)
    stage.link("makers", "8821", "PC-8821")
    arrived(stage.world, [NEED])
    assert (stage.item().state, stage.item().waits_for) == (State.BLOCKED, "makers:9")
    stage.link("makers", "9", "PC-9")
    arrived(stage.world, ["makers:9"])
    assert (stage.item().state, stage.item().waits_for) == (State.APPROVED, "")
    assert list(stage.workflows.started.values()) == [(ITEM,)]


def test_a_need_that_arrives_while_another_is_named_is_not_missed() -> None:
    stage = Stage()
    stage.sent()
    stage.approve()
    after, entry = step(stage.item(), "needs one more", who="test", at=stage.clock.now(), pending=(NEED, "makers:9"))
    stage.state.save(after, entry)
    stage.link("makers", "8821", "PC-8821")
    meanwhile(stage, lambda: stage.link("makers", "9", "PC-9"))
    arrived(stage.world, [NEED])
    assert stage.item().state is State.APPROVED


def test_of_two_that_let_go_at_once_one_starts_the_run() -> None:
    stage = Stage()
    stage.sent()
    stage.approve()
    stage.link("makers", "8821", "PC-8821")
    meanwhile(stage, lambda: arrived(stage.world, [NEED]))
    arrived(stage.world, [NEED])
    assert stage.item().state is State.APPROVED
    assert stage.told().count("may go now") == 1
    assert len(stage.workflows) == 1


def test_many_that_wait_for_one_go_in_one_run() -> None:
    stage = Stage()
    for number in range(250):
        stage.desk.records[f"widgets:{number}"] = stage.desk.records[ITEM] | {"id": number, "number": f"W-{number}"}
        stage.sent(f"widgets:{number}")
        stage.approve(f"widgets:{number}", who=DANA)
    stage.link("makers", "8821", "PC-8821")
    arrived(stage.world, [NEED])
    ((_, started),) = stage.workflows.started.items()
    assert len(started) == 250


def test_a_run_that_is_not_there_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError, match="export-none"):
        finish_wave(Stage().world, "export-none", 1, [])
