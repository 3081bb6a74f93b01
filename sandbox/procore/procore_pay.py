"""Procore Pay: payments that Procore itself makes of an invoice, and how their money moves on.

They reach accounting as contract payments with an ``external_payment_id`` [X]; no public operation makes them. That exports begin when
a disbursement is "Funding Complete" is the vendor's word [D]; the words of a contract payment's own status are a guess [?].
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.procore.fields import cents
from sandbox.procore.objects.contract_payments import PAYMENT
from sandbox.procore.objects.requisitions import commitment_of
from sandbox.procore.store import Row
from sandbox.procore.world import Caller, World
from sandbox.procore.writes import create, settle

ITSELF = Caller("procore-pay", {"id": 0}, service=True)
STATUSES = ("initiated", "funding_complete", "settled", "failed")


def pay(world: World, requisition_id: int, amount: str, day: str, check_number: str | None = None) -> Row:
    """A payment of an invoice, initiated.

    Raises:
        KeyError: there is no such invoice.
        ValueError: no amount, or no date.
    """
    requisition = world.row("requisitions", requisition_id)
    commitment = commitment_of(world, requisition["commitment_id"]) if requisition else None
    if requisition is None or commitment is None:
        raise KeyError(requisition_id)
    columns = {
        "project_id": requisition["project_id"],
        "contract_id": commitment[1]["id"],
        "external_payment_id": f"pp-{world.store['contract_payments'].next_id()}",
        "date_payment_initiated": world.now(),
        "status": "initiated",
    }
    try:
        attributes: Row = {"amount": cents(Decimal(amount)), "date": date.fromisoformat(day).isoformat(), "payment_method": "electronic"}
    except InvalidOperation:
        raise ValueError(amount) from None
    attributes |= {"requisition_id": requisition_id, "check_number": check_number}
    return create(world, ITSELF, PAYMENT, columns, attributes)


def move(world: World, payment_id: int, status: str) -> Row:
    """The payment's money has come so far.

    Raises:
        KeyError: there is no such payment of Procore Pay.
        ValueError: no such status.
    """
    row = world.row("contract_payments", payment_id)
    if row is None or row["external_payment_id"] is None:
        raise KeyError(payment_id)
    if status not in STATUSES:
        raise ValueError(status)
    values: dict[str, Any] = {"status": status} | ({"date_payment_settled": world.now()} if status == "settled" else {})
    return settle(world, ITSELF, PAYMENT, row, values)
