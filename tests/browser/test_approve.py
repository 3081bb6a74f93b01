"""What an approver does all day: sign in inside Procore, look, approve, reject, many at once."""

from __future__ import annotations

from playwright.sync_api import expect

from connector.core.item import State
from tests.browser.office import DANA, MANY, PagesOffice
from tests.browser.people import Reader

CONCRETE, STEEL, FENDERS = "SC-24-107-001", "SC-24-107-002", "PO-24-107-002"


def test_signing_in_through_the_popup_shows_what_waits(reader: Reader, office: PagesOffice) -> None:
    office.sent(CONCRETE, STEEL)
    reader.in_procore()
    expect(reader.heading()).to_have_text("Sign in with Procore to see what waits for you.")
    reader.looks("sign-in")
    reader.sign_in("Dana Ortiz")
    expect(reader.heading()).to_have_text("To approve")
    expect(reader.app.locator("[data-row]")).to_have_count(2)
    reader.looks("approve")


def test_approving_leads_to_the_next_and_to_intacct(reader: Reader, office: PagesOffice) -> None:
    office.sent(CONCRETE, STEEL)
    reader.in_procore()
    reader.sign_in("Dana Ortiz")
    reader.app.get_by_role("link", name=CONCRETE).click()
    expect(reader.heading()).to_have_text(f"Commitment {CONCRETE}")
    reader.looks("item", height=1900)
    reader.app.get_by_role("button", name="Approve $3,500,000.00").click()
    expect(reader.heading()).to_have_text(f"Commitment {STEEL}")
    expect(reader.app.locator(".after")).to_contain_text(f"{CONCRETE} approved. Next of 1.")
    office.machine.play()
    assert office.of(CONCRETE).state is State.SYNCED
    reader.app.get_by_role("link", name="Back to it").click()
    expect(reader.heading()).to_have_text(f"Commitment {CONCRETE}")
    expect(reader.app.locator(".head .pill")).to_have_text("In Intacct")
    reader.looks("item-synced")


def test_fifty_are_approved_in_one_go_and_each_shows_what_became_of_it(reader: Reader, office: PagesOffice) -> None:
    office.many()
    reader.in_procore()
    reader.sign_in("Dana Ortiz")
    app = reader.app
    app.get_by_label("Select all on this page").check()
    total = app.locator("[data-selected]").inner_text()
    assert total.startswith(f"{MANY} selected, $")
    reader.looks("approve-many")
    app.get_by_role("button", name=f"Approve {MANY}").click()
    amount = total.partition(", ")[2]
    expect(reader.heading()).to_have_text(f"Approve {MANY} items, {amount}?")
    reader.looks("confirm")
    app.get_by_role("button", name=f"Approve {MANY} items, {amount}").click()
    expect(reader.heading()).to_have_text(f"{MANY} approved, {amount}.", timeout=30_000)
    reader.looks("results")
    office.machine.play()
    expect(app.get_by_text(f"{MANY} of {MANY} settled, {MANY} in Intacct")).to_be_visible(timeout=30_000)
    states = {item.state for item in office.state if item.object == "commitments"}
    assert states == {State.SYNCED}


def test_what_is_rejected_comes_back_corrected(reader: Reader, office: PagesOffice) -> None:
    office.sent(FENDERS)
    reader.in_procore()
    reader.sign_in("Dana Ortiz")
    app = reader.app
    app.get_by_role("link", name=FENDERS).click()
    app.get_by_text("Reject…", exact=True).click()
    app.get_by_label("Wrong amount").check()
    app.get_by_label("What should be corrected").fill("Retainage should be 10%.")
    reader.looks("reject", height=1900)
    app.get_by_role("button", name="Reject Commitment").click()
    expect(reader.heading()).to_have_text("To approve")
    expect(app.locator(".after")).to_contain_text(f"{FENDERS} rejected.")
    expect(app.get_by_text("Nothing waits for you.")).to_be_visible()
    reader.looks("approve-empty")
    assert office.of(FENDERS).reason == "Wrong amount: Retainage should be 10%."
    office.sent(FENDERS)
    app.get_by_role("link", name="Back to it").click()
    expect(app.locator(".head .pill")).to_have_text("Waiting for you")
    assert [entry.what for entry in office.state.history(office.of(FENDERS).id)] == ["sent", "rejected", "sent again"]
    assert [letter.kind for letter in office.mail.to(DANA)] == ["waiting", "returned"]


def test_a_session_ends_and_nothing_typed_is_lost(reader: Reader, office: PagesOffice) -> None:
    office.sent(FENDERS)
    reader.in_procore()
    reader.sign_in("Dana Ortiz")
    app = reader.app
    app.get_by_role("link", name=FENDERS).click()
    app.get_by_text("Reject…", exact=True).click()
    app.get_by_label("Duplicate").check()
    app.get_by_label("What should be corrected").fill("We have this one already.")
    office.clock.move(3601)
    app.get_by_role("button", name="Reject Commitment").click()
    expect(app.get_by_role("heading", name="You have been signed out after 60 minutes.")).to_be_visible()
    assert office.of(FENDERS).state is State.WAITING
    reader.looks("session-over")
    reader.sign_in("Dana Ortiz")
    expect(app.get_by_label("What should be corrected")).to_have_value("We have this one already.")
    app.get_by_role("button", name="Reject Commitment").click()
    expect(reader.heading()).to_have_text("To approve")
    assert office.of(FENDERS).reason == "Duplicate: We have this one already."
