"""How far it is known that what was exported still stands so: what the watch has kept, and no more than that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.core.item import Item, State
from connector.engine.board import WATCHED, Board
from connector.engine.compared import compared
from connector.engine.drift_watch import BOOK, EMPTY, Book
from connector.engine.walk import Ground
from connector.engine.window import Mark
from tests.unit.engine.stage import Stage

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ITEM = Item(id="commitments:1", company="1", object="commitments", state=State.SYNCED, since=NOON)
LEFT = Ground(object="commitments", project_id="1", within="", ids=("1",))


def watched(stage: Stage, *, heard: datetime | None = None, book: Book = EMPTY) -> datetime | None:
    if heard is not None:
        stage.world.state.move_watermarks({WATCHED: ("", str(Mark(read=heard - 5 * HOUR, heard=heard, offset=0)))})
    stage.world.payloads.put(BOOK, book.model_dump_json())
    return compared(stage.world, Board(stage.world)).at(ITEM)


def walked(begun: datetime, **more: object) -> Book:
    return EMPTY.model_copy(update={"begun": begun, **more})


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_before_anybody_has_watched_it_is_known_of_the_read_back(stage: Stage) -> None:
    assert compared(stage.world, Board(stage.world)).at(ITEM) == NOON


def test_the_side_that_was_watched_longer_ago_says_when(stage: Stage) -> None:
    assert watched(stage, heard=NOON + 9 * HOUR, book=walked(NOON + 2 * HOUR)) == NOON + 2 * HOUR


def test_intacct_may_be_that_side(stage: Stage) -> None:
    assert watched(stage, heard=NOON + HOUR, book=walked(NOON + 2 * HOUR)) == NOON + HOUR


def test_a_walk_that_goes_on_counts_as_of_the_one_before(stage: Stage) -> None:
    book = walked(NOON + 9 * HOUR, since=NOON + HOUR, left=(LEFT,))
    assert watched(stage, heard=NOON + 9 * HOUR, book=book) == NOON + HOUR


def test_of_a_first_walk_that_goes_on_nothing_is_known(stage: Stage) -> None:
    assert watched(stage, heard=NOON + 9 * HOUR, book=walked(NOON + 9 * HOUR, left=(LEFT,))) == NOON


def test_one_side_alone_says_nothing(stage: Stage) -> None:
    assert watched(stage, heard=NOON + 9 * HOUR) == NOON


def test_what_was_read_back_later_is_known_of_then(stage: Stage) -> None:
    assert watched(stage, heard=NOON - HOUR, book=walked(NOON - HOUR)) == NOON


def test_of_what_may_have_changed_since_nothing_is_said(stage: Stage) -> None:
    assert watched(stage, heard=NOON + HOUR, book=walked(NOON + HOUR, suspects={"commitments:1": "intacct"})) is None
