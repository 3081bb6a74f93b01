"""Records that go into Procore without a person: taken over where they stand already, else added, parents first, and linked.

Repeating it changes nothing: a record that Procore got before a crash is found by its origin id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.core.codecs import ID
from connector.core.errors import Code, Violation
from connector.core.exchange import Held
from connector.core.item import State
from connector.core.origin import is_ours
from connector.core.record import Record
from connector.core.spec import Leg
from connector.engine.incoming import Ground, Incoming, key_of, read_rows
from connector.engine.refused import Refused, refuse, settle
from connector.engine.target import Target, Twin
from connector.ports import CrossReference, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """A record on its way in, with the link or the twin that says which Procore record it is; neither for a new one."""

    incoming: Incoming
    record: Record
    pair: CrossReference | None = None
    twin: Twin | None = None

    @property
    def procore_id(self) -> str:
        return self.pair.procore_id if self.pair else self.twin.id if self.twin else ""

    @property
    def held(self) -> Mapping[str, Any]:
        """What is known of the Procore record without asking."""
        return self.twin.row if self.twin else {"id": self.procore_id}


@dataclass(slots=True)
class _Landing:
    """One call's work. ``pairs`` are the links of the rows and their parents, and grow on the way."""

    ground: Ground
    leg: Leg[Any]
    target: Target
    pairs: dict[str, CrossReference]
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    fine: dict[str, State] = field(default_factory=dict)

    @property
    def object(self) -> str:
        return self.leg.pairs or self.ground.room.name


def take_in(ground: Ground, leg: Leg[Any], rows: Sequence[Held]) -> Counter[str]:
    """Brings rows that were read together (a page, or a whole set) into Procore. Counts what was ``written`` to Procore, was
    ``unchanged``, only ``refreshed`` its link, was ``left_out`` or ``refused``, and those ``linked`` for the first time."""
    incoming = read_rows(leg, rows, ground.facts)
    keys = [key for each in incoming for key in (each.key, _parent(leg, each.record)) if key]
    pairs = ground.world.cross_references.by_intacct(leg.pairs or ground.room.name, keys)
    landing = _Landing(ground, leg, Target(ground.world, leg, ground.facts), dict(pairs))
    for tier in _tiers(leg, [arrival for each in incoming if (arrival := _sort(landing, each))]):
        _land(landing, tier)
    refuse(ground, landing.refused)
    settle(ground, landing.fine | {ground.job: State.IMPORTED})
    return landing.counts + Counter(refused=len(landing.refused))


def _parent(leg: Leg[Any], record: Record | None) -> str:
    return leg.parent(record) if leg.parent and record is not None else ""


def _sort(landing: _Landing, each: Incoming) -> _Arrival | None:
    """None for a record about which nothing is to be done."""
    pair = landing.pairs.get(each.key)
    if each.record is None or each.violations:
        landing.refused.append((each, each.violations))
    elif pair is not None and pair.record_hash == each.hash and not pair.gone:
        landing.counts["unchanged"] += 1
        landing.fine[each.key] = State.IMPORTED
    elif pair is None and not landing.leg.wanted(each.record, landing.ground.facts):
        landing.counts["left_out"] += 1
        landing.fine[each.key] = State.ARCHIVED
    else:
        return _Arrival(incoming=each, record=each.record, pair=pair)
    return None


def _tiers(leg: Leg[Any], arrivals: Sequence[_Arrival]) -> Iterator[list[_Arrival]]:
    """Parents before children. A circle cannot come from codes; should one come, it goes last."""
    waiting = {each.incoming.key: each for each in arrivals}
    while waiting:
        tier = [each for each in waiting.values() if _parent(leg, each.record) not in waiting] or list(waiting.values())
        for each in tier:
            del waiting[each.incoming.key]
        yield tier


def _land(landing: _Landing, tier: Sequence[_Arrival]) -> None:
    """Records whose link is all there is to tell go by Procore; the others in one sync action."""
    tier = _known(landing, tier)
    others = _ids(landing, tier)
    bodies = [_body(landing, each, others) for each in tier]
    send = [(each, body) for each, body in zip(tier, bodies, strict=True) if body]
    landed = [(each, each.held) for each, body in zip(tier, bodies, strict=True) if not body]
    landing.counts["refreshed"] += len(landed)
    for (each, _), answer in zip(send, landing.target.sync([body for _, body in send]), strict=True):
        if answer.entity is None:
            landing.refused.append((each.incoming, answer.violations))
        else:
            landed.append((each, answer.entity))
            landing.counts["written"] += 1
    _link(landing, landed)


def _known(landing: _Landing, tier: Sequence[_Arrival]) -> list[_Arrival]:
    """The tier without what cannot go, and with the twins that Procore has of what is not linked."""
    found = [each if each.pair else replace(each, twin=landing.target.same_as(each.record, each.incoming.recordno)) for each in tier]
    elsewhere = landing.ground.world.cross_references.by_procore(landing.object, [each.twin.id for each in found if each.twin])
    going: list[_Arrival] = []
    for each in found:
        objection = _objection(landing, each, elsewhere)
        if objection is None:
            going.append(each)
        else:
            landing.refused.append((each.incoming, [objection]))
    return going


def _objection(landing: _Landing, each: _Arrival, elsewhere: Mapping[str, CrossReference]) -> Violation | None:
    name, parent = each.incoming.natural_id, _parent(landing.leg, each.record)
    if parent and parent not in landing.pairs and not each.pair:
        said = f"{name}: its parent {parent} is not in Procore."
        return Violation(code=Code.PARENT_NOT_SYNCED, field="parent", message=said)
    if each.twin and each.twin.id in elsewhere:
        said = f"{name}: Procore's {each.twin.name} is linked to {elsewhere[each.twin.id].intacct_id} already."
        return Violation(code=Code.LINKED_ELSEWHERE, field="", message=said)
    if each.twin and not is_ours(each.twin.origin):
        said = f"{name}: Procore's {each.twin.name} carries the origin id {each.twin.origin!r} of another integration."
        return Violation(code=Code.ORIGIN_NOT_OURS, field="", message=said)
    return None


def _ids(landing: _Landing, tier: Sequence[_Arrival]) -> dict[tuple[str, str], CrossReference]:
    """The linked records that the tier refers to, by object and key."""
    wanted: dict[str, set[str]] = {}
    for other in landing.leg.target.ids:
        wanted.setdefault(other.pairs, set()).update(key_of(other.key, each.incoming.row) for each in tier if not each.procore_id)
    found = {name: landing.ground.world.cross_references.by_intacct(name, keys) for name, keys in wanted.items() if keys}
    return {(name, key): pair for name, pairs in found.items() for key, pair in pairs.items()}


def _body(landing: _Landing, each: _Arrival, others: Mapping[tuple[str, str], CrossReference]) -> dict[str, Json]:
    """What Procore is told; nothing where it knows all of it. What is there already keeps the fields that an import leaves alone."""
    target, incoming = landing.leg.target, each.incoming
    body = landing.target.body(each.record, incoming.recordno, incoming.natural_id)
    if parent := landing.pairs.get(_parent(landing.leg, each.record)):
        body[target.parent] = ID.write(parent.procore_id)
    for other in target.ids:
        if pair := others.get((other.pairs, key_of(other.key, incoming.row))):
            body[other.field] = ID.write(pair.procore_id)
    if not each.procore_id:
        return body
    marks = landing.target.marks(incoming.recordno, incoming.natural_id)
    changes = {name: value for name, value in body.items() if name not in target.kept and name not in marks}
    marked = each.pair is not None or (each.twin is not None and each.twin.origin == landing.target.origin(incoming.recordno))
    return {} if marked and not changes else {"id": ID.write(each.procore_id)} | changes | marks


def _link(landing: _Landing, landed: Sequence[tuple[_Arrival, Mapping[str, Any]]]) -> None:
    references = {each.incoming.key: _reference(landing, each, entity) for each, entity in landed}
    refused = {pair.intacct_key for pair in landing.ground.world.cross_references.link(list(references.values()))}
    for each, _ in landed:
        key = each.incoming.key
        if key in refused:
            said = f"{each.incoming.natural_id}: Procore's record {references[key].procore_id} is linked to another record already."
            landing.refused.append((each.incoming, [Violation(code=Code.LINKED_ELSEWHERE, field="", message=said)]))
        else:
            landing.pairs[key] = references[key]
            landing.fine[key] = State.IMPORTED
            landing.counts["linked"] += each.pair is None


def _reference(landing: _Landing, each: _Arrival, entity: Mapping[str, Any]) -> CrossReference:
    ground, leg, incoming = landing.ground, landing.leg, each.incoming
    told = leg.detail(each.record, entity) if leg.detail else {}
    return CrossReference(
        object=landing.object,
        procore_id=str(entity["id"]),
        intacct_key=incoming.key,
        intacct_id=incoming.natural_id,
        project_id=ground.project_id,
        label=incoming.label,
        record_hash=incoming.hash,
        linked_by=ground.by,
        linked_at=ground.world.clock.now(),
        detail=(each.pair.detail if each.pair else {}) | told,
    )
