from __future__ import annotations

import base64
import hashlib
import logging
import traceback
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from connector.adapters.procore.oauth import Grant, Login, new_proof
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong
from connector.ports import Json
from tests.doubles import ManualClock, MemorySecrets
from tests.unit.procore.stub import Answer, Server, cut, said

LOGIN = "https://login.procore.example"
CREDENTIALS = {"client_id": "our-app", "client_secret": "our-secret"}
CODE, VERIFIER, REFRESH = "the-code-of-this-test", "the-verifier-of-this-test", "the-refresh-token-of-this-test"
BACK = "https://app.example/callback"


def granted(**more: object) -> Answer:
    return said(body={"access_token": "a1", "token_type": "bearer", "expires_in": 5_400, "created_at": 1_511_289_006, **more})


def login_at(server: Server, clock: ManualClock | None = None, credentials: dict[str, str] | None = None) -> Login:
    secrets = MemorySecrets({"procore": CREDENTIALS if credentials is None else credentials})
    return Login(LOGIN, server.session(), secrets, "procore", clock or ManualClock(), redirect_uri=BACK)


def test_client_credentials_go_as_a_form_with_the_credentials_in_its_body() -> None:
    server, clock = Server(granted()), ManualClock()
    grant = login_at(server, clock).client_credentials()
    asked = server.asked[0]
    assert (asked.method, asked.server, asked.path) == ("POST", LOGIN, "/oauth/token")
    assert asked.form == {"grant_type": "client_credentials", **CREDENTIALS}
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in asked.headers
    assert grant == Grant(access_token="a1", renew_at=clock.now() + timedelta(seconds=5_100))


@pytest.mark.parametrize(("lifetime", "fresh_for"), [(5_400, 5_100), (7_200, 6_900), (60, 54), (0, 0), (-5, 0)])
def test_a_token_is_renewed_five_minutes_ahead_or_a_tenth_of_a_short_life(lifetime: int, fresh_for: int) -> None:
    clock = ManualClock()
    grant = login_at(Server(granted(expires_in=lifetime)), clock).client_credentials()
    assert grant.renew_at == clock.now() + timedelta(seconds=fresh_for)
    assert grant.fresh(clock.now()) is (fresh_for > 0)


def test_a_code_is_exchanged_with_its_proof() -> None:
    server = Server(granted(refresh_token="r1"))
    grant = login_at(server).exchange(CODE, verifier=VERIFIER)
    assert grant.refresh_token == "r1"
    assert server.asked[0].form == {
        "grant_type": "authorization_code",
        "code": CODE,
        "code_verifier": VERIFIER,
        "redirect_uri": BACK,
        **CREDENTIALS,
    }


def test_a_refresh_token_is_exchanged() -> None:
    server = Server(granted(refresh_token="r2"))
    assert login_at(server).refresh("r1").refresh_token == "r2"
    assert server.asked[0].form == {"grant_type": "refresh_token", "refresh_token": "r1", "redirect_uri": BACK, **CREDENTIALS}


def test_revoking_names_the_token() -> None:
    server = Server(said(body={}))
    login_at(server).revoke("a1")
    assert server.asked[0].path == "/oauth/revoke"
    assert server.asked[0].form == {"token": "a1", **CREDENTIALS}


def test_the_address_to_sign_in_at_holds_state_and_challenge_and_no_secret() -> None:
    address = login_at(Server()).authorization_url(state="s&t", challenge="ch")
    assert address.startswith(f"{LOGIN}/oauth/authorize?")
    assert dict(parse_qsl(urlsplit(address).query)) == {
        "response_type": "code",
        "client_id": "our-app",
        "redirect_uri": BACK,
        "state": "s&t",
        "code_challenge": "ch",
        "code_challenge_method": "S256",
    }


def test_a_proof_is_new_each_time_and_its_challenge_is_the_hash() -> None:
    proof, other = new_proof(), new_proof()
    assert proof.verifier != other.verifier
    assert 43 <= len(proof.verifier) <= 128
    assert "=" not in proof.challenge
    padded = proof.challenge + "=" * (-len(proof.challenge) % 4)
    assert base64.urlsafe_b64decode(padded) == hashlib.sha256(proof.verifier.encode()).digest()
    assert proof.verifier not in repr(proof)


def test_a_refused_app_is_a_matter_of_the_set_up() -> None:
    server = Server(said(401, {"error": "invalid_client", "error_description": "Unknown client"}))
    with pytest.raises(SetupWrong) as failure:
        login_at(server).client_credentials()
    assert (failure.value.code, failure.value.their_words) == (Code.SIGN_IN_FAILED, "invalid_client: Unknown client")


def test_a_refused_code_is_a_matter_of_that_sign_in() -> None:
    server = Server(said(400, {"error": "invalid_grant", "error_description": "The code has expired"}))
    with pytest.raises(ConnectorError) as failure:
        login_at(server).exchange(CODE, verifier=VERIFIER)
    assert not isinstance(failure.value, SetupWrong)
    assert (failure.value.code, failure.value.their_words) == (Code.SIGN_IN_FAILED, "invalid_grant: The code has expired")


@pytest.mark.parametrize("body", [b"<html>Not found</html>", b"[1]"])
def test_an_address_that_is_no_login_server_is_a_matter_of_the_set_up(body: bytes) -> None:
    with pytest.raises(SetupWrong, match="404"):
        login_at(Server(said(404, body))).client_credentials()


@pytest.mark.parametrize("credentials", [{}, {"client_id": "our-app"}, {"client_id": "", "client_secret": "our-secret"}])
def test_credentials_that_are_missing_are_named_by_their_secret(credentials: dict[str, str]) -> None:
    with pytest.raises(SetupWrong, match="The secret procore lacks"):
        login_at(Server(), credentials=credentials).client_credentials()


@pytest.mark.parametrize(
    "answer",
    [
        cut(),
        said(429),
        said(408),
        said(500, b"<html>"),
        said(503),
        said(200, b"<html>"),
        said(200, []),
        said(200, {"access_token": 7, "expires_in": 5_400}),
        said(200, {"access_token": "", "expires_in": 5_400}),
        said(200, {"access_token": "a1"}),
        said(200, {"access_token": "a1", "expires_in": "soon"}),
        said(200, {"access_token": "a1", "expires_in": 5_400, "refresh_token": 7}),
    ],
)
def test_no_readable_answer_is_retried_later(answer: Answer) -> None:
    with pytest.raises(RetryLater) as failure:
        login_at(Server(answer)).client_credentials()
    assert failure.value.code is Code.UNAVAILABLE


ECHO = f"{CODE} {VERIFIER} {REFRESH} {CREDENTIALS['client_secret']}"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "invalid_grant", "error_description": ECHO}),
        (401, {"error": "invalid_client", "error_description": ECHO}),
        (500, ECHO),
        (200, ECHO),
        (None, None),
    ],
)
@pytest.mark.parametrize("exchanging", [True, False])
def test_no_error_and_no_log_shows_a_secret(status: int | None, body: Json, caplog: pytest.LogCaptureFixture, *, exchanging: bool) -> None:
    caplog.set_level(logging.DEBUG)
    login = login_at(Server(said(status, body) if status else cut()))
    with pytest.raises(ConnectorError) as failure:
        login.exchange(CODE, verifier=VERIFIER) if exchanging else login.refresh(REFRESH)
    shown = "".join(traceback.format_exception(failure.value)) + repr(failure.value) + failure.value.their_words + caplog.text
    sent = [CREDENTIALS["client_secret"], *([CODE, VERIFIER] if exchanging else [REFRESH])]
    assert not [secret for secret in sent if secret in shown]


def test_a_grant_does_not_show_its_tokens() -> None:
    assert "a1" not in repr(grant := Grant(access_token="a1", refresh_token="r1", renew_at=ManualClock().now()))
    assert "r1" not in repr(grant)


def test_a_grant_survives_its_keeping() -> None:
    grant = Grant(access_token="a1", refresh_token="r1", renew_at=ManualClock().now())
    assert Grant.from_secret(grant.as_secret()) == grant


@pytest.mark.parametrize("kept", [{}, {"renew_at": "soon"}, {"access_token": "a1", "renew_at": ""}])
def test_what_is_no_grant_is_one_long_expired(kept: dict[str, str]) -> None:
    assert not Grant.from_secret(kept).fresh(ManualClock().now())
