"""How a job stands in both systems, read over the wire; the story's own comparison, which knows neither engine nor rooms, is the oracle."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from connector.core.reconciliation import FIGURES, Reading
from connector.engine.reconcile_runs import job_of, request
from sandbox.companies.jobs import SCHOOL
from sandbox.intacct.state import state as intacct_state
from sandbox.story.ledgers import rows
from tests.integration.rooms.month import month_of
from tests.integration.rooms.office import Office
from tests.proof.stage import DANA, Addresses


@pytest.fixture(scope="module")
def month(addresses: Addresses) -> Iterator[Office]:
    office = month_of(addresses, SCHOOL)
    yield office
    office.close()


def read(office: Office, job: str = SCHOOL) -> Reading:
    project = office.project(job)
    office.play(request(office.world, DANA, project).id)
    _, reading = job_of(office.world, DANA, project)
    assert reading is not None
    return reading


def figures(reading: Reading) -> dict[tuple[str, str, str, str], dict[str, Decimal]]:
    """By code and figure, Procore's and Intacct's."""
    return {
        (*row.code, each.figure): {"procore": each.procore or Decimal(0), "intacct": each.intacct or Decimal(0)}
        for row in reading.rows
        for each in row.figures
        if each.procore or each.intacct
    }


def oracle(office: Office) -> dict[tuple[str, str, str, str], dict[str, Decimal]]:
    found = rows(office.procore.state(), intacct_state(office.intacct.store))
    return {
        (row.code.sub_job or row.code.job, row.code.cost_code, row.code.cost_type, figure): {
            "procore": row.procore.get(figure, Decimal(0)),
            "intacct": row.intacct.get(figure, Decimal(0)),
        }
        for row in found
        for figure in FIGURES
        if row.procore.get(figure) or row.intacct.get(figure)
    }


def test_the_figures_are_the_oracles_and_nothing_differs(month: Office) -> None:
    reading = read(month)
    assert figures(reading) == oracle(month)
    assert len(figures(reading)) > 40
    assert list(reading.differences()) == []
