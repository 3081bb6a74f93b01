"""Records that join two linked ones: an owner gets its members, and Procore the budget code of each.

What waits for a record that is not linked yet stands on the list of refused records; its job is read again once that is linked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from connector.core.errors import Code, Violation
from connector.core.exchange import Held
from connector.core.item import State
from connector.core.spec import Assignment
from connector.engine import budget_codes
from connector.engine.budget_codes import Combination, Made
from connector.engine.incoming import Ground, Incoming, key_of
from connector.engine.refused import Refused, listed, refuse, settle, shelf
from connector.engine.world import Room, World
from connector.ports import CrossReference

type Pairs = Mapping[str, CrossReference]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """One owner's rows: keys of its members by their ids."""

    key: str
    natural_id: str
    members: Mapping[str, str]


class Assigner:
    """One for a leg and a step: it looks through the owners' cross-references once."""

    def __init__(self, world: World, room: Room, leg: Assignment) -> None:
        self._world, self._room, self._leg = world, room, leg

    def take_in(self, ground: Ground, rows: Sequence[Held]) -> Counter[str]:
        """All rows of a job. Counts members that were ``written`` or ``unchanged``, and what is ``refused``."""
        leg, references = self._leg, self._world.cross_references
        owners = _owners(leg, rows)
        pairs = references.by_intacct(leg.owner, [owner.key for owner in owners])
        members = references.by_intacct(leg.member, {key for owner in owners for key in owner.members.values()})
        refused = [entry for owner in owners if (entry := _waiting(leg, owner, pairs, members))]
        bare = (pair for pair in self._without_members.get(ground.project_id, ()) if _of_the_job(ground, pair.intacct_key))
        refused += [_bare(leg, pair) for pair in bare if pair.intacct_key not in pairs]
        known = [each for owner in owners if (pair := pairs.get(owner.key)) for each in _combinations(leg, owner, pair, members)]
        fresh = [each for each in known if each.id not in each.owner.members]
        counts = Counter(unchanged=len(known) - len(fresh))
        if fresh:
            made = budget_codes.make(self._world, leg.budget_codes, ground.project_id, fresh, ground.part)
            references.link(_grown(made.done))
            refused += _objections(ground, made)
            counts["written"] = len(made.done)
        refuse(ground, refused)
        self._settle(ground, {incoming.key for incoming, _ in refused}, looked_at_segments=bool(fresh))
        return counts + Counter(refused=len(refused))

    def due(self) -> set[str]:
        """Procore projects where something waits for a record that is linked by now."""
        items = [item for item in shelf(self._world, State.INVALID, self._room.name) if item.kind == self._leg.name and item.waits_for]
        linked: set[str] = set()
        for name in (self._leg.owner, self._leg.member):
            keys = {key for item in items for object_name, _, key in [item.waits_for.partition(" ")] if object_name == name}
            linked |= {f"{name} {key}" for key in (self._world.cross_references.by_intacct(name, keys) if keys else ())}
        return {item.project_id for item in items if item.waits_for in linked}

    def _settle(self, ground: Ground, refused: set[str], *, looked_at_segments: bool) -> None:
        """The whole job was read: what is not refused again is fine. Segments are looked at only where budget codes are made."""
        mine = (item for item in listed(ground) if _of_the_job(ground, item.intacct_key))
        seen = [item for item in mine if looked_at_segments or item.problems[0].code is not Code.CUSTOM_SEGMENT]
        settle(ground, {item.intacct_key: State.IMPORTED for item in seen if item.intacct_key not in refused})

    @cached_property
    def _without_members(self) -> Mapping[str, Sequence[CrossReference]]:
        """Owners that take members and have none, by project."""
        found: dict[str, list[CrossReference]] = defaultdict(list)
        for pair in self._world.cross_references.of_object(self._leg.owner):
            if not pair.members and self._leg.takes(pair.detail):
                found[pair.project_id].append(pair)
        return found


def _of_the_job(ground: Ground, key: str) -> bool:
    """A project's sub jobs are jobs of their own."""
    return f"{key}/".startswith(f"{ground.job}/")


def _owners(leg: Assignment, rows: Sequence[Held]) -> list[_Owner]:
    members: dict[str, dict[str, str]] = defaultdict(dict)
    ids: dict[str, str] = {}
    for row in rows:
        key = key_of(leg.owner_key, row)
        members[key][str(row[leg.member_id])] = key_of(leg.member_key, row)
        ids[key] = str(row[leg.owner_id])
    return [_Owner(key=key, natural_id=ids[key], members=each) for key, each in members.items()]


def _combinations(leg: Assignment, owner: _Owner, pair: CrossReference, members: Pairs) -> Iterator[Combination]:
    if leg.takes(pair.detail):
        for id_, key in owner.members.items():
            if key in members:
                yield Combination(owner=pair, member=members[key], id=id_)


def _waiting(leg: Assignment, owner: _Owner, pairs: Pairs, members: Pairs) -> Refused | None:
    """An owner that is not linked, or one of whose members is not."""
    if owner.key not in pairs:
        said = f"{owner.key} is not in Procore; {', '.join(sorted(owner.members))} wait for it."
        return _entry(owner.key, owner.natural_id, leg.owner_missing, said, waits_for=f"{leg.owner} {owner.key}")
    for id_, key in owner.members.items():
        if key not in members and leg.takes(pairs[owner.key].detail):
            said = f"{owner.key} takes {id_}, which is not in Procore."
            return _entry(owner.key, owner.natural_id, leg.member_missing, said, waits_for=f"{leg.member} {key}")
    return None


def _bare(leg: Assignment, pair: CrossReference) -> Refused:
    return _entry(pair.intacct_key, pair.intacct_id, leg.member_missing, leg.bare.format(owner=pair.intacct_key))


def _objections(ground: Ground, made: Made) -> Iterator[Refused]:
    by_owner: dict[str, list[Violation]] = defaultdict(list)
    for each, violations in made.refused:
        by_owner[each.owner.intacct_key].extend(violations)
    ids = {each.owner.intacct_key: each.owner.intacct_id for each, _ in made.refused}
    for key, violations in by_owner.items():
        yield Incoming(key=key, natural_id=ids[key], label=key), violations
    for name, violation in made.custom.items():
        yield Incoming(key=f"{ground.job}/segment/{name}", natural_id=name, label=name), [violation]


def _entry(key: str, natural_id: str, code: Code, said: str, *, waits_for: str = "") -> Refused:
    return Incoming(key=key, natural_id=natural_id, label=key, waits_for=waits_for), [Violation(code=code, field="", message=said)]


def _grown(done: Sequence[Combination]) -> list[CrossReference]:
    """The owners with their new members: a link that stands is refreshed, and its members only grow."""
    new: dict[str, set[str]] = defaultdict(set)
    for each in done:
        new[each.owner.intacct_key].add(each.id)
    owners = {each.owner.intacct_key: each.owner for each in done}
    return [owner.model_copy(update={"members": owner.members | new[key]}) for key, owner in owners.items()]
