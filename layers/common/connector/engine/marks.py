"""How far imports have come, for administrators: shown, and moved back so that rows are read again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from connector.core.errors import Code, ConnectorError
from connector.core.people import Person, Role
from connector.engine.outlook import mark_name, marks_of
from connector.engine.window import TRUSTED, Mark
from connector.engine.world import World
from connector.ports import Contention


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One leg (``vendors:company``) and how far it has come; no mark where nothing was read yet."""

    leg: str
    mark: Mark | None


def standings(world: World, person: Person) -> list[Standing]:
    """Of all legs. Raises ConnectorError(NOT_ALLOWED)."""
    _administrators_only(world, person)
    objects = [name for name, room in world.rooms.items() if room.imports]
    return [Standing(leg=leg, mark=Mark.of(text)) for leg, text in marks_of(world, objects).items()]


def move_back(world: World, person: Person, leg: str, to: datetime | None) -> Standing:
    """The next import reads what changed since then (at least of the last day, whatever the audit trail says), or everything (None). A
    run that reads just now does not undo it. Who moved it is kept before it holds. Raises ConnectorError(NOT_ALLOWED, NOT_FOUND,
    MALFORMED) and Contention."""
    _administrators_only(world, person)
    held = {text.leg: text.mark for text in standings(world, person)}
    if leg not in held:
        raise ConnectorError(Code.NOT_FOUND, f"Nothing is imported as {leg!r}; there are {', '.join(held)}.")
    before = held[leg]
    after = _moved(before, to, world.clock.now())
    record = {"who": person.login, "leg": leg, "at": world.clock.now().isoformat(), "before": str(before or ""), "after": str(after or "")}
    world.payloads.put(f"watermarks/{record['at']}-{leg}.json", json.dumps(record, ensure_ascii=False))
    if world.state.move_watermarks({mark_name(leg): (str(before or ""), str(after or ""))}):
        raise Contention(leg)
    return Standing(leg=leg, mark=after)


def _moved(before: Mark | None, to: datetime | None, now: datetime) -> Mark | None:
    if to is None or before is None:
        return None
    if to >= before.heard:
        said = f"It stands at {before.heard.isoformat()}, and can only be moved back from there."
        raise ConnectorError(Code.MALFORMED, said)
    return Mark(read=min(to, now - TRUSTED), heard=to, offset=before.offset)


def _administrators_only(world: World, person: Person) -> None:
    if Role.ADMIN not in world.config().roles(person):
        raise ConnectorError(Code.NOT_ALLOWED, f"How far imports have come is for administrators of this connector; {person.name} is none.")
