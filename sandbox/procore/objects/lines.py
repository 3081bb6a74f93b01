"""Line items of contracts, change orders and direct costs: one table, told apart by their holder.

A line is coded by ``wbs_code_id``, or by ``cost_code_id`` and ``line_item_type_id``; then the budget code is made, as
the web application does [D]. Amount-based lines say their ``amount`` (extended_type ``manual``), unit-based ones are
``quantity`` times ``unit_cost`` (``calculated``).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.procore.fields import CENT, INTEGER, MONEY, NUMBER, QUANTITY, TEXT, choice, fields, group, plain
from sandbox.procore.objects import bases
from sandbox.procore.objects.codes import COST_CODE
from sandbox.procore.objects.company_codes import LINE_ITEM_TYPE
from sandbox.procore.objects.wbs_codes import code_for, parts, short
from sandbox.procore.resource import Change, Effect, Resource, Rule, View, view
from sandbox.procore.store import Row
from sandbox.procore.world import World

ZERO = Decimal(0)
CODING = frozenset({"wbs_code_id", "cost_code_id", "line_item_type_id"})
ORIGIN_NAMES = frozenset({"origin_id", "origin_data", "origin_owner"})

FIELDS = fields(
    bases.STAMPS,
    bases.ORIGIN,
    group(MONEY, "amount"),
    group(QUANTITY, "quantity unit_cost"),
    group(TEXT, "description uom ref"),
    group(choice("manual", "calculated"), "extended_type"),
    group(INTEGER, "cost_code_id", refers_to="cost_codes"),
    group(INTEGER, "line_item_type_id", refers_to="line_item_types"),
    group(INTEGER, "wbs_code_id", refers_to="wbs_codes"),
    group(INTEGER, "tax_code_id", refers_to="tax_codes"),
    group(INTEGER, "commitment_line_item_id prime_line_item_id", refers_to="line_items"),
    group(INTEGER, "line_item_group_id"),
    group(INTEGER, "position", writable=False),
)


def lines_of(world: World, holder_type: str, holder_id: int) -> list[Row]:
    """The live lines of a holder, in their order."""
    rows = world.store["line_items"].live(holder_id=holder_id)
    return sorted((row for row in rows if row["holder_type"] == holder_type), key=lambda row: int(row["position"]))


def total(rows: Iterable[Row]) -> Decimal:
    return sum((row["amount"] for row in rows), ZERO)


def _tax(world: World, row: Row) -> Decimal:
    code = world.store["tax_codes"].get(row["tax_code_id"] or 0)
    rate = ZERO if code is None or code["rate1"] is None else Decimal(code["rate1"])
    return (Decimal(row["amount"]) * rate / 100).quantize(CENT, ROUND_HALF_UP)


def cost_code_shown(world: World, row: Row) -> dict[str, Any] | None:
    code = world.store["cost_codes"].get(row["cost_code_id"] or 0)
    return None if code is None else COST_CODE.render(world, code, "show")


def type_shown(world: World, row: Row) -> dict[str, Any] | None:
    kind = world.store["line_item_types"].get(row["line_item_type_id"] or 0)
    return None if kind is None else LINE_ITEM_TYPE.render(world, kind, "show")


def wbs_shown(world: World, row: Row) -> dict[str, Any] | None:
    return short(world, row["wbs_code_id"])


LINE: View = view(
    "id amount created_at description extended_type origin_data origin_id position quantity tax_code_id unit_cost uom updated_at",
    company=bases.company_of,
    cost_code=cost_code_shown,
    wbs_code=wbs_shown,
    line_item_type=type_shown,
    holder=lambda _, row: {"id": row["holder_id"], "holder_type": row["holder_type"]},
    project=bases.project_of,
    extended_amount=lambda _, row: plain(row["amount"]),
    total_amount=lambda world, row: plain(row["amount"] + _tax(world, row)),
    change_event_line_item=bases.no_value,
    currency_configuration=bases.currency,
)
V2_LINE: View = view(
    "id description uom amount unit_cost extended_type wbs_code_id tax_code_id position prime_line_item_id",
    quantity=lambda _, row: None if row["quantity"] is None else NUMBER.render(row["quantity"]),
    wbs_code=wbs_shown,
    work_breakdown_structure=bases.always({}),
)


def _coded(change: Change) -> None:
    """Fill in the other form of the coding; both forms must be of the line's project."""
    if not CODING & set(change.values):
        return
    world, project_id = change.world, change.get("project_id")
    code = world.row("wbs_codes", change.values.get("wbs_code_id"))
    if code is not None:
        if code["project_id"] != project_id:
            change.refuse("wbs_code_id", "must exist")
        change.values |= parts(world, code)
        return
    cost_code = world.row("cost_codes", change.get("cost_code_id"))
    if cost_code is not None and cost_code["project_id"] != project_id:
        change.refuse("cost_code_id", "must exist")
    line_item_type_id = change.get("line_item_type_id")
    if cost_code is None or line_item_type_id is None:
        change.values["wbs_code_id"] = None
    else:
        change.values["wbs_code_id"] = code_for(world, cost_code, line_item_type_id)["id"]


def _priced(change: Change) -> None:
    """Work out the amount of a unit-based line."""
    quantity, unit_cost = change.get("quantity"), change.get("unit_cost")
    if change.creating and change.get("extended_type") is None:
        by_unit = change.get("amount") is None and quantity is not None and unit_cost is not None
        change.values["extended_type"] = "calculated" if by_unit else "manual"
    if change.get("extended_type") == "calculated" and quantity is not None and unit_cost is not None:
        change.values["amount"] = (quantity * unit_cost).quantize(CENT, ROUND_HALF_UP)
    if change.get("amount") is None:
        change.values["amount"] = ZERO


def _known_unit(change: Change) -> None:
    unit = change.values.get("uom")
    if unit is not None and change.world.store["uoms"].find(name=unit) is None:
        change.refuse("uom", "is not in the company's list of units of measure")


def _placed(change: Change) -> None:
    if change.creating:
        holder = lines_of(change.world, change.get("holder_type"), change.get("holder_id"))
        change.values["position"] = 1 + max((row["position"] for row in holder), default=0)


def alters_more_than_origin(change: Change) -> bool:
    """Whether a write does more than note the ids of another system."""
    return change.creating or change.alters(frozenset(change.values) - ORIGIN_NAMES)


def line_resource(
    webhook: str | None,
    *rules: Rule,
    envelope: str = "line_item",
    effects: tuple[Effect, ...] = (),
    parent: str | None = None,
    shown: View = LINE,
    locks_when_synced: bool = False,
) -> Resource:
    """Line items of one kind of holder; ``parent`` is the holder's name in events of payload v3.0."""

    def related(_: World, row: Row) -> tuple[tuple[int, str], ...]:
        return () if parent is None else ((row["holder_id"], parent),)

    return Resource(
        "line_items",
        FIELDS,
        {"list": shown, "show": shown},
        envelope=envelope,
        webhook=webhook,
        related=related,
        rules=(*rules, _coded, _priced, _known_unit, _placed),
        effects=effects,
        locks_when_synced=locks_when_synced,
    )
