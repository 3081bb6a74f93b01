from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from connector.adapters.aws.leases import DynamoLeases, LeasedSlots
from connector.adapters.aws.rates import DynamoRates
from connector.core.errors import Code, RetryLater
from tests.doubles import ManualClock, MemoryLeases
from tests.doubles.clock import START
from tests.unit.aws.conftest import Script, aws_with, refusal


class _Unreleasable(MemoryLeases):
    def release(self, name: str, *, holder: str) -> None:
        raise RetryLater(Code.UNAVAILABLE, f"{name} of {holder}", seconds=1)


class _Holders(MemoryLeases):
    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.holders: list[str] = []

    def acquire(self, name: str, *, holder: str, seconds: float) -> bool:
        self.holders.append(holder)
        return super().acquire(name, holder=holder, seconds=seconds)


def test_work_is_not_lost_for_a_slot_that_cannot_be_given_back(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    slots = LeasedSlots(_Unreleasable(clock), clock, limit=1, hold=60)

    with caplog.at_level(logging.WARNING), slots.slot("demo"):
        pass

    assert "slot:demo:0 was not given back" in caplog.text
    with pytest.raises(RetryLater), slots.slot("demo"):
        pytest.fail("the slot is still held")
    clock.move(60)
    with slots.slot("demo"):
        assert clock.now() > START


def test_each_use_of_a_slot_has_a_holder_of_its_own() -> None:
    clock = ManualClock()
    leases = _Holders(clock)
    slots = LeasedSlots(leases, clock, limit=1)

    for _ in range(3):
        with slots.slot("demo"):
            pass

    assert len(set(leases.holders)) == 3


def test_a_waiting_worker_gets_the_slot_that_comes_free() -> None:
    clock = ManualClock()
    leases = MemoryLeases(clock)
    leases.acquire("slot:demo:0", holder="dead", seconds=7)

    with LeasedSlots(leases, clock, limit=1, patience=20).slot("demo"):
        waited = clock.now() - START

    assert timedelta(seconds=7) <= waited <= timedelta(seconds=8)
    assert all(pause <= 1 for pause in clock.slept)


def test_a_lease_that_fails_for_another_reason_is_not_taken_for_held() -> None:
    leases = DynamoLeases(
        aws_with(dynamodb=Script(refusal("ValidationException"), refusal("ValidationException"))),
        ManualClock(),
        table="S",
    )

    with pytest.raises(ClientError):
        leases.acquire("refresh", holder="a", seconds=1)
    with pytest.raises(ClientError):
        leases.release("refresh", holder="a")


def test_no_call_fails_because_limits_cannot_be_shared(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    away = [refusal("InternalServerError", status=500)] * 3
    rates = DynamoRates(aws_with(dynamodb=Script(*away)), clock, table="S")

    with caplog.at_level(logging.WARNING):
        assert rates.wait_needed("company") == 0
        rates.saw("company", limit=25, remaining=0, reset=START + timedelta(seconds=9))
        rates.refused("company", until=START + timedelta(seconds=20))

    assert rates.wait_needed("company") == 20
    assert len(caplog.records) == 3


def test_a_window_that_runs_out_is_written_at_once() -> None:
    script = Script({}, {}, refusal("ConditionalCheckFailedException"))
    rates = DynamoRates(aws_with(dynamodb=script), ManualClock(), table="S")

    for remaining in (9, 8, 1, 0):
        rates.saw("company", limit=25, remaining=remaining, reset=START + timedelta(seconds=9))

    written = [said["ExpressionAttributeValues"][":remaining_25"]["N"] for _, said in script.said]
    assert written == ["9", "1", "0"]


def test_a_fault_of_ours_in_the_memory_of_limits_is_an_error() -> None:
    rates = DynamoRates(aws_with(dynamodb=Script(refusal("ValidationException"))), ManualClock(), table="S")

    with pytest.raises(ClientError):
        rates.refused("company", until=START)
