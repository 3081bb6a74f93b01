from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.proof.stage import Address, Addresses


@pytest.fixture(scope="session")
def addresses() -> Iterator[Addresses]:
    """Two servers for the whole proof; each point puts a company of its own behind them."""
    both = Addresses(Address(), Address())
    yield both
    both.procore.close()
    both.intacct.close()
