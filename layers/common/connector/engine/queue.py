"""Reading what waits.

The shelf of waiting items is read whole, then sifted: it holds what people decide by hand, hundreds, and every filter and total is of all
of it, whatever page is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.core.configuration import Configuration
from connector.core.item import Item, State
from connector.core.people import Person
from connector.core.waiting import Queue, Wanted, sifted
from connector.engine.world import World

MOST: Final = 5_000
"""Items read for one list; what waits beyond them is younger and comes when these are decided."""
_AT_ONCE: Final = 1_000


def waiting(world: World, config: Configuration, person: Person, wanted: Wanted) -> Queue:
    return sifted(_shelved(world, State.WAITING.value), config, person, wanted, world.clock.now())


def _shelved(world: World, shelf: str) -> Iterator[Item]:
    cursor, left = "", MOST
    while left > 0:
        page = world.state.on_shelf(shelf, limit=min(left, _AT_ONCE), cursor=cursor)
        yield from page.rows
        cursor, left = page.cursor, left - len(page.rows)
        if not cursor:
            return
