"""The side panel of a record, which hears from its host which one is open."""

from __future__ import annotations

from playwright.sync_api import expect

from connector.core.item import State
from connector.engine.taking_back import take_back
from tests.browser.office import DANA, MARCO, PagesOffice
from tests.browser.people import Reader

FENDERS, FIRE = "PO-24-107-002", "SC-24-107-004"
PANEL = (800,)
"""A width of the window that leaves the panel its 400 px."""


def test_project_staff_sends_the_record_that_is_open_and_takes_it_back(reader: Reader, office: PagesOffice) -> None:
    reader.in_panel(office.commitment(FENDERS))
    reader.sign_in("Marco Reyes")
    app = reader.app
    expect(app.get_by_text("It has not been sent to accounting.")).to_be_visible()
    reader.shot("panel-unsent")
    app.get_by_role("button", name="Send to accounting").click()
    expect(reader.heading()).to_have_text(f"Commitment {FENDERS}")
    expect(app.locator(".pill")).to_have_text("Waiting")
    reader.shot("panel-waiting")
    assert office.of(FENDERS).sent_by_name == "Marco Reyes"
    assert [letter.kind for letter in office.mail.to(DANA)] == ["waiting"]
    app.get_by_role("button", name="Take back").click()
    expect(app.locator(".pill")).to_have_text("Taken back")
    assert office.of(FENDERS).state is State.RETRIEVED


def test_what_is_wrong_with_it_comes_at_once(reader: Reader, office: PagesOffice) -> None:
    reader.in_panel(office.commitment(FIRE))
    reader.sign_in("Marco Reyes")
    reader.app.get_by_role("button", name="Send to accounting").click()
    expect(reader.app.get_by_role("heading", name="It cannot go yet")).to_be_visible()
    reader.looks("panel-refused", widths=PANEL)


def test_the_panel_follows_what_becomes_of_the_record(reader: Reader, office: PagesOffice) -> None:
    [item] = office.sent(FENDERS)
    reader.in_panel(item.procore_id)
    reader.sign_in("Dana Ortiz")
    app = reader.app
    app.get_by_role("link", name="Look and decide").click()
    app.get_by_role("button", name="Approve $492,178.00").click()
    expect(app.locator(".head .pill")).to_have_text("Approved")
    office.machine.play()
    expect(app.locator(".head .pill")).to_have_text("In Intacct")
    reader.in_panel(item.procore_id)
    expect(reader.app.get_by_text("Read back from Intacct and equal, field by field.")).to_be_visible()
    expect(reader.app.get_by_role("link", name="Open in Intacct")).to_be_visible()
    reader.looks("panel-synced", widths=PANEL)


def test_a_panel_that_comes_back_into_sight_looks_again_at_once(reader: Reader, office: PagesOffice) -> None:
    [item] = office.sent(FENDERS)
    reader.in_panel(item.procore_id)
    reader.sign_in("Dana Ortiz")
    expect(reader.app.locator(".pill")).to_have_text("Waiting for you")
    show = reader.page.get_by_role("button", name="Side panel")
    show.click()
    take_back(office.world, MARCO, item.id)
    show.click()
    expect(reader.app.locator(".pill")).to_have_text("Taken back", timeout=15_000)
    expect(reader.app.get_by_role("link", name="Look and decide")).to_have_count(0)
