"""Lists that other records choose from: tax codes and types, units of measure, change order statuses."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call, ids
from sandbox.procore.errors import missing, not_found
from sandbox.procore.fields import FLAG, INTEGER, NUMBER, TEXT, fields, group
from sandbox.procore.listing import Listing
from sandbox.procore.objects import bases
from sandbox.procore.resource import Change, Resource, view
from sandbox.procore.routes import Route, mount, of_company
from sandbox.procore.store import Row
from sandbox.procore.world import World

CHANGE_ORDER_STATUSES = (
    *("draft", "pricing", "not_pricing", "pending", "revised", "proceeding", "not_proceeding"),
    *("pending_billable", "no_charge", "approved", "rejected", "void"),
)
_V1 = "/rest/v1.0"


def _once(change: Change) -> None:
    name = "code" if "code" in change.resource.fields else "name"
    if name not in change.values:
        return
    twin = change.world.store[change.resource.table].find(**{name: change.get(name)})
    if twin is not None and twin is not change.row:
        change.refuse(name, "has already been taken")


TAX_CODE = Resource(
    "tax_codes",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        group(TEXT, "code", required=True),
        group(TEXT, "description"),
        group(NUMBER, "rate1"),
        group(FLAG, "archived default_tax_code", default=False),
    ),
    dict.fromkeys(("list", "show"), view("id code description origin_data origin_id rate1 archived default_tax_code")),
    envelope="tax_code",
    rules=(_once,),
)
TAX_TYPE = Resource(
    "tax_types",
    fields(bases.STAMPS, bases.ORIGIN, group(TEXT, "name", required=True), group(TEXT, "description")),
    dict.fromkeys(("list", "show"), view("id description name origin_data origin_id")),
    envelope="tax_type",
    rules=(_once,),
)


def _category(world: World, row: Row) -> dict[str, Any]:
    category = world.store["uom_categories"][row["uom_category_id"]]
    return {"id": category["id"], "name": category["name"]}


UOM = Resource(
    "uoms",
    fields(
        bases.STAMPS,
        group(TEXT, "name", required=True),
        group(INTEGER, "uom_category_id", required=True, refers_to="uom_categories"),
        group(TEXT, "description", writable=False),
        group(FLAG, "is_standard", default=False, writable=False),
    ),
    dict.fromkeys(("list", "show"), view("id is_standard name description", uom_category=_category)),
    envelope="uom",
    rules=(_once,),
)


def _sync_uoms(call: Call) -> Answer:
    """As every sync action, with ``deletes`` beside ``updates``."""
    of_company(call)
    body = call.attributes(None)
    if "updates" not in body:
        raise missing("updates")
    for row_id in ids(body, "deletes"):
        row = call.world.row("uoms", row_id)
        if row is None:
            raise not_found()
        writes.delete(call.world, call.caller, UOM, row)
    return call.answer(writes.sync(call.world, call.caller, UOM, {}, body["updates"]))


def _statuses(call: Call) -> Answer:
    of_company(call)
    return call.answer(
        [
            {"id": number, "name": status.replace("_", " ").title(), "mapped_to_status": status, "show_in_select": True}
            for number, status in enumerate(CHANGE_ORDER_STATUSES, 1)
        ]
    )


_UOMS = f"{_V1}/companies/<int:company_id>/uoms"
ROUTES = (
    *mount(TAX_CODE, f"{_V1}/tax_codes", of_company, "list create show update sync", Listing(most=100)),
    *mount(TAX_TYPE, f"{_V1}/tax_types", of_company, "list create show update delete sync", Listing(most=100)),
    *mount(UOM, _UOMS, of_company, "list create show update delete", statuses={"delete": HTTPStatus.NO_CONTENT}),
    Route("PATCH", f"{_UOMS}/sync", _sync_uoms),
    Route("GET", f"{_V1}/change_order/statuses", _statuses),
)
