"""What the simulator holds, in the words of people: for ``GET /_sandbox/state`` and the page at ``/``."""

from __future__ import annotations

from typing import Any

from sandbox.procore.fields import cents
from sandbox.procore.objects.billing import figures, items_of, line_of, summary
from sandbox.procore.objects.budget import sums
from sandbox.procore.objects.change_orders import change_total, contract_of, grand_total
from sandbox.procore.objects.contract_payments import payments_total
from sandbox.procore.objects.contracts import HOLDER
from sandbox.procore.objects.lines import lines_of, total
from sandbox.procore.objects.wbs_codes import flat_code
from sandbox.procore.store import Row
from sandbox.procore.world import World

_ORIGIN = ("origin_id", "origin_code", "origin_data")
_KINDS = {"work_order_contracts": "subcontract", "purchase_order_contracts": "purchase_order"}


def _origin(row: Row) -> dict[str, Any]:
    return {name: row.get(name) for name in _ORIGIN}


def _sorted(rows: list[Row], name: str) -> list[Row]:
    return sorted(rows, key=lambda row: str(row[name] or ""))


def line(world: World, row: Row) -> dict[str, Any]:
    """One line item: budget code and amount as text."""
    code = world.store["wbs_codes"].get(row["wbs_code_id"] or 0)
    cost_code = world.store["cost_codes"].get(row["cost_code_id"] or 0)
    return {
        "id": row["id"],
        "flat_code": flat_code(world, code) if code else None,
        "cost_code": cost_code and cost_code["full_code"],
        "description": row["description"],
        "amount": cents(row["amount"]),
        **{name: None if row[name] is None else str(row[name]) for name in ("quantity", "unit_cost")},
        "uom": row["uom"],
        "origin_id": row["origin_id"],
    }


def _project_number(world: World, row: Row) -> str | None:
    project = world.store["projects"].get(row["project_id"]) or {}
    number: str | None = project.get("project_number")
    return number


def _contract(world: World, row: Row) -> dict[str, Any]:
    lines = lines_of(world, HOLDER, row["id"])
    approved = change_total(world, row["id"], "approved")
    vendor = world.store["vendors"].get(row["vendor_id"] or 0) or {}
    return {
        "id": row["id"],
        "project": _project_number(world, row),
        "number": row["number"],
        "title": row["title"],
        "status": row["status"],
        "vendor": vendor.get("name"),
        "vendor_origin_id": vendor.get("origin_id"),
        "retainage_percent": str(row["retainage_percent"]),
        "amount": cents(total(lines)),
        "approved_change_orders": cents(approved),
        "revised_amount": cents(total(lines) + approved),
        "paid": cents(payments_total(world, row["id"])),
        **_origin(row),
        "lines": [line(world, each) for each in lines],
    }


def _commitments(world: World) -> list[dict[str, Any]]:
    return [
        {"kind": kind, **_contract(world, row)} for table, kind in _KINDS.items() for row in _sorted(world.store[table].live(), "number")
    ]


def _change_order(world: World, row: Row) -> dict[str, Any]:
    contract = contract_of(world, row) or {}
    return {
        "id": row["id"],
        "project": _project_number(world, row),
        "package_id": row["package_id"],
        "kind": row["kind"],
        "contract": contract.get("number"),
        **{name: row[name] for name in ("number", "title", "status")},
        "amount": cents(grand_total(world, row)),
        **_origin(row),
        "lines": [line(world, each) for each in lines_of(world, "PotentialChangeOrder", row["potential_id"])],
    }


def _invoice(world: World, row: Row) -> dict[str, Any]:
    worked = summary(world, row)
    commitment = contract_of(world, {"contract_id": row["commitment_id"]}) or {}
    return {
        "id": row["id"],
        "project": _project_number(world, row),
        "commitment": commitment.get("number"),
        "number": row["number"],
        "invoice_number": row["invoice_number"],
        "status": row["status"],
        "billing_date": row["billing_date"],
        "current_payment_due": cents(worked.due),
        "total_retainage": cents(worked.retainage),
        "total_completed_and_stored_to_date": cents(worked.completed),
        **_origin(row),
        "items": [_item(world, item) for item in items_of(world, row["id"])],
    }


def _item(world: World, row: Row) -> dict[str, Any]:
    """What one item bills in its period, and what of that is retained: less what is released."""
    worked, code = figures(world, row), world.store["wbs_codes"].get(line_of(world, row)["wbs_code_id"] or 0)
    return {
        "id": row["id"],
        "flat_code": flat_code(world, code) if code else None,
        "gross_amount": cents(worked.gross),
        "retainage": cents(worked.gross - worked.net),
        "net_amount": cents(worked.net),
    }


def _budget_line(world: World, row: Row) -> dict[str, Any]:
    code = world.store["wbs_codes"].get(row["wbs_code_id"])
    worked = sums(world, row["project_id"], row["wbs_code_id"], row["original_budget_amount"])
    return {
        "id": row["id"],
        "project": _project_number(world, row),
        "flat_code": flat_code(world, code) if code else None,
        "original": cents(worked.original),
        "changes": cents(worked.changes),
        "revised": cents(worked.revised),
        "committed": cents(worked.committed),
        "direct_costs": cents(worked.direct),
    }


def _cost_code(world: World, row: Row) -> dict[str, Any]:
    sub_job = world.store["sub_jobs"].get(row["sub_job_id"] or 0) or {}
    types = [world.store["line_item_types"].get(type_id) or {} for type_id in row["line_item_type_ids"]]
    return {
        "id": row["id"],
        "project": _project_number(world, row),
        "sub_job": sub_job.get("code"),
        "full_code": row["full_code"],
        "name": row["name"],
        "cost_types": [kind.get("code") for kind in types],
        **_origin(row),
    }


def _direct_cost(world: World, row: Row) -> dict[str, Any]:
    lines = lines_of(world, "DirectCost", row["id"])
    return {
        "id": row["id"],
        "project": _project_number(world, row),
        **{name: row[name] for name in ("direct_cost_type", "status", "invoice_number", "direct_cost_date")},
        "amount": cents(total(lines)),
        **_origin(row),
        "lines": [line(world, each) for each in lines],
    }


def _plain(rows: list[Row], names: str) -> list[dict[str, Any]]:
    shown = names.split()
    return [{"id": row["id"], **{name: row[name] for name in shown}, **_origin(row)} for row in _sorted(rows, shown[0])]


def state(world: World) -> dict[str, Any]:
    """Everything, amounts as text, in an order that does not change."""
    store = world.store
    prime_contracts = _sorted(store["prime_contracts"].live(), "number")
    budget_lines = [_budget_line(world, row) for row in store["budget_line_items"].live()]
    cost_codes = [_cost_code(world, row) for row in store["cost_codes"].live()]
    return {
        "company": {"id": world.company["id"], "name": world.company["name"]},
        "projects": _plain(store["projects"].live(template=False), "project_number name active budget_locked"),
        "sub_jobs": _plain(store["sub_jobs"].live(), "code name"),
        "vendors": _plain(store["vendors"].live(), "name is_active"),
        "standard_cost_codes": _plain(store["standard_cost_codes"].live(), "full_code name"),
        "line_item_types": _plain(store["line_item_types"].live(), "code name base_type"),
        "cost_codes": sorted(cost_codes, key=lambda row: (str(row["project"]), str(row["sub_job"]), row["full_code"])),
        "commitments": _commitments(world),
        "change_orders": [_change_order(world, row) for row in _sorted(store["change_orders"].live(), "id")],
        "invoices": [_invoice(world, row) for row in _sorted(store["requisitions"].live(), "invoice_number")],
        "payments": [
            {**{name: row[name] for name in ("id", "contract_id", "requisition_id", "date")}, "amount": cents(row["amount"])} | _origin(row)
            for row in _sorted(store["contract_payments"].live(), "id")
        ],
        "prime_contracts": [_contract(world, row) for row in prime_contracts],
        "budget_lines": sorted(budget_lines, key=lambda row: (str(row["project"]), str(row["flat_code"]))),
        "direct_costs": [_direct_cost(world, row) for row in _sorted(store["direct_costs"].live(), "id")],
    }
