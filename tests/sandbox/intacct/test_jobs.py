"""Jobs, standard tasks, tasks and cost types."""

from __future__ import annotations

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import (
    create,
    document,
    fields,
    project,
    task,
    update,
)
from tests.sandbox.intacct.gateway_client import Gateway


def test_parent_and_child_can_be_made_in_one_request(gateway: Gateway) -> None:
    results = gateway.send(project("P-1"), project("P-1-A", PARENTID="P-1"), transaction=True)

    assert [result.status for result in results] == ["success", "success"]
    assert gateway.row("PROJECT", "PARENTID PARENTNAME", "PROJECTID", "P-1-A") == {"PARENTID": "P-1", "PARENTNAME": "New job"}


def test_a_project_may_be_numbered_by_the_system(gateway: Gateway, simulator: IntacctSimulator) -> None:
    body = project("")
    assert gateway.refused(body).text == "Required field Project ID is missing"

    simulator.settings.project_sequence = True
    assert gateway.done(body).rows[0]["PROJECTID"].startswith("J-")


def test_contacts_and_rules_of_a_project(gateway: Gateway) -> None:
    rules = "<PROJECT_RULES><RULENAME>r</RULENAME></PROJECT_RULES>"
    site = "<SHIPTO><CONTACTNAME>River School site</CONTACTNAME></SHIPTO>"
    gateway.done(project().replace("<NAME>", f"{site}{rules}<NAME>"))

    row = gateway.row("PROJECT", "SHIPTO.MAILADDRESS.CITY SHIPTO.CONTACTNAME", "PROJECTID", "J9")
    assert row == {"SHIPTO.MAILADDRESS.CITY": "Reno", "SHIPTO.CONTACTNAME": "River School site"}
    unknown = "<SHIPTO><CONTACTNAME>Nobody</CONTACTNAME></SHIPTO>"
    assert gateway.refused(project("J8").replace("<NAME>", f"{unknown}<NAME>")).text == "Invalid Contact 'Nobody' specified."


def test_a_task_takes_its_dates_from_the_project_and_its_id_from_the_record(gateway: Gateway) -> None:
    gateway.done(task(TASKID=""))

    (row,) = gateway.rows("TASK", "RECORDNO TASKID PBEGINDATE PENDDATE", "<equalto><field>NAME</field><value>New</value></equalto>")
    assert row["TASKID"] == row["RECORDNO"]
    assert (row["PBEGINDATE"], row["PENDDATE"]) == ("01/05/2026", "06/30/2027")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (task(NAME=""), "Required field Name is missing"),
        (task(PROJECTID=""), "Required field Projectid is missing"),
        (task(TASKSTATUS=""), "Required field Task status is missing"),
        (task(TASKSTATUS="Done"), "Illegal format for Task status Done."),
        (task(PARENTKEY="1.5"), "Illegal format for Parentkey 1.5."),
        (task(PROJECTID="nosuch"), "Invalid Project 'nosuch' specified."),
        (task(STANDARDTASKID="nosuch"), "Invalid Standard task 'nosuch' specified."),
        (task(TASKID="X" * 21), "The value of Task ID is too long."),
        (task(TASKNO="123456789"), "The value of Taskno is too long. The maximum length is 8."),
        (task(TASKID="03-100"), "Another Task with the given value(s) J1 03-100  already exists"),
        (task(PARENTKEY="99999"), "Invalid Task '99999' specified."),
        (update("TASK", fields(RECORDNO="1002", NAME="x")), "Required field Task status is missing"),
        (update("TASK", fields(TASKID="03-100", TASKSTATUS="Planned")), "Required field Record number is missing"),
    ],
)
def test_refusals_of_tasks(gateway: Gateway, body: str, says: str) -> None:
    assert says in gateway.refused(body).text


def test_a_parent_task_must_be_of_the_same_project(gateway: Gateway) -> None:
    parent = gateway.rows("TASK", "RECORDNO", "<equalto><field>PROJECTID</field><value>J1-A</value></equalto>")[0]["RECORDNO"]

    assert f"Invalid Task '{parent}' specified." in gateway.refused(task(PARENTKEY=parent)).text
    gateway.done(task(PARENTKEY="1001"))
    assert gateway.row("TASK", "PARENTTASKID PARENT.NAME", "TASKID", "99-100") == {
        "PARENTTASKID": "03-000",
        "PARENT.NAME": "Concrete",
    }


def test_a_task_names_what_it_stands_under_as_it_is_now(gateway: Gateway) -> None:
    names = "PARENTID PARENTTASKNAME ROOTPARENTKEY ROOTPARENTID ROOTPARENTNAME"
    middle = gateway.done(task(PARENTKEY="1001")).rows[0]["RECORDNO"]
    child = gateway.done(task(TASKID="99-110", PARENTKEY=middle)).rows[0]["RECORDNO"]
    gateway.done(update("TASK", fields(RECORDNO="1001", NAME="Concrete work", TASKSTATUS="Planned")))
    assert list(gateway.row("TASK", names, "TASKID", "99-110").values()) == ["99-100", "New", "1001", "03-000", "Concrete work"]
    assert gateway.done(f"<read><object>TASK</object><keys>{child}</keys></read>").rows[0]["ROOTPARENTNAME"] == "Concrete work"

    gateway.done(update("TASK", fields(RECORDNO=child, PARENTKEY="", TASKSTATUS="Planned")))
    assert set(gateway.row("TASK", names, "TASKID", "99-110").values()) == {""}


def test_a_task_is_updated_with_its_status(gateway: Gateway) -> None:
    gateway.done(update("TASK", fields(RECORDNO="1002", NAME="Forms", TASKSTATUS="Completed")))

    where = "<equalto><field>RECORDNO</field><value>1002</value></equalto>"
    assert gateway.rows("TASK", "NAME TASKSTATUS", where) == [{"NAME": "Forms", "TASKSTATUS": "Completed"}]


def test_a_cost_type_copies_its_template(gateway: Gateway) -> None:
    gateway.done(task())
    gateway.done(create("COSTTYPE", fields(STANDARDCOSTTYPEID="SUB", PROJECTID="J1", TASKID="99-100")))

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
    gateway.done(task())
    record = gateway.row("TASK", "RECORDNO", "TASKID", "99-100")["RECORDNO"]

    gateway.done(create("COSTTYPE", fields(STANDARDCOSTTYPEID="L", TASKKEY=record, NAME="Crew", ACCOUNTNO="5050")))

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
    assert says in gateway.refused(create("COSTTYPE", fields(**values))).text


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
    assert says in gateway.refused(create("STANDARDTASK", fields(**values))).text


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

    gateway.done(create("STANDARDTASK", f"<STANDARDTASKID>04-100</STANDARDTASKID>{types('L', 'SUB')}"))
    assert held() == ["L", "SUB"]
    gateway.done(update("STANDARDTASK", "<STANDARDTASKID>04-100</STANDARDTASKID><NAME>Masonry</NAME>"))
    assert held() == ["L", "SUB"]
    gateway.done(update("STANDARDTASK", f"<STANDARDTASKID>04-100</STANDARDTASKID>{types('L')}"))
    assert held() == ["L"]
    error = gateway.refused(update("STANDARDTASK", f"<STANDARDTASKID>04-100</STANDARDTASKID>{types('X')}"))
    assert error.text == "Invalid Standard cost type 'X' specified."
    assert held() == ["L"]
    deleted = gateway.refused("<delete><object>STANDARDCOSTTYPE</object><keys>1</keys></delete>")
    assert deleted.text == "Standard cost type L cannot be deleted: COSTTYPE refers to it."
