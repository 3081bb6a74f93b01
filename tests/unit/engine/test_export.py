from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.item import Intent, Item, Lease, State, step
from connector.core.outcome import Result
from connector.core.tenant import Tenant
from connector.engine.decide import retry
from connector.engine.export import LEASE
from connector.engine.outbox import deliver_of
from tests.unit.engine.stage import DANA, ITEM, NEED, Stage
from tests.unit.engine.test_decide import meanwhile

LATER = RetryLater(Code.UNAVAILABLE, "Procore is away.", seconds=7)


def codes(stage: Stage) -> list[str]:
    return [problem.code.value for problem in stage.item().problems]


def put(stage: Stage, **changes: Any) -> Item:
    after, entry = step(stage.item(), "moved by the test", who="test", at=stage.clock.now(), **changes)
    stage.state.save(after, entry)
    return after


def test_an_approved_item_goes_all_the_way() -> None:
    stage = Stage().approved()
    outcome = stage.export()
    item = stage.item()
    assert (outcome.result, outcome.intacct_id) == (Result.DONE, "W-1")
    assert (item.state, item.intacct_id, item.written_back, item.lease, item.problems) == (State.SYNCED, "W-1", True, None, ())
    assert stage.held() == ["W-1"]
    (pair,) = stage.references.of_object("widgets")
    assert (pair.procore_id, pair.intacct_id, pair.intacct_key, pair.linked_by) == ("7", "W-1", item.intacct_key, "Dana")
    assert {name for name in pair.detail if name.startswith("line:")} == {"line:7001", "line:7002"}
    assert stage.told() == [
        "sent",
        "approved",
        "export begun",
        "request about to leave",
        "in Intacct, read back and equal",
        "origin id written to Procore",
    ]
    deliver_of(stage.world, [ITEM])
    assert stage.mails()[-1] == ("marco", "synced W-1")


def test_the_ids_are_left_on_the_procore_record_and_on_its_lines() -> None:
    stage = Stage().approved()
    stage.export()
    ((item, origin, code, lines),) = stage.desk.left
    (pair,) = stage.references.of_object("widgets")
    assert (item, origin, code) == (ITEM, f"intacct:WIDGET:{stage.item().intacct_key}", "W-1")
    assert lines == {number: f"intacct:PARTS:{pair.detail[f'line:{number}']}" for number in ("7001", "7002")}


def test_what_leaves_is_what_was_shown_and_each_function_has_its_own_key() -> None:
    stage = Stage().approved()
    fingerprint = stage.item().fingerprint
    stage.export()
    ((function,),) = stage.books.requests
    assert function.controlid == f"1:widgets:7:{fingerprint[:12]}:1-create_widget"
    intent = stage.item().intent
    assert intent is not None
    assert (intent.controlid, intent.attempt) == (function.controlid, 1)


def test_done_again_is_done() -> None:
    stage = Stage().approved()
    stage.export()
    before = stage.item()
    assert stage.export().result is Result.DONE
    assert stage.item() == before
    assert len(stage.books.requests) == len(stage.desk.left) == 1


def test_an_unknown_item_is_refused() -> None:
    assert [violation.code for violation in Stage().export("widgets:8").violations] == [Code.NOT_FOUND]


@pytest.mark.parametrize("state", [State.WAITING, State.REJECTED, State.RETRIEVED])
def test_what_was_taken_back_before_its_turn_is_no_refusal(state: State) -> None:
    stage = Stage().approved()
    before = put(stage, state=state, approvals=())
    outcome = stage.export()
    assert (outcome.result, outcome.violations) == (Result.WITHDRAWN, ())
    assert stage.item() == before
    assert stage.books.requests == []


@pytest.mark.parametrize("state", [State.FAILED, State.STALE, State.BLOCKED])
def test_what_is_not_approved_does_not_go(state: State) -> None:
    stage = Stage().approved()
    before = put(stage, state=state)
    outcome = stage.export()
    assert (outcome.result, outcome.violations[0].code) == (Result.REFUSED, Code.NOT_WAITING)
    assert stage.item() == before
    assert stage.books.requests == []


# Step 1: one worker at a time.


def test_a_second_worker_comes_back_when_the_lease_of_the_first_ends() -> None:
    stage = Stage().approved()
    put(stage, state=State.EXPORTING, lease=Lease(worker="w1", until=stage.clock.now() + timedelta(seconds=90)))
    outcome = stage.export(worker="w2")
    assert (outcome.result, outcome.seconds) == (Result.LATER, 90)
    assert stage.books.requests == []


def test_the_lease_of_a_dead_worker_is_taken_over() -> None:
    stage = Stage().approved()
    put(stage, state=State.EXPORTING, lease=Lease(worker="w1", until=stage.clock.now() + LEASE))
    stage.clock.move(LEASE.total_seconds())
    assert stage.export(worker="w2").result is Result.DONE


def test_of_two_workers_at_the_same_moment_one_comes_back_later() -> None:
    stage = Stage().approved()
    meanwhile(stage, lambda: put(stage, title="noted"))
    outcome = stage.export()
    assert (outcome.result, stage.item().state) == (Result.LATER, State.APPROVED)
    assert stage.export().result is Result.DONE


def test_a_lease_outlives_every_function() -> None:
    """One that has ended belongs to a dead worker, or to one that AWS is about to end."""
    template = (Path(__file__).parents[3] / "template.yaml").read_text("utf-8")
    longest = max(map(int, re.findall(r"^ +Timeout: (\d+)$", template, re.MULTILINE)))
    assert 0 < longest < LEASE.total_seconds()


# Step 2: nothing but what was approved.


def test_what_changed_after_the_approval_is_stale_and_nothing_leaves() -> None:
    stage = Stage().approved()
    approved = stage.item().fingerprint
    stage.edit(number="W-2")
    outcome = stage.export()
    item = stage.item()
    assert (outcome.result, item.state, item.approvals, item.lease, codes(stage)) == (
        Result.STALE,
        State.STALE,
        (),
        None,
        ["STALE_APPROVAL"],
    )
    assert stage.state.history(ITEM)[-1].detail["approved"] == approved
    assert stage.books.requests == []


def test_what_became_unreadable_is_stale_and_says_why() -> None:
    stage = Stage().approved()
    stage.edit(day="June 1st")
    assert stage.export().result is Result.STALE
    assert codes(stage) == ["STALE_APPROVAL", "VALUE_UNREADABLE"]


@pytest.mark.parametrize("changed", [{"default_terms": "Net 45"}, {"entity": "200"}])
def test_settings_that_change_the_request_make_it_stale(changed: dict[str, Any]) -> None:
    stage = Stage().approved()
    stage.configure(**changed)
    assert stage.export().result is Result.STALE


def test_a_record_that_is_gone_from_procore_fails() -> None:
    stage = Stage().approved()
    del stage.desk.records[ITEM]
    assert stage.export().result is Result.REFUSED
    assert (stage.item().state, codes(stage)) == (State.FAILED, ["NOT_FOUND"])


def test_what_it_needs_and_is_not_there_is_named_and_waited_for() -> None:
    stage = Stage()
    stage.sent()
    stage.approve(NEED)
    stage.approve()
    outcome = stage.export()
    assert (outcome.result, outcome.waits_for) == (Result.BLOCKED, NEED)
    assert (stage.item().state, stage.item().waits_for, stage.item().lease) == (State.BLOCKED, NEED, None)
    assert stage.books.requests == []
    stage.machine.play()
    assert (stage.item(NEED).state, stage.item().state) == (State.SYNCED, State.SYNCED)


def test_a_need_that_arrives_while_the_item_is_put_aside_lets_it_go() -> None:
    stage = Stage()
    stage.sent()
    stage.approve(NEED)
    stage.approve()
    fetch = stage.desk.fetch

    def late(*arguments: Any) -> Any:
        meanwhile(stage, lambda: stage.link("makers", "8821", "PC-8821"))
        stage.desk.fetch = fetch  # type: ignore[method-assign]
        return fetch(*arguments)

    stage.desk.fetch = late  # type: ignore[method-assign, assignment]
    stage.export()
    assert stage.item().state is State.APPROVED
    assert len(stage.workflows) == 3


def test_what_a_person_linked_while_it_waited_does_not_come_to_stand_in_intacct_twice() -> None:
    stage = Stage().approved()
    stage.link("widgets", "7", "W-99")
    outcome = stage.export()
    assert (outcome.result, codes(stage)) == (Result.REFUSED, ["LINKED_ELSEWHERE"])
    assert "linked to W-99" in outcome.violations[0].message
    assert (stage.item().state, stage.item().intent, stage.books.requests) == (State.FAILED, None, [])


# Steps 3 to 5: until it is known what became of the request.


def test_the_intent_is_durable_before_the_request_leaves() -> None:
    stage = Stage().approved()
    seen: list[Intent | None] = []
    write = stage.books.write

    def watched(*arguments: Any, **named: Any) -> Any:
        seen.append(stage.item().intent)
        assert f"snapshots/{ITEM}/{stage.item().fingerprint}.json" in stage.payloads
        return write(*arguments, **named)

    stage.books.write = watched  # type: ignore[method-assign]
    stage.export()
    assert seen[0] is not None


def test_a_request_whose_answer_is_lost_is_looked_for_and_adopted() -> None:
    stage = Stage().approved()
    stage.books.orders = ["lost after"]
    assert stage.export().result is Result.DONE
    assert len(stage.books.requests) == 1
    assert stage.held() == ["W-1"]
    assert "found in Intacct and equal: adopted" in stage.told()


def test_a_request_that_never_arrived_is_sent_again_under_the_same_key() -> None:
    stage = Stage().approved()
    stage.books.orders = ["lost before", "lost before"]
    stage.machine.play()
    assert stage.item().state is State.SYNCED
    assert len({request[0].controlid for request in stage.books.requests}) == 1
    assert (len(stage.books.requests), stage.held()) == (3, ["W-1"])


def test_a_request_that_may_still_be_on_its_way_gets_a_minute_before_it_is_asked_again() -> None:
    stage = Stage().approved()
    stage.books.orders = ["lost before"]
    outcome = stage.export()
    assert (outcome.result, outcome.seconds, len(stage.books.requests)) == (Result.LATER, 60, 1)
    assert (stage.item().state, stage.item().lease, codes(stage)) == (State.EXPORTING, None, ["OUTCOME_UNKNOWN"])
    stage.books.write(stage.books.requests[0])  # there it comes
    assert stage.export(worker="w2").result is Result.DONE
    assert (len(stage.books.requests), stage.held()) == (2, ["W-1"])


def test_an_outcome_that_stays_unknown_is_waited_for_and_people_can_see_why() -> None:
    stage = Stage().approved()
    stage.books.orders = ["lost before"]
    outcome = stage.export()
    assert (outcome.result, outcome.seconds) == (Result.LATER, 60)
    assert (stage.item().state, stage.item().lease, codes(stage)) == (State.EXPORTING, None, ["OUTCOME_UNKNOWN"])
    assert stage.export(worker="w2").result is Result.DONE
    assert (stage.held(), codes(stage)) == (["W-1"], [])


def test_a_refusal_is_the_end_of_it_and_nothing_is_left_behind() -> None:
    stage = Stage().approved()
    stage.books.orders = ["refused"]
    outcome = stage.export()
    assert (outcome.result, outcome.violations[0].code) == (Result.REFUSED, Code.PERIOD_CLOSED)
    assert (stage.item().state, codes(stage), stage.held()) == (State.FAILED, ["PERIOD_CLOSED"], [])
    assert stage.state.history(ITEM)[-1].detail["their words"] == "BL01001973"
    deliver_of(stage.world, [ITEM])
    assert stage.mails()[-1] == ("marco", "failed W-1")


def test_after_a_refusal_the_corrected_record_may_be_sent_anew() -> None:
    stage = Stage().approved()
    stage.books.orders = ["refused"]
    stage.export()
    stage.edit(day="2026-07-01")
    assert stage.sent().state is State.WAITING
    stage.approve()
    assert stage.export().result is Result.DONE


def test_after_a_refusal_trying_again_reads_procore_again() -> None:
    stage = Stage().approved()
    stage.books.orders = ["refused"]
    stage.export()
    stage.edit(day="2026-07-01")
    retry(stage.world, DANA, [ITEM])
    assert stage.export().result is Result.STALE


def test_what_intacct_says_it_did_before_is_looked_for_and_adopted() -> None:
    stage = Stage().approved()
    stage.export()
    done = stage.books.tables["WIDGET"][0]
    again = Stage().approved()
    again.books.orders = ["replayed"]
    again.books.tables = stage.books.tables
    assert again.export().result is Result.DONE
    assert again.books.tables["WIDGET"] == [done]


def test_what_intacct_did_before_and_does_not_hold_is_waited_for_then_put_before_a_person() -> None:
    stage = Stage().approved()
    stage.books.orders = ["replayed"] * 2
    assert stage.export().result is Result.LATER
    stage.clock.move((LEASE + timedelta(seconds=1)).total_seconds())
    outcome = stage.export(worker="w2")
    assert (outcome.result, stage.item().state, codes(stage)) == (Result.REFUSED, State.FAILED, ["CONFLICT_IN_INTACCT"])


def test_what_is_done_and_cannot_be_found_yet_is_looked_for_again() -> None:
    stage = Stage().approved()
    stage.books.orders = ["done unseen"]
    assert stage.export().result is Result.DONE
    assert (len(stage.books.requests), stage.held()) == (1, ["W-1"])


def test_what_is_done_and_cannot_be_found_for_longer_is_waited_for() -> None:
    stage = Stage().approved()
    stage.books.orders = ["done unseen"]
    stage.books.unseen = 2
    assert stage.export().result is Result.LATER
    assert stage.export(worker="w2").result is Result.DONE
    assert (len(stage.books.requests), stage.held()) == (1, ["W-1"])


def test_another_record_in_its_place_is_a_conflict_for_a_person() -> None:
    stage = Stage().approved()
    stage.books.orders = ["lost after"]
    stage.books.before_read = lambda: [row.update(STATUS="inactive") for row in stage.books.tables.get("WIDGET", ())]
    outcome = stage.export()
    assert (outcome.result, stage.item().state, codes(stage)) == (Result.REFUSED, State.FAILED, ["CONFLICT_IN_INTACCT"])
    assert "Status: active was sent, Intacct holds inactive" in stage.item().problems[0].message
    assert len(stage.references) == 2


def test_after_a_conflict_the_approver_may_choose_another_number() -> None:
    stage = Stage().approved()
    stage.books.orders = ["lost after"]
    stage.books.before_read = lambda: [row.update(STATUS="inactive") for row in stage.books.tables.get("WIDGET", ())]
    stage.export()
    assert stage.sent(choices={"number": "W-9"}).state is State.WAITING


def test_two_records_that_could_be_it_are_a_conflict() -> None:
    stage = Stage().approved()
    stage.books.orders = ["lost before"]
    stage.books.tables["WIDGET"] = [{"DOCNO": "W-1", "RECORDNO": number} for number in ("1", "2")]
    stage.export()
    assert codes(stage) == ["CONFLICT_IN_INTACCT"]
    assert stage.item().problems[0].message == "Intacct holds 2 records that could be W-1."


@pytest.mark.parametrize("moment", ["before the request", "after it"])
def test_where_intacct_is_away_the_item_is_put_off_with_what_was_begun(moment: str) -> None:
    stage = Stage().approved()
    if moment == "before the request":
        stage.books.orders = ["later"]
    else:
        stage.books.before_read = lambda: _away(stage)
    outcome = stage.export()
    assert (outcome.result, outcome.seconds) == (Result.LATER, 30)
    assert (stage.item().state, stage.item().lease, codes(stage)) == (State.EXPORTING, None, ["UNAVAILABLE"])
    assert stage.item().intent is not None
    assert stage.export(worker="w2").result is Result.DONE
    assert stage.held() == ["W-1"]


def _away(stage: Stage) -> None:
    stage.books.before_read = lambda: None
    raise RetryLater(Code.UNAVAILABLE, "Intacct is away.", seconds=30)


def test_where_procore_is_away_before_anything_began_the_next_call_begins() -> None:
    stage = Stage().approved()
    stage.desk.faults = [LATER]
    assert (stage.export().seconds, stage.item().intent) == (7, None)
    stage.edit(number="W-2")
    assert stage.export(worker="w2").result is Result.STALE


def test_a_wrong_set_up_stops_the_run_and_can_be_tried_again() -> None:
    stage = Stage().approved()
    stage.books.orders = ["set-up wrong"]
    assert stage.export().result is Result.STOPPED
    assert (stage.item().state, codes(stage)) == (State.FAILED, ["SIGN_IN_FAILED"])
    retry(stage.world, DANA, [ITEM])
    assert stage.export().result is Result.DONE


def test_once_a_request_may_have_arrived_an_edit_changes_nothing_of_what_is_finished() -> None:
    stage = Stage().approved()
    stage.books.orders = ["lost before"]
    stage.export()
    stage.edit(number="W-2")
    assert stage.export(worker="w2").result is Result.DONE
    assert (stage.held(), stage.item().intacct_id) == (["W-1"], "W-1")


def test_a_field_that_the_company_lacks_is_neither_read_nor_compared() -> None:
    stage = Stage()
    lacking(stage, WIDGET={"STATUS"}, PARTS={"SHARE"})
    stage.approved()
    stage.books.before_read = lambda: [row.update(STATUS="inactive") for row in stage.books.tables.get("WIDGET", ())]
    assert stage.export().result is Result.DONE
    header, lines = ([*stage.books.asked][place].fields for place in (-2, -1))
    assert "STATUS" not in header
    assert "SHARE" not in lines
    assert {"DOCNO", "MAKERID"} <= set(header)


def test_beside_a_field_that_the_company_lacks_all_others_are_compared() -> None:
    stage = Stage()
    lacking(stage, WIDGET={"STATUS"})
    stage.approved()
    stage.books.before_read = lambda: [row.update(STATUS="inactive", MAKERID="V-9") for row in stage.books.tables.get("WIDGET", ())]
    (difference,) = stage.export().violations
    assert (difference.code, difference.field) == (Code.READ_BACK_DIFFERS, "maker")


def test_a_try_after_the_check_leaves_out_what_the_check_found() -> None:
    """The document was written when nobody knew, and could not be read back; the next try knows."""
    stage = Stage().approved()
    stage.books.before_read = unreadable
    assert stage.export().result is Result.REFUSED
    assert stage.held() == ["W-1"]
    lacking(stage, WIDGET={"STATUS"})
    stage.books.before_read = lambda: [row.update(STATUS="inactive") for row in stage.books.tables["WIDGET"]]
    retry(stage.world, DANA, [ITEM])
    assert stage.export().result is Result.DONE
    assert stage.held() == ["W-1"]


def unreadable() -> None:
    raise ConnectorError(Code.REFUSED_BY_INTACCT, "Intacct refused to query: there was an error processing the request")


def lacking(stage: Stage, **fields: set[str]) -> None:
    stage.state.save_tenant(Tenant(lacking={name: frozenset(names) for name, names in fields.items()}).model_dump_json())
