"""The process is killed at every call that changes something, between the click on *approve* and the last mark in Procore."""

from __future__ import annotations

from functools import partial
from typing import get_protocol_members, is_protocol

import pytest

from connector import ports
from connector.core.item import State
from tests.proof.judge import verdict
from tests.proof.machine import kill
from tests.proof.matrix import cases, found_wrong, played, stories
from tests.proof.stage import EVERY, SOME, VENDOR, WITH_NEED, Addresses, Stage, Subject, stage
from tests.proof.watch import CHANGES, READS, Place, changes, everything


@pytest.mark.parametrize("subject", cases(EVERY, SOME))
def test_a_kill_anywhere_leaves_one_document(addresses: Addresses, subject: Subject) -> None:
    """Behind each call; before the next one nothing else has happened."""
    assert found_wrong(played(stories(addresses, subject, lambda _: kill, sides=("behind",))), at_least=10) == []


@pytest.mark.proof
def test_a_kill_between_reads_is_no_different(addresses: Addresses) -> None:
    """Here reads are in too, and both sides of every call, for one object."""
    assert found_wrong(played(stories(addresses, VENDOR, lambda _: kill, everything)), at_least=50) == []


def test_every_call_of_a_port_is_a_read_or_a_change() -> None:
    protocols = [each for each in vars(ports).values() if isinstance(each, type) and is_protocol(each)]
    names = {name for protocol in protocols for name in get_protocol_members(protocol)}
    assert names == CHANGES | READS
    assert not CHANGES & READS


def _killed_behind_the_write(here: Stage) -> None:
    here.watch.arm(Place(0, "behind"), kill, lambda name: name == "intacct.write")
    here.machine.again(here.approve)
    here.machine.play()
    assert here.watch.struck


@pytest.mark.proof
@pytest.mark.parametrize("subject", SOME, ids=str)
def test_a_second_kill_while_the_first_is_mended_leaves_one_document(addresses: Addresses, subject: Subject) -> None:
    """The first behind the write, before its answer was seen; the second at every call of what follows."""
    wrong = []
    for number in range(100):
        with stage(addresses, subject) as here:
            _killed_behind_the_write(here)
            here.watch.arm(Place(number), kill, changes)
            wrong += [each for _, found in played(iter([here])) for each in found]
            if not here.watch.struck:
                break
    assert wrong == []
    assert number > 8


@pytest.mark.proof
def test_a_kill_while_one_lets_the_other_go_leaves_both(addresses: Addresses) -> None:
    """The commitment was approved alone and waits for its vendor, which is approved later."""
    wrong = []
    for number in range(100):
        with stage(addresses, WITH_NEED) as here:
            here.approve(with_needs=False)
            assert here.held().state is State.BLOCKED
            (need,) = here.held().pending
            here.watch.arm(Place(number, "behind"), kill, changes)
            here.machine.again(partial(here.approve, item_id=need))
            here.machine.sweep_until(here.settled)
            wrong += [f"{here.watch.struck}: {each}" for each in verdict(here)]
            if not here.watch.struck:
                break
    assert wrong == []
    assert number > 20
