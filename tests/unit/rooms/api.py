"""Procore as documents by path, for what a room's kinds ask of the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.core.exchange import Download, SyncAnswer
from connector.core.item import Item, State
from connector.ports import Json
from tests.doubles.clock import START


class Api:
    """ports.Procore that shows ``documents`` (a list for a list's path) and keeps what it is told."""

    def __init__(self, documents: Mapping[str, Json]) -> None:
        self._documents = documents
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.told: list[tuple[str, str, Any]] = []

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        self.asked.append((path, params or {}))
        return self._documents[path]

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[list[Json]]:
        yield [*self.get(path, params)]

    def send(
        self, method: str, path: str, body: Mapping[str, Json], params: Mapping[str, str] | None = None, *, wants_answer: bool = True
    ) -> Json:
        del wants_answer
        assert not params
        self.told.append((method, path, body))

    def download(self, url: str, *, largest: int) -> Download:
        raise NotImplementedError

    def sync(
        self,
        path: str,
        envelope: Mapping[str, Json],
        updates: Sequence[Mapping[str, Json]],
        params: Mapping[str, str] | None = None,
        *,
        method: str = "PATCH",
        under: str = "updates",
    ) -> list[SyncAnswer]:
        raise NotImplementedError


def synced(object_name: str, kind: str) -> Item:
    return Item(
        id=f"{object_name}:7", company="1", object=object_name, kind=kind, procore_id="7", project_id="77", state=State.SYNCED, since=START
    )
