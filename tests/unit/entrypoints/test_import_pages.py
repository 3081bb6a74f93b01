"""Imports in the app: what waits and why, everything suggested in one go, a run on its way, the clock."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from connector.core.configuration import Configuration, Schedule
from connector.core.errors import Code, SetupWrong
from connector.core.item import Item, Problem, State
from connector.core.people import ApprovalRight
from connector.engine import staging
from connector.engine.decide import Decided
from connector.engine.linking import AT_ONCE, LINKING
from connector.engine.reconcile_runs import RECONCILING
from connector.engine.window import Mark
from connector.entrypoints import staged_pages
from connector.ports import CrossReference, Run
from tests.unit.entrypoints.office import DANA, MARCO, PIER_9, PRIYA, STRANGER, Office
from tests.unit.entrypoints.pages import Answer, Browser
from tests.unit.entrypoints.test_work_pages import staged

SUGGESTION = {"suggested id": "8821", "suggested name": "Harbor Steel LLC", "suggested because of the same": "name"}
ADDRESSES = ("/app/imports", "/app/imports/schedules", "/app/imports/suggested?object=vendors", "/app/imports/records/staged:vendors:1")


@pytest.fixture
def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    here = Browser(office, monkeypatch)
    here.be()
    return here


def suggested(office: Office, number: int) -> Item:
    return staged(office, number, staged={"intacct recordno": str(number)} | SUGGESTION | {"suggested id": str(9000 + number)})


def run(office: Office, **change: Any) -> Run:
    """Of vendors and projects, under way."""
    blank = {"id": "import-7", "kind": "import", "state": "running", "started_at": office.clock.now(), "started_by": "the clock"}
    made = Run(**{**blank, "objects": ("projects", "vendors"), **change})
    office.state.put_run(made)
    noted = f'{{"last": 7, "ids": ["{made.id}"]}}'
    assert office.state.move_watermarks({"import-runs": ("", noted)}) == []
    return made


def buttons(page: Answer) -> list[str]:
    return re.findall(r'name="one" value="([^"]+)"', page.text)


class TestWhatWaits:
    def test_tabs_tell_how_many_have_something_to_do(self, browser: Browser, office: Office) -> None:
        for number in range(1, 4):
            staged(office, number)
        staged(office, 9, State.INVALID)
        page = browser.get("/app/imports")
        within = page.text.partition("<main")[2]
        assert re.findall(r"(\w+) <span class=\"count\">(\d+)", within) == [("Staged", "3"), ("Refused", "1")]
        assert 'Imports <span class="count">3<' in page.text
        for number in range(10, 110):
            staged(office, number)
        assert 'Staged <span class="count">100+' in browser.get("/app/imports/schedules").text

    def test_what_was_never_sent_is_told_no_tale_of_an_export(self, browser: Browser, office: Office) -> None:
        staged(office, 1, State.LINKED)
        page = browser.get("/app/items/staged:vendors:1").text
        assert "Chain of 1 entry verified." in page
        for words in ("What change", "in Intacct.", "Every rule held"):
            assert words not in page, words

    def test_without_a_suggestion_the_button_leads_to_the_records_page(self, browser: Browser, office: Office) -> None:
        suggested(office, 1)
        staged(office, 2)
        page = browser.get("/app/imports")
        both = [f"{verb} staged:vendors:{number}" for number in (1, 2) for verb in ("accept", "archive")]
        assert buttons(page) == ["link staged:vendors:1", *both]
        assert 'href="/v1/app/imports/records/staged%3Avendors%3A2" aria-label="Link V-2 to a record" data-row-key="l"' in page.text

    def test_what_was_refused_says_why_and_what_to_do(self, browser: Browser, office: Office) -> None:
        problem = Problem(code=Code.PARENT_NOT_SYNCED, field="", message="Task 01-123 has no parent 01.", their_words="BL01")
        staged(office, 1, State.INVALID, problems=(problem,))
        page = browser.get("/app/imports?group=invalid")
        for words in ("Task 01-123 has no parent 01.", problem.violation().explanation.remedy, "BL01"):
            assert words in page.text
        assert buttons(page) == ["retry staged:vendors:1", "archive staged:vendors:1"]
        again = browser.press(page, "/app/imports/decisions", one="retry staged:vendors:1")
        assert again.heading == "1 tried again."
        followed = re.search(r'href="/v1(/app/imports/runs/[^"]+)"', again.text)
        assert followed
        assert browser.get(followed[1]).heading == "Import of vendors"

    def test_what_is_done_is_added_or_linked(self, browser: Browser, office: Office) -> None:
        staged(office, 1, State.IMPORTED)
        staged(office, 2, State.LINKED)
        assert set(re.findall(r"V-\d", browser.get("/app/imports?group=done").text)) == {"V-1"}
        assert set(re.findall(r"V-\d", browser.get("/app/imports?group=done&made=linked").text)) == {"V-2"}
        assert buttons(browser.get("/app/imports?group=done")) == []

    def test_nothing_waiting_says_up_to_when_was_read(self, browser: Browser, office: Office) -> None:
        assert "No records wait. Vendors: not read yet" in browser.get("/app/imports?object=vendors").text
        at = office.clock.now()
        mark = str(Mark(read=at, heard=at + timedelta(hours=1), offset=0))
        office.state.move_watermarks({"import:vendors:company": ("", mark)})
        assert (
            "No records wait. Vendors: read up to Jun 1, 2026, 1:00 PM UTC, nothing new." in browser.get("/app/imports?object=vendors").text
        )
        assert "All objects: not read yet" in browser.get("/app/imports").text

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_it_is_for_approvers_and_administrators(self, browser: Browser, office: Office, address: str) -> None:
        staged(office, 1)
        browser.be(MARCO)
        assert browser.get(address).status in {403, 404}

    def test_of_other_peoples_projects_nothing_is_shown(self, browser: Browser, office: Office) -> None:
        office.set(Configuration(approvers=(ApprovalRight(login=STRANGER.login),)))
        staged(office, 1, project_id=PIER_9)
        run(office, project_id=PIER_9)
        browser.be(STRANGER)
        assert "V-1" not in browser.get("/app/imports").text
        assert "import-7" not in browser.get("/app/imports").text + browser.get("/app/imports/schedules").text
        assert browser.get("/app/imports/records/staged:vendors:1").status == 404
        assert browser.get("/app/imports/runs/import-7").status == 404

    def test_readings_of_jobs_are_not_among_the_imports(self, browser: Browser, office: Office) -> None:
        run(office, kind=RECONCILING)
        assert "import-7" not in browser.get("/app/imports").text + browser.get("/app/imports/schedules").text


class TestOneRecord:
    def test_it_is_linked_to_the_record_that_was_typed(self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        staged(office, 1, staged={"intacct recordno": "1", "vendor_id": "V-1"})
        linked: list[tuple[str, str]] = []

        def link(_world: Any, _person: Any, key: str, twin: str) -> Decided:
            linked.append((key, twin))
            return Decided(item=key, state=State.LINKED)

        monkeypatch.setattr(staging, "link", link)
        page = browser.get("/app/imports/records/staged:vendors:1")
        assert page.heading == "Vendor V-1"
        assert "<dt>Vendor id</dt><dd>V-1</dd>" in page.text
        assert "recordno" not in page.text
        done = browser.press(page, "/app/imports/decisions", one="link staged:vendors:1", procore_id=" 8821 ")
        assert (linked, done.heading) == ([("staged:vendors:1", "8821")], "1 linked.")

    def test_a_job_is_added_from_the_template_that_was_chosen(
        self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        staged(office, 5, id="staged:projects:5", object="projects")
        asked: list[Any] = []

        def pages(path: str, params: dict[str, str]) -> Any:
            asked.append((path, params))
            return iter([[{"id": 71, "name": "Standard"}]])

        templates: Any = SimpleNamespace(pages=pages)
        office.world = replace(office.world, procore=templates)
        assert "Add V-5, with choices" in browser.get("/app/imports").text
        assert asked == [], "a list asks nobody"
        page = browser.get("/app/imports/records/staged:projects:5")
        assert asked == [("/rest/v1.0/projects", {"company_id": office.world.company, "filters[template]": "true"})]
        assert '<option value="71">Standard</option>' in page.text
        chosen: list[Any] = []

        def accept(_world: Any, _person: Any, keys: list[str], options: dict[str, str]) -> list[Decided]:
            chosen.append((keys, options))
            return []

        monkeypatch.setattr(staging, "accept", accept)
        for template in ("71", ""):
            browser.press(page, "/app/imports/decisions", one="accept staged:projects:5", **{"option.template": template})
        assert chosen == [(["staged:projects:5"], {"template": "71"}), (["staged:projects:5"], {})]

    def test_while_procore_is_away_it_is_added_without_a_choice(self, browser: Browser, office: Office) -> None:
        staged(office, 5, id="staged:projects:5", object="projects")

        def away(*_given: object) -> None:
            raise SetupWrong(Code.SIGN_IN_FAILED, "Procore did not let us in.")

        gone: Any = SimpleNamespace(pages=away)
        office.world = replace(office.world, procore=gone)
        page = browser.get("/app/imports/records/staged:projects:5")
        assert page.status == 200
        assert "Procore did not let us in. It can be added without." in page.text

    def test_an_item_of_an_export_is_none_of_these(self, browser: Browser, office: Office) -> None:
        office.send()
        assert browser.get("/app/imports/records/commitments:4711").status == 404


class TestAllSuggested:
    def test_the_pairs_are_shown_before_any_is_linked(self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in (1, 2):
            suggested(office, number)
        staged(office, 3)
        assert 'suggested?object=vendors">Link all 2 suggested vendors…' in browser.get("/app/imports").text
        page = browser.get("/app/imports/suggested?object=vendors")
        assert page.heading == "Link all 2 suggested vendors?"
        for words in ("V-1", "Bay Concrete 1", "Harbor Steel LLC", "9001", "same name"):
            assert words in page.text
        assert "V-3" not in page.text
        results = [Decided(item=f"staged:vendors:{number}", state=State.LINKED) for number in (1, 2)]
        asked: list[str] = []

        def link(_world: Any, _person: Any, name: str) -> list[Decided]:
            asked.append(name)
            return results

        monkeypatch.setattr(staging, "link_all_suggested", link)
        assert browser.press(page, "/app/imports/suggested", object="vendors").heading == "2 linked."
        assert asked == ["vendors"]

    def test_very_many_become_a_run_that_the_page_follows(self, browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(staged_pages, "AT_ONCE", 1)
        for number in (1, 2):
            suggested(office, number)
        page = browser.get("/app/imports/suggested?object=vendors")
        assert "So many are linked as a run" in page.text
        done = browser.press(page, "/app/imports/suggested", object="vendors")
        assert done.status == 303
        assert browser.get(done.to).heading == "Linking of vendors"
        held = office.state.get_run(done.to.rpartition("/")[2])
        assert held is not None
        assert (held.kind, held.started_by) == (LINKING, DANA.name)

    def test_what_a_run_could_not_link_is_listed_with_its_reason(self, browser: Browser, office: Office) -> None:
        problem = Problem(code=Code.LINKED_ELSEWHERE, field="", message="It is linked elsewhere.")
        staged(office, 1, problems=(problem,))
        staged(office, 2)
        run(office, kind=LINKING, objects=("vendors",), state="ended", counts={"refused": 1}, position={"passed": '["staged:vendors:1"]'})
        page = browser.get("/app/imports/runs/import-7")
        assert "It is linked elsewhere." in page.text
        assert "V-2" not in page.text

    def test_nothing_suggested_says_so(self, browser: Browser) -> None:
        assert browser.get("/app/imports/suggested?object=vendors").heading == "Nothing is suggested"
        assert browser.get("/app/imports/suggested?object=nonsense").status == 404
        assert AT_ONCE > 1


class TestRuns:
    def test_a_run_tells_where_it_is_and_what_it_did(self, browser: Browser, office: Office) -> None:
        position = {"object": "vendors", "jobs": '["24-107", "24-108"]'}
        run(office, position=position, counts={"read": 1640, "staged": 12, "written": 3, "refused": 1, "unchanged": 1600})
        staged(office, 1, State.INVALID, problems=(Problem(code=Code.VALUE_UNREADABLE, field="", message="No name."),))
        for page in (browser.get("/app/imports"), browser.get("/app/imports/runs/import-7")):
            assert "1,640 rows read, 12 staged, 3 written, 1 refused" in page.text
            assert '<progress max="2" value="1"' in page.text
            assert "Vendors, 2 of 2" in page.text
        assert 'data-share="50"' in page.text
        assert "2 jobs to go" in page.text
        assert "No name." in page.text
        assert 'id="running" aria-label="Running imports" data-poll=' in browser.get("/app/imports").text

    def test_while_it_waits_for_intacct_it_says_until_when(self, browser: Browser, office: Office) -> None:
        again = (office.clock.now() + timedelta(minutes=15)).isoformat()
        run(office, position={"waits": "Intacct does not answer.", "again": again})
        for address in ("/app/imports", "/app/imports/runs/import-7"):
            assert "Intacct does not answer. Tried again Jun 1, 2026, 12:15 PM UTC by itself." in browser.get(address).text

    def test_one_that_stopped_is_told_until_another_came_to_its_end(self, browser: Browser, office: Office) -> None:
        stopped = run(office, state="stopped", ended_at=office.clock.now(), problems=("The user may not read vendors.",))
        page = browser.get("/app/imports")
        assert "stopped before its end: The user may not read vendors." in page.text
        assert "data-poll" not in page.text
        office.state.put_run(stopped.model_copy(update={"version": 1, "state": "ended"}))
        assert "stopped before its end" not in browser.get("/app/imports").text

    def test_who_asks_for_what_is_running_joins_it_and_is_told(self, browser: Browser, office: Office) -> None:
        page = browser.get("/app/imports")
        first = browser.press(page, "/app/imports/request", object="cost_codes", project=PIER_9, full="yes")
        held = office.state.get_run(first.to.rpartition("/")[2])
        assert held is not None
        assert (held.objects, held.project_id, held.full) == (("cost_codes",), PIER_9, True)
        assert "You have joined it" not in browser.get(first.to).text
        second = browser.press(page, "/app/imports/request", object="cost_codes", project=PIER_9, full="yes")
        assert second.to == f"{first.to}?joined=yes"
        shown = browser.get(second.to)
        assert "You have joined it" in shown.text
        assert "Project Pier 9 Terminal (24-107)." in shown.text
        assert "Cost codes, everything again" in browser.get("/app/imports").text

    def test_what_cannot_be_asked_for_says_why(self, browser: Browser) -> None:
        page = browser.get("/app/imports")
        answer = browser.press(page, "/app/imports/request", object="vendors", project=PIER_9)
        assert (answer.status, "request it without a project" in answer.text) == (422, True)


class TestSchedules:
    PAGE = "/app/imports/schedules"

    def form(self, page: Answer, **changes: str) -> dict[str, str]:
        chosen = dict(re.findall(r'<select name="(every\.\w+)".*?<option value="([^"]+)" selected', page.text))
        return {"version": page.hidden("version"), **chosen, **{f"every.{name}": value for name, value in changes.items()}}

    def test_an_administrator_changes_one_and_the_others_stay_as_usual(self, browser: Browser, office: Office) -> None:
        browser.be(PRIYA)
        page = browser.get(self.PAGE)
        assert page.text.count("as usual") == page.text.count("<select")
        done = browser.press(page, self.PAGE, **self.form(page, vendors="day"))
        assert done.to == "/v1/app/imports/schedules?saved=yes"
        config = office.world.config()
        assert config.schedules == {"vendors": Schedule(every="day")}
        assert config.default_item == "SUB"
        shown = browser.get(done.to)
        assert "Saved." in shown.text
        row = shown.text.partition('name="every.vendors"')[2].partition("</tr>")[0]
        assert "as usual" not in row
        assert "Jun 2, 2026, 12:00 AM UTC" in row

    def test_when_each_is_next_and_up_to_when_it_was_read(self, browser: Browser, office: Office) -> None:
        office.set(Configuration(approvers=(ApprovalRight(login=DANA.login),), schedules={"vendors": Schedule(every="off")}))
        page = browser.get(self.PAGE)
        rows = re.findall(r"<tr role=\"row\"><th[^>]*>([^<]+)</th>.*?data-l=\"Read up to\">([^<]*)</td><td[^>]*>([^<]*)<", page.text)
        times = {name: (read, following) for name, read, following in rows}
        assert times["Vendors"] == ("never", "not by the clock")
        assert times["Projects"][1] == "Jun 1, 2026, 1:00 PM UTC"
        assert times["Cost codes"][1] == "Jun 1, 2026, 2:00 PM UTC"
        assert "<select" not in page.text
        assert "Administrators change this." in page.text

    def test_what_was_read_is_what_all_of_its_legs_have(self, browser: Browser, office: Office) -> None:
        mark = str(Mark(read=office.clock.now(), heard=office.clock.now(), offset=0))
        office.state.move_watermarks({"import:cost_codes:company": ("", mark)})
        row = browser.get(self.PAGE).text.partition("Cost codes</th>")[2].partition("</tr>")[0]
        assert ">never<" in row
        office.state.move_watermarks({"import:cost_codes:jobs": ("", mark)})
        row = browser.get(self.PAGE).text.partition("Cost codes</th>")[2].partition("</tr>")[0]
        assert ">Jun 1, 2026, 12:00 PM UTC<" in row

    def test_others_change_nothing(self, browser: Browser, office: Office) -> None:
        browser.be(PRIYA)
        form = self.form(browser.get(self.PAGE), vendors="day")
        browser.be(DANA)
        assert browser.press(browser.get(self.PAGE), self.PAGE, **form).status == 403
        assert office.world.config().schedules == {}

    @pytest.mark.parametrize("change", [{"vendors": "monthly"}, {"nonsense": "day"}, {"commitments": "day"}])
    def test_what_cannot_be_is_not_saved(self, browser: Browser, office: Office, change: dict[str, str]) -> None:
        browser.be(PRIYA)
        page = browser.get(self.PAGE)
        assert browser.press(page, self.PAGE, **self.form(page, **change)).status == 422
        assert office.world.config().schedules == {}

    def test_somebody_elses_change_is_not_overwritten(self, browser: Browser, office: Office) -> None:
        browser.be(PRIYA)
        page = browser.get(self.PAGE)
        office.set(Configuration(default_item="OTHER"))
        assert browser.press(page, self.PAGE, **self.form(page, vendors="day")).status == 409
        assert office.world.config().schedules == {}


def test_jobs_that_may_be_asked_for_are_those_one_may_see(browser: Browser, office: Office) -> None:
    other = CrossReference(object="projects", procore_id="77", intacct_key="7", intacct_id="24-200", label="Dock 4")
    assert office.references.link([other]) == []
    assert re.findall(r'<option value="(\w+)">[^<]+\(24', browser.get("/app/imports").text) == ["77", PIER_9]
    browser.be(DANA.model_copy(update={"projects": frozenset({PIER_9})}))
    assert re.findall(r'<option value="(\w+)">[^<]+\(24', browser.get("/app/imports").text) == [PIER_9]
