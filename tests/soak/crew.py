"""Who works at once: people that send and approve, the workflows that play what they start, the clock that sweeps, and an import beside."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event, Lock
from typing import Final

from connector.core.errors import ConnectorError, Kind, RetryLater
from connector.core.item import State
from connector.core.people import Person
from connector.engine import totals
from connector.engine.decide import decide
from connector.engine.import_ import import_step, request
from connector.engine.sweep import sweep
from connector.engine.world import World
from connector.ports import Contention
from tests.proof.stage import ROOMS, Stage

RUNS_AT_ONCE: Final = 3
"""Executions of the state machine; each works on ``Machine.at_once`` items at a time."""
IMPORTED: Final = ("cost_codes", "vendors", "projects")
SWEPT_EVERY: Final = 300.0
APPROVER_RESTS: Final = 600.0
"""Seconds of the fast clock."""
IMPORT_RESTS: Final = 1800.0
"""Likewise; without a rest imports would use up what Procore allows in an hour."""
MOST_AT_A_TIME: Final = 60
"""Items that one approver decides with one click."""


class Crew:
    """Works until it is told to stop; what any of them raised is raised to who asks."""

    def __init__(self, here: Stage, approvers: Sequence[Person], seed: int) -> None:
        self._here, self._approvers, self._seed = here, approvers, seed
        self._over, self._lock = Event(), Lock()
        self._taken: set[str] = set()
        self.said: Counter[str] = Counter()
        """What approvers were told, import runs that ended, sweeps."""

    @contextmanager
    def at_work(self) -> Iterator[Callable[[], None]]:
        """Gives what raises the first thing that went wrong."""
        work: list[Callable[[], None]] = [*(partial(self._approve, person, number) for number, person in enumerate(self._approvers))]
        work += [*[self._play] * RUNS_AT_ONCE, self._sweep, self._import]
        with ThreadPoolExecutor(len(work)) as pool:
            futures = [pool.submit(one) for one in work]
            try:
                yield partial(_look, futures)
            finally:
                self._over.set()
        _look(futures)

    @property
    def idle(self) -> bool:
        """No run of sends or exports was started that has not been taken up."""
        return not [*self._untaken()]

    def _count(self, what: str, number: int = 1) -> None:
        with self._lock:
            self.said[what] += number

    def _play(self) -> None:
        while not self._over.is_set():
            name = self._next()
            if name:
                self._here.machine.execute(name)
            else:
                self._here.clock.sleep(1)

    def _next(self) -> str:
        with self._lock:
            name = next(self._untaken(), "")
            self._taken.add(name)
        return name

    def _untaken(self) -> Iterator[str]:
        return (name for name in [*self._here.workflows.started] if name not in self._taken and not name.startswith("import-"))

    def _approve(self, person: Person, number: int) -> None:
        chance = random.Random(f"{self._seed} {number}")  # noqa: S311  # no secret: it is to come out the same again
        names = [name for name, room in ROOMS.items() if room.export is not None]
        while not self._over.is_set():
            try:
                self._one_click(self._here.world, person, chance, names)
            except (RetryLater, Contention):
                self._count("later")
            except ConnectorError as problem:
                if problem.kind is not Kind.DATA:
                    raise
                self._count(problem.code)
            self._here.clock.sleep(APPROVER_RESTS * chance.random())

    def _one_click(self, world: World, person: Person, chance: random.Random, names: Sequence[str]) -> None:
        """Some of what waits of one object, chosen by chance, so that two approvers often mean the same items."""
        page = world.state.on_shelf(State.WAITING.value, limit=500, object_name=chance.choice(names))
        chosen = chance.sample(page.rows, min(len(page.rows), chance.randint(1, MOST_AT_A_TIME)))
        if not chosen:
            return
        shown = {item.id: item.fingerprint for item in chosen}
        selection = totals.of_items(world, person, shown, with_needs=True).selection
        for result in decide(world, person, totals.decisions(world, person, selection, "approve", reason=""), via="app"):
            self._count(result.said if result.violation is None else result.violation.code)

    def _sweep(self) -> None:
        while not self._over.is_set():
            self._here.clock.sleep(SWEPT_EVERY)
            self._here.machine.again(partial(sweep, self._here.world))
            self._count("sweeps")

    def _import(self) -> None:
        world, clock = self._here.world, self._here.clock
        while not self._over.is_set():
            run = self._here.machine.again(partial(request, world, None, objects=IMPORTED, full=True))
            more = True
            while more and not self._over.is_set():
                step = partial(import_step, world, run.id, clock.now() + timedelta(minutes=9), mine=ROOMS)
                answer = self._here.machine.again(step)
                more = bool(answer["more"])
                clock.sleep(float(str(answer["wait"])) if more else IMPORT_RESTS)
            self._count("imports")


def _look(futures: Sequence[Future[None]]) -> None:
    for future in futures:
        if future.done():
            future.result()
