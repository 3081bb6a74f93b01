"""References of records that come from Intacct: found in Procore by the pairs' keys, the other way round than for an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.core.errors import Violation
from connector.core.record import Record, Ref, rows
from connector.core.wire import walk
from connector.engine.world import World
from connector.ports import CrossReference

type Pairs = Mapping[str, Mapping[str, CrossReference]]


def to_procore(world: World, record: Record) -> tuple[Record, list[Violation]]:
    """The record with Procore's ids in the references that have a key, and what is not linked. One look-up for each object."""
    return all_to_procore(world, [record])[0]


def all_to_procore[R: Record](world: World, records: Sequence[R]) -> list[tuple[R, list[Violation]]]:
    """Likewise of records that were read together."""
    wanted: dict[str, set[str]] = {}
    for _path, row, value in (step for record in records for step in walk(record)):
        if row.ref is not None and isinstance(value, Ref) and value.key:
            wanted.setdefault(row.ref.object, set()).add(value.key)
    pairs = {name: world.cross_references.by_intacct(name, keys) for name, keys in wanted.items()}
    return [(_found(record, pairs), list(_missing(record, pairs))) for record in records]


def _found[R: Record](record: R, pairs: Pairs) -> R:
    changes: dict[str, Any] = {}
    for row in rows(type(record)):
        value = getattr(record, row.name)
        if row.lines is not None:
            changes[row.name] = tuple(_found(line, pairs) for line in value)
        elif row.ref is not None and isinstance(value, Ref) and (pair := pairs.get(row.ref.object, {}).get(value.key)):
            told = {"procore": pair.procore_id, "label": pair.label, "detail": pair.detail, "members": pair.members}
            changes[row.name] = value.model_copy(update=told)
    return record.model_copy(update=changes)


def _missing(record: Record, pairs: Pairs) -> Iterator[Violation]:
    for path, row, value in walk(record):
        if row.ref is not None and isinstance(value, Ref) and value.key and value.key not in pairs.get(row.ref.object, {}):
            said = f"{path}: {row.label} {value.intacct} is not linked to Procore."
            yield Violation(code=row.ref.missing, field=path, message=said)
