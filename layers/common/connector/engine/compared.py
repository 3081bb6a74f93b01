"""How far it is known that what was exported still stands so on both sides, from what is kept of the watch: neither system is asked.

The watch (:mod:`connector.engine.drift_watch`) writes down what may differ before its marks move, and takes it off once it was looked at.
So what is not written down stood as exported when the marks say, or differs as its item says: ask for this before you read the items.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from connector.core.item import Item
from connector.engine.board import Board
from connector.engine.drift_watch import kept
from connector.engine.window import Mark
from connector.engine.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """``until`` is None where nobody has watched both sides yet; ``suspects`` are the items that may differ and are looked at next."""

    until: datetime | None
    suspects: Collection[str]

    def at(self, item: Item) -> datetime | None:
        """When this synced item was last known to be equal: at its read-back at the earliest. None where it may have changed since."""
        if item.id in self.suspects:
            return None
        return max(filter(None, (item.since, self.until)))


def compared(world: World, board: Board) -> Compared:
    """Procore's side is known as of the last walk through its lists that came to its end, Intacct's as of what was heard last."""
    mark, book = Mark.of(board.watched), kept(world)
    walked = book.since if book.left else book.begun
    return Compared(until=min(mark.heard, walked) if mark and walked else None, suspects=book.suspects)
