"""What an approver does all day: sign in inside Procore, look, approve, reject, many at once."""

from __future__ import annotations

from playwright.sync_api import expect

from connector.core.item import State
from tests.browser.office import MANY, PagesOffice
from tests.browser.people import Reader

CONCRETE, STEEL = "SC-24-107-001", "SC-24-107-002"


def test_signing_in_through_the_popup_shows_what_waits(reader: Reader, office: PagesOffice) -> None:
    office.sent(CONCRETE, STEEL)
    reader.in_procore()
    expect(reader.heading()).to_have_text("Sign in with Procore to see what waits for you.")
    reader.looks("sign-in")
    reader.sign_in("Dana Ortiz")
    expect(reader.heading()).to_have_text("To approve")
    expect(reader.app.locator("[data-row]")).to_have_count(2)
    reader.looks("approve")
