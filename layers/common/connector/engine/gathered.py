"""Records that were put together of entries, on their way into Procore: of each job and month those that differ from what was told last.

A record is linked before its lines are written, with no hash, and gets its hash when all of it is there: what was left half done is done
again. A line is known by its entry and the record it is in, so that an entry that moves to another record is a line less here and a line
more there, in whatever order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connector.core.codecs import ID
from connector.core.errors import Code, RetryLater, Violation
from connector.core.fingerprint import digest
from connector.core.origin import origin_id
from connector.core.record import Record
from connector.core.spec import Leg, LinesTarget
from connector.core.wire import write_procore
from connector.engine.incoming import Ground, Incoming
from connector.engine.refused import Refused
from connector.engine.target import Target
from connector.engine.target_lines import HeldLine, TargetLines
from connector.ports import CrossReference, Json

EMPTY: Final = "no lines"
"""Hash of a record whose entries are all gone."""
HOLD: Final = 300.0
"""Seconds that one worker has a project's records for itself, at most."""
BUSY: Final = 15.0


@dataclass(slots=True)
class _Landing:
    """A record on its way: ``lines`` are what Procore is told of each, by the entry's key; none where no entry is left."""

    key: str
    label: str
    header: dict[str, Json] = field(default_factory=dict)
    lines: dict[str, dict[str, Json]] = field(default_factory=dict)
    pair: CrossReference | None = None
    procore_id: str = ""
    new: bool = False
    violations: list[Violation] = field(default_factory=list)

    @property
    def hash(self) -> str:
        return digest([self.header, self.lines]) if self.lines else EMPTY

    @property
    def stands(self) -> bool:
        """Whether Procore was told all of it before."""
        return self.pair is not None and self.pair.record_hash == self.hash

    def origin(self, leg: Leg[Any], entry: str) -> str:
        assert isinstance(leg.target.lines, LinesTarget)  # noqa: S101 -- declared so
        return origin_id(leg.target.lines.object, f"{entry}/{digest([self.key])[:12]}")


@dataclass(slots=True)
class Landed:
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)


class Costs:
    """``pairs`` are the links of the object, by key, and are kept up."""

    def __init__(self, ground: Ground, leg: Leg[Any], pairs: dict[str, CrossReference]) -> None:
        self._ground, self._leg, self._pairs = ground, leg, pairs
        self._target = Target(ground.world, leg, ground.facts)
        assert isinstance(self._target.lines, TargetLines)  # noqa: S101 -- declared so
        self._lines = self._target.lines

    def bring(self, unit: str, costs: Mapping[str, Record]) -> Landed:
        """``unit`` is what the keys of all records of the job and month begin with. Raises RetryLater while another worker has the
        project."""
        found = [*self._of_today(costs), *self._of_before(unit, costs)]
        changed = [each for each in found if not each.stands]
        landed = Landed(Counter(unchanged=len(found) - len(changed)))
        if not changed:
            return landed
        # Procore's direct costs take one request at a time in a project: a second one is a 409.
        leases, name = self._ground.world.leases, f"{self._ground.room.name}:{self._ground.project_id}"
        holder = f"{self._ground.by}/{unit}"
        if not leases.acquire(name, holder=holder, seconds=HOLD):
            raise RetryLater(Code.UNAVAILABLE, "Another worker writes to this project just now.", seconds=BUSY)
        try:
            self._unfinished([each for each in changed if each.pair and each.pair.record_hash])
            self._write_headers(changed)
            self._write_lines([each for each in changed if not each.violations])
        finally:
            leases.release(name, holder=holder)
        done = [each for each in changed if not each.violations]
        self._link(done, finished=True)
        landed.counts["written"] = len(done)
        landed.refused = [(_named(each), each.violations) for each in changed if each.violations]
        return landed

    def _of_today(self, costs: Mapping[str, Record]) -> Iterator[_Landing]:
        lines_field = self._lines.field
        for key, cost in costs.items():
            header = write_procore(cost)
            lines = {self._lines.key_of(line): write_procore(line) for line in getattr(cost, lines_field)}
            yield _Landing(key=key, label=str(header.get("description") or key), header=header, lines=lines, pair=self._pairs.get(key))

    def _of_before(self, unit: str, costs: Mapping[str, Record]) -> Iterator[_Landing]:
        """Records of which nothing is left."""
        for key, pair in self._pairs.items():
            if key.startswith(unit) and key not in costs:
                yield _Landing(key=key, label=pair.label, pair=pair)

    def _write_headers(self, landings: Sequence[_Landing]) -> None:
        told: list[tuple[_Landing, dict[str, Json]]] = []
        for each in landings:
            origin = self._target.origin(each.key)
            there = each.procore_id = each.pair.procore_id if each.pair else self._target.of_origin(each.key)
            each.new = not there
            if not each.lines:
                continue
            kept = self._leg.target.kept if there else frozenset()
            body = {name: value for name, value in each.header.items() if name not in kept} | {"origin_id": origin}
            told.append((each, {"id": ID.write(there)} | body if there else body))
        for (each, _body), answer in zip(told, self._target.sync([body for _, body in told]), strict=True):
            if answer.entity is None:
                each.violations += answer.violations
            else:
                each.procore_id = str(answer.entity["id"])
        self._unfinished([each for each in landings if each.pair is None and not each.violations])

    def _write_lines(self, landings: Sequence[_Landing]) -> None:
        """What is too much goes first: nothing is counted twice in between."""
        held = {each.key: self._held(each) for each in landings}
        for each in landings:
            wanted = {each.origin(self._leg, entry) for entry in each.lines}
            gone = [line for origin, line in held[each.key].items() if origin not in wanted]
            each.violations += self._lines.removed(each.procore_id, gone)
        told = [(each, body) for each in landings for body in self._differing(each, held[each.key])]
        for (each, _body), answer in zip(told, self._lines.sync([body for _, body in told]), strict=True):
            if answer.entity is None:
                each.violations += answer.violations

    def _held(self, each: _Landing) -> dict[str, HeldLine]:
        return {} if each.new else {line.origin: line for line in self._lines.held(each.procore_id)}

    def _differing(self, each: _Landing, held: Mapping[str, HeldLine]) -> Iterator[dict[str, Json]]:
        for entry, body in each.lines.items():
            origin = each.origin(self._leg, entry)
            there = held.get(origin)
            if there is None:
                yield {"direct_cost_id": ID.write(each.procore_id)} | body | {"origin_id": origin}
            elif changes := {name: value for name, value in body.items() if write_procore(there.record).get(name) != value}:
                yield {"id": ID.write(there.id)} | changes | {"origin_id": origin}

    def _unfinished(self, landings: Sequence[_Landing]) -> None:
        """Whatever it comes to from here on, it is not what was told last."""
        self._link(landings, finished=False)

    def _link(self, landings: Sequence[_Landing], *, finished: bool) -> None:
        if not landings:
            return
        world = self._ground.world
        pairs = [
            CrossReference(
                object=self._ground.room.name,
                procore_id=each.pair.procore_id if each.pair else each.procore_id,
                intacct_key=each.key,
                intacct_id=each.key,
                project_id=self._ground.project_id,
                label=each.label,
                record_hash=each.hash if finished else "",
                linked_by=self._ground.by,
                linked_at=each.pair.linked_at if each.pair else world.clock.now(),
            )
            for each in landings
        ]
        refused = {pair.intacct_key for pair in world.cross_references.link(pairs)}
        for each, pair in zip(landings, pairs, strict=True):
            if each.key in refused:
                said = f"{each.label}: Procore's record {each.procore_id} is linked to another one already."
                each.violations.append(Violation(code=Code.LINKED_ELSEWHERE, field="", message=said))
            else:
                each.pair = self._pairs[each.key] = pair


def _named(each: _Landing) -> Incoming:
    return Incoming(key=each.key, natural_id=each.key, label=each.label)
