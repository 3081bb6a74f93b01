"""Looking for drift by the clock, with as few calls as there are: one question to Intacct's audit trail an hour, one walk through Procore's
lists a day for what webhooks missed. What may have changed is looked at (:mod:`connector.engine.drift`); nothing else is asked for.

The trail is not believed for longer than a day, as for imports (docs/adr/0017-audit-trail-first.md): then the change stamps of all exported
records are read, a thousand at a time, which also shows what is gone. What is suspected is kept before a mark moves: a run that ends early
is gone on with, and nothing is forgotten.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Final

from pydantic import AwareDatetime

from connector.core.errors import ConnectorError, Kind
from connector.core.exchange import Query, Where
from connector.core.item import Item, State, Value
from connector.core.spec import Export, IntacctHeld
from connector.engine import drift, events, snapshot
from connector.engine.board import WATCHED
from connector.engine.drift import Hint
from connector.engine.outlook import Heard, heard_since
from connector.engine.submit import item_id
from connector.engine.walk import Ground, exported_pairs, grounds, suspects
from connector.engine.window import TRUSTED, Mark, moment_of
from connector.engine.world import Room, World
from connector.ports import Contention, CrossReference

log = logging.getLogger("connector.drift")

BOOK: Final = "drift/watch.json"
LEASE: Final = "drift-watch"
OVERRUN: Final = timedelta(minutes=1)
STAMP: Final = "WHENMODIFIED"
_AT_ONCE: Final = 1000


class Book(Value):
    """What is still to be done: items that may differ, each with the side that hinted at it, and the places that are still to be walked
    through, for what changed ``since``."""

    suspects: dict[str, Hint]
    left: tuple[Ground, ...]
    since: AwareDatetime | None
    begun: AwareDatetime | None


EMPTY: Final = Book(suspects={}, left=(), since=None, begun=None)


def watch(world: World, until: datetime) -> dict[str, int]:
    """As much as fits before ``until``. How many items were suspected, looked at, and differ; nothing while another one is at it. Raises
    RetryLater and ConnectorError where a system cannot be asked at all: what was found until then is kept."""
    holder = secrets.token_hex(8)
    seconds = (until - world.clock.now() + OVERRUN).total_seconds()
    if seconds <= 0 or not world.leases.acquire(LEASE, holder=holder, seconds=seconds):
        return {}
    try:
        return _watched(world, until)
    finally:
        world.leases.release(LEASE, holder=holder)


def _watched(world: World, until: datetime) -> dict[str, int]:
    book = kept(world)
    before = len(book.suspects)
    book = _intacct(world, book)
    book = _procore(world, book, until)
    counts = {"suspected": len(book.suspects) - before, "looked at": 0, "differ": 0}
    left = dict(book.suspects)
    try:
        for key, hint in book.suspects.items():
            if world.clock.now() >= until:
                break
            item = _looked_at(world, key, hint)
            if item is not None:
                counts["looked at"] += 1
                counts["differ"] += item.drift is not None
                del left[key]
    finally:
        _write(world, book.model_copy(update={"suspects": left}))
    return counts | {"left": len(left)}


def _looked_at(world: World, key: str, hint: Hint) -> Item | None:
    """None where it is to be looked at again: somebody else is at it, or it could not be read."""
    item = world.state.get(key)
    assert item is not None  # noqa: S101 -- only items that are there are suspected
    try:
        if item.state is State.WAITING:
            events.read_again(world, item)
            return item
        return drift.look(world, item, hint=hint)
    except Contention:
        return None
    except ConnectorError as problem:
        if problem.kind is not Kind.DATA:
            raise
        log.warning("could not be looked at: %s", problem, extra={"item": key})
        return None


# ------------------------------------------------------------------------------------------------------------ Intacct


def _intacct(world: World, book: Book) -> Book:
    exported = {name: room.export for name, room in world.rooms.items() if room.export is not None}
    text = world.state.watermarks([WATCHED]).get(WATCHED, "")
    mark = Mark.of(text)
    config = world.config()
    types = frozenset(told for export in exported.values() for told in _objects(export.held))
    heard = heard_since(world, config, types, mark)
    whole = heard.changed is None or mark is None or heard.until - mark.read >= TRUSTED
    found: set[str] = set()
    for name, export in exported.items():
        keys = frozenset().union(*((heard.changed or {}).get(told, ()) for told in _objects(export.held)))
        if keys or whole:
            pairs = list(exported_pairs(world, name))
            found |= {item_id(name, pair.procore_id) for pair in _named(world, world.rooms[name], export, pairs, keys)}
            if whole:
                since = mark.read - mark.overlap(heard.offset) if mark else None
                found |= {item_id(name, pair.procore_id) for pair in _stamped(world, export, pairs, since, heard)}
    book = _suspecting(book, found, "intacct")
    _write(world, book)
    read = heard.until if whole or mark is None else mark.read
    world.state.move_watermarks({WATCHED: (text, str(Mark(read=read, heard=heard.until, offset=heard.offset)))})
    return book


def _objects(held: IntacctHeld[Any]) -> set[str]:
    """What the trail calls a record's object and its lines'."""
    return {name.lower() for name in (held.object, held.lines_object) if name}


def _named(world: World, room: Room, export: Export[Any], pairs: list[CrossReference], keys: frozenset[str]) -> Iterator[CrossReference]:
    """The links that the trail means: by their key, their natural id or a line's key; of records that are several documents, which name
    themselves, by any of these."""
    left = set(keys)
    for pair in pairs:
        names = {pair.intacct_key, pair.intacct_id, *pair.lines.values()}
        if names & keys:
            left -= names
            yield pair
    if left and export.held.lines is not None:
        yield from (pair for pair in pairs if left & _documents(world, room, export.held, pair))


def _documents(world: World, room: Room, held: IntacctHeld[Any], pair: CrossReference) -> set[str]:
    item = world.state.get(item_id(room.name, pair.procore_id))
    kept = snapshot.both(world, item) if item is not None else None
    if kept is None or held.lines is None:
        return set()
    return {value for where in held.lines(kept[1]) if where.field == held.id_field for value in where.values}


def _stamped(
    world: World, export: Export[Any], pairs: list[CrossReference], since: datetime | None, heard: Heard
) -> Iterator[CrossReference]:
    """The links whose record, or one of its documents' lines, is gone or was changed since."""
    held, entity = export.held, world.config().entity
    by_key: dict[str, dict[str, CrossReference]] = {held.object: {pair.intacct_key: pair for pair in pairs}}
    if held.lines is not None:
        lines = {key: pair for pair in pairs for key in pair.lines.values()}
        by_key[held.lines_object] = by_key.get(held.lines_object, {}) | lines
    for object_name, wanted in by_key.items():
        for some in batched(sorted(wanted), _AT_ONCE, strict=False):
            query = Query(object=object_name, fields=("RECORDNO", STAMP), where=(Where("RECORDNO", "in", some),))
            stamps = {str(row["RECORDNO"]): str(row.get(STAMP) or "") for page in world.intacct.pages(query, entity=entity) for row in page}
            for key in some:
                pair = wanted[key]
                threshold = max(filter(None, (since, pair.linked_at)), default=None)
                if key not in stamps or (stamps[key] and (threshold is None or moment_of(stamps[key], heard.offset) >= threshold)):
                    yield pair


# ------------------------------------------------------------------------------------------------------------ Procore


def _procore(world: World, book: Book, until: datetime) -> Book:
    """Goes on with the walk through Procore's lists, or begins one, a day after the last."""
    now = world.clock.now()
    if not book.left and (book.begun is None or now - book.begun >= TRUSTED):
        book = book.model_copy(update={"left": tuple(grounds(world)), "since": book.begun, "begun": now})
    while book.left and world.clock.now() < until:
        ground, *left = book.left
        book = _suspecting(book, set(suspects(world, ground, book.since)), "procore")
        book = book.model_copy(update={"left": tuple(left)})
        _write(world, book)
    return book


def _suspecting(book: Book, keys: set[str], side: Hint) -> Book:
    """What both sides hint at is asked on both."""
    known = book.suspects
    more: dict[str, Hint] = {key: side if known.get(key, side) == side else "" for key in sorted(keys)}
    return book.model_copy(update={"suspects": known | more})


def kept(world: World) -> Book:
    text = world.payloads.get(BOOK)
    return Book.model_validate_json(text) if text else EMPTY


def _write(world: World, book: Book) -> None:
    world.payloads.put(BOOK, book.model_dump_json())
