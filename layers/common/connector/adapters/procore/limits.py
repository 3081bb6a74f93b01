"""Procore's two limits, an hour and ten seconds, kept by all workers together.

Every answer says in ``X-Rate-Limit-Limit``, ``-Remaining`` and ``-Reset`` (Unix seconds) how the nearer of the two
windows stands, whoever used it up; windows are told apart by their limit. A worker stops short of the end of a window,
because other workers' calls may be on the way, and it stops too where the memory that all share says so.

Source: procore/documentation, ``plan_your_app/rate_limiting.md`` and ``api_essentials/error_reference.md`` [D].
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random, SystemRandom
from typing import Final

from connector.core.errors import Code, RetryLater
from connector.core.usage import Window
from connector.ports import Clock, RateMemory

RANDOM: Final = SystemRandom()
"""For jitter, so that workers who waited for the same moment do not all call at it."""

_LONGEST_WINDOW: Final = timedelta(hours=1)
_SPIKE_WINDOW: Final = timedelta(seconds=10)
_SMALL_LIMIT: Final = 100
_TOO_MANY_REQUESTS: Final = 429
_UNAVAILABLE: Final = 503


def _used_up(window: Window) -> bool:
    """A twentieth of the hour's calls is left over; of a short window a fifth, since one moment's calls of all
    workers weigh more there, and it is the hour that bounds the work."""
    return window.remaining <= window.limit // (5 if window.limit <= _SMALL_LIMIT else 20)


class Pacer:
    """Says when the next call may go. One for each worker and ``key`` (whose allowance it is); safe among threads."""

    def __init__(self, rate: RateMemory, key: str, clock: Clock, chance: Random = RANDOM) -> None:
        self._rate, self._key, self._clock, self._chance = rate, key, clock, chance
        self._lock = threading.Lock()
        self._windows: dict[int, Window] = {}
        self._closed_until = datetime.min.replace(tzinfo=UTC)

    def wait_turn(self, patience: float) -> float:
        """Wait until a call may be made, and count it. Returns the seconds waited.

        Raises:
            RetryLater: that would take longer than ``patience`` seconds.
        """
        waited = 0.0
        while (wait := self.wait_needed()) > 0:
            if waited + wait > patience:
                raise RetryLater(Code.RATE_LIMITED, "Procore's limit of calls is used up.", seconds=wait)
            pause = wait + self._chance.uniform(0.05, 1.0)
            self._clock.sleep(pause)
            waited += pause
        with self._lock:
            self._windows = {limit: Window(limit, window.remaining - 1, window.reset) for limit, window in self._windows.items()}
        return waited

    def saw(self, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer; after a refusal for its number, or one that names a time, nobody calls before then."""
        now = self._clock.now()
        window = _window(headers, now)
        closed_until = _asked_to_wait(status, headers, window, now)
        with self._lock:
            if window is not None:
                self._windows[window.limit] = window
            if closed_until is not None:
                self._closed_until = max(self._closed_until, closed_until)
        if closed_until is not None:
            self._rate.refused(self._key, until=closed_until)
        elif window is not None:
            self._rate.saw(self._key, limit=window.limit, remaining=window.remaining, reset=window.reset)

    def windows(self) -> list[Window]:
        """Of this allowance, as all workers last heard of them."""
        return self._rate.windows(self._key)

    def wait_needed(self) -> float:
        """Seconds until a call may go; 0 when now."""
        now = self._clock.now()
        with self._lock:
            until = [window.reset for window in self._windows.values() if _used_up(window)]
            until.append(self._closed_until)
        own = max((moment - now).total_seconds() for moment in until)
        return max(0.0, own, self._rate.wait_needed(self._key))


def _window(headers: Mapping[str, str], now: datetime) -> Window | None:
    limit, remaining, reset = (_whole_number(headers.get(f"X-Rate-Limit-{name}")) for name in ("Limit", "Remaining", "Reset"))
    if limit is None or remaining is None or reset is None:
        return None
    return Window(limit, remaining, _believable(reset, now))


def _asked_to_wait(status: int, headers: Mapping[str, str], window: Window | None, now: datetime) -> datetime | None:
    """The later of ``Retry-After`` and the reset; a 429 without either stands for the short window."""
    after = _retry_after(headers.get("Retry-After"), now)
    if status == _TOO_MANY_REQUESTS:
        named = [moment for moment in (after, window.reset if window else None) if moment is not None]
        return max(named, default=now + _SPIKE_WINDOW)
    return after if status == _UNAVAILABLE else None


def _retry_after(value: str | None, now: datetime) -> datetime | None:
    """Seconds, or the date that HTTP also allows."""
    seconds = _whole_number(value)
    if seconds is not None:
        return min(now + timedelta(seconds=min(seconds, 86_400)), now + _LONGEST_WINDOW)
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now + _LONGEST_WINDOW)


def _believable(unix_seconds: int, now: datetime) -> datetime:
    """No window is longer than an hour, whatever two clocks make of it."""
    furthest = now + _LONGEST_WINDOW
    return furthest if unix_seconds > furthest.timestamp() else datetime.fromtimestamp(unix_seconds, UTC)


def _whole_number(value: str | None) -> int | None:
    text = (value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None  # noqa: PLR2004
