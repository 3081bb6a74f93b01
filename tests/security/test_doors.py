"""The doors for browsers, each of them, from the tables of routes: who pressed the button, who may frame the page, where it leads."""

from __future__ import annotations

import re
from itertools import product
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from connector.core.people import Person
from connector.entrypoints import api, approval_link, embedded_app
from connector.entrypoints.visits import form_token_of
from tests.numbers import record
from tests.security.signed_in import cookie
from tests.security.written import Shape
from tests.unit.entrypoints.office import COMMITMENT, COMPANY, DANA, PRIYA, VENDOR, Office, call, context
from tests.unit.entrypoints.pages import FRAMES, ORIGIN, Answer, Browser
from tests.unit.entrypoints.test_permissions import ADMIN, FAILED, IN_SCOPE, SENDER, STAGED, everything

BUTTONS: Final = [route.path for route in embedded_app.ROUTES if route.method == "POST"] + ["/app/signout"]
PAGES: Final = [route.path for route in embedded_app.ROUTES if route.method == "GET"]
OWN: Final = form_token_of("session-1")
FORM: Final[dict[str, Any]] = {
    "item": [f"f {COMMITMENT}", COMMITMENT, FAILED, STAGED], "verdict": "reject", "reason": "No.", "do": "archive",
    "object": "vendors", "id": "8821", "record": ["vendors 8821"], "code": "X", "login": ["eve"], "objects": [""], "one": "",
    "projects": [""], "up_to": [""],
}  # fmt: skip
FOREIGN: Final = {
    "another site": ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, OWN),
    "a sister site": ({"Origin": "https://other.example.com", "Sec-Fetch-Site": "same-site"}, OWN),
    "another port": ({"Origin": f"{ORIGIN}:8443"}, OWN),
    "without TLS": ({"Origin": ORIGIN.replace("https", "http")}, OWN),
    "our name in front": ({"Origin": f"{ORIGIN}.evil.example"}, OWN),
    "no origin": ({"Origin": "", "Sec-Fetch-Site": ""}, OWN),
    "an origin of nothing": ({"Origin": "null"}, OWN),
    "our origin from elsewhere": ({"Sec-Fetch-Site": "cross-site"}, OWN),
    "no token": ({}, ""),
    "the token of another session": ({}, form_token_of("session-2")),
    "a token that is longer": ({}, OWN + "0"),
    "the session for a token": ({}, "session-1"),
}


@pytest.fixture
def browser(busy: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    return Browser(busy, monkeypatch)


def _path(path: str) -> str:
    return path.replace("{id}", quote(COMMITMENT, safe=""))


@pytest.mark.parametrize(("path", "who"), [*product(BUTTONS, ("approver", "sender", "administrator"))])
def test_no_button_works_from_anywhere_but_our_own_page(browser: Browser, busy: Office, path: str, who: str) -> None:
    person: Person = {"approver": IN_SCOPE, "sender": SENDER, "administrator": ADMIN}[who]
    browser.be(person)
    before, sessions = everything(busy), len(browser.sessions)
    for name, (headers, token) in FOREIGN.items():
        answer = browser.post(_path(path), FORM | {"form": token}, **headers)
        assert answer.status == 403, name
        assert (everything(busy), len(browser.sessions)) == (before, sessions), name
    record("security", **{"forged forms": len(FOREIGN)})


@pytest.mark.parametrize("path", BUTTONS)
def test_no_button_works_without_a_session(browser: Browser, busy: Office, path: str) -> None:
    before = everything(busy)
    for planted in ("", "session-1", "x" * 5_000, "\x00", "é"):
        browser.cookies = {"__Host-session": planted} if planted else {}
        assert browser.post(_path(path), FORM | {"form": OWN}).status == 401
    assert everything(busy) == before


def test_every_button_works_from_our_own_page(browser: Browser) -> None:
    """Else the tests above would prove nothing."""
    for path in BUTTONS:
        browser.be(ADMIN)
        answer = browser.post(_path(path), FORM | {"form": OWN}).text
        assert "was not pressed on our page" not in answer
        assert "earlier sign-in" not in answer


# What may frame a page, keep it, or run in it.


def _policy(answer: Answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.header("Content-Security-Policy").split(";"))
    return {name: value for name, _, value in parts}


def _is_closed(answer: Answer, frames: set[str]) -> None:
    policy = _policy(answer)
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] in frames
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert not re.search(r"unsafe-|\*(?!\.procore)|data:(?!;)", policy.get("script-src", "") + policy.get("style-src", ""))
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Referrer-Policy") in {"same-origin", "no-referrer"}
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Strict-Transport-Security").startswith("max-age=")
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    _has_nothing_inline(answer.text)


def _has_nothing_inline(page: str) -> None:
    for tag, names in Shape(page).elements:
        assert tag != "style"
        assert "style" not in names
        assert not [name for name in names if name.startswith("on")]
        assert tag != "script" or "src" in names or "type" in names


@pytest.mark.parametrize("path", [*PAGES, *BUTTONS, "/app", "/app/nowhere", "/app/signin/callback", "/app/session"])
def test_every_page_and_every_refusal_is_closed(browser: Browser, path: str) -> None:
    frames = {"'none'"} if path == "/app/signin/callback" else {FRAMES}
    method = browser.post if path in {*BUTTONS, "/app/session"} else _get(browser)
    for person in (None, IN_SCOPE, ADMIN, SENDER):
        browser.cookies = {}
        if person is not None:
            browser.be(person)
        _is_closed(method(_path(path), {"form": OWN}), frames)


def _get(browser: Browser) -> Any:
    return lambda address, _form: browser.get(address)


def _link(method: str, path: str, form: str | None = None, source: str = "192.0.2.1", **headers: str) -> Answer:
    event = call(method, path, None, form)
    event["headers"] = headers
    event["requestContext"]["identity"]["sourceIp"] = source
    answer = approval_link.lambda_handler(event, context())
    return Answer(answer["statusCode"], answer["multiValueHeaders"], answer["body"])


def test_every_page_behind_a_link_is_closed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.send()
    known = cookie(DANA, monkeypatch)
    token = office.token()
    paths = [f"/link/{token}", "/link/none", "/unsubscribe/none", "/link", "/nowhere", f"/link/{'x' * 5_000}"]
    for method, path, headers in product(("GET", "POST"), paths, ({}, known)):
        answer = _link(method, path, "verdict=x", **headers)
        _is_closed(answer, {"'none'"})
        assert answer.header("Referrer-Policy") == "no-referrer"
        assert answer.header("X-Frame-Options") == "DENY"
        assert "<script" not in answer.text


def test_no_answer_of_the_api_is_kept_sniffed_or_shared_with_other_origins(busy: Office) -> None:
    del busy
    for route, method in product(api.ROUTES, ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH")):
        event = call(method, _path(route.path), ADMIN, {})
        event["headers"]["Origin"] = "https://evil.example"
        headers = {name.lower(): values for name, values in api.lambda_handler(event, context())["multiValueHeaders"].items()}
        assert headers["cache-control"] == ["no-store"]
        assert headers["x-content-type-options"] == ["nosniff"]
        assert headers["content-type"] == ["application/json"]
        assert not [name for name in headers if name.startswith("access-control-")]


# Where it leads.

ELSEWHERE: Final = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "/v1/app/../../evil", "/v1/app//evil.example",
    "/v1/app/x\r\nLocation: https://evil.example", "javascript:alert(1)", "/v1/appx", "\t//evil.example", "/v1/app/\x00", "?x",
)  # fmt: skip
NAMES: Final = ("to", "next", "return", "return_to", "redirect", "redirect_uri", "url", "continue", "after", "in", "here", "callback")


def _stays(location: str) -> bool:
    parts = urlsplit(location)
    return not parts.scheme and not parts.netloc and parts.path.startswith("/v1/app/") and location.isprintable() and "\\" not in location


@pytest.mark.parametrize("path", [*PAGES, "/app", *BUTTONS])
def test_nothing_in_an_address_leads_away(browser: Browser, path: str) -> None:
    for place in ELSEWHERE:
        browser.be(ADMIN)
        query = urlencode(dict.fromkeys(NAMES, place))
        address = f"{_path(path)}?{query}"
        answer = browser.post(address, FORM | {"form": OWN}) if path in BUTTONS else browser.get(address)
        assert _stays(answer.headers.get("Location", ["/v1/app/"])[0])
        if answer.header("Content-Type").startswith("text/html"):
            assert not [address for address in Shape(answer.text).addresses if "evil" in address and not _stays(address)]


@pytest.mark.parametrize("to", ELSEWHERE)
def test_no_sign_in_leads_away_whether_asked_for_or_forged_into_its_cookie(browser: Browser, to: str) -> None:
    answer = browser.get(f"/app/signin?in=tab&to={quote(to, safe='')}")
    state = parse_qs(urlsplit(answer.to).query)["state"][0]
    for forged in (None, to.encode().hex()):
        browser.login.given["code"], browser.people["token"] = "token", DANA
        if forged is not None:
            began = f"{state}.verifier.tab.{forged}"
            browser.cookies["__Host-signin"] = began
        arrived = browser.get(f"/app/signin/callback?code=code&state={state}")
        assert arrived.status == 303
        assert _stays(arrived.to)


# Sessions and links that somebody else made.


def test_a_session_that_was_there_before_the_sign_in_is_nobodys(browser: Browser) -> None:
    """An attacker who plants a cookie in the victim's browser does not share the victim's session."""
    browser.be(SENDER, number=7)
    planted = browser.cookies["__Host-session"]
    state = parse_qs(urlsplit(browser.get("/app/signin?in=tab").to).query)["state"][0]
    browser.login.given["code"], browser.people["token"] = "token", PRIYA
    browser.get(f"/app/signin/callback?code=code&state={state}")
    opened = browser.cookies["__Host-session"]
    assert opened != planted
    assert len(opened) >= 43
    assert PRIYA.login in browser.get("/app/me").text
    browser.cookies["__Host-session"] = planted
    assert SENDER.login in browser.get("/app/me").text
    for query in ("__Host-session", "session", "token", "x-session"):
        browser.cookies = {}
        assert browser.get(f"/app/me?{query}={opened}").status == 401


def test_a_cookie_that_the_victim_did_not_get_from_us_opens_nothing(browser: Browser) -> None:
    browser.be(PRIYA)
    for planted in ("session-1 ", "SESSION-1", "session-1;x", '"session-1', "session-1\x00", "", "0" * 64):
        browser.cookies = {"__Host-session": planted}
        if planted.rstrip() != "session-1" and not planted.startswith("session-1;"):
            assert browser.get("/app/me").status == 401, planted


def _near(token: str) -> list[str]:
    """Tokens that somebody may make of a real one."""
    flipped = [token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(0, len(token), 7)]
    return [*flipped, token[:-1], token + "A", token.swapcase(), f"{token}%00", f"{token}%2f", f"%2e%2e/{token}", token[::-1], "", "A" * 43]


def test_no_link_that_is_nearly_a_real_one_opens_anything(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to the very person whose link it nearly is."""
    office.send()
    known = cookie(DANA, monkeypatch)
    tried = 0
    mails = [letter for letter in office.mail.to(DANA.login) if letter.unsubscribe]
    tokens = {"link": office.token(), "unsubscribe": mails[-1].unsubscribe.rpartition("/")[2]}
    other = {"link": "unsubscribe", "unsubscribe": "link"}
    before = everything(office)
    for door, token in tokens.items():
        for number, forged in enumerate([*_near(token), tokens[other[door]]]):
            for method in ("GET", "POST"):
                form = urlencode({"verdict": "approve", "fingerprint": office.item().fingerprint})
                answer = _link(method, f"/{door}/{forged}", form, f"192.0.2.{number}", **known, Origin=ORIGIN)
                tried += 1
                assert answer.status in {404, 429}, (door, forged)
                assert COMMITMENT not in answer.text
    assert everything(office) == before
    record("security", **{"links forged": tried})


def test_a_link_decides_its_own_item_in_its_own_version_only(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its form names is the version that was read; another one, or another item's, is not decided."""
    office.send()
    token, known = office.token(), cookie(DANA, monkeypatch)
    before = everything(office)
    others = {office.item(VENDOR).fingerprint, "0" * 64, "", "x", office.item().fingerprint.upper()}
    for fingerprint in others:
        for extra in ({}, {"item": VENDOR}, {"login": PRIYA.login}, {"person": PRIYA.login}):
            form = urlencode({"verdict": "approve", "fingerprint": fingerprint} | extra)
            _link("POST", f"/link/{token}", form, Origin=ORIGIN, **known)
            assert everything(office) == before
    assert {approval.by for approval in office.item().approvals} == set()
    form = urlencode({"verdict": "approve", "fingerprint": office.item().fingerprint, "with_needs": "yes"})
    _link("POST", f"/link/{token}", form, Origin=ORIGIN, **known)
    assert {approval.by for approval in office.item().approvals} == {DANA.login}


def test_only_hashes_of_links_are_kept(office: Office) -> None:
    office.send()
    token = office.token()
    assert len(token) >= 43
    assert token not in repr(vars(office.links))
    assert token not in repr([item.model_dump() for item in office.state])


def test_a_session_belongs_to_its_company(browser: Browser) -> None:
    browser.be(PRIYA.model_copy(update={"company": COMPANY + "0"}))
    assert browser.get("/app/me").status == 401
