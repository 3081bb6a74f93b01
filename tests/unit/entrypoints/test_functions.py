"""The functions that state machines and the clock call, and what all functions share."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest

from connector.core.configuration import Configuration, Schedule
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong, Violation
from connector.core.item import State, step
from connector.core.outcome import Outcome, Result
from connector.engine.import_ import OVERRUN
from connector.engine.reconcile_runs import NIGHT
from connector.engine.schedule import due, schedules
from connector.engine.world import World
from connector.entrypoints import boundary, run_functions
from connector.entrypoints.object_function import Later, handler_for
from connector.ports import Json, Run
from tests.unit.entrypoints.office import COMMITMENT, COMPANY, PIER_9, Log, Office, context

EXPORT = "connector.entrypoints.object_function.export_item"
IMPORT = "connector.engine.import_.import_step"


def export(outcome: Outcome | Exception, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the function of commitments answers when the engine ends like this."""

    def ended(_world: object, item: str, worker: str) -> Outcome:
        assert (item, worker) == (COMMITMENT, "request-1")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(EXPORT, ended)
    return handler_for("commitments")({"do": "export", "run": "r", "item": COMMITMENT}, context())


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics on standard output, as CloudWatch finds them there."""
    found: dict[str, float] = {}
    for line in capsys.readouterr().out.splitlines():
        said = json.loads(line)
        for kind in said.get("_aws", {}).get("CloudWatchMetrics", ()):
            found |= {metric["Name"]: said[metric["Name"]][0] for metric in kind["Metrics"]}
    return found


@pytest.mark.usefixtures("office")
class TestAnObjectsFunction:
    def test_what_became_of_an_item_is_a_value(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        done = Outcome(item=COMMITMENT, result=Result.DONE, intacct_id="Subcontract-1")
        assert export(done, monkeypatch) == {"item": COMMITMENT, "result": "done", "intacct_id": "Subcontract-1"}
        assert printed(capsys) == {"ItemsDone": 1}

    def test_a_refusal_is_a_value_too(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        closed = Outcome(item=COMMITMENT, result=Result.REFUSED, violations=(Violation(code=Code.PERIOD_CLOSED, field="", message="m"),))
        assert export(closed, monkeypatch) == {"item": COMMITMENT, "result": "refused", "code": "PERIOD_CLOSED"}
        assert printed(capsys) == {"ItemsRefused": 1}

    @pytest.mark.parametrize(
        "later", [Outcome(item=COMMITMENT, result=Result.LATER, seconds=90), RetryLater(Code.UNAVAILABLE, "away", seconds=89.6)]
    )
    def test_later_is_what_the_machine_catches_with_its_seconds(self, monkeypatch: pytest.MonkeyPatch, later: Outcome | Exception) -> None:
        with pytest.raises(Later) as raised:
            export(later, monkeypatch)
        assert json.loads(str(raised.value)) == {"seconds": 90}

    @pytest.mark.parametrize(
        "stopped",
        [
            Outcome(item=COMMITMENT, result=Result.STOPPED, violations=(Violation(code=Code.NO_PERMISSION, field="", message="m"),)),
            SetupWrong(Code.NO_PERMISSION, "m"),
        ],
    )
    def test_a_wrong_set_up_stops_the_run_and_wakes_the_alarm(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stopped: Outcome | Exception
    ) -> None:
        assert export(stopped, monkeypatch) == {"item": COMMITMENT, "result": "stopped", "code": "NO_PERMISSION"}
        assert printed(capsys) == {"ItemsStopped": 1, "SetupErrors": 1}

    def test_a_defect_reaches_the_machine_as_a_code(self, monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
        with pytest.raises(boundary.OurFault, match=r"^[0-9a-f]{8}$") as raised:
            export(ZeroDivisionError("hunter2"), monkeypatch)
        assert raised.value.__suppress_context__
        assert log.lines()[-1]["fault"] == str(raised.value)

    def test_an_import_step_knows_when_its_time_is_up(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def stepped(world: object, run: str, deadline: datetime, *, mine: Mapping[str, object]) -> dict[str, object]:
            assert world is office.world
            assert mine is office.world.rooms, "what fits into a step is done in it, of whatever object"
            left = deadline - office.clock.now()
            return {"more": True, "wait": 0, "object": run, "left": (left + OVERRUN).total_seconds()}

        monkeypatch.setattr(IMPORT, stepped)
        assert handler_for("vendors")({"do": "import", "run": "r"}, context()) == {"more": True, "wait": 0, "object": "r", "left": 300.0}

    def test_an_object_without_a_room_fails_at_once(self) -> None:
        with pytest.raises(ModuleNotFoundError):
            handler_for("spaceships")


class TestRuns:
    def test_the_end_of_a_wave_is_added_up(self, office: Office) -> None:
        run = Run(id="r", kind="export", state="running", started_at=office.clock.now(), started_by="x", waves=((COMMITMENT,),))
        office.state.put_run(run)
        event = {"run": "r", "wave": 1, "results": [{"item": COMMITMENT, "result": "refused"}]}
        assert run_functions.finish_run(event, context()) == {"counts": {"refused": 1}}
        ended = office.state.get_run("r")
        assert ended is not None
        assert ended.state == "ended"

    def test_an_import_that_broke_off_is_ended_once(self, office: Office) -> None:
        run = Run(id="r", kind="import", state="running", started_at=office.clock.now(), started_by="x", counts={"staged": 3})
        office.state.put_run(run)
        for _ in range(2):
            assert run_functions.finish_run({"run": "r", "failed": "Sandbox.Timedout"}, context()) == {"counts": {"staged": 3}}
        ended = office.state.get_run("r")
        assert ended is not None
        assert (ended.state, ended.problems, ended.version) == ("failed", ("Sandbox.Timedout",), 1)

    def test_an_import_that_ended_by_itself_stays_as_it_is(self, office: Office) -> None:
        run = Run(id="r", kind="import", state="ended", started_at=office.clock.now(), started_by="x")
        office.state.put_run(run)
        assert run_functions.finish_run({"run": "r"}, context()) == {"counts": {}}
        assert run_functions.finish_run({"run": "r", "failed": "x"}, context()) == {"counts": {}}
        assert office.state.get_run("r") == run
        assert run_functions.finish_run({"run": "unknown", "failed": "x"}, context()) == {"counts": {}}

    def test_the_sweep_counts_what_it_found(self, office: Office, capsys: pytest.CaptureFixture[str]) -> None:
        item, entry = step(office.send(), "approved", who="x", at=office.clock.now(), state=State.APPROVED)
        office.state.save(item, entry)
        office.clock.move(3600)
        assert run_functions.sweep({}, context())["approved, never started"] == 1
        assert printed(capsys) == {"ItemsFoundStuck": 1}
        assert len(office.workflows) == 1

    def test_the_sweep_sends_off_what_webhooks_told_nobody_of(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[Mapping[str, str]] = []

        def pages(_path: str, params: Mapping[str, str]) -> list[list[Json]]:
            asked.append(params)
            return []

        monkeypatch.setattr(office.world.procore, "pages", pages, raising=False)
        office.link_commitment()
        assert run_functions.sweep({}, context())["webhooks told nobody"] == 0
        assert asked == [{"project_id": PIER_9, "contract_id": "4711"}]

    def test_a_sweep_is_done_though_a_system_is_away(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: object) -> None:
            raise RetryLater(Code.UNAVAILABLE, "Procore does not answer.", seconds=5)

        monkeypatch.setattr(office.world.procore, "pages", away, raising=False)
        office.link_commitment()
        assert run_functions.sweep({}, context()) == dict.fromkeys(
            (
                "approved, never started",
                "worker gone",
                "not written back",
                "blocked, though it is there",
                "mark left in Procore",
                "mails nobody sent",
                "on the pages' tabs",
                "digests",
            ),
            0,
        )

    def test_drift_is_counted_and_a_system_that_is_away_is_no_failure(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        asked: list[timedelta] = []

        def watched(world: World, until: datetime) -> dict[str, int]:
            asked.append(until - world.clock.now())
            if len(asked) > 1:
                raise RetryLater(Code.UNAVAILABLE, "Intacct does not answer.", seconds=5)
            return {"suspected": 2, "looked at": 2, "differ": 1, "left": 0}

        monkeypatch.setattr(run_functions, "watch", watched)
        assert run_functions.watch_drift({}, context())["differ"] == 1
        assert printed(capsys) == {"DriftFound": 1}
        assert run_functions.watch_drift({}, context()) == {}
        assert asked == [timedelta(seconds=240)] * 2, "a minute of the five is left for the record at hand"
        del office

    @pytest.mark.parametrize(
        ("hour", "expected"),
        [
            (0, {"cost_codes", "cost_types", "projects"}),
            (1, {"cost_types"}),
            (2, {"cost_types", "projects"}),
            (4, {"cost_codes", "cost_types", "projects"}),
        ],
    )
    def test_the_clock_asks_for_what_is_due(self, office: Office, hour: int, expected: set[str]) -> None:
        every = {"vendors": "off", "projects": "2 hours", "cost_codes": "4 hours", "cost_types": "hour"}
        office.set(Configuration(schedules={name: Schedule.model_validate({"every": often}) for name, often in every.items()}))
        office.clock.move((hour - 12) % 24 * 3600)
        assert every.keys() & set(due(office.world)) == expected

    def test_what_the_settings_do_not_mention_comes_as_its_records_ask_for(self, office: Office) -> None:
        usual = schedules(office.world)
        assert {name: usual[name] for name in ("vendors", "projects")} == {"vendors": "hour", "projects": "hour"}
        assert {name: usual[name] for name in ("sub_jobs", "cost_codes", "cost_types")} == dict.fromkeys(
            ("sub_jobs", "cost_codes", "cost_types"), "2 hours"
        )
        office.clock.move(3600)
        assert "vendors" in due(office.world)
        assert "cost_codes" not in due(office.world)

    def test_an_hour_in_which_nothing_is_due_starts_nothing(self, office: Office) -> None:
        everything = {name: Schedule(every="off") for name in office.world.rooms}
        office.set(Configuration(schedules=everything))
        assert run_functions.scheduled_import({}, context()) == {"run": "", "reconciliation": ""}
        assert len(office.workflows) == 0

    @pytest.mark.parametrize(("often", "hour", "started"), [("day", NIGHT, True), ("day", NIGHT - 1, False), ("off", NIGHT, False)])
    def test_jobs_are_read_once_a_night_unless_the_settings_say_otherwise(
        self, office: Office, often: Literal["off", "day"], hour: int, *, started: bool
    ) -> None:
        everything = {name: Schedule(every="off") for name in office.world.rooms}
        office.set(Configuration(schedules=everything, reconciliations=often))
        office.clock.move((hour - office.clock.now().hour) % 24 * 3600)
        run = office.state.get_run(run_functions.scheduled_import({}, context())["reconciliation"])
        assert (run is not None) == started
        if run is not None:
            assert (run.kind, run.project_id, run.started_by) == ("reconciliation", "", "the clock")
            assert run.id in office.workflows

    def test_imports_by_the_clock_are_one_run(self, office: Office) -> None:
        run = office.state.get_run(run_functions.scheduled_import({}, context())["run"])
        assert run is not None
        assert (run.started_by, set(run.objects)) == ("the clock", {name for name, room in office.world.rooms.items() if room.imports})
        assert run.id in office.workflows


class TestWhatAllShare:
    def test_log_lines_carry_the_ids_of_this_call_only(self, log: Log) -> None:
        def work(event: dict[str, Any], _context: object) -> None:
            boundary.about(item=event["item"], run="", company=COMPANY)
            boundary.logger.info("said")

        for item in ("a", "b"):
            boundary.guarded(work)({"item": item}, context())
        boundary.guarded(lambda _event, _context: boundary.logger.info("said"))({}, context())
        assert [(line.get("item"), line.get("company"), line["request"], "run" in line) for line in log.lines()] == [
            ("a", COMPANY, "request-1", False),
            ("b", COMPANY, "request-1", False),
            (None, None, "request-1", False),
        ]

    @pytest.mark.usefixtures("office")
    def test_the_engines_lines_come_out_with_them(self, monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
        def ended(_world: object, item: str, _worker: str) -> Outcome:
            logging.getLogger("connector.export").warning("from the engine", extra={"attempt": 2})
            return Outcome(item=item, result=Result.DONE)

        monkeypatch.setattr(EXPORT, ended)
        handler_for("commitments")({"do": "export", "run": "r", "item": COMMITMENT}, context())
        [line] = log.lines()
        assert (line["message"], line["item"], line["run"], line["attempt"]) == ("from the engine", COMMITMENT, "r", 2)

    def test_a_refusal_keeps_its_class_and_is_logged_with_its_code(self, log: Log) -> None:
        def work(_event: object, _context: object) -> None:
            raise ConnectorError(Code.NOT_FOUND, "There is no run.")

        with pytest.raises(ConnectorError):
            boundary.guarded(work)({}, context())
        assert [(line["code"], line["level"]) for line in log.lines()] == [("NOT_FOUND", "WARNING")]
