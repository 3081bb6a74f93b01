"""When objects are imported by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from connector.engine.outlook import marks_of
from connector.engine.window import Mark
from connector.engine.world import Room, World

type Often = Literal["off", "hour", "2 hours", "4 hours", "day"]

HOURS: Final[dict[Often, int]] = {"hour": 1, "2 hours": 2, "4 hours": 4, "day": 24}


def schedules(world: World) -> dict[str, Often]:
    """How often each imported object is, as the settings say, else as its records do: those of the company every hour, where some belong
    to projects every two hours."""
    named = world.config().schedules
    return {name: named[name].every if name in named else _usual(room) for name, room in world.rooms.items() if room.imports}


def due(world: World) -> tuple[str, ...]:
    """The objects that are imported this hour (UTC)."""
    hour = world.clock.now().hour
    return tuple(name for name, often in schedules(world).items() if often in HOURS and hour % HOURS[often] == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clockwork:
    """When one object is imported: how often, by whose word (``set`` in the settings, else as is usual), how far it was read (None:
    never), and when it is next (None: not by the clock)."""

    object: str
    every: Often
    set: bool
    heard: datetime | None
    next: datetime | None


def clockwork(world: World) -> list[Clockwork]:
    """Of all imported objects."""
    named, often = world.config().schedules, schedules(world)
    marks = {name: [Mark.of(text) for text in marks_of(world, [name]).values()] for name in often}
    return [
        Clockwork(
            object=name,
            every=every,
            set=name in named,
            heard=min((mark.heard for mark in marks[name] if mark), default=None) if all(marks[name]) else None,
            next=_next(every, world.clock.now()),
        )
        for name, every in often.items()
    ]


def _next(every: Often, now: datetime) -> datetime | None:
    """The next full hour (UTC) at which it is due."""
    if every not in HOURS:
        return None
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return hour + timedelta(hours=-hour.hour % HOURS[every])


def _usual(room: Room) -> Often:
    return "2 hours" if any(leg.reads.per_job for leg in room.imports) else "hour"
