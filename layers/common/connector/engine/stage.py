"""Records that wait for a person: staged with a suggestion, and kept up to date while they wait. What is linked is staged again only where
its leg offers changes, and then it waits to be brought into the Procore record it is linked to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from connector.core.exchange import Held
from connector.core.item import HistoryEntry, Item, State, step
from connector.core.origin import is_ours
from connector.core.spec import Leg
from connector.engine import merged
from connector.engine.back_references import to_procore
from connector.engine.gone import DELETED, mark
from connector.engine.incoming import Ground, Incoming, read_rows
from connector.engine.kept_record import as_text, keep
from connector.engine.refused import Refused, blank, item_id, refuse, settle
from connector.engine.target import Target, Twin
from connector.ports import CrossReference

INACTIVE: Final = "inactive in Intacct"
LEFT_OUT: Final = "inactive in Intacct, or of a type that is not imported"
PUT_ASIDE: Final = frozenset({LEFT_OUT, DELETED})
"""Reasons of an import, not of a person: what they put aside comes back by itself."""
RECORDNO: Final = "intacct recordno"
PART: Final = "procore sub job"
SUGGESTED: Final = "suggested id"
SUGGESTED_NAME: Final = "suggested name"
SUGGESTED_WHY: Final = "suggested because of the same"
"""Entries of :attr:`Item.staged` beside the record's own, whose names have no spaces."""


def stage(ground: Ground, leg: Leg[Any], target: Target, read: Sequence[Held]) -> Counter[str]:
    """One page. ``target`` may be that of the page before: nothing here changes what Procore holds. Counts records ``staged`` (new or
    changed), ``unchanged``, ``refreshed`` (linked, the link was told of the change), ``left_out`` and ``refused``."""
    incoming = list(_referring(ground, read_rows(leg, read, ground.facts)))
    pairs = ground.world.cross_references.by_intacct(ground.room.name, [each.key for each in incoming])
    linked = [(pairs[each.key], each) for each in incoming if each.record and each.key in pairs]
    changed = [each for each in incoming if (pair := pairs.get(each.key)) and pair.record_hash != each.hash]
    stale = [
        _refreshed(leg, pair, each) for pair, each in linked if pair.gone == DELETED or (pair.record_hash != each.hash and not leg.offers)
    ]
    settle(ground, {each.key: State.LINKED for pair, each in linked if pair.gone and _active(leg, each)})
    ground.world.cross_references.link(stale)
    mark(ground, [(_refreshed(leg, pair, each), INACTIVE) for pair, each in linked if not (_active(leg, each) or pair.gone)])
    gone = _left_behind(ground, target, incoming, pairs) if ground.full and ground.room.merged_in_procore else []
    refuse(ground, gone)
    apart = [each for each in incoming if each.key not in pairs] + (changed if leg.offers else [])
    held = ground.world.state.get_many([item_id(ground.room.name, each.key) for each in (incoming if leg.offers else apart)])
    items = {item.intacct_key: item for item in held.values()}
    if leg.offers:
        _take_back(ground, [items[each.key] for each in incoming if each not in apart and each.key in items])
    refused = [(each, each.violations) for each in apart if each.violations]
    refuse(ground, refused)
    wanted = {each.key: each for each in apart if each.record and not each.violations and leg.wanted(each.record, ground.facts)}
    fresh = [each for each in wanted.values() if _is_fresh(ground, each, items.get(each.key))]
    twins = _suggestions(ground, target, [each for each in fresh if each.key not in pairs])
    puts = (_put(ground, leg, each, items.get(each.key), twins.get(each.key), pairs.get(each.key)) for each in fresh)
    staged = [made for made in puts if made]
    unwanted = [each for each in apart if each.key not in wanted and not each.violations]
    withdrawn = [made for each in unwanted if (made := _withdraw(ground, items.get(each.key)))]
    ground.world.state.save_many([*staged, *withdrawn])
    done = Counter(staged=len(staged), refreshed=len(stale), left_out=len(unwanted), refused=len(refused) + len(gone))
    return done + Counter(unchanged=len(incoming) - done.total())


def _referring(ground: Ground, incoming: Sequence[Incoming]) -> Iterator[Incoming]:
    """What refers to something that Procore does not have is refused, as a rule would."""
    for each in incoming:
        missing = to_procore(ground.world, each.record)[1] if each.record is not None else ()
        yield replace(each, violations=(*each.violations, *missing)) if missing else each


def _take_back(ground: Ground, items: Sequence[Item]) -> None:
    """Offers of a change that Intacct has undone."""
    what, now = "in Intacct as it is in Procore", ground.world.clock.now()
    offered = [item for item in items if item.state in {State.STAGED, State.INVALID}]
    back = [step(item, what, who=ground.by, at=now, state=State.IMPORTED, problems=(), waits_for="") for item in offered]
    ground.world.state.save_many(back)


def _refreshed(leg: Leg[Any], pair: CrossReference, each: Incoming) -> CrossReference:
    """A change that is offered keeps its link as it is until it is accepted."""
    told = {} if leg.offers else {"intacct_id": each.natural_id, "label": each.label, "record_hash": each.hash}
    return pair.model_copy(update=told | {"gone": "" if _active(leg, each) else pair.gone})


def _active(leg: Leg[Any], each: Incoming) -> bool:
    return each.record is None or leg.active(each.record)


def _left_behind(ground: Ground, target: Target, incoming: Sequence[Incoming], pairs: Mapping[str, CrossReference]) -> list[Refused]:
    """Pairs whose Procore record is gone and was taken in by none that is known; the link of the others has followed."""
    world, room = ground.world, ground.room
    missing = {key for key, pair in pairs.items() if target.by_id(pair.procore_id) is None and merged.is_gone(world, room, pair.procore_id)}
    marked = {key: target.marked(pairs[key].intacct_key) for key in missing}
    followed = {key for key, twin in marked.items() if twin and merged.follow(world, room, twin.id, twin.row)}
    return [(each, [merged.left_behind(pairs[each.key])]) for each in incoming if each.key in missing - followed]


def _is_fresh(ground: Ground, each: Incoming, item: Item | None) -> bool:
    """New, changed, or back. Where everything is read again, suggestions are looked for again too."""
    if item is None or item.fingerprint != each.hash or item.reason in PUT_ASIDE:
        return True
    return item.state not in {State.STAGED, State.ARCHIVED} or (ground.full and item.state is State.STAGED)


def _suggestions(ground: Ground, target: Target, fresh: Sequence[Incoming]) -> dict[str, Twin]:
    """One to one: a Procore record that is linked, belongs to another integration, or fits two of the page is suggested to nobody."""
    twins = {each.key: twin for each in fresh if each.record and (twin := target.same_as(each.record, each.recordno))}
    linked = ground.world.cross_references.by_procore(ground.room.name, [twin.id for twin in twins.values()])
    times = Counter(twin.id for twin in twins.values())
    return {key: twin for key, twin in twins.items() if twin.id not in linked and is_ours(twin.origin) and times[twin.id] == 1}


def _put(
    ground: Ground, leg: Leg[Any], each: Incoming, item: Item | None, twin: Twin | None, pair: CrossReference | None
) -> tuple[Item, HistoryEntry] | None:
    """None where nothing of it is news. With ``pair`` it is a change of what is linked."""
    assert each.record is not None  # noqa: S101 -- only readable records are staged
    part = {PART: ground.facts.sub_job_id} if ground.facts.sub_job_id else {}
    values = as_text(each.record) | {RECORDNO: each.recordno} | part | _suggested(twin)
    by_a_person = item is not None and item.state is State.ARCHIVED and item.reason not in PUT_ASIDE
    state = State.ARCHIVED if by_a_person else State.STAGED
    start = item or blank(ground, each)
    keep(ground.world, leg, start.id, each.hash, each.record)
    if item is not None and (item.state, item.staged, item.fingerprint) == (state, values, each.hash):
        return None
    return step(
        start,
        "changed in Intacct" if item or pair else "staged",
        who=ground.by,
        at=ground.world.clock.now(),
        state=state,
        project_id=ground.project_id,
        procore_id=pair.procore_id if pair else start.procore_id,
        amount=leg.amount(each.record) if leg.amount else start.amount,
        waits_for="",
        title=each.label,
        number=each.natural_id,
        intacct_id=each.natural_id,
        fingerprint=each.hash,
        staged=values,
        problems=(),
        reason=item.reason if item and by_a_person else "",
    )


def _withdraw(ground: Ground, item: Item | None) -> tuple[Item, HistoryEntry] | None:
    if item is None or item.state not in {State.STAGED, State.INVALID}:
        return None
    return step(item, LEFT_OUT, who=ground.by, at=ground.world.clock.now(), state=State.ARCHIVED, reason=LEFT_OUT)


def _suggested(twin: Twin | None) -> dict[str, str]:
    return {SUGGESTED: twin.id, SUGGESTED_NAME: twin.name, SUGGESTED_WHY: twin.why} if twin else {}
