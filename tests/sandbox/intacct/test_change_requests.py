"""Change requests and change orders, and what they post to the estimate and to the contract."""

from __future__ import annotations

import pytest

from tests.sandbox.intacct.bodies import (
    change_request,
    change_request_entry,
    contract,
    contract_line,
    entry_price,
    estimate,
    estimate_entry,
    fields,
    update,
)
from tests.sandbox.intacct.gateway_client import Gateway


def _total(gateway: Gateway, estimate_id: str = "E1") -> str:
    return gateway.row("PJESTIMATE", "TOTALAMOUNT", "PJESTIMATEID", estimate_id)["TOTALAMOUNT"]


def _record(gateway: Gateway, name: str, key: str, value: str) -> str:
    return gateway.row(name, "RECORDNO", key, value)["RECORDNO"]


def _order(**more: str) -> str:
    values = {"PROJECTCHANGEORDERID": "PCO1", "PROJECTID": "J1", "PROJECTCHANGEORDERDATE": "11/20/2026", **more}
    return f"<create><PROJECTCHANGEORDER>{fields(**values)}</PROJECTCHANGEORDER></create>"


def _approved(gateway: Gateway) -> list[dict[str, str]]:
    where = "<equalto><field>WFTYPE</field><value>approved change</value></equalto>"
    return gateway.rows("PJESTIMATEENTRY", "AMOUNT TASKID CHANGEREQUESTID EFFECTIVEDATE", where)


def test_a_posted_request_posts_its_cost_to_the_primary_estimate(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry()))
    gateway.done(
        change_request(change_request_entry(), change_request_entry(COST="", QTY="3", UNITCOST="1.50"), COSTEFFECTIVEDATE="12/01/2026")
    )

    posted = {"TASKID": "03-300", "CHANGEREQUESTID": "CR1", "EFFECTIVEDATE": "12/01/2026"}
    assert _approved(gateway) == [{"AMOUNT": "4000", **posted}, {"AMOUNT": "4.5", **posted}]
    assert _total(gateway) == "5004.5"
    assert gateway.row("CHANGEREQUEST", "TOTALCOST TOTALPRICE WFTYPE CUSTOMERID CUSTOMERNAME", "CHANGEREQUESTID", "CR1") == {
        "TOTALCOST": "4004.5",
        "TOTALPRICE": "10000",
        "WFTYPE": "approved change",
        "CUSTOMERID": "C-1001",
        "CUSTOMERNAME": "School District",
    }
    linked = "<isnotnull><field>CHANGEREQUESTENTRYKEY</field></isnotnull>"
    entry, account = gateway.rows("PJESTIMATEENTRY", "RECORDNO ACCOUNTNO", linked)[0].values()
    assert account == "5040"
    through = "The entry is linked to a change request and is changed through it only."
    change = f"<update><PJESTIMATEENTRY><RECORDNO>{entry}</RECORDNO><AMOUNT>1</AMOUNT></PJESTIMATEENTRY></update>"
    assert gateway.refused(change).text == through
    assert gateway.refused(f"<delete><object>PJESTIMATEENTRY</object><keys>{entry}</keys></delete>").text == through
    away = "<update><PJESTIMATE><PJESTIMATEID>E1</PJESTIMATEID><ISPRIMARY>false</ISPRIMARY></PJESTIMATE></update>"
    assert "cannot be made secondary: change requests are linked to it" in gateway.refused(away).text


@pytest.mark.parametrize(
    "more", [{"CHANGEREQUESTSTATE": "Draft"}, {"CHANGEREQUESTSTATUSNAME": "Internal"}, {"CHANGEREQUESTSTATUSNAME": ""}]
)
def test_a_draft_or_a_workflow_of_none_posts_nothing(gateway: Gateway, more: dict[str, str]) -> None:
    gateway.done(estimate(estimate_entry()))
    gateway.done(change_request(**more))

    assert _total(gateway) == "1000"


def test_a_changed_request_is_posted_anew_and_a_deleted_one_taken_back(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry()))
    gateway.done(change_request())
    entry = gateway.rows("CHANGEREQUESTENTRY", "RECORDNO")[0]["RECORDNO"]
    changed = f"<CHANGEREQUESTENTRY><RECORDNO>{entry}</RECORDNO><COST>100</COST></CHANGEREQUESTENTRY>"
    inside = f"<CHANGEREQUESTENTRIES>{changed}{change_request_entry(COST='1')}</CHANGEREQUESTENTRIES>"
    gateway.done(f"<update><CHANGEREQUEST><CHANGEREQUESTID>CR1</CHANGEREQUESTID>{inside}</CHANGEREQUEST></update>")
    assert [row["AMOUNT"] for row in _approved(gateway)] == ["100", "1"]

    back = update("CHANGEREQUEST", fields(CHANGEREQUESTID="CR1", CHANGEREQUESTSTATE="Draft"))
    assert gateway.refused(back).text == "A posted change request cannot become a draft again."
    record = _record(gateway, "CHANGEREQUEST", "CHANGEREQUESTID", "CR1")
    gateway.done(f"<delete><object>CHANGEREQUEST</object><keys>{record}</keys></delete>")
    assert _approved(gateway) == []
    assert _total(gateway) == "1000"


@pytest.mark.parametrize(
    ("level", "request_line", "entry_line", "order_line"),
    [
        ("project change order", False, False, True),
        ("change request", True, False, False),
        ("change request entry", False, True, False),
    ],
)
def test_a_request_posts_its_price_to_the_contract_line_its_level_names(
    gateway: Gateway, level: str, *, request_line: bool, entry_line: bool, order_line: bool
) -> None:
    line = {"PROJECTCONTRACTID": "PC-1", "PROJECTCONTRACTLINEID": "020"}
    gateway.done(_order(**(line if order_line else {})))
    more = {"PCNINTEGRATIONLEVEL": level, "PROJECTCHANGEORDERID": "PCO1", **(line if request_line else {})}
    gateway.done(change_request(change_request_entry(PRICEMARKUPPERCENT="10", **(line if entry_line else {})), **more))

    assert gateway.row("PROJECTCONTRACT", "APPROVEDCHANGEPRICE TOTALREVISEDPRICE", "PROJECTCONTRACTID", "PC-1") == {
        "APPROVEDCHANGEPRICE": "5500",
        "TOTALREVISEDPRICE": "8510.5",
    }
    where = "<isnotnull><field>CHANGEREQUESTENTRYKEY</field></isnotnull>"
    entry = gateway.rows("PROJECTCONTRACTLINEENTRY", "RECORDNO WFTYPE PRICE LINEPRICE CHANGEREQUESTID", where)[0]
    assert list(entry.values())[1:] == ["approved change", "5000", "5500", "CR1"]
    delete = f"<delete><object>PROJECTCONTRACTLINEENTRY</object><keys>{entry['RECORDNO']}</keys></delete>"
    assert "comes from a change request" in gateway.refused(delete).text
    contract_line = gateway.rows("PROJECTCONTRACTLINE", "RECORDNO")[1]["RECORDNO"]
    delete_line = f"<delete><object>PROJECTCONTRACTLINE</object><keys>{contract_line}</keys></delete>"
    assert "has change requests" in gateway.refused(delete_line).text
    inside = fields(RECORDNO=entry["RECORDNO"], PRICE="1")
    change = f"<PROJECTCONTRACTLINEENTRIES><PROJECTCONTRACTLINEENTRY>{inside}</PROJECTCONTRACTLINEENTRY></PROJECTCONTRACTLINEENTRIES>"
    assert "comes from a change request" in gateway.refused(update("PROJECTCONTRACTLINE", fields(RECORDNO=contract_line) + change)).text


def test_a_deleted_request_takes_its_price_back(gateway: Gateway) -> None:
    line = {"PROJECTCONTRACTID": "PC-1", "PROJECTCONTRACTLINEID": "020"}
    record = gateway.done(change_request(PCNINTEGRATIONLEVEL="change request", **line)).rows[0]["RECORDNO"]
    total = ("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "PC-1")
    assert gateway.row(*total) == {"TOTALREVISEDPRICE": "8010.5"}

    gateway.done(f"<delete><object>CHANGEREQUEST</object><keys>{record}</keys></delete>")
    assert gateway.row(*total) == {"TOTALREVISEDPRICE": "3010.5"}


def test_a_changed_quantity_changes_cost_and_price(gateway: Gateway) -> None:
    figures = {"COST": "", "PRICE": "", "QTY": "2", "UNITCOST": "10", "UNITPRICE": "15"}
    gateway.done(change_request(change_request_entry(**figures)))
    entry = gateway.rows("CHANGEREQUESTENTRY", "RECORDNO COST PRICE")[0]
    assert list(entry.values())[1:] == ["20", "30"]

    changed = f"<CHANGEREQUESTENTRY>{fields(RECORDNO=entry['RECORDNO'], QTY='3')}</CHANGEREQUESTENTRY>"
    inside = f"<CHANGEREQUESTENTRIES>{changed}</CHANGEREQUESTENTRIES>"
    gateway.done(update("CHANGEREQUEST", fields(CHANGEREQUESTID="CR1") + inside))
    assert gateway.rows("CHANGEREQUESTENTRY", "COST PRICE") == [{"COST": "30", "PRICE": "45"}]


def test_an_inactive_project_has_no_changes(gateway: Gateway) -> None:
    gateway.done(update("PROJECT", fields(PROJECTID="J1", STATUS="inactive")))

    for body in (change_request(), _order()):
        assert "Project 'J1' specified is not valid." in gateway.refused(body).text


def test_without_a_level_no_price_is_posted(gateway: Gateway) -> None:
    gateway.done(change_request(PROJECTCONTRACTID="PC-1", PROJECTCONTRACTLINEID="020"))

    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "PC-1") == {"TOTALREVISEDPRICE": "3010.5"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (change_request(CHANGEREQUESTID=""), "Required field Change request ID is missing"),
        (change_request(CHANGEREQUESTDATE=""), "Required field Change request date is missing"),
        (change_request(PROJECTID=""), "Required field Projectid is missing"),
        (change_request(CHANGEREQUESTSTATUSNAME="x"), "Invalid Change request status 'x' specified."),
        (change_request(CHANGEREQUESTSTATE="Open"), "Illegal format for Changerequeststate Open."),
        (change_request(PROJECTCONTRACTID="PC-1"), "Required field Project contract line ID is missing"),
        (change_request(PROJECTCONTRACTLINEID="020"), "Required field Project contract ID is missing"),
        (change_request(PROJECTCONTRACTID="PC-1", PROJECTCONTRACTLINEID="99"), "Invalid Project contract line '99' specified."),
        (change_request(PROJECTCHANGEORDERID="PCO9"), "Invalid Project change order 'PCO9' specified."),
        (change_request(change_request_entry(PROJECTID="")), "Required field Project ID is missing"),
        (change_request(change_request_entry(), PROJECTID="J1-A"), "Project J1 is not below the request's project."),
        (change_request(change_request_entry(TASKID="03-900")), "Task '03-900' specified is not valid."),
        (
            change_request(change_request_entry(TASKID="", COSTTYPEID="", PRODUCTIONUNITS="1")),
            "Required field Task ID is missing",
        ),
        (change_request(change_request_entry(PROJECTCONTRACTID="PC-1")), "Required field Project contract line ID is missing"),
        (_order(PROJECTCHANGEORDERID=""), "Required field Project change order ID is missing"),
        (_order(PROJECTCHANGEORDERDATE=""), "Required field Project change order date is missing"),
        (_order(ITEMID="x"), "Invalid Item 'x' specified."),
        (_order(PROJECTCONTRACTID="PC-1"), "Required field Project contract line ID is missing"),
    ],
)
def test_refused_changes(gateway: Gateway, body: str, says: str) -> None:
    assert says in gateway.refused(body).text


def test_a_sub_jobs_cost_is_below_its_job(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry()))
    gateway.done(change_request(change_request_entry(PROJECTID="J1-A")))

    where = "<equalto><field>PROJECTID</field><value>J1-A</value></equalto>"
    assert gateway.rows("PJESTIMATEENTRY", "AMOUNT PJESTIMATEID", where) == [{"AMOUNT": "4000", "PJESTIMATEID": "E1"}]


def test_a_finalized_estimate_takes_no_changes(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry(), more="<STATUS>active</STATUS>"))
    gateway.done("<update><PJESTIMATE><PJESTIMATEID>E1</PJESTIMATEID><STATUS>finalized</STATUS></PJESTIMATE></update>")

    assert gateway.refused(change_request()).text == "The primary estimate E1 is finalized."


def test_a_change_order_sums_up_its_requests_and_hands_its_status_on(gateway: Gateway) -> None:
    gateway.done(estimate(estimate_entry()))
    gateway.done(_order(CHANGEREQUESTSTATUSNAME="Pending", PRICEEFFECTIVEDATE="12/15/2026"))
    gateway.done(change_request(PROJECTCHANGEORDERID="PCO1"))
    gateway.done(change_request(CHANGEREQUESTID="CR2", PROJECTCHANGEORDERID="PCO1"))
    assert gateway.row("PROJECTCHANGEORDER", "TOTALCOST TOTALPRICE", "PROJECTCHANGEORDERID", "PCO1") == {
        "TOTALCOST": "8000",
        "TOTALPRICE": "10000",
    }
    assert gateway.row("CHANGEREQUEST", "CHANGEREQUESTSTATUSNAME WFTYPE PRICEEFFECTIVEDATE", "CHANGEREQUESTID", "CR1") == {
        "CHANGEREQUESTSTATUSNAME": "Pending",
        "WFTYPE": "pending change",
        "PRICEEFFECTIVEDATE": "12/15/2026",
    }
    assert _approved(gateway) == []
    change = "<update><PROJECTCHANGEORDER><PROJECTCHANGEORDERID>PCO1</PROJECTCHANGEORDERID>{}</PROJECTCHANGEORDER></update>"

    gateway.done(change.format(fields(CHANGEREQUESTSTATUSNAME="Approved", PROJECTCHANGEORDERSTATE="Posted")))

    assert [row["AMOUNT"] for row in _approved(gateway)] == ["4000", "4000"]
    back = change.format("<PROJECTCHANGEORDERSTATE>Draft</PROJECTCHANGEORDERSTATE>")
    assert gateway.refused(back).text == "A posted change order cannot become a draft again."


def test_what_is_linked_to_a_change_order_is_fixed(gateway: Gateway) -> None:
    gateway.done(_order())
    assert "Only a posted change request" in gateway.refused(change_request(CHANGEREQUESTSTATE="Draft", PROJECTCHANGEORDERID="PCO1")).text
    gateway.done(
        "<create><PROJECT><PROJECTID>J3</PROJECTID><NAME>x</NAME><PROJECTCATEGORY>Contract</PROJECTCATEGORY>"
        "<LOCATIONID>100</LOCATIONID></PROJECT></create>"
    )
    foreign = change_request(change_request_entry(PROJECTID="J3", TASKID="", COSTTYPEID=""), PROJECTID="J3", PROJECTCHANGEORDERID="PCO1")
    assert gateway.refused(foreign).text == "The change order belongs to another project."
    gateway.done(change_request(PROJECTCHANGEORDERID="PCO1"))
    request, order = (
        _record(gateway, "CHANGEREQUEST", "CHANGEREQUESTID", "CR1"),
        _record(gateway, "PROJECTCHANGEORDER", "PROJECTCHANGEORDERID", "PCO1"),
    )

    change = "<update><CHANGEREQUEST><CHANGEREQUESTID>CR1</CHANGEREQUESTID><DESCRIPTION>x</DESCRIPTION></CHANGEREQUEST></update>"
    assert "is linked to a change order and cannot be changed" in gateway.refused(change).text
    delete = "<delete><object>{}</object><keys>{}</keys></delete>"
    assert "is linked to a change order" in gateway.refused(delete.format("CHANGEREQUEST", request)).text
    assert "has change requests" in gateway.refused(delete.format("PROJECTCHANGEORDER", order)).text


def test_a_change_order_bills_an_active_non_inventory_item(gateway: Gateway) -> None:
    gateway.done("<update><ITEM><ITEMID>JOBCOST</ITEMID><ITEMTYPE>Inventory</ITEMTYPE></ITEM></update>")
    assert "not a non-inventory item" in gateway.refused(_order(ITEMID="JOBCOST")).text
    gateway.done("<update><ITEM><ITEMID>JOBCOST</ITEMID><STATUS>inactive</STATUS></ITEM></update>")
    assert "It is inactive" in gateway.refused(_order(ITEMID="JOBCOST")).text


def test_contract_line_request_and_order_go_together_or_not_at_all(gateway: Gateway) -> None:
    gateway.done(contract())
    gateway.done(estimate(estimate_entry()))
    line = {"PROJECTCONTRACTID": "C1", "PROJECTCONTRACTLINEID": "010"}
    functions = (
        contract_line(entry_price("0")),
        _order(CHANGEREQUESTSTATUSNAME="Approved", **line),
        change_request(PROJECTCHANGEORDERID="PCO1", PCNINTEGRATIONLEVEL="project change order"),
    )
    bad = functions[2].replace("03-300", "99-999")

    results = gateway.send(functions[0], functions[1], bad, transaction=True)
    assert [result.status for result in results] == ["aborted", "aborted", "failure"]
    assert gateway.rows("PROJECTCHANGEORDER", "RECORDNO") == []
    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "C1") == {"TOTALREVISEDPRICE": "0"}
    results = gateway.send(*functions, transaction=True)
    assert [result.status for result in results] == ["success"] * 3
    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "C1") == {"TOTALREVISEDPRICE": "5000"}
