"""A locked budget becomes estimates, against both simulators."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, Final

import pytest

from connector.core.errors import Code
from connector.core.item import Item, State
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.office import Office, codes

HALL: Final = "24-107-A"
BERTH: Final = "24-107-B"
TYPES: Final = {"Labor": "L", "Material": "M", "Equipment": "E", "Subcontract": "SUB", "Other": "O"}


@pytest.fixture
def ready(office: Office) -> Office:
    office.bring_first()
    return office


def export(office: Office) -> Item:
    project = office.project(TERMINAL)
    return office.export("budgets", project, project)


def in_procore(office: Office) -> dict[tuple[str, str, str], Decimal]:
    """Original amounts by job, cost code and type, as Procore's own table has them."""
    tables = office.procore.store
    found: dict[tuple[str, str, str], Decimal] = {}
    for line in tables["budget_line_items"].live():
        code = tables["cost_codes"][line["cost_code_id"]]
        job = tables["sub_jobs"][code["sub_job_id"]]["code"] if code["sub_job_id"] else TERMINAL
        found[job, code["full_code"], tables["line_item_types"][line["line_item_type_id"]]["code"]] = line["original_budget_amount"]
    return found


def in_intacct(office: Office, workflow: str = "original") -> dict[tuple[str, str, str], Decimal]:
    """Amounts of the entries of primary estimates."""
    fields = ("PROJECTID", "TASKID", "COSTTYPEID", "AMOUNT", "PJESTIMATE.ISPRIMARY")
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in office.held("PJESTIMATEENTRY", fields, WFTYPE=workflow):
        assert row["PJESTIMATE.ISPRIMARY"] == "true"
        key: Any = (row["PROJECTID"], row["TASKID"], row["COSTTYPEID"])
        sums[key] += Decimal(str(row["AMOUNT"]))  # type: ignore[assignment]  # a Counter adds up whatever can be added
    return dict(sums)  # type: ignore[arg-type]


def test_every_amount_stands_in_the_primary_estimate_of_its_job(ready: Office) -> None:
    item = export(ready)
    assert (item.state, item.written_back, item.problems) == (State.SYNCED, True, ())
    amounts = in_intacct(ready)
    assert amounts == in_procore(ready)
    assert len(amounts) == 33
    assert amounts[BERTH, "03-200", "SUB"] == 0
    assert sum(amounts.values()) == item.amount == Decimal("24168000.00")
    estimates = {row["PROJECTID"]: row["PJESTIMATEID"] for row in ready.held("PJESTIMATE", ("PROJECTID", "PJESTIMATEID"))}
    assert estimates == {TERMINAL: "24-107-EST", HALL: "24-107-A-EST", BERTH: "24-107-B-EST"}


def test_the_budget_is_linked_by_its_project_and_shows_its_name(ready: Office) -> None:
    item = export(ready)
    pair = ready.references.by_procore("budgets", [item.project_id])[item.project_id]
    (estimate,) = ready.held("PJESTIMATE", ("PJESTIMATEID",), PROJECTID=TERMINAL)
    assert (pair.intacct_id, pair.intacct_key) == ("24-107-EST", estimate["RECORDNO"])
    assert item.project_name == "Pier 9 Terminal"
    assert ready.state.history(item.id)[-1].what == "nothing to write in Procore: it has no place for an origin id"


def test_a_budget_that_is_not_locked_is_refused(ready: Office) -> None:
    project = ready.project(TERMINAL)
    ready.procore.store["projects"].update(ready.procore.store["projects"][int(project)], {"budget_locked": False})
    assert codes(ready.send("budgets", project, project).violations) == ["BUDGET_NOT_LOCKED"]


def test_a_job_with_a_primary_estimate_keeps_it(ready: Office) -> None:
    ready.enter("PJESTIMATE", PJESTIMATEID="OLD", PROJECTID=HALL)
    project = ready.project(TERMINAL)
    (violation,) = ready.send("budgets", project, project).violations
    assert violation.code is Code.CONFLICT_IN_INTACCT
    assert violation.message.startswith("24-107-A has a primary estimate")


def test_without_the_codes_every_line_is_named(office: Office) -> None:
    for name in ("projects", "sub_jobs"):
        office.bring_and_link(name)
    project = office.project(TERMINAL)
    found = Counter(codes(office.send("budgets", project, project).violations))
    assert found == {"COST_CODE_MISSING": 33, "COST_TYPE_MISSING": 33}


def test_one_estimate_that_cannot_be_leaves_none(ready: Office) -> None:
    """Somebody else makes an estimate between preview and run."""
    project = ready.project(TERMINAL)
    sent = ready.send("budgets", project, project)
    assert sent.item is not None
    ready.enter("PJESTIMATE", PJESTIMATEID="OTHER", PROJECTID=BERTH)
    ready.approve(sent.item)
    assert ready.item(sent.item.id).state is State.FAILED
    assert [row["PJESTIMATEID"] for row in ready.held("PJESTIMATE", ("PJESTIMATEID",))] == ["OTHER"]


def test_a_second_budget_of_the_project_is_none(ready: Office) -> None:
    sent = ready.send("budgets", "4711", ready.project(TERMINAL))
    assert "MALFORMED" in codes(sent.violations)
