"""API sessions: bound to one entity, kept alive by use, ended by the clock or by order."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox.intacct.settings import Settings


@dataclass(frozen=True)
class Session:
    """``entity`` is the location id of an entity, or nothing at the top level. Times are aware."""

    id: str
    entity: str
    stamp: datetime
    timeout: datetime


class Sessions:
    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._open: dict[str, Session] = {}

    def open(self, entity: str) -> Session:
        """A new session in this entity."""
        now = self._clock()
        return self._keep(Session(f"{secrets.token_urlsafe(30)}..", entity, now, now))

    def touch(self, name: str) -> Session | None:
        """The session of this id with its timeout moved on; None when it is unknown or has ended."""
        session = self._open.get(name)
        if session is None:
            return None
        if session.timeout <= self._clock():
            del self._open[name]
            return None
        return self._keep(session)

    def unsaved(self, entity: str) -> Session:
        """What a request that brings a login works in: nobody can come back to it."""
        session = self.open(entity)
        del self._open[session.id]
        return session

    def expire_all(self) -> int:
        """End every session now; returns how many."""
        count = len(self._open)
        self._open.clear()
        return count

    def _keep(self, session: Session) -> Session:
        now = self._clock()
        kept = replace(session, stamp=now, timeout=now + timedelta(minutes=self._settings.session_minutes))
        self._open[kept.id] = kept
        return kept
