"""A job at a glance, in a browser: a first reading is asked for and followed, what differs is named."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from connector.core.item import Item
from connector.core.people import Person
from connector.engine.decide import Decision, decide
from connector.engine.reconcile_runs import request
from connector.engine.submit import send
from connector.engine.world import Source
from sandbox.companies.jobs import TERMINAL
from tests.browser.office import DANA, MARCO, PagesOffice
from tests.browser.people import Reader
from tests.proof.stage import COMPANY

FIRE, FENDERS = "SC-24-107-004", "PO-24-107-002"
_DANA = Person(id="2", login=DANA, name="Dana Ortiz", company=COMPANY)


def sent(office: PagesOffice, object_name: str, procore_id: str) -> Item:
    done = send(office.world, MARCO, object_name, Source(procore_id=procore_id, project_id=office.project(TERMINAL)), {})
    assert done.item is not None, [violation.message for violation in done.violations]
    return done.item


def carried_out(office: PagesOffice, *items: Item) -> None:
    decisions = [Decision(item=item.id, verdict="approve", fingerprint=item.fingerprint, with_needs=True) for item in items]
    assert [decided.violation for decided in decide(office.world, _DANA, decisions, via="app")] == [None] * len(items)
    office.machine.play()


@pytest.fixture
def mixed(office: PagesOffice) -> PagesOffice:
    """The budget and most commitments of the job are in Intacct, one waits, and what stands on them was not sent."""
    for each in office.procore.store["work_order_contracts"].live():
        if each["number"].startswith("SC-24-107-1"):
            each["status"] = "Draft"
    # One cannot be sent: it has faults.
    signed = [row for row in office.procore.store["work_order_contracts"].live(status="Approved") if row["number"] != FIRE]
    carried_out(office, sent(office, "budgets", office.project(TERMINAL)), *(sent(office, "commitments", str(row["id"])) for row in signed))
    office.sent(FENDERS)
    return office


def test_a_first_reading_is_asked_for_and_followed(reader: Reader, office: PagesOffice) -> None:
    reader.in_procore("/app/jobs")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    expect(app.get_by_text("Not read yet")).to_be_visible()
    app.get_by_role("link", name=TERMINAL, exact=True).click()
    expect(app.get_by_text("This job was not read in both systems yet.")).to_be_visible()
    reader.shot("job-never-read")
    app.get_by_role("button", name="Read both systems").click()
    expect(app.get_by_text("Both systems are being read.")).to_be_visible()
    reader.looks("job-being-read")
    (run,) = (name for name in office.workflows.started if name.startswith("import-"))
    office.play(run)
    expect(app.get_by_role("table", name="Codes")).to_be_visible()
    expect(app.get_by_text("Both systems are being read.")).to_have_count(0)


def test_what_differs_is_named_and_adds_up(reader: Reader, mixed: PagesOffice) -> None:
    mixed.play(request(mixed.world, None, mixed.project(TERMINAL)).id)
    reader.in_procore("/app/jobs")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    expect(app.get_by_text(re.compile(r"\d+ differences"))).to_be_visible()
    reader.looks("jobs")
    app.get_by_role("link", name=TERMINAL, exact=True).click()
    expect(app.get_by_text("All of it is explained.")).to_be_visible()
    expect(app.get_by_role("img", name=re.compile(r"^05-120.SUB: of a budget of \$3,262,150.00 "))).to_be_visible()
    reader.looks("job", height=1400)
    app.get_by_role("link", name="Only differences").click()
    app.get_by_role("link", name=FENDERS).first.scroll_into_view_if_needed()
    expect(app.get_by_text(f"{FENDERS} waits for an approver").first).to_be_visible()
    app.get_by_label("Cost type").select_option("M")
    expect(app.get_by_role("row", name=re.compile(" SUB"))).to_have_count(0)
    reader.looks("job-differences", height=1400)
