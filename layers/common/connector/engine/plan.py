"""In which order a run goes: waves of items, what others need first; and its start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Final

from connector.core.fingerprint import digest
from connector.core.item import Item
from connector.engine.world import World
from connector.ports import Contention, Run

SENDS: Final = "send"
"""The kind of a run that puts records before the approvers; one that exports is ``export``."""
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


def start_run(world: World, item_ids: Iterable[str], *, by: str, turn: str = "") -> str:
    """Plans the export of approved items and starts its first wave. The run's name comes from what was approved, so that starting
    twice starts once; another ``turn`` starts the same items anew."""
    items = world.state.get_many(sorted(set(item_ids)))
    name = digest([turn, *sorted([item.id, item.fingerprint, item.version] for item in items.values())])[:24]
    planned = waves(items, _before(items), ranks(world))
    run = Run(id=f"export-{name}", kind="export", state="running", started_at=world.clock.now(), started_by=by, waves=planned)
    # Started before? Then starting the workflow again is harmless, and heals a start that never arrived.
    with suppress(Contention):
        world.state.put_run(run)
    start_wave(world, run, 1)
    return run.id


def _before(items: Mapping[str, Item]) -> dict[str, list[str]]:
    """What each of these goes behind: what it needs, and those of its series that stand before it."""
    before = {key: list(item.pending) for key, item in items.items()}
    series: dict[str, list[Item]] = {}
    for item in items.values():
        if item.series:
            series.setdefault(item.series, []).append(item)
    for one in series.values():
        for first, then in pairwise(sorted(one, key=lambda item: (item.place, item.id))):
            before[then.id].append(first.id)
    return before


def start_wave(world: World, run: Run, wave: int) -> None:
    """One execution per wave (from 1): ids only, no rows in its input, and its history stays far from Step Functions' limit."""
    start = world.workflows.start_sends if run.kind == SENDS else world.workflows.start_export
    start(run.id, wave, run.waves[wave - 1])
