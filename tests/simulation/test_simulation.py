"""A bounded part of the simulation: some seeds, some days. The long one is tests/simulation/test_long.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.simulation.simulation import Simulation, found

SEEDS: Final = (1, 2)
HOURS: Final = 12 / 24
"""Half a day: a storm, and four hours in which everything has to come to rest."""


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_what_was_approved_arrives_once_and_nothing_else(seed: int) -> None:
    told = Simulation(seed, worst=True).run(HOURS, every=HOURS)
    assert found(told) == []
    assert told.numbers["documents synced"] > 0
    assert told.numbers["faults injected"] > 0


def test_the_same_seed_has_the_same_history_also_in_another_interpreter() -> None:
    """With another seed of Python's own hashes, so that no order of a set or of ids makes a difference."""
    here = Simulation(3, worst=True).run(HOURS / 2, every=HOURS / 2)
    root = Path(__file__).parents[2]
    for hashes in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seed", "3", "--days", str(HOURS / 2), "--worst"],
            env=os.environ | {"PYTHONHASHSEED": hashes, "PYTHONPATH": os.pathsep.join(["layers/common", "."])},
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert f"history {here.history}" in told.stdout, told.stderr
