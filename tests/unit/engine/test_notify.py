from __future__ import annotations

import re
from datetime import timedelta

import pytest

from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.item import State
from connector.engine.notify import token_hash
from connector.ports import Letter
from tests.unit.engine.stage import DANA, ITEM, PRIYA, Stage, right

LINK = re.compile(r"https://app\.example/link/([A-Za-z0-9_-]{43})")


def token(letter: Letter) -> str:
    found = LINK.fullmatch(letter.text)
    assert found is not None
    return found.group(1)


def test_each_approver_gets_a_link_of_their_own_for_this_item_and_this_version() -> None:
    stage = Stage().linked_maker()
    item = stage.sent()
    letters = stage.mail.letters
    assert [letter.to for letter in letters] == [DANA.login, PRIYA.login]
    assert len({token(letter) for letter in letters}) == 2
    for letter in letters:
        link = stage.links.get(token_hash(token(letter)))
        assert link is not None
        assert (link.login, link.item, link.fingerprint, link.used_at) == (letter.to, ITEM, item.fingerprint, None)
        assert link.expires == stage.clock.now() + timedelta(hours=96)


def test_of_a_token_only_the_hash_is_kept() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    made = token(stage.mail.letters[0])
    assert made not in stage.links
    assert token_hash(made) in stage.links
    assert len(token_hash(made)) == 64


def test_a_link_lives_as_long_as_the_settings_say() -> None:
    stage = Stage().linked_maker()
    stage.configure(link_hours=1)
    stage.sent()
    link = stage.links.get(token_hash(token(stage.mail.letters[0])))
    assert link is not None
    assert link.expires - stage.clock.now() == timedelta(hours=1)


def test_the_sender_gets_no_link_to_their_own_item() -> None:
    stage = Stage().linked_maker()
    stage.sent(who=DANA)
    assert stage.mails() == [("priya", "waiting W-1")]


def test_unless_the_settings_allow_it() -> None:
    stage = Stage().linked_maker()
    stage.configure(sender_may_approve=True)
    stage.sent(who=DANA)
    assert stage.mails() == [("dana", "waiting W-1"), ("priya", "waiting W-1")]


def test_only_those_whose_rights_cover_the_item_hear_of_it() -> None:
    stage = Stage().linked_maker()
    stage.configure(approvers=(right(DANA, projects=frozenset({"78"})), right(PRIYA, objects=frozenset({"widgets"}))))
    stage.sent()
    assert stage.mails() == [("priya", "waiting W-1")]


@pytest.mark.parametrize("fault", [RetryLater(Code.RATE_LIMITED, "Slow down.", seconds=1), ConnectorError(Code.MALFORMED, "No address.")])
def test_a_mail_that_cannot_be_sent_undoes_nothing(fault: ConnectorError, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage().linked_maker()

    def refuse(_letter: Letter) -> None:
        raise fault

    monkeypatch.setattr(stage.mail, "send", refuse)
    stage.sent()
    stage.approve()
    stage.machine.play()
    assert stage.item().state is State.SYNCED
    assert stage.item().written_back


def test_what_nobody_sent_is_nobodys_mail() -> None:
    stage = Stage().linked_maker()
    item = stage.sent()
    stage.state._items[ITEM] = item.model_copy(update={"sent_by": ""})  # noqa: SLF001 -- no way in leaves it empty
    stage.mail.letters.clear()
    stage.approve()
    stage.machine.play()
    assert stage.mails() == []
