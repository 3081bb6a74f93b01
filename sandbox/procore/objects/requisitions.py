"""Subcontractor invoices (requisitions) and billing periods.

Only the latest open invoice of a commitment is edited or deleted; a synced one is changed by nobody but the integration
that synced it ("Working with Subcontractor Invoices", "Record locking" [D]). Approved change orders come along when an
invoice is made, later ones are added by ``add_change_order_package``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.procore import writes
from sandbox.procore.fields import ANY, DAY, FLAG, INTEGER, OBJECTS, QUANTITY, TEXT, cents, choice, fields, group
from sandbox.procore.objects import bases
from sandbox.procore.objects.billing import before, items_of, percent_of, summary, summary_shown
from sandbox.procore.objects.change_orders import COMMITMENT_TABLES, HOLDER
from sandbox.procore.objects.lines import lines_of
from sandbox.procore.objects.requisition_items import CLOSED, ITEM, new_item
from sandbox.procore.resource import Change, Resource, View, view
from sandbox.procore.store import Row
from sandbox.procore.world import World

STATUSES = ("draft", "under_review", "revise_and_resubmit", "approved", "approved_as_noted", "pending_owner_approval")
_TYPES = {"work_order_contracts": "WorkOrderContract", "purchase_order_contracts": "PurchaseOrderContract"}
_FREE = frozenset({"status", "origin_id", "origin_data", "origin_owner", "payment_date", "due_date", "erp_status"})


def commitment_of(world: World, commitment_id: int | None) -> tuple[str, Row] | None:
    """The table and the row of a commitment."""
    for table in COMMITMENT_TABLES:
        row = world.row(table, commitment_id)
        if row is not None:
            return table, row
    return None


def billed_total(world: World, commitment_id: int) -> Decimal:
    """What the closed invoices of a commitment ask for, together."""
    rows = world.store["requisitions"].live(commitment_id=commitment_id)
    return sum((summary(world, row).due for row in rows if row["status"] in CLOSED), Decimal(0))


def _found(world: World, row: Row) -> tuple[str, Row]:
    tables = (table for table in COMMITMENT_TABLES if world.store[table].get(row["commitment_id"]) is not None)
    table = next(tables)
    return table, world.store[table][row["commitment_id"]]


def _commitment(world: World, row: Row) -> Row:
    return _found(world, row)[1]


def _vendor(world: World, row: Row) -> Row:
    return world.store["vendors"].get(_commitment(world, row)["vendor_id"] or 0) or {}


def _type(world: World, row: Row) -> str:
    return _TYPES[_found(world, row)[0]]


def _percent_complete(world: World, row: Row) -> str:
    sums = summary(world, row)
    return f"{cents(percent_of(sums.completed, sums.contract_sum))}%"


def _author(world: World, row: Row) -> dict[str, Any] | None:
    user = world.reference("users", row["created_by_id"], "name", "login")
    return user and {**user, "company_name": world.company["name"]}


def _summary_text(world: World, row: Row) -> dict[str, Any]:
    project, commitment, vendor = world.row("projects", row["project_id"]) or {}, _commitment(world, row), _vendor(world, row)
    address = {name: vendor.get(name) for name in ("city", "state_code", "zip", "country_code")}
    return {
        "project_name": project["name"],
        "project_number": project["project_number"],
        "to_general_contractor": world.company["name"],
        "requisition_period_start": row["requisition_start"],
        "requisition_period_end": row["requisition_end"],
        "subcontractor_name": vendor.get("name"),
        "subcontractor_street": vendor.get("address"),
        **{f"subcontractor_{name}": value for name, value in address.items()},
        "application_number": str(row["number"]),
        "contract_for": commitment["title"],
        "contract_date": commitment["contract_date"],
    }


def _full_summary(world: World, row: Row) -> dict[str, Any]:
    extra = ("new_materials", "new_materials_quantity", "stored_materials", "stored_materials_quantity")
    return summary_shown(world, row) | {name: cents(Decimal(0)) for name in extra}


def _claimed(world: World, row: Row) -> str:
    return cents(sum((item["subcontractor_claimed_amount"] for item in items_of(world, row["id"])), Decimal(0)))


def _packages(world: World, row: Row) -> list[dict[str, Any]]:
    ids = {item["change_order_package_id"] for item in items_of(world, row["id"])} - {None}
    orders = [world.store["change_orders"].find(package_id=package_id) for package_id in sorted(ids)]
    return [
        {
            "id": order["package_id"],
            "change_order_id": order["id"],
            "position": position,
            **{name: order[name] for name in ("contract_id", "number", "title", "status")},
            "change_order_acronym_number": f"CO #{order['number']}",
            "change_order_request": None,
            "batch": None,
        }
        for position, order in enumerate((order for order in orders if order is not None), 1)
    ]


_SHARED: View = view(
    "id project_id electronic_signature_id billing_date commitment_id created_at updated_at invoice_number origin_data "
    "origin_id payment_date period_id requisition_start requisition_end status erp_status submitted_at final number",
    commitment_type=_type,
    contract_name=lambda world, row: _commitment(world, row)["title"],
    created_by=_author,
    percent_complete=_percent_complete,
    vendor_name=lambda world, row: _vendor(world, row).get("name"),
    total_claimed_amount=_claimed,
    deletable=lambda _, row: row["status"] not in CLOSED and row["origin_id"] is None,
    custom_fields=lambda _, row: dict(row.get("custom_fields") or {}),
    attachments=bases.typed_attachments,
)
_V10 = _SHARED.plus(
    "comment",
    currency_configuration=bases.currency,
    summary=summary_shown,
    action_policy=bases.always({}),
)
_V11 = _SHARED.plus(
    previous_requisition_id=lambda world, row: (before(world, row) or [{"id": None}])[-1]["id"],
    vendor_id=lambda world, row: _vendor(world, row).get("id"),
    invoice_type=bases.always("Billings::Requisition"),
    move_materials_to_previous_work_completed=bases.NO,
    currency_configuration=bases.full_currency,
    summary=_full_summary,
)
_ITEMS = _V11.plus(
    items=lambda world, row: [ITEM.render(world, item, "full") for item in items_of(world, row["id"])],
    item_packages=_packages,
)


def _of_a_commitment(change: Change) -> None:
    found = commitment_of(change.world, change.get("commitment_id"))
    if found is None or found[1]["project_id"] != change.get("project_id"):
        change.refuse("commitment_id", "must exist")
    if change.creating:
        rows = change.world.store["requisitions"].live(commitment_id=found[1]["id"])
        if any(row["status"] not in CLOSED for row in rows):
            change.refuse("base", "The commitment has an open invoice already")
        change.values["number"] = 1 + max((row["number"] for row in rows), default=0)
        change.values["retainage_percent"] = found[1]["retainage_percent"]


def _in_a_period(change: Change) -> None:
    period = change.world.row("billing_periods", change.values.get("period_id"))
    if period is None:
        return
    if period["project_id"] != change.get("project_id"):
        change.refuse("period_id", "must exist")
    if change.creating:
        for name, source in (("requisition_start", "start_date"), ("requisition_end", "end_date")):
            change.values[name] = change.get(name) or period[source]


def _latest_open(change: Change) -> None:
    """A closed invoice takes a new status and marks of other systems; an earlier one takes marks only."""
    if change.row is None:
        return
    if change.get("deleted_at") and change.row["status"] in CLOSED:
        change.refuse("base", "a closed invoice cannot be deleted")
    if not change.alters(frozenset(change.values) - _FREE):
        return
    rows = change.world.store["requisitions"].live(commitment_id=change.row["commitment_id"])
    if any(row["number"] > change.row["number"] for row in rows):
        change.refuse("base", "only the latest invoice of a commitment can be changed")
    if change.row["status"] in CLOSED and change.get("status") in CLOSED:
        change.refuse("base", f"cannot be changed while its status is {change.row['status']}")


def _items_made(change: Change, row: Row) -> None:
    """A new invoice has an item for each line; what the request says of them comes after that."""
    if change.creating:
        add_items(change.world, row)
    for given in row.pop("items", None) or []:
        item = next((item for item in items_of(change.world, row["id"]) if _is_meant(item, given)), None)
        if item is None:
            change.refuse("items", "must exist")
        attributes = {name: value for name, value in given.items() if name not in ITEM_KEYS}
        writes.update(change.world, change.caller, ITEM, item, attributes)


ITEM_KEYS = frozenset({"id", "line_item_id", "detail_line_item_id", "item_type"})


def _is_meant(item: Row, given: dict[str, Any]) -> bool:
    name = "id" if given.get("id") else "line_item_id"
    return bool(given.get(name) == item[name])


def add_items(world: World, row: Row) -> None:
    """Items of the commitment's lines, then of its approved change orders."""
    lines = lines_of(world, "Contract", row["commitment_id"])
    for position, line in enumerate(lines, 1):
        new_item(world, row, line, position, None)
    for order in world.store["change_orders"].live(contract_id=row["commitment_id"], status="approved"):
        add_package(world, row, order)


def add_package(world: World, row: Row, order: Row) -> list[Row]:
    """Items of a change order's lines."""
    start = len(items_of(world, row["id"]))
    lines = lines_of(world, HOLDER, order["potential_id"])
    return [new_item(world, row, line, start + number, order["package_id"]) for number, line in enumerate(lines, 1)]


REQUISITION = Resource(
    "requisitions",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        bases.ATTACHMENTS,
        group(INTEGER, "project_id number electronic_signature_id", writable=False),
        group(INTEGER, "commitment_id"),
        group(INTEGER, "period_id", refers_to="billing_periods"),
        group(DAY, "requisition_start requisition_end billing_date payment_date submitted_at"),
        group(DAY, "due_date", writable=False),
        group(TEXT, "invoice_number comment"),
        group(TEXT, "erp_status", writable=False),
        group(choice(*STATUSES), "status", default="draft"),
        group(FLAG, "final", default=False),
        group(QUANTITY, "retainage_percent", writable=False),
        group(OBJECTS, "items", default=()),
        group(ANY, "prostore_file_ids upload_ids", default=()),
    ),
    {"list": _V11, "show": _V11, "v10": _V10, "items": _ITEMS, "extended": _ITEMS.plus(summary_text=_summary_text)},
    envelope="requisition",
    rules=(_of_a_commitment, _in_a_period, _latest_open),
    effects=(_items_made,),
    locks_when_synced=True,
    custom_fields=True,
    attachments=True,
)


def _position(change: Change) -> None:
    if change.creating:
        rows = change.world.store["billing_periods"].live(project_id=change.get("project_id"))
        change.values["position"] = len(rows) + 1


PERIOD = Resource(
    "billing_periods",
    fields(
        bases.STAMPS,
        group(DAY, "due_date start_date end_date", required=True),
        group(choice("open", "closed"), "status", default="open"),
        group(INTEGER, "position project_id", writable=False),
    ),
    dict.fromkeys(("list", "show"), view("id created_at due_date end_date position project_id start_date status updated_at")),
    envelope="billing_period",
    rules=(_position,),
)
