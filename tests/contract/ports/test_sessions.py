from __future__ import annotations

from datetime import timedelta

import pytest

from connector.core.people import Person
from connector.ports import Contention, Session
from tests.contract.ports.conftest import World
from tests.doubles.clock import START

_DANA = Person(id="2", login="dana@example.com", name="Dana", company="1", accounting_approver=True, projects=frozenset({"7"}))
_SESSION = Session(person=_DANA, zone="America/New_York", expires=START + timedelta(hours=1))


def test_a_session_is_kept_whole_until_it_is_taken_once(world: World) -> None:
    world.sessions.put("hash", _SESSION)

    assert world.sessions.get("hash") == _SESSION
    assert [world.sessions.take("hash"), world.sessions.take("hash")] == [_SESSION, None]
    assert world.sessions.get("hash") is None


def test_an_unknown_session_is_none(world: World) -> None:
    assert world.sessions.get("hash") is None
    assert world.sessions.take("hash") is None


def test_a_session_is_not_put_over_another(world: World) -> None:
    world.sessions.put("hash", _SESSION)
    other = _SESSION.model_copy(update={"zone": "UTC"})

    with pytest.raises(Contention):
        world.sessions.put("hash", other)

    assert world.sessions.get("hash") == _SESSION


def test_one_that_has_ended_is_told_with_its_end(world: World) -> None:
    ended = _SESSION.model_copy(update={"expires": START - timedelta(seconds=1)})
    world.sessions.put("hash", ended)
    assert world.sessions.get("hash") == ended
