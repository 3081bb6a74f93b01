"""Procore Pay: payments that Procore makes itself, over ``/_sandbox/``, and their place among the contract's payments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.test import Client

from sandbox.companies.model import Company, Payment
from sandbox.faults import Faults
from sandbox.procore import ProcoreSimulator, Settings
from sandbox.procore.store import COMPANY_ID
from tests.sandbox.procore.small import V1, Api, StillClock, small_company
from tests.sandbox.procore.test_webhooks import hook, queued, trigger

PAYMENTS = "/_sandbox/payments"


@pytest.fixture
def place(api: Api) -> dict[str, int]:
    return {"project_id": api.job, "contract_id": api.id_of("work_order_contracts")}


@pytest.fixture
def paid(api: Api, simulator: ProcoreSimulator) -> dict[str, Any]:
    body = {
        "requisition_id": api.id_of("requisitions", invoice_number="INV-1"),
        "amount": "360.00",
        "date": "2026-11-20",
        "check_number": "10001",
    }
    made = Client(simulator.application).post(PAYMENTS, json=body)
    assert made.status_code == 201
    return dict(made.get_json())


def test_a_payment_is_made_and_its_money_moves_on(
    api: Api, simulator: ProcoreSimulator, place: dict[str, int], paid: dict[str, Any]
) -> None:
    path = f"{V1}/contract_payments/{paid['id']}"
    shown = api.get(path, **place)
    assert shown == paid
    assert (shown["amount"], shown["status"], shown["check_number"]) == ("360.00", "initiated", "10001")
    assert (shown["external_payment_id"][:3], shown["date_payment_initiated"]) == ("pp-", "2026-11-23T12:00:00Z")
    assert (shown["date_payment_settled"], shown["payment_number"], shown["contract_id"]) == (None, 1, place["contract_id"])

    browser = Client(simulator.application)
    for status in ("funding_complete", "settled"):
        assert browser.patch(PAYMENTS, json={"id": paid["id"], "status": status}).get_json()["status"] == status
    assert api.get(path, **place)["date_payment_settled"] == "2026-11-23T12:00:00Z"


def test_webhooks_tell_of_it_and_not_in_the_name_of_the_integration(api: Api, simulator: ProcoreSimulator, place: dict[str, int]) -> None:
    project_hook = hook(api, project=api.job)
    for reason in ("create", "update"):
        trigger(api, project_hook, "Contract Payments", reason, project=api.job)
    browser = Client(simulator.application)
    requisition = api.id_of("requisitions", invoice_number="INV-1")
    made = browser.post(PAYMENTS, json={"requisition_id": requisition, "amount": "1", "date": "2026-11-20"}).get_json()
    browser.patch(PAYMENTS, json={"id": made["id"], "status": "funding_complete"})
    events = queued(api, project_hook)
    assert [(event["event_type"], event["resource_id"], event["company_id"]) for event in events] == [
        ("create", made["id"], COMPANY_ID),
        ("update", made["id"], COMPANY_ID),
    ]
    api.done("POST", f"{V1}/contract_payments", None, {**place, "contract_payment": {"amount": "1"}})
    ours = queued(api, project_hook)[-1]["metadata"]["source_application_id"]
    assert ours not in {event["metadata"]["source_application_id"] for event in events}


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", {"requisition_id": 1, "amount": "1", "date": "2026-11-20"}),
        ("POST", {"amount": "1", "date": "2026-11-20"}),
        ("POST", {"requisition_id": None, "amount": "much", "date": "2026-11-20"}),
        ("POST", {"requisition_id": None, "amount": "1", "date": "soon"}),
        ("POST", []),
        ("PATCH", {"id": 1, "status": "settled"}),
        ("PATCH", {"id": None, "status": "spent"}),
    ],
)
def test_what_is_no_payment(api: Api, simulator: ProcoreSimulator, paid: dict[str, Any], method: str, body: Any) -> None:
    known = {"requisition_id": api.id_of("requisitions", invoice_number="INV-1"), "id": paid["id"]}
    body = {name: known[name] if value is None else value for name, value in body.items()} if isinstance(body, dict) else body
    assert Client(simulator.application).open(PAYMENTS, method=method, json=body).status_code == 422


def test_what_a_person_entered_does_not_move(api: Api, simulator: ProcoreSimulator, place: dict[str, int]) -> None:
    made = api.done("POST", f"{V1}/contract_payments", None, {**place, "contract_payment": {"amount": "1"}})
    assert Client(simulator.application).patch(PAYMENTS, json={"id": made["id"], "status": "settled"}).status_code == 422


@pytest.mark.parametrize("name", ["external_payment_id", "status", "date_payment_settled", "date_payment_initiated", "origin_code"])
def test_nobody_makes_one_by_the_public_call(api: Api, place: dict[str, int], paid: dict[str, Any], name: str) -> None:
    body = {**place, "contract_payment": {"amount": "1", name: "x"}}
    assert api.call("POST", f"{V1}/contract_payments", None, body).status_code == 406
    assert api.call("PATCH", f"{V1}/contract_payments/{paid['id']}", None, body).status_code == 406


def test_payments_of_the_seed(clock: StillClock, settings: Settings) -> None:
    payments = (
        Payment(Decimal("100.00"), date(2026, 10, 20), "electronic", "10001", "settled"),
        Payment(Decimal("60.50"), date(2026, 10, 21), "electronic", "10002", "funding_complete"),
        Payment(Decimal("9.50"), date(2026, 10, 22), "check", "88"),
    )
    simulator = ProcoreSimulator(_with(payments), clock, settings, Faults())
    api = Api(simulator, simulator.token())
    contract = api.id_of("work_order_contracts")
    rows = sorted(api.get(f"{V1}/contract_payments", project_id=api.job, contract_id=contract), key=lambda row: row["payment_number"])
    assert [(row["amount"], row["status"], row["check_number"], row["date"]) for row in rows] == [
        ("100.00", "settled", "10001", "2026-10-20"),
        ("60.50", "funding_complete", "10002", "2026-10-21"),
        ("9.50", "paid", "88", "2026-10-22"),
    ]
    assert [row["external_payment_id"] is None for row in rows] == [False, False, True]
    assert [row["date_payment_settled"] for row in rows] == ["2026-10-20T17:00:00Z", None, None]
    assert {row["requisition_id"] for row in rows} == {api.id_of("requisitions", invoice_number="INV-1")}
    assert api.get(f"{V1}/work_order_contracts/{contract}", project_id=api.job)["total_payments"] == "170.0"


def _with(payments: tuple[Payment, ...]) -> Company:
    """The small company, its first invoice paid."""
    company = small_company()
    subcontract, *others = company.commitments
    first, *later = subcontract.invoices
    paid = replace(subcontract, invoices=(replace(first, payments=payments), *later))
    return replace(company, commitments=(paid, *others))
