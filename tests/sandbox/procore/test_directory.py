"""Projects, companies, and the lists that records choose from."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.procore import COMPANY_ID, ProcoreSimulator
from tests.sandbox.procore.small import V1, Api

COMPANY = {"company_id": COMPANY_ID}


def test_projects_stand_as_the_seed_says(api: Api) -> None:
    shown = api.get(f"{V1}/projects/{api.job}", **COMPANY)
    assert (shown["name"], shown["project_number"], shown["display_name"]) == ("River School", "J1", "J1 - River School")
    assert (shown["address"], shown["city"], shown["state_code"], shown["zip"], shown["country_code"]) == (
        *("1 Kiln Road", "Reno", "NV", "89501", "US"),
    )
    assert (shown["start_date"], shown["estimated_start_date"], shown["completion_date"]) == ("2026-01-05", "2026-01-05", "2027-06-30")
    assert (shown["total_value"], shown["estimated_value"]) == ("5000.0", "5000.0")
    assert (shown["is_erp_integrated"], shown["origin_id"]) == (True, None)
    assert set(api.get(f"{V1}/projects/{api.job}", **COMPANY, view="minimal")) == {"id", "name", "display_name"}


def make(api: Api, **attributes: Any) -> Any:
    return api.done("POST", f"{V1}/projects", None, {**COMPANY, "project": {"name": "New", **attributes}})


def test_a_new_project_takes_older_names_of_attributes(api: Api) -> None:
    made = make(api, estimated_start_date="2026-05-01", total_value=12.5, erp_integrated=True, custom_field_7="Blue")
    assert (made["start_date"], made["total_value"], made["is_erp_integrated"]) == ("2026-05-01", "12.5", True)
    assert made["custom_fields"] == {"custom_field_7": {"data_type": "string", "value": "Blue"}}


def test_a_template_gives_its_structure_and_codes_but_no_ids(api: Api) -> None:
    templates = api.get("/rest/v1.1/projects", **COMPANY, **{"filters[template]": "true"})
    assert [each["name"] for each in templates] == ["Standard Job Template"]
    template = templates[0]["id"]
    code = {"project_id": template, "cost_code": {"code": "01", "name": "General", "origin_id": "from-books"}}
    api.done("POST", f"{V1}/cost_codes", None, code)
    made = make(api, project_template_id=template)
    codes = api.get(f"{V1}/cost_codes", project_id=made["id"])
    assert [(each["full_code"], each["origin_id"]) for each in codes] == [("01", None)]
    assert api.call("POST", f"{V1}/sub_jobs", None, {"project_id": made["id"], "sub_job": {"name": "A", "code": "A"}}).status_code == 201
    plain = make(api)
    pattern = api.get(f"{V1}/projects/{plain['id']}/work_breakdown_structure/patterns")
    assert [each["type"] for each in pattern["segments"]] == ["cost_code", "line_item_type"]
    assert api.call("POST", f"{V1}/sub_jobs", None, {"project_id": plain["id"], "sub_job": {"name": "A", "code": "A"}}).status_code == 422
    assert (
        "project_template_id"
        in api.refused(422, "POST", f"{V1}/projects", None, {**COMPANY, "project": {"name": "X", "project_template_id": api.job}})["errors"]
    )


def test_a_new_project_can_take_the_standard_codes(api: Api) -> None:
    erp_list = api.id_of("standard_cost_code_lists")
    body = {**COMPANY, "standard_cost_code_list_id": erp_list, "updates": [{"code": "03", "name": "Concrete"}]}
    api.done("PATCH", f"{V1}/standard_cost_codes/sync", None, body)
    made = make(api, enable_copy_of_standard_cost_codes=True)
    assert [code["full_code"] for code in api.get(f"{V1}/cost_codes", project_id=made["id"])] == ["03"]


def test_projects_by_status_and_link(api: Api) -> None:
    body = {**COMPANY, "project": {"active": False, "origin_id": "JOB-2", "origin_code": "J-2"}}
    api.done("PATCH", f"{V1}/projects/{api.other_job}", None, body)

    def numbers(**query: Any) -> list[str]:
        return [each["project_number"] for each in api.get(f"{V1}/projects", **COMPANY, **query)]

    assert numbers() == ["J1"]
    assert numbers(**{"filters[by_status]": "Inactive"}) == ["J2"]
    assert sorted(numbers(**{"filters[by_status]": "All"})) == ["J1", "J2"]
    assert numbers(**{"filters[by_status]": "All", "filters[synced]": "true"}) == ["J2"]
    assert numbers(**{"filters[by_status]": "All", "filters[origin_id]": "JOB-2"}) == ["J2"]


def test_the_thin_list_of_projects_has_another_shape(api: Api) -> None:
    thin = api.get(f"{V1}/companies/{COMPANY_ID}/projects")
    assert {(each["name"], each["status_name"]) for each in thin} == {("River School", "Active"), ("Hill Clinic", "Active")}
    assert thin[0]["address"]["street"] == "1 Kiln Road"


def test_vendors_stand_as_the_seed_says(api: Api) -> None:
    vendors = {vendor["name"]: vendor for vendor in api.get(f"{V1}/vendors", **COMPANY)}
    assert set(vendors) == {"Acme Concrete, LLC", "Brace Steel"}, "neither the inactive one nor the one in the books only"
    acme = vendors["Acme Concrete, LLC"]
    assert (acme["city"], acme["business_phone"], acme["email_address"]) == ("Reno", "555-0100", "acme@sub.example")
    assert (acme["origin_id"], acme["synced_to_erp"]) == (None, False)
    assert [vendor["name"] for vendor in api.get(f"{V1}/companies/{COMPANY_ID}/vendors/inactive")] == ["Gone & Sons"]


def test_a_vendor_comes_back_to_life(api: Api) -> None:
    gone = api.id_of("vendors", name="Gone & Sons")
    assert api.get(f"{V1}/vendors/{gone}", **COMPANY)["is_active"] is False
    api.done("PATCH", f"{V1}/companies/{COMPANY_ID}/vendors/inactive/{gone}")
    assert len(api.get(f"{V1}/vendors", **COMPANY)) == 3


def test_a_linked_vendor_says_so(api: Api) -> None:
    body = {**COMPANY, "vendor": {"origin_id": "V-1", "origin_code": "V-100"}}
    vendor = api.id_of("vendors", name="Brace Steel")
    shown = api.done("PATCH", f"{V1}/vendors/{vendor}", {"view": "erp"}, body)
    assert (shown["origin_id"], shown["origin_code"], shown["synced_to_erp"]) == ("V-1", "V-100", True)


def test_a_tax_number_is_written_under_another_name(api: Api) -> None:
    new = {"name": "Taxed", "business_register_attributes": {"type": "ein", "identifier": "12-345"}}
    made = api.sync(f"{V1}/vendors/sync", [new], **COMPANY)["entities"][0]
    assert (made["business_register"]["type"], made["business_register"]["identifier"]) == ("ein", "12-345")
    path = f"{V1}/vendors/{made['id']}/business_register"
    changed = {**COMPANY, "business_register": {"type": "abn", "identifier": "67"}}
    answers = [api.call(method, path, None, changed) for method in ("POST", "PATCH")]
    assert [(answer.status_code, answer.json["identifier"]) for answer in answers] == [(201, "67"), (200, "67")]
    api.refused(400, "POST", path, None, {**COMPANY, "business_register": {"type": "vat", "identifier": "67"}})


def test_project_directories(api: Api) -> None:
    path = f"/rest/v1.1/projects/{api.other_job}/vendors"
    steel = api.id_of("vendors", name="Brace Steel")
    assert api.get(path) == []
    assert api.call("POST", f"{path}/{steel}/actions/add").status_code == 201
    assert api.call("POST", f"{path}/{steel}/actions/add").status_code == 201, "once is enough, twice does no harm"
    assert [vendor["id"] for vendor in api.get(path)] == [steel]
    assert api.call("DELETE", f"{path}/{steel}/actions/remove").status_code == 204
    assert api.call("DELETE", f"{path}/{steel}/actions/remove").status_code == 404
    assert api.get(path) == []
    made = api.done("POST", path, None, {"vendor": {"name": "Met on site"}})
    assert [vendor["id"] for vendor in api.get(path, view="extended")] == [made["id"]]
    assert "Met on site" in {vendor["name"] for vendor in api.get(f"{V1}/vendors", **COMPANY)}


def test_tax_codes_and_units(api: Api) -> None:
    made = api.done("POST", f"{V1}/tax_codes", COMPANY, {"tax_code": {"code": "NV", "rate1": 8.265}})
    assert (made["code"], made["rate1"]) == ("NV", 8.265)
    assert api.call("POST", f"{V1}/tax_codes", COMPANY, {"tax_code": {"code": "NV"}}).status_code == 422
    units = {unit["name"]: unit for unit in api.get(f"{V1}/companies/{COMPANY_ID}/uoms")}
    assert (units["LF"]["is_standard"], units["LF"]["uom_category"]["name"]) == (True, "Length")
    body = {"updates": [{"name": "CRATE", "uom_category_id": units["EA"]["uom_category"]["id"]}], "deletes": [units["WK"]["id"]]}
    answer = api.done("PATCH", f"{V1}/companies/{COMPANY_ID}/uoms/sync", None, body)
    assert [unit["name"] for unit in answer["entities"]] == ["CRATE"]
    left = {unit["name"] for unit in api.get(f"{V1}/companies/{COMPANY_ID}/uoms")}
    assert "CRATE" in left
    assert "WK" not in left


def test_change_order_statuses_are_the_company_s_words(api: Api) -> None:
    statuses = {each["mapped_to_status"]: each["name"] for each in api.get(f"{V1}/change_order/statuses", **COMPANY)}
    assert statuses["not_proceeding"] == "Not Proceeding"
    assert len(statuses) == 12


def test_people_merge_companies_and_the_others_are_gone(api: Api, simulator: ProcoreSimulator) -> None:
    old = api.id_of("vendors", name="Acme Concrete, LLC")
    api.done("PATCH", f"{V1}/vendors/{old}", None, {**COMPANY, "vendor": {"origin_id": "V-7", "origin_code": "ACME"}})
    new = api.done("POST", f"{V1}/vendors", None, {**COMPANY, "vendor": {"name": "Acme"}})["id"]
    mine = [row["id"] for row in simulator.store["work_order_contracts"].rows(vendor_id=old)]
    told: list[tuple[str, str, int]] = []
    simulator.world.listeners.append(lambda event: told.append((event.resource, event.reason, event.resource_id)))
    simulator.merge("ada", new, old)

    assert api.call("GET", f"{V1}/vendors/{old}", COMPANY).status_code == 404
    kept = api.get(f"{V1}/vendors/{new}", **COMPANY)
    assert (kept["name"], kept["origin_id"], kept["origin_code"]) == ("Acme", "V-7", "ACME")
    assert mine
    assert [row["id"] for row in simulator.store["work_order_contracts"].rows(vendor_id=new)] == mine
    assert told == [("Company Vendors", "update", new)]
    other = api.done("POST", f"{V1}/vendors", None, {**COMPANY, "vendor": {"name": "Other", "origin_id": "V-8"}})["id"]
    simulator.merge("ada", other, new)
    assert api.get(f"{V1}/vendors/{other}", **COMPANY)["origin_id"] == "V-8", "its own"
    with pytest.raises(KeyError):
        simulator.merge("ada", other, new)
