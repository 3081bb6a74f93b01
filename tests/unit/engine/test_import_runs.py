"""A run goes on from its last finished page, whatever happens in between; who asks for what runs already joins it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong
from connector.core.exchange import UserFormat
from connector.core.item import State
from connector.core.people import Person
from connector.engine.import_ import import_step, request
from connector.engine.import_runs import KEPT, recent
from connector.engine.legs import JOBS_AT_ONCE
from connector.engine.progress import SILENCE
from connector.ports import Run
from tests.unit.engine.import_stage import DANA, MARCO, ImportStage

VENDORS = "/rest/v1.0/vendors"


class Killed(Exception):  # noqa: N818 -- what happens to a process, not an error of ours
    pass


def die(_moves: object) -> list[str]:
    raise Killed


@pytest.fixture
def stage() -> ImportStage:
    stage = ImportStage()
    stage.intacct.page_size = 2
    return stage


def many_vendors(stage: ImportStage, number: int) -> None:
    for each in range(number):
        stage.intacct.put("VENDOR", {"VENDORID": f"V-{each}", "NAME": f"Vendor {each}"})


def many_jobs(stage: ImportStage, number: int) -> None:
    for each in range(number):
        stage.link_job(f"J-{each:03}", str(each))
        stage.intacct.put("TASK", {"PROJECTID": f"J-{each:03}", "TASKID": "03-000", "NAME": "Concrete"})


def test_objects_go_in_the_order_of_their_needs_whatever_the_order_of_the_request(stage: ImportStage) -> None:
    run = stage.request("cost_types", "vendors", "cost_codes", "projects")
    assert run.objects == ("projects", "vendors", "cost_codes", "cost_types")
    assert stage.workflows.started == {run.id: ("projects",)}


def test_all_objects_are_meant_where_none_is_named(stage: ImportStage) -> None:
    assert stage.request().objects == ("projects", "vendors", "sub_jobs", "cost_codes", "cost_types")


def test_a_step_stops_at_its_deadline_and_the_next_goes_on_behind_the_last_page(stage: ImportStage) -> None:
    many_vendors(stage, 5)
    stage.intacct.takes = 2
    run = stage.request("vendors")
    answers = [stage.step(run, seconds=1) for _ in range(3)]
    assert stage.mark("vendors:company") == ""
    answers.append(stage.step(run, seconds=1))
    assert stage.mark("vendors:company") != ""
    assert [answer["more"] for answer in answers] == [True, True, True, False]
    assert answers[0] == {"more": True, "wait": 0, "object": "vendors"}
    assert stage.ended(run).counts == {"read": 5, "staged": 5}
    assert all(item.history_count == 1 for item in stage.state)


@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_worker_killed_at_any_page_loses_no_row_and_doubles_none(stage: ImportStage, page: int) -> None:
    many_vendors(stage, 5)
    stage.intacct.faults = [*[None] * page, Killed()]
    run = stage.request("vendors")
    with pytest.raises(Killed):
        stage.step(run)
    assert stage.mark("vendors:company") == ""
    assert stage.step(run)["more"] is False
    assert len(stage.intacct.asked) == 4  # three pages, one of them asked for twice
    assert len(stage.state) == 5
    assert all(item.history_count == 1 for item in stage.state)
    assert stage.ended(run).counts == {"read": 5, "staged": 5}


@pytest.mark.parametrize("call", range(1, 7))
def test_a_worker_killed_at_any_call_of_procore_doubles_nothing(stage: ImportStage, call: int) -> None:
    stage.link_job("24-107", "77")
    for code, name in (("03-000", "Concrete"), ("03-100", "Forming")):
        stage.intacct.put("TASK", {"PROJECTID": "24-107", "TASKID": code, "NAME": name})
        stage.intacct.put("STANDARDTASK", {"STANDARDTASKID": code, "NAME": name})
    stage.procore.faults = [*[None] * (call - 1), Killed()]
    run = stage.request("cost_codes")
    with pytest.raises(Killed):
        stage.step(run)
    assert stage.step(run)["more"] is False
    assert [row["full_code"] for row in stage.procore.held("/rest/v1.0/cost_codes?77")] == ["03", "03-100"]
    assert [row["full_code"] for row in stage.procore.held("/rest/v1.0/standard_cost_codes")] == ["03", "03-100"]
    assert stage.pair("cost_codes", "24-107/03-100").intacct_id == "03-100"


def test_a_killed_run_keeps_its_window(stage: ImportStage) -> None:
    stage.run("vendors")
    stage.clock.move(3600)
    many_vendors(stage, 3)
    stage.clock.move(600)
    stage.intacct.faults = [None, Killed()]
    run = stage.request("vendors")
    with pytest.raises(Killed):
        stage.step(run)
    stage.clock.move(3600)
    stage.intacct.put("VENDOR", {"VENDORID": "V-9", "NAME": "Late"})
    stage.clock.move(600)
    stage.step(run)
    assert {item.number for item in stage.state} == {"V-0", "V-1", "V-2"}
    stage.run("vendors")
    assert {item.number for item in stage.state} == {"V-0", "V-1", "V-2", "V-9"}


def test_rows_changed_at_the_edge_of_a_window_are_found_by_the_next(stage: ImportStage) -> None:
    stage.run("vendors")
    end = stage.clock.now()
    stage.intacct.put("VENDOR", {"VENDORID": "V-1", "NAME": "Committed late"}, stamp=end)  # seen only after the run's window was closed
    stage.intacct.put("VENDOR", {"VENDORID": "V-2", "NAME": "Never changed"}, stamped=False)
    stage.run("vendors")
    assert {item.number for item in stage.state} == {"V-1", "V-2"}


def test_thousands_of_rows_of_one_second_are_all_read(stage: ImportStage) -> None:
    stage.run("vendors")
    many_vendors(stage, 7)
    assert stage.run("vendors").counts == {"read": 7, "staged": 7}


@pytest.mark.parametrize("hours", [1, -1])
@pytest.mark.parametrize("denied", [False, True], ids=["by the trail", "by the rows"])
def test_the_users_offset_moves_and_no_row_is_lost(stage: ImportStage, hours: int, *, denied: bool) -> None:
    """For a day the connector goes by the offset it knows, and looks an hour too early or too late."""
    stage.intacct.denied = denied
    stage.run("vendors")
    moved = stage.intacct.format.gmt_offset_minutes + hours * 60
    stage.intacct.format = replace(stage.intacct.format, gmt_offset_minutes=moved)
    for number in range(26):
        stage.clock.move(3000)
        stage.intacct.put("VENDOR", {"VENDORID": f"V-{number}", "NAME": f"Spring {number}"})
        stage.run("vendors")
    assert {item.number for item in stage.state} == {f"V-{number}" for number in range(25)} | {"V-25"}
    assert stage.intacct.formats == 2


def test_a_user_with_another_date_format_stops_the_run(stage: ImportStage) -> None:
    stage.intacct.format = UserFormat(date_format="/dmY", gmt_offset_minutes=0, clock_24h=True)
    run = stage.run("vendors")
    assert (run.state, len(run.problems)) == ("stopped", 1)


def test_what_is_busy_is_waited_for_and_nothing_is_lost(stage: ImportStage) -> None:
    many_vendors(stage, 3)
    stage.intacct.faults = [None, RetryLater(Code.RATE_LIMITED, "Slow down.", seconds=42.3)]
    run = stage.request("vendors")
    assert stage.step(run) == {"more": True, "wait": 43, "object": "vendors"}
    [waiting] = recent(stage.world)
    again = (stage.clock.now() + timedelta(seconds=43)).isoformat()
    assert (waiting.position["waits"], waiting.position["again"]) == ("Slow down.", again)
    assert stage.step(run)["more"] is False
    ended = stage.ended(run)
    assert ended.counts == {"read": 3, "staged": 3}
    assert ended.position.keys().isdisjoint({"waits", "again"})


def test_a_refused_query_fails_the_run_and_the_next_reads_the_same_window(stage: ImportStage) -> None:
    many_vendors(stage, 1)
    stage.intacct.faults = [ConnectorError(Code.REFUSED_BY_INTACCT, "No such field.")]
    assert stage.run("vendors").state == "failed"
    assert stage.run("vendors").counts == {"read": 1, "staged": 1}


@pytest.mark.parametrize("problem", [SetupWrong(Code.NO_PERMISSION, "Not allowed.")])
def test_wrong_set_up_stops_the_run(stage: ImportStage, problem: Exception) -> None:
    stage.intacct.faults = [problem]
    run = stage.run("vendors", "cost_codes")
    assert (run.state, run.problems) == ("stopped", ("Not allowed.",))


def test_what_is_wrong_with_one_job_does_not_stop_the_others_and_is_listed(stage: ImportStage) -> None:
    many_jobs(stage, 3)
    refusal = ConnectorError(Code.NOT_FOUND, "Procore has no project 0.")
    stage.procore.faults = [refusal]
    run = stage.run("cost_codes")
    assert (run.state, run.counts["refused"], run.counts["written"]) == ("ended", 1, 2)
    assert stage.item("staged:cost_codes:J-000").problems[0].code is Code.NOT_FOUND
    again = stage.run("cost_codes", project_id="0")
    assert again.counts == {"read": 1, "written": 1, "linked": 1}
    assert stage.item("staged:cost_codes:J-000").state is State.IMPORTED


def test_jobs_are_read_some_at_a_time_and_each_once(stage: ImportStage) -> None:
    stage.intacct.page_size = 2000
    many_jobs(stage, JOBS_AT_ONCE + 1)
    stage.intacct.takes = 2
    run = stage.request("cost_codes")
    steps = 0
    while stage.step(run, seconds=3)["more"]:
        steps += 1
    assert [query.object for query in stage.intacct.asked] == ["STANDARDTASK", "TASK", "TASK"]
    assert stage.ended(run).counts["written"] == JOBS_AT_ONCE + 1
    assert steps > 0


def test_a_job_that_is_linked_later_is_read_whole(stage: ImportStage) -> None:
    many_jobs(stage, 1)
    stage.run("cost_codes")
    stage.intacct.put("TASK", {"PROJECTID": "J-NEW", "TASKID": "03-000", "NAME": "Concrete"})
    stage.run("cost_codes")
    stage.clock.move(86_400)
    stage.link_job("J-NEW", "500")
    stage.run("cost_codes")
    assert stage.pair("cost_codes", "J-NEW/03-000").project_id == "500"


def test_one_project_is_read_whole_and_leaves_the_watermark_of_all(stage: ImportStage) -> None:
    many_jobs(stage, 2)
    run = stage.run("cost_codes", project_id="1")
    assert run.counts == {"read": 1, "written": 1, "linked": 1}
    assert stage.mark("cost_codes:jobs") == ""
    assert stage.run("cost_codes").counts == {"read": 2, "unchanged": 1, "written": 1, "linked": 1}


def test_a_second_request_joins_the_run_of_the_same_scope(stage: ImportStage) -> None:
    first = stage.request("vendors")
    assert stage.request("vendors").id == first.id
    assert request(stage.world, DANA, objects=["vendors"]).id == first.id
    assert len({stage.request("projects").id, stage.request("vendors", full=True).id, first.id}) == 3
    stage.step(first)
    assert stage.request("vendors").id != first.id


@pytest.mark.parametrize(
    ("running", "asked", "joins"),
    [
        ({"objects": []}, {"objects": ["vendors"]}, True),
        ({"objects": ["vendors", "projects"]}, {"objects": ["projects"]}, True),
        ({"objects": ["vendors"]}, {"objects": ["vendors", "projects"]}, False),
        ({"objects": ["vendors"], "full": True}, {"objects": ["vendors"]}, True),
        ({"objects": ["vendors"]}, {"objects": ["vendors"], "full": True}, False),
        ({"objects": ["cost_codes"], "full": True}, {"objects": ["cost_codes"], "project_id": "77"}, True),
        ({"objects": ["cost_codes"]}, {"objects": ["cost_codes"], "project_id": "77"}, False),
        ({"objects": ["cost_codes"], "project_id": "77"}, {"objects": ["cost_codes"]}, False),
        ({"objects": ["cost_codes"], "project_id": "77"}, {"objects": ["cost_codes"], "project_id": "78"}, False),
        ({"objects": ["vendors"]}, {"objects": ["vendors"], "record": "V-1"}, False),
        ({"objects": ["vendors"], "record": "V-1"}, {"objects": ["vendors"], "record": "V-1"}, True),
    ],
)
def test_a_request_joins_a_run_that_does_all_of_it(
    stage: ImportStage, running: dict[str, Any], asked: dict[str, Any], *, joins: bool
) -> None:
    for job, project in (("24-107", "77"), ("24-108", "78")):
        stage.link_job(job, project)
    first = request(stage.world, DANA, **running)
    second = request(stage.world, DANA, **asked)
    assert (second.id == first.id) is joins


def test_what_a_run_has_done_already_is_not_joined(stage: ImportStage) -> None:
    many_vendors(stage, 1)
    whole = stage.request("vendors", "cost_codes")
    stage.intacct.takes = 2
    while stage.step(whole, seconds=1)["object"] != "cost_codes":
        pass
    assert stage.request("cost_codes").id == whole.id
    assert stage.request("vendors").id != whole.id


def test_the_latest_runs_are_listed_newest_first(stage: ImportStage) -> None:
    runs = [stage.run("vendors"), stage.run("projects"), stage.request("vendors")]
    assert [run.id for run in recent(stage.world)] == [run.id for run in reversed(runs)]
    for _ in range(KEPT):
        stage.run("projects")
    assert len(recent(stage.world)) == KEPT


def test_two_who_ask_at_the_same_time_get_the_same_run(stage: ImportStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between one's look at the runs and its note the other one does it all."""
    put = stage.state.put_run
    others: list[str] = []

    def put_run(run: Run) -> None:
        if not others:
            others.append("")
            others[0] = stage.request("vendors").id
        put(run)

    monkeypatch.setattr(stage.state, "put_run", put_run)
    assert [stage.request("vendors").id] == others
    assert len(stage.workflows) == 1


def test_a_run_whose_creator_died_before_it_was_noted_is_taken_over(stage: ImportStage, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stage.state, "move_watermarks", die)
        with pytest.raises(Killed):
            stage.request("vendors")
    run = stage.request("vendors")
    assert list(stage.workflows.started) == [run.id]
    assert stage.step(run)["more"] is False
    assert stage.request("vendors").id != run.id


def test_a_run_of_another_scope_that_was_never_noted_is_noted_and_left_alone(stage: ImportStage, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stage.state, "move_watermarks", die)
        with pytest.raises(Killed):
            stage.request("projects")
    run = stage.request("vendors")
    assert run.objects == ("vendors",)
    assert [each.objects for each in recent(stage.world)] == [("vendors",), ("projects",)]
    assert list(stage.workflows.started) == [run.id]


def test_a_run_that_fell_silent_is_given_up_and_another_begins(stage: ImportStage) -> None:
    dead = stage.request("vendors")
    stage.clock.sleep(SILENCE.total_seconds() - 1)
    assert stage.request("vendors").id == dead.id
    stage.clock.sleep(2)
    assert stage.request("vendors").id != dead.id
    assert stage.ended(dead).state == "failed"


def test_a_run_that_waits_long_is_not_given_up(stage: ImportStage) -> None:
    run = stage.request("vendors")
    stage.intacct.faults = [RetryLater(Code.RATE_LIMITED, "Come back in an hour.", seconds=3600)]
    stage.step(run)
    stage.clock.sleep(3600)
    assert stage.request("vendors").id == run.id


def test_one_run_at_a_time_reads_an_object(stage: ImportStage) -> None:
    run = stage.request("vendors")
    stage.leases.acquire("import:vendors", holder="another run", seconds=60)
    assert stage.step(run) == {"more": True, "wait": 15, "object": "vendors"}
    stage.clock.sleep(61)
    assert stage.step(run)["more"] is False
    assert stage.leases.acquire("import:vendors", holder="a third", seconds=60)


def test_a_run_that_another_worker_has_carried_on_is_left_to_it(stage: ImportStage) -> None:
    many_vendors(stage, 3)
    run = stage.request("vendors")
    other = run.model_copy(update={"version": 1})
    stage.intacct.before_page = lambda: stage.state.put_run(other) if stage.state.get_run(run.id) == run else None
    assert stage.step(run) == {"more": True, "wait": 15, "object": "vendors"}
    assert stage.step(run)["more"] is False
    assert len(stage.state) == 3


def test_a_run_is_handed_over_where_the_function_does_not_know_the_object(stage: ImportStage) -> None:
    run = stage.request("vendors", "cost_codes")
    end = stage.clock.now() + timedelta(seconds=600)
    assert import_step(stage.world, run.id, end, mine={"vendors"}) == {"more": True, "wait": 0, "object": "cost_codes"}


def test_an_ended_run_does_nothing_more(stage: ImportStage) -> None:
    run = stage.run("vendors")
    stage.forget_calls()
    assert stage.step(run) == {"more": False, "wait": 0, "object": ""}
    assert stage.intacct.asked == []
    with pytest.raises(LookupError):
        stage.step(Run(id="none", kind="import", state="running", started_at=stage.clock.now(), started_by=""))


@pytest.mark.parametrize(
    ("objects", "project_id", "person", "code"),
    [
        (["vendors"], "", MARCO, Code.NOT_ALLOWED),
        (["cost_codes"], "77", DANA.model_copy(update={"projects": frozenset({"78"})}), Code.NOT_ALLOWED),
        (["unicorns"], "", DANA, Code.NOT_FOUND),
        (["vendors"], "77", DANA, Code.MALFORMED),
        (["cost_codes"], "404", DANA, Code.PROJECT_NOT_SYNCED),
    ],
)
def test_a_request_that_cannot_be_is_refused(stage: ImportStage, objects: list[str], project_id: str, person: Person, code: Code) -> None:
    stage.link_job("24-107", "77")
    with pytest.raises(ConnectorError) as refused:
        request(stage.world, person, objects=objects, project_id=project_id)
    assert refused.value.code is code
    assert len(stage.workflows) == 0


def test_an_object_that_only_goes_to_intacct_cannot_be_imported(stage: ImportStage) -> None:
    exported = replace(stage.world.rooms["vendors"], imports=())
    stage.world = replace(stage.world, rooms={**stage.world.rooms, "vendors": exported})
    with pytest.raises(ConnectorError) as refused:
        stage.request("vendors")
    assert refused.value.code is Code.NOT_FOUND
