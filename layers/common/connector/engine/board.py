"""What every page shows beside its own: how much stands where, and which system is away. One read of our own state for all of it; whoever
reads a shelf whole says what they saw, and the sweep counts what nobody looks at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from connector.core.item import Item
from connector.core.outage import SYSTEMS, System, away, since
from connector.core.tally import Group, groups, tally, text
from connector.engine.world import World

WAITING: Final = "tally:waiting"
STANDING_STILL: Final = "tally:stuck"
STAGED: Final = "tally:staged"
DIFFERING: Final = "tally:differing"
WATCHED: Final = "drift:intacct"
"""The watermark of :mod:`connector.engine.drift_watch`: how far changes in Intacct were heard of."""
_ALL: Final = (WAITING, STANDING_STILL, STAGED, DIFFERING)


class Board:
    """Read when it is first asked, and once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._texts: dict[str, str] | None = None

    def _kept(self) -> dict[str, str]:
        if self._texts is None:
            self._texts = self._world.state.watermarks([*_ALL, WATCHED, *map(away, SYSTEMS)])
        return self._texts

    def groups(self, name: str) -> tuple[Group, ...]:
        return groups(self._kept().get(name, ""))

    @property
    def away(self) -> dict[System, datetime]:
        """Since when a system has not answered, of each that does not."""
        kept = {system: since(self._kept().get(away(system), "")) for system in SYSTEMS}
        return {system: moment for system, moment in kept.items() if moment}

    @property
    def watched(self) -> str:
        """The watch's mark as text, empty where nobody has watched yet."""
        return self._kept().get(WATCHED, "")

    def saw(self, name: str, items: Iterable[Item]) -> None:
        """All of a shelf, as it is now. Who has seen it a moment later may have been faster: theirs stays."""
        before, now = self._kept().get(name, ""), text(tally(items))
        if now != before:
            self._world.state.move_watermarks({name: (before, now)})
            self._kept()[name] = now
