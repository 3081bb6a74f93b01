"""What the runbook tells an administrator to do, done."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from connector.core.people import Person
from connector.engine.progress import SILENCE
from connector.engine.schedule import due
from connector.entrypoints import api
from tests.unit.entrypoints.office import DANA, PRIYA, Office, call, context
from tests.unit.entrypoints.test_imports import START_MARK

RUNBOOK: Final = (Path(__file__).parents[3] / "docs/runbook.md").read_text("utf-8")


def ask(method: str, path: str, body: object = None, person: Person = PRIYA) -> dict[str, Any]:
    answer = api.lambda_handler(call(method, path, person, body), context())
    assert answer["statusCode"] < 300, answer["body"]
    return dict(json.loads(answer["body"]))


def told(section: str) -> list[tuple[str, str, Any]]:
    """The calls that a section of the runbook spells out: method, path, body."""
    text = RUNBOOK.partition(f"## {section}\n")[2].partition("\n## ")[0]
    assert text, section
    calls = re.findall(r"`(GET|POST|PUT) (/[^ `?]*)(?:\?[^` ]*)?(?: (\{[^`]*\}))?`", text)
    return [(method, path, json.loads(body) if body else None) for method, path, body in calls]


def test_every_call_in_the_runbook_is_one_of_ours() -> None:
    ours = {(route.method, route.path) for route in api.ROUTES}
    named = re.findall(r"`(GET|POST|PUT) (/[^ `?]*)", RUNBOOK)
    assert len(named) > 10
    assert {each for each in named if each not in ours} == set()


def test_an_import_that_is_stuck_is_given_up_and_begun_anew(office: Office) -> None:
    (request, *_) = [each for each in told("An import is stuck") if each[0] == "POST"]
    dead = ask(*request, person=DANA)["run"]["id"]
    assert ask("GET", "/imports")["runs"][0]["ended_at"] is None
    office.clock.move(60)
    assert ask(*request, person=DANA)["run"]["id"] == dead
    office.clock.move(SILENCE.total_seconds())
    assert ask(*request, person=DANA)["run"]["id"] != dead
    assert [run["state"] for run in ask("GET", "/imports")["runs"]] == ["running", "failed"]


def test_one_record_is_asked_for(office: Office) -> None:
    *_, request = told("An import is stuck")
    assert office.state.get_run(ask(*request)["run"]["id"]) is not None
    assert request[2]["record"]


def test_a_watermark_is_moved_back(office: Office) -> None:
    office.state.move_watermarks({"import:vendors:company": ("", str(START_MARK))})
    look, move, again, full = told("A watermark must be moved back")
    ask(*look)
    move[2]["to"] = "2026-05-20T00:00:00Z"
    assert ask(*move)["watermark"]["heard"] == "2026-05-20T00:00:00Z"
    assert ask(*again)["run"]["full"] is False
    assert ask(*full)["run"]["full"] is True


@pytest.mark.usefixtures("office")
def test_a_schedule_is_paused(office: Office) -> None:
    assert "vendors" in due(office.world)
    read = ask("GET", "/settings")
    paused = json.loads("{" + re.findall(r'`("schedules": .*?)` in it', RUNBOOK)[0] + "}")
    ask("PUT", "/settings", {"version": read["version"], "settings": read["settings"] | paused})
    assert "vendors" not in due(office.world)
    assert ask("GET", "/imports/watermarks")["schedules"]["vendors"] == "off"
