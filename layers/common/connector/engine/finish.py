"""The end of a wave of exports or sends: totals, who can go now, what comes next. And how an item that was put aside gets going again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from connector.core.item import Item, State, step
from connector.engine import outbox, unusual
from connector.engine.plan import start_run, start_wave
from connector.engine.world import World
from connector.ports import Contention


def finish_wave(world: World, run_id: str, wave: int, results: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Adds the wave's results to the run, lets go what waited for them, and starts the next wave, or ends the run with
    one mail to each person about all of it. May be repeated, also after later waves (an execution that is redriven)."""
    run = world.state.get_run(run_id)
    if run is None:
        msg = f"There is no run {run_id}."
        raise LookupError(msg)
    counts = Counter(str(result.get("result", "crashed")) for result in results)
    stopped = counts["stopped"] > 0
    last = stopped or wave >= len(run.waves)
    if int(run.position.get("wave", "0")) < wave:
        run = run.model_copy(
            update={
                "version": run.version + 1,
                "counts": dict(Counter(run.counts) + counts),
                "position": {"wave": str(wave)},
                "state": "stopped" if stopped else "ended" if last else run.state,
                "ended_at": world.clock.now() if last else None,
            }
        )
        try:
            world.state.put_run(run)
        except Contention:
            run = world.state.get_run(run_id) or run
    # What became of an item says the item: a worker that died behind its last step has no result.
    items = world.state.get_many([str(result["item"]) for result in results])
    done = [item for item in items.values() if item.state is State.SYNCED]
    arrived(world, [item.id for item in done])
    unusual.remember(world, done)
    if last:
        outbox.deliver_of(world, [key for each in run.waves for key in each])
    else:
        start_wave(world, run, wave + 1)
    return dict(counts)


def arrived(world: World, needs: Collection[str]) -> None:
    """Lets go what waits for these (``vendors:8821``), now that they are in Intacct. May be repeated."""
    freed = [item for need in needs for item in _release(world, need)]
    if freed:
        start_run(world, freed, by="connector")


def let_go_if_there(world: World, item: Item) -> None:
    """After an item was put aside: what it waits for may have arrived at that moment, when nobody else lets it go."""
    if linked(world, item.waits_for) and _may_go(world, item):
        start_run(world, [item.id], by="connector")


def linked(world: World, need: str) -> bool:
    object_name, _, procore_id = need.partition(":")
    return bool(world.cross_references.by_procore(object_name, [procore_id]))


def _release(world: World, done: str) -> list[str]:
    """Approved items that waited for this one: they may go now, if nothing else is open."""
    return [item.id for item in world.state.waiting_for(done) if _may_go(world, item)]


def _may_go(world: World, item: Item) -> bool:
    still_open = next((need for need in item.pending if not linked(world, need)), "")
    after, entry = step(
        item,
        f"waits for {still_open}" if still_open else "may go now",
        who="connector",
        at=world.clock.now(),
        state=State.BLOCKED if still_open else State.APPROVED,
        waits_for=still_open,
    )
    try:
        world.state.save(after, entry)
    except Contention:
        return False
    if still_open and linked(world, still_open):
        # It arrived while this one was put aside anew.
        return _may_go(world, after)
    return not still_open
