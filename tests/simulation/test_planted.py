"""The simulation can fail: a product that lacks one thing is found out, within so many seeds."""

from __future__ import annotations

from itertools import count

import pytest

from tests.simulation.planted import PLANTED
from tests.simulation.simulation import Simulation, Told

QUICK = ("a_lease_holds_nobody_back",)
SEEDS = 16
DAYS = 0.5
"""A storm of eight hours, and four in which everything has to come to rest."""


def first_wrong(plant: str, patch: pytest.MonkeyPatch, seeds: int) -> Told:
    PLANTED[plant](patch)
    for seed in count(1):
        told = Simulation(seed, storm="worst").run(DAYS, every=DAYS)
        if told.wrong or seed == seeds:
            return told
    raise AssertionError


@pytest.mark.parametrize("plant", QUICK)
def test_what_is_soon_found_is_found(plant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert first_wrong(plant, monkeypatch, SEEDS).wrong != ()


@pytest.mark.proof
@pytest.mark.parametrize("plant", [plant for plant in PLANTED if plant not in QUICK])
def test_every_planted_fault_is_found(plant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert first_wrong(plant, monkeypatch, SEEDS).wrong != ()
