"""What every invocation asks of the other systems is counted once, and shown to administrators."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from connector import bootstrap, bootstrap_base
from connector.core.errors import Code, RetryLater
from connector.core.outcome import Outcome, Result
from connector.core.usage import Counted, Counts, Purpose, Window
from connector.entrypoints import api, boundary, run_functions, webhook_events
from connector.entrypoints.object_function import handler_for
from tests.doubles import MemoryUsage
from tests.doubles.clock import START
from tests.unit.entrypoints.office import COMMITMENT, PRIYA, Office, call, context
from tests.unit.entrypoints.pages import Browser

EXPORTS, IMPORTS, WATCH, PEOPLE = Purpose.EXPORTS, Purpose.IMPORTS, Purpose.WATCH, Purpose.PEOPLE
ONE_OF_EACH: dict[Counted, int] = {"procore": 3, "intacct": 2, "functions": 5}


@pytest.fixture
def calls(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[Counted, int]], None]]:
    """Says what the next invocation asks of the other systems."""
    made: list[dict[Counted, int]] = []
    monkeypatch.setattr(boundary, "calls_made", lambda: made.pop() if made else {})
    monkeypatch.setattr(boundary, "clock", lambda: office.clock)
    yield made.append
    boundary._owed.clear()  # noqa: SLF001 -- of this process, so of all tests


def counted(office: Office) -> Counts:
    days = office.usage.days(START.date(), START.date())
    return days[0].counts if days else {}


def by(purpose: Purpose) -> Counts:
    return {(purpose, kind): number for kind, number in ONE_OF_EACH.items()}


class TestCounting:
    @pytest.mark.parametrize(("do", "purpose"), [("export", EXPORTS), ("send", EXPORTS), ("import", IMPORTS)])
    def test_an_objects_function_knows_what_for(
        self, office: Office, calls: Callable[..., None], monkeypatch: pytest.MonkeyPatch, do: str, purpose: Purpose
    ) -> None:
        done = Outcome(item=COMMITMENT, result=Result.DONE)
        monkeypatch.setattr("connector.entrypoints.object_function.export_item", lambda *_: done)
        monkeypatch.setattr("connector.engine.sends.send_one", lambda *_: done)
        monkeypatch.setattr("connector.engine.import_.import_step", lambda *_, **__: {})
        calls(ONE_OF_EACH)
        handler_for("commitments")({"do": do, "run": "r", "item": COMMITMENT}, context())
        assert counted(office) == by(purpose)

    @pytest.mark.parametrize(
        ("handler", "event", "purpose"),
        [
            (run_functions.sweep, {}, WATCH),
            (run_functions.watch_drift, {}, WATCH),
            (run_functions.scheduled_import, {}, IMPORTS),
            (webhook_events.lambda_handler, {"Records": []}, WATCH),
            (api.lambda_handler, call("GET", "/items", PRIYA), PEOPLE),
        ],
    )
    def test_so_do_the_others(
        self, office: Office, calls: Callable[..., None], handler: Callable[..., Any], event: dict[str, Any], purpose: Purpose
    ) -> None:
        calls(ONE_OF_EACH)
        handler(event, context())
        assert counted(office) == by(purpose)

    def test_work_that_failed_has_asked_too(self, office: Office, calls: Callable[..., None]) -> None:
        def work(*_: object) -> None:
            raise ZeroDivisionError

        calls(ONE_OF_EACH)
        with pytest.raises(boundary.OurFault):
            boundary.guarded(work)({}, context())
        assert counted(office) == by(PEOPLE)

    @pytest.mark.usefixtures("calls")
    def test_who_asked_nothing_writes_nothing(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bootstrap, "usage", lambda: pytest.fail("nothing was asked"))
        boundary.guarded(lambda *_: None)({}, context())
        assert counted(office) == {}

    @pytest.mark.parametrize("problem", [RetryLater(Code.UNAVAILABLE, "DynamoDB does not answer.", seconds=2), ZeroDivisionError()])
    def test_what_cannot_be_kept_fails_no_work_and_is_kept_with_the_next(
        self, office: Office, calls: Callable[..., None], monkeypatch: pytest.MonkeyPatch, problem: Exception
    ) -> None:
        def broken(*_: object) -> None:
            raise problem

        with monkeypatch.context() as now:
            now.setattr(office.usage, "add", broken)
            calls({"procore": 3})
            assert boundary.guarded(lambda *_: "done", EXPORTS)({}, context()) == "done"
        calls({"procore": 1})
        boundary.guarded(lambda *_: None, WATCH)({}, context())
        boundary.guarded(lambda *_: None, WATCH)({}, context())
        assert counted(office) == {(EXPORTS, "procore"): 3, (WATCH, "procore"): 1}

    def test_several_meters_of_one_kind_are_added_up_and_told_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bootstrap_base, "_meters", [])
        monkeypatch.setattr(bootstrap_base, "_told", type(bootstrap_base._told)())  # noqa: SLF001
        numbers = [3, 4]
        bootstrap_base.metered("procore", lambda: numbers[0])
        bootstrap_base.metered("procore", lambda: numbers[1])
        bootstrap_base.metered("intacct", lambda: 0)
        assert bootstrap_base.calls_made() == {"procore": 7}
        assert bootstrap_base.calls_made() == {}
        numbers[1] += 2
        assert bootstrap_base.calls_made() == {"procore": 2}


def fill(usage: MemoryUsage) -> None:
    """Two days of this month and one of the month before."""
    usage.add(START, {(EXPORTS, "procore"): 1000, (PEOPLE, "procore"): 234, (EXPORTS, "intacct"): 500, (EXPORTS, "functions"): 520})
    usage.add(START - timedelta(days=1), {(IMPORTS, "intacct"): 7, (IMPORTS, "functions"): 9})


class TestTheReport:
    def test_the_api_tells_it(self, office: Office) -> None:
        fill(office.usage)
        office.windows.append(Window(3600, 3188, START + timedelta(minutes=20)))
        answer = api.lambda_handler(call("GET", "/usage", PRIYA), context())
        said = json.loads(answer["body"])
        today = {"exports": 1000, "imports": 0, "watch": 0, "people": 234, "total": 1234}
        assert [day["first"] for day in said["days"]] == ["2026-06-01", "2026-05-31"]
        assert said["days"][0]["procore"] == today
        assert said["days"][1]["functions"]["imports"] == 9
        assert [month["first"] for month in said["months"]] == ["2026-06-01", "2026-05-01"]
        assert said["since"] == "2026-05-31"
        assert said["busiest_hour"] == {"begins": "2026-06-01T12:00:00Z", "calls": 1234}
        assert said["windows"] == [{"limit": 3600, "remaining": 3188, "resets_at": "2026-06-01T12:20:00Z"}]

    @pytest.fixture
    def browser(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
        here = Browser(office, monkeypatch)
        here.be(PRIYA)
        return here

    def test_the_page_says_how_near_it_is_and_lists_the_days(self, office: Office, browser: Browser) -> None:
        fill(office.usage)
        office.windows.append(Window(3600, 3188, START + timedelta(minutes=20)))
        page = browser.get("/app/settings/usage").text
        assert "412 of 3,600 calls are used; the count begins anew at 12:20 PM." in page
        assert "The most in one hour of the last 31 days was 1,234, from Jun 1, 2026, 12:00 PM UTC on." in page
        assert "Jun 2026: 520 functions in 500 requests." in page
        assert "Counted since May 31, 2026." in page
        rows = re.findall(r'rowheader">([^<]+)</th>(.*?)</tr>', page, re.DOTALL)
        shown = [(when, re.findall(r'data-l="([^"]+)">([^<]+)<', cells)) for when, cells in rows]
        assert [when for when, _ in shown] == ["Jun 1, 2026", "May 31, 2026", "31 days", "Jun 2026", "May 2026", "12 months"] * 2
        assert shown[0][1] == [
            ("Exports", "1,000"),
            ("Imports", "0"),
            ("Drift, sweeps", "0"),
            ("Pages, API", "234"),
            ("All calls", "1,234"),
        ]
        assert shown[8][1][-2:] == [("All requests", "507"), ("Functions", "529")]

    def test_what_is_not_known_is_not_said(self, office: Office, browser: Browser) -> None:
        page = browser.get("/app/settings/usage").text
        assert "Nothing is counted yet." in page
        office.usage.add(START, {(IMPORTS, "intacct"): 1, (IMPORTS, "functions"): 1})
        page = browser.get("/app/settings/usage").text
        assert "No limit runs just now" in page
        assert "The most in one hour" not in page
