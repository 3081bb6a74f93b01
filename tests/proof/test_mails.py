"""No kill loses a mail: whoever sent a record hears what became of it, over the real engine and both simulators."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Final

import pytest

from connector.engine.outbox import QUIET, deliver_left
from tests.proof.machine import kill
from tests.proof.matrix import cases, found_wrong, stories
from tests.proof.stage import COMMITMENT, MARCO, VENDOR, Addresses, Stage, Subject, stage
from tests.proof.watch import Place, Side, everything

SIDES: Final[tuple[Side, ...]] = ("before", "behind")


def told(here: Stage) -> list[str]:
    """What is wrong with the mails once the clock has looked: each reader and kind must have had one, at most one more for the kill."""
    here.clock.move(QUIET.total_seconds() + 1)
    here.machine.again(partial(deliver_left, here.world))
    here.clock.move(QUIET.total_seconds() + 1)
    here.machine.again(partial(deliver_left, here.world))
    mails = [letter.kind for letter in here.mail.to(MARCO.login)]
    wrong = [] if mails.count("synced") in {1, 2} else [f"{mails.count('synced')} mails that it is in Intacct"]
    return wrong + [f"still owed: {notice.id}" for notice in here.state.notices()]


@pytest.mark.parametrize("subject", cases([COMMITMENT, VENDOR], [VENDOR]))
def test_a_kill_anywhere_loses_no_mail(addresses: Addresses, subject: Subject) -> None:
    """Behind each call that changes something, from the approval to the last mark; before the next one nothing else has happened."""

    def played(here: Stage) -> tuple[str, list[str]]:
        here.mail.letters.clear()
        here.play()
        return here.watch.struck or "undisturbed", told(here)

    assert found_wrong(map(played, stories(addresses, subject, lambda _: kill, sides=("behind",))), at_least=10) == []


def test_a_kill_while_the_sweep_sends_loses_none(addresses: Addresses) -> None:
    """At every call of the delivery, both sides; the record is in Intacct and nobody was told."""
    wrong: list[str] = []
    for number, side in product(range(100), SIDES):
        with stage(addresses, VENDOR) as here:
            here.approve()
            here.machine.export(here.item)
            here.mail.letters.clear()
            here.watch.arm(Place(number, side), kill, everything)
            wrong += [f"{here.watch.struck}: {each}" for each in told(here)]
            if not here.watch.struck:
                break
    assert wrong == []
    assert number > 5
