"""Subcontracts to export: signed in the simulated Procore by its own calls, as many lines as wanted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.story.stage import COMPANY
from tools.bench.stack import Bench


class Subcontracts:
    """New subcontracts of one job, like one that is there already: same vendor, its codes in turn."""

    def __init__(self, bench: Bench, like: str) -> None:
        self._marco = bench.story.people["marco"]
        record = bench.story.commitment(like)
        self._project = record["project_id"]
        self._like: dict[str, Any] = self._marco.in_procore(
            "GET", f"/rest/v1.0/work_order_contracts/{record['procore_id']}", project_id=self._project
        )
        self._made = 0

    def sign(self, lines: int) -> dict[str, str]:
        """An approved subcontract of so many lines, as the connector's API names it."""
        self._made += 1
        head = {
            "number": f"SC-BENCH-{self._made:04d}",
            "title": "Measured",
            "vendor_id": self._like["vendor"]["id"],
            "contract_date": self._like["contract_date"],
            "accounting_method": "amount",
            "retainage_percent": self._like["retainage_percent"],
            "status": "Draft",
        }
        path, project = "/rest/v1.0/work_order_contracts", {"project_id": int(self._project)}
        made = self._marco.in_procore("POST", path, {**project, "work_order_contract": head}, company_id=COMPANY)
        updates = [self._line(number) for number in range(lines)]
        answer = self._marco.in_procore("PATCH", f"{path}/{made['id']}/line_items/sync", {"updates": updates}, project_id=self._project)
        if answer["errors"]:
            raise RuntimeError(f"Procore refused a line: {answer['errors'][0]}")
        self._marco.in_procore("PATCH", f"{path}/{made['id']}", {**project, "work_order_contract": {"status": "Approved"}})
        return {"object": "commitments", "procore_id": str(made["id"]), "project_id": self._project}

    def _line(self, number: int) -> dict[str, Any]:
        like = self._like["line_items"][number % len(self._like["line_items"])]
        return {
            "amount": str(Decimal(1000) + Decimal(number) / 100),
            "description": f"Part {number + 1}",
            "extended_type": "manual",
            "wbs_code_id": like["wbs_code"]["id"],
        }
