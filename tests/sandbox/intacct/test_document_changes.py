"""Purchasing documents changed, approved, closed and deleted."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import (
    day,
    document,
    line,
)
from tests.sandbox.intacct.gateway_client import Gateway

DOCUMENT = "Subcontract-SC-1"


def _header(gateway: Gateway, fields: str, name: str = DOCUMENT) -> dict[str, str]:
    return gateway.row("PODOCUMENT", fields, "DOCID", name)


def _lines(gateway: Gateway, fields: str, name: str = DOCUMENT) -> list[dict[str, str]]:
    where = f"<equalto><field>DOCHDRID</field><value>{name}</value></equalto>"
    return gateway.rows("PODOCUMENTENTRY", fields, where, "LINE_NO")


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

    assert "attribute 'key' is required" in gateway.malformed("<update_potransaction/>")
    assert "attribute 'line_num' is required" in gateway.malformed(_update(_items("<updatepotransitem/>")))
    assert "'vendorid'" in gateway.malformed(_update("<vendorid>V-2</vendorid>"))
    assert "Missing child element(s). Expected is one of ( updatepotransitem, potransitem )" in gateway.malformed(
        _update("<updatepotransitems/>")
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


def test_a_document_may_be_created_closed(gateway: Gateway) -> None:
    gateway.done(document(after="<state>Closed</state>"))

    assert _header(gateway, "STATE CLOSED") == {"STATE": "Closed", "CLOSED": "true"}


def test_a_document_can_be_closed_and_its_posting_date_moved(gateway: Gateway, simulator: IntacctSimulator) -> None:
    gateway.done(document())
    moved = f'<partialupdate_potransaction key="{DOCUMENT}">{day("dateposted", "2026-11-30")}</partialupdate_potransaction>'
    gateway.done(moved)
    gateway.done(_update("<state>Closed</state>"))

    assert _header(gateway, "STATE WHENPOSTED") == {"STATE": "Closed", "WHENPOSTED": "11/30/2026"}
    assert _lines(gateway, "STATE") == [{"STATE": "Closed"}]
    simulator.settings.closed_until = date(2026, 11, 30)
    assert "Date must be on or after" in gateway.refused(moved).text
