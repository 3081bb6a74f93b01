"""Cost codes and cost types go in without a person: parents first, taken over where they stand, each linked."""

from __future__ import annotations

import pytest

from connector.core.errors import Code
from connector.core.item import State
from connector.engine.staging import retry
from tests.unit.engine.import_stage import DANA, ImportStage

STANDARD, PROJECT_CODES, TYPES = "/rest/v1.0/standard_cost_codes", "/rest/v1.0/cost_codes?77", "/rest/v1.0/line_item_types"
WBS = "/rest/v1.0/projects/77/work_breakdown_structure/wbs_codes"
JOB = "24-107"


@pytest.fixture
def stage() -> ImportStage:
    stage = ImportStage()
    stage.link_job(JOB, "77")
    for code, name in (("03-000", "Concrete"), ("03-100", "Forming"), ("03-300", "Cast in place")):
        stage.intacct.put("STANDARDTASK", {"STANDARDTASKID": code, "NAME": name})
        task(stage, code, name)
    for code, name in (("L", "Labor"), ("SUB", "Subcontract")):
        stage.intacct.put("STANDARDCOSTTYPE", {"STANDARDCOSTTYPEID": code, "NAME": name})
    for code in ("03-100", "03-300"):
        assign(stage, code, "L")
    return stage


def task(stage: ImportStage, code: str, name: str, **more: str) -> dict[str, str]:
    return stage.intacct.put("TASK", {"PROJECTID": JOB, "TASKID": code, "STANDARDTASKID": code, "NAME": name, **more})


def assign(stage: ImportStage, code: str, kind: str) -> None:
    stage.intacct.put("COSTTYPE", {"PROJECTID": JOB, "TASKID": code, "COSTTYPEID": kind})


def test_the_companys_list_gets_the_codes_with_their_parents_segments_and_parents_first(stage: ImportStage) -> None:
    run = stage.run("cost_codes")
    division, forming, _ = stage.procore.held(STANDARD)
    assert (division["code"], division["name"], division.get("parent_id")) == ("03", "Concrete", None)
    assert (forming["code"], forming["name"], forming["parent_id"]) == ("03-100", "Forming", division["id"])
    assert division["origin_id"] == f"intacct:STANDARDTASK:{stage.intacct.tables['STANDARDTASK'][0]['RECORDNO']}"
    pair = stage.pair("standard_cost_codes", "STANDARDTASK/03-100")
    assert (pair.procore_id, pair.intacct_id, pair.label) == (str(forming["id"]), "03-100", "Forming")
    assert (run.state, run.counts) == ("ended", {"read": 6, "written": 6, "linked": 6})
    assert stage.procore.envelopes[0] == {"company_id": 1, "standard_cost_code_list_id": 5}


def test_a_project_gets_its_own_segments_and_the_id_of_the_standard_code(stage: ImportStage) -> None:
    stage.run("cost_codes")
    division, forming, _ = stage.procore.held(PROJECT_CODES)
    assert (division["code"], forming["code"], forming["parent_id"]) == ("03", "100", division["id"])
    assert str(forming["standard_cost_code_id"]) == stage.pair("standard_cost_codes", "STANDARDTASK/03-100").procore_id
    pair = stage.pair("cost_codes", f"{JOB}/03-100")
    assert (pair.procore_id, pair.intacct_id, pair.project_id) == (str(forming["id"]), "03-100", "77")
    assert pair.detail == {"job": JOB, "code": "03-100", "division": "no", "active": "yes", "procore_code": "03-100"}
    assert stage.pair("cost_codes", f"{JOB}/03-000").detail["division"] == "yes"


def test_what_stands_in_procore_is_taken_over_and_keeps_its_description(stage: ImportStage) -> None:
    parent = stage.procore.put(PROJECT_CODES, code="03", full_code="03", name="Beton")
    mine = stage.procore.put(PROJECT_CODES, code="100", full_code="03-100", name="Schalung", parent_id=parent["id"])
    stage.run("cost_codes")
    assert [row["full_code"] for row in stage.procore.held(PROJECT_CODES)] == ["03", "03-100", "03-300"]
    assert (mine["name"], mine["code"]) == ("Schalung", "100")
    assert stage.pair("cost_codes", f"{JOB}/03-100").procore_id == str(mine["id"])
    assert mine["origin_id"].startswith("intacct:TASK:")


def test_nothing_changed_costs_one_look_and_writes_nothing(stage: ImportStage) -> None:
    """Where the trail is denied; else that is the one look."""
    stage.intacct.denied = True
    stage.run("cost_codes", "cost_types")
    stage.forget_calls()
    run = stage.run("cost_codes", "cost_types")
    assert stage.procore.called == []
    assert stage.references.written == 0
    assert [query.object for query in stage.intacct.asked] == [
        name for name in ("STANDARDTASK", "TASK", "STANDARDCOSTTYPE", "COSTTYPE") for _ in ("stamped", "unstamped")
    ]
    assert run.counts == {}


def test_a_full_import_of_what_is_unchanged_asks_procore_nothing(stage: ImportStage) -> None:
    stage.run("cost_codes", "cost_types")
    stage.forget_calls()
    run = stage.run("cost_codes", "cost_types", full=True)
    assert stage.procore.called == []
    assert stage.references.written == 0
    assert run.counts == {"read": 10, "unchanged": 10}


def test_a_new_name_in_intacct_refreshes_the_link_and_leaves_procore_alone(stage: ImportStage) -> None:
    stage.run("cost_codes")
    row = next(row for row in stage.intacct.tables["TASK"] if row["TASKID"] == "03-300")
    stage.clock.move(600)
    stage.intacct.put("TASK", {"RECORDNO": row["RECORDNO"], "NAME": "Walls"})
    stage.forget_calls()
    run = stage.run("cost_codes")
    assert stage.procore.sent == []
    assert stage.pair("cost_codes", f"{JOB}/03-300").label == "Walls"
    assert run.counts == {"read": 3, "unchanged": 2, "refreshed": 1}


def test_an_inactive_code_is_not_added_and_one_that_becomes_so_is_marked(stage: ImportStage) -> None:
    task(stage, "03-400", "Precast", STATUS="inactive")
    run = stage.run("cost_codes")
    assert run.counts["left_out"] == 1
    assert "03-400" not in {row["full_code"] for row in stage.procore.held(PROJECT_CODES)}
    row = next(row for row in stage.intacct.tables["TASK"] if row["TASKID"] == "03-300")
    stage.clock.move(600)
    stage.intacct.put("TASK", {"RECORDNO": row["RECORDNO"], "STATUS": "inactive"})
    stage.run("cost_codes")
    assert stage.pair("cost_codes", f"{JOB}/03-300").detail["active"] == "no"


def test_refused_codes_are_listed_with_every_reason_and_leave_the_list_when_they_are_mended(stage: ImportStage) -> None:
    row = task(stage, "99-100", "Forming")
    run = stage.run("cost_codes")
    item = stage.item(f"staged:cost_codes:{JOB}/99-100")
    assert (item.state, item.project_id, item.kind, item.number) == (State.INVALID, "77", "jobs", "99-100")
    assert [problem.code for problem in item.problems] == [Code.COST_CODE_FORMAT, Code.DUPLICATE_NAME]
    assert "create 99 in Intacct" in item.problems[0].message
    assert run.counts["refused"] == 2  # the other code of this name too
    stage.clock.move(600)
    task(stage, "99-000", "Special")
    stage.intacct.put("TASK", {"RECORDNO": row["RECORDNO"], "NAME": "Special forming"})
    stage.run("cost_codes")
    assert stage.item(item.id).state is State.IMPORTED
    assert stage.item(f"staged:cost_codes:{JOB}/03-100").state is State.IMPORTED
    assert stage.pair("cost_codes", f"{JOB}/99-100").intacct_id == "99-100"


def test_the_same_refusal_is_told_once(stage: ImportStage) -> None:
    task(stage, "991", "Flat")
    stage.run("cost_codes")
    stage.run("cost_codes", full=True)
    assert stage.item(f"staged:cost_codes:{JOB}/991").history_count == 1


def test_what_procore_refuses_is_listed_with_its_words_and_its_children_wait(stage: ImportStage) -> None:
    stage.procore.no["Concrete"] = "name is reserved"
    stage.run("cost_codes")
    item = stage.item(f"staged:cost_codes:{JOB}/03-000")
    assert [(problem.code, problem.their_words) for problem in item.problems] == [(Code.REFUSED_BY_PROCORE, "name is reserved")]
    assert stage.item(f"staged:cost_codes:{JOB}/03-100").problems[0].code is Code.PARENT_NOT_SYNCED
    stage.procore.no.clear()
    (again,) = retry(stage.world, DANA, [item.id])
    run = stage.state.get_run(again.run)
    assert run is not None
    assert (run.project_id, run.full) == ("77", True)
    while stage.step(run)["more"]:
        pass
    assert stage.item(item.id).state is State.IMPORTED
    assert len(stage.procore.held(PROJECT_CODES)) == 3


def test_a_link_that_was_lost_is_found_by_its_origin_id_and_nothing_is_overwritten(stage: ImportStage) -> None:
    recordno = next(row["RECORDNO"] for row in stage.intacct.tables["TASK"] if row["TASKID"] == "03-000")
    mine = stage.procore.put(PROJECT_CODES, code="3A", full_code="3A", name="Beton", origin_id=f"intacct:TASK:{recordno}")
    stage.run("cost_codes")
    assert (mine["name"], mine["code"]) == ("Beton", "3A")
    assert stage.pair("cost_codes", f"{JOB}/03-000").procore_id == str(mine["id"])
    assert stage.pair("cost_codes", f"{JOB}/03-000").detail["procore_code"] == "3A"


def test_a_record_of_another_integration_is_left_alone(stage: ImportStage) -> None:
    theirs = stage.procore.put(PROJECT_CODES, code="03", full_code="03", name="Concrete", origin_id="sap:1")
    stage.run("cost_codes")
    assert theirs["origin_id"] == "sap:1"
    assert stage.item(f"staged:cost_codes:{JOB}/03-000").problems[0].code is Code.ORIGIN_NOT_OURS


def test_a_record_that_is_linked_elsewhere_names_the_other_pair(stage: ImportStage) -> None:
    stage.run("cost_codes")
    stage.clock.move(600)
    task(stage, "03", "Concrete works")  # the place of 03-000, under another key
    for row in stage.intacct.tables["TASK"]:
        if row["TASKID"] == "03-000":
            row["STATUS"] = "inactive"
    stage.run("cost_codes")
    problem = stage.item(f"staged:cost_codes:{JOB}/03").problems[0]
    assert problem.code is Code.LINKED_ELSEWHERE
    assert "linked to 03-000" in problem.message


def test_without_an_erp_list_the_run_stops_and_says_what_to_do(stage: ImportStage) -> None:
    stage.procore.lists["/rest/v1.0/standard_cost_code_lists"] = [{"id": 4, "is_erp_list": False}]
    run = stage.run("cost_codes")
    assert run.state == "stopped"
    assert "mark it as the ERP list" in run.problems[0]
    assert stage.mark("cost_codes:company") == ""


def test_cost_types_are_added_with_code_and_base_type_or_taken_over_by_name(stage: ImportStage) -> None:
    mine = stage.procore.put(TYPES, code="S", name="subcontract", base_type="commitment")
    stage.run("cost_types")
    labor = next(row for row in stage.procore.held(TYPES) if row["code"] == "L")
    assert (labor["name"], labor["base_type"]) == ("Labor", "labor")
    assert (mine["code"], mine["name"]) == ("S", "subcontract")
    pair = stage.pair("cost_types", "STANDARDCOSTTYPE/SUB")
    assert (pair.procore_id, pair.intacct_id, pair.detail["procore_code"]) == (str(mine["id"]), "SUB", "S")


def test_a_type_that_is_renamed_in_intacct_is_remembered_by_its_code_in_procore(stage: ImportStage) -> None:
    stage.procore.put(TYPES, code="S", name="Subcontract")
    stage.run("cost_types")
    row = stage.intacct.tables["STANDARDCOSTTYPE"][1]
    stage.clock.move(600)
    stage.intacct.put("STANDARDCOSTTYPE", {"RECORDNO": row["RECORDNO"], "NAME": "Subcontractors"})
    assert stage.run("cost_types").counts["refreshed"] == 1
    pair = stage.pair("cost_types", "STANDARDCOSTTYPE/SUB")
    assert (pair.label, pair.detail["procore_code"]) == ("Subcontractors", "S")


def test_an_assignment_makes_a_member_and_the_budget_code(stage: ImportStage) -> None:
    stage.run("cost_codes", "cost_types")
    assert stage.pair("cost_codes", f"{JOB}/03-300").members == {"L"}
    code, kind = stage.pair("cost_codes", f"{JOB}/03-300"), stage.pair("cost_types", "STANDARDCOSTTYPE/L")
    made = [{item["segment"]["type"]: item["id"] for item in row["segment_items"]} for row in stage.procore.held(WBS)]
    assert {"cost_code": int(code.procore_id) + 1_000_000, "line_item_type": int(kind.procore_id) + 1_000_000} in made
    assert len(made) == 2


def test_a_second_type_adds_and_budget_codes_that_stand_are_left_alone(stage: ImportStage) -> None:
    stage.procore.put(TYPES, code="S", name="Subcontract")
    stage.run("cost_codes", "cost_types")
    stage.clock.move(600)
    assign(stage, "03-300", "SUB")
    code, kind = stage.pair("cost_codes", f"{JOB}/03-300"), stage.pair("cost_types", "STANDARDCOSTTYPE/SUB")
    stands = [
        {"id": int(code.procore_id) + 1_000_000, "segment": {"type": "cost_code"}},
        {"id": int(kind.procore_id) + 1_000_000, "segment": {"type": "line_item_type"}},
    ]
    stage.procore.put(WBS, segment_items=stands, description="By hand")
    stage.forget_calls()
    run = stage.run("cost_codes", "cost_types")
    assert stage.pair("cost_codes", f"{JOB}/03-300").members == {"L", "SUB"}
    assert stage.procore.sent == []
    assert run.counts == {"read": 3, "unchanged": 2, "written": 1}


def test_the_budget_code_of_a_sub_job_is_not_that_of_the_job(stage: ImportStage) -> None:
    stage.run("cost_codes")
    code = int(stage.pair("cost_codes", f"{JOB}/03-300").procore_id) + 1_000_000
    kind = stage.procore.put(TYPES, code="L", name="Labor")["id"] + 1_000_000
    items = [(code, "cost_code"), (kind, "line_item_type"), (9, "sub_job")]
    stage.procore.put(WBS, segment_items=[{"id": item, "segment": {"type": segment}} for item, segment in items])
    stage.run("cost_types")
    assert len(stage.procore.held(WBS)) == 3


def test_a_code_without_a_type_is_listed_until_it_has_one(stage: ImportStage) -> None:
    task(stage, "03-600", "Grouting")
    stage.run("cost_codes", "cost_types")
    item = stage.item(f"staged:cost_types:{JOB}/03-600")
    assert (item.state, item.problems[0].code) == (State.INVALID, Code.COST_TYPE_MISSING)
    assert f"staged:cost_types:{JOB}/03-000" not in stage.state  # a division takes none
    stage.clock.move(600)
    assign(stage, "03-600", "L")
    stage.run("cost_types")
    assert stage.item(item.id).state is State.IMPORTED


def test_a_code_that_comes_later_without_a_type_is_listed_by_the_same_run(stage: ImportStage) -> None:
    stage.run("cost_codes", "cost_types")
    stage.clock.move(86_400)
    task(stage, "03-600", "Grouting")
    stage.run("cost_codes", "cost_types")
    assert stage.item(f"staged:cost_types:{JOB}/03-600").problems[0].code is Code.COST_TYPE_MISSING


def test_a_type_of_a_code_that_is_not_in_procore_waits_and_goes_when_it_is(stage: ImportStage) -> None:
    stage.procore.no["Cast in place"] = "not yet"
    stage.run("cost_codes", "cost_types")
    item = stage.item(f"staged:cost_types:{JOB}/03-300")
    assert (item.problems[0].code, item.waits_for) == (Code.COST_CODE_MISSING, f"cost_codes {JOB}/03-300")
    stage.procore.no.clear()
    stage.run("cost_codes", full=True)
    stage.run("cost_types")  # no COSTTYPE row has changed since
    assert stage.pair("cost_codes", f"{JOB}/03-300").members == {"L"}
    assert stage.item(item.id).state is State.IMPORTED


def test_a_custom_segment_is_listed_by_its_name(stage: ImportStage) -> None:
    stage.procore.segments.append({"id": 34, "type": "custom", "name": "Phase", "required": True})
    stage.procore.no["segment_item_id"] = "Phase is required"
    run = stage.run("cost_codes", "cost_types")
    item = stage.item(f"staged:cost_types:{JOB}/segment/Phase")
    assert item.problems[0].code is Code.CUSTOM_SEGMENT
    assert "'Phase'" in item.problems[0].message
    assert stage.item(f"staged:cost_types:{JOB}/03-300").problems[0].their_words == "Phase is required"
    assert stage.pair("cost_codes", f"{JOB}/03-300").members == frozenset()
    assert run.counts["refused"] == 3
    del stage.procore.segments[-1]
    stage.procore.no.clear()
    stage.run("cost_types", full=True)
    assert stage.item(item.id).state is State.IMPORTED
    assert stage.pair("cost_codes", f"{JOB}/03-300").members == {"L"}
