"""Change orders of commitments and prime contracts, on projects with one tier of them.

One change order is three things in the API: the change order itself, the older change order package (which alone
carries external ids) and the potential change order that holds the lines ("Working with Change Orders" [D]). Here it
is one row with three ids, so that all of them always agree.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.procore.calls import Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import DAY, FLAG, INTEGER, MOMENT, MONEY, NUMBER, TEXT, Fields, choice, fields, group, plain
from sandbox.procore.listing import Listing, among, filters, within
from sandbox.procore.objects.bases import (
    ATTACHMENTS,
    ORIGIN,
    ORIGIN_CODE,
    STAMPS,
    attachments,
    author,
    currency,
    empty,
    full_currency,
    keep_attachments,
    no_value,
)
from sandbox.procore.objects.lines import FIELDS as LINE_FIELDS
from sandbox.procore.objects.lines import LINE, lines_of, total
from sandbox.procore.objects.reference import CHANGE_ORDER_STATUSES
from sandbox.procore.resource import Change, Computed, Resource, View, view
from sandbox.procore.routes import Route, Scope, mount, mount_rows, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World
from sandbox.procore.writes import touch

COMMITMENT_TABLES = ("work_order_contracts", "purchase_order_contracts")
HOLDER = "PotentialChangeOrder"
NESTED_IN_ORDER = "nested_in_purchase_order"
"""The view of change orders inside purchase orders, which differs from that inside other contracts [X]."""
PENDING = ("pending", "pricing", "revised", "proceeding", "pending_billable", "not_pricing")
_LOCKED = ("approved",)
_DAYS = "due_date invoiced_date paid_date signed_change_order_received_date"
_STATUSES = tuple(status for status in CHANGE_ORDER_STATUSES if status != "pending_billable")


def contract_of(world: World, row: Row) -> Row | None:
    """The contract that the change order changes, of any kind."""
    for table in (*COMMITMENT_TABLES, "prime_contracts"):
        contract = world.row(table, row["contract_id"])
        if contract is not None:
            return contract
    return None


def grand_total(world: World, row: Row) -> Decimal:
    """The sum of the lines; of a change order without any, the amount that was typed."""
    lines = lines_of(world, HOLDER, row["potential_id"])
    return total(lines) if lines or row["stated_total"] is None else row["stated_total"]


def change_total(world: World, contract_id: int, *statuses: str) -> Decimal:
    """The sum of a contract's change orders in these statuses."""
    rows = world.store["change_orders"].live(contract_id=contract_id)
    return sum((grand_total(world, row) for row in rows if row["status"] in statuses), Decimal(0))


def is_locked(row: Row) -> bool:
    return row["status"] in _LOCKED


def _on_a_contract(change: Change) -> None:
    """It belongs to a contract of its project, of the right kind; the contract is never changed."""
    if not change.creating:
        if change.alters(frozenset({"contract_id"})):
            change.refuse("contract_id", "cannot be changed")
        return
    contract = contract_of(change.world, change.values)
    kind = change.values.get("kind")
    if contract is None or contract["project_id"] != change.get("project_id"):
        change.refuse("contract_id", "must exist")
    found = "prime" if change.world.row("prime_contracts", contract["id"]) else "commitment"
    if kind is not None and kind != found:
        change.refuse("contract_id", "must exist")
    change.values |= {"kind": found, "vendor_id": contract["vendor_id"]}


def _numbered(change: Change) -> None:
    if change.creating:
        table = change.world.store
        rows = table["change_orders"].live(contract_id=change.get("contract_id"))
        change.values["number"] = change.get("number") or f"{len(rows) + 1:03d}"
        change.values["title"] = change.get("title") or ""
        change.values["package_id"] = table["change_order_packages"].next_id()
        change.values["potential_id"] = table["potential_change_orders"].next_id()


def _reviewed(change: Change) -> None:
    if change.values.get("status") == "approved" and change.get("reviewed_at") is None:
        change.values["reviewed_at"] = change.world.now()


def _kept(change: Change) -> None:
    if change.row is not None and change.get("deleted_at") and is_locked(change.row):
        change.refuse("base", "an approved change order cannot be deleted")


def _touch_contract(change: Change, row: Row) -> None:
    for table in (*COMMITMENT_TABLES, "prime_contracts"):
        touch(change, table, row["contract_id"])


_NAMES = (
    "contract_id created_at deleted_at due_date executed invoiced_date number paid_date reviewed_at "
    "signed_change_order_received_date status title updated_at revision"
)


def _total_shown(world: World, row: Row) -> str:
    return plain(grand_total(world, row))


_ORDER: View = view(
    f"id {_NAMES} batch_id description reference reason field_change paid private schedule_impact_amount "
    "change_order_change_reason_id location_id signature_required",
    type=lambda world, row: {"prime": "PrimeContractChangeOrder"}.get(row["kind"], "CommitmentChangeOrder"),
    legacy_package_id=lambda world, row: row["package_id"],
    legacy_request_id=no_value,
    grand_total=_total_shown,
    currency_configuration=full_currency,
)
_EXTENDED = _ORDER.plus(
    contract=lambda world, row: _contract_short(world, row),
    created_by=author(),
    designated_reviewer=no_value,
    received_from=no_value,
    reviewed_by=no_value,
    attachments=attachments,
)


def _contract_short(world: World, row: Row) -> dict[str, Any] | None:
    contract = contract_of(world, row)
    if contract is None:
        return None
    vendor = world.reference("vendors", contract["vendor_id"], "name")
    return {**{name: contract[name] for name in ("id", "number", "title", "status")}, "vendor": vendor}


def _fields(statuses: tuple[str, ...], *more: Any) -> Fields:
    return fields(
        STAMPS,
        ATTACHMENTS,
        group(TEXT, "number title description reference reason"),
        group(choice(*statuses), "status", default="draft"),
        group(DAY, _DAYS),
        group(FLAG, "executed field_change paid private signature_required enable_ssov", default=False),
        group(INTEGER, "revision", default=0),
        group(INTEGER, "contract_id", required=True),
        group(INTEGER, "batch_id schedule_impact_amount change_order_change_reason_id location_id"),
        group(INTEGER, "designated_reviewer_id received_from_id"),
        group(MOMENT, "reviewed_at", writable=False),
        *more,
    )


_RULES = (_on_a_contract, _numbered, _reviewed, _kept, keep_attachments)
_EXTRA = (
    group(TEXT, "origin_id origin_data origin_code", writable=False),
    group(MONEY, "stated_total", writable=False),
)


ORDER = Resource(
    "change_orders",
    _fields(CHANGE_ORDER_STATUSES, *_EXTRA),
    {"list": _ORDER, "show": _ORDER, "extended": _EXTENDED},
    envelope="change_order",
    webhook="Change Order Packages",
    event_key="package_id",
    rules=_RULES,
    effects=(_touch_contract,),
    attachments=True,
)
_PACKAGE_LINE = Resource(
    "line_items",
    LINE_FIELDS,
    {
        "show": LINE.without(
            "company amount created_at extended_type origin_data origin_id tax_code_id updated_at project "
            "change_event_line_item"
        ).plus(markup_line_items=empty)
    },
)
_POTENTIAL_LINE = Resource(
    "line_items",
    {**LINE_FIELDS, **fields(group(NUMBER, "quantity unit_cost"))},
    {
        "show": view(
            "id position description quantity unit_cost uom tax_code_id cost_code_id",
            **{name: LINE.computed[name] for name in ("extended_amount", "total_amount", "cost_code", "line_item_type")},
            markup_line_items=empty,
            currency_configuration=currency,
        )
    },
)


def _lines_as(resource: Resource) -> Computed:
    return lambda world, row: [
        resource.render(world, line, "show") for line in lines_of(world, HOLDER, row["potential_id"])
    ]


_PACKAGE_LISTED = view(
    f"id {_NAMES} created_by_id origin_code origin_data origin_id",
    grand_total=_total_shown,
    designated_reviewer=no_value,
    currency_configuration=full_currency,
    custom_fields=lambda world, row: {},
)
_PACKAGE_SHOWN = _PACKAGE_LISTED.without("created_by_id").plus(
    "description private schedule_impact_amount",
    position=lambda world, row: int(row["number"]) if row["number"].isdigit() else 1,
    review_notes=no_value,
    revised_substantial_completion_date=no_value,
    type=lambda world, row: "PrimeContractChangeOrder" if row["kind"] == "prime" else "CommitmentContractChangeOrder",
    creator=author(),
    reviewer=no_value,
    attachments=lambda world, row: [{**each, "name": each["filename"]} for each in attachments(world, row)],
    line_items=_lines_as(_PACKAGE_LINE),
)
_PACKAGE_NESTED = view(
    "id contract_id created_at deleted_at due_date invoiced_date number origin_data origin_id paid_date reviewed_at "
    "status title updated_at",
    currency_configuration=currency,
)
PACKAGE = Resource(
    "change_orders",
    _fields(_STATUSES, ORIGIN, ORIGIN_CODE, group(MONEY, "stated_total")),
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
    rules=_RULES,
    effects=(_touch_contract,),
    attachments=True,
)
_POTENTIAL = view(
    "id contract_id created_at deleted_at due_date invoiced_date number paid_date reviewed_at status title updated_at "
    "revision schedule_impact_amount",
    currency_configuration=full_currency,
)
_ACRONYMS: dict[str, Any] = {
    "change_order_request_title": no_value,
    "change_order_package_title": lambda world, row: row["title"],
    "potential_change_order_acronym_number": lambda world, row: f"PCO #{row['number']}",
    "change_order_request_acronym_number": no_value,
    "change_order_package_acronym_number": lambda world, row: f"CO #{row['number']}",
    "change_order_tiers": lambda world, row: 1,
}


POTENTIAL = Resource(
    "change_orders",
    _fields(_STATUSES, group(INTEGER, "commitment_change_event_id prime_change_event_id"), *_EXTRA),
    {
        "list": _POTENTIAL.plus(
            "created_by_id executed",
            change_reason=no_value,
            change_order_request_id=no_value,
            grand_total=_total_shown,
            custom_fields=lambda world, row: {},
            **_ACRONYMS,
        ),
        "nested": _POTENTIAL.without("contract_id revision schedule_impact_amount"),
        NESTED_IN_ORDER: _POTENTIAL.without("deleted_at revision schedule_impact_amount").plus(**_ACRONYMS),
        "show": _POTENTIAL.plus(
            "description field_change private paid reference reason location_id change_order_change_reason_id",
            accounting_method=lambda world, row: (contract_of(world, row) or {}).get("accounting_method"),
            change_order_request_id=no_value,
            commitment_change_event_id=no_value,
            prime_change_event_id=no_value,
            creator=author(),
            designated_reviewer=no_value,
            received_from=no_value,
            reviewer=no_value,
            request_for_quote_id=no_value,
            attachments=lambda world, row: [{**each, "name": each["filename"]} for each in attachments(world, row)],
            grand_total=_total_shown,
            line_items=_lines_as(_POTENTIAL_LINE),
            line_items_total=_total_shown,
            line_items_extended_total=_total_shown,
            origin_data=no_value,
            origin_id=no_value,
            position=lambda world, row: int(row["number"]) if row["number"].isdigit() else 1,
            vendor=lambda world, row: (_contract_short(world, row) or {}).get("vendor"),
            void=lambda world, row: row["status"] == "void",
            custom_fields=lambda world, row: {},
        ),
    },
    envelope="change_order",
    key="potential_id",
    renamed={"grand_total": "stated_total"},
    webhook="Potential Change Orders",
    rules=_RULES,
    effects=(_touch_contract,),
    attachments=True,
)


def of_kind(kind: str) -> Scope:
    return lambda call: {**of_project(call), "kind": kind}


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


_ORDERS = Listing(
    filters("id batch_id contract_id vendor_id status executed updated_at", legacy_package_id=among("package_id")),
    views={"default": "list", "extended": "extended"},
    sorts=("id", "created_at"),
    paged=False,
)
_MOMENTS = {name: within(name) for name in ("reviewed_at", *_DAYS.split())}
_P = "/rest/v1.0/projects/<int:project_id>"
_DELETED = {"delete": 204}
ROUTES: tuple[Route, ...] = (
    *(
        route
        for kind in ("commitment", "prime")
        for route in mount(
            ORDER,
            f"{_P}/{kind}_change_orders",
            of_kind(kind),
            "list create show update delete",
            _ORDERS,
            views={"default": "show", "extended": "extended"},
            statuses=_DELETED,
        )
    ),
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
        "list create show update",
        Listing(
            filters("contract_id created_at updated_at origin_id", id=among("potential_id"), **_MOMENTS), deleted=True
        ),
    ),
    *mount(POTENTIAL, "/rest/v1.0/potential_change_orders", _of_contract, "sync"),
    *mount_rows(POTENTIAL, "/rest/v1.0/change_order_requests", _requests, "list", Listing(filters("id status"))),
)
