"""Everything the engine needs, in one place: the rooms, the ports, the settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from connector.core.configuration import Configuration
from connector.core.errors import Code, ConnectorError
from connector.core.item import Item
from connector.core.notices import Digest, MailKind
from connector.core.record import Record
from connector.core.spec import SyncObject
from connector.core.tenant import Tenant
from connector.core.unusual import Unusual
from connector.ports import (
    Clock,
    CrossReferences,
    Intacct,
    Json,
    Leases,
    Letter,
    Links,
    Mail,
    Payloads,
    Procore,
    SyncState,
    Workflows,
)

type Room = SyncObject[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which Procore record is meant. ``kind`` is empty until it was looked up."""

    procore_id: str
    project_id: str = ""
    kind: str = ""

    @classmethod
    def of(cls, item: Item) -> Self:
        """That of an item."""
        return cls(procore_id=item.procore_id, project_id=item.project_id, kind=item.kind)


class Door(Protocol):
    """The way in to Procore: today its public API, where a customer has them its ERP endpoints."""

    def fetch(self, room: Room, source: Source) -> tuple[str, dict[str, Json]]:
        """The kind and the record as Procore shows it now. Raises ConnectorError(NOT_FOUND)."""
        ...

    def reading_once(self) -> Door:
        """The same door for one piece of work: what it has read of Procore it does not read again."""
        ...

    def write_back(
        self, room: Room, item: Item, *, origin: str, code: str, lines: Mapping[str, str], shown: Mapping[str, Json] | None = None
    ) -> None:
        """Leaves Intacct's ids on the Procore record: ``lines`` maps Procore's line ids to origin ids; ``shown`` is the record as it was
        fetched a moment ago, None to look again. May be repeated."""
        ...

    def take_off(self, room: Room, item: Item, *, origin: str, lines: Collection[str]) -> None:
        """Takes the origin id off the Procore record and off these of its lines, where it is still this one. May be repeated; a record
        that is gone has none."""
        ...


class Letters(Protocol):
    """What the mails say; rendering is not the engine's. ``stop`` is the address that stops mails of the kind."""

    def waiting(
        self, item: Item, preview: Mapping[str, Json], to: str, link: str, *, returned: bool, unusual: Sequence[Unusual], stop: str
    ) -> Letter: ...

    def several_waiting(self, items: Sequence[Item], to: str, links: Mapping[str, str], *, returned: bool, stop: str) -> Letter:
        """``links`` by item, for the first of them."""
        ...

    def rejected(self, item: Item, by: str, *, stop: str) -> Letter: ...

    def failed(self, item: Item, to: str, *, stop: str) -> Letter: ...

    def synced(self, item: Item, *, stop: str) -> Letter: ...

    def several(self, kind: MailKind, items: Sequence[Item], to: str, by: str, *, stop: str) -> Letter:
        """To a sender, of what was rejected, failed or arrived together."""
        ...

    def digest(self, digest: Digest, to: str, *, stop: str) -> Letter: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    company: str
    rooms: Mapping[str, Room]
    door: Door
    procore: Procore
    intacct: Intacct
    cross_references: CrossReferences
    state: SyncState
    links: Links
    leases: Leases
    payloads: Payloads
    mail: Mail
    letters: Letters
    workflows: Workflows
    clock: Clock
    app_url: str = ""
    procore_web: str = ""
    """Where Procore's own pages are; empty where nobody said."""

    def reading_once(self) -> World:
        """The same world for one piece of work that reads several records, some of them beside others."""
        return replace(self, door=self.door.reading_once())

    def config(self) -> Configuration:
        """The settings in force. Read at each use: a function may live for hours."""
        return _settings(self.state.configuration())

    def tenant(self) -> Tenant:
        """What the last connection check found of the Intacct company."""
        return _tenant(self.state.tenant())

    def config_and_tenant(self) -> tuple[Configuration, Tenant]:
        """Both, for one call to our own state."""
        settings, tenant = self.state.configuration_and_tenant()
        return _settings(settings), _tenant(tenant)

    def room(self, name: str) -> Room:
        if name not in self.rooms:
            raise ConnectorError(Code.NOT_FOUND, f"There is no object {name!r}; there are {', '.join(self.rooms)}.")
        return self.rooms[name]


def _settings(text: str) -> Configuration:
    return Configuration.model_validate_json(text) if text else Configuration()


def _tenant(text: str) -> Tenant:
    return Tenant.model_validate_json(text) if text else Tenant()


def record_type(room: Room) -> type[Record]:
    return room.record
