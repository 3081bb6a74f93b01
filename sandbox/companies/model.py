"""What a seed company is made of, in the words of the building trade.

Both simulators are filled from one :class:`Company`, each in its own vendor's terms, so that the two systems
start out as a contractor's do: the same jobs and companies typed twice, some of them in one system only.
Ids of either system are not part of it, except where people choose them (job number, vendor id, document number).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True)
class Address:
    street: str
    city: str
    state: str
    zip: str
    country: str = "US"


@dataclass(frozen=True)
class CostType:
    """A cost type (Intacct) or line item type (Procore): ``code`` such as ``L`` or ``SUB``."""

    code: str
    name: str
    procore_base_type: Literal["labor", "equipment", "materials", "commitment", "owner_cost", "professional_services", "other"]
    account: str


@dataclass(frozen=True)
class CostCode:
    """A cost code such as ``03-300``; ``parent`` is the code of its division (``03-000``) or None for a division."""

    code: str
    name: str
    parent: str | None
    cost_types: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True)
class SubJob:
    code: str
    name: str


@dataclass(frozen=True)
class Job:
    """A job (Intacct project) and the Procore project of the same number."""

    number: str
    name: str
    address: Address
    start: date
    completion: date
    category: str
    location: str
    cost_codes: tuple[str, ...]
    sub_jobs: tuple[SubJob, ...] = ()
    in_procore: bool = True
    in_intacct: bool = True


@dataclass(frozen=True)
class Vendor:
    """A company. ``key`` is how the seed refers to it; ``vendor_id`` is Intacct's id where it stands there."""

    key: str
    name: str
    address: Address
    phone: str
    email: str
    vendor_type: str | None
    terms: str
    vendor_id: str | None
    in_procore: bool = True
    active: bool = True

    @property
    def in_intacct(self) -> bool:
        return self.vendor_id is not None


@dataclass(frozen=True)
class Line:
    """One line of a schedule of values. ``quantity``, ``unit`` and ``unit_cost`` are set on unit-based commitments only."""

    cost_code: str | None
    cost_type: str | None
    description: str
    amount: Decimal
    quantity: Decimal | None = None
    unit: str | None = None
    unit_cost: Decimal | None = None
    sub_job: str | None = None


@dataclass(frozen=True)
class ChangeOrder:
    number: str
    title: str
    status: str
    day: date
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class InvoiceLine:
    """Billed in the period on the ``line``-th line (from 0) of the commitment, the lines of its approved change orders behind its own;
    amounts of the period. ``quantity`` is what was completed of a line by units."""

    line: int
    completed: Decimal
    stored: Decimal
    retained: Decimal
    released: Decimal
    quantity: Decimal | None = None


type Funds = Literal["initiated", "funding_complete", "settled", "failed"]


@dataclass(frozen=True)
class Payment:
    """Paid on an invoice. ``procore_pay`` says how far the money of one made through Procore Pay is; None where a person entered it."""

    amount: Decimal
    day: date
    method: Literal["check", "credit_card", "electronic"]
    check_number: str | None = None
    procore_pay: Funds | None = None


@dataclass(frozen=True)
class Invoice:
    number: str
    status: str
    billing_date: date
    period_start: date
    period_end: date
    lines: tuple[InvoiceLine, ...]
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True)
class Commitment:
    kind: Literal["subcontract", "purchase_order"]
    job: str
    number: str
    title: str
    vendor: str
    status: str
    accounting_method: Literal["amount", "unit"]
    retainage_percent: Decimal
    contract_date: date
    start: date
    completion: date
    terms: str | None
    lines: tuple[Line, ...]
    description: str = ""
    change_orders: tuple[ChangeOrder, ...] = ()
    invoices: tuple[Invoice, ...] = ()

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class BudgetLine:
    cost_code: str
    cost_type: str
    amount: Decimal
    sub_job: str | None = None


@dataclass(frozen=True)
class BudgetChange:
    """A move of money inside a job's budget: ``lines`` sum to zero unless ``nets_to_zero`` is False."""

    number: str
    title: str
    status: str
    lines: tuple[BudgetLine, ...]
    nets_to_zero: bool = True


@dataclass(frozen=True)
class Budget:
    job: str
    locked: bool
    lines: tuple[BudgetLine, ...]
    changes: tuple[BudgetChange, ...] = ()


@dataclass(frozen=True)
class PrimeContract:
    job: str
    number: str
    title: str
    customer: str
    contract_date: date
    retainage_percent: Decimal
    lines: tuple[Line, ...]
    change_orders: tuple[ChangeOrder, ...] = ()


@dataclass(frozen=True)
class User:
    """A person with a Procore login."""

    key: str
    name: str
    login: str
    job_title: str
    company_admin: bool = False
    accounting_approver: bool = False
    projects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Company:
    name: str
    location: str
    cost_types: tuple[CostType, ...]
    cost_codes: tuple[CostCode, ...]
    jobs: tuple[Job, ...]
    vendors: tuple[Vendor, ...]
    commitments: tuple[Commitment, ...]
    budgets: tuple[Budget, ...]
    prime_contracts: tuple[PrimeContract, ...]
    users: tuple[User, ...]
    terms: dict[str, int] = field(default_factory=dict)
    """Payment terms known in Intacct: name -> days until due."""
    items: tuple[tuple[str, str], ...] = ()
    """Intacct items: (id, name); one per cost type and a default."""
    gl_accounts: tuple[tuple[str, str], ...] = ()
    """General ledger accounts: (number, name)."""
