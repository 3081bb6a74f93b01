"""ports.Usage in memory."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

from connector.core.usage import Counted, Counts, Day, Purpose


class MemoryUsage:
    def __init__(self) -> None:
        self._counts: dict[date, Counter[tuple[Purpose, Counted]]] = {}
        self._hours: dict[date, Counter[int]] = {}

    def add(self, at: datetime, counts: Counts) -> None:
        now = at.astimezone(UTC)
        self._counts.setdefault(now.date(), Counter()).update({key: count for key, count in counts.items() if count})
        calls = sum(count for (_, counted), count in counts.items() if counted == "procore")
        self._hours.setdefault(now.date(), Counter()).update({now.hour: calls} if calls else {})

    def days(self, first: date, last: date, *, hours: bool = False) -> list[Day]:
        found = sorted(day for day in self._counts if first <= day <= last)
        return [Day(day, dict(self._counts[day]), dict(self._hours[day]) if hours else {}) for day in found]
