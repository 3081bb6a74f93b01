"""The lines of change orders: v2 by change order, v1 by potential change order. They stand fast once approved [D]."""

from __future__ import annotations

from http import HTTPStatus

from sandbox.procore.calls import Call
from sandbox.procore.errors import not_found
from sandbox.procore.listing import Listing, filters
from sandbox.procore.objects.change_orders import HOLDER, is_locked
from sandbox.procore.objects.lines import V2_LINE, alters_more_than_origin, line_resource
from sandbox.procore.resource import Change
from sandbox.procore.routes import Route, Scope, mount
from sandbox.procore.store import Row
from sandbox.procore.writes import touch


def _unlocked(change: Change) -> None:
    order = change.world.store["change_orders"].find(potential_id=change.get("holder_id"))
    if order is not None and is_locked(order) and alters_more_than_origin(change):
        change.refuse("base", "the lines of an approved change order cannot be changed")


def _touch_order(change: Change, row: Row) -> None:
    order = change.world.store["change_orders"].find(potential_id=row["holder_id"])
    if order is not None:
        touch(change, "change_orders", order["id"])


def _line_of_commitment(change: Change) -> None:
    """The line it changes belongs to the commitment of the change order."""
    line = change.world.row("line_items", change.values.get("commitment_line_item_id"))
    order = change.world.store["change_orders"].find(potential_id=change.get("holder_id"))
    if line is not None and order is not None and line["holder_id"] != order["contract_id"]:
        change.refuse("commitment_line_item_id", "must exist")


_RULES = (_unlocked, _line_of_commitment)
_LINE = line_resource(None, *_RULES, effects=(_touch_order,))
_PRIME_V2 = line_resource(None, *_RULES, effects=(_touch_order,), shown=V2_LINE)
_COMMITMENT_V2 = line_resource(None, *_RULES, effects=(_touch_order,), shown=V2_LINE.plus("commitment_line_item_id"))


def _of_order(kind: str) -> Scope:
    def scope(call: Call) -> Row:
        project_id = call.project()["id"]
        order = call.world.row("change_orders", call.integer(f"{kind}_change_order_id"))
        if order is None or order["kind"] != kind or order["project_id"] != project_id:
            raise not_found()
        return {"project_id": project_id, "holder_id": order["potential_id"], "holder_type": HOLDER}

    return scope


def _of_potential(call: Call) -> Row:
    project_id = call.project()["id"]
    order = call.world.store["change_orders"].find(potential_id=call.integer("potential_change_order_id"))
    if order is None or order["project_id"] != project_id:
        raise not_found()
    return {"project_id": project_id, "holder_id": order["potential_id"], "holder_type": HOLDER}


_V2 = "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>"
_STATUSES = {"create": HTTPStatus.OK, "delete": HTTPStatus.NO_CONTENT}
ROUTES: tuple[Route, ...] = (
    *(
        route
        for kind, resource in (("commitment", _COMMITMENT_V2), ("prime", _PRIME_V2))
        for route in mount(
            resource,
            f"{_V2}/{kind}_change_orders/<int:{kind}_change_order_id>/line_items",
            _of_order(kind),
            "list create show update delete",
            Listing(per_page=10, most=100),
            statuses=_STATUSES,
        )
    ),
    *mount(
        _LINE,
        "/rest/v1.0/potential_change_orders/<int:potential_change_order_id>/line_items",
        _of_potential,
        "list create show update delete sync",
        Listing(filters("id created_at updated_at cost_code_id line_item_type_id")),
    ),
)
