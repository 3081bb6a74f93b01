"""Records that become several in Procore, one for each linked record that they pay. Procore has no sync action for these and no filter by
origin id: before each creation the holder's list is looked through, and what became of a request that was never answered shows there.

A record that is not valid any more is taken away again, and listed for people.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any, Final

from connector.core.codecs import ID
from connector.core.errors import Code, ConnectorError, Kind, SetupWrong, Violation
from connector.core.exchange import Held, Query, Where
from connector.core.fingerprint import digest
from connector.core.item import State
from connector.core.origin import origin_id
from connector.core.record import Record
from connector.core.spec import Beside, Leg, Split
from connector.core.wire import write_procore
from connector.engine.incoming import Ground, Incoming, key_of, read_rows
from connector.engine.refused import Refused, refuse, settle
from connector.ports import CrossReference, Json

VOIDED: Final = "voided in Intacct"
_VALUES_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one record pays on one linked record, ``paid``."""

    incoming: Incoming
    paid: CrossReference
    record: Record
    stands: bool

    @property
    def key(self) -> str:
        return f"{self.incoming.recordno}/{self.paid.procore_id}"

    @property
    def label(self) -> str:
        return f"{self.incoming.label} of {self.paid.label or self.paid.intacct_id}"


@dataclass(slots=True)
class _Landing:
    """One page's work. ``holders`` are Procore's ids of whose the paid records are, ``there`` their payments by origin id."""

    ground: Ground
    leg: Leg[Any]
    split: Split[Any]
    pairs: dict[str, CrossReference] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    there: dict[str, dict[str, Mapping[str, Json]]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    refused: dict[str, list[Refused]] = field(default_factory=lambda: defaultdict(list))
    fine: dict[str, dict[str, State]] = field(default_factory=lambda: defaultdict(dict))


def take_apart(ground: Ground, leg: Leg[Any], split: Split[Any], rows: Sequence[Held]) -> Counter[str]:
    """Brings a page into Procore. Counts parts ``written``, ``unchanged`` and ``removed``, records ``left_out`` and ``refused``."""
    landing = _Landing(ground, leg, split)
    incoming = read_rows(leg, rows, ground.facts)
    landing.refused[""] += [(each, each.violations) for each in incoming if each.record is None or each.violations]
    whole = [each for each in incoming if each.record is not None and not each.violations]
    parts = list(_parts(landing, _not_ours(landing, whole)))
    landing.pairs = ground.world.cross_references.by_intacct(ground.room.name, [part.key for part in parts])
    for part in parts:
        _settle(landing, part)
    for project in sorted(landing.refused.keys() | landing.fine.keys()):
        here = replace(ground, facts=replace(ground.facts, project_id=project))
        refuse(here, landing.refused[project])
        settle(here, landing.fine[project])
    return landing.counts + Counter(refused=sum(len(several) for several in landing.refused.values()))


def _not_ours(landing: _Landing, incoming: Sequence[Incoming]) -> list[Incoming]:
    """Without what Procore sent: that is known by its mark, and by its link once it has one. Where it is void, people are told."""
    sent = landing.ground.world.cross_references.by_intacct(landing.ground.room.name, [each.recordno for each in incoming])
    ours = [each for each in incoming if each.recordno in sent or landing.split.ours(each.record)]
    landing.counts["left_out"] += len(ours)
    for each in ours:
        pair = sent.get(each.recordno)
        if pair is not None and not landing.split.stands(each.record):
            said = f"{pair.label or each.label} is {VOIDED}. It was sent from Procore, where payment {pair.procore_id} stays as it is."
            told = replace(each, key=f"{each.recordno}/void")
            landing.refused[pair.project_id].append((told, [Violation(code=Code.VOIDED_IN_INTACCT, field="", message=said)]))
    return [each for each in incoming if each not in ours]


def _parts(landing: _Landing, incoming: Sequence[Incoming]) -> Sequence[_Part]:
    split = landing.split
    bills = sorted({bill for each in incoming for bill in split.bills(each.record)})
    paid = _linked(landing, bills)
    released = {
        str(row[split.behind.by]): str(row[split.behind.fields[0]]) for row in _rows(landing, split.behind, set(bills) - paid.keys())
    }
    originals = _linked(landing, sorted(set(released.values())))
    paid |= {bill: originals[behind] for bill, behind in released.items() if behind in originals}
    by_id = {pair.procore_id: pair for pair in paid.values()}
    ids = {bill: pair.procore_id for bill, pair in paid.items()}
    found = []
    for each in incoming:
        parts = split.parts(each.record, ids, frozenset(released))
        landing.counts["left_out"] += not parts
        stands = split.stands(each.record)
        found += [_Part(incoming=each, paid=by_id[procore_id], record=part, stands=stands) for procore_id, part in parts.items()]
    return found


def _linked(landing: _Landing, bills: Sequence[str]) -> dict[str, CrossReference]:
    """What is linked of the documents that these bills are of."""
    paid = landing.split.paid
    keys = {str(row[paid.by]): key_of(paid.key, row) for row in _rows(landing, paid, bills)}
    pairs = landing.ground.world.cross_references.by_intacct(paid.pairs, set(keys.values()))
    return {bill: pairs[key] for bill, key in keys.items() if key in pairs}


def _rows(landing: _Landing, beside: Beside, values: Sequence[str] | set[str]) -> list[Held]:
    """None of an object that the company does not have."""
    found: list[Held] = []
    for some in batched(sorted(values), _VALUES_AT_ONCE, strict=False):
        query = Query(object=beside.object, fields=("RECORDNO", beside.by, *beside.fields), where=(Where(beside.by, "in", some),))
        (rows,) = landing.ground.world.intacct.read_each([query], entity=landing.ground.facts.config.entity)
        found += [] if isinstance(rows, Violation) else rows
    return found


def _settle(landing: _Landing, part: _Part) -> None:
    """What is wrong with one does not stop the others."""
    pair, project = landing.pairs.get(part.key), part.paid.project_id
    try:
        if part.stands:
            _bring(landing, part, pair)
        else:
            _take_away(landing, part, pair)
    except ConnectorError as problem:
        if isinstance(problem, SetupWrong) or problem.kind is Kind.LATER:
            raise
        landing.refused[project].append((_named(part), [problem.violation()]))


def _bring(landing: _Landing, part: _Part, pair: CrossReference | None) -> None:
    body = write_procore(part.record)
    version = digest(body)
    if pair is not None and pair.record_hash == version:
        landing.counts["unchanged"] += 1
        landing.fine[part.paid.project_id][part.key] = State.IMPORTED
        return
    target, procore = landing.leg.target, landing.ground.world.procore
    origin = _origin(landing, part)
    there = pair.procore_id if pair else str(_there(landing, part).get(origin, {}).get("id") or "")
    told = {**_place(landing, part, numbers=True), target.body: body | {"origin_id": origin}}
    if there:
        procore.send("PATCH", target.change.format(id=there), told)
    else:
        there = str(procore.send("POST", target.create, told)["id"])
    _link(landing, part, there, version)
    landing.counts["written"] += 1


def _take_away(landing: _Landing, part: _Part, pair: CrossReference | None) -> None:
    if pair is not None and pair.gone:
        landing.counts["unchanged"] += 1
        return
    there = pair.procore_id if pair else str(_there(landing, part).get(_origin(landing, part), {}).get("id") or "")
    if not there:
        landing.counts["left_out"] += 1
        return
    try:
        landing.ground.world.procore.send("DELETE", landing.leg.target.change.format(id=there), {}, _params(landing, part))
    except ConnectorError as problem:
        if problem.code is not Code.NOT_FOUND:
            raise
    said = f"{part.label} is {VOIDED}; payment {there} was taken away in Procore."
    violation = Violation(code=Code.VOIDED_IN_INTACCT, field="", message=said)
    refuse(_ground_of(landing, part), [(_named(part), [violation])])
    _link(landing, part, there, "", gone=VOIDED)
    landing.counts["removed"] += 1


def _link(landing: _Landing, part: _Part, procore_id: str, version: str, *, gone: str = "") -> None:
    ground = landing.ground
    reference = CrossReference(
        object=ground.room.name,
        procore_id=procore_id,
        intacct_key=part.key,
        intacct_id=part.incoming.natural_id,
        project_id=part.paid.project_id,
        label=part.label,
        record_hash=version,
        linked_by=ground.by,
        linked_at=ground.world.clock.now(),
        gone=gone,
    )
    if ground.world.cross_references.link([reference]):
        said = f"{part.label}: Procore's payment {procore_id} is linked to another one already."
        raise ConnectorError(Code.LINKED_ELSEWHERE, said)
    if not gone:
        landing.fine[part.paid.project_id][part.key] = State.IMPORTED


def _there(landing: _Landing, part: _Part) -> dict[str, Mapping[str, Json]]:
    """The holder's payments in Procore by origin id, read once a page."""
    holder = _holder(landing, part)
    if holder not in landing.there:
        pages = landing.ground.world.procore.pages(landing.leg.target.existing, _params(landing, part))
        landing.there[holder] = {str(row["origin_id"]): row for page in pages for row in page if row.get("origin_id")}
    return landing.there[holder]


def _holder(landing: _Landing, part: _Part) -> str:
    """Whose the paid record is, as it says itself."""
    paid, split = part.paid, landing.split
    if paid.procore_id not in landing.holders:
        shown = landing.ground.world.procore.get(split.holder.format(id=paid.procore_id), {"project_id": paid.project_id})
        landing.holders[paid.procore_id] = str(shown[split.holder_field])
    return landing.holders[paid.procore_id]


def _place(landing: _Landing, part: _Part, *, numbers: bool = False) -> dict[str, Json]:
    values = {"project": part.paid.project_id, "holder": _holder(landing, part)}
    named = {name: text.format_map(values) for name, text in landing.leg.target.envelope.items()}
    return {name: ID.write(text) for name, text in named.items()} if numbers else dict(named)


def _params(landing: _Landing, part: _Part) -> dict[str, str]:
    return {name: str(value) for name, value in _place(landing, part).items()}


def _origin(landing: _Landing, part: _Part) -> str:
    return origin_id(landing.leg.reads.object, part.key)


def _ground_of(landing: _Landing, part: _Part) -> Ground:
    return replace(landing.ground, facts=replace(landing.ground.facts, project_id=part.paid.project_id))


def _named(part: _Part) -> Incoming:
    return replace(part.incoming, key=part.key, label=part.label)
