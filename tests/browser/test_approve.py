"""What an approver does all day: sign in inside Procore, look, approve, reject, many at once."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from connector.core.item import State
from connector.core.people import Person
from connector.engine.choices import rechoose
from tests.browser.front import Front
from tests.browser.office import DANA, FIRST_OF_ITS_COMPANY, MANY, PRIYA, PagesOffice
from tests.browser.people import Reader
from tests.proof.stage import COMPANY

CONCRETE, STEEL, FENDERS = "SC-24-107-001", "SC-24-107-002", "PO-24-107-002"
_PRIYA = Person(id="3", login=PRIYA, name="Priya Shah", company=COMPANY)


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
    app = reader.in_procore_as("Dana Ortiz")
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
    app = reader.in_procore_as("Dana Ortiz")
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
    app = reader.in_procore_as("Dana Ortiz")
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


def test_above_her_limit_a_second_approver_decides(chromium: Browser, reader: Reader, office: PagesOffice, front: Front) -> None:
    office.configure(approvers=[{"login": DANA, "up_to": "250000"}, {"login": PRIYA}])
    office.sent(FENDERS)
    reader.in_procore()
    reader.sign_in("Dana Ortiz")
    expect(reader.app.get_by_text("1 above your limit")).to_be_visible()
    reader.app.get_by_role("link", name=FENDERS).click()
    reader.app.get_by_role("button", name="Approve $492,178.00").click()
    expect(reader.app.locator(".after")).to_contain_text(f"{FENDERS}")
    assert office.of(FENDERS).state is State.WAITING
    reader.app.get_by_role("link", name="Back to it").click()
    expect(reader.app.get_by_text("You approved it. It is above your limit: a second approver decides.")).to_be_visible()
    reader.looks("item-second-approver")
    second = Reader(chromium, office, front)
    second.in_procore("/app/approve?group=second")
    second.sign_in("Priya Shah")
    second.app.get_by_role("link", name=FENDERS).click()
    expect(second.app.get_by_text(re.compile("First approval: Dana Ortiz, .* A second one decides."))).to_be_visible()
    second.app.get_by_role("button", name="Approve $492,178.00").click()
    expect(second.app.locator(".after")).to_contain_text(f"{FENDERS} approved.")
    second.close()
    assert [each.by for each in office.of(FENDERS).approvals] == [DANA, PRIYA]
    assert office.of(FENDERS).state is State.APPROVED


def test_what_changed_meanwhile_is_not_approved_and_shows_what_changed(reader: Reader, office: PagesOffice) -> None:
    [item] = office.sent(FENDERS)
    app = reader.in_procore_as("Dana Ortiz")
    app.get_by_role("link", name=FENDERS).click()
    expect(reader.heading()).to_have_text(f"Commitment {FENDERS}")
    rechoose(office.world, _PRIYA, item.id, {"number": f"{FENDERS}-A"}, fingerprint=item.fingerprint)
    app.get_by_role("button", name="Approve $492,178.00").click()
    alert = app.get_by_role("alert")
    expect(alert).to_contain_text("STALE_APPROVAL")
    expect(alert).to_be_focused()
    expect(alert.get_by_role("row").last).to_have_text(re.compile(f"Number.*{FENDERS}.*{FENDERS}-A", re.DOTALL))
    assert office.of(FENDERS).state is State.WAITING
    reader.looks("item-changed")
    app.get_by_role("button", name="Approve $492,178.00").click()
    expect(app.locator(".after")).to_contain_text(f"{FENDERS}-A approved.")


def test_a_company_that_intacct_has_not_goes_first_and_both_are_approved(reader: Reader, office: PagesOffice) -> None:
    office.sent(FIRST_OF_ITS_COMPANY)
    app = reader.in_procore_as("Dana Ortiz")
    app.get_by_role("link", name=FIRST_OF_ITS_COMPANY).click()
    expect(app.get_by_text("not yet in Intacct")).to_be_visible()
    reader.looks("item-both", height=1500)
    app.get_by_role("button", name=re.compile("^Approve both, in this order")).click()
    expect(reader.heading()).to_have_text("To approve")
    office.machine.play()
    assert {item.object: item.state for item in office.state} == {"commitments": State.SYNCED, "vendors": State.SYNCED}
