"""The comparison of both ledgers, over states written down by hand: what counts, what does not, and how it is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.story.ledgers import Code, Row, disagreements, rows, totals
from sandbox.story.table import table

NOTHING: dict[str, Any] = {
    name: [] for name in ("budget_lines", "commitments", "change_orders", "direct_costs", "prime_contracts", "invoices", "payments")
}
EMPTY: dict[str, Any] = {name: [] for name in ("projects", "estimates", "documents", "contracts", "bills", "journals")}
HALL = Code("24-107", "24-107-A", "03-300", "SUB")


def line(amount: str, code: str = "24-107-A.03-300.SUB") -> dict[str, Any]:
    return {"flat_code": code, "amount": amount}


def held(amount: str, **more: str) -> dict[str, Any]:
    """A line of Intacct, of a document or a bill."""
    coded = {"project": "24-107-A", "task": "03-300", "cost_type": "SUB", "amount": amount}
    return coded | {"retained": "", "released": "", "paid": "", "release": ""} | more


def procore(**holders: list[dict[str, Any]]) -> dict[str, Any]:
    return NOTHING | holders


def intacct(**holders: list[dict[str, Any]]) -> dict[str, Any]:
    return EMPTY | {"projects": [{"id": "24-107", "parent": ""}, {"id": "24-107-A", "parent": "24-107"}]} | holders


def test_a_budget_code_is_compared_with_the_entries_of_the_primary_estimate() -> None:
    ours = procore(budget_lines=[{"project": "24-107", "flat_code": "24-107-A.03-300.SUB", "revised": "90.05"}])
    estimate = {"primary": "true", "lines": [held("100.00", type="original"), held("-9.95", type="revision")]}
    (row,) = rows(ours, intacct(estimates=[estimate, {"primary": "false", "lines": [held("7.00", type="original")]}]))
    assert (row.code, row.columns, row.differences) == (HALL, ["budget"], [])


def test_a_budget_line_of_nothing_counts_and_a_change_of_nothing_does_not() -> None:
    lines = [held("0.00", type="original"), held("0", type="approved change", task="05-120")]
    (row,) = rows(procore(), intacct(estimates=[{"primary": "true", "lines": lines}]))
    assert (row.code, row.differences) == (HALL, ["budget"])


def test_only_what_is_approved_is_committed() -> None:
    of_job = {"project": "24-107", "kind": "commitment"}
    ours = procore(
        commitments=[{**of_job, "status": "Approved", "lines": [line("10.00")]}, {**of_job, "status": "Draft", "lines": [line("1.00")]}],
        change_orders=[
            {**of_job, "status": "approved", "lines": [line("-2.50")]},
            {**of_job, "status": "pending", "lines": [line("1.00")]},
            {**of_job, "kind": "prime", "status": "approved", "lines": [line("1.00")]},
        ],
    )
    theirs = intacct(
        documents=[
            {"definition": "Subcontract", "state": "Pending", "lines": [held("10.00")]},
            {"definition": "Subcontract Change Order", "state": "Pending", "lines": [held("-2.50")]},
            {"definition": "Subcontract", "state": "Draft", "lines": [held("1.00")]},
            {"definition": "Subcontract Invoice", "state": "Pending", "lines": [held("1.00")]},
        ]
    )
    (row,) = rows(ours, theirs)
    assert (row.procore, row.intacct) == ({"committed": Decimal("7.50")}, {"committed": Decimal("7.50")})


def test_a_direct_cost_is_what_was_entered_in_the_ledger_and_not_what_a_bill_posted() -> None:
    ours = procore(direct_costs=[{"project": "24-107", "lines": [line("70.25"), line("-20.00")]}])
    entries = [held("70.25", type="1"), held("20.00", type="-1"), held("50.25", type="-1") | {"project": ""}]
    theirs = intacct(journals=[{"module": "2.GL", "lines": entries}, {"module": "9.PO", "lines": [held("5.00", type="1")]}])
    (row,) = rows(ours, theirs)
    assert (row.code, row.procore, row.intacct) == (HALL, {"direct costs": Decimal("50.25")}, {"direct costs": Decimal("50.25")})


def invoice(status: str = "approved", due: str = "90.00") -> dict[str, Any]:
    items = [
        {"flat_code": "24-107-A.03-300.SUB", "gross_amount": "100.00", "retainage": "10.00", "net_amount": "90.00"},
        {"flat_code": "24-107-A.03-350.SUB", "gross_amount": "0.00", "retainage": "0.00", "net_amount": "0.00"},
    ]
    return {"id": 7, "project": "24-107", "invoice_number": "INV-1", "status": status, "current_payment_due": due, "items": items}


def test_an_invoice_is_billed_retained_and_paid_by_code() -> None:
    ours = procore(invoices=[invoice(), invoice("under_review")], payments=[{"requisition_id": 7, "amount": "90.00"}])
    bills = [{"lines": [held("100.00", retained="10.00", paid="90.00")]}]
    (row,) = rows(ours, intacct(bills=bills))
    assert (row.columns, row.differences) == (["invoiced", "retainage", "paid"], [])
    assert row.procore == {"invoiced": Decimal("100.00"), "retainage": Decimal("10.00"), "paid": Decimal("90.00")}


def test_what_intacct_released_is_not_held_and_not_billed_again() -> None:
    bills = [{"lines": [held("100.00", retained="10.00", released="4.00")]}, {"lines": [held("4.00", paid="4.00", release="true")]}]
    (row,) = rows(procore(), intacct(bills=bills))
    assert row.intacct == {"invoiced": Decimal("100.00"), "retainage": Decimal("6.00"), "paid": Decimal("4.00")}


def test_a_payment_in_part_belongs_to_no_code_and_shows() -> None:
    ours = procore(invoices=[invoice()], payments=[{"requisition_id": 7, "amount": "50.00"}])
    found = disagreements(rows(ours, intacct(bills=[{"lines": [held("100.00", retained="10.00", paid="50.00")]}])))
    assert found == [
        "24-107 INV-1: paid is 50.00 in Procore and missing in Intacct",
        "24-107-A 03-300.SUB: paid is missing in Procore and 50.00 in Intacct",
    ]


def test_a_prime_contract_stands_once_for_its_job() -> None:
    ours = procore(prime_contracts=[{"project": "24-107", "revised_amount": "105.00"}])
    found = rows(ours, intacct(contracts=[{"project": "24-107", "revised": "105.01"}]))
    assert disagreements(found) == ["24-107 prime contract: prime contract is 105.00 in Procore and 105.01 in Intacct"]
    assert table([Row(HALL, {"budget": Decimal(1)}, {"budget": Decimal(1)}), *found]).splitlines()[-1].split()[-3:] == [
        "105.00",
        "≠",
        "105.01",
    ]


def test_what_stands_in_one_system_only_is_a_difference_even_at_nothing() -> None:
    ours = procore(commitments=[{"project": "24-107", "kind": "commitment", "status": "Approved", "lines": [line("0.00")]}])
    assert disagreements(rows(ours, intacct())) == ["24-107-A 03-300.SUB: committed is 0.00 in Procore and missing in Intacct"]


@pytest.mark.parametrize(("theirs", "sign"), [("1234567.80", "="), ("1234567.81", "≠")])
def test_the_table_marks_what_differs(theirs: str, sign: str) -> None:
    amount, other = {"budget": Decimal("1234567.80")}, {"budget": Decimal(theirs)}
    found = [Row(HALL, amount, other), Row(Code("25-031", "", "04-210", "SUB"), {}, {"committed": Decimal(5)})]
    shown = [line.split() for line in table(found).splitlines()]
    assert ["24-107-A", "03-300.SUB", "1,234,567.80", sign, f"{Decimal(theirs):,.2f}"] in shown
    assert ["total", "1,234,567.80", sign, f"{Decimal(theirs):,.2f}"] in shown
    assert ["25-031", "04-210.SUB", "none", "≠", "5.00"] in shown
    assert totals(found[:1]).differences == ([] if sign == "=" else ["budget"])
