"""What accounting does besides approving: a failure and its retry, what came in, what is linked."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from connector.core.item import State
from connector.core.people import Person
from connector.engine.decide import Decision, decide
from connector.engine.sends import send_one
from tests.browser.office import DANA, PagesOffice
from tests.browser.people import Reader
from tests.proof.stage import COMPANY

FENDERS, FIRE = "PO-24-107-002", "SC-24-107-004"
_DANA = Person(id="2", login=DANA, name="Dana Ortiz", company=COMPANY)


def test_a_failure_is_seen_by_its_cause_and_tried_again(reader: Reader, office: PagesOffice) -> None:
    [item] = office.sent(FENDERS)
    office.intacct.settings.closed_until = date(2030, 1, 31)
    decide(office.world, _DANA, [Decision(item=item.id, verdict="approve", fingerprint=item.fingerprint)], via="app")
    office.machine.play()
    assert office.of(FENDERS).state is State.FAILED
    reader.in_procore("/app/problems")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    expect(app.get_by_role("heading", name="The accounting period is closed in Intacct (1)")).to_be_visible()
    reader.looks("problems")
    app.get_by_role("link", name=FENDERS).click()
    expect(app.get_by_role("heading", name="Why it is not in Intacct")).to_be_visible()
    reader.looks("item-failed")
    app.get_by_role("button", name="Try again").click()
    expect(app.locator(".head .pill")).to_have_text("Approved")
    office.machine.play()
    expect(app.locator(".head .pill")).to_have_text("Failed")
    app.locator(".place").get_by_role("link", name="Problems").click()
    office.intacct.settings.closed_until = None
    app.get_by_role("button", name="Try 1 again").click()
    expect(reader.heading()).to_have_text("1 tried again, $492,178.00.")
    office.machine.play()
    expect(app.get_by_text("1 of 1 settled, 1 in Intacct")).to_be_visible()
    assert office.of(FENDERS).state is State.SYNCED


def test_what_came_in_is_added_and_found_among_the_links(reader: Reader, office: PagesOffice) -> None:
    office.bring("vendors")
    [waits] = office.state.on_shelf(State.STAGED.value, object_name="vendors").rows
    reader.in_procore("/app/imports")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    expect(app.get_by_role("link", name=waits.intacct_id, exact=True)).to_be_visible()
    app.get_by_role("button", name=f"Add {waits.intacct_id}").click()
    expect(reader.heading()).to_have_text("1 added.")
    app.get_by_role("link", name="Links", exact=True).click()
    app.get_by_role("searchbox").fill(waits.title)
    app.get_by_role("button", name="Search").click()
    expect(app.get_by_text(waits.intacct_id, exact=True)).to_be_visible()
    reader.looks("links-vendors")


def test_project_staff_sends_what_is_ready_and_sees_what_became_of_each(reader: Reader, office: PagesOffice) -> None:
    reader.in_procore("/app/send")
    reader.sign_in("Marco Reyes")
    app = reader.app
    expect(app.get_by_label(f"Select {FENDERS}")).to_be_visible()
    reader.looks("send")
    for number in (FENDERS, FIRE):
        app.get_by_label(f"Select {number}").check()
    app.get_by_role("button", name="Send 2").click()
    expect(reader.heading()).to_have_text("0 of 2 sent.")
    for name, keys in office.workflows.started.items():
        for key in keys:
            send_one(office.world, name.rpartition("-w")[0], key)
    expect(reader.heading()).to_have_text("1 of 2 sent, 1 refused.")
    expect(app.get_by_role("rowheader", name=FIRE, exact=True)).to_be_visible()
    reader.looks("sent")
    assert office.of(FENDERS).state is State.WAITING
