"""Cost codes, cost types, sub jobs, segments and budget codes."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.procore import COMPANY_ID
from tests.sandbox.procore.small import V1, V2, Api

COMPANY = {"company_id": COMPANY_ID}
WBS = f"{V1}/companies/{COMPANY_ID}/work_breakdown_structure"


@pytest.fixture
def erp_list(api: Api) -> int:
    return api.id_of("standard_cost_code_lists", is_erp_list=True)


def standard(api: Api, erp_list: int, *updates: dict[str, Any]) -> Any:
    body = {**COMPANY, "standard_cost_code_list_id": erp_list, "updates": list(updates)}
    return api.done("PATCH", f"{V1}/standard_cost_codes/sync", {"view": "extended"}, body)


def segment(api: Api, kind: str) -> int:
    return api.id_of("wbs_segments", type=kind)


def test_the_company_starts_with_one_empty_erp_list(api: Api, erp_list: int) -> None:
    lists = api.get(f"{V1}/standard_cost_code_lists", **COMPANY)
    assert [(each["id"], each["is_erp_list"]) for each in lists] == [(erp_list, True)]
    assert api.get(f"{V1}/standard_cost_codes", **COMPANY, standard_cost_code_list_id=erp_list) == []


def test_standard_codes_are_sent_whole_and_shown_by_tier(api: Api, erp_list: int) -> None:
    division = standard(api, erp_list, {"code": "03", "name": "Concrete", "origin_id": "d"})["entities"][0]
    child = standard(api, erp_list, {"code": "03-300", "name": "Cast", "parent_id": division["id"]})["entities"][0]
    assert (child["code"], child["full_code"], child["parent_id"]) == ("300", "03-300", division["id"])
    three = standard(api, erp_list, {"code": "03-300-10", "name": "Walls", "parent_id": child["id"]})["entities"][0]
    assert (three["code"], three["full_code"]) == ("10", "03-300-10")


def test_a_division_written_with_zeros_heads_its_codes_all_the_same(api: Api, erp_list: int) -> None:
    division = standard(api, erp_list, {"code": "03-000", "name": "Concrete"})["entities"][0]
    child = standard(api, erp_list, {"code": "03-300", "name": "Cast", "parent_id": division["id"]})["entities"][0]
    assert (division["full_code"], child["full_code"]) == ("03-000", "03-300")


def test_renumbering_a_division_renumbers_what_is_below(api: Api, erp_list: int) -> None:
    division = standard(api, erp_list, {"code": "03", "name": "Concrete"})["entities"][0]
    standard(api, erp_list, {"code": "03-300", "name": "Cast", "parent_id": division["id"]})
    standard(api, erp_list, {"id": division["id"], "code": "04"})
    query = {**COMPANY, "standard_cost_code_list_id": erp_list, "view": "extended"}
    assert {row["full_code"] for row in api.get(f"{V1}/standard_cost_codes", **query)} == {"04", "04-300"}


def test_the_default_view_of_standard_codes_says_next_to_nothing(api: Api, erp_list: int) -> None:
    standard(api, erp_list, {"code": "03", "name": "Concrete", "origin_id": "d"})
    query = {**COMPANY, "standard_cost_code_list_id": erp_list}
    assert set(api.get(f"{V1}/standard_cost_codes", **query)[0]) == {"id", "standard_cost_code_list_id"}
    assert set(api.get(f"{V1}/standard_cost_codes", **query, view="compact")[0]) == {"id", "standard_cost_code_list_id", "origin_id"}
    assert api.get(f"{V1}/standard_cost_codes", **query, view="extended", **{"filters[origin_id]": "d"})[0]["name"] == "Concrete"


@pytest.mark.parametrize(
    ("update", "error"),
    [
        ({"code": "03", "name": "Again"}, {"code": ["has already been taken"]}),
        ({"code": "09", "name": "N", "parent_id": 5}, {"parent_id": ["must exist"]}),
        ({"name": "No code"}, {"code": ["can't be blank"]}),
    ],
)
def test_standard_codes_that_are_refused(api: Api, erp_list: int, update: dict[str, Any], error: dict[str, Any]) -> None:
    standard(api, erp_list, {"code": "03", "name": "Concrete"})
    assert standard(api, erp_list, update)["errors"][0]["errors"] == error


def test_a_code_is_not_below_itself_and_not_deleted_above_others(api: Api, erp_list: int) -> None:
    division = standard(api, erp_list, {"code": "03", "name": "Concrete"})["entities"][0]["id"]
    child = standard(api, erp_list, {"code": "03-300", "name": "Cast", "parent_id": division})["entities"][0]["id"]
    refused = standard(api, erp_list, {"id": division, "parent_id": child})["errors"][0]
    assert "parent_id" in refused["errors"]
    assert api.call("DELETE", f"{V1}/standard_cost_codes/{division}", COMPANY).status_code == 422
    assert api.call("DELETE", f"{V1}/standard_cost_codes/{child}", COMPANY).status_code == 200


def test_project_codes_are_those_that_lines_need(api: Api) -> None:
    def shown(**query: Any) -> dict[str, Any]:
        return {code["full_code"]: code for code in api.get(f"{V1}/cost_codes", project_id=api.job, **query)}

    own = shown()
    assert set(own) == {"03", "03-100", "03-300", "31", "31-620"}
    assert (own["03-300"]["code"], own["03-300"]["parent"]["id"]) == ("300", own["03"]["id"])
    assert (own["03-300"]["biller_type"], own["03-300"]["biller"], own["03-300"]["budgeted"]) == ("Project", "River School", True)
    assert [kind["code"] for kind in own["03-300"]["line_item_types"]] == ["L", "SUB"]
    sub_job = api.id_of("sub_jobs", code="A")
    hall = shown(sub_job_id=sub_job)
    assert set(hall) == {"03", "03-100"}
    assert (hall["03-100"]["biller_type"], hall["03-100"]["biller_id"], hall["03-100"]["budgeted"]) == ("SubJob", sub_job, False)


def test_project_codes_take_their_own_tier(api: Api) -> None:
    division = api.id_of("cost_codes", project_id=api.job, full_code="03", sub_job_id=None)
    body = {"project_id": api.job, "cost_code": {"code": "400", "name": "Precast", "parent_id": division}}
    assert api.done("POST", f"{V1}/cost_codes", None, body)["full_code"] == "03-400"
    assert "code" in api.refused(422, "POST", f"{V1}/cost_codes", None, body)["errors"]
    other = {"project_id": api.other_job, "cost_code": {"code": "1", "name": "N", "parent_id": division}}
    assert "parent_id" in api.refused(422, "POST", f"{V1}/cost_codes", None, other)["errors"], "a parent of another project"


def test_copying_the_standard_list_adds_what_is_missing(api: Api, erp_list: int) -> None:
    division = standard(api, erp_list, {"code": "03", "name": "Concrete", "origin_id": "d"})["entities"][0]["id"]
    child = standard(api, erp_list, {"code": "03-300", "name": "Cast", "parent_id": division})["entities"][0]["id"]
    body = {"project_id": api.other_job, "standard_cost_code_list_id": erp_list}
    made = {code["full_code"]: code for code in api.done("POST", f"{V1}/cost_codes/copy_from_standard_list", None, body)}
    assert set(made) == {"03", "03-300"}
    assert (made["03-300"]["standard_cost_code_id"], made["03-300"]["parent"]["id"]) == (child, made["03"]["id"])
    assert made["03"]["origin_id"] is None, "a copy does not take the other system's id along"
    assert api.done("POST", f"{V1}/cost_codes/copy_from_standard_list", None, body) == []
    subset = {**body, "standard_cost_code_ids": [5]}
    answer = api.call("POST", f"{V1}/cost_codes/copy_subset_from_standard_list", None, subset)
    assert (answer.status_code, len(answer.json["failures"])) == (207, 1)


def test_a_cost_type_is_written_by_another_name_than_it_is_read(api: Api) -> None:
    body = {**COMPANY, "line_item_type": {"name": "Fees", "csv_import_code": "F", "base_type": "other"}}
    made = api.done("POST", f"{V1}/line_item_types", None, body)
    assert (made["code"], made["base_type"]) == ("F", "other")
    for taken in ({"name": "fees", "csv_import_code": "X"}, {"name": "X", "csv_import_code": "f"}):
        assert api.call("POST", f"{V1}/line_item_types", None, {**COMPANY, "line_item_type": taken}).status_code == 422
    bad = {**COMPANY, "line_item_type": {"name": "Y", "csv_import_code": "Y", "base_type": "gold"}}
    assert api.refused(400, "POST", f"{V1}/line_item_types", None, bad)["fields"] == "base_type"
    assert {kind["code"] for kind in api.get(f"{V1}/line_item_types", project_id=api.job)} == {"L", "M", "SUB", "F"}


def test_sub_jobs_need_their_switch(api: Api) -> None:
    new = {"sub_job": {"name": "Wing", "code": "B"}}
    assert api.done("POST", f"{V1}/sub_jobs", None, {"project_id": api.job, **new})["code"] == "B"
    assert "base" in api.refused(422, "POST", f"{V1}/sub_jobs", None, {"project_id": api.other_job, **new})["errors"]
    assert "code" in api.refused(422, "POST", f"{V1}/sub_jobs", None, {"project_id": api.job, **new})["errors"]
    used = api.id_of("sub_jobs", code="A")
    assert api.call("DELETE", f"{V1}/sub_jobs/{used}", {"project_id": api.job}).status_code == 422
    unused = api.id_of("sub_jobs", code="B")
    assert api.call("DELETE", f"{V1}/sub_jobs/{unused}", {"project_id": api.job}).status_code == 200


def test_patterns_put_segments_in_order(api: Api) -> None:
    company = api.get(f"{WBS}/patterns")
    assert [(each["type"], each["required"]) for each in company["segments"]] == [
        ("sub_job", False),
        ("cost_code", True),
        ("line_item_type", True),
    ]
    project = f"{V1}/projects/{api.other_job}/work_breakdown_structure"
    assert [each["type"] for each in api.get(f"{project}/patterns")["segments"]] == ["cost_code", "line_item_type"]


def test_a_budget_code_joins_sub_job_code_and_type(api: Api) -> None:
    codes = api.get(f"{V1}/projects/{api.job}/work_breakdown_structure/wbs_codes")
    assert {code["flat_code"] for code in codes} == {"03-300.SUB", "A.03-100.SUB", "31-620.M", "03-100.SUB"}
    hall = next(code for code in codes if code["flat_code"] == "A.03-100.SUB")
    assert [item["segment"]["type"] for item in hall["segment_items"]] == ["sub_job", "cost_code", "line_item_type"]
    assert hall["segment_items"][1]["path_codes"] == ["03", "100"]
    found = api.get(f"{V2}/projects/{api.job}/wbs/codes", **{"filters[search]": "a.03"})
    assert [code["code"] for code in found["data"]] == ["A.03-100.SUB"]


def test_a_listed_budget_code_shows_at_once_what_changes_in_its_items(api: Api) -> None:
    project = f"{V1}/projects/{api.job}/work_breakdown_structure"
    cost_code = api.id_of("cost_codes", project_id=api.job, full_code="31-620")

    def shown() -> dict[str, Any]:
        code = next(code for code in api.get(f"{project}/wbs_codes") if code["flat_code"] == "31-620.M")
        item: dict[str, Any] = next(item for item in code["segment_items"] if item["id"] == cost_code)
        return item

    before = shown()
    items = f"{project}/segments/{segment(api, 'cost_code')}/segment_items"
    api.done("PATCH", f"{items}/{cost_code}", None, {"name": "Driven piles, revised"})
    api.done("POST", items, None, {"code": "99", "name": "New"})
    after = shown()
    assert (before["name"], after["name"]) == ("Driven piles", "Driven piles, revised")
    assert after["segment"]["segment_items_count"] == before["segment"]["segment_items_count"] + 1


def code_body(api: Api, cost_code: int, cost_type: str = "L", *more: dict[str, int], **extra: Any) -> dict[str, Any]:
    items = [
        {"segment_id": segment(api, "cost_code"), "segment_item_id": cost_code},
        {"segment_id": segment(api, "line_item_type"), "segment_item_id": api.id_of("line_item_types", code=cost_type)},
    ]
    return {"segment_items": [*items, *more], **extra}


def test_creating_a_budget_code_again_returns_it(api: Api) -> None:
    path = f"{V1}/projects/{api.job}/work_breakdown_structure/wbs_codes"
    cost_code = api.id_of("cost_codes", project_id=api.job, full_code="03-300")
    first = api.done("POST", path, None, code_body(api, cost_code))
    again = api.call("POST", path, None, code_body(api, cost_code, description="Other words"))
    assert (again.status_code, again.json["id"], again.json["description"]) == (201, first["id"], "Other words")
    assert first["flat_code"] == "03-300.L"
    bulk = {"bulk": [code_body(api, cost_code), code_body(api, cost_code, "M"), {"segment_items": []}, code_body(api, 5)]}
    answer = api.call("PATCH", f"{path}/bulk_create", None, bulk)
    assert answer.status_code == 201
    assert [code["flat_code"] for code in answer.json["entities"]] == ["03-300.L", "03-300.M"]
    assert len(answer.json["errors"]) == 2


def test_a_budget_code_needs_items_of_its_own_project(api: Api) -> None:
    path = f"{V1}/projects/{api.other_job}/work_breakdown_structure/wbs_codes"
    foreign = api.id_of("cost_codes", project_id=api.job, full_code="03-300")
    assert "must exist" in str(api.refused(422, "POST", path, None, code_body(api, foreign)))
    half = {"segment_items": [{"segment_id": segment(api, "line_item_type"), "segment_item_id": api.id_of("line_item_types")}]}
    assert "Cost Code is required" in str(api.refused(422, "POST", path, None, half))


def test_a_custom_segment_comes_into_the_pattern_and_the_codes(api: Api) -> None:
    made = api.done("POST", f"{WBS}/segments", None, {"segment": {"name": "Phase", "structure": "flat"}})
    assert (made["type"], made["position"]) == ("custom", 3)
    item = api.done("POST", f"{WBS}/segments/{made['id']}/segment_items", None, {"code": "P1", "name": "First"})
    twice = api.refused(422, "POST", f"{WBS}/segments/{made['id']}/segment_items", None, {"code": "P1", "name": "Again"})
    assert "code" in twice["errors"]
    project = f"{V1}/projects/{api.job}/work_breakdown_structure"
    cost_code = api.id_of("cost_codes", project_id=api.job, full_code="03-300")
    body = code_body(api, cost_code, "L", {"segment_id": made["id"], "segment_item_id": item["id"]})
    assert "not part of the project's pattern" in str(api.refused(422, "POST", f"{project}/wbs_codes", None, body))
    assert api.call("PUT", f"{project}/patterns/add_segment", None, {"segment_id": made["id"]}).status_code == 204
    assert api.done("POST", f"{project}/wbs_codes", None, body)["flat_code"] == "03-300.L.P1"
    order = [made["id"], *(segment(api, kind) for kind in ("sub_job", "cost_code", "line_item_type"))]
    moved = {"updated_order": [{"segment_id": each, "position": place} for place, each in enumerate(order)]}
    assert api.call("PUT", f"{project}/patterns/update_segment_order", None, moved).status_code == 204
    codes = api.get(f"{project}/wbs_codes", query="P1")
    assert [code["flat_code"] for code in codes] == ["P1.03-300.L"]
    assert api.call("DELETE", f"{WBS}/segments/{made['id']}").status_code == 422, "in use"
    assert api.call("DELETE", f"{WBS}/segments/{made['id']}/segment_items/{item['id']}").status_code == 422


def test_budget_codes_are_switched_off_in_their_own_project(api: Api) -> None:
    code = api.id_of("wbs_codes", project_id=api.job)
    body = {"ids": [code], "attributes": {"status": "inactive"}}
    path = "work_breakdown_structure/wbs_codes/update_all"
    assert api.call("PATCH", f"{V1}/projects/{api.other_job}/{path}", None, body).status_code == 404
    assert api.simulator.store["wbs_codes"][code]["status"] == "active"
    assert api.call("PATCH", f"{V1}/projects/{api.job}/{path}", None, body).status_code == 204
    assert api.simulator.store["wbs_codes"][code]["status"] == "inactive"


def test_the_legacy_segments_stay(api: Api) -> None:
    assert api.call("DELETE", f"{WBS}/segments/{segment(api, 'cost_code')}").status_code == 422
    project = f"{V1}/projects/{api.job}/work_breakdown_structure"
    body = {"segment_id": segment(api, "cost_code")}
    assert api.call("PUT", f"{project}/patterns/remove_segment", None, body).status_code == 422


def test_segment_items_are_the_other_objects_rows(api: Api, erp_list: int) -> None:
    path = f"{V1}/projects/{api.job}/work_breakdown_structure/segments/{segment(api, 'cost_code')}/segment_items"
    assert {item["path_code"] for item in api.get(path)} == {"03", "03-100", "03-300", "31", "31-620"}
    made = api.done("POST", path, None, {"code": "99", "name": "New", "sub_job_id": api.id_of("sub_jobs", code="A")})
    hall = api.get(f"{V1}/cost_codes", project_id=api.job, sub_job_id=api.id_of("sub_jobs", code="A"))
    assert "99" in {code["full_code"] for code in hall}
    status = {"ids": [made["id"]], "attributes": {"status": "inactive"}}
    assert api.call("PATCH", f"{path}/update_all", None, status).status_code == 204
    assert api.simulator.store["cost_codes"][made["id"]]["status"] == "inactive"
    renamed = api.done("PATCH", f"{path}/{made['id']}", None, {"name": "Newer", "sub_job_id": api.id_of("sub_jobs", code="A")})
    assert renamed["name"] == "Newer"
    company = f"{WBS}/segments/{segment(api, 'cost_code')}"
    assert [each["erp_integrated"] for each in api.get(f"{company}/lists")] == [True]
    api.done("POST", f"{company}/segment_items", None, {"code": "01", "name": "General", "segment_item_list_id": erp_list})
    assert [item["code"] for item in api.get(f"{company}/segment_items", segment_item_list_id=erp_list)] == ["01"]
    used = api.id_of("cost_codes", project_id=api.job, full_code="03-300")
    answer = api.call("DELETE", f"{path}/bulk_destroy", None, {"segment_item_ids": [used, made["id"]]})
    assert (answer.status_code, [each["id"] for each in answer.json["failures"]]) == (207, [used])
    assert "99" not in {item["path_code"] for item in api.get(path)}
