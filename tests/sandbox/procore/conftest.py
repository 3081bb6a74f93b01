"""The simulator with the small company, seldom behind a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sandbox.faults import Faults
from sandbox.procore import ProcoreSimulator, Settings
from tests.sandbox.procore.small import Api, StillClock, small_company


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def settings() -> Settings:
    return Settings(spike_limit=10_000, hourly_limit=100_000)


@pytest.fixture
def simulator(clock: StillClock, settings: Settings) -> ProcoreSimulator:
    """Not served: requests reach it without a socket, webhooks are queued and not sent."""
    return ProcoreSimulator(small_company(), clock, settings, Faults(sleep=lambda _: None))


@pytest.fixture
def served(clock: StillClock, settings: Settings) -> Iterator[ProcoreSimulator]:
    """On loopback, with deliveries on their way."""
    with ProcoreSimulator(small_company(), clock, settings, Faults()).serve() as simulator:
        yield simulator


@pytest.fixture
def api(simulator: ProcoreSimulator) -> Api:
    """The service account."""
    return Api(simulator, simulator.token())


@pytest.fixture
def person(simulator: ProcoreSimulator) -> Callable[[str], Api]:
    """A person of the small company: pat (job J1), kim (job J2), ada (administrator)."""
    return lambda key: Api(simulator, simulator.token(key))
