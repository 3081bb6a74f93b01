"""The story, as `make demo` plays it, ended with both ledgers equal to the cent."""

from __future__ import annotations

from decimal import Decimal

from sandbox.story.chapters import Story
from sandbox.story.ledgers import COLUMNS, CONTRACT, compare, disagreements, documents
from sandbox.story.stage import Stage
from tests.e2e.conftest import Told

FIGURES = ("budget", "committed", "invoiced", "retainage", "paid")


def test_what_was_approved_is_in_intacct_once(told: Told) -> None:
    numbers = [document["number"] for document in documents(told.stage.intacct)]
    assert sorted(numbers) == sorted(told.story.sent)


def test_both_ledgers_agree_on_every_code_of_every_job(told: Told) -> None:
    found = compare(told.stage.procore, told.stage.intacct)
    assert disagreements(found) == []
    for job in ("24-107", "25-031", "26-012"):
        columns = {name for row in found if row.code.job == job for name in row.columns}
        assert columns == {*COLUMNS, CONTRACT}


def test_the_connectors_own_reconciliation_has_the_same_figures_and_names_no_difference(told: Told) -> None:
    oracle = {
        (row.code.sub_job or row.code.job, row.code.cost_code, row.code.cost_type, name): (row.procore[name], row.intacct[name])
        for row in compare(told.stage.procore, told.stage.intacct)
        for name in FIGURES
        if row.procore.get(name) or row.intacct.get(name)
    }
    jobs = told.story.reconciled()
    alex = told.story.people["alex"]
    codes = [code for job in jobs for code in alex.ask("GET", f"/jobs/{job['project_id']}", expect=200).body["codes"]]
    held = {
        (code["job"], code["cost_code"], code["cost_type"], each["figure"]): (Decimal(each["procore"]), Decimal(each["intacct"]))
        for code in codes
        for each in code["figures"]
        if Decimal(each["procore"] or 0) or Decimal(each["intacct"] or 0)
    }
    assert held == oracle
    assert {(job["differences"], job["offset"], job["unexplained"]) for job in jobs} == {(0, 0, "0.00")}


def test_no_more_than_two_requests_were_in_flight(staged: Stage, told: Told) -> None:
    assert told.story.sent
    assert 1 <= staged.intacct.max_in_flight <= 2


def test_every_history_holds(told: Told) -> None:
    story: Story = told.story
    for number in story.sent:
        answer = story.people["dana"].ask("GET", f"/items/{told.items[number]}/history", expect=200).body
        assert answer["verified"] is True
        assert [entry["what"] for entry in answer["entries"]][-1] == "origin id written to Procore"
