"""What AWS does: plays state machines, empties the queue, and calls by the clock. None of it dies; what it calls may."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final

from connector.core.errors import ConnectorError
from connector.core.outcome import Outcome, Result
from connector.engine.drift_watch import watch
from connector.engine.events import edited
from connector.engine.export import export_item
from connector.engine.finish import finish_wave
from connector.engine.import_ import OVERRUN, import_step, poll
from connector.engine.import_runs import give_up
from connector.engine.schedule import due
from connector.engine.sends import send_one
from connector.engine.sweep import sweep
from connector.engine.world import World
from connector.entrypoints.run_functions import WITH_A_SWEEP
from tests.proof.machine import MOST_WAITS, answered
from tests.simulation.processes import LIMIT, Processes, Shared

AT_ONCE: Final = 4
"""The Map's MaxConcurrency (statemachines/export_run.asl.json)."""
TRIES: Final = 8
STEP_TRIES: Final = 5
RECEIVED: Final = 5
"""How often a message comes before it is put aside."""
VISIBLE: Final = 720.0
SWEEP: Final = 300.0
HOUR: Final = 3600.0


class Machines:
    def __init__(self, shared: Shared, processes: Processes) -> None:
        self._shared, self._processes = shared, processes
        self._workers = 0
        self.open = 0
        """Executions that have not ended."""
        self.swept = 0

    def begin(self, name: str) -> None:
        """A state machine's execution of this name."""
        self.open += 1
        given = self._shared.kept.workflows.started[name]
        if name.startswith("import-"):
            self._later(0.1, partial(self._step, name, 1))
        else:
            run, _, wave = name.rpartition("-w")
            self._later(0.1, partial(_Wave(self, run, int(wave), given).go_on))

    def work_on(self, wave: _Wave, item: str, tries: int = 1) -> None:
        """An item of a wave, called again as long as it says *later*."""
        self._workers += 1
        worker, sends = f"worker-{self._workers}", wave.name in self._shared.kept.workflows.sends

        def work(world: World, of: str = "") -> Outcome:
            if sends:
                return answered(item, lambda: send_one(world, wave.run, item))
            return answered(item, lambda: export_item(world, item, f"{worker}{of}"))

        def then(result: Any) -> None:
            if not isinstance(result, Outcome):
                self._unless_expected(result)
                wave.done({"item": item, "result": "crashed"})
            elif result.result is not Result.LATER:
                wave.done(dict(result.as_dict()))
            elif tries > MOST_WAITS:
                wave.done({"item": item, "result": "later"})
            else:
                self._later(result.seconds, partial(self.work_on, wave, item, tries + 1))

        self._processes.call(f"export {item}", work, then)
        if tries == 1 and self._shared.chance.random() < self._shared.twice:
            # The message comes twice: two workers at one item.
            again = self._shared.chance.choice([0.0, 1.0, 60.0])
            second = partial(work, of="-again")
            self._later(again, partial(self._processes.call, f"again {item}", second, self._unless_expected))

    def finish(self, wave: _Wave, tries: int = 1) -> None:
        def then(result: Any) -> None:
            if not isinstance(result, BaseException) or tries > TRIES:
                self.open -= 1
            else:
                self._unless_expected(result)
                self._later(min(120, 2**tries), partial(self.finish, wave, tries + 1))

        self._processes.call("finish", lambda world: finish_wave(world, wave.run, wave.number, wave.results), then)

    def _step(self, run: str, tries: int) -> None:
        def work(world: World) -> dict[str, object]:
            return import_step(world, run, world.clock.now() + timedelta(seconds=LIMIT) - OVERRUN, mine=world.rooms)

        def then(result: Any) -> None:
            if isinstance(result, dict) and result["more"]:
                self._later(float(result["wait"]), partial(self._step, run, 1))
            elif isinstance(result, dict):
                self.open -= 1
            elif tries > STEP_TRIES:
                self._processes.call("finish", lambda world: _broken_off(world, run), self._ended)
            else:
                self._unless_expected(result)
                self._later(min(120, 5 * 2**tries), partial(self._step, run, tries + 1))

        self._processes.call(f"step {run}", work, then)

    def _ended(self, _result: object) -> None:
        self.open -= 1

    def hint(self, resource: str, resource_id: str, project_id: str, received: int = 1) -> None:
        """A message of the queue, which comes again as long as its function fails."""

        def then(result: Any) -> None:
            if isinstance(result, BaseException) and received < RECEIVED:
                self._unless_expected(result)
                self._later(VISIBLE, partial(self.hint, resource, resource_id, project_id, received + 1))

        self._processes.call("hint", lambda world: edited(world, resource, resource_id, project_id), then, limit=120)

    def tick(self) -> None:
        """Every five minutes, for ever."""
        self._later(SWEEP, self.tick)
        self.swept += 1
        self._processes.call("sweep", _swept, self._unless_expected, limit=120)
        if self.swept * SWEEP % HOUR == 0:
            self._processes.call("clock", _scheduled, self._unless_expected, limit=120)
            self._processes.call("drift", _watched, self._unless_expected)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._shared.timeline.at(seconds, act)

    def _unless_expected(self, result: Any) -> None:
        self._shared.complain_about(result)


class _Wave:
    """The Map of one execution."""

    def __init__(self, machines: Machines, run: str, number: int, items: tuple[str, ...]) -> None:
        self.run, self.number, self.name = run, number, f"{run}-w{number}"
        self.results: list[dict[str, Any]] = []
        self._machines, self._waiting, self._open = machines, deque(items), 0

    def go_on(self) -> None:
        while self._waiting and self._open < AT_ONCE:
            self._open += 1
            self._machines.work_on(self, self._waiting.popleft())
        if not self._open:
            self._machines.finish(self)

    def done(self, result: dict[str, Any]) -> None:
        self._open -= 1
        self.results.append(result)
        self.go_on()


def _broken_off(world: World, run_id: str) -> None:
    run = world.state.get_run(run_id)
    if run is not None and run.state == "running":
        give_up(world, run, "States.TaskFailed")


def _swept(world: World) -> None:
    """As :mod:`connector.entrypoints.run_functions` does it."""
    sweep(world)
    for look in WITH_A_SWEEP.values():
        try:
            look(world)
        except ConnectorError:
            continue


def _scheduled(world: World) -> None:
    if objects := due(world):
        poll(world, objects)


def _watched(world: World) -> None:
    with suppress(ConnectorError):
        watch(world, world.clock.now() + timedelta(seconds=LIMIT) - OVERRUN)
