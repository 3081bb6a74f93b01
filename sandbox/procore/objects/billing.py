"""The arithmetic of subcontractor invoices: the continuation sheet (per line) and the summary (G702).

For each line: completed before + completed this period + materials presently stored. Retainage is held on work (retained
less released, summed over all invoices so far) and on stored materials (what is held at present). The payment now due
is what was earned less retainage to date, less what the invoices before certified.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.procore.fields import CENT, cents
from sandbox.procore.store import Row
from sandbox.procore.world import World

ZERO = Decimal(0)
HUNDRED = Decimal(100)
NUMBERS = (
    *("work_completed_this_period", "materials_presently_stored", "work_completed_retainage_retained_this_period"),
    *("work_completed_retainage_released_this_period", "materials_stored_retainage_currently_retained"),
    "materials_stored_retainage_released_this_period",
)
"""What is typed in per line and invoice; everything else follows."""


def before(world: World, requisition: Row) -> list[Row]:
    """The invoices of the same commitment that came before, the oldest first."""
    rows = world.store["requisitions"].live(commitment_id=requisition["commitment_id"])
    return sorted((row for row in rows if row["number"] < requisition["number"]), key=lambda row: int(row["number"]))


def items_of(world: World, requisition_id: int) -> list[Row]:
    rows = world.store["requisition_items"].live(requisition_id=requisition_id)
    return sorted(rows, key=lambda row: int(row["position"]))


def line_of(world: World, item: Row) -> Row:
    """The line of the commitment or change order that the item bills."""
    return world.store["line_items"][item["line_item_id"]]


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    return (part * HUNDRED / whole).quantize(CENT, ROUND_HALF_UP) if whole else ZERO


@dataclass(frozen=True)
class Figures:
    """One item's numbers, together with those of the invoices before it."""

    scheduled: Decimal
    work_before: Decimal
    work: Decimal
    stored_before: Decimal
    stored: Decimal
    retained_before: Decimal
    retained: Decimal
    released: Decimal
    materials_retained_before: Decimal
    materials_retained: Decimal

    @property
    def gross(self) -> Decimal:
        """What the period adds: work, and the change in stored materials."""
        return self.work + self.stored - self.stored_before

    @property
    def net(self) -> Decimal:
        """What of it is to be paid."""
        materials = self.materials_retained - self.materials_retained_before
        return self.gross - self.retained + self.released - materials

    @property
    def to_date(self) -> Decimal:
        return self.work_before + self.work + self.stored

    @property
    def work_retainage(self) -> Decimal:
        return self.retained_before + self.retained - self.released


def figures(world: World, item: Row) -> Figures:
    """Work out one item."""
    requisition = world.store["requisitions"][item["requisition_id"]]
    earlier = {row["id"]: row["number"] for row in before(world, requisition)}
    history = [row for row in world.store["requisition_items"].live(line_item_id=item["line_item_id"]) if row["requisition_id"] in earlier]
    history.sort(key=lambda row: int(earlier[row["requisition_id"]]))
    return Figures(
        scheduled=line_of(world, item)["amount"],
        work_before=sum((row["work_completed_this_period"] for row in history), ZERO),
        work=item["work_completed_this_period"],
        stored_before=history[-1]["materials_presently_stored"] if history else ZERO,
        stored=item["materials_presently_stored"],
        retained_before=sum(
            (
                row["work_completed_retainage_retained_this_period"] - row["work_completed_retainage_released_this_period"]
                for row in history
            ),
            ZERO,
        ),
        retained=item["work_completed_retainage_retained_this_period"],
        released=item["work_completed_retainage_released_this_period"],
        materials_retained_before=(history[-1]["materials_stored_retainage_currently_retained"] if history else ZERO),
        materials_retained=item["materials_stored_retainage_currently_retained"],
    )


@dataclass(frozen=True)
class Summary:
    """One invoice's totals to date."""

    original: Decimal
    additions: Decimal
    deductions: Decimal
    completed: Decimal
    work_retainage: Decimal
    materials_retainage: Decimal
    stored: Decimal
    certified_before: Decimal

    @property
    def contract_sum(self) -> Decimal:
        return self.original + self.additions + self.deductions

    @property
    def retainage(self) -> Decimal:
        return self.work_retainage + self.materials_retainage

    @property
    def earned(self) -> Decimal:
        return self.completed - self.retainage

    @property
    def due(self) -> Decimal:
        return self.earned - self.certified_before


def summary(world: World, requisition: Row) -> Summary:
    """Work out one invoice."""
    previous = before(world, requisition)
    items = items_of(world, requisition["id"])
    worked = [(item, figures(world, item)) for item in items]
    changes = [figure.scheduled for item, figure in worked if item["item_type"] == "change_order_item"]
    return Summary(
        original=sum((figure.scheduled for item, figure in worked if item["item_type"] == "contract_item"), ZERO),
        additions=sum((amount for amount in changes if amount > 0), ZERO),
        deductions=sum((amount for amount in changes if amount < 0), ZERO),
        completed=sum((figure.to_date for _, figure in worked), ZERO),
        work_retainage=sum((figure.work_retainage for _, figure in worked), ZERO),
        materials_retainage=sum((figure.materials_retained for _, figure in worked), ZERO),
        stored=sum((figure.stored for _, figure in worked), ZERO),
        certified_before=summary(world, previous[-1]).earned if previous else ZERO,
    )


def summary_shown(world: World, requisition: Row) -> dict[str, Any]:
    """The ``summary`` of an invoice, amounts as ``"250.00"``."""
    sums = summary(world, requisition)
    period = f"{requisition['requisition_start']} - {requisition['requisition_end']}"
    return {
        "balance_to_finish_including_retainage": cents(sums.contract_sum - sums.earned),
        "completed_work_retainage_percent": cents(percent_of(sums.work_retainage, sums.completed - sums.stored)),
        "completed_work_retainage_amount": cents(sums.work_retainage),
        "contract_sum_to_date": cents(sums.contract_sum),
        "current_payment_due": cents(sums.due),
        "formatted_period": period,
        "less_previous_certificates_for_payment": cents(sums.certified_before),
        "negative_change_order_item_total": cents(sums.deductions),
        "negative_new_change_order_item_total": cents(ZERO),
        "negative_previous_change_order_item_total": cents(sums.deductions),
        "net_change_by_change_orders": cents(sums.additions + sums.deductions),
        "original_contract_sum": cents(sums.original),
        "positive_change_order_item_total": cents(sums.additions),
        "positive_new_change_order_item_total": cents(ZERO),
        "positive_previous_change_order_item_total": cents(sums.additions),
        "stored_materials_retainage_amount": cents(sums.materials_retainage),
        "stored_materials_retainage_percent": cents(percent_of(sums.materials_retainage, sums.stored)),
        "tax_applicable_to_this_payment": cents(ZERO),
        "total_completed_and_stored_to_date": cents(sums.completed),
        "total_earned_less_retainage": cents(sums.earned),
        "total_retainage": cents(sums.retainage),
    }
