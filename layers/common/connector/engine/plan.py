"""In which order a run goes: waves of items, what others need first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.core.item import Item
from connector.engine.world import World
from connector.ports import Contention, Run

WAVE: int = 1000
"""Items of one wave: what fits a state machine's input with room to spare."""


def waves(items: Mapping[str, Item], needs: Mapping[str, Sequence[str]], ranks: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    """Items in waves: each after everything it needs, then by the rank of its object. ``ranks`` order the feature map. A circle cannot
    come from real records; should one come, its items go last rather than never."""
    level: dict[str, int] = {}

    def depth(key: str, above: tuple[str, ...]) -> int:
        if key not in level and key not in above:
            first = [depth(need, (*above, key)) for need in needs.get(key, ()) if need in items]
            level[key] = 1 + max(first, default=-1)
        return level.get(key, len(items))

    for key in items:
        depth(key, ())
    ordered = sorted(items, key=lambda key: (level[key], ranks.get(items[key].object, len(ranks)), key))
    by_level: dict[int, list[str]] = {}
    for key in ordered:
        by_level.setdefault(level[key], []).append(key)
    return tuple(tuple(wave[start : start + WAVE]) for wave in by_level.values() for start in range(0, len(wave), WAVE))


def ranks(world: World) -> dict[str, int]:
    """Objects in dependency order, as their rooms declare it."""
    placed: dict[str, int] = {}

    def place(name: str) -> int:
        if name not in placed:
            placed[name] = 0
            placed[name] = 1 + max((place(need) for need in world.rooms[name].needs), default=-1)
        return placed[name]

    for name in world.rooms:
        place(name)
    return placed


def plan(world: World, run_id: str, wave: int) -> list[dict[str, str]]:
    """The ``wave``-th wave of the run (from 1) as the state machine wants it: object and item, no rows. The first call plans."""
    run = _run(world, run_id)
    if wave == 1 and run.state == "running":
        items = world.state.get_many([key for part in run.waves for key in part])
        planned = waves(items, {key: item.pending for key, item in items.items()}, ranks(world))
        run = run.model_copy(update={"waves": planned, "state": "planned", "version": run.version + 1})
        try:
            world.state.put_run(run)
        except Contention:
            run = _run(world, run_id)  # the same plan, made by a repeated call
    keys = run.waves[wave - 1] if wave <= len(run.waves) else ()
    return [{"object": key.partition(":")[0], "item": key} for key in keys]


def _run(world: World, run_id: str) -> Run:
    run = world.state.get_run(run_id)
    if run is None:
        msg = f"There is no run {run_id}."
        raise LookupError(msg)
    return run
