"""ports.Leases, ports.Slots and ports.RateMemory in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import RLock

from connector.core.errors import Code, RetryLater
from connector.core.usage import Window
from connector.ports import Clock
from tests.doubles.clock import ManualClock


class MemoryLeases:
    """``name in leases`` says whether somebody holds it now."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or ManualClock()
        self._lock = RLock()
        self._held: dict[str, tuple[str, datetime]] = {}

    def __len__(self) -> int:
        return sum(name in self for name in list(self._held))

    def __contains__(self, name: str) -> bool:
        return name in self._held and self._held[name][1] > self._clock.now()

    def acquire(self, name: str, *, holder: str, seconds: float) -> bool:
        with self._lock:
            if name in self and self._held[name][0] != holder:
                return False
            self._held[name] = holder, self._clock.now() + timedelta(seconds=seconds)
            return True

    def release(self, name: str, *, holder: str) -> None:
        with self._lock:
            if name in self._held and self._held[name][0] == holder:
                del self._held[name]


class MemorySlots:
    """``peak`` is the most slots of one company that were ever in use at once; ``len(slots)`` how many are now."""

    def __init__(self, clock: Clock | None = None, *, limit: int = 2, patience: float = 20) -> None:
        self._clock = clock or ManualClock()
        self._lock = RLock()
        self._in_use: dict[str, int] = {}
        self._limit, self._patience = limit, patience
        self.peak = 0

    def __len__(self) -> int:
        return sum(self._in_use.values())

    @contextmanager
    def slot(self, company: str) -> Iterator[None]:
        give_up = self._clock.now() + timedelta(seconds=self._patience)
        while not self._taken(company):
            if self._clock.now() >= give_up:
                raise RetryLater(Code.RATE_LIMITED, f"All {self._limit} connections to Intacct are in use.", seconds=5)
            self._clock.sleep(0.05)
        try:
            yield
        finally:
            with self._lock:
                self._in_use[company] -= 1

    def _taken(self, company: str) -> bool:
        with self._lock:
            in_use = self._in_use.get(company, 0)
            if in_use >= self._limit:
                return False
            self._in_use[company] = in_use + 1
            self.peak = max(self.peak, in_use + 1)
            return True


class MemoryRates:
    """Holds back the last twentieth of a window, at least one call; a key's windows are told apart by their limit."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or ManualClock()
        self._windows: dict[str, dict[int, tuple[int, datetime]]] = {}
        self._refused: dict[str, datetime] = {}

    def wait_needed(self, key: str) -> float:
        windows = self._windows.get(key, {}).items()
        closed = [reset for limit, (remaining, reset) in windows if remaining <= max(1, limit // 20)]
        if key in self._refused:
            closed.append(self._refused[key])
        return max([0.0, *((until - self._clock.now()).total_seconds() for until in closed)])

    def saw(self, key: str, *, limit: int, remaining: int, reset: datetime) -> None:
        windows = self._windows.setdefault(key, {})
        _, _, windows[limit] = max((at, -left, (left, at)) for left, at in [(remaining, reset), windows.get(limit, (remaining, reset))])

    def refused(self, key: str, *, until: datetime) -> None:
        self._refused[key] = max(until, self._refused.get(key, until))

    def windows(self, key: str) -> list[Window]:
        return [Window(limit, remaining, reset) for limit, (remaining, reset) in self._windows.get(key, {}).items()]
