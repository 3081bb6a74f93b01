"""Job 26-012, Marlow Ridge Medical Offices: what was bought, budgeted, billed and sold. The budget is still open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sandbox.companies.jobs import CLINIC
from sandbox.companies.lines import amount, billed, billed_units, budget, released, unit
from sandbox.companies.model import Budget, BudgetChange, ChangeOrder, Commitment, Invoice, PrimeContract

SHELL = "26-012-1"
TENANT = "26-012-2"

_MECHANICAL = Commitment(
    kind="subcontract",
    job=CLINIC,
    number="SC-26-012-001",
    title="Heating, Ventilating, and Air Conditioning",
    vendor="mechanical",
    status="Approved",
    accounting_method="amount",
    retainage_percent=Decimal(10),
    contract_date=date(2026, 11, 9),
    start=date(2027, 1, 11),
    completion=date(2027, 11, 19),
    terms="Net 45",
    description="Complete system, balanced and commissioned.",
    lines=(
        amount("23-310", "SUB", "Ductwork", "512,800.00", sub_job=SHELL),
        amount("23-210", "SUB", "Hydronic piping", "348,275.00", sub_job=SHELL),
        amount("23-640", "SUB", "Chillers", "415,000.00", sub_job=SHELL),
        amount("23-730", "SUB", "Air handling units", "286,500.00", sub_job=SHELL),
        amount("23-090", "SUB", "Controls", "197,425.00", sub_job=SHELL),
        amount("23-590", "SUB", "Testing and balancing", "45,000.00", sub_job=TENANT),
    ),
)

_DRYWALL = Commitment(
    kind="subcontract",
    job=CLINIC,
    number="SC-26-012-002",
    title="Framing, Gypsum Board and Ceilings",
    vendor="drywall",
    status="Approved",
    accounting_method="amount",
    retainage_percent=Decimal(10),
    contract_date=date(2026, 7, 13),
    start=date(2026, 10, 5),
    completion=date(2027, 10, 29),
    terms="Net 30",
    description="Interior partitions and ceilings of the tenant suites.",
    lines=(
        amount("05-400", "SUB", "Cold-formed framing", "344,150.00", sub_job=TENANT),
        amount("09-290", "SUB", "Gypsum board", "618,900.00", sub_job=TENANT),
        amount("09-510", "SUB", "Acoustical ceilings", "171,450.00", sub_job=TENANT),
    ),
    change_orders=(
        ChangeOrder(
            "001",
            "Imaging suite partitions",
            "approved",
            date(2026, 10, 19),
            (
                amount("09-290", "SUB", "Double-layer board at imaging", "12,640.00", sub_job=TENANT),
                amount("09-290", "SUB", "Full-height partitions", "3,875.50", sub_job=TENANT),
                amount("09-290", "SUB", "Credit single layer", "-1,920.00", sub_job=TENANT),
                amount("13-490", "SUB", "Lead-lined board", "27,300.00", sub_job=TENANT),
            ),
        ),
        ChangeOrder(
            "002",
            "Ceiling height, second floor",
            "pending",
            date(2026, 11, 16),
            (amount("09-510", "SUB", "Credit suspended ceiling", "-8,460.00", sub_job=TENANT),),
        ),
    ),
    invoices=(
        Invoice(
            "SC-26-012-002-01",
            "approved",
            date(2026, 10, 28),
            date(2026, 10, 1),
            date(2026, 10, 31),
            (billed(0, "58,505.50", "10", stored="41,276.75"),),
        ),
        Invoice(
            "SC-26-012-002-02",
            "approved",
            date(2026, 11, 20),
            date(2026, 11, 1),
            date(2026, 11, 30),
            (
                billed(0, "112,394.17", "10", stored="-41,276.75"),
                billed(1, "93,620.85", "10"),
                billed(3, "6,318.27", "10"),
            ),
        ),
        Invoice(
            "SC-26-012-002-03",
            "approved",
            date(2026, 11, 25),
            date(2026, 11, 1),
            date(2026, 11, 30),
            (released(0, "8,544.98"),),
        ),
    ),
)

_READY_MIX = Commitment(
    kind="purchase_order",
    job=CLINIC,
    number="PO-26-012-001",
    title="Ready-Mix Concrete",
    vendor="readymix",
    status="Approved",
    accounting_method="unit",
    retainage_percent=Decimal(5),
    contract_date=date(2026, 4, 20),
    start=date(2026, 5, 4),
    completion=date(2027, 5, 28),
    terms="Net 10",
    lines=(
        unit("03-300", "M", "4,000 psi mix", "1,850", "CY", "168.40", sub_job=SHELL),
        unit("03-300", "M", "3,000 psi mix", "620", "CY", "154.75", sub_job=SHELL),
        unit("03-150", "M", "Fiber additive", "1,850", "CY", "7.15", sub_job=SHELL),
    ),
    change_orders=(
        ChangeOrder(
            "001",
            "Deepened footings at the elevator pits",
            "approved",
            date(2026, 11, 2),
            (unit("03-300", "M", "3,000 psi mix", "46", "CY", "154.75", sub_job=SHELL),),
        ),
    ),
    invoices=(
        Invoice(
            "PO-26-012-001-01",
            "approved",
            date(2026, 10, 30),
            date(2026, 10, 1),
            date(2026, 10, 31),
            (billed_units(0, "420", "168.40", "5"), billed_units(2, "420", "7.15", "5")),
        ),
    ),
)

COMMITMENTS = (_MECHANICAL, _DRYWALL, _READY_MIX)

BUDGET = Budget(
    CLINIC,
    locked=False,
    lines=(
        budget("01-110", "L", "864,000.00"),
        budget("01-410", "O", "92,300.00"),
        budget("01-540", "E", "148,750.00"),
        budget("03-150", "M", "14,000.00", SHELL),
        budget("03-300", "L", "386,400.00", SHELL),
        budget("03-300", "M", "412,500.00", SHELL),
        budget("05-120", "SUB", "1,264,800.00", SHELL),
        budget("05-400", "SUB", "350,000.00", TENANT),
        budget("07-540", "SUB", "338,250.00", SHELL),
        budget("08-440", "SUB", "742,900.00", SHELL),
        budget("09-290", "SUB", "632,000.00", TENANT),
        budget("09-510", "SUB", "175,000.00", TENANT),
        budget("11-700", "SUB", "486,500.00", TENANT),
        budget("13-490", "SUB", "26,000.00", TENANT),
        budget("14-210", "SUB", "398,600.00", SHELL),
        budget("21-130", "SUB", "217,450.00", SHELL),
        budget("22-600", "SUB", "304,200.00", TENANT),
        budget("23-090", "SUB", "201,000.00", SHELL),
        budget("23-210", "SUB", "355,000.00", SHELL),
        budget("23-310", "SUB", "524,000.00", SHELL),
        budget("23-590", "SUB", "46,500.00", TENANT),
        budget("23-640", "SUB", "420,000.00", SHELL),
        budget("23-730", "SUB", "290,000.00", SHELL),
        budget("26-050", "SUB", "918,350.00", SHELL),
    ),
    changes=(
        BudgetChange(
            "BC-001",
            "Radiation protection at imaging",
            "under_review",
            (budget("13-490", "SUB", "4,800.00", TENANT), budget("11-700", "SUB", "-4,800.00", TENANT)),
        ),
    ),
)

PRIME_CONTRACT = PrimeContract(
    CLINIC,
    "26-012-PC",
    "Medical Offices, Guaranteed Maximum Price",
    "Marlow Ridge Health Partners",
    date(2026, 3, 16),
    Decimal(10),
    (
        amount("01-110", "L", "General conditions", "1,215,500.00"),
        amount("03-300", "M", "Concrete", "894,500.00"),
        amount("05-120", "SUB", "Structural steel", "1,378,500.00"),
        amount("07-540", "SUB", "Roofing", "368,500.00"),
        amount("08-440", "SUB", "Curtain wall", "809,500.00"),
        amount("09-290", "SUB", "Interiors", "1,289,500.00"),
        amount("11-700", "SUB", "Medical equipment", "530,000.00"),
        amount("14-210", "SUB", "Elevators", "434,500.00"),
        amount("21-130", "SUB", "Fire suppression", "237,000.00"),
        amount("22-600", "SUB", "Plumbing and medical gas", "331,500.00"),
        amount("23-310", "SUB", "Mechanical", "2,001,500.00"),
        amount("26-050", "SUB", "Electrical", "1,001,000.00"),
    ),
    (
        ChangeOrder(
            "PCO-001",
            "Imaging suite upgrade",
            "approved",
            date(2026, 10, 26),
            (amount("11-700", "SUB", "Imaging suite upgrade", "64,750.00"),),
        ),
        ChangeOrder(
            "PCO-002",
            "Credit for second floor ceilings",
            "pending",
            date(2026, 11, 18),
            (amount("09-290", "SUB", "Credit ceilings", "-9,100.00"),),
        ),
    ),
)
