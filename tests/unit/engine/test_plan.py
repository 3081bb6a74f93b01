from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from connector.core.item import Item, State, step
from connector.engine.plan import WAVE, ranks, start_run, start_wave, waves
from tests.doubles.clock import START
from tests.unit.engine.stage import ITEM, NEED, Stage

RANKS = {"projects": 0, "vendors": 0, "commitments": 1, "invoices": 2}
KEYS = [f"{name}:{number}" for name in RANKS for number in range(6)]


def items(keys: Sequence[str]) -> dict[str, Item]:
    return {key: Item(id=key, company="1", object=key.partition(":")[0], procore_id="1", state=State.APPROVED, since=START) for key in keys}


def planned(keys: Sequence[str], needs: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return waves(items(keys), needs, RANKS)


@st.composite
def without_circles(draw: st.DrawFn) -> tuple[list[str], dict[str, list[str]]]:
    """Items and what each needs: of those drawn before it, and of some that are not in the run."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True))
    return keys, {
        key: draw(st.lists(st.sampled_from([*keys[:place], "vendors:99"]), max_size=3, unique=True)) for place, key in enumerate(keys)
    }


@st.composite
def with_circles(draw: st.DrawFn) -> tuple[list[str], dict[str, list[str]]]:
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1))
    return keys, {key: draw(st.lists(st.sampled_from(keys), max_size=3, unique=True)) for key in keys}


@given(without_circles())
def test_everything_comes_after_what_it_needs(case: tuple[list[str], dict[str, list[str]]]) -> None:
    keys, needs = case
    place = {key: number for number, wave in enumerate(planned(keys, needs)) for key in wave}
    assert all(place[need] < place[key] for key in keys for need in needs[key] if need in place)


@given(without_circles() | with_circles())
def test_nothing_is_lost_and_nothing_goes_twice(case: tuple[list[str], dict[str, list[str]]]) -> None:
    keys, needs = case
    made = planned(keys, needs)
    assert sorted(key for wave in made for key in wave) == sorted(keys)
    assert all(made)


@given(without_circles(), st.randoms(use_true_random=False))
def test_the_same_items_give_the_same_plan_in_whatever_order_they_come(
    case: tuple[list[str], dict[str, list[str]]], chance: Random
) -> None:
    keys, needs = case
    shuffled = list(keys)
    chance.shuffle(shuffled)
    assert planned(shuffled, {key: needs[key][::-1] for key in shuffled}) == planned(keys, needs)


@given(without_circles())
def test_no_item_waits_longer_than_it_must(case: tuple[list[str], dict[str, list[str]]]) -> None:
    keys, needs = case
    made = planned(keys, needs)
    for before, wave in pairwise(made):
        assert all(set(needs[key]) & set(before) for key in wave)


def test_within_a_wave_the_order_of_the_feature_map_holds() -> None:
    assert planned(["invoices:1", "commitments:1", "vendors:2", "vendors:1", "gadgets:1"], {}) == (
        ("vendors:1", "vendors:2", "commitments:1", "invoices:1", "gadgets:1"),
    )


def test_a_large_wave_is_cut_and_keeps_its_order() -> None:
    keys = [f"vendors:{number:05}" for number in range(2 * WAVE + 1)]
    made = planned(keys, {"commitments:1": []})
    assert [len(wave) for wave in made] == [WAVE, WAVE, 1]
    assert [key for wave in made for key in wave] == keys


def test_a_circle_goes_last_rather_than_never() -> None:
    made = planned(["vendors:1", "vendors:2", "commitments:1"], {"vendors:1": ["vendors:2"], "vendors:2": ["vendors:1"]})
    assert made[0] == ("commitments:1",)


def test_rooms_are_ranked_by_what_they_declare_to_need() -> None:
    assert ranks(Stage().world) == {"guilds": 0, "makers": 1, "codes": 0, "widgets": 2}


def test_starting_twice_starts_once() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    assert start_run(stage.world, [ITEM], by="Dana") == start_run(stage.world, [ITEM, ITEM], by="Priya")
    assert len(stage.workflows) == 1
    run = stage.state.get_run(next(iter(stage.workflows.started)).removesuffix("-w1"))
    assert run is not None
    assert (run.started_by, run.version) == ("Dana", 0)


def test_another_version_of_an_item_is_another_run() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    first = start_run(stage.world, [ITEM], by="Dana")
    stage.edit(number="W-2")
    stage.sent()
    assert start_run(stage.world, [ITEM], by="Dana") != first


def test_a_run_that_was_planned_but_never_started_starts_when_it_is_asked_for_again() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    start_run(stage.world, [ITEM], by="Dana")
    stage.workflows.started.clear()
    start_run(stage.world, [ITEM], by="Dana")
    assert len(stage.workflows) == 1


def test_a_wave_is_started_with_its_own_items() -> None:
    stage = Stage()
    stage.sent()
    run = stage.state.get_run(start_run(stage.world, [ITEM, NEED], by="Dana"))
    assert run is not None
    start_wave(stage.world, run, 2)
    assert stage.workflows.started == {f"{run.id}-w1": (NEED,), f"{run.id}-w2": (ITEM,)}


def test_records_of_a_series_go_one_after_the_other() -> None:
    stage = Stage()
    for number, place in (("7", 2), ("8", 1), ("9", 0)):
        item, entry = step(
            Item(id=f"widgets:{number}", company="1", object="widgets", procore_id=number, state=State.DRAFT, since=START),
            "approved",
            who="test",
            at=START,
            state=State.APPROVED,
            series="" if number == "9" else "invoices of 4",
            place=place,
        )
        stage.state.save(item, entry)
    run = stage.state.get_run(start_run(stage.world, ["widgets:7", "widgets:8", "widgets:9"], by="test"))
    assert run is not None
    assert run.waves == (("widgets:8", "widgets:9"), ("widgets:7",))
