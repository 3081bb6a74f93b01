"""What comes from Intacct: linked one by one or all that is suggested, refused and tried again, followed to its end, by the clock."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from connector.core.configuration import Schedule
from connector.core.item import State
from connector.engine.import_ import import_step
from connector.engine.import_runs import recent
from sandbox.companies.jobs import TERMINAL
from tests.browser.office import PagesOffice
from tests.browser.people import Reader
from tests.browser.test_links import fits
from tests.integration.rooms.contracts import by_hand
from tests.proof.stage import COMPANY

NEW = ("Alder Glass LLC", "Beacon Paving", "Cove Electric Inc.")


def in_both(office: PagesOffice) -> list[str]:
    """Vendors that somebody entered in both systems; Intacct's ids."""
    for number, name in enumerate(NEW, start=1):
        contact = f"<DISPLAYCONTACT><PRINTAS>{name}</PRINTAS></DISPLAYCONTACT>"
        by_hand(office, f"<create><VENDOR><VENDORID>V-90{number}</VENDORID><NAME>{name}</NAME>{contact}</VENDOR></create>")
        office.api.send("POST", "/rest/v1.0/vendors", {"company_id": COMPANY, "vendor": {"name": name}})
    return [f"V-90{number}" for number in range(1, len(NEW) + 1)]


def test_one_vendor_is_linked_by_its_button_and_the_rest_in_one_go(reader: Reader, office: PagesOffice) -> None:
    first, second, third = in_both(office)
    office.bring("vendors")
    reader.in_procore("/app/imports")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    expect(app.locator("[data-row]", has_text=first)).to_contain_text(f"{NEW[0]} (same name)")
    reader.looks("imports")
    fits(reader)
    app.get_by_role("link", name=first).focus()
    reader.page.keyboard.press("l")
    expect(app.get_by_role("button", name=f"Link {first}")).to_be_focused()
    assert office.references.by_intacct("vendors", [first]) == {}
    reader.page.keyboard.press("Enter")
    expect(reader.heading()).to_have_text("1 linked.")
    reader.looks("imports-linked")
    app.get_by_role("link", name="To the imports").click()
    app.get_by_role("link", name="Link all 2 suggested vendors…").click()
    expect(reader.heading()).to_have_text("Link all 2 suggested vendors?")
    expect(app.get_by_role("rowheader", name=second)).to_be_visible()
    reader.looks("imports-suggested")
    fits(reader)
    app.get_by_role("button", name="Link all 2").click()
    expect(reader.heading()).to_have_text("2 linked.")
    linked = {pair.intacct_id for pair in office.references.of_object("vendors")}
    assert {first, second, third} <= linked
    app.get_by_role("link", name="To the imports").click()
    app.get_by_role("link", name="Done").click()
    app.get_by_label("What became of it").select_option("linked")
    expect(app.get_by_role("link", name=third)).to_be_visible()
    reader.looks("imports-done")


def test_a_job_is_added_from_its_own_page_and_one_is_left_aside_and_taken_back(reader: Reader, office: PagesOffice) -> None:
    for number, name in (("24-910", "Dock 4"), ("24-911", "Dock 5")):
        office.enter("PROJECT", PROJECTID=number, NAME=name, PROJECTCATEGORY="Contract", LOCATIONID="100")
    office.bring("projects")
    reader.in_procore("/app/imports?object=projects")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    app.get_by_role("button", name="Archive 24-911").click()
    expect(reader.heading()).to_have_text("1 archived.")
    app.get_by_role("link", name="To the imports").click()
    app.get_by_role("link", name="Archived").click()
    reader.looks("imports-archived")
    app.get_by_role("button", name="Restore 24-911").click()
    expect(reader.heading()).to_have_text("1 restored.")
    app.get_by_role("link", name="To the imports").click()
    app.get_by_role("link", name="Add 24-910, with choices").click()
    expect(reader.heading()).to_have_text("Project 24-910")
    expect(app.get_by_label("Template of the new project")).to_be_visible()
    reader.looks("imports-record", height=1100)
    fits(reader)
    app.get_by_role("button", name="Add 24-910").click()
    expect(reader.heading()).to_have_text("1 added.")
    assert office.project("24-910")


def test_an_import_is_followed_to_its_end_with_what_it_refused(reader: Reader, office: PagesOffice) -> None:
    office.enter("TASK", PROJECTID=TERMINAL, TASKID="99-123", NAME="An orphan", TASKSTATUS="Not Started")
    office.clock.move(600)
    reader.in_procore("/app/imports?object=projects")
    reader.sign_in("Dana Ortiz")
    app = reader.app
    expect(app.get_by_text("No records wait.")).to_be_visible()
    reader.looks("imports-empty")
    reader.in_procore("/app/imports")
    app = reader.app
    app.get_by_text("Request an import").click()
    reader.looks("imports-request")
    fits(reader)
    app.get_by_role("button", name="Read from Intacct now").click()
    expect(app.locator("#run .pill")).to_have_text("Running")
    run = recent(office.world)[0]
    import_step(office.world, run.id, office.clock.now() + timedelta(minutes=10), mine=run.objects[:3])
    expect(app.locator("#run-state")).to_contain_text(f"4 of {len(run.objects)}")
    reader.looks("import-run")
    app.get_by_role("link", name="To the imports").click()
    expect(app.locator("#running")).to_contain_text(f"4 of {len(run.objects)}")
    app.locator("#running").get_by_role("link").click()
    office.play(run.id)
    expect(app.locator("#run .pill").first).to_have_text("Done")
    expect(app.locator("#run")).to_contain_text("99-123")
    reader.looks("import-done", height=1100)
    fits(reader)
    app.get_by_role("link", name="Show all that stand refused").click()
    reader.looks("imports-refused")
    fits(reader)
    app.get_by_role("button", name="Try 99-123 again").click()
    expect(reader.heading()).to_have_text("1 tried again.")
    assert [each.full for each in recent(office.world)[:2]] == [True, False]
    assert office.state.on_shelf(State.INVALID.value).rows


def test_an_administrator_changes_a_schedule(reader: Reader, office: PagesOffice) -> None:
    office.bring("vendors")
    reader.in_procore("/app/imports/schedules")
    reader.sign_in("Alex Kim")
    app = reader.app
    reader.looks("schedules", height=1100)
    fits(reader)
    app.get_by_label("How often vendors are imported").select_option("4 hours")
    app.get_by_role("button", name="Save schedules").click()
    expect(app.get_by_text("It holds from the next full hour.")).to_be_visible()
    expect(app.get_by_label("How often vendors are imported")).to_have_value("4 hours")
    assert office.world.config().schedules == {"vendors": Schedule(every="4 hours")}
