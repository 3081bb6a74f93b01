"""Prime contracts, the owner's side: one path is plural, the record's own is singular [X]."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Any

from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import ANY, DAY, FLAG, INTEGER, QUANTITY, TEXT, choice, fields, group
from sandbox.procore.listing import Listing, filters
from sandbox.procore.objects import bases
from sandbox.procore.objects.contracts import (
    CHANGES,
    HOLDER,
    SHARED_DAYS,
    TOTALS,
    WORK_DAYS,
    approved_stands,
    contract_lines,
    lines_shown,
    money,
    payments_shown,
    vendor_of_project,
)
from sandbox.procore.objects.lines import V2_LINE, line_resource
from sandbox.procore.resource import Change, Resource, View, view
from sandbox.procore.routes import Route, mount, of_project
from sandbox.procore.store import Row

LINE = contract_lines("prime_contracts", "Prime Contract Line Items", "Prime Contracts")
_STATUSES = ("Draft", "Out For Bid", "Out For Signature", "Approved", "Complete", "Terminated")
_NAMES = (
    f"id accounting_method approval_letter_date {SHARED_DAYS} {WORK_DAYS} contract_termination_date created_at deleted_at "
    "description executed exclusions inclusions number origin_data origin_id private retainage_percent "
    "show_line_items_to_non_admins status title updated_at"
)
_PEOPLE: dict[str, Any] = {
    "architect": bases.no_value,
    "contractor": bases.refers("vendors", "contractor_id", "name"),
    "vendor": bases.refers("vendors", "vendor_id", "name"),
    "created_by": bases.author(),
    "attachments": bases.attachments,
    "currency_configuration": bases.full_currency,
}
_LISTED: View = view(
    f"{_NAMES} origin_code",
    grand_total=TOTALS["grand_total"],
    approved_change_orders=TOTALS["approved_change_orders"],
    **_PEOPLE,
)
_ABSENT = (
    "assigned_to bill_to budget_line_item_id cost_code delivery_date payment_terms position received_from "
    "requisition_number ship_to ship_via original_substantial_completion_date substantial_completion_date"
)
_FLAGS = "allow_payment_applications allow_payments display_materials_retainage display_stored_materials display_work_retainage"
_SHOWN = _LISTED.without("origin_code").plus(
    **dict.fromkeys(_ABSENT.split(), bases.no_value),
    **dict.fromkeys(_FLAGS.split(), bases.YES),
    **dict.fromkeys(("allow_comments", "allow_markups", "allow_redistributions"), bases.NO),
    type=bases.always("PrimeContract"),
    draft_change_orders_amount=TOTALS["draft_change_orders_amount"],
    line_items_extended_total=TOTALS["grand_total"],
    line_items_total=TOTALS["grand_total"],
    outstanding_balance=TOTALS["remaining_balance_outstanding"],
    owner_invoices_amount=money(lambda _, __: Decimal(0)),
    pending_change_orders_amount=TOTALS["pending_change_orders"],
    pending_revised_contract_amount=TOTALS["pending_revised_contract"],
    percentage_paid=TOTALS["percentage_paid"],
    revised_contract_amount=TOTALS["revised_contract"],
    total_payments=TOTALS["total_payments"],
    change_order_requests=bases.empty,
    payments_received=payments_shown,
    line_items=lines_shown(LINE),
    **CHANGES,
)


def _numbered(change: Change) -> None:
    if change.creating and change.get("number") is None:
        rows = change.world.store["prime_contracts"].rows(project_id=change.get("project_id"))
        change.values["number"] = str(len(rows) + 1)


PRIME_CONTRACT = Resource(
    "prime_contracts",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        bases.ATTACHMENTS,
        group(TEXT, "number title description inclusions exclusions"),
        group(TEXT, "origin_code", writable=False),
        group(choice(*_STATUSES), "status", default="Draft"),
        group(choice("amount", "unit"), "accounting_method", default="amount"),
        group(QUANTITY, "retainage_percent", default=Decimal(0)),
        group(DAY, f"{SHARED_DAYS} {WORK_DAYS} approval_letter_date"),
        group(DAY, "contract_termination_date", writable=False),
        group(FLAG, "executed", default=False),
        group(FLAG, "private show_line_items_to_non_admins", default=False, writable=False),
        group(INTEGER, "vendor_id contractor_id architect_id", refers_to="vendors"),
        group(ANY, "currency_iso_code currency_exchange_rate upload_ids"),
    ),
    {"list": _LISTED, "show": _SHOWN},
    envelope="prime_contract",
    webhook="Prime Contracts",
    rules=(approved_stands, vendor_of_project, _numbered),
    custom_fields=True,
    attachments=True,
)


def _first(call: Call) -> Answer:
    row = call.world.store["prime_contracts"].find(**of_project(call))
    if row is None:
        raise not_found()
    return call.answer(PRIME_CONTRACT.render(call.world, row, "show"))


def _of_contract(call: Call) -> Row:
    project_id = call.project()["id"]
    contract = call.world.row("prime_contracts", call.integer("prime_contract_id"))
    if contract is None or contract["project_id"] != project_id:
        raise not_found()
    return {"project_id": project_id, "holder_id": contract["id"], "holder_type": HOLDER}


_V1 = "/rest/v1.0"
_V2 = "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/prime_contracts"
_V2_SHOWN = view(f"{_NAMES} vendor_id contractor_id", type=bases.always("PrimeContract"), grand_total=TOTALS["grand_total"]).without(
    "origin_data origin_id"
)
_V2_CONTRACT = Resource(
    "prime_contracts",
    PRIME_CONTRACT.fields,
    {"list": _V2_SHOWN, "show": _V2_SHOWN},
)
_V2_LINES = line_resource(
    None, *LINE.rules[:1], shown=V2_LINE.without("prime_line_item_id").plus("line_item_group_id"), effects=LINE.effects
)


def _summary(call: Call) -> Answer:
    row, world = call.world.row("prime_contracts", call.integer("contract_id")), call.world
    if row is None or row["project_id"] != call.project()["id"]:
        raise not_found()
    return call.answer(
        {
            "approved_change_total": TOTALS["approved_change_orders"](world, row),
            "pending_revised_change_total": TOTALS["pending_change_orders"](world, row),
            "draft_change_total": TOTALS["draft_change_orders_amount"](world, row),
            "total_invoices_amount": "0.0",
            "total_payments_amount": TOTALS["total_payments"](world, row),
            "currency_configuration": bases.currency(world, row),
        }
    )


ROUTES: tuple[Route, ...] = (
    *mount(PRIME_CONTRACT, f"{_V1}/prime_contracts", of_project, "list", Listing(filters("id updated_at"))),
    Route("GET", f"{_V1}/prime_contract", _first),
    *mount(PRIME_CONTRACT, f"{_V1}/prime_contract", of_project, "create show update delete"),
    *mount(
        LINE,
        f"{_V1}/prime_contracts/<int:prime_contract_id>/line_items",
        _of_contract,
        "list create show update delete sync",
        Listing(filters("id created_at updated_at cost_code_id line_item_type_id")),
    ),
    *mount(
        _V2_CONTRACT,
        _V2,
        of_project,
        "list show",
        Listing(
            filters("id status created_at updated_at vendor_id contractor_id executed accounting_method"),
            views={"default": "list", "extended": "list"},
            per_page=10,
            most=100,
        ),
        views={"default": "show", "extended": "show"},
    ),
    Route("GET", f"{_V2}/<int:contract_id>/summary", _summary),
    *mount(
        _V2_LINES,
        f"{_V2}/<int:prime_contract_id>/line_items",
        _of_contract,
        "list create show update delete",
        Listing(per_page=10, most=100),
        statuses={"create": HTTPStatus.OK, "delete": HTTPStatus.NO_CONTENT},
    ),
)
