"""What a staged record was when it was staged: in the item itself, and with its lines, which a row has no room for, beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.core.compare import shown
from connector.core.errors import Code, ConnectorError
from connector.core.item import Item
from connector.core.record import Record, Ref, rows
from connector.core.spec import Leg
from connector.engine.world import World


def as_text(record: Record) -> dict[str, str]:
    """For people, and whole for a record without lines; of lines their number."""
    texts = ((row, getattr(record, row.name)) for row in rows(type(record)))
    return {row.name: text for row, value in texts if (text := shown(len(value) if row.lines else value))}


def from_text(record: type[Record], values: Mapping[str, str]) -> Record:
    """The record without lines that :func:`as_text` wrote down."""
    found = [(row, values[row.name]) for row in rows(record) if row.name in values and row.lines is None]
    return record.model_validate({row.name: Ref(procore="", intacct=text) if row.ref else text for row, text in found})


def keep(world: World, leg: Leg[Any], item_id: str, version: str, record: Record) -> None:
    """Before the item says so. ``version`` is the record's hash."""
    if leg.lines is not None:
        world.payloads.put(_name(item_id, version), record.model_dump_json())


def kept(world: World, leg: Leg[Any], item: Item) -> Record:
    """The record as it was staged. Raises ConnectorError(NOT_WAITING) where it is not kept."""
    if leg.lines is None:
        return from_text(leg.record, item.staged)
    text = world.payloads.get(_name(item.id, item.fingerprint))
    if text is None:
        raise ConnectorError(Code.NOT_WAITING, f"{item.title} was not kept with its lines: import everything of it again.")
    record: Record = leg.record.model_validate_json(text)
    return record


def _name(item_id: str, version: str) -> str:
    return f"staged/{item_id}/{version}.json"
