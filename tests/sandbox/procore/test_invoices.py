"""Subcontractor invoices: the arithmetic to the cent, what may be changed when, change orders and billing periods."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.procore.small import V1, V2, Api

INVOICES = "/rest/v1.1/requisitions"


def invoice(api: Api, number: int, view: str = "items") -> Any:
    row = api.id_of("requisitions", number=number)
    return api.get(f"{INVOICES}/{row}", project_id=api.job, view=view)


def close(api: Api, row: int) -> None:
    commitment = api.simulator.store["requisitions"][row]["commitment_id"]
    body = {"project_id": api.job, "commitment_id": commitment, "requisition": {"status": "approved"}}
    api.done("PATCH", f"{INVOICES}/{row}", None, body)


def new_invoice(api: Api, **attributes: Any) -> Any:
    close(api, api.id_of("requisitions", number=2))
    commitment = api.id_of("work_order_contracts")
    body = {"project_id": api.job, "commitment_id": commitment, "requisition": {"invoice_number": "INV-3", **attributes}}
    return api.done("POST", INVOICES, {"view": "items"}, body)


def test_the_first_invoice(api: Api) -> None:
    shown = invoice(api, 1)
    item = shown["items"][0]
    assert (item["scheduled_value"], item["work_completed_this_period"], item["materials_presently_stored"]) == (
        *("1000.00", "300.00", "100.00"),
    )
    assert (item["total_completed_and_stored_to_date"], item["total_completed_and_stored_to_date_percent"]) == ("400.00", "40.00")
    assert (item["work_completed_retainage_retained_this_period"], item["materials_stored_retainage_currently_retained"]) == (
        *("30.00", "10.00"),
    )
    assert (item["gross_amount"], item["net_amount"]) == ("400.00", "360.00")
    names = ("original_contract_sum", "net_change_by_change_orders", "contract_sum_to_date", "total_completed_and_stored_to_date")
    assert [shown["summary"][name] for name in names] == ["1250.50", "99.95", "1350.45", "400.00"]
    names = ("total_retainage", "total_earned_less_retainage", "less_previous_certificates_for_payment", "current_payment_due")
    assert [shown["summary"][name] for name in names] == ["40.00", "360.00", "0.00", "360.00"]
    assert shown["summary"]["balance_to_finish_including_retainage"] == "990.45"
    assert (shown["percent_complete"], shown["vendor_name"], shown["commitment_type"]) == (
        "29.62%",
        "Acme Concrete, LLC",
        "WorkOrderContract",
    )


def test_the_second_invoice_builds_on_the_first(api: Api) -> None:
    """Stored material is used up, so its retainage turns into retainage of work; some retainage is released."""
    shown = invoice(api, 2)
    item = shown["items"][0]
    assert (item["work_completed_from_previous_application"], item["work_completed_this_period"]) == ("300.00", "250.00")
    assert (item["materials_presently_stored"], item["materials_presently_stored_from_previous_progress"]) == ("0.00", "100.00")
    assert item["work_completed_retainage_from_previous_application"] == "30.00"
    assert item["work_completed_retainage_retained_this_period"] == "25.00"
    assert item["work_completed_retainage_released_this_period"] == "20.00"
    assert item["net_amount"] == "155.00", "250 done, 100 less stored, 15 retained, 20 released"
    assert (shown["summary"]["total_retainage"], shown["summary"]["current_payment_due"]) == ("35.00", "155.00")
    assert shown["summary"]["less_previous_certificates_for_payment"] == "360.00"
    assert shown["previous_requisition_id"] == invoice(api, 1)["id"]


def test_views(api: Api) -> None:
    assert "items" not in invoice(api, 1, "default")
    assert "summary_text" not in invoice(api, 1, "items")
    text = invoice(api, 1, "extended")["summary_text"]
    assert (text["subcontractor_city"], text["project_name"]) == ("Reno", "River School")
    assert invoice(api, 1)["items"][0]["wbs_code"]["flat_code"] == "03-300.SUB"
    old = api.get(f"{V1}/requisitions", project_id=api.job)
    assert {each["invoice_number"] for each in old} == {"INV-1", "INV-2"}
    assert "vendor_id" not in old[0]
    path = f"{V1}/requisitions/{api.id_of('requisitions', number=2)}"
    detail = api.get(f"{path}/detail", project_id=api.job)
    first = next(each for each in detail if each["item_number"] == 1)
    assert (first["total_retainage_currently_retained"], first["total_retainage_from_previous_application"]) == ("35.00", "40.00")
    assert len(api.get(f"{path}/contract_items", project_id=api.job)) == 3
    assert len(api.get(f"{path}/change_order_items", project_id=api.job)) == 1
    assert api.get(f"{path}/contract_detail_items", project_id=api.job) == []


def test_filters(api: Api) -> None:
    def numbers(**query: Any) -> set[int]:
        return {each["number"] for each in api.get(INVOICES, project_id=api.job, **query)}

    assert numbers() == {1, 2}
    assert numbers(**{"filters[is_last]": "true"}) == {2}
    assert numbers(**{"filters[is_last]": "false"}) == {1, 2}
    assert numbers(**{"filters[status]": "approved"}) == {1}
    assert numbers(**{"filters[commitment_id]": 5}) == set()


def test_an_open_invoice_is_edited(api: Api) -> None:
    path = f"{V1}/requisitions/{api.id_of('requisitions', number=2)}"
    items = {each["position"]: each for each in api.get(f"{path}/contract_items", project_id=api.job)}
    body = {"requisition_contract_item": {"work_completed_this_period": "100.05"}}
    changed = api.done("PATCH", f"{path}/contract_items/{items[2]['id']}", {"project_id": api.job}, body)
    assert changed["work_completed_retainage_retained_this_period"] == "10.01", "ten percent, half a cent up"
    many = {
        "requisition_items": [
            {
                "id": items[2]["id"],
                "item_type": "contract_item",
                "work_completed_this_period": "50",
                "work_completed_retainage_retained_this_period": "0",
            }
        ]
    }
    api.done("PATCH", f"{path}/bulk_item_update", {"project_id": api.job}, many)
    assert invoice(api, 2)["summary"]["current_payment_due"] == "205.00"


def test_a_closed_or_earlier_invoice_is_not(api: Api) -> None:
    first = invoice(api, 1)
    path = f"{V1}/requisitions/{first['id']}"
    body = {"requisition_contract_item": {"work_completed_this_period": "1"}}
    assert api.call("PATCH", f"{path}/contract_items/{first['items'][0]['id']}", {"project_id": api.job}, body).status_code == 422
    header = {"project_id": api.job, "commitment_id": first["commitment_id"], "requisition": {"billing_date": "2026-01-01"}}
    assert "latest" in str(api.refused(422, "PATCH", f"{INVOICES}/{first['id']}", None, header))
    assert api.call("DELETE", f"{INVOICES}/{first['id']}", {"project_id": api.job}).status_code == 422
    marks = {**header, "requisition": {"origin_id": "inv:1", "origin_data": "x"}}
    assert api.done("PATCH", f"{INVOICES}/{first['id']}", None, marks)["origin_id"] == "inv:1"


def test_a_synced_invoice_is_the_integration_s_own(api: Api, person: Callable[[str], Api]) -> None:
    second = invoice(api, 2)
    body = {"project_id": api.job, "commitment_id": second["commitment_id"], "requisition": {"origin_id": "inv:2"}}
    api.done("PATCH", f"{INVOICES}/{second['id']}", None, body)
    changed = {**body, "requisition": {"comment": "mine"}}
    assert "synced with ERP" in str(person("pat").refused(422, "PATCH", f"{INVOICES}/{second['id']}", None, changed))
    item = {"requisition_contract_item": {"comment": "mine"}}
    path = f"{V1}/requisitions/{second['id']}/contract_items/{second['items'][0]['id']}"
    assert "synced with ERP" in str(person("pat").refused(422, "PATCH", path, {"project_id": api.job}, item))


def test_a_new_invoice_starts_where_the_last_one_ended(api: Api) -> None:
    commitment = api.id_of("work_order_contracts")
    body = {"project_id": api.job, "commitment_id": commitment, "requisition": {}}
    assert "open invoice" in str(api.refused(422, "POST", INVOICES, None, body))
    made = new_invoice(api)
    assert (made["number"], made["status"], made["summary"]["current_payment_due"]) == (3, "draft", "0.00")
    first = made["items"][0]
    assert (first["work_completed_from_previous_application"], first["total_completed_and_stored_to_date"]) == ("550.00", "550.00")
    assert [item["item_type"] for item in made["items"]] == ["contract_item"] * 3 + ["change_order_item"]
    line = api.id_of("line_items", holder_id=commitment, position=1)
    update = {"items": [{"id": first["id"], "item_type": "contract_item", "materials_presently_stored": "80"}]}
    changed = {"project_id": api.job, "commitment_id": commitment, "requisition": update}
    again = api.done("PATCH", f"{INVOICES}/{made['id']}", {"view": "items"}, changed)
    assert (again["items"][0]["line_item_id"], again["summary"]["current_payment_due"]) == (line, "72.00")
    assert api.call("DELETE", f"{INVOICES}/{made['id']}", {"project_id": api.job}).status_code == 200


def test_items_come_along_with_a_new_invoice(api: Api) -> None:
    line = api.id_of("line_items", holder_id=api.id_of("work_order_contracts"), position=2)
    item = {"line_item_id": line, "item_type": "contract_item", "work_completed_this_period": "50.50"}
    made = new_invoice(api, items=[item])
    assert made["summary"]["current_payment_due"] == "45.45"


def test_change_orders_join_and_leave_an_invoice(api: Api) -> None:
    made = new_invoice(api)
    path = f"{V1}/requisitions/{made['id']}"
    package = api.simulator.store["change_orders"].rows(number="001")[0]["package_id"]
    query = {"project_id": api.job, "commitment_id": made["commitment_id"], "change_order_package_id": package}
    assert api.call("DELETE", f"{path}/remove_change_order_package", query).status_code == 200
    assert api.get(f"{path}/change_order_items", project_id=api.job) == []
    added = api.call("POST", f"{path}/add_change_order_package", query)
    assert (added.status_code, added.json[0]["scheduled_value"]) == (201, "99.95")
    pending = {**query, "change_order_package_id": api.simulator.store["change_orders"].rows(number="002")[0]["package_id"]}
    assert api.call("POST", f"{path}/add_change_order_package", pending).status_code == 422


def test_a_change_order_that_takes_away(api: Api) -> None:
    """-20.00 of the pending change order, approved: the contract sum falls below original plus additions."""
    pending = api.simulator.store["change_orders"].rows(number="002")[0]
    order = f"{V1}/projects/{api.job}/commitment_change_orders/{pending['id']}"
    api.done("PATCH", order, None, {"change_order": {"status": "approved"}})
    summary = new_invoice(api)["summary"]
    names = ("positive_change_order_item_total", "negative_change_order_item_total", "net_change_by_change_orders")
    assert [summary[name] for name in names] == ["99.95", "-20.00", "79.95"]
    assert summary["contract_sum_to_date"] == "1330.45"


def test_an_invoice_names_its_commitment(api: Api) -> None:
    body = {"project_id": api.job, "requisition": {"invoice_number": "INV-9"}}
    assert api.refused(400, "POST", INVOICES, None, body)["fields"] == "commitment_id"


def test_only_open_and_unlinked_invoices_can_be_deleted(api: Api) -> None:
    assert [invoice(api, number)["deletable"] for number in (1, 2)] == [False, True]
    second = invoice(api, 2)
    body = {"project_id": api.job, "commitment_id": second["commitment_id"], "requisition": {"origin_id": "inv:2"}}
    assert api.done("PATCH", f"{INVOICES}/{second['id']}", None, body)["deletable"] is False


def test_an_amount_of_retainage_wins_over_a_percentage(api: Api) -> None:
    second = invoice(api, 2)
    path = f"{V1}/requisitions/{second['id']}/contract_items/{second['items'][1]['id']}"
    amount, percent = "work_completed_retainage_retained_this_period", "work_completed_retainage_percent_this_period"
    for held, kept in (({percent: "5"}, "5.00"), ({percent: "5", amount: "3.33"}, "3.33"), ({percent: "5", amount: None}, "5.00")):
        values = {"work_completed_this_period": "100", **held}
        changed = api.done("PATCH", path, {"project_id": api.job}, {"requisition_contract_item": values})
        assert changed[amount] == kept


def test_periods_and_due_dates(api: Api) -> None:
    path = f"{V1}/projects/{api.job}/billing_periods"
    periods = api.get(path)
    assert {each["start_date"] for each in periods} == {"2026-09-01", "2026-10-01"}
    new = {"billing_period": {"start_date": "2026-11-01", "end_date": "2026-11-30", "due_date": "2026-11-25", "status": "open"}}
    period = api.done("POST", path, None, new)
    assert period["position"] == 3
    made = new_invoice(api, period_id=period["id"])
    assert (made["requisition_start"], made["requisition_end"]) == ("2026-11-01", "2026-11-30")
    answer = api.done("PATCH", f"{V2}/projects/{api.job}/requisitions/{made['id']}/payment_details", None, {"due_date": "2026-12-24"})
    assert answer == {"data": {"due_date": "2026-12-24"}}


CENTS = st.integers(0, 10_000_00).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(work=CENTS, stored=CENTS, retained=CENTS, released=CENTS)
def test_the_payment_due_is_what_the_period_adds(api: Api, work: Decimal, stored: Decimal, retained: Decimal, released: Decimal) -> None:
    """Completed + change in stored materials - retained + released, less what is newly held on materials: always the summary's."""
    before = invoice(api, 2)["items"][0]
    path = f"{V1}/requisitions/{api.id_of('requisitions', number=2)}/contract_items/{before['id']}"
    values = {
        "work_completed_this_period": str(work),
        "materials_presently_stored": str(stored),
        "work_completed_retainage_retained_this_period": str(retained),
        "work_completed_retainage_released_this_period": str(released),
        "materials_stored_retainage_currently_retained": "7.07",
    }
    api.done("PATCH", path, {"project_id": api.job}, {"requisition_contract_item": values})
    due = invoice(api, 2)["summary"]["current_payment_due"]
    assert Decimal(due) == work + stored - 100 - retained + released - (Decimal("7.07") - 10)
