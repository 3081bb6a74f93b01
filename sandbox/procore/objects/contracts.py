"""What subcontracts, purchase orders and prime contracts share: totals, parties, and what stands fast once approved.

Totals are worked out from lines, change orders, invoices and payments whenever they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.procore.fields import CENT, plain
from sandbox.procore.objects.change_order_packages import PACKAGE, POTENTIAL
from sandbox.procore.objects.change_orders import PENDING, change_total
from sandbox.procore.objects.contract_payments import PAYMENT, payments_total
from sandbox.procore.objects.lines import LINE, alters_more_than_origin, line_resource, lines_of, total
from sandbox.procore.objects.requisitions import billed_total
from sandbox.procore.objects.vendors import in_directory
from sandbox.procore.resource import Change, Computed, Resource
from sandbox.procore.store import Row
from sandbox.procore.world import World
from sandbox.procore.writes import touch

HOLDER = "Contract"
"""The holder type of the lines of every contract."""

STANDS_FAST = frozenset({"Approved", "Complete", "Closed"})
SHARED_DAYS = "contract_date execution_date issued_on_date letter_of_intent_date returned_date signed_contract_received_date"
WORK_DAYS = "actual_completion_date contract_estimated_completion_date contract_start_date"


def grand_total(world: World, row: Row) -> Decimal:
    return total(lines_of(world, HOLDER, row["id"]))


def revised(world: World, row: Row) -> Decimal:
    return grand_total(world, row) + change_total(world, row["id"], "approved")


def _percentage_paid(world: World, row: Row) -> Decimal:
    whole = revised(world, row)
    return (payments_total(world, row["id"]) * 100 / whole).quantize(CENT, ROUND_HALF_UP) if whole else Decimal(0)


def money(function: Callable[[World, Row], Decimal]) -> Computed:
    """A computed attribute that shows an amount as text."""
    return lambda world, row: plain(function(world, row))


TOTALS: dict[str, Computed] = {
    "grand_total": money(grand_total),
    "approved_change_orders": money(lambda world, row: change_total(world, row["id"], "approved")),
    "pending_change_orders": money(lambda world, row: change_total(world, row["id"], *PENDING)),
    "draft_change_orders_amount": money(lambda world, row: change_total(world, row["id"], "draft")),
    "pending_revised_contract": money(lambda world, row: revised(world, row) + change_total(world, row["id"], *PENDING)),
    "revised_contract": money(revised),
    "percentage_paid": money(_percentage_paid),
    "total_payments": money(lambda world, row: payments_total(world, row["id"])),
    "total_requisitions_amount": money(lambda world, row: billed_total(world, row["id"])),
    "total_draw_requests_amount": money(lambda _, __: Decimal(0)),
    "remaining_balance_outstanding": money(lambda world, row: revised(world, row) - payments_total(world, row["id"])),
}


def party(column: str, *names: str) -> Computed:
    """A computed attribute: the company in a column, ``{id, company, *names}``."""

    def shown(world: World, row: Row) -> dict[str, Any] | None:
        vendor = world.store["vendors"].get(row[column] or 0)
        return vendor and {"id": vendor["id"], "company": vendor["name"], **{name: vendor[name] for name in names}}

    return shown


def lines_shown(resource: Resource) -> Computed:
    return lambda world, row: [resource.render(world, line, "show") for line in lines_of(world, HOLDER, row["id"])]


def changes_shown(resource: Resource, view: str = "nested") -> Computed:
    """The contract's change orders, as packages or as potential change orders show them."""
    return lambda world, row: [resource.render(world, each, view) for each in world.store["change_orders"].live(contract_id=row["id"])]


def payments_shown(world: World, row: Row) -> list[dict[str, Any]]:
    payments = world.store["contract_payments"].live(contract_id=row["id"])
    return [PAYMENT.render(world, payment, "nested") for payment in payments]


CHANGES: dict[str, Computed] = {
    "change_order_packages": changes_shown(PACKAGE),
    "potential_change_orders": changes_shown(POTENTIAL),
}


def is_locked(row: Row) -> bool:
    return row["status"] in STANDS_FAST


def approved_stands(change: Change) -> None:
    """The company of an approved contract stays, and so does the contract itself ("Record locking" [D])."""
    if change.row is None or not is_locked(change.row):
        return
    if change.get("deleted_at"):
        change.refuse("base", f"cannot be deleted while its status is {change.row['status']}")
    if change.alters(frozenset({"vendor_id"})) and change.get("status") in STANDS_FAST:
        change.refuse("vendor_id", f"cannot be changed while the status is {change.row['status']}")


def vendor_of_project(change: Change) -> None:
    """The company must be in the project's directory [?]."""
    if not change.alters(frozenset({"vendor_id"})):
        return
    vendor_id = change.values["vendor_id"]
    if vendor_id is not None and not in_directory(change.world, change.get("project_id"), vendor_id):
        change.refuse("vendor_id", "must be in the project directory")


def contract_lines(table: str, webhook: str, parent: str) -> Resource:
    """The schedule of values of one kind of contract.

    It stands fast once the contract is approved; the ids of another system can be noted all the same [?].
    """

    def unlocked(change: Change) -> None:
        contract = change.world.row(table, change.get("holder_id"))
        if contract is not None and is_locked(contract) and alters_more_than_origin(change):
            change.refuse("base", f"the schedule of values cannot be changed while the status is {contract['status']}")

    def touch_contract(change: Change, row: Row) -> None:
        touch(change, table, row["holder_id"])

    return line_resource(webhook, unlocked, effects=(touch_contract,), parent=parent, shown=LINE)
