"""One run: a company, the connector, a storm and a calm, again and again."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any, Final, Literal

from connector.adapters.intacct import IntacctGateway, Options
from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.oauth import Login
from connector.adapters.procore.tokens import ServiceTokens
from connector.adapters.procore.transport import new_session
from connector.core.configuration import Schedule
from connector.core.item import HistoryEntry, Item, State
from connector.engine.door import StandaloneDoor
from connector.engine.world import World
from sandbox.faults import Faults
from sandbox.intacct.simulator import GATEWAY_PATH, IntacctSimulator
from sandbox.procore.settings import Settings
from sandbox.procore.simulator import ProcoreSimulator
from tests.doubles import MemoryRates, MemorySecrets, MemorySlots
from tests.doubles.clock import START
from tests.numbers import record
from tests.proof.links import what_stands_in_both
from tests.proof.matrix import NEVER
from tests.proof.stage import COMPANY, CREDENTIALS, ROOMS, SETTINGS, Words
from tests.simulation.company import both
from tests.simulation.machines import Machines
from tests.simulation.network import INTACCT, INTACCT_NAME, PROCORE, PROCORE_NAME, STORAGE, Network
from tests.simulation.oracle import Oracle, WrongError
from tests.simulation.people import People
from tests.simulation.processes import Processes, Shared
from tests.simulation.state import Kept
from tests.simulation.timeline import SECOND, Timeline

DAY: Final = 86_400.0
ROUND: Final = 1.0
"""Days from one calm to the next."""
CALM: Final = 4 * 3600.0
"""Seconds without trouble until nothing may stand still any more."""
LAST: Final = 400
"""Lines of the log that are kept to be read."""


type Storm = Literal["changing", "worst", "none"]


@dataclass(frozen=True, slots=True)
class Told:
    """How a run ended: ``wrong`` is what it found, ``history`` the hash of everything that happened, in its order."""

    seed: int
    days: float
    wrong: tuple[str, ...]
    history: str
    numbers: Counter[str]
    seconds: float
    last: tuple[str, ...]
    every: float

    @property
    def faster(self) -> float:
        """Virtual time to real time."""
        return self.days * DAY / self.seconds

    storm: Storm = "changing"

    def again(self) -> str:
        """The command that plays it once more, as far as it came."""
        how = f"--seed {self.seed} --days {self.days:g} --every {self.every:g} --storm {self.storm}"
        return f"PYTHONPATH=layers/common:. .venv/bin/python -m tests.simulation {how}"


def found(told: Told) -> list[str]:
    """What a run found, with the command that finds it again; its figures are counted (tests/numbers.py), its speed is said."""
    days = {"virtual hours": round(told.days * 24), "seeds": 1}
    record("simulation", **days, **{name: number for name, number in told.numbers.items() if name != "synced"})
    if told.wrong:
        return [*told.wrong, told.again()]
    return []


class Simulation:
    """``objects`` are those that people send, all where none is named. ``last`` lines of the log are kept to be read; None keeps all.
    ``storm`` is how hard it blows between two calms."""

    def __init__(self, seed: int, *, objects: Sequence[str] = (), last: int | None = LAST, storm: Storm = "changing") -> None:
        self._storm, self._every = storm, ROUND
        self.seed, self.chance = seed, Random(seed)  # noqa: S311 -- the point of it: chance that repeats
        self.timeline = Timeline(START, self.chance)
        self._digest, self._last = hashlib.sha256(), deque[str](maxlen=last)
        self.lines = 0
        self.network = Network(self.timeline, self.chance, self.log)
        self.oracle = Oracle()
        kept = Kept(self._saved, lambda name: self.machines.begin(name))  # noqa: PLW0108 -- there are none yet
        self.shared = Shared(self.timeline, self.chance, self.network, kept, self.log)
        self.processes = Processes(self.shared)
        self.machines = Machines(self.shared, self.processes)
        self.people = People(self.shared, self.processes, self.machines, self.oracle)
        self._found_company()
        self.people.find(self.oracle.world, objects)
        self.oracle.counted()

    def _found_company(self) -> None:
        clock, oracle, network, kept = self.timeline, self.oracle, self.network, self.shared.kept
        limits = Settings(hourly_limit=10**6, spike_limit=10**6, storage_base=STORAGE)
        oracle.procore = ProcoreSimulator(both()[0], clock.now, limits, Faults())
        oracle.intacct = IntacctSimulator(both()[1], {}, clock.now)
        oracle.intacct.settings.replay_minutes = self.chance.choice([None, NEVER, NEVER])
        network.join(PROCORE_NAME, oracle.procore.application, oracle.procore.faults, _nothing, PROCORE, STORAGE)
        network.join(INTACCT_NAME, oracle.intacct, oracle.intacct.faults, oracle.worked, INTACCT)
        oracle.network, oracle.references, oracle.state, oracle.payloads = network, kept.references, kept.state, self.shared.payloads
        # Vendors are what the bookkeeper enters; the rest comes by once a day.
        schedules = {name: Schedule(every="hour" if name == "vendors" else "day") for name, room in ROOMS.items() if room.imports}
        kept.state.save_configuration(SETTINGS.model_copy(update={"schedules": schedules}).model_dump_json())
        assert kept.references.link([*what_stands_in_both(oracle.procore, oracle.intacct)]) == []
        self._look_on()

    def _look_on(self) -> None:
        """The oracle's own way to both systems, which costs no time."""
        clock, oracle, kept, http = _Still(self.timeline), self.oracle, self.shared.kept, new_session()
        self.network.connect(http, watching=True)
        oracle.gateway = IntacctGateway(INTACCT + GATEWAY_PATH, "demo", lambda: CREDENTIALS, MemorySlots(clock), clock, Options())
        self.network.connect(oracle.gateway.transport.http, watching=True)
        secrets = MemorySecrets({"procore": {"client_id": "sandbox", "client_secret": "sandbox"}})
        tokens = ServiceTokens(Login(PROCORE, http, secrets, "procore", clock), clock)
        oracle.client = ProcoreClient(PROCORE, COMPANY, tokens, MemoryRates(clock), clock, session=http)
        oracle.world = World(
            company=COMPANY,
            rooms=ROOMS,
            door=StandaloneDoor(oracle.client, COMPANY),
            procore=oracle.client,
            intacct=oracle.gateway,
            cross_references=kept.references,
            state=kept.state,
            links=self.shared.links,
            leases=self.shared.leases,
            payloads=self.shared.payloads,
            mail=self.shared.mail,
            letters=Words(),
            workflows=kept.workflows,
            clock=clock,
        )

    def run(self, days: float, *, every: float = ROUND) -> Told:
        """So many days, with a calm at the end of each ``every`` days; less where something is found."""
        began, wrong, self._every = perf_counter(), list[str](), every
        self.timeline.at(1, self.machines.tick)
        self.timeline.at(2, self.people.live)
        self.timeline.at(3, self.trouble)
        try:
            while not wrong and self.timeline.micros < round(days * DAY * SECOND):
                self.storm()
                self.timeline.run(every * DAY - CALM)
                self.calm()
                wrong = self.oracle.calm()
        except WrongError as found:
            wrong = [str(found)]
        finally:
            self.timeline.close()
        return Told(
            seed=self.seed,
            days=self.timeline.micros / DAY / SECOND,
            wrong=tuple(wrong),
            history=self._digest.hexdigest(),
            numbers=self.numbers(),
            seconds=perf_counter() - began,
            last=tuple(self._last),
            every=every,
            storm=self._storm,
        )

    def trouble(self) -> None:
        """A system is away for minutes or hours, or all processes die at once."""
        if self.people.pace and self._storm != "none":
            what = self.chance.choice([PROCORE_NAME, INTACCT_NAME, ""])
            self.log("trouble", what or "all processes die")
            if what:
                self.network.is_away(what, self.chance.choice([60.0, 900.0, min(13 * 3600.0, self._every * DAY / 8)]))
            else:
                self.processes.kill_all()
        self.timeline.at(self.chance.expovariate(1 / (DAY / 2)), self.trouble)

    def storm(self) -> None:
        self.people.pace = self._some(150.0, 900.0, 300.0)
        self.network.weather.share = self._some(0.15, 0.05, 0.0)
        self.shared.kills = self._some(0.3, 0.1, 0.0)
        self.shared.trouble = self._some(0.01, 0.002, 0.0)
        self.shared.twice = self._some(0.3, 0.1, 0.0)

    def _some(self, worst: float, *better: float) -> float:
        if self._storm == "changing":
            return self.chance.choice([worst, *better])
        return worst if self._storm == "worst" else better[-1]

    def calm(self) -> None:
        """No more trouble, and nobody does anything new: people only finish what they began, and the sweep comes by."""
        self.people.pace = self.network.weather.share = self.shared.kills = self.shared.trouble = self.shared.twice = 0.0
        self.network.weather.away.clear()
        self.people.finish()
        self.timeline.run(CALM / 4)
        for item_id in sorted(self.oracle.gone):
            self.people.unlink_this(item_id)
        self.timeline.run(CALM / 4)
        self.people.retry_these([item for item in self.oracle.state if item.state is State.FAILED])
        self.timeline.run(CALM / 2)

    def numbers(self) -> Counter[str]:
        counted = Counter(self.oracle.numbers)
        counted["steps"] = self.lines
        counted["requests"] = self.network.requests
        counted["faults injected"] = self.network.happened + self.shared.killed + self.shared.troubled
        counted["processes killed"] = self.shared.killed
        counted["edits in Procore"] = self.people.edits
        counted["synced"] = sum(item.state is State.SYNCED for item in self.oracle.state)
        return counted

    def _saved(self, before: Item | None, after: Item, entry: HistoryEntry) -> None:
        self.log(after.id, after.state.value, entry.hash)
        self.oracle.saved(before, after, entry)

    def log(self, *words: Any) -> None:
        line = f"{self.timeline.micros} {self.timeline.running.name} {' '.join(map(str, words))}"
        self.lines += 1
        self._digest.update(line.encode() + b"\n")
        self._last.append(line)


class _Still:
    """ports.Clock of who only looks on: time does not pass for them."""

    def __init__(self, timeline: Timeline) -> None:
        self.now = timeline.now

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"who looks on does not wait {seconds} s")


def _nothing(_request: object) -> None:
    return
