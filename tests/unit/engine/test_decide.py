from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.core.errors import Code
from connector.core.item import HistoryEntry, Item, State, step
from connector.core.notices import Notice
from connector.core.people import Person
from connector.engine.decide import Decided, decide, retry
from connector.ports import CrossReference
from tests.unit.engine.stage import ALEX, DANA, ITEM, MARCO, NEED, PRIYA, Stage, person, right


def no(result: Decided) -> Code:
    assert result.violation is not None
    return result.violation.code


def meanwhile(stage: Stage, happens: Callable[[], object]) -> None:
    """Lets something happen between the reading of an item and its next save."""
    save = stage.state.save

    def late(
        item: Item,
        entry: HistoryEntry,
        *,
        link: CrossReference | None = None,
        unlink: CrossReference | None = None,
        notice: Notice | None = None,
        decided_by: str = "",
    ) -> None:
        stage.state.save = save  # type: ignore[method-assign]
        happens()
        save(item, entry, link=link, unlink=unlink, notice=notice, decided_by=decided_by)

    stage.state.save = late  # type: ignore[method-assign]


def limited(**limits: str) -> Stage:
    """Dana and Priya, each up to an amount."""
    stage = Stage().linked_maker()
    stage.configure(approvers=[{"login": f"{name}@example.com", "up_to": amount} for name, amount in limits.items()])
    stage.sent()
    return stage


def test_an_approval_is_kept_and_starts_one_run() -> None:
    stage = Stage().linked_maker()
    sent = stage.sent()
    result = stage.approve()
    item = stage.item()
    assert (result.said, result.state, item.state) == ("approved", State.APPROVED, State.APPROVED)
    (approval,) = item.approvals
    assert (approval.by, approval.by_name, approval.via, approval.fingerprint) == (DANA.login, "Dana", "app", sent.fingerprint)
    assert stage.workflows.started == {f"{result.run}-w1": (ITEM,)}
    run = stage.state.get_run(result.run)
    assert run is not None
    assert (run.started_by, run.waves, run.state) == ("Dana", ((ITEM,),), "running")
    assert stage.told() == ["sent", "approved"]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (ALEX, Code.NOT_YOUR_APPROVAL),
        (MARCO, Code.NOT_YOUR_APPROVAL),
        (person("Dana", projects=frozenset({"78"})), Code.NOT_FOUND),
        (person("Flag", accounting_approver=True), None),
    ],
)
def test_only_who_has_the_right_decides(who: Person, code: Code | None) -> None:
    stage = Stage().linked_maker()
    stage.sent()
    result = stage.approve(who=who)
    assert (no(result) if code else result.violation) is code
    assert stage.item().state is (State.WAITING if code else State.APPROVED)
    assert len(stage.workflows) == (0 if code else 1)


@pytest.mark.parametrize("scope", [{"objects": frozenset({"makers"})}, {"projects": frozenset({"78"})}])
def test_a_right_for_something_else_is_no_right(scope: dict[str, Any]) -> None:
    stage = Stage().linked_maker()
    stage.configure(approvers=(right(DANA, **scope),))
    stage.sent()
    assert no(stage.approve()) is Code.NOT_YOUR_APPROVAL


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_who_sent_it_does_not_decide_it(verdict: str) -> None:
    stage = Stage().linked_maker()
    stage.sent(who=DANA)
    result = stage.approve(verdict=verdict, reason="Because.")
    assert no(result) is Code.SENDER_IS_APPROVER
    assert result.violation is not None
    assert PRIYA.login in result.violation.message
    assert DANA.login not in result.violation.message
    assert stage.item().state is State.WAITING


def test_a_one_person_office_may_allow_it() -> None:
    stage = Stage().linked_maker()
    stage.configure(sender_may_approve=True)
    stage.sent(who=DANA)
    assert stage.approve().said == "approved"


def test_a_decision_about_what_was_shown_before_is_not_taken() -> None:
    stage = Stage().linked_maker()
    old = stage.sent().fingerprint
    stage.edit(number="W-2")
    stage.sent()
    for verdict in ("approve", "reject"):
        result = stage.approve(verdict=verdict, fingerprint=old, reason="Because.")
        assert no(result) is Code.STALE_APPROVAL
        assert result.state is State.WAITING
    assert stage.told() == ["sent", "sent again"]


def test_approving_twice_exports_once() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    first = stage.decision()
    results = [decide(stage.world, DANA, [first], via=via)[0] for via in ("app", "mail")]
    assert [result.said for result in results] == ["approved", "approved before"]
    assert [entry for entry in stage.told() if entry == "approved"] == ["approved"]
    assert len(stage.workflows) == 1


@pytest.mark.parametrize("state", [State.EXPORTING, State.SYNCED, State.BLOCKED])
def test_approving_again_what_has_moved_on_is_no_mistake(state: State) -> None:
    stage = Stage().approved()
    after, entry = step(stage.item(), "moved", who="test", at=stage.clock.now(), state=state)
    stage.state.save(after, entry)
    assert stage.approve().said == "approved before"
    assert stage.item().state is state


def test_two_windows_approving_at_the_same_moment_export_once() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    meanwhile(stage, stage.approve)
    assert stage.approve().said == "approved before"
    assert len(stage.workflows) == 1
    assert stage.told() == ["sent", "approved"]


@pytest.mark.parametrize("second", ["approve", "reject"])
def test_of_two_people_deciding_at_once_the_first_counts(second: str) -> None:
    stage = Stage().linked_maker()
    stage.sent()
    meanwhile(stage, lambda: stage.approve(who=PRIYA))
    result = stage.approve(verdict=second, reason="Because.")
    assert no(result) is Code.NOT_WAITING
    assert result.violation is not None
    assert "approved by Priya" in result.violation.message
    assert stage.item().state is State.APPROVED


def test_two_people_below_their_limits_approving_at_once_both_count() -> None:
    stage = limited(dana="100.00", priya="200.00")
    meanwhile(stage, lambda: stage.approve(who=PRIYA))
    assert stage.approve().said == "approved"
    assert {approval.by for approval in stage.item().approvals} == {DANA.login, PRIYA.login}
    assert len(stage.workflows) == 1


def test_a_window_that_always_comes_late_gives_up_and_says_so() -> None:
    stage = Stage().linked_maker()
    stage.sent()

    def somebody_writes() -> None:
        after, entry = step(stage.item(), "noted", who="test", at=stage.clock.now())
        stage.state.save(after, entry)
        meanwhile(stage, somebody_writes)

    meanwhile(stage, somebody_writes)
    assert no(stage.approve()) is Code.NOT_WAITING
    assert stage.item().state is State.WAITING


def test_above_the_limit_a_second_person_decides() -> None:
    stage = limited(dana="100.00", priya="200.00")
    assert stage.approve().said == "approved; a second approver decides"
    assert (stage.item().state, len(stage.workflows)) == (State.WAITING, 0)
    assert stage.approve().said == "approved before"
    assert (stage.item().state, len(stage.workflows)) == (State.WAITING, 0)
    assert stage.approve(who=PRIYA).said == "approved"
    assert len(stage.workflows) == 1


def test_within_the_limit_one_is_enough() -> None:
    stage = limited(dana="300.20")
    assert stage.approve().said == "approved"


def test_a_rejection_needs_a_reason_and_tells_the_sender() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    assert no(stage.approve(verdict="reject", reason="  ")) is Code.REASON_MISSING
    assert stage.item().state is State.WAITING
    assert stage.approve(verdict="reject", reason="Wrong code.").said == "rejected"
    assert (stage.item().state, stage.item().reason) == (State.REJECTED, "Wrong code.")
    assert stage.mails()[-1] == ("marco", "rejected W-1")
    assert len(stage.workflows) == 0


def test_rejecting_twice_is_rejecting_once() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    decision = stage.decision(verdict="reject", reason="Wrong code.")
    said = [decide(stage.world, DANA, [decision], via="app")[0].said for _ in range(2)]
    assert said == ["rejected", "rejected before"]
    assert stage.told() == ["sent", "rejected"]
    assert no(stage.approve()) is Code.NOT_WAITING


def test_two_windows_rejecting_at_the_same_moment_reject_once() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    meanwhile(stage, lambda: stage.approve(verdict="reject", reason="Wrong code."))
    assert stage.approve(verdict="reject", reason="Wrong code.").said == "rejected before"
    assert stage.told() == ["sent", "rejected"]


def test_many_decisions_at_once_each_stand_alone_and_go_in_one_run() -> None:
    stage = Stage().linked_maker()
    for number in ("7", "8", "9"):
        stage.desk.records[f"widgets:{number}"] = stage.desk.records[ITEM] | {"id": int(number), "number": f"W-{number}"}
        stage.sent(f"widgets:{number}")
    decisions = [
        stage.decision("widgets:7"),
        stage.decision("widgets:8", fingerprint="0" * 64),
        stage.decision("widgets:9"),
        stage.decision("widgets:9", item="widgets:10"),
    ]
    results = decide(stage.world, DANA, decisions, via="app")
    assert [result.said for result in results] == ["approved", "", "approved", ""]
    assert [result.violation.code for result in results if result.violation] == [Code.STALE_APPROVAL, Code.NOT_FOUND]
    assert [(result.state, bool(result.run)) for result in results] == [
        (State.APPROVED, True),
        (State.WAITING, False),
        (State.APPROVED, True),
        (None, False),
    ]
    assert list(stage.workflows.started.values()) == [("widgets:7", "widgets:9")]


def test_approving_with_what_it_needs_sends_that_first() -> None:
    stage = Stage()
    stage.sent()
    result = stage.approve(with_needs=True)
    assert (result.said, stage.item().state, stage.item(NEED).state) == ("approved", State.APPROVED, State.APPROVED)
    run = stage.state.get_run(result.run)
    assert run is not None
    assert run.waves == ((NEED,), (ITEM,))
    assert list(stage.workflows.started) == [f"{run.id}-w1"]


def test_approving_without_what_it_needs_waits_for_it() -> None:
    stage = Stage()
    stage.sent()
    result = stage.approve()
    assert (result.said, result.run) == (f"approved; waits for {NEED}", "")
    assert (stage.item().state, stage.item().waits_for) == (State.BLOCKED, NEED)
    assert stage.item(NEED).state is State.WAITING
    assert len(stage.workflows) == 0


@pytest.mark.parametrize("with_needs", [True, False])
def test_what_waits_goes_when_the_other_was_approved_before(*, with_needs: bool) -> None:
    stage = Stage()
    stage.sent()
    stage.approve(NEED)
    result = stage.approve(with_needs=with_needs)
    assert result.said == "approved"
    run = stage.state.get_run(result.run)
    assert run is not None
    assert run.waves == ((NEED,), (ITEM,))


def test_a_need_that_was_linked_meanwhile_is_left_alone() -> None:
    stage = Stage()
    stage.sent()
    stage.link("makers", "8821", "PC-8821")
    result = stage.approve(with_needs=True)
    assert (result.said, stage.item(NEED).state) == ("approved", State.WAITING)
    assert list(stage.workflows.started.values()) == [(ITEM,)]


def test_a_need_that_is_there_does_not_go_again() -> None:
    stage = Stage()
    stage.sent()
    stage.approve(NEED)
    stage.machine.play()
    result = stage.approve()
    run = stage.state.get_run(result.run)
    assert run is not None
    assert run.waves == ((ITEM,),)


def test_a_need_that_changed_since_it_was_shown_stops_both() -> None:
    stage = Stage()
    stage.sent()
    stage.edit(NEED, name="Acme & Sons")
    stage.sent(NEED)
    result = stage.approve(with_needs=True)
    assert no(result) is Code.STALE_APPROVAL
    assert result.violation is not None
    assert NEED in result.violation.message
    assert (stage.item().state, stage.item(NEED).state) == (State.WAITING, State.WAITING)
    assert len(stage.workflows) == 0


def test_a_need_outside_ones_rights_stops_both() -> None:
    stage = Stage()
    stage.configure(approvers=(right(DANA, objects=frozenset({"widgets"})),))
    stage.sent()
    assert no(stage.approve(with_needs=True)) is Code.NOT_YOUR_APPROVAL
    assert stage.item().state is State.WAITING


def test_a_need_that_is_itself_approved_and_blocked_is_waited_for() -> None:
    stage = Stage()
    stage.sent()
    stage.approve(NEED)
    after, entry = step(stage.item(NEED), "waits", who="test", at=stage.clock.now(), state=State.BLOCKED, waits_for="makers:1")
    stage.state.save(after, entry)
    result = stage.approve(with_needs=True)
    assert result.said == f"approved; waits for {NEED}"
    assert stage.item().waits_for == NEED


def test_a_need_that_arrives_while_the_item_is_put_aside_lets_it_go_at_once() -> None:
    stage = Stage()
    stage.sent()
    meanwhile(stage, lambda: stage.link("makers", "8821", "PC-8821"))
    stage.approve()
    assert stage.item().state is State.APPROVED
    assert list(stage.workflows.started.values()) == [(ITEM,)]


def test_what_failed_goes_again_under_its_approval() -> None:
    stage = Stage().approved()
    stage.books.orders = ["refused"]
    stage.machine.play()
    assert stage.item().state is State.FAILED
    (result,) = retry(stage.world, DANA, [ITEM])
    assert (result.said, stage.item().state, stage.item().problems) == ("approved", State.APPROVED, ())
    assert len(stage.workflows) == 2
    stage.machine.play()
    assert stage.item().state is State.SYNCED


def test_only_what_failed_and_only_by_who_may_is_tried_again() -> None:
    stage = Stage().approved()
    (waiting,) = retry(stage.world, DANA, [ITEM])
    assert (no(waiting), len(stage.workflows)) == (Code.NOT_WAITING, 1)
    stage.books.orders = ["refused"]
    stage.machine.play()
    assert [no(result) for result in retry(stage.world, ALEX, [ITEM, "widgets:8"])] == [Code.NOT_YOUR_APPROVAL, Code.NOT_FOUND]
    assert stage.item().state is State.FAILED


def test_many_that_failed_go_again_in_one_run_and_those_that_did_not_stay() -> None:
    stage = Stage().linked_maker()
    for number in ("7", "8", "9"):
        stage.desk.records[f"widgets:{number}"] = stage.desk.records[ITEM] | {"id": int(number), "number": f"W-{number}"}
        stage.sent(f"widgets:{number}")
        stage.approve(f"widgets:{number}")
    stage.books.orders = ["refused", "refused"]
    stage.machine.play()
    results = retry(stage.world, DANA, ["widgets:7", "widgets:8", "widgets:9"])
    assert [result.violation is None for result in results] == [True, True, False]
    assert results[0].run == results[1].run != results[2].run == ""
    assert list(stage.workflows.started.values())[-1] == ("widgets:7", "widgets:8")
    stage.machine.play()
    assert sorted(stage.held()) == ["W-7", "W-8", "W-9"]


def test_two_people_trying_again_at_once_start_it_once() -> None:
    stage = Stage().approved()
    stage.books.orders = ["refused"]
    stage.machine.play()
    meanwhile(stage, lambda: retry(stage.world, PRIYA, [ITEM]))
    (result,) = retry(stage.world, DANA, [ITEM])
    assert result.said == "tried again by somebody else"
    stage.machine.play()
    assert len(stage.books.requests) == 2
