"""Subcontracts and purchase orders: totals, lines, and what stands fast once approved."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.procore import COMPANY_ID
from tests.sandbox.procore.small import V1, V2, Api, StillClock

WORK_ORDERS = f"{V1}/work_order_contracts"
ORDERS = f"{V1}/purchase_order_contracts"


@pytest.fixture
def subcontract(api: Api) -> int:
    return api.id_of("work_order_contracts")


@pytest.fixture
def order(api: Api) -> int:
    return api.id_of("purchase_order_contracts")


def shown(api: Api, path: str) -> Any:
    return api.get(path, project_id=api.job)


def change(api: Api, path: str, envelope: str, **attributes: Any) -> Any:
    return api.done("PATCH", path, None, {"project_id": api.job, envelope: attributes})


def test_a_subcontract_in_full(api: Api, subcontract: int) -> None:
    contract = shown(api, f"{WORK_ORDERS}/{subcontract}")
    assert (contract["number"], contract["title"], contract["status"], contract["executed"]) == ("SC-1", "Concrete", "Approved", True)
    assert contract["vendor"]["id"] == api.id_of("vendors", name="Acme Concrete, LLC")
    assert (contract["vendor"]["company"], contract["vendor"]["origin_id"]) == ("Acme Concrete, LLC", None)
    assert (contract["retainage_percent"], contract["accounting_method"], contract["contract_date"]) == ("10.0", "amount", "2026-01-05")
    assert (contract["contract_start_date"], contract["contract_estimated_completion_date"]) == ("2026-02-01", "2026-12-31")
    assert "payment_terms" not in contract, "the work order contract of v1 has no such attribute"
    assert {name: contract[name] for name in ("grand_total", "approved_change_orders", "revised_contract")} == {
        "grand_total": "1250.5",
        "approved_change_orders": "99.95",
        "revised_contract": "1350.45",
    }
    assert (contract["pending_change_orders"], contract["pending_revised_contract"]) == ("-20.0", "1330.45")
    assert contract["remaining_balance_outstanding"] == "1350.45"
    assert [line["amount"] for line in contract["line_items"]] == ["1000.0", "250.5", "0.0"]
    assert [line["wbs_code"] and line["wbs_code"]["flat_code"] for line in contract["line_items"]] == ["03-300.SUB", "A.03-100.SUB", None]
    assert contract["line_items"][2]["cost_code"]["full_code"] == "03-300"
    assert contract["line_items"][2]["line_item_type"] is None
    assert [each["number"] for each in contract["change_order_packages"]] == ["001", "002"]


def test_a_purchase_order_is_priced_by_unit(api: Api, order: int) -> None:
    contract = shown(api, f"{ORDERS}/{order}")
    assert (contract["payment_terms"], contract["delivery_date"], contract["status"]) == ("Net 45", "2026-06-30", "Draft")
    line = contract["line_items"][0]
    assert (line["quantity"], line["uom"], line["unit_cost"], line["amount"]) == ("100.0", "LF", "12.345", "1234.5")
    assert (line["extended_type"], line["total_amount"]) == ("calculated", "1234.5")


def test_lists_show_headers_only(api: Api, subcontract: int) -> None:
    listed = api.get(WORK_ORDERS, project_id=api.job, view="extended")
    assert [each["id"] for each in listed] == [subcontract]
    assert "line_items" not in listed[0]
    assert listed[0]["grand_total"] == "1250.5"
    assert api.get(WORK_ORDERS, project_id=api.job, **{"filters[status]": "Draft"}) == []


def test_terms_of_a_subcontract_are_shown_elsewhere(api: Api, subcontract: int) -> None:
    assert shown(api, f"{V1}/commitments/{subcontract}")["payment_terms"] == "Net 30"
    assert {each["number"] for each in shown(api, f"{V1}/commitments")} == {"SC-1", "PO-1"}


def test_v2_has_text_ids_and_no_origin_ids(api: Api, subcontract: int) -> None:
    path = f"{V2}/projects/{api.job}/commitment_contracts"
    contracts = api.get(path, **{"filters[type]": "WorkOrderContract"})["data"]
    assert [(each["id"], each["type"]) for each in contracts] == [(str(subcontract), "WorkOrderContract")]
    assert "origin_id" not in contracts[0]
    assert api.get(f"{path}/{subcontract}")["data"]["payment_terms"] == "Net 30"
    lines = api.get(f"{path}/{subcontract}/line_items")["data"]
    first = next(line for line in lines if line["position"] == 1)
    assert (len(lines), first["amount"]) == (3, "1000.0")
    assert first["wbs_code_id"] == first["wbs_code"]["id"]
    assert isinstance(first["wbs_code_id"], str)
    assert api.get(f"{path}/{subcontract}/summary")["data"]["approved_change_total"] == "99.95"


def test_writing_back_ids_touches_an_approved_commitment(api: Api, subcontract: int, clock: StillClock) -> None:
    clock.move(minutes=5)
    path = f"{WORK_ORDERS}/{subcontract}"
    back = change(api, path, "work_order_contract", origin_id="i:1", origin_code="PO-77", origin_data="{}")
    assert (back["origin_id"], back["origin_code"], back["updated_at"]) == ("i:1", "PO-77", "2026-11-23T12:05:00Z")
    synced = api.sync(f"{WORK_ORDERS}/sync", [{"origin_id": "i:1", "origin_data": "seen"}], project_id=api.job)
    assert (synced["entities"][0]["id"], synced["entities"][0]["origin_data"]) == (subcontract, "seen")
    line = shown(api, path)["line_items"][0]["id"]
    update = {"updates": [{"id": line, "origin_id": "l:1"}]}
    answer = api.done("PATCH", f"{path}/line_items/sync", {"project_id": api.job}, update)
    assert answer["entities"][0]["origin_id"] == "l:1"


def test_what_is_approved_stands_fast(api: Api, subcontract: int) -> None:
    path, project = f"{WORK_ORDERS}/{subcontract}", {"project_id": api.job}
    line = shown(api, path)["line_items"][0]["id"]
    steel = api.id_of("vendors", name="Brace Steel")
    company = api.refused(422, "PATCH", path, None, {**project, "work_order_contract": {"vendor_id": steel}})
    assert "Approved" in company["errors"]["vendor_id"][0]
    for method, end, body in (
        ("POST", "", {"line_item": {"amount": "1"}}),
        ("PATCH", f"/{line}", {"line_item": {"amount": "1"}}),
        ("DELETE", f"/{line}", None),
    ):
        query = project if body is None else None
        sent = None if body is None else {**project, **body}
        assert api.call(method, f"{path}/line_items{end}", query, sent).status_code == 422, method
    synced = api.done("PATCH", f"{path}/line_items/sync", project, {"updates": [{"id": line, "amount": "1", "origin_id": "x"}]})
    assert "base" in synced["errors"][0]["errors"]
    assert api.call("DELETE", path, project).status_code == 422
    assert shown(api, path)["grand_total"] == "1250.5"


def test_a_draft_again_can_be_changed(api: Api, subcontract: int) -> None:
    path = f"{WORK_ORDERS}/{subcontract}"
    steel = api.id_of("vendors", name="Brace Steel")
    both = change(api, path, "work_order_contract", status="Draft", vendor_id=steel)
    assert (both["status"], both["vendor"]["company"]) == ("Draft", "Brace Steel")
    line = both["line_items"][0]["id"]
    changed = api.done("PATCH", f"{path}/line_items/{line}", None, {"project_id": api.job, "line_item": {"amount": "900.25"}})
    assert changed["amount"] == "900.25"
    assert shown(api, path)["grand_total"] == "1150.75"
    assert api.call("DELETE", path, {"project_id": api.job}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "answer"),
    [
        ("work_order", "Processing", 400),
        ("work_order", "Out For Signature", 200),
        ("purchase_order", "Complete", 400),
        ("purchase_order", "Partially Received", 200),
    ],
)
def test_each_kind_has_its_own_statuses(api: Api, kind: str, status: str, answer: int) -> None:
    contract = api.id_of(f"{kind}_contracts")
    body = {"project_id": api.job, f"{kind}_contract": {"status": status}}
    assert api.call("PATCH", f"{V1}/{kind}_contracts/{contract}", None, body).status_code == answer


def test_the_company_must_be_in_the_project(api: Api) -> None:
    steel = api.id_of("vendors", name="Brace Steel")
    new = {"project_id": api.other_job, "work_order_contract": {"title": "T", "vendor_id": steel}}
    assert "directory" in str(api.refused(422, "POST", WORK_ORDERS, None, new))
    api.done("POST", f"/rest/v1.1/projects/{api.other_job}/vendors/{steel}/actions/add")
    assert api.done("POST", WORK_ORDERS, None, new)["number"] == "SC-001"


def test_lines_by_cost_code_make_their_budget_code(api: Api, order: int) -> None:
    lines, project = f"{ORDERS}/{order}/line_items", {"project_id": api.job}
    division = api.id_of("cost_codes", project_id=api.job, full_code="31", sub_job_id=None)
    labor = api.id_of("line_item_types", code="L")
    body = {**project, "line_item": {"amount": "10", "cost_code_id": division, "line_item_type_id": labor}}
    made = api.done("POST", lines, None, body)
    assert made["wbs_code"]["flat_code"] == "31.L"
    by_code = api.done("POST", lines, None, {**project, "line_item": {"amount": "5", "wbs_code_id": made["wbs_code"]["id"]}})
    assert (by_code["cost_code"]["id"], by_code["line_item_type"]["id"], by_code["position"]) == (division, labor, 3)
    assert shown(api, f"{ORDERS}/{order}")["grand_total"] == "1249.5"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"uom": "furlong"}, "uom"),
        ({"cost_code_id": "other"}, "cost_code_id"),
        ({"cost_code_id": 5}, "cost_code_id"),
        ({"wbs_code_id": 5}, "wbs_code_id"),
        ({"tax_code_id": 5}, "tax_code_id"),
    ],
)
def test_lines_that_are_refused(api: Api, order: int, line: dict[str, Any], field: str) -> None:
    if line == {"cost_code_id": "other"}:
        made = api.done("POST", f"{V1}/cost_codes", None, {"project_id": api.other_job, "cost_code": {"code": "1", "name": "N"}})
        line = {"cost_code_id": made["id"]}
    body = {"project_id": api.job, "line_item": {"amount": "1", **line}}
    assert field in api.refused(422, "POST", f"{ORDERS}/{order}/line_items", None, body)["errors"]


def test_a_calculated_line_follows_quantity_and_price(api: Api, order: int) -> None:
    path = f"{ORDERS}/{order}/line_items"
    line = shown(api, path)[0]["id"]
    body = {"project_id": api.job, "line_item": {"quantity": "3.5", "unit_cost": "10.01"}}
    assert api.done("PATCH", f"{path}/{line}", None, body)["amount"] == "35.04", "half a cent goes up"


def test_tax_comes_on_top(api: Api, order: int) -> None:
    tax = api.done("POST", f"{V1}/tax_codes", {"company_id": COMPANY_ID}, {"tax_code": {"code": "T", "rate1": 10}})["id"]
    body = {"project_id": api.job, "line_item": {"amount": "99.99", "tax_code_id": tax}}
    made = api.done("POST", f"{ORDERS}/{order}/line_items", None, body)
    assert (made["amount"], made["extended_amount"], made["total_amount"]) == ("99.99", "99.99", "109.99")


def test_a_line_belongs_to_its_contract(api: Api, subcontract: int, order: int) -> None:
    line = shown(api, f"{WORK_ORDERS}/{subcontract}")["line_items"][0]["id"]
    assert api.call("GET", f"{ORDERS}/{order}/line_items/{line}", {"project_id": api.job}).status_code == 404
    assert api.call("GET", f"{WORK_ORDERS}/{order}/line_items", {"project_id": api.job}).status_code == 404


def test_a_changed_line_stamps_its_contract(api: Api, order: int, clock: StillClock) -> None:
    clock.move(hours=1)
    api.done("POST", f"{ORDERS}/{order}/line_items", None, {"project_id": api.job, "line_item": {"amount": "1"}})
    assert shown(api, f"{ORDERS}/{order}")["updated_at"] == "2026-11-23T13:00:00Z"


def test_payments_lower_what_is_left(api: Api, subcontract: int, clock: StillClock) -> None:
    clock.move(hours=1)
    place = {"project_id": api.job, "contract_id": subcontract}
    payment = {"amount": "135.05", "date": "2026-11-01", "payment_method": "check", "check_number": "88"}
    made = api.done("POST", f"{V1}/contract_payments", None, {**place, "contract_payment": payment})
    assert (made["amount"], made["payment_number"], made["external_payment_id"]) == ("135.05", 1, None)
    contract = shown(api, f"{WORK_ORDERS}/{subcontract}")
    paid = [contract[name] for name in ("total_payments", "remaining_balance_outstanding", "percentage_paid")]
    assert paid == ["135.05", "1215.4", "10.0"]
    assert contract["payments_issued"][0]["check_number"] == "88"
    assert contract["updated_at"] == "2026-11-23T13:00:00Z"
    second = api.done("POST", f"{V1}/contract_payments", None, {**place, "contract_payment": payment})
    assert second["payment_number"] == 2


def test_a_synced_payment_is_the_integration_s_own(api: Api, person: Any, subcontract: int) -> None:
    place = {"project_id": api.job, "contract_id": subcontract}
    made = api.done("POST", f"{V1}/contract_payments", None, {**place, "contract_payment": {"amount": "1", "origin_id": "p"}})
    path = f"{V1}/contract_payments/{made['id']}"
    body = {**place, "contract_payment": {"notes": "n"}}
    assert "synced with ERP" in str(person("ada").refused(422, "PATCH", path, None, body))
    assert person("ada").call("DELETE", path, place).status_code == 422
    assert api.done("PATCH", path, None, body)["notes"] == "n"
    assert api.call("DELETE", path, place).status_code == 200


def test_a_payment_s_invoice_is_of_the_same_contract(api: Api, order: int) -> None:
    place = {"project_id": api.job, "contract_id": order}
    body = {**place, "contract_payment": {"amount": "1", "requisition_id": api.id_of("requisitions")}}
    assert "requisition_id" in api.refused(422, "POST", f"{V1}/contract_payments", None, body)["errors"]
