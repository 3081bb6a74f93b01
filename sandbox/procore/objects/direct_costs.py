"""Direct costs: invoices, expenses and payroll outside of commitments, with their line items.

A synced one (``origin_id`` set) is changed by nobody but the integration that synced it [D]. Writes "do not support
concurrent requests": a second one in the same project, while one is under way, is a 409 [X].
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import ANY, DAY, INTEGER, OBJECTS, TEXT, choice, fields, group, plain
from sandbox.procore.listing import Listing, among, filters, within
from sandbox.procore.objects import bases
from sandbox.procore.objects.lines import LINE, line_resource, lines_of, total
from sandbox.procore.resource import Change, Resource, View, view
from sandbox.procore.routes import Route, found, mount, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World
from sandbox.procore.writes import touch

HOLDER = "DirectCost"
MOST_LINES = 100
_ALONE = "direct_costs"
_DAYS = "direct_cost_date received_date payment_date"


def _grand_total(world: World, row: Row) -> Decimal:
    return total(lines_of(world, HOLDER, row["id"]))


_LISTED: View = view(
    f"id created_at deleted_at description direct_cost_type {_DAYS} invoice_number origin_data origin_id status terms updated_at vendor_id",
    amount=lambda world, row: plain(_grand_total(world, row)),
    grand_total=lambda world, row: plain(_grand_total(world, row)),
    vendor=lambda world, row: (world.store["vendors"].get(row["vendor_id"] or 0) or {}).get("name"),
    vendor_name=lambda world, row: (world.store["vendors"].get(row["vendor_id"] or 0) or {}).get("name"),
    employee=bases.refers("users", "employee_id", "name"),
    currency_configuration=bases.currency,
)
_V10 = _LISTED.without("amount").plus(
    vendor=bases.refers("vendors", "vendor_id", "name"),
    attachments=bases.attachments,
    attachments_count=lambda _, row: len(row["file_ids"]),
    line_items_count=lambda world, row: len(lines_of(world, HOLDER, row["id"])),
)
_LINE_IN_COST = LINE.without("holder project change_event_line_item").plus("ref")


_LINE_IN_LIST = LINE.without("company origin_data change_event_line_item").plus(
    cost_code=bases.refers("cost_codes", "cost_code_id", "full_code", "name", "origin_id")
)


def _currency(world: World, row: Row) -> dict[str, Any]:
    return bases.full_currency(world, row) | {"currency_exchange_rate": "1.0"}


def _lines_shown(world: World, row: Row) -> list[dict[str, Any]]:
    return [_NESTED_LINE.render(world, line, "show") for line in lines_of(world, HOLDER, row["id"])]


def _of_unsynced(change: Change) -> None:
    """Lines of a synced direct cost are as fast as the cost itself."""
    cost = change.world.row("direct_costs", change.get("holder_id"))
    if cost is None:
        change.refuse("direct_cost_id", "must exist")
    if cost["project_id"] != change.get("project_id"):
        change.refuse("direct_cost_id", "must exist")
    owner = change.caller.service and change.caller.application == cost.get("origin_owner")
    if cost["origin_id"] is not None and not owner:
        change.refuse("base", "cannot be edited because it has been synced with ERP")


def _at_most(change: Change) -> None:
    if change.creating and len(lines_of(change.world, HOLDER, change.get("holder_id"))) >= MOST_LINES:
        change.refuse("base", f"a direct cost has at most {MOST_LINES} line items")


def _touch_cost(change: Change, row: Row) -> None:
    touch(change, "direct_costs", row["holder_id"])


_LINE_ITEM = line_resource("Direct Cost Line Items", _of_unsynced, _at_most, effects=(_touch_cost,), parent="Direct Costs")
LINE_ITEM = replace(
    _LINE_ITEM,
    fields={**_LINE_ITEM.fields, **fields(group(INTEGER, "holder_id"))},
    views={**_LINE_ITEM.views, "all": _LINE_IN_LIST},
    renamed={"direct_cost_id": "holder_id", "manual_amount": "amount"},
    exclusive=_ALONE,
)
_NESTED_LINE = replace(LINE_ITEM, views={"show": _LINE_IN_COST}, effects=())


def _complete(change: Change) -> None:
    """What a direct cost needs depends on its kind [X]."""
    if change.creating:
        for name in ("invoice_number", "vendor_id") if change.get("direct_cost_type") == "invoice" else ():
            if change.get(name) is None:
                change.refuse(name, "can't be blank")


def _write_lines(change: Change, row: Row) -> None:
    """Lines that came inside the direct cost (v1.1)."""
    for given in row.pop("line_items", None) or []:
        attributes = {name: value for name, value in given.items() if name not in ("id", "direct_cost_id")}
        columns = {"project_id": row["project_id"], "holder_id": row["id"], "holder_type": HOLDER}
        line = change.world.row("line_items", given.get("id"))
        if line is not None and line["holder_id"] == row["id"]:
            writes.update(change.world, change.caller, _NESTED_LINE, line, attributes)
        else:
            writes.create(change.world, change.caller, _NESTED_LINE, columns, attributes)


def _few_lines(change: Change) -> None:
    if len(change.values.get("line_items") or ()) > MOST_LINES:
        change.refuse("line_items", f"are at most {MOST_LINES}")


DIRECT_COST = Resource(
    "direct_costs",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        bases.ATTACHMENTS,
        group(choice("invoice", "expense", "payroll", "subcontractor_invoice"), "direct_cost_type", required=True),
        group(choice("draft", "pending", "revise_and_resubmit", "approved"), "status", default="draft"),
        group(DAY, _DAYS),
        group(TEXT, "description invoice_number terms"),
        group(INTEGER, "vendor_id", refers_to="vendors"),
        group(INTEGER, "employee_id", refers_to="users"),
        group(OBJECTS, "line_items", default=()),
        group(ANY, "currency_iso_code currency_exchange_rate"),
    ),
    {
        "list": _LISTED,
        "show": _V10,
        "v11": _V10.plus(
            company=bases.company_of,
            project=bases.project_of,
            line_items=_lines_shown,
            currency_configuration=_currency,
        ),
    },
    webhook="Direct Costs",
    rules=(_complete, _few_lines),
    effects=(_write_lines,),
    locks_when_synced=True,
    exclusive=_ALONE,
    attachments=True,
)


def _of_cost(call: Call) -> Row:
    project_id = call.project()["id"]
    cost = call.world.row("direct_costs", call.integer("direct_cost_id"))
    if cost is None or cost["project_id"] != project_id:
        raise not_found()
    return {"project_id": project_id, "holder_id": cost["id"], "holder_type": HOLDER}


def _of_all_costs(call: Call) -> Row:
    """Lines of any direct cost of the project; in a sync action each names its own."""
    return {**of_project(call), "holder_type": HOLDER}


def _delete(call: Call) -> Answer:
    row = found(call, DIRECT_COST, of_project(call))
    writes.delete(call.world, call.caller, DIRECT_COST, row)
    return call.answer({"id": row["id"]})


_V10_COST = replace(DIRECT_COST, envelope="item")
_V11_COST = replace(DIRECT_COST, envelope="direct_cost")
_LIST = Listing(
    filters(
        "id origin_id invoice_number created_at updated_at",
        payment_date=within("payment_date"),
        received_date=within("received_date"),
    )
)
_LINE_LIST = Listing(filters("id created_at updated_at cost_code_id line_item_type_id", direct_cost_id=among("holder_id")))
_P = "/rest/v1.0/projects/<int:project_id>/direct_costs"
_P11 = "/rest/v1.1/projects/<int:project_id>/direct_costs"
ROUTES: tuple[Route, ...] = (
    *mount(_V10_COST, _P, of_project, "list create show update sync", _LIST),
    *mount(_V11_COST, _P11, of_project, "list create show update", _LIST, views={"": "v11"}),
    Route("DELETE", f"{_P}/<int:id>", _delete, exclusive=_ALONE),
    Route("DELETE", f"{_P11}/<int:id>", _delete, exclusive=_ALONE),
    *mount(LINE_ITEM, f"{_P}/line_items", _of_all_costs, "list", replace(_LINE_LIST, view="all")),
    *mount(LINE_ITEM, f"{_P}/line_items", _of_all_costs, "sync"),
    *mount(
        LINE_ITEM,
        f"{_P}/<int:direct_cost_id>/line_items",
        _of_cost,
        "list create show update delete",
        _LINE_LIST,
    ),
)
