"""Records that go without a person: looked for where their object says, and sent as soon as they break no rule.

The room's declaration says how they are found, the settings whether they go. What breaks a rule is kept as failed with every reason,
where people see it and can send it with values of their own; a later look tries it again, so that what waited for an invoice goes once
that is in Intacct. Looking twice changes nothing: an item that stands is left to itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.core.errors import Violation
from connector.core.item import Approval, Item, Problem, State, step
from connector.core.record import Ref
from connector.core.spec import Automatic
from connector.core.wire import walk
from connector.engine import preview
from connector.engine.plan import start_run
from connector.engine.prepare import Prepared, prepare
from connector.engine.submit import item_id
from connector.engine.world import Room, Source, World
from connector.ports import Contention

WHO: Final = "the connector"


def look(world: World, object_name: str, project_id: str = "") -> list[Item]:
    """The items that go now, in one run; of one project, or of all. Without a project it asks Procore once for each linked record that
    the object's are found within. Raises ConnectorError of the way there."""
    room = world.room(object_name)
    automatic = _declared(room)
    if automatic is None or object_name not in world.config().automatic:
        return []
    found = [_taken_up(world, room, source) for source in _ready(world, automatic, project_id)]
    going = [item for item in found if item is not None and item.state is State.APPROVED]
    if going:
        start_run(world, [item.id for item in going], by=WHO)
    return going


def hinted(world: World, resource: str, project_id: str) -> list[Item]:
    """What a webhook's hint sets going: something changed in a list that such records are found in ("Contract Payments")."""
    words = resource.lower().replace(" ", "_")
    names = [name for name, room in world.rooms.items() if (found := _declared(room)) and found.list.endswith(f"/{words}")]
    return [item for name in names for item in look(world, name, project_id)]


def _declared(room: Room) -> Automatic | None:
    return room.export.automatic if room.export else None


def _ready(world: World, automatic: Automatic, project_id: str) -> Iterator[Source]:
    config = world.config()
    for pair in list(world.cross_references.of_object(automatic.within)):
        if project_id not in {"", pair.project_id}:
            continue
        where = {"project": pair.project_id, "within": pair.procore_id}
        params = {name: text.format_map(where) for name, text in automatic.params.items()}
        for page in world.procore.pages(automatic.list.format_map(where), params):
            for row in page:
                if automatic.ready(row, config):
                    yield Source(procore_id=automatic.id.format_map(row | where), project_id=pair.project_id)


def _taken_up(world: World, room: Room, source: Source) -> Item | None:
    """None where there is nothing to do: it is linked, or somebody has it already."""
    key = item_id(room.name, source.procore_id)
    held = world.state.get(key)
    if held is not None and (held.state not in {State.FAILED, State.STALE} or held.approvals):
        return None
    if source.procore_id in world.cross_references.by_procore(room.name, [source.procore_id]):
        return None
    prepared = prepare(world, room, source, {}, ask=True)
    problems = tuple(Problem.of(violation) for violation in _objections(prepared))
    if held is not None and held.problems == problems:
        return None
    try:
        return _kept(world, held or _new(world, room, prepared), prepared, problems)
    except Contention:
        return None  # another look has it


def _objections(prepared: Prepared) -> list[Violation]:
    """Everything in the way; what would have to go first is not approved along with it."""
    waiting = []
    for path, row, value in walk(prepared.record) if prepared.record else ():
        if row.ref is not None and isinstance(value, Ref) and f"{row.ref.object}:{value.procore}" in prepared.needs:
            said = f"{row.label} {value.label or value.procore} is not in Intacct yet."
            waiting.append(Violation(code=row.ref.missing, field=path, message=said))
    return [*waiting, *prepared.violations]


def _new(world: World, room: Room, prepared: Prepared) -> Item:
    source = prepared.source
    return Item(
        id=item_id(room.name, source.procore_id),
        company=world.company,
        object=room.name,
        kind=source.kind,
        procore_id=source.procore_id,
        project_id=source.project_id,
        project_name=prepared.project_name,
        state=State.DRAFT,
        since=world.clock.now(),
    )


def _kept(world: World, item: Item, prepared: Prepared, problems: tuple[Problem, ...]) -> Item:
    now, shown = world.clock.now(), preview.build(world, prepared)
    world.payloads.put(preview.name_of(item.id, prepared.fingerprint), preview.text(shown))
    approval = Approval(fingerprint=prepared.fingerprint, by=WHO, by_name=WHO, at=now, via="automatic")
    why = {"code": problems[0].code.value, "why": problems[0].message} if problems else {"via": "automatic"}
    after, entry = step(
        item,
        "cannot go by itself" if problems else "goes by itself",
        who=WHO,
        at=now,
        detail={"fingerprint": prepared.fingerprint} | why,
        state=State.FAILED if problems else State.APPROVED,
        title=prepared.summary.title,
        number=prepared.summary.number or prepared.summary.title,
        party=prepared.summary.party,
        amount=prepared.summary.amount,
        fingerprint=prepared.fingerprint,
        approvals=() if problems else (approval,),
        problems=problems,
    )
    world.state.save(after, entry)
    return after
