"""Commitments: subcontracts (work order contracts) and purchase orders, with their schedules of values.

v2 and the list of all commitments read the same rows. Payment terms of a subcontract are shown by
``GET /rest/v1.0/commitments/{id}`` and v2 only: the work order contract of v1 has no such attribute [X].
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import ANY, DAY, FLAG, INTEGER, QUANTITY, TEXT, Field, choice, fields, group
from sandbox.procore.listing import Listing, filters, search
from sandbox.procore.objects import bases
from sandbox.procore.objects.change_order_packages import PACKAGE, POTENTIAL
from sandbox.procore.objects.change_orders import NESTED_IN_ORDER
from sandbox.procore.objects.contracts import (
    CHANGES,
    SHARED_DAYS,
    TOTALS,
    WORK_DAYS,
    approved_stands,
    changes_shown,
    contract_lines,
    lines_shown,
    party,
    payments_shown,
    vendor_of_project,
)
from sandbox.procore.objects.lines import LINE, V2_LINE
from sandbox.procore.resource import Change, Resource, View, view
from sandbox.procore.routes import Route, Scope, mount, mount_rows, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World

_WORK_ORDER_STATUSES = ("Draft", "Out For Bid", "Out For Signature", "Approved", "Complete", "Terminated", "Void")
_PURCHASE_ORDER_STATUSES = ("Draft", "Processing", "Submitted", "Partially Received", "Received", "Approved", "Closed")
_TYPES = {"work_order_contracts": "WorkOrderContract", "purchase_order_contracts": "PurchaseOrderContract"}
_PREFIXES = {"work_order_contracts": "SC", "purchase_order_contracts": "PO"}

WORK_ORDER_LINE = contract_lines("work_order_contracts", "Work Order Contract Line Items", "Work Order Contracts")
PURCHASE_ORDER_LINE = contract_lines("purchase_order_contracts", "Purchase Order Contract Line Items", "Purchase Order Contracts")


def _numbered(change: Change) -> None:
    if change.creating and change.get("number") is None:
        rows = change.world.store[change.resource.table].rows(project_id=change.get("project_id"))
        change.values["number"] = f"{_PREFIXES[change.resource.table]}-{len(rows) + 1:03d}"


def _type(world: World, row: Row) -> str:
    table = next(table for table in _TYPES if world.store[table].get(row["id"]) is row)
    return _TYPES[table]


_HEADER: View = view(
    f"id number title description status executed accounting_method retainage_percent private {SHARED_DAYS} "
    "approval_letter_date origin_id origin_code origin_data created_at updated_at deleted_at "
    "show_line_items_to_non_admins",
    vendor=party("vendor_id"),
    project=bases.project_of,
    requisitions_are_enabled=bases.YES,
    currency_configuration=bases.full_currency,
    **TOTALS,
)
_WORK_ORDER = _HEADER.plus(f"{WORK_DAYS} inclusions exclusions")
_PURCHASE_ORDER = _HEADER.plus(
    "bill_to_address ship_to_address ship_via payment_terms delivery_date",
    assignee=lambda _, row: None if row["assignee_id"] is None else {"id": row["assignee_id"]},
    billing_schedule_of_values_status=bases.no_value,
)
_NESTED: dict[str, Any] = {
    "vendor": party("vendor_id", "origin_id", "origin_data"),
    "change_order_requests": bases.empty,
    "invoice_contacts": bases.empty,
    "payments_issued": payments_shown,
    "attachments": bases.attachments,
}
_WORK_ORDER_SHOWN = _WORK_ORDER.plus("created_by_id", **_NESTED, **CHANGES, line_items=lines_shown(WORK_ORDER_LINE))
_PURCHASE_ORDER_SHOWN = _PURCHASE_ORDER.without("billing_schedule_of_values_status").plus(
    "created_by_id",
    **_NESTED,
    change_order_packages=changes_shown(PACKAGE, NESTED_IN_ORDER),
    potential_change_orders=changes_shown(POTENTIAL, NESTED_IN_ORDER),
    line_items=lines_shown(PURCHASE_ORDER_LINE),
)
_OLDER_LINE = replace(WORK_ORDER_LINE, views={"show": LINE.without("wbs_code currency_configuration")})
_GENERIC = view(
    "id title number status description executed delivery_date created_at private",
    vendor=bases.refers("vendors", "vendor_id", "name"),
)
_ABSENT = (
    "bill_to budget_line_item_id contract_termination_date position requisition_number ship_to architect assigned_to "
    "contractor cost_code received_from"
)
_ALLOWED = "allow_payment_applications allow_payments display_materials_retainage display_stored_materials"
_GENERIC_SHOWN = _GENERIC.plus(
    f"accounting_method {WORK_DAYS} deleted_at exclusions inclusions payment_terms retainage_percent ship_via "
    "signed_contract_received_date updated_at",
    **dict.fromkeys(_ABSENT.split(), bases.no_value),
    **dict.fromkeys(f"{_ALLOWED} display_work_retainage".split(), bases.YES),
    **dict.fromkeys(("allow_comments", "allow_markups", "allow_redistributions"), bases.NO),
    **{name: TOTALS[name] for name in TOTALS if name not in ("draft_change_orders_amount", "total_requisitions_amount")},
    line_items_total=TOTALS["grand_total"],
    line_items_extended_total=TOTALS["grand_total"],
    type=_type,
    created_by=bases.author(),
    change_order_requests=bases.empty,
    attachments=bases.attachments,
    payments_issued=payments_shown,
    line_items=lines_shown(_OLDER_LINE),
    **CHANGES,
)
_V2: View = view(
    f"id number title description status executed accounting_method retainage_percent private {SHARED_DAYS} {WORK_DAYS} "
    "inclusions exclusions payment_terms bill_to_address ship_to_address ship_via delivery_date vendor_id "
    "created_at updated_at deleted_at",
    type=_type,
    grand_total=TOTALS["grand_total"],
    currency_configuration=bases.full_currency,
)
_V2_EXTENDED = _V2.plus(
    vendor=bases.refers("vendors", "vendor_id", "name"),
    created_by=bases.author(),
    attachments=bases.attachments,
    project=bases.project_of,
)


def _commitment(table: str, webhook: str, statuses: tuple[str, ...], own: tuple[Field, ...], *views: View) -> Resource:
    listed, shown = views
    return Resource(
        table,
        fields(
            bases.STAMPS,
            bases.ORIGIN,
            bases.ORIGIN_CODE,
            bases.ATTACHMENTS,
            group(TEXT, "number title description approval_letter_date"),
            group(choice(*statuses), "status", default="Draft"),
            group(choice("amount", "unit"), "accounting_method", default="amount"),
            group(QUANTITY, "retainage_percent", default=Decimal(0)),
            group(DAY, SHARED_DAYS),
            group(FLAG, "executed private", default=False),
            group(FLAG, "show_line_items_to_non_admins", default=False, writable=False),
            group(INTEGER, "vendor_id", refers_to="vendors"),
            group(ANY, "invoice_contact_user_ids upload_ids", default=()),
            group(ANY, "currency_iso_code currency_exchange_rate"),
            own,
        ),
        {
            "list": listed,
            "show": shown,
            "generic": _GENERIC,
            "generic_shown": _GENERIC_SHOWN,
            "v2": _V2,
            "v2_extended": _V2_EXTENDED,
        },
        envelope=table.removesuffix("s"),
        webhook=webhook,
        rules=(approved_stands, vendor_of_project, _numbered),
        custom_fields=True,
        attachments=True,
    )


WORK_ORDER = _commitment(
    "work_order_contracts",
    "Work Order Contracts",
    _WORK_ORDER_STATUSES,
    (
        *group(DAY, WORK_DAYS),
        *group(TEXT, "inclusions exclusions"),
        *group(TEXT, "payment_terms delivery_date ship_via bill_to_address ship_to_address", writable=False),
    ),
    _WORK_ORDER,
    _WORK_ORDER_SHOWN,
)
PURCHASE_ORDER = _commitment(
    "purchase_order_contracts",
    "Purchase Order Contracts",
    _PURCHASE_ORDER_STATUSES,
    (
        *group(TEXT, "bill_to_address ship_to_address ship_via payment_terms"),
        *group(DAY, "delivery_date"),
        *group(INTEGER, "assignee_id", refers_to="users"),
        *group(TEXT, f"inclusions exclusions {WORK_DAYS}", writable=False),
    ),
    _PURCHASE_ORDER,
    _PURCHASE_ORDER_SHOWN,
)


def all_commitments(call: Call) -> list[Row]:
    """Subcontracts and purchase orders of a project, in one list."""
    project_id = call.project()["id"]
    return [row for table in _TYPES for row in call.world.store[table].rows(project_id=project_id)]


def _of_contract(table: str) -> Scope:
    """The lines of one commitment of the project."""

    def scope(call: Call) -> Row:
        project_id = call.project()["id"]
        contract = call.world.row(table, call.integer(f"{table.removesuffix('s')}_id"))
        if contract is None or contract["project_id"] != project_id:
            raise not_found()
        return {"project_id": project_id, "holder_id": contract["id"], "holder_type": "Contract"}

    return scope


def _v2_lines(call: Call) -> list[Row]:
    contract = _v2_contract(call)
    return call.world.store["line_items"].live(holder_id=contract["id"], holder_type="Contract")


def _v2_contract(call: Call) -> Row:
    wanted = call.integer("commitment_contract_id")
    row = next((row for row in all_commitments(call) if row["id"] == wanted and row["deleted_at"] is None), None)
    if row is None:
        raise not_found()
    return row


def _v2_summary(call: Call) -> Answer:
    row, world = _v2_contract(call), call.world
    return call.answer(
        {
            "approved_change_total": TOTALS["approved_change_orders"](world, row),
            "pending_revised_change_total": TOTALS["pending_change_orders"](world, row),
            "draft_change_total": TOTALS["draft_change_orders_amount"](world, row),
            "total_invoices_amount": TOTALS["total_requisitions_amount"](world, row),
            "total_payments_amount": TOTALS["total_payments"](world, row),
            "currency_configuration": bases.currency(world, row),
        }
    )


def _typed(values: list[str]) -> Any:
    return lambda world, row: _type(world, row) in values


_V1 = "/rest/v1.0"
_V2_PATH = "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/commitment_contracts"
_LIST = Listing(
    filters("id status created_at updated_at origin_id"),
    views={"compact": "list", "extended": "list"},
    deleted=True,
)
_LINE_LIST = Listing(
    filters("id created_at updated_at cost_code_id line_item_type_id"),
    views={"default": "list", "ssov_source_lines": "list"},
)
_V2_LINE = Resource("line_items", WORK_ORDER_LINE.fields, {"list": V2_LINE, "show": V2_LINE})
_V2_LIST = Listing(
    filters(
        "id status created_at updated_at deleted_at vendor_id executed accounting_method",
        type=_typed,
        search=search("number", "title"),
    ),
    view="v2",
    views={"default": "v2", "extended": "v2_extended"},
    per_page=10,
    most=100,
    deleted=True,
)
_V2_VIEWS = {"": "v2_extended", "default": "v2", "extended": "v2_extended"}
ROUTES: tuple[Route, ...] = (
    *(
        route
        for contract, line in ((WORK_ORDER, WORK_ORDER_LINE), (PURCHASE_ORDER, PURCHASE_ORDER_LINE))
        for path in (f"{_V1}/{contract.table}",)
        for route in (
            *mount(contract, path, of_project, "list create show update delete", _LIST),
            *mount(contract, path, of_project, "sync", views={"": "list"}),
            *mount(
                line,
                f"{path}/<int:{contract.envelope}_id>/line_items",
                _of_contract(contract.table),
                "list create show update delete sync",
                _LINE_LIST,
                views={"default": "show", "ssov_source_lines": "show"},
            ),
        )
    ),
    *mount_rows(WORK_ORDER, f"{_V1}/commitments", all_commitments, "list show", Listing(view="generic"), views={"": "generic_shown"}),
    *mount_rows(WORK_ORDER, _V2_PATH, all_commitments, "list show", _V2_LIST, views=_V2_VIEWS),
    *mount_rows(
        _V2_LINE,
        f"{_V2_PATH}/<int:commitment_contract_id>/line_items",
        _v2_lines,
        "list show",
        Listing(per_page=10, most=100),
    ),
    Route("GET", f"{_V2_PATH}/<int:commitment_contract_id>/summary", _v2_summary),
)
