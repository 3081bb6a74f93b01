"""create, update and delete in general."""

from __future__ import annotations

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import (
    create,
    fields,
    project,
    update,
)
from tests.sandbox.intacct.gateway_client import Clock, Gateway


def test_create_answers_with_record_number_and_natural_id_in_a_lower_case_tag(gateway: Gateway) -> None:
    answer = gateway.done(project())

    assert answer.data.attrib == {"listtype": "objects", "count": "1"}
    assert answer.data[0].tag == "project"
    assert list(answer.rows[0]) == ["RECORDNO", "PROJECTID"]
    assert answer.rows[0]["PROJECTID"] == "J9"


def test_one_function_creates_several_objects_and_keeps_those_that_could_be_made(gateway: Gateway) -> None:
    inside = (
        "<VENDTYPE><NAME>One</NAME></VENDTYPE><VENDTYPE/><DEPARTMENT><DEPARTMENTID>7</DEPARTMENTID><TITLE>Seven</TITLE>"
        "</DEPARTMENT><VENDTYPE><NAME>One</NAME></VENDTYPE>"
    )

    answer = gateway.ask(f"<create>{inside}</create>")

    assert answer.status == "failure"
    assert answer.data.attrib["count"] == "2"
    assert [row.tag for row in answer.data] == ["vendtype", "department"]
    assert [error.text for error in answer.errors] == [
        "Required field Name is missing",
        "Could not create Vendor type record!",
        "Another Vendor type with the given value(s) One  already exists",
        "Could not create vendor type record!",
        "Could not create Vendor type record!",
    ]
    assert gateway.row("DEPARTMENT", "TITLE", "DEPARTMENTID", "7") == {"TITLE": "Seven"}


def test_a_create_that_makes_nothing_says_so(gateway: Gateway) -> None:
    answer = gateway.ask("<create/>")

    assert (answer.status, answer.data.attrib) == ("failure", {"listtype": "objects", "count": "0"})


def test_a_duplicate_is_the_known_code_with_its_companions(gateway: Gateway) -> None:
    answer = gateway.ask(project("J1"))

    assert [(error.errorno, error.text) for error in answer.errors] == [
        ("BL34000061", "Another Project with the given value(s) J1  already exists"),
        ("BL01001973", "Could not create project record!"),
        ("BL01001973", "Could not create Project record!"),
    ]
    assert answer.first.correction == "Use a unique value instead."


@pytest.mark.parametrize(
    ("body", "errorno", "says"),
    [
        (project(NAME=""), "BL01001973", "Required field Name is missing"),
        (project(PROJECTCATEGORY=""), "BL01001973", "Required field Project category is missing"),
        (project(PROJECTCATEGORY="Fixed"), "BL03000018", "Illegal format for Project category Fixed."),
        (project("X" * 21), "BL03000018", "The value of Project ID is too long. The maximum length is 20."),
        (project(PARENTID="nosuch"), "BL01001973", "Invalid Project 'nosuch' specified."),
        (project(CUSTOMERID="nosuch"), "BL01001973", "Invalid Customer 'nosuch' specified."),
        (project(LOCATIONID=""), "BL01001973", "Required field Location is missing"),
        (project(BEGINDATE="2026-01-05"), "BL03000018", "Illegal format for Begindate 2026-01-05."),
        (project(BEGINDATE="02/30/2026"), "BL03000018", "Illegal format for Begindate 02/30/2026."),
        (project(CONTRACTAMOUNT="1,000.00"), "BL03000018", "Illegal format for Contractamount 1,000.00."),
        (project(CONTRACTAMOUNT="100000000000000"), "BL03000018", "Illegal format for Contractamount"),
        (project(INVOICEWITHPARENT="yes"), "BL03000018", "Illegal format for Invoicewithparent yes."),
        (project(NOSUCH="1"), "BL03000018", "NOSUCH is not a field of PROJECT."),
        (project(PARENTNAME="x"), "BL03000018", "PARENTNAME of PROJECT is read-only."),
        (create("NOSUCH", ""), "Query Failed", "Object definition NOSUCH not found"),
        (create("PODOCUMENT", ""), "BL01001973", "Create is not supported for PODOCUMENT."),
        (update("PODOCUMENT", "<RECORDNO>1</RECORDNO>"), "BL01001973", "Update is not supported for PODOCUMENT."),
        (update("PROJECT", "<NAME>x</NAME>"), "BL01001973", "Required field Record number is missing"),
        (update("PROJECT", "<RECORDNO>9999</RECORDNO>"), "BL01001973", "Cannot find project with key '9999' to update."),
        (update("PROJECT", "<RECORDNO>x</RECORDNO>"), "BL01001973", "Cannot find project with key 'x' to update."),
        (update("PROJECT", fields(PROJECTID="J1", NAME="")), "BL01001973", "Required field Name is missing"),
        (update("PROJECT", fields(PROJECTID="J1", PARENTID="J1")), "BL01001973", "A project cannot be its own parent."),
        (update("PROJECT", fields(RECORDNO="101", PROJECTID="J1-A")), "BL34000061", "Another Project with"),
        ("<delete><object>VENDOR</object><keys></keys></delete>", "BL01001973", "Required field keys is missing"),
        ("<delete><object>VENDOR</object><keys>999</keys></delete>", "BL01001973", "Cannot find vendor with key '999'"),
        ("<delete><object>GLDETAIL</object><keys>999</keys></delete>", "BL01001973", "Cannot find general ledger"),
        ("<delete><object>USERINFO</object><keys>1</keys></delete>", "BL01001973", "Delete is not supported for USERINFO."),
        ("<delete><object>PROJECT</object><keys>101</keys></delete>", "BL01001973", "Project J1 cannot be deleted"),
        ("<delete><object>TASK</object><keys>1002</keys></delete>", "BL01001973", "Task 03-100 has cost types."),
        ("<delete><object>UOM</object><keys>1</keys></delete>", "BL01001973", "cannot be deleted: ITEM refers to it."),
    ],
)
def test_refusals_of_the_generic_functions(gateway: Gateway, body: str, errorno: str, says: str) -> None:
    error = gateway.refused(body)

    assert error.errorno == errorno
    assert says in error.text


def test_an_unknown_field_can_be_ignored_instead(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.unknown_fields = "ignore"

    gateway.done(project(NOSUCH="1", PARENTNAME="x"))

    assert gateway.row("PROJECT", "PARENTNAME", "PROJECTID", "J9") == {"PARENTNAME": ""}


def test_an_update_leaves_out_what_is_omitted_and_clears_what_is_empty(gateway: Gateway, clock: Clock) -> None:
    gateway.done(project(DESCRIPTION="before", DOCNUMBER="D-1"))
    clock.pass_(hours=1)

    gateway.done(update("PROJECT", fields(PROJECTID="J9", DESCRIPTION="", NAME="After")))

    row = gateway.row("PROJECT", "NAME DESCRIPTION DOCNUMBER WHENCREATED WHENMODIFIED MODIFIEDBY", "PROJECTID", "J9")
    assert row == {
        "NAME": "After",
        "DESCRIPTION": "",
        "DOCNUMBER": "D-1",
        "WHENCREATED": "11/23/2026 18:00:00",
        "WHENMODIFIED": "11/23/2026 19:00:00",
        "MODIFIEDBY": "2",
    }


def test_a_delete_of_several_is_all_or_nothing(gateway: Gateway) -> None:
    gateway.done(create("VENDTYPE", "<NAME>One</NAME>"))
    gateway.done(create("VENDTYPE", "<NAME>Two</NAME>"))
    one, two = (gateway.row("VENDTYPE", "RECORDNO", "NAME", name)["RECORDNO"] for name in ("One", "Two"))

    gateway.refused(f"<delete><object>VENDTYPE</object><keys>{one},999,{two}</keys></delete>")
    answer = gateway.done(f"<delete><object>VENDTYPE</object><keys>{one}, {two}</keys></delete>")

    assert answer.node.find("data") is None
    assert [row["NAME"] for row in gateway.rows("VENDTYPE", "NAME")] == ["Subcontractor"]


def test_amounts_are_rounded_and_shown_without_trailing_zeros(gateway: Gateway) -> None:
    gateway.done(project(CONTRACTAMOUNT="1000.005", BUDGETQTY="10.50"))

    row = gateway.row("PROJECT", "CONTRACTAMOUNT BUDGETQTY", "PROJECTID", "J9")
    assert row == {"CONTRACTAMOUNT": "1000.01", "BUDGETQTY": "10.5"}


def test_renamed_terms_appear_in_error_texts(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.terminology = {"Project": "Job", "Task": "Cost Code"}

    assert gateway.refused(project(PARENTID="nosuch")).text == "Invalid Job 'nosuch' specified."
