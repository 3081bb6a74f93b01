"""The order of the elements of a purchasing document."""

from __future__ import annotations

import pytest

from sandbox.intacct.functions.purchasing_forms import CREATE, LINE
from sandbox.intacct.grammar import Choice
from tests.sandbox.intacct.bodies import (
    document,
)
from tests.sandbox.intacct.gateway_client import Gateway


def test_the_documented_example_is_accepted(gateway: Gateway) -> None:
    assert gateway.done(document()).key == "Subcontract-SC-1"


def test_a_right_element_in_a_wrong_place_is_reported_with_what_could_stand_there(gateway: Gateway) -> None:
    swapped = document().replace(
        "<vendorid>V-1</vendorid><documentno>SC-1</documentno>", "<documentno>SC-1</documentno><vendorid>V-1</vendorid>"
    )
    error = gateway.malformed(swapped)
    assert "Error 1871: Element 'documentno': This element is not expected." in error
    assert "Expected is one of ( dateposted, createdfrom, vendorid )." in error


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            "<returnto><contactname/></returnto><payto><contactname/></payto>",
            "<payto><contactname/></payto><returnto><contactname/></returnto>",
            "Element 'payto': This element is not expected.",
        ),
        ("<returnto><contactname/></returnto>", "", "Element 'payto': This element is not expected."),
        ("<payto><contactname/></payto>", "", "Element 'state': This element is not expected."),
        ("<contactname/></payto>", "</payto>", "Element 'payto': Missing child element(s). Expected is ( contactname )."),
        ("<transactiontype>Subcontract</transactiontype>", "", "Element 'datecreated': This element is not expected."),
        ("<vendorid>V-1</vendorid>", "", "Element 'documentno': This element is not expected."),
        ("<month>11</month>", "", "Element 'day': This element is not expected. Expected is ( month )."),
        ("<year>2026</year><month>11</month><day>20</day>", "11/20/2026", "Element 'datecreated': Missing child element(s)."),
        ("<vendorid>V-1</vendorid>", "<vendorid><x/></vendorid>", "Element 'vendorid': Element content is not allowed"),
        ("<documentno>", "<documentno>A</documentno><documentno>", "Element 'documentno': This element is not expected."),
        ("<itemid>SUBCONTRACT</itemid>", "", "Element 'quantity': This element is not expected. Expected is ( itemid )."),
        ("<quantity>1</quantity>", "", "Element 'unit': This element is not expected."),
        ("<taskid>03-300</taskid><costtypeid>SUB</costtypeid>", "<costtypeid>SUB</costtypeid><taskid>03-300</taskid>", "'taskid'"),
        ("<conversiontype>Price</conversiontype>", "<conversiontype>Price</conversiontype><memo>x</memo>", "Element 'memo'"),
    ],
)
def test_elements_out_of_order_or_missing(gateway: Gateway, before: str, after: str, says: str) -> None:
    body = document()
    assert before in body

    assert says in gateway.malformed(body.replace(before, after, 1))


def test_a_document_without_lines_is_missing_a_child(gateway: Gateway) -> None:
    empty = document().partition("<potransitems>")[0] + "<potransitems></potransitems></create_potransaction>"
    none = document().partition("<potransitems>")[0] + "</create_potransaction>"

    assert "Element 'potransitems': Missing child element(s). Expected is ( potransitem )." in gateway.malformed(empty)
    assert "Element 'create_potransaction': Missing child element(s). Expected is one of (" in gateway.malformed(none)


def test_a_wrong_form_refuses_the_whole_request(gateway: Gateway) -> None:
    body = gateway.envelope("<create><VENDTYPE><NAME>x</NAME></VENDTYPE></create>", "<create_potransaction/>")

    assert b"XL03000003" in gateway.post(body).get_data()
    assert len(gateway.rows("VENDTYPE", "NAME")) == 1


def _names(sequence: object) -> list[str]:
    assert isinstance(sequence, tuple)
    return [particle.options[0].name if isinstance(particle, Choice) else particle.name for particle in sequence]


def test_the_order_is_the_documentations() -> None:
    header, item = _names(CREATE.content), _names(LINE)

    assert header[:14] == [
        "transactiontype",
        "datecreated",
        "dateposted",
        "createdfrom",
        "vendorid",
        "documentno",
        "referenceno",
        "vendordocno",
        "termname",
        "datedue",
        "message",
        "shippingmethod",
        "returnto",
        "payto",
    ]
    assert header[14:30] == [
        "deliverto",
        "supdocid",
        "externalid",
        "basecurr",
        "currency",
        "exchratedate",
        "exchratetype",
        "customfields",
        "state",
        "projectid",
        "changelognumber",
        "needbydate",
        "donotshipbeforedate",
        "donotshipafterdate",
        "promiseddate",
        "contractstartdate",
    ]
    assert header[-3:] == ["taxsolutionid", "potransitems", "subtotals"]
    assert item == [
        "itemid",
        "itemaliasid",
        "itemdesc",
        "taxable",
        "warehouseid",
        "quantity",
        "unit",
        "linelevelsimpletaxtype",
        "price",
        "sourcelinekey",
        "overridetaxamount",
        "deliverto",
        "tax",
        "locationid",
        "departmentid",
        "memo",
        "itemdetails",
        "form1099",
        "form1099type",
        "form1099box",
        "customfields",
        "projectid",
        "taskid",
        "costtypeid",
        "customerid",
        "vendorid",
        "employeeid",
        "classid",
        "contractid",
        "billable",
        "needbydate",
        "donotshipbeforedate",
        "donotshipafterdate",
        "promiseddate",
        "dateconfirmed",
        "cancelafterdate",
        "dateshiptosupplier",
        "allocationid",
        "retainagepercentage",
        "trx_amountretained",
        "relateddockey",
        "relateddoclinekey",
        "conversiontype",
        "partialexempt",
        "paymenttaxcapture",
        "reverseconversion",
        "linesubtotals",
        "taxscxheduleid",
        "sourcedocid",
        "sourcedoclineid",
    ]


def test_exchange_rate_and_type_exclude_each_other(gateway: Gateway) -> None:
    body = document(after="<exchratetype>Daily</exchratetype><exchrate>1</exchrate>")

    assert "Element 'exchrate': This element is not expected" in gateway.malformed(body)


def test_where_nothing_can_stand_nothing_is_expected(gateway: Gateway) -> None:
    error = gateway.malformed('<delete_potransaction key="x"><y/></delete_potransaction>')

    assert "Element 'y': This element is not expected." in error
    assert "Expected is" not in error
