"""Other ways in and around: a tab of its own, no script, blocked cookies, the keyboard, a window that is closed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Route, expect

from connector.core.item import State
from tests.browser.front import Front
from tests.browser.office import PagesOffice
from tests.browser.people import Reader

CONCRETE, STEEL, FENDERS = "SC-24-107-001", "SC-24-107-002", "PO-24-107-002"


def test_without_a_script_everything_works_in_a_tab(chromium: Browser, office: PagesOffice, front: Front) -> None:
    office.sent(CONCRETE, STEEL)
    reader = Reader(chromium, office, front, java_script_enabled=False)
    page = reader.page
    page.goto(f"{office.app}/app/approve?sort=amount")
    page.get_by_role("link", name="open this page in a tab of its own").evaluate("link => link.removeAttribute('target')")
    page.get_by_role("link", name="open this page in a tab of its own").click()
    page.get_by_role("button", name="Dana Ortiz").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("To approve")
    assert page.url == f"{office.app}/app/approve?sort=amount"
    page.get_by_label(f"Select Commitment {STEEL}").check()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Approve 1 item").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 approved, $3,826,750.00.")
    assert office.of(STEEL).state is State.APPROVED
    reader.close()


def test_where_the_frames_cookie_is_blocked_the_session_lives_in_the_page(reader: Reader, office: PagesOffice) -> None:
    office.sent(FENDERS)

    def without_cookies(route: Route) -> None:
        reader.context.clear_cookies()
        route.continue_()

    reader.context.route("**/app/me", without_cookies)
    reader.in_procore()
    reader.sign_in("Dana Ortiz")
    expect(reader.heading()).to_have_text("To approve")
    assert reader.context.cookies() == []
    reader.app.get_by_role("link", name=FENDERS).click()
    reader.app.get_by_role("button", name="Approve $492,178.00").click()
    expect(reader.app.locator(".after")).to_contain_text("approved.")
    assert office.of(FENDERS).state is State.APPROVED


def test_the_keyboard_selects_and_opens_and_never_decides(reader: Reader, office: PagesOffice) -> None:
    office.sent(CONCRETE, STEEL, FENDERS)
    app = reader.in_procore_as("Dana Ortiz")
    app.get_by_role("link", name=CONCRETE).focus()
    for key in ("x", "j", "j", "Shift+X"):
        reader.page.keyboard.press(key)
    expect(app.locator("[data-selected]")).to_have_text("3 selected, $7,818,928.00")
    reader.page.keyboard.press("k")
    reader.page.keyboard.press("Enter")
    expect(reader.heading()).to_have_text(f"Commitment {STEEL}")
    reader.page.keyboard.press("n")
    expect(reader.heading()).to_have_text(f"Commitment {FENDERS}")
    reader.page.keyboard.press("a")
    expect(app.get_by_role("button", name="Approve $492,178.00")).to_be_focused()
    reader.page.keyboard.press("r")
    expect(app.get_by_text("Reject…", exact=True)).to_be_focused()
    assert {office.of(number).state for number in (CONCRETE, STEEL, FENDERS)} == {State.WAITING}


def test_a_window_closed_early_says_so_and_can_be_opened_again(reader: Reader) -> None:
    reader.in_procore()
    with reader.context.expect_page() as opened:
        reader.app.get_by_role("link", name="Sign in", exact=True).click()
    expect(reader.app.get_by_text("A window has opened. No window?")).to_be_visible()
    opened.value.close()
    expect(reader.app.locator("[data-signin-words]")).to_contain_text("The window was closed before signing in.")
    with reader.context.expect_page() as opened:
        reader.app.get_by_role("link", name="Open it again").click()
    opened.value.get_by_role("button", name="Priya Shah").click()
    expect(reader.heading()).to_have_text("To approve")


def test_a_first_visit_asks_for_four_things_and_a_later_one_for_one(reader: Reader, front: Front) -> None:
    reader.in_procore()
    reader.sign_in("Dana Ortiz")
    front.requests.clear()
    reader.in_procore()
    expect(reader.heading()).to_have_text("To approve")
    assert [each for each in front.requests if "/static/" in each] == []
    assert len([each for each in front.requests if re.match(r"GET /v1/app/approve", each)]) == 1
    assert len(front.requests) <= 2


def test_by_keyboard_alone_from_the_first_tab_to_the_decision(reader: Reader, office: PagesOffice) -> None:
    office.sent(FENDERS)
    reader.in_procore()
    reader.sign_in("Dana Ortiz")
    app, keyboard = reader.app, reader.page.keyboard
    app.evaluate("document.body.tabIndex = -1; document.body.focus()")
    keyboard.press("Tab")
    expect(app.get_by_role("link", name="Go to the content")).to_be_focused()
    keyboard.press("Enter")
    expect(app.locator("#main")).to_be_focused()
    seen = []
    for _ in range(30):
        keyboard.press("Tab")
        seen.append(app.evaluate("document.activeElement.dataset.open !== undefined ? 'row' : document.activeElement.tagName"))
        if seen[-1] == "row":
            break
    assert seen[-1] == "row", seen
    keyboard.press("Enter")
    expect(reader.heading()).to_be_focused()
    expect(reader.heading()).to_have_text(f"Commitment {FENDERS}")
    order = [each.inner_text() for each in app.locator(".bar summary, .bar button").all() if each.is_visible()]
    assert order == ["Reject…", "Approve $492,178.00"]
    keyboard.press("a")
    expect(app.get_by_role("button", name="Approve $492,178.00")).to_be_focused()
    assert office.of(FENDERS).state is State.WAITING
    keyboard.press("Enter")
    expect(app.locator(".after")).to_contain_text(f"{FENDERS} approved.")


@dataclass(frozen=True)
class Written:
    """How a reader's locale writes an amount, the sum of two, and a day."""

    locale: str
    amount: str
    both: str
    day: str

    def __str__(self) -> str:
        return self.locale


GERMAN = Written("de-DE", "492.178,00 $", "3.992.178,00\xa0$", "12.10.2026")
FRENCH = Written("fr-FR", "492 178,00 $US", "3 992 178,00 $US", "12 oct. 2026")


@pytest.mark.parametrize("written", [GERMAN, FRENCH], ids=str)
def test_amounts_and_dates_are_written_as_the_reader_writes_them(
    chromium: Browser, office: PagesOffice, front: Front, written: Written
) -> None:
    office.sent(CONCRETE, FENDERS)
    reader = Reader(chromium, office, front, locale=written.locale, timezone_id="Europe/Paris")
    app = reader.in_procore_as("Dana Ortiz")
    assert app.evaluate("document.documentElement.lang") == written.locale
    app.get_by_label("Select all on this page").check()
    expect(app.locator("[data-selected]")).to_have_text(f"2 selected, {written.both}")
    reader.shot(f"approve-{written.locale}")
    app.get_by_role("link", name=FENDERS).click()
    expect(app.get_by_role("button", name=f"Approve {written.amount}")).to_be_visible()
    expect(app.get_by_role("row", name=re.compile("^Executed"))).to_contain_text(written.day)
    reader.close()


def test_the_next_item_is_there_before_it_is_asked_for(reader: Reader, office: PagesOffice, front: Front) -> None:
    [_, steel] = office.sent(CONCRETE, STEEL)
    reader.in_procore()
    reader.sign_in("Dana Ortiz")
    ahead = f"/v1/app/items/{quote(steel.id, safe='')}"
    with reader.page.expect_response(lambda answer: answer.url.endswith(ahead)):
        reader.app.get_by_role("link", name=CONCRETE).click()
    expect(reader.heading()).to_be_focused()
    front.requests.clear()
    reader.page.keyboard.press("n")
    expect(reader.heading()).to_have_text(f"Commitment {STEEL}")
    assert reader.app.url.endswith(ahead)
    assert front.requests == []
    reader.app.get_by_role("button", name="Approve $3,826,750.00").click()
    expect(reader.heading()).to_have_text(f"Commitment {CONCRETE}")
    assert office.of(STEEL).state is State.APPROVED
