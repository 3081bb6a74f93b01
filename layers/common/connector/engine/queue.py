"""Reading what waits.

The shelf of waiting items is read whole, then sifted: it holds what people decide by hand, hundreds, and every filter and total is of all
of it, whatever page is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connector.core.configuration import Configuration
from connector.core.item import DIFFERS, NOT_WRITTEN_BACK, Item, State
from connector.core.people import ACCOUNTING, Person
from connector.core.waiting import Queue, Wanted, sifted
from connector.engine.board import DIFFERING, STAGED, STANDING_STILL, WAITING, Board
from connector.engine.world import World

MOST: Final = 5_000
"""Items read for one list; what waits beyond them is younger and comes when these are decided."""
_AT_ONCE: Final = 1_000


def waiting(world: World, config: Configuration, person: Person, wanted: Wanted, board: Board | None = None) -> Queue:
    """``board`` is told what was seen of the shelf."""
    items = [*_shelved(world, State.WAITING.value)]
    if board is not None:
        board.saw(WAITING, items)
    return sifted(items, config, person, wanted, world.clock.now())


def _shelved(world: World, shelf: str) -> Iterator[Item]:
    cursor, left = "", MOST
    while left > 0:
        page = world.state.on_shelf(shelf, limit=min(left, _AT_ONCE), cursor=cursor)
        yield from page.rows
        cursor, left = page.cursor, left - len(page.rows)
        if not cursor:
            return


STUCK: Final = (State.FAILED, State.STALE, State.BLOCKED, State.INVALID)
"""States in which nothing goes on without a person; ``invalid`` are records of an import."""


def stuck(world: World, config: Configuration, person: Person, board: Board | None = None) -> list[Item]:
    """What stands still, or differs from what was exported, longest first, of what this person may see: their own for senders, all for
    approvers and administrators."""
    differ = differing(world, board)
    whole = _all_stuck(world, differ)
    if board is not None:
        board.saw(STANDING_STILL, whole)
    items = [item for item in whole if person.may_see(item.project_id)]
    if not config.roles(person) & ACCOUNTING:
        items = [item for item in items if item.sent_by == person.login]
    return sorted(items, key=lambda item: (item.since, item.id))


def _all_stuck(world: World, differ: Sequence[Item]) -> list[Item]:
    return [*(item for state in STUCK for item in _shelved(world, state.value)), *differ]


def differing(world: World, board: Board | None = None) -> list[Item]:
    """All whose record differs from what was exported. ``board`` is told."""
    unmarked = (item for item in _shelved(world, NOT_WRITTEN_BACK) if item.drift is not None)
    items = [*_shelved(world, DIFFERS), *unmarked]
    if board is not None:
        board.saw(DIFFERING, items)
    return items


def count_shelves(world: World) -> int:
    """Counts every shelf that a tab has a number of; answers how much stands there. The clock does it: what comes in by a call or goes
    away by itself no page has seen."""
    board = Board(world)
    shelves = {
        WAITING: [*_shelved(world, State.WAITING.value)],
        STAGED: [*_shelved(world, State.STAGED.value)],
        STANDING_STILL: _all_stuck(world, differing(world, board)),
    }
    for name, items in shelves.items():
        board.saw(name, items)
    return sum(map(len, shelves.values()))
