"""Change order documents: what they change and add, drafts, and what is refused."""

from __future__ import annotations

from typing import Literal

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import (
    document,
    line,
)
from tests.sandbox.intacct.books import SOURCE, Books
from tests.sandbox.intacct.gateway_client import Gateway


def test_a_change_order_changes_a_line_of_its_source(books: Books) -> None:
    books.gateway.done(books.change("250.00", books.link(books.first)))

    assert books.header("TOTAL POSTEDCHANGETOTAL REVISEDTOTAL CHANGELOGNUMBER STATE") == {
        "TOTAL": "1500",
        "POSTEDCHANGETOTAL": "250",
        "REVISEDTOTAL": "1750",
        "CHANGELOGNUMBER": "1",
        "STATE": "Pending",
    }
    assert [tuple(row.values()) for row in books.lines("TOTAL POSTEDCHANGEVALUE REVISEDVALUE PRICE_REMAINING REVISEDQTY")] == [
        ("1000", "250", "1250", "1250", "1"),
        ("500", "0", "500", "500", "1"),
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


def test_a_declined_change_order_changes_nothing(books: Books, simulator: IntacctSimulator) -> None:
    simulator.settings.approved_definitions = {"Subcontract Change Order"}
    name = books.gateway.done(books.change("250.00", books.link(books.first))).key
    fields = "DRAFTCHANGETOTAL POSTEDCHANGETOTAL REVISEDTOTAL"
    assert list(books.header(fields).values()) == ["250", "0", "1500"]

    books.gateway.done(f"<decline><PODOCUMENT><DOCID>{name}</DOCID></PODOCUMENT></decline>")
    assert list(books.header(fields).values()) == ["0", "0", "1500"]


@pytest.mark.parametrize(("amounts", "quantity", "value"), [("delta", "105", "1312.5"), ("new value", "5", "62.5")])
def test_a_line_by_quantity_is_changed_by_quantity(
    gateway: Gateway, simulator: IntacctSimulator, amounts: Literal["delta", "new value"], quantity: str, value: str
) -> None:
    simulator.settings.change_order_amounts = amounts
    gateway.done(document(line("12.50", quantity="100", unit="<unit>CY</unit>", tail=""), kind="Purchase Order"))
    source = gateway.rows("PODOCUMENTENTRY", "RECORDNO DOCHDRNO")[0]
    link = f"<relateddockey>{source['DOCHDRNO']}</relateddockey><relateddoclinekey>{source['RECORDNO']}</relateddoclinekey>"
    change = line("12.50", quantity="5", unit="", tail=link)

    gateway.done(document(change, kind="Purchase Order Change Order", number="<documentno>CO-1</documentno>"))

    where = f"<equalto><field>RECORDNO</field><value>{source['RECORDNO']}</value></equalto>"
    assert gateway.rows("PODOCUMENTENTRY", "REVISEDQTY QTY_REMAINING REVISEDVALUE", where) == [
        {"REVISEDQTY": quantity, "QTY_REMAINING": quantity, "REVISEDVALUE": value}
    ]
