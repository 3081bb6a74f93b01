"""Many at once over the API: sending as a run, what is ready, totals before a decision, limits that take two approvers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector.core.configuration import Configuration
from connector.core.errors import Code, RetryLater, SetupWrong
from connector.core.people import ApprovalRight
from connector.entrypoints import run_functions
from connector.entrypoints.object_function import Later, handler_for
from connector.ports import CrossReference, Json
from tests.unit.entrypoints.office import COMMITMENT, DANA, MARCO, PIER_9, PRIYA, STRANGER, VENDOR, Office, context, subcontract
from tests.unit.entrypoints.test_api import ask, refused

RECORD = {"object": "commitments", "procore_id": "4711", "project_id": PIER_9}


def office_of(office: Office, *numbers: int, amount: str = "486200.00") -> None:
    """Subcontracts of these ids, all with the vendor of the first."""
    for number in numbers:
        line = subcontract()["line_items"][0] | {"amount": amount}
        changes = {"id": number, "number": f"SC-{number}", "grand_total": amount, "line_items": [line]}
        office.door.records["commitments", str(number)] = ("WorkOrderContract", subcontract() | changes)


def played(office: Office) -> list[str]:
    """The machine, for the waves of sends that were started: what each record's function answered."""
    answers: list[str] = []
    done: set[str] = set()
    while waiting := [name for name in office.workflows.started if name not in done]:
        for name in waiting:
            done.add(name)
            run, _, wave = name.rpartition("-w")
            events = [{"do": "send", "run": run, "item": item} for item in office.workflows.started[name]]
            results = [handler_for(event["item"].partition(":")[0])(event, context()) for event in events]
            answers += [result["result"] for result in results]
            run_functions.finish_run({"run": run, "wave": int(wave), "results": results}, context())
    return answers


def sent(office: Office, *records: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The run's id, and what the machine saw."""
    status, said = ask("POST", "/sends", MARCO, {"records": list(records)})
    assert status == 202, said
    return said["run"]["id"], played(office)


def results(run: str, **query: str) -> list[tuple[str, str]]:
    return [(each["key"], each["said"]) for each in ask("GET", f"/runs/{run}/results", MARCO, **query)[1]["results"]]


class TestSendingMany:
    def test_it_is_a_run_that_answers_at_once(self, office: Office) -> None:
        office_of(office, 4712)
        status, said = ask("POST", "/sends", MARCO, {"records": [RECORD, RECORD | {"procore_id": "4712"}]})
        assert (status, said["run"]["kind"], said["run"]["state"], said["run"]["items"]) == (202, "send", "running", 2)
        assert len(office.state) == 0
        assert results(said["run"]["id"]) == [(COMMITMENT, "not yet"), ("commitments:4712", "not yet")]
        assert ask("GET", f"/runs/{said['run']['id']}/results", STRANGER)[1]["results"] == []

    def test_each_record_is_sent_by_the_caller_and_its_result_kept(self, office: Office) -> None:
        office_of(office, 4712, 4713)
        office.door.records["commitments", "4712"][1]["status"] = "Draft"
        run, answers = sent(office, RECORD, *({**RECORD, "procore_id": each} for each in ("4712", "4713")))
        assert answers == ["done", "refused", "done"]
        assert results(run) == [(COMMITMENT, "sent"), ("commitments:4712", "refused"), ("commitments:4713", "sent")]
        refused_one = ask("GET", f"/runs/{run}/results", MARCO)[1]["results"][1]
        assert (refused_one["item"], refused_one["number"], refused_one["name"]) == (None, "SC-4712", "Harbor Steel LLC")
        (refusal,) = refused_one["violations"]
        assert (refusal["code"], refusal["who"]) == ("NOT_APPROVED_IN_PROCORE", "project staff, in Procore")
        assert {office.item(key).sent_by for key in (COMMITMENT, "commitments:4713", VENDOR)} == {MARCO.login}
        ended = ask("GET", f"/runs/{run}", MARCO)[1]["run"]
        assert (ended["state"], ended["counts"]) == ("ended", {"done": 2, "refused": 1})

    def test_what_is_needed_goes_first_under_its_own_choices(self, office: Office) -> None:
        vendor = {"object": "vendors", "procore_id": "8821", "choices": {"vendor_id": "V-HARBOR"}}
        run, answers = sent(office, RECORD, vendor)
        assert answers == ["done", "done"]
        assert list(office.workflows.started.values()) == [(VENDOR,), (COMMITMENT,)]
        assert office.item(VENDOR).choices == {"vendor_id": "V-HARBOR"}
        assert results(run) == [(VENDOR, "sent"), (COMMITMENT, "sent")]

    def test_a_result_is_listed_page_by_page_to_those_who_may_see_it(self, office: Office) -> None:
        office_of(office, 4712, 4713)
        run, _ = sent(office, RECORD, *({**RECORD, "procore_id": each} for each in ("4712", "4713")))
        first = ask("GET", f"/runs/{run}/results", MARCO, limit="2")[1]
        assert (len(first["results"]), first["cursor"]) == (2, "2")
        assert results(run, limit="2", cursor="2") == [("commitments:4713", "sent")]
        assert ask("GET", f"/runs/{run}/results", STRANGER)[1]["results"] == []
        refused(422, Code.MALFORMED, ask("GET", f"/runs/{run}/results", MARCO, cursor="x"))
        refused(404, Code.NOT_FOUND, ask("GET", "/runs/send-0/results", MARCO))

    def test_each_approver_gets_one_mail_about_all_of_it(self, office: Office) -> None:
        office_of(office, 4712)
        sent(office, RECORD, RECORD | {"procore_id": "4712"})
        assert [(letter.to, letter.subject) for letter in office.mail.letters] == [
            (who.login, "Approve: 2 records, $972,400.00 (Marco Reyes)") for who in (DANA, PRIYA)
        ]
        assert len(office.links) == 4
        assert [letter.text.count("/link/") for letter in office.mail.letters] == [2, 2]
        office.mail.letters.clear()
        office.clock.move(1)
        sent(office, RECORD, RECORD | {"procore_id": "4712"})
        assert office.mail.letters == []

    def test_one_record_alone_gets_the_mail_with_the_link(self, office: Office) -> None:
        sent(office, RECORD)
        assert [letter.to for letter in office.mail.letters] == [DANA.login, PRIYA.login]
        assert len(office.links) == 2

    def test_the_same_again_changes_nothing_and_says_so(self, office: Office) -> None:
        sent(office, RECORD)
        before = office.item()
        office.clock.move(1)
        run, _ = sent(office, RECORD)
        assert results(run) == [(COMMITMENT, "unchanged")]
        assert office.item() == before

    def test_a_function_that_is_called_twice_says_the_same(self, office: Office) -> None:
        run, _ = sent(office, RECORD)
        ask("POST", "/decisions", DANA, {"decisions": [decision(office, COMMITMENT, with_needs=True)]})
        again = handler_for("commitments")({"do": "send", "run": run, "item": COMMITMENT}, context())
        assert again == {"item": COMMITMENT, "result": "done"}
        assert results(run) == [(COMMITMENT, "sent")]

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"object": "spaceships"}, 404, Code.NOT_FOUND),
            ({"object": "cost_codes"}, 404, Code.NOT_FOUND),
            ({"project_id": ""}, 422, Code.MALFORMED),
            ({"project_id": "99"}, 403, Code.NOT_ALLOWED),
            ({"kind": "Napkin"}, 422, Code.MALFORMED),
        ],
    )
    def test_what_cannot_be_sent_at_all_is_refused_before_anything_starts(
        self, office: Office, change: dict[str, str], status: int, code: Code
    ) -> None:
        refused(status, code, ask("POST", "/sends", MARCO, {"records": [RECORD, RECORD | change]}))
        assert len(office.workflows) == len(office.payloads) == 0

    @pytest.mark.parametrize("count", [0, 501])
    def test_it_takes_one_to_five_hundred(self, office: Office, count: int) -> None:
        refused(422, Code.MALFORMED, ask("POST", "/sends", MARCO, {"records": [RECORD] * count}), field="records")
        assert len(office.workflows) == 0

    def test_who_may_not_send_one_may_not_send_many_even_if_the_right_went_meanwhile(self, office: Office) -> None:
        office_of(office, 4712)
        run = ask("POST", "/sends", MARCO, {"records": [RECORD]})[1]["run"]["id"]
        office.set(Configuration(senders=frozenset({DANA.login}), default_item="SUB"))
        assert played(office) == ["refused"]
        assert results(run) == [(COMMITMENT, "refused")]
        refused(403, Code.NOT_ALLOWED, ask("POST", "/sends", MARCO, {"records": [RECORD]}))

    def test_busy_is_waited_for_and_a_wrong_set_up_stops_the_run(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        run = ask("POST", "/sends", MARCO, {"records": [RECORD]})[1]["run"]["id"]
        event = {"do": "send", "run": run, "item": COMMITMENT}
        faults: list[Exception] = [RetryLater(Code.RATE_LIMITED, "busy", seconds=9), SetupWrong(Code.NO_PERMISSION, "no")]
        monkeypatch.setattr(office.door, "fetch", lambda *_: (_ for _ in ()).throw(faults.pop(0)))
        with pytest.raises(Later, match="9"):
            handler_for("commitments")(event, context())
        assert handler_for("commitments")(event, context())["result"] == "stopped"
        assert results(run) == [(COMMITMENT, "not yet")]


class Lists:
    """ports.Procore with lists only; ``asked`` are the calls."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        self.lists, self.asked = lists, list[tuple[str, dict[str, str]]]()

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[list[Json]]:
        given = dict(params or {})
        self.asked.append((path, given))
        rows = self.lists.get(path.rpartition("/")[2], [])
        size, first = int(given["per_page"]), (int(given["page"]) - 1) * int(given["per_page"])
        yield rows[first : first + size]


class TestWhatIsReady:
    def listed(self, office: Office, *numbers: int, **changes: Any) -> Lists:
        rows = [{"id": number, "number": f"SC-{number}", "title": "Steel", "status": "Approved"} | changes for number in numbers]
        lists = Lists(work_order_contracts=rows)
        only_lists: Any = lists
        office.world = replace(office.world, procore=only_lists)
        return lists

    def ready(self, **query: str) -> list[tuple[str, str | None, list[str]]]:
        status, said = ask("GET", "/ready", MARCO, **{"object": "commitments", "project": PIER_9} | query)
        assert status == 200, said
        return [(each["procore_id"], each["state"], [why["code"] for why in each["violations"]]) for each in said["records"]]

    def test_what_was_not_sent_is_listed_with_why_not(self, office: Office) -> None:
        lists = self.listed(office, 1, 2)
        lists.lists["work_order_contracts"][1]["status"] = "Draft"
        lists.lists["work_order_contracts"].append({"id": 3, "number": "SC-3", "status": "Approved", "origin_id": "sage:3"})
        assert self.ready() == [("1", None, []), ("2", None, ["NOT_APPROVED_IN_PROCORE"]), ("3", None, ["ORIGIN_NOT_OURS"])]
        shown = ask("GET", "/ready", MARCO, object="commitments", project=PIER_9)[1]["records"][0]
        assert (shown["number"], shown["title"], shown["kind"], shown["amount"]) == ("SC-1", "Steel", "WorkOrderContract", "")

    @pytest.mark.parametrize(("said", "shown"), [("1234.50", "1234.50"), ("0.00", ""), (None, ""), ("soon", "")])
    def test_the_list_says_the_amount_where_it_does_not_show_the_lines(self, office: Office, said: str | None, shown: str) -> None:
        self.listed(office, 1, grand_total=said)
        assert ask("GET", "/ready", MARCO, object="commitments", project=PIER_9)[1]["records"][0]["amount"] == shown

    def test_what_goes_by_itself_is_not_for_people_to_send(self, office: Office) -> None:
        self.listed(office, 1)
        status, said = ask("GET", "/ready", MARCO, object="payments", project=PIER_9)
        assert (status, said["error"]["code"]) == (422, "MALFORMED")
        assert "go by themselves" in said["error"]["message"]

    def test_what_is_there_or_on_its_way_is_not_ready_and_what_came_back_is(self, office: Office) -> None:
        self.listed(office, 4711, 2, 3)
        office.references.link([CrossReference(object="commitments", procore_id="2", intacct_key="2", intacct_id="SC-2")])
        office.send()
        assert self.ready() == [("3", None, [])]
        ask("POST", "/items/commitments%3A4711/take-back", MARCO)
        assert self.ready() == [("4711", "retrieved", []), ("3", None, [])]

    def test_it_is_read_one_page_of_one_list_at_a_time(self, office: Office) -> None:
        lists = self.listed(office, *range(1, 6))
        found: list[str] = []
        cursor, calls = "", 0
        while calls == 0 or cursor:
            said = ask("GET", "/ready", MARCO, object="commitments", project=PIER_9, limit="2", cursor=cursor)[1]
            found += [each["procore_id"] for each in said["records"]]
            cursor, calls = said["cursor"], calls + 1
        assert found == ["1", "2", "3", "4", "5"]
        assert [(path.rpartition("/")[2], params["page"]) for path, params in lists.asked] == [
            ("work_order_contracts", "1"),
            ("work_order_contracts", "2"),
            ("work_order_contracts", "3"),
            ("purchase_order_contracts", "1"),
        ]

    def test_a_list_that_does_not_page_ends(self, office: Office) -> None:
        lists = self.listed(office, 1, 2)
        lists.pages = lambda *_: iter([[{"id": 1}, {"id": 2}]])  # type: ignore[method-assign]
        first = ask("GET", "/ready", MARCO, object="commitments", project=PIER_9, limit="2")[1]
        second = ask("GET", "/ready", MARCO, object="commitments", project=PIER_9, limit="2", cursor=first["cursor"])[1]
        assert (len(first["records"]), second["records"], second["cursor"][0]) == (2, [], "1")

    def test_without_an_object_it_goes_through_all_that_belong_to_the_project(self, office: Office) -> None:
        lists = self.listed(office, 1)
        office.door.records["budgets", PIER_9] = ("Budget", {"project_id": PIER_9, "budget_line_items": []})
        cursor, first = "", True
        while first or cursor:
            said = ask("GET", "/ready", MARCO, project=PIER_9, cursor=cursor)[1]
            cursor, first = said["cursor"], False
        asked = [path.rpartition("/")[2] for path, _ in lists.asked]
        assert asked.index("sub_jobs") < asked.index("work_order_contracts") < asked.index("requisitions")
        assert "vendors" not in asked

    def test_who_may_not_see_the_project_and_what_is_malformed_is_refused(self, office: Office) -> None:
        self.listed(office, 1)
        refused(403, Code.NOT_ALLOWED, ask("GET", "/ready", STRANGER, object="commitments", project=PIER_9))
        refused(404, Code.NOT_FOUND, ask("GET", "/ready", MARCO, object="cost_codes", project=PIER_9))
        for query in ({}, {"object": "commitments"}, {"project": PIER_9, "cursor": "99.1."}, {"project": PIER_9, "cursor": "x"}):
            refused(422, Code.MALFORMED, ask("GET", "/ready", MARCO, **query))


def decision(office: Office, key: str = COMMITMENT, **more: Any) -> dict[str, Any]:
    return {"item": key, "verdict": "approve", "fingerprint": office.item(key).fingerprint} | more


def limited(office: Office, **limits: int) -> None:
    rights = tuple(ApprovalRight(login=f"{name}@example.com", up_to=Decimal(limit)) for name, limit in limits.items())
    office.set(Configuration(approvers=rights, default_item="SUB"))


class TestLimits:
    """The vendor is linked, so that the amount alone decides."""

    @pytest.fixture(autouse=True)
    def _linked(self, office: Office) -> None:
        office.references.link([CrossReference(object="vendors", procore_id="8821", intacct_key="9", intacct_id="V-9")])

    def said(self, office: Office, who: Any, *decisions: dict[str, Any]) -> list[str]:
        given = list(decisions) or [decision(office)]
        return [each["said"] or each["violation"]["code"] for each in ask("POST", "/decisions", who, {"decisions": given})[1]["results"]]

    def test_above_the_limit_a_second_person_decides_and_two_limits_do_not_add_up(self, office: Office) -> None:
        limited(office, dana=243_100, priya=243_100)
        office.send()
        assert self.said(office, DANA) == ["approved; a second approver decides"]
        assert self.said(office, DANA) == ["approved before"]
        assert (office.item().state, len(office.workflows)) == ("waiting", 0)
        assert self.said(office, PRIYA) == ["approved"]
        assert [approval.by for approval in office.item().approvals] == [DANA.login, PRIYA.login]

    def test_up_to_the_limit_one_is_enough(self, office: Office) -> None:
        limited(office, dana=486_200)
        office.send()
        assert self.said(office, DANA) == ["approved"]

    def test_rights_of_one_person_do_not_add_up(self, office: Office) -> None:
        right = ApprovalRight(login=DANA.login, up_to=Decimal(243_100))
        office.set(Configuration(approvers=(right, right), default_item="SUB"))
        office.send()
        assert self.said(office, DANA) == ["approved; a second approver decides"]

    def test_who_sent_it_is_never_the_second(self, office: Office) -> None:
        limited(office, dana=1, priya=10**9)
        office.send(PRIYA)
        assert self.said(office, DANA) == ["approved; a second approver decides"]
        assert self.said(office, PRIYA) == ["SENDER_IS_APPROVER"]
        assert office.item().state == "waiting"

    def test_an_item_that_changed_begins_anew(self, office: Office) -> None:
        limited(office, dana=1, priya=1)
        office.send()
        old = decision(office)
        assert self.said(office, DANA) == ["approved; a second approver decides"]
        office.door.records["commitments", "4711"][1]["title"] = "Steel erection, corrected"
        office.send()
        assert office.item().approvals == ()
        assert self.said(office, PRIYA, old) == ["STALE_APPROVAL"]
        assert self.said(office, PRIYA) == ["approved; a second approver decides"]
        assert self.said(office, DANA) == ["approved"]

    def test_many_with_mixed_limits_each_by_its_own_amount(self, office: Office) -> None:
        limited(office, dana=1_000, priya=1_000)
        office_of(office, 1, 2, amount="1000.00")
        office_of(office, 3, amount="1000.01")
        sent(office, *({**RECORD, "procore_id": str(number)} for number in (1, 2, 3)))
        totals = ask("POST", "/decisions/totals", DANA, {"waiting": {"object": "commitments"}})[1]
        assert (totals["count"], totals["amount"], totals["second"]) == (3, "3000.01", ["commitments:3"])
        said = ask("POST", "/decisions", DANA, {"selection": totals["selection"], "verdict": "approve"})[1]["results"]
        assert [each["said"] for each in said] == ["approved", "approved", "approved; a second approver decides"]
        assert len({each["run"] for each in said}) == 2
        again = ask("POST", "/decisions/totals", PRIYA, {"waiting": {}})[1]
        assert (again["count"], again["second"]) == (1, [])
        assert (
            ask("POST", "/decisions", PRIYA, {"selection": again["selection"], "verdict": "approve"})[1]["results"][0]["said"] == "approved"
        )


class TestRejectingMany:
    def test_the_sender_gets_one_mail_about_all_of_them(self, office: Office) -> None:
        office.send()
        office.mail.letters.clear()
        totals = ask("POST", "/decisions/totals", DANA, {"waiting": {}})[1]
        body = {"selection": totals["selection"], "verdict": "reject", "reason": "Wrong month."}
        assert {each["said"] for each in ask("POST", "/decisions", DANA, body)[1]["results"]} == {"rejected"}
        assert [(letter.to, letter.subject) for letter in office.mail.letters] == [(MARCO.login, 'Rejected: 2 records, "Wrong month."')]

    def test_none_is_rejected_without_a_reason(self, office: Office) -> None:
        office.send()
        selection = ask("POST", "/decisions/totals", DANA, {"waiting": {}})[1]["selection"]
        results = ask("POST", "/decisions", DANA, {"selection": selection, "verdict": "reject"})[1]["results"]
        assert {each["violation"]["code"] for each in results} == {"REASON_MISSING"}
        assert office.item().state == "waiting"


class TestTotals:
    def test_they_name_what_would_be_decided_and_what_would_not(self, office: Office) -> None:
        item = office.send()
        totals = ask("POST", "/decisions/totals", DANA, {"items": [{"item": COMMITMENT}, {"item": "vendors:1"}]})[1]
        assert (totals["count"], totals["amount"], totals["more"]) == (1, "486200.00", False)
        (group,) = totals["groups"]
        assert group == {
            "object": "commitments",
            "project_id": PIER_9,
            "project_name": "Pier 9 Terminal",
            "count": 1,
            "amount": "486200.00",
        }
        assert totals["selected"] == [{"item": COMMITMENT, "fingerprint": item.fingerprint}]
        assert [(need["item"], need["state"]) for need in totals["along"]] == [(VENDOR, "waiting")]
        assert [(each["item"], each["violation"]["code"]) for each in totals["excepted"]] == [("vendors:1", "NOT_FOUND")]
        (result,) = ask("POST", "/decisions", DANA, {"selection": totals["selection"], "verdict": "approve"})[1]["results"]
        assert [result["said"], *(need["item"] for need in result["needs"])] == ["approved", VENDOR]

    def test_the_sender_sees_that_none_is_theirs_to_decide(self, office: Office) -> None:
        office.send(DANA)
        totals = ask("POST", "/decisions/totals", DANA, {"waiting": {}})[1]
        assert (totals["count"], totals["selection"]) == (0, "")
        assert {each["violation"]["code"] for each in totals["excepted"]} == {"SENDER_IS_APPROVER"}

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/decisions/totals", {}),
            ("/decisions/totals", {"items": [{"item": COMMITMENT}], "waiting": {}}),
            ("/decisions/totals", {"waiting": {"colour": "red"}}),
            ("/decisions", {}),
            ("/decisions", {"selection": "0" * 64}),
            ("/decisions", {"verdict": "approve"}),
            ("/decisions", {"selection": "short", "verdict": "approve"}),
        ],
    )
    def test_what_is_malformed_is_refused(self, office: Office, path: str, body: dict[str, Any]) -> None:
        office.send()
        refused(422, Code.MALFORMED, ask("POST", path, DANA, body))

    def test_a_selection_of_somebody_else_is_not_found(self, office: Office) -> None:
        office.send()
        selection = ask("POST", "/decisions/totals", DANA, {"waiting": {}})[1]["selection"]
        refused(404, Code.NOT_FOUND, ask("POST", "/decisions", PRIYA, {"selection": selection, "verdict": "approve"}))
        assert json.loads(office.payloads.get(f"selections/{selection}.json") or "")["login"] == DANA.login
