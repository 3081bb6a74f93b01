from __future__ import annotations

import json
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State, step
from connector.core.people import Person
from connector.engine.submit import found, look
from connector.engine.world import Source
from connector.ports import Contention
from tests.unit.engine.stage import DANA, ITEM, MARCO, NEED, PRIYA, Stage, person
from tests.unit.engine.test_decide import meanwhile


def refused(stage: Stage, **how: Any) -> list[tuple[str, str]]:
    sent = stage.send(**how)
    assert sent.item is None
    return [(violation.code.value, violation.field) for violation in sent.violations]


def test_what_is_sent_waits_under_the_fingerprint_of_its_preview() -> None:
    stage = Stage().linked_maker()
    item = stage.sent()
    assert (item.id, item.state, item.version) == (ITEM, State.WAITING, 1)
    assert (item.kind, item.project_id, item.project_name) == ("Big", "77", "Pier 9")
    assert (item.number, item.party, str(item.amount)) == ("W-1", "Acme", "300.20")
    assert (item.sent_by, item.sent_by_name, item.pending) == (MARCO.login, "Marco", ())
    assert json.loads(stage.payloads.get(f"previews/{ITEM}/{item.fingerprint}.json") or "")["fingerprint"] == item.fingerprint
    assert stage.told() == ["sent"]
    assert stage.mails() == [("dana", "waiting W-1"), ("priya", "waiting W-1")]


def test_every_violation_is_shown_at_once_and_nothing_is_kept() -> None:
    stage = Stage()
    lines = [{"id": 7001, "amount": "1.00", "code": {"id": 9, "name": "Unknown"}}]
    stage.edit(status="Gone", day=None, number="much too long", line_items=lines)
    stage.edit(NEED, name=None)
    assert refused(stage, choices={"colour": "red"}) == [
        ("MALFORMED", "colour"),
        ("TOO_LONG", "number"),
        ("DATE_MISSING", "day"),
        ("COST_CODE_MISSING", "parts[1].code"),
        ("NOT_APPROVED_IN_PROCORE", "status"),
        ("VALUE_MISSING", "makers.name"),
    ]
    assert len(stage.state) == len(stage.payloads) == len(stage.mail) == 0


def test_a_violation_names_its_line_and_what_stands_there() -> None:
    stage = Stage().linked_maker()
    stage.edit(day=None, line_items=[{"id": 7001, "amount": "1.00", "code": {"id": 9, "name": "Unknown"}}])
    assert [violation.message for violation in stage.send().violations] == [
        "Day is missing.",
        "Line 1: Code Unknown is not known in Intacct.",
    ]


def test_a_text_as_long_as_intacct_takes_goes() -> None:
    stage = Stage().linked_maker()
    stage.edit(number="W-345678")
    assert stage.sent().number == "W-345678"


@pytest.mark.parametrize("name", ["status", "colour"])
def test_only_what_is_declared_a_choice_may_be_chosen(name: str) -> None:
    stage = Stage().linked_maker()
    assert refused(stage, choices={name: "Gone"}) == [("MALFORMED", name)]


def test_a_refusal_comes_with_the_preview_that_says_why() -> None:
    stage = Stage().linked_maker()
    stage.edit(status="Gone")
    sent = stage.send()
    assert sent.preview is not None
    assert [check["code"] for check in sent.preview["checks"]] == ["NOT_APPROVED_IN_PROCORE"]


def test_a_record_that_cannot_be_read_names_what_is_unreadable() -> None:
    stage = Stage().linked_maker()
    stage.edit(day="June 1st", line_items=[{"id": 7001, "amount": "1.005"}])
    assert refused(stage) == [("VALUE_UNREADABLE", "day"), ("VALUE_UNREADABLE", "parts[1].amount")]


def test_a_number_intacct_has_is_refused() -> None:
    stage = Stage().linked_maker()
    stage.books.tables["WIDGET"] = [{"DOCNO": "W-1", "RECORDNO": "1"}]
    assert refused(stage) == [("DUPLICATE_NUMBER", "number")]


def test_a_record_of_another_integration_is_refused() -> None:
    stage = Stage()
    stage.edit(NEED, origin_id="sage:9")
    assert refused(stage, key=NEED) == [("ORIGIN_NOT_OURS", "origin")]


def test_what_it_needs_waits_beside_it_and_each_approver_gets_one_mail() -> None:
    stage = Stage()
    item = stage.sent()
    assert item.pending == (NEED,)
    assert stage.item(NEED).state is State.WAITING
    preview = json.loads(stage.payloads.get(f"previews/{ITEM}/{item.fingerprint}.json") or "")
    assert [(need["item"], need["fingerprint"]) for need in preview["needs"]] == [(NEED, stage.item(NEED).fingerprint)]
    assert stage.state.history(NEED)[0].detail["needed by"] == ITEM
    assert [subject for _, subject in stage.mails()] == ["waiting W-1", "waiting W-1"]


def test_sending_the_same_again_changes_nothing() -> None:
    stage = Stage()
    first = stage.sent()
    mails, need = stage.mails(), stage.item(NEED)
    assert stage.sent() == first
    assert stage.item(NEED) == need
    assert stage.mails() == mails
    assert stage.told() == ["sent"]


def test_an_edited_record_sent_again_replaces_what_waited() -> None:
    stage = Stage().linked_maker()
    first = stage.sent()
    stage.edit(number="W-2")
    second = stage.sent()
    assert (second.number, second.state) == ("W-2", State.WAITING)
    assert second.fingerprint != first.fingerprint
    assert stage.told() == ["sent", "sent again"]


def test_an_approval_does_not_outlive_what_it_was_given_for() -> None:
    stage = Stage().linked_maker()
    stage.configure(approvers=[{"login": DANA.login, "up_to": "1.00"}, {"login": PRIYA.login}])
    stage.sent()
    assert stage.approve().said == "approved; a second approver decides"
    stage.edit(number="W-2")
    assert stage.sent().approvals == ()


def test_the_senders_choices_are_part_of_what_is_sent() -> None:
    stage = Stage().linked_maker()
    item = stage.sent(choices={"number": "W-9"})
    assert (item.number, item.choices) == ("W-9", {"number": "W-9"})


@pytest.mark.parametrize(
    ("object_name", "who", "code"),
    [
        ("gadgets", MARCO, Code.NOT_FOUND),
        ("codes", MARCO, Code.NOT_FOUND),
        ("widgets", DANA, Code.NOT_ALLOWED),
        ("widgets", person("Marco", projects=frozenset({"78"})), Code.NOT_ALLOWED),
    ],
)
def test_who_may_not_and_what_does_not_go_is_refused(object_name: str, who: Person, code: Code) -> None:
    stage = Stage().linked_maker()
    stage.configure(senders=[MARCO.login])
    with pytest.raises(ConnectorError) as no:
        stage.send(f"{object_name}:7", who=who)
    assert no.value.code is code
    assert len(stage.state) == 0


def test_looking_keeps_nothing_and_shows_everything() -> None:
    stage = Stage()
    stage.edit(status="Gone")
    preview = look(stage.world, DANA, "widgets", Source(procore_id="7", project_id="77"), {})
    assert [check["code"] for check in preview["checks"]] == ["NOT_APPROVED_IN_PROCORE"]
    assert [need["item"] for need in preview["needs"]] == [NEED]
    assert len(stage.state) == len(stage.payloads) == 0


def test_what_is_linked_already_is_not_sent() -> None:
    stage = Stage().linked_maker()
    stage.link("widgets", "7", "W-1")
    with pytest.raises(ConnectorError, match="linked to W-1 in Intacct already"):
        stage.send()


@pytest.mark.parametrize("state", [State.APPROVED, State.EXPORTING, State.SYNCED])
def test_what_is_on_its_way_is_not_sent_again(state: State) -> None:
    stage = Stage().linked_maker()
    _put(stage, stage.sent(), state=state)
    with pytest.raises(ConnectorError, match=f"W-1 is {state.value} and cannot be sent again") as no:
        stage.send()
    assert no.value.code is Code.NOT_WAITING


@pytest.mark.parametrize("state", [State.REJECTED, State.RETRIEVED, State.FAILED, State.STALE, State.BLOCKED])
def test_every_way_out_leads_back_to_waiting(state: State) -> None:
    stage = Stage().linked_maker()
    _put(stage, stage.sent(), state=state, reason="Wrong code.", waits_for=NEED, attempts=3)
    item = stage.sent()
    assert item.state is State.WAITING
    assert (item.reason, item.waits_for, item.attempts, item.problems, item.intent, item.lease) == ("", "", 0, (), None, None)
    assert stage.told()[-1] == "sent again"


def test_approvers_are_told_when_a_rejected_item_returns() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    stage.approve(verdict="reject", reason="Wrong code.")
    stage.mail.letters.clear()
    stage.sent()
    assert stage.mails() == [("dana", "returned W-1"), ("priya", "returned W-1")]


def test_of_two_windows_sending_at_once_one_item_waits() -> None:
    stage = Stage().linked_maker()
    other = Stage().linked_maker()
    twin = other.sent()
    meanwhile(stage, lambda: stage.state.save(twin, other.state.history(ITEM)[0]))
    assert stage.sent() == twin
    assert stage.told() == ["sent"]
    assert stage.mails() == []


def test_of_two_windows_sending_different_content_the_slower_one_looks_again() -> None:
    stage = Stage().linked_maker()
    other = Stage().linked_maker()
    other.edit(number="W-2")
    twin = other.sent()
    meanwhile(stage, lambda: stage.state.save(twin, other.state.history(ITEM)[0]))
    with pytest.raises(Contention):
        stage.send()
    assert stage.item() == twin


def test_an_item_of_a_project_one_may_not_see_is_not_there() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    for who, key in ((person("Marco", projects=frozenset({"78"})), ITEM), (MARCO, "widgets:8")):
        with pytest.raises(ConnectorError) as no:
            found(stage.world, who, key)
        assert no.value.code is Code.NOT_FOUND


def _put(stage: Stage, item: Item, **changes: Any) -> None:
    after, entry = step(item, "moved by the test", who="test", at=stage.clock.now(), **changes)
    stage.state.save(after, entry)


@pytest.mark.parametrize(
    "changes", [{"state": State.BLOCKED, "waits_for": "makers:1"}, {"state": State.APPROVED}, {"state": State.EXPORTING}]
)
def test_what_it_needs_keeps_the_approval_it_has(changes: dict[str, Any]) -> None:
    stage = Stage()
    stage.sent(NEED)
    stage.approve(NEED)
    _put(stage, stage.item(NEED), **changes)
    before = stage.item(NEED)
    stage.sent()
    assert stage.item(NEED) == before


def test_what_it_needs_and_may_be_in_intacct_is_left_to_be_tried_again() -> None:
    stage = Stage()
    stage.sent(NEED)
    stage.approve(NEED)
    stage.books.before_read = lambda: [row.update(NAME="Other") for row in stage.books.tables.get("MAKER", ())]
    stage.machine.play()
    before = stage.item(NEED)
    assert before.may_be_there
    stage.sent()
    assert stage.item(NEED) == before
    assert stage.approve(with_needs=True).violation is not None
    assert stage.approve().said == f"approved; waits for {NEED}"
