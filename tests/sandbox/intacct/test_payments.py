"""Payments of bills: in parts, by line, drafts, voids, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import (
    day,
    payment_of,
)
from tests.sandbox.intacct.books import INVOICE, Books, invoiced


def test_a_payment_pays_a_bill_in_parts(books: Books) -> None:
    record = invoiced(books)

    books.gateway.done(payment_of(record, "400.00"))
    assert books.the_bill("STATE TOTALPAID TOTALDUE WHENPAID") == {
        "STATE": "Partially Paid",
        "TOTALPAID": "400",
        "TOTALDUE": "50",
        "WHENPAID": "",
    }
    details = books.gateway.rows("APPYMTDETAIL", "RECORDKEY TRX_PAYMENTAMOUNT STATE APPYMT.DOCNUMBER APBILL.DESCRIPTION2")
    assert [row["TRX_PAYMENTAMOUNT"] for row in details] == ["360", "40"]
    assert details[0] == {**details[0], "APPYMT.DOCNUMBER": "1001", "APBILL.DESCRIPTION2": INVOICE, "STATE": "Posted"}
    books.gateway.done(payment_of(record, "50.00"))
    assert "is not open: it is paid." in books.gateway.refused(payment_of(record, "0.01")).text
    assert books.the_bill("STATE TOTALDUE WHENPAID") == {"STATE": "Paid", "TOTALDUE": "0", "WHENPAID": "11/22/2026"}
    payment = books.gateway.rows("APPYMT", "STATE PAYMENTAMOUNT PAYMENTMETHOD WHENCREATED VENDORNAME")[0]
    assert payment == {
        "STATE": "Posted",
        "PAYMENTAMOUNT": "400",
        "PAYMENTMETHOD": "Printed Check",
        "WHENCREATED": "11/22/2026",
        "VENDORNAME": "Alpha Concrete",
    }
    cash = "<equalto><field>ACCOUNTNO</field><value>1010</value></equalto>"
    assert [row["AMOUNT"] for row in books.gateway.rows("GLDETAIL", "AMOUNT", cash)] == ["-360", "-40", "-50"]


def test_a_payment_may_name_the_line(books: Books) -> None:
    record = invoiced(books)
    entry = books.gateway.rows("APBILLITEM", "RECORDNO")[1]["RECORDNO"]

    books.gateway.done(payment_of(record, "90.00", f"<ENTRYKEY>{entry}</ENTRYKEY>"))

    assert [row["TRX_TOTALPAID"] for row in books.gateway.rows("APBILLITEM", "TRX_TOTALPAID")] == ["0", "90"]
    more = payment_of(record, "0.01", f"<ENTRYKEY>{entry}</ENTRYKEY>")
    assert "exceeds total amount due (0)" in books.gateway.refused(more).text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"VENDORID": "V-2"}, "Invalid Bill"),
        ({"VENDORID": "V-3"}, "The vendor V-3 is inactive."),
        ({"VENDORID": ""}, "Invalid Vendor '' specified."),
        ({"FINANCIALENTITY": ""}, "Required field Bank account is missing"),
        ({"FINANCIALENTITY": "OTHER"}, "Invalid Checking account 'OTHER' specified."),
        ({"PAYMENTMETHOD": ""}, "Required field Payment method is missing"),
        ({"PAYMENTMETHOD": "Barter"}, "Illegal format for Paymentmethod Barter."),
        ({"PAYMENTMETHOD": "Joint Check"}, "A joint check needs the payment request method bill."),
        ({"PAYMENTREQUESTMETHOD": "group"}, "Illegal format for Paymentrequestmethod group."),
        ({"PAYMENTDATE": ""}, "Required field Payment date is missing"),
        ({"CURRENCY": ""}, "Required field Currency is missing"),
        ({"ACTION": "Send"}, "Illegal format for Action Send."),
    ],
)
def test_refused_payments(books: Books, fields: dict[str, str], says: str) -> None:
    record = invoiced(books)

    assert says in books.gateway.refused(payment_of(record, "10.00", **fields)).text


@pytest.mark.parametrize(
    ("amount", "more", "says"),
    [
        ("450.01", "", "The payment amount 450.01 exceeds total amount due (450)"),
        ("0", "", "exceeds total amount due"),
        ("-5", "", "exceeds total amount due"),
        ("", "", "exceeds total amount due"),
        ("10", "<ENTRYKEY>999</ENTRYKEY>", "Invalid Bill line '999' specified."),
    ],
)
def test_refused_payment_amounts(books: Books, amount: str, more: str, says: str) -> None:
    assert says in books.gateway.refused(payment_of(invoiced(books), amount, more)).text


def test_a_vendor_marked_not_to_be_paid_and_a_closed_period(books: Books, simulator: IntacctSimulator) -> None:
    record = invoiced(books)
    simulator.settings.closed_until = date(2026, 11, 22)
    assert "Date must be on or after" in books.gateway.refused(payment_of(record, "10")).text
    simulator.settings.closed_until = None
    books.gateway.done("<update><VENDOR><VENDORID>V-1</VENDORID><DONOTCUTCHECK>true</DONOTCUTCHECK></VENDOR></update>")

    assert "marked not to be paid" in books.gateway.refused(payment_of(record, "10")).text


def test_a_payment_may_be_a_draft_first(books: Books) -> None:
    record = invoiced(books)
    books.gateway.done(payment_of(record, "10.00", ACTION="Draft"))
    assert books.the_bill("TOTALPAID") == {"TOTALPAID": "0"}
    cash = "<equalto><field>ACCOUNTNO</field><value>1010</value></equalto>"
    assert books.gateway.rows("GLDETAIL", "AMOUNT", cash) == []
    payment = books.gateway.rows("APPYMT", "RECORDNO")[0]["RECORDNO"]

    books.gateway.done(f"<update><APPYMT><RECORDNO>{payment}</RECORDNO><ACTION>Submit</ACTION></APPYMT></update>")
    assert books.the_bill("TOTALPAID") == {"TOTALPAID": "10"}
    change = f"<update><APPYMT><RECORDNO>{payment}</RECORDNO><DESCRIPTION>x</DESCRIPTION></APPYMT></update>"
    assert books.gateway.refused(change).text == "Only a draft payment can be changed."
    delete = f"<delete><object>APPYMT</object><keys>{payment}</keys></delete>"
    assert "Only a draft payment can be deleted." in books.gateway.refused(delete).text
    books.gateway.done(payment_of(record, "10.00", ACTION="Draft"))
    second = books.gateway.rows("APPYMT", "RECORDNO")[1]["RECORDNO"]
    books.gateway.done(f"<delete><object>APPYMT</object><keys>{second}</keys></delete>")


def test_a_voided_payment_leaves_the_bill_due_again(books: Books) -> None:
    record = invoiced(books)
    books.gateway.done(payment_of(record, "450.00"))
    payment = books.gateway.rows("APPYMT", "RECORDNO")[0]["RECORDNO"]
    void = f'<reverse_appayment key="{payment}">{day("datereversed", "2026-11-23")}</reverse_appayment>'

    assert books.gateway.done(void).key == payment

    assert books.the_bill("STATE TOTALPAID TOTALDUE") == {"STATE": "Posted", "TOTALPAID": "0", "TOTALDUE": "450"}
    assert books.gateway.rows("APPYMT", "STATE VOIDDATE") == [{"STATE": "Voided", "VOIDDATE": "11/23/2026"}]
    cash = "<equalto><field>ACCOUNTNO</field><value>1010</value></equalto>"
    assert sorted(row["AMOUNT"] for row in books.gateway.rows("GLDETAIL", "AMOUNT", cash)) == ["-360", "-90", "360", "90"]
    assert "cannot be voided" in books.gateway.refused(void).text
    assert "Invalid Payment '9' specified." in books.gateway.refused(void.replace(payment, "9")).text


def test_a_paid_invoice_cannot_be_edited_or_deleted(books: Books) -> None:
    books.gateway.done(payment_of(invoiced(books), "10.00"))

    for body in (
        f'<update_potransaction key="{INVOICE}"><message>x</message></update_potransaction>',
        f'<delete_potransaction key="{INVOICE}"/>',
    ):
        assert "has payments" in books.gateway.refused(body).text


def test_a_payment_is_posted_to_the_account_of_its_bank_and_to_the_lines_it_reaches(books: Books, simulator: IntacctSimulator) -> None:
    record = invoiced(books)
    simulator.settings.cash_account = "5050"
    books.gateway.done(payment_of(record, "360.00"))
    books.gateway.done("<update><CHECKINGACCOUNT><BANKACCOUNTID>OPERATING</BANKACCOUNTID><GLACCOUNTNO/></CHECKINGACCOUNT></update>")
    books.gateway.done(payment_of(record, "90.00"))

    assert [row["TRX_PAYMENTAMOUNT"] for row in books.gateway.rows("APPYMTDETAIL", "TRX_PAYMENTAMOUNT")] == ["360", "90"]
    credit = "<equalto><field>SYMBOL</field><value>CDJ</value></equalto>"
    details = books.gateway.rows("GLDETAIL", "ACCOUNTNO AMOUNT", credit)
    assert [tuple(row.values()) for row in details if row["AMOUNT"].startswith("-")] == [("1010", "-360"), ("5050", "-90")]
