"""Tokens: every way in that the documentation and its clients know, and every way that is closed."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.procore import COMPANY_ID, ProcoreSimulator
from tests.sandbox.procore.small import V1, Browser, Reply, StillClock

BACK = "https://app.example/callback?tenant=7"
CLIENT = {"client_id": "sandbox", "client_secret": "sandbox"}
VERIFIER = "a-verifier-of-at-least-forty-three-characters-1"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def browser(simulator: ProcoreSimulator) -> Browser:
    return Browser(simulator)


def ask(browser: Browser, **form: str) -> Reply:
    return browser.post("/oauth/token", data={**CLIENT, **form})


def sign_in(browser: Browser, name: str = "Pat Lind", **query: str) -> str:
    """Choose a person on the page; the address the browser is sent to."""
    asked = {"response_type": "code", "client_id": "sandbox", "redirect_uri": BACK, "state": "s-1", **query}
    page = browser.get("/oauth/authorize", query_string=asked)
    button = re.search(rf'value="(\d+)">{name}<', page.text)
    assert button is not None, page.text
    answer = browser.post("/oauth/authorize", query_string=asked, data={"user_id": button[1]})
    assert answer.status_code == 302
    return answer.headers["Location"]


def code_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["code"][0]


def pair(browser: Browser) -> dict[str, Any]:
    answer = ask(browser, grant_type="authorization_code", code=code_in(sign_in(browser)), redirect_uri=BACK)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json
    return body


def me(browser: Browser, token: str) -> Reply:
    headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": str(COMPANY_ID)}
    return browser.get(f"{V1}/me", headers=headers)


@pytest.mark.parametrize("how", ["form", "multipart", "json", "basic"])
def test_client_credentials_are_taken_in_four_ways(browser: Browser, clock: StillClock, how: str) -> None:
    grant = {"grant_type": "client_credentials"}
    basic = {"Authorization": "Basic " + base64.b64encode(b"sandbox:sandbox").decode()}
    answer = {
        "form": lambda: browser.post("/oauth/token", data={**CLIENT, **grant}),
        "multipart": lambda: browser.post("/oauth/token", data={**CLIENT, **grant}, content_type="multipart/form-data"),
        "json": lambda: browser.post("/oauth/token", json={**CLIENT, **grant}),
        "basic": lambda: browser.post("/oauth/token", data=grant, headers=basic),
    }[how]()
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "token_type", "expires_in", "created_at"}
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("bearer", 5400)
    assert answer.json["created_at"] == int(clock.time.timestamp())
    assert me(browser, answer.json["access_token"]).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"client_secret": "x"}, {"client_id": "x"}, {"client_secret": ""}], ids=["secret", "client", "no secret"]
)
def test_a_wrong_client_is_refused(browser: Browser, wrong: dict[str, str]) -> None:
    answer = ask(browser, grant_type="client_credentials", **wrong)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


def test_an_unknown_grant_type_is_refused(browser: Browser) -> None:
    assert ask(browser, grant_type="password").json["error"] == "unsupported_grant_type"


def test_a_token_lives_for_its_seconds(browser: Browser, clock: StillClock) -> None:
    token = ask(browser, grant_type="client_credentials").json["access_token"]
    clock.move(seconds=5399)
    assert me(browser, token).status_code == 200
    clock.move(seconds=1)
    answer = me(browser, token)
    assert (answer.status_code, answer.json["message"]) == (401, "The access token is invalid")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_signing_in_gives_a_code_and_the_state_back(browser: Browser) -> None:
    query = parse_qs(urlsplit(sign_in(browser)).query)
    assert query["state"] == ["s-1"]
    assert query["tenant"] == ["7"], "what the address had before stays"
    body = pair(browser)
    assert set(body) == {"access_token", "token_type", "expires_in", "created_at", "refresh_token"}
    assert me(browser, body["access_token"]).json["login"] == "pat@small.example"


def test_a_code_works_once(browser: Browser) -> None:
    code = code_in(sign_in(browser))
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert ask(browser, **form).status_code == 200
    second = ask(browser, **form)
    assert (second.status_code, second.json["error"]) == (400, "invalid_grant")
    assert "already been used" in second.json["error_description"]


def test_a_code_expires_after_ten_minutes(browser: Browser, clock: StillClock) -> None:
    code = code_in(sign_in(browser))
    clock.move(minutes=10)
    answer = ask(browser, grant_type="authorization_code", code=code, redirect_uri=BACK)
    assert "expired" in answer.json["error_description"]


def test_a_code_belongs_to_its_redirect_address(browser: Browser) -> None:
    code = code_in(sign_in(browser))
    answer = ask(browser, grant_type="authorization_code", code=code, redirect_uri="https://evil.example/")
    assert "redirect uri" in answer.json["error_description"]


def test_a_code_belongs_to_its_client(browser: Browser) -> None:
    other = {"client_id": "other-integration", "client_secret": "other-integration"}
    form = {"grant_type": "authorization_code", "code": code_in(sign_in(browser)), "redirect_uri": BACK, **other}
    assert browser.post("/oauth/token", data=form).json["error"] == "invalid_grant"


@pytest.mark.parametrize(("verifier", "status"), [(VERIFIER, 200), ("another", 400), ("", 400)])
def test_a_challenge_must_be_met(browser: Browser, verifier: str, status: int) -> None:
    code = code_in(sign_in(browser, code_challenge=CHALLENGE, code_challenge_method="S256"))
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": verifier}
    assert ask(browser, **form).status_code == status


def test_a_refresh_token_works_once_and_says_so(browser: Browser) -> None:
    first = pair(browser)
    second = ask(browser, grant_type="refresh_token", refresh_token=first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert me(browser, second["access_token"]).status_code == 200
    again = ask(browser, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again.status_code == 400
    assert again.json["error_description"] == "The refresh token is invalid: it has already been used"
    assert ask(browser, grant_type="refresh_token", refresh_token="made-up").json["error_description"] == "The refresh token is invalid"


def test_a_refresh_token_has_no_end_of_its_own(browser: Browser, clock: StillClock) -> None:
    first = pair(browser)
    clock.move(days=400)
    assert ask(browser, grant_type="refresh_token", refresh_token=first["refresh_token"]).status_code == 200


def test_revoking_ends_both_tokens_and_forgives_unknown_ones(browser: Browser) -> None:
    body = pair(browser)
    assert browser.post("/oauth/revoke", data={**CLIENT, "token": "made-up"}).status_code == 200
    assert me(browser, body["access_token"]).status_code == 200
    assert browser.post("/oauth/revoke", data={**CLIENT, "token": body["access_token"]}).status_code == 200
    assert me(browser, body["access_token"]).status_code == 401
    assert ask(browser, grant_type="refresh_token", refresh_token=body["refresh_token"]).status_code == 400


def test_revoking_needs_the_client(browser: Browser) -> None:
    assert browser.post("/oauth/revoke", data={"token": "x"}).status_code == 401


def test_token_info_tells_whose_it_is(browser: Browser, clock: StillClock) -> None:
    token = pair(browser)["access_token"]
    clock.move(seconds=100)
    info = browser.get("/oauth/token/info", headers={"Authorization": f"Bearer {token}"}).json
    assert info["resource_owner_id"] == me(browser, token).json["id"]
    assert info["expires_in"] == 5300
    assert info["application"] == {"uid": "sandbox"}
    assert browser.get("/oauth/token/info").status_code == 401


def test_the_sign_in_page_does_not_render_in_a_frame(browser: Browser) -> None:
    query = {"response_type": "code", "client_id": "sandbox", "redirect_uri": BACK}
    page = browser.get("/oauth/authorize", query_string=query)
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "Ada Cole" in page.text
    assert "Service Account" not in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "x"},
        {"response_type": "token"},
        {"redirect_uri": "javascript:alert(1)"},
        {"code_challenge": "x", "code_challenge_method": "plain"},
    ],
    ids=["client", "response type", "address", "challenge method"],
)
def test_a_wrong_authorization_request_shows_no_people(browser: Browser, wrong: dict[str, str]) -> None:
    query = {"response_type": "code", "client_id": "sandbox", "redirect_uri": BACK, **wrong}
    page = browser.get("/oauth/authorize", query_string=query)
    assert page.status_code == 400
    assert "Pat Lind" not in page.text


def test_nobody_signs_in_as_the_service_account(browser: Browser, simulator: ProcoreSimulator) -> None:
    service = simulator.store["users"].rows(service_of="sandbox")[0]["id"]
    query = {"response_type": "code", "client_id": "sandbox", "redirect_uri": BACK}
    assert browser.post("/oauth/authorize", query_string=query, data={"user_id": service}).status_code == 400


def test_out_of_band_shows_the_code(browser: Browser, simulator: ProcoreSimulator) -> None:
    oob = "urn:ietf:wg:oauth:2.0:oob"
    user = simulator.store["users"].rows(key="pat")[0]["id"]
    query = {"response_type": "code", "client_id": "sandbox", "redirect_uri": oob}
    page = browser.post("/oauth/authorize", query_string=query, data={"user_id": user})
    code = re.search(r"<code>(\w+)</code>", page.text)
    assert code is not None
    assert ask(browser, grant_type="authorization_code", code=code[1], redirect_uri=oob).status_code == 200
