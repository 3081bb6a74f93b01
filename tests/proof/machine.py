"""The state machines and the clock that starts the sweep, in one thread: ``statemachines/export_run.asl.json`` without AWS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from connector.core.errors import ConnectorError, RetryLater
from connector.core.outcome import Outcome, Result
from connector.engine.export import LEASE, export_item
from connector.engine.finish import finish_wave
from connector.engine.sweep import sweep
from connector.engine.world import World
from tests.doubles import ManualClock, MemoryWorkflows

MOST_WAITS: Final = 20


class Killed(BaseException):
    """The process is gone: no ``except Exception`` sees it."""


class Machine:
    """Plays what was started. A killed function is a crashed result to the machine, which itself never dies."""

    def __init__(self, world: World, clock: ManualClock, workflows: MemoryWorkflows) -> None:
        self._world, self._clock, self._workflows = world, clock, workflows
        self._played: set[str] = set()
        self._workers = 0

    def play(self) -> None:
        """Every execution that was started, and those that they start, to their end."""
        while waiting := [name for name in self._workflows.started if name not in self._played]:
            for name in waiting:
                self._played.add(name)
                run, _, wave = name.rpartition("-w")
                results = [self.export(item) for item in self._workflows.started[name]]
                self.again(partial(finish_wave, self._world, run, int(wave), results))

    def export(self, item: str) -> dict[str, Any]:
        """One item of a wave, called again as long as it says *later*."""
        for _ in range(MOST_WAITS):
            self._workers += 1
            try:
                outcome = self._call(item, f"worker-{self._workers}")
            except Killed:
                return {"item": item, "result": "crashed"}
            if outcome.result is not Result.LATER:
                return dict(outcome.as_dict())
            self._clock.move(outcome.seconds)
        return {"item": item, "result": "later"}

    def sweep_until(self, settled: Callable[[], bool], *, rounds: int = 12) -> None:
        """What the clock does every few minutes, until it is all done, or for more than an hour."""
        self.play()
        for _ in range(rounds):
            if settled():
                return
            self._clock.move((LEASE + timedelta(minutes=1)).total_seconds())
            self.again(partial(sweep, self._world))
            self.play()

    def again[T](self, work: Callable[[], T]) -> T:
        """As AWS does it: a function that was killed, or that another system put off, is called anew."""
        for _ in range(MOST_WAITS):
            try:
                return work()
            except Killed:
                continue
            except RetryLater as wait:
                self._clock.move(wait.seconds)
        return work()

    def _call(self, item: str, worker: str) -> Outcome:
        """As :mod:`connector.entrypoints.object_function` calls the engine."""
        try:
            return export_item(self._world, item, worker)
        except RetryLater as wait:
            return Outcome(item=item, result=Result.LATER, seconds=max(1, int(wait.seconds)))
        except ConnectorError as problem:
            return Outcome(item=item, result=Result.STOPPED, violations=(problem.violation(),))
