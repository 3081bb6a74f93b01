from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.companies.jobs import SCHOOL
from tests.integration.rooms.company import terminal
from tests.integration.rooms.contracts import CONCRETE, Contract, open_office
from tests.integration.rooms.month import month_of
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


@pytest.fixture
def concrete(office: Office) -> Contract:
    """A signed subcontract; what it needs is linked."""
    open_office(office)
    return Contract(office, CONCRETE)


@pytest.fixture(scope="module")
def month(addresses: Addresses) -> Iterator[Office]:
    """Another job, whose month is in both systems and paid."""
    made = month_of(addresses, SCHOOL)
    yield made
    made.close()
