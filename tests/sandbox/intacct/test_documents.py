"""Purchasing documents: how what is written reads back, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import (
    create,
    day,
    document,
    fields,
    line,
    update,
)
from tests.sandbox.intacct.gateway_client import Gateway

DOCUMENT = "Subcontract-SC-1"


def _header(gateway: Gateway, fields: str, name: str = DOCUMENT) -> dict[str, str]:
    return gateway.row("PODOCUMENT", fields, "DOCID", name)


def _lines(gateway: Gateway, fields: str, name: str = DOCUMENT) -> list[dict[str, str]]:
    where = f"<equalto><field>DOCHDRID</field><value>{name}</value></equalto>"
    return gateway.rows("PODOCUMENTENTRY", fields, where, "LINE_NO")


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
        (document(created="2026-+11-20"), "BL03000018", "Illegal format for When"),
        (document(created="--"), "BL01001973", "Required field Date is missing"),
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


def test_in_an_entity_the_location_is_the_entitys(simulator: IntacctSimulator) -> None:
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


def test_a_sequence_leaves_out_what_is_taken(gateway: Gateway) -> None:
    gateway.done("<update><PODOCUMENTPARAMS><DOCID>Subcontract</DOCID><SEQUENCE>S-</SEQUENCE></PODOCUMENTPARAMS></update>")
    gateway.done(document(number="<documentno>S-00002</documentno>"))

    assert gateway.done(document(number="")).key == "Subcontract-S-00003"


def test_an_inactive_term_is_refused(gateway: Gateway) -> None:
    gateway.done(update("APTERM", fields(NAME="Net 30", STATUS="inactive")))

    assert gateway.refused(document()).text == "Term 'Net 30' specified is not valid. It is inactive."


def test_a_price_line_is_counted_in_base_units(gateway: Gateway) -> None:
    unit = "<UOMDETAIL><UNIT>Each</UNIT></UOMDETAIL><UOMDETAIL><UNIT>Dozen</UNIT><CONVFACTOR>12</CONVFACTOR></UOMDETAIL>"
    gateway.done(create("UOM", f"<NAME>Count</NAME><UOMDETAILS>{unit}</UOMDETAILS>"))
    gateway.done(update("ITEM", fields(ITEMID="SUBCONTRACT", UOMGRP="Count")))

    assert gateway.refused(document(line(unit="<unit>Dozen</unit>"))).text == "With conversion type Price the unit must be a base unit."
    gateway.done(document(line(unit="<unit>Dozen</unit>", tail="")))


def test_flags_of_a_line(gateway: Gateway) -> None:
    item = line(tail="<billable>true</billable><conversiontype>Price</conversiontype>")
    taxed = item.replace("<quantity>", "<taxable>true</taxable><quantity>")
    plain = item.replace("<billable>true", "<billable>")

    gateway.done(document(taxed, plain))

    assert [tuple(row.values()) for row in _lines(gateway, "TAXABLE BILLABLE")] == [("true", "true"), ("false", "false")]
    price = '<updatepotransitems><updatepotransitem line_num="1"><price>2</price></updatepotransitem></updatepotransitems>'
    gateway.done(f'<update_potransaction key="{DOCUMENT}">{price}</update_potransaction>')
    assert _lines(gateway, "TAXABLE BILLABLE")[0] == {"TAXABLE": "true", "BILLABLE": "true"}


def test_a_line_leads_to_its_dimensions(gateway: Gateway) -> None:
    job = "<projectid>J1</projectid><taskid>03-300</taskid><costtypeid>SUB</costtypeid><customerid>C-1001</customerid>"
    gateway.done(document(line(job=job)))

    assert _lines(gateway, "ITEMNAME CUSTOMERNAME PROJECT.NAME TASK.NAME COSTTYPE.NAME ITEM.NAME") == [
        {
            "ITEMNAME": "Subcontracted work",
            "CUSTOMERNAME": "School District",
            "PROJECT.NAME": "River School",
            "TASK.NAME": "Cast in place",
            "COSTTYPE.NAME": "Subcontract",
            "ITEM.NAME": "Subcontracted work",
        }
    ]
