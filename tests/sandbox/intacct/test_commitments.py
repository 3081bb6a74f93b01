"""What becomes of a commitment: change orders, invoices with retainage, the bills they make, payments and releases."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import day, document, line
from tests.sandbox.intacct.gateway_client import Gateway

SOURCE = "Subcontract-SC-1"
INVOICE = "Subcontract Invoice-SI-1"


class Books:
    """One subcontract of two lines, and what tests do to it."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        retained = "<retainagepercentage>10</retainagepercentage><conversiontype>Price</conversiontype>"
        reverse = f"{retained}<reverseconversion>true</reverseconversion>"
        first = line("1000.00", where="<locationid>100</locationid><memo>one</memo>", tail=retained)
        second = line("500.00", where="<locationid>100</locationid><memo>two</memo>", tail=reverse)
        gateway.done(document(first, second))
        self.record = self.header("RECORDNO")["RECORDNO"]
        self.first, self.second = (row["RECORDNO"] for row in self.lines("RECORDNO"))

    def header(self, fields: str, name: str = SOURCE) -> dict[str, str]:
        return self.gateway.row("PODOCUMENT", fields, "DOCID", name)

    def lines(self, fields: str, name: str = SOURCE) -> list[dict[str, str]]:
        where = f"<equalto><field>DOCHDRID</field><value>{name}</value></equalto>"
        return self.gateway.rows("PODOCUMENTENTRY", fields, where, "LINE_NO")

    def change(self, price: str, link: str = "", *, number: str = "CO-1", state: str = "Pending", vendor: str = "V-1") -> str:
        related = f"<relateddockey>{self.record}</relateddockey>{link}<conversiontype>Price</conversiontype>"
        where = "<locationid>100</locationid><memo>change</memo>"
        return document(
            line(price, where=where, tail=related),
            kind="Subcontract Change Order",
            number=f"<documentno>{number}</documentno>",
            vendor_id=vendor,
            after=f"<state>{state}</state>",
        )

    def link(self, record: str) -> str:
        return f"<relateddoclinekey>{record}</relateddoclinekey>"

    def bill(
        self,
        *amounts: tuple[str, str],
        number: str = "SI-1",
        tail: str = "",
        state: str = "Pending",
        posted: str = "",
        vendor: str = "V-1",
        source: str = f"<createdfrom>{SOURCE}</createdfrom>",
        item: str = "SUBCONTRACT",
    ) -> str:
        items = [
            line(price, source=f"<sourcelinekey>{key}</sourcelinekey>", where="<locationid>100</locationid>", tail=tail, item=item)
            for key, price in amounts
        ]
        return document(
            *items,
            kind="Subcontract Invoice",
            number=f"<documentno>{number}</documentno>",
            source=source,
            posted=posted,
            vendor_id=vendor,
            after=f"<state>{state}</state>",
        )

    def the_bill(self, fields: str, name: str = INVOICE) -> dict[str, str]:
        return self.gateway.row("APBILL", fields, "RECORDNO", self.header("PRRECORDKEY", name)["PRRECORDKEY"])


@pytest.fixture
def books(gateway: Gateway) -> Books:
    return Books(gateway)


# Change orders


def test_a_change_order_changes_a_line_of_its_source(books: Books) -> None:
    books.gateway.done(books.change("250.00", books.link(books.first)))

    assert books.header("TOTAL POSTEDCHANGETOTAL REVISEDTOTAL CHANGELOGNUMBER STATE") == {
        "TOTAL": "1500",
        "POSTEDCHANGETOTAL": "250",
        "REVISEDTOTAL": "1750",
        "CHANGELOGNUMBER": "1",
        "STATE": "Pending",
    }
    assert [tuple(row.values()) for row in books.lines("TOTAL POSTEDCHANGEVALUE REVISEDVALUE PRICE_REMAINING")] == [
        ("1000", "250", "1250", "1250"),
        ("500", "0", "500", "500"),
    ]
    change = books.header("CHANGELOGNUMBER CREATEDFROM TOTAL", "Subcontract Change Order-CO-1")
    assert change == {"CHANGELOGNUMBER": "1", "CREATEDFROM": "", "TOTAL": "250"}


def test_a_change_order_adds_a_line_to_its_source(books: Books) -> None:
    books.gateway.done(books.change("300.00"))

    new = books.lines("RECORDNO LINE_NO TOTAL REVISEDVALUE MEMO TASKID COSTTYPEID")[2]
    assert new == {
        "RECORDNO": new["RECORDNO"],
        "LINE_NO": "2",
        "TOTAL": "0",
        "REVISEDVALUE": "300",
        "MEMO": "change",
        "TASKID": "03-300",
        "COSTTYPEID": "SUB",
    }
    assert books.header("TOTAL REVISEDTOTAL") == {"TOTAL": "1500", "REVISEDTOTAL": "1800"}
    (changed,) = books.lines("RELATEDDOCLINEKEY", "Subcontract Change Order-CO-1")
    assert changed["RELATEDDOCLINEKEY"] == new["RECORDNO"]


def test_a_draft_change_is_shown_but_does_not_count_until_it_is_posted(books: Books) -> None:
    books.gateway.done(books.change("250.00", books.link(books.first), state="Draft"))
    fields = "DRAFTCHANGETOTAL POSTEDCHANGETOTAL REVISEDTOTAL CHANGELOGNUMBER"
    assert list(books.header(fields).values()) == ["250", "0", "1500", "0"]

    books.gateway.done('<update_potransaction key="Subcontract Change Order-CO-1"><state>Pending</state></update_potransaction>')
    assert list(books.header(fields).values()) == ["0", "250", "1750", "1"]


def test_several_and_negative_changes_add_up(books: Books) -> None:
    books.gateway.done(books.change("250.00", books.link(books.first)))
    books.gateway.done(books.change("-400.50", books.link(books.first), number="CO-2"))

    assert books.header("REVISEDTOTAL CHANGELOGNUMBER") == {"REVISEDTOTAL": "1349.5", "CHANGELOGNUMBER": "2"}


def test_change_order_amounts_may_mean_the_new_value(books: Books, simulator: IntacctSimulator) -> None:
    simulator.settings.change_order_amounts = "new value"
    books.gateway.done(books.change("1250.00", books.link(books.first)))
    books.gateway.done(books.change("1100.00", books.link(books.first), number="CO-2"))

    assert books.lines("POSTEDCHANGEVALUE REVISEDVALUE")[0] == {"POSTEDCHANGEVALUE": "100", "REVISEDVALUE": "1100"}


def test_deleting_a_change_order_takes_its_change_and_its_lines_back(books: Books) -> None:
    before = books.lines("RECORDNO REVISEDVALUE"), books.header("REVISEDTOTAL CHANGELOGNUMBER")
    books.gateway.done(books.change("250.00", books.link(books.first)))
    books.gateway.done(books.change("300.00", number="CO-2"))

    for number in ("CO-1", "CO-2"):
        books.gateway.done(f'<delete_potransaction key="Subcontract Change Order-{number}"/>')

    assert (books.lines("RECORDNO REVISEDVALUE"), books.header("REVISEDTOTAL CHANGELOGNUMBER")) == before


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("<relateddockey>{record}</relateddockey>", "", "Required field Related document is missing"),
        ("<relateddockey>{record}<", "<relateddockey>99<", "Invalid Related document '99' specified."),
        ("<relateddoclinekey>{first}<", "<relateddoclinekey>99<", "Invalid Related line '99' specified."),
        ("<vendorid>V-1<", "<vendorid>V-2<", f"{SOURCE} belongs to another vendor."),
        ("<transactiontype>Subcontract Change Order<", "<transactiontype>Subcontract<", "is not a transaction definition for change"),
    ],
)
def test_refused_change_orders(books: Books, before: str, after: str, says: str) -> None:
    body = books.change("10.00", books.link(books.first))
    wanted = before.format(record=books.record, first=books.first)
    assert wanted in body

    assert says in books.gateway.refused(body.replace(wanted, after)).text


def test_a_change_order_changes_one_source_that_accepts_changes_and_is_open(books: Books) -> None:
    gateway = books.gateway
    gateway.done(document(number="<documentno>SC-2</documentno>"))
    other = books.header("RECORDNO", "Subcontract-SC-2")["RECORDNO"]
    body = books.change("10.00")
    two = body.replace("</potransitems>", line("1", tail=f"<relateddockey>{other}</relateddockey>") + "</potransitems>")
    assert "All lines of a change order change the same document." in gateway.refused(two).text

    gateway.done('<update_potransaction key="Subcontract-SC-2"><state>Closed</state></update_potransaction>')
    assert "its state is Closed" in gateway.refused(body.replace(books.record, other)).text
    gateway.done(body)
    own = books.header("RECORDNO", "Subcontract Change Order-CO-1")["RECORDNO"]
    assert (
        "does not accept change orders"
        in gateway.refused(books.change("1.00", number="CO-2").replace(f">{books.record}<", f">{own}<")).text
    )
    line_of_other = books.lines("RECORDNO", "Subcontract-SC-2")[0]["RECORDNO"]
    assert "Invalid Related line" in gateway.refused(books.change("1.00", books.link(line_of_other), number="CO-3")).text


# Invoices


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

    def bill(quantity: str, number: str) -> str:
        item = line("12.50", quantity=quantity, unit="", source=f"<sourcelinekey>{source['RECORDNO']}</sourcelinekey>", tail="")
        return document(
            item,
            kind="Purchase Order Invoice",
            number=f"<documentno>{number}</documentno>",
            source="<createdfrom>Purchase Order-SC-1</createdfrom>",
        )

    gateway.done(bill("60", "PI-1"))
    assert "the converted quantity 101 exceeds the quantity 100" in gateway.refused(bill("41", "PI-2")).text
    gateway.done(bill("40", "PI-2"))
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

    assert says in books.gateway.refused(books.bill((books.first, "10"), **change)).text  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["Draft", "Closed"])
def test_a_draft_or_closed_source_is_not_converted(books: Books, state: str) -> None:
    books.gateway.done(f'<update_potransaction key="{SOURCE}"><state>{state}</state></update_potransaction>')

    assert f"its state is {state}" in books.gateway.refused(books.bill((books.first, "10"))).text


def test_an_invoice_is_kept_out_of_a_closed_period_by_its_posting_date(books: Books, simulator: IntacctSimulator) -> None:
    simulator.settings.closed_until = date(2026, 11, 30)
    assert "Date must be on or after 12/01/2026" in books.gateway.refused(books.bill((books.first, "10"))).text

    books.gateway.done(books.bill((books.first, "10"), posted=day("dateposted", "2026-12-01")))
    assert books.the_bill("WHENCREATED WHENPOSTED") == {"WHENCREATED": "11/20/2026", "WHENPOSTED": "12/01/2026"}


# Payments and releases


def _payment(record: str, amount: str, more: str = "", **fields: str) -> str:
    values = {
        "FINANCIALENTITY": "OPERATING",
        "PAYMENTMETHOD": "Printed Check",
        "VENDORID": "V-1",
        "PAYMENTDATE": "11/22/2026",
        "CURRENCY": "USD",
        "DOCNUMBER": "1001",
        **fields,
    }
    header = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)
    detail = f"<APPYMTDETAIL><RECORDKEY>{record}</RECORDKEY>{more}<TRX_PAYMENTAMOUNT>{amount}</TRX_PAYMENTAMOUNT></APPYMTDETAIL>"
    return f"<create><APPYMT>{header}<APPYMTDETAILS>{detail}</APPYMTDETAILS></APPYMT></create>"


def _invoiced(books: Books) -> str:
    books.gateway.done(books.bill((books.first, "400.00"), (books.second, "100.00")))
    return books.header("PRRECORDKEY", INVOICE)["PRRECORDKEY"]


def test_a_payment_pays_a_bill_in_parts(books: Books) -> None:
    record = _invoiced(books)

    books.gateway.done(_payment(record, "400.00"))
    assert books.the_bill("STATE TOTALPAID TOTALDUE WHENPAID") == {
        "STATE": "Partially Paid",
        "TOTALPAID": "400",
        "TOTALDUE": "50",
        "WHENPAID": "",
    }
    details = books.gateway.rows("APPYMTDETAIL", "RECORDKEY TRX_PAYMENTAMOUNT STATE APPYMT.DOCNUMBER APBILL.DESCRIPTION2")
    assert [row["TRX_PAYMENTAMOUNT"] for row in details] == ["360", "40"]
    assert details[0] == {**details[0], "APPYMT.DOCNUMBER": "1001", "APBILL.DESCRIPTION2": INVOICE, "STATE": "Posted"}
    books.gateway.done(_payment(record, "50.00"))
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
    record = _invoiced(books)
    entry = books.gateway.rows("APBILLITEM", "RECORDNO")[1]["RECORDNO"]

    books.gateway.done(_payment(record, "90.00", f"<ENTRYKEY>{entry}</ENTRYKEY>"))

    assert [row["TRX_TOTALPAID"] for row in books.gateway.rows("APBILLITEM", "TRX_TOTALPAID")] == ["0", "90"]
    more = _payment(record, "0.01", f"<ENTRYKEY>{entry}</ENTRYKEY>")
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
        ({"PAYMENTDATE": ""}, "Required field Payment date is missing"),
        ({"CURRENCY": ""}, "Required field Currency is missing"),
        ({"ACTION": "Send"}, "Illegal format for Action Send."),
    ],
)
def test_refused_payments(books: Books, fields: dict[str, str], says: str) -> None:
    record = _invoiced(books)

    assert says in books.gateway.refused(_payment(record, "10.00", **fields)).text


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
    assert says in books.gateway.refused(_payment(_invoiced(books), amount, more)).text


def test_a_vendor_marked_not_to_be_paid_and_a_closed_period(books: Books, simulator: IntacctSimulator) -> None:
    record = _invoiced(books)
    simulator.settings.closed_until = date(2026, 11, 22)
    assert "Date must be on or after" in books.gateway.refused(_payment(record, "10")).text
    simulator.settings.closed_until = None
    books.gateway.done("<update><VENDOR><VENDORID>V-1</VENDORID><DONOTCUTCHECK>true</DONOTCUTCHECK></VENDOR></update>")

    assert "marked not to be paid" in books.gateway.refused(_payment(record, "10")).text


def test_a_payment_may_be_a_draft_first(books: Books) -> None:
    record = _invoiced(books)
    books.gateway.done(_payment(record, "10.00", ACTION="Draft"))
    assert books.the_bill("TOTALPAID") == {"TOTALPAID": "0"}
    payment = books.gateway.rows("APPYMT", "RECORDNO")[0]["RECORDNO"]

    books.gateway.done(f"<update><APPYMT><RECORDNO>{payment}</RECORDNO><ACTION>Submit</ACTION></APPYMT></update>")
    assert books.the_bill("TOTALPAID") == {"TOTALPAID": "10"}
    change = f"<update><APPYMT><RECORDNO>{payment}</RECORDNO><DESCRIPTION>x</DESCRIPTION></APPYMT></update>"
    assert books.gateway.refused(change).text == "Only a draft payment can be changed."
    delete = f"<delete><object>APPYMT</object><keys>{payment}</keys></delete>"
    assert "Only a draft payment can be deleted." in books.gateway.refused(delete).text
    books.gateway.done(_payment(record, "10.00", ACTION="Draft"))
    second = books.gateway.rows("APPYMT", "RECORDNO")[1]["RECORDNO"]
    books.gateway.done(f"<delete><object>APPYMT</object><keys>{second}</keys></delete>")


def test_a_voided_payment_leaves_the_bill_due_again(books: Books) -> None:
    record = _invoiced(books)
    books.gateway.done(_payment(record, "450.00"))
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
    books.gateway.done(_payment(_invoiced(books), "10.00"))

    for body in (
        f'<update_potransaction key="{INVOICE}"><message>x</message></update_potransaction>',
        f'<delete_potransaction key="{INVOICE}"/>',
    ):
        assert "has payments" in books.gateway.refused(body).text


def _release(record: str, entry: str, amount: str, state: str = "Released") -> str:
    return (
        f"<create><APRETAINAGERELEASE><DESCRIPTION>Release</DESCRIPTION><STATE>{state}</STATE><APRETAINAGERELEASEENTRIES>"
        f"<APRETAINAGERELEASEENTRY><RETAINAGEBILLKEY>{record}</RETAINAGEBILLKEY><RETAINAGEBILLITEMKEY>{entry}"
        f"</RETAINAGEBILLITEMKEY><TRX_AMOUNTRELEASED>{amount}</TRX_AMOUNTRELEASED></APRETAINAGERELEASEENTRY>"
        "</APRETAINAGERELEASEENTRIES></APRETAINAGERELEASE></create>"
    )


def test_retainage_is_released_into_a_bill_of_its_own(books: Books) -> None:
    record = _invoiced(books)
    entry = books.gateway.rows("APBILLITEM", "RECORDNO")[0]["RECORDNO"]

    books.gateway.done(_release(record, entry, "30.00"))

    assert books.the_bill("TOTALRETAINED TRX_TOTALRELEASED TOTALDUE") == {
        "TOTALRETAINED": "50",
        "TRX_TOTALRELEASED": "30",
        "TOTALDUE": "450",
    }
    released = "<equalto><field>RETAINAGERELEASED</field><value>true</value></equalto>"
    (bill,) = books.gateway.rows("APBILL", "RECORDNO VENDORID TOTALENTERED TOTALDUE WHENCREATED STATE MODULEKEY", released)
    assert bill == {
        "RECORDNO": bill["RECORDNO"],
        "VENDORID": "V-1",
        "TOTALENTERED": "30",
        "TOTALDUE": "30",
        "WHENCREATED": "11/23/2026",
        "STATE": "Posted",
        "MODULEKEY": "9.PO",
    }
    payable = "<equalto><field>ACCOUNTNO</field><value>2050</value></equalto>"
    assert [row["AMOUNT"] for row in books.gateway.rows("GLDETAIL", "AMOUNT", payable)] == ["-40", "-10", "30"]
    assert "10 is held on the line" in books.gateway.refused(_release(record, entry, "10.01")).text
    books.gateway.done(_payment(bill["RECORDNO"], "30.00"))


def test_a_release_counts_once_it_is_released_and_is_taken_back_with_it(books: Books) -> None:
    record = _invoiced(books)
    entry = books.gateway.rows("APBILLITEM", "RECORDNO")[0]["RECORDNO"]
    gateway = books.gateway
    gateway.done(_release(record, entry, "30.00", "Draft"))
    assert books.the_bill("TRX_TOTALRELEASED") == {"TRX_TOTALRELEASED": "0"}
    header = gateway.rows("APRETAINAGERELEASE", "RECORDNO")[0]["RECORDNO"]
    change = f"<update><APRETAINAGERELEASE><RECORDNO>{header}</RECORDNO><STATE>Released</STATE></APRETAINAGERELEASE></update>"

    gateway.done(change)
    assert books.the_bill("TRX_TOTALRELEASED") == {"TRX_TOTALRELEASED": "30"}
    assert "cannot be changed once it is released" in gateway.refused(change).text
    assert "is being released" in gateway.refused(f'<delete_potransaction key="{INVOICE}"/>').text
    gateway.done(f"<delete><object>APRETAINAGERELEASE</object><keys>{header}</keys></delete>")
    assert books.the_bill("TRX_TOTALRELEASED") == {"TRX_TOTALRELEASED": "0"}
    assert len(gateway.rows("APBILL", "RECORDNO")) == 1


@pytest.mark.parametrize(
    ("record", "entry", "amount", "says"),
    [
        ("999", "{entry}", "1", "Invalid Bill line"),
        ("{record}", "999", "1", "Invalid Bill line '999' specified."),
        ("{record}", "{entry}", "0", "0 cannot be released: 40 is held on the line."),
        ("{record}", "{entry}", "-1", "cannot be released"),
        ("{record}", "{entry}", "40.01", "cannot be released"),
    ],
)
def test_refused_releases(books: Books, record: str, entry: str, amount: str, says: str) -> None:
    values = {"record": _invoiced(books), "entry": books.gateway.rows("APBILLITEM", "RECORDNO")[0]["RECORDNO"]}

    assert says in books.gateway.refused(_release(record.format(**values), entry.format(**values), amount)).text


def test_a_release_in_a_closed_period(books: Books, simulator: IntacctSimulator) -> None:
    record = _invoiced(books)
    entry = books.gateway.rows("APBILLITEM", "RECORDNO")[0]["RECORDNO"]
    simulator.settings.closed_until = date(2026, 11, 23)

    assert "Date must be on or after" in books.gateway.refused(_release(record, entry, "1")).text
