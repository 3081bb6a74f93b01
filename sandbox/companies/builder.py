"""The general contractor that the tests and the demonstration play: assembled from the tables beside this file."""

from __future__ import annotations

from functools import cache

from sandbox.companies import accounting, cedar_hollow_school, marlow_ridge_clinic, pier9_terminal
from sandbox.companies.cost_codes import COST_TYPES, cost_codes
from sandbox.companies.jobs import JOBS
from sandbox.companies.model import Company
from sandbox.companies.users import USERS
from sandbox.companies.vendors import vendors

_JOBS = (pier9_terminal, cedar_hollow_school, marlow_ridge_clinic)


@cache
def builder() -> Company:
    """The same company at every call, and in every process: nothing in it is drawn by chance."""
    return Company(
        name="Tarrowby & Lunt Constructors",
        location="100",
        cost_types=COST_TYPES,
        cost_codes=cost_codes(),
        jobs=JOBS,
        vendors=vendors(),
        commitments=tuple(commitment for job in _JOBS for commitment in job.COMMITMENTS),
        budgets=tuple(job.BUDGET for job in _JOBS),
        prime_contracts=tuple(job.PRIME_CONTRACT for job in _JOBS),
        users=USERS,
        terms=dict(accounting.TERMS),
        items=accounting.ITEMS,
        gl_accounts=accounting.GL_ACCOUNTS,
    )
