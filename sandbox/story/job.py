"""A job as project staff sees it in Procore: its records, and what to call them when they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sandbox.story.people import Person, Unexpected
from sandbox.story.stage import COMPANY

CONTRACTS: Final = ("work_order_contracts", "purchase_order_contracts")
_ALL: Final = "1000"
"""To a page."""

type Shown = Mapping[str, Any]
"""A record as Procore shows it."""


@dataclass(frozen=True)
class Job:
    staff: Person
    id: str
    number: str
    name: str

    def record(self, object_name: str, shown: Shown, **choices: str) -> dict[str, Any]:
        return {"object": object_name, "procore_id": str(shown["id"]), "project_id": self.id, "choices": choices}

    def budget(self) -> dict[str, Any]:
        return self.record("budgets", {"id": self.id})

    def budget_changes(self) -> list[Shown]:
        shown: list[Shown] = self.staff.in_procore("GET", f"{self._path}/budget_changes")["data"]
        return sorted(shown, key=lambda each: int(each["number"]))

    def commitments(self) -> list[Shown]:
        found = [each for path in CONTRACTS for each in self._list(f"/rest/v1.0/{path}")]
        return sorted(found, key=lambda each: str(each["number"]))

    def change_orders(self) -> list[Shown]:
        found: list[Shown] = self.staff.in_procore("GET", f"{self._path}/commitment_change_orders")
        return sorted(found, key=lambda each: (each["contract_id"], str(each["number"])))

    def prime_change_orders(self) -> list[Shown]:
        found: list[Shown] = self.staff.in_procore("GET", f"{self._path}/prime_change_orders")
        return sorted(found, key=lambda each: str(each["number"]))

    def invoices(self) -> list[Shown]:
        """With their items."""
        found = self._list("/rest/v1.1/requisitions", view="items")
        return sorted(found, key=lambda each: (each["contract_name"], each["number"]))

    # ---------------------------------------------------------------------------------------- what staff puts right

    def lock_the_budget(self) -> None:
        self.staff.in_procore("POST", f"{self._path}/budget/lock", {})

    def approve_budget_change(self, change: Shown) -> None:
        self.staff.in_procore("PATCH", f"{self._path}/budget_changes/{change['id']}", {"status": "approved"})

    def approve_commitment(self, commitment: Shown) -> None:
        self._set_status(commitment, "Approved")

    def recode(self, commitment: Shown, right: Mapping[str, tuple[str, str, str]]) -> None:
        """Codes lines anew, by their description: sub job, cost code and cost type. An approved schedule of values stands fast, so that the
        commitment is a draft while it is corrected."""
        self._set_status(commitment, "Draft")
        path = f"/rest/v1.0/{_path_of(commitment)}/{commitment['id']}"
        types = {each["code"]: each["id"] for each in self.staff.in_procore("GET", "/rest/v1.0/line_item_types", company_id=COMPANY)}
        sub_jobs = {each["code"]: str(each["id"]) for each in self._list("/rest/v1.0/sub_jobs")}
        for line in self.staff.in_procore("GET", path, project_id=self.id)["line_items"]:
            if line["description"] in right:
                sub_job, code, kind = right[line["description"]]
                codes = {each["full_code"]: each["id"] for each in self._list("/rest/v1.0/cost_codes", sub_job_id=sub_jobs[sub_job])}
                coding = {"cost_code_id": codes[code], "line_item_type_id": types[kind]}
                body = {"project_id": int(self.id), "line_item": coding}
                self.staff.in_procore("PATCH", f"{path}/line_items/{line['id']}", body)
        self._set_status(commitment, "Approved")

    def _set_status(self, commitment: Shown, status: str) -> None:
        path = _path_of(commitment)
        body = {"project_id": int(self.id), path.removesuffix("s"): {"status": status}}
        self.staff.in_procore("PATCH", f"/rest/v1.0/{path}/{commitment['id']}", body)

    @property
    def _path(self) -> str:
        return f"/rest/v1.0/projects/{self.id}"

    def _list(self, path: str, **params: str) -> list[Shown]:
        found: list[Shown] = self.staff.in_procore("GET", path, project_id=self.id, per_page=_ALL, **params)
        return found


def jobs(staff: Person) -> list[Job]:
    """Those that this person sees, in the order of their numbers."""
    shown = staff.in_procore("GET", "/rest/v1.0/projects", company_id=COMPANY)
    found = [Job(staff, str(each["id"]), each["project_number"], each["name"]) for each in shown]
    return sorted(found, key=lambda job: job.number)


def commitment(staff: Person, number: str) -> dict[str, Any]:
    """What to call the commitment of this number when it is sent."""
    for job in jobs(staff):
        for each in job.commitments():
            if each["number"] == number:
                return job.record("commitments", each)
    raise Unexpected(f"Procore has no commitment {number}")


def gross(invoice: Shown) -> Decimal:
    return sum((Decimal(item["gross_amount"]) for item in invoice["items"]), Decimal(0))


def _path_of(commitment: Shown) -> str:
    return CONTRACTS[0] if commitment["number"].startswith("SC-") else CONTRACTS[1]
