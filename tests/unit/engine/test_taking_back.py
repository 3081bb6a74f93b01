from __future__ import annotations

import pytest

from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.item import Intent, Lease, State, step
from connector.core.outcome import Result
from connector.core.people import Person
from connector.engine import taking_back
from connector.engine.automatic import WHO
from connector.engine.export import LEASE
from connector.engine.finish import arrived, finish_wave
from connector.engine.outbox import deliver_left
from connector.engine.submit import send
from connector.engine.sweep import PATIENCE, sweep
from connector.engine.world import Source
from tests.doubles.clock import START
from tests.unit.engine.stage import ALEX, DANA, ITEM, MARCO, NEED, PRIYA, Stage, person
from tests.unit.engine.test_decide import limited, meanwhile
from tests.unit.engine.test_export import put
from tests.unit.engine.test_sweep import NOTHING, wait


def take_back(stage: Stage, who: Person = DANA, key: str = ITEM, *, approval: bool = False) -> State:
    return taking_back.take_back(stage.world, who, key, approval=approval).state


def refused(stage: Stage, who: Person = DANA, *, approval: bool = False) -> tuple[Code, str]:
    before = stage.item()
    with pytest.raises(ConnectorError) as no:
        take_back(stage, who, approval=approval)
    assert stage.item() == before
    return no.value.code, no.value.message


# The sender, before a decision.


def test_a_sender_takes_back_what_waits() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    assert take_back(stage, MARCO) is State.RETRIEVED
    assert stage.told() == ["sent", "taken back"]
    assert stage.approve().violation is not None


@pytest.mark.parametrize("who", [DANA, ALEX])
def test_nobody_else_takes_it_back(who: Person) -> None:
    stage = Stage().linked_maker()
    stage.sent()
    assert refused(stage, who) == (Code.NOT_ALLOWED, "Only Marco, who sent W-1, may take it back.")


def test_a_sender_who_comes_too_late_is_told_who_can() -> None:
    stage = Stage().approved()
    assert refused(stage, MARCO) == (Code.NOT_WAITING, "W-1 is approved. Only Dana, who approved it, may take that back.")


def test_what_one_may_not_see_is_not_there() -> None:
    stage = Stage().approved()
    assert refused(stage, person("Dana", projects=frozenset({"78"})))[0] is Code.NOT_FOUND


# An approver, until the export starts.


def test_an_approval_taken_back_is_none_and_the_item_waits_again() -> None:
    stage = Stage().approved()
    approved = stage.item()
    stage.clock.move(60)
    assert take_back(stage) is State.WAITING
    item = stage.item()
    assert (item.approvals, item.fingerprint, item.since) == ((), approved.fingerprint, stage.clock.now())
    assert stage.told() == ["sent", "approved", "approval taken back"]
    entry = stage.state.history(ITEM)[-1]
    assert (entry.who, entry.detail) == ("Dana", {"fingerprint": item.fingerprint, "approved by": DANA.login})
    assert stage.state.decisions_of(DANA.login, since=approved.since)[0] == entry


def test_a_run_whose_item_was_taken_back_ends_like_any_other() -> None:
    """Nothing is sent, nothing is counted or mailed as a failure, and the sweep starts nothing."""
    stage = Stage().approved()
    (run,) = {name.removesuffix("-w1") for name in stage.workflows.started}
    take_back(stage)
    mails = stage.mails()
    stage.machine.play()
    ended = stage.state.get_run(run)
    assert ended is not None
    assert (ended.state, ended.counts, stage.books.requests) == ("ended", {"withdrawn": 1}, [])
    assert stage.mails() == mails
    wait(stage, max(PATIENCE, LEASE))
    assert sweep(stage.world) == NOTHING
    assert stage.item().state is State.WAITING


def test_approved_again_it_goes_once_though_the_first_run_is_still_on_its_way() -> None:
    stage = Stage().approved()
    take_back(stage)
    assert stage.approve().said == "approved"
    assert len(stage.workflows) == 2
    stage.machine.play()
    assert (stage.held(), len(stage.books.requests), stage.item().state) == (["W-1"], 1, State.SYNCED)


def test_rejected_after_it_was_taken_back_it_does_not_go() -> None:
    stage = Stage().approved()
    take_back(stage)
    assert stage.approve(verdict="reject", reason="Twice.").said == "rejected"
    stage.machine.play()
    assert (stage.held(), stage.item().state) == ([], State.REJECTED)


def test_whoever_would_be_told_that_it_waits_is_told_anew_but_for_the_one_who_knows() -> None:
    stage = Stage().approved()
    links, before = stage.mail.letters[1].text, stage.mails()
    take_back(stage)
    assert stage.mails()[len(before) :] == [("priya", "waiting W-1")]
    assert stage.mail.letters[-1].text not in ("", links)


def test_a_mail_about_it_that_cannot_go_now_goes_later() -> None:
    stage = Stage().approved()
    send_mail = stage.mail.send
    stage.mail.send = _away  # type: ignore[method-assign, assignment]
    take_back(stage)
    stage.mail.send = send_mail  # type: ignore[method-assign]
    before = len(stage.mail)
    wait(stage, 2 * PATIENCE)
    deliver_left(stage.world)
    assert stage.mails()[before:] == [("priya", "waiting W-1")]


def _away(*_: object) -> None:
    raise RetryLater(Code.UNAVAILABLE, "No mail goes out.", seconds=5)


@pytest.mark.parametrize(("who", "code"), [(PRIYA, Code.NOT_ALLOWED), (ALEX, Code.NOT_ALLOWED), (MARCO, Code.NOT_WAITING)])
def test_only_whose_approval_it_is_may(who: Person, code: Code) -> None:
    """Not another approver, and no administrator either."""
    stage = Stage().approved()
    stage.configure(admins=[PRIYA.login])
    assert refused(stage, who) == (code, "W-1 is approved. Only Dana, who approved it, may take that back.")


def test_who_has_lost_the_right_meanwhile_still_takes_back_what_is_theirs() -> None:
    stage = Stage().approved()
    stage.configure(approvers=[{"login": PRIYA.login}])
    assert take_back(stage) is State.WAITING


def test_what_goes_by_itself_has_no_approval_to_take_back() -> None:
    stage = Stage().approved()
    (approval,) = stage.item().approvals
    put(stage, approvals=(approval.model_copy(update={"by": WHO, "by_name": WHO}),), sent_by="", sent_by_name="")
    assert refused(stage) == (Code.NOT_ALLOWED, "W-1 goes by itself: there is no approval to take back.")


# Two approvers.


def test_the_first_of_two_takes_back_while_a_second_is_waited_for() -> None:
    stage = limited(dana="100.00", priya="200.00")
    stage.approve()
    waits_since, mails = stage.item().since, stage.mails()
    stage.clock.move(60)
    assert refused(stage, ALEX) == (Code.NOT_ALLOWED, "Only Marco, who sent W-1, and Dana, who approved it, may take it back.")
    assert take_back(stage) is State.WAITING
    assert (stage.item().approvals, stage.item().since, stage.mails()) == ((), waits_since, mails), "it has waited all along"
    assert stage.approve(who=PRIYA).said == "approved; a second approver decides"


@pytest.mark.parametrize(("who", "other"), [(DANA, PRIYA), (PRIYA, DANA)])
def test_where_two_were_needed_two_decide_anew(who: Person, other: Person) -> None:
    stage = limited(dana="100.00", priya="200.00")
    stage.approve()
    stage.approve(who=PRIYA)
    before = len(stage.mail)
    assert refused(stage, ALEX) == (Code.NOT_ALLOWED, "W-1 is approved. Only Dana or Priya, who approved it, may take that back.")
    take_back(stage, who)
    assert stage.item().approvals == ()
    assert stage.mails()[before:] == [(other.name.lower(), "waiting W-1")]
    assert take_back(stage, other, approval=True) is State.WAITING, "it is what they wanted"
    assert [stage.approve(who=each).said for each in (DANA, PRIYA)] == ["approved; a second approver decides", "approved"]


# What was approved along, or waits.


def test_what_was_approved_along_goes_though_the_head_is_taken_back() -> None:
    stage = Stage()
    stage.sent()
    stage.approve(with_needs=True)
    take_back(stage)
    stage.machine.play()
    assert (stage.item(NEED).state, stage.item().state, stage.held()) == (State.SYNCED, State.WAITING, [])
    arrived(stage.world, [NEED])
    assert stage.item().state is State.WAITING
    assert stage.approve().said == "approved"
    stage.machine.play()
    assert (stage.held("MAKER"), stage.held()) == (["PC-8821"], ["W-1"])


def test_a_need_that_is_taken_back_leaves_what_needs_it_waiting_for_it() -> None:
    stage = Stage()
    stage.sent()
    run = stage.approve(with_needs=True).run
    take_back(stage, key=NEED)
    stage.machine.play()
    assert (stage.item(NEED).state, stage.item().state, stage.item().waits_for) == (State.WAITING, State.BLOCKED, NEED)
    ended = stage.state.get_run(run)
    assert ended is not None
    assert (ended.state, ended.counts) == ("ended", {"withdrawn": 1, "blocked": 1})
    assert stage.books.requests == []
    stage.approve(NEED)
    stage.machine.play()
    assert (stage.held("MAKER"), stage.held()) == (["PC-8821"], ["W-1"])


def test_what_waits_for_another_is_taken_back_and_let_go_by_nobody() -> None:
    stage = Stage()
    stage.sent()
    stage.approve()
    assert stage.item().state is State.BLOCKED
    take_back(stage)
    assert (stage.item().state, stage.item().waits_for) == (State.WAITING, "")
    stage.approve(NEED)
    stage.machine.play()
    assert (stage.item(NEED).state, stage.item().state) == (State.SYNCED, State.WAITING)


def test_a_need_that_arrives_while_what_waited_is_taken_back_starts_nothing() -> None:
    stage = Stage()
    stage.sent()
    stage.approve()
    stage.link("makers", "8821", "PC-8821")
    meanwhile(stage, lambda: take_back(stage))
    arrived(stage.world, [NEED])
    assert (stage.item().state, len(stage.workflows)) == (State.WAITING, 0)


# Too late.


LATER = "Once it is there, delete or void it in Intacct and unlink it."
BEGUN = Intent(controlid="x", attempt=1, at=START)


@pytest.mark.parametrize(
    ("state", "intent", "said"),
    [
        (State.EXPORTING, None, f"it is on its way to Intacct. {LATER}"),
        (State.APPROVED, BEGUN, f"it is on its way to Intacct. {LATER}"),
        (State.FAILED, BEGUN, f"it failed, and may be in Intacct. Try it again; {LATER[:1].lower()}{LATER[1:]}"),
        (State.SYNCED, BEGUN, "it is in Intacct as W-1. Delete or void it in Intacct and unlink it."),
    ],
)
def test_once_the_export_has_begun_it_is_too_late_and_says_what_can_be_done(state: State, intent: Intent | None, said: str) -> None:
    stage = Stage().approved()
    put(stage, state=state, intent=intent, intacct_id="W-1" if state is State.SYNCED else "")
    assert refused(stage) == (Code.BY_HAND, f"It is too late to take back the approval of W-1: {said}")


def test_under_a_lease_it_is_too_late() -> None:
    stage = Stage().approved()
    put(stage, lease=Lease(worker="w1", until=stage.clock.now() + LEASE))
    assert refused(stage)[0] is Code.BY_HAND


@pytest.mark.parametrize("state", [State.REJECTED, State.RETRIEVED, State.STALE, State.FAILED])
def test_what_goes_nowhere_is_not_taken_back(state: State) -> None:
    stage = Stage().approved()
    put(stage, state=state)
    assert refused(stage) == (Code.NOT_WAITING, f"W-1 is {state.value}; only what waits can be taken back.")


# At the same moment.


def test_a_worker_that_was_faster_wins() -> None:
    stage = Stage().approved()
    meanwhile(stage, stage.export)
    assert refused_after(stage) is Code.BY_HAND
    assert (stage.item().state, stage.held()) == (State.SYNCED, ["W-1"])


def refused_after(stage: Stage) -> Code:
    with pytest.raises(ConnectorError) as no:
        take_back(stage)
    return no.value.code


def test_a_worker_that_was_slower_leaves_it() -> None:
    stage = Stage().approved()
    meanwhile(stage, lambda: take_back(stage))
    assert stage.export().result is Result.LATER
    assert stage.export().result is Result.WITHDRAWN
    assert (stage.item().state, stage.held()) == (State.WAITING, [])


def test_a_second_click_changes_nothing_more() -> None:
    stage = Stage().approved()
    take_back(stage)
    before, mails = stage.item(), stage.mails()
    assert take_back(stage) is State.WAITING
    assert (stage.item(), stage.mails()) == (before, mails)


def test_in_an_office_of_one_a_second_click_does_not_take_back_the_record_too() -> None:
    stage = Stage().linked_maker()
    stage.configure(sender_may_approve=True)
    stage.sent(who=DANA)
    stage.approve()
    for _ in range(2):
        assert take_back(stage, approval=True) is State.WAITING
    assert take_back(stage) is State.RETRIEVED


def test_two_windows_taking_back_at_the_same_moment_do_it_once() -> None:
    stage = Stage().approved()
    meanwhile(stage, lambda: take_back(stage))
    assert take_back(stage) is State.WAITING
    assert stage.told().count("approval taken back") == 1


def test_who_always_comes_late_gives_up_and_says_so() -> None:
    stage = Stage().approved()

    def somebody_writes() -> None:
        stage.state.save(*step(stage.item(), "noted", who="test", at=stage.clock.now()))
        meanwhile(stage, somebody_writes)

    meanwhile(stage, somebody_writes)
    assert refused_after(stage) is Code.NOT_WAITING
    assert stage.item().state is State.APPROVED


def test_a_record_that_was_taken_back_twice_over_is_sent_again_like_any_other() -> None:
    stage = Stage().approved()
    take_back(stage)
    take_back(stage, MARCO)
    assert stage.item().state is State.RETRIEVED
    stage.edit(number="W-2")
    assert send(stage.world, MARCO, "widgets", Source(procore_id="7", project_id="77"), {}).item is not None
    stage.approve()
    stage.machine.play()
    assert stage.held() == ["W-2"]


def test_finishing_a_wave_of_withdrawn_items_twice_counts_them_once() -> None:
    stage = Stage().approved()
    (run,) = {name.removesuffix("-w1") for name in stage.workflows.started}
    take_back(stage)
    for _ in range(2):
        assert finish_wave(stage.world, run, 1, [{"item": ITEM, "result": "withdrawn"}]) == {"withdrawn": 1}
    ended = stage.state.get_run(run)
    assert ended is not None
    assert ended.counts == {"withdrawn": 1}
