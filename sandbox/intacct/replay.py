"""The memory behind ``uniqueid``: which function control ids were executed and completed (web-services/requests)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.intacct.settings import Settings


@dataclass(frozen=True)
class Completed:
    at: datetime
    payload: str


class CompletedControls:
    """Control ids of functions that succeeded, each with the answer it got."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._completed: dict[str, Completed] = {}

    def find(self, control_id: str) -> Completed | None:
        found = self._completed.get(control_id)
        minutes = self._settings.replay_minutes
        if found is not None and minutes is not None and self._clock() - found.at > timedelta(minutes=minutes):
            return None
        return found

    def remember(self, control_id: str, payload: str) -> None:
        self._completed[control_id] = Completed(self._clock(), payload)
