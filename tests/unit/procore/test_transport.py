from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from email.message import Message
from types import SimpleNamespace

import pytest
import requests

from connector.adapters.procore.transport import AnswerTooLargeError, Call, NoAnswerError, Reply, Transport, encoded
from tests.unit.procore.stub import API, TOKEN, Server, cut, never_connected, said

CALL = Call(method="GET", path="/rest/v1.0/me", headers={"Authorization": f"Bearer {TOKEN}"})


def transport(server: Server, *, largest: int = 1_000) -> Transport:
    return Transport(API, server.session(), largest=largest)


def test_fractions_are_decimals_and_ids_stay_as_they_come() -> None:
    document = Reply(status=200, headers={}, body=b'{"id": 598134325841112, "v2": "598134325841112", "amount": 250.10}').document()
    assert document == {"id": 598134325841112, "v2": "598134325841112", "amount": Decimal("250.10")}
    assert isinstance(document["amount"], Decimal)


@pytest.mark.parametrize("body", [b"<html>busy</html>", b'{"amount": NaN}', b"[" * 100_000, b"\xff\xfe\xff"])
def test_what_is_not_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Reply(status=200, headers={}, body=body).document()


def test_an_empty_body_is_none_unless_a_document_is_required() -> None:
    reply = Reply(status=204, headers={}, body=b" ")
    assert reply.document() is None
    with pytest.raises(ValueError, match="Expecting value"):
        reply.document(required=True)


def test_money_and_dates_travel_as_text_and_nothing_else_is_guessed() -> None:
    assert json.loads(encoded({"amount": Decimal("1E+3"), "on": date(2026, 6, 1), "name": "Øre"})) == {
        "amount": "1000",
        "on": "2026-06-01",
        "name": "Øre",
    }
    for wrong in (Decimal("NaN"), {1, 2}, b"bytes"):
        with pytest.raises(TypeError, match="does not travel"):
            encoded({"amount": wrong})
    with pytest.raises(ValueError, match="not JSON compliant"):
        encoded({"amount": float("inf")})


def test_the_answer_is_read_up_to_a_limit_and_no_further() -> None:
    server = Server(said(body=b"12345678"), said(body=b"123456789"))
    assert transport(server, largest=8).exchange(CALL).body == b"12345678"
    with pytest.raises(AnswerTooLargeError, match="larger than 8 bytes"):
        transport(server, largest=8).exchange(CALL)


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    server = Server(said(302, headers={"Location": "https://elsewhere.example/"}))
    assert transport(server).exchange(CALL).status == 302
    assert [asked.server for asked in server.asked] == [API]


def test_a_base_url_may_have_a_path_of_its_own() -> None:
    server = Server(said())
    Transport(f"{API}/gateway/", server.session()).exchange(CALL)
    assert server.asked[0].path == "/gateway/rest/v1.0/me"


def test_it_says_whether_the_request_ever_left() -> None:
    server = Server(cut(), never_connected(), requests.ConnectTimeout(), requests.ReadTimeout())
    sent = []
    for _ in range(4):
        with pytest.raises(NoAnswerError) as failure:
            transport(server).exchange(CALL)
        sent.append(failure.value.sent)
    assert sent == [True, False, False, True]


def test_a_broken_connection_does_not_carry_the_request_and_its_bearer_along() -> None:
    with pytest.raises(NoAnswerError) as failure:
        transport(Server(cut())).exchange(CALL)
    assert failure.value.__context__ is None
    assert failure.value.__cause__ is None


def test_secrets_of_a_call_are_not_shown() -> None:
    assert TOKEN not in repr(CALL)
    assert "secret" not in repr(Reply(status=200, headers={}, body=b"secret"))


def test_connecting_and_silence_are_bounded() -> None:
    server = Server(said())
    Transport(API, server.session(), read_seconds=7).exchange(CALL)
    assert server.options[0]["timeout"] == (5.0, 7)


class CookieSetting(io.BytesIO):
    """A raw answer as urllib3 gives it, whose headers set a cookie."""

    def __init__(self) -> None:
        super().__init__()
        self._original_response = SimpleNamespace(msg=Message())
        self._original_response.msg["Set-Cookie"] = "session=somebody; Path=/"


def test_a_session_remembers_no_cookie() -> None:
    answer = said()
    answer.raw = CookieSetting()
    server = Server(answer, said())
    session = server.session()
    for _ in range(2):
        Transport(API, session).exchange(CALL)
    assert len(session.cookies) == 0
    assert "Cookie" not in server.asked[1].headers


def test_no_netrc_takes_the_place_of_the_bearer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.sessions.get_netrc_auth", lambda _: ("user", "password"))
    server = Server(said())
    transport(server).exchange(CALL)
    assert server.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"
