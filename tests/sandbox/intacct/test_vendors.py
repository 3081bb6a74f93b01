"""Vendors and customers, with the contacts they bring."""

from __future__ import annotations

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import (
    create,
    document,
    update,
    vendor,
)
from tests.sandbox.intacct.gateway_client import Gateway


def test_a_vendor_brings_its_contact(gateway: Gateway) -> None:
    contact = "<EMAIL1>ap@new.example</EMAIL1><MAILADDRESS><CITY>Reno</CITY><COUNTRY>United States</COUNTRY></MAILADDRESS>"

    gateway.done(vendor("N-1", "New Vendor", contact=contact))

    row = gateway.row("VENDOR", "DISPLAYCONTACT.CONTACTNAME PAYTO.EMAIL1 RETURNTO.MAILADDRESS.CITY", "VENDORID", "N-1")
    assert row == {
        "DISPLAYCONTACT.CONTACTNAME": "New Vendor(VN-1)",
        "PAYTO.EMAIL1": "ap@new.example",
        "RETURNTO.MAILADDRESS.CITY": "Reno",
    }
    gateway.row("CONTACT", "PRINTAS", "CONTACTNAME", "New Vendor(VN-1)")


@pytest.mark.parametrize(
    ("body", "errorno", "says"),
    [
        (vendor("N-1", ""), "BL01001973", "Required field Name is missing"),
        (vendor(""), "BL01001973", "Required field Vendor ID is missing"),
        (vendor("X" * 21), "BL03000018", "The value of Vendor ID is too long. The maximum length is 20."),
        (vendor("V-1", "Other"), "BL34000061", "Another Vendor with the given value(s) V-1  already exists"),
        (vendor(more="<TERMNAME>Net 99</TERMNAME>"), "BL01001973", "Invalid Term 'Net 99' specified."),
        (vendor(more="<VENDTYPE>Other</VENDTYPE>"), "BL01001973", "Invalid Vendor type 'Other' specified."),
        (vendor(more="<STATUS>on</STATUS>"), "BL03000018", "Illegal format for Status on."),
        (
            vendor(contact="<EMAIL1>@nowhere</EMAIL1>"),
            "BL03000018",
            "Illegal format for Contactversion : Primary Email Address @nowhere.",
        ),
        (vendor(contact="<MAILADDRESS><COUNTRY>US</COUNTRY></MAILADDRESS>"), "BL03000018", "Illegal format for Country US."),
        (vendor(contact="<NOSUCH>1</NOSUCH>"), "BL03000018", "NOSUCH is not a field of CONTACT."),
        (vendor(more="<PAYTO><CONTACTNAME>Nobody</CONTACTNAME></PAYTO>"), "BL01001973", "Invalid Contact 'Nobody' specified."),
        (vendor().replace("<PRINTAS>New Vendor</PRINTAS>", ""), "BL01001973", "Required field Contact info is missing"),
        (
            vendor(contact="<PHONE1>1</PHONE1>").replace("<PRINTAS>New Vendor</PRINTAS>", ""),
            "BL01001973",
            "Required field Print as is missing",
        ),
    ],
)
def test_refusals_of_vendors(gateway: Gateway, body: str, errorno: str, says: str) -> None:
    error = gateway.refused(body)

    assert error.errorno == errorno
    assert says in error.text


def test_an_empty_element_is_not_given_to_a_create_and_clears_in_an_update(gateway: Gateway) -> None:
    gateway.done(vendor("N-1", more="<STATUS></STATUS><TAXID>1</TAXID>"))
    assert gateway.row("VENDOR", "STATUS TAXID", "VENDORID", "N-1") == {"STATUS": "active", "TAXID": "1"}

    gateway.done(update("VENDOR", "<VENDORID>N-1</VENDORID><TAXID></TAXID>"))
    assert gateway.row("VENDOR", "STATUS TAXID", "VENDORID", "N-1") == {"STATUS": "active", "TAXID": ""}


def test_contact_names_are_shared_so_a_clash_fails_a_new_vendor(gateway: Gateway) -> None:
    taken = "<CONTACTNAME>River School site</CONTACTNAME>"

    answer = gateway.ask(vendor("N-1", contact=taken))

    assert [error.text for error in answer.errors] == [
        "Another Contact with the given value(s) River School site  already exists",
        "Could not create contact record!",
        "Could not create Vendor record!",
    ]
    assert gateway.rows("VENDOR", "VENDORID", "<equalto><field>VENDORID</field><value>N-1</value></equalto>") == []


def test_a_vendor_may_be_numbered_by_the_system(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.vendor_sequence = True

    assert gateway.done(vendor("")).rows[0]["VENDORID"] == "V-00044"


def test_an_update_of_a_vendor_changes_its_contact_in_place(gateway: Gateway) -> None:
    before = gateway.row("VENDOR", "DISPLAYCONTACTKEY", "VENDORID", "V-1")
    change = "<DISPLAYCONTACT><PHONE1>556</PHONE1><MAILADDRESS><CITY>Elko</CITY></MAILADDRESS></DISPLAYCONTACT>"

    gateway.done(update("VENDOR", f"<VENDORID>V-1</VENDORID><NAME>Alpha Ltd</NAME>{change}"))

    row = gateway.row("VENDOR", "NAME DISPLAYCONTACTKEY DISPLAYCONTACT.PHONE1 DISPLAYCONTACT.MAILADDRESS.CITY", "VENDORID", "V-1")
    assert row == {**before, "NAME": "Alpha Ltd", "DISPLAYCONTACT.PHONE1": "556", "DISPLAYCONTACT.MAILADDRESS.CITY": "Elko"}
    bad = "<DISPLAYCONTACT><EMAIL1>x</EMAIL1></DISPLAYCONTACT>"
    assert "Illegal format" in gateway.refused(update("VENDOR", f"<VENDORID>V-1</VENDORID>{bad}")).text


def test_roles_of_contacts_can_be_pointed_elsewhere(gateway: Gateway) -> None:
    role = "<PAYTO><CONTACTNAME>River School site</CONTACTNAME></PAYTO>"
    gateway.done(update("VENDOR", f"<VENDORID>V-1</VENDORID>{role}"))

    row = gateway.row("VENDOR", "PAYTO.CONTACTNAME RETURNTO.CONTACTNAME", "VENDORID", "V-1")
    assert row == {"PAYTO.CONTACTNAME": "River School site", "RETURNTO.CONTACTNAME": "Alpha Concrete(VV-1)"}


def test_a_vendor_in_use_stays(gateway: Gateway) -> None:
    gateway.done(document())

    assert "PODOCUMENT refers to it" in gateway.refused("<delete><object>VENDOR</object><keys>41</keys></delete>").text
    gateway.done("<delete><object>VENDOR</object><keys>42</keys></delete>")
    assert len(gateway.rows("VENDOR", "VENDORID")) == 2


def test_a_customer_is_made_like_a_vendor(gateway: Gateway) -> None:
    body = vendor("C-9", "Owner").replace("VENDOR", "CUSTOMER")

    gateway.done(body)

    assert gateway.row("CUSTOMER", "DISPLAYCONTACT.CONTACTNAME", "CUSTOMERID", "C-9") == {"DISPLAYCONTACT.CONTACTNAME": "Owner(CC-9)"}


def test_a_unit_group_needs_a_unit(gateway: Gateway) -> None:
    assert "Required field UOMDETAIL is missing" in gateway.refused(create("UOM", "<NAME>Empty</NAME>")).text
    gateway.done(create("UOM", "<NAME>Full</NAME><UOMDETAILS><UOMDETAIL><UNIT>Ton</UNIT></UOMDETAIL></UOMDETAILS>"))
    assert gateway.row("UOMDETAIL", "LINE_NO CONVFACTOR", "UNIT", "Ton") == {"LINE_NO": "1", "CONVFACTOR": "1"}
