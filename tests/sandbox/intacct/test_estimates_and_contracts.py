"""Estimates by workflow type, contracts with the owner, and the change requests that post to both."""

from __future__ import annotations

import pytest

from tests.sandbox.intacct.gateway_client import Gateway


def _fields(**values: str) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)


def _entry(amount: str = "<AMOUNT>1000.00</AMOUNT>", kind: str = "original", task: str = "03-300", more: str = "") -> str:
    coding = f"<TASKID>{task}</TASKID><COSTTYPEID>SUB</COSTTYPEID>" if task else ""
    workflow = f"<WFTYPE>{kind}</WFTYPE>" if kind else ""
    return f"<PJESTIMATEENTRY>{coding}{workflow}{amount}{more}</PJESTIMATEENTRY>"


def _estimate(*entries: str, estimate_id: str = "E1", project: str = "J1", more: str = "") -> str:
    header = _fields(PJESTIMATEID=estimate_id, PROJECTID=project)
    return f"<create><PJESTIMATE>{header}{more}<ENTRIES>{''.join(entries)}</ENTRIES></PJESTIMATE></create>"


def _total(gateway: Gateway, estimate_id: str = "E1") -> str:
    return gateway.row("PJESTIMATE", "TOTALAMOUNT", "PJESTIMATEID", estimate_id)["TOTALAMOUNT"]


def _record(gateway: Gateway, name: str, key: str, value: str) -> str:
    return gateway.row(name, "RECORDNO", key, value)["RECORDNO"]


# Estimates


def test_an_estimate_reads_back_by_workflow_type(gateway: Gateway) -> None:
    gateway.done(_estimate(_entry(), _entry("<QTY>3</QTY><UNITCOST>12.345</UNITCOST>", "", "03-100"), _entry("<AMOUNT>0</AMOUNT>")))

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
    gateway.done(_estimate(_entry()))
    gateway.done(_estimate(_entry(), estimate_id="E2"))
    assert gateway.row("PJESTIMATE", "ISPRIMARY", "PJESTIMATEID", "E2") == {"ISPRIMARY": "false"}

    primary = "<ISPRIMARY>true</ISPRIMARY>"
    taken = "Project J1 has the primary estimate E1 already."
    assert gateway.refused(_estimate(_entry(), estimate_id="E3", more=primary)).text == taken
    change = f"<update><PJESTIMATE><PJESTIMATEID>E2</PJESTIMATEID>{primary}</PJESTIMATE></update>"
    assert gateway.refused(change).text == taken
    gateway.done("<update><PJESTIMATE><PJESTIMATEID>E1</PJESTIMATEID><ISPRIMARY>false</ISPRIMARY></PJESTIMATE></update>")
    gateway.done(change)
    gateway.done(_estimate(_entry(task=""), estimate_id="E4", project="J1-A", more="<ISPRIMARY>false</ISPRIMARY>"))
    assert gateway.row("PJESTIMATE", "ISPRIMARY", "PJESTIMATEID", "E4") == {"ISPRIMARY": "false"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (_estimate(_entry(), estimate_id=""), "Required field Project estimate ID is missing"),
        (_estimate(_entry(), project=""), "Required field Projectid is missing"),
        (_estimate(_entry(), project="J9"), "Invalid Project 'J9' specified."),
        (_estimate(_entry(), more="<PJESTIMATETYPENAME>x</PJESTIMATETYPENAME>"), "Invalid Project estimate type 'x' specified."),
        (_estimate(_entry(), more="<POSTED>true</POSTED>"), "Required field GL budget ID is missing"),
        (
            _estimate(_entry(), more="<POSTED>true</POSTED><GLBUDGETID>B</GLBUDGETID><POSTTO>Estimate date</POSTTO>"),
            "Required field Estimate date is missing",
        ),
        (
            _estimate(_entry(), more="<POSTED>true</POSTED><GLBUDGETID>B</GLBUDGETID><POSTTO>Effective date</POSTTO>"),
            "Required field Effective date is missing",
        ),
        (_estimate(_entry("")), "Required field Amount is missing"),
        (_estimate(_entry("<QTY>1</QTY>")), "Required field Amount is missing"),
        (_estimate(_entry("<PRODUCTIONUNITS>1</PRODUCTIONUNITS>", task="")), "Required field Task ID is missing"),
        (_estimate(_entry(kind="guess")), "Illegal format for Wftype guess."),
        (_estimate(_entry(task="99-999")), "Invalid Task '99-999' specified."),
        (_estimate(_entry(task="03-900")), "Task '03-900' specified is not valid."),
        (_estimate(_entry(more=f"<MEMO>{'x' * 2001}</MEMO>")), "The value of Memo is too long."),
    ],
)
def test_refused_estimates(gateway: Gateway, body: str, says: str) -> None:
    assert says in gateway.refused(body).text


def test_production_units_need_no_amount(gateway: Gateway) -> None:
    gateway.done(_estimate(_entry("<PRODUCTIONUNITS>5</PRODUCTIONUNITS>")))

    assert gateway.rows("PJESTIMATEENTRY", "AMOUNT PRODUCTIONUNITS") == [{"AMOUNT": "0", "PRODUCTIONUNITS": "5"}]


def test_entries_are_changed_by_record_added_without_and_removed_by_delete(gateway: Gateway) -> None:
    gateway.done(_estimate(_entry(), _entry("<AMOUNT>50</AMOUNT>")))
    first, second = (row["RECORDNO"] for row in gateway.rows("PJESTIMATEENTRY", "RECORDNO"))
    changed = f"<PJESTIMATEENTRY><RECORDNO>{first}</RECORDNO><AMOUNT>900</AMOUNT></PJESTIMATEENTRY>"
    lines = f"<ENTRIES>{changed}{_entry('<AMOUNT>-25</AMOUNT>', 'revision')}</ENTRIES>"

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
    gateway.done(_estimate(_entry()))
    own = _entry("<AMOUNT>10</AMOUNT>", "revision", more="<PJESTIMATEID>E1</PJESTIMATEID>")

    record = gateway.done(f"<create>{own}</create>").rows[0]["RECORDNO"]
    assert _total(gateway) == "1010"
    change = "<update><PJESTIMATEENTRY><RECORDNO>{}</RECORDNO>{}</PJESTIMATEENTRY></update>"
    gateway.done(change.format(record, "<QTY>2</QTY><UNITCOST>7</UNITCOST>"))
    assert _total(gateway) == "1014"
    assert "Invalid Project estimate '' specified." in gateway.refused(f"<create>{_entry()}</create>").text


def test_a_finalized_estimate_is_fixed_and_a_primary_one_stays(gateway: Gateway) -> None:
    gateway.done(_estimate(_entry()))
    gateway.done(_estimate(_entry(), estimate_id="E2"))
    entry = gateway.rows("PJESTIMATEENTRY", "RECORDNO")[0]["RECORDNO"]
    change = "<update><PJESTIMATE><PJESTIMATEID>E1</PJESTIMATEID>{}</PJESTIMATE></update>"
    gateway.done(change.format("<STATUS>finalized</STATUS>"))
    fixed = "Estimate E1 is finalized and cannot be changed."

    assert gateway.refused(change.format("<DESCRIPTION>x</DESCRIPTION>")).text == fixed
    assert gateway.refused(change.format(f"<ENTRIES>{_entry()}</ENTRIES>")).text == fixed
    assert gateway.refused(f"<delete><object>PJESTIMATEENTRY</object><keys>{entry}</keys></delete>").text == fixed
    own = _entry(more="<PJESTIMATEID>E1</PJESTIMATEID>")
    assert gateway.refused(f"<create>{own}</create>").text == fixed
    gateway.done(change.format("<STATUS>active</STATUS>"))
    first, second = (_record(gateway, "PJESTIMATE", "PJESTIMATEID", name) for name in ("E1", "E2"))
    delete = "<delete><object>PJESTIMATE</object><keys>{}</keys></delete>"
    assert "cannot be deleted: it is primary or finalized" in gateway.refused(delete.format(first)).text
    gateway.done(delete.format(second))
    assert len(gateway.rows("PJESTIMATEENTRY", "RECORDNO")) == 1


# Contracts


def _contract(**more: str) -> str:
    values = {
        "PROJECTCONTRACTID": "C1",
        "NAME": "Contract",
        "PROJECTID": "J1",
        "CUSTOMERID": "C-1001",
        "CONTRACTDATE": "11/01/2026",
        **more,
    }
    return f"<create><PROJECTCONTRACT>{_fields(**values)}</PROJECTCONTRACT></create>"


def _contract_line(entries: str = "", **more: str) -> str:
    values = {
        "PROJECTCONTRACTID": "C1",
        "PROJECTCONTRACTLINEID": "010",
        "NAME": "Line",
        "CONTRACTLINEDATE": "11/01/2026",
        "ACCOUNTNO": "4010",
        "BILLINGTYPE": "Progress",
        "MAXIMUMBILLING": "Total revised price",
        "PROJECTID": "J1-A",
        "ITEMID": "JOBCOST",
        "TASKID": "03-100",
        **more,
    }
    inside = f"<PROJECTCONTRACTLINEENTRIES>{entries}</PROJECTCONTRACTLINEENTRIES>"
    return f"<create><PROJECTCONTRACTLINE>{_fields(**values)}{inside}</PROJECTCONTRACTLINE></create>"


def _price(price: str = "150000", kind: str = "original", **more: str) -> str:
    values = {"WFTYPE": kind, "PRICE": price, "PRICEEFFECTIVEDATE": "11/01/2026", **more}
    return f"<PROJECTCONTRACTLINEENTRY>{_fields(**values)}</PROJECTCONTRACTLINEENTRY>"


def test_the_seeds_contract_has_a_line_per_line_and_a_task_on_one_only(gateway: Gateway) -> None:
    contract = gateway.row("PROJECTCONTRACT", "PROJECTID CUSTOMERNAME ORIGINALPRICE TOTALREVISEDPRICE", "PROJECTCONTRACTID", "PC-1")
    assert contract == {
        "PROJECTID": "J1",
        "CUSTOMERNAME": "School District",
        "ORIGINALPRICE": "3010.5",
        "TOTALREVISEDPRICE": "3010.5",
    }
    lines = gateway.rows("PROJECTCONTRACTLINE", "PROJECTCONTRACTLINEID TASKID TOTALREVISEDPRICE BILLINGTYPE")
    assert [tuple(row.values()) for row in lines] == [
        ("010", "03-100", "1000", "Progress"),
        ("020", "03-300", "2000.5", "Progress"),
        ("030", "", "10", "Progress"),
    ]
    entries = gateway.rows("PROJECTCONTRACTLINEENTRY", "WFTYPE PRICE PROJECTCONTRACTLINE.NAME")
    assert entries[1] == {"WFTYPE": "original", "PRICE": "2000.5", "PROJECTCONTRACTLINE.NAME": "Concrete"}


def test_a_contract_is_worth_what_its_entries_say(gateway: Gateway) -> None:
    gateway.done(_contract(**{"ARCHITECT.CONTACTNAME": "River School site"}))
    assert gateway.row("PROJECTCONTRACT", "ARCHITECT.CONTACTNAME LOCATIONID", "PROJECTCONTRACTID", "C1") == {
        "ARCHITECT.CONTACTNAME": "River School site",
        "LOCATIONID": "100",
    }
    entries = _price() + _price("", "revision", QTY="3", UNITPRICE="10.1234567891", PRICEMARKUPPERCENT="10") + _price("7", "forecast")
    gateway.done(_contract_line(entries))

    expected = {"ORIGINALPRICE": "150000", "REVISIONPRICE": "33.41", "FORECASTPRICE": "7", "TOTALREVISEDPRICE": "150033.41"}
    assert gateway.row("PROJECTCONTRACTLINE", " ".join(expected), "PROJECTCONTRACTID", "C1") == expected
    assert gateway.row("PROJECTCONTRACT", " ".join(expected), "PROJECTCONTRACTID", "C1") == expected
    where = "<equalto><field>WFTYPE</field><value>revision</value></equalto>"
    revision = gateway.rows("PROJECTCONTRACTLINEENTRY", "RECORDNO PRICE PRICEMARKUPAMOUNT LINEPRICE TASKID", where)[0]
    assert list(revision.values())[1:] == ["30.37", "3.04", "33.41", "03-100"]
    gateway.done(f"<delete><object>PROJECTCONTRACTLINEENTRY</object><keys>{revision['RECORDNO']}</keys></delete>")
    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "C1") == {"TOTALREVISEDPRICE": "150000"}


def test_entries_change_through_their_line(gateway: Gateway) -> None:
    gateway.done(_contract())
    gateway.done(_contract_line(_price()))
    line = gateway.row("PROJECTCONTRACTLINE", "RECORDNO", "PROJECTCONTRACTID", "C1")["RECORDNO"]
    where = f"<equalto><field>PROJECTCONTRACTLINEKEY</field><value>{line}</value></equalto>"
    entry = gateway.rows("PROJECTCONTRACTLINEENTRY", "RECORDNO", where)[0]["RECORDNO"]
    change = f"<PROJECTCONTRACTLINEENTRY><RECORDNO>{entry}</RECORDNO><QTY>2</QTY><UNITPRICE>5</UNITPRICE></PROJECTCONTRACTLINEENTRY>"
    inside = f"<PROJECTCONTRACTLINEENTRIES>{change}{_price('1', 'revision')}</PROJECTCONTRACTLINEENTRIES>"

    gateway.done(f"<update><PROJECTCONTRACTLINE><RECORDNO>{line}</RECORDNO>{inside}</PROJECTCONTRACTLINE></update>")

    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "C1") == {"TOTALREVISEDPRICE": "11"}
    own = f"<create>{_price()}</create>"
    assert gateway.refused(own).text == "Create is not supported for PROJECTCONTRACTLINEENTRY."
    direct = f"<update><PROJECTCONTRACTLINEENTRY><RECORDNO>{entry}</RECORDNO><PRICE>1</PRICE></PROJECTCONTRACTLINEENTRY></update>"
    assert gateway.refused(direct).text == "Update is not supported for PROJECTCONTRACTLINEENTRY."


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"NAME": ""}, "Required field Name is missing"),
        ({"CUSTOMERID": ""}, "Required field Customerid is missing"),
        ({"CUSTOMERID": "C-9"}, "Invalid Customer 'C-9' specified."),
        ({"CONTRACTDATE": ""}, "Required field Contract date is missing"),
        ({"CONTRACTDATE": "2026-11-01"}, "Illegal format for Contract date 2026-11-01."),
        ({"RETAINAGEPERCENTAGE": "101"}, "Illegal format for Retainage percentage 101."),
        ({"PROJECTID": "J9"}, "Invalid Project 'J9' specified."),
        ({"PROJECTCONTRACTID": "PC-1"}, "Another Project contract with the given value(s) PC-1  already exists"),
    ],
)
def test_refused_contracts(gateway: Gateway, more: dict[str, str], says: str) -> None:
    assert says in gateway.refused(_contract(**more)).text


def test_a_contract_needs_an_active_project_with_a_location(gateway: Gateway) -> None:
    gateway.done("<update><PROJECT><PROJECTID>J1</PROJECTID><LOCATIONID></LOCATIONID></PROJECT></update>")
    assert gateway.refused(_contract()).text == "Project J1 has no location."
    gateway.done("<update><PROJECT><PROJECTID>J1</PROJECTID><LOCATIONID>100</LOCATIONID><STATUS>inactive</STATUS></PROJECT></update>")
    assert "Project 'J1' specified is not valid." in gateway.refused(_contract()).text


@pytest.mark.parametrize(
    ("entries", "more", "says"),
    [
        ("", {"PROJECTCONTRACTID": "C9"}, "Invalid Project contract 'C9' specified."),
        ("", {"PROJECTCONTRACTLINEID": ""}, "Required field Project contract line ID is missing"),
        ("", {"BILLINGTYPE": ""}, "Required field Billing type is missing"),
        ("", {"BILLINGTYPE": "Fixed"}, "Illegal format for Billing type Fixed."),
        ("", {"MAXIMUMBILLING": "No maximum"}, "Progress billing needs the maximum billing Total revised price."),
        ("", {"MAXIMUMBILLING": ""}, "Required field Maximum billing is missing"),
        ("", {"ACCOUNTNO": ""}, "Required field Account number is missing"),
        ("", {"PROJECTID": ""}, "Required field Project ID is missing"),
        ("", {"ITEMID": ""}, "Required field Item ID is missing"),
        ("", {"ITEMID": "X"}, "Invalid Item 'X' specified."),
        ("", {"RETAINAGEPERCENTAGE": "-1"}, "Illegal format for Retainage percentage -1."),
        ("", {"PROJECTID": "J1"}, "Task 03-100 is on line 010 already."),
        ("", {"PROJECTCONTRACTID": "PC-1"}, "Another Project contract line with the given value(s) PC-1 010  already exists"),
        (_price(kind=""), {}, "Required field Workflow type is missing"),
        (_price(kind="approved change"), {}, "Entries of type approved change come from change requests."),
        (_price(""), {}, "Required field Price is missing"),
        (_price("", QTY="1"), {}, "Required field Price is missing"),
        (_price(PRICEEFFECTIVEDATE=""), {}, "Required field Price effective date is missing"),
        (_price("", QTY="1", UNITPRICE="1.12345678901"), {}, "Illegal format for Unit price 1.12345678901."),
    ],
)
def test_refused_contract_lines(gateway: Gateway, entries: str, more: dict[str, str], says: str) -> None:
    gateway.done(_contract())

    assert says in gateway.refused(_contract_line(entries, **more)).text


def test_a_line_bills_a_non_inventory_item(gateway: Gateway) -> None:
    gateway.done(_contract())
    gateway.done("<update><ITEM><ITEMID>JOBCOST</ITEMID><ITEMTYPE>Inventory</ITEMTYPE></ITEM></update>")

    assert gateway.refused(_contract_line()).text == "Item JOBCOST is not a non-inventory item."


def test_a_contract_with_lines_stays(gateway: Gateway) -> None:
    record = _record(gateway, "PROJECTCONTRACT", "PROJECTCONTRACTID", "PC-1")

    assert "has lines" in gateway.refused(f"<delete><object>PROJECTCONTRACT</object><keys>{record}</keys></delete>").text
    gateway.done(_contract())
    own = _record(gateway, "PROJECTCONTRACT", "PROJECTCONTRACTID", "C1")
    change = "<update><PROJECTCONTRACT><PROJECTCONTRACTID>C1</PROJECTCONTRACTID><CUSTOMERID>C-9</CUSTOMERID></PROJECTCONTRACT></update>"
    assert "Invalid Customer" in gateway.refused(change).text
    gateway.done(f"<delete><object>PROJECTCONTRACT</object><keys>{own}</keys></delete>")


# Change requests and change orders


def _request_entry(**more: str) -> str:
    values = {"PROJECTID": "J1", "TASKID": "03-300", "COSTTYPEID": "SUB", "COST": "4000", "PRICE": "5000", **more}
    return f"<CHANGEREQUESTENTRY>{_fields(**values)}</CHANGEREQUESTENTRY>"


def _request(*entries: str, **more: str) -> str:
    values = {
        "CHANGEREQUESTID": "CR1",
        "PROJECTID": "J1",
        "CHANGEREQUESTDATE": "11/20/2026",
        "CHANGEREQUESTSTATE": "Posted",
        "CHANGEREQUESTSTATUSNAME": "Approved",
        **more,
    }
    inside = f"<CHANGEREQUESTENTRIES>{''.join(entries or (_request_entry(),))}</CHANGEREQUESTENTRIES>"
    return f"<create><CHANGEREQUEST>{_fields(**values)}{inside}</CHANGEREQUEST></create>"


def _order(**more: str) -> str:
    values = {"PROJECTCHANGEORDERID": "PCO1", "PROJECTID": "J1", "PROJECTCHANGEORDERDATE": "11/20/2026", **more}
    return f"<create><PROJECTCHANGEORDER>{_fields(**values)}</PROJECTCHANGEORDER></create>"


def _approved(gateway: Gateway) -> list[dict[str, str]]:
    where = "<equalto><field>WFTYPE</field><value>approved change</value></equalto>"
    return gateway.rows("PJESTIMATEENTRY", "AMOUNT TASKID CHANGEREQUESTID EFFECTIVEDATE", where)


def test_a_posted_request_posts_its_cost_to_the_primary_estimate(gateway: Gateway) -> None:
    gateway.done(_estimate(_entry()))
    gateway.done(_request(_request_entry(), _request_entry(COST="", QTY="3", UNITCOST="1.50"), COSTEFFECTIVEDATE="12/01/2026"))

    posted = {"TASKID": "03-300", "CHANGEREQUESTID": "CR1", "EFFECTIVEDATE": "12/01/2026"}
    assert _approved(gateway) == [{"AMOUNT": "4000", **posted}, {"AMOUNT": "4.5", **posted}]
    assert _total(gateway) == "5004.5"
    assert gateway.row("CHANGEREQUEST", "TOTALCOST TOTALPRICE WFTYPE CUSTOMERID", "CHANGEREQUESTID", "CR1") == {
        "TOTALCOST": "4004.5",
        "TOTALPRICE": "10000",
        "WFTYPE": "approved change",
        "CUSTOMERID": "C-1001",
    }
    linked = "<isnotnull><field>CHANGEREQUESTENTRYKEY</field></isnotnull>"
    entry = gateway.rows("PJESTIMATEENTRY", "RECORDNO", linked)[0]["RECORDNO"]
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
    gateway.done(_estimate(_entry()))
    gateway.done(_request(**more))

    assert _total(gateway) == "1000"


def test_a_changed_request_is_posted_anew_and_a_deleted_one_taken_back(gateway: Gateway) -> None:
    gateway.done(_estimate(_entry()))
    gateway.done(_request())
    entry = gateway.rows("CHANGEREQUESTENTRY", "RECORDNO")[0]["RECORDNO"]
    changed = f"<CHANGEREQUESTENTRY><RECORDNO>{entry}</RECORDNO><COST>100</COST></CHANGEREQUESTENTRY>"
    inside = f"<CHANGEREQUESTENTRIES>{changed}{_request_entry(COST='1')}</CHANGEREQUESTENTRIES>"
    gateway.done(f"<update><CHANGEREQUEST><CHANGEREQUESTID>CR1</CHANGEREQUESTID>{inside}</CHANGEREQUEST></update>")
    assert [row["AMOUNT"] for row in _approved(gateway)] == ["100", "1"]

    back = "<update><CHANGEREQUEST><CHANGEREQUESTID>CR1</CHANGEREQUESTID><CHANGEREQUESTSTATE>Draft</CHANGEREQUESTSTATE></CHANGEREQUEST></update>"
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
    gateway.done(_request(_request_entry(PRICEMARKUPPERCENT="10", **(line if entry_line else {})), **more))

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


def test_without_a_level_no_price_is_posted(gateway: Gateway) -> None:
    gateway.done(_request(PROJECTCONTRACTID="PC-1", PROJECTCONTRACTLINEID="020"))

    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "PC-1") == {"TOTALREVISEDPRICE": "3010.5"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (_request(CHANGEREQUESTID=""), "Required field Change request ID is missing"),
        (_request(CHANGEREQUESTDATE=""), "Required field Change request date is missing"),
        (_request(PROJECTID=""), "Required field Projectid is missing"),
        (_request(CHANGEREQUESTSTATUSNAME="x"), "Invalid Change request status 'x' specified."),
        (_request(CHANGEREQUESTSTATE="Open"), "Illegal format for Changerequeststate Open."),
        (_request(PROJECTCONTRACTID="PC-1"), "Required field Project contract line ID is missing"),
        (_request(PROJECTCONTRACTLINEID="020"), "Required field Project contract ID is missing"),
        (_request(PROJECTCONTRACTID="PC-1", PROJECTCONTRACTLINEID="99"), "Invalid Project contract line '99' specified."),
        (_request(PROJECTCHANGEORDERID="PCO9"), "Invalid Project change order 'PCO9' specified."),
        (_request(_request_entry(PROJECTID="")), "Required field Project ID is missing"),
        (_request(_request_entry(), PROJECTID="J1-A"), "Project J1 is not below the request's project."),
        (_request(_request_entry(TASKID="03-900")), "Task '03-900' specified is not valid."),
        (
            _request(_request_entry(TASKID="", COSTTYPEID="", PRODUCTIONUNITS="1")),
            "Required field Task ID is missing",
        ),
        (_request(_request_entry(PROJECTCONTRACTID="PC-1")), "Required field Project contract line ID is missing"),
        (_order(PROJECTCHANGEORDERID=""), "Required field Project change order ID is missing"),
        (_order(PROJECTCHANGEORDERDATE=""), "Required field Project change order date is missing"),
        (_order(ITEMID="x"), "Invalid Item 'x' specified."),
        (_order(PROJECTCONTRACTID="PC-1"), "Required field Project contract line ID is missing"),
    ],
)
def test_refused_changes(gateway: Gateway, body: str, says: str) -> None:
    assert says in gateway.refused(body).text


def test_a_sub_jobs_cost_is_below_its_job(gateway: Gateway) -> None:
    gateway.done(_estimate(_entry()))
    gateway.done(_request(_request_entry(PROJECTID="J1-A")))

    where = "<equalto><field>PROJECTID</field><value>J1-A</value></equalto>"
    assert gateway.rows("PJESTIMATEENTRY", "AMOUNT PJESTIMATEID", where) == [{"AMOUNT": "4000", "PJESTIMATEID": "E1"}]


def test_a_finalized_estimate_takes_no_changes(gateway: Gateway) -> None:
    gateway.done(_estimate(_entry(), more="<STATUS>active</STATUS>"))
    gateway.done("<update><PJESTIMATE><PJESTIMATEID>E1</PJESTIMATEID><STATUS>finalized</STATUS></PJESTIMATE></update>")

    assert gateway.refused(_request()).text == "The primary estimate E1 is finalized."


def test_a_change_order_sums_up_its_requests_and_hands_its_status_on(gateway: Gateway) -> None:
    gateway.done(_estimate(_entry()))
    gateway.done(_order(CHANGEREQUESTSTATUSNAME="Pending", PRICEEFFECTIVEDATE="12/15/2026"))
    gateway.done(_request(PROJECTCHANGEORDERID="PCO1"))
    gateway.done(_request(CHANGEREQUESTID="CR2", PROJECTCHANGEORDERID="PCO1"))
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

    gateway.done(change.format(_fields(CHANGEREQUESTSTATUSNAME="Approved", PROJECTCHANGEORDERSTATE="Posted")))

    assert [row["AMOUNT"] for row in _approved(gateway)] == ["4000", "4000"]
    back = change.format("<PROJECTCHANGEORDERSTATE>Draft</PROJECTCHANGEORDERSTATE>")
    assert gateway.refused(back).text == "A posted change order cannot become a draft again."


def test_what_is_linked_to_a_change_order_is_fixed(gateway: Gateway) -> None:
    gateway.done(_order())
    assert "Only a posted change request" in gateway.refused(_request(CHANGEREQUESTSTATE="Draft", PROJECTCHANGEORDERID="PCO1")).text
    gateway.done(
        "<create><PROJECT><PROJECTID>J3</PROJECTID><NAME>x</NAME><PROJECTCATEGORY>Contract</PROJECTCATEGORY>"
        "<LOCATIONID>100</LOCATIONID></PROJECT></create>"
    )
    foreign = _request(_request_entry(PROJECTID="J3", TASKID="", COSTTYPEID=""), PROJECTID="J3", PROJECTCHANGEORDERID="PCO1")
    assert gateway.refused(foreign).text == "The change order belongs to another project."
    gateway.done(_request(PROJECTCHANGEORDERID="PCO1"))
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
    gateway.done(_contract())
    gateway.done(_estimate(_entry()))
    line = {"PROJECTCONTRACTID": "C1", "PROJECTCONTRACTLINEID": "010"}
    functions = (
        _contract_line(_price("0")),
        _order(CHANGEREQUESTSTATUSNAME="Approved", **line),
        _request(PROJECTCHANGEORDERID="PCO1", PCNINTEGRATIONLEVEL="project change order"),
    )
    bad = functions[2].replace("03-300", "99-999")

    results = gateway.send(functions[0], functions[1], bad, transaction=True)
    assert [result.status for result in results] == ["aborted", "aborted", "failure"]
    assert gateway.rows("PROJECTCHANGEORDER", "RECORDNO") == []
    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "C1") == {"TOTALREVISEDPRICE": "0"}
    results = gateway.send(*functions, transaction=True)
    assert [result.status for result in results] == ["success"] * 3
    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "C1") == {"TOTALREVISEDPRICE": "5000"}
