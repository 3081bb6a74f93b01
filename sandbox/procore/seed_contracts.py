"""The contracts, change orders, invoices and budgets of each job, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sandbox.companies.model import (
    Budget,
    BudgetChange,
    BudgetLine,
    ChangeOrder,
    Commitment,
    Invoice,
    InvoiceLine,
    Line,
    Payment,
    PrimeContract,
)
from sandbox.procore.fields import CENT
from sandbox.procore.objects import budget as budgets
from sandbox.procore.objects import budget_changes, change_order_packages, change_orders
from sandbox.procore.objects.commitments import PURCHASE_ORDER, PURCHASE_ORDER_LINE, WORK_ORDER
from sandbox.procore.objects.contract_payments import PAYMENT
from sandbox.procore.objects.contracts import HOLDER
from sandbox.procore.objects.lines import lines_of
from sandbox.procore.objects.prime_contracts import PRIME_CONTRACT
from sandbox.procore.objects.requisition_items import new_item
from sandbox.procore.objects.requisitions import PERIOD, REQUISITION
from sandbox.procore.objects.wbs_codes import code_for
from sandbox.procore.sheets import sheet
from sandbox.procore.store import Row

if TYPE_CHECKING:
    from sandbox.procore.seed import Seeding

_SIGNED = ("Approved", "Complete", "Closed")
_HUNDRED = Decimal(100)


def seed_contracts(seeding: Seeding) -> None:
    """Everything that belongs to the jobs that stand in Procore."""
    company = seeding.company
    for commitment in company.commitments:
        if commitment.job in seeding.projects:
            _commitment(seeding, commitment)
    for budget in company.budgets:
        if budget.job in seeding.projects:
            _budget(seeding, budget)
    for contract in company.prime_contracts:
        if contract.job in seeding.projects:
            _prime_contract(seeding, contract)


def _commitment(seeding: Seeding, model: Commitment) -> None:
    project, vendor = seeding.projects[model.job], seeding.vendors[model.vendor]
    directory = seeding.world.store["project_vendors"]
    if directory.find(project_id=project["id"], vendor_id=vendor["id"]) is None:
        seeding.world.store.add("project_vendors", seeding.at, project_id=project["id"], vendor_id=vendor["id"])
    subcontract = model.kind == "subcontract"
    dates = {
        "contract_start_date": model.start.isoformat(),
        "contract_estimated_completion_date": model.completion.isoformat(),
    }
    own = dates if subcontract else {"delivery_date": model.completion.isoformat()}
    contract = seeding.add(
        WORK_ORDER if subcontract else PURCHASE_ORDER,
        project_id=project["id"],
        number=model.number,
        title=model.title,
        description=model.description or None,
        status=model.status,
        executed=model.status in _SIGNED,
        accounting_method=model.accounting_method,
        retainage_percent=model.retainage_percent,
        vendor_id=vendor["id"],
        contract_date=model.contract_date.isoformat(),
        execution_date=model.contract_date.isoformat() if model.status in _SIGNED else None,
        payment_terms=model.terms,
        **own,
    )
    if model.status in _SIGNED:
        contract["file_ids"] = [_attach(seeding, f"{model.number}.pdf", f"{model.number} {model.title}")]
    _lines(seeding, model.job, HOLDER, contract["id"], model.lines)
    orders = [_change_order(seeding, model.job, contract, "commitment", order) for order in model.change_orders]
    for number, invoice in enumerate(model.invoices, 1):
        _invoice(seeding, contract, number, invoice, orders)


def _attach(seeding: Seeding, filename: str, text: str) -> int:
    file_id = seeding.world.store["files"].next_id()
    seeding.world.files.add(file_id, filename, "application/pdf", sheet(text))
    return file_id


def _lines(seeding: Seeding, job: str, holder_type: str, holder_id: int, lines: Iterable[Line]) -> None:
    for position, line in enumerate(lines, 1):
        code = seeding.cost_code(job, line.sub_job, line.cost_code) if line.cost_code else None
        kind = seeding.types[line.cost_type] if line.cost_type else None
        wbs = code_for(seeding.world, code, kind["id"]) if code and kind else None
        seeding.add(
            PURCHASE_ORDER_LINE,
            project_id=seeding.projects[job]["id"],
            holder_type=holder_type,
            holder_id=holder_id,
            position=position,
            description=line.description,
            amount=line.amount,
            quantity=line.quantity,
            uom=line.unit,
            unit_cost=line.unit_cost,
            extended_type="manual" if line.quantity is None else "calculated",
            cost_code_id=code and code["id"],
            line_item_type_id=kind and kind["id"],
            wbs_code_id=wbs and wbs["id"],
        )


def _change_order(seeding: Seeding, job: str, contract: Row, kind: str, model: ChangeOrder) -> Row:
    store = seeding.world.store
    order = seeding.add(
        change_order_packages.PACKAGE,
        project_id=contract["project_id"],
        contract_id=contract["id"],
        vendor_id=contract["vendor_id"],
        kind=kind,
        package_id=store["change_order_packages"].next_id(),
        potential_id=store["potential_change_orders"].next_id(),
        number=model.number,
        title=model.title,
        status=model.status,
        executed=model.status == "approved",
        due_date=model.day.isoformat(),
        reviewed_at=datetime.combine(model.day, time(17), UTC) if model.status == "approved" else None,
    )
    _lines(seeding, job, change_orders.HOLDER, order["potential_id"], model.lines)
    return order


def _invoice(seeding: Seeding, contract: Row, number: int, model: Invoice, orders: list[Row]) -> None:
    start, end = model.period_start.isoformat(), model.period_end.isoformat()
    place = {"project_id": contract["project_id"]}
    periods = seeding.world.store["billing_periods"]
    period = periods.find(start_date=start, end_date=end, **place) or seeding.add(
        PERIOD, **place, start_date=start, end_date=end, due_date=end, position=1 + len(periods.live(**place))
    )
    billing_date = model.billing_date.isoformat()
    requisition = seeding.add(
        REQUISITION,
        **place,
        commitment_id=contract["id"],
        number=number,
        invoice_number=model.number,
        status=model.status,
        period_id=period["id"],
        requisition_start=start,
        requisition_end=end,
        billing_date=billing_date,
        submitted_at=billing_date,
        retainage_percent=contract["retainage_percent"],
        file_ids=[_attach(seeding, f"{model.number}.pdf", f"Invoice {model.number}")],
    )
    requisition.pop("items")
    world = seeding.world
    lines: list[tuple[Row, int | None]] = [(line, None) for line in lines_of(world, HOLDER, contract["id"])]
    for order in orders:
        if order["status"] == "approved" and order["due_date"] <= billing_date:
            lines += [(line, order["package_id"]) for line in lines_of(world, change_orders.HOLDER, order["potential_id"])]
    items = [new_item(world, requisition, line, position, package) for position, (line, package) in enumerate(lines, 1)]
    for billed in model.lines:
        _bill(items[billed.line], requisition["retainage_percent"], billed)
    for payment in model.payments:
        _payment(seeding, requisition, payment)


def _payment(seeding: Seeding, requisition: Row, model: Payment) -> None:
    payments = seeding.world.store["contract_payments"]
    at = datetime.combine(model.day, time(17), UTC) if model.procore_pay else None
    seeding.add(
        PAYMENT,
        project_id=requisition["project_id"],
        contract_id=requisition["commitment_id"],
        requisition_id=requisition["id"],
        payment_number=1 + len(payments.live(contract_id=requisition["commitment_id"])),
        amount=model.amount,
        date=model.day.isoformat(),
        payment_method=model.method,
        check_number=model.check_number,
        status=model.procore_pay or "paid",
        external_payment_id=f"pp-{payments.next_id()}" if model.procore_pay else None,
        date_payment_initiated=at,
        date_payment_settled=at if model.procore_pay == "settled" else None,
    )


def _bill(item: Row, percent: Decimal, billed: InvoiceLine) -> None:
    """What the seed retains in one sum is held on stored materials by the contract's percentage, the rest on work."""
    held_before = item["materials_stored_retainage_currently_retained"]
    on_site = item["materials_presently_stored"] + billed.stored
    held = (on_site * percent / _HUNDRED).quantize(CENT, ROUND_HALF_UP)
    item |= {
        "work_completed_this_period": billed.completed,
        "work_completed_this_period_quantity": billed.quantity or Decimal(0),
        "materials_presently_stored": on_site,
        "materials_stored_retainage_currently_retained": held,
        "work_completed_retainage_retained_this_period": billed.retained - (held - held_before),
        "work_completed_retainage_released_this_period": billed.released,
        "subcontractor_claimed_amount": billed.completed + billed.stored,
    }


def _wbs(seeding: Seeding, job: str, line: BudgetLine) -> dict[str, int]:
    code = seeding.cost_code(job, line.sub_job, line.cost_code)
    kind = seeding.types[line.cost_type]["id"]
    wbs = code_for(seeding.world, code, kind)
    return {"wbs_code_id": wbs["id"], "cost_code_id": code["id"], "line_item_type_id": kind}


def _budget(seeding: Seeding, model: Budget) -> None:
    project_id = seeding.projects[model.job]["id"]
    for line in model.lines:
        coding = _wbs(seeding, model.job, line)
        seeding.add(budgets.LINE, project_id=project_id, original_budget_amount=line.amount, **coding)
    for number, change in enumerate(model.changes, 1):
        _budget_change(seeding, model.job, number, change)


def _budget_change(seeding: Seeding, job: str, number: int, model: BudgetChange) -> None:
    project_id = seeding.projects[job]["id"]
    change = seeding.add(budget_changes.CHANGE, project_id=project_id, number=number, title=model.title, status=model.status)
    change.pop("adjustment_line_items")
    for position, line in enumerate(model.lines, 1):
        seeding.add(
            budget_changes.LINE,
            project_id=project_id,
            budget_change_id=change["id"],
            wbs_code_id=_wbs(seeding, job, line)["wbs_code_id"],
            amount=line.amount,
            type="change_event" if line.amount > 0 else "budget_change",
            adjustment_number=1 if model.nets_to_zero else position,
            description=model.title,
        )


def _prime_contract(seeding: Seeding, model: PrimeContract) -> None:
    contract = seeding.add(
        PRIME_CONTRACT,
        project_id=seeding.projects[model.job]["id"],
        number=model.number,
        title=model.title,
        description=f"Owner: {model.customer}",
        status="Approved",
        executed=True,
        retainage_percent=model.retainage_percent,
        contract_date=model.contract_date.isoformat(),
    )
    _lines(seeding, model.job, HOLDER, contract["id"], model.lines)
    for order in model.change_orders:
        _change_order(seeding, model.job, contract, "prime", order)
