"""What the builder keeps in its books besides jobs and vendors: payment terms, items and ledger accounts."""

from __future__ import annotations

TERMS = {"Due on Receipt": 0, "Net 10": 10, "Net 15": 15, "Net 30": 30, "Net 45": 45, "Net 60": 60}

ITEMS = (
    ("JOBCOST", "Job cost, not otherwise itemized"),
    ("LABOR", "Job labor"),
    ("MATERIAL", "Job materials"),
    ("EQUIPMENT", "Job equipment"),
    ("SUBCONTRACT", "Subcontracted work"),
    ("OTHER", "Other job cost"),
)

GL_ACCOUNTS = (
    ("1010", "Operating Cash"),
    ("1200", "Contracts Receivable"),
    ("1250", "Retainage Receivable"),
    ("2010", "Accounts Payable"),
    ("2050", "Retainage Payable"),
    ("2100", "Accrued Payroll"),
    ("4010", "Contract Revenue"),
    ("5010", "Job Cost - Labor"),
    ("5020", "Job Cost - Materials"),
    ("5030", "Job Cost - Equipment"),
    ("5040", "Job Cost - Subcontracts"),
    ("5050", "Job Cost - Other"),
    ("6100", "Office Salaries"),
    ("6200", "Office Rent"),
    ("6300", "Insurance"),
)
