"""Job 25-031, Cedar Hollow Elementary School Addition: what was bought, budgeted, billed and sold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sandbox.companies.jobs import SCHOOL
from sandbox.companies.lines import amount, billed, billed_units, budget, released, unit
from sandbox.companies.model import Budget, BudgetChange, ChangeOrder, Commitment, Invoice, PrimeContract

_SITEWORK = Commitment(
    kind="subcontract",
    job=SCHOOL,
    number="SC-25-031-001",
    title="Sitework",
    vendor="sitework",
    status="Approved",
    accounting_method="unit",
    retainage_percent=Decimal(10),
    contract_date=date(2026, 10, 26),
    start=date(2026, 11, 9),
    completion=date(2026, 12, 11),
    terms="Net 30",
    description="Play field and parking, measured and paid by unit.",
    lines=(
        unit("31-110", "SUB", "Clear and grub", "3.2", "AC", "6,850.00"),
        unit("31-230", "SUB", "Excavate and haul", "8,450", "CY", "14.75"),
        unit("31-250", "SUB", "Silt fence", "1,260", "LF", "6.40"),
        unit("32-110", "SUB", "Crushed base course", "2,180", "TN", "31.20"),
    ),
    invoices=(
        Invoice(
            "SC-25-031-001-01",
            "approved",
            date(2026, 11, 20),
            date(2026, 11, 1),
            date(2026, 11, 30),
            (
                billed_units(0, "3.2", "6,850.00", "10"),
                billed_units(1, "2,617.4", "14.75", "10"),
                billed_units(2, "1,260", "6.40", "10"),
            ),
        ),
    ),
)

_MASONRY = Commitment(
    kind="subcontract",
    job=SCHOOL,
    number="SC-25-031-002",
    title="Masonry",
    vendor="masonry",
    status="Approved",
    accounting_method="amount",
    retainage_percent=Decimal(5),
    contract_date=date(2025, 7, 21),
    start=date(2026, 2, 2),
    completion=date(2026, 11, 13),
    terms="Net 30",
    description="Brick veneer, block walls and trim.",
    lines=(
        amount("04-210", "SUB", "Brick veneer", "318,700.00"),
        amount("04-220", "SUB", "Concrete block walls", "264,350.00"),
        amount("04-720", "SUB", "Cast stone trim, priced by change order", "0.00"),
        amount("04-050", "SUB", "Mortar and anchors", "22,450.00"),
    ),
    change_orders=(
        ChangeOrder(
            "001",
            "Cast stone trim selection",
            "approved",
            date(2026, 8, 3),
            (amount("04-720", "SUB", "Cast stone trim as selected", "31,275.00"),),
        ),
        ChangeOrder(
            "002",
            "Fewer veneer anchors",
            "approved",
            date(2026, 10, 12),
            (amount("04-050", "SUB", "Credit veneer anchors", "-1,218.40"),),
        ),
    ),
    invoices=(
        Invoice(
            "SC-25-031-002-01",
            "approved",
            date(2026, 9, 24),
            date(2026, 9, 1),
            date(2026, 9, 30),
            (billed(0, "164,280.00", "5"), billed(1, "264,350.00", "5")),
        ),
        Invoice(
            "SC-25-031-002-02",
            "approved",
            date(2026, 10, 23),
            date(2026, 10, 1),
            date(2026, 10, 31),
            (
                billed(0, "98,115.00", "5", stored="14,360.00"),
                billed(1, "0.00", "5", released="13,217.50"),
                billed(3, "18,000.00", "5"),
            ),
        ),
        Invoice(
            "SC-25-031-002-03",
            "approved",
            date(2026, 11, 13),
            date(2026, 11, 1),
            date(2026, 11, 30),
            (
                billed(0, "47,918.66", "5", stored="-14,360.00"),
                billed(3, "2,337.49", "5"),
                billed(4, "29,614.83", "5"),
            ),
        ),
        Invoice(
            "SC-25-031-002-04",
            "approved",
            date(2026, 11, 24),
            date(2026, 11, 1),
            date(2026, 11, 30),
            (released(0, "15,515.68"), released(3, "1,016.87")),
        ),
    ),
)

_CASEWORK = Commitment(
    kind="purchase_order",
    job=SCHOOL,
    number="PO-25-031-001",
    title="Classroom Casework",
    vendor="casework",
    status="Draft",
    accounting_method="amount",
    retainage_percent=Decimal(5),
    contract_date=date(2026, 11, 16),
    start=date(2026, 11, 23),
    completion=date(2026, 12, 14),
    terms="Net 30",
    lines=(
        amount("12-320", "M", "Casework, six classrooms", "146,200.00"),
        amount("12-360", "M", "Countertops", "38,925.00"),
    ),
)

COMMITMENTS = (_SITEWORK, _MASONRY, _CASEWORK)

BUDGET = Budget(
    SCHOOL,
    locked=True,
    lines=(
        budget("01-110", "L", "312,000.00"),
        budget("01-410", "O", "28,750.00"),
        budget("01-510", "O", "36,400.00"),
        budget("03-300", "SUB", "428,900.00"),
        budget("04-050", "SUB", "23,000.00"),
        budget("04-210", "SUB", "322,500.00"),
        budget("04-220", "SUB", "268,000.00"),
        budget("04-720", "SUB", "35,000.00"),
        budget("06-170", "SUB", "241,300.00"),
        budget("07-540", "SUB", "296,450.00"),
        budget("08-410", "SUB", "184,200.00"),
        budget("09-290", "SUB", "217,800.00"),
        budget("09-910", "SUB", "74,650.00"),
        budget("12-320", "M", "148,500.00"),
        budget("12-360", "M", "40,000.00"),
        budget("22-400", "SUB", "163,900.00"),
        budget("23-310", "SUB", "389,400.00"),
        budget("26-050", "SUB", "352,750.00"),
        budget("31-110", "SUB", "22,500.00"),
        budget("31-230", "SUB", "127,000.00"),
        budget("31-250", "SUB", "8,500.00"),
        budget("32-110", "SUB", "70,000.00"),
    ),
    changes=(
        BudgetChange(
            "BC-001",
            "Trim savings to casework",
            "approved",
            (budget("04-720", "SUB", "-3,500.00"), budget("12-320", "M", "3,500.00")),
        ),
    ),
)

PRIME_CONTRACT = PrimeContract(
    SCHOOL,
    "25-031-PC",
    "Elementary School Addition, Stipulated Sum",
    "Cedar Hollow School District",
    date(2025, 5, 19),
    Decimal(5),
    (
        amount("01-110", "L", "General conditions", "418,000.00"),
        amount("03-300", "SUB", "Concrete", "463,000.00"),
        amount("04-210", "SUB", "Masonry", "701,500.00"),
        amount("06-170", "SUB", "Timber roof structure", "261,000.00"),
        amount("07-540", "SUB", "Roofing", "320,000.00"),
        amount("08-410", "SUB", "Storefront", "199,000.00"),
        amount("09-290", "SUB", "Finishes", "316,000.00"),
        amount("12-320", "M", "Casework", "203,500.00"),
        amount("22-400", "SUB", "Plumbing", "177,000.00"),
        amount("23-310", "SUB", "Mechanical", "420,500.00"),
        amount("26-050", "SUB", "Electrical", "381,000.00"),
        amount("31-230", "SUB", "Sitework", "246,500.00"),
    ),
)
