"""A job at a glance, in a browser: what differs is named, and a new reading is asked for and followed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from connector.engine.reconcile_runs import request
from sandbox.companies.jobs import TERMINAL
from tests.browser.office import PagesOffice
from tests.browser.people import Reader

FENDERS, FIRE, STEEL = "PO-24-107-002", "SC-24-107-004", "SC-24-107-002"


def read_both(office: PagesOffice) -> None:
    office.play(request(office.world, None, office.project(TERMINAL)).id)


def test_what_differs_is_named_and_adds_up(reader: Reader, office: PagesOffice) -> None:
    office.export("budgets", office.project(TERMINAL), office.project(TERMINAL))
    office.export("commitments", office.commitment(STEEL), office.project(TERMINAL))
    office.sent(FENDERS)
    reader.in_procore("/app/jobs")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    expect(app.get_by_text("Not read yet")).to_be_visible()
    app.get_by_role("link", name=TERMINAL).click()
    expect(app.get_by_text("This job was not read in both systems yet.")).to_be_visible()
    reader.looks("job-never-read")
    app.get_by_role("button", name="Read both systems").click()
    expect(app.get_by_text("Both systems are being read.")).to_be_visible()
    reader.looks("job-being-read")
    for run in [name for name in office.workflows.started if name.startswith("import-")]:
        office.play(run)
    expect(app.get_by_role("table", name="Codes")).to_be_visible()
    expect(app.get_by_text("All of it is explained.")).to_be_visible()
    app.locator("summary").filter(has_text=re.compile("cause")).first.click()
    reader.looks("job", height=1400)
    app.get_by_role("link", name="Only differences").click()
    expect(app.get_by_text(f"{FENDERS} waits for an approver").first).to_be_visible()
    reader.looks("job-differences", height=1400)
    app.get_by_role("link", name="To the jobs").click()
    expect(app.get_by_text(re.compile(r"\d+ differences"))).to_be_visible()
    reader.looks("jobs")
