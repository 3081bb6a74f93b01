"""What every operation works on: rows, clock, settings, files and the events that webhooks tell of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.procore.files import Files
from sandbox.procore.settings import Clock, Settings
from sandbox.procore.store import COMPANY_ID, Row, Store

_ASKED_AT: ContextVar[str] = ContextVar("asked_at")
"""The address by which the request came that this thread answers."""


@dataclass(frozen=True)
class Caller:
    """Who calls: an application, for a person or (``service``) for its own service account."""

    application: str
    user: Row
    service: bool

    @property
    def admin(self) -> bool:
        return self.service or bool(self.user["company_admin"])


@dataclass(frozen=True)
class Event:
    """A change that a webhook can tell of; ``project_id`` None for records of the company."""

    resource: str
    reason: str
    resource_id: int
    project_id: int | None
    user_id: int
    application: str
    at: datetime
    related: tuple[tuple[int, str], ...] = ()


@dataclass
class World:
    """One company's Procore. Whoever reads or changes rows holds ``lock``. ``served_at`` is its address, empty where no server is."""

    clock: Clock
    settings: Settings
    served_at: str = ""
    store: Store = field(default_factory=Store)
    files: Files = field(default_factory=Files)
    lock: threading.RLock = field(default_factory=threading.RLock)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address as whoever asks knows it."""
        return _ASKED_AT.get(self.served_at)

    @contextmanager
    def asked_at(self, url: str) -> Iterator[None]:
        before = _ASKED_AT.set(url)
        try:
            yield
        finally:
            _ASKED_AT.reset(before)

    def now(self) -> datetime:
        """The clock's moment, to the second: what rows are stamped with."""
        return self.clock().replace(microsecond=0)

    def row(self, table: str, row_id: int | None) -> Row | None:
        """The live row with this id; None for no id, no row, or a deleted one."""
        row = self.store[table].get(row_id) if row_id is not None else None
        return row if row is not None and row.get("deleted_at") is None else None

    @property
    def company(self) -> Row:
        return self.store["companies"][COMPANY_ID]

    def sees(self, caller: Caller, project_id: int) -> bool:
        """Whether the caller may know of the project."""
        if caller.service:
            permitted = self.settings.permitted_projects
            return permitted is None or project_id in permitted
        return caller.admin or project_id in caller.user["project_ids"]

    def publish(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)

    def reference(self, table: str, row_id: int | None, *names: str) -> dict[str, Any] | None:
        """A short object of another row, ``{"id", *names}``; None when there is none."""
        row = self.store[table].get(row_id) if row_id is not None else None
        return None if row is None else {"id": row["id"], **{name: row[name] for name in names}}
