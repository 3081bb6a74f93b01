"""Generated rows: many, light, the same at every call, and as good as any other row."""

from __future__ import annotations

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.bodies import document, vendor
from tests.sandbox.intacct.gateway_client import Clock, Gateway
from tests.sandbox.intacct.small_company import small_company

COUNT = 2500


@pytest.fixture
def simulator(clock: Clock) -> IntacctSimulator:
    kinds = ("VENDOR", "GLENTRY", "GLDETAIL", "TASK", "APBILL")
    return IntacctSimulator(small_company(), dict.fromkeys(kinds, COUNT), clock)


def _keyset(gateway: Gateway, name: str, fields: str, where: str = "") -> list[dict[str, str]]:
    select = "".join(f"<field>{field}</field>" for field in fields.split())
    read: list[dict[str, str]] = []
    while True:
        last = f"<greaterthan><field>RECORDNO</field><value>{read[-1]['RECORDNO'] if read else 0}</value></greaterthan>"
        condition = f"<and>{last}{where}</and>" if where else last
        answer = gateway.done(
            f"<query><object>{name}</object><select>{select}</select><filter>{condition}</filter>"
            "<orderby><order><field>RECORDNO</field></order></orderby><pagesize>2000</pagesize></query>"
        )
        read += answer.rows
        if answer.data.attrib["numremaining"] == "0":
            return read


@pytest.mark.parametrize("name", ["VENDOR", "GLENTRY", "GLDETAIL", "TASK", "APBILL"])
def test_every_row_is_read_once_and_every_field_can_be(gateway: Gateway, simulator: IntacctSimulator, name: str) -> None:
    table = simulator.store.tables[name]
    fields = " ".join(field for field in table.kind.names if field not in table.kind.unqueryable)

    rows = _keyset(gateway, name, fields)

    records = [int(row["RECORDNO"]) for row in rows]
    assert len(rows) == len(table) >= COUNT
    assert records == sorted(set(records))
    assert {len(row) for row in rows} == {len(fields.split())}


def test_the_same_row_always_reads_the_same(gateway: Gateway, clock: Clock) -> None:
    first = gateway.rows("GLENTRY", "RECORDNO AMOUNT WHENMODIFIED DESCRIPTION TASKID")
    clock.pass_(hours=5)

    assert gateway.rows("GLENTRY", "RECORDNO AMOUNT WHENMODIFIED DESCRIPTION TASKID") == first
    assert first[7]["DESCRIPTION"] == "Generated entry 7 <cost & more>"


def test_generated_rows_are_filtered_and_ordered_like_others(gateway: Gateway) -> None:
    stamp = "<greaterthan><field>WHENMODIFIED</field><value>11/15/2026 00:00:00</value></greaterthan>"
    late = _keyset(gateway, "GLENTRY", "RECORDNO WHENMODIFIED", stamp)
    everything = _keyset(gateway, "GLENTRY", "RECORDNO WHENMODIFIED")

    assert late == [row for row in everything if row["WHENMODIFIED"] > "11/15/2026"]
    assert 0 < len(late) < COUNT
    assert len({row["WHENMODIFIED"] for row in everything}) < COUNT
    by_amount = [float(row["AMOUNT"]) for row in gateway.rows("GLENTRY", "AMOUNT", order="AMOUNT")]
    assert by_amount == sorted(by_amount)
    groups = gateway.done("<query><object>GLENTRY</object><select><field>ACCOUNTNO</field><count>RECORDNO</count></select></query>").rows
    assert {row["COUNT.RECORDNO"] for row in groups} == {"500"}


def test_a_generated_row_is_changed_deleted_and_referred_to(gateway: Gateway) -> None:
    row = gateway.row("VENDOR", "RECORDNO NAME", "VENDORID", "G0000123")
    assert row["NAME"] == "Generated Vendor 123 & Sons"

    gateway.done(document(vendor_id="G0000123"))
    gateway.done("<update><VENDOR><VENDORID>G0000123</VENDORID><NAME>Changed</NAME></VENDOR></update>")
    other = gateway.row("VENDOR", "RECORDNO", "VENDORID", "G0000124")["RECORDNO"]
    gateway.done(f"<delete><object>VENDOR</object><keys>{other}</keys></delete>")
    gateway.done(vendor("N-1"))

    records = [row["RECORDNO"] for row in _keyset(gateway, "VENDOR", "RECORDNO")]
    assert len(records) == 3 + COUNT
    assert records == sorted(records, key=int)
    assert other not in records
    assert gateway.row("VENDOR", "RECORDNO NAME", "VENDORID", "G0000123") == {**row, "NAME": "Changed"}
    assert "already exists" in gateway.refused(vendor("G0000200")).text
    read = "<readByName><object>VENDOR</object><keys>G0000124,G0000125,G0002500,Gx</keys><fields>VENDORID</fields></readByName>"
    assert gateway.done(read).rows == [{"VENDORID": "G0000125"}]


def test_changes_to_generated_rows_are_undone_with_their_transaction(gateway: Gateway) -> None:
    row = gateway.row("VENDOR", "RECORDNO NAME WHENMODIFIED", "VENDORID", "G0000123")
    change = "<update><VENDOR><VENDORID>G0000123</VENDORID><NAME>Changed</NAME></VENDOR></update>"
    gone = f"<delete><object>VENDOR</object><keys>{int(row['RECORDNO']) + 1}</keys></delete>"

    results = gateway.send(change, gone, "<create><VENDTYPE/></create>", transaction=True)

    assert [result.status for result in results] == ["aborted", "aborted", "failure"]
    assert gateway.row("VENDOR", "RECORDNO NAME WHENMODIFIED", "VENDORID", "G0000123") == row
    assert len(_keyset(gateway, "VENDOR", "RECORDNO")) == 3 + COUNT


def test_rows_are_generated_for_some_objects_only(clock: Clock) -> None:
    with pytest.raises(ValueError, match="PROJECT=5"):
        IntacctSimulator(small_company(), {"PROJECT": 5}, clock)


def test_tasks_are_unique_in_their_project(gateway: Gateway) -> None:
    rows = _keyset(gateway, "TASK", "RECORDNO PROJECTID TASKID")

    assert len({(row["PROJECTID"], row["TASKID"]) for row in rows}) == len(rows)
