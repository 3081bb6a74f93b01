"""The operations on subcontractor invoices, their items and billing periods."""

from __future__ import annotations

from http import HTTPStatus

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call, objects
from sandbox.procore.errors import RefusedError, missing, not_found
from sandbox.procore.fields import DAY
from sandbox.procore.listing import Keep, Listing, filters
from sandbox.procore.objects.billing import items_of
from sandbox.procore.objects.requisition_items import ITEM
from sandbox.procore.objects.requisitions import ITEM_KEYS, PERIOD, REQUISITION, add_package
from sandbox.procore.routes import Operation, Route, Rows, mount, mount_rows, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World


def _of_commitment(call: Call) -> Row:
    """A new invoice names its commitment beside its attributes."""
    columns = of_project(call)
    commitment_id = call.optional_integer("commitment_id")
    if call.method == "POST" and commitment_id is None:
        raise missing("commitment_id")
    return columns if commitment_id is None else {**columns, "commitment_id": commitment_id}


def _requisition(call: Call) -> Row:
    row = call.world.row("requisitions", call.integer("requisition_id"))
    if row is None or row["project_id"] != call.project()["id"]:
        raise not_found()
    return row


def _items(item_type: str) -> Rows:
    def rows(call: Call) -> list[Row]:
        items = items_of(call.world, _requisition(call)["id"])
        return [item for item in items if item_type in ("all", item["item_type"])]

    return rows


def _update_item(item_type: str, envelope: str, shown: str) -> Operation:
    def run(call: Call) -> Answer:
        wanted = call.integer("id")
        item = next((item for item in _items(item_type)(call) if item["id"] == wanted), None)
        if item is None:
            raise not_found()
        writes.update(call.world, call.caller, ITEM, item, call.attributes(envelope))
        return call.answer(ITEM.render(call.world, item, shown))

    return run


def _bulk_update(call: Call) -> Answer:
    given = objects(call.attributes(None), "requisition_items")
    items = {item["id"]: item for item in items_of(call.world, _requisition(call)["id"])}
    for each in given:
        if each.get("id") not in items:
            raise not_found()
        attributes = {name: value for name, value in each.items() if name not in ITEM_KEYS}
        writes.update(call.world, call.caller, ITEM, items[each["id"]], attributes)
    return call.answer([ITEM.render(call.world, items[each["id"]], "show") for each in given])


def _package(call: Call) -> Row:
    order = call.world.store["change_orders"].find(package_id=call.integer("change_order_package_id"))
    if order is None or order["contract_id"] != _requisition(call)["commitment_id"]:
        raise not_found()
    return order


def _add_package(call: Call) -> Answer:
    """An approved change order of the commitment joins the invoice."""
    requisition, order = _requisition(call), _package(call)
    if order["status"] != "approved":
        raise RefusedError({"change_order_package_id": ["must be approved"]})
    items = add_package(call.world, requisition, order)
    return call.answer([ITEM.render(call.world, item, "change_order") for item in items], HTTPStatus.CREATED)


def _remove_package(call: Call) -> Answer:
    requisition, order = _requisition(call), _package(call)
    for item in items_of(call.world, requisition["id"]):
        if item["change_order_package_id"] == order["package_id"]:
            writes.delete(call.world, call.caller, ITEM, item)
    return Answer()


def _due_date(call: Call) -> Answer:
    """``PATCH .../requisitions/{id}/payment_details`` (v2)."""
    row = call.world.row("requisitions", call.integer("id"))
    if row is None or row["project_id"] != call.project()["id"]:
        raise not_found()
    due_date = DAY.parse(call.attributes(None).get("due_date"))
    call.world.store["requisitions"].update(row, {"due_date": due_date, "updated_at": call.world.now()})
    return call.answer({"due_date": due_date})


def _last(values: list[str]) -> Keep:
    """``filters[is_last]``: the latest invoice of each commitment; ``false`` filters nothing."""

    def keep(world: World, row: Row) -> bool:
        if values[0] != "true":
            return True
        rows = world.store["requisitions"].live(commitment_id=row["commitment_id"])
        return bool(row["number"] == max(each["number"] for each in rows))

    return keep


_FILTERS = filters("id commitment_id period_id status created_at updated_at origin_id")
_V11_LIST = Listing(
    filters("id commitment_id period_id status created_at updated_at origin_id", is_last=_last),
    views={"default": "list", "extended": "extended", "items": "items", "action_policy": "list"},
    per_page=30,
)
_R = "/rest/v1.0/requisitions/<int:requisition_id>"
_SHOWN = {"default": "show", "extended": "extended", "items": "items", "action_policy": "show"}
ROUTES: tuple[Route, ...] = (
    *mount(
        REQUISITION,
        "/rest/v1.0/requisitions",
        of_project,
        "list show delete",
        Listing(_FILTERS, view="v10", per_page=30),
        views={"": "v10"},
    ),
    *mount(REQUISITION, "/rest/v1.0/requisitions", _of_commitment, "create update", views={"": "extended"}),
    *mount(REQUISITION, "/rest/v1.1/requisitions", of_project, "list show delete", _V11_LIST, views=_SHOWN),
    *mount(REQUISITION, "/rest/v1.1/requisitions", _of_commitment, "create update", views={**_SHOWN, "": "extended"}),
    *mount_rows(ITEM, f"{_R}/contract_items", _items("contract_item"), "list show"),
    *mount_rows(ITEM, f"{_R}/contract_detail_items", _items("contract_detail_item"), "list show"),
    *mount_rows(
        ITEM,
        f"{_R}/change_order_items",
        _items("change_order_item"),
        "list show",
        Listing(view="change_order"),
        views={"": "change_order"},
    ),
    *mount_rows(ITEM, f"{_R}/detail", _items("all"), "list", Listing(view="detail", paged=False)),
    Route("PATCH", f"{_R}/contract_items/<int:id>", _update_item("contract_item", "requisition_contract_item", "show")),
    Route(
        "PATCH",
        f"{_R}/change_order_items/<int:id>",
        _update_item("change_order_item", "requisition_change_order_item", "change_order"),
    ),
    Route("PATCH", f"{_R}/bulk_item_update", _bulk_update),
    Route("POST", f"{_R}/add_change_order_package", _add_package),
    Route("DELETE", f"{_R}/remove_change_order_package", _remove_package),
    Route(
        "PATCH",
        "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/requisitions/<int:id>/payment_details",
        _due_date,
    ),
    *mount(
        PERIOD,
        "/rest/v1.0/projects/<int:project_id>/billing_periods",
        of_project,
        "list create show update delete",
        Listing(filters("id status created_at updated_at")),
    ),
)
