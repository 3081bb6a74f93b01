"""What happens: everything ready is sent by several people at once, decided by twenty, exported while it is decided, and judged."""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final

from connector.core.item import Item, State
from connector.core.people import ApprovalRight
from connector.engine import sends
from tests.proof.crowd import all_ready, both, note_writes, out_of_order
from tests.proof.judge import SLOTS, verdict_of
from tests.proof.stage import SETTINGS, VENDOR, Addresses, Stage, person
from tests.soak.clock import TIMES, FastClock
from tests.soak.crew import Crew

PER_COPY: Final = 297
"""Items that one copy of the crowd brings."""
SENDERS: Final = 5
AT_ONCE: Final = 4
"""MaxConcurrency of statemachines/export_run.asl.json."""
HOURLY, SPIKE = 3600, 25
"""What Procore commonly allows."""
LOOK_EVERY: Final = 1.0
STILL: Final = 120.0
"""Seconds in which no item moves, after which none will: two of the fast clock's hours, and twenty-four sweeps."""
FEW: Final = 1_000
"""Items whose memory is lost in that of everything else."""
ENDED: Final = frozenset({State.SYNCED, State.FAILED})


@dataclass
class Figures:
    """Seconds are real ones; ``resident`` is in MiB, with how many items were done then."""

    items: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    documents: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    """The most requests that Intacct had in flight."""
    resident: list[tuple[int, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Soak:
    def __init__(self, addresses: Addresses, *, items: int, approvers: int, seed: int, say: Callable[[str], None]) -> None:
        self._say, self._seed = say, seed
        self.figures = Figures()
        self._people = [person(f"Approver-{number}") for number in range(approvers)]
        copies = max(1, round(items / PER_COPY))
        self.clock = FastClock()
        self.here = Stage(addresses, VENDOR, self.clock, timeout=(5.0, 60.0), company=both(copies), at_once=AT_ONCE)
        self.here.procore.settings.hourly_limit, self.here.procore.settings.spike_limit = HOURLY, SPIKE
        # Between a signed address and its use lies what this machine needs, which is no faster for the clock.
        self.here.procore.settings.storage_seconds *= TIMES
        rights = tuple(ApprovalRight(login=each.login) for each in self._people)
        self.here.state.save_configuration(SETTINGS.model_copy(update={"approvers": rights}).model_dump_json())
        self._wrote: dict[str, int] = {}

    def play(self) -> Figures:
        """Raises what any of the crew raised."""
        self._timed("send", self._send_all)
        self.here.counted()
        self._timed("decide and export", self._decide_and_export)
        self._timed("judge", self._judge)
        return self.figures

    def _timed(self, what: str, work: Callable[[], None]) -> None:
        began = time.monotonic()
        work()
        self.figures.seconds[what] = time.monotonic() - began
        self._say(f"{what}: {self.figures.seconds[what]:.0f} s")

    def _send_all(self) -> None:
        people = [person(f"Sender-{number}") for number in range(SENDERS)]
        records = [*all_ready(self.here, people[0])]
        self._say(f"{len(records)} records are ready")
        parts = [records[number::SENDERS] for number in range(SENDERS)]
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(partial(sends.request, self.here.world), people, parts))
        self.here.machine.play()
        self.figures.items = len(self._sent)
        self._drain()

    def _decide_and_export(self) -> None:
        crew = Crew(self.here, self._people, self._seed)
        versions, moved = 0, time.monotonic()
        with crew.at_work() as look:
            while not (self._all_ended() and crew.idle) and time.monotonic() - moved < STILL:
                time.sleep(LOOK_EVERY)
                look()
                now = sum(item.version for item in self._sent)
                versions, moved = now, moved if now == versions else time.monotonic()
                self._drain()
                self._note()
        self.figures.said = crew.said

    @property
    def _sent(self) -> list[Item]:
        """Without what the imports beside have staged."""
        return [item for item in self.here.state if item.sent_by]

    def _all_ended(self) -> bool:
        return all(item.state in ENDED and item.written_back for item in self._sent)

    def _note(self) -> None:
        done = sum(item.state in ENDED for item in self._sent)
        if not self.figures.resident or done >= self.figures.resident[-1][0] + self.figures.items / 20:
            gc.collect()
            self.figures.resident.append((done, _resident()))
            self._say(f"{done} of {self.figures.items} are in Intacct, {self.figures.resident[-1][1]:.0f} MiB")

    def _drain(self) -> None:
        """Counts what the simulators logged, and lets them forget it: a soak is longer than their memory."""
        traffic = self.here.procore.application.traffic
        log, traffic.log = traffic.log, []
        self.figures.calls["Procore"] += len(log)
        self.figures.calls["Procore said 429"] += sum(one.status == HTTPStatus.TOO_MANY_REQUESTS for one in log)
        self.figures.at_once = max(self.figures.at_once, self.here.intacct.max_in_flight)
        seen = self.here.intacct.forget_requests()
        self.figures.calls["Intacct"] += len(seen)
        note_writes(self._wrote, seen)

    def _judge(self) -> None:
        figures, sent = self.figures, self._sent
        figures.documents = Counter(item.object for item in sent if item.state is State.SYNCED)
        figures.wrong += [f"{item.id} is {item.state}: {item.problems}" for item in sent if item.state is not State.SYNCED]
        figures.wrong += out_of_order(self._wrote, {item.id: item.pending for item in sent})
        figures.wrong += verdict_of(self.here, [item.id for item in sent])
        if figures.at_once > SLOTS:
            figures.wrong.append(f"{figures.at_once} requests to Intacct at one time")
        figures.wrong += _grew(figures.resident)


def _grew(resident: Sequence[tuple[int, float]]) -> list[str]:
    """Both simulators and the doubles keep what was written, so that memory grows with the items: as fast in the second half as in the
    first, or something is kept that should not be."""
    half = len(resident) // 2
    if half < 4 or resident[-1][0] < FEW:
        return []
    (first, at_first), (middle, at_middle), (last, at_last) = resident[0], resident[half], resident[-1]
    early, late = (at_middle - at_first) / (middle - first), (at_last - at_middle) / (last - middle)
    return [f"memory grew {early * 1024:.0f} KiB an item, later {late * 1024:.0f}"] if late > 1.5 * early + 0.01 else []


def _resident() -> float:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize() / 2**20


def report(figures: Figures) -> str:
    lines = [f"{figures.items} items: {dict(sorted(figures.documents.items()))}"]
    lines += [f"{what}: {seconds:.0f} s" for what, seconds in figures.seconds.items()]
    lines += [f"said: {dict(sorted(figures.said.items()))}", f"calls: {dict(figures.calls)}", f"Intacct in flight: {figures.at_once}"]
    lines += [f"memory: {', '.join(f'{done}: {mib:.0f} MiB' for done, mib in figures.resident)}"]
    return "\n".join([*lines, *(f"WRONG: {wrong}" for wrong in figures.wrong[:50]), f"{len(figures.wrong)} wrong"])


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
