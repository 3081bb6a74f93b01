"""*Jobs*: the list, a job by code, its file for a spreadsheet, and asking for another reading."""

from __future__ import annotations

import csv
import json
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest

from connector.core.configuration import Configuration
from connector.core.people import ApprovalRight
from connector.core.reconciliation import FIGURES, Cause, CodeRow, JobCode, Reading, Why
from connector.engine.import_runs import give_up, recent
from connector.engine.reconcile_runs import request
from connector.entrypoints import api
from connector.ports import CrossReference
from connector.presentation.job_page import PAGE
from connector.presentation.job_sheet import HEAD
from tests.unit.entrypoints.jobs import STEEL, TAKEN_AT, cause, figure, keep, reading
from tests.unit.entrypoints.office import COMMITMENT, DANA, MARCO, PIER_9, STRANGER, Office, call, context
from tests.unit.entrypoints.pages import Answer, Browser

LARGEST = 150_000
MINUS = "\N{MINUS SIGN}"
JOB = f"/app/jobs/{PIER_9}"


@pytest.fixture
def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    here = Browser(office, monkeypatch)
    here.be(DANA)
    return here


def text(page: Answer) -> str:
    """Without tags, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


class TestTheList:
    def test_a_job_that_was_never_read_says_so(self, browser: Browser) -> None:
        page = browser.get("/app/jobs")
        assert page.heading == "Jobs"
        assert "24-107 Pier 9 Terminal Not read yet never" in text(page)

    def test_what_differs_most_comes_first(self, browser: Browser, office: Office) -> None:
        keep(office, reading())
        others = [("8", "24-001", "Agrees"), ("9", "24-002", "Unexplained")]
        for key, job, name in others:
            office.references.link([CrossReference(object="projects", procore_id=key, intacct_key=key, intacct_id=job, label=name)])
        agrees = CodeRow(code=STEEL, name="", figures=(figure("budget", "5.00", "5.00"),))
        unknown = figure("paid", "0.00", "90000.00", cause(Why.UNEXPLAINED, "Bill 7", "0.00", "90000.00"))
        for key, row in (("8", agrees), ("9", CodeRow(code=STEEL, name="", figures=(unknown,)))):
            keep(office, reading(row).model_copy(update={"project_id": key}))
        page = browser.get("/app/jobs")
        assert re.findall(r"data-open>([^<]+)<", page.text) == ["24-002", "24-107", "24-001"]
        said = text(page)
        assert "3 jobs read in both systems, 2 with differences." in said
        assert "24-002 Unexplained 1 difference $90,000.00 of it unexplained" in said
        assert "24-107 Pier 9 Terminal 1 difference" in said
        assert "24-001 Agrees Agrees" in said

    def test_projects_of_others_are_not_listed(self, browser: Browser, office: Office) -> None:
        keep(office, reading())
        browser.be(STRANGER)
        assert "No job is linked to a project of yours yet." in text(browser.get("/app/jobs"))
        assert browser.get(JOB).status == 404

    def test_who_has_no_role_sees_none(self, browser: Browser, office: Office) -> None:
        office.set(Configuration(senders=frozenset({"x"}), approvers=(ApprovalRight(login="y"),)))
        assert browser.get("/app/jobs").status == 403


class TestAJob:
    def test_totals_codes_and_causes(self, browser: Browser, office: Office) -> None:
        keep(office, reading())
        said = text(browser.get(JOB))
        assert "Pier 9 Terminal, 24-107 Read in both systems Nov 19, 2026, 3:40 PM UTC, started by the clock." in said
        assert "1 difference, $4,060.00 apart. All of it is explained." in said
        assert "Committed $4,060.00 Procore $1,429,200.00 Intacct $1,425,140.00" in said
        assert "Budget Agrees Procore $1,180,000.00 Intacct $1,180,000.00" in said
        assert "05-120 SUB: SC-2041-CO007 waits for an approver." in said  # a single cause is said in its line
        assert "Committed $1,109,200.00 in Procore, $1,105,140.00 in Intacct: +$4,060.00" in said
        assert "SC-2041-CO007 waits for an approver. +$4,060.00" in said

    def test_a_picture_is_attributes_only_and_a_sentence(self, browser: Browser, office: Office) -> None:
        keep(office, reading())
        page = browser.get(JOB)
        assert (
            'role="img" aria-label="05-120.SUB: of a budget of $1,180,000.00 94% committed, 50% invoiced. The systems differ."' in page.text
        )
        assert 'aria-label="03-300.SUB: no budget, $320,000.00 committed."' in page.text
        assert re.findall(r'class="bar-(\w+)" y="\d+" width="([\d.]+%)"', page.text) == [
            ("budget", "72.0%"), ("committed", "67.7%"), ("invoiced", "36.0%"), ("committed", "72.0%"),
        ]  # fmt: skip
        assert "style=" not in page.text

    def test_an_overrun_is_cut_off_before_the_mark(self, browser: Browser, office: Office) -> None:
        row = CodeRow(code=STEEL, name="", figures=(figure("budget", "10.00", "10.00"), figure("committed", "90.00", "90.00")))
        keep(office, reading(row))
        assert 'class="bar-committed" y="3" width="92.0%"' in browser.get(JOB).text

    def test_only_what_differs_and_one_cost_type(self, browser: Browser, office: Office) -> None:
        labor = CodeRow(code=JobCode("24-107", "01-110", "L"), name="", figures=(figure("budget", "3.00", "3.00"),))
        keep(office, reading(*reading().rows, labor))
        assert len(re.findall(r"<th scope=\"row\"", browser.get(JOB).text)) == 3
        only = browser.get(f"{JOB}?only=differences")
        assert re.findall(r'<th scope="row" role="rowheader">([^<]+?) *<', only.text) == ["05-120 SUB"]
        assert "<details open>" in only.text
        of_labor = browser.get(f"{JOB}?type=L")
        assert re.findall(r'<th scope="row" role="rowheader">([^<]+?) *<', of_labor.text) == ["01-110 L"]
        assert "No code differs with this cost type. Show all codes" in text(browser.get(f"{JOB}?type=L&only=differences"))

    def test_what_offsets_agrees_and_is_named(self, browser: Browser, office: Office) -> None:
        two = (cause(Why.NOT_SENT, "SC-1", "5.00", "0.00"), cause(Why.NOT_IN_PROCORE, "Subcontract-SC-1", "0.00", "5.00"))
        keep(office, reading(CodeRow(code=STEEL, name="", figures=(figure("committed", "5.00", "5.00", *two),))))
        said = text(browser.get(JOB))
        assert "Both systems agree to the cent on 1 code, 1 figure of them by records that offset each other." in said
        assert f"SC-1 is so. +$5.00 Subcontract-SC-1 is so. {MINUS}$5.00" in said

    def test_what_is_unexplained_is_said_first(self, browser: Browser, office: Office) -> None:
        unknown = figure("paid", "0.00", "12.00", cause(Why.UNEXPLAINED, "Bill 7", "0.00", "12.00"))
        keep(office, reading(CodeRow(code=STEEL, name="", figures=(unknown,))))
        said = text(browser.get(JOB))
        assert "1 difference, $12.00 apart. $12.00 of it is unexplained." in said
        assert "This job has no budget yet in either system." in said

    def test_an_old_reading_says_that_it_is_old(self, browser: Browser, office: Office) -> None:
        keep(office, reading().model_copy(update={"taken_at": office.clock.now() - timedelta(hours=25), "notes": ("Left out: $7.",)}))
        fresh = text(browser.get(JOB))
        keep(office, reading().model_copy(update={"taken_at": office.clock.now() - timedelta(hours=27)}))
        assert "This reading is old." not in fresh
        assert "Left out: $7." in fresh
        assert "This reading is old." in text(browser.get(JOB))

    def test_amounts_are_in_the_readers_locale(self, browser: Browser, office: Office) -> None:
        keep(office, reading())
        said = unescape(browser.get(JOB, **{"Accept-Language": "de-DE"}).text)
        assert "+4.060,00 $" in said
        assert "94 % committed" in said.replace("\N{NO-BREAK SPACE}", " ")

    def test_names_are_escaped(self, browser: Browser, office: Office) -> None:
        hostile = "<script>alert(1)</script>"
        row = figure("paid", "1.00", "0.00", cause(Why.NOT_SENT, hostile, "1.00", "0.00", words=hostile))
        keep(office, reading(CodeRow(code=STEEL, name=hostile, figures=(row,))))
        assert hostile not in browser.get(JOB).text

    @pytest.mark.parametrize("query", ["", "?only=differences", "?from=150", "?from=999", "?from=x"])
    def test_three_hundred_codes_that_all_differ_weigh_less_than_150_kb(self, browser: Browser, office: Office, query: str) -> None:
        keep(office, _crowded(300))
        page = browser.get(f"{JOB}{query}")
        assert len(page.text.encode()) < LARGEST
        assert 20 < page.text.count('<th scope="row"') <= PAGE

    def test_three_hundred_codes_that_agree_are_listed_by_the_fifty(self, browser: Browser, office: Office) -> None:
        agrees = [CodeRow(code=row.code, name=row.name, figures=(figure("budget", "1.00", "1.00"),)) for row in _crowded(300).rows]
        keep(office, reading(*agrees))
        assert browser.get(JOB).text.count('<th scope="row"') == PAGE

    def test_what_the_page_does_not_list_it_says(self, browser: Browser, office: Office) -> None:
        many = [cause(Why.NOT_SENT, f"SC-{number:03}", "1.00", "0.00") for number in range(400)]
        keep(office, reading(CodeRow(code=STEEL, name="", figures=(figure("committed", "400.00", "0.00", *many),))))
        assert "380 more, +$380.00 together; the download lists them" in text(browser.get(JOB))

    def test_all_of_three_hundred_codes_are_reached(self, browser: Browser, office: Office) -> None:
        keep(office, _crowded(120))
        seen: list[str] = []
        address = JOB
        while address:
            page = browser.get(address)
            seen += re.findall(r'<th scope="row" role="rowheader">([^<]+?) *<', page.text)
            later = re.search(r'<a href="([^"]+)">More of the 120 codes', page.text)
            address = unescape(later[1]).removeprefix("/v1") if later else ""
        assert len(seen) == len(set(seen)) == 120


def _crowded(codes: int) -> Reading:
    """Every figure of every code differs, by two records."""
    rows = [
        CodeRow(
            code=JobCode("24-107-A", f"{number:03}-120", "SUB"),
            name="Cast-in-place concrete, structural",
            figures=tuple(
                figure(name, f"{1180000 + number}.00", "1180000.00", _part(number, "1.00"), _part(number + 1, f"{number - 1}.00"))
                for name in FIGURES
            ),
        )
        for number in range(1, codes + 1)
    ]
    return reading(*rows)


def _part(number: int, procore: str) -> Cause:
    words = "waits for an approver, who has been told of it by mail"
    return cause(Why.WAITING, f"SC-24-107-{number:03}-CO001", procore, "0.00", words=words, item=COMMITMENT)


class TestReading:
    def test_a_button_starts_it_and_the_page_follows_it(self, browser: Browser, office: Office) -> None:
        page = browser.get(JOB)
        assert "This job was not read in both systems yet." in text(page)
        gone_to = browser.press(page, f"{JOB}/readings")
        assert (gone_to.status, gone_to.to) == (303, f"/v1{JOB}")
        assert len(office.workflows) == 1
        page = browser.get(JOB)
        assert "Both systems are being read. Lists first. Started by Dana Ortiz" in text(page)
        assert f'data-poll="/v1{JOB}"' in page.text
        (run,) = recent(office.world)
        office.state.put_run(run.model_copy(update={"version": 1, "counts": {"records": 30, "expected": 40}}))
        page = browser.get(JOB)
        assert "30 of 40 records." in text(page)
        assert '<progress max="40" value="30"' in page.text
        assert "Being read" in text(browser.get("/app/jobs"))
        assert "Running:" not in text(browser.get("/app/imports"))

    def test_one_that_broke_off_says_so_and_shows_the_one_before(self, browser: Browser, office: Office) -> None:
        keep(office, reading())
        give_up(office.world, request(office.world, DANA, PIER_9), "Intacct did not let the connector in.")
        said = text(browser.get(JOB))
        assert "did not come to its end. Intacct did not let the connector in. What is shown is the reading before." in said
        browser.be(MARCO)
        assert "Accounting sees why." in text(browser.get(JOB))

    def test_one_that_fell_silent_can_be_asked_for_again(self, browser: Browser, office: Office) -> None:
        request(office.world, DANA, PIER_9)
        assert 'type="submit" disabled>' in browser.get(JOB).text
        office.clock.move(3600)
        browser.be(DANA)
        page = browser.get(JOB)
        assert "did not come to its end" in text(page)
        assert 'type="submit" disabled>' not in page.text


class TestTheSheet:
    def rows(self, sheet: str) -> list[list[str]]:
        assert sheet.startswith("\N{ZERO WIDTH NO-BREAK SPACE}Job,")
        return list(csv.reader(StringIO(sheet.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))))

    def test_page_and_api_give_the_same_file(self, browser: Browser, office: Office) -> None:
        keep(office, reading())
        page = browser.get(f"{JOB}/figures.csv")
        answer = api.lambda_handler(call("GET", f"/jobs/{PIER_9}/figures.csv", DANA), context())
        assert page.text == answer["body"]
        assert page.header("Content-Type") == "text/csv; charset=utf-8"
        assert page.header("Content-Disposition") == 'attachment; filename="reconciliation-24-107-2026-11-19.csv"'
        assert answer["multiValueHeaders"]["Content-Disposition"] == [page.header("Content-Disposition")]
        head, *rows = self.rows(page.text)
        assert tuple(head) == HEAD
        assert [row[4:] for row in rows if row[4] == "committed" and row[1] == "05-120"] == [
            ["committed", "1109200.00", "1105140.00", "4060.00", "", "", "", "", ""],
            ["committed", "", "", "", "SC-2041-CO007", "waits for an approver", "4060.00", "0.00", "4060.00"],
        ]

    @pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
    def test_no_text_is_a_formula(self, browser: Browser, office: Office, sign: str) -> None:
        hostile = f'{sign}HYPERLINK("http://evil.example","x")'
        row = figure("paid", "-1.00", None, cause(Why.NOT_SENT, hostile, "-1.00", "0.00", words=hostile))
        keep(office, reading(CodeRow(code=JobCode(hostile, hostile, hostile), name=hostile, figures=(row,))))
        _, *rows = self.rows(browser.get(f"{JOB}/figures.csv").text)
        cells = [cell for row in rows for cell in row]
        assert cells.count(f"'{hostile}") == 10
        assert {cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))} == {"-1.00"}

    def test_there_is_none_before_the_first_reading(self, browser: Browser) -> None:
        assert browser.get(f"{JOB}/figures.csv").status == 404


class TestTheApi:
    def test_a_job_with_its_causes(self, office: Office) -> None:
        keep(office, reading())
        answer = json.loads(api.lambda_handler(call("GET", f"/jobs/{PIER_9}", DANA), context())["body"])
        assert answer["job"] == {
            "project_id": PIER_9, "job": "24-107", "name": "Pier 9 Terminal", "read_at": TAKEN_AT.isoformat().replace("+00:00", "Z"),
            "codes": 2, "differences": 1, "offset": 0, "apart": "4060.00", "unexplained": "0.00", "reading": "",
        }  # fmt: skip
        assert answer["read_by"] == "the clock"
        assert [total["figure"] for total in answer["totals"]] == [*FIGURES]
        committed = next(each for each in answer["codes"][0]["figures"] if each["figure"] == "committed")
        assert (committed["procore"], committed["intacct"], committed["difference"]) == ("1109200.00", "1105140.00", "4060.00")
        assert [(each["why"], each["item"], each["difference"]) for each in committed["causes"]] == [("waiting", COMMITMENT, "4060.00")]

    @pytest.mark.usefixtures("office")
    def test_a_reading_is_asked_for_and_followed(self) -> None:
        answer = api.lambda_handler(call("POST", f"/jobs/{PIER_9}/readings", MARCO, {}), context())
        assert answer["statusCode"] == 202
        run = json.loads(answer["body"])["run"]
        assert (run["kind"], run["project_id"], run["state"]) == ("reconciliation", PIER_9, "running")
        assert json.loads(api.lambda_handler(call("GET", f"/runs/{run['id']}", MARCO), context())["body"])["run"]["id"] == run["id"]
        assert json.loads(api.lambda_handler(call("GET", "/jobs", MARCO), context())["body"])["jobs"][0]["reading"] == run["id"]
        assert json.loads(api.lambda_handler(call("GET", "/imports", DANA), context())["body"])["runs"] == []

    def test_a_project_without_a_job_is_not_found(self, office: Office) -> None:
        for method, path in (("GET", "/jobs/4711"), ("POST", "/jobs/4711/readings")):
            assert api.lambda_handler(call(method, path, DANA, {}), context())["statusCode"] == 404
        assert len(office.workflows) == 0
