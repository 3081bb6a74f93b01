"""The story, chapter by chapter. Each says one line of progress and raises Unexpected when it takes another turn."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import requests

from sandbox.aws.mailbox import Mail
from sandbox.companies import builder
from sandbox.story.ledgers import documents
from sandbox.story.people import Person, Unexpected, finished, until
from sandbox.story.stage import COMPANY, Stage

NEW_VENDOR = "SC-25-031-001"
"""A subcontract whose company is not in Intacct yet."""
FAULTY = "SC-24-107-004"
"""Typed in a hurry: a line without cost type, two lines on a division."""
DOUBTFUL = "SC-25-031-002"
"""Rejected once, then sent again."""
UNIT_BASED = "PO-24-107-001"
SECONDS = 30.0


@dataclass
class Story:
    stage: Stage
    say: Callable[[str], None]
    sent: list[str] = field(default_factory=list)
    used_link: str = ""

    @cached_property
    def people(self) -> Mapping[str, Person]:
        return {key: Person(key, self.stage.procore.url, self.stage.app, COMPANY) for key in ("marco", "dana", "priya", "alex")}

    def play(self) -> None:
        self.settings()
        self.imports()
        self.new_vendor()
        self.faulty()
        self.doubtful()
        self.unit_based()

    # -------------------------------------------------------------------------------------------- chapters

    def settings(self) -> None:
        company = builder()
        logins = {user.key: user.login for user in company.users}
        items = dict(zip(("L", "M", "E", "SUB", "O"), ("LABOR", "MATERIAL", "EQUIPMENT", "SUBCONTRACT", "OTHER"), strict=True))
        settings = {
            "location": company.location, "items": items, "default_item": "JOBCOST", "due_days": 30,
            "approvers": [{"login": logins["dana"]}, {"login": logins["priya"]}],
        }  # fmt: skip
        read = self.people["alex"].ask("GET", "/settings", expect=200).body
        self.people["alex"].ask("PUT", "/settings", {"version": read["version"], "settings": settings}, expect=200)
        self.say("Alex Kim, administrator, set approvers, location and items")

    def imports(self) -> None:
        self._import(("projects", "vendors"))
        self._link_suggested("projects")
        self._link_suggested("vendors")
        self._import(("sub_jobs",))
        self._link_suggested("sub_jobs")
        self._import(("cost_codes", "cost_types"))

    def _link_suggested(self, name: str) -> None:
        answer = self.people["dana"].ask("POST", "/staged/decisions", {"link_all_suggested": name}, expect=200)
        linked = sum(1 for result in answer.body["results"] if result["state"] == "linked")
        self.say(f"Dana Ortiz linked {linked} {name.replace('_', ' ')} that stand in both systems")

    def _import(self, objects: tuple[str, ...]) -> None:
        run = self.people["alex"].ask("POST", "/imports", {"objects": list(objects)}, expect=202).body["run"]["id"]
        counts = finished(self.people["alex"], run)["counts"]
        names, numbers = " and ".join(objects).replace("_", " "), ", ".join(f"{number} {what}" for what, number in counts.items())
        self.say(f"Imported {names}: {numbers}")

    def new_vendor(self) -> None:
        marco, dana = self.people["marco"], self.people["dana"]
        record = self.commitment(NEW_VENDOR)
        preview = marco.ask("POST", "/previews", record, expect=200).body
        needs = [need["name"] for need in preview["needs"]]
        _expect(
            len(needs) == 1 and not preview["checks"],
            f"the preview of {NEW_VENDOR} names one vendor that goes first: {preview['needs']} {preview['checks']}",
        )
        self.say(f"Marco Reyes looks at {NEW_VENDOR}, ${preview['amount']}: {needs[0]} is not in Intacct and goes first")
        item = marco.ask("POST", "/items", record, expect=201).body["item"]
        link = self._mailed_link("dana", NEW_VENDOR)
        page = requests.get(link, timeout=SECONDS)
        _expect(
            page.ok and NEW_VENDOR in page.text and needs[0] in page.text,
            f"the mailed page shows {NEW_VENDOR} and {needs[0]}",
        )
        _expect(dana.item(item["id"])["state"] == "waiting", "opening the page decided nothing")
        self.say("Dana Ortiz opened the link in her mail; opening decided nothing")
        answers = self._press_twice(link, item["fingerprint"])
        self.used_link = link
        done = self._synced(item["id"])
        statuses = " and ".join(str(answer.status_code) for answer in answers)
        self.say(f"She approved both, from two windows ({statuses}): one export, {done['intacct_id']}")
        held = [document for document in documents(self.stage.intacct) if document["number"] == NEW_VENDOR]
        _expect(len(held) == 1, f"one document {NEW_VENDOR} in Intacct, not {len(held)}")
        self.sent.append(NEW_VENDOR)

    def faulty(self) -> None:
        answer = self.people["marco"].ask("POST", "/items", self.commitment(FAULTY), expect=422)
        violations = answer.body["violations"]
        self.say(f"{FAULTY} was refused with {len(violations)} faults:")
        for violation in violations:
            self.say(f"    {violation['code']}: {violation['message']}")
        codes = [violation["code"] for violation in violations]
        _expect(
            sorted(codes) == ["COST_CODE_IS_DIVISION", "COST_CODE_IS_DIVISION", "COST_TYPE_MISSING"], f"all three faults are named: {codes}"
        )

    def doubtful(self) -> None:
        marco, dana = self.people["marco"], self.people["dana"]
        item = marco.ask("POST", "/items", self.commitment(DOUBTFUL), expect=201).body["item"]
        link = self._mailed_link("dana", DOUBTFUL)
        form = {"verdict": "reject", "reason": "Is 5 % retainage agreed?", "fingerprint": item["fingerprint"]}
        requests.post(link, data=form, headers={"Origin": _origin(link)}, timeout=SECONDS).raise_for_status()
        _expect(marco.item(item["id"])["state"] == "rejected", f"{DOUBTFUL} is rejected")
        mail = self._mail("marco", "Rejected")
        _expect("retainage" in mail.text, "the sender reads the reason")
        self.say(f"{DOUBTFUL} went back: “{mail.subject}”")
        again = marco.ask("POST", "/items", self.commitment(DOUBTFUL), expect=201).body["item"]
        self._decide(dana, again)
        self.say(f"Sent again, approved in the app: {self._synced(again['id'])['intacct_id']}")
        self.sent.append(DOUBTFUL)

    def unit_based(self) -> None:
        marco, priya = self.people["marco"], self.people["priya"]
        item = marco.ask("POST", "/items", self.commitment(UNIT_BASED), expect=201).body["item"]
        self._decide(priya, item)
        self.say(f"{UNIT_BASED}, a purchase order by quantity and unit cost: {self._synced(item['id'])['intacct_id']}")
        self.sent.append(UNIT_BASED)

    # ----------------------------------------------------------------------------------------------- parts

    def commitment(self, number: str) -> dict[str, str]:
        """How Marco names a commitment to the connector: by Procore's ids, found in Procore."""
        marco = self.people["marco"]
        for project in marco.in_procore("GET", "/rest/v1.0/projects", company_id=COMPANY):
            for path in ("work_order_contracts", "purchase_order_contracts"):
                for contract in marco.in_procore("GET", f"/rest/v1.0/{path}", project_id=str(project["id"])):
                    if contract["number"] == number:
                        return {"object": "commitments", "procore_id": str(contract["id"]), "project_id": str(project["id"])}
        raise Unexpected(f"Procore has no commitment {number}")

    def _decide(self, person: Person, item: Mapping[str, Any]) -> None:
        decision = {"item": item["id"], "verdict": "approve", "fingerprint": item["fingerprint"], "with_needs": True}
        results = person.ask("POST", "/decisions", {"decisions": [decision]}, expect=200).body["results"]
        _expect(results[0]["violation"] is None, f"the decision was taken: {results}")

    def _synced(self, key: str) -> dict[str, Any]:
        marco = self.people["marco"]

        def look() -> dict[str, Any] | None:
            item = marco.item(key)
            if item["state"] == "failed":
                raise Unexpected(f"{key} failed: {item}")
            return item if item["state"] == "synced" else None

        return until(look, f"{key} is in Intacct")

    def _mail(self, key: str, word: str) -> Mail:
        login = {user.key: user.login for user in builder().users}[key]

        def look() -> Mail | None:
            mails = [mail for mail in self.stage.aws.mailbox.messages(to=login) if word in mail.subject]
            return mails[-1] if mails else None

        return until(look, f"a mail with {word} to {login}")

    def _mailed_link(self, key: str, number: str) -> str:
        mail = self._mail(key, number)
        found = re.search(rf"{re.escape(self.stage.app)}/link/[\w-]+", mail.text)
        if found is None:
            raise Unexpected(f"The mail has no link:\n{mail.text}")
        return found.group()

    def _press_twice(self, link: str, fingerprint: str) -> list[requests.Response]:
        """Approve, from two windows at the same time."""
        form = {"verdict": "approve", "fingerprint": fingerprint, "with_needs": "yes"}
        answers: list[requests.Response] = []
        windows = [
            threading.Thread(
                target=lambda: answers.append(requests.post(link, data=form, headers={"Origin": _origin(link)}, timeout=SECONDS))
            )
            for _ in range(2)
        ]
        for window in windows:
            window.start()
        for window in windows:
            window.join()
        _expect(len(answers) == len(windows), "both windows got an answer")
        return answers


def _origin(link: str) -> str:
    return link.split("/v1/", maxsplit=1)[0]


def _expect(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads like a sentence
    if not holds:
        raise Unexpected(f"Expected: {what}")
