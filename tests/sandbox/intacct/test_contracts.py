"""Contracts with the owner, their lines and the entries that price them."""

from __future__ import annotations

import pytest

from tests.sandbox.intacct.bodies import (
    contract,
    contract_line,
    entry_price,
    fields,
    update,
)
from tests.sandbox.intacct.gateway_client import Gateway


def _record(gateway: Gateway, name: str, key: str, value: str) -> str:
    return gateway.row(name, "RECORDNO", key, value)["RECORDNO"]


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
    gateway.done(contract(**{"ARCHITECT.CONTACTNAME": "River School site"}))
    assert gateway.row("PROJECTCONTRACT", "ARCHITECT.CONTACTNAME LOCATIONID", "PROJECTCONTRACTID", "C1") == {
        "ARCHITECT.CONTACTNAME": "River School site",
        "LOCATIONID": "100",
    }
    entries = (
        entry_price()
        + entry_price("", "revision", QTY="3", UNITPRICE="10.1234567891", PRICEMARKUPPERCENT="10")
        + entry_price("7", "forecast")
    )
    gateway.done(contract_line(entries))

    expected = {"ORIGINALPRICE": "150000", "REVISIONPRICE": "33.41", "FORECASTPRICE": "7", "TOTALREVISEDPRICE": "150033.41"}
    assert gateway.row("PROJECTCONTRACTLINE", " ".join(expected), "PROJECTCONTRACTID", "C1") == expected
    assert gateway.row("PROJECTCONTRACT", " ".join(expected), "PROJECTCONTRACTID", "C1") == expected
    where = "<equalto><field>WFTYPE</field><value>revision</value></equalto>"
    revision = gateway.rows("PROJECTCONTRACTLINEENTRY", "RECORDNO PRICE PRICEMARKUPAMOUNT LINEPRICE TASKID", where)[0]
    assert list(revision.values())[1:] == ["30.37", "3.04", "33.41", "03-100"]
    gateway.done(f"<delete><object>PROJECTCONTRACTLINEENTRY</object><keys>{revision['RECORDNO']}</keys></delete>")
    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "C1") == {"TOTALREVISEDPRICE": "150000"}


def test_entries_change_through_their_line(gateway: Gateway) -> None:
    gateway.done(contract())
    gateway.done(contract_line(entry_price()))
    line = gateway.row("PROJECTCONTRACTLINE", "RECORDNO", "PROJECTCONTRACTID", "C1")["RECORDNO"]
    where = f"<equalto><field>PROJECTCONTRACTLINEKEY</field><value>{line}</value></equalto>"
    entry = gateway.rows("PROJECTCONTRACTLINEENTRY", "RECORDNO", where)[0]["RECORDNO"]
    change = f"<PROJECTCONTRACTLINEENTRY><RECORDNO>{entry}</RECORDNO><QTY>2</QTY><UNITPRICE>5</UNITPRICE></PROJECTCONTRACTLINEENTRY>"
    inside = f"<PROJECTCONTRACTLINEENTRIES>{change}{entry_price('1', 'revision')}</PROJECTCONTRACTLINEENTRIES>"

    gateway.done(f"<update><PROJECTCONTRACTLINE><RECORDNO>{line}</RECORDNO>{inside}</PROJECTCONTRACTLINE></update>")

    assert gateway.row("PROJECTCONTRACT", "TOTALREVISEDPRICE", "PROJECTCONTRACTID", "C1") == {"TOTALREVISEDPRICE": "11"}
    own = f"<create>{entry_price()}</create>"
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
    assert says in gateway.refused(contract(**more)).text


def test_a_contract_needs_an_active_project_with_a_location(gateway: Gateway) -> None:
    gateway.done("<update><PROJECT><PROJECTID>J1</PROJECTID><LOCATIONID></LOCATIONID></PROJECT></update>")
    assert gateway.refused(contract()).text == "Project J1 has no location."
    gateway.done("<update><PROJECT><PROJECTID>J1</PROJECTID><LOCATIONID>100</LOCATIONID><STATUS>inactive</STATUS></PROJECT></update>")
    assert "Project 'J1' specified is not valid." in gateway.refused(contract()).text


@pytest.mark.parametrize(
    ("entries", "more", "says"),
    [
        ("", {"PROJECTCONTRACTID": "C9"}, "Invalid Project contract 'C9' specified."),
        ("", {"PROJECTCONTRACTID": ""}, "Required field Project contract ID is missing"),
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
        (entry_price(kind=""), {}, "Required field Workflow type is missing"),
        (entry_price(kind="approved change"), {}, "Entries of type approved change come from change requests."),
        (entry_price(""), {}, "Required field Price is missing"),
        (entry_price("", QTY="1"), {}, "Required field Price is missing"),
        (entry_price(PRICEEFFECTIVEDATE=""), {}, "Required field Price effective date is missing"),
        (entry_price("", QTY="1", UNITPRICE="1.12345678901"), {}, "Illegal format for Unit price 1.12345678901."),
    ],
)
def test_refused_contract_lines(gateway: Gateway, entries: str, more: dict[str, str], says: str) -> None:
    gateway.done(contract())

    assert says in gateway.refused(contract_line(entries, **more)).text


def test_a_line_bills_a_non_inventory_item(gateway: Gateway) -> None:
    gateway.done(contract())
    gateway.done("<update><ITEM><ITEMID>JOBCOST</ITEMID><ITEMTYPE>Inventory</ITEMTYPE></ITEM></update>")

    assert gateway.refused(contract_line()).text == "Item JOBCOST is not a non-inventory item."


def test_a_contract_with_lines_stays(gateway: Gateway) -> None:
    record = _record(gateway, "PROJECTCONTRACT", "PROJECTCONTRACTID", "PC-1")

    assert "has lines" in gateway.refused(f"<delete><object>PROJECTCONTRACT</object><keys>{record}</keys></delete>").text
    gateway.done(contract())
    own = _record(gateway, "PROJECTCONTRACT", "PROJECTCONTRACTID", "C1")
    change = "<update><PROJECTCONTRACT><PROJECTCONTRACTID>C1</PROJECTCONTRACTID><CUSTOMERID>C-9</CUSTOMERID></PROJECTCONTRACT></update>"
    assert "Invalid Customer" in gateway.refused(change).text
    gateway.done(f"<delete><object>PROJECTCONTRACT</object><keys>{own}</keys></delete>")


def test_a_contract_may_move_to_another_project(gateway: Gateway) -> None:
    gateway.done(contract())

    gateway.done(update("PROJECTCONTRACT", fields(PROJECTCONTRACTID="C1", PROJECTID="J1-A", NAME="Hall")))

    assert gateway.row("PROJECTCONTRACT", "PROJECTNAME NAME CUSTOMERNAME", "PROJECTCONTRACTID", "C1") == {
        "PROJECTNAME": "Hall",
        "NAME": "Hall",
        "CUSTOMERNAME": "School District",
    }


def test_several_lines_may_be_without_a_task(gateway: Gateway) -> None:
    gateway.done(contract())

    for line_id in ("010", "020"):
        gateway.done(contract_line(PROJECTCONTRACTLINEID=line_id, TASKID=""))
