"""A small company behind the gateway."""

from __future__ import annotations

import pytest

from sandbox.intacct.simulator import IntacctSimulator
from tests.sandbox.intacct.books import Books
from tests.sandbox.intacct.gateway_client import Clock, Gateway
from tests.sandbox.intacct.small_company import small_company


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def simulator(clock: Clock) -> IntacctSimulator:
    return IntacctSimulator(small_company(), {}, clock)


@pytest.fixture
def gateway(simulator: IntacctSimulator) -> Gateway:
    return Gateway(simulator)


@pytest.fixture
def books(gateway: Gateway) -> Books:
    return Books(gateway)
