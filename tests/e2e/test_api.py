"""Bad input and foreign callers, over real HTTP against the deployed stack."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.story.opening import FAULTY
from sandbox.story.people import Person, finished
from sandbox.story.stage import COMPANY, Stage
from tests.e2e.conftest import Told

SECONDS = 30


@pytest.fixture(scope="module")
def lee(staged: Stage) -> Person:
    """Project engineer on one job only."""
    return Person("lee", staged.procore.url, staged.app, COMPANY)


def test_nobody_gets_in_without_a_token(staged: Stage) -> None:
    assert requests.get(f"{staged.app}/items", timeout=SECONDS).status_code == 401
    bad = requests.get(f"{staged.app}/items", headers={"Authorization": "Bearer nonsense"}, timeout=SECONDS)
    assert bad.status_code == 401
    assert "nonsense" not in bad.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"procore_id": "1"}, "object"),
        ({"object": "commitments"}, "procore_id"),
        ({"object": "commitments", "procore_id": "1", "amount": "5"}, "amount"),
        ({"object": "commitments", "procore_id": "x y"}, "procore_id"),
    ],
)
def test_a_malformed_body_names_its_field(told: Told, body: dict[str, Any], field: str) -> None:
    answer = told.story.people["marco"].ask("POST", "/items", body, expect=422).body
    assert [(violation["code"], violation["field"]) for violation in answer["violations"]] == [("MALFORMED", field)]


def test_what_is_not_there_is_404(told: Told) -> None:
    marco = told.story.people["marco"]
    record = {"object": "commitments", "procore_id": "4711", "project_id": next(iter(_projects(marco)))}
    assert marco.ask("POST", "/items", {"object": "invoices", "procore_id": "1"}, expect=404).body["error"]["code"] == "NOT_FOUND"
    assert marco.ask("POST", "/items", record, expect=404).body["error"]["code"] == "NOT_FOUND"
    assert marco.ask("GET", "/items/commitments%3A4711", expect=404).body["error"]["code"] == "NOT_FOUND"
    assert marco.ask("GET", "/runs/export-4711", expect=404).body["error"]["code"] == "NOT_FOUND"


def test_what_is_not_yours_is_403_or_not_there(told: Told, lee: Person) -> None:
    foreign = told.items[next(number for number in told.story.sent if number.startswith("PO-24-107"))]
    lee.ask("GET", f"/items/{foreign}", expect=404)
    lee.ask("GET", "/settings", expect=403)
    lee.ask("POST", "/imports", {"objects": "all"}, expect=403)
    record = told.story.commitment(FAULTY)
    assert lee.ask("POST", "/items", record, expect=403).body["error"]["code"] == "NOT_ALLOWED"


def test_all_broken_rules_come_at_once_with_remedy_and_who(told: Told) -> None:
    assert len(told.story.refused) == 3
    for violation in told.story.refused:
        assert violation["field"].startswith("lines[")
        assert violation["message"]
        assert violation["remedy"]
        assert violation["who"]


def test_what_was_asked_of_both_systems_is_counted(told: Told) -> None:
    used = told.story.people["alex"].ask("GET", "/usage", expect=200).body
    (day, *_) = used["days"]
    assert min(day["procore"][purpose] for purpose in ("exports", "imports", "people")) > 0
    assert min(day["intacct"][purpose] for purpose in ("exports", "imports")) > 0
    assert day["functions"]["total"] >= day["functions"]["imports"] > 0
    assert used["busiest_hour"]["calls"] <= sum(each["procore"]["total"] for each in used["days"])


def test_an_oversized_body_is_413(told: Told) -> None:
    body = {"object": "commitments", "procore_id": "1", "choices": {"number": "x" * 300_000}}
    told.story.people["marco"].ask("POST", "/items", body, expect=413)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe", b'"text"', b""])
def test_what_is_no_json_object_is_422(told: Told, body: bytes) -> None:
    marco = told.story.people["marco"]
    answer = requests.post(f"{told.stage.app}/items", data=body, headers=marco.headers, timeout=SECONDS)
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_a_forged_a_used_and_an_unknown_link_say_which(told: Told) -> None:
    forged = requests.get(f"{told.stage.app}/link/{'A' * 43}", timeout=SECONDS)
    assert forged.status_code == 404
    assert "not one of ours" in forged.text
    used = requests.get(told.story.used_link, timeout=SECONDS)
    assert used.status_code == 200
    assert "approved" in used.text
    assert "<form" not in used.text
    assert used.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in used.headers["Content-Security-Policy"]


def test_a_webhook_with_a_wrong_secret_is_401_and_leaves_nothing(told: Told) -> None:
    queue = next(
        each["PhysicalResourceId"]
        for each in told.stage.aws.clients.cloudformation.describe_stack_resources(StackName="connector")["StackResources"]
        if each["LogicalResourceId"] == "WebhookQueue"
    )
    answer = requests.post(
        f"{told.stage.app}/webhooks/procore", json={"id": "1"}, headers={"Authorization": "Bearer wrong"}, timeout=SECONDS
    )
    assert answer.status_code == 401
    held = told.stage.aws.clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert held["Attributes"]["ApproximateNumberOfMessages"] == "0"


def test_a_decision_that_cannot_be_taken_says_why(told: Told) -> None:
    item = told.items[told.story.sent[0]].replace("%3A", ":")
    decision = {"item": item, "verdict": "approve", "fingerprint": "0" * 64}
    results = told.story.people["priya"].ask("POST", "/decisions", {"decisions": [decision]}, expect=200).body["results"]
    assert results[0]["violation"]["code"] == "NOT_WAITING"
    own = told.story.people["marco"].ask("POST", "/decisions", {"decisions": [decision]}, expect=200).body["results"]
    assert own[0]["violation"]["code"] == "NOT_YOUR_APPROVAL"


def test_many_are_sent_by_a_run_of_the_machine(staged: Stage) -> None:
    """One of what is ready goes, one that Procore does not have is refused: each has its result, and the run ends."""
    marco = Person("marco", staged.procore.url, staged.app, COMPANY)
    listed = marco.ask("GET", "/ready", expect=200, object="vendors").body["records"]
    vendor = next(each for each in listed if not each["violations"])
    records = [
        {"object": "commitments", "procore_id": "4711", "project_id": _projects(marco)[0]},
        {"object": "vendors", "procore_id": vendor["procore_id"], "kind": vendor["kind"]},
    ]
    run = marco.ask("POST", "/sends", {"records": records}, expect=202).body["run"]["id"]
    ended = finished(marco, run)
    assert (ended["state"], ended["counts"]) == ("ended", {"done": 1, "refused": 1})
    results = marco.ask("GET", f"/runs/{run}/results", expect=200).body["results"]
    assert [(each["key"], each["said"]) for each in results] == [
        (f"vendors:{vendor['procore_id']}", "sent"),
        ("commitments:4711", "refused"),
    ]
    assert results[0]["item"]["state"] == "waiting"
    assert results[1]["violations"][0]["code"] == "NOT_FOUND"


def _projects(person: Person) -> list[str]:
    return [str(project["id"]) for project in person.in_procore("GET", "/rest/v1.0/projects", company_id=COMPANY)]
