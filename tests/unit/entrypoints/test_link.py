"""The page behind an e-mailed link: every ending, who may press what, and that a scanner decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from connector import bootstrap
from connector.core.configuration import Configuration
from connector.core.errors import Code, RetryLater
from connector.core.item import Item, State, step
from connector.core.people import ApprovalRight, Person
from connector.engine import submit
from connector.engine.choices import rechoose
from connector.engine.decide import Decision, decide
from connector.engine.notify import token_hash
from connector.engine.taking_back import take_back
from connector.engine.world import Source
from connector.entrypoints import approval_link, boundary
from connector.entrypoints.visits import COOKIE, key_of
from connector.ports import CrossReference, Session
from tests.doubles import MemorySessions
from tests.unit.entrypoints.office import APP, COMMITMENT, DANA, MARCO, PRIYA, VENDOR, Office, call, context

FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin", "Origin": "null", "Content-Type": "application/x-www-form-urlencoded"}


CLICKS = 50
NONE: Mapping[str, str] = {}
SESSIONS = {person.login: f"session-of-{person.id}" for person in (DANA, PRIYA)}


@pytest.fixture(autouse=True)
def sessions(monkeypatch: pytest.MonkeyPatch) -> MemorySessions:
    """Dana and Priya have signed in with Procore."""
    here = MemorySessions()
    monkeypatch.setattr(bootstrap, "sessions", lambda: here)
    for person in (DANA, PRIYA):
        here.put(key_of("session", SESSIONS[person.login]), Session(person=person, expires=datetime(2027, 1, 1, tzinfo=UTC)))
    return here


def get(token: str, by: Person | None = DANA, headers: Mapping[str, str] = NONE) -> tuple[int, str]:
    event = call("GET", f"/link/{token}", None)
    return _asked(event, _session(by) | dict(headers))


def post(token: str, form: dict[str, str] | str, by: Person | None = DANA, headers: Mapping[str, str] = NONE) -> tuple[int, str]:
    event = call("POST", f"/link/{token}", None, form if isinstance(form, str) else urlencode(form))
    return _asked(event, FROM_OUR_PAGE | _session(by) | dict(headers))


def _session(by: Person | None) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={SESSIONS[by.login]}"} if by else {}


def _asked(event: dict[str, Any], headers: dict[str, str]) -> tuple[int, str]:
    answer = approval_link.lambda_handler(event | {"headers": headers}, context())
    given = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    assert "frame-ancestors 'none'" in given["Content-Security-Policy"]
    assert "script-src" not in given["Content-Security-Policy"]
    assert (given["Referrer-Policy"], given["Cache-Control"], given["X-Content-Type-Options"]) == ("no-referrer", "no-store", "nosniff")
    assert "<script" not in answer["body"]
    assert "style=" not in answer["body"]
    return answer["statusCode"], answer["body"]


def approve(office: Office) -> dict[str, str]:
    return {"verdict": "approve", "fingerprint": office.item().fingerprint, "with_needs": "yes"}


def reject(office: Office, reason: str = "Retainage should be 10%.", cause: str = "Wrong amount") -> dict[str, str]:
    return {"verdict": "reject", "fingerprint": office.item().fingerprint, "cause": cause, "reason": reason}


def _at_once(forms: list[dict[str, str]], token: str) -> list[str]:
    """Each form sent from a window of its own, all at the same moment. A process in Lambda answers one call at a time, and the metrics of
    a process are one: here, where many calls share it, nothing is counted."""
    start = Barrier(len(forms))

    def pressed(form: dict[str, str]) -> str:
        start.wait()
        return post(token, form)[1]

    uncounted = SimpleNamespace(add_metric=lambda **_: None, provider=SimpleNamespace(metric_set={}))
    with pytest.MonkeyPatch.context() as here, ThreadPoolExecutor(len(forms)) as windows:
        here.setattr(boundary, "_metrics", uncounted)
        return list(windows.map(pressed, forms))


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page)
    assert found
    return found[1]


class TestLooking:
    def test_the_item_is_shown_to_its_reader_and_nothing_is_decided(self, office: Office) -> None:
        item = office.send()
        token = office.token()
        [(status, page), *again] = [get(token) for _ in range(3)]
        assert (status, heading(page)) == (200, "Commitment SC-2041")
        assert again == [(status, page)] * 2
        for words in (
            "For Dana Ortiz (dana@example.com)",
            "Harbor Steel LLC",
            "$486,200.00",
            "Approve both, in this order: $486,200.00",
            "Nov 18, 2026",
        ):
            assert words in page
        assert item.fingerprint in page
        assert office.item() == item
        link = office.links.get(token_hash(token))
        assert link is not None
        assert link.used_at is None

    def test_what_is_unusual_stands_on_the_page_as_in_the_mail(self, office: Office) -> None:
        office.send()
        words = "Harbor Steel LLC is new: the vendor is added to Intacct first."
        assert words in " ".join(office.mail.to(DANA.login)[-1].text.split())
        page = get(office.token())[1]
        assert f"<li>{words}</li>" in page
        assert "Nothing unusual." not in page
        assert page.index("<h1>") < page.index(words) < page.index("What changes")

    def test_after_a_rejection_the_page_says_so_and_its_reason(self, office: Office) -> None:
        office.send()
        post(office.token(), reject(office))
        office.send()
        page = get(office.token())[1]
        assert "<li>It was rejected before: &#34;Wrong amount: Retainage should be 10%.&#34;</li>" in page

    def test_what_is_unusual_for_one_reader_only_is_said_to_that_one(self, office: Office) -> None:
        rights = (ApprovalRight(login=DANA.login, up_to=Decimal(1)), ApprovalRight(login=PRIYA.login))
        office.set(Configuration(approvers=rights, default_item="SUB"))
        office.send()
        assert "It is above your limit" in get(office.token(DANA))[1]
        assert "It is above your limit" not in get(office.token(PRIYA), PRIYA)[1]

    def test_where_nothing_is_unusual_the_page_says_that(self, office: Office) -> None:
        pair = CrossReference(object="vendors", procore_id="8821", intacct_key="12", intacct_id="V-10233", label="Harbor Steel LLC")
        assert office.references.link([pair]) == []
        office.send()
        page = get(office.token())[1]
        assert '<p class="text-2">Nothing unusual.</p>' in page
        assert 'id="unusual"' not in page

    def test_amounts_are_written_as_the_reader_writes_them(self, office: Office) -> None:
        office.send()
        assert "486.200,00 $" in get(office.token(), headers={"Accept-Language": "xx, de-DE;q=0.9"})[1]

    def test_a_forged_link_is_404_and_says_so(self, office: Office) -> None:
        office.send()
        for token in ("0" * 43, "x", "x" * 5000):
            status, page = get(token)
            assert (status, heading(page)) == (404, "This link is not one of ours.")
            assert "SC-2041" not in page
            assert post(token, approve(office))[0] == 404
        assert office.item().state is State.WAITING

    def test_guessing_is_throttled_but_a_real_link_works(self, office: Office) -> None:
        office.send()
        statuses = [get(f"guess-{number}")[0] for number in range(25)]
        assert (statuses[:20], set(statuses[20:])) == ([404] * 20, {429})
        assert get(office.token())[0] == 200

    def test_an_expired_link_says_when_it_ended_and_shows_no_item(self, office: Office) -> None:
        office.send()
        token = office.token()
        office.clock.move(97 * 3600)
        status, page = get(token)
        assert (status, heading(page)) == (200, "This link ended on Jun 5, 2026.")
        assert ("SC-2041" in page, "LINK_EXPIRED" in page) == (False, True)
        assert heading(post(token, approve(office))[1]) == heading(page)
        assert office.item().state is State.WAITING

    def test_a_changed_item_is_not_shown_and_not_decided(self, office: Office) -> None:
        item = office.send()
        token, form = office.token(), approve(office)
        rechoose(office.world, PRIYA, COMMITMENT, {"number": "SC-2041-A"}, fingerprint=item.fingerprint)
        for status, page in (get(token), post(token, form)):
            assert status == 200
            assert "changed after this mail was sent" in heading(page)
        assert office.item().state is State.WAITING
        assert heading(get(office.token())[1]) == "Commitment SC-2041-A"

    def test_what_was_taken_back_says_by_whom(self, office: Office) -> None:
        office.send()
        token = office.token()
        take_back(office.world, MARCO, COMMITMENT)
        assert heading(get(token)[1]) == "Marco Reyes took it back on Jun 1, 2026, 12:00 PM UTC."

    def test_what_somebody_else_decided_says_who(self, office: Office) -> None:
        item = office.send()
        token = office.token()
        no = Decision(item=COMMITMENT, verdict="reject", fingerprint=item.fingerprint, reason="No.")
        decide(office.world, PRIYA, [no], via="api")
        page = get(token)[1]
        assert heading(page) == "Priya Shah rejected it on Jun 1, 2026, 12:00 PM UTC."
        assert "<p>SC-2041 (Harbor Steel LLC, $486,200.00).</p>" in page
        assert heading(post(token, {"verdict": "approve", "fingerprint": item.fingerprint})[1]).startswith("Priya Shah rejected it")

    def test_a_history_that_does_not_hold_stops_decisions(self, office: Office) -> None:
        office.send()
        token, form = office.token(), approve(office)
        after, entry = step(office.item(), "looked at", who="Dana Ortiz", at=office.clock.now())
        office.state.save(after, entry.model_copy(update={"who": "Mallory"}))
        page = get(token)[1]
        assert "Entry 2 does not fit the one before." in page
        assert "<form" not in page
        assert heading(post(token, form)[1]) == "This item cannot be decided here."
        assert office.item().state is State.WAITING

    def test_the_style_sheet_is_ours_and_kept_for_good(self) -> None:
        answer = approval_link.lambda_handler(call("GET", "/link/style.css", None), context())
        assert answer["statusCode"] == 200
        assert answer["multiValueHeaders"]["Content-Type"] == ["text/css; charset=utf-8"]
        assert "immutable" in answer["multiValueHeaders"]["Cache-Control"][0]
        assert "url(" not in answer["body"]

    @pytest.mark.usefixtures("office")
    def test_another_address_is_a_page_too(self) -> None:
        assert _asked(call("GET", "/link/a/b", None), {})[0] == 404


class TestDeciding:
    def test_approving_sends_both_on_their_way(self, office: Office) -> None:
        office.send()
        token, form = office.token(), approve(office)
        status, page = post(token, form)
        assert (status, heading(page)) == (200, "Approved.")
        assert "SC-2041 (Harbor Steel LLC, $486,200.00) goes to Intacct now." in page
        assert [(office.item(key).state, office.item(key).approvals[0].via) for key in (COMMITMENT, VENDOR)] == [
            (State.APPROVED, "link")
        ] * 2
        assert len(office.workflows) == 1
        link = office.links.get(token_hash(token))
        assert link is not None
        assert link.used_for == "approve"

    def test_a_second_click_gives_the_same_answer_and_starts_nothing(self, office: Office) -> None:
        office.send()
        token, form = office.token(), approve(office)
        first = post(token, form)
        history = office.state.history(COMMITMENT)
        assert post(token, form) == first
        assert (office.state.history(COMMITMENT), len(office.workflows)) == (history, 1)

    def test_a_used_link_says_what_it_was_used_for(self, office: Office) -> None:
        office.send()
        token, form = office.token(), approve(office)
        post(token, form)
        assert heading(get(token)[1]) == "You approved this on Jun 1, 2026, 12:00 PM UTC."
        assert heading(post(token, reject(office))[1]) == "You approved this on Jun 1, 2026, 12:00 PM UTC."
        assert office.item().state is State.APPROVED

    def test_a_used_link_says_that_its_approval_was_taken_back(self, office: Office) -> None:
        office.send()
        token, form = office.token(), approve(office)
        post(token, form)
        office.clock.move(60)
        take_back(office.world, DANA, COMMITMENT)
        ending = "Dana Ortiz took the approval back on Jun 1, 2026, 12:01 PM UTC."
        for page in (get(token)[1], post(token, form)[1], post(token, reject(office))[1]):
            assert heading(page) == ending
            assert "The item waits again: decide it in the app." in page
            assert 'class="button primary" href="/v1/app/items/commitments%3A4711">Open the item<' in page
        assert heading(get(token, by=None)[1]) == "The approval was taken back on Jun 1, 2026, 12:01 PM UTC.", "no name to a stranger"
        assert office.item().state is State.WAITING

    def test_the_others_decide_by_a_new_link_and_the_used_one_tells_how_it_went_on(self, office: Office) -> None:
        office.send()
        token, form = office.token(), approve(office)
        post(token, form)
        take_back(office.world, DANA, COMMITMENT)
        assert heading(post(office.token(PRIYA), form, PRIYA)[1]) == "Approved."
        assert heading(get(token)[1]) == "You approved this on Jun 1, 2026, 12:00 PM UTC."
        take_back(office.world, PRIYA, COMMITMENT)
        take_back(office.world, MARCO, COMMITMENT)
        assert heading(get(token)[1]).startswith("Priya Shah took the approval back")
        assert "What became of the item is in its history." in get(token)[1]

    def test_taken_back_in_another_window_at_that_moment_says_so(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        office.send()
        token, form = office.token(), approve(office)
        save = office.state.save

        def and_taken_back(item: Item, *step: Any, **more: Any) -> None:
            save(item, *step, **more)
            if item.id == COMMITMENT:
                monkeypatch.setattr(office.state, "save", save)
                take_back(office.world, DANA, COMMITMENT)

        monkeypatch.setattr(office.state, "save", and_taken_back)
        assert heading(post(token, form)[1]).startswith("Dana Ortiz took the approval back")

    def test_fifty_clicks_at_once_decide_once(self, office: Office) -> None:
        office.send()
        token, form = office.token(), approve(office)
        pages = _at_once([form] * CLICKS, token)
        assert {heading(page) for page in pages} == {"Approved."}
        for key in (COMMITMENT, VENDOR):
            assert [entry.what for entry in office.state.history(key)].count("approved") == 1
            assert len(office.item(key).approvals) == 1
        # One click may have approved what goes first, and another the rest: each starts a run of what it did.
        assert len(office.workflows) <= 2

    def test_of_fifty_clicks_that_say_yes_and_no_one_counts_and_the_others_hear_which(self, office: Office) -> None:
        office.send()
        token = office.token()
        pages = _at_once([approve(office), reject(office)] * (CLICKS // 2), token)
        decided = [entry.what for entry in office.state.history(COMMITMENT) if entry.what in {"approved", "rejected"}]
        assert len(decided) == 1
        taken, other = ("Approved.", "approved") if decided == ["approved"] else ("Rejected.", "rejected")
        said = {heading(page) for page in pages}
        assert taken in said
        assert all(other in words for words in said - {taken})
        assert office.item().state is (State.APPROVED if taken == "Approved." else State.REJECTED)

    def test_rejecting_needs_words_and_keeps_what_was_typed(self, office: Office) -> None:
        office.send()
        token = office.token()
        status, page = post(token, reject(office, reason=" "))
        assert status == 422
        assert "Say why SC-2041 is rejected." in page
        assert 'value="Wrong amount" required checked' in page
        assert office.item().state is State.WAITING
        assert heading(post(token, reject(office))[1]) == "Rejected."
        assert office.item().reason == "Wrong amount: Retainage should be 10%."
        assert office.mail.to(MARCO.login)[-1].kind == "rejected"

    def test_a_rejected_item_that_returns_needs_its_new_link(self, office: Office) -> None:
        office.send()
        token = office.token()
        post(token, reject(office))
        office.send()
        page = get(token)[1]
        assert (heading(page).startswith("You rejected this"), "LINK_USED" in page) == (True, True)
        assert heading(get(office.token())[1]) == "Commitment SC-2041"

    def test_above_the_limit_a_second_approver_decides(self, office: Office) -> None:
        rights = (ApprovalRight(login=DANA.login, up_to=Decimal(1)), ApprovalRight(login=PRIYA.login, up_to=Decimal(1)))
        office.set(Configuration(approvers=rights, default_item="SUB"))
        office.send()
        first, second, form = office.token(DANA), office.token(PRIYA), approve(office)
        assert heading(post(first, form)[1]) == "Approved by you."
        assert office.item().state is State.WAITING
        assert heading(post(second, form, PRIYA)[1]) == "Approved."
        assert office.item().state is State.APPROVED

    def test_the_link_of_one_who_lost_the_right_decides_nothing(self, office: Office) -> None:
        office.send()
        token, form = office.token(), approve(office)
        office.set(Configuration(approvers=(ApprovalRight(login=PRIYA.login),), default_item="SUB"))
        status, page = post(token, form)
        assert (status, "NOT_YOUR_APPROVAL" in page) == (200, True)
        assert office.item().state is State.WAITING

    @pytest.mark.parametrize(
        "headers",
        [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example.com"}, {"Origin": APP}],
    )
    def test_a_button_of_another_site_decides_nothing(self, office: Office, headers: dict[str, str]) -> None:
        office.send()
        token = office.token()
        assert post(token, approve(office), headers=headers)[0] == 403
        assert office.item().state is State.WAITING

    @pytest.mark.parametrize("headers", [{"Origin": "https://app.example.com"}, {"Sec-Fetch-Site": "", "Origin": ""}])
    def test_our_own_button_is_known_by_either_sign(self, office: Office, headers: dict[str, str]) -> None:
        office.send()
        assert heading(post(office.token(), approve(office), headers=headers)[1]) == "Approved."

    @pytest.mark.parametrize("form", ["", "verdict=approve", "verdict=maybe&fingerprint=1", "fingerprint=1", "a=1&" * 40])
    def test_a_form_that_is_not_whole_decides_nothing(self, office: Office, form: str) -> None:
        office.send()
        token = office.token()
        assert post(token, form)[0] == 422
        assert office.item().state is State.WAITING

    def test_an_oversized_form_is_413(self, office: Office) -> None:
        office.send()
        token = office.token()
        assert post(token, reject(office, reason="x" * 20_000))[0] == 413
        assert office.item().state is State.WAITING

    def test_what_is_away_decides_nothing_and_does_not_spend_the_link(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        office.send()
        token, form = office.token(), approve(office)

        def away(*_: object, **__: object) -> None:
            raise RetryLater(Code.UNAVAILABLE, "DynamoDB does not answer.", seconds=2, their_words="arn:aws:secret")

        with monkeypatch.context() as now:
            now.setattr(office.state, "save", away)
            status, page = post(token, form)
        assert status == 503
        assert "arn:" not in page
        assert heading(post(token, form)[1]) == "Approved."

    def test_our_own_fault_is_a_page_with_a_code(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        office.send()
        token = office.token()

        def broken(_: str) -> None:
            raise ZeroDivisionError("hunter2")

        monkeypatch.setattr(office.state, "history", broken)
        status, page = get(token)
        assert status == 500
        assert "hunter2" not in page
        assert "Traceback" not in page


class TestWhoStandsBeforeIt:
    def test_nobody_known_sees_nothing_of_the_item_and_is_asked_to_sign_in(self, office: Office) -> None:
        office.send()
        token, form = office.token(), approve(office)
        status, page = get(token, by=None)
        assert (status, heading(page)) == (200, "Sign in with Procore to see what waits for your decision.")
        assert "This link is for dana@example.com and opens for nobody else." in page
        assert f'href="/v1/app/signin?in=tab&amp;to=%2Fv1%2Flink%2F{token}"' in page
        for words in ("SC-2041", "Harbor Steel", "486,200", "Pier 9", office.item().fingerprint):
            assert words not in page
        post(token, form, by=None)
        assert office.item().state is State.WAITING

    def test_a_forwarded_link_does_not_work_for_another_person(self, office: Office) -> None:
        office.send()
        token, form = office.token(DANA), approve(office)
        for status, page in (get(token, PRIYA), post(token, form, PRIYA), post(token, reject(office), PRIYA)):
            assert (status, heading(page)) == (200, "This link belongs to another person.")
            assert ("SC-2041" in page, "Harbor" in page, "dana@" in page) == (False, False, False)
        assert office.item().state is State.WAITING
        assert heading(post(token, form)[1]) == "Approved."
        assert heading(get(token, PRIYA)[1]) == "This link belongs to another person."
        assert office.item().approvals[0].by == DANA.login

    def test_up_to_an_amount_a_link_may_decide_by_itself_but_not_for_somebody_else(self, office: Office) -> None:
        config = office.world.config()
        for most, alone in ((Decimal("486199.99"), False), (Decimal("486200.00"), True)):
            office.set(config.model_copy(update={"link_without_sign_in_up_to": most}))
            office.send()
            page = get(office.token(), by=None)[1]
            assert (heading(page) == "Commitment SC-2041", "SC-2041" in page) == (alone, alone)
            assert heading(get(office.token(), PRIYA)[1]) == "This link belongs to another person."
        assert heading(post(office.token(), approve(office), by=None)[1]) == "Approved."
        assert office.item().approvals[0].by == DANA.login

    def test_a_session_that_ended_keeps_what_was_typed(self, office: Office) -> None:
        office.send()
        token, form = office.token(), reject(office, reason='10 % "only"')
        status, page = post(token, form, by=None)
        assert (status, heading(page)) == (200, "You have been signed out.")
        assert office.item().state is State.WAITING
        kept = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}
        assert heading(post(token, kept)[1]) == "Rejected."
        assert office.item().reason == 'Wrong amount: 10 % "only"'

    def test_a_session_of_another_company_or_one_that_ended_is_none(self, office: Office, sessions: MemorySessions) -> None:
        office.send()
        token = office.token()
        for name, person, hours in (("elsewhere", DANA.model_copy(update={"company": "1"}), 1), ("over", DANA, 0)):
            expires = office.clock.now() + timedelta(hours=hours)
            sessions.put(key_of("session", name), Session(person=person, expires=expires))
            assert heading(get(token, by=None, headers={"Cookie": f"{COOKIE}={name}"})[1]).startswith("Sign in with Procore")

    def test_every_ending_has_one_way_on(self, office: Office) -> None:
        """To the item in the app, where its person signs in; after a decision to what else waits."""
        item = office.send()
        token, form = office.token(), approve(office)
        in_the_app = 'class="button primary" href="/v1/app/items/commitments%3A4711">'
        assert '<a href="/v1/app/approve">See the other one</a>' in get(token)[1]
        assert 'href="/v1/app/approve">See the other one<' in get(token)[1]
        rechoose(office.world, PRIYA, COMMITMENT, {"number": "SC-2041-A"}, fingerprint=item.fingerprint)
        assert f"{in_the_app}See the new version<" in get(token)[1]
        assert f"{in_the_app}See the new version<" in post(token, form)[1]
        newer = office.token()
        take_back(office.world, MARCO, COMMITMENT)
        assert f"{in_the_app}Open the item<" in get(newer)[1]
        office.clock.move(97 * 3600)
        assert f"{in_the_app}Sign in to see the item<" in get(newer, by=None)[1]
        office.send()
        assert 'class="button primary" href="/v1/app/approve">Open the list<' in post(office.token(), approve(office))[1]
        assert f"{in_the_app}Open the item<" in get(office.token(), by=None)[1]

    def test_who_holds_anothers_link_is_told_whom_to_ask_and_led_to_their_own(self, office: Office) -> None:
        office.send()
        token = office.token(DANA)
        page = get(token, PRIYA)[1]
        assert "If you should decide, ask an administrator of this connector." in page
        assert 'class="button primary" href="/v1/app">Open the app<' in page
        office.set(office.world.config().model_copy(update={"admins": frozenset({"zoe@example.com", "al@example.com"})}))
        assert "If you should decide, ask al@example.com or zoe@example.com." in get(token, PRIYA)[1]

    def test_what_went_wrong_on_the_way_leads_back_to_the_link(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        office.send()
        token, form = office.token(), approve(office)
        again = f'class="button primary" href="{token}">Open the link again<'
        assert again in post(token, "verdict=maybe")[1]
        assert again in post(token, form, headers={"Sec-Fetch-Site": "cross-site"})[1]

        def away(*_: object) -> None:
            raise RetryLater(Code.UNAVAILABLE, "DynamoDB does not answer.", seconds=2)

        def broken(*_: object) -> None:
            raise ZeroDivisionError

        for problem, status in ((away, 503), (broken, 500)):
            with monkeypatch.context() as now:
                now.setattr(office.state, "history", problem)
                answered, page = get(token)
            assert (answered, again in page) == (status, True)
        monkeypatch.setattr(office.payloads, "get", lambda _name: None)
        page = get(token)[1]
        assert heading(page) == "This item cannot be decided here."
        assert 'href="/v1/app/items/commitments%3A4711">Open the item<' in page


def test_every_text_of_a_record_is_escaped(office: Office) -> None:
    """The names, titles and notes of Procore are other people's texts."""
    evil = "<img src=x onerror=alert(1)>\"'&"
    _, record = office.door.records["commitments", "4711"]
    record |= {"number": "SC<b>1", "title": evil, "description": evil, "inclusions": evil}
    record["vendor"]["company"] = evil
    record["project"]["name"] = evil
    record["line_items"][0] |= {"description": evil}
    office.door.records["vendors", "8821"][1]["name"] = evil
    mallory = Person(id="9", login=MARCO.login, name=evil, company=MARCO.company)
    office.send(mallory)
    token = office.token()
    pages = [get(token)[1], post(token, reject(office, reason=" ", cause=evil))[1], post(token, reject(office, reason=evil))[1]]
    pages += [get(token)[1], *(letter.html for letter in office.mail.letters)]
    assert len(pages) >= 6
    for page in pages:
        assert "<img" not in page
        assert "<b>" not in page
        assert "&lt;img" in page or "You rejected" in page


def test_what_goes_first_is_approved_as_the_page_showed_it(office: Office) -> None:
    office.send()
    token = office.token()
    before = _needs(get(token)[1])
    office.door.records["vendors", "8821"][1]["name"] = "Harbor Steel & Sons LLC"
    submit.send(office.world, MARCO, "vendors", Source(procore_id="8821"), {})
    page = get(token)[1]
    assert "Harbor Steel &amp; Sons LLC" in page
    assert _needs(page) != before
    post(token, approve(office) | {"needs": before})
    assert (office.item().state, office.item(VENDOR).state) == (State.WAITING, State.WAITING)
    post(token, approve(office) | {"needs": _needs(page)})
    assert (office.item().state, office.item(VENDOR).state) == (State.APPROVED, State.APPROVED)


@pytest.mark.parametrize("needs", ["{", "[]", '{"vendors:8821": 1}'])
def test_a_form_whose_needs_are_no_fingerprints_decides_nothing(office: Office, needs: str) -> None:
    office.send()
    assert post(office.token(), approve(office) | {"needs": needs})[0] == 422
    assert office.item().state is State.WAITING


def _needs(page: str) -> str:
    found = re.search(r'name="needs" value="([^"]*)"', page)
    assert found
    return unescape(found[1])
