"""One question to the audit trail tells what there is to read, and what is gone."""

from __future__ import annotations

import pytest

from connector.core.errors import Code
from connector.core.item import State
from connector.engine.import_ import poll
from connector.engine.stage import LEFT_OUT
from connector.engine.staging import accept, archive
from connector.engine.window import Mark
from connector.ports import Run
from tests.unit.engine.import_stage import DANA, ImportStage

ALL = ("projects", "vendors", "sub_jobs", "cost_codes", "cost_types")
HOUR = 3600


@pytest.fixture
def stage() -> ImportStage:
    """A company of which everything was read, an hour ago."""
    stage = ImportStage()
    stage.link_job("24-107", "77")
    for number in range(3):
        stage.intacct.put("VENDOR", {"VENDORID": f"V-{number}", "NAME": f"Vendor {number}"})
    for code in ("03-000", "03-100"):
        stage.intacct.put("STANDARDTASK", {"STANDARDTASKID": code, "NAME": code})
        stage.intacct.put("TASK", {"PROJECTID": "24-107", "TASKID": code, "NAME": code})
    stage.intacct.put("PROJECT", {"PROJECTID": "24-107-A", "NAME": "Tower", "PARENTID": "24-107"})
    assert stage.run(*ALL).state == "ended"
    stage.clock.move(HOUR)
    stage.forget_calls()
    return stage


def polled(stage: ImportStage, *objects: str) -> Run | None:
    run = poll(stage.world, objects or ALL)
    while run is not None and (answer := stage.step(run))["more"]:
        stage.clock.sleep(float(str(answer["wait"])))
    return stage.ended(run) if run else None


def asked(stage: ImportStage) -> list[str]:
    return [query.object for query in stage.intacct.asked]


def test_where_nothing_changed_polling_everything_is_one_question_and_moves_watermarks_only(stage: ImportStage) -> None:
    heard = Mark.of(stage.mark("vendors:company"))
    versions = {item.id: item.version for item in stage.state}
    runs = len(stage.workflows)
    assert polled(stage) is None
    assert (len(stage.intacct.trail), asked(stage), stage.procore.called, len(stage.workflows)) == (1, [], [], runs)
    assert {item.id: item.version for item in stage.state} == versions
    assert stage.references.written == 0
    now = Mark.of(stage.mark("vendors:company"))
    assert heard is not None
    assert now is not None
    assert (now.read, now.heard > heard.heard) == (heard.read, True)


def test_what_changed_is_read_and_the_rest_is_not(stage: ImportStage) -> None:
    stage.intacct.put("VENDOR", {"VENDORID": "V-9", "NAME": "New"})
    stage.clock.move(HOUR)
    run = polled(stage)
    assert run is not None
    assert (run.objects, run.counts) == (("vendors",), {"read": 1, "staged": 1})
    assert (asked(stage), len(stage.intacct.trail)) == (["VENDOR", "VENDOR"], 1)
    stage.forget_calls()
    stage.clock.move(HOUR)
    assert polled(stage) is None


def test_what_was_taken_in_is_not_read_again_because_another_object_comes_less_often(stage: ImportStage) -> None:
    stage.intacct.put("VENDOR", {"VENDORID": "V-9", "NAME": "New"})
    stage.clock.move(HOUR)
    assert polled(stage, "vendors") is not None
    stage.clock.move(HOUR)
    assert polled(stage) is None


def test_of_what_a_person_requests_only_what_changed_is_read(stage: ImportStage) -> None:
    stage.intacct.put("TASK", {"PROJECTID": "24-107", "TASKID": "03-200", "NAME": "Walls"})
    run = stage.run("vendors", "cost_codes")
    assert run.counts == {"read": 3, "unchanged": 2, "written": 1, "linked": 1}
    assert (set(asked(stage)), len(stage.intacct.trail)) == ({"TASK"}, 1)
    assert stage.run("vendors", "cost_codes").counts == {}


def test_a_tenant_that_denies_the_trail_is_read_and_asked_again_tomorrow(stage: ImportStage) -> None:
    stage.intacct.denied = True
    stage.intacct.put("VENDOR", {"VENDORID": "V-9", "NAME": "New"})
    stage.clock.move(HOUR)
    run = polled(stage)
    assert run is not None
    assert (run.objects, run.counts["staged"]) == (("projects", "vendors", "sub_jobs", "cost_codes", "cost_types"), 1)
    stage.clock.move(HOUR)
    polled(stage)
    assert len(stage.intacct.trail) == 1
    stage.intacct.denied = False
    stage.clock.move(24 * HOUR)
    polled(stage)
    assert len(stage.intacct.trail) == 2


def test_whatever_the_trail_says_rows_are_read_once_a_day(stage: ImportStage) -> None:
    stage.intacct.put("VENDOR", {"VENDORID": "V-9", "NAME": "The trail does not tell"})
    stage.intacct.tables["AUDITHISTORY"].clear()
    for _ in range(22):
        stage.clock.move(HOUR)
        assert polled(stage) is None
    stage.clock.move(2 * HOUR)
    run = polled(stage)
    assert run is not None
    assert run.counts["staged"] == 1


def test_a_trail_that_tells_too_much_at_a_time_is_asked_for_deletions_only(stage: ImportStage) -> None:
    stage.intacct.trail_page = 2
    for number in range(3):
        stage.intacct.put("VENDOR", {"VENDORID": f"W-{number}", "NAME": f"New {number}"})
    stage.intacct.delete("VENDOR", VENDORID="V-1")
    stage.clock.move(HOUR)
    run = polled(stage)
    assert run is not None
    assert (run.counts["staged"], run.counts["gone"], len(stage.intacct.trail)) == (3, 1, 2)


def test_where_even_the_deletions_are_too_many_everything_is_compared(stage: ImportStage) -> None:
    stage.intacct.trail_page = 1
    stage.intacct.delete("VENDOR", NAME="Vendor 0")
    stage.intacct.delete("VENDOR", NAME="Vendor 2")
    stage.intacct.delete("TASK", TASKID="03-100")
    stage.clock.move(HOUR)
    run = polled(stage)
    assert run is not None
    assert run.counts["gone"] == 3
    assert {item.number for item in stage.state if item.state is State.ARCHIVED} == {"V-0", "V-2"}


def test_a_job_linked_since_is_read_though_nothing_changed_in_intacct(stage: ImportStage) -> None:
    stage.intacct.put("TASK", {"PROJECTID": "24-108", "TASKID": "03-000", "NAME": "Concrete"})
    stage.clock.move(HOUR)
    polled(stage)
    stage.clock.move(HOUR)
    stage.link_job("24-108", "78")
    run = polled(stage)
    assert run is not None
    assert stage.pair("cost_codes", "24-108/03-000").project_id == "78"


@pytest.mark.parametrize("key", ["RECORDNO", "VENDORID"])
def test_a_staged_record_that_was_deleted_is_put_aside_with_the_reason(stage: ImportStage, key: str) -> None:
    stage.intacct.audit_key = key
    stage.intacct.delete("VENDOR", VENDORID="V-1")
    stage.clock.move(HOUR)
    run = polled(stage, "vendors")
    assert run is not None
    assert run.counts == {"gone": 1}
    (gone,) = [item for item in stage.state if item.number == "V-1"]
    assert (stage.item(gone.id).state, gone.reason) == (State.ARCHIVED, "deleted in Intacct")
    assert [item.state for item in stage.state if item.number in {"V-0", "V-2"}] == [State.STAGED] * 2


@pytest.mark.parametrize("way", ["trail", "full", "full without the trail"])
def test_a_linked_record_that_was_deleted_is_marked_and_shown_and_stays_in_procore(stage: ImportStage, way: str) -> None:
    (item,) = [item for item in stage.state if item.number == "V-1"]
    (added,) = accept(stage.world, DANA, [item.id])
    assert added.state is State.IMPORTED
    held = [dict(row) for row in stage.procore.held("/rest/v1.0/vendors")]
    stage.intacct.denied = way == "full without the trail"
    stage.intacct.delete("VENDOR", VENDORID="V-1")
    run = stage.run("vendors", full=way != "trail")
    assert run.counts["gone"] == 1
    pair, shown = stage.pair("vendors", item.intacct_key), stage.item(item.id)
    assert (pair.gone, pair.procore_id) == ("deleted in Intacct", str(held[0]["id"]))
    assert (shown.state, [problem.code for problem in shown.problems]) == (State.INVALID, [Code.GONE_IN_INTACCT])
    assert stage.procore.held("/rest/v1.0/vendors") == held
    stage.forget_calls()
    assert stage.run("vendors", full=True).counts.keys() == {"read", "unchanged"}
    assert stage.references.written == 0


def test_a_deletion_of_an_id_that_was_given_anew_hits_only_the_old_record(stage: ImportStage) -> None:
    """The trail names a vendor by its id; the new one of that id lives."""
    stage.intacct.audit_key = "VENDORID"
    stage.intacct.delete("VENDOR", VENDORID="V-1")
    stage.intacct.put("VENDOR", {"VENDORID": "V-1", "NAME": "Its successor"})
    stage.clock.move(HOUR)
    polled(stage, "vendors")
    assert {item.title: item.state for item in stage.state if item.number == "V-1"} == {
        "Vendor 1": State.ARCHIVED,
        "Its successor": State.STAGED,
    }


def test_a_code_that_was_deleted_in_a_job_is_found_by_comparing_the_job(stage: ImportStage) -> None:
    stage.intacct.delete("TASK", TASKID="03-100")
    stage.clock.move(HOUR)
    run = polled(stage, "cost_codes")
    assert run is not None
    assert run.counts["gone"] == 1
    assert stage.pair("cost_codes", "24-107/03-100").gone == "deleted in Intacct"
    assert stage.pair("cost_codes", "24-107/03-000").gone == ""
    assert stage.item("staged:cost_codes:24-107/03-100").problems[0].code is Code.GONE_IN_INTACCT
    stage.intacct.put("TASK", {"PROJECTID": "24-107", "TASKID": "03-100", "NAME": "03-100"})
    stage.clock.move(HOUR)
    polled(stage, "cost_codes")
    assert stage.pair("cost_codes", "24-107/03-100").gone == ""
    assert stage.item("staged:cost_codes:24-107/03-100").state is State.IMPORTED


def test_a_job_that_became_a_sub_job_is_not_taken_for_deleted(stage: ImportStage) -> None:
    row = stage.intacct.put("PROJECT", {"PROJECTID": "24-109", "NAME": "Annex"})
    stage.run(*ALL)
    stage.intacct.put("PROJECT", {"RECORDNO": row["RECORDNO"], "PARENTID": "24-107"})
    run = stage.run("projects", full=True)
    assert "gone" not in run.counts
    assert stage.item(f"staged:projects:{row['RECORDNO']}").state is State.STAGED


def test_a_deletion_is_heard_by_a_later_run_where_one_project_was_read_in_between(stage: ImportStage) -> None:
    """The import of a project reads the company's codes too, and does not listen."""
    stage.intacct.delete("STANDARDTASK", STANDARDTASKID="03-100")
    stage.run("cost_codes", project_id="77")
    stage.clock.move(HOUR)
    run = polled(stage, "cost_codes")
    assert run is not None
    assert run.counts["gone"] == 1
    assert stage.pair("standard_cost_codes", "STANDARDTASK/03-100").gone == "deleted in Intacct"


def test_a_linked_record_that_became_inactive_is_shown_until_it_is_back(stage: ImportStage) -> None:
    (item,) = [item for item in stage.state if item.number == "V-1"]
    accept(stage.world, DANA, [item.id])
    for status, gone, state in (("inactive", "inactive in Intacct", State.INVALID), ("active", "", State.LINKED)):
        stage.intacct.put("VENDOR", {"RECORDNO": item.intacct_key, "STATUS": status})
        stage.clock.move(HOUR)
        polled(stage, "vendors")
        assert (stage.pair("vendors", item.intacct_key).gone, stage.item(item.id).state) == (gone, state)


def test_what_a_person_left_aside_stays_so_when_it_is_deleted(stage: ImportStage) -> None:
    (item,) = [item for item in stage.state if item.number == "V-1"]
    archive(stage.world, DANA, [item.id])
    stage.intacct.delete("VENDOR", VENDORID="V-1")
    stage.clock.move(HOUR)
    polled(stage, "vendors")
    assert (stage.item(item.id).state, stage.item(item.id).reason) == (State.ARCHIVED, "")
    assert stage.item(item.id).reason != LEFT_OUT


def test_a_watermark_that_is_moved_back_while_a_run_reads_stays_there(stage: ImportStage) -> None:
    stage.intacct.put("VENDOR", {"VENDORID": "V-9", "NAME": "New"})
    stage.clock.move(HOUR)
    before = stage.mark("vendors:company")

    def move_back() -> None:
        stage.state.move_watermarks({"import:vendors:company": (before, "")})

    stage.intacct.before_page = move_back
    run = stage.run("vendors")
    assert run.state == "ended"
    assert stage.mark("vendors:company") == ""
