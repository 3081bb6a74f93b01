"""What comes from Intacct: rows read, turned into records, checked by the room's rules; and where they are to go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from connector.core.errors import Violation
from connector.core.exchange import Held
from connector.core.fingerprint import canonical, digest
from connector.core.record import Record
from connector.core.spec import Assignment, Facts, Leg
from connector.core.wire import held_fields, read_intacct
from connector.engine.outlook import AnyLeg
from connector.engine.world import Room, World
from connector.ports import CrossReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where records land: an object, a leg of it, and for a leg that goes job by job the Procore project of the job; ``part`` is the link
    of a job that is a part of the project."""

    world: World
    room: Room
    leg: AnyLeg
    facts: Facts
    by: str
    job: str = ""
    part: CrossReference | None = None
    full: bool = False

    @property
    def project_id(self) -> str:
        return self.facts.project_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One record. ``record`` is None where the row could not be read; ``hash`` is that of the completed record; ``waits_for`` names
    (object and key) what must be linked first."""

    key: str
    natural_id: str
    label: str
    recordno: str = ""
    row: Held = field(default_factory=dict)
    record: Record | None = None
    hash: str = ""
    violations: tuple[Violation, ...] = ()
    waits_for: str = ""


def fields_of(leg: AnyLeg) -> tuple[str, ...]:
    """What to select: the record's rows and whatever the declared keys are made of."""
    read = [*held_fields(leg.record), leg.label] if isinstance(leg, Leg) else []
    return tuple(dict.fromkeys((*key_fields_of(leg), *read)))


def key_fields_of(leg: AnyLeg) -> tuple[str, ...]:
    """The fields without which a row cannot be told from others, or its lines not be found."""
    named = [name for text in _formats(leg) for _, name, _, _ in Formatter().parse(text) if name]
    job = [leg.reads.per_job.field] if leg.reads.per_job else []
    apart = [leg.lines.of] if isinstance(leg, Leg) and leg.lines else []
    own = [leg.natural_id] if isinstance(leg, Leg) else []
    return tuple(dict.fromkeys(("RECORDNO", *named, *job, *apart, *own)))


def _formats(leg: AnyLeg) -> tuple[str, ...]:
    if isinstance(leg, Assignment):
        return leg.owner_key, f"{{{leg.owner_id}}}", leg.member_key, f"{{{leg.member_id}}}"
    return leg.key, *(each.key for each in leg.target.ids)


def key_of(text: str, row: Held) -> str:
    """A declared key: a format over the row, where a field that is not there is empty."""
    return text.format_map(defaultdict(str, row))


def read_rows(leg: Leg[Any], rows: Sequence[Held], facts: Facts) -> list[Incoming]:
    """The rows as records, completed and checked together: rules look at all that were read."""
    read = [(row, *read_intacct(leg.record, row)) for row in rows]
    given: list[Any] = [record for _, record, _ in read if record is not None]
    completed = list(leg.complete(given, facts)) if leg.complete else given
    refused: dict[int, list[Violation]] = {}
    for rule in leg.rules:
        for record, violation in rule(completed, facts):
            refused.setdefault(id(record), []).append(violation)
    in_order = iter(completed)
    return [_incoming(leg, row, next(in_order) if record is not None else None, problems, refused) for row, record, problems in read]


def _incoming(
    leg: Leg[Any], row: Held, record: Record | None, problems: Sequence[Violation], refused: Mapping[int, Sequence[Violation]]
) -> Incoming:
    return Incoming(
        key=key_of(leg.key, row),
        recordno=str(row["RECORDNO"]),
        natural_id=str(row.get(leg.natural_id) or ""),
        label=str(row.get(leg.label) or row.get(leg.natural_id) or ""),
        row=row,
        record=record,
        hash=digest(canonical(record)) if record is not None else "",
        violations=(*problems, *(refused.get(id(record), ()) if record is not None else ())),
    )
