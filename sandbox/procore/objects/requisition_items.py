"""The items of subcontractor invoices: one for each line of the commitment and of its change orders."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.procore.fields import CENT, CENTS, FLAG, INTEGER, QUANTITY, TEXT, cents, choice, fields, group, plain
from sandbox.procore.objects import bases
from sandbox.procore.objects.billing import HUNDRED, NUMBERS, ZERO, Figures, figures, line_of, percent_of
from sandbox.procore.objects.wbs_codes import segment_items, short
from sandbox.procore.resource import Change, Computed, Resource, View, view
from sandbox.procore.store import Row
from sandbox.procore.world import World
from sandbox.procore.writes import touch

CLOSED = frozenset({"approved", "approved_as_noted", "pending_owner_approval"})
ITEM_TYPES = ("contract_item", "contract_detail_item", "change_order_item")
_WORK = "work_completed_this_period"
_STORED = "materials_presently_stored"
_RETAINED = "work_completed_retainage_retained_this_period"
_STORED_RETAINED = "materials_stored_retainage_currently_retained"
_PERCENTS = {
    "work_completed_retainage_percent_this_period": (_WORK, _RETAINED),
    "materials_stored_retainage_percent_this_period": (_STORED, _STORED_RETAINED),
}


def _money(of: Callable[[Figures], Decimal]) -> Computed:
    return lambda world, row: cents(of(figures(world, row)))


def _of_line(of: Callable[[World, Row], Any]) -> Computed:
    return lambda world, row: of(world, line_of(world, row))


def _zero(_: World, __: Row) -> str:
    return cents(ZERO)


def _commitment_line(world: World, row: Row) -> Row | None:
    return world.store["line_items"].get(line_of(world, row)["commitment_line_item_id"] or 0)


def _detailed_code(world: World, line: Row) -> dict[str, Any] | None:
    code = short(world, line["wbs_code_id"])
    return code and {**code, "segment_items": segment_items(world, line["wbs_code_id"])}


_SHARED: View = view(
    f"id line_item_id position subcontractor_claimed_amount work_completed_this_period_quantity {' '.join(NUMBERS)}",
    cost_code_id=_of_line(lambda _, line: line["cost_code_id"]),
    description_of_work=_of_line(lambda _, line: line["description"]),
    wbs_code=_of_line(lambda world, line: short(world, line["wbs_code_id"])),
    scheduled_value=_money(lambda each: each.scheduled),
    scheduled_quantity=_of_line(lambda _, line: plain(line["quantity"] or ZERO)),
    scheduled_unit_price=_of_line(lambda _, line: plain(line["unit_cost"] or ZERO)),
    work_completed_from_previous_application=_money(lambda each: each.work_before),
    work_completed_from_previous_application_quantity=_zero,
    total_completed_and_stored_to_date=_money(lambda each: each.to_date),
    total_completed_and_stored_to_date_percent=_money(lambda each: percent_of(each.to_date, each.scheduled)),
    work_completed_retainage_from_previous_application=_money(lambda each: each.retained_before),
    work_completed_retainage_percent_this_period=_money(lambda each: percent_of(each.retained, each.work)),
    materials_stored_retainage_percent_this_period=_money(lambda each: percent_of(each.materials_retained, each.stored)),
    materials_moved=_zero,
    materials_retainage_retained_moved=_zero,
    currency_configuration=bases.currency,
)
_CONTRACT = _SHARED.plus("item_type comment status ssr_manual_override")
_CHANGE_ORDER = _SHARED.plus(
    "change_order_package_id",
    commitment_line_item_id=_of_line(lambda _, line: line["commitment_line_item_id"]),
    commitment_line_item_origin_id=lambda world, row: (_commitment_line(world, row) or {}).get("origin_id"),
)
_FULL = _CONTRACT.plus(
    accounting_method=lambda world, row: "unit" if line_of(world, row)["quantity"] else "amount",
    currency_configuration=bases.full_currency,
    net_amount=_money(lambda each: each.net),
    gross_amount=_money(lambda each: each.gross),
    materials_presently_stored_quantity=_zero,
    materials_presently_stored_from_previous_progress=_money(lambda each: each.stored_before),
    materials_previously_stored_quantity=_zero,
    total_completed_and_stored_to_date_from_previous=_money(lambda each: each.work_before + each.stored_before),
    materials_stored_retainage_new_materials=_zero,
    line_number=lambda _, row: str(row["position"]),
    previous_progress_id=bases.no_value,
    taxes=bases.empty,
    wbs_code=_of_line(_detailed_code),
    uom=_of_line(lambda _, line: line["uom"]),
)
_DETAIL = _SHARED.without(
    "line_item_id position subcontractor_claimed_amount materials_stored_retainage_percent_this_period wbs_code currency_configuration"
).plus(
    "item_type",
    item_number=bases.column("position"),
    balance_to_finish=_money(lambda each: each.scheduled - each.to_date),
    total_completed_and_stored_to_date_quantity=_zero,
    work_completed_retainage_currently_retained=_money(lambda each: each.work_retainage),
    materials_stored_retainage_from_previous_application=_money(lambda each: each.materials_retained_before),
    materials_stored_retainage_retained_this_period=_money(lambda each: each.materials_retained - each.materials_retained_before),
    materials_stored_retainage_percent_this_period=_SHARED.computed["materials_stored_retainage_percent_this_period"],
    total_retainage_currently_retained=_money(lambda each: each.work_retainage + each.materials_retained),
    total_retainage_from_previous_application=_money(lambda each: each.retained_before + each.materials_retained_before),
)


def _open_only(change: Change) -> None:
    """Items of an approved or a synced invoice stay as they are."""
    requisition = change.world.row("requisitions", change.get("requisition_id"))
    if change.creating or requisition is None:
        return
    if requisition["origin_id"] is not None:
        change.refuse("base", "The invoice is not editable because it has been synced with ERP")
    if requisition["status"] in CLOSED:
        change.refuse("base", f"items cannot be changed while the invoice is {requisition['status']}")


def _retainage(change: Change) -> None:
    """Work and stored materials hold back their percentage unless the amount itself is given."""
    default = change.get("retainage_percent")
    for percent_name, (base, held) in _PERCENTS.items():
        percent = change.values.pop(percent_name, None)
        if held in change.values and (percent is None or change.values[held] is not None):
            continue
        if percent is not None or base in change.values:
            rate = default if percent is None else percent
            amount = change.get(base) or ZERO
            change.values[held] = (amount * rate / HUNDRED).quantize(CENT, ROUND_HALF_UP)


def _touch_requisition(change: Change, row: Row) -> None:
    touch(change, "requisitions", row["requisition_id"])


ITEM = Resource(
    "requisition_items",
    fields(
        bases.STAMPS,
        group(choice(*ITEM_TYPES), "item_type", writable=False),
        group(INTEGER, "line_item_id position change_order_package_id", writable=False),
        group(CENTS, " ".join(NUMBERS)),
        group(CENTS, "subcontractor_claimed_amount"),
        group(QUANTITY, "work_completed_this_period_quantity"),
        group(QUANTITY, " ".join(_PERCENTS)),
        group(choice("approved", "rejected", "no_action"), "status", default="no_action"),
        group(TEXT, "comment"),
        group(FLAG, "ssr_manual_override", default=False),
    ),
    {"list": _CONTRACT, "show": _CONTRACT, "change_order": _CHANGE_ORDER, "full": _FULL, "detail": _DETAIL},
    rules=(_open_only, _retainage),
    effects=(_touch_requisition,),
)


def new_item(world: World, requisition: Row, line: Row, position: int, package_id: int | None) -> Row:
    """An item at its start: nothing done this period, materials on site as they were."""
    item = world.store.add(
        "requisition_items",
        world.now(),
        requisition_id=requisition["id"],
        project_id=requisition["project_id"],
        item_type="contract_item" if package_id is None else "change_order_item",
        line_item_id=line["id"],
        change_order_package_id=package_id,
        position=position,
        retainage_percent=requisition["retainage_percent"],
        subcontractor_claimed_amount=ZERO,
        work_completed_this_period_quantity=ZERO,
        status="no_action",
        comment=None,
        ssr_manual_override=False,
        **dict.fromkeys(NUMBERS, ZERO),
    )
    start = figures(world, item)
    item[_STORED], item[_STORED_RETAINED] = start.stored_before, start.materials_retained_before
    return item
