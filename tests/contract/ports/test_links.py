from __future__ import annotations

from datetime import timedelta

import pytest

from connector.ports import Contention, Link, Subscription
from tests.contract.ports.conftest import World
from tests.doubles.clock import START

_LINK = Link(item="commitments:1", login="a@example.com", name="Ann", fingerprint="f", expires=START + timedelta(days=7))


def test_a_link_is_used_once(world: World) -> None:
    world.links.put("hash", _LINK)
    assert world.links.get("hash") == _LINK

    assert world.links.use("hash", at=START, used_for="approve")
    assert not world.links.use("hash", at=START, used_for="approve")
    assert not world.links.use("hash", at=START + timedelta(seconds=1), used_for="reject")

    assert world.links.get("hash") == _LINK.model_copy(update={"used_at": START, "used_for": "approve"})


def test_an_unknown_link_is_none_and_cannot_be_used(world: World) -> None:
    assert world.links.get("hash") is None
    assert not world.links.use("hash", at=START, used_for="approve")
    assert world.links.get("hash") is None


def test_an_expired_link_is_still_known_but_cannot_be_used(world: World) -> None:
    world.links.put("hash", _LINK)

    assert not world.links.use("hash", at=_LINK.expires, used_for="approve")
    assert world.links.get("hash") == _LINK
    assert world.links.use("hash", at=_LINK.expires - timedelta(microseconds=1), used_for="approve")


def test_a_used_link_is_not_made_new(world: World) -> None:
    world.links.put("hash", _LINK)
    world.links.use("hash", at=START, used_for="approve")

    with pytest.raises(Contention):
        world.links.put("hash", _LINK)

    assert not world.links.use("hash", at=START, used_for="approve")


def test_guessing_is_throttled_for_its_source_and_for_a_while(world: World) -> None:
    guesses = [world.links.too_many_misses("203.0.113.9", at=START) for _ in range(21)]

    assert guesses == [False] * 20 + [True]
    assert not world.links.too_many_misses("203.0.113.10", at=START)
    assert world.links.too_many_misses("203.0.113.9", at=START + timedelta(minutes=9))
    assert not world.links.too_many_misses("203.0.113.9", at=START + timedelta(minutes=10))


def test_what_stops_mails_is_kept_by_the_hash_of_its_token(world: World) -> None:
    subscription = Subscription(login="a@example.com", kind="synced", expires=START + timedelta(days=180))
    world.links.put_subscription("hash", subscription)

    assert world.links.subscription("hash") == subscription
    assert world.links.subscription("other") is None
    assert world.links.get("hash") is None


def test_a_link_to_decide_stops_no_mails(world: World) -> None:
    world.links.put("hash", _LINK)
    assert world.links.subscription("hash") is None
