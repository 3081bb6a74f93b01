"""Where the connector's code runs: containers of a function, each with a gateway and a client of its own over state that all share, that
work on one call at a time and can die anywhere in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from connector.adapters.aws.leases import LeasedSlots
from connector.adapters.intacct import IntacctGateway, Options
from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.oauth import Login
from connector.adapters.procore.tokens import ServiceTokens
from connector.adapters.procore.transport import new_session
from connector.core.errors import Code, ConnectorError, RetryLater
from connector.engine.door import StandaloneDoor
from connector.engine.world import World
from connector.ports import Clock, Contention
from sandbox.intacct.simulator import GATEWAY_PATH
from tests.doubles import MemoryLinks, MemoryMail, MemoryPayloads, MemoryRates, MemorySecrets
from tests.doubles.leases import MemoryLeases
from tests.proof.machine import Killed
from tests.proof.stage import COMPANY, CREDENTIALS, ROOMS, Words
from tests.proof.watch import Watch, watched
from tests.simulation.network import INTACCT, PROCORE, Network
from tests.simulation.state import Kept
from tests.simulation.timeline import Timeline

LIMIT: Final = 300.0
"""Seconds that a function may run (template.yaml)."""
_MOST_CALLS: Final = 60
"""A kill comes within so many calls of a port, or not at all."""


@dataclass
class Shared:
    """What outlives every process."""

    timeline: Timeline
    chance: Random
    network: Network
    kept: Kept
    log: Callable[..., None]
    links: MemoryLinks = field(default_factory=MemoryLinks)
    mail: MemoryMail = field(default_factory=MemoryMail)
    payloads: MemoryPayloads = field(default_factory=MemoryPayloads)
    kills: float = 0.0
    """The share of calls in which the process dies."""
    trouble: float = 0.0
    """The share of our own state's calls that are not answered, whether done or not."""
    twice: float = 0.0
    """The share of items whose message comes a second time."""
    killed: int = 0
    troubled: int = 0

    def __post_init__(self) -> None:
        self.leases, self.rates = MemoryLeases(self.timeline), MemoryRates(self.timeline)

    def complain_about(self, result: object) -> None:
        """What a function raises and no protocol knows is a fault of the product."""
        if isinstance(result, Exception) and not isinstance(result, ConnectorError | Contention):
            self.timeline.broken = self.timeline.broken or result


OUR_STATE: Final = frozenset({"state", "references", "leases", "links", "payloads", "workflows"})


class Calls(Watch):
    """Every call of a port takes a moment, in which others go on; here the process may die, before the call or behind it."""

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self._shared = shared
        self.left = -1

    def call(self, name: str, work: Callable[[], Any]) -> Any:
        shared = self._shared
        if name in _INSTANT:
            return work()
        self._passes(name)
        broken = name.partition(".")[0] in OUR_STATE and shared.chance.random() < shared.trouble
        shared.troubled += broken
        if broken and shared.chance.random() < 0.5:
            raise RetryLater(Code.UNAVAILABLE, "DynamoDB cannot be reached.", seconds=2)
        result = work()
        shared.log(name)
        self._passes(name)
        if broken:
            raise RetryLater(Code.UNAVAILABLE, "DynamoDB did not answer.", seconds=2)
        return result

    def _passes(self, name: str) -> None:
        if self.left == 0:
            self._shared.killed += 1
            self._shared.timeline.running.doomed = True
            self._shared.log("killed", name)
        self.left -= 1
        self._shared.timeline.sleep(self._shared.chance.uniform(0.001, 0.02))


_INSTANT: Final = frozenset({"state.tenant"})


class Process:
    """``world`` is the connector as this process has it."""

    def __init__(self, shared: Shared) -> None:
        clock: Clock = shared.timeline
        self.calls = Calls(shared)
        self.http = new_session()
        shared.network.connect(self.http)
        leases = watched(self.calls, "leases", shared.leases)
        slots = LeasedSlots(leases, clock, chance=shared.chance)
        options = Options(jitter=shared.chance.random)
        self.gateway = IntacctGateway(INTACCT + GATEWAY_PATH, "demo", lambda: CREDENTIALS, slots, clock, options)
        shared.network.connect(self.gateway.transport.http)
        secrets = MemorySecrets({"procore": {"client_id": "sandbox", "client_secret": "sandbox"}})
        tokens = ServiceTokens(Login(PROCORE, self.http, secrets, "procore", clock), clock)
        client = ProcoreClient(PROCORE, COMPANY, tokens, shared.rates, clock, session=self.http, chance=shared.chance)
        procore = watched(self.calls, "procore", client)
        self.world = World(
            company=COMPANY,
            rooms=ROOMS,
            door=StandaloneDoor(procore, COMPANY),
            procore=procore,
            intacct=watched(self.calls, "intacct", self.gateway),
            cross_references=watched(self.calls, "references", shared.kept.references),
            state=watched(self.calls, "state", shared.kept.state),
            links=watched(self.calls, "links", shared.links),
            leases=leases,
            payloads=watched(self.calls, "payloads", shared.payloads),
            mail=watched(self.calls, "mail", shared.mail),
            letters=Words(),
            workflows=watched(self.calls, "workflows", shared.kept.workflows),
            clock=clock,
            app_url="https://app.example",
        )


class Processes:
    """Those that wait for work; a call takes one of them, or a new one."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._idle: list[Process] = []
        self._busy: dict[Process, Any] = {}
        self.calls = 0

    def call(self, name: str, work: Callable[[World], Any], then: Callable[[Any], None], *, limit: float = LIMIT) -> None:
        """Does ``work`` in a process and tells ``then`` what came of it: its value, the exception that it raised, or Killed."""
        shared, self.calls = self._shared, self.calls + 1
        process = self._idle.pop() if self._idle else Process(shared)
        dies = shared.chance.random() < shared.kills
        process.calls.left = shared.chance.randrange(_MOST_CALLS) if dies else -1

        def run() -> None:
            result: Any = Killed()
            try:
                result = work(process.world)
            except Exception as error:  # noqa: BLE001 -- what a function raises is its caller's
                result = error
            finally:
                self._busy.pop(process, None)
                if not isinstance(result, Killed):
                    self._idle.append(process)
                shared.timeline.at(0, lambda: then(result))

        self._busy[process] = shared.timeline.start(f"{name}#{self.calls}", run, limit=limit)

    def kill_all(self) -> None:
        """A new version is deployed, or a zone is gone."""
        self._idle.clear()
        for task in self._busy.values():
            self._shared.killed += 1
            task.doomed = True
