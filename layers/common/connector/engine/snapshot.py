"""What is about to be sent, kept before it leaves, so that any worker can carry it to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.configuration import Configuration
from connector.core.exchange import Held, Tree
from connector.core.item import Item
from connector.core.record import Record
from connector.core.spec import Facts
from connector.engine.prepare import Prepared
from connector.engine.world import Source, World


def keep(world: World, item: Item, prepared: Prepared, held: Record | None = None) -> None:
    """``held`` is what Intacct holds, where that is not what is about to be sent: the document was linked as it stood."""
    assert prepared.record is not None  # noqa: S101 -- an unreadable record never leaves
    # With the settings: a try in another entity would look, and write, where the first request did not go.
    record, config = prepared.record.model_dump_json(), prepared.facts.config.model_dump_json()
    bodies = json.dumps(prepared.bodies, ensure_ascii=False, separators=(",", ":"))
    stood = f',"held":{held.model_dump_json()}' if held is not None else ""
    read = _read(prepared) if prepared.read is not None else ""
    world.payloads.put(name_of(item), f'{{"record":{record},"bodies":{bodies},"config":{config}{stood}{read}}}')


def _read(prepared: Prepared) -> str:
    """The members of the snapshot that :class:`AsRead` comes back from."""
    export, rows = prepared.room.export, prepared.facts.rows
    assert export is not None and prepared.read is not None  # noqa: S101, PT018 -- the caller has looked
    answers = {ask.name: rows[ask.name] for ask in (*export.givens, *export.then)}
    return f',"read":{prepared.read.model_dump_json()},"answers":{json.dumps(answers, ensure_ascii=False, separators=(",", ":"))}'


def restore(world: World, item: Item) -> Prepared:
    """The prepared record as it was when its intent was written."""
    kept = _kept(world, item)
    assert kept is not None  # noqa: S101 -- the intent is written after the snapshot, under an approval
    return _prepared(world, item, kept)


def both(world: World, item: Item) -> tuple[Prepared, Record] | None:
    """What was exported, or linked as it stood: as it was prepared, and as Intacct held it then. None where nothing was kept of it."""
    kept = _kept(world, item)
    if kept is None:
        return None
    prepared = _prepared(world, item, kept)
    assert prepared.record is not None  # noqa: S101 -- it was kept
    return prepared, prepared.room.record.model_validate(kept["held"]) if "held" in kept else prepared.record


@dataclass(frozen=True, slots=True, kw_only=True)
class AsRead:
    """A record as it was read before its request left, so that it can be completed again under other settings without asking either
    system: with its references and the approver's values, without what settings and rules add. ``answers`` are Intacct's rows to what it
    could not be completed without, by the question's name; ``config`` the settings under which they were asked for.

    Kept is what the rows read of Procore's record, not the record itself: it is a fraction of the size, holds no field that this
    connector has no use for (tax ids, bank data, signed addresses of files), and is what an approval was given to."""

    record: Record
    answers: Mapping[str, Sequence[Held]]
    config: Configuration


def as_read(world: World, items: Sequence[Item]) -> Iterator[tuple[Item, AsRead | None]]:
    """Each item with its record; None where nothing was kept of it, or nothing but what was sent."""
    names = {item.id: name_of(item) for item in items if item.approvals}
    texts = world.payloads.get_many(names.values())
    for item in items:
        text = texts.get(names.get(item.id, ""))
        kept = json.loads(text) if text else {}
        if "read" not in kept:
            yield item, None
            continue
        record = world.room(item.object).record.model_validate(kept["read"])
        yield item, AsRead(record=record, answers=kept["answers"], config=Configuration.model_validate(kept["config"]))


def _kept(world: World, item: Item) -> Any:
    text = world.payloads.get(name_of(item)) if item.approvals else None
    return None if text is None else json.loads(text)


def _prepared(world: World, item: Item, kept: Any) -> Prepared:
    room = world.room(item.object)
    record = room.record.model_validate(kept["record"])
    assert room.export is not None  # noqa: S101 -- it was exported
    return Prepared(
        room=room,
        source=Source.of(item),
        raw={},
        facts=Facts(config=Configuration.model_validate(kept["config"]), kind=item.kind, project_id=item.project_id, tenant=world.tenant()),
        record=record,
        bodies=tuple((name, _tree(body)) for name, body in kept["bodies"]),
        fingerprint=item.approvals[-1].fingerprint,
        summary=room.export.summary(record),
    )


def _tree(value: Any) -> Tree:
    """Pairs come back from JSON as lists."""
    return [(tag, inner if isinstance(inner, str) else _tree(inner)) for tag, inner in value]


def name_of(item: Item) -> str:
    """The name under which the snapshot of an approved item is kept."""
    return f"snapshots/{item.id}/{item.approvals[-1].fingerprint}.json"
