from __future__ import annotations

import math
from collections import deque
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connector.adapters.procore.limits import Pacer
from connector.core.errors import Code, RetryLater
from tests.doubles import ManualClock, MemoryRates

KEY = "procore:8:service"


def headers(clock: ManualClock, remaining: int, *, limit: int = 25, seconds: float = 10) -> dict[str, str]:
    reset = math.ceil((clock.now() + timedelta(seconds=seconds)).timestamp())
    return {"X-Rate-Limit-Limit": str(limit), "X-Rate-Limit-Remaining": str(remaining), "X-Rate-Limit-Reset": str(reset)}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def rate(clock: ManualClock) -> MemoryRates:
    return MemoryRates(clock)


class Forgetful(MemoryRates):
    """What other workers tell is lost on the way."""

    def wait_needed(self, key: str) -> float:
        return 0 * len(key)


@pytest.fixture
def alone(clock: ManualClock) -> Pacer:
    return Pacer(Forgetful(clock), KEY, clock)


@pytest.fixture
def pacer(rate: MemoryRates, clock: ManualClock) -> Pacer:
    return Pacer(rate, KEY, clock)


class TwoWindows:
    """Procore's limits as documented: an hour from the first call on, and a spike window of ten seconds that either holds
    from its first call on or rolls. The headers are those of the window with fewer calls left."""

    def __init__(self, clock: ManualClock, *, rolling: bool) -> None:
        self.clock, self.rolling = clock, rolling
        self.hour_ends, self.hour_used = clock.now() + timedelta(hours=1), 0
        self.spike: deque[datetime] = deque()
        self.refused = 0

    def call(self) -> tuple[int, dict[str, str]]:
        now, short = self.clock.now(), timedelta(seconds=10)
        if now >= self.hour_ends:
            self.hour_ends, self.hour_used = now + timedelta(hours=1), 0
        if self.rolling:
            while self.spike and self.spike[0] <= now - short:
                self.spike.popleft()
        elif self.spike and self.spike[0] <= now - short:
            self.spike.clear()
        left, spike_left = 3_600 - self.hour_used, 25 - len(self.spike)
        spike_ends = (self.spike[0] if self.spike else now) + short
        nearer = (3_600, left, self.hour_ends) if left < spike_left else (25, spike_left, spike_ends)
        if min(left, spike_left) <= 0:
            self.refused += 1
            return 429, self.tell(*nearer)
        self.hour_used += 1
        self.spike.append(now)
        return 200, self.tell(nearer[0], nearer[1] - 1, nearer[2])

    @staticmethod
    def tell(limit: int, remaining: int, ends: datetime) -> dict[str, str]:
        reset = str(math.ceil(ends.timestamp()))
        return {"X-Rate-Limit-Limit": str(limit), "X-Rate-Limit-Remaining": str(max(0, remaining)), "X-Rate-Limit-Reset": reset}


@pytest.mark.parametrize("rolling", [False, True])
@pytest.mark.parametrize("workers", [1, 4])
def test_an_hour_at_full_speed_uses_95_percent_and_is_never_refused(
    clock: ManualClock, rate: MemoryRates, *, rolling: bool, workers: int
) -> None:
    server, end = TwoWindows(clock, rolling=rolling), clock.now() + timedelta(hours=1)
    pacers = [Pacer(rate, KEY, clock) for _ in range(workers)]
    calls = 0
    while clock.now() < end:
        ready = [pacer for pacer in pacers if pacer.wait_needed() <= 0]
        if not ready:
            clock.move(min(pacer.wait_needed() for pacer in pacers) + 0.5)
            continue
        for pacer in ready:
            assert pacer.wait_turn(0) == 0
        answers = [server.call() for _ in ready]  # all of them are on the way at once
        clock.move(0.2)
        for pacer, (status, told) in zip(ready, answers, strict=True):
            pacer.saw(status, told)
        calls += len(ready)
    assert server.refused == 0
    assert calls >= 0.95 * 3_600


def test_an_unknown_allowance_is_used_at_once(pacer: Pacer, clock: ManualClock) -> None:
    assert pacer.wait_turn(0) == 0
    pacer.saw(200, {})
    pacer.saw(200, {"X-Rate-Limit-Limit": "many", "X-Rate-Limit-Remaining": "-1", "X-Rate-Limit-Reset": ""})
    assert pacer.wait_turn(0) == 0
    assert clock.slept == []


def test_a_window_used_up_is_waited_for_with_some_jitter(pacer: Pacer, clock: ManualClock) -> None:
    pacer.saw(200, headers(clock, 0))
    waited = pacer.wait_turn(20)
    assert 10.05 <= waited <= 11
    assert clock.slept == [waited]


def test_what_takes_too_long_is_retried_later(pacer: Pacer, clock: ManualClock) -> None:
    pacer.saw(200, headers(clock, 100, limit=3_600, seconds=1_800))
    with pytest.raises(RetryLater) as failure:
        pacer.wait_turn(20)
    assert failure.value.code is Code.RATE_LIMITED
    assert failure.value.seconds == 1_800
    assert clock.slept == []


def test_a_worker_holds_back_before_the_end_of_either_window(pacer: Pacer, clock: ManualClock) -> None:
    pacer.saw(200, headers(clock, 6))
    assert pacer.wait_needed() == 0
    pacer.saw(200, headers(clock, 5))
    assert pacer.wait_needed() == 10
    clock.move(10)
    pacer.saw(200, headers(clock, 181, limit=3_600, seconds=60))
    assert pacer.wait_needed() == 0
    pacer.saw(200, headers(clock, 180, limit=3_600, seconds=60))
    assert pacer.wait_needed() == 60


def test_the_short_window_does_not_hide_the_hour(alone: Pacer, clock: ManualClock) -> None:
    alone.saw(200, headers(clock, 20, limit=3_600, seconds=1_800))
    alone.saw(200, headers(clock, 24))
    assert alone.wait_needed() == 1_800


def test_a_window_that_has_ended_holds_nobody_back(alone: Pacer, clock: ManualClock) -> None:
    alone.saw(200, headers(clock, 0))
    clock.move(10)
    assert alone.wait_needed() == 0


def test_calls_on_the_way_are_counted_before_their_answers_come(pacer: Pacer, clock: ManualClock) -> None:
    pacer.saw(200, headers(clock, 7))
    assert pacer.wait_turn(0) == pacer.wait_turn(0) == 0
    assert pacer.wait_needed() == 10


def test_another_worker_stops_where_the_first_one_was_stopped(pacer: Pacer, rate: MemoryRates, clock: ManualClock) -> None:
    other, stranger = Pacer(rate, KEY, clock), Pacer(rate, "procore:9:service", clock)
    pacer.saw(200, headers(clock, 1))
    assert (other.wait_needed(), stranger.wait_needed()) == (10, 0)
    pacer.saw(429, {"Retry-After": "40"})
    assert (other.wait_needed(), stranger.wait_needed()) == (40, 0)


@pytest.mark.parametrize(
    ("status", "retry_after", "reset", "expected"),
    [
        (429, "3", 30, 30),
        (429, "30", 3, 30),
        (429, None, 30, 30),
        (429, "30", None, 30),
        (429, None, None, 10),
        (429, "soon", None, 10),
        (429, "999999999999", None, 3_600),
        (429, None, 999_999, 3_600),
        (503, "45", 3, 45),
        (503, None, 30, 0),
        (500, "45", 30, 0),
    ],
)
def test_the_later_of_both_times_is_honoured(
    pacer: Pacer, clock: ManualClock, status: int, retry_after: str | None, reset: int | None, expected: int
) -> None:
    told = {"Retry-After": retry_after} if retry_after else {}
    if reset is not None:
        told |= headers(clock, 24 if status != 429 else 0, seconds=reset)
    pacer.saw(status, told)
    assert pacer.wait_needed() == expected


@pytest.mark.parametrize("zone", [UTC, None])
def test_retry_after_may_be_a_date(pacer: Pacer, clock: ManualClock, zone: object) -> None:
    until = clock.now() + timedelta(seconds=90)
    pacer.saw(503, {"Retry-After": format_datetime(until if zone else until.replace(tzinfo=None))})
    assert pacer.wait_needed() == 90


def test_a_later_refusal_does_not_shorten_an_earlier_one(alone: Pacer) -> None:
    alone.saw(429, {"Retry-After": "60"})
    alone.saw(429, {"Retry-After": "5"})
    assert alone.wait_needed() == 60
