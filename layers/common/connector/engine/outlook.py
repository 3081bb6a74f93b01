"""What there is to read, before anything is read: one question to Intacct's audit trail answers for all legs of an import.

AUDITHISTORY tells who changed, created or deleted what and when
(https://developer.intacct.com/api/company-console/audit-trails/). A tenant may deny it, and what it tells of every object is written
nowhere: where it cannot answer, rows are read; where it says that nothing changed, they are read once a day all the same. Deletions
show nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from connector.core.configuration import Configuration
from connector.core.errors import Code, ConnectorError
from connector.core.exchange import Held, Query, Where
from connector.core.spec import Assignment, Leg
from connector.engine.window import FORMAT_KEPT, TRUSTED, Mark, Window, between, end_of, moment_of, offset_of
from connector.engine.world import World

type AnyLeg = Leg[Any] | Assignment
"""One step of an import."""

BY_RECORD: Final = "{RECORDNO}"
"""The key of a record that is known by Intacct's own number, and by that can be asked for."""
USER_FORMAT: Final = "import:user-format"
TRAIL: Final = "AUDITHISTORY"
_FIELDS: Final = ("OBJECTTYPE", "OBJECTKEY", "ACCESSMODE", "ACCESSTIME")
_MODES: Final = ("C", "M", "D")
_AFTERWARDS: Final = ("M", "D")
"""What happens to a record that is there."""
_CANNOT_ANSWER: Final = frozenset({Code.NO_PERMISSION, Code.REFUSED_BY_INTACCT, Code.VALUE_UNREADABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """``quiet`` are the legs (``vendors:company``) of which the trail says that nothing changed; ``deleted`` what it says was deleted, by
    leg, as keys in one of the trail's forms. ``until`` is the end of what was asked. ``listened`` is false where the trail was not asked
    though it could be: then deletions up to now are still to be looked for. ``whole`` are the legs of which something was deleted that
    cannot be asked for: everything is read and compared."""

    until: datetime
    offset: int
    quiet: frozenset[str] = frozenset()
    deleted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    listened: bool = True
    whole: frozenset[str] = frozenset()

    def as_text(self) -> str:
        kept = {"until": self.until.isoformat(), "offset": self.offset, "quiet": sorted(self.quiet), "deleted": dict(self.deleted)}
        return json.dumps(kept | {"listened": self.listened, "whole": sorted(self.whole)})

    @classmethod
    def of(cls, text: str) -> Self:
        kept = json.loads(text)
        return cls(
            until=datetime.fromisoformat(kept["until"]),
            offset=kept["offset"],
            quiet=frozenset(kept["quiet"]),
            deleted=kept["deleted"],
            listened=kept["listened"],
            whole=frozenset(kept["whole"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _UserFormat:
    """What is kept of the API's user: its offset, and whether it may see the trail."""

    offset: int
    at: datetime
    trail: bool = True

    @classmethod
    def of(cls, text: str) -> Self | None:
        if not text:
            return None
        at, offset, trail = text.split(" ")
        return cls(at=datetime.fromisoformat(at), offset=int(offset), trail=trail == "trail")

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.offset} {'trail' if self.trail else 'no-trail'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    type: str
    key: str
    deleted: bool
    at: datetime


class _TooManyError(Exception):
    """More entries than one page holds."""


def leg_name(object_name: str, leg: AnyLeg) -> str:
    return f"{object_name}:{leg.name}"


def mark_name(leg: str) -> str:
    """The name of the watermark of a leg (``vendors:company``)."""
    return f"import:{leg}"


def marks_of(world: World, objects: Iterable[str]) -> dict[str, str]:
    """The watermarks of the objects' legs as text, by leg; empty for one that was never read."""
    names = [leg_name(name, leg) for name in objects for leg in world.rooms[name].imports]
    held = world.state.watermarks([mark_name(name) for name in names])
    return {name: held.get(mark_name(name), "") for name in names}


def look_out(world: World, objects: Sequence[str], config: Configuration, *, listen: bool) -> Outlook:
    """Asks the trail for all legs of the objects together (``listen``). Raises SetupWrong for a user with another format of dates."""
    legs = {leg_name(name, leg): leg for name in objects for leg in world.rooms[name].imports}
    held = world.state.watermarks([*map(mark_name, legs), USER_FORMAT])
    known = _user_format(world, held.get(USER_FORMAT, ""))
    until = end_of(world.clock.now())
    if not (listen and known.trail):
        return Outlook(until=until, offset=known.offset, listened=listen)
    marks = {name: mark for name in legs if (mark := Mark.of(held.get(mark_name(name), "")))}
    since = {name: marks[name].heard - marks[name].overlap(known.offset) for name, leg in legs.items() if name in marks and _told(leg)}
    if not since:
        return Outlook(until=until, offset=known.offset)
    window = Window(since=min(since.values()), until=until, offset=known.offset)
    types = {name: _told(legs[name]) for name in since}
    try:
        entries, complete = _entries(world, config, window, frozenset().union(*types.values()))
    except ConnectorError as problem:
        if problem.code not in _CANNOT_ANSWER:
            raise
        _keep(world, held.get(USER_FORMAT, ""), _UserFormat(offset=known.offset, at=known.at, trail=False))
        return Outlook(until=until, offset=known.offset)
    except _TooManyError:
        return Outlook(until=until, offset=known.offset, whole=frozenset(since))
    told = {name: [entry for entry in entries if entry.type in types[name] and entry.at >= since[name]] for name in since}
    deleted = {name: [entry for entry in told[name] if entry.deleted] for name in since}
    trusted = {name for name in since if until - marks[name].read < TRUSTED}
    return Outlook(
        until=until,
        offset=known.offset,
        quiet=frozenset(name for name in trusted if complete and not told[name]),
        deleted={name: sorted({entry.key for entry in deleted[name]}) for name in since if deleted[name]},
        whole=frozenset(name for name in since if not _can_be_asked_for(legs[name], deleted[name])),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the trail tells of objects that are known by these names: keys in one of its forms, by name. None where it cannot answer, or too
    much has changed for one page. ``until`` is the end of what was asked."""

    until: datetime
    offset: int
    changed: Mapping[str, frozenset[str]] | None


def heard_since(world: World, config: Configuration, types: Collection[str], mark: Mark | None) -> Heard:
    """One question about what was changed or deleted since ``mark``; none is asked where there is no mark yet. Raises SetupWrong for a
    user with another format of dates."""
    held = world.state.watermarks([USER_FORMAT]).get(USER_FORMAT, "")
    known, until = _user_format(world, held), end_of(world.clock.now())
    cannot = Heard(until=until, offset=known.offset, changed=None)
    if mark is None or not known.trail:
        return cannot
    window = Window(since=mark.heard - mark.overlap(known.offset), until=until, offset=known.offset)
    try:
        entries = _asked(world, config, window, types, _AFTERWARDS)
    except ConnectorError as problem:
        if problem.code not in _CANNOT_ANSWER:
            raise
        _keep(world, held, _UserFormat(offset=known.offset, at=known.at, trail=False))
        return cannot
    except _TooManyError:
        return cannot
    changed = {name: frozenset(entry.key for entry in entries if entry.type == name) for name in types}
    return Heard(until=until, offset=known.offset, changed={name: keys for name, keys in changed.items() if keys})


def _told(leg: AnyLeg) -> frozenset[str]:
    """What the trail calls the objects that the leg reads, lines too; empty where it does not tell of all of them."""
    types, lines = {leg.reads.trail}, leg.lines if isinstance(leg, Leg) else None
    while lines is not None:
        types.add(lines.reads.trail)
        lines = lines.lines
    return frozenset() if "" in types else frozenset(types)


def _can_be_asked_for(leg: AnyLeg, deleted: Sequence[_Entry]) -> bool:
    """Records that are known by their number can; lines cannot, nor what is known by another key."""
    if not isinstance(leg, Leg):
        return True
    return not deleted or (leg.key == BY_RECORD and all(entry.type == leg.reads.trail for entry in deleted))


def _entries(world: World, config: Configuration, window: Window, types: Collection[str]) -> tuple[list[_Entry], bool]:
    """What the trail tells, and whether that is all: where too much has changed only deletions are asked for, which are few."""
    try:
        return _asked(world, config, window, types, _MODES), True
    except _TooManyError:
        return _asked(world, config, window, types, ("D",)), False


def _asked(world: World, config: Configuration, window: Window, types: Collection[str], modes: tuple[str, ...]) -> list[_Entry]:
    assert window.since is not None  # noqa: S101 -- the trail is asked about windows only
    where = (
        *between("ACCESSTIME", window.local(window.since), window.local(window.until)),
        Where("OBJECTTYPE", "in", tuple(sorted(types))),
        Where("ACCESSMODE", "in", modes),
    )
    try:
        (rows,) = world.intacct.read([Query(object=TRAIL, fields=_FIELDS, where=where, order_by="ACCESSTIME")], entity=config.entity)
    except ConnectorError as problem:
        if problem.code is Code.TOO_LARGE:
            raise _TooManyError from None
        raise
    try:
        return [_entry(row, window.offset) for row in rows]
    except ValueError:
        raise ConnectorError(Code.VALUE_UNREADABLE, f"Intacct's {TRAIL} has moments of another form than the user's.") from None


def _entry(row: Held, offset: int) -> _Entry:
    return _Entry(
        type=str(row["OBJECTTYPE"]).lower(),
        key=str(row["OBJECTKEY"]).removesuffix("--REC"),
        deleted=str(row["ACCESSMODE"]).upper().startswith("D"),  # D, Deleted, Delete Event: seen in answers [F]
        at=moment_of(str(row["ACCESSTIME"]), offset),
    )


def _user_format(world: World, text: str) -> _UserFormat:
    """As it was read last, for a day."""
    now, known = world.clock.now(), _UserFormat.of(text)
    if known is None or now - known.at >= FORMAT_KEPT:
        known = _UserFormat(offset=offset_of(world.intacct.user_format()), at=now)
        _keep(world, text, known)
    return known


def _keep(world: World, before: str, known: _UserFormat) -> None:
    world.state.move_watermarks({USER_FORMAT: (before, str(known))})
