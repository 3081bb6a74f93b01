"""Job 24-107, Pier 9 Terminal: what was bought, budgeted, billed and sold. Sub jobs: A the hall, B the berth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sandbox.companies.jobs import TERMINAL
from sandbox.companies.lines import amount, billed, budget, released, unit
from sandbox.companies.model import Budget, BudgetChange, ChangeOrder, Commitment, Invoice, PrimeContract

HALL = "24-107-A"
BERTH = "24-107-B"

_CONCRETE = Commitment(
    kind="subcontract",
    job=TERMINAL,
    number="SC-24-107-001",
    title="Cast-in-Place Concrete",
    vendor="concrete",
    status="Approved",
    accounting_method="amount",
    retainage_percent=Decimal(10),
    contract_date=date(2025, 4, 14),
    start=date(2025, 5, 12),
    completion=date(2027, 2, 26),
    terms="Net 30",
    description="Foundations, elevated slabs and the berth apron, complete.",
    lines=(
        amount("03-100", "SUB", "Form foundations and walls", "684,500.00", sub_job=HALL),
        amount("03-200", "SUB", "Furnish and place reinforcing steel", "512,300.00", sub_job=HALL),
        amount("03-300", "SUB", "Place slabs, terminal hall", "1,246,750.00", sub_job=HALL),
        amount("03-300", "SUB", "Place slab, berth apron", "938,400.00", sub_job=BERTH),
        amount("03-350", "SUB", "Finish exposed slabs", "118,050.00", sub_job=HALL),
    ),
    change_orders=(
        ChangeOrder(
            "001",
            "Thickened apron edge at fender line",
            "approved",
            date(2026, 8, 17),
            (
                amount("03-300", "SUB", "Thicken apron edge", "42,180.00", sub_job=BERTH),
                amount("03-200", "SUB", "Added edge reinforcing", "17,655.50", sub_job=BERTH),
            ),
        ),
        ChangeOrder(
            "002",
            "Delete topping slab at baggage hall",
            "approved",
            date(2026, 10, 5),
            (
                amount("03-300", "SUB", "Credit topping slab", "-36,900.00", sub_job=HALL),
                amount("03-350", "SUB", "Credit finishing", "-4,125.00", sub_job=HALL),
            ),
        ),
        ChangeOrder(
            "003",
            "Reinforcing steel escalation",
            "pending",
            date(2026, 11, 12),
            (amount("03-200", "SUB", "Mill price increase", "28,740.25", sub_job=HALL),),
        ),
    ),
    invoices=(
        Invoice(
            "SC-24-107-001-01",
            "approved",
            date(2026, 9, 25),
            date(2026, 9, 1),
            date(2026, 9, 30),
            (billed(0, "220,000.00", "10"), billed(1, "180,000.00", "10")),
        ),
        Invoice(
            "SC-24-107-001-02",
            "approved",
            date(2026, 10, 26),
            date(2026, 10, 1),
            date(2026, 10, 31),
            (
                billed(0, "250,000.00", "10"),
                billed(1, "150,000.00", "10", stored="38,200.00"),
                billed(2, "310,500.00", "10"),
            ),
        ),
        Invoice(
            "SC-24-107-001-03",
            "under_review",
            date(2026, 11, 20),
            date(2026, 11, 1),
            date(2026, 11, 30),
            (
                billed(1, "62,750.00", "10", stored="-38,200.00"),
                billed(2, "420,000.00", "10"),
                billed(3, "96,400.00", "10"),
            ),
        ),
    ),
)

_STEEL = Commitment(
    kind="subcontract",
    job=TERMINAL,
    number="SC-24-107-002",
    title="Structural Steel and Metal Stairs",
    vendor="steel",
    status="Approved",
    accounting_method="amount",
    retainage_percent=Decimal(10),
    contract_date=date(2025, 6, 2),
    start=date(2026, 5, 4),
    completion=date(2027, 1, 29),
    terms="Net 45",
    description="Furnish and erect the frame, deck and stairs of the terminal hall.",
    lines=(
        amount("05-120", "SUB", "Fabricate structural steel", "2,180,000.00", sub_job=HALL),
        amount("05-120", "SUB", "Erect structural steel", "1,045,600.00", sub_job=HALL),
        amount("05-310", "SUB", "Steel deck", "386,250.00", sub_job=HALL),
        amount("05-510", "SUB", "Metal stairs", "214,900.00", sub_job=HALL),
    ),
    change_orders=(
        ChangeOrder(
            "001",
            "Canopy connection revisions",
            "approved",
            date(2026, 9, 21),
            (
                amount("05-120", "SUB", "Revised canopy connections", "18,400.00", sub_job=HALL),
                amount("05-120", "SUB", "Credit for shop bolts", "-6,250.00", sub_job=HALL),
                amount("05-310", "SUB", "Deck closure at canopy", "3,118.75", sub_job=HALL),
            ),
        ),
    ),
    invoices=(
        Invoice(
            "SC-24-107-002-01",
            "approved_as_noted",
            date(2026, 10, 27),
            date(2026, 10, 1),
            date(2026, 10, 31),
            (billed(0, "480,000.00", "10", stored="325,750.00"),),
        ),
        Invoice(
            "SC-24-107-002-02",
            "approved",
            date(2026, 11, 18),
            date(2026, 11, 1),
            date(2026, 11, 30),
            (
                billed(0, "611,347.83", "10", stored="-325,750.00"),
                billed(1, "312,908.41", "10"),
                billed(2, "96,562.50", "10"),
                billed(4, "18,400.00", "10"),
            ),
        ),
        Invoice(
            "SC-24-107-002-03",
            "approved",
            date(2026, 11, 24),
            date(2026, 11, 1),
            date(2026, 11, 30),
            (released(0, "54,567.39"),),
        ),
    ),
)

_ELECTRICAL = Commitment(
    kind="subcontract",
    job=TERMINAL,
    number="SC-24-107-003",
    title="Electrical",
    vendor="electrical",
    status="Approved",
    accounting_method="amount",
    retainage_percent=Decimal(5),
    contract_date=date(2026, 10, 19),
    start=date(2026, 11, 30),
    completion=date(2027, 8, 27),
    terms="Net 30",
    description="Power, lighting and raceways for the hall, lighting for the apron.",
    lines=(
        amount("26-050", "SUB", "Raceways and branch wiring", "1,120,400.00", sub_job=HALL),
        amount("26-240", "SUB", "Switchboards and panelboards", "468,900.00", sub_job=HALL),
        amount("26-510", "SUB", "Interior lighting", "735,250.00", sub_job=HALL),
        amount("26-560", "SUB", "Apron lighting", "288,640.00", sub_job=BERTH),
        amount("27-050", "SUB", "Communications pathways", "96,810.00", sub_job=HALL),
    ),
)

BROKEN = Commitment(
    kind="subcontract",
    job=TERMINAL,
    number="SC-24-107-004",
    title="Fire Suppression",
    vendor="fire",
    status="Approved",
    accounting_method="amount",
    retainage_percent=Decimal(10),
    contract_date=date(2026, 11, 2),
    start=date(2026, 12, 7),
    completion=date(2027, 8, 13),
    terms="Pay When Paid",
    description="Typed in a hurry: unknown terms, a line without cost type, two lines on a division.",
    lines=(
        amount("21-130", "SUB", "Sprinkler systems", "412,600.00", sub_job=HALL),
        amount("21-300", None, "Fire pump", "88,450.00", sub_job=HALL),
        amount("21-000", "SUB", "Standpipes and valves", "131,975.00", sub_job=HALL),
        amount("21-000", "SUB", "Coordination drawings", "12,500.00", sub_job=HALL),
    ),
)

_PILES = Commitment(
    kind="purchase_order",
    job=TERMINAL,
    number="PO-24-107-001",
    title="Steel Piles",
    vendor="pilesteel",
    status="Approved",
    accounting_method="unit",
    retainage_percent=Decimal(5),
    contract_date=date(2025, 3, 24),
    start=date(2025, 5, 5),
    completion=date(2025, 11, 28),
    terms="Net 30",
    lines=(
        unit("31-620", "M", "HP14x89 pile, 60 ft", "18,540", "LF", "61.35", sub_job=BERTH),
        unit("31-620", "M", "Pile points", "309", "EA", "214.50", sub_job=BERTH),
        unit("31-620", "M", "Pile splices", "128", "EA", "187.25", sub_job=BERTH),
    ),
)

_FENDERS = Commitment(
    kind="purchase_order",
    job=TERMINAL,
    number="PO-24-107-002",
    title="Marine Fenders",
    vendor="fenders",
    status="Approved",
    accounting_method="unit",
    retainage_percent=Decimal(5),
    contract_date=date(2026, 10, 12),
    start=date(2026, 12, 1),
    completion=date(2027, 4, 30),
    terms="Net 45",
    lines=(
        unit("35-590", "M", "Cell fender, 1,000 mm", "36", "EA", "11,875.00", sub_job=BERTH),
        unit("35-590", "M", "Chain set, galvanized", "72", "EA", "642.75", sub_job=BERTH),
        unit("35-590", "M", "Freight to quay", "1", "LS", "18,400.00", sub_job=BERTH),
    ),
)

COMMITMENTS = (_CONCRETE, _STEEL, _ELECTRICAL, BROKEN, _PILES, _FENDERS)

BUDGET = Budget(
    TERMINAL,
    locked=True,
    lines=(
        budget("01-110", "L", "1,480,000.00"),
        budget("01-410", "O", "186,500.00"),
        budget("01-510", "O", "242,750.00"),
        budget("01-520", "E", "118,400.00"),
        budget("01-560", "M", "64,300.00"),
        budget("01-740", "L", "96,000.00"),
        budget("02-420", "SUB", "310,000.00", BERTH),
        budget("03-100", "SUB", "690,000.00", HALL),
        budget("03-200", "SUB", "520,000.00", HALL),
        budget("03-200", "SUB", "0.00", BERTH),
        budget("03-300", "SUB", "1,265,000.00", HALL),
        budget("03-300", "SUB", "955,000.00", BERTH),
        budget("03-350", "SUB", "120,000.00", HALL),
        budget("05-120", "SUB", "3,250,000.00", HALL),
        budget("05-310", "SUB", "390,000.00", HALL),
        budget("05-510", "SUB", "218,000.00", HALL),
        budget("07-540", "SUB", "842,600.00", HALL),
        budget("08-440", "SUB", "1,925,400.00", HALL),
        budget("14-310", "SUB", "1,160,000.00", HALL),
        budget("21-100", "SUB", "145,000.00", HALL),
        budget("21-130", "SUB", "425,000.00", HALL),
        budget("21-300", "SUB", "92,000.00", HALL),
        budget("22-110", "SUB", "786,250.00", HALL),
        budget("23-730", "SUB", "2,104,300.00", HALL),
        budget("26-050", "SUB", "1,130,000.00", HALL),
        budget("26-240", "SUB", "475,000.00", HALL),
        budget("26-510", "SUB", "742,000.00", HALL),
        budget("26-560", "SUB", "292,500.00", BERTH),
        budget("27-050", "SUB", "99,000.00", HALL),
        budget("31-620", "M", "1,245,000.00", BERTH),
        budget("31-620", "SUB", "1,688,000.00", BERTH),
        budget("35-200", "SUB", "612,000.00", BERTH),
        budget("35-590", "M", "498,000.00", BERTH),
    ),
    changes=(
        BudgetChange(
            "BC-001",
            "Apron edge reinforcing from hall concrete",
            "approved",
            (budget("03-200", "SUB", "18,000.00", BERTH), budget("03-300", "SUB", "-18,000.00", HALL)),
        ),
        BudgetChange(
            "BC-002",
            "Owner change: canopy lighting",
            "approved",
            (budget("26-510", "SUB", "84,320.00", HALL), budget("05-120", "SUB", "12,150.00", HALL)),
            nets_to_zero=False,
        ),
        BudgetChange(
            "BC-003",
            "Dredging savings to apron lighting",
            "draft",
            (budget("35-200", "SUB", "-24,600.00", BERTH), budget("26-560", "SUB", "24,600.00", BERTH)),
        ),
    ),
)

PRIME_CONTRACT = PrimeContract(
    TERMINAL,
    "24-107-PC",
    "Pier 9 Terminal Construction Contract",
    "Port Ellery Harbor District",
    date(2025, 2, 10),
    Decimal(5),
    (
        amount("01-110", "L", "General conditions", "2,385,000.00"),
        amount("03-300", "SUB", "Concrete", "3,870,000.00"),
        amount("05-120", "SUB", "Structural steel and stairs", "4,205,000.00"),
        amount("07-540", "SUB", "Roofing", "918,000.00"),
        amount("08-440", "SUB", "Curtain wall", "2,096,000.00"),
        amount("14-310", "SUB", "Escalators", "1,264,000.00"),
        amount("21-130", "SUB", "Fire suppression", "721,000.00"),
        amount("22-110", "SUB", "Plumbing", "857,000.00"),
        amount("23-730", "SUB", "Mechanical", "2,294,000.00"),
        amount("26-050", "SUB", "Electrical and lighting", "2,985,000.00"),
        amount("31-620", "SUB", "Piling", "3,534,000.00"),
        amount("35-590", "SUB", "Dredging and fenders", "1,210,000.00"),
    ),
    (
        ChangeOrder(
            "PCO-001",
            "Canopy lighting",
            "approved",
            date(2026, 9, 28),
            (
                amount("26-050", "SUB", "Canopy lighting", "91,910.00"),
                amount("05-120", "SUB", "Canopy steel", "13,245.00"),
            ),
        ),
    ),
)
