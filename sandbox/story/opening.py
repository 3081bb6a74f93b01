"""How it begins: settings and imports; then a subcontract whose company goes first, one with faults, one that is rejected once."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any, Final

import requests

from sandbox.companies import builder
from sandbox.story.desk import SECONDS, Desk, Item, dollars, expect, press
from sandbox.story.job import commitment, jobs
from sandbox.story.ledgers import documents
from sandbox.story.people import finished

NEW_VENDOR: Final = "SC-25-031-001"
"""A subcontract whose company is not in Intacct yet."""
FAULTY: Final = "SC-24-107-004"
"""Typed in a hurry: a line without cost type, two lines on a division."""
DOUBTFUL: Final = "SC-25-031-002"
"""Rejected once, then sent again."""


def settings(desk: Desk) -> None:
    company = builder()
    logins = {user.key: user.login for user in company.users}
    items = dict(zip(("L", "M", "E", "SUB", "O"), ("LABOR", "MATERIAL", "EQUIPMENT", "SUBCONTRACT", "OTHER"), strict=True))
    values: dict[str, Any] = {
        "location": company.location, "items": items, "default_item": "JOBCOST", "due_days": 30, "payment_bank": "OPERATING",
        "approvers": [{"login": logins["dana"]}, {"login": logins["priya"]}],
    }  # fmt: skip
    alex = desk.people["alex"]
    read = alex.ask("GET", "/settings", expect=200).body
    alex.ask("PUT", "/settings", {"version": read["version"], "settings": values}, expect=200)
    desk.say("Alex Kim, administrator, set approvers, location, items and bank account")


def webhooks(desk: Desk) -> None:
    """A hook of each project tells of payments, with the secret of the stack."""
    alex, stage = desk.people["alex"], desk.stage
    kept = stage.aws.clients.secrets.get_secret_value(SecretId=stage.outputs["WebhookSecretArn"])["SecretString"]
    hook = {
        "api_version": "v4.0", "namespace": "connector", "destination_url": f"{stage.app}/webhooks/procore",
        "destination_headers": {"Authorization": f"Bearer {json.loads(kept)['current']}"},
    }  # fmt: skip
    for job in jobs(alex):
        project = {"project_id": int(job.id)}
        made = alex.in_procore("POST", "/rest/v1.0/webhooks/hooks", {**project, "hook": hook})
        trigger = {"resource_name": "Contract Payments", "event_type": "update"}
        alex.in_procore("POST", f"/rest/v1.0/webhooks/hooks/{made['id']}/triggers", {**project, "trigger": trigger})
    desk.say("Alex pointed Procore's webhooks at the connector")


def imports(desk: Desk) -> None:
    _import(desk, "projects", "vendors")
    _link_suggested(desk, "projects")
    _link_suggested(desk, "vendors")
    _import(desk, "sub_jobs")
    _link_suggested(desk, "sub_jobs")
    _import(desk, "cost_codes", "cost_types")
    _import(desk, "prime_contracts")
    _link_suggested(desk, "prime_contracts")


def _link_suggested(desk: Desk, name: str) -> None:
    answer = desk.people["dana"].ask("POST", "/staged/decisions", {"link_all_suggested": name}, expect=200)
    linked = sum(1 for result in answer.body["results"] if result["state"] == "linked")
    desk.say(f"Dana Ortiz linked {linked} {name.replace('_', ' ')} that stand in both systems")


def _import(desk: Desk, *objects: str) -> None:
    alex = desk.people["alex"]
    run = alex.ask("POST", "/imports", {"objects": list(objects)}, expect=202).body["run"]["id"]
    counts = finished(alex, run)["counts"]
    names, numbers = " and ".join(objects).replace("_", " "), ", ".join(f"{number} {what}" for what, number in counts.items())
    desk.say(f"Imported {names}: {numbers}")


def new_vendor(desk: Desk) -> str:
    """Returns the link that has decided."""
    marco, dana = desk.people["marco"], desk.people["dana"]
    record = commitment(marco, NEW_VENDOR)
    preview = marco.ask("POST", "/previews", record, expect=200).body
    needs = [need["name"] for need in preview["needs"]]
    expect(
        len(needs) == 1 and not preview["checks"],
        f"the preview of {NEW_VENDOR} names one vendor that goes first: {preview['needs']} {preview['checks']}",
    )
    desk.say(f"Marco Reyes looks at {NEW_VENDOR}, {dollars(preview['amount'])}: {needs[0]} is not in Intacct and goes first")
    item = desk.send(record)
    link = desk.mailed_link("dana", NEW_VENDOR)
    stranger, window = requests.get(link, timeout=SECONDS), desk.signed_in("dana")
    expect(stranger.ok and NEW_VENDOR not in stranger.text, "whoever is not signed in as Dana learns nothing from her link")
    page = requests.get(link, headers=window, timeout=SECONDS)
    expect(page.ok and NEW_VENDOR in page.text and needs[0] in page.text, f"the mailed page shows {NEW_VENDOR} and {needs[0]}")
    expect(dana.item(item["id"])["state"] == "waiting", "opening the page decided nothing")
    desk.say("Dana Ortiz opened the link in her mail and signed in with Procore; opening decided nothing")
    answers = _press_twice(link, item, window)
    done = desk.booked(item)
    statuses = " and ".join(str(answer.status_code) for answer in answers)
    desk.say(f"She approved both, from two windows ({statuses}): one export, {done['intacct_id']}")
    held = [document for document in documents(desk.stage.intacct) if document["number"] == NEW_VENDOR]
    expect(len(held) == 1, f"one document {NEW_VENDOR} in Intacct, not {len(held)}")
    return link


def _press_twice(link: str, item: Item, signed_in: Mapping[str, str]) -> list[requests.Response]:
    """Approve, from two windows at the same time."""
    answers: list[requests.Response] = []
    windows = [threading.Thread(target=lambda: answers.append(press(link, item, "approve", signed_in, with_needs="yes"))) for _ in range(2)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    expect(len(answers) == len(windows), "both windows got an answer")
    return answers


def faulty(desk: Desk) -> list[Mapping[str, Any]]:
    """Returns what was found, as the API says it."""
    marco = desk.people["marco"]
    violations: list[Mapping[str, Any]] = marco.ask("POST", "/items", commitment(marco, FAULTY), expect=422).body["violations"]
    desk.say(f"{FAULTY} was refused with {len(violations)} faults:")
    for violation in violations:
        desk.say(f"    {violation['code']}: {violation['message']}")
    codes = sorted(violation["code"] for violation in violations)
    expect(codes == ["COST_CODE_IS_DIVISION", "COST_CODE_IS_DIVISION", "COST_TYPE_MISSING"], f"all three faults are named: {codes}")
    return violations


def doubtful(desk: Desk) -> None:
    marco = desk.people["marco"]
    item = desk.send(commitment(marco, DOUBTFUL))
    link = desk.mailed_link("dana", DOUBTFUL)
    press(link, item, "reject", desk.signed_in("dana"), reason="Is 5 % retainage agreed?").raise_for_status()
    expect(marco.item(item["id"])["state"] == "rejected", f"{DOUBTFUL} is rejected")
    mail = desk.mail("marco", "Rejected")
    expect("retainage" in mail.text, "the sender reads the reason")
    desk.say(f"{DOUBTFUL} went back: “{mail.subject}”")
    (booked,) = desk.approve("dana", [desk.send(commitment(marco, DOUBTFUL))])
    desk.say(f"Sent again, approved in the app: {booked['intacct_id']}")
