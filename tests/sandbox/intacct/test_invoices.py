"""Invoices converted from a commitment: balances, retainage, the bills they make, the ledger."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import (
    day,
    document,
    line,
)
from tests.sandbox.intacct.books import INVOICE, SOURCE, Books
from tests.sandbox.intacct.gateway_client import Gateway


def test_an_invoice_converts_lines_and_holds_the_sources_retainage(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "400.00"), (books.second, "500.00")))

    fields = "PRICE_CONVERTED PRICE_REMAINING STATE"
    assert [tuple(row.values()) for row in books.lines(fields)] == [
        ("400", "600", "Partially Converted"),
        ("500", "0", "Converted"),
    ]
    assert books.header("STATE CLOSED") == {"STATE": "Partially Converted", "CLOSED": "false"}
    rows = books.lines("TRX_AMOUNTRETAINED SOURCE_DOCID SOURCE_DOCLINEKEY MEMO TASKID", INVOICE)
    assert rows[0] == {
        "TRX_AMOUNTRETAINED": "40",
        "SOURCE_DOCID": SOURCE,
        "SOURCE_DOCLINEKEY": books.first,
        "MEMO": "one",
        "TASKID": "03-300",
    }


def test_an_invoice_makes_a_bill(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "400.00"), (books.second, "500.00")))

    assert books.the_bill(
        "RECORDID VENDORID STATE MODULEKEY DESCRIPTION2 WHENCREATED WHENDUE TOTALENTERED TOTALRETAINED TOTALDUE RETAINAGEPERCENTAGE"
    ) == {
        "RECORDID": "SI-1",
        "VENDORID": "V-1",
        "STATE": "Posted",
        "MODULEKEY": "9.PO",
        "DESCRIPTION2": INVOICE,
        "WHENCREATED": "11/20/2026",
        "WHENDUE": "12/20/2026",
        "TOTALENTERED": "900",
        "TOTALRETAINED": "90",
        "TOTALDUE": "810",
        "RETAINAGEPERCENTAGE": "10",
    }
    items = books.gateway.rows(
        "APBILLITEM",
        "LINE_NO ACCOUNTNO TRX_AMOUNT TRX_AMOUNTRETAINED PROJECTID TASKID COSTTYPEID PRIMARYDOCLINEKEY ORIGDOCID ENTRYDESCRIPTION",
    )
    assert items[0] == {
        "LINE_NO": "1",
        "ACCOUNTNO": "5040",
        "TRX_AMOUNT": "400",
        "TRX_AMOUNTRETAINED": "40",
        "PROJECTID": "J1",
        "TASKID": "03-300",
        "COSTTYPEID": "SUB",
        "PRIMARYDOCLINEKEY": books.first,
        "ORIGDOCID": INVOICE,
        "ENTRYDESCRIPTION": "one",
    }


def test_a_bill_is_posted_to_the_ledger_with_its_retainage(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "400.00")))

    details = books.gateway.rows(
        "GLDETAIL", "ACCOUNTNO AMOUNT DEBITAMOUNT CREDITAMOUNT MODULEKEY SYMBOL PROJECTID TASKID COSTTYPEID ENTRY_DATE RECORDKEY"
    )
    shared = {
        "MODULEKEY": "9.PO",
        "SYMBOL": "APJ",
        "PROJECTID": "J1",
        "TASKID": "03-300",
        "COSTTYPEID": "SUB",
        "ENTRY_DATE": "11/20/2026",
        "RECORDKEY": books.header("PRRECORDKEY", INVOICE)["PRRECORDKEY"],
    }
    assert details == [
        {"ACCOUNTNO": "5040", "AMOUNT": "400", "DEBITAMOUNT": "400", "CREDITAMOUNT": "0", **shared},
        {"ACCOUNTNO": "2010", "AMOUNT": "-360", "DEBITAMOUNT": "0", "CREDITAMOUNT": "360", **shared},
        {"ACCOUNTNO": "2050", "AMOUNT": "-40", "DEBITAMOUNT": "0", "CREDITAMOUNT": "40", **shared},
    ]
    entries = books.gateway.rows("GLENTRY", "TR_TYPE AMOUNT ACCOUNTNO LOCATION GLBATCH.STATE GLBATCH.JOURNAL.TITLE")
    assert entries[0] == {
        "TR_TYPE": "1",
        "AMOUNT": "400",
        "ACCOUNTNO": "5040",
        "LOCATION": "100",
        "GLBATCH.STATE": "Posted",
        "GLBATCH.JOURNAL.TITLE": "Accounts Payable Journal",
    }


def test_billing_beyond_the_line_is_refused_until_a_change_order_allows_it(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "800.00")))
    too_much = books.bill((books.first, "300.00"), number="SI-2")

    error = books.gateway.refused(too_much)
    assert error.text == f"Line 1 of {SOURCE}: the converted amount 1100 exceeds the amount 1000 of the source line."
    books.gateway.done(books.change("100.00", books.link(books.first)))
    books.gateway.done(too_much)
    assert books.lines("PRICE_REMAINING STATE")[0] == {"PRICE_REMAINING": "0", "STATE": "Converted"}


def test_a_change_order_cannot_take_away_what_is_billed(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "800.00")))

    assert "exceeds the amount 700" in books.gateway.refused(books.change("-300.00", books.link(books.first))).text
    books.gateway.done(books.change("-200.00", books.link(books.first)))


def test_lines_by_quantity_are_billed_by_quantity(gateway: Gateway) -> None:
    gateway.done(document(line("12.50", quantity="100", unit="<unit>CY</unit>", tail=""), kind="Purchase Order"))
    (source,) = gateway.rows("PODOCUMENTENTRY", "RECORDNO")

    def bill(quantity: str, number: str, price: str = "12.50") -> str:
        item = line(price, quantity=quantity, unit="", source=f"<sourcelinekey>{source['RECORDNO']}</sourcelinekey>", tail="")
        return document(
            item,
            kind="Purchase Order Invoice",
            number=f"<documentno>{number}</documentno>",
            source="<createdfrom>Purchase Order-SC-1</createdfrom>",
        )

    gateway.done(bill("60", "PI-1"))
    assert "the converted quantity 101 exceeds the quantity 100" in gateway.refused(bill("41", "PI-2")).text
    gateway.done(bill("40", "PI-2", "10"))
    assert gateway.row("PODOCUMENT", "STATE CLOSED", "DOCID", "Purchase Order-SC-1") == {"STATE": "Converted", "CLOSED": "true"}
    where = f"<equalto><field>RECORDNO</field><value>{source['RECORDNO']}</value></equalto>"
    assert gateway.rows("PODOCUMENTENTRY", "QTY_CONVERTED QTY_REMAINING", where) == [{"QTY_CONVERTED": "100", "QTY_REMAINING": "0"}]


def test_a_negative_invoice_line_needs_conversion_reversal_and_something_to_reverse(books: Books, simulator: IntacctSimulator) -> None:
    books.gateway.done(books.bill((books.first, "400.00"), (books.second, "300.00")))

    error = books.gateway.refused(books.bill((books.first, "-100.00"), number="SI-2"))
    assert error.text == f"Line 1 of {SOURCE} does not allow conversions of the opposite sign."
    assert "exceeds" in books.gateway.refused(books.bill((books.second, "-300.01"), number="SI-2")).text
    books.gateway.done(books.bill((books.second, "-100.00"), number="SI-2"))
    assert books.lines("PRICE_CONVERTED")[1] == {"PRICE_CONVERTED": "200"}
    assert books.the_bill("TOTALENTERED TOTALRETAINED TOTALDUE", "Subcontract Invoice-SI-2") == {
        "TOTALENTERED": "-100",
        "TOTALRETAINED": "-10",
        "TOTALDUE": "-90",
    }
    simulator.settings.conversion_reversal = False
    tail = "<reverseconversion>true</reverseconversion>"
    off = books.gateway.refused(document(line(tail=tail), number="<documentno>SC-3</documentno>"))
    assert off.text == "Conversion reversal is not enabled in this company."


def test_retainage_is_held_and_released_by_invoice_lines(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "400.00")))
    release = "<trx_amountretained>{}</trx_amountretained>"

    more = books.bill((books.first, "100.00"), number="SI-2", tail=release.format("-41"))
    assert "more retainage is released than is held" in books.gateway.refused(more).text
    books.gateway.done(books.bill((books.first, "100.00"), number="SI-2", tail=release.format("-25")))
    assert books.the_bill("TOTALENTERED TOTALRETAINED TOTALDUE", "Subcontract Invoice-SI-2") == {
        "TOTALENTERED": "100",
        "TOTALRETAINED": "-25",
        "TOTALDUE": "125",
    }
    books.gateway.done(books.bill((books.first, "0"), number="SI-3", tail=release.format("-15")))
    assert books.the_bill("TOTALENTERED TOTALDUE", "Subcontract Invoice-SI-3") == {"TOTALENTERED": "0", "TOTALDUE": "15"}


def test_an_invoice_line_may_retain_nothing(books: Books) -> None:
    tail = "<retainagepercentage>0</retainagepercentage>"
    books.gateway.done(books.bill((books.first, "400.00"), tail=tail))

    assert books.the_bill("TOTALRETAINED TOTALDUE") == {"TOTALRETAINED": "0", "TOTALDUE": "400"}


def test_a_draft_invoice_makes_no_bill_and_converts_nothing(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "400.00"), state="Draft"))
    assert books.header("PRRECORDKEY", INVOICE) == {"PRRECORDKEY": ""}
    assert books.header("STATE") == {"STATE": "Pending"}

    books.gateway.done(f'<update_potransaction key="{INVOICE}"><state>Pending</state></update_potransaction>')
    assert books.the_bill("TOTALENTERED") == {"TOTALENTERED": "400"}
    assert books.header("STATE") == {"STATE": "Partially Converted"}


def test_editing_an_invoice_makes_its_bill_anew_under_another_number(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "400.00")))
    before = books.header("PRRECORDKEY", INVOICE)["PRRECORDKEY"]
    change = '<updatepotransitems><updatepotransitem line_num="1"><price>450</price></updatepotransitem></updatepotransitems>'

    books.gateway.done(f'<update_potransaction key="{INVOICE}">{change}</update_potransaction>')

    assert books.header("PRRECORDKEY", INVOICE)["PRRECORDKEY"] != before
    assert books.the_bill("TOTALENTERED TOTALRETAINED") == {"TOTALENTERED": "450", "TOTALRETAINED": "45"}
    assert [row["RECORDNO"] for row in books.gateway.rows("APBILL", "RECORDNO")] != [before]
    assert len(books.gateway.rows("APBILL", "RECORDNO")) == 1
    debits = "<equalto><field>ACCOUNTNO</field><value>5040</value></equalto>"
    assert [row["AMOUNT"] for row in books.gateway.rows("GLENTRY", "AMOUNT", debits)] == ["450"]


def test_a_converted_source_is_locked_and_stays(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "400.00")))

    update = f'<update_potransaction key="{SOURCE}"><message>x</message></update_potransaction>'
    assert "its state is Partially Converted" in books.gateway.refused(update).text
    delete = f'<delete_potransaction key="{SOURCE}"/>'
    assert "other transactions refer to it" in books.gateway.refused(delete).text
    books.gateway.done(f'<delete_potransaction key="{INVOICE}"/>')
    assert books.header("STATE") == {"STATE": "Pending"}
    assert books.gateway.rows("APBILL", "RECORDNO") == books.gateway.rows("GLENTRY", "RECORDNO") == []
    books.gateway.done(update)
    books.gateway.done(delete)


def test_a_changed_source_is_still_converted_as_a_whole(books: Books) -> None:
    books.gateway.done(books.change("300.00"))
    third = books.lines("RECORDNO")[2]["RECORDNO"]

    books.gateway.done(books.bill((books.first, "1000"), (books.second, "500"), (third, "300")))

    assert books.header("STATE") == {"STATE": "Converted"}
    books.gateway.done(books.change("50.00", books.link(books.first), number="CO-2"))
    assert books.header("STATE") == {"STATE": "Partially Converted"}


def test_lines_may_come_from_several_documents(books: Books) -> None:
    gateway = books.gateway
    gateway.done(document(line("70.00"), number="<documentno>SC-2</documentno>"))
    other = books.lines("RECORDNO", "Subcontract-SC-2")[0]["RECORDNO"]

    def item(key: str, name: str, price: str) -> str:
        tail = f"<sourcedocid>{name}</sourcedocid><sourcedoclineid>{key}</sourcedoclineid>"
        return line(price, source=f"<sourcelinekey>{key}</sourcelinekey>", tail=tail)

    number = "<documentno>SI-1</documentno>"
    both = item(books.first, SOURCE, "10"), item(other, "Subcontract-SC-2", "20")
    gateway.done(document(*both, kind="Subcontract Invoice", number=number))

    assert books.lines("PRICE_CONVERTED")[0] == {"PRICE_CONVERTED": "10"}
    assert books.lines("PRICE_CONVERTED", "Subcontract-SC-2")[0] == {"PRICE_CONVERTED": "20"}
    lacking = line("1", tail=f"<sourcedocid>{SOURCE}</sourcedocid>")
    refused = gateway.refused(document(lacking, kind="Subcontract Invoice", number="<documentno>SI-2</documentno>"))
    assert refused.text == "Required field Source line is missing"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"vendor": "V-2"}, f"{SOURCE} belongs to another vendor."),
        ({"item": "JOBCOST"}, "The item of the source line is SUBCONTRACT."),
        ({"source": "<createdfrom>Purchase Order-SC-1</createdfrom>"}, "Purchase Order cannot be converted to Subcontract Invoice."),
        ({"source": ""}, "Invalid Source line"),
    ],
)
def test_refused_conversions(books: Books, change: dict[str, str], says: str) -> None:
    books.gateway.done(document(kind="Purchase Order"))

    assert says in books.gateway.refused(books.bill((books.first, "10"), **change)).text


@pytest.mark.parametrize("state", ["Draft", "Closed"])
def test_a_draft_or_closed_source_is_not_converted(books: Books, state: str) -> None:
    books.gateway.done(f'<update_potransaction key="{SOURCE}"><state>{state}</state></update_potransaction>')

    assert f"its state is {state}" in books.gateway.refused(books.bill((books.first, "10"))).text


def test_an_invoice_is_kept_out_of_a_closed_period_by_its_posting_date(books: Books, simulator: IntacctSimulator) -> None:
    simulator.settings.closed_until = date(2026, 11, 30)
    assert "Date must be on or after 12/01/2026" in books.gateway.refused(books.bill((books.first, "10"))).text

    books.gateway.done(books.bill((books.first, "10"), posted=day("dateposted", "2026-12-01")))
    assert books.the_bill("WHENCREATED WHENPOSTED") == {"WHENCREATED": "11/20/2026", "WHENPOSTED": "12/01/2026"}


def test_an_item_needs_an_expense_account_somewhere(gateway: Gateway, simulator: IntacctSimulator) -> None:
    invoice = document(line(job=""), kind="Subcontract Invoice")
    gateway.done("<update><ITEM><ITEMID>SUBCONTRACT</ITEMID><EXPENSEGLACCOUNT></EXPENSEGLACCOUNT></ITEM></update>")
    simulator.settings.default_expense_account = "9999"
    assert gateway.refused(invoice).text == "There is no expense account for item SUBCONTRACT."

    gateway.done("<update><ITEM><ITEMID>SUBCONTRACT</ITEMID><EXPENSEGLACCOUNT>5050</EXPENSEGLACCOUNT></ITEM></update>")
    gateway.done(invoice)
    gateway.done(document(line(), kind="Subcontract Invoice", number="<documentno>SC-2</documentno>"))
    assert gateway.rows("APBILLITEM", "ACCOUNTNO COSTTYPEID") == [
        {"ACCOUNTNO": "5050", "COSTTYPEID": ""},
        {"ACCOUNTNO": "5040", "COSTTYPEID": "SUB"},
    ]


def test_an_invoice_line_keeps_what_it_says_itself_and_takes_the_rest_from_its_source(books: Books) -> None:
    body = books.bill((books.first, "10"), (books.second, "10"))
    own = body.replace("</locationid>", "</locationid><memo>mine</memo>", 1).replace("<taskid>03-300<", "<taskid>03-100<", 1)

    books.gateway.done(own)

    assert [tuple(row.values()) for row in books.lines("MEMO TASKID COSTTYPEID", INVOICE)] == [
        ("mine", "03-100", "SUB"),
        ("two", "03-300", "SUB"),
    ]


def test_an_invoice_of_nothing_posts_nothing(books: Books) -> None:
    books.gateway.done(books.bill((books.first, "0")))

    assert books.the_bill("STATE TOTALDUE") == {"STATE": "Posted", "TOTALDUE": "0"}
    assert books.gateway.rows("GLBATCH", "RECORDNO") == []


def test_an_account_that_wants_a_dimension_refuses_the_invoice_without_it(books: Books, simulator: IntacctSimulator) -> None:
    (account,) = simulator.store.find("GLACCOUNT", ACCOUNTNO="5040")
    simulator.store.update("GLACCOUNT", account, {"REQUIREDEPT": "true"})
    refused = books.gateway.refused(books.bill((books.first, "400.00")))
    assert "This transaction is missing the Department dimension for the Account 5040" in refused.text
    assert books.gateway.rows("APBILL", "RECORDID") == []
