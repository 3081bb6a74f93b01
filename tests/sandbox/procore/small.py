"""A small company behind the simulator, a clock that stands still, and a client that calls it without a socket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from werkzeug.test import Client, TestResponse

from sandbox.companies.model import (
    Address,
    Budget,
    BudgetChange,
    BudgetLine,
    ChangeOrder,
    Commitment,
    Company,
    CostCode,
    CostType,
    Invoice,
    InvoiceLine,
    Job,
    Line,
    PrimeContract,
    SubJob,
    User,
    Vendor,
)
from sandbox.procore import COMPANY_ID, ProcoreSimulator

HERE = Address("1 Kiln Road", "Reno", "NV", "89501")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
V1 = "/rest/v1.0"
V2 = f"/rest/v2.0/companies/{COMPANY_ID}"


def _vendor(key: str, name: str, *, active: bool = True, in_procore: bool = True) -> Vendor:
    mail = f"{key}@sub.example"
    return Vendor(key, name, HERE, "555-0100", mail, "Subcontractor", "Net 30", None, in_procore=in_procore, active=active)


def _line(cost_code: str, amount: str, cost_type: str | None = "SUB", sub_job: str | None = None) -> Line:
    return Line(cost_code, cost_type, f"Work on {cost_code}", Decimal(amount), sub_job=sub_job)


def small_company() -> Company:
    """Two jobs (J1 with a sub job), three vendors, a subcontract with a change order and invoices, an open purchase order."""
    invoices = (
        Invoice(
            "INV-1",
            "approved",
            date(2026, 9, 30),
            date(2026, 9, 1),
            date(2026, 9, 30),
            (InvoiceLine(0, Decimal(300), Decimal(100), Decimal(40), Decimal(0)),),
        ),
        Invoice(
            "INV-2",
            "under_review",
            date(2026, 10, 31),
            date(2026, 10, 1),
            date(2026, 10, 31),
            (InvoiceLine(0, Decimal(250), Decimal(-100), Decimal(15), Decimal(20)),),
        ),
    )
    subcontract = Commitment(
        "subcontract",
        "J1",
        "SC-1",
        "Concrete",
        "acme",
        "Approved",
        "amount",
        Decimal(10),
        date(2026, 1, 5),
        date(2026, 2, 1),
        date(2026, 12, 31),
        "Net 30",
        (_line("03-300", "1000.00"), _line("03-100", "250.50", sub_job="A"), _line("03-300", "0.00", None)),
        change_orders=(
            ChangeOrder("001", "More", "approved", date(2026, 9, 15), (_line("03-300", "99.95"),)),
            ChangeOrder("002", "Perhaps", "pending", date(2026, 10, 15), (_line("03-100", "-20.00"),)),
        ),
        invoices=invoices,
    )
    unit_line = Line("31-620", "M", "Piles", Decimal("1234.50"), Decimal(100), "LF", Decimal("12.345"))
    order = Commitment(
        "purchase_order",
        "J1",
        "PO-1",
        "Piles",
        "steel",
        "Draft",
        "unit",
        Decimal(5),
        date(2026, 3, 1),
        date(2026, 3, 1),
        date(2026, 6, 30),
        "Net 45",
        (unit_line,),
    )
    change = BudgetChange("BC-1", "Move", "approved", (BudgetLine("03-300", "SUB", Decimal(50)), BudgetLine("31-620", "M", Decimal(-50))))
    budget = (BudgetLine("03-300", "SUB", Decimal(900)), BudgetLine("31-620", "M", Decimal(1300)))
    return Company(
        name="Small Builders",
        location="100",
        cost_types=(
            CostType("L", "Labor", "labor", "5010"),
            CostType("M", "Materials", "materials", "5020"),
            CostType("SUB", "Subcontract", "commitment", "5040"),
        ),
        cost_codes=(
            CostCode("03-000", "Concrete", None, ()),
            CostCode("03-100", "Forming", "03-000", ("L", "SUB")),
            CostCode("03-300", "Cast in place", "03-000", ("L", "SUB")),
            CostCode("31-000", "Earthwork", None, ()),
            CostCode("31-620", "Driven piles", "31-000", ("M",)),
        ),
        jobs=(
            Job("J1", "River School", HERE, date(2026, 1, 5), date(2027, 6, 30), "C", "100", (), (SubJob("A", "Hall"),)),
            Job("J2", "Hill Clinic", HERE, date(2026, 3, 2), date(2027, 9, 30), "C", "100", ()),
            Job("J9", "Books only", HERE, date(2026, 3, 2), date(2027, 9, 30), "C", "100", (), in_procore=False),
        ),
        vendors=(
            _vendor("acme", "Acme Concrete, LLC"),
            _vendor("steel", "Brace Steel"),
            _vendor("gone", "Gone & Sons", active=False),
            _vendor("rent", "Landlord", in_procore=False),
        ),
        commitments=(subcontract, order),
        budgets=(Budget("J1", locked=True, lines=budget, changes=(change,)),),
        prime_contracts=(
            PrimeContract(
                "J1",
                "PC-1",
                "School",
                "School District",
                date(2026, 1, 2),
                Decimal(5),
                (_line("03-300", "5000.00"),),
                (ChangeOrder("PCO-1", "Extra", "approved", date(2026, 8, 1), (_line("03-300", "75.00"),)),),
            ),
        ),
        users=(
            User("pat", "Pat Lind", "pat@small.example", "Project Manager", projects=("J1",)),
            User("ada", "Ada Cole", "ada@small.example", "Administrator", company_admin=True),
            User("kim", "Kim Roe", "kim@small.example", "Accountant", accounting_approver=True, projects=("J2",)),
        ),
    )


class StillClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class Reply(TestResponse):
    """An answer; its JSON is what the test expects it to be."""

    @property
    def json(self) -> Any:
        return self.get_json()


class Browser:
    """Whoever calls without a token."""

    def __init__(self, simulator: ProcoreSimulator) -> None:
        self._client = Client(simulator.application, Reply)

    def open(self, method: str, path: str, **given: Any) -> Reply:
        reply = self._client.open(path, method=method, **given)
        assert isinstance(reply, Reply)
        return reply

    def get(self, path: str, **given: Any) -> Reply:
        return self.open("GET", path, **given)

    def post(self, path: str, **given: Any) -> Reply:
        return self.open("POST", path, **given)


@dataclass
class Api:
    """A caller: the service account's token, or a person's."""

    simulator: ProcoreSimulator
    token: str
    company: str | None = str(COMPANY_ID)

    def call(
        self, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Any request; ``body`` is sent as JSON."""
        given = self.headers | (headers or {})
        return Browser(self.simulator).open(method, path, query_string=query or {}, json=body, headers=given)

    @property
    def headers(self) -> dict[str, str]:
        company = {} if self.company is None else {"Procore-Company-Id": self.company}
        return {"Authorization": f"Bearer {self.token}", **company}

    def get(self, path: str, **query: Any) -> Any:
        return self.done("GET", path, query)

    def done(self, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None) -> Any:
        """The JSON of an answer that must be a success."""
        response = self.call(method, path, query, body)
        assert response.status_code < 300, (response.status_code, response.text)
        return response.json if response.data else None

    def refused(self, status: int, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None) -> Any:
        """The JSON of an answer that must have this status."""
        response = self.call(method, path, query, body)
        assert response.status_code == status, (response.status_code, response.text)
        return response.json

    def id_of(self, table: str, **columns: Any) -> int:
        """A row's id, straight from the store."""
        return int(self.simulator.store[table].rows(**columns)[0]["id"])

    @property
    def job(self) -> int:
        return self.id_of("projects", project_number="J1")

    @property
    def other_job(self) -> int:
        return self.id_of("projects", project_number="J2")

    def sync(self, path: str, updates: list[dict[str, Any]], **extra: Any) -> Any:
        return self.done("PATCH", path, None, {**extra, "updates": updates})
