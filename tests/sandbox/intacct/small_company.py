"""A contractor small enough to know by heart: one job with a sub job, three vendors, four cost codes, two cost types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sandbox.companies.model import (
    Address,
    Commitment,
    Company,
    CostCode,
    CostType,
    Job,
    Line,
    PrimeContract,
    SubJob,
    Vendor,
)

HERE = Address("1 Kiln Road", "Reno", "NV", "89501")


def small_company() -> Company:
    """One job with a sub job, three vendors of which one is inactive, four cost codes, two cost types."""
    return Company(
        name="Small Builders",
        location="100",
        cost_types=(
            CostType("L", "Labor", "labor", "5010"),
            CostType("SUB", "Subcontract", "commitment", "5040"),
        ),
        cost_codes=(
            CostCode("03-000", "Concrete", None, ()),
            CostCode("03-100", "Forming", "03-000", ("L", "SUB")),
            CostCode("03-300", "Cast in place", "03-000", ("L", "SUB")),
            CostCode("03-900", "Old code", "03-000", ("SUB",), active=False),
        ),
        jobs=(
            Job(
                "J1",
                "River School",
                HERE,
                date(2026, 1, 5),
                date(2027, 6, 30),
                "Contract",
                "100",
                ("03-100", "03-300", "03-900"),
                (SubJob("J1-A", "Hall"),),
            ),
            Job("J2", "Only in Procore", HERE, date(2026, 1, 5), date(2027, 6, 30), "Contract", "200", (), (), in_intacct=False),
        ),
        vendors=(
            Vendor("a", "Alpha Concrete", HERE, "555", "office@alpha.example", "Subcontractor", "Net 30", "V-1"),
            Vendor("b", "Beta Steel", HERE, "555", "office@beta.example", None, "Net 30", "V-2"),
            Vendor("c", "Gone Roofing", HERE, "555", "office@gone.example", None, "Net 30", "V-3", active=False),
            Vendor("d", "Only in Procore", HERE, "555", "office@d.example", None, "Net 30", None),
        ),
        commitments=(
            Commitment(
                "purchase_order",
                "J1",
                "PO-1",
                "Concrete",
                "a",
                "Approved",
                "unit",
                Decimal(0),
                date(2026, 2, 1),
                date(2026, 2, 1),
                date(2026, 3, 1),
                "Net 30",
                (Line("03-300", "SUB", "Mix", Decimal(100), Decimal(1), "CY", Decimal(100)),),
            ),
        ),
        budgets=(),
        prime_contracts=(
            PrimeContract(
                "J1",
                "PC-1",
                "River School",
                "School District",
                date(2026, 1, 5),
                Decimal(5),
                (
                    Line("03-100", None, "Forming", Decimal("1000.00")),
                    Line("03-300", None, "Concrete", Decimal("2000.50")),
                    Line("03-300", None, "More concrete", Decimal("10.00")),
                ),
            ),
            PrimeContract("J2", "PC-2", "Only in Procore", "School District", date(2026, 1, 5), Decimal(0), ()),
        ),
        users=(),
        terms={"Net 30": 30, "Due on Receipt": 0},
        items=(("SUBCONTRACT", "Subcontracted work"), ("JOBCOST", "Job cost"), ("LABOR", "Labor")),
        gl_accounts=(
            ("1010", "Operating Cash"),
            ("2010", "Accounts Payable"),
            ("2050", "Retainage Payable"),
            ("4010", "Contract Revenue"),
            ("5010", "Job Cost - Labor"),
            ("5040", "Job Cost - Subcontracts"),
            ("5050", "Job Cost - Other"),
        ),
    )
