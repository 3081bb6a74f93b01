"""A clock that runs faster than the real one, for everything of the soak alike: both simulators, the engine and the adapters."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Final

from tests.doubles.clock import START, ManualClock

TIMES: Final = 60
"""An hour of Procore's limits is a minute of the soak."""


class FastClock(ManualClock):
    """Time passes by itself; who sleeps, or moves the clock, waits his share of it."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.monotonic() - self._began) * TIMES)

    def sleep(self, seconds: float) -> None:
        self.move(seconds)

    def move(self, seconds: float) -> None:
        time.sleep(seconds / TIMES)
