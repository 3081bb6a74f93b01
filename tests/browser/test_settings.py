"""An administrator's day, and everybody's own mails: sections, limits, two people at once, the connection check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Frame, expect

from connector.core.usage import Purpose
from tests.browser.front import Front
from tests.browser.office import STEEL, PagesOffice
from tests.browser.people import Reader

TOM = "tom.wells@tarrowby.example"
TALL = 1400


@pytest.fixture
def other(chromium: Browser, office: PagesOffice, front: Front) -> Iterator[Reader]:
    """A second person's browser."""
    here = Reader(chromium, office, front)
    yield here
    here.close()


def opened(reader: Reader, section: str) -> Frame:
    reader.in_procore(f"/app/settings/{section}" if section else "/app/settings")
    reader.sign_in("Alex Kim")
    return reader.app


def test_an_administrator_names_an_approver_and_asks_who_would_decide(reader: Reader, office: PagesOffice) -> None:
    app = opened(reader, "approvers")
    app.get_by_label("Login in Procore of a new approver").fill(TOM)
    app.get_by_label("Up to of a new approver").fill("25,000")
    app.get_by_label("Jobs of a new approver").fill("24-107")
    app.get_by_label("Who sent a record may approve it").select_option("yes")
    reader.looks("settings-approvers", height=TALL)
    app.get_by_role("button", name="Change approvers").click()
    expect(app.get_by_role("heading", name="2 settings change")).to_be_visible()
    expect(app.get_by_text("all objects, job 24-107")).to_contain_text("up to 25,000.00")
    reader.looks("settings-review")
    app.get_by_role("button", name="Save approvers and limits").click()
    expect(app.locator(".note.ok")).to_contain_text("It holds from now on.")
    assert [right.login for right in office.world.config().approvers][-1] == TOM
    app.locator("select[name=object]").select_option("commitments")
    app.get_by_label("Amount", exact=True).fill("300,000")
    app.locator("select[name=project]").select_option("24-107")
    app.get_by_role("button", name="Ask").click()
    expect(app.locator(".answer")).to_contain_text(f"{TOM} may begin, then another of these decides too")
    reader.looks("settings-who-decides", height=TALL)


def test_what_is_wrong_is_said_where_it_stands_and_nothing_typed_is_lost(reader: Reader) -> None:
    app = opened(reader, "items")
    app.get_by_label("Days until due").fill("400")
    app.get_by_label("Default terms").fill("Net 45")
    app.get_by_role("button", name="Change items and terms").click()
    expect(app.get_by_role("alert")).to_contain_text("Days until due cannot be '400'")
    expect(app.get_by_label("Default terms")).to_have_value("Net 45")
    reader.looks("settings-wrong", height=TALL)


def test_the_slower_of_two_administrators_is_told_what_the_other_changed(reader: Reader, other: Reader, office: PagesOffice) -> None:
    slow, quick = opened(reader, "mail"), opened(other, "mail")
    quick.get_by_label("Hour of the daily mail").fill("9")
    quick.get_by_role("button", name="Change mail").click()
    quick.get_by_role("button", name="Save mail").click()
    expect(quick.locator(".note.ok")).to_contain_text("It holds from now on.")
    slow.get_by_label("Hour of the daily mail").fill("10")
    slow.get_by_role("button", name="Change mail").click()
    expect(slow.get_by_role("alert")).to_contain_text("Hour of the daily mail: 7 → 9")
    expect(slow.get_by_label("Hour of the daily mail")).to_have_value("10")
    reader.looks("settings-overtaken")
    assert office.world.config().digest_hour == 9
    slow.get_by_role("button", name="Change mail").click()
    slow.get_by_role("button", name="Save mail").click()
    expect(slow.locator(".note.ok")).to_contain_text("It holds from now on.")
    slow.get_by_role("link", name="History").click()
    expect(slow.get_by_text("Chain of 2 entries verified.")).to_be_visible()
    reader.looks("settings-history")


def test_a_change_of_the_mapping_is_tried_on_last_months_records(reader: Reader, office: PagesOffice) -> None:
    office.synced(STEEL, "SC-24-107-101", "SC-24-107-102")
    app = opened(reader, "items")
    app.get_by_label("Item by cost type").fill("M = MATERIAL")
    app.get_by_label("Default item").fill("")
    app.get_by_label("Days until due").fill("45")
    app.get_by_role("button", name="Change items and terms").click()
    app.get_by_role("button", name="Try on last month").click()
    expect(app.get_by_role("heading", name="3 records of last month, 3 would change.")).to_be_focused()
    expect(app.get_by_text("Would be refused:").first).to_be_visible()
    reader.looks("settings-trial", height=TALL)
    assert office.world.config().due_days == 30
    app.get_by_role("link", name="Leave it as it is").click()
    expect(app.get_by_label("Days until due")).to_have_value("30")


def test_leaving_with_unsaved_changes_asks(reader: Reader) -> None:
    app = opened(reader, "mail")
    asked = app.get_by_role("dialog", name="Leave without saving?")
    bar = app.get_by_role("region", name="Save")
    app.get_by_role("link", name="Mapping").click()
    expect(reader.heading()).to_have_text("Mapping")
    app.get_by_role("link", name="Mail", exact=True).click()
    expect(reader.heading()).to_have_text("Mail")
    hour = app.get_by_label("Hour of the daily mail")
    hour.fill("9")
    expect(bar).to_contain_text("Not saved: 1 change")
    app.get_by_label("Amounts stand in subjects").select_option("no")
    expect(bar).to_contain_text("Not saved: 2 changes")
    app.get_by_role("link", name="Jobs").click()
    expect(asked.get_by_role("button", name="Stay")).to_be_focused()
    reader.looks("settings-leaving")
    asked.get_by_role("button", name="Stay").click()
    expect(hour).to_have_value("9")
    app.evaluate("history.back()")
    expect(asked).to_be_visible()
    reader.page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(hour).to_have_value("9")
    with reader.page.expect_event("dialog") as closing:
        reader.page.close(run_before_unload=True)
    assert closing.value.type == "beforeunload"
    closing.value.dismiss()
    app.get_by_role("button", name="Sign out").click()
    asked.get_by_role("button", name="Stay").click()
    app.get_by_role("button", name="Change mail").click()
    expect(bar).to_contain_text("Not saved: 2 changes.")
    app.get_by_role("link", name="History").click()
    asked.get_by_role("button", name="Leave without saving").click()
    expect(app.get_by_text("Nothing was changed yet.")).to_be_visible()
    app.get_by_role("link", name="Jobs").click()
    expect(reader.heading()).to_have_text("Jobs")


def test_the_browsers_way_back_leaves_where_it_was_asked_to(reader: Reader) -> None:
    app = opened(reader, "mapping")
    app.get_by_role("link", name="Mail", exact=True).click()
    app.get_by_label("Hour of the daily mail").fill("9")
    app.evaluate("history.back()")
    app.get_by_role("button", name="Leave without saving").click()
    expect(reader.heading()).to_have_text("Mapping")


def test_the_connection_is_checked_and_what_is_to_be_done_can_be_copied(reader: Reader) -> None:
    app = opened(reader, "")
    expect(reader.heading()).to_have_text("Settings")
    reader.looks("settings")
    app.get_by_role("button", name="Check the connection").click()
    expect(app.get_by_text("Nothing was written to either system.")).to_be_visible(timeout=30_000)
    reader.looks("settings-connection", height=TALL)


@pytest.mark.parametrize("section", ["mapping", "items", "schedules"])
def test_the_other_sections_look_right(reader: Reader, section: str) -> None:
    opened(reader, section)
    reader.looks(f"settings-{section}", height=TALL)


def test_usage_is_told_by_day_and_by_month(reader: Reader, office: PagesOffice) -> None:
    app = opened(reader, "usage")
    expect(app.get_by_text("Nothing is counted yet.")).to_be_visible()
    for back in range(0, 120, 3):
        at = office.clock.now() - timedelta(days=back, hours=back % 7)
        office.usage.add(at, {(Purpose.EXPORTS, "procore"): 40 * back, (Purpose.WATCH, "procore"): 288, (Purpose.PEOPLE, "procore"): back})
        office.usage.add(at, {(Purpose.EXPORTS, "intacct"): 17 * back, (Purpose.IMPORTS, "intacct"): 5, (Purpose.EXPORTS, "functions"): 21})
    app.get_by_role("link", name="Usage").click()
    days = app.get_by_role("table", name="Calls to Procore, by day")
    expect(days.get_by_role("row")).to_have_count(11 + 2)
    expect(app.get_by_text("The most in one hour of the last 31 days was 1,518")).to_be_visible()
    reader.looks("settings-usage", height=TALL)
    app.locator("summary", has_text="By month").nth(1).click()
    expect(app.get_by_role("table", name="Requests to Intacct, by month").get_by_role("row")).to_have_count(1 + 5 + 1)


def test_everybody_chooses_their_own_mails(reader: Reader, office: PagesOffice) -> None:
    app = reader.in_procore_as("Dana Ortiz")
    app.get_by_role("link", name="Dana Ortiz").click()
    expect(reader.heading()).to_have_text("Your mails")
    expect(app.get_by_label("Your time zone")).to_have_value("America/New_York")
    app.get_by_role("group", name="Something waits for your decision").get_by_label("in the daily mail").check()
    reader.looks("preferences")
    app.get_by_role("button", name="Save your mails").click()
    expect(app.locator(".note.ok")).to_contain_text("It holds from the next mail on.")
    assert '"waiting":"digest"' in next(iter(office.state.preferences().values()))
