"""Several functions in one request: each for itself, all together, and never twice."""

from __future__ import annotations

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import document, vendor
from tests.sandbox.intacct.gateway_client import Clock, Gateway, parsed

UNIQUE = "<uniqueid>true</uniqueid>"
ROLLED_BACK = "The entire transaction in this operation has been rolled back due to an error."
BAD = "<create><VENDTYPE/></create>"


def _type(name: str) -> str:
    return f"<create><VENDTYPE><NAME>{name}</NAME></VENDTYPE></create>"


def _types(gateway: Gateway) -> list[str]:
    return [row["NAME"] for row in gateway.rows("VENDTYPE", "NAME")][1:]


def test_functions_run_each_for_itself(gateway: Gateway) -> None:
    results = gateway.send(_type("One"), BAD, _type("Two"), ids=("a", "b", "c"))

    assert [(result.node.findtext("controlid"), result.status) for result in results] == [
        ("a", "success"),
        ("b", "failure"),
        ("c", "success"),
    ]
    assert _types(gateway) == ["One", "Two"]


@pytest.mark.parametrize("status", ["failure", "aborted"])
def test_a_transaction_is_undone_as_a_whole(gateway: Gateway, simulator: IntacctSimulator, status: str) -> None:
    simulator.settings.failing_function_status = "aborted" if status == "aborted" else "failure"
    before = {name: dict(table.rows) for name, table in simulator.store.tables.items()}

    results = gateway.send(vendor("N-1"), document(vendor_id="N-1"), BAD, _type("Never"), transaction=True)

    assert [result.status for result in results] == ["aborted", "aborted", status, "aborted"]
    assert [[error.errorno for error in result.errors] for result in results] == [
        ["XL03000009"],
        ["XL03000009"],
        ["BL01001973", "BL01001973", "XL03000009"],
        ["XL03000009"],
    ]
    assert results[0].first.text == ROLLED_BACK
    assert results[0].node.find("data") is None
    assert {name: dict(table.rows) for name, table in simulator.store.tables.items()} == before


def test_a_transaction_that_succeeds_stays(gateway: Gateway) -> None:
    results = gateway.send(vendor("N-1"), document(vendor_id="N-1"), transaction=True)

    assert [result.status for result in results] == ["success", "success"]
    assert results[1].key == "Subcontract-SC-1"
    assert gateway.row("PODOCUMENT", "CUSTVENDNAME", "DOCID", "Subcontract-SC-1") == {"CUSTVENDNAME": "New Vendor"}


def test_indexes_are_undone_with_the_rows(gateway: Gateway) -> None:
    gateway.send(vendor("N-1"), "<update><VENDOR><VENDORID>V-1</VENDORID><NAME>x</NAME></VENDOR></update>", BAD, transaction=True)

    assert gateway.done("<readByName><object>VENDOR</object><keys>N-1,V-1</keys><fields>NAME</fields></readByName>").rows == [
        {"NAME": "Alpha Concrete"}
    ]
    gateway.done(vendor("N-1"))


def test_an_undone_deletion_leaves_the_record_in_its_place(gateway: Gateway) -> None:
    gateway.send("<delete><object>VENDOR</object><keys>42</keys></delete>", BAD, transaction=True)

    assert [row["RECORDNO"] for row in gateway.rows("VENDOR", "RECORDNO")] == ["41", "42", "43"]


def test_a_completed_controlid_is_refused_when_it_comes_again(gateway: Gateway) -> None:
    (first,) = gateway.send(_type("One"), unique=UNIQUE, ids=("once",))
    (again,) = gateway.send(_type("One"), unique=UNIQUE, ids=("once",))

    assert (first.status, again.status) == ("success", "failure")
    assert again.first.errorno == "XL03000011"
    assert again.first.text == "The function with the controlid 'once' was previously executed and completed."
    assert again.node.find("data") is None
    assert _types(gateway) == ["One"]


def test_uniqueid_is_the_default(gateway: Gateway) -> None:
    gateway.send(_type("One"), unique="", ids=("once",))

    assert gateway.send(_type("Two"), unique="", ids=("once",))[0].status == "failure"


def test_without_uniqueid_nothing_is_remembered_nor_refused(gateway: Gateway) -> None:
    gateway.send(_type("One"), ids=("once",))
    assert gateway.send(_type("Two"), unique=UNIQUE, ids=("once",))[0].status == "success"
    assert gateway.send(_type("Three"), ids=("once",))[0].status == "success"


def test_a_failed_function_may_come_again_with_its_controlid(gateway: Gateway) -> None:
    assert gateway.send(BAD, unique=UNIQUE, ids=("once",))[0].status == "failure"
    assert gateway.send(_type("One"), unique=UNIQUE, ids=("once",))[0].status == "success"


def test_a_controlid_counts_once_in_one_request_too(gateway: Gateway) -> None:
    results = gateway.send(_type("One"), _type("Two"), unique=UNIQUE, ids=("same", "same"))
    assert [result.status for result in results] == ["success", "failure"]

    results = gateway.send(_type("Three"), _type("Four"), unique=UNIQUE, ids=("other", "other"), transaction=True)
    assert [result.status for result in results] == ["aborted", "failure"]
    assert _types(gateway) == ["One"]


def test_a_rolled_back_function_is_not_completed(gateway: Gateway) -> None:
    gateway.send(_type("One"), BAD, unique=UNIQUE, ids=("a", "b"), transaction=True)

    results = gateway.send(_type("One"), _type("Two"), unique=UNIQUE, ids=("a", "b"), transaction=True)
    assert [result.status for result in results] == ["success", "success"]
    again = gateway.send(_type("Three"), _type("Two"), unique=UNIQUE, ids=("c", "b"), transaction=True)
    assert [result.status for result in again] == ["aborted", "failure"]
    assert [error.errorno for error in again[1].errors] == ["XL03000011", "XL03000009"]
    assert _types(gateway) == ["One", "Two"]


def test_what_is_said_of_a_replay_is_a_setting(gateway: Gateway, simulator: IntacctSimulator, clock: Clock) -> None:
    simulator.settings.replay_errorno = "XX1"
    simulator.settings.replay_returns_key = True
    simulator.settings.replay_minutes = 60
    gateway.send(document(), unique=UNIQUE, ids=("once",))

    (again,) = gateway.send(document(), unique=UNIQUE, ids=("once",))
    assert (again.first.errorno, again.key) == ("XX1", "Subcontract-SC-1")
    clock.pass_(minutes=61)
    (late,) = gateway.send(_type("Late"), unique=UNIQUE, ids=("once",))
    assert late.status == "success"


def test_a_controlid_may_have_a_space_and_special_characters(gateway: Gateway) -> None:
    body = gateway.envelope(_type("One"), ids=("a b &amp; &quot;c&quot;",))

    root = parsed(gateway.post(body).get_data())

    assert root.findtext(".//result/controlid") == 'a b & "c"'
