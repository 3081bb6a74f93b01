"""Which record is which: searched, opened in either system, unlinked with proof, adopted."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from connector.core.item import State
from connector.engine.drift import look
from connector.engine.queue import count_shelves
from sandbox.companies.jobs import TERMINAL
from tests.browser.office import PagesOffice
from tests.browser.people import Reader
from tests.integration.rooms.contracts import CONCRETE, FENDERS, Contract
from tests.integration.rooms.test_adoptions import entered


@pytest.fixture
def concrete(office: PagesOffice) -> Contract:
    office.synced(CONCRETE)
    return Contract(office, CONCRETE)


def fits(reader: Reader) -> None:
    """Nothing scrolls sideways on a small phone."""
    reader.page.set_viewport_size({"width": 360, "height": 800})
    assert reader.app.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    reader.page.set_viewport_size({"width": 1280, "height": 900})


def test_a_pair_is_found_from_either_side_and_leads_to_both_systems(reader: Reader, office: PagesOffice, concrete: Contract) -> None:
    reader.in_procore("/app/links?object=commitments")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    reader.looks("links")
    fits(reader)
    app.get_by_role("searchbox").fill(concrete.number.lower())
    app.get_by_role("button", name="Search").click()
    row = app.locator("[data-row]")
    expect(row).to_have_count(1)
    expect(row.locator(".pill")).to_have_text("Agrees")
    address = f"{office.host}/{concrete.project}/project/contracts/commitments/work_order_contracts/{concrete.id}"
    expect(row.get_by_role("link", name="in Procore")).to_have_attribute("href", address)
    assert row.get_by_role("link", name="in Intacct").get_attribute("target") == "_blank"
    app.get_by_role("searchbox").fill("harbr")
    app.get_by_role("button", name="Search").click()
    expect(app.get_by_text("No link with “harbr”. Try part of the name or the id")).to_be_visible()
    reader.looks("links-none")


def test_what_differs_is_counted_listed_and_led_to(reader: Reader, office: PagesOffice, concrete: Contract) -> None:
    office.procore.store[concrete.path][int(concrete.id)]["title"] = "Concrete, changed"
    look(office.world, concrete.item)
    count_shelves(office.world)
    reader.in_procore("/app/links?object=commitments")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    expect(app.get_by_text("1 differs.")).to_be_visible()
    reader.looks("links-differ")
    fits(reader)
    app.get_by_role("link", name="Show it").click()
    row = app.locator("[data-row]")
    expect(row).to_have_count(1)
    expect(row.locator(".pill")).to_have_text("Differs")
    row.get_by_role("link", name="Edited in Procore: Title").click()
    expect(app.get_by_role("heading", name="What differs")).to_be_visible()


def test_unlinking_looks_first_and_is_refused_while_intacct_has_it(reader: Reader, office: PagesOffice, concrete: Contract) -> None:
    reader.in_procore("/app/links?object=commitments")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    app.locator("[data-row]").get_by_role("link", name="Unlink").click()
    expect(app.get_by_role("button", name="Look in Intacct now")).to_be_visible()
    reader.looks("unlink")
    app.get_by_role("button", name="Look in Intacct now").click()
    expect(app.get_by_text(f"(Subcontract-{CONCRETE}) still exists in Intacct")).to_be_visible()
    expect(app.get_by_role("button", name="Unlink")).to_have_count(0)
    reader.looks("unlink-refused")
    fits(reader)
    (document,) = office.intacct.store.find("PODOCUMENT", DOCNO=CONCRETE)
    office.intacct.store.update("PODOCUMENT", document, {"STATE": "Declined"})
    app.get_by_role("button", name="Look again").click()
    expect(app.get_by_text("is Declined in Intacct.")).to_be_visible()
    reader.looks("unlink-proof")
    app.get_by_role("button", name="Unlink").click()
    expect(reader.heading()).to_have_text(f"Unlinked: {office.item(f'commitments:{concrete.id}').title}")
    reader.looks("unlinked")
    assert office.item(f"commitments:{concrete.id}").state is State.RETRIEVED
    assert office.references.by_procore("commitments", [concrete.id]) == {}


def test_what_stands_in_both_is_compared_and_linked_without_an_export(reader: Reader, office: PagesOffice) -> None:
    entered(Contract(office, CONCRETE))
    entered(Contract(office, FENDERS), price="1.00")
    before = len(office.intacct.store.all("PODOCUMENT"))
    reader.in_procore("/app/links/adopt")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    reader.looks("adopt")
    app.get_by_label("Project").first.select_option(office.project(TERMINAL))
    app.get_by_label("Object").first.select_option("commitments")
    app.get_by_role("button", name="Look in both now").click()
    expect(app.get_by_role("heading", name="2 pairs compared, 1 agrees.")).to_be_visible()
    expect(app.locator("[data-row]", has_text=CONCRETE).locator(".pill")).to_have_text("Agrees")
    expect(app.locator("[data-row]", has_text=FENDERS).locator(".pill")).to_have_text("Differs")
    reader.looks("adopt-matches", height=1100)
    fits(reader)
    app.get_by_label(f"Select {FENDERS}").check()
    app.get_by_role("button", name="Link 1 chosen").click()
    expect(reader.heading()).to_have_text("0 of 1 linked. 1 was not.")
    reader.looks("adopted-not")
    app.get_by_role("link", name="Adopt more").click()
    app.get_by_role("button", name="Look in both now").click()
    app.get_by_role("button", name="Link the one that agrees").click()
    expect(reader.heading()).to_have_text("1 linked.")
    reader.looks("adopted")
    assert office.of(CONCRETE).state is State.SYNCED
    assert len(office.intacct.store.all("PODOCUMENT")) == before
