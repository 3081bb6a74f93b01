"""Purchasing documents: the order of their elements, what they must have, what they may refer to, and their states."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date

import pytest

from sandbox.intacct.functions.purchasing_forms import CREATE, LINE
from sandbox.intacct.grammar import Choice
from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import day, document, line
from tests.sandbox.intacct.gateway_client import Gateway

DOCUMENT = "Subcontract-SC-1"


def _schema_error(gateway: Gateway, function: str) -> str:
    root = ET.fromstring(gateway.post(gateway.envelope(function)).get_data())
    assert root.findtext("control/status") == "failure", ET.tostring(root)
    assert root.findtext(".//errorno") == "XL03000003"
    return root.findtext(".//description2", "")


def _header(gateway: Gateway, fields: str, name: str = DOCUMENT) -> dict[str, str]:
    return gateway.row("PODOCUMENT", fields, "DOCID", name)


def _lines(gateway: Gateway, fields: str, name: str = DOCUMENT) -> list[dict[str, str]]:
    where = f"<equalto><field>DOCHDRID</field><value>{name}</value></equalto>"
    return gateway.rows("PODOCUMENTENTRY", fields, where, "LINE_NO")


# Order


def test_the_documented_example_is_accepted(gateway: Gateway) -> None:
    assert gateway.done(document()).key == DOCUMENT


def test_a_right_element_in_a_wrong_place_is_reported_with_what_could_stand_there(gateway: Gateway) -> None:
    swapped = document().replace(
        "<vendorid>V-1</vendorid><documentno>SC-1</documentno>", "<documentno>SC-1</documentno><vendorid>V-1</vendorid>"
    )
    error = _schema_error(gateway, swapped)
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

    assert says in _schema_error(gateway, body.replace(before, after, 1))


def test_a_document_without_lines_is_missing_a_child(gateway: Gateway) -> None:
    empty = document().partition("<potransitems>")[0] + "<potransitems></potransitems></create_potransaction>"
    none = document().partition("<potransitems>")[0] + "</create_potransaction>"

    assert "Element 'potransitems': Missing child element(s). Expected is ( potransitem )." in _schema_error(gateway, empty)
    assert "Element 'create_potransaction': Missing child element(s). Expected is one of (" in _schema_error(gateway, none)


def test_a_wrong_form_refuses_the_whole_request(gateway: Gateway) -> None:
    body = gateway.envelope("<create><VENDTYPE><NAME>x</NAME></VENDTYPE></create>", "<create_potransaction/>")

    assert b"XL03000003" in gateway.post(body).get_data()
    assert len(gateway.rows("VENDTYPE", "NAME")) == 1


def _names(sequence: object) -> list[str]:
    assert isinstance(sequence, tuple)
    return [particle.options[0].name if isinstance(particle, Choice) else particle.name for particle in sequence]


def test_the_order_is_the_documentations() -> None:
    header, item = _names(CREATE.content), _names(LINE)

    assert (
        header[:14]
        == ["transactiontype", "datecreated", "dateposted", "createdfrom", "vendorid", "documentno", "referenceno", "vendordocno", "termname", "datedue", "message", "shippingmethod", "returnto", "payto"]
    )
    assert (
        header[14:30]
        == ["deliverto", "supdocid", "externalid", "basecurr", "currency", "exchratedate", "exchratetype", "customfields", "state", "projectid", "changelognumber", "needbydate", "donotshipbeforedate", "donotshipafterdate", "promiseddate", "contractstartdate"]
    )
    assert header[-3:] == ["taxsolutionid", "potransitems", "subtotals"]
    assert (
        item
        == ["itemid", "itemaliasid", "itemdesc", "taxable", "warehouseid", "quantity", "unit", "linelevelsimpletaxtype", "price", "sourcelinekey", "overridetaxamount", "deliverto", "tax", "locationid", "departmentid", "memo", "itemdetails", "form1099", "form1099type", "form1099box", "customfields", "projectid", "taskid", "costtypeid", "customerid", "vendorid", "employeeid", "classid", "contractid", "billable", "needbydate", "donotshipbeforedate", "donotshipafterdate", "promiseddate", "dateconfirmed", "cancelafterdate", "dateshiptosupplier", "allocationid", "retainagepercentage", "trx_amountretained", "relateddockey", "relateddoclinekey", "conversiontype", "partialexempt", "paymenttaxcapture", "reverseconversion", "linesubtotals", "taxscxheduleid", "sourcedocid", "sourcedoclineid"]
    )


# What is written, and how it reads


def test_what_is_written_reads_back(gateway: Gateway) -> None:
    gateway.done(
        document(
            line("98000.00", tail="<retainagepercentage>10</retainagepercentage><conversiontype>Price</conversiontype>"),
            line("0", where="<locationid>100</locationid><memo>nothing yet</memo>"),
            line("12.345", quantity="3.5", unit="<unit>CY</unit>", tail=""),
            posted=day("dateposted", "2026-11-21"),
            number="<documentno>SC-1</documentno><referenceno>R 1</referenceno><vendordocno>VD 1</vendordocno>",
            due=f"{day('datedue', '2026-12-20')}<message>Forming</message>",
            after="<externalid>ext-1</externalid><state>Pending</state><projectid>J1</projectid>"
            "<scope>All of it</scope><schedulestartdate>12/01/2026</schedulestartdate>",
        )
    )

    fields = (
        "DOCNO DOCPARID DOCPARCLASS STATE CUSTVENDID CUSTVENDNAME WHENCREATED WHENPOSTED WHENDUE PONUMBER VENDORDOCNO MESSAGE "
        "EXTERNALID PROJECT PROJECTNAME SCOPE SCHEDULESTARTDATE TOTAL TRX_TOTALRETAINED CHANGELOGNUMBER PRRECORDKEY "
        "CONTACT.CONTACTNAME AUWHENCREATED CREATEDFROM CLOSED"
    )
    assert _header(gateway, fields) == {
        "DOCNO": "SC-1",
        "DOCPARID": "Subcontract",
        "DOCPARCLASS": "Order",
        "STATE": "Pending",
        "CUSTVENDID": "V-1",
        "CUSTVENDNAME": "Alpha Concrete",
        "WHENCREATED": "11/20/2026",
        "WHENPOSTED": "11/21/2026",
        "WHENDUE": "12/20/2026",
        "PONUMBER": "R 1",
        "VENDORDOCNO": "VD 1",
        "MESSAGE": "Forming",
        "EXTERNALID": "ext-1",
        "PROJECT": "J1",
        "PROJECTNAME": "River School",
        "SCOPE": "All of it",
        "SCHEDULESTARTDATE": "12/01/2026",
        "TOTAL": "98043.21",
        "TRX_TOTALRETAINED": "9800",
        "CHANGELOGNUMBER": "0",
        "PRRECORDKEY": "",
        "CONTACT.CONTACTNAME": "Alpha Concrete(VV-1)",
        "AUWHENCREATED": "11/23/2026 18:00:00",
        "CREATEDFROM": "",
        "CLOSED": "false",
    }
    rows = _lines(gateway, "LINE_NO ITEMDESC QUANTITY UNIT PRICE TOTAL TRX_AMOUNTRETAINED CONVERSIONTYPE TASKNAME MEMO STATE")
    assert rows[0] == {
        "LINE_NO": "0",
        "ITEMDESC": "Subcontracted work",
        "QUANTITY": "1",
        "UNIT": "Each",
        "PRICE": "98000",
        "TOTAL": "98000",
        "TRX_AMOUNTRETAINED": "9800",
        "CONVERSIONTYPE": "Price",
        "TASKNAME": "Cast in place",
        "MEMO": "token",
        "STATE": "Pending",
    }
    assert (rows[1]["TOTAL"], rows[1]["LINE_NO"]) == ("0", "1")
    assert (rows[2]["QUANTITY"], rows[2]["PRICE"], rows[2]["TOTAL"]) == ("3.5", "12.345", "43.21")


def test_terms_give_the_due_date(gateway: Gateway) -> None:
    gateway.done(document())

    assert _header(gateway, "WHENDUE TERM.NAME") == {"WHENDUE": "12/20/2026", "TERM.NAME": "Net 30"}


def test_retainage_is_given_as_percent_or_amount_and_the_other_is_derived(gateway: Gateway) -> None:
    gateway.done(
        document(
            line("333.33", tail="<retainagepercentage>7.5</retainagepercentage>"),
            line("1000", tail="<trx_amountretained>125</trx_amountretained>"),
            line("1000", tail="<retainagepercentage>5</retainagepercentage><trx_amountretained>70</trx_amountretained>"),
            line("1000", tail=""),
        )
    )

    rows = _lines(gateway, "RETAINAGEPERCENTAGE TRX_AMOUNTRETAINED AMOUNTRETAINED")
    assert [tuple(row.values()) for row in rows] == [("7.5", "25", "25"), ("12.5", "125", "125"), ("7", "70", "70"), ("", "", "")]


# Refusals


@pytest.mark.parametrize(
    ("body", "errorno", "says"),
    [
        (document(kind="Nothing"), "BL01001973", "Invalid Transaction definition 'Nothing' specified."),
        (document(vendor_id="V-9"), "BL01001973", "Invalid Vendor 'V-9' specified."),
        (document(vendor_id=""), "BL01001973", "Invalid Vendor '' specified."),
        (document(vendor_id="V-3"), "BL01001973", "The vendor V-3 is inactive."),
        (document(number=""), "PL01000127", "The document number is missing."),
        (document(due=""), "BL01001973", "Required field Date Due is missing"),
        (document(due="<termname>Net 99</termname>"), "BL01001973", "Invalid Term 'Net 99' specified."),
        (document(created="2026-02-30"), "BL03000018", "Illegal format for When"),
        (document(created="2026-xx-01"), "BL03000018", "Illegal format for When"),
        (document(after="<state>Approved</state>"), "BL03000018", "Illegal format for State Approved."),
        (document(after="<state>Done</state>"), "BL03000018", "Illegal format for State Done."),
        (document(after="<supdocid>A9</supdocid>"), "BL01001973", "Invalid Attachment 'A9' specified."),
        (document(after="<projectid>J9</projectid>"), "BL01001973", "Invalid Project 'J9' specified."),
        (document(after=f"<scope>{'x' * 4001}</scope>"), "BL03000018", "The value of Scope is too long."),
        (document(after="<executedon>2026-11-20</executedon>"), "BL03000018", "Illegal format for Executedon 2026-11-20."),
        (
            document(contacts="<returnto><contactname>Nobody</contactname></returnto><payto><contactname/></payto>"),
            "BL01001973",
            "Invalid Contact 'Nobody' specified.",
        ),
        (document(source="<createdfrom>Nothing-1</createdfrom>"), "BL01001973", "Invalid Document 'Nothing-1' specified."),
        (document(line(item="NOSUCH")), "BL01001973", "Invalid Item 'NOSUCH' specified."),
        (document(line(unit="<unit>each</unit>")), "BL03000018", "Missing unit"),
        (document(line(unit="<unit>Furlong</unit>")), "BL03000018", "Missing unit"),
        (document(line("1,000.00")), "BL03000018", "Illegal format for Price 1,000.00."),
        (document(line("1e3")), "BL03000018", "Illegal format for Price 1e3."),
        (document(line(quantity="2")), "BL01001973", "With conversion type Price the quantity must be 1."),
        (document(line(tail="<conversiontype>Value</conversiontype>")), "BL03000018", "Illegal format for Conversiontype Value."),
        (document(line(where="<memo>x</memo>")), "BL01001973", "Required field Location is missing"),
        (document(line(where="<locationid>999</locationid>")), "BL01001973", "Invalid Location '999' specified."),
        (
            document(line(where="<locationid>100</locationid><departmentid>X</departmentid>")),
            "BL01001973",
            "Invalid Department 'X' specified.",
        ),
        (document(line(job="<projectid>J9</projectid>")), "BL01001973", "Invalid Project 'J9' specified."),
        (document(line(job="<taskid>03-300</taskid>")), "BL01001973", "Task '03-300' needs a Project."),
        (document(line(job="<projectid>J1</projectid><costtypeid>SUB</costtypeid>")), "BL01001973", "Cost type 'SUB' needs"),
        (document(line(job="<projectid>J1</projectid><taskid>99-999</taskid>")), "BL01001973", "Invalid Task '99-999'"),
        (document(line(job="<projectid>J1</projectid><taskid>03-900</taskid>")), "BL01001973", "Task '03-900' specified is not"),
        (
            document(line(job="<projectid>J1</projectid><taskid>03-300</taskid><costtypeid>M</costtypeid>")),
            "BL01001973",
            "Invalid Cost type 'M' specified.",
        ),
        (document(line(job="<classid>X</classid>")), "BL01001973", "Invalid Class 'X' specified."),
        (document(line(job="<customerid>X</customerid>")), "BL01001973", "Invalid Customer 'X' specified."),
        (document(line(tail="<retainagepercentage>101</retainagepercentage>")), "BL03000018", "Illegal format for Retainage"),
        (document(line(tail="<retainagepercentage>-1</retainagepercentage>")), "BL03000018", "Illegal format for Retainage"),
        (document(line(tail="<trx_amountretained>1001</trx_amountretained>")), "BL01001973", "More than the amount of the line"),
        (document(line(tail="<relateddockey>1</relateddockey>")), "BL01001973", "Subcontract is not a transaction definition for"),
        (document(line(source="<sourcelinekey>1</sourcelinekey>")), "BL01001973", "Invalid Source line '1' specified."),
    ],
)
def test_refusals(gateway: Gateway, body: str, errorno: str, says: str) -> None:
    answer = gateway.ask(body)

    assert answer.status == "failure"
    assert answer.first.errorno == errorno
    assert says in answer.first.text
    assert answer.errors[-1].text == "Could not create Document record!"
    assert gateway.rows("PODOCUMENT", "DOCID") == []
    assert gateway.rows("PODOCUMENTENTRY", "RECORDNO") == []


def test_a_document_number_is_used_once_per_definition(gateway: Gateway) -> None:
    gateway.done(document())

    error = gateway.refused(document())
    assert (error.errorno, error.text) == ("BL34000061", f"Another Document with the given value(s) {DOCUMENT}  already exists")
    assert gateway.done(document(kind="Purchase Order")).key == "Purchase Order-SC-1"


def test_a_definition_with_a_sequence_numbers_its_documents(gateway: Gateway) -> None:
    gateway.done("<update><PODOCUMENTPARAMS><DOCID>Subcontract</DOCID><SEQUENCE>S-</SEQUENCE></PODOCUMENTPARAMS></update>")

    assert gateway.done(document(number="")).key == "Subcontract-S-00001"
    assert gateway.done(document(number="<documentno>S-00002</documentno>")).key == "Subcontract-S-00002"
    assert gateway.done(document(number="")).key == "Subcontract-S-00003"


def test_an_inactive_cost_type_item_job_or_location_is_refused(gateway: Gateway) -> None:
    cost_type = "<and>{}{}{}</and>".format(
        "<equalto><field>PROJECTID</field><value>J1</value></equalto>",
        "<equalto><field>TASKID</field><value>03-300</value></equalto>",
        "<equalto><field>COSTTYPEID</field><value>SUB</value></equalto>",
    )
    record = gateway.rows("COSTTYPE", "RECORDNO", cost_type)[0]["RECORDNO"]
    for name, key in (
        ("COSTTYPE", f"<RECORDNO>{record}</RECORDNO>"),
        ("PROJECT", "<PROJECTID>J1</PROJECTID>"),
        ("ITEM", "<ITEMID>SUBCONTRACT</ITEMID>"),
        ("LOCATION", "<LOCATIONID>100</LOCATIONID>"),
    ):
        gateway.done(f"<update><{name}>{key}<STATUS>inactive</STATUS></{name}></update>")
        assert "It is inactive." in gateway.refused(document()).text
        gateway.done(f"<update><{name}>{key}<STATUS>active</STATUS></{name}></update>")
    gateway.done(document())


def test_retainage_needs_a_definition_that_enables_it(gateway: Gateway) -> None:
    gateway.done(
        "<update><PODOCUMENTPARAMS><DOCID>Subcontract</DOCID><ENABLE_RETAINAGE>false</ENABLE_RETAINAGE></PODOCUMENTPARAMS></update>"
    )

    for tail in ("<retainagepercentage>10</retainagepercentage>", "<trx_amountretained>10</trx_amountretained>"):
        error = gateway.refused(document(line(tail=tail)))
        assert error.text == "Retainage is not enabled for the transaction definition Subcontract."
    gateway.done(document())


def test_a_closed_period_takes_no_documents(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.closed_until = date(2026, 11, 20)

    error = gateway.refused(document())
    assert error.text == "The period of 11/20/2026 is closed. Date must be on or after 11/21/2026."
    gateway.done(document(created="2026-11-21"))


def test_levels_at_which_a_definition_may_be_used(gateway: Gateway, simulator: IntacctSimulator) -> None:
    rule = "<update><PODOCUMENTPARAMS><DOCID>Subcontract</DOCID><TD_CREATION_RULE>{}</TD_CREATION_RULE></PODOCUMENTPARAMS></update>"
    inside = Gateway(simulator, entity="100")

    gateway.done(rule.format("Entity only"))
    assert "at this level only" in gateway.refused(document()).text
    inside.done(document())
    gateway.done(rule.format("Top level only"))
    assert "at this level only" in inside.refused(document(number="<documentno>SC-2</documentno>")).text
    gateway.done(document(number="<documentno>SC-2</documentno>"))


def test_in_an_entity_the_location_is_the_entitys(gateway: Gateway, simulator: IntacctSimulator) -> None:
    Gateway(simulator, entity="100").done(document(line(where="<memo>x</memo>")))

    assert simulator.store.find("PODOCUMENTENTRY", DOCHDRID=DOCUMENT)[0]["LOCATIONID"] == "100"


def test_an_inactive_definition_is_not_used(gateway: Gateway) -> None:
    gateway.done("<update><PODOCUMENTPARAMS><DOCID>Subcontract</DOCID><STATUS>inactive</STATUS></PODOCUMENTPARAMS></update>")

    assert gateway.refused(document()).text == "Invalid Transaction definition 'Subcontract' specified."


def test_a_convert_only_definition_needs_a_source(gateway: Gateway) -> None:
    gateway.done(
        "<update><PODOCUMENTPARAMS><DOCID>Subcontract Invoice</DOCID><CREATETYPE>Convert only</CREATETYPE></PODOCUMENTPARAMS></update>"
    )

    assert "by conversion only" in gateway.refused(document(kind="Subcontract Invoice")).text


def test_exchange_rate_and_type_exclude_each_other(gateway: Gateway) -> None:
    body = document(after="<exchratetype>Daily</exchratetype><exchrate>1</exchrate>")

    assert "Element 'exchrate': This element is not expected" in _schema_error(gateway, body)


# Changes


def _update(inside: str, key: str = DOCUMENT, more: str = "") -> str:
    return f'<update_potransaction key="{key}"{more}>{inside}</update_potransaction>'


def _items(inside: str) -> str:
    return f"<updatepotransitems>{inside}</updatepotransitems>"


def test_lines_are_changed_by_number_from_one_and_added(gateway: Gateway) -> None:
    gateway.done(document(line("100"), line("200")))

    answer = gateway.done(
        _update(
            "<message>changed</message>"
            + _items(f'<updatepotransitem line_num="2"><price>250</price><memo>second</memo></updatepotransitem>{line("300")}')
        )
    )

    assert answer.key == DOCUMENT
    assert [(row["LINE_NO"], row["TOTAL"], row["MEMO"]) for row in _lines(gateway, "LINE_NO TOTAL MEMO")] == [
        ("0", "100", "token"),
        ("1", "250", "second"),
        ("2", "300", "token"),
    ]
    assert _header(gateway, "MESSAGE TOTAL REVISEDTOTAL WHENDUE") == {
        "MESSAGE": "changed",
        "TOTAL": "650",
        "REVISEDTOTAL": "650",
        "WHENDUE": "12/20/2026",
    }


def test_retainage_follows_a_changed_price(gateway: Gateway) -> None:
    gateway.done(document(line("100", tail="<retainagepercentage>10</retainagepercentage>")))

    gateway.done(_update(_items('<updatepotransitem line_num="1"><price>200</price></updatepotransitem>')))
    assert _lines(gateway, "TRX_AMOUNTRETAINED") == [{"TRX_AMOUNTRETAINED": "20"}]
    amount = "<trx_amountretained>50</trx_amountretained>"
    gateway.done(_update(_items(f'<updatepotransitem line_num="1">{amount}</updatepotransitem>')))
    assert _lines(gateway, "RETAINAGEPERCENTAGE") == [{"RETAINAGEPERCENTAGE": "25"}]


def test_a_document_is_found_by_its_external_id_too(gateway: Gateway) -> None:
    gateway.done(document(after="<externalid>ext-1</externalid>"))

    assert gateway.done(_update("<message>x</message>", "ext-1", ' externalkey="true"')).key == DOCUMENT


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (_update("<message>x</message>", "Subcontract-SC-9"), "Invalid Document 'Subcontract-SC-9' specified."),
        (_update(_items('<updatepotransitem line_num="2"><memo>x</memo></updatepotransitem>')), "Invalid Line '2' specified."),
        (_update(_items('<updatepotransitem line_num="0"><memo>x</memo></updatepotransitem>')), "Invalid Line '0' specified."),
        (_update(_items('<updatepotransitem line_num="x"><memo>x</memo></updatepotransitem>')), "Invalid Line 'x' specified."),
        (_update(_items('<updatepotransitem line_num="1"><unit>x</unit></updatepotransitem>')), "Missing unit"),
        (_update("<termname>Net 99</termname>"), "Invalid Term 'Net 99' specified."),
        ('<delete_potransaction key="Subcontract-SC-9"/>', "Invalid Document 'Subcontract-SC-9' specified."),
    ],
)
def test_refused_changes(gateway: Gateway, body: str, says: str) -> None:
    gateway.done(document())

    assert says in gateway.refused(body).text


def test_updates_have_a_form_too(gateway: Gateway) -> None:
    gateway.done(document())

    assert "attribute 'key' is required" in _schema_error(gateway, "<update_potransaction/>")
    assert "attribute 'line_num' is required" in _schema_error(gateway, _update(_items("<updatepotransitem/>")))
    assert "'vendorid'" in _schema_error(gateway, _update("<vendorid>V-2</vendorid>"))
    assert "Missing child element(s). Expected is one of ( updatepotransitem, potransitem )" in _schema_error(
        gateway, _update("<updatepotransitems/>")
    )


def test_a_definition_may_forbid_edits_and_deletions(gateway: Gateway) -> None:
    gateway.done(document())
    policy = "<update><PODOCUMENTPARAMS><DOCID>Subcontract</DOCID><{0}>No Edit</{0}></PODOCUMENTPARAMS></update>"
    gateway.done(policy.format("EDITTYPE"))
    gateway.done(policy.format("DELTYPE"))

    assert gateway.refused(_update("<message>x</message>")).text == "Transactions of Subcontract cannot be edited."
    assert gateway.refused(f'<delete_potransaction key="{DOCUMENT}"/>').text == "Transactions of Subcontract cannot be deleted."


def test_a_closed_period_locks_its_documents(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done(document())
    simulator.settings.closed_until = date(2026, 11, 20)

    for body in (
        _update("<message>x</message>"),
        f'<delete_potransaction key="{DOCUMENT}"/>',
        f"<delete><object>PODOCUMENT</object><keys>{_header(gateway, 'RECORDNO')['RECORDNO']}</keys></delete>",
    ):
        assert "Date must be on or after 11/21/2026" in gateway.refused(body).text
    simulator.settings.closed_until = date(2026, 11, 10)
    assert "Date must be on or after" in gateway.refused(_update(day("datecreated", "2026-11-10"))).text


@pytest.mark.parametrize("legacy", [True, False])
def test_deleting_takes_the_lines_along(gateway: Gateway, *, legacy: bool) -> None:
    gateway.done(document())
    record = _header(gateway, "RECORDNO")["RECORDNO"]

    if legacy:
        assert gateway.done(f'<delete_potransaction key="{DOCUMENT}"></delete_potransaction>').key == DOCUMENT
    else:
        gateway.done(f"<delete><object>PODOCUMENT</object><keys>{record}</keys></delete>")

    assert gateway.rows("PODOCUMENT", "DOCID") == gateway.rows("PODOCUMENTENTRY", "RECORDNO") == []
    deleted = "<equalto><field>ACCESSMODE</field><value>D</value></equalto>"
    assert [row["OBJECTTYPE"] for row in gateway.rows("AUDITHISTORY", "OBJECTTYPE", deleted, "ID")] == [
        "podocumententry",
        "podocument",
    ]
    gateway.done(document())


def test_documents_may_have_to_be_approved(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.approved_definitions = {"Subcontract"}
    gateway.done(document())
    assert _header(gateway, "STATE") == {"STATE": "Submitted"}
    error = gateway.refused(_update("<message>x</message>"))
    assert error.text == f"You cannot update {DOCUMENT} because its state is Submitted."

    decide = "<{0}><PODOCUMENT><DOCID>{1}</DOCID></PODOCUMENT></{0}>"
    gateway.done(decide.format("approve", DOCUMENT))
    assert _header(gateway, "STATE") == {"STATE": "Approved"}
    assert "not waiting for approval" in gateway.refused(decide.format("approve", DOCUMENT)).text
    gateway.done(document(number="<documentno>SC-2</documentno>"))
    gateway.done(decide.format("decline", "Subcontract-SC-2"))
    assert _header(gateway, "STATE", "Subcontract-SC-2") == {"STATE": "Declined"}
    assert "Invalid Document" in gateway.refused(decide.format("approve", "Subcontract-SC-9")).text
    assert "Only PODOCUMENT" in gateway.refused("<approve><APBILL/></approve>").text
    history = "<getApprovalHistory><module>purchasing</module><docid>{}</docid></getApprovalHistory>"
    assert [row["state"] for row in gateway.done(history.format(DOCUMENT)).rows] == ["Approved"]
    assert gateway.refused(history.format("nosuch")).errorno == "BL01001973"


def test_a_draft_is_a_draft_even_where_approval_is_needed(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.approved_definitions = {"Subcontract"}
    gateway.done(document(after="<state>Draft</state>"))

    assert _header(gateway, "STATE") == {"STATE": "Draft"}


def test_states_are_filtered_by_label_here_and_by_code_there(gateway: Gateway) -> None:
    gateway.done(document())

    label = "<equalto><field>STATE</field><value>Pending</value></equalto>"
    assert len(gateway.rows("PODOCUMENT", "DOCID", label)) == 1
    by_code = "<readByQuery><object>PODOCUMENT</object><fields>DOCID,STATE</fields><query>STATE = 'O'</query></readByQuery>"
    assert gateway.done(by_code).rows == [{"DOCID": DOCUMENT, "STATE": "Pending"}]


def test_a_document_can_be_closed_and_its_posting_date_moved(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done(document())
    moved = f'<partialupdate_potransaction key="{DOCUMENT}">{day("dateposted", "2026-11-30")}</partialupdate_potransaction>'
    gateway.done(moved)
    gateway.done(_update("<state>Closed</state>"))

    assert _header(gateway, "STATE WHENPOSTED") == {"STATE": "Closed", "WHENPOSTED": "11/30/2026"}
    simulator.settings.closed_until = date(2026, 11, 30)
    assert "Date must be on or after" in gateway.refused(moved).text
