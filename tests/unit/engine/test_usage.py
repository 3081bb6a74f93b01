"""The report on what was asked of both systems: 31 days, 12 months, the busiest hour, the windows that are open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from connector.core.usage import Purpose, Window
from connector.engine.usage import report
from tests.doubles import MemoryUsage

NOW = datetime(2026, 11, 27, 15, 40, tzinfo=UTC)
EXPORTS, IMPORTS = Purpose.EXPORTS, Purpose.IMPORTS


def kept(*days: tuple[datetime, int]) -> MemoryUsage:
    usage = MemoryUsage()
    for at, calls in days:
        usage.add(at, {(EXPORTS, "procore"): calls, (IMPORTS, "procore"): 1, (EXPORTS, "functions"): 2})
    return usage


def test_days_and_months_newest_first_without_empty_ones() -> None:
    usage = kept((NOW, 5), (NOW - timedelta(days=30), 7), (NOW - timedelta(days=31), 8), (datetime(2025, 12, 1, tzinfo=UTC), 9))
    found = report(usage, (), NOW)
    assert [(day.first, day.of("procore")) for day in found.days] == [(date(2026, 11, 27), 6), (date(2026, 10, 28), 8)]
    months = [(month.first, month.of("procore", EXPORTS), month.of("functions")) for month in found.months]
    assert months == [(date(2026, 11, 1), 5, 2), (date(2026, 10, 1), 15, 4), (date(2025, 12, 1), 9, 2)]
    assert found.since == date(2025, 12, 1)


def test_a_month_before_the_twelve_is_not_asked_for() -> None:
    found = report(kept((datetime(2025, 11, 30, 23, tzinfo=UTC), 9)), (), NOW)
    assert (found.days, found.months, found.since, found.busiest) == ((), (), None, None)


def test_in_january_the_twelve_months_begin_in_february() -> None:
    now = datetime(2027, 1, 5, tzinfo=UTC)
    found = report(kept((datetime(2026, 2, 1, tzinfo=UTC), 1), (datetime(2026, 1, 31, tzinfo=UTC), 1)), (), now)
    assert [month.first for month in found.months] == [date(2026, 2, 1)]


def test_the_busiest_hour_is_the_latest_of_those_with_most_calls() -> None:
    hours = NOW - timedelta(hours=1), NOW - timedelta(hours=4), NOW - timedelta(days=31)
    found = report(kept((hours[0], 5), (hours[1], 5), (NOW, 3), (hours[2], 50)), (), NOW)
    assert found.busiest is not None
    assert (found.busiest.calls, found.busiest.begins) == (6, datetime(2026, 11, 27, 14, tzinfo=UTC))


def test_windows_that_are_over_tell_nothing() -> None:
    spike, hour = Window(25, 20, NOW), Window(3600, 3188, NOW + timedelta(minutes=20))
    longer = Window(4000, 10, NOW + timedelta(minutes=1))
    assert report(MemoryUsage(), [spike, hour, longer], NOW).windows == (longer, hour)
