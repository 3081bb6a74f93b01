"""Sub jobs both ways, and the codes that hang on them, against both simulators."""

from __future__ import annotations

from typing import Any, Final

from connector.core.errors import Code
from connector.core.item import Item, State
from connector.engine.staging import accept, link_all_suggested
from sandbox.companies import builder
from sandbox.companies.jobs import CLINIC, TERMINAL
from tests.integration.rooms.office import Office, codes
from tests.proof.stage import DANA, Addresses

HALL: Final = "24-107-A"


def staged(office: Office, number: str) -> Item:
    (held,) = office.held("PROJECT", ("NAME",), PROJECTID=number)
    return office.item(f"staged:sub_jobs:{held['RECORDNO']}")


def enter_job(office: Office, number: str, name: str, parent: str = "") -> None:
    office.enter("PROJECT", PROJECTID=number, NAME=name, PROJECTCATEGORY="Contract", LOCATIONID="100", PARENTID=parent)


def new_sub_job(office: Office, code: str, name: str) -> str:
    """Somebody adds a sub job in Procore."""
    body = {"project_id": int(office.project(TERMINAL)), "sub_job": {"code": code, "name": name}}
    answer: dict[str, Any] = office.api.send("POST", "/rest/v1.0/sub_jobs", body)
    return str(answer["id"])


def test_a_sub_job_is_suggested_by_its_code_and_linked_with_its_project(office: Office) -> None:
    office.bring_and_link("projects", "sub_jobs")
    project, sub_job = office.project(TERMINAL), office.id("sub_jobs", code=HALL)
    (held,) = office.held("PROJECT", ("NAME",), PROJECTID=HALL)
    pair = office.references.by_procore("sub_jobs", [sub_job])[sub_job]
    assert (pair.intacct_key, pair.intacct_id, pair.project_id) == (held["RECORDNO"], HALL, project)
    assert pair.detail == {"procore_code": HALL}
    assert office.procore.store["sub_jobs"][int(sub_job)]["origin_id"] == f"intacct:PROJECT:{held['RECORDNO']}"


def test_a_sub_job_is_suggested_by_its_name_whatever_the_capitals(office: Office) -> None:
    sub_job = new_sub_job(office, "C", "UTILITY YARD")
    enter_job(office, "24-107-C", "Utility Yard", TERMINAL)
    office.bring_and_link("projects", "sub_jobs")
    assert office.references.by_procore("sub_jobs", [sub_job])[sub_job].intacct_id == "24-107-C"


def test_a_sub_job_that_procore_lacks_is_added_to_its_project(office: Office) -> None:
    enter_job(office, "24-107-C", "Utility Yard", TERMINAL)
    office.bring_and_link("projects", "sub_jobs")
    (done,) = accept(office.world, DANA, [staged(office, "24-107-C").id])
    assert (done.state, done.violation) == (State.IMPORTED, None)
    row = office.procore.store["sub_jobs"].rows(code="24-107-C")[0]
    assert (row["name"], str(row["project_id"])) == ("Utility Yard", office.project(TERMINAL))


def test_sub_jobs_of_several_projects_go_each_to_its_own(addresses: Addresses) -> None:
    office = Office(addresses, builder())
    office.bring_and_link("projects", "sub_jobs")
    placed = {pair.intacct_id: pair.project_id for pair in office.references.of_object("sub_jobs")}
    clinic, terminal = office.project(CLINIC), office.project(TERMINAL)
    assert placed == {"24-107-A": terminal, "24-107-B": terminal, "26-012-1": clinic, "26-012-2": clinic}
    office.close()


def test_a_sub_job_waits_for_its_parent_and_is_staged_once_that_is_linked(office: Office) -> None:
    office.bring("projects")
    run = office.bring("sub_jobs")
    waiting = staged(office, HALL)
    assert (waiting.state, waiting.waits_for) == (State.INVALID, f"projects {TERMINAL}")
    assert codes(waiting.problems) == [Code.PARENT_NOT_SYNCED]
    assert waiting.problems[0].message == f"{HALL} belongs to {TERMINAL}, which is not linked to a Procore project."
    assert run.counts == {"read": 2, "refused": 2}
    link_all_suggested(office.world, DANA, "projects")
    office.bring("sub_jobs")
    ready = staged(office, HALL)
    assert (ready.state, ready.waits_for, ready.problems) == (State.STAGED, "", ())
    assert ready.project_id == office.project(TERMINAL)


def test_below_a_sub_job_procore_has_no_place(office: Office) -> None:
    enter_job(office, "24-107-A-1", "Hall, level 1", HALL)
    office.bring_and_link("projects", "sub_jobs")
    assert codes(staged(office, "24-107-A-1").problems) == [Code.PARENT_NOT_SYNCED]


def test_a_second_look_stages_nothing_and_writes_nothing(office: Office) -> None:
    office.bring_and_link("projects", "sub_jobs")
    written = office.references.written
    run = office.bring("sub_jobs", full=True)
    assert run.counts == {"read": 2, "unchanged": 2}
    assert office.references.written == written


def test_a_sub_job_of_procore_becomes_a_job_below_its_job(office: Office) -> None:
    office.bring_and_link("projects")
    sub_job = new_sub_job(office, "24-107-C", "Utility Yard")
    item = office.export("sub_jobs", sub_job, office.project(TERMINAL))
    assert (item.state, item.written_back, item.problems) == (State.SYNCED, True, ())
    inherited = ("CUSTOMERID", "LOCATIONID", "BEGINDATE", "ENDDATE", "CONTACTINFO.CONTACTNAME", "PROJECTCATEGORY")
    (parent,) = office.held("PROJECT", inherited, PROJECTID=TERMINAL)
    (held,) = office.held("PROJECT", ("NAME", "PARENTID", *inherited), PROJECTID="24-107-C")
    assert (held["NAME"], held["PARENTID"], held["CUSTOMERID"]) == ("Utility Yard", TERMINAL, "C-1001")
    assert [held[name] for name in inherited] == [parent[name] for name in inherited]
    assert office.procore.store["sub_jobs"][int(sub_job)]["origin_id"] == f"intacct:PROJECT:{held['RECORDNO']}"


def test_the_job_goes_before_its_sub_job_in_one_run(office: Office) -> None:
    office.intacct.store.update("PROJECT", office.intacct.store.find("PROJECT", PROJECTID=TERMINAL)[0], {"PROJECTID": "OTHER"})
    sub_job, project = new_sub_job(office, "24-107-C", "Utility Yard"), office.project(TERMINAL)
    item = office.export("sub_jobs", sub_job, project)
    assert item.pending == (f"projects:{project}",)
    assert (item.state, office.item(f"projects:{project}").state) == (State.SYNCED, State.SYNCED)
    assert office.held("PROJECT", ("PARENTID",), PROJECTID="24-107-C")[0]["PARENTID"] == TERMINAL


def test_a_sub_jobs_codes_are_its_own_and_their_budget_codes_name_it(office: Office) -> None:
    office.bring_first()
    code = office.references.by_intacct("cost_codes", [f"{HALL}/03-300", f"{TERMINAL}/03-300"])
    assert code[f"{HALL}/03-300"].procore_id != code[f"{TERMINAL}/03-300"].procore_id
    assert code[f"{HALL}/03-300"].detail.items() >= {"job": HALL, "sub_job": "yes", "division": "no"}.items()
    assert "sub_job" not in code[f"{TERMINAL}/03-300"].detail
    row = office.procore.store["cost_codes"][int(code[f"{HALL}/03-300"].procore_id)]
    assert row["sub_job_id"] == int(office.id("sub_jobs", code=HALL))
    assert "SUB" in code[f"{HALL}/03-300"].members
    path = f"/rest/v1.0/projects/{office.project(TERMINAL)}/work_breakdown_structure/wbs_codes"
    shown = {each["flat_code"]: each for page in office.api.pages(path) for each in page}
    assert code[f"{HALL}/03-300"].procore_id in {str(item["id"]) for item in shown[f"{HALL}.03-300.SUB"]["segment_items"]}
    assert not [item.id for item in office.state if item.state is State.INVALID]


def test_codes_of_sub_jobs_that_stand_in_procore_are_taken_over_and_nothing_is_doubled(office: Office) -> None:
    table = office.procore.store["cost_codes"]
    before = {row["id"]: row["name"] for row in table.live()}
    office.bring_first()
    assert {row["id"]: row["name"] for row in table.live() if row["id"] in before} == before
    assert all(row["origin_id"] for row in table.live())
    places = [(row["project_id"], row["sub_job_id"], row["full_code"]) for row in table.live()]
    assert len(places) == len(set(places))


def test_a_subcontract_coded_to_sub_jobs_breaks_no_rule(office: Office) -> None:
    office.bring_first()
    prepared = office.prepare("commitments", office.id("work_order_contracts", number="SC-24-107-001"), office.project(TERMINAL))
    assert [violation.message for violation in prepared.violations] == []
    assert prepared.needs == ()
    assert prepared.record is not None
    lines = prepared.record.lines  # type: ignore[attr-defined]  # a commitment
    assert [line.job for line in lines] == [HALL, HALL, HALL, "24-107-B", HALL]
    assert lines[0].flat_code == f"{HALL}.03-100.SUB"


def test_one_projects_import_brings_its_sub_jobs_codes_and_no_others(addresses: Addresses) -> None:
    office = Office(addresses, builder())
    office.bring_and_link("projects", "sub_jobs")
    office.bring("cost_codes", project_id=office.project(TERMINAL))
    jobs = {pair.intacct_key.partition("/")[0] for pair in office.references.of_object("cost_codes")}
    assert jobs == {TERMINAL, HALL, "24-107-B"}
    office.close()


def test_a_sub_jobs_refused_codes_stay_listed_when_another_one_is_read(office: Office) -> None:
    office.bring_first()
    for job in (HALL, "24-107-B"):
        office.enter("TASK", PROJECTID=job, TASKID="03-900", NAME=f"Bare at {job}", TASKSTATUS="Not Started")
    office.bring("cost_codes")
    office.bring("cost_types", full=True)
    bare = [item.id for item in office.state if item.state is State.INVALID]
    assert bare == [f"staged:cost_types:{HALL}/03-900", "staged:cost_types:24-107-B/03-900"]
