"""The state machines and the clock that starts the sweep: ``statemachines/export_run.asl.json`` without AWS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any, Final

from connector.core.errors import ConnectorError, RetryLater
from connector.core.outcome import Outcome, Result
from connector.engine.export import LEASE, export_item
from connector.engine.finish import finish_wave
from connector.engine.sends import send_one
from connector.engine.sweep import sweep
from connector.engine.world import World
from tests.doubles import ManualClock, MemoryWorkflows

MOST_WAITS: Final = 20


class Killed(BaseException):
    """The process is gone: no ``except Exception`` sees it."""


def kill() -> None:
    """What happens at a place that is watched (:meth:`tests.proof.watch.Watch.arm`)."""
    raise Killed


class Machine:
    """Plays what was started. A killed function is a crashed result to the machine, which itself never dies. ``at_once`` items of a
    wave are worked on at a time, as the Map's MaxConcurrency has it; more than one in threads."""

    def __init__(self, world: World, clock: ManualClock, workflows: MemoryWorkflows, *, at_once: int = 1) -> None:
        self._world, self._clock, self._workflows, self._at_once = world, clock, workflows, at_once
        self._played: set[str] = set()
        self._workers = count(1)

    def play(self) -> None:
        """Every execution that was started, and those that they start, to their end."""
        while waiting := [name for name in self._workflows.started if name not in self._played]:
            for name in waiting:
                self._played.add(name)
                self.execute(name)

    def execute(self, name: str) -> None:
        """One wave of a run, to its end."""
        run, _, wave = name.rpartition("-w")
        work = partial(self.send, run) if name in self._workflows.sends else self.export
        results = self._mapped(work, self._workflows.started[name])
        self.again(partial(finish_wave, self._world, run, int(wave), results))

    def _mapped(self, work: Callable[[str], dict[str, Any]], items: Sequence[str]) -> list[dict[str, Any]]:
        if self._at_once == 1:
            return [work(item) for item in items]
        with ThreadPoolExecutor(self._at_once) as pool:
            return list(pool.map(work, items))

    def export(self, item: str) -> dict[str, Any]:
        """One item of a wave, called again as long as it says *later*."""
        return self._until_told(item, lambda: export_item(self._world, item, f"worker-{next(self._workers)}"))

    def send(self, run_id: str, item: str) -> dict[str, Any]:
        return self._until_told(item, lambda: send_one(self._world, run_id, item))

    def _until_told(self, item: str, work: Callable[[], Outcome]) -> dict[str, Any]:
        for _ in range(MOST_WAITS):
            try:
                outcome = answered(item, work)
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


def answered(item: str, work: Callable[[], Outcome]) -> Outcome:
    """As :mod:`connector.entrypoints.object_function` calls the engine."""
    try:
        return work()
    except RetryLater as wait:
        return Outcome(item=item, result=Result.LATER, seconds=max(1, int(wait.seconds)))
    except ConnectorError as problem:
        return Outcome(item=item, result=Result.STOPPED, violations=(problem.violation(),))
