from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connector.core.errors import Code, Violation
from connector.core.item import SENDABLE, HistoryEntry, Item, Problem, State, first_break, step

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def drafted() -> Item:
    return Item(id="widgets:7", company="1", object="widgets", procore_id="7", state=State.DRAFT, since=NOON)


def chain(length: int) -> tuple[Item, list[HistoryEntry]]:
    item, entries = drafted(), []
    for number in range(length):
        item, entry = step(item, f"step {number}", who="Ana", at=NOON + timedelta(minutes=number), detail={"n": str(number)})
        entries.append(entry)
    return item, entries


def broken(item: Item, entries: list[HistoryEntry]) -> int | None:
    return first_break(entries, head=item.history_head, count=item.history_count)


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_chain_as_it_was_written_holds(length: int) -> None:
    assert broken(*chain(length)) is None


@pytest.mark.parametrize(
    "edit",
    [
        {"who": "Mallory"},
        {"what": "approved"},
        {"at": NOON},
        {"detail": {}},
        {"detail": {"n": "2", "more": "x"}},
        {"item": "widgets:8"},
        {"number": 7},
        {"before": ""},
        {"hash": "0" * 64},
    ],
)
def test_an_edit_of_any_field_breaks_the_chain_there(edit: dict[str, Any]) -> None:
    item, entries = chain(5)
    entries[2] = entries[2].model_copy(update=edit)
    assert broken(item, entries) == 3


def test_an_edit_sealed_anew_breaks_the_chain_behind_it() -> None:
    item, entries = chain(5)
    entries[2] = entries[2].model_copy(update={"who": "Mallory"}).sealed()
    assert broken(item, entries) == 4


def test_a_last_entry_sealed_anew_does_not_fit_the_item() -> None:
    item, entries = chain(5)
    entries[4] = entries[4].model_copy(update={"who": "Mallory"}).sealed()
    assert broken(item, entries) == 6


def test_a_whole_chain_forged_does_not_fit_the_item() -> None:
    item, _ = chain(3)
    other, forged = chain(3)
    forged[0] = forged[0].model_copy(update={"who": "Mallory"}).sealed()
    for number in (1, 2):
        forged[number] = forged[number].model_copy(update={"before": forged[number - 1].hash}).sealed()
    assert first_break(forged, head=forged[-1].hash, count=3) is None
    assert broken(item, forged) == 4
    assert broken(other, forged) == 4


@given(st.integers(2, 8).flatmap(lambda length: st.tuples(st.just(length), st.integers(0, length - 1))))
def test_an_entry_removed_breaks_the_chain(case: tuple[int, int]) -> None:
    length, place = case
    item, entries = chain(length)
    del entries[place]
    assert broken(item, entries) == place + 1


@given(st.integers(1, 8).flatmap(lambda length: st.permutations(list(range(length)))))
def test_a_reordered_chain_breaks_at_the_first_stranger(order: list[int]) -> None:
    item, entries = chain(len(order))
    first = next((place + 1 for place, number in enumerate(order) if place != number), None)
    assert broken(item, [entries[number] for number in order]) == first


def test_an_entry_repeated_or_added_breaks_the_chain() -> None:
    item, entries = chain(3)
    assert broken(item, [*entries, entries[2]]) == 4
    _, foreign = step(item, "slipped in", who="Mallory", at=NOON)
    assert broken(item, [*entries, foreign]) == 5


def test_a_step_changes_the_item_and_says_so() -> None:
    before = drafted()
    after, entry = step(before, "sent", who="Ana", at=NOON + timedelta(hours=1), state=State.WAITING, title="Piles")
    assert (after.version, after.state, after.title) == (1, State.WAITING, "Piles")
    assert (after.history_count, after.history_head) == (1, entry.hash)
    assert (entry.number, entry.before, entry.what, entry.item) == (1, "", "sent", "widgets:7")
    assert entry.hash == entry.digest()
    assert before.version == 0


def test_the_time_on_a_shelf_counts_from_the_change_of_state() -> None:
    later = NOON + timedelta(hours=1)
    waiting, _ = step(drafted(), "sent", who="Ana", at=later, state=State.WAITING)
    assert waiting.since == later
    still, _ = step(waiting, "looked at", who="Ana", at=later + timedelta(hours=1), title="Piles")
    assert still.since == later
    same, _ = step(waiting, "again", who="Ana", at=later + timedelta(hours=1), state=State.WAITING)
    assert same.since == later


@pytest.mark.parametrize(
    ("changes", "shelf"),
    [
        ({"state": State.WAITING}, "waiting"),
        ({"state": State.BLOCKED, "waits_for": "vendors:9"}, "blocked"),
        ({"state": State.BLOCKED}, "blocked"),
        ({"state": State.SYNCED}, "synced:not-written-back"),
        ({"state": State.SYNCED, "written_back": True}, "synced"),
        ({"state": State.RETRIEVED, "mark_left": "unlinked/x"}, "retrieved:mark-left"),
        ({"state": State.RETRIEVED}, "retrieved"),
        ({"state": State.WAITING, "mark_left": "unlinked/x"}, "waiting"),
    ],
)
def test_an_item_stands_where_a_sweep_finds_what_is_left_to_do(changes: dict[str, Any], shelf: str) -> None:
    assert drafted().model_copy(update=changes).shelf == shelf


def test_every_way_out_leads_back_to_waiting() -> None:
    on_its_way = {State.WAITING, State.APPROVED, State.EXPORTING, State.SYNCED}
    of_imports = {State.STAGED, State.IMPORTED, State.LINKED, State.ARCHIVED, State.INVALID}
    assert set(State) - on_its_way - of_imports == SENDABLE


def test_a_kept_problem_is_the_violation_it_was() -> None:
    violation = Violation(code=Code.PERIOD_CLOSED, field="day", message="June is closed.", their_words="BL01")
    assert Problem.of(violation).violation() == violation


def test_a_kept_value_refuses_what_it_does_not_know_and_times_without_a_zone() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Item.model_validate(drafted().model_dump() | {"colour": "red"})
    with pytest.raises(ValidationError, match="timezone"):
        Item.model_validate(drafted().model_dump() | {"since": datetime(2026, 6, 1)})  # noqa: DTZ001 -- what is refused


def test_an_item_comes_back_whole_from_its_json() -> None:
    item, _ = chain(2)
    assert Item.model_validate_json(item.model_dump_json()) == item
