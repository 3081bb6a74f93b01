"""What Intacct paid: from its AP payments to the contract payments of the invoices that were sent from Procore, between both simulators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connector.core.errors import Code, OutcomeUnknown
from connector.core.item import Item, State
from tests.integration.rooms.contracts import ELECTRICAL, Contract, by_hand, cents, open_office
from tests.integration.rooms.office import Office, codes
from tests.integration.rooms.test_payments import Payable
from tests.sandbox.intacct.bodies import day

NAME = "payments"


@pytest.fixture
def payable(office: Office) -> Payable:
    open_office(office)
    office.configure(payment_bank="OPERATING")
    return Payable(office, Contract(office, ELECTRICAL).synced()).invoiced()


def bill_of(payable: Payable) -> Mapping[str, Any]:
    (pair,) = [pair for pair in payable.office.references.of_object("subcontractor_invoices") if pair.procore_id == payable.invoice]
    (document,) = payable.office.held("PODOCUMENT", ("PRRECORDKEY",), RECORDNO=pair.intacct_key)
    (bill,) = payable.office.held("APBILL", ("VENDORID", "TOTALDUE"), RECORDNO=str(document["PRRECORDKEY"]))
    return bill


def paid(office: Office, *bills: tuple[Mapping[str, Any], str], number: str = "1001", method: str = "Printed Check", **more: str) -> str:
    """Somebody pays these bills in Intacct; the payment's key."""
    details = "".join(
        f"<APPYMTDETAIL><RECORDKEY>{bill['RECORDNO']}</RECORDKEY><TRX_PAYMENTAMOUNT>{amount}</TRX_PAYMENTAMOUNT></APPYMTDETAIL>"
        for bill, amount in bills
    )
    fields = {
        "FINANCIALENTITY": "OPERATING",
        "PAYMENTMETHOD": method,
        "VENDORID": str(bills[0][0]["VENDORID"]),
        "DOCNUMBER": number,
        "PAYMENTDATE": "12/30/2026",
        "CURRENCY": "USD",
        **more,
    }
    body = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    by_hand(office, f"<create><APPYMT>{body}<APPYMTDETAILS>{details}</APPYMTDETAILS></APPYMT></create>")
    return max((row["RECORDNO"] for row in office.intacct.store.all("APPYMT")), key=int)


def void(office: Office, payment: str) -> None:
    by_hand(office, f'<reverse_appayment key="{payment}">{day("datereversed", "2026-12-31")}</reverse_appayment>')


def in_procore(office: Office) -> list[Mapping[str, Any]]:
    return [dict(row) for row in office.procore.store["contract_payments"].live()]


def listed(office: Office) -> list[Item]:
    return [item for item in office.state if item.object == NAME and item.state is State.INVALID]


def test_a_payment_of_a_bill_appears_with_its_invoice(office: Office, payable: Payable) -> None:
    key = paid(office, (bill_of(payable), "400.00"))
    run = office.bring(NAME)
    (row,) = in_procore(office)
    said = {name: row[name] for name in ("amount", "payment_method", "check_number", "requisition_id", "contract_id", "origin_id")}
    assert said == {
        "amount": cents("400"),
        "payment_method": "check",
        "check_number": "1001",
        "requisition_id": int(payable.invoice),
        "contract_id": int(payable.contract.id),
        "origin_id": f"intacct:APPYMT:{key}/{payable.invoice}",
    }
    assert str(row["date"]) == "2026-12-30"
    assert run.counts == {"read": 1, "written": 1}


def test_a_second_look_writes_nothing(office: Office, payable: Payable) -> None:
    paid(office, (bill_of(payable), "400.00"))
    office.bring(NAME)
    calls, written = office.api.calls, office.references.written
    assert office.bring(NAME, full=True).counts == {"read": 1, "unchanged": 1}
    assert (office.api.calls, office.references.written) == (calls, written)


def test_parts_come_one_by_one_and_drafts_not_at_all(office: Office, payable: Payable) -> None:
    paid(office, (bill_of(payable), "400.00"))
    paid(office, (bill_of(payable), "50.00"), ACTION="Draft")
    office.bring(NAME)
    assert [row["amount"] for row in in_procore(office)] == [cents("400")]
    paid(office, (bill_of(payable), "100.00"), number="1002", method="ACH")
    office.bring(NAME)
    assert [(row["amount"], row["payment_method"]) for row in in_procore(office)] == [(cents("400"), "check"), (cents("100"), "electronic")]


def test_one_payment_of_two_bills_is_one_for_each_invoice(office: Office, payable: Payable) -> None:
    second = Payable(office, payable.contract).invoiced()
    key = paid(office, (bill_of(payable), "400.00"), (bill_of(second), "30.00"))
    office.bring(NAME)
    assert {str(row["requisition_id"]): row["amount"] for row in in_procore(office)} == {
        payable.invoice: cents("400"),
        second.invoice: cents("30"),
    }
    assert {row["origin_id"] for row in in_procore(office)} == {f"intacct:APPYMT:{key}/{each.invoice}" for each in (payable, second)}


def test_what_is_paid_on_a_bill_of_another_invoice_is_left_out(office: Office, payable: Payable) -> None:
    bill = bill_of(payable)
    by_hand(
        office,
        f"<create><APBILL><VENDORID>{bill['VENDORID']}</VENDORID><WHENCREATED>12/01/2026</WHENCREATED><WHENDUE>12/31/2026</WHENDUE>"
        "<RECORDID>OTHER-1</RECORDID><APBILLITEMS><APBILLITEM><ACCOUNTNO>6300</ACCOUNTNO><TRX_AMOUNT>70</TRX_AMOUNT>"
        "<LOCATIONID>100</LOCATIONID></APBILLITEM></APBILLITEMS></APBILL></create>",
    )
    (other,) = office.held("APBILL", ("VENDORID",), RECORDID="OTHER-1")
    paid(office, (other, "70"))
    assert office.bring(NAME).counts == {"read": 1, "left_out": 1}
    assert in_procore(office) == []


def test_a_released_retainage_is_paid_to_the_invoice_that_held_it_and_said_so(office: Office, payable: Payable) -> None:
    bill = bill_of(payable)
    lines = [row for row in office.intacct.store.all("APBILLITEM") if row["RECORDKEY"] == bill["RECORDNO"]]
    entries = "".join(
        f"<APRETAINAGERELEASEENTRY><RETAINAGEBILLKEY>{bill['RECORDNO']}</RETAINAGEBILLKEY><RETAINAGEBILLITEMKEY>{line['RECORDNO']}"
        f"</RETAINAGEBILLITEMKEY><TRX_AMOUNTRELEASED>{line['TRX_AMOUNTRETAINED']}</TRX_AMOUNTRELEASED></APRETAINAGERELEASEENTRY>"
        for line in lines
    )
    by_hand(
        office,
        "<create><APRETAINAGERELEASE><DESCRIPTION>Done</DESCRIPTION><RELEASEDATE>12/29/2026</RELEASEDATE><GLPOSTINGDATE>12/29/2026</GLPOSTINGDATE>"
        f"<STATE>Released</STATE><APRETAINAGERELEASEENTRIES>{entries}</APRETAINAGERELEASEENTRIES></APRETAINAGERELEASE></create>",
    )
    (release,) = [row for row in office.intacct.store.all("APBILL") if row["RETAINAGERELEASED"] == "true"]
    paid(office, (bill, "100.00"), (dict(release), "50.00"))
    office.bring(NAME)
    (row,) = in_procore(office)
    assert (row["amount"], row["notes"], str(row["requisition_id"])) == (cents("150"), "Retainage released: 50.00.", payable.invoice)


def test_a_void_is_taken_away_and_shown(office: Office, payable: Payable) -> None:
    key = paid(office, (bill_of(payable), "400.00"))
    office.bring(NAME)
    (row,) = in_procore(office)
    void(office, key)
    run = office.bring(NAME)
    assert (in_procore(office), run.counts) == ([], {"read": 1, "removed": 1})
    (item,) = listed(office)
    assert (codes(item.problems), item.project_id) == ([Code.VOIDED_IN_INTACCT], payable.contract.project)
    assert f"payment {row['id']} was taken away in Procore." in item.problems[0].message
    assert office.bring(NAME, full=True).counts == {"read": 1, "unchanged": 1}
    assert len(listed(office)) == 1


def test_a_void_that_never_stood_in_procore_is_left_out(office: Office, payable: Payable) -> None:
    void(office, paid(office, (bill_of(payable), "400.00")))
    assert office.bring(NAME).counts == {"read": 1, "left_out": 1}
    assert listed(office) == []


def test_what_procore_pay_paid_never_comes_back_and_its_void_is_shown(office: Office, payable: Payable) -> None:
    item_id = payable.paid("100.01", "10001")
    payable.told(item_id)
    assert office.item(item_id).state is State.SYNCED
    assert office.bring(NAME).counts == {"read": 1, "left_out": 1}
    assert len(in_procore(office)) == 1
    void(office, office.item(item_id).intacct_key)
    office.bring(NAME)
    assert len(in_procore(office)) == 1
    (item,) = listed(office)
    assert codes(item.problems) == [Code.VOIDED_IN_INTACCT]


def test_a_creation_that_was_never_answered_is_looked_up_and_not_repeated(
    office: Office, payable: Payable, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(office, (bill_of(payable), "400.00"))
    send, posts = office.api.send, []

    def cut(method: str, path: str, *rest: Any, **more: Any) -> Any:
        answer = send(method, path, *rest, **more)
        if method == "POST":
            posts.append(path)
            raise OutcomeUnknown("The line was cut.")
        return answer

    monkeypatch.setattr(office.api, "send", cut)
    office.bring(NAME)
    assert posts == ["/rest/v1.0/contract_payments"]
    assert [row["amount"] for row in in_procore(office)] == [cents("400")]
    assert office.bring(NAME, full=True).counts == {"read": 1, "unchanged": 1}
