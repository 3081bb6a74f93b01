from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.rooms.company import terminal
from tests.integration.rooms.office import Office
from tests.proof.stage import Address, Addresses


@pytest.fixture(scope="session")
def addresses() -> Iterator[Addresses]:
    both = Addresses(Address(), Address())
    yield both
    both.procore.close()
    both.intacct.close()


@pytest.fixture
def office(addresses: Addresses) -> Iterator[Office]:
    """One job of the seed company; nothing is linked yet."""
    made = Office(addresses, terminal())
    yield made
    made.close()
