"""Imports over the API: who may ask, and that each staged record gets the decision meant for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import pytest

from connector.core.errors import Code, Violation
from connector.core.item import Item, State, step
from connector.core.people import Person
from connector.engine import staging
from connector.engine.decide import Decided
from connector.engine.linking import AT_ONCE
from connector.engine.window import Mark
from connector.entrypoints import api
from tests.doubles.clock import START
from tests.unit.entrypoints.office import COMPANY, DANA, MARCO, PIER_9, PRIYA, STRANGER, Office, call, context

START_MARK: Final = Mark(read=START, heard=START + timedelta(hours=2), offset=-480)


def ask(method: str, path: str, person: Person, body: object = None, **query: str) -> tuple[int, dict[str, Any]]:
    answer = api.lambda_handler(call(method, path, person, body, **query), context())
    return answer["statusCode"], json.loads(answer["body"])


def staged(office: Office, name: str, state: State = State.STAGED, project_id: str = "") -> str:
    """A vendor from Intacct that waits for a person."""
    blank = Item(
        id=f"staged:vendors:{name}",
        company=COMPANY,
        object="vendors",
        kind="company",
        state=state,
        since=office.clock.now(),
        title=name,
        intacct_id=f"V-{name}",
        intacct_key=name,
        project_id=project_id,
        staged={"name": name},
    )
    item, entry = step(blank, "staged", who="the clock", at=office.clock.now())
    office.state.save(item, entry)
    return item.id


class TestAskingForOne:
    def test_an_approver_starts_a_run_and_can_follow_it(self, office: Office) -> None:
        status, said = ask("POST", "/imports", DANA, {"objects": ["vendors", "cost_codes"]})
        assert (status, set(said["run"]["objects"])) == (202, {"vendors", "cost_codes"})
        assert said["run"]["id"] in office.workflows
        assert ask("GET", f"/runs/{said['run']['id']}", DANA)[1] == said

    def test_all_are_those_that_are_imported(self, office: Office) -> None:
        said = ask("POST", "/imports", DANA, {"objects": "all", "full": True})[1]
        assert set(said["run"]["objects"]) == {name for name, room in office.world.rooms.items() if room.imports}
        assert said["run"]["full"] is True

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"objects": []}, 422),
            ({"objects": "some"}, 422),
            ({}, 422),
            ({"objects": ["vendors"], "full": "perhaps"}, 422),
            ({"objects": ["spaceships"]}, 404),
            ({"objects": ["commitments"]}, 404),
        ],
    )
    def test_what_cannot_be_imported_starts_nothing(self, office: Office, body: dict[str, Any], status: int) -> None:
        assert ask("POST", "/imports", DANA, body)[0] == status
        assert len(office.workflows) == 0

    def test_project_staff_may_not_ask(self, office: Office) -> None:
        assert ask("POST", "/imports", MARCO, {"objects": "all"})[0] == 403
        assert len(office.workflows) == 0


class TestWhatRuns:
    def test_the_latest_are_listed_with_where_they_stand(self, office: Office) -> None:
        run = ask("POST", "/imports", DANA, {"objects": ["vendors"]})[1]["run"]
        assert run["place"] is None
        held = office.state.get_run(run["id"])
        assert held is not None
        at = {"object": "cost_codes", "leg": "jobs", "after": "4711", "jobs": '["24-107", "24-108"]'}
        office.state.put_run(held.model_copy(update={"version": 1, "position": at, "counts": {"read": 2000}}))
        status, said = ask("GET", "/imports", DANA)
        assert (status, [each["id"] for each in said["runs"]]) == (200, [run["id"]])
        assert said["runs"][0]["counts"] == {"read": 2000}
        assert said["runs"][0]["place"] == {"object": "cost_codes", "leg": "jobs", "behind": "4711", "jobs_left": 2}
        assert ask("GET", "/imports", MARCO)[0] == 403

    @pytest.mark.usefixtures("office")
    def test_of_one_project_they_are_shown_only_to_who_sees_it(self) -> None:
        ask("POST", "/imports", DANA, {"objects": ["cost_codes"], "project_id": PIER_9})
        elsewhere = DANA.model_copy(update={"projects": frozenset({"another"})})
        assert len(ask("GET", "/imports", DANA)[1]["runs"]) == 1
        assert ask("GET", "/imports", elsewhere)[1]["runs"] == []

    def test_one_record_is_asked_for_by_its_natural_id(self, office: Office) -> None:
        said = ask("POST", "/imports", DANA, {"objects": ["vendors"], "record": "V-10233"})[1]
        assert said["run"]["record"] == "V-10233"
        held = office.state.get_run(said["run"]["id"])
        assert held is not None
        assert held.record == "V-10233"
        assert ask("POST", "/imports", DANA, {"objects": ["vendors", "projects"], "record": "V-1"})[0] == 422


class TestWatermarks:
    def test_an_administrator_sees_them_with_the_schedules(self, office: Office) -> None:
        office.state.move_watermarks({"import:vendors:company": ("", str(START_MARK))})
        assert ask("GET", "/imports/watermarks", DANA)[0] == 403
        status, said = ask("GET", "/imports/watermarks", PRIYA)
        assert status == 200
        by_leg = {each["leg"]: each for each in said["watermarks"]}
        assert by_leg["vendors:company"] == {"leg": "vendors:company", "read": "2026-06-01T12:00:00Z", "heard": "2026-06-01T14:00:00Z"}
        assert by_leg["cost_codes:jobs"]["read"] is None
        assert said["schedules"]["cost_codes"] == "2 hours"

    @pytest.mark.parametrize(
        ("to", "read", "heard"),
        [("2026-05-20T00:00:00Z", "2026-05-20T00:00:00Z", "2026-05-20T00:00:00Z"), (None, None, None),
         ("2026-06-01T13:00:00Z", "2026-05-31T15:00:00Z", "2026-06-01T13:00:00Z")],
    )  # fmt: skip
    def test_one_is_moved_back(self, office: Office, to: str | None, read: str | None, heard: str | None) -> None:
        """Within the last day the trail alone would be believed: a day's rows are read."""
        office.clock.move(3 * 3600)
        office.state.move_watermarks({"import:vendors:company": ("", str(START_MARK))})
        status, said = ask("POST", "/imports/watermarks", PRIYA, {"leg": "vendors:company", "to": to})
        assert (status, said["watermark"]) == (200, {"leg": "vendors:company", "read": read, "heard": heard})
        assert ask("GET", "/imports/watermarks", PRIYA)[1]["watermarks"][-1]["heard"] == heard
        kept = json.loads(office.payloads.get(f"watermarks/{office.clock.now().isoformat()}-vendors:company.json") or "{}")
        assert (kept["who"], kept["before"]) == (PRIYA.login, str(START_MARK))

    @pytest.mark.parametrize(
        ("person", "body", "status"),
        [
            (DANA, {"leg": "vendors:company", "to": None}, 403),
            (PRIYA, {"leg": "vendors:nowhere", "to": None}, 404),
            (PRIYA, {"leg": "vendors:company", "to": "2026-06-01T14:00:00Z"}, 422),
            (PRIYA, {"leg": "vendors:company", "to": "2026-05-20T00:00:00"}, 422),
            (PRIYA, {"leg": "vendors:company"}, 422),
        ],
    )
    def test_what_cannot_be_moves_nothing(self, office: Office, person: Person, body: dict[str, Any], status: int) -> None:
        office.state.move_watermarks({"import:vendors:company": ("", str(START_MARK))})
        assert ask("POST", "/imports/watermarks", person, body)[0] == status
        assert office.state.watermarks(["import:vendors:company"]) == {"import:vendors:company": str(START_MARK)}


class TestStagedRecords:
    def test_approvers_see_them_by_state_and_object(self, office: Office) -> None:
        waits, aside = staged(office, "Bay Concrete"), staged(office, "Delta Electric", State.ARCHIVED)
        status, said = ask("GET", "/staged", DANA)
        assert (status, [item["id"] for item in said["items"]]) == (200, [waits])
        assert [item["id"] for item in ask("GET", "/staged", DANA, state="archived", object="vendors")[1]["items"]] == [aside]
        assert ask("GET", "/staged", DANA, object="projects")[1]["items"] == []

    def test_nobody_else_sees_them(self, office: Office) -> None:
        staged(office, "Bay Concrete")
        assert ask("GET", "/staged", MARCO)[0] == 403

    @pytest.mark.parametrize("query", [{"state": "waiting"}, {"cursor": "!"}, {"colour": "red"}])
    @pytest.mark.usefixtures("office")
    def test_a_malformed_query_is_refused(self, query: dict[str, str]) -> None:
        assert ask("GET", "/staged", DANA, **query)[0] == 422

    def test_each_is_left_aside_and_taken_back_on_its_own(self, office: Office) -> None:
        bay, delta = staged(office, "Bay Concrete"), staged(office, "Delta Electric", State.ARCHIVED)
        decisions = [{"item": delta, "do": "restore"}, {"item": "staged:vendors:nobody", "do": "archive"}, {"item": bay, "do": "archive"}]
        status, said = ask("POST", "/staged/decisions", DANA, {"decisions": decisions})
        assert status == 200
        assert [(each["item"], each["state"]) for each in said["results"]] == [
            (delta, "staged"),
            ("staged:vendors:nobody", None),
            (bay, "archived"),
        ]
        assert said["results"][1]["violation"]["code"] == "NOT_FOUND"

    def test_what_goes_the_same_way_goes_together(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[tuple[object, ...]] = []

        def accept(_world: object, _person: object, ids: Sequence[str], options: Mapping[str, str] | None = None) -> list[Decided]:
            told.append((*ids, dict(options or {})))
            no = Violation(code=Code.REFUSED_BY_PROCORE, field="", message="no", their_words="Name has been taken")
            return [Decided(item=each, state=State.STAGED, violation=no) for each in dict.fromkeys(ids)]

        def link(_world: object, _person: object, staged_id: str, procore_id: str) -> Decided:
            told.append((staged_id, procore_id))
            return Decided(item=staged_id, state=State.LINKED, said="linked")

        monkeypatch.setattr(staging, "accept", accept)
        monkeypatch.setattr(staging, "link", link)
        decisions: list[dict[str, Any]] = [
            {"item": "staged:a", "do": "accept"},
            {"item": "staged:b", "do": "link", "procore_id": "7"},
            {"item": "staged:c", "do": "accept", "options": {"template": "9"}},
            {"item": "staged:d", "do": "accept"},
        ]
        status, said = ask("POST", "/staged/decisions", DANA, {"decisions": decisions})
        assert status == 200
        assert told == [("staged:a", "staged:d", {}), ("staged:b", "7"), ("staged:c", {"template": "9"})]
        assert [each["item"] for each in said["results"]] == ["staged:a", "staged:b", "staged:c", "staged:d"]
        assert said["results"][0]["violation"]["their_words"] == "Name has been taken"
        assert len(office.state) == 0

    def test_all_that_are_suggested_are_linked_by_object(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def every(world: object, person: Person, object_name: str) -> list[Decided]:
            assert (world, person, object_name) == (office.world, DANA, "vendors")
            return [Decided(item="staged:vendors:1", state=State.LINKED, said="linked")]

        monkeypatch.setattr(staging, "link_all_suggested", every)
        said = ask("POST", "/staged/decisions", DANA, {"link_all_suggested": "vendors"})[1]
        assert [each["state"] for each in said["results"]] == ["linked"]

    def test_where_too_many_are_suggested_a_run_links_them(self, office: Office) -> None:
        for number in range(AT_ONCE + 1):
            key = staged(office, f"Vendor {number}")
            item = office.item(key)
            after, entry = step(item, "changed", who="x", at=office.clock.now(), staged={"suggested id": str(number)})
            office.state.save(after, entry)
        status, said = ask("POST", "/staged/decisions", DANA, {"link_all_suggested": "vendors"})
        assert (status, said["results"]) == (200, [])
        run = office.state.get_run(said["run"])
        assert run is not None
        assert (run.kind, run.objects, run.started_by, run.id in office.workflows) == ("linking", ("vendors",), DANA.name, True)
        assert ask("POST", "/staged/decisions", MARCO, {"link_all_suggested": "vendors"})[0] == 403

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"decisions": []},
            {"decisions": [{"item": "a", "do": "eat"}]},
            {"decisions": [{"item": "a", "do": "link"}]},
            {"decisions": [{"item": "a", "do": "archive", "procore_id": "7"}]},
            {"decisions": [{"item": "a", "do": "link", "procore_id": "7", "options": {"template": "1"}}]},
            {"decisions": [{"item": "a", "do": "archive"}], "link_all_suggested": "vendors"},
            {"decisions": [{"item": "a", "do": "archive"}] * 501},
        ],
    )
    def test_a_malformed_decision_takes_none(self, office: Office, body: dict[str, Any]) -> None:
        key = staged(office, "a")
        status, said = ask("POST", "/staged/decisions", DANA, json.loads(json.dumps(body).replace('"a"', f'"{key}"')))
        assert (status, said["violations"][0]["code"]) == (422, "MALFORMED")
        assert office.item(key).state is State.STAGED

    def test_project_staff_decide_nothing(self, office: Office) -> None:
        key = staged(office, "Bay Concrete", project_id=PIER_9)
        said = [
            ask("POST", "/staged/decisions", person, {"decisions": [{"item": key, "do": "archive"}]})[1] for person in (MARCO, STRANGER)
        ]
        assert [each["results"][0]["violation"]["code"] for each in said] == ["NOT_ALLOWED", "NOT_FOUND"]
        assert office.item(key).state is State.STAGED
