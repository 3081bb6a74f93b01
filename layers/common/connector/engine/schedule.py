"""When objects are imported by the clock."""

from __future__ import annotations

from typing import Final, Literal

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


def _usual(room: Room) -> Often:
    return "2 hours" if any(leg.reads.per_job for leg in room.imports) else "hour"
