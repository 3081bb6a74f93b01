"""Where a function runs: the tenant it changes, the session it is in, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.intacct.problems import Refused, audit_denied, no_permission, unknown_object
from sandbox.intacct.querying.engine import Finder
from sandbox.intacct.replay import CompletedControls
from sandbox.intacct.schema import ObjectType, Row
from sandbox.intacct.sessions import Session, Sessions
from sandbox.intacct.settings import Settings
from sandbox.intacct.store import AUDIT, Author, Store


@dataclass
class Cursor:
    """A result set that readMore goes on with: record numbers as they were when it was made."""

    session: str
    object: str
    fields: str
    total: int
    left: list[int]
    pagesize: int


@dataclass
class Tenant:
    """One company: its books, and everything the gateway remembers about its callers."""

    settings: Settings
    clock: Callable[[], datetime]
    store: Store
    sessions: Sessions = field(init=False)
    completed: CompletedControls = field(init=False)
    finder: Finder = field(init=False)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    shuffles: int = 0
    endpoint: str = ""

    def __post_init__(self) -> None:
        self.finder = Finder(self.store)
        self.sessions = Sessions(self.settings, self.clock)
        self.completed = CompletedControls(self.settings, self.clock)

    def shuffle(self) -> int:
        """The seed of the order of the next unordered results."""
        if self.settings.unordered_results == "changing":
            self.shuffles += 1
        return self.shuffles

    def is_entity(self, location_id: str) -> bool:
        return self.store.first("LOCATIONENTITY", LOCATIONID=location_id) is not None

    def term(self, name: str) -> str:
        """The tenant's own word for a term, as error texts use it."""
        return self.settings.terminology.get(name, name)


@dataclass(frozen=True)
class Context:
    """What a function sees. ``entity`` is the session's entity, or nothing at the top level."""

    tenant: Tenant
    session: Session

    @property
    def store(self) -> Store:
        return self.tenant.store

    @property
    def settings(self) -> Settings:
        return self.tenant.settings

    @property
    def entity(self) -> str:
        return self.session.entity

    @property
    def author(self) -> Author:
        user = self.store.first("USERINFO", LOGINID=self.settings.user_id)
        return Author(self.settings.user_id, user["RECORDNO"] if user else "1")

    @property
    def today(self) -> str:
        """The day in the API user's offset, as rows hold dates."""
        return self.store.now()[:10]

    def kind(self, name: str, operation: str) -> ObjectType:
        """The declaration of an object, named in any case.

        Raises:
            Refused: there is no such object, or the user may not do this with it.
        """
        table = self.store.tables.get(name.upper())
        if table is None:
            raise Refused(unknown_object(name))
        kind = table.kind
        if kind.name in self.settings.denied_objects:
            raise Refused(audit_denied() if kind.name == AUDIT else no_permission(operation, kind.name))
        return kind

    def insert(self, name: str, values: Row) -> Row:
        return self.store.insert(name, values, self.author)

    def update(self, name: str, row: Row, changes: Row) -> Row:
        return self.store.update(name, row, changes, self.author)

    def delete(self, name: str, row: Row) -> None:
        self.store.delete(name, row, self.author)
