"""Estimates by workflow type."""

from __future__ import annotations

import pytest

from tests.sandbox.intacct.bodies import (
    estimate,
    estimate_entry,
)
from tests.sandbox.intacct.gateway_client import Gateway


def _total(gateway: Gateway, estimate_id: str = "E1") -> str:
    return gateway.row("PJESTIMATE", "TOTALAMOUNT", "PJESTIMATEID", estimate_id)["TOTALAMOUNT"]


def _record(gateway: Gateway, name: str, key: str, value: str) -> str:
    return gateway.row(name, "RECORDNO", key, value)["RECORDNO"]


def test_an_estimate_reads_back_by_workflow_type(gateway: Gateway) -> None:
    gateway.done(
        estimate(
            estimate_entry(), estimate_entry("<QTY>3</QTY><UNITCOST>12.345</UNITCOST>", "", "03-100"), estimate_entry("<AMOUNT>0</AMOUNT>")
        )
    )

    assert gateway.row("PJESTIMATE", "ISPRIMARY TOTALAMOUNT PROJECTNAME STATUS", "PJESTIMATEID", "E1") == {
        "ISPRIMARY": "true",
        "TOTALAMOUNT": "1037.04",
        "PROJECTNAME": "River School",
        "STATUS": "active",
    }
    fields = "PJESTIMATEID LINE_NO WFTYPE AMOUNT PROJECTID TASKID COSTTYPEID ACCOUNTNO LOCATIONID"
    assert gateway.rows("PJESTIMATEENTRY", fields)[1] == {
        "PJESTIMATEID": "E1",
        "LINE_NO": "2",
        "WFTYPE": "original",
        "AMOUNT": "37.04",
        "PROJECTID": "J1",
        "TASKID": "03-100",
        "COSTTYPEID": "SUB",
        "ACCOUNTNO": "5040",
        "LOCATIONID": "100",
    }


def test_a_project_has_one_primary_estimate_the_first(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry()))
    gateway.done(estimate(estimate_entry(), estimate_id="E2"))
    assert gateway.row("PJESTIMATE", "ISPRIMARY", "PJESTIMATEID", "E2") == {"ISPRIMARY": "false"}

    primary = "<ISPRIMARY>true</ISPRIMARY>"
    taken = "Project J1 has the primary estimate E1 already."
    assert gateway.refused(estimate(estimate_entry(), estimate_id="E3", more=primary)).text == taken
    change = f"<update><PJESTIMATE><PJESTIMATEID>E2</PJESTIMATEID>{primary}</PJESTIMATE></update>"
    assert gateway.refused(change).text == taken
    gateway.done("<update><PJESTIMATE><PJESTIMATEID>E1</PJESTIMATEID><ISPRIMARY>false</ISPRIMARY></PJESTIMATE></update>")
    gateway.done(change)
    gateway.done(estimate(estimate_entry(task=""), estimate_id="E4", project="J1-A", more="<ISPRIMARY>false</ISPRIMARY>"))
    assert gateway.row("PJESTIMATE", "ISPRIMARY", "PJESTIMATEID", "E4") == {"ISPRIMARY": "false"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (estimate(estimate_entry(), estimate_id=""), "Required field Project estimate ID is missing"),
        (estimate(estimate_entry(), project=""), "Required field Projectid is missing"),
        (estimate(estimate_entry(), project="J9"), "Invalid Project 'J9' specified."),
        (estimate(estimate_entry(), more="<PJESTIMATETYPENAME>x</PJESTIMATETYPENAME>"), "Invalid Project estimate type 'x' specified."),
        (estimate(estimate_entry(), more="<POSTED>true</POSTED>"), "Required field GL budget ID is missing"),
        (
            estimate(estimate_entry(), more="<POSTED>true</POSTED><GLBUDGETID>B</GLBUDGETID><POSTTO>Estimate date</POSTTO>"),
            "Required field Estimate date is missing",
        ),
        (
            estimate(estimate_entry(), more="<POSTED>true</POSTED><GLBUDGETID>B</GLBUDGETID><POSTTO>Effective date</POSTTO>"),
            "Required field Effective date is missing",
        ),
        (estimate(estimate_entry("")), "Required field Amount is missing"),
        (estimate(estimate_entry("<QTY>1</QTY>")), "Required field Amount is missing"),
        (estimate(estimate_entry("<PRODUCTIONUNITS>1</PRODUCTIONUNITS>", task="")), "Required field Task ID is missing"),
        (estimate(estimate_entry(kind="guess")), "Illegal format for Wftype guess."),
        (estimate(estimate_entry(task="99-999")), "Invalid Task '99-999' specified."),
        (estimate(estimate_entry(task="03-900")), "Task '03-900' specified is not valid."),
        (estimate(estimate_entry(more=f"<MEMO>{'x' * 2001}</MEMO>")), "The value of Memo is too long."),
    ],
)
def test_refused_estimates(gateway: Gateway, body: str, says: str) -> None:
    assert says in gateway.refused(body).text


def test_production_units_need_no_amount(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry("<PRODUCTIONUNITS>5</PRODUCTIONUNITS>")))

    assert gateway.rows("PJESTIMATEENTRY", "AMOUNT PRODUCTIONUNITS") == [{"AMOUNT": "0", "PRODUCTIONUNITS": "5"}]


def test_entries_are_changed_by_record_added_without_and_removed_by_delete(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry(), estimate_entry("<AMOUNT>50</AMOUNT>")))
    first, second = (row["RECORDNO"] for row in gateway.rows("PJESTIMATEENTRY", "RECORDNO"))
    changed = f"<PJESTIMATEENTRY><RECORDNO>{first}</RECORDNO><AMOUNT>900</AMOUNT></PJESTIMATEENTRY>"
    lines = f"<ENTRIES>{changed}{estimate_entry('<AMOUNT>-25</AMOUNT>', 'revision')}</ENTRIES>"

    gateway.done(f"<update><PJESTIMATE><PJESTIMATEID>E1</PJESTIMATEID>{lines}</PJESTIMATE></update>")

    rows = gateway.rows("PJESTIMATEENTRY", "LINE_NO WFTYPE AMOUNT")
    assert [tuple(row.values()) for row in rows] == [("1", "original", "900"), ("2", "original", "50"), ("3", "revision", "-25")]
    assert _total(gateway) == "925"
    gateway.done(f"<delete><object>PJESTIMATEENTRY</object><keys>{second}</keys></delete>")
    assert _total(gateway) == "875"
    unknown = "<ENTRIES><PJESTIMATEENTRY><RECORDNO>99999</RECORDNO><AMOUNT>1</AMOUNT></PJESTIMATEENTRY></ENTRIES>"
    refused = gateway.refused(f"<update><PJESTIMATE><PJESTIMATEID>E1</PJESTIMATEID>{unknown}</PJESTIMATE></update>")
    assert refused.text == "Cannot find project estimate entry with key '99999' to update."


def test_an_entry_can_stand_alone(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry()))
    own = estimate_entry("<AMOUNT>10</AMOUNT>", "revision", more="<PJESTIMATEID>E1</PJESTIMATEID>")

    record = gateway.done(f"<create>{own}</create>").rows[0]["RECORDNO"]
    assert _total(gateway) == "1010"
    change = "<update><PJESTIMATEENTRY><RECORDNO>{}</RECORDNO>{}</PJESTIMATEENTRY></update>"
    gateway.done(change.format(record, "<QTY>2</QTY><UNITCOST>7</UNITCOST>"))
    assert _total(gateway) == "1014"
    assert "Invalid Project estimate '' specified." in gateway.refused(f"<create>{estimate_entry()}</create>").text


def test_a_finalized_estimate_is_fixed_and_a_primary_one_stays(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry()))
    gateway.done(estimate(estimate_entry(), estimate_id="E2"))
    entry = gateway.rows("PJESTIMATEENTRY", "RECORDNO")[0]["RECORDNO"]
    change = "<update><PJESTIMATE><PJESTIMATEID>E1</PJESTIMATEID>{}</PJESTIMATE></update>"
    gateway.done(change.format("<STATUS>finalized</STATUS>"))
    fixed = "Estimate E1 is finalized and cannot be changed."

    assert gateway.refused(change.format("<DESCRIPTION>x</DESCRIPTION>")).text == fixed
    assert gateway.refused(change.format(f"<ENTRIES>{estimate_entry()}</ENTRIES>")).text == fixed
    assert gateway.refused(f"<delete><object>PJESTIMATEENTRY</object><keys>{entry}</keys></delete>").text == fixed
    own = estimate_entry(more="<PJESTIMATEID>E1</PJESTIMATEID>")
    assert gateway.refused(f"<create>{own}</create>").text == fixed
    gateway.done(change.format("<STATUS>active</STATUS>"))
    first, second = (_record(gateway, "PJESTIMATE", "PJESTIMATEID", name) for name in ("E1", "E2"))
    delete = "<delete><object>PJESTIMATE</object><keys>{}</keys></delete>"
    assert "cannot be deleted: it is primary or finalized" in gateway.refused(delete.format(first)).text
    gateway.done(delete.format(second))
    assert len(gateway.rows("PJESTIMATEENTRY", "RECORDNO")) == 1
