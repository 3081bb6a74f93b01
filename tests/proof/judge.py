"""What must be true in the end, whatever happened: looked up in both simulators, against what the approver was shown."""

from __future__ import annotations

import json
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from connector.core.at_once import at
from connector.core.attachments import NAME
from connector.core.codecs import MONEY
from connector.core.compare import shown
from connector.core.exchange import Held, Query, Tree, Where
from connector.core.item import Item, State, first_break
from connector.core.record import Record, rows
from connector.core.spec import Export
from connector.core.wire import held_fields
from connector.engine import snapshot
from connector.engine.door import parts_of
from connector.engine.preview import name_of
from tests.numbers import record as counted
from tests.proof.scene import Scene
from tests.proof.stage import Stage

SLOTS: Final = 2


def verdict(stage: Stage) -> list[str]:
    """Everything that is wrong, in words; nothing when each approved record stands in Intacct once, whole, linked and marked.
    The story is over: what was armed and did not happen, does not."""
    return verdict_of(stage, stage.items)


def verdict_of(stage: Stage, items: Sequence[str]) -> list[str]:
    """As :func:`verdict`, where these are all the items that were approved."""
    stage.watch.disarm()
    return [*_of_all(stage, items), *(f"{item_id}: {wrong}" for item_id in items for wrong in of_one(stage, stage.held(item_id)))]


def untouched(stage: Stage) -> list[str]:
    """What is wrong where nothing of an item may have left."""
    wrong = [f"{number} more rows of {name} in Intacct" for name, number in added(stage).items()]
    wrong += [f"{item_id} is linked" for item_id in stage.items if _pairs(stage, stage.held(item_id))]
    return wrong + [f"{item_id}: {why}" for item_id in stage.items for why in _history(stage, stage.held(item_id))]


def _of_all(stage: Stage, items: Sequence[str]) -> Iterator[str]:
    """Counts over whole tables: a second document under any name would show here."""
    expected: Counter[str] = Counter()
    for item_id in items:
        expected += documents(stage, item_id)
    found = added(stage)
    if found != expected:
        yield f"more rows in Intacct: {dict(found)}, not {dict(expected)}"
    named = [name for item_id in items if (name := _attachment_of(stage, stage.held(item_id)))]
    supdocs = [row["SUPDOCID"] for row in stage.intacct.store.all("SUPDOC")][stage.before["SUPDOC"] :]
    if sorted(supdocs) != sorted(named):
        yield f"attachments in Intacct: {supdocs}, not {named}"
    if stage.intacct.max_in_flight > SLOTS:
        yield f"{stage.intacct.max_in_flight} requests to Intacct at one time"


def documents(stage: Scene, item_id: str) -> Counter[str]:
    """How many rows of each exported object the approved request makes; where nothing left, what a record commonly is: one."""
    export, item = _export(stage, item_id), stage.held(item_id)
    if not _left(stage, item):
        return Counter([export.held.object])
    made: Counter[str] = Counter()
    for name, body in snapshot.restore(stage.world, item).bodies:
        made.update(_tags(body) if name == "create" else [export.write.object])
    return +Counter({name: made[name] for name in exported(stage)})


def _tags(tree: Tree) -> Iterator[str]:
    for tag, inner in tree:
        yield tag
        if not isinstance(inner, str):
            yield from _tags(inner)


def _left(stage: Scene, item: Item) -> bool:
    return bool(item.approvals) and snapshot.name_of(item) in stage.payloads


def of_one(stage: Scene, item: Item, *, as_sent: bool = True) -> Iterator[str]:
    """``as_sent`` unless records that stand on this one have changed what Intacct holds of it."""
    yield from _history(stage, item)
    if (item.state, item.written_back, item.problems) != (State.SYNCED, True, ()):
        yield f"it is {item.state.value}, written back {item.written_back}, {[problem.message for problem in item.problems]}"
    pairs = _pairs(stage, item)
    if [(pair.procore_id, pair.intacct_key, pair.intacct_id) for pair in pairs] != [(item.procore_id, item.intacct_key, item.intacct_id)]:
        yield f"linked {len(pairs)} times"
        return
    if as_sent:
        yield from content(stage, item)
    if stage.kind(item).body:
        yield from _marks(stage, _export(stage, item.id), item, _lines(stage, item))


def content(stage: Scene, item: Item) -> Iterator[str]:
    """What Intacct holds of it, against what the approver was shown."""
    if not _left(stage, item):
        yield "nothing was kept of what left"
        return
    export, sent = _export(stage, item.id), snapshot.restore(stage.world, item)
    assert sent.record is not None
    found = _read(stage, export.held.object, stage.room(item.id).record, export.held.id_field, export.held.find(sent.record, sent.facts))
    if [(row["RECORDNO"], row[export.held.id_field]) for row in found] != [(item.intacct_key, item.intacct_id)]:
        yield f"{len(found)} records like {item.intacct_id}"
        return
    counted(stage.suite, **{"documents checked": 1})
    preview, record = _preview(stage, item), stage.room(item.id).record
    yield from _differences(stage, item, record, preview["fields"], found[0])
    yield from _wrong_files(stage, item)
    yield from _wrong_lines(stage, item, record, preview, _lines(stage, item))


def _attachment_of(stage: Scene, item: Item) -> str:
    """What the document that left names."""
    return str(getattr(snapshot.restore(stage.world, item).record, NAME, None) or "") if _left(stage, item) else ""


def _wrong_files(stage: Scene, item: Item) -> Iterator[str]:
    """The files of Procore's record, byte for byte, each once, where the document says they are."""
    name = _attachment_of(stage, item)
    ids = stage.row(item)[1]["file_ids"] if stage.carries(item) else []
    files = [stage.procore.world.files[file_id].content for file_id in ids]
    supdoc = stage.intacct.store.first("SUPDOC", SUPDOCID=name) if name else None
    held = stage.intacct.store.find("ATTACHMENT", SUPDOCKEY=supdoc["RECORDNO"]) if supdoc else []
    if sorted(b64decode(file["ATTACHMENTDATA"]) for file in held) != sorted(files):
        told = [f"{entry.what} {entry.detail}" for entry in stage.state.history(item.id) if "attachment" in entry.what]
        yield f"{len(held)} files in Intacct, {len(files)} in Procore: {told}"


def _lines(stage: Scene, item: Item) -> list[Held]:
    """The record's own lines; those that change orders have added to it are others'."""
    export, record = _export(stage, item.id), stage.room(item.id).record
    row = next((row for row in rows(record) if row.lines is not None), None)
    if row is None or row.lines is None:
        return []
    where: tuple[Where, ...] = (Where(export.held.lines_by, "equalto", (item.intacct_id,)),)
    if export.held.lines is not None:
        where = export.held.lines(snapshot.restore(stage.world, item).record)
    return [line for line in _read(stage, export.held.lines_object, row.lines, "RECORDNO", where) if _identity(row.lines, line)]


def _identity(record: type[Record], line: Held) -> str:
    """Procore's id of the line; empty where it is no line of such a record."""
    place = next(row for row in rows(record) if row.identity).intacct
    assert place is not None
    assert place.read is not None
    try:
        return str(place.codec.read(line[place.read]))
    except ValueError:
        return ""


def _wrong_lines(stage: Scene, item: Item, record: type[Record], preview: Mapping[str, Any], lines: Sequence[Held]) -> Iterator[str]:
    """Each shown line once, with its values, and the cents of all of them."""
    row = next((row for row in rows(record) if row.lines is not None), None)
    if row is None or row.lines is None:
        return
    identity = next(each for each in rows(row.lines) if each.identity)
    by_id = {_identity(row.lines, line): line for line in lines}
    if len(lines) != len(preview["lines"]) or len(by_id) != len(lines):
        yield f"{len(lines)} lines in Intacct, {len(preview['lines'])} were approved"
    for fields in preview["lines"]:
        own = next(field["value"] for field in fields if field["path"].endswith(f".{identity.name}"))
        yield from _differences(stage, item, row.lines, fields, by_id.get(own, {}))
    for money in (each for each in rows(row.lines) if each.intacct and each.intacct.read and each.intacct.codec is MONEY):
        approved = [field["value"] for fields in preview["lines"] for field in fields if field["path"].endswith(f".{money.name}")]
        held = [str(line[money.intacct.read]) for line in lines] if money.intacct and money.intacct.read else []
        if approved and sum(map(Decimal, held)) != sum(map(Decimal, approved)):
            yield f"{money.label} of all lines: {sum(map(Decimal, held))} in Intacct, {sum(map(Decimal, approved))} was approved"


def _differences(stage: Scene, item: Item, record: type[Record], fields: Sequence[Mapping[str, str]], held: Held) -> Iterator[str]:
    """Value by value what was shown against what Intacct says. What stood open when it was shown could show no Intacct id, and what
    follows from it is not part of what was approved (ADR 4)."""
    by_name = {row.name: row for row in rows(record)}
    open_objects = {need.partition(":")[0] for need in item.pending}
    for field in fields:
        row = by_name[field["path"].rpartition(".")[2]]
        if row.intacct is None or row.intacct.read is None:
            continue
        if row.ref is not None and row.ref.object in open_objects:
            continue
        if row.origin is not None and not open_objects.isdisjoint(row.origin.objects):
            continue
        raw = at(held, row.intacct.read)
        value = "" if raw in (None, "") else shown(row.intacct.codec.read(raw))
        if row.type is Decimal:
            counted(stage.suite, **{"amounts compared": 1, "cents compared": int(abs(Decimal(field["value"] or 0)) * 100)})
        same = Decimal(value or "NaN") == Decimal(field["value"]) if row.type is Decimal else value == field["value"]
        if not same:
            yield f"{field['path']} is {value!r}, {field['value']!r} was approved"


def _marks(stage: Scene, export: Export[Any], item: Item, lines: Sequence[Held]) -> Iterator[str]:
    """The origin ids on Procore's side, header and lines, as Procore's own calls show them."""
    kind = stage.kind(item)
    where = {"project": item.project_id, "company": stage.world.company} | parts_of(kind, item.procore_id)
    params = {name: value.format(**where) for name, value in kind.params.items()}
    record = stage.client.get(kind.show.format(**where), params)
    if kind.origin:
        record = stage.client.get(kind.origin.format_map(record | where), params)
    if record["origin_id"] != f"intacct:{export.held.object}:{item.intacct_key}":
        yield f"Procore's record is marked {record['origin_id']}"
    if kind.lines_sync:
        pages = stage.client.pages(kind.lines_sync.format(**where).removesuffix("/sync"), params)
        marks = sorted(str(line["origin_id"]) for page in pages for line in page)
        if marks != sorted(f"intacct:{export.held.lines_object}:{line['RECORDNO']}" for line in lines):
            yield f"Procore's lines are marked {marks}"


def _history(stage: Scene, item: Item) -> Iterator[str]:
    broken = first_break(stage.state.history(item.id), head=item.history_head, count=item.history_count)
    if broken is not None:
        yield f"its history breaks at entry {broken}"


def _pairs(stage: Scene, item: Item) -> list[Any]:
    return [pair for pair in stage.references.of_object(item.object) if pair.procore_id == item.procore_id]


def added(stage: Scene) -> Counter[str]:
    """Rows of the exported objects that were not there before."""
    return +Counter({name: len(stage.rows(name)) - stage.before[name] for name in exported(stage)})


def exported(stage: Scene) -> set[str]:
    return {room.export.held.object for room in stage.world.rooms.values() if room.export is not None}


def _read(stage: Scene, object_name: str, record: type[Record], key: str, where: tuple[Where, ...]) -> list[Held]:
    fields = tuple(dict.fromkeys(("RECORDNO", key, *held_fields(record))))
    (found,) = stage.gateway.read([Query(object=object_name, fields=fields, where=where)])
    return found


def _preview(stage: Scene, item: Item) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = json.loads(stage.payloads.get(name_of(item.id, item.fingerprint)) or "{}")
    return kept


def _export(stage: Scene, item_id: str) -> Export[Any]:
    export: Export[Any] | None = stage.room(item_id).export
    assert export is not None
    return export
