"""The part of the seed company that the proof works with: one job with all that belongs to it, and what stands in Procore only.

Small, because each point of the matrix starts from a company of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from sandbox.companies import builder
from sandbox.companies.jobs import SCHOOL, TERMINAL
from sandbox.companies.model import Commitment, Company, CostCode, Line, SubJob

COMMITMENTS = frozenset({"SC-24-107-001", "SC-24-107-003", "PO-24-107-001"})
"""A subcontract, one whose company is in Procore only, and a purchase order by units."""


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
    commitments = tuple(each for each in whole.commitments if each.number in COMMITMENTS)
    budgets = tuple(each for each in whole.budgets if each.job == TERMINAL)
    contracts = tuple(each for each in whole.prime_contracts if each.job == TERMINAL)
    used = {
        line.cost_code for budget in budgets for lines in (budget.lines, *(each.lines for each in budget.changes)) for line in lines
    } | {line.cost_code for line in _lines(commitments)}
    used |= {line.cost_code for contract in contracts for line in contract.lines}
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


def _lines(commitments: tuple[Commitment, ...]) -> Iterator[Line]:
    for commitment in commitments:
        yield from commitment.lines
        for change in commitment.change_orders:
            yield from change.lines


def _with_parents(codes: tuple[CostCode, ...], used: set[str | None]) -> Iterator[CostCode]:
    wanted = set(used)
    for code in reversed(codes):
        if code.code in wanted:
            wanted.add(code.parent)
    return (code for code in codes if code.code in wanted)
