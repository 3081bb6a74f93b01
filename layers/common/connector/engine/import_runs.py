"""The runs of imports, newest first: who asks for what one of them is doing joins it, and lists show them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Self

from connector.core.item import Value
from connector.engine.progress import alive
from connector.engine.world import World
from connector.ports import Contention, Run

NOTED: Final = "import-runs"
"""The watermark that notes them."""
KEPT: Final = 50
THE_CLOCK: Final = "the clock"
"""Who started what no person asked for."""


class _Noted(Value):
    """Ids of the latest runs, newest first; ``last`` is the number of the newest."""

    last: int = 0
    ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Self:
        return cls.model_validate_json(text) if text else cls()

    def next_id(self) -> str:
        return f"import-{self.last + 1}"

    def with_next(self) -> _Noted:
        return _Noted(last=self.last + 1, ids=(self.next_id(), *self.ids)[:KEPT])


def recent(world: World) -> list[Run]:
    """Newest first."""
    noted = _Noted.of(_text(world))
    held = world.state.get_runs(noted.ids)
    return [held[each] for each in noted.ids if each in held]


def begin(world: World, wanted: Run) -> Run:
    """Starts the run (``id`` is given here), or joins one that does the same. Of two who ask at the same time, one creates it and both
    have it; what one of them left undone the next one does."""
    while True:
        text = _text(world)
        noted = _Noted.of(text)
        held = world.state.get_runs(noted.ids)
        running = [held[each] for each in noted.ids if each in held and held[each].state == "running"]
        for run in running:
            if not alive(run, world.clock.now()):
                give_up(world, run, "It fell silent.")
            elif _covers(run, wanted):
                return _started(world, run)
        run = wanted.model_copy(update={"id": noted.next_id()})
        with suppress(Contention):  # somebody created it just now, or its creator never came to note it
            world.state.put_run(run)
        if not world.state.move_watermarks({NOTED: (text, noted.with_next().model_dump_json())}):
            made = world.state.get_run(run.id)
            if made is not None and made.version == 0 and _covers(made, wanted):
                return _started(world, made)


def _started(world: World, run: Run) -> Run:
    """Starting it again is harmless, and heals a start that never arrived."""
    world.workflows.start_import(run.id, run.position.get("object") or run.objects[0])
    return run


def _covers(run: Run, wanted: Run) -> bool:
    """Whether who waits for ``run`` gets what is wanted: the same, or more of the same of which nothing that is wanted is done yet."""
    if (run.kind, run.record) != (wanted.kind, wanted.record) or (wanted.full and not run.full):
        return False
    if run.project_id != wanted.project_id and (run.project_id or not run.full):
        return False
    return run.objects == wanted.objects or set(wanted.objects) <= set(_ahead(run))


def _ahead(run: Run) -> Sequence[str]:
    at = run.position.get("object", "")
    return run.objects[run.objects.index(at) :] if at else run.objects


def _text(world: World) -> str:
    return world.state.watermarks([NOTED]).get(NOTED, "")


def give_up(world: World, run: Run, why: str) -> None:
    """Ends a run that will not go on. The next one reads the same window again."""
    lost = {"version": run.version + 1, "state": "failed", "ended_at": world.clock.now(), "problems": (*run.problems, why)}
    with suppress(Contention):
        world.state.put_run(run.model_copy(update=lost))
