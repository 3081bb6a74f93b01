from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.core.errors import Code, RetryLater
from connector.core.notices import How, MailKind, Preferences
from connector.engine.digest import send_due
from connector.engine.outbox import QUIET, deliver_left
from connector.ports import Letter
from tests.proof.machine import Killed
from tests.unit.engine.stage import DANA, MARCO, WIDGET, Stage

NOON = timedelta(hours=12)


def day_of(stage: Stage, person: Any, *kinds: MailKind, zone: str = "") -> None:
    chosen = Preferences(kinds=dict.fromkeys(kinds or MailKind, How.DIGEST), zone=zone)
    stage.state.save_preferences(person.login, chosen.model_dump_json())


def waiting() -> Stage:
    """Two wait for Dana, who wants to hear once a day; it is noon."""
    stage = Stage().linked_maker()
    day_of(stage, DANA)
    stage.sent()
    stage.clock.move(60)
    stage.desk.records["widgets:8"] = {**WIDGET, "id": 8, "number": "W-8"}
    stage.sent("widgets:8")
    stage.mail.letters.clear()
    return stage


def test_the_day_is_one_mail_with_what_waits_oldest_first() -> None:
    stage = waiting()
    assert send_due(stage.world) == 1
    assert stage.mails() == [("dana", "digest W-1 W-8")]
    assert stage.mail.letters[0].text.count("https://app.example/link/") == 2
    stage.clock.move(3600)
    assert send_due(stage.world) == 0
    stage.clock.move(NOON.total_seconds() * 2 - 3600)
    assert send_due(stage.world) == 1


@pytest.mark.parametrize(
    ("zone", "hour", "due"), [("", 7, True), ("", 6, False), ("America/New_York", 10, False), ("America/New_York", 11, True)]
)
def test_it_comes_at_the_hour_of_the_settings_where_the_person_is(zone: str, hour: int, due: bool) -> None:  # noqa: FBT001
    stage = waiting()
    day_of(stage, DANA, zone=zone)
    stage.clock.move((datetime(2026, 6, 2, hour, 5, tzinfo=UTC) - stage.clock.now()).total_seconds())
    assert send_due(stage.world) == due


def test_another_hour_of_the_settings_counts() -> None:
    stage = waiting()
    stage.configure(digest_hour=13)
    assert send_due(stage.world) == 0
    stage.clock.move(3600)
    assert send_due(stage.world) == 1


def test_nothing_to_say_is_no_mail() -> None:
    stage = Stage()
    day_of(stage, DANA)
    assert send_due(stage.world) == 0
    assert stage.mails() == []


def test_what_is_decided_by_others_or_not_theirs_is_left_out() -> None:
    stage = waiting()
    stage.approve("widgets:8", verdict="reject", reason="No.")
    stage.mail.letters.clear()
    stage.sent("widgets:8", who=DANA)
    stage.mail.letters.clear()
    send_due(stage.world)
    assert stage.mails() == [("dana", "digest W-1")]


def test_a_sender_hears_once_a_day_what_was_decided() -> None:
    stage = Stage().linked_maker()
    day_of(stage, MARCO)
    stage.sent()
    stage.approve()
    stage.machine.play()
    stage.desk.records["widgets:8"] = {**WIDGET, "id": 8, "number": "W-8"}
    stage.sent("widgets:8")
    stage.approve("widgets:8", verdict="reject", reason="No.")
    stage.mail.letters.clear()
    stage.clock.move(QUIET.total_seconds() + 1)
    assert deliver_left(stage.world) == 0
    assert send_due(stage.world) == 1
    assert stage.mails() == [("marco", "digest , synced W-1, rejected W-8")]
    assert [*stage.state.notices()] == []


@pytest.mark.parametrize("behind", ["the claim", "the mail"])
def test_a_kill_in_between_never_sends_two(behind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = waiting()
    acquire, send = stage.world.leases.acquire, stage.mail.send

    def claim_and_die(*given: Any, **more: Any) -> bool:
        acquire(*given, **more)
        raise Killed

    def send_and_die(letter: Letter) -> None:
        send(letter)
        raise Killed

    with monkeypatch.context() as patch:
        if behind == "the claim":
            patch.setattr(stage.world.leases, "acquire", claim_and_die)
        else:
            patch.setattr(stage.mail, "send", send_and_die)
        with pytest.raises(Killed):
            send_due(stage.world)
    for _ in range(10):
        send_due(stage.world)
        stage.clock.move(300)
    assert len(stage.mails()) == (0 if behind == "the claim" else 1)
    stage.clock.move(NOON.total_seconds() * 2)
    assert send_due(stage.world) == 1


def test_what_could_not_be_told_is_told_the_day_after(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage().linked_maker()
    day_of(stage, MARCO)
    stage.sent()
    stage.approve(verdict="reject", reason="No.")
    stage.mail.letters.clear()

    def away(_letter: Letter) -> None:
        raise RetryLater(Code.UNAVAILABLE, "SES does not answer.", seconds=1)

    with monkeypatch.context() as patch:
        patch.setattr(stage.mail, "send", away)
        assert send_due(stage.world) == 0
    assert send_due(stage.world) == 0
    stage.clock.move(NOON.total_seconds() * 2)
    assert send_due(stage.world) == 1
    assert stage.mails() == [("marco", "digest , rejected W-1")]
