from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from connector.adapters.procore.oauth import Grant, Login
from connector.adapters.procore.tokens import OneToken, ServiceTokens, SharedTokens
from connector.core.errors import Code, ConnectorError, RetryLater
from tests.doubles import ManualClock, MemoryLeases, MemorySecrets
from tests.unit.procore.stub import Asked, Server, cut, said

LOGIN = "https://login.procore.example"
PAIR = "procore-pair"


class OneUse:
    """Procore's login server: each refresh token works once, and every grant is numbered."""

    def __init__(self, *, slow: float = 0.0) -> None:
        self.valid, self.number, self.slow = "r0", 0, slow
        self.burned: list[str] = []

    def __call__(self, asked: Asked) -> requests.Response:
        time.sleep(self.slow)
        form = asked.form
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.valid:
            self.burned.append(form["refresh_token"])
            return said(400, {"error": "invalid_grant", "error_description": "It has been used"})
        self.number += 1
        self.valid = f"r{self.number}"
        return said(body={"access_token": f"a{self.number}", "refresh_token": self.valid, "expires_in": 5_400})


class World:
    """One login server, one store of secrets, one set of leases; any number of workers."""

    def __init__(self, *, slow: float = 0.0, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.procore = OneUse(slow=slow)
        self.server = Server(always=self.procore)
        stored = Grant(access_token="a0", refresh_token="r0", renew_at=self.clock.now() + timedelta(seconds=100))
        self.secrets = MemorySecrets({"procore": {"client_id": "i", "client_secret": "s3cret"}, PAIR: stored.as_secret()})
        self.leases = MemoryLeases(self.clock)

    def login(self) -> Login:
        return Login(LOGIN, self.server.session(), self.secrets, "procore", self.clock)

    def worker(self) -> SharedTokens:
        return SharedTokens(self.login(), self.secrets, PAIR, self.leases, self.clock)

    def stored(self) -> Grant:
        return Grant.from_secret(self.secrets.read(PAIR))


class RealClock(ManualClock):
    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.002))


def test_the_service_token_is_asked_for_once_and_again_before_it_expires() -> None:
    world = World()
    tokens = ServiceTokens(world.login(), world.clock)
    assert [tokens.token(), tokens.token()] == ["a1", "a1"]
    world.clock.move(5_099)
    assert tokens.token() == "a1"
    world.clock.move(1)
    assert tokens.token() == "a2"
    assert len(world.server.asked) == 2


def test_a_refused_service_token_is_renewed_once_for_all_who_held_it() -> None:
    world = World()
    tokens = ServiceTokens(world.login(), world.clock)
    old = tokens.token()
    assert [tokens.renew(old), tokens.renew(old), tokens.token()] == ["a2", "a2", "a2"]


def test_threads_of_one_worker_ask_for_one_service_token() -> None:
    world = World(slow=0.005)
    tokens = ServiceTokens(world.login(), world.clock)
    got: list[str] = []
    _at_once(*(lambda: got.append(tokens.token()) for _ in range(4)))
    assert got == ["a1"] * 4


def test_a_token_somebody_brought_along_cannot_be_renewed() -> None:
    tokens = OneToken("theirs")
    assert tokens.token() == "theirs"
    with pytest.raises(ConnectorError) as failure:
        tokens.renew("theirs")
    assert failure.value.code is Code.SIGN_IN_FAILED
    assert "theirs" not in tokens.whose
    assert tokens.whose != OneToken("another").whose


def test_a_fresh_pair_is_used_as_it_is_stored() -> None:
    world = World()
    assert world.worker().token() == "a0"
    assert world.server.asked == []


def test_a_pair_is_refreshed_ahead_and_stored_before_it_is_used() -> None:
    world = World()
    worker = world.worker()
    world.clock.move(100)
    assert worker.token() == "a1"
    assert (world.stored().access_token, world.stored().refresh_token) == ("a1", "r1")
    assert len(world.leases) == 0


def test_a_pair_that_cannot_be_stored_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    worker = world.worker()
    world.clock.move(100)

    def fail(name: str, value: dict[str, str]) -> None:
        raise RetryLater(Code.UNAVAILABLE, f"{name} with its {len(value)} texts cannot be stored", seconds=1)

    monkeypatch.setattr(world.secrets, "replace", fail)
    with pytest.raises(RetryLater, match="cannot be stored"):
        worker.token()
    assert len(world.leases) == 0


def test_workers_at_once_burn_one_refresh_token() -> None:
    world = World(slow=0.01, clock=RealClock())
    got: list[str] = []
    _at_once(*(lambda: got.append(world.worker().renew("a0")) for _ in range(2)))
    assert got == ["a1", "a1"]
    assert world.procore.burned == []
    assert len(world.server.asked) == 1


def test_who_comes_late_takes_what_the_first_one_stored() -> None:
    world = World()
    early, late = world.worker(), world.worker()
    assert late.token() == "a0"
    world.clock.move(100)
    assert [early.token(), late.token()] == ["a1", "a1"]
    assert late.renew("a0") == "a1"
    assert len(world.server.asked) == 1


def test_one_worker_stores_between_our_look_and_our_lease() -> None:
    world = World()
    world.clock.move(100)
    first = world.worker()
    acquire = world.leases.acquire

    def after_another(name: str, *, holder: str, seconds: float) -> bool:
        world.leases.acquire = acquire  # type: ignore[method-assign]
        first.token()
        return acquire(name, holder=holder, seconds=seconds)

    world.leases.acquire = after_another  # type: ignore[method-assign]
    assert world.worker().token() == "a1"
    assert len(world.server.asked) == 1


def test_who_waits_too_long_comes_back_later() -> None:
    world = World()
    world.clock.move(100)
    world.leases.acquire(f"procore-refresh:{PAIR}", holder="somebody", seconds=600)
    with pytest.raises(RetryLater):
        world.worker().token()
    assert 30 <= sum(world.clock.slept) < 31
    assert world.server.asked == []


def test_the_lease_of_a_dead_worker_is_taken_over() -> None:
    world = World()
    world.clock.move(100)
    world.leases.acquire(f"procore-refresh:{PAIR}", holder="dead", seconds=10)
    assert world.worker().token() == "a1"


def test_a_lost_answer_is_asked_for_again_with_the_same_token() -> None:
    world = World()
    world.clock.move(100)
    world.server.answers.append(cut())
    worker = world.worker()
    with pytest.raises(RetryLater):
        worker.token()
    assert len(world.leases) == 0
    assert worker.token() == "a1"


def test_a_burned_refresh_token_asks_for_a_new_sign_in() -> None:
    world = World()
    world.clock.move(100)
    world.procore.valid = "r-other"
    with pytest.raises(ConnectorError) as failure:
        world.worker().token()
    assert (failure.value.code, failure.value.their_words) == (Code.SIGN_IN_FAILED, "invalid_grant: It has been used")


def test_nobody_signed_in_yet() -> None:
    world = World()
    world.secrets.replace(PAIR, {})
    worker = world.worker()
    with pytest.raises(ConnectorError, match="Nobody is signed in"):
        worker.token()
    worker.keep(Grant(access_token="first", refresh_token="r0", renew_at=world.clock.now() + timedelta(seconds=9)))
    assert [worker.token(), world.worker().token()] == ["first", "first"]


def _at_once(*works: object) -> None:
    threads = [threading.Thread(target=work) for work in works]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
