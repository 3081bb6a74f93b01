"""Virtual time: who runs when, one at a time, in an order that follows from the seed and from nothing else.

A task is a real thread, so that the engine's own code runs as it is written; but only the one that holds the baton runs, and it hands it on
only where it waits. Time does not pass while it runs: it jumps to whatever comes next.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random
from threading import Semaphore, Thread
from typing import Final

from tests.proof.machine import Killed

SECOND: Final = 1_000_000
"""Time is counted in microseconds: whole numbers add up the same everywhere."""
_STACK: Final = "the main thread"


class Task:
    """``doomed`` says that it is to die where it waits next; ``limit`` is the microsecond at which it dies anyway."""

    def __init__(self, name: str, work: Callable[[], None], limit: int | None) -> None:
        self.name, self.work, self.limit = name, work, limit
        self.doomed = False
        self.seat: _Seat | None = None


class _Seat:
    """A thread, which one task after the other has."""

    def __init__(self) -> None:
        self.baton = Semaphore(0)
        self.task: Task | None = None


class Timeline:
    """ports.Clock for everybody. ``broken`` is what went wrong where nobody could catch it; it ends the run."""

    def __init__(self, start: datetime, chance: Random) -> None:
        self._start, self._chance = start, chance
        self._heap: list[tuple[int, float, int, Task | Callable[[], None]]] = []
        self._numbers = count()
        self._main = Task(_STACK, _nothing, None)
        self._main.seat = _Seat()
        self._free: list[_Seat] = []
        self._running = self._main
        self._live: dict[Task, None] = {}
        self.micros = 0
        self.broken: BaseException | None = None

    def now(self) -> datetime:
        return self._start + timedelta(microseconds=self.micros)

    def sleep(self, seconds: float) -> None:
        """Raises Killed where the task's end has come meanwhile."""
        task = self._running
        if task is not self._main:
            self._must_live(task)
        self._until(task, self.micros + max(0, round(seconds * SECOND)))
        if task is not self._main:
            self._must_live(task)

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """``act`` is done ``seconds`` from now, by nobody in particular: it must not sleep."""
        self._push(self.micros + max(0, round(seconds * SECOND)), act)

    def start(self, name: str, work: Callable[[], None], *, limit: float | None = None) -> Task:
        """A task that begins now, and dies after ``limit`` seconds."""
        task = Task(name, work, None if limit is None else self.micros + round(limit * SECOND))
        self._live[task] = None
        self._push(self.micros, task)
        return task

    @property
    def running(self) -> Task:
        return self._running

    def run(self, seconds: float) -> None:
        """Lets so much time pass. Raises what broke."""
        self._until(self._main, self.micros + round(seconds * SECOND))
        if self.broken is not None:
            raise self.broken

    def close(self) -> None:
        """Ends every task where it stands."""
        broken, self.broken = self.broken, None
        while self._live:
            self._heap.clear()
            for task in self._live:
                task.doomed = True
                self._push(self.micros, task)
            self._until(self._main, self.micros + 1)
        self.broken = broken
        for seat in self._free:
            seat.baton.release()

    def _push(self, when: int, what: Task | Callable[[], None]) -> None:
        heapq.heappush(self._heap, (when, self._chance.random(), next(self._numbers), what))

    def _until(self, me: Task, when: int) -> None:
        self._push(when, me)
        self._hand_on(me)

    def _hand_on(self, me: Task | None) -> None:
        """Does what comes next until that is ``me`` again. None is a task that is over: it goes."""
        while True:
            if self.broken is not None:
                self._heap = [each for each in self._heap if each[3] is self._main]
                heapq.heapify(self._heap)
            when, _, _, what = heapq.heappop(self._heap)
            self.micros = max(self.micros, when)
            if not isinstance(what, Task):
                self._act(what)
                continue
            self._running = what
            if what is me:
                return
            self._seated(what).baton.release()
            if me is not None and me.seat is not None:
                me.seat.baton.acquire()
            return

    def _seated(self, task: Task) -> _Seat:
        if task.seat is None:
            task.seat = self._free.pop() if self._free else self._new_seat()
            task.seat.task = task
        return task.seat

    def _new_seat(self) -> _Seat:
        seat = _Seat()
        Thread(target=self._sit, args=(seat,), daemon=True).start()
        return seat

    def _sit(self, seat: _Seat) -> None:
        """One task after the other; None sends the thread home."""
        while True:
            seat.baton.acquire()
            task, seat.task = seat.task, None
            if task is None:
                return
            self._live_through(task)
            self._free.append(seat)
            self._hand_on(None)

    def _act(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 -- whoever holds the baton is not to blame: the run ends
            self.broken = self.broken or error

    def _live_through(self, task: Task) -> None:
        try:
            task.work()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 -- the run ends
            self.broken = self.broken or error
        del self._live[task]

    def _must_live(self, task: Task) -> None:
        if task.doomed or (task.limit is not None and self.micros >= task.limit) or self.broken is not None:
            task.doomed = True
            raise Killed


def _nothing() -> None:
    return
