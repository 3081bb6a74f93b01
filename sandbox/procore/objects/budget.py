"""Budgets: the lock, the line items, and what a line's row adds up from the project's contracts and costs.

There is no list of budget line items in the API: they are listed through a view. Amounts are numbers here [X].
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from http import HTTPStatus
from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call, objects
from sandbox.procore.errors import not_found
from sandbox.procore.fields import CENT, INTEGER, NUMBER, TEXT, choice, fields, group
from sandbox.procore.objects import bases
from sandbox.procore.objects.change_orders import HOLDER as CHANGE_ORDER_LINES
from sandbox.procore.objects.change_orders import PENDING
from sandbox.procore.objects.contracts import HOLDER as CONTRACT_LINES
from sandbox.procore.objects.direct_costs import HOLDER as DIRECT_COST_LINES
from sandbox.procore.objects.wbs_codes import code_for, parts, short
from sandbox.procore.resource import Change, Computed, Resource, view
from sandbox.procore.routes import Route, found, mount, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World

ZERO = Decimal(0)
_SETTLED = ("Approved", "Complete", "Closed", "Terminated")
_CODING = frozenset({"wbs_code_id", "cost_code_id", "line_item_type_id"})
_AMOUNTS = frozenset({"original_budget_amount", "quantity", "unit_cost"})


@dataclass(frozen=True)
class Sums:
    """The columns of one budget line; ``changes`` approved, ``pending_changes`` under way."""

    original: Decimal
    changes: Decimal
    pending_changes: Decimal
    committed: Decimal
    direct: Decimal
    pending_costs: Decimal

    @property
    def revised(self) -> Decimal:
        return self.original + self.changes

    @property
    def projected_budget(self) -> Decimal:
        return self.revised + self.pending_changes

    @property
    def projected_costs(self) -> Decimal:
        return self.committed + self.direct + self.pending_costs

    @property
    def forecast(self) -> Decimal:
        return max(self.projected_budget - self.projected_costs, ZERO)

    @property
    def at_completion(self) -> Decimal:
        return self.projected_costs + self.forecast


def changed_by(world: World, wbs_code_id: int, status: str) -> Decimal:
    """What budget changes in a status, and the older modifications, move to a budget code."""
    total = ZERO
    for line in world.store["budget_change_lines"].live(wbs_code_id=wbs_code_id):
        change = world.row("budget_changes", line["budget_change_id"])
        if change is not None and change["status"] == status:
            total += line["amount"]
    if status == "approved":
        for line in world.store["budget_line_items"].live(wbs_code_id=wbs_code_id):
            moves = world.store["budget_modifications"]
            total += sum((move["transfer_amount"] for move in moves.live(to_budget_line_item_id=line["id"])), ZERO)
            total -= sum((move["transfer_amount"] for move in moves.live(from_budget_line_item_id=line["id"])), ZERO)
    return total


def bears(world: World, line: Row) -> str | None:
    """Which column a line item counts in; None when it does not count."""
    if line["holder_type"] == DIRECT_COST_LINES:
        cost = world.row("direct_costs", line["holder_id"])
        return "direct" if cost is not None and cost["status"] == "approved" else None
    if line["holder_type"] == CHANGE_ORDER_LINES:
        order = world.store["change_orders"].find(potential_id=line["holder_id"])
        if order is None or order["kind"] != "commitment":
            return None
        return "committed" if order["status"] == "approved" else "pending" if order["status"] in PENDING else None
    if line["holder_type"] == CONTRACT_LINES:
        contract = world.row("work_order_contracts", line["holder_id"]) or world.row("purchase_order_contracts", line["holder_id"])
        if contract is None:
            return None
        return "committed" if contract["status"] in _SETTLED else "pending"
    return None


def sums(world: World, project_id: int, wbs_code_id: int, original: Decimal) -> Sums:
    """Work out the row of one budget code."""
    columns = {"committed": ZERO, "direct": ZERO, "pending": ZERO}
    for line in world.store["line_items"].live(project_id=project_id, wbs_code_id=wbs_code_id):
        column = bears(world, line)
        if column is not None:
            columns[column] += line["amount"]
    return Sums(
        original,
        changed_by(world, wbs_code_id, "approved"),
        changed_by(world, wbs_code_id, "under_review"),
        columns["committed"],
        columns["direct"],
        columns["pending"],
    )


def _sum(name: str) -> Computed:
    def shown(world: World, row: Row) -> float:
        worked = sums(world, row["project_id"], row["wbs_code_id"], row["original_budget_amount"])
        return float(getattr(worked, name))

    return shown


def _cost_code(world: World, row: Row) -> dict[str, Any] | None:
    return world.reference("cost_codes", row["cost_code_id"], "name", "code", "full_code")


def _division(world: World, row: Row) -> dict[str, Any] | None:
    code = world.store["cost_codes"].get(row["cost_code_id"])
    return code and world.reference("cost_codes", code["parent_id"], "name", "full_code")


def _coded(change: Change) -> None:
    """One line for each budget code; v1.0 names it by cost code and cost type."""
    if change.get("deleted_at") or not _CODING & set(change.values):
        return
    world = change.world
    code = world.row("wbs_codes", change.values.get("wbs_code_id"))
    if code is None:
        cost_code = world.row("cost_codes", change.get("cost_code_id"))
        if cost_code is None or change.get("line_item_type_id") is None:
            change.refuse("wbs_code_id", "can't be blank")
        code = code_for(world, cost_code, change.get("line_item_type_id"))
    if code["project_id"] != change.get("project_id"):
        change.refuse("wbs_code_id", "must exist")
    twin = world.store["budget_line_items"].find(wbs_code_id=code["id"])
    if twin is not None and twin is not change.row:
        change.refuse("wbs_code_id", "has already been taken")
    change.values |= {"wbs_code_id": code["id"], **parts(world, code)}


def _priced(change: Change) -> None:
    quantity, unit_cost = change.get("quantity"), change.get("unit_cost")
    if change.get("calculation_strategy") == "automatic" and quantity is not None and unit_cost is not None:
        change.values["original_budget_amount"] = (quantity * unit_cost).quantize(CENT, ROUND_HALF_UP)


def _unlocked(change: Change) -> None:
    """A locked budget keeps its original amounts; only a line without any can still come [?]."""
    project = change.world.row("projects", change.get("project_id"))
    if project is None or not project["budget_locked"]:
        return
    if change.get("deleted_at"):
        change.refuse("base", "Budget is locked")
    if change.creating and change.get("original_budget_amount") == ZERO:
        return
    if change.creating or change.alters(_AMOUNTS):
        change.refuse("base", "Budget is locked")


_LINE = "id original_budget_amount uom quantity unit_cost calculation_strategy"
LINE = Resource(
    "budget_line_items",
    fields(
        bases.STAMPS,
        group(NUMBER, "original_budget_amount", default=ZERO),
        group(NUMBER, "quantity unit_cost direct_costs"),
        group(TEXT, "uom"),
        group(choice("automatic", "manual"), "calculation_strategy", default="manual"),
        group(INTEGER, "cost_code_id", refers_to="cost_codes"),
        group(INTEGER, "line_item_type_id", refers_to="line_item_types"),
        group(INTEGER, "wbs_code_id", refers_to="wbs_codes"),
    ),
    {
        "show": view(
            _LINE,
            approved_budget_changes=_sum("changes"),
            revised_budget=_sum("revised"),
            pending_budget_changes=_sum("pending_changes"),
            projected_budget=_sum("projected_budget"),
            committed_costs=_sum("committed"),
            direct_costs=_sum("direct"),
            pending_cost_changes=_sum("pending_costs"),
            projected_costs=_sum("projected_costs"),
            budget_forecast=_sum("forecast"),
            estimated_cost_at_completion=_sum("at_completion"),
            projected_over_under=lambda world, row: _sum("projected_budget")(world, row) - _sum("at_completion")(world, row),
            cost_code=_cost_code,
            division=_division,
            line_item_type=bases.refers("line_item_types", "line_item_type_id", "name"),
            currency_configuration=bases.currency,
        ),
        "v11": view(
            _LINE,
            wbs_code=lambda world, row: short(world, row["wbs_code_id"]),
            currency_configuration=bases.currency,
        ),
    },
    envelope="budget_line_item",
    webhook="Budget Line Items",
    rules=(_coded, _priced, _unlocked),
)


def _budget(call: Call) -> Answer:
    return call.answer({"locked": call.project()["budget_locked"]})


def _lock(call: Call) -> Answer:
    call.world.store["projects"].update(call.project(), {"budget_locked": True})
    return call.answer({"locked": True}, HTTPStatus.CREATED)


def _unlock(call: Call) -> Answer:
    """Unlocking throws the modifications away unless it is told not to [X]."""
    project = call.project()
    if call.query.get("destroy_all_budget_line_item_transfers", "true") != "false":
        for row in call.world.store["budget_modifications"].live(project_id=project["id"]):
            call.world.store["budget_modifications"].update(row, {"deleted_at": call.world.now()})
    call.world.store["projects"].update(project, {"budget_locked": False})
    return call.answer({"locked": False})


def _sync(call: Call) -> Answer:
    """All or nothing, and a bare array: unlike the other sync actions [X]."""
    columns, given = of_project(call), objects(call.attributes(None), "budget_line_items")
    if len(given) > writes.MOST_UPDATES:
        raise writes.too_many()
    rows = []
    for item in given:
        attributes = {name: value for name, value in item.items() if name != "id"}
        if item.get("id") is None:
            rows.append(writes.create(call.world, call.caller, LINE, columns, attributes))
            continue
        row = call.world.row("budget_line_items", item["id"])
        if row is None or row["project_id"] != columns["project_id"]:
            raise not_found()
        rows.append(writes.update(call.world, call.caller, LINE, row, attributes))
    return call.answer([LINE.render(call.world, row, "v11") for row in rows])


def _delete(call: Call) -> Answer:
    writes.delete(call.world, call.caller, LINE, found(call, LINE, of_project(call)))
    return Answer(None, HTTPStatus.NO_CONTENT)


_P = "/rest/v1.0/projects/<int:project_id>/budget"
_V11 = replace(LINE, fields={name: field for name, field in LINE.fields.items() if name not in _CODING - {"wbs_code_id"}})
ROUTES: tuple[Route, ...] = (
    Route("GET", _P, _budget),
    Route("POST", f"{_P}/lock", _lock),
    Route("DELETE", f"{_P}/lock", _unlock),
    *mount(LINE, "/rest/v1.0/budget_line_items", of_project, "create show update"),
    *mount(_V11, "/rest/v1.1/budget_line_items", of_project, "create show update", views={"": "v11"}),
    Route("POST", "/rest/v1.0/budget_line_items/sync", _sync),
    Route(
        "DELETE",
        "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/budget_line_items/<int:id>",
        _delete,
    ),
)
