"""The approver's list: filters, what was decided before, what came meanwhile, and Intacct that does not answer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from connector.adapters.aws.outage import KeptOutage
from connector.core.outage import SYSTEMS
from connector.engine.export import export_item
from tests.browser.office import PagesOffice
from tests.browser.people import Reader

CONCRETE, STEEL, FENDERS = "SC-24-107-001", "SC-24-107-002", "PO-24-107-002"


def test_filters_are_an_address_and_can_be_cleared(reader: Reader, office: PagesOffice) -> None:
    office.sent(CONCRETE, STEEL, FENDERS)
    app = reader.in_procore_as("Dana Ortiz")
    expect(app.get_by_label("from")).to_be_visible()
    reader.page.set_viewport_size({"width": 400, "height": 800})
    expect(app.get_by_label("from")).to_be_hidden()
    app.get_by_text("Filters", exact=True).click()
    expect(app.get_by_label("from")).to_be_visible()
    reader.page.set_viewport_size({"width": 1280, "height": 900})
    expect(app.get_by_text("Filters", exact=True)).to_be_hidden()
    app.get_by_label("from").fill("1,000,000")
    app.get_by_role("button", name="Show").click()
    expect(app.locator("[data-row]")).to_have_count(2)
    app.get_by_label("Has").select_option("A new vendor")
    expect(app.get_by_text("No item fits these filters.")).to_be_visible()
    reader.looks("approve-nothing-fits")
    app.get_by_role("link", name="Clear them").click()
    expect(app.locator("[data-row]")).to_have_count(3)
    app.get_by_role("link", name="Company").click()
    expect(app.locator("th[aria-sort=ascending]")).to_have_text("Company")


def test_what_was_decided_stands_under_decided_by_me(reader: Reader, office: PagesOffice) -> None:
    office.sent(FENDERS)
    app = reader.in_procore_as("Dana Ortiz")
    app.get_by_role("link", name=FENDERS).click()
    expect(app.get_by_text("Nothing unusual.")).to_be_visible()
    app.get_by_role("button", name=re.compile("^Approve")).click()
    app.get_by_role("link", name="Decided by me (30 days)").click()
    row = app.locator("[data-row]")
    expect(row).to_contain_text(FENDERS)
    expect(row.locator(".pill")).to_have_text("Approved")
    reader.looks("decided-by-me")


def test_an_approval_is_taken_back_until_its_export_starts(reader: Reader, office: PagesOffice) -> None:
    item, _ = office.sent(STEEL, FENDERS)
    app = reader.in_procore_as("Dana Ortiz")
    app.get_by_role("link", name=STEEL).click()
    app.get_by_role("button", name=re.compile("^Approve")).click()
    expect(app.locator(".after")).to_contain_text(re.compile(rf"{STEEL} approved.\s+Next of 1."))
    app.get_by_role("link", name="Back to it").click()
    expect(app.get_by_text("You approved it. It goes to Intacct now.")).to_be_visible()
    reader.looks("item-approved")
    app.get_by_role("button", name="Take back").click()
    expect(app.locator(".head .pill")).to_have_text("Waiting for you")
    reader.looks("item-taken-back")
    office.machine.play()
    app.get_by_role("button", name=re.compile("^Approve")).click()
    app.get_by_role("link", name="Back to it").click()
    expect(app.get_by_role("button", name="Take back")).to_be_visible()
    export_item(office.world, item.id, "worker-1")
    app.get_by_role("button", name="Take back").click()
    expect(app.get_by_role("alert")).to_contain_text("It is too late to take back the approval")
    reader.looks("item-too-late")


def test_a_late_answer_does_not_take_the_place_of_the_page_one_has_gone_on_to(reader: Reader, office: PagesOffice) -> None:
    office.sent(STEEL)
    app = reader.in_procore_as("Dana Ortiz")
    app.get_by_role("link", name=STEEL).click()
    app.get_by_role("button", name=re.compile("^Approve")).click()
    app.get_by_role("link", name="Back to it").click()
    late: list[Route] = []
    reader.page.route("**/app/items/**", lambda route: late.append(route))  # noqa: PLW0108 -- Playwright cannot put its mark on a built-in
    with reader.page.expect_request("**/app/items/**"):
        expect(app.locator(".head .pill")).to_have_text("Approved")
    app.get_by_role("link", name="Links").click()
    expect(reader.heading()).to_have_text("Links")
    with reader.page.expect_response("**/app/items/**"):
        late[0].continue_()
    reader.page.wait_for_timeout(300)
    expect(reader.heading()).to_have_text("Links")


def test_while_a_system_is_away_every_page_says_so_and_deciding_goes_on(reader: Reader, office: PagesOffice) -> None:
    office.sent(STEEL)
    for system in SYSTEMS:
        KeptOutage(office.state, office.clock, system).away()
    app = reader.in_procore_as("Dana Ortiz")
    said = ["Intacct has not answered since", "Procore does not answer: amounts are as of"]
    expect(app.locator(".strip")).to_contain_text(said)
    reader.looks("away")
    app.get_by_role("link", name=STEEL).click()
    expect(app.locator(".strip")).to_contain_text(said)
    app.get_by_role("button", name=re.compile("^Approve")).click()
    expect(app.locator(".after")).to_contain_text(f"{STEEL} approved")


def test_an_open_list_says_what_came_and_shows_it_when_asked(reader: Reader, office: PagesOffice) -> None:
    office.sent(STEEL)
    app = reader.in_procore_as("Dana Ortiz")
    expect(app.locator("[data-row]")).to_have_count(1)
    office.sent(FENDERS)
    app.evaluate("document.getElementById('news').dataset.every = '0.1'")
    app.evaluate("document.dispatchEvent(new CustomEvent('swapped'))")
    expect(app.locator("#news")).to_contain_text("1 item came or changed since you opened this.")
    expect(app.locator("[data-row]")).to_have_count(1)
    reader.looks("approve-news")
    app.get_by_role("link", name="Show it").click()
    expect(app.locator("[data-row]")).to_have_count(2)


@pytest.mark.parametrize("width", [360, 1600])
def test_nothing_scrolls_sideways(reader: Reader, office: PagesOffice, width: int) -> None:
    office.sent(STEEL)
    reader.page.set_viewport_size({"width": width, "height": 900})
    reader.in_procore("/app/settings/approvers")
    reader.sign_in("Alex Kim")
    for path in ("/app/settings", "/app/settings/approvers", "/app/settings/mapping", "/app/preferences", "/app/approve?group=all"):
        reader.in_procore(path)
        expect(reader.heading().first).to_be_attached()
        sizes = reader.app.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert sizes[0] <= sizes[1], (path, sizes)
        reader.shot(f"{path.rpartition('/')[2].partition('?')[0]}-{width}")
