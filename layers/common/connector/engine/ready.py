"""What Procore shows that could be sent and was not: what the page for sending lists, one page of one Procore list at a time.

Whether a record goes is known for sure only when it is sent. Here only those rules look at it that a row of Procore's list can answer
(``Export.ready``); a record that needs another first, or a code, is found out later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from connector.core.codecs import MONEY
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.item import SENDABLE, Item, State
from connector.core.origin import is_ours
from connector.core.people import Person
from connector.core.spec import Export, Facts, ProcoreKind, Summary
from connector.core.wire import read_procore
from connector.engine.needs import of_a_project
from connector.engine.plan import ranks
from connector.engine.prepare import EMPTY_SUMMARY
from connector.engine.submit import exported, item_id
from connector.engine.world import Room, Source, World
from connector.ports import Json

FIRST: Final = 1
"""The number of Procore's first page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A record that could be sent: ``state`` is that of its item where it was sent before and came back. ``amount`` is None where
    Procore's list does not say it. With ``violations`` it would be refused."""

    object: str
    kind: str
    procore_id: str
    project_id: str
    number: str
    title: str
    party: str
    amount: Decimal | None
    state: State | None
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class _List:
    room: Room
    export: Export[Any]
    kind: ProcoreKind
    project_id: str


def ready(
    world: World, person: Person, *, object_name: str, project_id: str, limit: int, cursor: str = ""
) -> tuple[tuple[Ready, ...], str]:
    """The next records that could be sent, of one object or of all that belong to a project, in the order in which they go; and the
    cursor, empty at the end. One call of Procore at most: a page may be empty and yet have another behind it. Raises
    ConnectorError(NOT_ALLOWED, NOT_FOUND, MALFORMED)."""
    if not person.may_see(project_id):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} has no access to project {project_id}.")
    lists = [*_lists(world, object_name, project_id)]
    number, page, first = _opened(cursor, len(lists))
    here = lists[number]
    rows = _rows(world, here, page, limit)
    if rows and str(rows[0].get("id")) == first:
        rows = []  # a list that does not page, and answers every page alike
    found = tuple(_offered(world, person, here, rows))
    if len(rows) == limit:
        return found, f"{number}.{page + 1}.{rows[0].get('id')}"
    return found, f"{number + 1}.{FIRST}." if number + 1 < len(lists) else ""


def _lists(world: World, object_name: str, project_id: str) -> Iterator[_List]:
    rank = ranks(world)
    names = [object_name] if object_name else sorted(world.rooms, key=lambda name: (rank[name], name))
    config = world.config()
    for name in names:
        room = exported(world, name) if object_name else world.rooms[name]
        if room.export is None or (not object_name and (not of_a_project(room) or room.export.automatic)):
            continue
        if room.export.automatic:
            raise ConnectorError(Code.MALFORMED, f"{room.title}s go by themselves; those that cannot are among the failed items.")
        if of_a_project(room) and not project_id:
            raise ConnectorError(Code.MALFORMED, f"project is missing: a {room.title.lower()} belongs to a project.")
        chosen = room.export.kind_by(config) if room.export.kind_by else ""
        for kind in room.export.kinds:
            if chosen in ("", kind.name):
                yield _List(room, room.export, kind, project_id if of_a_project(room) else "")


def _opened(cursor: str, lists: int) -> tuple[int, int, str]:
    number, _, rest = (cursor or f"0.{FIRST}.").partition(".")
    page, _, first = rest.partition(".")
    if not (number.isascii() and number.isdigit() and page.isascii() and page.isdigit() and int(number) < lists and int(page) >= FIRST):
        raise ConnectorError(Code.MALFORMED, "The cursor is not one of ours.")
    return int(number), int(page), first


def _rows(world: World, here: _List, page: int, limit: int) -> list[Mapping[str, Json]]:
    """One page of the list; where a project has one such record only, that one."""
    if not here.kind.list:
        _, shown = world.door.fetch(here.room, Source(procore_id=here.project_id, project_id=here.project_id, kind=here.kind.name))
        return [{**shown, "id": here.project_id}]
    where = {"company": world.company, "project": here.project_id}
    params = {name: text.format_map(where) for name, text in here.kind.list_params.items()}
    pages = world.procore.pages(here.kind.list.format_map(where), params | {"page": str(page), "per_page": str(limit)})
    given = {name: text.format_map(where) for name, text in here.kind.given.items()}
    return [given | row for row in next(iter(pages), [])]


def _offered(world: World, person: Person, here: _List, rows: list[Mapping[str, Json]]) -> Iterator[Ready]:
    """Those that are not in Intacct and not on their way there."""
    by_id = {str(row["id"]): row for row in rows}
    linked = world.cross_references.by_procore(here.room.name, list(by_id)) if by_id else {}
    items = world.state.get_many([item_id(here.room.name, each) for each in by_id])
    facts = Facts(config=world.config(), kind=here.kind.name, project_id=here.project_id)
    for procore_id, row in by_id.items():
        item = items.get(item_id(here.room.name, procore_id))
        project_id = procore_id if here.room.name == "projects" else here.project_id
        if procore_id in linked or not _may_come(item) or not person.may_see(project_id):
            continue
        yield _read(here, procore_id, row, item, replace(facts, project_id=project_id))


def _may_come(item: Item | None) -> bool:
    return item is None or (item.state in SENDABLE - {State.BLOCKED} and not item.may_be_there)


def _read(here: _List, procore_id: str, row: Mapping[str, Json], item: Item | None, facts: Facts) -> Ready:
    record, _ = read_procore(here.room.record, row)
    summary = here.export.summary(record) if record is not None else EMPTY_SUMMARY
    broken = [violation for rule in here.export.ready for violation in rule(record, facts)] if record is not None else []
    if not is_ours(row.get("origin_id")):
        said = f"The record carries the origin id {row['origin_id']!r} of another integration."
        broken.append(Violation(code=Code.ORIGIN_NOT_OURS, field="origin", message=said))
    return Ready(
        object=here.room.name,
        kind=here.kind.name,
        procore_id=procore_id,
        project_id=facts.project_id,
        number=summary.number or str(row.get("number") or ""),
        title=_title(summary, row),
        party=summary.party,
        amount=summary.amount or _total(here.kind, row),
        state=item.state if item else None,
        violations=tuple(broken),
    )


def _total(kind: ProcoreKind, row: Mapping[str, Json]) -> Decimal | None:
    """What cannot be read is left to the sending, which reads the record itself."""
    try:
        said = MONEY.read(row[kind.list_total]) if row.get(kind.list_total) else None
    except ValueError:
        return None
    return said or None


def _title(summary: Summary, row: Mapping[str, Json]) -> str:
    return summary.title or str(row.get("title") or row.get("name") or "")
