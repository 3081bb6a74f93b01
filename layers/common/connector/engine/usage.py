"""How much was asked of both systems: 31 days, 12 months, the busiest hour, and Procore's windows as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final

from connector.core.usage import Day, Hour, Report, Stretch, Window, together
from connector.ports import Usage

DAYS: Final = 31
MONTHS: Final = 12


def report(kept: Usage, windows: Sequence[Window], now: datetime) -> Report:
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=DAYS - 1)
    recent = kept.days(first, today, hours=True)
    days = [*kept.days(_months_before(today), first - timedelta(days=1)), *recent]
    months = (tuple(Stretch(day.day, day.counts) for day in of) for _, of in groupby(days, key=lambda day: day.day.replace(day=1)))
    return Report(
        days=tuple(Stretch(day.day, day.counts) for day in reversed(recent)),
        months=tuple(reversed([together(month, month[0].first.replace(day=1)) for month in months])),
        since=days[0].day if days else None,
        busiest=_busiest(recent),
        windows=tuple(sorted((each for each in windows if each.reset > now), key=lambda each: -each.limit)),
    )


def _months_before(today: date) -> date:
    """The first day of the first month."""
    number = today.year * 12 + today.month - MONTHS
    return date(number // 12, number % 12 + 1, 1)


def _busiest(days: Sequence[Day]) -> Hour | None:
    """The latest of those in which Procore was called most."""
    hours = (
        Hour(begins=datetime(day.day.year, day.day.month, day.day.day, hour, tzinfo=UTC), calls=calls)
        for day in days
        for hour, calls in day.hours.items()
    )
    return max(hours, key=lambda hour: (hour.calls, hour.begins), default=None)
