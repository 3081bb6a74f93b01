"""A month on a job, up to what is bought: the budget and its changes, subcontracts and purchase orders, their change orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sandbox.story.desk import Desk, Item, count, dollars, expect
from sandbox.story.job import Job
from sandbox.story.opening import FAULTY

_HALL: Final = "24-107-A"
CORRECTIONS: Final = {
    FAULTY: {
        "Fire pump": (_HALL, "21-300", "SUB"),
        "Standpipes and valves": (_HALL, "21-100", "SUB"),
        "Coordination drawings": (_HALL, "21-100", "SUB"),
    }
}
"""What the refusal asked for: sub job, cost code and cost type of a line, by commitment and description."""


def budget(desk: Desk, job: Job) -> None:
    """Sent as it is; an open one is refused, and goes once it is locked."""
    marco = desk.people["marco"]
    answer = marco.ask("POST", "/items", job.budget())
    if answer.status != 201:  # noqa: PLR2004 -- created
        codes = [violation["code"] for violation in answer.body.get("violations", ())]
        expect(codes == ["BUDGET_NOT_LOCKED"], f"only the lock is missing: {answer.body}")
        job.lock_the_budget()
        desk.say("  The budget was refused, because it was still open; Marco locked it in Procore")
        answer = marco.ask("POST", "/items", job.budget(), expect=201)
    lines = len(answer.body["preview"]["lines"])
    (item,) = desk.approve("priya", [answer.body["item"]])
    desk.say(f"  Budget, {dollars(item['amount'])} in {lines} lines, sent by Marco, approved by Priya: estimate {item['intacct_id']}")


def budget_changes(desk: Desk, job: Job) -> None:
    """What is a draft stays in Procore. A change of the total is confirmed by who sends it."""
    records = []
    for change in job.budget_changes():
        if change["status"] == "under_review":
            job.approve_budget_change(change)
        if change["status"] != "draft":
            records.append(job.record("budget_modifications", change, **({"changes_total": "yes"} if change["amount"] else {})))
    items = desk.approve("priya", desk.send_all(records))
    said = "; ".join(f"“{item['title']}” {'adds' if item['choices'] else 'moves'} {dollars(item['amount'])}" for item in items)
    desk.say(f"  Budget change{'s' if len(items) > 1 else ''}: {said}")


def commitments(desk: Desk, job: Job, before: Sequence[str]) -> list[Item]:
    """Everything bought that is not in Intacct ``before``: many in one decision, companies that go first along with them."""
    records = []
    for each in job.commitments():
        if each["number"] in before:
            continue
        if each["number"] in CORRECTIONS:
            job.recode(each, CORRECTIONS[each["number"]])
            desk.say(f"  Marco coded {len(CORRECTIONS[each['number']])} lines of {each['number']} anew in Procore")
        elif each["status"] == "Draft":
            job.approve_commitment(each)
            desk.say(f"  {each['number']} is signed; Marco approved it in Procore")
        records.append(job.record("commitments", each))
    items = desk.approve("dana", desk.send_all(records))
    first = sum(len(item["pending"]) for item in items)
    along = f", with {first} compan{'ies' if first > 1 else 'y'} that went first" if first else ""
    desk.say(f"  Dana approved {count(items, 'commitment')} in one decision{along}: {_listed(items)}")
    return items


def change_orders(desk: Desk, job: Job) -> list[Item]:
    records = [job.record("commitment_change_orders", each) for each in job.change_orders() if each["status"] == "approved"]
    items = desk.approve("priya", desk.send_all(records))
    desk.say(f"  Priya approved {count(items, 'change order')}: {_listed(items)}")
    return items


def prime_change_orders(desk: Desk, job: Job) -> None:
    """What the owner has agreed to."""
    records = [job.record("prime_contract_change_orders", each) for each in job.prime_change_orders() if each["status"] == "approved"]
    if records:
        items = desk.approve("priya", desk.send_all(records))
        desk.say(f"  The owner's contract grew: {_listed(items)}")


def _listed(items: Sequence[Item]) -> str:
    return ", ".join(_each(items))


def _each(items: Sequence[Item]) -> Iterator[str]:
    for item in items:
        yield f"{item['number']} {dollars(item['amount'])}"
