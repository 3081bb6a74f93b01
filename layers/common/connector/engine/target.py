"""The place in Procore where a leg's records go: what it holds already, read once and only when it is needed, and the writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from connector.core.codecs import ID
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong
from connector.core.exchange import SyncAnswer
from connector.core.origin import origin_id
from connector.core.record import Record
from connector.core.spec import BudgetTarget, Facts, Leg, LinesTarget
from connector.core.wire import write_procore
from connector.engine.lookup import looked_up
from connector.engine.target_budget import TargetBudget
from connector.engine.target_lines import TargetLines
from connector.engine.world import World
from connector.ports import Json

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A Procore record that is the same as one of Intacct's; ``why`` is the word for people."""

    row: Row
    why: str = ""

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def name(self) -> str:
        return str(self.row.get("name") or self.row.get("title") or self.id)

    @property
    def origin(self) -> str:
        return str(self.row.get("origin_id") or "")


_KEPT: Final = ("id", "name", "title", "origin_id")
"""Of a record that is only suggested: twenty thousand whole ones would not fit beside each other."""


@dataclass(slots=True)
class _Shelf:
    by_id: dict[str, Row] = field(default_factory=dict)
    by_origin: dict[str, Row] = field(default_factory=dict)
    by_mark: dict[str, list[Row]] = field(default_factory=dict)


class Target:
    """``project_id`` is Procore's project of a leg that goes job by job."""

    def __init__(self, world: World, leg: Leg[Any], facts: Facts) -> None:
        self._world, self._leg, self._facts = world, leg, facts
        self._target = leg.target

    def same_as(self, record: Record, recordno: str) -> Twin | None:
        """The record that carries the origin id already, or else the one that shares the first mark any has. Several of a mark are
        none: which of them it is only a person can say."""
        origin = self.origin(recordno)
        if origin in self._shelf.by_origin:
            return Twin(row=self._shelf.by_origin[origin], why="origin id")
        for mark in self._leg.twins.ours(record, self._facts) if self._leg.twins else ():
            found = self._shelf.by_mark.get(mark, [])
            if found:
                return Twin(row=found[0], why=mark.partition(":")[0]) if len(found) == 1 else None
        return None

    def marked(self, recordno: str) -> Twin | None:
        """The record that carries the mark of this one of Intacct's."""
        row = self._shelf.by_origin.get(self.origin(recordno))
        return None if row is None else Twin(row=row)

    def by_id(self, procore_id: str) -> Twin | None:
        """From the list."""
        row = self._shelf.by_id.get(procore_id)
        return None if row is None else Twin(row=row)

    def of_origin(self, recordno: str) -> str:
        """Procore's id of the record that carries the origin id; empty where none does."""
        return str(self._shelf.by_origin.get(self.origin(recordno), {}).get("id") or "")

    def shown(self, procore_id: str) -> Twin:
        """One record, asked for. Raises ConnectorError(NOT_FOUND)."""
        if self.itself:
            if procore_id != self.itself:
                raise ConnectorError(Code.NOT_FOUND, f"It goes to Procore's {self.itself} and nowhere else, not to {procore_id}.")
            return Twin(row={"id": procore_id})
        values = self._values | {"id": procore_id}
        return Twin(row=self._world.procore.get(self._target.show.format_map(values), _formatted(self._target.show_params, values)))

    def origin(self, recordno: str) -> str:
        return origin_id(self._leg.reads.object, recordno)

    def body(self, record: Record, recordno: str, natural_id: str) -> dict[str, Json]:
        """What a record that Procore does not have is created from."""
        return write_procore(record) | self.marks(recordno, natural_id)

    def marks(self, recordno: str, natural_id: str) -> dict[str, Json]:
        """What tells Procore which record of Intacct it is."""
        return {"origin_id": self.origin(recordno)} | ({self._target.code: natural_id} if self._target.code else {})

    def sync(self, updates: Sequence[Mapping[str, Json]]) -> list[SyncAnswer]:
        """One answer per update, in order."""
        if not updates:
            return []
        if self.itself:
            return [SyncAnswer(position=position, entity={"id": self.itself}) for position in range(len(updates))]
        envelope = {name: ID.write(value) for name, value in _formatted(self._target.envelope, self._values).items()}
        if self._target.create:
            return [self._one_by_one(position, envelope, update) for position, update in enumerate(updates)]
        path = self._target.sync.format_map(self._values)
        return self._world.procore.sync(path, envelope, updates, _formatted(self._target.params, self._values))

    def _one_by_one(self, position: int, envelope: Mapping[str, Json], update: Mapping[str, Json]) -> SyncAnswer:
        """A record that got there before a crash is found by its origin id; Procore takes no origin id twice, so that a request which
        arrives late is refused."""
        there = update.get("id") or self._shelf.by_origin.get(str(update["origin_id"]), {}).get("id")
        values, told = self._values | {"id": str(there)}, {name: value for name, value in update.items() if name != "id"}
        method, path = ("PATCH", self._target.change) if there else ("POST", self._target.create)
        params = _formatted(self._target.params, values)
        try:
            entity = self._world.procore.send(method, path.format_map(values), {**envelope, self._target.body: told}, params)
        except (RetryLater, SetupWrong):
            raise
        except ConnectorError as problem:
            return SyncAnswer(position=position, entity=None, violations=(problem.violation(),))
        return SyncAnswer(position=position, entity=entity)

    @cached_property
    def lines(self) -> TargetLines | TargetBudget | None:
        """Where the lines go, for a leg whose records have lines."""
        gathering = self._leg.gathering
        match self._target.lines:
            case LinesTarget() as declared:
                return TargetLines(self._world, declared, gathering.record if gathering else self._leg.record, self._values)
            case BudgetTarget() as declared:
                return TargetBudget(self._world, declared, self._leg.record, self._values)
            case None:
                return None

    @property
    def itself(self) -> str:
        """The id of the record that Procore has anyway, where that is where the leg's record goes."""
        return self._target.itself.format_map(self._values).rstrip("-")

    @cached_property
    def _values(self) -> dict[str, str]:
        values = {"company": self._world.company, "project": self._facts.project_id, "sub_job": self._facts.sub_job_id}
        return looked_up(self._world.procore, self._target.lookup, values)

    @cached_property
    def _shelf(self) -> _Shelf:
        shelf, twins = _Shelf(), self._leg.twins
        if not self._target.existing:
            return shelf
        path = self._target.existing.format_map(self._values)
        for page in self._world.procore.pages(path, _formatted(self._target.existing_params, self._values)):
            for row in page:
                kept = {name: row[name] for name in _KEPT if name in row} if self._leg.staged else row
                shelf.by_id[str(row["id"])] = kept
                if row.get("origin_id"):
                    shelf.by_origin[str(row["origin_id"])] = kept
                for mark in twins.theirs(row, self._facts) if twins else ():
                    shelf.by_mark.setdefault(mark, []).append(kept)
        return shelf


def _formatted(names: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    formatted = {name: text.format_map(values) for name, text in names.items()}
    return {name: text for name, text in formatted.items() if text}
