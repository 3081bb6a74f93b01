"""What the people of the office do all day, through the public API and their mail: send, decide, look whether it is in the books."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import requests

from sandbox.aws.mailbox import Mail
from sandbox.companies import builder
from sandbox.story.people import Person, Unexpected, finished, until
from sandbox.story.stage import Stage

SECONDS = 30.0
WINDOWS = 2
"""In how many windows somebody works at the same time."""

type Item = Mapping[str, Any]
"""An item as the API shows it."""
type Record = Mapping[str, Any]
"""How a record is named to the connector: ``object``, ``procore_id``, ``project_id``, perhaps ``choices``."""


@dataclass(frozen=True)
class Desk:
    stage: Stage
    people: Mapping[str, Person]
    say: Callable[[str], None]

    def send(self, record: Record) -> Item:
        """Marco sends a record to accounting. Raises Unexpected when it is refused."""
        item: Item = self.people["marco"].ask("POST", "/items", record, expect=201).body["item"]
        return item

    def send_all(self, records: Iterable[Record]) -> list[Item]:
        """Several at the same time, in the order given."""
        with ThreadPoolExecutor(WINDOWS) as windows:
            return list(windows.map(self.send, records))

    def approve(self, key: str, items: Sequence[Item]) -> list[Item]:
        """One decision about all of these, with what goes first; they are in Intacct when it returns."""
        decisions = [{"item": item["id"], "verdict": "approve", "fingerprint": item["fingerprint"], "with_needs": True} for item in items]
        results = self.people[key].ask("POST", "/decisions", {"decisions": decisions}, expect=200).body["results"]
        taken = [result for result in results if result["violation"] is None]
        expect(len(taken) == len(items), f"all decisions were taken: {results}")
        for run in {result["run"] for result in taken}:
            finished(self.people[key], run)
        done = {each["id"]: each for each in self.items(items[0]["object"], items[0]["project_id"], "synced")}
        return [done.get(item["id"]) or self.booked(item) for item in items]

    def items(self, object_name: str, project_id: str, state: str) -> list[Item]:
        """Each once: what moves on while the list is read is listed twice."""
        wanted = {"state": state, "object": object_name, "project": project_id}
        listed = self.people["marco"].ask("GET", "/items", expect=200, **wanted).body["items"]
        return list({item["id"]: item for item in listed}.values())

    def booked(self, item: Item) -> Item:
        """The item, once it is in Intacct. Raises Unexpected when it failed."""

        def look() -> Item | None:
            now = self.people["marco"].item(item["id"])
            if now["state"] == "failed":
                raise Unexpected(f"{item['number']} failed: {now['problems']}")
            return now if now["state"] == "synced" else None

        return until(look, f"{item['number']} is in Intacct")

    def pay(self, invoice: int, amount: str, day: str) -> None:
        """Procore Pay pays an invoice, and its money is on the way: no public operation of Procore's does that."""
        path = f"{self.stage.procore.url}/_sandbox/payments"
        made = requests.post(path, json={"requisition_id": invoice, "amount": amount, "date": day}, timeout=SECONDS)
        expect(made.ok, f"Procore Pay pays {amount}: {made.text}")
        moved = requests.patch(path, json={"id": made.json()["id"], "status": "funding_complete"}, timeout=SECONDS)
        expect(moved.ok, f"the money of {amount} is on the way: {moved.text}")

    def mail(self, key: str, word: str) -> Mail:
        login = {user.key: user.login for user in builder().users}[key]

        def look() -> Mail | None:
            mails = [mail for mail in self.stage.aws.mailbox.messages(to=login) if word in mail.subject]
            return mails[-1] if mails else None

        return until(look, f"a mail with {word} to {login}")

    def signed_in(self, key: str) -> Mapping[str, str]:
        """The header of their browser window after Procore's sign-in page. By hand: no client but a browser sends a ``Secure`` cookie to
        this machine over plain HTTP."""
        name = {user.key: user.name for user in builder().users}[key]
        begun = requests.get(f"{self.stage.app}/app/signin", params={"in": "tab"}, allow_redirects=False, timeout=SECONDS)
        page = requests.get(begun.headers["Location"], timeout=SECONDS)
        button = re.search(rf'value="(\d+)">{re.escape(name)}<', page.text)
        if button is None:
            raise Unexpected(f"Procore's sign-in page has no {name}: {page.text[:500]}")
        back = requests.post(page.url, data={"user_id": button[1]}, allow_redirects=False, timeout=SECONDS)
        done = requests.get(back.headers["Location"], headers=_cookie(begun, "__Host-signin"), allow_redirects=False, timeout=SECONDS)
        return _cookie(done, "__Host-session")

    def mailed_link(self, key: str, number: str) -> str:
        mail = self.mail(key, number)
        found = re.search(rf"{re.escape(self.stage.app)}/link/[\w-]+", mail.text)
        if found is None:
            raise Unexpected(f"The mail has no link:\n{mail.text}")
        return found.group()


def _cookie(answer: requests.Response, name: str) -> dict[str, str]:
    if name not in answer.cookies:
        raise Unexpected(f"{answer.url} set no {name}: {answer.status_code} {answer.text[:500]}")
    return {"Cookie": f"{name}={answer.cookies[name]}"}


def press(link: str, item: Item, verdict: str, signed_in: Mapping[str, str], **typed: str) -> requests.Response:
    """A button on the page behind an e-mailed link."""
    form = {"verdict": verdict, "fingerprint": item["fingerprint"], **typed}
    address = urlsplit(link)
    return requests.post(link, data=form, headers={"Origin": f"{address.scheme}://{address.netloc}", **signed_in}, timeout=SECONDS)


def count(items: Sequence[object], noun: str) -> str:
    """``1 invoice``, ``2 invoices``."""
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def dollars(amount: Any) -> str:
    """``-$1,218.40``, of an amount as text or number."""
    value = Decimal(str(amount))
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def expect(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads like a sentence
    if not holds:
        raise Unexpected(f"Expected: {what}")
