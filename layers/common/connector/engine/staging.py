"""What people do with staged records: add them to Procore, link them, leave them aside, take them back, try them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.core.codecs import ID
from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State
from connector.core.origin import is_ours
from connector.core.people import ACCOUNTING, Person
from connector.core.record import rows
from connector.engine.decide import Decided
from connector.engine.desk import Desk, leg_of
from connector.engine.import_ import request
from connector.engine.linking import link_each, suggestions
from connector.engine.prepare import choose
from connector.engine.stage import RECORDNO
from connector.engine.world import World
from connector.ports import Page


def listing(world: World, person: Person, *, state: State = State.STAGED, object_name: str = "", cursor: str = "") -> Page[Item]:
    """Records of imports in one state, longest there first. A suggestion is in ``Item.staged``, by the names of
    :mod:`connector.engine.stage`. Raises ConnectorError(NOT_ALLOWED)."""
    if not world.config().roles(person) & ACCOUNTING:
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} may not see staged records.")
    page = world.state.on_shelf(state.value, object_name=object_name, cursor=cursor)
    return Page[Item](rows=tuple(item for item in page.rows if person.may_see(item.project_id)), cursor=page.cursor)


def accept(world: World, person: Person, item_ids: Sequence[str], options: Mapping[str, str] | None = None) -> list[Decided]:
    """Adds the records to Procore, or brings their changes there. ``options`` are those of the leg, by name (``template``)."""
    desk = Desk(world, person)

    def add(item: Item) -> Decided | None:
        offered = desk.offered(item)
        if closed := (desk.closed(item) if offered is None else None) or desk.taken(item):
            return closed
        leg = desk.leg(item)
        for name in options or {}:
            if name not in leg.target.options and name not in leg.choices:
                return desk.refused(item, Code.MALFORMED, f"there is no option {name!r}.")
        record, problems = desk.record(item)
        before = {name: text for name, text in offered.detail.items() if name in leg.choices} if offered else {}
        record, wrong = choose(record, before | {name: value for name, value in (options or {}).items() if name in leg.choices and value})
        if wrong:
            return Decided(item=item.id, state=item.state, violation=wrong[0])
        if problems:
            return desk.kept(item, problems, "not added to Procore")
        record = leg.decided(record) if leg.decided else record
        body = desk.target(item).body(record, item.staged[RECORDNO], item.intacct_id)
        if offered is not None:
            changes = {name: value for name, value in body.items() if name not in leg.target.kept}
            desk.claim(item, record, {"id": ID.write(offered.procore_id)} | changes, "change brought to Procore")
            return None
        chosen = {leg.target.options[name]: ID.write(value) for name, value in (options or {}).items() if value and name not in leg.choices}
        desk.claim(item, record, body | chosen, "added to Procore")
        return None

    desk.each(item_ids, add)
    return desk.settle()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What may be chosen when a record is added; ``values`` are what it may be, with words for people."""

    name: str
    values: tuple[tuple[str, str], ...]


def options(world: World, item: Item) -> list[Option]:
    """Where they come from a list of Procore's, it is asked. Raises ConnectorError(NOT_WAITING) for a record that no person adds."""
    leg = leg_of(world, item)
    where = {"company": world.company, "project": item.project_id}
    found = []
    for name, listed in leg.target.options_from.items():
        params = {key: text.format_map(where) for key, text in listed.params.items()}
        pages = world.procore.pages(listed.path.format_map(where), params)
        found.append(Option(name=name, values=tuple((str(row["id"]), str(row["name"])) for page in pages for row in page)))
    closed = {row.name: row.procore.codec.words for row in rows(leg.record) if row.procore is not None and row.name in leg.choices}
    return [*found, *(Option(name=name, values=tuple((word, word) for word in closed.get(name, ()))) for name in sorted(leg.choices))]


def may_choose(world: World, item: Item) -> bool:
    """Whether something may be chosen when it is added; asks nobody."""
    leg = leg_of(world, item)
    return bool(leg.target.options_from or leg.choices)


def link(world: World, person: Person, staged_id: str, procore_id: str) -> Decided:
    """Links a staged record to a Procore record that is there, also one whose own record was merged into that. Only its origin id is
    written: neither address is."""
    desk = Desk(world, person)

    def to(item: Item) -> Decided | None:
        twin = desk.target(item).shown(procore_id)
        closed = None if is_ours(twin.origin) and desk.freed(item, procore_id) else desk.closed(item)
        return closed or desk.claim_twin(item, twin)

    desk.each([staged_id], to)
    return desk.settle()[0]


def link_all_suggested(world: World, person: Person, object_name: str) -> list[Decided]:
    """Links every staged record of the object to the Procore record suggested for it, where that is suggested once. Of more than
    :data:`~connector.engine.linking.AT_ONCE`, :func:`connector.engine.linking.request_links` makes a run."""
    desk, suggested = Desk(world, person), suggestions(world, object_name)
    link_each(desk, object_name, suggested, Counter(suggested.values()))
    return desk.settle()


def archive(world: World, person: Person, item_ids: Sequence[str]) -> list[Decided]:
    """Leaves records aside: imports go on telling them what changed, and do not stage them again."""
    desk = Desk(world, person)

    def aside(item: Item) -> Decided:
        if item.state is State.ARCHIVED:
            return Decided(item=item.id, state=item.state, said="archived before")
        if item.state not in {State.STAGED, State.INVALID}:
            return desk.refused(item, Code.NOT_WAITING, f"it is {item.state.value}; nothing was changed.")
        return desk.move(item, "archived", State.ARCHIVED)

    desk.each(item_ids, aside)
    return desk.settle()


def restore(world: World, person: Person, item_ids: Sequence[str]) -> list[Decided]:
    """Takes archived records back to where they were."""
    desk = Desk(world, person)

    def back(item: Item) -> Decided:
        if item.state is not State.ARCHIVED:
            return desk.refused(item, Code.NOT_WAITING, f"it is {item.state.value}, not archived.")
        return desk.move(item, "restored", State.INVALID if item.problems else State.STAGED, reason="")

    desk.each(item_ids, back)
    return desk.settle()


def retry(world: World, person: Person, item_ids: Sequence[str]) -> list[Decided]:
    """Reads the records' objects again, whatever the watermark says: rules look at whole sets, so no record is tried alone. One run for
    each object and project."""
    desk = Desk(world, person)
    runs: dict[tuple[str, str], str] = {}

    def again(item: Item) -> Decided:
        if item.state is not State.INVALID:
            return desk.refused(item, Code.NOT_WAITING, f"it is {item.state.value}; only what was refused can be tried again.")
        scope = item.object, item.project_id
        if scope not in runs:
            runs[scope] = request(world, person, objects=[item.object], project_id=item.project_id, full=True).id
        return Decided(item=item.id, state=item.state, said="tried again", run=runs[scope])

    desk.each(item_ids, again)
    return desk.settle()
