"""What stands around the API: the seed, the page, files, the sandbox's own doors, faults, and the command."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import threading
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.companies import builder
from sandbox.faults import Faults
from sandbox.procore import COMPANY_ID, ProcoreSimulator, Settings, start
from sandbox.procore.seed import EMPTY
from tests.sandbox.procore.small import NOON, V1, Api, Browser, StillClock

COMPANY = {"company_id": COMPANY_ID}


@pytest.fixture(scope="module")
def whole() -> ProcoreSimulator:
    """The builder's company; only read."""
    return ProcoreSimulator(builder(), lambda: NOON, Settings(), Faults())


def test_the_seed_stands_in_procore_and_nothing_is_linked(whole: ProcoreSimulator) -> None:
    company = builder()
    held = whole.state()
    assert {row["name"] for row in held["vendors"]} == {vendor.name for vendor in company.vendors if vendor.in_procore}
    assert {row["project_number"] for row in held["projects"]} == {job.number for job in company.jobs}
    assert held["standard_cost_codes"] == []
    assert {row["code"] for row in held["line_item_types"]} == {kind.code for kind in company.cost_types}
    linked = re.findall(r'"(?:origin_\w+|vendor_origin_id)": (?!null)', json.dumps(held))
    assert linked == []


def test_ids_say_nothing_about_the_order(whole: ProcoreSimulator) -> None:
    for table in ("vendors", "cost_codes", "line_items"):
        ids = [row["id"] for row in whole.store[table].live()]
        assert ids not in (sorted(ids), sorted(ids, reverse=True))
        assert min(ids) > 2**32


def test_the_seed_s_commitments_are_right_to_the_cent(whole: ProcoreSimulator) -> None:
    held = {row["number"]: row for row in whole.state()["commitments"]}
    for model in builder().commitments:
        approved = sum((line.amount for order in model.change_orders if order.status == "approved" for line in order.lines), Decimal(0))
        row = held.pop(model.number)
        assert (Decimal(row["amount"]), Decimal(row["approved_change_orders"])) == (model.total, approved), model.number
        assert [Decimal(line["amount"]) for line in row["lines"]] == [line.amount for line in model.lines]
        for line, seen in zip(model.lines, row["lines"], strict=True):
            kept = line.cost_code if line.cost_code and not line.cost_code.endswith("-000") else (line.cost_code or "")[:2]
            assert seen["cost_code"] == kept
            parts = [line.sub_job, kept, line.cost_type]
            assert seen["flat_code"] == (".".join(part for part in parts if part) if line.cost_type else None)
    assert held == {}


def test_the_seed_s_invoices_ask_for_what_the_seed_says(whole: ProcoreSimulator) -> None:
    held = {row["invoice_number"]: row for row in whole.state()["invoices"]}
    for commitment in builder().commitments:
        for invoice in commitment.invoices:
            due = sum((line.completed + line.stored - line.retained + line.released for line in invoice.lines), Decimal(0))
            assert Decimal(held.pop(invoice.number)["current_payment_due"]) == due, invoice.number
    assert held == {}


def test_the_seed_s_budgets(whole: ProcoreSimulator) -> None:
    held = whole.state()
    for budget in builder().budgets:
        rows = [row for row in held["budget_lines"] if row["project"] == budget.job]
        assert sum(Decimal(row["original"]) for row in rows) == sum(line.amount for line in budget.lines)
        project = next(row for row in held["projects"] if row["project_number"] == budget.job)
        assert project["budget_locked"] is budget.locked
    assert len(whole.store["budget_changes"].live()) == sum(len(budget.changes) for budget in builder().budgets)
    assert len(whole.store["prime_contracts"].live()) == len(builder().prime_contracts)


def test_an_empty_company_has_its_frame_and_no_records() -> None:
    simulator = ProcoreSimulator(EMPTY, lambda: NOON, Settings(), Faults())
    api = Api(simulator, simulator.token())
    assert api.get(f"{V1}/projects", **COMPANY) == api.get(f"{V1}/vendors", **COMPANY) == []
    made = api.done("POST", f"{V1}/projects", None, {**COMPANY, "project": {"name": "First"}})
    assert api.get(f"{V1}/cost_codes", project_id=made["id"]) == []


def test_the_page_shows_people_what_there_is(api: Api, simulator: ProcoreSimulator) -> None:
    vendor = api.id_of("vendors", name="Acme Concrete, LLC")
    api.done("PATCH", f"{V1}/vendors/{vendor}", None, {**COMPANY, "vendor": {"origin_id": "V-7", "name": "<Acme> & Sons"}})
    page = Browser(simulator).get("/")
    assert page.content_type == "text/html; charset=utf-8"
    for text in ("River School", "V-7", "SC-1", "&lt;Acme&gt; &amp; Sons", "1350.45", "A.03-100.SUB", "INV-2"):
        assert text in page.text, text
    assert "<Acme>" not in page.text


def test_the_state_for_tests(api: Api, simulator: ProcoreSimulator) -> None:
    seen = Browser(simulator).get("/_sandbox/state").json
    contract = seen["commitments"][0]
    assert (contract["kind"], contract["number"], contract["vendor"], contract["amount"]) == (
        *("subcontract", "SC-1", "Acme Concrete, LLC", "1250.50"),
    )
    assert contract["lines"][1] == {
        "id": contract["lines"][1]["id"],
        "flat_code": "A.03-100.SUB",
        "cost_code": "03-100",
        "description": "Work on 03-100",
        "amount": "250.50",
        "quantity": None,
        "unit_cost": None,
        "uom": None,
        "origin_id": None,
    }
    assert seen == json.loads(json.dumps(simulator.state()))
    assert seen["invoices"][0]["current_payment_due"] == "360.00"
    assert api.get(f"{V1}/me")["id"]


def test_tokens_without_the_sign_in(simulator: ProcoreSimulator) -> None:
    browser = Browser(simulator)
    made = browser.post("/_sandbox/tokens", json={"user": "pat"})
    assert made.status_code == 201
    assert Api(simulator, made.json["access_token"]).get(f"{V1}/me")["login"] == "pat@small.example"
    service = browser.post("/_sandbox/tokens")
    assert "refresh_token" not in service.json
    assert browser.post("/_sandbox/tokens", json={"user": "nobody"}).status_code == 404
    assert browser.post("/_sandbox/tokens", json=[]).status_code == 422
    assert browser.get("/_sandbox/else").status_code == 404


def test_the_log_over_http(api: Api, simulator: ProcoreSimulator) -> None:
    api.get(f"{V1}/me")
    log = Browser(simulator).get("/_sandbox/requests").json
    assert (log["max_in_flight"], log["requests"][0]["path"], log["requests"][0]["time"]) == (1, f"{V1}/me", "2026-11-23T12:00:00Z")


def test_an_attachment_s_address_wants_the_bearer_and_sends_on_to_a_storage_that_does_not(
    api: Api, simulator: ProcoreSimulator, clock: StillClock
) -> None:
    contract = api.id_of("work_order_contracts")
    [seeded] = api.get(f"{V1}/work_order_contracts/{contract}", project_id=api.job)["attachments"]
    assert sorted(seeded) == ["filename", "id", "url"]
    assert seeded["url"].endswith("/SC-1.pdf")
    browser = Browser(simulator)
    assert browser.get(seeded["url"]).status_code == 401
    sent_on = browser.get(seeded["url"], headers=api.headers)
    signed = sent_on.headers["Location"]
    assert (sent_on.status_code, urlsplit(signed).hostname == urlsplit(seeded["url"]).hostname) == (302, False)

    sheet = browser.get(signed)
    assert (sheet.status_code, sheet.content_type, sheet.data[:8]) == (200, "application/pdf", b"%PDF-1.4")
    refused = browser.get(signed, headers=api.headers)
    assert (refused.status_code, "Only one auth mechanism" in refused.text) == (400, True)
    assert browser.get(signed[:-1]).status_code == 403, "the signature is the permission"
    assert browser.get(signed.replace("Expires=", "Expires=9")).status_code == 403
    clock.move(seconds=300)
    assert browser.get(signed).status_code == 403


def test_who_reads_while_somebody_fetches_from_the_storage_is_told_procores_own_address(
    api: Api, simulator: ProcoreSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = f"{V1}/work_order_contracts/{api.id_of('work_order_contracts')}"
    form = {
        "project_id": str(api.job),
        "work_order_contract[origin_data]": "seen",
        "attachments[]": (io.BytesIO(b"drawing"), "a.txt", "text/plain"),
    }
    browser = Browser(simulator)
    browser.open("PATCH", contract, data=form, content_type="multipart/form-data", headers=api.headers)
    files, path = simulator.world.files, simulator.world.files.path

    def path_while_another_fetches(file_id: int) -> str:
        fetch = threading.Thread(target=browser.get, args=("/storage/1",), kwargs={"base_url": "http://storage.example"})
        fetch.start()
        fetch.join()
        return path(file_id)

    monkeypatch.setattr(files, "path", path_while_another_fetches)
    attachments = api.get(contract, project_id=api.job)["attachments"]
    assert [urlsplit(each["url"]).hostname for each in attachments] == ["localhost", "localhost"]
    assert [request.path for request in simulator.requests].count("/storage/1") == len(attachments)


def test_a_file_that_is_lost_is_told_of_in_both_places(api: Api, simulator: ProcoreSimulator) -> None:
    contract = api.id_of("work_order_contracts")
    [seeded] = api.get(f"{V1}/work_order_contracts/{contract}", project_id=api.job)["attachments"]
    browser = Browser(simulator)
    signed = browser.get(seeded["url"], headers=api.headers).headers["Location"]
    simulator.world.files.lose(seeded["id"])
    assert api.get(f"{V1}/work_order_contracts/{contract}", project_id=api.job)["attachments"] == [seeded]
    assert browser.get(seeded["url"], headers=api.headers).status_code == browser.get(signed).status_code == 404
    assert browser.get("/files/x/y", headers=api.headers).status_code == 404
    assert browser.get("/storage/x").status_code == 403


def test_attachments_are_added_by_a_form(api: Api, simulator: ProcoreSimulator) -> None:
    path = f"{V1}/work_order_contracts/{api.id_of('work_order_contracts')}"
    form = {
        "project_id": str(api.job),
        "work_order_contract[origin_data]": "seen",
        "attachments[]": (io.BytesIO(b"drawing"), "a.txt", "text/plain"),
    }
    browser = Browser(simulator)
    answer = browser.open("PATCH", path, data=form, content_type="multipart/form-data", headers=api.headers)
    assert (answer.status_code, answer.json["origin_data"]) == (200, "seen")
    added = browser.get(answer.json["attachments"][1]["url"], headers=api.headers)
    assert browser.get(added.headers["Location"]).data == b"drawing"
    [invoice] = api.get("/rest/v1.1/requisitions", project_id=api.job, **{"filters[status]": "approved"})
    assert invoice["attachments"][0]["content_type"] == "application/pdf"


def test_a_cut_line_before_and_after_the_work(served: ProcoreSimulator) -> None:
    api = Api(served, served.token())
    body = {**COMPANY, "vendor": {"name": "Cut"}}
    for fault, made in (("cut_before", 0), ("cut_after", 1)):
        served.faults.plan({"fault": fault, "match": f"POST {V1}/vendors"})
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{served.url}{V1}/vendors", json=body, headers=api.headers, timeout=5)
        assert len(served.store["vendors"].rows(name="Cut")) == made
    assert [exchange.status for exchange in served.requests] == [None, None]


def test_other_faults_keep_to_the_api_s_shapes(api: Api, simulator: ProcoreSimulator) -> None:
    simulator.faults.plan({"fault": "status", "status": 503, "headers": {"Retry-After": "7"}})
    busy = api.call("GET", f"{V1}/me")
    assert (busy.status_code, busy.headers["Retry-After"], busy.json["reason"]) == (503, "7", "Service Unavailable")
    Browser(simulator).post("/_sandbox/faults", json={"fault": "html", "match": "/me"})
    assert api.call("GET", f"{V1}/me").text.startswith("<!DOCTYPE html>")
    assert api.call("GET", f"{V1}/me").status_code == 200


def test_it_runs_beside_others_and_ends(clock: StillClock) -> None:
    threads = set(threading.enumerate())
    with start(company=EMPTY, clock=clock) as one, start(company=EMPTY, clock=clock) as two:
        assert one.url != two.url
        assert requests.get(one.url, timeout=5).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(one.url, timeout=5)
    assert threads == set(threading.enumerate())


def test_the_command_serves_until_it_is_told_to_end() -> None:
    command = [sys.executable, "-m", "sandbox.procore", "--empty", "--spike", "7", "--link-base", "https://api.procore.com"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        match = re.fullmatch(r"procore listening on (http://127\.0\.0\.1:\d+)\n", line)
        assert match is not None, line
        token = requests.post(f"{match[1]}/_sandbox/tokens", timeout=5).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": str(COMPANY_ID)}
        answer = requests.get(f"{match[1]}{V1}/me", headers=headers, timeout=5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    assert answer.headers["X-Rate-Limit-Limit"] == "7"
