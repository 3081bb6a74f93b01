"""Change orders: one of them, three faces; and prime contracts, whose path is singular and plural."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.procore.small import V1, V2, Api, StillClock

PACKAGES = f"{V1}/change_order_packages"
POTENTIAL = f"{V1}/potential_change_orders"


@pytest.fixture
def approved(api: Api) -> dict[str, Any]:
    """The approved change order of the subcontract, as a row."""
    return api.simulator.store["change_orders"].rows(number="001")[0]


@pytest.fixture
def pending(api: Api) -> dict[str, Any]:
    return api.simulator.store["change_orders"].rows(number="002")[0]


def orders(api: Api, kind: str = "commitment") -> str:
    return f"{V1}/projects/{api.job}/{kind}_change_orders"


def v2_lines(api: Api, order: dict[str, Any]) -> str:
    return f"{V2}/projects/{api.job}/commitment_change_orders/{order['id']}/line_items"


def test_three_faces_agree(api: Api, approved: dict[str, Any]) -> None:
    query = {"project_id": api.job, "contract_id": approved["contract_id"]}
    order = api.get(f"{orders(api)}/{approved['id']}")
    package = api.get(f"{PACKAGES}/{order['legacy_package_id']}", **query)
    potential = next(each for each in api.get(POTENTIAL, **query) if each["number"] == "001")
    shown = api.get(f"{POTENTIAL}/{potential['id']}", **query)
    assert len({order["id"], package["id"], potential["id"]}) == 3
    assert order["grand_total"] == package["grand_total"] == shown["grand_total"] == "99.95"
    assert (order["status"], package["status"], shown["status"]) == ("approved",) * 3
    assert (package["type"], order["type"]) == ("CommitmentContractChangeOrder", "CommitmentChangeOrder")
    contract = api.get(f"{orders(api)}/{approved['id']}", view="extended")["contract"]
    assert (contract["number"], contract["vendor"]["name"]) == ("SC-1", "Acme Concrete, LLC")
    assert "origin_id" not in order
    assert package["line_items"][0]["wbs_code"]["flat_code"] == "03-300.SUB"
    assert shown["line_items"][0]["total_amount"] == "99.95"


def test_only_the_package_carries_ids(api: Api, approved: dict[str, Any]) -> None:
    path = f"{PACKAGES}/{approved['package_id']}"
    body = {"project_id": api.job, "change_order": {"origin_id": "co:1", "origin_code": "CO-1"}}
    assert api.done("PATCH", path, None, body)["origin_code"] == "CO-1"
    refused = {"change_order": {"origin_id": "co:2"}}
    assert api.call("PATCH", f"{orders(api)}/{approved['id']}", None, refused).status_code == 406
    billable = {"project_id": api.job, "change_order": {"status": "pending_billable"}}
    assert api.call("PATCH", path, None, billable).status_code == 400, "no status of a package"
    listed = api.get(PACKAGES, project_id=api.job)
    assert {each["origin_id"] for each in listed} == {"co:1", None}


def test_a_change_through_one_face_shows_in_the_others(api: Api, pending: dict[str, Any], clock: StillClock) -> None:
    clock.move(hours=1)
    api.done("PATCH", f"{orders(api)}/{pending['id']}", None, {"change_order": {"status": "approved"}})
    package = api.get(f"{PACKAGES}/{pending['package_id']}", project_id=api.job)
    assert (package["status"], package["reviewed_at"]) == ("approved", "2026-11-23T13:00:00Z")
    contract = api.get(f"{V1}/work_order_contracts/{pending['contract_id']}", project_id=api.job)
    assert (contract["approved_change_orders"], contract["pending_change_orders"]) == ("79.95", "0.0")
    assert contract["updated_at"] == "2026-11-23T13:00:00Z"


def test_orders_are_filtered(api: Api, approved: dict[str, Any]) -> None:
    def numbers(**query: Any) -> list[str]:
        return sorted(each["number"] for each in api.get(orders(api), **query))

    assert numbers() == ["001", "002"]
    assert numbers(**{"filters[status]": "approved"}) == ["001"]
    assert numbers(**{"filters[legacy_package_id]": approved["package_id"]}) == ["001"]
    assert numbers(**{"filters[contract_id]": approved["contract_id"], "sort": "-id"}) == ["001", "002"]
    assert [each["number"] for each in api.get(orders(api, "prime"))] == ["PCO-1"]


def test_a_new_package_brings_its_potential_change_order(api: Api, approved: dict[str, Any]) -> None:
    place = {"project_id": api.job, "contract_id": approved["contract_id"]}
    made = api.done("POST", PACKAGES, None, {**place, "change_order": {"title": "Typed", "grand_total": "40.00"}})
    assert (made["number"], made["grand_total"], made["line_items"]) == ("003", "40.0", [])
    found = [each for each in api.get(POTENTIAL, project_id=api.job) if each["title"] == "Typed"]
    assert len(found) == 1
    line = {"project_id": api.job, "line_item": {"amount": "12.00"}}
    api.done("POST", f"{POTENTIAL}/{found[0]['id']}/line_items", None, line)
    assert api.get(f"{PACKAGES}/{made['id']}", project_id=api.job)["grand_total"] == "12.0", "lines say more than what was typed"


def test_lines_of_change_orders(api: Api, pending: dict[str, Any], clock: StillClock) -> None:
    clock.move(hours=1)
    source = api.id_of("line_items", holder_id=pending["contract_id"], position=1)
    code = api.simulator.store["line_items"][source]["wbs_code_id"]
    body = {"amount": "10.50", "wbs_code_id": str(code), "commitment_line_item_id": str(source), "description": "More"}
    made = api.call("POST", v2_lines(api, pending), None, body)
    assert made.status_code == 200
    line = made.json["data"]
    assert (line["commitment_line_item_id"], line["wbs_code_id"], line["amount"]) == (str(source), str(code), "10.5")
    assert isinstance(line["id"], str)
    assert len(api.get(v2_lines(api, pending))["data"]) == 2
    assert api.get(f"{orders(api)}/{pending['id']}")["updated_at"] == "2026-11-23T13:00:00Z"
    foreign = {**body, "commitment_line_item_id": str(api.id_of("line_items", description="Piles"))}
    assert api.refused(422, "POST", v2_lines(api, pending), None, foreign)["error"]["details"][0]["field"] == "commitment_line_item_id"
    assert api.call("DELETE", f"{v2_lines(api, pending)}/{line['id']}").status_code == 204


def test_approved_orders_stand_fast(api: Api, approved: dict[str, Any]) -> None:
    assert api.call("POST", v2_lines(api, approved), None, {"amount": "1"}).status_code == 422
    assert api.call("DELETE", f"{orders(api)}/{approved['id']}").status_code == 422
    line = api.id_of("line_items", holder_id=approved["potential_id"])
    assert api.call("PATCH", f"{v2_lines(api, approved)}/{line}", None, {"amount": "1"}).status_code == 422


@pytest.mark.parametrize("kind", ["commitment", "prime"])
def test_an_order_belongs_to_a_contract_of_its_kind(api: Api, kind: str) -> None:
    wrong = api.id_of("prime_contracts" if kind == "commitment" else "work_order_contracts")
    body = {"change_order": {"contract_id": wrong, "title": "T"}}
    assert "contract_id" in api.refused(422, "POST", orders(api, kind), None, body)["errors"]
    right = api.id_of("work_order_contracts" if kind == "commitment" else "prime_contracts")
    elsewhere = f"{V1}/projects/{api.other_job}/{kind}_change_orders"
    body = {"change_order": {"contract_id": right, "title": "T"}}
    assert "contract_id" in api.refused(422, "POST", elsewhere, None, body)["errors"]
    nothing = {"change_order": {"title": "T"}}
    assert api.refused(400, "POST", orders(api, kind), None, nothing)["fields"] == "contract_id"


def test_one_tier_has_no_requests(api: Api, approved: dict[str, Any]) -> None:
    path, query = f"{V1}/change_order_requests", {"project_id": api.job}
    assert api.get(path, **query, contract_id=approved["contract_id"]) == []
    assert api.call("GET", path, {**query, "contract_id": 5}).status_code == 404


def test_prime_contracts(api: Api) -> None:
    prime = api.id_of("prime_contracts")
    listed = api.get(f"{V1}/prime_contracts", project_id=api.job)
    assert [(each["id"], each["grand_total"]) for each in listed] == [(prime, "5000.0")]
    shown = api.get(f"{V1}/prime_contract/{prime}", project_id=api.job)
    assert (shown["approved_change_orders"], shown["revised_contract_amount"]) == ("75.0", "5075.0")
    assert api.get(f"{V1}/prime_contract", project_id=api.job)["id"] == prime
    assert api.call("GET", f"{V1}/prime_contracts/{prime}", {"project_id": api.job}).status_code == 404, "the singular path only"
    assert api.call("GET", f"{V1}/prime_contract", {"project_id": api.other_job}).status_code == 404
    summaries = f"prime_contracts/{prime}/summary"
    assert api.get(f"{V2}/projects/{api.job}/{summaries}")["data"]["approved_change_total"] == "75.0"
    assert api.call("GET", f"{V2}/projects/{api.other_job}/{summaries}").status_code == 404


def test_a_prime_contract_comes_from_elsewhere(api: Api) -> None:
    new = {"project_id": api.other_job, "prime_contract": {"title": "Clinic", "number": "9", "origin_id": "pc:1", "retainage_percent": "5"}}
    made = api.done("POST", f"{V1}/prime_contract", None, new)
    assert (made["origin_id"], made["retainage_percent"], made["status"]) == ("pc:1", "5.0", "Draft")
    lines = f"{V1}/prime_contracts/{made['id']}/line_items"
    updates = {"updates": [{"amount": "70.10", "origin_id": "l:1"}, {"amount": "0.90", "origin_id": "l:2"}]}
    assert len(api.done("PATCH", f"{lines}/sync", {"project_id": api.other_job}, updates)["entities"]) == 2
    assert api.get(f"{V1}/prime_contract/{made['id']}", project_id=api.other_job)["grand_total"] == "71.0"
    unnumbered = {"project_id": api.other_job, "prime_contract": {"title": "Second"}}
    assert api.done("POST", f"{V1}/prime_contract", None, unnumbered)["number"] == "2"
