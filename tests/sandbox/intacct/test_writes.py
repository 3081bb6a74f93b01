"""create, update and delete in general, and the master data of jobs, vendors and cost codes."""

from __future__ import annotations

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import document, vendor
from tests.sandbox.intacct.gateway_client import Clock, Gateway


def _create(name: str, inside: str) -> str:
    return f"<create><{name}>{inside}</{name}></create>"


def _update(name: str, inside: str) -> str:
    return f"<update><{name}>{inside}</{name}></update>"


def _fields(**values: str) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


def _project(project_id: str = "J9", **more: str) -> str:
    values = {"NAME": "New job", "PROJECTCATEGORY": "Contract", "LOCATIONID": "100", **more}
    return _create("PROJECT", _fields(PROJECTID=project_id, **values))


def _task(**more: str) -> str:
    values = {"PROJECTID": "J1", "TASKID": "99-100", "NAME": "New", "TASKSTATUS": "Planned", **more}
    return _create("TASK", _fields(**{name: value for name, value in values.items() if value}))


# The generic functions


def test_create_answers_with_record_number_and_natural_id_in_a_lower_case_tag(gateway: Gateway) -> None:
    answer = gateway.done(_project())

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
    answer = gateway.ask(_project("J1"))

    assert [(error.errorno, error.text) for error in answer.errors] == [
        ("BL34000061", "Another Project with the given value(s) J1  already exists"),
        ("BL01001973", "Could not create project record!"),
        ("BL01001973", "Could not create Project record!"),
    ]
    assert answer.first.correction == "Use a unique value instead."


@pytest.mark.parametrize(
    ("body", "errorno", "says"),
    [
        (_project(NAME=""), "BL01001973", "Required field Name is missing"),
        (_project(PROJECTCATEGORY=""), "BL01001973", "Required field Project category is missing"),
        (_project(PROJECTCATEGORY="Fixed"), "BL03000018", "Illegal format for Project category Fixed."),
        (_project("X" * 21), "BL03000018", "The value of Project ID is too long. The maximum length is 20."),
        (_project(PARENTID="nosuch"), "BL01001973", "Invalid Project 'nosuch' specified."),
        (_project(CUSTOMERID="nosuch"), "BL01001973", "Invalid Customer 'nosuch' specified."),
        (_project(LOCATIONID=""), "BL01001973", "Required field Location is missing"),
        (_project(BEGINDATE="2026-01-05"), "BL03000018", "Illegal format for Begindate 2026-01-05."),
        (_project(BEGINDATE="02/30/2026"), "BL03000018", "Illegal format for Begindate 02/30/2026."),
        (_project(CONTRACTAMOUNT="1,000.00"), "BL03000018", "Illegal format for Contractamount 1,000.00."),
        (_project(CONTRACTAMOUNT="100000000000000"), "BL03000018", "Illegal format for Contractamount"),
        (_project(INVOICEWITHPARENT="yes"), "BL03000018", "Illegal format for Invoicewithparent yes."),
        (_project(NOSUCH="1"), "BL03000018", "NOSUCH is not a field of PROJECT."),
        (_project(PARENTNAME="x"), "BL03000018", "PARENTNAME of PROJECT is read-only."),
        (_create("NOSUCH", ""), "Query Failed", "Object definition NOSUCH not found"),
        (_create("PODOCUMENT", ""), "BL01001973", "Create is not supported for PODOCUMENT."),
        (_update("PODOCUMENT", "<RECORDNO>1</RECORDNO>"), "BL01001973", "Update is not supported for PODOCUMENT."),
        (_update("PROJECT", "<NAME>x</NAME>"), "BL01001973", "Required field Record number is missing"),
        (_update("PROJECT", "<RECORDNO>9999</RECORDNO>"), "BL01001973", "Cannot find project with key '9999' to update."),
        (_update("PROJECT", "<RECORDNO>x</RECORDNO>"), "BL01001973", "Cannot find project with key 'x' to update."),
        (_update("PROJECT", _fields(PROJECTID="J1", NAME="")), "BL01001973", "Required field Name is missing"),
        (_update("PROJECT", _fields(PROJECTID="J1", PARENTID="J1")), "BL01001973", "A project cannot be its own parent."),
        (_update("PROJECT", _fields(RECORDNO="101", PROJECTID="J1-A")), "BL34000061", "Another Project with"),
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

    gateway.done(_project(NOSUCH="1", PARENTNAME="x"))

    assert gateway.row("PROJECT", "PARENTNAME", "PROJECTID", "J9") == {"PARENTNAME": ""}


def test_an_update_leaves_out_what_is_omitted_and_clears_what_is_empty(gateway: Gateway, clock: Clock) -> None:
    gateway.done(_project(DESCRIPTION="before", DOCNUMBER="D-1"))
    clock.pass_(hours=1)

    gateway.done(_update("PROJECT", _fields(PROJECTID="J9", DESCRIPTION="", NAME="After")))

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
    gateway.done(_create("VENDTYPE", "<NAME>One</NAME>"))
    gateway.done(_create("VENDTYPE", "<NAME>Two</NAME>"))
    one, two = (gateway.row("VENDTYPE", "RECORDNO", "NAME", name)["RECORDNO"] for name in ("One", "Two"))

    gateway.refused(f"<delete><object>VENDTYPE</object><keys>{one},999,{two}</keys></delete>")
    answer = gateway.done(f"<delete><object>VENDTYPE</object><keys>{one}, {two}</keys></delete>")

    assert answer.node.find("data") is None
    assert [row["NAME"] for row in gateway.rows("VENDTYPE", "NAME")] == ["Subcontractor"]


def test_amounts_are_rounded_and_shown_without_trailing_zeros(gateway: Gateway) -> None:
    gateway.done(_project(CONTRACTAMOUNT="1000.005", BUDGETQTY="10.50"))

    row = gateway.row("PROJECT", "CONTRACTAMOUNT BUDGETQTY", "PROJECTID", "J9")
    assert row == {"CONTRACTAMOUNT": "1000.01", "BUDGETQTY": "10.5"}


def test_renamed_terms_appear_in_error_texts(gateway: Gateway, simulator: IntacctSimulator) -> None:
    simulator.settings.terminology = {"Project": "Job", "Task": "Cost Code"}

    assert gateway.refused(_project(PARENTID="nosuch")).text == "Invalid Job 'nosuch' specified."


# Jobs, cost codes, cost types


def test_parent_and_child_can_be_made_in_one_request(gateway: Gateway) -> None:
    results = gateway.send(_project("P-1"), _project("P-1-A", PARENTID="P-1"), transaction=True)

    assert [result.status for result in results] == ["success", "success"]
    assert gateway.row("PROJECT", "PARENTID PARENTNAME", "PROJECTID", "P-1-A") == {"PARENTID": "P-1", "PARENTNAME": "New job"}


def test_a_project_may_be_numbered_by_the_system(gateway: Gateway, simulator: IntacctSimulator) -> None:
    body = _project("")
    assert gateway.refused(body).text == "Required field Project ID is missing"

    simulator.settings.project_sequence = True
    assert gateway.done(body).rows[0]["PROJECTID"].startswith("J-")


def test_contacts_and_rules_of_a_project(gateway: Gateway) -> None:
    rules = "<PROJECT_RULES><RULENAME>r</RULENAME></PROJECT_RULES>"
    site = "<SHIPTO><CONTACTNAME>River School site</CONTACTNAME></SHIPTO>"
    gateway.done(_project().replace("<NAME>", f"{site}{rules}<NAME>"))

    row = gateway.row("PROJECT", "SHIPTO.MAILADDRESS.CITY SHIPTO.CONTACTNAME", "PROJECTID", "J9")
    assert row == {"SHIPTO.MAILADDRESS.CITY": "Reno", "SHIPTO.CONTACTNAME": "River School site"}
    unknown = "<SHIPTO><CONTACTNAME>Nobody</CONTACTNAME></SHIPTO>"
    assert gateway.refused(_project("J8").replace("<NAME>", f"{unknown}<NAME>")).text == "Invalid Contact 'Nobody' specified."


def test_a_task_takes_its_dates_from_the_project_and_its_id_from_the_record(gateway: Gateway) -> None:
    gateway.done(_task(TASKID=""))

    (row,) = gateway.rows("TASK", "RECORDNO TASKID PBEGINDATE PENDDATE", "<equalto><field>NAME</field><value>New</value></equalto>")
    assert row["TASKID"] == row["RECORDNO"]
    assert (row["PBEGINDATE"], row["PENDDATE"]) == ("01/05/2026", "06/30/2027")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (_task(NAME=""), "Required field Name is missing"),
        (_task(PROJECTID=""), "Required field Projectid is missing"),
        (_task(TASKSTATUS=""), "Required field Task status is missing"),
        (_task(TASKSTATUS="Done"), "Illegal format for Task status Done."),
        (_task(PROJECTID="nosuch"), "Invalid Project 'nosuch' specified."),
        (_task(STANDARDTASKID="nosuch"), "Invalid Standard task 'nosuch' specified."),
        (_task(TASKID="X" * 21), "The value of Task ID is too long."),
        (_task(TASKNO="123456789"), "The value of Taskno is too long. The maximum length is 8."),
        (_task(TASKID="03-100"), "Another Task with the given value(s) J1 03-100  already exists"),
        (_task(PARENTKEY="99999"), "Invalid Task '99999' specified."),
        (_update("TASK", _fields(RECORDNO="1002", NAME="x")), "Required field Task status is missing"),
        (_update("TASK", _fields(TASKID="03-100", TASKSTATUS="Planned")), "Required field Record number is missing"),
    ],
)
def test_refusals_of_tasks(gateway: Gateway, body: str, says: str) -> None:
    assert says in gateway.refused(body).text


def test_a_parent_task_must_be_of_the_same_project(gateway: Gateway) -> None:
    parent = gateway.rows("TASK", "RECORDNO", "<equalto><field>PROJECTID</field><value>J1-A</value></equalto>")[0]["RECORDNO"]

    assert f"Invalid Task '{parent}' specified." in gateway.refused(_task(PARENTKEY=parent)).text
    gateway.done(_task(PARENTKEY="1001"))
    assert gateway.row("TASK", "PARENTTASKID PARENT.NAME", "TASKID", "99-100") == {
        "PARENTTASKID": "03-000",
        "PARENT.NAME": "Concrete",
    }


def test_a_task_is_updated_with_its_status(gateway: Gateway) -> None:
    gateway.done(_update("TASK", _fields(RECORDNO="1002", NAME="Forms", TASKSTATUS="Completed")))

    where = "<equalto><field>RECORDNO</field><value>1002</value></equalto>"
    assert gateway.rows("TASK", "NAME TASKSTATUS", where) == [{"NAME": "Forms", "TASKSTATUS": "Completed"}]


def test_a_cost_type_copies_its_template(gateway: Gateway) -> None:
    gateway.done(_task())
    gateway.done(_create("COSTTYPE", _fields(STANDARDCOSTTYPEID="SUB", PROJECTID="J1", TASKID="99-100")))

    (row,) = gateway.rows(
        "COSTTYPE",
        "COSTTYPEID NAME ACCOUNTNO ACCUMULATIONTYPENAME PROJECTID TASKNAME TASK.NAME STATUS",
        "<equalto><field>TASKID</field><value>99-100</value></equalto>",
    )
    assert row == {
        "COSTTYPEID": "SUB",
        "NAME": "Subcontract",
        "ACCOUNTNO": "5040",
        "ACCUMULATIONTYPENAME": "Subcontract",
        "PROJECTID": "J1",
        "TASKNAME": "New",
        "TASK.NAME": "New",
        "STATUS": "active",
    }


def test_a_cost_type_finds_its_task_by_record_too(gateway: Gateway) -> None:
    gateway.done(_task())
    record = gateway.row("TASK", "RECORDNO", "TASKID", "99-100")["RECORDNO"]

    gateway.done(_create("COSTTYPE", _fields(STANDARDCOSTTYPEID="L", TASKKEY=record, NAME="Crew", ACCOUNTNO="5050")))

    assert gateway.row("COSTTYPE", "NAME ACCOUNTNO TASKID", "TASKID", "99-100") == {
        "NAME": "Crew",
        "ACCOUNTNO": "5050",
        "TASKID": "99-100",
    }


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"PROJECTID": "J1", "TASKID": "03-100"}, "Required field Standard cost type ID is missing"),
        ({"STANDARDCOSTTYPEID": "nosuch", "PROJECTID": "J1", "TASKID": "03-100"}, "Invalid Standard cost type 'nosuch'"),
        ({"STANDARDCOSTTYPEID": "SUB", "PROJECTID": "J1"}, "Required field Task ID is missing"),
        ({"STANDARDCOSTTYPEID": "SUB", "PROJECTID": "J1", "TASKID": "nosuch"}, "Invalid Task 'nosuch' specified."),
        ({"STANDARDCOSTTYPEID": "SUB", "TASKKEY": "99999"}, "Invalid Task '99999' specified."),
        (
            {"STANDARDCOSTTYPEID": "SUB", "PROJECTID": "J1", "TASKID": "03-100"},
            "Another Cost type with the given value(s) J1 03-100 SUB  already exists",
        ),
    ],
)
def test_refusals_of_cost_types(gateway: Gateway, values: dict[str, str], says: str) -> None:
    assert says in gateway.refused(_create("COSTTYPE", _fields(**values))).text


def test_tasks_and_cost_types_in_use_stay(gateway: Gateway) -> None:
    gateway.done(document())
    where = "<and>{}{}</and>".format(
        "<equalto><field>PROJECTID</field><value>J1</value></equalto>",
        "<equalto><field>TASKID</field><value>03-300</value></equalto>",
    )
    task = gateway.rows("TASK", "RECORDNO", where)[0]["RECORDNO"]
    cost_types = {row["COSTTYPEID"]: row["RECORDNO"] for row in gateway.rows("COSTTYPE", "RECORDNO COSTTYPEID", where)}

    assert "is used in transactions" in gateway.refused(f"<delete><object>TASK</object><keys>{task}</keys></delete>").text
    delete = "<delete><object>COSTTYPE</object><keys>{}</keys></delete>"
    assert "is used in transactions" in gateway.refused(delete.format(cost_types["SUB"])).text
    gateway.done(delete.format(cost_types["L"]))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"NAME": "x"}, "Required field Standard task ID is missing"),
        ({"STANDARDTASKID": "1", "BILLABLE": "true"}, "Required field Item ID is missing"),
        ({"STANDARDTASKID": "1", "PARENTKEY": "999"}, "Invalid Standard task '999' specified."),
        ({"STANDARDTASKID": "1", "NAME": "x" * 201}, "The value of Name is too long. The maximum length is 200."),
    ],
)
def test_refusals_of_standard_tasks(gateway: Gateway, values: dict[str, str], says: str) -> None:
    assert says in gateway.refused(_create("STANDARDTASK", _fields(**values))).text


def test_the_cost_types_of_a_standard_task_are_replaced_as_a_whole(gateway: Gateway) -> None:
    def types(*names: str) -> str:
        inside = "".join(
            f"<STANDARDTASKSTANDARDCOSTTYPE><STANDARDCOSTTYPEID>{name}</STANDARDCOSTTYPEID></STANDARDTASKSTANDARDCOSTTYPE>"
            for name in names
        )
        return f"<STANDARDTASKSTANDARDCOSTTYPES>{inside}</STANDARDTASKSTANDARDCOSTTYPES>"

    def held() -> list[str]:
        record = gateway.row("STANDARDTASK", "RECORDNO", "STANDARDTASKID", "04-100")["RECORDNO"]
        where = f"<equalto><field>STANDARDTASKKEY</field><value>{record}</value></equalto>"
        return [row["STANDARDCOSTTYPEID"] for row in gateway.rows("STANDARDTASKSTANDARDCOSTTYPE", "STANDARDCOSTTYPEID", where)]

    gateway.done(_create("STANDARDTASK", f"<STANDARDTASKID>04-100</STANDARDTASKID>{types('L', 'SUB')}"))
    assert held() == ["L", "SUB"]
    gateway.done(_update("STANDARDTASK", "<STANDARDTASKID>04-100</STANDARDTASKID><NAME>Masonry</NAME>"))
    assert held() == ["L", "SUB"]
    gateway.done(_update("STANDARDTASK", f"<STANDARDTASKID>04-100</STANDARDTASKID>{types('L')}"))
    assert held() == ["L"]
    error = gateway.refused(_update("STANDARDTASK", f"<STANDARDTASKID>04-100</STANDARDTASKID>{types('X')}"))
    assert error.text == "Invalid Standard cost type 'X' specified."
    assert held() == ["L"]
    deleted = gateway.refused("<delete><object>STANDARDCOSTTYPE</object><keys>1</keys></delete>")
    assert deleted.text == "Standard cost type L cannot be deleted: COSTTYPE refers to it."


# Vendors


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

    gateway.done(_update("VENDOR", f"<VENDORID>V-1</VENDORID><NAME>Alpha Ltd</NAME>{change}"))

    row = gateway.row("VENDOR", "NAME DISPLAYCONTACTKEY DISPLAYCONTACT.PHONE1 DISPLAYCONTACT.MAILADDRESS.CITY", "VENDORID", "V-1")
    assert row == {**before, "NAME": "Alpha Ltd", "DISPLAYCONTACT.PHONE1": "556", "DISPLAYCONTACT.MAILADDRESS.CITY": "Elko"}
    bad = "<DISPLAYCONTACT><EMAIL1>x</EMAIL1></DISPLAYCONTACT>"
    assert "Illegal format" in gateway.refused(_update("VENDOR", f"<VENDORID>V-1</VENDORID>{bad}")).text


def test_roles_of_contacts_can_be_pointed_elsewhere(gateway: Gateway) -> None:
    role = "<PAYTO><CONTACTNAME>River School site</CONTACTNAME></PAYTO>"
    gateway.done(_update("VENDOR", f"<VENDORID>V-1</VENDORID>{role}"))

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
    assert "Required field UOMDETAIL is missing" in gateway.refused(_create("UOM", "<NAME>Empty</NAME>")).text
    gateway.done(_create("UOM", "<NAME>Full</NAME><UOMDETAILS><UOMDETAIL><UNIT>Ton</UNIT></UOMDETAIL></UOMDETAILS>"))
    assert gateway.row("UOMDETAIL", "LINE_NO CONVFACTOR", "UNIT", "Ton") == {"LINE_NO": "1", "CONVFACTOR": "1"}
