"""Since when a system does not answer: the first process that hears it writes it down, any that gets an answer takes it away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import pytest

from connector.adapters.aws.outage import LOOK, KeptOutage
from connector.core.outage import SYSTEMS, System, away, since
from tests.doubles import ManualClock, MemorySyncState
from tests.doubles.clock import START


def kept(state: MemorySyncState, system: System) -> datetime | None:
    return since(state.watermarks([away(system)]).get(away(system), ""))


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_first_moment_stays_and_any_process_ends_it(system: System) -> None:
    state, clock = MemorySyncState(), ManualClock()
    one, other = KeptOutage(state, clock, system), KeptOutage(state, clock, system)
    one.away()
    clock.move(60)
    other.away()
    assert kept(state, system) == START
    KeptOutage(state, clock, system).answered()
    assert kept(state, system) is None
    clock.move(LOOK.total_seconds() + 1)
    one.answered()
    one.away()
    assert kept(state, system) == clock.now()


def test_a_busy_process_looks_twice_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    state, clock, looks = MemorySyncState(), ManualClock(), list[str]()

    def look(names: Collection[str]) -> dict[str, str]:
        looks.extend(names)
        return {}

    monkeypatch.setattr(state, "watermarks", look)
    watch = KeptOutage(state, clock, "procore")
    for _ in range(60):
        watch.answered()
        clock.move(1)
    assert len(looks) == 2


def test_one_system_that_answers_says_nothing_of_the_other() -> None:
    state, clock = MemorySyncState(), ManualClock()
    KeptOutage(state, clock, "procore").away()
    KeptOutage(state, clock, "intacct").answered()
    assert (kept(state, "procore"), kept(state, "intacct")) == (START, None)
