"""Signing in with Procore: the popup, the ticket, the session, and what does not get in."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from connector.core.errors import Code, RetryLater
from tests.unit.entrypoints.office import DANA, Office
from tests.unit.entrypoints.pages import Answer, Browser


@pytest.fixture
def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    return Browser(office, monkeypatch)


def begin(browser: Browser, where: str = "in=popup") -> str:
    """The state that Procore was given."""
    answer = browser.get(f"/app/signin?{where}")
    assert answer.status == 302
    return parse_qs(urlsplit(answer.to).query)["state"][0]


def back(browser: Browser, state: str, code: str = "c0de") -> Answer:
    browser.login.given[code] = "procore-token"
    browser.people["procore-token"] = DANA
    return browser.get(f"/app/signin/callback?code={code}&state={state}")


def ticket_of(page: Answer) -> str:
    found = re.search(r'data-ticket="([^"]+)"', page.text)
    assert found
    return found[1]


def test_the_popup_ends_with_a_ticket_that_opens_a_session_once(browser: Browser) -> None:
    page = back(browser, begin(browser))
    assert (page.status, page.heading) == (200, "Signing you in with Procore…")
    assert "__Host-session" not in browser.cookies
    ticket = ticket_of(page)

    opened = browser.post("/app/session", {"ticket": ticket, "zone": "America/New_York"})
    cookie = opened.header("Set-Cookie")
    assert opened.status == 200
    assert all(
        part in cookie for part in ("__Host-session=", "Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/", "Max-Age=3600")
    )
    assert browser.get("/app/approve").heading == "To approve"
    assert json.loads(browser.get("/app/me").text) == {"login": DANA.login}

    assert browser.post("/app/session", {"ticket": ticket}).status == 401


def test_where_cookies_are_blocked_the_token_goes_in_a_header(browser: Browser) -> None:
    ticket = ticket_of(back(browser, begin(browser)))
    opened = json.loads(browser.post("/app/session", {"ticket": ticket}).text)
    browser.cookies.clear()
    assert browser.get("/app/approve").status == 401
    page = browser.get("/app/approve", **{"X-Session": opened["token"]})
    assert page.heading == "To approve"
    assert page.hidden("form") == opened["form"]


def test_only_hashes_are_kept_and_a_ticket_is_no_session(browser: Browser) -> None:
    ticket = ticket_of(back(browser, begin(browser)))
    assert ticket not in browser.sessions
    browser.cookies["__Host-session"] = ticket
    assert browser.get("/app/approve").status == 401
    token = json.loads(browser.post("/app/session", {"ticket": ticket}).text)["token"]
    assert token not in browser.sessions
    assert browser.post("/app/session", {"ticket": token}).status == 401


def test_the_token_that_procore_gave_is_given_back_whatever_happens(browser: Browser) -> None:
    back(browser, begin(browser))
    assert browser.login.revoked == ["procore-token"]
    state = begin(browser)
    browser.login.given["other"] = "token-of-a-stranger"
    refused = browser.get(f"/app/signin/callback?code=other&state={state}")
    assert (refused.status, refused.heading) == (403, "Procore signed you in, but not into this connector.")
    assert browser.login.revoked == ["procore-token", "token-of-a-stranger"]
    assert len(browser.sessions) == 1


def test_a_tab_of_its_own_gets_the_session_and_its_page(browser: Browser) -> None:
    state = begin(browser, "in=tab&to=/v1/app/items/commitments%3A4711")
    arrived = back(browser, state)
    assert (arrived.status, arrived.to) == (303, "/v1/app/items/commitments:4711")
    assert browser.get("/app/approve").status == 200


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "/v1/items", "/v1/app/\\evil", "/v1/app/x\r\ny: z", ""])
def test_a_sign_in_leads_to_our_pages_only(browser: Browser, to: str) -> None:
    answer = browser.get("/app/signin?in=tab&to=" + to.replace("\r", "%0d").replace("\n", "%0a").replace(" ", "%20"))
    state = parse_qs(urlsplit(answer.to).query)["state"][0]
    assert back(browser, state).to == "/v1/app/approve"


def test_a_sign_in_that_began_elsewhere_is_refused(browser: Browser) -> None:
    begin(browser)
    page = back(browser, "the-state-of-another-browser")
    assert (page.status, page.heading) == (403, "This sign-in was started somewhere else.")
    browser.cookies.clear()
    assert back(browser, "").status == 403
    assert browser.login.given  # no code was spent
    assert len(browser.sessions) == 0


def test_who_says_no_at_procore_is_told_so(browser: Browser) -> None:
    page = browser.get(f"/app/signin/callback?error=access_denied&state={begin(browser)}")
    assert (page.status, page.heading) == (403, "Procore did not sign you in.")
    state = begin(browser)
    stale = browser.get(f"/app/signin/callback?code=spent&state={state}")
    assert (stale.status, stale.heading) == (403, "Procore did not sign you in.")


def test_procore_away_is_503(browser: Browser) -> None:
    state = begin(browser)
    browser.login.away = RetryLater(Code.UNAVAILABLE, "away", seconds=5)
    page = browser.get(f"/app/signin/callback?code=x&state={state}")
    assert (page.status, page.heading) == (503, "Procore does not answer just now.")


def test_a_ticket_lives_a_minute_and_a_session_an_hour(browser: Browser, office: Office) -> None:
    late = ticket_of(back(browser, begin(browser)))
    office.clock.move(60)
    assert browser.post("/app/session", {"ticket": late}).status == 401
    browser.post("/app/session", {"ticket": ticket_of(back(browser, begin(browser), "again"))})
    office.clock.move(3599)
    assert browser.get("/app/approve").status == 200
    office.clock.move(1)
    over = browser.get("/app/approve")
    assert (over.status, over.heading) == (401, "You have been signed out after 60 minutes.")


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {"Origin": ""}]
)
def test_a_ticket_is_taken_from_our_own_page_only(browser: Browser, headers: dict[str, str]) -> None:
    ticket = ticket_of(back(browser, begin(browser)))
    assert browser.post("/app/session", {"ticket": ticket}, **headers).status == 403
    assert browser.post("/app/session", {"ticket": ticket}).status == 200


def test_signing_out_ends_the_session_here(browser: Browser) -> None:
    browser.be()
    kept = dict(browser.cookies)
    gone = browser.press(browser.get("/app/approve"), "/app/signout")
    assert (gone.status, gone.heading) == (200, "You are signed out.")
    assert len(browser.sessions) == 0
    browser.cookies = kept
    assert browser.get("/app/approve").status == 401


def test_a_session_is_of_one_company(browser: Browser) -> None:
    browser.be(DANA.model_copy(update={"company": "2"}))
    assert browser.get("/app/approve").status == 401


def test_an_unknown_zone_is_utc(browser: Browser) -> None:
    for number, zone in enumerate(("Nowhere/Land", "../../etc/passwd", "x" * 500, "")):
        answer = browser.post("/app/session", {"ticket": ticket_of(back(browser, begin(browser), f"c{number}")), "zone": zone})
        assert answer.status == 200
    assert {session.zone for session in map(browser.sessions.get, list(browser.sessions._sessions)) if session} == {"UTC"}  # noqa: SLF001


def test_the_last_page_of_the_popup_stands_in_no_frame(browser: Browser) -> None:
    for page in (back(browser, begin(browser)), back(browser, "elsewhere")):
        assert "frame-ancestors 'none'" in page.header("Content-Security-Policy")
        assert page.header("Cross-Origin-Opener-Policy") == "unsafe-none"


def test_what_people_see_before_they_sign_in(browser: Browser) -> None:
    page = browser.get("/app/approve?object=commitments")
    assert (page.status, page.heading) == (401, "Sign in with Procore to see what waits for you.")
    assert "in=tab&amp;to=%2Fv1%2Fapp%2Fapprove%3Fobject%3Dcommitments" in page.text
    assert "SC-2041" not in page.text
