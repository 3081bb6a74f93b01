"""Months of it, seed after seed: ``SIMULATED_SEEDS`` of them from ``SIMULATED_FROM`` on, ``SIMULATED_DAYS`` each."""

from __future__ import annotations

import os
from typing import Final

import pytest

from tests.simulation.simulation import Simulation, found

SEEDS: Final = int(os.environ.get("SIMULATED_SEEDS", "6"))
DAYS: Final = float(os.environ.get("SIMULATED_DAYS", "15"))
FROM: Final = int(os.environ.get("SIMULATED_FROM", "101"))


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(FROM, FROM + SEEDS))
def test_months_of_storms_lose_and_double_nothing(seed: int) -> None:
    assert found(Simulation(seed).run(DAYS)) == []
