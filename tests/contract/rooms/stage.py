"""A stage for one room: the world as a case file describes it, without a wire.

A case (``tests/golden/<object>/<case>.json``) holds what Procore shows, which cross-references exist, the settings, and what Intacct would
answer the rules' questions; beside it lies ``<case>.xml``, the request that must come of it, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from connector.adapters.intacct.envelope import exact
from connector.core.configuration import Configuration
from connector.core.exchange import Function, Query
from connector.core.item import Item
from connector.core.spec import Facts, Leg
from connector.core.wire import read_intacct, write_procore
from connector.engine.back_references import to_procore
from connector.engine.prepare import Prepared, choose, prepare
from connector.engine.world import Letters, Room, Source, World
from connector.ports import CrossReference, Intacct, Json, Procore
from connector.rooms import Rooms
from tests.doubles import (
    ManualClock,
    MemoryCrossReferences,
    MemoryLeases,
    MemoryLinks,
    MemoryMail,
    MemoryPayloads,
    MemorySyncState,
    MemoryWorkflows,
)

GOLDEN = Path(__file__).parents[2] / "golden"
ROOMS = Rooms()
EXPORTED = [name for name, room in ROOMS.items() if room.export is not None]
IMPORTED = [name for name, room in ROOMS.items() if room.imports]


@dataclass(frozen=True)
class Case:
    object: str
    name: str
    said: Mapping[str, Any]

    @property
    def room(self) -> Room:
        return ROOMS[self.object]

    @property
    def expected(self) -> Path:
        return GOLDEN / self.object / f"{self.name}.xml"

    @property
    def source(self) -> Source:
        return Source(**self.said["source"])

    def changed(
        self,
        changes: Mapping[str, Any],
        known: Mapping[str, list[str]],
        configuration: Mapping[str, Any],
        choices: Mapping[str, str] | None = None,
    ) -> Case:
        """The case with other values at dotted paths of Procore's JSON (list places from 0); None takes a value away."""
        said = deepcopy(dict(self.said))
        for path, value in changes.items():
            _put(said["procore"], path.split("."), value)
        said["intacct"] = {**said.get("intacct", {}), **known}
        said["configuration"] = {**said.get("configuration", {}), **configuration}
        said["choices"] = {**said.get("choices", {}), **(choices or {})}
        return Case(self.object, self.name, said)


def _put(tree: Any, path: Sequence[str], value: Any) -> None:
    *outer, last = [int(step) if step.isdigit() else step for step in path]
    for step in outer:
        tree = tree[step]
    if value is None:
        del tree[last]
    else:
        tree[last] = value


def legs(object_name: str) -> list[Leg[Any]]:
    """The steps of an import that bring records (an assignment joins two that are there)."""
    return [leg for leg in ROOMS[object_name].imports if isinstance(leg, Leg)]


def cases(object_name: str) -> list[Case]:
    files = sorted((GOLDEN / object_name).glob("export-*.json"))
    return [Case(object_name, file.stem, json.loads(file.read_text("utf-8"))) for file in files]


class ShownDoor:
    """Procore shows what the case says."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def reading_once(self) -> ShownDoor:
        return self

    def fetch(self, room: Room, source: Source) -> tuple[str, dict[str, Json]]:
        del room
        return source.kind, dict(self._case.said["procore"])

    def write_back(
        self, room: Room, item: Item, *, origin: str, code: str, lines: Mapping[str, str], shown: Mapping[str, Any] | None = None
    ) -> None:
        raise NotImplementedError

    def take_off(self, room: Room, item: Item, *, origin: str, lines: Collection[str]) -> None:
        raise NotImplementedError


class KnowingIntacct:
    """Answers the rules' questions with what the case says Intacct holds: ``{"APTERM.NAME": ["Net 30"]}``, named by the query's first
    field; whole rows where a rule looks at more than that."""

    def __init__(self, known: Mapping[str, Sequence[str | Mapping[str, str]]]) -> None:
        self._known = known

    def read(self, queries: Sequence[Query], *, entity: str = "") -> list[list[dict[str, str]]]:
        del entity
        return [[self._row(query, value) for value in self._known.get(f"{query.object}.{query.fields[0]}", ())] for query in queries]

    def _row(self, query: Query, value: str | Mapping[str, str]) -> dict[str, str]:
        return {query.fields[0]: value} if isinstance(value, str) else dict(value)

    def exact(self, functions: Sequence[Function]) -> str:
        return exact(functions)


def world_of(case: Case) -> World:
    references = MemoryCrossReferences()
    refused = references.link([CrossReference.model_validate(pair) for pair in case.said.get("cross_references", ())])
    assert not refused
    state = MemorySyncState(references)
    state.save_configuration(Configuration.model_validate(case.said.get("configuration", {})).model_dump_json())
    clock = ManualClock()
    return World(
        company="562949953421312",
        rooms=ROOMS,
        door=ShownDoor(case),
        procore=cast("Procore", None),
        intacct=cast("Intacct", KnowingIntacct(case.said.get("intacct", {}))),
        cross_references=references,
        state=state,
        links=MemoryLinks(),
        leases=MemoryLeases(clock),
        payloads=MemoryPayloads(),
        mail=MemoryMail(),
        letters=cast("Letters", None),
        workflows=MemoryWorkflows(),
        clock=clock,
    )


def prepared(case: Case) -> Prepared:
    return prepare(world_of(case), case.room, case.source, case.said.get("choices", {}), ask=True)


def brought_in(object_name: str, leg: Leg[Any], said: Mapping[str, Any]) -> list[Any]:
    """The rows of an import case as they would be told to Procore, or as the violations that keep them out. ``cross_references`` are
    those that lines refer to, ``options`` what a person chose when accepting, ``asked`` what Intacct was asked about entries."""
    world = world_of(Case(object_name, leg.name, said))
    known = {name: frozenset(of) for name, of in said.get("known", {}).items()}
    facts = Facts(config=world.config(), rows=said.get("asked", {}), known=known)
    read = [read_intacct(leg.record, row) for row in said["rows"]]
    assert all(problems == [] for _, problems in read), object_name
    found = [record for record, _ in read if record is not None]
    whole = list(leg.complete(found, facts)) if leg.complete else found
    refused: dict[int, list[str]] = {}
    for rule in leg.rules:
        for record, violation in rule(whole, facts):
            refused.setdefault(whole.index(record), []).append(violation.code.value)
    for place, record in enumerate(whole):
        missing = to_procore(world, record)[1]
        refused.setdefault(place, []).extend(violation.code.value for violation in missing)
    if leg.gathering is not None:
        counts = leg.gathering.counts(facts)
        refused = {place: codes if counts(whole[place]) else [] for place, codes in refused.items()}
    return [
        {"refused": sorted(refused[place])}
        if refused[place]
        else _told(world, leg, record, said)
        if leg.wanted(record, facts) and (leg.gathering is None or leg.gathering.counts(facts)(record))
        else "left out"
        for place, record in enumerate(whole)
    ]


def _told(world: World, leg: Leg[Any], record: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    whole, _ = to_procore(world, record)
    chosen, problems = choose(whole, said.get("options", {}))
    assert problems == []
    final = leg.decided(chosen) if leg.decided else chosen
    if leg.split is not None:
        parts = leg.split.parts(final, said["paid"], frozenset(said["releases"]))
        return {paid: write_procore(part) for paid, part in parts.items()}
    lines = None if leg.gathering else leg.target.lines
    return write_procore(final) | ({lines.field: [write_procore(line) for line in getattr(final, lines.field)]} if lines else {})
