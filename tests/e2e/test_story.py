"""The story, as `make demo` plays it, ended with both ledgers equal to the cent."""

from __future__ import annotations

from decimal import Decimal

from sandbox.story.chapters import Story
from sandbox.story.ledgers import disagreements, documents, lines
from sandbox.story.stage import Stage
from tests.e2e.conftest import Told


def test_what_was_approved_is_in_intacct_once(told: Told) -> None:
    numbers = [document["number"] for document in documents(told.stage.intacct)]
    assert sorted(numbers) == sorted(told.story.sent)


def test_both_ledgers_agree_line_by_line(told: Told) -> None:
    found = lines(told.stage.procore, told.stage.intacct, told.story.sent)
    assert len(found) > len(told.story.sent)
    assert disagreements(found) == []
    assert sum((line.procore or Decimal(0) for line in found), Decimal(0)) > 1_000_000


def test_no_more_than_two_requests_were_in_flight(staged: Stage, told: Told) -> None:
    assert told.story.sent
    assert 1 <= staged.intacct.max_in_flight <= 2


def test_a_change_shows_in_the_comparison(told: Told) -> None:
    """The check that cannot fail is worth nothing: with one amount changed the lines disagree."""
    found = lines(told.stage.procore, told.stage.intacct, told.story.sent)
    changed = [type(found[0])(line.number, line.code, line.procore, (line.intacct or Decimal(0)) + Decimal("0.01")) for line in found[:1]]
    assert disagreements(changed + found[1:]) == changed


def test_every_history_holds(told: Told) -> None:
    story: Story = told.story
    for number in story.sent:
        answer = story.people["dana"].ask("GET", f"/items/{told.items[number]}/history", expect=200).body
        assert answer["verified"] is True
        assert [entry["what"] for entry in answer["entries"]][-1] == "origin id written to Procore"
