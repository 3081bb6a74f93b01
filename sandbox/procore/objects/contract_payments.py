"""Payments issued on commitments and received on prime contracts. There is no sync action for them [X]."""

from __future__ import annotations

from decimal import Decimal

from sandbox.procore.calls import Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import CENTS, DAY, INTEGER, MOMENT, TEXT, choice, fields, group
from sandbox.procore.objects import bases
from sandbox.procore.objects.change_orders import contract_of
from sandbox.procore.resource import Change, Resource, view
from sandbox.procore.routes import mount, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World
from sandbox.procore.writes import touch


def payments_total(world: World, contract_id: int) -> Decimal:
    rows = world.store["contract_payments"].live(contract_id=contract_id)
    return sum((row["amount"] for row in rows), Decimal(0))


def _of_contract(call: Call) -> Row:
    columns = {**of_project(call), "contract_id": call.integer("contract_id")}
    contract = contract_of(call.world, columns)
    if contract is None or contract["project_id"] != columns["project_id"]:
        raise not_found()
    return columns


def _invoice_of_contract(change: Change) -> None:
    requisition = change.world.row("requisitions", change.values.get("requisition_id"))
    if requisition is not None and requisition["commitment_id"] != change.get("contract_id"):
        change.refuse("requisition_id", "must exist")


def _numbered(change: Change) -> None:
    if change.creating and change.get("payment_number") is None:
        rows = change.world.store["contract_payments"].live(contract_id=change.get("contract_id"))
        change.values["payment_number"] = 1 + max((row["payment_number"] for row in rows), default=0)


def _touch_contract(change: Change, row: Row) -> None:
    for table in ("work_order_contracts", "purchase_order_contracts", "prime_contracts"):
        touch(change, table, row["contract_id"])


_NESTED = "id amount check_number created_at date draw_request_number invoice_number notes payment_number origin_id origin_data"
_SHOWN = view(
    f"{_NESTED} contract_id updated_at date_payment_settled date_payment_initiated external_payment_id project_id "
    "requisition_id origin_code status",
    attachments=bases.attachments,
)
PAYMENT = Resource(
    "contract_payments",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        bases.ATTACHMENTS,
        group(CENTS, "amount", default=Decimal(0)),
        group(DAY, "date invoice_date"),
        group(TEXT, "invoice_number check_number notes"),
        group(TEXT, "origin_code external_payment_id", writable=False),
        group(MOMENT, "date_payment_settled date_payment_initiated", writable=False),
        group(TEXT, "status", default="paid", writable=False),
        group(choice("check", "credit_card", "electronic"), "payment_method"),
        group(INTEGER, "draw_request_number payment_number"),
        group(INTEGER, "requisition_id", refers_to="requisitions"),
    ),
    {
        "list": _SHOWN,
        "show": _SHOWN,
        "nested": view(_NESTED, attachments=bases.attachments, currency_configuration=bases.currency),
    },
    envelope="contract_payment",
    webhook="Contract Payments",
    rules=(_invoice_of_contract, _numbered),
    effects=(_touch_contract,),
    locks_when_synced=True,
    attachments=True,
)
ROUTES = mount(PAYMENT, "/rest/v1.0/contract_payments", _of_contract, "list create show update delete")
