"""Journal entries and bills that clients write into the general ledger and payables themselves."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import day
from tests.sandbox.intacct.gateway_client import Gateway

JOB = "<PROJECTID>J1</PROJECTID><TASKID>03-300</TASKID><COSTTYPEID>L</COSTTYPEID>"


def _entry(kind: str, amount: str, account: str = "5010", more: str = JOB, place: str = "<LOCATION>100</LOCATION>") -> str:
    return f"<GLENTRY><ACCOUNTNO>{account}</ACCOUNTNO><TR_TYPE>{kind}</TR_TYPE>{amount}{place}{more}</GLENTRY>"


def _amount(value: str) -> str:
    return f"<TRX_AMOUNT>{value}</TRX_AMOUNT>"


def _journal(*entries: str, date_: str = "11/20/2026", title: str = "Payroll", journal: str = "PYRJ", more: str = "") -> str:
    lines = entries or (_entry("1", _amount("100.00")), _entry("-1", _amount("100.00"), "2010", ""))
    return (
        f"<create><GLBATCH><JOURNAL>{journal}</JOURNAL><BATCH_DATE>{date_}</BATCH_DATE><BATCH_TITLE>{title}</BATCH_TITLE>{more}"
        f"<ENTRIES>{''.join(lines)}</ENTRIES></GLBATCH></create>"
    )


def test_a_journal_entry_reads_back_in_entries_and_details(gateway: Gateway) -> None:
    gateway.done(_journal())

    assert gateway.rows("GLENTRY", "TR_TYPE AMOUNT TRX_AMOUNT ENTRY_DATE TASKNAME GLBATCH.BATCH_TITLE STATE")[0] == {
        "TR_TYPE": "1",
        "AMOUNT": "100",
        "TRX_AMOUNT": "100",
        "ENTRY_DATE": "11/20/2026",
        "TASKNAME": "Cast in place",
        "GLBATCH.BATCH_TITLE": "Payroll",
        "STATE": "Posted",
    }
    fields = (
        "AMOUNT TRX_DEBITAMOUNT TRX_CREDITAMOUNT ACCOUNTNO ACCOUNTTITLE MODULEKEY BOOKID SYMBOL BATCH_DATE BATCH_TITLE TASKID "
        "LOCATIONID LOCATIONNAME MODIFIED"
    )
    details = gateway.rows("GLDETAIL", f"{fields} ACCOUNTKEY")
    assert details[0].pop("ACCOUNTKEY") == gateway.row("GLACCOUNT", "RECORDNO", "ACCOUNTNO", "5010")["RECORDNO"]
    assert details[0] == {
        "AMOUNT": "100",
        "TRX_DEBITAMOUNT": "100",
        "TRX_CREDITAMOUNT": "0",
        "ACCOUNTNO": "5010",
        "ACCOUNTTITLE": "Job Cost - Labor",
        "MODULEKEY": "2.GL",
        "BOOKID": "ACCRUAL",
        "SYMBOL": "PYRJ",
        "BATCH_DATE": "11/20/2026",
        "BATCH_TITLE": "Payroll",
        "TASKID": "03-300",
        "LOCATIONID": "100",
        "LOCATIONNAME": "Reno",
        "MODIFIED": "11/23/2026 18:00:00",
    }
    assert (details[1]["AMOUNT"], details[1]["TRX_DEBITAMOUNT"], details[1]["TRX_CREDITAMOUNT"]) == ("-100", "0", "100")


def test_a_detail_names_the_department_and_the_bill_it_stems_from(gateway: Gateway) -> None:
    gateway.done(_bill(DOCNUMBER="PO 7", RECORDID="B-7").replace("</LOCATIONID>", "</LOCATIONID><DEPARTMENTID>10</DEPARTMENTID>"))

    detail = gateway.rows("GLDETAIL", "DEPARTMENTID DEPARTMENTTITLE RECORDID DOCNUMBER")[0]
    assert list(detail.values()) == ["10", "Construction", "B-7", "PO 7"]


def test_the_examples_spelling_of_the_amount_is_taken_too(gateway: Gateway) -> None:
    gateway.done(_journal(_entry("1", "<AMOUNT>5</AMOUNT>"), _entry("-1", "<AMOUNT>5</AMOUNT>", "2010", "")))

    assert [row["TRX_AMOUNT"] for row in gateway.rows("GLENTRY", "TRX_AMOUNT")] == ["5", "5"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (_journal(journal="XX"), "Invalid Journal 'XX' specified."),
        (_journal(title=""), "Required field Description is missing"),
        (_journal(date_=""), "Required field Posting date is missing"),
        (_journal(_entry("1", _amount("1"))), "Required field GLENTRY is missing"),
        (_journal(_entry("1", _amount("1")), _entry("-1", _amount("2"))), "does not balance: debits exceed credits by -1."),
        (_journal(_entry("1", ""), _entry("-1", _amount("2"))), "Required field Amount is missing"),
        (_journal(_entry("2", _amount("1")), _entry("-1", _amount("1"))), "Illegal format for Debit or credit 2."),
        (_journal(_entry("1", _amount("1"), "9999"), _entry("-1", _amount("1"))), "Invalid GL Account '9999' specified."),
        (_journal(_entry("1", _amount("1"), ""), _entry("-1", _amount("1"))), "Required field Account number is missing"),
        (_journal(_entry("1", _amount("1"), place=""), _entry("-1", _amount("1"))), "Required field Location is missing"),
        (
            _journal(_entry("1", _amount("1"), more="<TASKID>03-300</TASKID>"), _entry("-1", _amount("1"))),
            "Task '03-300' needs a Project.",
        ),
    ],
)
def test_refused_journal_entries(gateway: Gateway, body: str, says: str) -> None:
    assert says in gateway.refused(body).text


def test_an_account_may_require_dimensions(gateway: Gateway) -> None:
    require = "<update><GLACCOUNT><ACCOUNTNO>5010</ACCOUNTNO><{}>true</{}></GLACCOUNT></update>"
    for field, word in (("REQUIREDEPT", "Department"), ("REQUIREPROJECT", "Project"), ("REQUIRECOSTTYPE", "Cost type")):
        gateway.done(require.format(field, field))
        body = _journal(_entry("1", _amount("1"), more=""), _entry("-1", _amount("1"), "2010", ""))
        assert gateway.refused(body).text == f"This transaction is missing the {word} dimension for the Account 5010"
        gateway.done(require.format(field, field).replace("true", "false"))


def test_an_inactive_account_and_a_closed_period(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done("<update><GLACCOUNT><ACCOUNTNO>5010</ACCOUNTNO><STATUS>inactive</STATUS></GLACCOUNT></update>")
    assert "Account '5010' specified is not valid" in gateway.refused(_journal()).text
    gateway.done("<update><GLACCOUNT><ACCOUNTNO>5010</ACCOUNTNO><STATUS>active</STATUS></GLACCOUNT></update>")
    simulator.settings.closed_until = date(2026, 11, 20)
    assert "Date must be on or after 11/21/2026" in gateway.refused(_journal()).text


def test_an_update_replaces_the_entries_and_their_details(gateway: Gateway, simulator: IntacctSimulator) -> None:
    record = gateway.done(_journal()).rows[0]["RECORDNO"]
    lines = _entry("1", _amount("70")) + _entry("-1", _amount("70"), "2010", "")

    gateway.done(f"<update><GLBATCH><RECORDNO>{record}</RECORDNO><ENTRIES>{lines}</ENTRIES></GLBATCH></update>")

    assert [row["AMOUNT"] for row in gateway.rows("GLENTRY", "AMOUNT")] == ["70", "70"]
    assert [row["AMOUNT"] for row in gateway.rows("GLDETAIL", "AMOUNT")] == ["70", "-70"]
    one = f"<update><GLBATCH><RECORDNO>{record}</RECORDNO><ENTRIES>{_entry('1', _amount('70'))}</ENTRIES></GLBATCH></update>"
    assert "Required field GLENTRY" in gateway.refused(one).text
    moved = f"<update><GLBATCH><RECORDNO>{record}</RECORDNO><BATCH_DATE>10/01/2026</BATCH_DATE></GLBATCH></update>"
    simulator.settings.closed_until = date(2026, 10, 31)
    assert "Date must be on or after" in gateway.refused(moved).text


def test_a_deleted_journal_entry_is_gone_from_the_details(gateway: Gateway, simulator: IntacctSimulator) -> None:
    record = gateway.done(_journal()).rows[0]["RECORDNO"]
    delete = f"<delete><object>GLBATCH</object><keys>{record}</keys></delete>"
    simulator.settings.closed_until = date(2026, 11, 20)
    assert "Date must be on or after" in gateway.refused(delete).text
    change = f"<update><GLBATCH><RECORDNO>{record}</RECORDNO><BATCH_TITLE>x</BATCH_TITLE></GLBATCH></update>"
    assert "Date must be on or after" in gateway.refused(change).text
    simulator.settings.closed_until = None

    gateway.done(delete)

    assert gateway.rows("GLENTRY", "RECORDNO") == gateway.rows("GLDETAIL", "RECORDNO") == []


# Bills


def _bill(line: str = "", **fields: str) -> str:
    values = {
        "VENDORID": "V-1",
        "WHENCREATED": "11/20/2026",
        "WHENDUE": "12/20/2026",
        "RECORDID": "B-1",
        **fields,
    }
    header = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)
    item = line or "<ACCOUNTNO>5010</ACCOUNTNO><TRX_AMOUNT>100.00</TRX_AMOUNT><LOCATIONID>100</LOCATIONID>" + JOB
    lines = "" if line == "none" else f"<APBILLITEMS><APBILLITEM>{item}</APBILLITEM></APBILLITEMS>"
    return f"<create><APBILL>{header}{lines}</APBILL></create>"


def test_a_bill_of_ones_own_reads_back(gateway: Gateway) -> None:
    gateway.done(_bill())

    assert gateway.row("APBILL", "STATE MODULEKEY VENDORNAME TOTALENTERED TOTALDUE WHENPOSTED AUWHENCREATED", "RECORDID", "B-1") == {
        "STATE": "Posted",
        "MODULEKEY": "3.AP",
        "VENDORNAME": "Alpha Concrete",
        "TOTALENTERED": "100",
        "TOTALDUE": "100",
        "WHENPOSTED": "11/20/2026",
        "AUWHENCREATED": "11/23/2026 18:00:00",
    }
    assert gateway.rows("APBILLITEM", "LINE_NO AMOUNT VENDORID ACCOUNTTITLE ENTRY_DATE APBILL.RECORDID") == [
        {
            "LINE_NO": "1",
            "AMOUNT": "100",
            "VENDORID": "V-1",
            "ACCOUNTTITLE": "Job Cost - Labor",
            "ENTRY_DATE": "11/20/2026",
            "APBILL.RECORDID": "B-1",
        }
    ]
    assert [row["MODULEKEY"] for row in gateway.rows("GLDETAIL", "MODULEKEY")] == ["3.AP", "3.AP"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (_bill(VENDORID=""), "Required field Vendor is missing"),
        (_bill(VENDORID="V-3"), "The vendor V-3 is inactive."),
        (_bill(VENDORID="V-9"), "Invalid Vendor 'V-9' specified."),
        (_bill(WHENCREATED=""), "Required field Date is missing"),
        (_bill(WHENDUE=""), "Required field Date Due is missing"),
        (_bill(ACTION="Post"), "Illegal format for Action Post."),
        (_bill("none"), "Required field APBILLITEM is missing"),
        (_bill("<TRX_AMOUNT>1</TRX_AMOUNT><LOCATIONID>100</LOCATIONID>"), "Required field Account number is missing"),
        (_bill("<ACCOUNTNO>5010</ACCOUNTNO><LOCATIONID>100</LOCATIONID>"), "Required field Transaction amount is missing"),
        (_bill("<ACCOUNTNO>5010</ACCOUNTNO><TRX_AMOUNT>1</TRX_AMOUNT>"), "Required field Location is missing"),
        (
            _bill(
                "<ACCOUNTNO>5010</ACCOUNTNO><TRX_AMOUNT>1</TRX_AMOUNT><LOCATIONID>100</LOCATIONID>"
                "<RETAINAGEPERCENTAGE>10</RETAINAGEPERCENTAGE>"
            ),
            "RETAINAGEPERCENTAGE of APBILLITEM is read-only.",
        ),
    ],
)
def test_refused_bills(gateway: Gateway, body: str, says: str) -> None:
    assert says in gateway.refused(body).text


def test_a_closed_period_takes_no_bills(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.closed_until = date(2026, 11, 20)
    assert "Date must be on or after" in gateway.refused(_bill()).text

    gateway.done(_bill(WHENPOSTED="11/21/2026"))
    simulator.settings.closed_until = date(2026, 11, 21)
    record = gateway.row("APBILL", "RECORDNO", "RECORDID", "B-1")["RECORDNO"]
    assert "Date must be on or after" in gateway.refused(f"<delete><object>APBILL</object><keys>{record}</keys></delete>").text


def test_retainage_on_a_bill_is_a_setting(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.apbill_retainage_writable = True
    line = "<ACCOUNTNO>5010</ACCOUNTNO><TRX_AMOUNT>200</TRX_AMOUNT><LOCATIONID>100</LOCATIONID>{}"

    gateway.done(_bill(line.format("<RETAINAGEPERCENTAGE>10</RETAINAGEPERCENTAGE>")))

    assert gateway.row("APBILL", "TOTALRETAINED TOTALDUE", "RECORDID", "B-1") == {"TOTALRETAINED": "20", "TOTALDUE": "180"}


def test_a_draft_needs_less_and_is_changed_freely(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done(_bill(ACTION="Draft", WHENDUE=""))
    record = gateway.row("APBILL", "RECORDNO STATE", "RECORDID", "B-1")["RECORDNO"]
    assert gateway.rows("GLDETAIL", "RECORDNO") == []
    item = "<APBILLITEM><ACCOUNTNO>5050</ACCOUNTNO><TRX_AMOUNT>{}</TRX_AMOUNT><LOCATIONID>100</LOCATIONID></APBILLITEM>"
    lines = f"<APBILLITEMS>{item.format('30')}{item.format('40')}</APBILLITEMS>"

    gateway.done(f"<update><APBILL><RECORDNO>{record}</RECORDNO><ACTION>Submit</ACTION>{lines}</APBILL></update>")

    assert gateway.row("APBILL", "STATE TOTALENTERED", "RECORDID", "B-1") == {"STATE": "Posted", "TOTALENTERED": "70"}
    assert [row["LINE_NO"] for row in gateway.rows("APBILLITEM", "LINE_NO")] == ["1", "2"]
    change = f"<update><APBILL><RECORDNO>{record}</RECORDNO>{{}}</APBILL></update>"
    assert "only some fields can be changed" in gateway.refused(change.format(lines)).text
    assert "only some fields can be changed" in gateway.refused(change.format("<RECORDID>B-2</RECORDID>")).text
    gateway.done(change.format("<DESCRIPTION>later</DESCRIPTION><ONHOLD>true</ONHOLD>"))
    assert gateway.row("APBILL", "TOTALENTERED ONHOLD", "RECORDID", "B-1") == {"TOTALENTERED": "70", "ONHOLD": "true"}
    assert len(gateway.rows("GLENTRY", "RECORDNO")) == 4
    gateway.done(_bill(ACTION="Draft", RECORDID="B-3"))
    draft = gateway.row("APBILL", "RECORDNO", "RECORDID", "B-3")["RECORDNO"]
    simulator.settings.closed_until = date(2026, 11, 30)
    moved = f"<update><APBILL><RECORDNO>{draft}</RECORDNO><WHENPOSTED>11/30/2026</WHENPOSTED></APBILL></update>"
    assert "Date must be on or after" in gateway.refused(moved).text


def test_a_bill_that_purchasing_made_is_purchasings(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done(_bill())
    bill = simulator.store.find("APBILL", VENDORID="V-1")[0]
    simulator.store.update("APBILL", bill, {"MODULEKEY": "9.PO", "DESCRIPTION2": "Subcontract Invoice-1"})
    record = bill["RECORDNO"]

    for body in (
        f"<update><APBILL><RECORDNO>{record}</RECORDNO><DESCRIPTION>x</DESCRIPTION></APBILL></update>",
        f"<delete><object>APBILL</object><keys>{record}</keys></delete>",
        f'<reverse_bill key="{record}">{day("datereversed", "2026-11-23")}</reverse_bill>',
    ):
        assert "can be changed in Purchasing only" in gateway.refused(body).text


def test_a_bill_is_reversed_by_an_opposite_posting(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done(_bill())
    record = gateway.row("APBILL", "RECORDNO", "RECORDID", "B-1")["RECORDNO"]
    reverse = f'<reverse_bill key="{record}">{day("datereversed", "2026-11-23")}</reverse_bill>'
    simulator.settings.closed_until = date(2026, 11, 23)
    assert "Date must be on or after" in gateway.refused(reverse).text
    simulator.settings.closed_until = None

    assert gateway.done(reverse).key == record

    assert gateway.row("APBILL", "STATE TOTALDUE", "RECORDID", "B-1") == {"STATE": "Reversed", "TOTALDUE": "0"}
    cost = "<equalto><field>ACCOUNTNO</field><value>5010</value></equalto>"
    assert gateway.rows("GLDETAIL", "AMOUNT ENTRY_DATE", cost) == [
        {"AMOUNT": "100", "ENTRY_DATE": "11/20/2026"},
        {"AMOUNT": "-100", "ENTRY_DATE": "11/23/2026"},
    ]
    assert "cannot be reversed: it is reversed" in gateway.refused(reverse).text
    assert "Invalid Bill '9' specified." in gateway.refused(reverse.replace(record, "9")).text
    assert "cannot be recalled" in gateway.refused(f"<recallApBill><recordno>{record}</recordno></recallApBill>").text


def test_a_submitted_bill_can_be_recalled(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done(_bill())
    bill = simulator.store.find("APBILL", VENDORID="V-1")[0]
    simulator.store.update("APBILL", bill, {"STATE": "Submitted"})

    gateway.done(f"<recallApBill><recordno>{bill['RECORDNO']}</recordno></recallApBill>")
    assert gateway.row("APBILL", "STATE", "RECORDID", "B-1") == {"STATE": "Draft"}


def _create_bill(order: str = "payto returnto", number: str = "B-2") -> str:
    contacts = "".join(f"<{name}><contactname>Alpha Concrete(VV-1)</contactname></{name}>" for name in order.split())
    return (
        f"<create_bill><vendorid>V-1</vendorid>{day('datecreated', '2026-11-20')}{day('datedue', '2026-12-20')}"
        f"<termname>Net 30</termname><action>submit</action><billno>{number}</billno><description>d</description>"
        f"<externalid>ext-2</externalid>{contacts}<billitems><lineitem><glaccountno>5010</glaccountno><amount>12.50</amount>"
        "<memo>m</memo><locationid>100</locationid><projectid>J1</projectid><taskid>03-300</taskid><costtypeid>L</costtypeid>"
        "</lineitem></billitems></create_bill>"
    )


def test_the_old_way_to_create_a_bill_wants_payto_before_returnto_and_takes_an_external_id(gateway: Gateway) -> None:
    answer = gateway.done(_create_bill())

    row = gateway.row("APBILL", "RECORDNO EXTERNALID TOTALENTERED TERMNAME BILLTOPAYTOCONTACTNAME STATE DESCRIPTION", "RECORDID", "B-2")
    assert row == {
        "RECORDNO": answer.key,
        "EXTERNALID": "ext-2",
        "TOTALENTERED": "12.5",
        "TERMNAME": "Net 30",
        "BILLTOPAYTOCONTACTNAME": "Alpha Concrete(VV-1)",
        "STATE": "Posted",
        "DESCRIPTION": "d",
    }
    assert gateway.rows("APBILLITEM", "TASKNAME ENTRYDESCRIPTION") == [{"TASKNAME": "Cast in place", "ENTRYDESCRIPTION": "m"}]
    wrong = gateway.post(gateway.envelope(_create_bill("returnto payto"))).get_data(as_text=True)
    assert "Element &#039;payto&#039;: This element is not expected." in wrong
    gateway.done(f'<delete_bill key="{answer.key}"/>')
    assert gateway.rows("APBILL", "RECORDNO") == []
    bad = _create_bill().replace("<month>11</month>", "<month>13</month>")
    assert "Illegal format for Date" in gateway.refused(bad).text


def test_a_journal_entry_of_another_module_is_that_modules(gateway: Gateway) -> None:
    gateway.done(_bill())
    record = gateway.rows("GLBATCH", "RECORDNO")[0]["RECORDNO"]

    change = f"<update><GLBATCH><RECORDNO>{record}</RECORDNO><BATCH_TITLE>x</BATCH_TITLE></GLBATCH></update>"
    delete = f"<delete><object>GLBATCH</object><keys>{record}</keys></delete>"
    for body in (change, delete):
        assert gateway.refused(body).text == "Journal entry 701 belongs to module 3.AP."
