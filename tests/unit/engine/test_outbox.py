"""A mail is owed from the moment of its change: a kill anywhere loses none, and what goes together is one mail to each reader."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong
from connector.core.item import State
from connector.core.notices import How, MailKind, Preferences
from connector.engine.notify import token_hash
from connector.engine.outbox import LONGEST, QUIET, deliver_left, deliver_of, stop
from connector.ports import Letter
from tests.proof.machine import Killed
from tests.unit.engine.stage import DANA, ITEM, MARCO, PRIYA, WIDGET, Stage, right


def prefer(stage: Stage, login: str, how: How, *kinds: MailKind) -> None:
    chosen = Preferences(kinds=dict.fromkeys(kinds or MailKind, how))
    stage.state.save_preferences(login, chosen.model_dump_json())


def sent(stage: Stage) -> None:
    stage.sent()


def rejected(stage: Stage) -> None:
    stage.sent()
    stage.approve(verdict="reject", reason="Wrong month.")


def returned(stage: Stage) -> None:
    rejected(stage)
    stage.sent()


def synced(stage: Stage) -> None:
    """The worker, and the end of its run."""
    stage.sent()
    stage.approve()
    stage.export()
    deliver_of(stage.world, [ITEM])


def failed(stage: Stage) -> None:
    stage.books.orders = ["refused"]
    synced(stage)


def killed_at(stage: Stage, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies behind its ``number``-th change of an item: no mail of that change has left."""
    save, saves = stage.state.save, iter(range(100))

    def save_and_die(*given: Any, **more: Any) -> None:
        save(*given, **more)
        if next(saves) == number:
            raise Killed

    monkeypatch.setattr(stage.state, "save", save_and_die)


STORIES = [
    (sent, "sent"),
    (rejected, "rejected"),
    (returned, "sent again"),
    (synced, "in Intacct, read back and equal"),
    (failed, "failed"),
]


@pytest.mark.parametrize(("story", "change"), STORIES)
def test_a_kill_between_a_save_and_its_mail_loses_no_mail(
    story: Callable[[Stage], None], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind each change of the story in turn; nobody comes back but the sweep."""
    whole = Stage().linked_maker()
    story(whole)
    number = whole.told().index(change)
    stage = Stage().linked_maker()
    with monkeypatch.context() as patch:
        killed_at(stage, number, patch)
        with suppress(Killed):
            story(stage)
    assert stage.told()[-1] == change
    assert whole.mails()[-1] not in stage.mails()
    stage.clock.move(QUIET.total_seconds() + 1)
    deliver_left(stage.world)
    assert whole.mails()[-1] in stage.mails()
    assert [*stage.state.notices()] == []


def test_a_mail_that_waits_for_the_sweep_has_its_link() -> None:
    stage = Stage().linked_maker()
    stage.mail.send = refuse(RetryLater(Code.RATE_LIMITED, "Slow down.", seconds=1))  # type: ignore[method-assign, assignment]
    stage.sent()
    assert stage.mails() == []
    del stage.mail.send
    assert deliver_left(stage.world) == 0
    stage.clock.move(QUIET.total_seconds() + 1)
    assert deliver_left(stage.world) == 1
    assert stage.mails() == [("dana", "waiting W-1"), ("priya", "waiting W-1")]
    assert stage.links.get(token_hash(stage.mail.letters[0].text.rpartition("/")[2])) is not None
    assert deliver_left(stage.world) == 0


def refuse(problem: ConnectorError) -> Callable[[Letter], None]:
    def send(_letter: Letter) -> None:
        raise problem

    return send


@pytest.mark.parametrize(("problem", "left"), [(SetupWrong(Code.NO_PERMISSION, "No."), 1), (ConnectorError(Code.MALFORMED, "No."), 0)])
def test_a_mail_that_can_never_go_is_given_up(problem: ConnectorError, left: int) -> None:
    stage = Stage().linked_maker()
    stage.mail.send = refuse(problem)  # type: ignore[method-assign, assignment]
    stage.sent()
    assert len([*stage.state.notices()]) == left


def test_one_who_was_told_is_not_told_again_with_the_other() -> None:
    stage = Stage().linked_maker()
    send = stage.mail.send

    def only_dana(letter: Letter) -> None:
        if letter.to != DANA.login:
            raise RetryLater(Code.RATE_LIMITED, "Slow down.", seconds=1)
        send(letter)

    stage.mail.send = only_dana  # type: ignore[method-assign]
    stage.sent()
    stage.mail.send = send  # type: ignore[method-assign]
    stage.clock.move(QUIET.total_seconds() + 1)
    deliver_left(stage.world)
    assert stage.mails() == [("dana", "waiting W-1"), ("priya", "waiting W-1")]


def test_what_has_moved_on_is_not_told_any_more() -> None:
    stage = Stage().linked_maker()
    stage.mail.send = refuse(RetryLater(Code.RATE_LIMITED, "Slow down.", seconds=1))  # type: ignore[method-assign, assignment]
    stage.sent()
    del stage.mail.send
    stage.approve()
    stage.clock.move(QUIET.total_seconds() + 1)
    deliver_left(stage.world)
    assert (stage.mails(), [*stage.state.notices()]) == ([], [])


def test_a_run_of_three_hundred_is_one_mail_to_their_sender() -> None:
    stage = Stage().linked_maker()
    keys = [f"widgets:{number}" for number in range(1000, 1300)]
    for key in keys:
        number = key.partition(":")[2]
        stage.desk.records[key] = {**WIDGET, "id": int(number), "number": f"W-{number}"}
        stage.sent(key)
        stage.approve(key)
        stage.export(key)
    stage.mail.letters.clear()
    deliver_of(stage.world, keys)
    assert stage.mails() == [("marco", "300 synced from W-1000")]
    assert [*stage.state.notices()] == []


def test_the_sweep_waits_until_a_run_is_quiet_but_not_for_ever() -> None:
    stage = Stage().approved()
    stage.export()
    stage.mail.letters.clear()
    stage.clock.move(QUIET.total_seconds())
    assert deliver_left(stage.world) == 0
    stage.desk.records["widgets:8"] = {**WIDGET, "id": 8, "number": "W-8"}
    stage.sent("widgets:8")
    stage.approve("widgets:8")
    stage.clock.move(LONGEST.total_seconds() - QUIET.total_seconds())
    stage.export("widgets:8")
    stage.mail.letters.clear()
    assert deliver_left(stage.world) == 0
    stage.clock.move(1)
    assert deliver_left(stage.world) == 2
    assert stage.mails() == [("marco", "2 synced from W-1")]


def test_each_person_gets_what_they_have_chosen() -> None:
    stage = Stage().linked_maker()
    prefer(stage, DANA.login, How.NONE, MailKind.WAITING)
    prefer(stage, PRIYA.login, How.DIGEST, MailKind.WAITING)
    prefer(stage, MARCO.login, How.NONE, MailKind.SYNCED)
    synced(stage)
    assert (stage.mails(), [*stage.state.notices()]) == ([], [])
    assert stage.item().state is State.SYNCED


def test_an_approver_without_any_mail_still_finds_the_item() -> None:
    stage = Stage().linked_maker()
    prefer(stage, DANA.login, How.NONE)
    stage.sent()
    assert stage.mail.to(DANA.login) == []
    assert [item.id for item in stage.state.on_shelf("waiting").rows] == [ITEM]
    assert stage.approve(who=DANA).said == "approved"


def test_each_mail_has_a_link_that_stops_mails_of_its_kind_to_its_reader() -> None:
    stage = Stage().linked_maker()
    returned(stage)
    for letter in stage.mail.letters:
        token = letter.unsubscribe.removeprefix("https://app.example/unsubscribe/")
        found = stage.links.subscription(token_hash(token))
        assert found is not None
        assert (found.login, found.kind) == (letter.to, letter.kind)
        assert found.expires - stage.clock.now() == timedelta(days=180)
    assert {letter.kind for letter in stage.mail.letters} == {"waiting", "rejected", "returned"}


def test_stopping_one_kind_leaves_the_others() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    found = stage.links.subscription(token_hash(stage.mail.letters[0].unsubscribe.rpartition("/")[2]))
    assert found is not None
    stop(stage.world, found)
    stop(stage.world, found)
    stage.approve(verdict="reject", reason="No.")
    stage.mail.letters.clear()
    stage.configure(approvers=(right(DANA),))
    stage.sent()
    assert stage.mails() == [("dana", "returned W-1")]
