"""Records that go without a person: looked for where their object says, and sent as soon as they break no rule.

What breaks one is kept as failed with every reason, where approvers see it and may choose values of their own; a later look tries it
again, so that what waited for an invoice goes once that is in Intacct. What Intacct itself refused is a person's to try again. Looking
twice changes nothing: an item that stands is left to itself. See docs/adr/0010-without-a-click.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from connector.core.errors import ConnectorError, Kind, Violation
from connector.core.item import Approval, Item, Problem, State, step
from connector.core.record import Ref
from connector.core.wire import walk
from connector.engine import notify, outbox, preview
from connector.engine.plan import start_run
from connector.engine.prepare import Prepared, prepare
from connector.engine.submit import item_id
from connector.engine.sweep import whole_shelf
from connector.engine.world import Room, Source, World
from connector.ports import Contention, Json

WHO: Final = "the connector"
SELDOM: Final = timedelta(hours=1)
"""How often the clock looks for what webhooks missed: each look asks Procore once per linked record that the object's are within."""


def look(world: World, room: Room) -> list[Item]:
    """The items that go now, of all projects, in one run. Raises ConnectorError of the way there."""
    assert room.export is not None and room.export.automatic is not None  # noqa: S101, PT018 -- callers have checked
    ready, config = room.export.automatic.ready, world.config()
    return take_up(world, room, (source for source, row in listed(world, room) if ready(row, config)))


def look_now_and_then(world: World) -> int:
    """What the clock does: takes up again what another record made stale on its way (two payments of one bill), and looks for each
    object whose last look is an hour old. How many items go now."""
    going, now = 0, world.clock.now()
    for name in sorted(goes_by_itself(world)):
        stale = [Source(procore_id=item.procore_id, project_id=item.project_id) for item in whole_shelf(world, "stale", name)]
        going += len(take_up(world, world.rooms[name], stale))
        mark = f"automatic:{name}"
        last = world.state.watermarks([mark]).get(mark, "")
        if not last or now - datetime.fromisoformat(last) >= SELDOM:
            going += len(look(world, world.rooms[name]))
            world.state.move_watermarks({mark: (last, now.isoformat())})
    return going


def hinted(world: World, room: Room, project_id: str, own_id: str) -> tuple[str, list[Item]]:
    """What a webhook tells of the record with this id, the last part of ours: the record's whole id, empty where it is not within a
    linked one, and the item if it goes now."""
    assert room.export is not None and room.export.automatic is not None  # noqa: S101, PT018 -- callers have checked
    source, row = next(((source, row) for source, row in listed(world, room, project_id) if str(row["id"]) == own_id), (None, {}))
    if source is None:
        return "", []
    may = room.name in goes_by_itself(world) and room.export.automatic.ready(row, world.config())
    return source.procore_id, take_up(world, room, [source] if may else [])


def goes_by_itself(world: World) -> set[str]:
    """Names of the objects whose records go without a person, because they can and the settings say so."""
    names = world.config().automatic
    return {name for name, room in world.rooms.items() if name in names and room.export and room.export.automatic}


def listed(world: World, room: Room, project_id: str = "") -> Iterator[tuple[Source, Json]]:
    """The rows of the object's list within each linked record, of one project or of all."""
    assert room.export is not None and room.export.automatic is not None  # noqa: S101, PT018 -- callers have checked
    kind = room.export.kinds[0]
    for pair in list(world.cross_references.of_object(room.export.automatic.within)):
        if project_id not in {"", pair.project_id}:
            continue
        where = {"project": pair.project_id, "company": world.company, kind.id_parts[0]: pair.procore_id}
        params = {name: text.format_map(where) for name, text in kind.list_params.items()}
        for page in world.procore.pages(kind.list.format_map(where), params):
            for row in page:
                yield Source(procore_id=f"{pair.procore_id}-{row['id']}", project_id=pair.project_id), row


def take_up(world: World, room: Room, sources: Iterable[Source]) -> list[Item]:
    """Sends off those of these records that break no rule and are nobody's yet: their items, in one run."""
    found = [taken_up(world, room, source) for source in sources]
    going = [item for item in found if item is not None and item.state is State.APPROVED]
    if going:
        start_run(world, [item.id for item in going], by=WHO)
    return going


def taken_up(world: World, room: Room, source: Source, who: str = WHO) -> Item | None:
    """The item as this look leaves it; None where there is nothing to do: it is linked, a person or an earlier look has it, or nothing
    changed about it. ``who`` looked."""
    key = item_id(room.name, source.procore_id)
    held = world.state.get(key)
    if held is not None and (held.state not in {State.FAILED, State.STALE} or held.approvals or held.sent_by):
        return None
    if source.procore_id in world.cross_references.by_procore(room.name, [source.procore_id]):
        return None
    prepared: Prepared | None = None
    try:
        prepared = prepare(world, room, source, held.choices if held else {}, ask=True)
        problems = tuple(map(Problem.of, in_the_way(prepared)))
    except ConnectorError as problem:
        if problem.kind is not Kind.DATA:
            raise
        problems = (Problem.of(problem.violation()),)
    if problems and held is not None and held.problems == problems:
        return None
    try:
        return _kept(world, held or _new(world, room, source), prepared, problems, who)
    except Contention:
        return None  # another look, or a person, has it


def in_the_way(prepared: Prepared) -> list[Violation]:
    """Every broken rule; and what would have to go first, because nobody approves it along with this one."""
    waiting = []
    for path, row, value in walk(prepared.record) if prepared.record else ():
        if row.ref is not None and isinstance(value, Ref) and f"{row.ref.object}:{value.procore}" in prepared.needs:
            said = f"{row.label} {value.label or value.procore} is not in Intacct yet."
            waiting.append(Violation(code=row.ref.missing, field=path, message=said))
    return [*waiting, *prepared.violations]


def _new(world: World, room: Room, source: Source) -> Item:
    return Item(
        id=item_id(room.name, source.procore_id),
        company=world.company,
        object=room.name,
        procore_id=source.procore_id,
        project_id=source.project_id,
        number=source.procore_id,
        sent_by_name=WHO,
        state=State.DRAFT,
        since=world.clock.now(),
    )


def _kept(world: World, item: Item, prepared: Prepared | None, problems: tuple[Problem, ...], who: str) -> Item:
    now, fingerprint = world.clock.now(), ""
    heading: dict[str, Any] = {}
    if prepared is not None and prepared.record is not None:
        fingerprint = prepared.fingerprint
        heading = {"kind": prepared.source.kind, "project_name": prepared.project_name} | prepared.heading()
        world.payloads.put(preview.name_of(item.id, fingerprint), preview.text(preview.build(world, prepared)))
    approval = Approval(fingerprint=fingerprint, by=WHO, by_name=WHO, at=now, via="automatic")
    why = {"code": problems[0].code.value, "why": problems[0].message} if problems else {"via": "automatic"}
    after, entry = step(
        item,
        "cannot go by itself" if problems else "goes by itself",
        who=who,
        at=now,
        detail={"fingerprint": fingerprint} | why,
        **heading,
        state=State.FAILED if problems else State.APPROVED,
        approvals=() if problems else (approval,),
        problems=problems,
        intent=None,
        lease=None,
        attempts=0,
        waits_for="",
    )
    notice = notify.failed(world.config(), after) if problems else None
    world.state.save(after, entry, notice=notice)
    outbox.deliver(world, notice)
    return after
