"""A person's own mails, chosen on a page: the same choice that the API keeps."""

from __future__ import annotations

import re

import pytest

from connector.core.notices import How, MailKind, Preferences, preferences
from tests.unit.entrypoints.office import DANA, MARCO, Office
from tests.unit.entrypoints.pages import Answer, Browser

PAGE = "/app/preferences"


@pytest.fixture
def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    here = Browser(office, monkeypatch)
    here.be(DANA)
    return here


def chosen(office: Office, login: str = DANA.login) -> Preferences:
    return preferences(office.state.preferences(), login)


def ticked(page: Answer) -> dict[str, str]:
    return dict(re.findall(r'name="kind\.(\w+)" value="([^"]+)" checked', page.text))


def test_everything_comes_at_once_for_who_has_not_chosen_and_the_browser_names_the_zone(browser: Browser, office: Office) -> None:
    page = browser.get(PAGE)
    assert ticked(page) == dict.fromkeys(("waiting", "returned", "rejected", "failed", "synced"), "at once")
    assert 'name="zone" value="UTC"' in page.text
    assert "dana@example.com" in page.text
    assert office.state.preferences() == {}


def test_what_is_chosen_holds_and_stands_there_again(browser: Browser, office: Office) -> None:
    given = {"kind.waiting": "digest", "kind.synced": "none", "zone": "America/New_York"}
    done = browser.press(browser.get(PAGE), PAGE, **given)
    assert done.to == "/v1/app/preferences?saved=yes"
    page = browser.get(done.to)
    assert "Saved." in page.text
    assert (ticked(page)["waiting"], ticked(page)["synced"], ticked(page)["failed"]) == ("digest", "none", "at once")
    assert chosen(office) == Preferences(kinds={MailKind.WAITING: How.DIGEST, MailKind.SYNCED: How.NONE}, zone="America/New_York")


def test_an_unknown_zone_is_said_and_nothing_saved_or_lost(browser: Browser, office: Office) -> None:
    page = browser.press(browser.get(PAGE), PAGE, **{"kind.waiting": "none", "zone": "Pier/9"})
    assert page.status == 422
    assert "&#39;Pier/9&#39; is no time zone" in page.text
    assert ticked(page)["waiting"] == "none"
    assert 'value="Pier/9"' in page.text
    assert office.state.preferences() == {}


def test_who_only_sends_chooses_among_the_mails_of_senders_and_keeps_the_rest(browser: Browser, office: Office) -> None:
    office.state.save_preferences(MARCO.login, Preferences(kinds={MailKind.WAITING: How.NONE}).model_dump_json())
    browser.be(MARCO)
    page = browser.get(PAGE)
    assert set(ticked(page)) == {"rejected", "failed", "synced"}
    browser.press(page, PAGE, **{"kind.failed": "digest", "kind.rejected": "often"})
    assert chosen(office, MARCO.login).kinds == {MailKind.WAITING: How.NONE, MailKind.FAILED: How.DIGEST}


def test_the_name_in_the_frame_leads_there(browser: Browser) -> None:
    assert '<a class="me" href="/v1/app/preferences" title="Your mails">Dana Ortiz, approver</a>' in browser.get("/app/approve").text
