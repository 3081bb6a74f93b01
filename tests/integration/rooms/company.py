"""One job of the seed company with everything that belongs to it, so that each test can start anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from sandbox.companies import builder
from sandbox.companies.jobs import TERMINAL
from sandbox.companies.model import Commitment, Company, PrimeContract


def terminal() -> Company:
    return of_job(TERMINAL)


@cache
def of_job(number: str) -> Company:
    whole = builder()
    commitments = tuple(each for each in whole.commitments if each.job == number)
    budgets = tuple(each for each in whole.budgets if each.job == number)
    contracts = tuple(each for each in whole.prime_contracts if each.job == number)
    used = set(_coded((*commitments, *contracts)))
    for budget in budgets:
        used |= {line.cost_code for line in (*budget.lines, *(line for change in budget.changes for line in change.lines))}
    used |= {code.parent for code in whole.cost_codes if code.code in used and code.parent}
    codes = tuple(code for code in whole.cost_codes if code.code in used)
    return replace(
        whole,
        cost_codes=codes,
        jobs=tuple(replace(job, cost_codes=tuple(code.code for code in codes)) for job in whole.jobs if job.number == number),
        vendors=tuple(each for each in whole.vendors if each.key in {commitment.vendor for commitment in commitments}),
        commitments=commitments,
        budgets=budgets,
        prime_contracts=contracts,
    )


def _coded(holders: Iterable[Commitment | PrimeContract]) -> Iterator[str]:
    for holder in holders:
        lines = (*holder.lines, *(line for change in holder.change_orders for line in change.lines))
        yield from (line.cost_code for line in lines if line.cost_code)
