"""What is about to be sent, kept before it leaves, so that any worker can carry it to its end."""

from __future__ import annotations

import json
from typing import Any

from connector.core.configuration import Configuration
from connector.core.exchange import Tree
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
    world.payloads.put(name_of(item), f'{{"record":{record},"bodies":{bodies},"config":{config}{stood}}}')


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
