"""What webhooks missed and what got stuck: found by the clock, finished like everything else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from connector.core.item import NOT_WRITTEN_BACK, Item, State
from connector.engine.export import LEASE
from connector.engine.finish import arrived
from connector.engine.import_runs import THE_CLOCK
from connector.engine.needs import there
from connector.engine.plan import start_run
from connector.engine.refused import shelf
from connector.engine.unmark import unmark
from connector.engine.world import World

PATIENCE: Final = timedelta(minutes=5)
"""How long an approved item may wait for its run before the sweep starts one."""


def sweep(world: World) -> dict[str, int]:
    """Starts one run for everything that should be moving and is not. Returns what was found, by cause."""
    now = world.clock.now()
    found = {
        "approved, never started": [item.id for item in whole_shelf(world, "approved") if now - item.since > PATIENCE],
        "worker gone": [
            item.id
            for item in whole_shelf(world, "exporting")
            if (item.lease is None or item.lease.until < now) and now - item.since > LEASE
        ],
        "not written back": [item.id for item in whole_shelf(world, NOT_WRITTEN_BACK) if now - item.since > PATIENCE],
    }
    stuck = [item_id for ids in found.values() for item_id in ids]
    if stuck:
        # A run of the same items may have come and gone without them, so that each sweep's is a new one.
        start_run(world, stuck, by=THE_CLOCK, turn=str(now.timestamp() // PATIENCE.total_seconds()))
    marked = [item for item in whole_shelf(world, "retrieved:mark-left") if now - item.since > PATIENCE]
    for item in marked:
        unmark(world, item)
    counts = {cause: len(ids) for cause, ids in found.items()}
    return counts | {"blocked, though it is there": _let_go(world), "mark left in Procore": len(marked)}


def _let_go(world: World) -> int:
    """Lets go what waits for records that have arrived unnoticed: the index that says who waits is a moment behind."""
    waiting = [item for item in shelf(world, State.BLOCKED, "") if item.waits_for]
    arrived_before = there(world, {item.waits_for for item in waiting})
    arrived(world, arrived_before)
    return sum(item.waits_for in arrived_before for item in waiting)


def whole_shelf(world: World, shelf: str, object_name: str = "") -> Iterator[Item]:
    cursor = ""
    while True:
        page = world.state.on_shelf(shelf, cursor=cursor, object_name=object_name)
        yield from page.rows
        cursor = page.cursor
        if not cursor:
            return
