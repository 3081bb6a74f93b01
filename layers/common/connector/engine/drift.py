"""A synced record, looked at again on both sides and compared with what was exported.

A look reads Procore's record as for a send, under the settings of then, and Intacct's as a read-back does. What it finds is kept with the
item, once for each new finding, until both sides agree again or a person decides (:mod:`connector.engine.resolve`). A hint says which side
may have changed: where that one stands as exported, and nothing was found before, the other one is not asked.
See docs/adr/0026-drift.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from connector.core import attachments
from connector.core.compare import Difference, compare, edited, shown
from connector.core.drift import MISSING, DriftRow, Finding, Standing, label_at, rows_of
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import Held, Where
from connector.core.item import Drift, Item, State, step
from connector.core.record import Record, rows
from connector.engine import snapshot
from connector.engine.children import children
from connector.engine.prepare import Prepared, prepare
from connector.engine.read_back import find, held_of, identity_of, its_own, says
from connector.engine.world import Source, World
from connector.ports import CrossReference

type Hint = Literal["procore", "intacct", ""]

WHO: Final = "the connector"
NAMED: Final = 50
"""Fields that the item and its history name; the finding has all."""
NOTHING: Final = Finding(procore=Standing.SAME, intacct=Standing.SAME, rows=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """How a side stands, what differs there, and what is said of it besides."""

    standing: Standing
    differences: tuple[Difference, ...] = ()
    more: tuple[DriftRow, ...] = ()


def look(world: World, item: Item, *, hint: Hint = "", who: str = WHO) -> Item:
    """The item with what there is to say of it now. An item that is not synced, or whose link is another by now, is left as it is. Raises
    RetryLater, ConnectorError of the way there, and Contention where somebody else changed the item at this moment."""
    pair = world.cross_references.by_procore(item.object, [item.procore_id]).get(item.procore_id)
    if item.state is not State.SYNCED or pair is None or pair.intacct_key != item.intacct_key:
        return item
    known = snapshot.both(world, item)
    if known is None:
        return _noted(world, item, pair, who)
    exported, held = known
    assert exported.record is not None  # noqa: S101 -- it was exported
    seen: dict[str, _Side] = {}
    for side in ("intacct", "procore") if hint == "intacct" else ("procore", "intacct"):
        seen[side] = _in_procore(world, item, exported) if side == "procore" else _in_intacct(world, item, pair, exported, held)
        if hint == side and item.drift is None and seen[side].standing is Standing.SAME and not item.accepted:
            return item
    ours, theirs = seen["procore"], seen["intacct"]
    rows_found = (*rows_of(type(exported.record), ours.differences, theirs.differences), *ours.more, *theirs.more)
    nothing_there = {side: MISSING for side, there in seen.items() if there.standing is Standing.GONE}
    finding = Finding(
        procore=ours.standing, intacct=theirs.standing, rows=tuple(row.model_copy(update=nothing_there) for row in rows_found)
    )
    return _kept(world, item, finding, who)


def found(world: World, item: Item) -> Finding:
    """What the last look found and nobody has accepted."""
    return _finding(world, item, item.drift.mark) if item.drift else NOTHING


def accepted(world: World, item: Item, finding: Finding) -> str:
    """Keeps what is accepted now beside what was before, and says under which mark."""
    whole = finding.beside(_finding(world, item, item.accepted)) if item.accepted else finding
    world.payloads.put(name_of(item, whole.mark), whole.model_dump_json())
    return whole.mark


def name_of(item: Item, mark: str) -> str:
    return f"drift/{item.id}/{mark}.json"


def _finding(world: World, item: Item, mark: str) -> Finding:
    text = world.payloads.get(name_of(item, mark))
    return Finding.model_validate_json(text) if text else NOTHING


def _in_procore(world: World, item: Item, exported: Prepared) -> _Side:
    """Void is what the rules that a list can answer refuse now and did not then: a contract that is not approved any more."""
    source = Source.of(item)
    config = exported.facts.config
    try:
        now = prepare(world, exported.room, source, item.choices, ask=False, pending=item.pending, config=config)
    except ConnectorError as problem:
        if problem.code is not Code.NOT_FOUND:
            raise
        return _Side(standing=Standing.GONE)
    was = exported.record
    assert was is not None  # noqa: S101 -- it was exported
    if now.record is None:
        return _Side(standing=Standing.EDITED, more=tuple(_unreadable("procore", each) for each in now.violations))
    without_files = not getattr(was, attachments.NAME, None)  # they were left in Procore, and say nothing since
    differences = tuple(each for each in edited(was, now.record) if not (without_files and each.field == attachments.NAME))
    void = tuple(_new_refusals(exported, was, now.record))
    standing = Standing.VOID if void else Standing.EDITED if differences else Standing.SAME
    return _Side(standing=standing, differences=differences, more=void)


def _new_refusals(exported: Prepared, was: Record, now: Record) -> Iterator[DriftRow]:
    export = exported.room.export
    assert export is not None  # noqa: S101 -- it was exported
    before = {each.code for rule in export.ready for each in rule(was, exported.facts)}
    for each in (each for rule in export.ready for each in rule(now, exported.facts)):
        if each.code not in before:
            labels = {row.name: row.label for row in rows(type(now))}
            values = [shown(getattr(record, each.field)) if each.field in labels else "" for record in (was, now)]
            yield DriftRow(
                field=each.field,
                label=labels.get(each.field, "Standing"),
                procore=values[1] or each.message,
                intacct=None,
                export=values[0],
                money=False,
            )


def _in_intacct(world: World, item: Item, pair: CrossReference, exported: Prepared, held: Record) -> _Side:
    declared = held_of(exported)
    names = {key: name for name, key in pair.lines.items()}
    own_id = item.intacct_id if declared.id_field != "RECORDNO" else ""
    try:
        there = find(
            world,
            exported,
            (Where("RECORDNO", "equalto", (item.intacct_key,)),),
            natural_id=own_id,
            names=names,
            more=(declared.void.field,) if declared.void else (),
        )
    except ConnectorError as problem:
        if problem.code is not Code.READ_BACK_DIFFERS:
            raise
        return _Side(standing=Standing.EDITED, more=(_unreadable("intacct", problem.violation()),))
    if there is None:
        return _Side(standing=Standing.GONE)
    differed = tuple(_without_lines_of_others(world, pair, compare(held, there.record, there.unread)))
    differences = (*differed, *_renamed_lines(exported, held, there.row, names))
    if declared.void and there.row.get(declared.void.field) in declared.void.values:
        said = DriftRow(
            field="", label="Standing", procore=None, intacct=str(there.row[declared.void.field]), export=Standing.SAME.value, money=False
        )
        return _Side(standing=Standing.VOID, differences=differences, more=(said,))
    return _Side(standing=Standing.EDITED if differences else Standing.SAME, differences=differences)


def _without_lines_of_others(world: World, pair: CrossReference, differences: list[Difference]) -> Iterator[Difference]:
    """A change order of ours may bring a new line to the commitment it changes: the change order's link says which."""
    if any(each.more for each in differences):
        brought = {its_own(key) for link in children(world, pair) for key in link.lines.values()}
        differences = [each for each in differences if each.more not in brought]
    yield from differences


def _renamed_lines(exported: Prepared, held: Record, row: Held, names: dict[str, str]) -> Iterator[Difference]:
    """Lines that do not say any more whose they are, though it is known: only of what we wrote ourselves."""
    lines_row = next((each for each in rows(type(held)) if each.lines is not None), None)
    if held is not exported.record or lines_row is None:
        return
    identity, lines = identity_of(lines_row), row.get(held_of(exported).lines_object)
    if identity is None or not lines or isinstance(lines, str):
        return
    places = {str(getattr(line, identity.name)): number for number, line in enumerate(getattr(held, lines_row.name), start=1)}
    for line in lines:
        name = names.get(str(line["RECORDNO"]), "")
        if name in places and says(identity, line) != name and identity.intacct and identity.intacct.read:
            said = str(line.get(identity.intacct.read) or "")
            yield Difference(f"{lines_row.name}[{places[name]}].{identity.name}", identity.label, name, said)


def _unreadable(side: Hint, violation: Violation) -> DriftRow:
    told = {"procore": None, "intacct": None} | {side: violation.message}
    label = label_at(violation.field, "What cannot be read")
    return DriftRow(field=violation.field, label=label, procore=told["procore"], intacct=told["intacct"], export="", money=False)


def _kept(world: World, item: Item, finding: Finding, who: str) -> Item:
    left = finding.without(_finding(world, item, item.accepted)) if item.accepted else finding
    if left.nothing:
        return saved(world, item, "stands as exported again", who, drift=None) if item.drift else item
    if item.drift is not None and item.drift.mark == left.mark:
        return item
    world.payloads.put(name_of(item, left.mark), left.model_dump_json())
    fields = tuple(dict.fromkeys(row.field or row.label for row in left.rows))[:NAMED]
    drift = Drift(mark=left.mark, at=world.clock.now(), procore=left.procore, intacct=left.intacct, fields=fields, chosen="")
    told = {"mark": left.mark, "Procore": left.procore.value, "Intacct": left.intacct.value, "fields": ", ".join(fields)}
    return saved(world, item, words_of(left), who, told, drift=drift)


def words_of(finding: Finding) -> str:
    """``edited in Procore, void in Intacct``, with what it was after."""
    sides = ((finding.procore, "Procore"), (finding.intacct, "Intacct"))
    return ", ".join(f"{how.value} in {where}" for how, where in sides if how is not Standing.SAME) + " after it was synced"


def _noted(world: World, item: Item, pair: CrossReference, who: str) -> Item:
    """A link of which nothing was kept: what both sides hold now is what later looks compare with."""
    room = world.room(item.object)
    source = Source.of(item)
    prepared = prepare(world, room, source, item.choices, ask=False, pending=item.pending)
    if prepared.record is None or not item.approvals:
        return item
    names = {key: name for name, key in pair.lines.items()}
    there = find(world, prepared, (Where("RECORDNO", "equalto", (item.intacct_key,)),), names=names)
    if there is None:
        return item
    snapshot.keep(world, item, prepared, there.record)
    return saved(world, item, "what both systems hold was noted, for later looks", who)


def saved(world: World, item: Item, what: str, who: str, detail: dict[str, str] | None = None, **changes: object) -> Item:
    """The item after a step of its history. Raises Contention."""
    after, entry = step(item, what, who=who, at=world.clock.now(), detail=detail, **changes)
    world.state.save(after, entry)
    return after
