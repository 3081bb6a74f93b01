"""Every page and every button under names and values of all kinds: no fault of ours, no hang."""

from __future__ import annotations

import time
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.entrypoints import approval_link, embedded_app
from connector.entrypoints.visits import form_token_of
from tests.numbers import record
from tests.unit.entrypoints.office import COMMITMENT, PIER_9, VENDOR, Office, call, context
from tests.unit.entrypoints.pages import ORIGIN, Answer, Browser
from tests.unit.entrypoints.test_permissions import ADMIN, ELSEWHERE, FAILED, IN_SCOPE, RUN, SENDER, STAGED

SLOWEST: Final = 5.0
ROUTES: Final = [(route.method, route.path) for route in embedded_app.ROUTES] + [
    ("GET", "/app/signin"), ("GET", "/app/signin/callback"), ("POST", "/app/session"), ("GET", "/app/static/x/{id}"),
]  # fmt: skip
NAMES: Final = (
    "item", "one", "do", "verdict", "fingerprint", "reason", "cause", "needs", "with_needs", "object", "project", "id", "kind", "record",
    "group", "least", "most", "days", "has", "text", "sort", "first", "after", "cursor", "in", "code", "state", "ticket", "zone", "full",
    "procore_id", "template", "login", "objects", "projects", "up_to", "version", "choice.number", "choice.contract_date", "choice.terms",
    "all", "saved", "to", "error", "poll",
)  # fmt: skip
ODD: Final = (
    "", "0", "-1", "1e999999999", "-1e999999999", "1e-999999999", "NaN", "sNaN123", "Infinity", "9" * 400, "\u0663", "null", "{}", "[]",
    "[" * 3_000, '{"a":1}', "x" * 3_000, "\x00", "\r\nX: y", "<b>", "%", "%00", "../..", "0.", "0.x", "1.", "yes", "approve", "reject",
    "America/New_York", "../../etc/passwd", "a/" * 500, "2026-13-45", "0001-01-01", "mine", "all", "panel", "tab", "archive", "link",
    "accept", "retry", "restore",
)  # fmt: skip


def _values(office: Office) -> st.SearchStrategy[str]:
    waits = office.item()
    known = [COMMITMENT, VENDOR, FAILED, STAGED, RUN, PIER_9, "4711", "8821", "commitments", "vendors", "direct_costs", waits.fingerprint]
    known += [f"{waits.fingerprint} {COMMITMENT}", f"{waits.fingerprint} ", f"archive {STAGED}", f"accept {STAGED}", f"link {STAGED}"]
    return st.sampled_from(ODD) | st.sampled_from(known) | st.text(max_size=30)


class _Browser(Browser):
    def send(self, event: dict[str, Any], form: dict[str, list[str]], header: str) -> Answer:
        """``header`` stands in those headers that we read."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        event["headers"] = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "Accept-Language": header, "Cookie": cookie or header}
        event["body"] = urlencode(form, doseq=True) if event["httpMethod"] == "POST" else None
        answer = embedded_app.lambda_handler(event, context())
        return Answer(answer["statusCode"], answer["multiValueHeaders"], answer["body"])


def _hammer(office: Office, browser: _Browser, examples: int) -> None:
    values = _values(office)
    given_ = st.dictionaries(st.sampled_from(NAMES), st.lists(values, min_size=1, max_size=3), max_size=6)
    asked = 0

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(ROUTES), values, given_, given_, st.sampled_from([IN_SCOPE, SENDER, ADMIN, ELSEWHERE, None]), values)
    def holds(route: tuple[str, str], key: str, query: dict[str, list[str]], form: dict[str, list[str]], person: Any, header: str) -> None:
        nonlocal asked
        asked += 1
        method, path = route
        browser.cookies = {}
        if person is not None:
            browser.be(person)
        event = call(method, path.replace("{id}", key), None, None, **{name: each[-1] for name, each in query.items()})
        began = time.perf_counter()
        answer = browser.send(event, form | {"form": [form_token_of("session-1")]}, header)
        assert answer.status < 500 or answer.status in {502, 503}, (answer.status, answer.heading)
        assert time.perf_counter() - began < SLOWEST

    holds()
    record("security", **{"pages fuzzed": asked})


def test_no_page_and_no_button_ends_in_a_fault_of_ours(busy: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _hammer(busy, _Browser(busy, monkeypatch), 400)


@pytest.mark.proof
def test_no_page_of_many_ends_in_a_fault_of_ours(busy: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _hammer(busy, _Browser(busy, monkeypatch), 10_000)


@pytest.mark.parametrize("door", ["link", "unsubscribe"])
def test_no_form_behind_a_link_ends_in_a_fault_of_ours(busy: Office, door: str) -> None:
    mails = busy.mail.to(IN_SCOPE.login)
    token = busy.token(IN_SCOPE) if door == "link" else mails[-1].unsubscribe.rpartition("/")[2]
    values = _values(busy)

    @settings(max_examples=100, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(NAMES), values, max_size=6), values, st.sampled_from(["GET", "POST"]))
    def holds(form: dict[str, str], header: str, method: str) -> None:
        event = call(method, f"/{door}/{token}", None, urlencode(form))
        event["headers"] = {"Origin": "null", "Accept-Language": header}
        answer = approval_link.lambda_handler(event, context())
        assert answer["statusCode"] < 500

    holds()
