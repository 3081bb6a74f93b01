"""Records that Intacct does not have any more. A staged one is put aside with the reason; a linked one is marked and shown, and Procore's
stays as it is.

Who is told that something was deleted is told by one of several names: RECORDNO, or a natural id that may have been given anew since. So
Intacct is asked whether the record is still there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import batched
from typing import Any, Final

from connector.core.errors import Code, Violation
from connector.core.exchange import Query, Where
from connector.core.item import Item, State, step
from connector.core.spec import Leg
from connector.engine.incoming import Ground, Incoming
from connector.engine.outlook import BY_RECORD
from connector.engine.refused import item_id, refuse, shelf
from connector.engine.world import Room, World
from connector.ports import CrossReference

DELETED: Final = "deleted in Intacct"
_ASKED_AT_ONCE: Final = 1000


class Known:
    """What is known of a leg's records: linked ones and those that wait. Looked up once, when it is first needed."""

    def __init__(self, world: World, room: Room, leg: Leg[Any]) -> None:
        self._world, self._room, self._leg = world, room, leg

    def behind(self, low: int, high: int | None = None) -> set[str]:
        """Keys that are record numbers above ``low``, up to ``high``."""
        return {key for key in self._names if key.isdecimal() and low < int(key) and (high is None or int(key) <= high)}

    def of_ground(self, ground: Ground) -> set[str]:
        """Keys of what belongs to a job, or of all of it."""
        if not ground.job:
            return set(self._names)
        if self._leg.key == BY_RECORD:
            return {key for key, (project_id, _) in self._names.items() if project_id == ground.project_id}
        per_job = self._leg.reads.per_job
        if per_job and self._leg.key == f"{{{per_job.field}}}":
            return {ground.job} & self._names.keys()
        return {key for key in self._names if key.startswith(f"{ground.job}/")}

    def named(self, told: Collection[str]) -> set[str]:
        """Keys of what goes by one of these names."""
        return {key for key, (_, natural_id) in self._names.items() if key in told or natural_id in told}

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, str]]:
        """Project and natural id, by key."""
        pairs = self._world.cross_references.of_object(self._leg.pairs or self._room.name)
        names = {pair.intacct_key: (pair.project_id, pair.intacct_id) for pair in pairs if pair.gone != DELETED}
        return names | {item.intacct_key: (item.project_id, item.intacct_id) for item in self._waiting()}

    def _waiting(self) -> Iterator[Item]:
        for state in (State.STAGED, State.INVALID):
            yield from (item for item in shelf(self._world, state, self._room.name) if item.kind == self._leg.name)


def put_aside(ground: Ground, leg: Leg[Any], suspects: Collection[str]) -> int:
    """Of these keys, what Intacct does not have any more. Returns how many."""
    still = _still_there(ground, leg, suspects) if leg.key == BY_RECORD else set()
    missing = sorted(set(suspects) - still)
    pairs = ground.world.cross_references.by_intacct(leg.pairs or ground.room.name, missing)
    fresh = [pair for pair in pairs.values() if pair.gone != DELETED]
    mark(ground, [(pair, DELETED) for pair in fresh])
    waiting = [
        item for item in _waiting(ground, [key for key in missing if key not in pairs]) if item.state in {State.STAGED, State.INVALID}
    ]
    now = ground.world.clock.now()
    ground.world.state.save_many(
        [step(item, DELETED, who=ground.by, at=now, state=State.ARCHIVED, reason=DELETED, problems=()) for item in waiting]
    )
    return len(fresh) + len(waiting)


def mark(ground: Ground, pairs: Sequence[tuple[CrossReference, str]]) -> None:
    """Marks links whose Intacct record does not count any more, each with the reason, and lists them among what was refused."""
    told = [
        Violation(
            code=Code.GONE_IN_INTACCT,
            field="",
            message=f"{pair.label or pair.intacct_id} ({pair.intacct_id}) is {why}; Procore's record {pair.procore_id} stays as it is.",
        )
        for pair, why in pairs
    ]
    named = [Incoming(key=pair.intacct_key, natural_id=pair.intacct_id, label=pair.label or pair.intacct_id) for pair, _ in pairs]
    refuse(ground, [(incoming, [violation]) for incoming, violation in zip(named, told, strict=True)])
    ground.world.cross_references.link([pair.model_copy(update={"gone": why}) for pair, why in pairs])


def _waiting(ground: Ground, keys: Collection[str]) -> Iterator[Item]:
    yield from ground.world.state.get_many([item_id(ground.room.name, key) for key in keys]).values()


def _still_there(ground: Ground, leg: Leg[Any], keys: Collection[str]) -> set[str]:
    """Asked without the conditions under which the leg reads: a job that became a sub job is not gone."""
    found: set[str] = set()
    for some in batched(sorted(keys), _ASKED_AT_ONCE, strict=False):
        query = Query(object=leg.reads.object, fields=("RECORDNO",), where=(Where("RECORDNO", "in", some),))
        for page in ground.world.intacct.pages(query, entity=ground.facts.config.entity):
            found |= {str(row["RECORDNO"]) for row in page}
    return found
