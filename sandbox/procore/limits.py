"""The two request limits: an hour's and a spike's of ten seconds ("Rate Limiting" [D]).

A window opens with its first request and holds for its length. Every answer carries the headers of the window that is
likelier to run out first. A refused request (429) does not count; other failures do [N].
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from http import HTTPStatus

from sandbox.procore.errors import ApiError
from sandbox.procore.settings import Clock, Settings

HOUR = 3600.0
SPIKE = 10.0


@dataclass
class _Window:
    ends: float = 0.0
    used: int = 0


@dataclass
class Limits:
    """Counts per key: an application and its user in one company."""

    clock: Clock
    settings: Settings
    _windows: dict[Hashable, tuple[_Window, _Window]] = field(default_factory=dict)

    def charge(self, key: Hashable) -> dict[str, str]:
        """Count one request; the headers for its answer.

        Raises:
            ApiError: 429 with the same headers and ``Retry-After``.
        """
        now = self.clock().timestamp()
        hourly, spike = self._windows.setdefault(key, (_Window(), _Window()))
        for window, length in ((hourly, HOUR), (spike, SPIKE)):
            if now >= window.ends:
                window.ends, window.used = now + length, 0
        left = {
            "hourly": self.settings.hourly_limit - hourly.used,
            "spike": self.settings.spike_limit - spike.used,
        }
        tighter = "hourly" if left["hourly"] < left["spike"] else "spike"
        window, limit = (hourly, self.settings.hourly_limit) if tighter == "hourly" else (spike, self.settings.spike_limit)
        refused = left[tighter] <= 0
        if not refused:
            hourly.used += 1
            spike.used += 1
        headers = {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(max(0, left[tighter] - 1)),
            "X-Rate-Limit-Reset": str(math.ceil(window.ends)),
        }
        if refused:
            wait = {"Retry-After": str(max(1, math.ceil(window.ends - now)))}
            message = "You have surpassed the max number of requests"
            raise ApiError(HTTPStatus.TOO_MANY_REQUESTS, message, headers=headers | wait)
        return headers
