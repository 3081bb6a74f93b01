"""Estimates of jobs and sub jobs become the lines of a budget that is not locked yet, against both simulators."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pytest

from connector.core.errors import Code
from connector.core.item import Item, State
from connector.engine.staging import accept, archive, link, restore, retry
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.contracts import by_hand, open_office
from tests.integration.rooms.office import Office, codes
from tests.integration.rooms.owner_contracts import lost, watched_world
from tests.integration.rooms.test_budgets import HALL, in_procore
from tests.proof.machine import Killed, kill
from tests.proof.stage import DANA
from tests.proof.watch import Place, Side, changes

NAME: Final = "budgets"
AMOUNTS: Final = {("01-110", "L"): "1480000.00", ("03-300", "SUB"): "250.50", ("01-740", "L"): "0"}


@pytest.fixture
def ready(office: Office) -> Office:
    """A budget that is not locked and has one line; the job has an estimate."""
    open_office(office)
    tables = office.procore.store
    tables["projects"].update(tables["projects"][int(office.project(TERMINAL))], {"budget_locked": False})
    for row in list(tables["budget_line_items"].live()):
        code = tables["cost_codes"][row["cost_code_id"]]
        if (code["full_code"], code["sub_job_id"]) == ("01-110", None):
            tables["budget_line_items"].update(row, {"original_budget_amount": Decimal(7)})
        else:
            tables["budget_line_items"].update(row, {"deleted_at": office.clock.now(), "wbs_code_id": -row["id"]})
    enter_estimate(office, TERMINAL, AMOUNTS)
    office.bring(NAME)
    return office


def enter_estimate(office: Office, job: str, amounts: Mapping[tuple[str, str], str], memo: str = "") -> None:
    entries = "".join(
        f"<PJESTIMATEENTRY><TASKID>{code}</TASKID><COSTTYPEID>{kind}</COSTTYPEID><WFTYPE>original</WFTYPE>"
        f"<AMOUNT>{amount}</AMOUNT><MEMO>{memo}</MEMO></PJESTIMATEENTRY>"
        for (code, kind), amount in amounts.items()
    )
    by_hand(
        office,
        f"<create><PJESTIMATE><PJESTIMATEID>{job}-BID</PJESTIMATEID><PROJECTID>{job}</PROJECTID><ENTRIES>{entries}</ENTRIES></PJESTIMATE></create>",
    )


def staged(office: Office, job: str = TERMINAL) -> Item:
    return office.item(f"staged:{NAME}:{job}")


def expected(amounts: Mapping[tuple[str, str], str], job: str = TERMINAL) -> dict[tuple[str, str, str], Decimal]:
    return {(job, code, kind): Decimal(amount) for (code, kind), amount in amounts.items()}


def test_an_estimate_is_staged_as_one_record_of_its_job(ready: Office) -> None:
    item = staged(ready)
    assert (item.state, item.number, item.problems, str(item.amount)) == (State.STAGED, f"{TERMINAL}-BID", (), "1480250.50")
    assert item.staged["lines"] == "3"


def test_accepted_every_code_has_its_amount_and_the_budget_is_linked(ready: Office) -> None:
    (done,) = accept(ready.world, DANA, [staged(ready).id])
    assert (done.state, done.violation) == (State.IMPORTED, None)
    assert in_procore(ready) == expected(AMOUNTS)
    project = ready.project(TERMINAL)
    pair = ready.references.by_procore(NAME, [project])[project]
    assert (pair.intacct_id, pair.intacct_key) == (f"{TERMINAL}-BID", TERMINAL)
    lines = {str(row["id"]) for row in ready.procore.store["budget_line_items"].live()}
    entries = {str(row["RECORDNO"]) for row in ready.held("PJESTIMATEENTRY", ("AMOUNT",))}
    assert {name.removeprefix("line:"): key for name, key in pair.detail.items()}.keys() == lines
    assert set(pair.detail.values()) == entries


def test_a_sub_jobs_estimate_goes_to_its_own_codes(ready: Office) -> None:
    enter_estimate(ready, HALL, {("03-300", "SUB"): "1265000"})
    ready.bring(NAME)
    first, second = accept(ready.world, DANA, [staged(ready).id, staged(ready, HALL).id])
    assert (first.state, second.state) == (State.IMPORTED, State.IMPORTED)
    assert in_procore(ready) == expected(AMOUNTS) | expected({("03-300", "SUB"): "1265000"}, HALL)


def test_a_budget_code_that_the_project_lacks_is_made(ready: Office) -> None:
    tables = ready.procore.store
    code, kind = tables["cost_codes"].find(full_code="03-300", sub_job_id=None), tables["line_item_types"].find(code="SUB")
    assert code is not None
    assert kind is not None
    (lacking,) = [row for row in tables["wbs_codes"].live() if {item for _, item in row["items"]} == {code["id"], kind["id"]}]
    tables["wbs_codes"].drop(lacking)
    world, watch = watched_world(ready)
    watch.arm(Place(99), kill, changes)
    accept(world, DANA, [staged(ready).id])
    assert watch.calls == ["procore.sync", "procore.sync", "state.save"]
    assert in_procore(ready) == expected(AMOUNTS)


def test_entries_of_one_code_are_one_line(ready: Office) -> None:
    by_hand(
        ready,
        f"<create><PJESTIMATEENTRY><PJESTIMATEID>{TERMINAL}-BID</PJESTIMATEID><TASKID>03-300</TASKID><COSTTYPEID>SUB</COSTTYPEID>"
        "<WFTYPE>original</WFTYPE><AMOUNT>49.50</AMOUNT></PJESTIMATEENTRY></create>",
    )
    ready.bring(NAME)
    accept(ready.world, DANA, [staged(ready).id])
    assert in_procore(ready) == expected(AMOUNTS | {("03-300", "SUB"): "300"})


def test_a_change_of_the_estimate_is_offered_and_what_it_lost_goes_to_nothing(ready: Office) -> None:
    accept(ready.world, DANA, [staged(ready).id])
    held = {str(row["TASKID"]): str(row["RECORDNO"]) for row in ready.held("PJESTIMATEENTRY", ("TASKID",))}
    by_hand(ready, f"<delete><object>PJESTIMATEENTRY</object><keys>{held['03-300']}</keys></delete>")
    ready.bring(NAME, full=True)
    assert staged(ready).state is State.STAGED
    assert accept(ready.world, DANA, [staged(ready).id])[0].said == "change brought to Procore"
    assert in_procore(ready) == expected(AMOUNTS | {("03-300", "SUB"): "0"})
    assert ready.bring(NAME, full=True).counts == {"read": 1, "unchanged": 1}


def test_a_locked_budget_is_left_alone_and_said_so(ready: Office) -> None:
    before, project = in_procore(ready), ready.project(TERMINAL)
    ready.api.send("POST", f"/rest/v1.0/projects/{project}/budget/lock", {})
    (done,) = accept(ready.world, DANA, [staged(ready).id])
    assert (done.state, codes(staged(ready).problems)) == (State.STAGED, ["BUDGET_LOCKED"])
    assert in_procore(ready) == before
    ready.api.send("DELETE", f"/rest/v1.0/projects/{project}/budget/lock", {}, {"destroy_all_budget_line_item_transfers": "false"})
    assert accept(ready.world, DANA, [staged(ready).id])[0].state is State.IMPORTED


def test_what_this_connector_exported_does_not_come_back_and_says_why(office: Office) -> None:
    open_office(office)
    project = office.project(TERMINAL)
    assert office.export(NAME, project, project).state is State.SYNCED
    run = office.bring(NAME)
    assert run.counts == {"read": 3, "refused": 3}
    for job in (TERMINAL, HALL):
        assert (staged(office, job).state, codes(staged(office, job).problems)) == (State.INVALID, ["EXPORTED_FROM_PROCORE"])
    assert staged(office).problems[0].message == "24-107-EST was made of Procore's budget by this connector; its import is off."
    assert accept(office.world, DANA, [staged(office).id])[0].state is State.INVALID


def test_a_budget_that_came_from_intacct_is_not_sent_there(ready: Office) -> None:
    accept(ready.world, DANA, [staged(ready).id])
    project = ready.project(TERMINAL)
    with pytest.raises(Exception, match=f"linked to {TERMINAL}-BID in Intacct already"):
        ready.send(NAME, project, project)


def test_codes_that_procore_lacks_are_listed_until_they_are_linked(office: Office) -> None:
    office.bring_and_link("projects", "sub_jobs")
    enter_estimate(office, TERMINAL, AMOUNTS)
    office.bring(NAME)
    assert [problem.message for problem in staged(office).problems if problem.code is Code.COST_CODE_MISSING] == [
        f"lines[{place}].cost_code: Cost code {code} is not linked to Procore." for place, (code, _) in enumerate(AMOUNTS, start=1)
    ]
    office.bring("cost_codes", "cost_types")
    office.play(retry(office.world, DANA, [staged(office).id])[0].run)
    assert (staged(office).state, staged(office).problems) == (State.STAGED, ())


def test_an_entry_without_a_code_is_named(ready: Office) -> None:
    enter_estimate(ready, HALL, {("", ""): "5"})
    ready.bring(NAME)
    assert staged(ready, HALL).state is State.INVALID
    assert codes(staged(ready, HALL).problems) == ["COST_CODE_MISSING", "COST_TYPE_MISSING"]
    assert "over 5.00 has no cost code" in staged(ready, HALL).problems[0].message


def test_an_archived_estimate_stays_aside_and_comes_back(ready: Office) -> None:
    key = staged(ready).id
    archive(ready.world, DANA, [key])
    ready.bring(NAME, full=True)
    assert staged(ready).state is State.ARCHIVED
    assert restore(ready.world, DANA, [key])[0].state is State.STAGED


def test_a_budget_that_says_the_same_is_linked_and_another_is_not(ready: Office) -> None:
    key, project = staged(ready).id, ready.project(TERMINAL)
    assert codes([link(ready.world, DANA, key, "4711").violation]) == ["NOT_FOUND"]
    link(ready.world, DANA, key, project)
    assert [problem.message for problem in staged(ready).problems] == [
        "Line 1 (01-110 L): Intacct has 1480000.00, Procore 7.00.",
        "Line 2 (03-300 SUB, 250.50) has no line in Procore's budget.",
        "Line 3 (01-740 L, 0.00) has no line in Procore's budget.",
    ]
    accept(ready.world, DANA, [key])
    undone: dict[str, Any] = {pair.procore_id: pair.intacct_key for pair in ready.references.of_object(NAME)}
    assert undone == {project: TERMINAL}


def test_the_lines_of_the_job_are_none_of_its_sub_jobs(ready: Office) -> None:
    accept(ready.world, DANA, [staged(ready).id])
    project, sub_job = ready.project(TERMINAL), ready.id("sub_jobs", code=HALL)
    line = {
        "cost_code_id": int(ready.id("cost_codes", full_code="03-300", sub_job_id=int(sub_job))),
        "line_item_type_id": int(ready.id("line_item_types", code="SUB")),
        "original_budget_amount": "5.00",
    }
    ready.api.send("POST", "/rest/v1.0/budget_line_items", {"project_id": int(project), "budget_line_item": line})
    enter_estimate(ready, HALL, {("03-300", "SUB"): "5"})
    ready.bring(NAME)
    done = link(ready.world, DANA, staged(ready, HALL).id, f"{project}-{sub_job}")
    assert (done.state, done.violation) == (State.LINKED, None)
    assert {pair.intacct_key: pair.procore_id for pair in ready.references.of_object(NAME)} == {
        TERMINAL: project,
        HALL: f"{project}-{sub_job}",
    }


def test_accept_changes_something_by_two_calls(ready: Office) -> None:
    world, watch = watched_world(ready)
    watch.arm(Place(99), kill, changes)
    accept(world, DANA, [staged(ready).id])
    assert watch.calls == ["procore.sync", "state.save"]


@pytest.mark.parametrize("side", ["before", "behind"])
@pytest.mark.parametrize("number", [0, 1], ids=["lines", "link"])
def test_a_kill_at_any_call_of_accept_ends_with_one_line_of_each_code(ready: Office, number: int, side: Side) -> None:
    world, watch = watched_world(ready)
    watch.arm(Place(number, side), kill, changes)
    with pytest.raises(Killed):
        accept(world, DANA, [staged(ready).id])
    accept(ready.world, DANA, [staged(ready).id])
    assert (in_procore(ready), staged(ready).state) == (expected(AMOUNTS), State.IMPORTED)
    assert len(ready.procore.store["budget_line_items"].live()) == len(AMOUNTS)


def test_an_answer_that_is_lost_is_shown_and_the_next_try_doubles_nothing(ready: Office) -> None:
    world, watch = watched_world(ready)
    watch.arm(Place(0, "behind"), lost, changes)
    (done,) = accept(world, DANA, [staged(ready).id])
    assert codes([done.violation]) == ["OUTCOME_UNKNOWN"]
    assert accept(ready.world, DANA, [staged(ready).id])[0].state is State.IMPORTED
    assert len(ready.procore.store["budget_line_items"].live()) == len(AMOUNTS)


def test_a_refusal_of_procore_stays_with_the_item(ready: Office) -> None:
    """Somebody locks the budget between our look and our write."""
    world, watch = watched_world(ready)
    project = ready.project(TERMINAL)
    watch.arm(Place(0), lambda: ready.api.send("POST", f"/rest/v1.0/projects/{project}/budget/lock", {}), changes)
    (done,) = accept(world, DANA, [staged(ready).id])
    assert (done.state, codes(staged(ready).problems)) == (State.STAGED, ["REFUSED_BY_PROCORE"])
    assert "Budget is locked" in staged(ready).problems[0].their_words
