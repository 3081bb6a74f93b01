"""From the mail to the decision: the link in the text and in the HTML, its person, and everybody else."""

from __future__ import annotations

import re
from html import unescape

from playwright.sync_api import Page, expect

from connector.core.item import State
from connector.core.people import Person
from connector.engine.choices import rechoose
from connector.ports import Letter
from tests.browser.office import DANA, PRIYA, PagesOffice
from tests.browser.people import Reader
from tests.proof.stage import COMPANY

FENDERS, STEEL = "PO-24-107-002", "SC-24-107-002"
_PRIYA = Person(id="3", login=PRIYA, name="Priya Shah", company=COMPANY)


def link_of(letter: Letter) -> str:
    """The link of its text, which is that of its button."""
    [text] = re.findall(r"^Review and decide: (\S+)$", letter.text, re.MULTILINE)
    [button] = re.findall(r'<a href="([^"]+)" class="button"', letter.html)
    assert unescape(button) == text
    return str(text)


def signed_in(page: Page, name: str) -> None:
    page.get_by_role("link", name="Sign in with Procore").click()
    page.get_by_role("button", name=name).click()


def test_a_mail_leads_past_procores_sign_in_to_the_item_and_its_button_decides(reader: Reader, office: PagesOffice) -> None:
    office.sent(FENDERS, STEEL)
    letter = office.mail.to(DANA)[0]
    page = reader.page
    page.set_content(letter.html)
    page.get_by_role("link", name="Review and decide").click()
    assert page.url == link_of(letter)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in with Procore to see what waits for your decision.")
    expect(page.get_by_text(FENDERS)).to_have_count(0)
    reader.looks("link-sign-in", at=page.main_frame)
    signed_in(page, "Dana Ortiz")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Commitment {FENDERS}")
    assert page.url == link_of(letter)
    assert office.of(FENDERS).state is State.WAITING
    reader.looks("link", height=1900, at=page.main_frame)
    page.get_by_role("button", name="Approve $492,178.00").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approved.")
    reader.looks("link-approved", at=page.main_frame)
    assert [(each.by, each.via) for each in office.of(FENDERS).approvals] == [(DANA, "link")]
    page.goto(link_of(letter))
    expect(page.get_by_role("heading", level=1)).to_contain_text("You approved this on")
    page.get_by_role("link", name="Open the item").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Commitment {FENDERS}")
    office.machine.play()
    assert office.of(FENDERS).state is State.SYNCED


def test_rejected_by_mail_it_returns_under_the_first_mail(reader: Reader, office: PagesOffice) -> None:
    office.sent(FENDERS)
    [first] = office.mail.to(DANA)
    page = reader.page
    page.goto(link_of(first))
    signed_in(page, "Dana Ortiz")
    page.get_by_text("Reject…", exact=True).click()
    page.get_by_label("Wrong amount").check()
    page.get_by_label("What should be corrected").fill("Retainage should be 10%.")
    page.get_by_role("button", name="Reject Commitment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rejected.")
    [told] = office.mail.to("marco.reyes@tarrowby.example")
    assert told.subject == f'Rejected: {FENDERS}, {office.of(FENDERS).party}, "Wrong amount: Retainage should be 10%."'
    office.sent(FENDERS)
    [_, returned] = office.mail.to(DANA)
    assert returned.subject.startswith("Back after a rejection: ")
    # Mails of one thread name the same ancestor in References (tests/integration/test_aws_adapters.py).
    assert returned.thread == first.thread != ""
    page.goto(link_of(first))
    expect(page.get_by_role("heading", level=1)).to_contain_text("You rejected this on")
    page.goto(link_of(returned))
    expect(page.get_by_text('It was rejected before: "Wrong amount: Retainage should be 10%."')).to_be_visible()
    reader.looks("link-returned", height=1900, at=page.main_frame)
    page.get_by_role("button", name="Approve $492,178.00").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approved.")


def test_a_forwarded_link_opens_nothing_and_a_changed_item_says_so(reader: Reader, office: PagesOffice) -> None:
    [item] = office.sent(FENDERS)
    [letter] = office.mail.to(DANA)
    page = reader.page
    page.goto(link_of(letter))
    signed_in(page, "Priya Shah")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link belongs to another person.")
    expect(page.get_by_text(FENDERS)).to_have_count(0)
    reader.looks("link-not-yours", at=page.main_frame)
    reader.context.clear_cookies()
    page.goto(link_of(letter))
    signed_in(page, "Dana Ortiz")
    rechoose(office.world, _PRIYA, item.id, {"number": "PO-24-107-002-A"}, fingerprint=item.fingerprint)
    page.get_by_role("button", name="Approve $492,178.00").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("changed after this mail was sent")
    reader.looks("link-changed", at=page.main_frame)
    assert office.of(FENDERS).state is State.WAITING
    page.get_by_role("link", name="See the new version").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Commitment PO-24-107-002-A")
