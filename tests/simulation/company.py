"""The company of a run: that of the proof, and some more contracts with companies, changes and invoices of their own."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sandbox.companies.model import Company
from tests.proof import crowd
from tests.proof.company import in_intacct, in_procore

MORE = 8


@cache
def both() -> tuple[Company, Company]:
    """What stands in Procore, and what in Intacct."""
    return _with_more(in_procore()), _with_more(in_intacct())


def _with_more(company: Company) -> Company:
    crowded, _ = crowd.both()
    contracts = crowded.commitments[:MORE]
    names = {contract.vendor for contract in contracts}
    vendors = (vendor for vendor in crowded.vendors if vendor.key in names)
    return replace(company, vendors=(*company.vendors, *vendors), commitments=(*company.commitments, *contracts))
