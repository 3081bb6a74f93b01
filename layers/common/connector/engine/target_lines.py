"""The lines of imported records in Procore: known again by origin id or coding, written by their sync action, and taken away.

Repeating it changes nothing: each line carries an origin id of its own, and what Procore holds already is not sent again, since lines of
a contract that is signed may not be touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connector.core.codecs import ID
from connector.core.compare import shown
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import SyncAnswer
from connector.core.origin import is_ours, origin_id
from connector.core.record import Record, Ref, rows
from connector.core.spec import LinesTarget
from connector.core.wire import read_procore, write_procore
from connector.engine.world import World
from connector.ports import Json

type Pairing = Mapping[str, str]
"""Procore's id of a line by Intacct's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """A line as it stands in Procore."""

    id: str
    origin: str
    record: Record


@dataclass(slots=True)
class Landed:
    """What became of the lines."""

    pairing: dict[str, str] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)


class TargetLines:
    """``values`` are those of the target's paths."""

    def __init__(self, world: World, target: LinesTarget, record: type[Record], values: Mapping[str, str]) -> None:
        self._world, self._target, self._values = world, target, values
        row = next(row for row in rows(record) if row.name == target.field)
        assert row.lines is not None  # noqa: S101 -- declared so
        self._record = row.lines
        self._key = next(each.name for each in rows(row.lines) if each.identity)

    def paired(self, procore_id: str, record: Record) -> Landed:
        """The lines of a Procore record that are those of ``record``, one to one; every difference is a violation."""
        landed, left = Landed(), self.held(procore_id)
        for place, line in sorted(enumerate(self._lines(record), start=1), key=self._uncoded):
            found = self._same(line, left)
            if found is None:
                said = f"Line {place} ({self._coding(line)}, {self._content(line)}) has no line of the same coding in Procore."
                landed.violations.append(differs(f"{self._target.field}[{place}]", said))
                continue
            left.remove(found)
            landed.pairing[self.key_of(line)] = found.id
            if self._content(line) != self._content(found.record):
                said = f"Line {place} ({self._coding(line)}): Intacct has {self._content(line)}, Procore {self._content(found.record)}."
                landed.violations.append(differs(f"{self._target.field}[{place}]", said))
            if not is_ours(found.origin):
                said = f"Line {place} ({self._coding(line)}) carries the origin id {found.origin!r} of another integration in Procore."
                landed.violations.append(Violation(code=Code.ORIGIN_NOT_OURS, field=f"{self._target.field}[{place}]", message=said))
        for held in left:
            said = f"Procore has a line more ({self._coding(held.record)}, {self._content(held.record)})."
            landed.violations.append(differs(self._target.field, said))
        return landed

    def mark(self, procore_id: str, pairing: Pairing) -> Landed:
        """Notes on lines that stand there which lines of Intacct they are, and changes nothing else."""
        origins = {held.id: held.origin for held in self.held(procore_id)}
        wanted = {line: origin_id(self._target.object, key) for key, line in pairing.items()}
        updates = [{"id": ID.write(line), "origin_id": origin} for line, origin in wanted.items() if origins.get(line) != origin]
        return Landed(pairing=dict(pairing), violations=list(self._refused(self._sync(procore_id, updates))))

    def write(self, procore_id: str, record: Record, before: Collection[str] = ()) -> Landed:
        """Makes the lines those of ``record``. A line of ours that Intacct has no more is deleted: it is known by its origin id, also where
        a crash kept it from being among those written ``before``."""
        del before
        held = {each.origin: each for each in self.held(procore_id)}
        landed = Landed()
        sent: list[tuple[str, dict[str, Json]]] = []
        for line in self._lines(record):
            key = self.key_of(line)
            origin = origin_id(self._target.object, key)
            there, body = held.pop(origin, None), write_procore(line)
            if there is None:
                sent.append((key, body | {"origin_id": origin}))
                continue
            landed.pairing[key] = there.id
            before = write_procore(there.record)
            if changes := {name: value for name, value in body.items() if before.get(name) != value}:
                sent.append((key, {"id": ID.write(there.id)} | changes | {"origin_id": origin}))
        answers = self._sync(procore_id, [body for _, body in sent])
        for (key, _), answer in zip(sent, answers, strict=True):
            if answer.entity is not None:
                landed.pairing[key] = str(answer.entity["id"])
        landed.violations += self._refused(answers)
        if not landed.violations:
            ours = origin_id(self._target.object, "")
            landed.violations += self.removed(procore_id, [each for origin, each in held.items() if origin.startswith(ours)])
        return landed

    def removed(self, procore_id: str, gone: Sequence[HeldLine]) -> Iterator[Violation]:
        for each in gone:
            values = {**self._values, "id": procore_id, "line": each.id}
            try:
                self._world.procore.send("DELETE", self._target.remove.format_map(values), {}, self._params(values))
            except ConnectorError as problem:
                if problem.code is not Code.REFUSED_BY_PROCORE:
                    raise
                yield problem.violation(self._target.field)

    def held(self, procore_id: str) -> list[HeldLine]:
        """The lines as Procore has them. Raises ConnectorError(VALUE_UNREADABLE)."""
        values = {**self._values, "id": procore_id}
        held: list[HeldLine] = []
        for page in self._world.procore.pages(self._target.existing.format_map(values), self._params(values)):
            for row in page:
                record, problems = read_procore(self._record, row)
                if record is None:
                    raise ConnectorError(problems[0].code, f"Procore's line {row['id']}: {problems[0].message}")
                held.append(HeldLine(id=str(row["id"]), origin=str(row.get("origin_id") or ""), record=record))
        return held

    @property
    def field(self) -> str:
        """Where the record has them."""
        return self._target.field

    def sync(self, updates: Sequence[Mapping[str, Json]]) -> list[SyncAnswer]:
        """Lines of several records, each of which says whose it is."""
        return self._sync("", updates)

    def _sync(self, procore_id: str, updates: Sequence[Mapping[str, Json]]) -> list[SyncAnswer]:
        if not updates:
            return []
        values = {**self._values, "id": procore_id}
        return self._world.procore.sync(self._target.sync.format_map(values), {}, updates, self._params(values))

    def _params(self, values: Mapping[str, str]) -> dict[str, str]:
        return {name: text.format_map(values) for name, text in self._target.params.items()}

    @staticmethod
    def _refused(answers: Sequence[SyncAnswer]) -> Iterator[Violation]:
        return (violation for answer in answers if answer.entity is None for violation in answer.violations)

    def _same(self, line: Record, left: Sequence[HeldLine]) -> HeldLine | None:
        """Of the same coding, rather of the same content too. What Intacct does not code fits any; where that leaves a choice between
        several contents, none."""
        fits = [each for each in left if all(_fits(getattr(line, name), getattr(each.record, name)) for name in self._target.paired_by)]
        alike = [each for each in fits if self._content(each.record) == self._content(line)]
        if alike:
            return alike[0]
        return fits[0] if len(fits) == 1 else None

    def _uncoded(self, numbered: tuple[int, Record]) -> int:
        """What is coded chooses first: the rest fits anything."""
        return sum(getattr(numbered[1], name) is None for name in self._target.paired_by)

    def _lines(self, record: Record) -> Sequence[Record]:
        lines: Sequence[Record] = getattr(record, self._target.field)
        return lines

    def key_of(self, line: Record) -> str:
        return str(getattr(line, self._key))

    def _coding(self, line: Record) -> str:
        return " ".join(text for name in self._target.paired_by if (text := shown(getattr(line, name)))) or "not coded"

    def _content(self, line: Record) -> str:
        return " ".join(shown(getattr(line, name)) for name in self._target.compared)


def _fits(ours: object, theirs: object) -> bool:
    if isinstance(ours, Ref):
        return isinstance(theirs, Ref) and ours.procore == theirs.procore
    return ours is None or ours == theirs


def differs(field: str, said: str) -> Violation:
    """What a person reads of a line that is not the same on both sides."""
    return Violation(code=Code.LINES_DIFFER, field=field, message=said)
