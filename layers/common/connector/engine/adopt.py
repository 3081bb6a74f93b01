"""Documents that stand in both systems already: compared with the room's own rows, and linked without being exported again.

A line that somebody entered in Intacct names no line of Procore's: lines are paired by their coding, those that agree best first. What
differs is shown field by field, with the totals of both sides; an approver may take named differences as they are, with a reason, which
the history keeps. Afterwards the record is as one that was sent: its lines are known, its marks are written to Procore.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import batched
from typing import Any, Final

from connector.core.adoption import Compared, Suggested, Wish
from connector.core.compare import Unread, compare, shown
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import Held, Query, Where
from connector.core.fingerprint import digest
from connector.core.item import SENDABLE, Approval, Item, State, step
from connector.core.money import total
from connector.core.origin import is_ours
from connector.core.people import Person, Role
from connector.core.record import Record, Ref, Row, rows
from connector.core.spec import Export, Leg
from connector.core.wire import held_fields, read_intacct
from connector.engine import snapshot
from connector.engine.export import export_item, line_keys
from connector.engine.finish import arrived
from connector.engine.import_ import request
from connector.engine.outlook import AnyLeg
from connector.engine.plan import ranks
from connector.engine.prepare import Prepared, prepare
from connector.engine.submit import exported, item_id
from connector.engine.world import Room, Source, World
from connector.ports import CrossReference, LinkedElsewhere

VIA: Final = "adoption"
_VALUES_AT_ONCE: Final = 1000


def adoptable(world: World, person: Person) -> list[str]:
    """The objects whose documents this person may link this way, if only in some projects."""
    config = world.config()
    admin, rights = Role.ADMIN in config.roles(person), config.rights(person)
    order = ranks(world)
    documents = sorted((room.name for room in world.rooms.values() if _is_one_document(room)), key=lambda name: (order[name], name))
    return [name for name in documents if admin or any(right.covers(name, "") for right in rights)]


def suggestions(world: World, person: Person, object_name: str, project_id: str) -> list[Suggested]:
    """One to one, by the id of Intacct's that the record would be sent under, which holds its number, and by its vendor. Raises
    ConnectorError(NOT_ALLOWED, NOT_FOUND)."""
    room, export = _adoptable(world, object_name)
    _must_decide(world, person, object_name, project_id)
    found = [(_natural_id(export, prepared), prepared) for prepared in _unlinked(world.reading_once(), room, export, project_id)]
    times = Counter(name for name, _ in found)
    offered = {name: prepared for name, prepared in found if name and times[name] == 1}
    documents = _documents(world, room, export, list(offered))
    taken = world.cross_references.by_intacct(object_name, [str(document["RECORDNO"]) for document in documents.values()])
    return [
        Suggested(
            object=object_name,
            project_id=project_id,
            procore_id=prepared.source.procore_id,
            intacct_id=name,
            number=prepared.summary.number,
            title=prepared.summary.title,
            party=prepared.summary.party,
        )
        for name, prepared in offered.items()
        if (document := documents.get(name)) and str(document["RECORDNO"]) not in taken and _same_vendor(prepared.record, document)
    ]


def adopt(world: World, person: Person, object_name: str, project_id: str, wishes: Sequence[Wish], *, link: bool) -> list[Compared]:
    """Compares each pair and, with ``link``, links those that are equal or whose differences are accepted. Each on its own: one that
    cannot be linked does not stop the rest. Imports that ask for such links read everything again. Raises ConnectorError(NOT_ALLOWED,
    NOT_FOUND)."""
    room, _ = _adoptable(world, object_name)
    _must_decide(world, person, object_name, project_id)
    found = [_one(world, person, room, project_id, wish, link=link) for wish in wishes]
    if any(each.linked for each in found) and (followers := _followers(world, object_name)):
        request(world, person, objects=followers, full=True)
    return found


def _followers(world: World, object_name: str) -> list[str]:
    """Imports that left out, or took in, what they would not have, had they known of these links: a bill's payments, and its costs."""
    return [room.name for room in world.rooms.values() if any(object_name in _looked_for(leg) for leg in room.imports)]


def _looked_for(leg: AnyLeg) -> set[str]:
    if not isinstance(leg, Leg):
        return set()
    beside = [*(leg.gathering.beside if leg.gathering else ()), *([leg.split.paid] if leg.split else [])]
    return {each.pairs for each in beside}


def _one(world: World, person: Person, room: Room, project_id: str, wish: Wish, *, link: bool) -> Compared:
    key = item_id(room.name, wish.procore_id)
    bare = Compared(procore_id=wish.procore_id, intacct_id=wish.intacct_id, item=key)
    before = world.cross_references.by_procore(room.name, [wish.procore_id]).get(wish.procore_id)
    if before is not None and before.intacct_id == wish.intacct_id:
        export_item(world, key, VIA)  # its marks, where they are missing
        return replace(bare, number=before.label, linked=True)
    try:
        prepared = prepare(world, room, Source(procore_id=wish.procore_id, project_id=project_id), {}, ask=False)
        found = _read(world, prepared, wish.intacct_id)
    except ConnectorError as problem:
        return replace(bare, violations=(problem.violation(),))
    if prepared.record is None or found is None:
        nothing = Violation(code=Code.NOT_FOUND, field="", message=f"Intacct has no {room.title.lower()} {wish.intacct_id}.")
        return replace(bare, violations=prepared.violations if prepared.record is None else (nothing,))
    document, held, unread = found
    differences = tuple(compare(prepared.record, held, unread))
    compared = replace(
        bare,
        number=prepared.summary.number,
        title=prepared.summary.title,
        differences=differences,
        violations=tuple(_in_the_way(world, prepared, document, before)),
        procore_total=_total(prepared.record),
        intacct_total=_total(held),
        fingerprint=digest(
            [prepared.fingerprint, str(document["RECORDNO"]), [[each.field, each.ours, each.theirs] for each in differences]]
        ),
    )
    if not link or compared.violations:
        return compared
    objection = _objection(world, person, prepared, compared, wish)
    return replace(compared, violations=(objection,)) if objection else _link(world, person, prepared, document, held, compared, wish)


def _adoptable(world: World, object_name: str) -> tuple[Room, Export[Any]]:
    """Records that are one document each with lines of their own."""
    room = exported(world, object_name)
    export: Export[Any] = room.export  # type: ignore[assignment]  # exported
    if not _is_one_document(room):
        raise ConnectorError(Code.NOT_FOUND, f"{room.title}s that stand in both systems are not linked this way.")
    return room, export


def _is_one_document(room: Room) -> bool:
    export = room.export
    if export is None or not export.held.lines_object or export.held.lines or export.write.parts:
        return False
    return _lines_row(room.record) is not None


def _must_decide(world: World, person: Person, object_name: str, project_id: str) -> None:
    config = world.config()
    decides = Role.ADMIN in config.roles(person) or any(right.covers(object_name, project_id) for right in config.rights(person))
    if not decides or not person.may_see(project_id):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} may not link what stands in both systems.")


def _unlinked(world: World, room: Room, export: Export[Any], project_id: str) -> Iterator[Prepared]:
    """Procore's records of the project, each completed as for a send."""
    where = {"company": world.company, "project": project_id}
    for kind in export.kinds:
        params = {name: text.format_map(where) for name, text in kind.list_params.items()}
        for page in world.procore.pages(kind.list.format_map(where), params):
            ours = [str(row["id"]) for row in page if is_ours(row.get("origin_id"))]
            linked = world.cross_references.by_procore(room.name, ours)
            for procore_id in ours:
                if procore_id not in linked:
                    source = Source(procore_id=procore_id, project_id=project_id, kind=kind.name)
                    prepared = prepare(world, room, source, {}, ask=False)
                    if prepared.record is not None:
                        yield prepared


def _natural_id(export: Export[Any], prepared: Prepared) -> str:
    """Intacct's id of the record as it would be sent; empty where it has none of its own."""
    (condition, *_more) = export.held.find(prepared.record, prepared.facts)
    return condition.values[0] if condition.field == export.held.id_field else ""


def _documents(world: World, room: Room, export: Export[Any], names: Sequence[str]) -> dict[str, Held]:
    vendor = _vendor_row(room.record)
    fields = ("RECORDNO", export.held.id_field, *([vendor.intacct.read] if vendor and vendor.intacct and vendor.intacct.read else []))
    found: dict[str, Held] = {}
    for some in batched(sorted(set(names)), _VALUES_AT_ONCE, strict=False):
        query = Query(object=export.held.object, fields=fields, where=(Where(export.held.id_field, "in", some),))
        for page in world.intacct.pages(query, entity=world.config().entity):
            found |= {str(row[export.held.id_field]): row for row in page}
    return found


def _vendor_row(record: type[Record]) -> Row | None:
    return next((row for row in rows(record) if row.ref and row.ref.object == "vendors"), None)


def _same_vendor(record: Record | None, document: Held) -> bool:
    row = _vendor_row(type(record)) if record is not None else None
    ours = getattr(record, row.name) if row else None
    theirs = document.get(row.intacct.read) if row and row.intacct and row.intacct.read else None
    return not isinstance(ours, Ref) or ours.intacct == theirs


def _read(world: World, prepared: Prepared, intacct_id: str) -> tuple[Held, Record, Unread] | None:
    """The document's header and the whole record, its lines named by Procore's."""
    export: Export[Any] = prepared.room.export  # type: ignore[assignment]  # adoptable
    record_type: type[Record] = prepared.room.record
    lines_row, tenant, held = _lines_row(record_type), prepared.facts.tenant, export.held
    assert lines_row is not None and lines_row.lines is not None  # noqa: S101, PT018 -- adoptable
    header_fields = tenant.present(held.object, ("RECORDNO", held.id_field, *held_fields(record_type)))
    line_fields = tenant.present(held.lines_object, ("RECORDNO", *held_fields(lines_row.lines)))
    headers, lines = world.intacct.read(
        [
            Query(object=held.object, fields=header_fields, where=(Where(held.id_field, "equalto", (intacct_id,)),)),
            Query(object=held.lines_object, fields=line_fields, where=(Where(held.lines_by, "equalto", (intacct_id,)),)),
        ],
        entity=prepared.facts.config.entity,
    )
    if not headers or prepared.record is None:
        return None
    unread = _unread(record_type, tenant.lacks(held.object), whole=True) | _unread(lines_row.lines, tenant.lacks(held.lines_object))
    named = _named(getattr(prepared.record, lines_row.name), lines, lines_row.lines, unread)
    record, problems = read_intacct(record_type, {**headers[0], held.lines_object: named})
    if record is None:
        raise ConnectorError(problems[0].code, f"What Intacct holds cannot be read: {problems[0].message}")
    return headers[0], record, unread


def _unread(record: type[Record], lacking: frozenset[str], *, whole: bool = False) -> dict[type[Record], frozenset[str]]:
    """What is no content: values that only the connector's settings and rules would have made. Of the header what it cannot be without
    counts too."""
    fields = {
        row.intacct.read
        for row in rows(record)
        if row.intacct and row.intacct.read and row.lines is None
        if not (row.procore or row.type is Decimal or (whole and row.needed))
    }
    return {record: frozenset(fields) | lacking}


def _lines_row(record: type[Record]) -> Row | None:
    return next((row for row in rows(record) if row.lines and row.intacct and any(each.identity for each in rows(row.lines))), None)


def _named(ours: Sequence[Record], theirs: Sequence[Held], record: type[Record], unread: Unread) -> list[dict[str, Any]]:
    """Intacct's lines with the names of Procore's: pairs of one coding, those with the fewest differences first."""
    identity = next(row for row in rows(record) if row.identity)
    assert identity.intacct is not None and identity.intacct.read is not None  # noqa: S101, PT018 -- what it is paired by
    field, codec = identity.intacct.read, identity.intacct.codec
    candidates = []
    for place, line in enumerate(ours):
        name = getattr(line, identity.name)
        for number, row in enumerate(theirs):
            held, _ = read_intacct(record, {**row, field: codec.write(name)})
            if held is not None and _coding(line) == _coding(held):
                candidates.append((len(compare(line, held, unread)), place, number))
    names: dict[int, str] = {}
    paired: set[int] = set()
    for _differences, place, number in sorted(candidates):
        if place not in paired and number not in names:
            names[number] = str(getattr(ours[place], identity.name))
            paired.add(place)
    return [{**row, field: codec.write(names.get(number, f"Intacct's {row['RECORDNO']}"))} for number, row in enumerate(theirs)]


def _coding(line: Record) -> list[str]:
    return [shown(getattr(line, row.name)) for row in rows(type(line)) if row.ref]


def _total(record: Record) -> Decimal:
    """What the lines are worth: of each the amount that Intacct only says."""
    lines_row = _lines_row(type(record))
    assert lines_row is not None and lines_row.lines is not None  # noqa: S101, PT018 -- adoptable
    worth = next(
        row.name for row in rows(lines_row.lines) if row.type is Decimal and row.intacct and row.intacct.read and not row.intacct.write
    )
    return total([getattr(line, worth) for line in getattr(record, lines_row.name)])


def _in_the_way(world: World, prepared: Prepared, document: Held, before: CrossReference | None) -> Iterator[Violation]:
    name = prepared.summary.number or prepared.source.procore_id
    if before is not None:
        said = f"{name} is linked to {before.intacct_id} already."
        yield Violation(code=Code.LINKED_ELSEWHERE, field="", message=said)
    key = str(document["RECORDNO"])
    for pair in world.cross_references.by_intacct(prepared.room.name, [key]).values():
        if pair.procore_id != prepared.source.procore_id:
            said = f"{pair.intacct_id} is linked to Procore's {pair.procore_id} already."
            yield Violation(code=Code.LINKED_ELSEWHERE, field="", message=said)
    if not is_ours(prepared.raw.get("origin_id")):
        said = f"{name} carries the origin id {prepared.raw['origin_id']!r} of another integration."
        yield Violation(code=Code.ORIGIN_NOT_OURS, field="origin", message=said)
    for need in prepared.needs:
        yield Violation(code=Code.PARENT_NOT_SYNCED, field="", message=f"{name} refers to {need}, which is not linked yet: link it first.")
    item = world.state.get(item_id(prepared.room.name, prepared.source.procore_id))
    if item is not None and (item.state not in SENDABLE or item.may_be_there):
        yield Violation(
            code=Code.NOT_WAITING, field="", message=f"{name} is {item.state.value}: it was sent to Intacct, or is about to be."
        )


def _objection(world: World, person: Person, prepared: Prepared, compared: Compared, wish: Wish) -> Violation | None:
    """Why what differs cannot be taken as it is."""
    if not compared.differences:
        return None
    open_ = [each for each in compared.differences if each.field not in wish.accepted]
    if open_:
        said = f"{len(open_)} of {len(compared.differences)} differences are not accepted, the first in {open_[0].field}."
        return Violation(code=Code.CONFLICT_IN_INTACCT, field=open_[0].field, message=said)
    if not wish.reason.strip():
        return Violation(code=Code.REASON_MISSING, field="reason", message="Say why the differences are taken as they are.")
    if wish.seen != compared.fingerprint:
        said = "What differs is not what was shown: look at it again."
        return Violation(code=Code.STALE_APPROVAL, field="", message=said)
    item = _item(world, prepared)
    if not (world.config().may_approve(person, item) and world.config().within_limit([person.login], item)):
        said = f"{person.name} may not accept differences of {item.number}."
        return Violation(code=Code.NOT_YOUR_APPROVAL, field="", message=said)
    return None


def _item(world: World, prepared: Prepared) -> Item:
    source, summary = prepared.source, prepared.summary
    key = item_id(prepared.room.name, source.procore_id)
    held = world.state.get(key)
    base = held or Item(
        id=key,
        company=world.company,
        object=prepared.room.name,
        procore_id=source.procore_id,
        state=State.DRAFT,
        since=world.clock.now(),
    )
    told = {
        "kind": source.kind,
        "project_id": source.project_id,
        "project_name": prepared.project_name or base.project_name,
        "title": summary.title,
        "number": summary.number or summary.title,
        "party": summary.party,
        "amount": summary.amount,
        "fingerprint": prepared.fingerprint,
    }
    return base.model_copy(update=told)


def _link(world: World, person: Person, prepared: Prepared, document: Held, held: Record, compared: Compared, wish: Wish) -> Compared:
    """Cross-reference, state and history in one transaction; then the marks, which are repeated until they stick."""
    now, item, key = world.clock.now(), _item(world, prepared), str(document["RECORDNO"])
    pair = CrossReference(
        object=item.object,
        procore_id=item.procore_id,
        intacct_key=key,
        intacct_id=wish.intacct_id,
        project_id=item.project_id,
        label=prepared.summary.title or prepared.summary.number,
        linked_by=person.name,
        linked_at=now,
        detail=line_keys(prepared, held),
    )
    told = {"intacct": wish.intacct_id, "Procore's total": str(compared.procore_total), "Intacct's total": str(compared.intacct_total)}
    differing = {each.field: f"Procore {each.ours or 'nothing'}, Intacct {each.theirs or 'nothing'}" for each in compared.differences}
    after, entry = step(
        item,
        "linked to what stands in Intacct, with differences" if differing else "linked to what stands in Intacct, which is equal",
        who=person.name,
        at=now,
        detail=told | ({"reason": wish.reason.strip()} if differing else {}) | differing,
        state=State.SYNCED,
        approvals=(Approval(fingerprint=prepared.fingerprint, by=person.login, by_name=person.name, at=now, via=VIA),),
        intent=None,
        lease=None,
        problems=(),
        waits_for="",
        intacct_id=wish.intacct_id,
        intacct_key=key,
    )
    snapshot.keep(world, after, prepared, held)
    try:
        world.state.save(after, entry, link=pair)
    except LinkedElsewhere:
        elsewhere = Violation(code=Code.LINKED_ELSEWHERE, field="", message=f"{wish.intacct_id} is linked to another Procore record.")
        return replace(compared, violations=(elsewhere,))
    export_item(world, item.id, VIA)
    arrived(world, [item.id])
    return replace(compared, linked=True)
