"""The continuation sheet of an invoice, and what each of its items bills in the period: G703 in the trade's own words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final

from connector.core.codecs import ID, MONEY, QUANTITY, UNIT_COST
from connector.core.errors import Code
from connector.core.money import Money, Quantity
from connector.core.record import Record, Ref, procore, ref

ZERO: Final = Decimal("0.00")


# fmt: off
class SheetDetail(Record):
    """What only the continuation sheet tells of an item."""

    procore_id: Annotated[str, "Procore item", procore("id", ID)]
    item_type: Annotated[str, "Item type", procore("item_type")]
    materials_retained_before: Annotated[
        Money, "Retained on materials before", procore("materials_stored_retainage_from_previous_application", MONEY)
    ] = ZERO


class SheetItem(Record):
    """A line of the sheet: a line of the commitment, or of a change order, in this billing period."""

    procore_id: Annotated[str, "Procore item", procore("id", ID)]
    item_type: Annotated[str, "Item type", procore("item_type")]
    line_item_id: Annotated[str | None, "Procore line", procore("line_item_id", ID)] = None
    description: Annotated[str, "Description", procore("description_of_work")] = ""
    cost_code: Annotated[Ref | None, "Cost code", procore("cost_code_id", ID), ref("cost_codes", missing=Code.COST_CODE_MISSING)] = None
    accounting_method: Annotated[str | None, "Accounting method", procore("accounting_method")] = None
    scheduled: Annotated[Money, "Scheduled value", procore("scheduled_value", MONEY)] = ZERO
    to_date: Annotated[Money, "Completed and stored to date", procore("total_completed_and_stored_to_date", MONEY)] = ZERO
    work: Annotated[Money, "Work completed", procore("work_completed_this_period", MONEY)] = ZERO
    moved: Annotated[Money, "Materials moved", procore("materials_moved", MONEY)] = ZERO
    stored: Annotated[Money, "Materials stored", procore("materials_presently_stored", MONEY)] = ZERO
    stored_before: Annotated[Money, "Materials stored before", procore("materials_presently_stored_from_previous_progress", MONEY)] = ZERO
    retained: Annotated[Money, "Retained", procore("work_completed_retainage_retained_this_period", MONEY)] = ZERO
    retained_moved: Annotated[Money, "Retained on materials moved", procore("materials_retainage_retained_moved", MONEY)] = ZERO
    released: Annotated[Money, "Released", procore("work_completed_retainage_released_this_period", MONEY)] = ZERO
    materials_retained: Annotated[Money, "Retained on materials", procore("materials_stored_retainage_currently_retained", MONEY)] = ZERO
    quantity: Annotated[Quantity, "Quantity completed", procore("work_completed_this_period_quantity", QUANTITY)] = ZERO
    stored_quantity: Annotated[Quantity, "Quantity stored", procore("materials_presently_stored_quantity", QUANTITY)] = ZERO
    stored_quantity_before: Annotated[Quantity, "Quantity stored before", procore("materials_previously_stored_quantity", QUANTITY)] = ZERO
    unit_price: Annotated[Quantity, "Unit price", procore("scheduled_unit_price", UNIT_COST)] = ZERO
    unit: Annotated[str | None, "Unit", procore("uom")] = None
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an item bills, on one line: all of it, or its work and its stored materials apart. ``retained`` is less what is released."""

    name: str
    amount: Money
    quantity: Quantity
    retained: Money
    stored: Money = ZERO
    apart: bool = False
    """Stored materials only."""

    def __add__(self, other: Part) -> Part:
        return Part(
            name=self.name,
            amount=self.amount + other.amount,
            quantity=self.quantity + other.quantity,
            retained=self.retained + other.retained,
            stored=self.stored + other.stored,
        )


def billed(items: Iterable[SheetItem], details: Iterable[SheetDetail], *, stored_apart: bool) -> list[tuple[SheetItem, Part]]:
    """The parts that bill or retain anything, or give it back. Work is worth what was completed this period and what was moved there from
    stored materials, these the change in what is stored; retainage changes with both."""
    before = {(each.item_type, each.procore_id): each.materials_retained_before for each in details}
    found = []
    for item in items:
        name = f"{item.item_type}:{item.procore_id}"
        work = Part(
            name=name,
            amount=item.work + item.moved,
            quantity=item.quantity,
            retained=item.retained + item.retained_moved - item.released,
        )
        change = item.stored - item.stored_before
        materials = Part(
            name=f"{name}:stored",
            amount=change,
            quantity=item.stored_quantity - item.stored_quantity_before,
            retained=item.materials_retained - before.get((item.item_type, item.procore_id), ZERO),
            stored=change,
            apart=True,
        )
        parts = (work, materials) if stored_apart else (work + materials,)
        found += [(item, part) for part in parts if part.amount or part.retained]
    return found
