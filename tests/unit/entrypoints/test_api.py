"""The JSON API: each route when all is well, malformed, not allowed, not found; and one shape whatever happens."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from connector.core.configuration import Configuration
from connector.core.errors import Code, RetryLater, SetupWrong
from connector.core.item import Item, State, step
from connector.core.people import ApprovalRight, Person
from connector.engine import preview
from connector.engine.automatic import take_up
from connector.engine.world import Source
from connector.entrypoints import api
from connector.entrypoints.views import ErrorAnswer, PreviewView, ViolationsAnswer
from connector.ports import Contention, CrossReference, Run
from tests.unit.entrypoints.office import COMMITMENT, DANA, MARCO, PIER_9, PRIYA, STRANGER, VENDOR, Office, call, context

SEND = {"object": "commitments", "procore_id": "4711", "project_id": PIER_9}
HELD = "/items/commitments%3A4711"


def ask(method: str, path: str, person: Person | None = MARCO, body: object = None, **query: str) -> tuple[int, dict[str, Any]]:
    """The status and the body; what is refused always has one of the two shapes."""
    answer = api.lambda_handler(call(method, path, person, body, **query), context())
    said = json.loads(answer["body"])
    if answer["statusCode"] >= 400:
        (ErrorAnswer if "error" in said else ViolationsAnswer).model_validate(said)
    assert answer["multiValueHeaders"]["Cache-Control"] == ["no-store"]
    return answer["statusCode"], said


def refused(status: int, code: Code, answer: tuple[int, dict[str, Any]], *, field: str | None = None) -> str:
    """The message of an answer that is refused as expected."""
    assert answer[0] == status, answer
    reason = answer[1].get("error") or answer[1]["violations"][0]
    assert reason["code"] == code.value
    assert field is None or reason["field"] == field
    message: str = reason["message"]
    return message


def rejection(office: Office, key: str) -> dict[str, Any]:
    return {"item": key, "verdict": "reject", "fingerprint": office.item(key).fingerprint, "reason": "Not ours."}


class TestSending:
    def test_what_is_sent_waits_with_its_preview(self, office: Office) -> None:
        status, said = ask("POST", "/items", MARCO, SEND)
        assert status == 201
        assert (said["item"]["id"], said["item"]["state"], said["item"]["amount"]) == (COMMITMENT, "waiting", "486200.00")
        assert [need["item"] for need in said["preview"]["needs"]] == [VENDOR]
        assert office.item().sent_by == MARCO.login

    def test_the_same_again_changes_nothing(self, office: Office) -> None:
        office.send()
        before = office.item()
        status, said = ask("POST", "/items", MARCO, SEND)
        assert (status, said["item"]["fingerprint"]) == (200, before.fingerprint)
        assert office.item() == before

    def test_every_broken_rule_is_named(self, office: Office) -> None:
        _, record = office.door.records["commitments", "4711"]
        record |= {"status": "Draft", "grand_total": "1.00", "contract_date": None}
        status, said = ask("POST", "/items", MARCO, SEND)
        assert status == 422
        assert {each["code"] for each in said["violations"]} == {"NOT_APPROVED_IN_PROCORE", "TOTALS_DISAGREE", "DATE_MISSING"}
        assert all(each["remedy"] and each["who"] and each["meaning"] for each in said["violations"])
        assert COMMITMENT not in office.state

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"object": 7}, "object"),
            ({"procore_id": "47/11"}, "procore_id"),
            ({"procore_id": "../1"}, "procore_id"),
            ({"extra": 1}, "extra"),
            ({"choices": {"number": 1}}, "choices.number"),
            ({"project_id": None}, "project_id"),
        ],
    )
    def test_a_malformed_field_is_named(self, office: Office, change: dict[str, Any], field: str) -> None:
        _, said = answer = ask("POST", "/items", MARCO, SEND | change)
        refused(422, Code.MALFORMED, answer)
        assert any(each["field"].startswith(field) for each in said["violations"])
        assert len(office.state) == 0

    def test_a_project_is_needed_where_the_record_belongs_to_one(self, office: Office) -> None:
        message = refused(422, Code.MALFORMED, ask("POST", "/items", MARCO, {**SEND, "project_id": ""}))
        assert "project_id" in message
        assert len(office.state) == 0

    def test_a_project_is_read_as_itself_whatever_the_caller_says(self, office: Office) -> None:
        office.door.records["projects", "99"] = ("Project", {"id": 99, "name": "Secret"})
        refused(403, Code.NOT_ALLOWED, ask("POST", "/previews", MARCO, {"object": "projects", "procore_id": "99", "project_id": PIER_9}))

    @pytest.mark.parametrize("body", ["", "nothing", "[]", "{", '"text"', "[" * 5000])
    def test_what_is_no_json_object_is_malformed(self, office: Office, body: str) -> None:
        refused(422, Code.MALFORMED, ask("POST", "/items", MARCO, body))
        assert len(office.state) == 0

    def test_another_content_type_is_malformed(self, office: Office) -> None:
        event = call("POST", "/items", MARCO, SEND) | {"headers": {"content-type": "text/xml; charset=utf-8"}}
        answer = api.lambda_handler(event, context())
        assert (answer["statusCode"], json.loads(answer["body"])["violations"][0]["field"]) == (422, "content-type")
        assert len(office.state) == 0

    def test_an_oversized_body_is_refused_unread(self, office: Office) -> None:
        refused(413, Code.TOO_LARGE, ask("POST", "/items", MARCO, json.dumps(SEND | {"extra": "x" * 256 * 1024})))
        assert len(office.state) == 0

    def test_a_body_may_come_in_base64(self, office: Office) -> None:
        event = call("POST", "/items", MARCO, SEND)
        event |= {"isBase64Encoded": True, "body": base64.b64encode(event["body"].encode()).decode()}
        assert api.lambda_handler(event, context())["statusCode"] == 201
        assert COMMITMENT in office.state

    def test_broken_base64_is_malformed(self, office: Office) -> None:
        event = call("POST", "/items", MARCO, "%%%") | {"isBase64Encoded": True}
        assert api.lambda_handler(event, context())["statusCode"] == 422
        assert len(office.state) == 0

    def test_unknown_objects_and_records_are_not_found(self, office: Office) -> None:
        refused(404, Code.NOT_FOUND, ask("POST", "/items", MARCO, SEND | {"object": "spaceships"}))
        refused(404, Code.NOT_FOUND, ask("POST", "/items", MARCO, SEND | {"object": "cost_codes"}))
        refused(404, Code.NOT_FOUND, ask("POST", "/items", MARCO, SEND | {"procore_id": "12"}))
        assert len(office.state) == 0

    def test_another_project_is_not_allowed(self, office: Office) -> None:
        refused(403, Code.NOT_ALLOWED, ask("POST", "/items", STRANGER, SEND))
        assert len(office.state) == 0

    def test_who_came_past_the_authorizer_is_nobody(self, office: Office) -> None:
        refused(403, Code.NOT_ALLOWED, ask("POST", "/items", None, SEND))
        refused(403, Code.NOT_ALLOWED, ask("GET", HELD, MARCO.model_copy(update={"company": "1"})))
        assert len(office.state) == 0

    def test_the_preview_of_nothing_kept(self, office: Office) -> None:
        status, said = ask("POST", "/previews", MARCO, SEND)
        assert (status, said["number"], said["checks"]) == (200, "SC-2041", [])
        assert (len(office.state), len(office.payloads)) == (0, 0)

    def test_what_the_engine_shows_fits_the_answers_model(self, office: Office) -> None:
        item = office.send()
        kept = json.loads(office.payloads.get(preview.name_of(item.id, item.fingerprint)) or "")
        assert PreviewView.model_validate(kept).model_dump(by_alias=True, mode="json") == ask("GET", f"{HELD}/preview", MARCO)[1]


class TestLooking:
    def test_an_item_with_its_preview_and_history(self, office: Office) -> None:
        item = office.send()
        assert ask("GET", HELD)[1]["fingerprint"] == item.fingerprint
        assert ask("GET", f"{HELD}/preview")[1]["fingerprint"] == item.fingerprint
        status, said = ask("GET", f"{HELD}/history")
        assert (status, said["verified"], said["first_break"]) == (200, True, None)
        assert [(entry["number"], entry["who"], entry["what"]) for entry in said["entries"]] == [(1, "Marco Reyes", "sent")]

    @pytest.mark.parametrize("path", ["/items/commitments:4711", HELD, "/v1/items/commitments:4711"])
    def test_an_id_may_come_escaped_or_not_behind_the_stage_or_not(self, office: Office, path: str) -> None:
        office.send()
        assert ask("GET", path)[1]["id"] == COMMITMENT

    def test_a_history_that_was_changed_shows(self, office: Office) -> None:
        item = office.send()
        after, entry = step(item, "approved", who="Dana Ortiz", at=office.clock.now())
        office.state.save(after, entry.model_copy(update={"who": "Mallory"}))
        said = ask("GET", f"{HELD}/history")[1]
        assert (said["verified"], said["first_break"]) == (False, 2)

    @pytest.mark.parametrize("part", ["", "/preview", "/history"])
    def test_what_a_caller_may_not_see_is_not_there(self, office: Office, part: str) -> None:
        unknown = refused(404, Code.NOT_FOUND, ask("GET", f"{HELD}{part}", STRANGER))
        office.send()
        assert refused(404, Code.NOT_FOUND, ask("GET", f"{HELD}{part}", STRANGER)) == unknown

    def test_a_preview_that_is_not_kept_is_not_found(self, office: Office) -> None:
        item, entry = step(office.send(), "lost", who="test", at=office.clock.now(), fingerprint="0" * 64)
        office.state.save(item, entry)
        refused(404, Code.NOT_FOUND, ask("GET", f"{HELD}/preview"))

    def test_lists_by_state_object_and_project(self, office: Office) -> None:
        office.send()
        assert {each["id"] for each in ask("GET", "/items", DANA)[1]["items"]} == {COMMITMENT, VENDOR}
        assert [each["id"] for each in ask("GET", "/items", DANA, object="vendors")[1]["items"]] == [VENDOR]
        assert [each["id"] for each in ask("GET", "/items", DANA, project=PIER_9)[1]["items"]] == [COMMITMENT]
        assert ask("GET", "/items", DANA, state="rejected")[1] == {"items": [], "cursor": ""}
        assert [each["id"] for each in ask("GET", "/items", STRANGER)[1]["items"]] == [VENDOR]

    def test_pages_by_an_opaque_cursor(self, office: Office) -> None:
        office.send()
        first = ask("GET", "/items", DANA, limit="1")[1]
        second = ask("GET", "/items", DANA, limit="1", cursor=first["cursor"])[1]
        assert {first["items"][0]["id"], second["items"][0]["id"]} == {COMMITMENT, VENDOR}
        last = ask("GET", "/items", DANA, limit="1", cursor=second["cursor"])[1] if second["cursor"] else second
        assert last["cursor"] == ""

    def test_synced_items_are_listed_written_back_or_not(self, office: Office) -> None:
        office.send()
        for key, written in ((COMMITMENT, True), (VENDOR, False)):
            item, entry = step(office.item(key), "synced", who="test", at=office.clock.now(), state=State.SYNCED, written_back=written)
            office.state.save(item, entry)
        seen: list[str] = []
        cursor = ""
        for _ in range(4):
            page = ask("GET", "/items", DANA, state="synced", limit="1", cursor=cursor)[1]
            seen += [each["id"] for each in page["items"]]
            cursor = page["cursor"]
            if not cursor:
                break
        assert seen == [VENDOR, COMMITMENT]

    def test_an_item_that_is_written_back_while_it_is_listed_comes_once(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        office.send()
        item, entry = step(office.item(COMMITMENT), "synced", who="test", at=office.clock.now(), state=State.SYNCED, written_back=False)
        office.state.save(item, entry)
        shelf = office.state.on_shelf

        def meanwhile(name: str, **page: Any) -> Any:
            held = shelf(name, **page)
            if not office.item(COMMITMENT).written_back:
                office.state.save(*step(office.item(COMMITMENT), "written back", who="test", at=office.clock.now(), written_back=True))
            return held

        monkeypatch.setattr(office.state, "on_shelf", meanwhile)
        assert [each["id"] for each in ask("GET", "/items", DANA, state="synced")[1]["items"]] == [COMMITMENT]

    def test_a_preview_shows_what_goes_first_as_it_stands_now(self, office: Office) -> None:
        office.send()
        assert [(need["item"], need["state"]) for need in ask("GET", f"{HELD}/preview", DANA)[1]["needs"]] == [(VENDOR, "waiting")]
        ask("POST", "/decisions", DANA, {"decisions": [rejection(office, VENDOR)]})
        assert [(need["item"], need["state"]) for need in ask("GET", f"{HELD}/preview", DANA)[1]["needs"]] == [(VENDOR, "rejected")]

    def test_blocked_items_say_what_they_wait_for_and_how_that_stands(self, office: Office) -> None:
        item, entry = step(office.send(), "blocked", who="test", at=office.clock.now(), state=State.BLOCKED, waits_for=VENDOR)
        office.state.save(item, entry)
        ask("POST", "/decisions", DANA, {"decisions": [rejection(office, VENDOR)]})
        (blocked,) = ask("GET", "/items", DANA, state="blocked")[1]["items"]
        assert (blocked["id"], blocked["waits_for"]) == (COMMITMENT, VENDOR)
        assert (blocked["awaited"]["state"], blocked["awaited"]["title"]) == ("rejected", "Harbor Steel LLC")
        assert ask("GET", "/items", DANA, state="blocked", waits_for=VENDOR)[1]["items"] == [blocked]
        assert ask("GET", HELD, DANA)[1]["awaited"] == blocked["awaited"]
        assert ask("GET", "/items", DANA, state="blocked", waits_for="vendors:1")[1]["items"] == []
        assert ask("GET", "/items", STRANGER, state="blocked")[1]["items"] == []
        refused(422, Code.MALFORMED, ask("GET", "/items", DANA, waits_for=VENDOR))

    @pytest.mark.parametrize(
        "query",
        [{"state": "lost"}, {"limit": "0"}, {"limit": "101"}, {"cursor": "x"}, {"cursor": "0.!"}, {"cursor": "7."}, {"colour": "red"}],
    )
    def test_a_malformed_query_is_refused(self, office: Office, query: dict[str, str]) -> None:
        office.send()
        refused(422, Code.MALFORMED, ask("GET", "/items", DANA, **query))


class TestTakingBackAndChoosing:
    def test_the_sender_takes_it_back(self, office: Office) -> None:
        office.send()
        assert ask("POST", f"{HELD}/take-back")[1]["state"] == "retrieved"
        refused(409, Code.NOT_WAITING, ask("POST", f"{HELD}/take-back"))

    def test_an_approver_takes_back_their_approval_by_the_same_call(self, office: Office) -> None:
        office.send()
        ask("POST", "/decisions", DANA, {"decisions": [decision(office, with_needs=True)]})
        refused(403, Code.NOT_ALLOWED, ask("POST", f"{HELD}/take-back", PRIYA))
        status, said = ask("POST", f"{HELD}/take-back", DANA)
        assert (status, said["state"], said["approvals"]) == (200, "waiting", [])
        assert ask("POST", f"{HELD}/take-back", DANA) == (status, said), "a second click"
        assert ask("GET", f"{HELD}/history", DANA)[1]["entries"][-1]["what"] == "approval taken back"

    def test_once_its_export_has_begun_it_is_too_late_and_says_what_to_do(self, office: Office) -> None:
        office.send()
        ask("POST", "/decisions", DANA, {"decisions": [decision(office, with_needs=True)]})
        office.state.save(*step(office.item(), "export begun", who="test", at=office.clock.now(), state=State.EXPORTING))
        answer = ask("POST", f"{HELD}/take-back", DANA)
        refused(409, Code.BY_HAND, answer)
        assert "Once it is there, make a commitment change order in Procore" in answer[1]["error"]["message"]

    def test_nobody_else_takes_it_back(self, office: Office) -> None:
        office.send()
        refused(403, Code.NOT_ALLOWED, ask("POST", f"{HELD}/take-back", DANA))
        refused(404, Code.NOT_FOUND, ask("POST", f"{HELD}/take-back", STRANGER))
        assert office.item().state is State.WAITING

    def test_an_approvers_value_makes_a_new_preview(self, office: Office) -> None:
        before = office.send()
        body = {"fingerprint": before.fingerprint, "choices": {"number": "SC-2041-A"}}
        status, said = ask("POST", f"{HELD}/choices", DANA, body)
        assert (status, said["item"]["number"]) == (200, "SC-2041-A")
        assert said["item"]["fingerprint"] == said["preview"]["fingerprint"] != before.fingerprint
        assert {field["from"] for field in said["preview"]["fields"] if field["path"] == "number"} == {"you, here"}
        assert ask("GET", f"{HELD}/preview")[1] == said["preview"]

    def test_a_choice_that_breaks_a_rule_changes_nothing(self, office: Office) -> None:
        before = office.send()
        body = {"fingerprint": before.fingerprint, "choices": {"number": "9" * 46, "colour": "red"}}
        status, said = ask("POST", f"{HELD}/choices", DANA, body)
        assert (status, {each["code"] for each in said["violations"]}) == (422, {"TOO_LONG", "MALFORMED"})
        assert office.item() == before

    def test_choosing_needs_the_right_and_the_preview_that_was_seen(self, office: Office) -> None:
        item = office.send()
        refused(403, Code.NOT_YOUR_APPROVAL, ask("POST", f"{HELD}/choices", MARCO, {"fingerprint": item.fingerprint, "choices": {}}))
        refused(409, Code.STALE_APPROVAL, ask("POST", f"{HELD}/choices", DANA, {"fingerprint": "0" * 64, "choices": {}}))
        refused(422, Code.MALFORMED, ask("POST", f"{HELD}/choices", DANA, {"fingerprint": "x", "choices": {}}))
        refused(404, Code.NOT_FOUND, ask("POST", "/items/commitments:1/choices", DANA, {"fingerprint": "0" * 64, "choices": {}}))


class TestAFailedPayment:
    """It goes by itself, so that nobody has sent it: whoever may approve it mends it."""

    KEY = "/items/payments%3A4711-88"

    @pytest.fixture
    def failed(self, office: Office) -> Item:
        payment = {
            "id": 88, "amount": "100.00", "date": "2026-11-30", "check_number": "10001", "status": "settled",
            "external_payment_id": "pp-1", "requisition_id": 9, "invoice": {"vendor_id": 8821, "invoice_number": "7"},
        }  # fmt: skip
        office.door.records["payments", "4711-88"] = ("ContractPayment", payment)
        office.references.link([
            CrossReference(object="vendors", procore_id="8821", intacct_key="1", intacct_id="V-1"),
            CrossReference(object="subcontractor_invoices", procore_id="9", intacct_key="2", intacct_id="Subcontract Invoice-7"),
        ])  # fmt: skip
        line = {"RECORDNO": "3", "RECORDKEY": "2", "TRX_AMOUNT": "100.00"}
        office.books.rows = {"PODOCUMENT": [{"PRRECORDKEY": "2"}], "APBILLITEM": [line]}
        take_up(office.world, office.world.room("payments"), [Source(procore_id="4711-88", project_id=PIER_9)])
        return office.item("payments:4711-88")

    def test_other_values_wait_for_the_approver_who_chose_them(self, office: Office, failed: Item) -> None:
        assert [problem.code for problem in failed.problems] == [Code.VALUE_MISSING]
        office.books.rows["CHECKINGACCOUNT"] = [{"BANKACCOUNTID": "OPERATING"}]
        body = {"fingerprint": failed.fingerprint, "choices": {"bank": "OPERATING", "check_number": "10009"}}
        status, said = ask("POST", f"{self.KEY}/choices", DANA, body)
        assert (status, said["item"]["state"], said["item"]["number"]) == (200, "waiting", "10009")
        assert "<create" in said["preview"]["request"]
        approval = {"item": failed.id, "verdict": "approve", "fingerprint": said["item"]["fingerprint"]}
        status, said = ask("POST", "/decisions", DANA, {"decisions": [approval]})
        assert (status, said["results"][0]["state"]) == (200, "approved")
        assert list(office.workflows.started.values()) == [(failed.id,)]

    def test_values_that_break_a_rule_are_named(self, office: Office, failed: Item) -> None:
        body = {"fingerprint": failed.fingerprint, "choices": {"bank": "NOWHERE"}}
        status, said = ask("POST", f"{self.KEY}/choices", DANA, body)
        assert (status, [each["code"] for each in said["violations"]]) == (422, ["BANK_UNKNOWN"])
        assert office.item(failed.id) == failed

    def test_what_was_mended_elsewhere_is_tried_again(self, office: Office, failed: Item) -> None:
        again = ask("POST", "/retries", DANA, {"items": [failed.id]})[1]["results"][0]
        assert (again["state"], again["violation"]["code"]) == ("failed", "VALUE_MISSING")
        office.set(office.world.config().model_copy(update={"payment_bank": "OPERATING"}))
        office.books.rows["CHECKINGACCOUNT"] = [{"BANKACCOUNTID": "OPERATING"}]
        again = ask("POST", "/retries", DANA, {"items": [failed.id]})[1]["results"][0]
        assert again["state"] == "approved"
        assert list(office.workflows.started.values()) == [(failed.id,)]

    def test_project_staff_does_neither(self, failed: Item) -> None:
        refused(403, Code.NOT_YOUR_APPROVAL, ask("POST", f"{self.KEY}/choices", MARCO, {"fingerprint": failed.fingerprint, "choices": {}}))
        assert ask("POST", "/retries", MARCO, {"items": [failed.id]})[1]["results"][0]["violation"]["code"] == "NOT_YOUR_APPROVAL"


def decision(office: Office, **change: Any) -> dict[str, Any]:
    return {"item": COMMITMENT, "verdict": "approve", "fingerprint": office.item().fingerprint, "with_needs": True} | change


class TestDeciding:
    def test_approving_starts_one_run_for_both(self, office: Office) -> None:
        office.send()
        status, said = ask("POST", "/decisions", DANA, {"decisions": [decision(office)]})
        assert (status, said["results"][0]["state"]) == (200, "approved")
        assert list(office.workflows.started.values()) == [(VENDOR,)]
        run = said["results"][0]["run"]
        assert ask("GET", f"/runs/{run}", MARCO)[1]["run"]["items"] == 2

    def test_one_that_cannot_be_taken_does_not_stop_the_rest(self, office: Office) -> None:
        office.send()
        decisions = [decision(office, item="commitments:12"), decision(office, fingerprint="0" * 64), decision(office)]
        status, said = ask("POST", "/decisions", DANA, {"decisions": decisions})
        assert status == 200
        codes = [each["violation"]["code"] if each["violation"] else each["state"] for each in said["results"]]
        assert codes == ["NOT_FOUND", "STALE_APPROVAL", "approved"]

    def test_the_sender_may_not_decide(self, office: Office) -> None:
        office.send(DANA)
        result = ask("POST", "/decisions", DANA, {"decisions": [decision(office)]})[1]["results"][0]
        assert (result["violation"]["code"], office.item().state) == ("SENDER_IS_APPROVER", State.WAITING)

    @pytest.mark.parametrize(
        "change", [{"verdict": "maybe"}, {"fingerprint": "short"}, {"reason": "x" * 2001}, {"item": ""}, {"with_needs": "perhaps"}]
    )
    def test_a_malformed_decision_takes_none(self, office: Office, change: dict[str, Any]) -> None:
        office.send()
        answer = ask("POST", "/decisions", DANA, {"decisions": [decision(office), decision(office, **change)]})
        refused(422, Code.MALFORMED, answer, field=f"decisions.1.{next(iter(change))}")
        assert office.item().state is State.WAITING

    def test_from_one_to_five_hundred_at_once(self, office: Office) -> None:
        office.send()
        refused(422, Code.MALFORMED, ask("POST", "/decisions", DANA, {"decisions": []}), field="decisions")
        refused(422, Code.MALFORMED, ask("POST", "/decisions", DANA, {"decisions": [decision(office)] * 501}), field="decisions")
        assert len(ask("POST", "/decisions", DANA, {"decisions": [decision(office)] * 500})[1]["results"]) == 500

    def test_only_what_failed_is_tried_again(self, office: Office) -> None:
        office.send()
        said = ask("POST", "/retries", DANA, {"items": [COMMITMENT, "commitments:12"]})[1]
        assert [each["violation"]["code"] for each in said["results"]] == ["NOT_WAITING", "NOT_FOUND"]
        refused(422, Code.MALFORMED, ask("POST", "/retries", DANA, {"items": []}), field="items")

    def test_a_run_of_another_project_is_not_there(self, office: Office) -> None:
        office.state.put_run(
            Run(
                id="import-1",
                kind="import",
                state="running",
                started_at=office.clock.now(),
                started_by="x",
                project_id=PIER_9,
                problems=("p",),
            )
        )
        assert ask("GET", "/runs/import-1", MARCO)[1]["run"]["problems"] == []
        assert ask("GET", "/runs/import-1", PRIYA)[1]["run"]["problems"] == ["p"]
        refused(404, Code.NOT_FOUND, ask("GET", "/runs/import-1", STRANGER))
        refused(404, Code.NOT_FOUND, ask("GET", "/runs/import-2", MARCO))


class TestSettingsAndLinks:
    def test_an_administrator_changes_the_settings_and_it_is_kept(self, office: Office) -> None:
        held = ask("GET", "/settings", PRIYA)[1]
        status, said = ask("PUT", "/settings", PRIYA, held | {"settings": held["settings"] | {"due_days": 45}})
        assert (status, said["settings"]["due_days"]) == (200, 45)
        assert said["version"] != held["version"]
        record = json.loads(office.payloads.get(f"settings/{office.clock.now().isoformat()}-{said['version']}.json") or "")
        assert (record["who"], record["before"]["due_days"], record["after"]["due_days"]) == (PRIYA.login, 30, 45)

    def test_somebody_elses_change_is_not_overwritten(self, office: Office) -> None:
        held = ask("GET", "/settings", PRIYA)[1]
        office.set(Configuration(due_days=60))
        refused(409, Code.STALE_APPROVAL, ask("PUT", "/settings", PRIYA, held))
        assert office.world.config().due_days == 60

    def test_settings_are_for_administrators(self, office: Office) -> None:
        held = ask("GET", "/settings", PRIYA)[1]
        refused(403, Code.NOT_ALLOWED, ask("GET", "/settings", DANA))
        refused(403, Code.NOT_ALLOWED, ask("PUT", "/settings", DANA, held))
        assert len(office.payloads) == 0

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"due_days": -1}, "settings.due_days"), ({"colour": "red"}, "settings.colour"), ({"approvers": 1}, "settings.approvers")],
    )
    def test_settings_are_validated_as_a_whole(self, office: Office, change: dict[str, Any], field: str) -> None:
        held = ask("GET", "/settings", PRIYA)[1]
        refused(422, Code.MALFORMED, ask("PUT", "/settings", PRIYA, held | {"settings": held["settings"] | change}), field=field)
        assert office.world.config().due_days == 30

    @pytest.mark.parametrize(
        ("change", "code", "field"),
        [
            ({"approvers": [{"login": "a@example.com", "up_to": "-1"}]}, Code.MALFORMED, "settings.approvers.0.up_to"),
            ({"default_terms": "Whenever"}, Code.SETTING_UNKNOWN, "settings.default_terms"),
            ({"change_order_amounts": "new value"}, Code.SETTING_IN_USE, "settings.change_order_amounts"),
        ],
    )
    def test_what_speaks_against_a_change_is_said_and_nothing_is_saved(
        self, office: Office, change: dict[str, Any], code: Code, field: str
    ) -> None:
        order = CrossReference(object="commitment_change_orders", procore_id="5", intacct_key="5", intacct_id="SC-2041-CO001")
        assert office.references.link([order]) == []
        held = ask("GET", "/settings", PRIYA)[1]
        refused(422, code, ask("PUT", "/settings", PRIYA, held | {"settings": held["settings"] | change}), field=field)
        assert ask("GET", "/settings", PRIYA)[1] == held
        assert len(office.payloads) == 0

    def test_a_change_that_intacct_cannot_be_asked_about_is_not_saved(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_arguments: Any, **_named: Any) -> None:
            raise RetryLater(Code.UNAVAILABLE, "Intacct does not answer.", seconds=30)

        monkeypatch.setattr(office.world.intacct, "read_each", away)
        held = ask("GET", "/settings", PRIYA)[1]
        refused(503, Code.UNAVAILABLE, ask("PUT", "/settings", PRIYA, held | {"settings": held["settings"] | {"location": "100"}}))
        assert ask("PUT", "/settings", PRIYA, held | {"settings": held["settings"] | {"due_days": 45}})[0] == 200

    def test_the_connection_is_checked_under_the_settings_that_are_given_or_in_force(self, office: Office) -> None:
        status, said = ask("POST", "/settings/check", PRIYA, {})
        assert (status, said["holds"]) == (200, False)
        steps = {step["name"]: step for step in said["steps"]}
        assert steps["settings"]["state"] == "holds"
        assert steps["intacct_sign_in"]["state"] == "wrong"
        assert steps["intacct_sign_in"]["wrong"][0]["who"] == "an administrator of this connector"
        assert steps["items"]["state"] == "not checked"
        given = office.world.config().model_dump(mode="json") | {"unit": ""}
        steps = {step["name"]: step for step in ask("POST", "/settings/check", PRIYA, {"settings": given})[1]["steps"]}
        assert [(each["code"], each["field"]) for each in steps["settings"]["wrong"]] == [("MALFORMED", "unit")]
        assert office.world.config().unit == "Each"

    @pytest.mark.parametrize("person", [MARCO, DANA])
    def test_the_check_is_for_administrators(self, office: Office, person: Person) -> None:
        refused(403, Code.NOT_ALLOWED, ask("POST", "/settings/check", person, {}))
        assert office.state.tenant() == ""

    @pytest.mark.usefixtures("office")
    def test_what_is_to_be_checked_is_validated(self) -> None:
        refused(422, Code.MALFORMED, ask("POST", "/settings/check", PRIYA, {"settings": {"colour": "red"}}), field="settings.colour")

    @pytest.mark.usefixtures("office")
    def test_links_are_found_from_either_side(self) -> None:
        by_procore = ask("GET", "/links", MARCO, object="projects", procore_id=PIER_9)[1]
        assert [(link["procore_id"], link["intacct_id"]) for link in by_procore["links"]] == [(PIER_9, "24-107")]
        assert ask("GET", "/links", MARCO, object="projects", intacct="1")[1] == by_procore
        assert ask("GET", "/links", MARCO, object="projects", procore_id="7")[1] == {"links": []}

    def test_links_of_projects_one_may_not_see_are_left_out(self, office: Office) -> None:
        office.references.link(
            [CrossReference(object="commitments", procore_id="5", intacct_key="9", intacct_id="PO-9", project_id=PIER_9)]
        )
        assert len(ask("GET", "/links", MARCO, object="commitments", intacct="9")[1]["links"]) == 1
        assert ask("GET", "/links", STRANGER, object="commitments", intacct="9")[1] == {"links": []}

    def test_what_still_exists_in_intacct_stays_linked(self, office: Office) -> None:
        office.link_commitment()
        office.books.rows["PODOCUMENT"] = [{"RECORDNO": "41", "STATE": "Pending"}]
        link = {"object": "commitments", "procore_id": "4711"}
        status, hold = ask("GET", "/links/unlink", DANA, **link)
        assert (status, hold["proof"], hold["children"], hold["children_count"]) == (200, "", [], {})
        assert [reason["code"] for reason in hold["violations"]] == ["STILL_IN_INTACCT"]
        assert "Pending" in refused(422, Code.STILL_IN_INTACCT, ask("POST", "/links/unlink", DANA, link))
        assert ("commitments", "4711") in office.references

    def test_before_a_job_is_unlinked_everything_that_belongs_to_it_is_shown(self, office: Office) -> None:
        office.link_commitment()
        office.references.link([
            CrossReference(object="cost_codes", procore_id=str(code), intacct_key=f"24-107/{code}", intacct_id=str(code), project_id=PIER_9)
            for code in range(200, 350)
        ])  # fmt: skip
        _, hold = ask("GET", "/links/unlink", DANA, object="projects", procore_id=PIER_9)
        assert (hold["proof"], hold["children_count"]) == (
            "Intacct has no PROJECT 1 (24-107) any more",
            {"cost_codes": 150, "commitments": 1},
        )
        assert len(hold["children"]) == 100
        told = refused(422, Code.STILL_REFERRED_TO, ask("POST", "/links/unlink", DANA, {"object": "projects", "procore_id": PIER_9}))
        assert "and 141 more" in told
        assert ("projects", PIER_9) in office.references

    def test_what_is_gone_in_intacct_is_unlinked_by_an_approver(self, office: Office) -> None:
        office.link_commitment()
        link = {"object": "commitments", "procore_id": "4711"}
        refused(404, Code.NOT_FOUND, ask("POST", "/links/unlink", STRANGER, link))
        refused(403, Code.NOT_ALLOWED, ask("POST", "/links/unlink", MARCO, link))
        refused(403, Code.NOT_ALLOWED, ask("GET", "/links/unlink", MARCO, **link))
        status, said = ask("POST", "/links/unlink", DANA, link)
        assert (status, said["state"], said["mark_left"], said["problems"]) == (200, "archived", False, [])
        assert said["reason"] == "unlinked: Intacct has no PODOCUMENT 41 (Subcontract-SC-2041) any more"
        assert ("commitments", "4711") not in office.references
        refused(404, Code.NOT_FOUND, ask("POST", "/links/unlink", DANA, link))
        refused(404, Code.NOT_FOUND, ask("GET", "/links/unlink", DANA, object="spaceships", procore_id="1"))

    @pytest.mark.usefixtures("office")
    def test_a_link_is_asked_for_by_one_id(self) -> None:
        refused(404, Code.NOT_FOUND, ask("GET", "/links", MARCO, object="spaceships", procore_id="1"))
        refused(422, Code.MALFORMED, ask("GET", "/links", MARCO, object="projects"))
        refused(422, Code.MALFORMED, ask("GET", "/links", MARCO, object="projects", procore_id="1", intacct="1"))
        refused(422, Code.MALFORMED, ask("GET", "/links", MARCO, procore_id="1"), field="object")


class TestWhateverHappens:
    @pytest.mark.usefixtures("office")
    @pytest.mark.parametrize("path", ["/", "/item", "/items/a/b/c", "/settings/x", "/items/a%2Fb/nothing"])
    def test_there_is_no_such_address(self, path: str) -> None:
        refused(404, Code.NOT_FOUND, ask("GET", path))

    @pytest.mark.usefixtures("office")
    @pytest.mark.parametrize(
        ("method", "path", "allow"), [("DELETE", "/items", "GET, POST"), ("POST", "/settings", "GET, PUT"), ("GET", "/decisions", "POST")]
    )
    def test_a_wrong_method_is_405_and_says_which_are_right(self, method: str, path: str, allow: str) -> None:
        answer = api.lambda_handler(call(method, path, MARCO), context())
        assert (answer["statusCode"], answer["multiValueHeaders"]["Allow"]) == (405, [allow])
        assert json.loads(answer["body"])["error"]["field"] == "method"

    def test_what_is_away_is_503_with_a_time(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: object) -> None:
            raise RetryLater(Code.UNAVAILABLE, "Procore does not answer.", seconds=7.4, their_words="secret")

        monkeypatch.setattr(office.door, "fetch", away)
        answer = api.lambda_handler(call("POST", "/previews", MARCO, SEND), context())
        assert (answer["statusCode"], answer["multiValueHeaders"]["Retry-After"]) == (503, ["7"])
        assert "secret" not in answer["body"]

    def test_a_wrong_set_up_is_502_without_its_details(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def wrong(*_: object) -> None:
            raise SetupWrong(Code.SIGN_IN_FAILED, "Procore refuses the connector.", their_words="client_id=abc")

        monkeypatch.setattr(office.door, "fetch", wrong)
        status, said = ask("POST", "/previews", MARCO, SEND)
        assert (status, said["error"]["code"]) == (502, "SIGN_IN_FAILED")
        assert "abc" not in json.dumps(said)

    def test_a_race_is_409(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        office.send()

        def faster(*_: object) -> None:
            raise Contention

        monkeypatch.setattr(office.state, "save", faster)
        refused(409, Code.NOT_WAITING, ask("POST", f"{HELD}/take-back"))

    def test_our_own_fault_is_a_code_and_nothing_else(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError("password=hunter2")

        monkeypatch.setattr(office.door, "fetch", broken)
        answer = api.lambda_handler(call("POST", "/previews", MARCO, SEND), context())
        error = json.loads(answer["body"])["error"]
        assert (answer["statusCode"], error["code"]) == (500, "OUR_FAULT")
        assert "hunter2" not in answer["body"]
        assert "Traceback" not in answer["body"]

    def test_an_answer_too_large_for_lambda_is_refused(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        office.send()
        monkeypatch.setattr(api, "LARGEST_ANSWER", 1000)
        refused(413, Code.TOO_LARGE, ask("GET", f"{HELD}/preview"))

    def test_rights_named_in_the_settings_count_at_once(self, office: Office) -> None:
        office.send()
        office.set(Configuration(approvers=(ApprovalRight(login=PRIYA.login),), accounting_flag_approves=False, default_item="SUB"))
        result = ask("POST", "/decisions", DANA, {"decisions": [decision(office)]})[1]["results"][0]
        assert result["violation"]["code"] == "NOT_YOUR_APPROVAL"
