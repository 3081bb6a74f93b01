"""The simulator over real sockets: connections, faults, the log, the controls, the page."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from sandbox.companies import builder
from sandbox.intacct import IntacctSimulator, start
from sandbox.intacct.__main__ import main
from sandbox.intacct.simulator import GATEWAY_PATH
from tests.sandbox.intacct.bodies import document, estimate, estimate_entry, line
from tests.sandbox.intacct.gateway_client import Gateway, parsed
from tests.sandbox.intacct.small_company import small_company

INSPECT = "<inspect><object>*</object></inspect>"


@pytest.fixture
def server() -> Iterator[IntacctSimulator]:
    with start(company=small_company()) as running:
        yield running


@pytest.fixture
def connection(server: IntacctSimulator) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection("127.0.0.1", int(server.base_url.rpartition(":")[2]), timeout=5)
    yield opened
    opened.close()


def _post(connection: http.client.HTTPConnection, body: str) -> tuple[int, str]:
    connection.request("POST", GATEWAY_PATH, body.encode(), {"Content-Type": "application/xml"})
    response = connection.getresponse()
    return response.status, response.read().decode()


def test_one_connection_serves_many_requests_and_names_its_own_endpoint(
    server: IntacctSimulator, connection: http.client.HTTPConnection
) -> None:
    gateway = Gateway(server)

    answers = [_post(connection, gateway.envelope("<getAPISession/>")) for _ in range(3)]

    assert [status for status, _ in answers] == [200] * 3
    assert server.connections == 1
    assert f"<endpoint>{server.url}</endpoint>" in answers[0][1]


@pytest.mark.parametrize(("fault", "written"), [("cut_before", 0), ("cut_after", 1)])
def test_a_line_cut_before_or_after_the_work(
    server: IntacctSimulator, connection: http.client.HTTPConnection, fault: str, written: int
) -> None:
    server.faults.plan({"fault": fault, "match": "create_potransaction"})
    body = Gateway(server).envelope(document(), unique="<uniqueid>true</uniqueid>", ids=("once",))

    with pytest.raises(http.client.RemoteDisconnected):
        _post(connection, body)

    assert len(server.store.tables["PODOCUMENT"]) == written
    status, text = _post(connection, body)
    assert (status, "was previously executed and completed" in text) == (200, bool(written))
    assert len(server.store.tables["PODOCUMENT"]) == 1


def test_other_faults_speak_as_the_gateway_does(gateway: Gateway, simulator: IntacctSimulator) -> None:
    def answer(fault: dict[str, object]) -> tuple[int, str, str]:
        simulator.faults.plan({"match": "POST /ia/xml/xmlgw.phtml", **fault})
        response = gateway.post(gateway.envelope(INSPECT))
        return response.status_code, response.headers["Content-Type"], response.get_data(as_text=True)

    status, kind, text = answer({"fault": "status", "status": 429, "headers": {"Retry-After": "1"}})
    root = parsed(text)
    assert (status, kind, root.findtext(".//errorno")) == (429, "text/xml; charset=UTF-8", "GW-0010")
    assert [child.tag for child in root[0]] == ["status"]
    status, _, text = answer({"fault": "status", "status": 503})
    assert (status, "The Service is Temporarily Off-line" in text) == (503, True)
    assert answer({"fault": "html"})[:2] == (200, "text/html; charset=utf-8")
    assert answer({"fault": "empty"})[2] == ""
    assert answer({"fault": "status", "status": 502, "body": "<html/>"})[2] == "<html/>"


def test_faults_are_planned_over_http(simulator: IntacctSimulator, gateway: Gateway) -> None:
    client = Client(simulator)
    client.post("/_sandbox/faults", json={"fault": "status", "status": 500, "match": "VENDOR"})

    assert gateway.post(gateway.envelope(INSPECT)).status_code == 200
    assert gateway.post(gateway.envelope("<lookup><object>VENDOR</object></lookup>")).status_code == 500
    assert client.get("/_sandbox/faults").get_json() == []


def test_the_log_tells_what_was_asked_and_when(simulator: IntacctSimulator, gateway: Gateway) -> None:
    gateway.post(
        gateway.envelope(
            "<query><object>VENDOR</object><select><field>NAME</field></select></query>",
            '<get_list object="supdoc"/>',
            unique="<uniqueid>true</uniqueid>",
            ids=("a", "b"),
        )
    )
    gateway.post("no xml")

    first, second = simulator.requests
    assert first.functions == (("query", "VENDOR", "a"), ("get_list", "supdoc", "b"))
    assert (first.control_id, first.unique, first.status) == ("test", True, 200)
    assert 0 < first.began <= first.ended <= second.began
    assert (second.functions, second.body) == ((), "no xml")
    simulator.forget_requests()
    assert simulator.requests == []


def _together(server: IntacctSimulator, count: int) -> list[int]:
    statuses: list[int] = []
    body = Gateway(server).envelope(INSPECT)

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.base_url.rpartition(":")[2]), timeout=5)
        statuses.append(_post(connection, body)[0])
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    return sorted(statuses)


def test_requests_in_flight_are_counted(server: IntacctSimulator) -> None:
    server.settings.think_seconds = 0.1

    began = time.monotonic()
    assert _together(server, 3) == [200] * 3

    assert server.max_in_flight == 3
    assert 0.1 <= time.monotonic() - began < 0.3
    assert len(server.forget_requests()) == 3
    assert (server.requests, server.max_in_flight) == ([], 0)


def test_more_requests_at_a_time_than_allowed_are_turned_away(server: IntacctSimulator) -> None:
    server.settings.think_seconds = 0.1
    server.settings.concurrency_limit = 2

    assert _together(server, 3) == [200, 200, 429]


def test_settings_are_read_and_changed_over_http(simulator: IntacctSimulator, gateway: Gateway) -> None:
    client = Client(simulator)
    before = client.get("/_sandbox/settings").get_json()
    assert before["company_id"] == "demo"
    assert not any("password" in name for name in before)

    change = {"closed_until": "2026-11-20", "denied_objects": ["VENDOR"], "gmt_offset_minutes": -420, "think_seconds": 0}
    after = client.patch("/_sandbox/settings", json=change).get_json()

    assert {name: after[name] for name in change} == change
    assert "Date must be on or after" in gateway.refused(document()).text
    assert client.patch("/_sandbox/settings", json={"closed_until": None}).get_json()["closed_until"] is None


@pytest.mark.parametrize(
    "body",
    [b'{"nosuch": 1}', b'{"session_minutes": "x"}', b'{"closed_until": "soon"}', b'{"read_tags": "Upper"}', b"{", b"[1]"],
)
def test_a_wrong_setting_is_refused_and_changes_nothing(simulator: IntacctSimulator, body: bytes) -> None:
    client = Client(simulator)
    before = client.get("/_sandbox/settings").get_json()

    assert client.patch("/_sandbox/settings", data=body).status_code == 422
    assert client.get("/_sandbox/settings").get_json() == before


def test_sessions_are_ended_over_http(simulator: IntacctSimulator, gateway: Gateway) -> None:
    gateway.done("<getAPISession/>")

    assert Client(simulator).delete("/_sandbox/sessions").get_json() == {"expired": 1}


def test_the_state_shows_documents_with_their_lines(simulator: IntacctSimulator, gateway: Gateway) -> None:
    gateway.done(document(after="<externalid>ext</externalid><state>Pending</state>"))

    state = Client(simulator).get("/_sandbox/state").get_json()

    (shown,) = state["documents"]
    assert {name: shown[name] for name in ("id", "vendor", "vendor_name", "total", "state", "external_id")} == {
        "id": "Subcontract-SC-1",
        "vendor": "V-1",
        "vendor_name": "Alpha Concrete",
        "total": "1000",
        "state": "Pending",
        "external_id": "ext",
    }
    (item,) = shown["lines"]
    assert {name: item[name] for name in ("amount", "project", "task", "cost_type", "memo", "quantity", "unit")} == {
        "amount": "1000",
        "project": "J1",
        "task": "03-300",
        "cost_type": "SUB",
        "memo": "token",
        "quantity": "1",
        "unit": "Each",
    }
    assert [vendor["id"] for vendor in state["vendors"]] == ["V-1", "V-2", "V-3"]
    assert [project["parent"] for project in state["projects"]] == ["", "J1"]
    assert state["counts"]["PODOCUMENT"] == 1


def test_the_page_shows_documents_to_people(simulator: IntacctSimulator, gateway: Gateway) -> None:
    gateway.done("<update><VENDOR><VENDORID>V-1</VENDORID><NAME>A &lt;script&gt;</NAME></VENDOR></update>")
    gateway.done(document())

    response = Client(simulator).get("/")

    text = response.get_data(as_text=True)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<h3>Subcontract-SC-1</h3>" in text
    assert "A &lt;script&gt; (V-1) · Pending · 11/20/2026" in text
    assert "1,000.00" in text
    assert "<script" not in text
    assert "<td>VENDOR</td>" in text


def test_the_page_sums_up_jobs_and_names_bills(simulator: IntacctSimulator, gateway: Gateway) -> None:
    entries = estimate_entry("<AMOUNT>5000</AMOUNT>"), estimate_entry("<AMOUNT>70</AMOUNT>", "forecast")
    gateway.done(estimate(*entries))
    gateway.done(document())
    tail = "<retainagepercentage>10</retainagepercentage>"
    gateway.done(document(line("300", tail=tail), kind="Subcontract Invoice"))

    text = Client(simulator).get("/").get_data(as_text=True)

    job = text.partition("<td>J1</td>")[2].partition("</tr>")[0]
    assert re.findall(r"class=n>([^<]*)<", job) == ["5,000.00", "1,000.00", "300.00", "30.00"]
    record = gateway.rows("APBILL", "RECORDNO")[0]["RECORDNO"]
    assert f"bill {record}" in text


def test_elsewhere_there_is_nothing(simulator: IntacctSimulator) -> None:
    assert Client(simulator).get("/nowhere").status_code == 404
    assert Client(simulator).post("/").status_code == 404


def test_it_runs_alone() -> None:
    command = [sys.executable, "-m", "sandbox.intacct", "--port", "0", "--rows", "glentry=50", "--empty"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        connection = http.client.HTTPConnection("127.0.0.1", int(line.rpartition(":")[2]), timeout=5)
        connection.request("GET", "/_sandbox/state")
        counts = json.loads(connection.getresponse().read())["counts"]
        connection.close()
        process.terminate()
        assert process.wait(5) == 0

    assert line.startswith("Intacct simulator listening on http://127.0.0.1:")
    assert (counts["GLENTRY"], counts["VENDOR"]) == (50, 0)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("VENDOR", "OBJECT=COUNT is expected"),
        ("VENDOR=x", "OBJECT=COUNT is expected"),
        ("NOSUCH=5", "give a count of at least 1 for one of"),
        ("VENDOR=0", "give a count of at least 1 for one of"),
    ],
)
def test_it_says_what_is_wrong_with_its_arguments(
    rows: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["intacct", "--port", "0", "--empty", "--rows", rows])

    with pytest.raises(SystemExit):
        main()

    assert f"{rows}: {says}" in capsys.readouterr().err


def test_the_seed_company_stands_in_it() -> None:
    company = builder()
    with start() as simulator:
        gateway = Gateway(simulator)
        counts = Client(simulator).get("/_sandbox/state").get_json()["counts"]
        jobs = [job for job in company.jobs if job.in_intacct]

        assert counts["VENDOR"] == sum(vendor.in_intacct for vendor in company.vendors)
        assert counts["PROJECT"] == sum(1 + len(job.sub_jobs) for job in jobs)
        assert counts["STANDARDTASK"] == len(company.cost_codes)
        assert counts["STANDARDCOSTTYPE"] == len(company.cost_types)
        assert counts["PROJECTCONTRACT"] == len(company.prime_contracts)
        for commitment in company.commitments:
            for line in commitment.lines:
                project = line.sub_job or commitment.job
                if line.cost_code and line.cost_type and commitment.status == "Approved":
                    assert simulator.store.first("TASK", PROJECTID=project, TASKID=line.cost_code), line
        definitions = gateway.rows("PODOCUMENTPARAMS", "DOCID DOCCLASS REPORTINGCATEGORY ENABLEDOCCHANGE ENABLE_RETAINAGE")
        assert [row["DOCID"] for row in definitions] == [
            *("Subcontract", "Purchase Order", "Subcontract Change Order", "Purchase Order Change Order"),
            *("Subcontract Invoice", "Purchase Order Invoice"),
        ]
        assert definitions[2] == {
            "DOCID": "Subcontract Change Order",
            "DOCCLASS": "Order",
            "REPORTINGCATEGORY": "Subcontract Change Orders",
            "ENABLEDOCCHANGE": "Change Order",
            "ENABLE_RETAINAGE": "true",
        }
        for name, table in simulator.store.tables.items():
            for row in table.rows.values():
                assert set(row) >= set(table.kind.names), name


def test_a_job_that_is_not_in_intacct_is_not_there(simulator: IntacctSimulator, gateway: Gateway) -> None:
    assert [row["PROJECTID"] for row in gateway.rows("PROJECT", "PROJECTID")] == ["J1", "J1-A"]
    flags = gateway.rows("GLACCOUNT", "ACCOUNTNO PC_ACCOUNT_TYPE PC_COST_TYPES")
    assert [tuple(row.values()) for row in flags] == [
        ("1010", "Cash", ""),
        ("2010", "", ""),
        ("2050", "", ""),
        ("4010", "", ""),
        ("5010", "Payroll", "Payroll"),
        ("5040", "Expense", "Expense"),
        ("5050", "Expense", "Expense"),
    ]
    assert {row["UNIT"] for row in gateway.rows("UOMDETAIL", "UNIT")} == {"Each", "CY"}
    assert simulator.store.first("STANDARDTASK", STANDARDTASKID="03-900", STATUS="inactive") is not None
