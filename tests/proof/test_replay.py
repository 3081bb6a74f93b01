"""What stood still is played again: a run that was stopped is redriven, a record that Intacct refused is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Final

import pytest

from connector.core.item import State
from connector.engine.decide import retry
from tests.proof.answers import answer_to_the_write, of_the_write
from tests.proof.judge import verdict
from tests.proof.machine import kill
from tests.proof.matrix import NEVER, cases, found_wrong
from tests.proof.stage import ALONE, COMMITMENT, DANA, EVERY, Addresses, Stage, Subject, stage
from tests.proof.watch import Place, changes

REFUSED: Final = (
    "<errormessage><error><errorno>PL04000005</errorno><description></description>"
    "<description2>You do not have permission for API operation CREATE.</description2><correction></correction></error></errormessage>"
)


class StoppedError(Exception):
    """StopExecution: no state is left that could catch anything."""


def stop() -> None:
    raise StoppedError


def stopped(addresses: Addresses, subject: Subject, *, late: bool) -> Iterator[tuple[str, list[str]]]:
    """A story for each call behind which the execution is stopped; ``late`` is after the sweep has mended what it found."""
    for number in count():
        with stage(addresses, subject) as here:
            here.intacct.settings.replay_minutes = NEVER
            here.approve()
            here.watch.arm(Place(number, "behind"), stop, changes)
            with suppress(StoppedError):
                here.machine.play()
            here.watch.disarm()
            if late:
                here.machine.sweep_until(here.settled)
            written, settled = here.written, here.settled()
            redrive(here)
            again = ["it was written again"] if settled and here.written != written else []
            here.machine.sweep_until(here.settled)
            yield here.watch.struck or "undisturbed", [*again, *verdict(here)]
            if not here.watch.struck:
                return


def redrive(here: Stage) -> None:
    """Every execution so far, from its first state: AWS leaves out the iterations that had ended."""
    for name in [*here.workflows.started]:
        here.machine.execute(name)


@pytest.mark.parametrize("late", [False, True], ids=["at once", "after the sweep"])
@pytest.mark.parametrize("subject", cases(EVERY, [COMMITMENT]))
def test_a_run_that_was_stopped_anywhere_and_is_redriven_sends_nothing_twice(addresses: Addresses, subject: Subject, *, late: bool) -> None:
    assert found_wrong(stopped(addresses, subject, late=late), at_least=8) == []


@pytest.mark.parametrize("subject", cases(ALONE, [COMMITMENT]))
def test_what_intacct_refused_is_tried_again_and_stands_there_once(addresses: Addresses, subject: Subject) -> None:
    """Killed at any call of the second try, too."""
    wrong = []
    for number in range(100):
        with stage(addresses, subject) as here:
            body = answer_to_the_write(here, "failure", REFUSED)
            of_the_write(here, {"fault": "status", "status": 200, "body": body, "times": 100})
            here.play()
            assert (here.held().state, here.held().problems[0].code) == (State.FAILED, "NO_PERMISSION")
            here.intacct.faults.clear()
            here.watch.arm(Place(number, "behind"), kill, changes)
            here.machine.again(partial(retry, here.world, DANA, [here.item]))
            here.machine.sweep_until(here.settled)
            wrong += [f"{here.watch.struck}: {each}" for each in verdict(here)]
            if not here.watch.struck:
                break
    assert wrong == []
    assert number > 8
