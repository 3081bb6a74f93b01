"""Budgets: the lock, lines, views, and the two ways of moving money."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.procore import Settings
from tests.sandbox.procore.small import V1, V2, Api


@pytest.fixture
def budget(api: Api) -> str:
    return f"{V1}/projects/{api.job}/budget"


@pytest.fixture
def line(api: Api) -> int:
    """The line of 03-300.SUB: 900.00."""
    return api.id_of("budget_line_items", original_budget_amount=900)


def code(api: Api, flat: str) -> int:
    codes = api.get(f"{V1}/projects/{api.job}/work_breakdown_structure/wbs_codes", query=flat)
    return int(codes[0]["id"])


def unlock(api: Api, budget: str) -> None:
    api.done("DELETE", f"{budget}/lock", {"destroy_all_budget_line_item_transfers": "false"})


def test_a_line_adds_up_the_project(api: Api, line: int) -> None:
    """1,000.00 of the subcontract and 99.95 of its approved change order are committed; the budget change brings 50.00."""
    shown = api.get(f"{V1}/budget_line_items/{line}", project_id=api.job)
    assert (shown["original_budget_amount"], shown["approved_budget_changes"], shown["revised_budget"]) == (900.0, 50.0, 950.0)
    assert (shown["committed_costs"], shown["direct_costs"], shown["projected_costs"]) == (1099.95, 0.0, 1099.95)
    assert (shown["cost_code"]["full_code"], shown["division"]["full_code"]) == ("03-300", "03")
    assert shown["projected_over_under"] == pytest.approx(-149.95)
    newer = api.get(f"/rest/v1.1/budget_line_items/{line}", project_id=api.job)
    assert newer["wbs_code"]["flat_code"] == "03-300.SUB"
    assert "revised_budget" not in newer


def test_the_lock_keeps_original_amounts(api: Api, budget: str, line: int) -> None:
    assert api.get(budget) == {"locked": True}
    change = {"project_id": api.job, "budget_line_item": {"original_budget_amount": 1}}
    new = {"project_id": api.job, "budget_line_item": {"wbs_code_id": code(api, "A.03-100"), "original_budget_amount": 5}}
    assert "Budget is locked" in str(api.refused(422, "PATCH", f"{V1}/budget_line_items/{line}", None, change))
    assert api.call("POST", "/rest/v1.1/budget_line_items", None, new).status_code == 422
    assert api.call("DELETE", f"{V2}/projects/{api.job}/budget_line_items/{line}").status_code == 422
    nothing = {**new, "budget_line_item": {"wbs_code_id": code(api, "A.03-100"), "original_budget_amount": 0}}
    assert api.call("POST", "/rest/v1.1/budget_line_items", None, nothing).status_code == 201
    unlock(api, budget)
    assert api.done("PATCH", f"{V1}/budget_line_items/{line}", None, change)["original_budget_amount"] == 1.0
    assert api.call("POST", f"{budget}/lock").status_code == 201


def test_one_line_for_each_budget_code(api: Api, budget: str, line: int) -> None:
    unlock(api, budget)
    again = {"project_id": api.job, "budget_line_item": {"wbs_code_id": code(api, "03-300.SUB"), "original_budget_amount": 5}}
    assert "wbs_code_id" in api.refused(422, "POST", "/rest/v1.1/budget_line_items", None, again)["errors"]
    row = api.simulator.store["budget_line_items"][line]
    older = {"cost_code_id": row["cost_code_id"], "line_item_type_id": api.id_of("line_item_types", code="L"), "original_budget_amount": 7}
    made = api.done("POST", f"{V1}/budget_line_items", None, {"project_id": api.job, "budget_line_item": older})
    assert (made["line_item_type"]["name"], made["original_budget_amount"]) == ("Labor", 7.0)


def test_the_sync_of_lines_answers_with_a_bare_array(api: Api, budget: str, line: int) -> None:
    unlock(api, budget)
    lines = [
        {"id": line, "wbs_code_id": code(api, "03-300.SUB"), "original_budget_amount": 901.5},
        {"wbs_code_id": code(api, "A.03-100"), "quantity": 3, "unit_cost": 2.5, "calculation_strategy": "automatic"},
    ]
    answer = api.call("POST", f"{V1}/budget_line_items/sync", None, {"project_id": api.job, "budget_line_items": lines})
    assert answer.status_code == 200
    assert [each["original_budget_amount"] for each in answer.json] == [901.5, 7.5]
    unknown = {"project_id": api.job, "budget_line_items": [{"id": 5}]}
    assert api.call("POST", f"{V1}/budget_line_items/sync", None, unknown).status_code == 404


def rows(api: Api, kind: str, **query: Any) -> Any:
    view = api.id_of("budget_views")
    return api.get(f"{V1}/budget_views/{view}/{kind}", project_id=api.job, **query)


def test_views_list_the_lines(api: Api, line: int) -> None:
    assert api.get(f"{V1}/budget_views", project_id=api.job)[0]["name"] == "Procore Standard Budget"
    detail = {row["cost_code"]: row for row in rows(api, "detail_rows")}
    assert set(detail) == {"03-300 - Cast in place", "31-620 - Driven piles"}
    cast = detail["03-300 - Cast in place"]
    assert (cast["id"], cast["category"], cast["root_cost_code"], cast["biller_type"]) == (line, "Subcontract", "03 - Concrete", "Project")
    assert (cast["original_budget_amount"], cast["budget_modifications"], cast["Revised Budget"]) == ("900.00", "50.00", "950.00")
    assert (cast["Committed Costs"], cast["budget_forecast"]["amount"]) == ("1099.95", "0.00")


def test_a_forecast_brings_a_line_to_its_budget(api: Api) -> None:
    """Committed 1,234.50 of 1,250.00: 15.50 to go; more committed than budgeted: nothing to go."""
    names = ("Projected Costs", "Forecast To Complete", "Estimated Cost at Completion")
    assert {row["cost_code"][:6]: [row[name] for name in names] for row in rows(api, "detail_rows")} == {
        "03-300": ["1099.95", "0.00", "1099.95"],
        "31-620": ["1234.50", "15.50", "1250.00"],
    }


def test_a_line_without_costs_can_be_deleted_from_an_open_budget(api: Api, budget: str) -> None:
    unlock(api, budget)
    body = {"cost_code_id": api.id_of("cost_codes", project_id=api.job, full_code="31"), "line_item_type_id": api.id_of("line_item_types")}
    api.done("POST", f"{V1}/budget_line_items", None, {"project_id": api.job, "budget_line_item": body})
    deletable = {row["cost_code"][:6]: row["deletable"] for row in rows(api, "detail_rows")}
    assert deletable == {"03-300": False, "31-620": False, "31 - E": True}
    api.done("POST", f"{budget}/lock")
    assert {row["deletable"] for row in rows(api, "detail_rows")} == {False}


def test_views_know_what_is_not_budgeted(api: Api) -> None:
    loose = rows(api, "detail_rows", budget_row_type="unbudgeted")
    assert {(row["biller_type"], row["cost_code"], row["id"]) for row in loose} == {
        ("SubJob", "03-100 - Forming", None),
        ("Project", "03-100 - Forming", None),
    }
    assert len(rows(api, "detail_rows", budget_row_type="all")) == 4
    hall = api.id_of("cost_codes", full_code="03-100", sub_job_id=api.id_of("sub_jobs"))
    assert len(rows(api, "detail_rows", budget_row_type="all", **{"cost_code_id[]": hall})) == 1
    api.refused(404, "GET", f"{V1}/budget_views/5/detail_rows", {"project_id": api.job})


def test_views_add_up_by_group(api: Api) -> None:
    groups = {row["name"]: row for row in rows(api, "summary_rows", group_by="category")}
    assert (groups["Subcontract"]["original_budget_amount"], groups["Materials"]["budget_modifications"]) == ("900.00", "-50.00")


def test_details_name_every_transaction(api: Api, settings: Settings) -> None:
    view = api.id_of("budget_views")
    path, query = f"{V1}/budget_views/{view}/budget_details", {"project_id": api.job}
    kind = api.id_of("line_item_types", code="SUB")
    details = api.done("POST", path, query, {"filters": {"cost_type": [kind]}})
    assert {(each["description"], each["detail_type"]["name"]) for each in details} == {
        ("Work on 03-300", "Commitments"),
        ("Work on 03-100", "Commitments"),
        ("Work on 03-100", "Pending Cost Changes"),
    }
    settings.slow_listing = 1
    assert api.call("POST", path, query, {"filters": {}}).status_code == 408


def test_budget_changes(api: Api) -> None:
    path = f"{V1}/projects/{api.job}/budget_changes"
    listed = api.get(path)["data"]
    assert [(each["number"], each["status"], each["amount"], each["erp_status"]) for each in listed] == [(1, "approved", 0.0, "not_in_erp")]
    shown = api.get(f"{path}/{listed[0]['id']}")["data"]["adjustment_line_items"]
    assert [(each["type"], each["amount"], each["adjustment_number"]) for each in shown] == [
        ("change_event", 50.0, 1),
        ("budget_change", -50.0, 1),
    ]
    assert shown[0]["wbs_code"]["flat_code"] == "03-300.SUB"
    flat = api.get(f"{V2}/projects/{api.job}/budget_changes/adjustment_line_items")["data"]
    assert {each["budget_change_number"] for each in flat} == {"1"}
    lines = [
        {"ref": "a", "wbs_code_id": code(api, "31-620.M"), "type": "change_event", "amount": 20},
        {"ref": "b", "wbs_code_id": code(api, "03-300.SUB"), "type": "budget_change", "amount": -20},
    ]
    made = api.done("POST", path, None, {"status": "draft", "title": "Back", "adjustment_line_items": lines})["data"]
    assert made["number"] == 2
    piles = rows(api, "detail_rows")[1]
    assert piles["budget_modifications"] == "-50.00", "a draft moves nothing"
    first = made["adjustment_line_items"][0]
    update = {"id": made["id"], "status": "approved", "adjustment_line_items": [{"id": first["id"], "amount": 25}]}
    assert api.done("PATCH", f"{path}/{made['id']}", None, update)["data"]["amount"] == 5.0
    assert rows(api, "detail_rows")[1]["budget_modifications"] == "-25.00"
    gone = {"id": made["id"], "adjustment_line_items": [{"id": first["id"], "_delete": True}]}
    assert len(api.done("PATCH", f"{path}/{made['id']}", None, gone)["data"]["adjustment_line_items"]) == 1
    assert api.call("DELETE", f"{path}/{made['id']}").status_code == 204


@pytest.mark.parametrize(
    "body", [{"title": "No status"}, {"status": "gone"}, {"status": "draft", "adjustment_line_items": [{"amount": 5}]}]
)
def test_budget_changes_that_are_refused(api: Api, body: dict[str, Any]) -> None:
    assert api.call("POST", f"{V1}/projects/{api.job}/budget_changes", None, body).status_code == 400


def test_money_moves_in_a_locked_budget_only(api: Api, budget: str) -> None:
    unlock(api, budget)
    assert api.call("POST", f"{V1}/projects/{api.job}/budget_changes", None, {"status": "draft"}).status_code == 422


def test_the_feature_that_the_company_does_not_use(api: Api, settings: Settings, line: int) -> None:
    modifications, changes = (f"{V1}/projects/{api.job}/budget_{name}" for name in ("modifications", "changes"))
    body = {"budget_modification": {"to_budget_line_item_id": line, "transfer_amount": "10.00"}}
    answer = api.call("POST", modifications, None, body)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert api.get(modifications) == []
    settings.budget_feature = "modifications"
    made = api.done("POST", modifications, None, body)
    assert (made["transfer_amount"], made["from_budget_line_item_id"]) == ("10.0", None)
    assert api.call("POST", changes, None, {"status": "draft"}).headers["Allow"] == "GET"
    assert api.get(f"{V1}/budget_line_items/{line}", project_id=api.job)["approved_budget_changes"] == 60.0


@pytest.mark.parametrize(("told", "left"), [("false", 1), ("true", 0), (None, 0)])
def test_unlocking_destroys_modifications_unless_told_not_to(
    api: Api, settings: Settings, budget: str, line: int, told: str | None, left: int
) -> None:
    settings.budget_feature = "modifications"
    path = f"{V1}/projects/{api.job}/budget_modifications"
    api.done("POST", path, None, {"budget_modification": {"to_budget_line_item_id": line, "transfer_amount": "10.00"}})
    api.done("DELETE", f"{budget}/lock", {} if told is None else {"destroy_all_budget_line_item_transfers": told})
    assert len(api.get(path)) == left
