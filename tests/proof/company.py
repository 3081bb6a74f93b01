"""The part of the seed company that the proof works with: one job with all that belongs to it, and what stands in Procore only.

Small, because each point of the matrix starts from a company of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from sandbox.companies import builder
from sandbox.companies.jobs import SCHOOL, TERMINAL
from sandbox.companies.lines import paid
from sandbox.companies.model import Budget, BudgetLine, Commitment, Company, CostCode, Line, PrimeContract, SubJob

COMMITMENTS = frozenset({"SC-24-107-001", "SC-24-107-003", "PO-24-107-001"})
"""A subcontract, one whose company is in Procore only, and a purchase order by units."""
PAID = "SC-24-107-001-01"
"""An invoice of which a part was paid through Procore Pay."""


@cache
def in_procore() -> Company:
    """With a sub job that Intacct does not have."""
    more = SubJob("24-107-C", "Parking Deck")
    return replace(
        in_intacct(),
        jobs=tuple(replace(job, sub_jobs=(*job.sub_jobs, more)) if job.number == TERMINAL else job for job in in_intacct().jobs),
    )


@cache
def in_intacct() -> Company:
    whole = builder()
    commitments = tuple(_paid(each) for each in whole.commitments if each.number in COMMITMENTS)
    contracts = tuple(replace(each, lines=each.lines[:3]) for each in whole.prime_contracts if each.job == TERMINAL)
    budgets = tuple(each for each in whole.budgets if each.job == TERMINAL)
    used = {line.cost_code for line in _lines(commitments, contracts, budgets)}
    budgets = tuple(replace(each, lines=tuple(line for line in each.lines if line.cost_code in used)) for each in budgets)
    codes = tuple(_with_parents(whole.cost_codes, used))
    names = {commitment.vendor for commitment in commitments}
    return replace(
        whole,
        cost_codes=codes,
        jobs=tuple(
            replace(job, cost_codes=tuple(code.code for code in codes), in_intacct=job.number == TERMINAL)
            for job in whole.jobs
            if job.number in {TERMINAL, SCHOOL}
        ),
        vendors=tuple(vendor for vendor in whole.vendors if vendor.key in names),
        commitments=commitments,
        budgets=budgets,
        prime_contracts=contracts,
    )


def _paid(commitment: Commitment) -> Commitment:
    payment = paid("150,000.05", date(2026, 10, 30), "10001")
    invoices = (replace(each, payments=(payment,)) if each.number == PAID else each for each in commitment.invoices)
    return replace(commitment, invoices=tuple(invoices))


def _lines(commitments: Sequence[Commitment], contracts: Sequence[PrimeContract], budgets: Sequence[Budget]) -> Iterator[Line | BudgetLine]:
    """All lines but those of the budgets themselves, of which the others need only some."""
    of_contracts = [(each.lines, each.change_orders) for each in commitments] + [(each.lines, each.change_orders) for each in contracts]
    for lines, orders in of_contracts:
        yield from lines
        for order in orders:
            yield from order.lines
    for budget in budgets:
        for change in budget.changes:
            yield from change.lines


def _with_parents(codes: tuple[CostCode, ...], used: set[str | None]) -> Iterator[CostCode]:
    wanted = set(used)
    for code in reversed(codes):
        if code.code in wanted:
            wanted.add(code.parent)
    return (code for code in codes if code.code in wanted)
