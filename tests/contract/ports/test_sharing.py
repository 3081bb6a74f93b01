"""Leases, slots and Procore's limits: what workers share."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest

from connector.core.errors import Code, RetryLater
from connector.core.usage import Window
from tests.contract.ports.conftest import World
from tests.doubles.clock import START

_MINUTE = timedelta(minutes=1)


def test_one_holder_at_a_time(world: World) -> None:
    assert world.leases.acquire("refresh", holder="a", seconds=30)
    assert not world.leases.acquire("refresh", holder="b", seconds=30)
    assert world.leases.acquire("other", holder="b", seconds=30)

    world.leases.release("refresh", holder="b")
    assert not world.leases.acquire("refresh", holder="b", seconds=30)
    world.leases.release("refresh", holder="a")
    assert world.leases.acquire("refresh", holder="b", seconds=30)


def test_a_dead_holder_is_replaced_when_its_lease_ends(world: World) -> None:
    world.leases.acquire("refresh", holder="dead", seconds=30)

    world.clock.move(29.9)
    assert not world.leases.acquire("refresh", holder="b", seconds=30)
    world.clock.move(0.1)
    assert world.leases.acquire("refresh", holder="b", seconds=30)
    world.leases.release("refresh", holder="dead")
    assert not world.leases.acquire("refresh", holder="c", seconds=30)


def test_a_holder_may_renew(world: World) -> None:
    world.leases.acquire("refresh", holder="a", seconds=30)
    world.clock.move(20)
    assert world.leases.acquire("refresh", holder="a", seconds=30)
    world.clock.move(20)
    assert not world.leases.acquire("refresh", holder="b", seconds=30)


def test_two_slots_per_company(world: World) -> None:
    with ExitStack() as held:
        held.enter_context(world.slots.slot("demo"))
        held.enter_context(world.slots.slot("demo"))
        held.enter_context(world.slots.slot("other"))
        with pytest.raises(RetryLater) as refused, world.slots.slot("demo"):
            pytest.fail("a third slot was given")

    assert refused.value.code is Code.RATE_LIMITED
    assert refused.value.seconds > 0
    assert 20 <= sum(world.clock.slept) <= 21
    with world.slots.slot("demo"), world.slots.slot("demo"):
        assert world.clock.now() - START < timedelta(seconds=22)


def test_a_slot_comes_back_after_a_failure(world: World) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), world.slots.slot("demo"):
            raise ZeroDivisionError
    assert world.clock.slept == []


def test_calls_go_until_the_reserve_of_a_window(world: World) -> None:
    assert world.rates.wait_needed("company") == 0
    world.rates.saw("company", limit=3600, remaining=181, reset=START + _MINUTE)
    assert world.rates.wait_needed("company") == 0
    world.rates.saw("company", limit=3600, remaining=180, reset=START + _MINUTE)
    assert world.rates.wait_needed("company") == 60
    assert world.rates.wait_needed("another") == 0

    world.clock.move(60)
    assert world.rates.wait_needed("company") == 0


def test_both_windows_count(world: World) -> None:
    world.rates.saw("company", limit=25, remaining=1, reset=START + timedelta(seconds=10))
    world.rates.saw("company", limit=3600, remaining=9, reset=START + _MINUTE)
    world.rates.saw("company", limit=25, remaining=25, reset=START + timedelta(seconds=20))

    assert world.rates.wait_needed("company") == 60


def test_an_answer_that_comes_late_does_not_reopen_a_window(world: World) -> None:
    assert world.rates.wait_needed("company") == 0
    world.rates.saw("company", limit=25, remaining=0, reset=START + _MINUTE)
    world.rates.saw("company", limit=25, remaining=5, reset=START + _MINUTE)
    world.rates.saw("company", limit=25, remaining=20, reset=START)

    assert world.rates.wait_needed("company") == 60


def test_a_refusal_holds_until_its_time(world: World) -> None:
    assert world.rates.wait_needed("company") == 0
    world.rates.refused("company", until=START + _MINUTE)
    world.rates.refused("company", until=START + timedelta(seconds=5))
    assert world.rates.wait_needed("company") == 60

    world.clock.move(61)
    assert world.rates.wait_needed("company") == 0


def test_windows_are_told_as_they_were_last_heard_of(world: World) -> None:
    assert world.rates.windows("company") == []
    world.rates.saw("company", limit=3600, remaining=3188, reset=START + _MINUTE)
    world.rates.saw("company", limit=25, remaining=1, reset=START + timedelta(seconds=10))
    world.rates.saw("company", limit=25, remaining=20, reset=START)
    world.rates.refused("company", until=START + _MINUTE)

    found = sorted(world.rates.windows("company"), key=lambda window: window.limit)
    assert found == [Window(25, 1, START + timedelta(seconds=10)), Window(3600, 3188, START + _MINUTE)]
    assert world.rates.windows("another") == []
