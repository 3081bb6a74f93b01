"""The end of the month on a job: invoices with retainage and stored materials, retainage that is given back, payments."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from sandbox.story.desk import Desk, Item, count, dollars, press
from sandbox.story.job import Job, Shown, gross
from sandbox.story.people import RUN_SECONDS, until

NOVEMBER: Final = "2026-11-01"
PAYDAY: Final = "2026-11-25"
_BILLED: Final = ("approved", "approved_as_noted", "pending_owner_approval")


def invoices(desk: Desk, job: Job) -> list[Item]:
    """All that bill work or materials, in one decision."""
    billing = [each for each in _approved(job) if gross(each)]
    items = desk.approve("dana", desk.send_all(job.record("subcontractor_invoices", each) for each in billing))
    desk.say(f"  Dana approved {count(items, 'invoice')} in one decision; Intacct made the bills:")
    for shown, item in zip(billing, items, strict=True):
        desk.say(f"      {item['number']}: {dollars(item['amount'])} due{_made_of(shown)}")
    return items


def retainage(desk: Desk, job: Job) -> list[Item]:
    """Invoices that bill nothing and give back what was retained, each decided from the mail."""
    booked, window = [], desk.signed_in("priya")
    for each in _approved(job):
        if not gross(each):
            item = desk.send(job.record("subcontractor_invoices", each))
            press(desk.mailed_link("priya", item["number"]), item, "approve", window).raise_for_status()
            booked.append(desk.booked(item))
            desk.say(f"  {item['number']} releases {dollars(item['amount'])} of retainage; Priya approved it from her mail")
    return booked


def payments(desk: Desk, job: Job) -> None:
    """What was billed before this month, and the retainage: paid through Procore Pay. Nobody sends or approves a payment."""
    due = [each for each in _approved(job) if each["billing_date"] < NOVEMBER or not gross(each)]
    for invoice in due:
        desk.pay(invoice["id"], invoice["summary"]["current_payment_due"], PAYDAY)

    def look() -> list[Item] | None:
        found = desk.items("payments", job.id, "synced")
        return found if len(found) == len(due) else None

    items = until(look, f"{len(due)} payments are in Intacct", RUN_SECONDS)
    total = sum(Decimal(item["amount"]) for item in items)
    desk.say(f"  Procore Pay paid {count(items, 'invoice')}, {dollars(total)}; without a click Intacct has the payments too")


def _approved(job: Job) -> list[Shown]:
    return [each for each in job.invoices() if each["status"] in _BILLED]


def _made_of(invoice: Shown) -> str:
    """What was retained and released, and how much of the invoice is a change in stored materials."""
    items = invoice["items"]
    stored = _sum(items, "materials_presently_stored") - _sum(items, "materials_presently_stored_from_previous_progress")
    released = _sum(items, "work_completed_retainage_released_this_period")
    retained = gross(invoice) - _sum(items, "net_amount") + released
    materials = f", {dollars(stored)} stored materials" if stored > 0 else f", {dollars(-stored)} stored before installed" if stored else ""
    given_back = f", {dollars(released)} released" if released else ""
    return f" of {dollars(gross(invoice))}, {dollars(retained)} retained{given_back}{materials}"


def _sum(items: Sequence[Shown], name: str) -> Decimal:
    return sum((Decimal(item[name]) for item in items), Decimal(0))
