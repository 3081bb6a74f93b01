"""The older faces of a change order: its package, which carries external ids, and the potential one that holds lines."""

from __future__ import annotations

from typing import Any

from sandbox.procore.calls import Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import INTEGER, MONEY, NUMBER, fields, group
from sandbox.procore.listing import Listing, among, filters, within
from sandbox.procore.objects import bases
from sandbox.procore.objects.change_orders import (
    DAYS,
    HOLDER,
    NAMES,
    NESTED_IN_ORDER,
    OTHERS,
    RULES,
    contract_of,
    contract_short,
    order_fields,
    position,
    total_shown,
    touch_contract,
)
from sandbox.procore.objects.lines import FIELDS as LINE_FIELDS
from sandbox.procore.objects.lines import LINE, lines_of
from sandbox.procore.objects.reference import CHANGE_ORDER_STATUSES
from sandbox.procore.resource import Computed, Resource, view
from sandbox.procore.routes import Route, mount, mount_rows, of_project
from sandbox.procore.store import Row

_STATUSES = tuple(status for status in CHANGE_ORDER_STATUSES if status != "pending_billable")

_PACKAGE_LINE = Resource(
    "line_items",
    LINE_FIELDS,
    {
        "show": LINE.without(
            "company amount created_at extended_type origin_data origin_id tax_code_id updated_at project change_event_line_item"
        ).plus(markup_line_items=bases.empty)
    },
)
_POTENTIAL_LINE = Resource(
    "line_items",
    {**LINE_FIELDS, **fields(group(NUMBER, "quantity unit_cost"))},
    {
        "show": view(
            "id position description quantity unit_cost uom tax_code_id cost_code_id",
            **{name: LINE.computed[name] for name in ("extended_amount", "total_amount", "cost_code", "line_item_type")},
            markup_line_items=bases.empty,
            currency_configuration=bases.currency,
        )
    },
)


def _lines_as(resource: Resource) -> Computed:
    return lambda world, row: [resource.render(world, line, "show") for line in lines_of(world, HOLDER, row["potential_id"])]


_PACKAGE_LISTED = view(
    f"id {NAMES} created_by_id origin_code origin_data origin_id",
    grand_total=total_shown,
    designated_reviewer=bases.no_value,
    currency_configuration=bases.two_currencies,
    custom_fields=bases.always({}),
)
_PACKAGE_SHOWN = _PACKAGE_LISTED.without("created_by_id").plus(
    "description private schedule_impact_amount",
    position=position,
    review_notes=bases.no_value,
    revised_substantial_completion_date=bases.no_value,
    type=lambda _, row: "PrimeContractChangeOrder" if row["kind"] == "prime" else "CommitmentContractChangeOrder",
    creator=bases.author(),
    reviewer=bases.no_value,
    attachments=bases.named_attachments,
    line_items=_lines_as(_PACKAGE_LINE),
)
_PACKAGE_NESTED = view(
    "id contract_id created_at deleted_at due_date invoiced_date number origin_data origin_id paid_date reviewed_at "
    "status title updated_at",
    currency_configuration=bases.currency,
)
PACKAGE = Resource(
    "change_orders",
    order_fields(_STATUSES, bases.ORIGIN, bases.ORIGIN_CODE, group(MONEY, "stated_total")),
    {
        "list": _PACKAGE_LISTED,
        "show": _PACKAGE_SHOWN,
        "nested": _PACKAGE_NESTED,
        NESTED_IN_ORDER: _PACKAGE_NESTED.plus("origin_code signed_change_order_received_date"),
    },
    envelope="change_order",
    key="package_id",
    renamed={"grand_total": "stated_total"},
    webhook="Change Order Packages",
    rules=RULES,
    effects=(touch_contract,),
    attachments=True,
)
_POTENTIAL = view(
    "id contract_id created_at deleted_at due_date invoiced_date number paid_date reviewed_at status title updated_at "
    "revision schedule_impact_amount",
    currency_configuration=bases.full_currency,
)
_ACRONYMS: dict[str, Any] = {
    "change_order_request_title": bases.no_value,
    "change_order_package_title": bases.column("title"),
    "potential_change_order_acronym_number": lambda _, row: f"PCO #{row['number']}",
    "change_order_request_acronym_number": bases.no_value,
    "change_order_package_acronym_number": lambda _, row: f"CO #{row['number']}",
    "change_order_tiers": bases.always(1),
}


_POTENTIAL_SHOWN = _POTENTIAL.plus(
    "description field_change private paid reference reason location_id change_order_change_reason_id",
    accounting_method=lambda world, row: (contract_of(world, row) or {}).get("accounting_method"),
    change_order_request_id=bases.no_value,
    commitment_change_event_id=bases.no_value,
    prime_change_event_id=bases.no_value,
    creator=bases.author(),
    designated_reviewer=bases.no_value,
    received_from=bases.no_value,
    reviewer=bases.no_value,
    request_for_quote_id=bases.no_value,
    attachments=bases.named_attachments,
    grand_total=total_shown,
    line_items=_lines_as(_POTENTIAL_LINE),
    line_items_total=total_shown,
    line_items_extended_total=total_shown,
    origin_data=bases.no_value,
    origin_id=bases.no_value,
    position=position,
    vendor=lambda world, row: (contract_short(world, row) or {}).get("vendor"),
    void=lambda _, row: row["status"] == "void",
    custom_fields=bases.always({}),
)
POTENTIAL = Resource(
    "change_orders",
    order_fields(_STATUSES, group(INTEGER, "commitment_change_event_id prime_change_event_id"), *OTHERS),
    {
        "list": _POTENTIAL.plus(
            "created_by_id executed",
            change_reason=bases.no_value,
            change_order_request_id=bases.no_value,
            grand_total=total_shown,
            custom_fields=bases.always({}),
            **_ACRONYMS,
        ),
        "nested": _POTENTIAL.without("contract_id revision schedule_impact_amount"),
        NESTED_IN_ORDER: _POTENTIAL.without("deleted_at revision schedule_impact_amount").plus(**_ACRONYMS),
        "show": _POTENTIAL_SHOWN,
        "created": _POTENTIAL_SHOWN.without(
            "attachments change_order_change_reason_id deleted_at designated_reviewer location_id reason received_from "
            "reference request_for_quote_id reviewed_at reviewer"
        ),
    },
    envelope="change_order",
    key="potential_id",
    renamed={"grand_total": "stated_total"},
    webhook="Potential Change Orders",
    rules=RULES,
    effects=(touch_contract,),
    attachments=True,
)


def _of_contract(call: Call) -> Row:
    """A project, and the contract where one is named; a body names it when one is made."""
    columns = of_project(call)
    contract_id = call.optional_integer("contract_id")
    return columns if contract_id is None else {**columns, "contract_id": contract_id}


def _requests(call: Call) -> list[Row]:
    """One-tier projects have no change order requests."""
    if contract_of(call.world, {"contract_id": call.integer("contract_id")}) is None:
        raise not_found()
    of_project(call)
    return []


_MOMENTS = {name: within(name) for name in ("reviewed_at", *DAYS.split())}
ROUTES: tuple[Route, ...] = (
    *mount(
        PACKAGE,
        "/rest/v1.0/change_order_packages",
        _of_contract,
        "list create show update",
        Listing(filters("created_at updated_at", id=among("package_id"), **_MOMENTS), deleted=True),
    ),
    *mount(
        POTENTIAL,
        "/rest/v1.0/potential_change_orders",
        _of_contract,
        "list show update sync",
        Listing(filters("contract_id created_at updated_at origin_id", id=among("potential_id"), **_MOMENTS), deleted=True),
    ),
    *mount(POTENTIAL, "/rest/v1.0/potential_change_orders", _of_contract, "create", views={"": "created"}),
    *mount_rows(POTENTIAL, "/rest/v1.0/change_order_requests", _requests, "list", Listing(filters("id status"))),
)
