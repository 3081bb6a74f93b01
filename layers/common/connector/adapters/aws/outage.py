"""ports.Watch over the state table: the first process that gets no answer writes since when, the first that gets one takes it away.

A process that hears an answer cannot know what others have written, so it looks, at most every half minute. What is kept here is a word on
a page: that it cannot be written stops no work.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from connector.core.errors import ConnectorError
from connector.core.outage import System, away
from connector.ports import Clock, SyncState

LOOK: Final = timedelta(seconds=30)


class KeptOutage:
    def __init__(self, state: SyncState, clock: Clock, system: System) -> None:
        self._state, self._clock, self._name = state, clock, away(system)
        self._said = False
        self._looked: datetime | None = None

    def away(self) -> None:
        if self._said:
            return
        with suppress(ConnectorError):
            self._state.move_watermarks({self._name: ("", self._clock.now().isoformat())})
            self._said = True

    def answered(self) -> None:
        now = self._clock.now()
        if not self._said and self._looked is not None and now - self._looked < LOOK:
            return
        with suppress(ConnectorError):
            held = self._state.watermarks([self._name]).get(self._name, "")
            if held:
                self._state.move_watermarks({self._name: (held, "")})
            self._said, self._looked = False, now
