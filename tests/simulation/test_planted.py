"""The simulation can fail: a product that lacks one thing is found out, within so many seeds."""

from __future__ import annotations

from itertools import count

import pytest

from tests.simulation.planted import PLANTED
from tests.simulation.simulation import Simulation, Told

SEEDS = 12
DAYS = 1.0
QUICK = ("the_fingerprint_is_not_compared", "slots_are_not_counted")


def first_wrong(plant: str, patch: pytest.MonkeyPatch, seeds: int) -> Told:
    PLANTED[plant](patch)
    for seed in count(1):
        told = Simulation(seed, worst=True).run(DAYS)
        if told.wrong or seed == seeds:
            return told
    raise AssertionError


@pytest.mark.parametrize("plant", QUICK)
def test_a_planted_fault_is_found_at_once(plant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert first_wrong(plant, monkeypatch, 3).wrong != ()


@pytest.mark.proof
@pytest.mark.parametrize("plant", [plant for plant in PLANTED if plant not in QUICK])
def test_every_planted_fault_is_found(plant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert first_wrong(plant, monkeypatch, SEEDS).wrong != ()
