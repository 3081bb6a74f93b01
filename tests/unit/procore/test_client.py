from __future__ import annotations

import logging
import traceback
from decimal import Decimal
from functools import partial
from types import SimpleNamespace

import pytest
import requests

from connector.adapters.procore import client as client_module
from connector.adapters.procore.tokens import OneToken
from connector.adapters.procore.transport import Transport
from connector.core.errors import Code, ConnectorError, OutcomeUnknown, RetryLater, SetupWrong
from connector.ports import Procore
from tests.doubles import ManualClock
from tests.unit.procore.stub import COMPANY, TOKEN, Answer, Server, cut, never_connected, said

PATH = "/rest/v1.0/vendors"
LIMITED = {"X-Rate-Limit-Limit": "25", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "0"}


class Renewable:
    """Tokens that can be renewed once for each in ``next_ones``."""

    whose = "test"

    def __init__(self, *next_ones: str) -> None:
        self.now, self.next_ones = "old-token", list(next_ones)
        self.refused: list[str] = []

    def token(self) -> str:
        return self.now

    def renew(self, refused: str, /) -> str:
        self.refused.append(refused)
        self.now = self.next_ones.pop(0)
        return self.now


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_every_call_carries_the_company_and_the_bearer() -> None:
    server = Server(always=lambda _: said(body=[]))
    client: Procore = server.client()
    client.get("/rest/v1.0/me")
    list(client.pages(PATH))
    client.send("POST", PATH, {"vendor": {"name": "A", "amount": Decimal("1.10")}}, {"company_id": COMPANY})
    client.sync(f"{PATH}/sync", {"company_id": 8}, [{"id": 1}])
    assert [asked.headers["Procore-Company-Id"] for asked in server.asked] == [COMPANY] * 4
    assert [asked.headers["Authorization"] for asked in server.asked] == [f"Bearer {TOKEN}"] * 4
    assert [asked.headers.get("Content-Type") for asked in server.asked] == [None, None, "application/json", "application/json"]
    assert server.asked[2].body == {"vendor": {"name": "A", "amount": "1.10"}}
    assert server.asked[2].query == {"company_id": COMPANY}


def test_v1_is_bare_and_v2_comes_out_of_its_envelope() -> None:
    document = {"id": 7, "amount": 1}
    server = Server(
        said(body=document), said(body={"data": {"id": "7"}, "meta": {}}), said(body={"data": [1]}), said(body={"data": 1, "id": 2})
    )
    client = server.client()
    assert client.get(PATH) == document
    assert client.get("/rest/v2.0/companies/8/vendors") == {"id": "7"}
    assert client.get("/rest/v1.0/projects/7/budget_changes") == [1]
    assert client.get(PATH) == {"data": 1, "id": 2}


def test_a_delete_without_a_body_sends_none_and_gets_none() -> None:
    server = Server(said(204))
    assert server.client().send("DELETE", f"{PATH}/7", {}) is None
    assert server.asked[0].raw == b""


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/rest/v1.0/me",
        "/rest/v1.0/a/../b",
        "/rest/v1.0/a?x=1",
        "/rest/v1.0//a",
        "/oauth/token",
        "/rest/v1.0/a b",
        "/rest/v1.0/.",
    ],
)
def test_only_paths_of_the_api_are_asked(path: str) -> None:
    server = Server()
    with pytest.raises(ConnectorError, match="not a path of Procore's API") as failure:
        server.client().get(path)
    assert failure.value.code is Code.MALFORMED
    assert server.asked == []


_PASSING: list[Answer] = [
    cut(),
    never_connected(),
    requests.ReadTimeout(),
    said(408),
    said(429, {"error": {"error": "too many"}}, {"Retry-After": "2"}),
    said(500, {"message": "oops"}),
    said(502, b"<html>Bad gateway</html>"),
    said(503, headers={"Retry-After": "3"}),
    said(504),
    said(200, b"<html>Down for maintenance</html>"),
    said(200, b""),
]


@pytest.mark.parametrize("passing", _PASSING)
def test_a_read_is_repeated_until_it_answers(passing: Answer, clock: ManualClock) -> None:
    server = Server(passing, said(body={"id": 1}))
    assert server.client(clock).get(PATH) == {"id": 1}
    assert len(server.asked) == 2


def test_four_attempts_are_enough(clock: ManualClock) -> None:
    server = Server(always=lambda _: said(500, {"message": "oops"}))
    with pytest.raises(RetryLater) as failure:
        server.client(clock).get(PATH)
    assert (failure.value.code, failure.value.their_words) == (Code.UNAVAILABLE, "oops")
    assert failure.value.seconds >= 30
    assert len(server.asked) == 4
    assert len(clock.slept) == 3
    assert all(0 <= slept <= most for slept, most in zip(clock.slept, (1, 2, 4), strict=True))


def test_the_pauses_grow_and_are_different_each_time(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, float]] = []

    class Most:
        @staticmethod
        def uniform(least: float, most: float) -> float:
            asked.append((least, most))
            return most

    monkeypatch.setattr(client_module, "RANDOM", Most)
    with pytest.raises(RetryLater):
        Server(always=lambda _: said(500)).client(clock).get(PATH)
    assert asked == [(0.0, 1.0), (0.0, 2.0), (0.0, 4.0), (0.0, 8.0)]


def test_a_limit_is_waited_for_before_the_next_attempt(clock: ManualClock) -> None:
    reset = int(clock.now().timestamp()) + 8
    server = Server(said(429, headers={**LIMITED, "Retry-After": "3", "X-Rate-Limit-Reset": str(reset)}), said(body=[]))
    assert server.client(clock).get(PATH) == []
    assert 8 <= sum(clock.slept) <= 9


def test_a_limit_beyond_the_patience_is_retried_later(clock: ManualClock) -> None:
    server = Server(said(429, headers={"Retry-After": "900"}))
    with pytest.raises(RetryLater) as failure:
        server.client(clock, patience=20).get(PATH)
    assert (failure.value.code, failure.value.seconds) == (Code.RATE_LIMITED, 900)
    assert len(server.asked) == 1


def test_the_patience_is_for_all_attempts_together(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    limited = Server(always=lambda _: said(429, headers={"Retry-After": "8"}))
    with pytest.raises(RetryLater):
        limited.client(clock, patience=20).get(PATH)
    assert len(limited.asked) == 3
    monkeypatch.setattr(client_module, "RANDOM", SimpleNamespace(uniform=max))
    failing = Server(always=lambda _: said(500))
    with pytest.raises(RetryLater):
        failing.client(clock, patience=2).get(PATH)
    assert len(failing.asked) == 2


def test_limits_without_end_are_given_up(clock: ManualClock) -> None:
    server = Server(always=lambda _: said(429, {"error": {"error": "too many"}}, {"Retry-After": "1"}))
    with pytest.raises(RetryLater) as failure:
        server.client(clock).get(PATH)
    assert (failure.value.code, failure.value.their_words) == (Code.RATE_LIMITED, "too many")
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, Code.REFUSED_BY_PROCORE),
        (404, Code.NOT_FOUND),
        (405, Code.REFUSED_BY_PROCORE),
        (422, Code.REFUSED_BY_PROCORE),
        (302, Code.REFUSED_BY_PROCORE),
    ],
)
def test_a_refusal_is_not_repeated_and_keeps_procores_words(status: int, code: Code) -> None:
    server = Server(said(status, {"errors": {"number": ["has already been taken"]}}))
    with pytest.raises(ConnectorError) as failure:
        server.client().send("PATCH", f"{PATH}/7", {"vendor": {}})
    assert (failure.value.code, failure.value.their_words) == (code, "number: has already been taken")
    assert str(status) in failure.value.message


def test_a_patch_is_repeated_after_a_broken_answer() -> None:
    server = Server(cut(), said(body={"id": 7}))
    assert server.client().send("PATCH", f"{PATH}/7", {"vendor": {"name": "A"}}) == {"id": 7}
    assert server.asked[0].raw == server.asked[1].raw


def test_an_answer_that_nobody_wants_is_not_taken_apart_but_must_be_one() -> None:
    json = {"Content-Type": "application/json; charset=utf-8"}
    server = Server(said(200, b'{"broken inside": }', json), said(200, b"<html>"), said(200, b'{"cut', json), said(204))
    client = server.client()
    assert client.send("PATCH", f"{PATH}/7", {"vendor": {}}, wants_answer=False) is None
    assert len(server.asked) == 1
    assert client.send("PATCH", f"{PATH}/7", {"vendor": {}}, wants_answer=False) is None
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "broken", [cut(), requests.ReadTimeout(), said(500), said(503, headers={"Retry-After": "1"}), said(201, b"<html>")]
)
def test_an_unguarded_post_with_a_broken_answer_is_not_repeated(broken: Answer) -> None:
    server = Server(broken)
    with pytest.raises(OutcomeUnknown):
        server.client().send("POST", PATH, {"vendor": {}})
    assert len(server.asked) == 1


@pytest.mark.parametrize("undone", [never_connected(), requests.ConnectTimeout(), said(429, headers={"Retry-After": "1"})])
def test_a_post_that_was_provably_not_done_is_repeated(undone: Answer) -> None:
    assert Server(undone, said(201, {"id": 7})).client().send("POST", PATH, {"vendor": {}}) == {"id": 7}


def test_a_guarded_post_is_repeated() -> None:
    assert Server(cut(), said(201, {"id": 7})).client().send("POST", PATH, {"vendor": {}}, guarded=True) == {"id": 7}


def test_a_delete_repeated_after_a_broken_answer_may_find_nothing() -> None:
    assert Server(cut(), said(404)).client().send("DELETE", f"{PATH}/7", {}) is None
    with pytest.raises(ConnectorError) as failure:
        Server(said(404)).client().send("DELETE", f"{PATH}/7", {})
    assert failure.value.code is Code.NOT_FOUND


def test_a_token_that_is_refused_is_renewed_once() -> None:
    tokens = Renewable("new-token")
    server = Server(said(401, {"message": "The access token is invalid"}), said(201, {"id": 7}))
    assert server.client(tokens=tokens).send("POST", PATH, {"vendor": {}}) == {"id": 7}
    assert tokens.refused == ["old-token"]
    assert [asked.headers["Authorization"] for asked in server.asked] == ["Bearer old-token", "Bearer new-token"]


def test_a_new_token_that_is_refused_too_is_a_matter_of_the_set_up() -> None:
    server = Server(always=lambda _: said(401, {"message": "The access token is invalid"}))
    with pytest.raises(SetupWrong) as failure:
        server.client(tokens=Renewable("new-token")).get(PATH)
    assert (failure.value.code, failure.value.their_words) == (Code.SIGN_IN_FAILED, "The access token is invalid")
    assert len(server.asked) == 2


def test_an_uninstalled_app_stops_everything() -> None:
    with pytest.raises(SetupWrong) as failure:
        Server(said(403, {"message": "App is not connected to this company"})).client().get(PATH)
    assert failure.value.code is Code.NO_PERMISSION


def test_an_answer_that_is_too_large_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "Transport", partial(Transport, largest=4))
    server = Server(always=lambda _: said(body=[1, 2, 3]))
    with pytest.raises(ConnectorError, match="larger than 4 bytes") as failure:
        server.client().get(PATH)
    assert failure.value.code is Code.TOO_LARGE
    assert len(server.asked) == 1
    with pytest.raises(OutcomeUnknown, match="larger than 4 bytes"):
        server.client().send("POST", PATH, {"vendor": {}})


def test_no_error_and_no_log_shows_the_bearer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers: list[Answer] = [
        cut(),
        said(403, {"message": f"token {TOKEN}"}),
        said(401, {"message": TOKEN}),
        said(200, TOKEN),
        said(500, TOKEN),
    ]
    for answer in answers:
        server = Server(answer, always=answer if isinstance(answer, Exception) else cut())
        with pytest.raises(ConnectorError) as failure:
            server.client(tokens=OneToken(TOKEN)).get(PATH)
        shown = "".join(traceback.format_exception(failure.value)) + repr(failure.value) + failure.value.their_words
        assert TOKEN not in shown
    assert TOKEN not in caplog.text
