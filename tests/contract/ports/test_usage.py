"""How much was asked of both systems: added up by day and hour, whoever adds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone

from connector.core.usage import Counts, Day, Purpose
from tests.contract.ports.conftest import World
from tests.doubles.clock import START

TODAY = START.date()
EXPORTS, WATCH = Purpose.EXPORTS, Purpose.WATCH


def test_what_is_added_is_added_up_by_day_purpose_and_kind(world: World) -> None:
    world.usage.add(START, {(EXPORTS, "procore"): 4, (EXPORTS, "intacct"): 2, (EXPORTS, "functions"): 3})
    world.usage.add(START + timedelta(minutes=61), {(EXPORTS, "procore"): 1, (WATCH, "procore"): 2, (WATCH, "functions"): 0})
    world.usage.add(START - timedelta(days=1), {(WATCH, "intacct"): 1})

    before, now = world.usage.days(TODAY - timedelta(days=1), TODAY, hours=True)
    assert before == Day(TODAY - timedelta(days=1), {(WATCH, "intacct"): 1}, {})
    counts: Counts = {(EXPORTS, "procore"): 5, (EXPORTS, "intacct"): 2, (EXPORTS, "functions"): 3, (WATCH, "procore"): 2}
    assert now == Day(TODAY, counts, {START.hour: 4, START.hour + 1: 3})
    assert world.usage.days(TODAY, TODAY) == [Day(TODAY, counts)]


def test_days_are_those_asked_for_in_order(world: World) -> None:
    assert world.usage.days(date(2020, 1, 1), TODAY) == []
    for back in (3, 0, 2, 5):
        world.usage.add(START - timedelta(days=back), {(EXPORTS, "procore"): back + 1})
    found = world.usage.days(TODAY - timedelta(days=3), TODAY - timedelta(days=1))
    assert [(TODAY - day.day).days for day in found] == [3, 2]


def test_a_day_is_one_of_utc(world: World) -> None:
    late = datetime(2026, 6, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    world.usage.add(late, {(EXPORTS, "procore"): 1})
    assert world.usage.days(date(2026, 6, 2), date(2026, 6, 2), hours=True) == [Day(date(2026, 6, 2), {(EXPORTS, "procore"): 1}, {4: 1})]


def test_nobody_is_lost_who_adds_at_the_same_moment(world: World) -> None:
    with ThreadPoolExecutor(8) as workers:
        for _ in range(40):
            workers.submit(world.usage.add, START, {(EXPORTS, "procore"): 1})
    (day,) = world.usage.days(TODAY, TODAY, hours=True)
    assert (day.counts, day.hours) == ({(EXPORTS, "procore"): 40}, {START.hour: 40})
