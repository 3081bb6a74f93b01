"""Change orders of commitments and prime contracts, on projects with one tier of them.

One change order is three things in the API: the change order itself, the older change order package (which alone
carries external ids) and the potential change order that holds the lines ("Working with Change Orders" [D]). Here it
is one row with three ids, so that all of them always agree.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.procore.fields import DAY, FLAG, INTEGER, MOMENT, MONEY, TEXT, Fields, choice, fields, group, plain
from sandbox.procore.listing import Listing, among, filters
from sandbox.procore.objects import bases
from sandbox.procore.objects.lines import lines_of, total
from sandbox.procore.objects.reference import CHANGE_ORDER_STATUSES
from sandbox.procore.resource import Change, Resource, View, view
from sandbox.procore.routes import Route, Scope, mount, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World
from sandbox.procore.writes import touch

COMMITMENT_TABLES = ("work_order_contracts", "purchase_order_contracts")
HOLDER = "PotentialChangeOrder"
NESTED_IN_ORDER = "nested_in_purchase_order"
"""The view of change orders inside purchase orders, which differs from that inside other contracts [X]."""
PENDING = ("pending", "pricing", "revised", "proceeding", "pending_billable", "not_pricing")
_LOCKED = ("approved",)
DAYS = "due_date invoiced_date paid_date signed_change_order_received_date"
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


def touch_contract(change: Change, row: Row) -> None:
    for table in (*COMMITMENT_TABLES, "prime_contracts"):
        touch(change, table, row["contract_id"])


NAMES = (
    "contract_id created_at deleted_at due_date executed invoiced_date number paid_date reviewed_at "
    "signed_change_order_received_date status title updated_at revision"
)


def position(_: World, row: Row) -> int:
    return int(row["number"]) if row["number"].isdigit() else 1


def total_shown(world: World, row: Row) -> str:
    return plain(grand_total(world, row))


def contract_short(world: World, row: Row) -> dict[str, Any] | None:
    contract = contract_of(world, row)
    if contract is None:
        return None
    vendor = world.reference("vendors", contract["vendor_id"], "name")
    return {**{name: contract[name] for name in ("id", "number", "title", "status")}, "vendor": vendor}


_ORDER: View = view(
    f"id {NAMES} batch_id description reference reason field_change paid private schedule_impact_amount "
    "change_order_change_reason_id location_id signature_required",
    type=lambda _, row: {"prime": "PrimeContractChangeOrder"}.get(row["kind"], "CommitmentChangeOrder"),
    legacy_package_id=bases.column("package_id"),
    legacy_request_id=bases.no_value,
    grand_total=total_shown,
    currency_configuration=bases.full_currency,
)
_EXTENDED = _ORDER.plus(
    contract=contract_short,
    created_by=bases.author(),
    designated_reviewer=bases.no_value,
    received_from=bases.no_value,
    reviewed_by=bases.no_value,
    attachments=bases.attachments,
)


def order_fields(statuses: tuple[str, ...], *more: Any) -> Fields:
    return fields(
        bases.STAMPS,
        bases.ATTACHMENTS,
        group(TEXT, "number title description reference reason"),
        group(choice(*statuses), "status", default="draft"),
        group(DAY, DAYS),
        group(FLAG, "executed field_change paid private signature_required enable_ssov", default=False),
        group(INTEGER, "revision", default=0),
        group(INTEGER, "contract_id", required=True),
        group(INTEGER, "batch_id schedule_impact_amount change_order_change_reason_id location_id"),
        group(INTEGER, "designated_reviewer_id received_from_id"),
        group(MOMENT, "reviewed_at", writable=False),
        *more,
    )


RULES = (_on_a_contract, _numbered, _reviewed, _kept)
OTHERS = (
    group(TEXT, "origin_id origin_data origin_code", writable=False),
    group(MONEY, "stated_total", writable=False),
)


ORDER = Resource(
    "change_orders",
    order_fields(CHANGE_ORDER_STATUSES, *OTHERS),
    {"list": _ORDER, "show": _ORDER, "extended": _EXTENDED},
    envelope="change_order",
    webhook="Change Order Packages",
    event_key="package_id",
    rules=RULES,
    effects=(touch_contract,),
    attachments=True,
)


def of_kind(kind: str) -> Scope:
    return lambda call: {**of_project(call), "kind": kind}


_ORDERS = Listing(
    filters("id batch_id contract_id vendor_id status executed updated_at", legacy_package_id=among("package_id")),
    views={"default": "list", "extended": "extended"},
    sorts=("id", "created_at"),
    paged=False,
)
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
)
