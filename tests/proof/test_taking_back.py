"""An approval is taken back at any moment of its export: either nothing leaves and the item waits, or it is too late and one document
stands in Intacct. Approved again, it goes once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Final

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.item import State
from connector.engine import taking_back
from connector.engine.outbox import QUIET, deliver_left
from connector.engine.sweep import PATIENCE, sweep
from tests.proof.judge import untouched, verdict, verdict_of
from tests.proof.machine import kill
from tests.proof.matrix import cases, found_wrong, stories
from tests.proof.stage import COMMITMENT, DANA, NUMBERED, PRIYA, SOME, WITH_NEED, Addresses, Stage, Subject, stage
from tests.proof.test_threads import SharedClock, together
from tests.proof.watch import Place, Side, changes, everything

SIDES: Final[tuple[Side, ...]] = ("before", "behind")


class Ends:
    """How the clicks ended: ``waiting`` where it was taken back, else the code of the refusal."""

    def __init__(self, *, need: bool = False) -> None:
        self.need, self.last, self.all = need, "", Counter[str]()

    def key(self, here: Stage) -> str:
        return here.items[0] if self.need else here.item

    def click(self, here: Stage) -> Callable[[], None]:
        def happens() -> None:
            try:
                self.last = taking_back.take_back(here.world, DANA, self.key(here), approval=True).state.value
            except ConnectorError as problem:
                self.last = problem.code.value
            self.all[self.last] += 1

        self.last = ""
        return happens


def gone_by(here: Stage) -> None:
    """Everything that was started to its end; then the clock finds nothing to begin anew and nothing to tell."""
    here.machine.play()
    begun = len(here.workflows)
    here.clock.move(PATIENCE.total_seconds() + QUIET.total_seconds() + 1)
    assert not any(here.machine.again(partial(sweep, here.world)).values())
    here.machine.again(partial(deliver_left, here.world))
    assert len(here.workflows) == begun
    assert {letter.kind for letter in here.mail.letters} <= {"waiting", "synced"}
    runs = here.state.get_runs({name.rpartition("-w")[0] for name in here.workflows.started})
    assert {run.state for run in runs.values()} <= {"ended"}
    assert {name for run in runs.values() for name in run.counts} <= {"done", "withdrawn", "blocked"}


def played(told: Iterator[Stage], ends: Ends) -> Iterator[tuple[str, list[str]]]:
    """Each story to its end, and behind a won one the approval once more."""
    for here in told:
        here.machine.again(here.approve)
        gone_by(here)
        where = f"{here.watch.struck or 'undisturbed'}: {ends.last}"
        if here.watch.struck and ends.last == State.WAITING:
            yield where, [*waits(here, ends), *again(here, ends)]
        else:
            yield where, verdict(here)


def waits(here: Stage, ends: Ends) -> Iterator[str]:
    """What is wrong where a take-back has won: of the item nothing may have left, and what was approved along stands as it is."""
    item = here.held(ends.key(here))
    if (item.state, item.approvals, item.intent) != (State.WAITING, (), None):
        yield f"{item.id} is {item.state.value}, approved {len(item.approvals)} times"
    if ends.need and (here.held().state, here.held().waits_for) != (State.BLOCKED, item.id):
        yield f"{here.item} is {here.held().state.value}, waits for {here.held().waits_for}"
    along = [key for key in here.items if key != here.item and not ends.need]
    yield from verdict_of(here, along) if along else untouched(here)


def again(here: Stage, ends: Ends) -> Iterator[str]:
    here.machine.again(partial(here.approve, PRIYA, ends.key(here)))
    here.machine.sweep_until(here.settled)
    yield from verdict(here)


@pytest.mark.parametrize("subject", cases(SOME, [NUMBERED]))
def test_a_take_back_at_any_moment_wins_or_is_too_late(addresses: Addresses, subject: Subject) -> None:
    ends = Ends()
    assert found_wrong(played(stories(addresses, subject, ends.click, sides=SIDES), ends), at_least=20) == []
    # Before the approval there is none; up to the claim it wins; then it is too late.
    assert ends.all["NOT_ALLOWED"] == 1
    assert ends.all["waiting"] == 6
    assert ends.all["BY_HAND"] > 12
    assert set(ends.all) == {"NOT_ALLOWED", "waiting", "BY_HAND"}


@pytest.mark.proof
@pytest.mark.parametrize("need", [False, True], ids=["head", "need"])
def test_of_a_chain_either_is_taken_back_alone(addresses: Addresses, *, need: bool) -> None:
    """The head: what was approved along goes. The need: the head waits for it, and goes when it is approved again."""
    ends = Ends(need=need)
    assert found_wrong(played(stories(addresses, WITH_NEED, ends.click, sides=("behind",)), ends), at_least=20) == []
    assert ends.all["waiting"] >= 4, "behind its approval, the head's, and the two calls that start the run"
    assert ends.all["BY_HAND"] > 5


@pytest.mark.proof
def test_a_worker_at_any_moment_of_a_take_back_wins_or_finds_it_waiting(addresses: Addresses) -> None:
    ends = Ends()
    for number in range(100):
        with stage(addresses, COMMITMENT) as here:
            here.machine.again(here.approve)
            here.watch.arm(Place(number), here.machine.play, everything)
            ends.click(here)()
            struck = here.watch.struck
            here.watch.disarm()
            gone_by(here)
            wrong = [*waits(here, ends), *again(here, ends)] if ends.last == State.WAITING else verdict(here)
            assert wrong == [], struck
            if not struck:
                break
    assert number > 5
    assert set(ends.all) == {"waiting", "BY_HAND"}


def test_a_kill_anywhere_in_a_take_back_leaves_it_done_or_not_begun(addresses: Addresses) -> None:
    """Clicked again it is done once, and whoever waits for the mail has it."""
    for number, side in product(range(100), SIDES):
        with stage(addresses, COMMITMENT) as here:
            here.machine.again(here.approve)
            here.mail.letters.clear()
            ends = Ends()
            here.watch.arm(Place(number, side), kill, changes)
            here.machine.again(ends.click(here))
            struck = here.watch.struck
            here.watch.disarm()
            gone_by(here)
            assert ends.last == State.WAITING, struck
            assert [entry.what for entry in here.state.history(here.item)].count(taking_back.TAKEN_BACK) == 1, struck
            assert here.mail.to(PRIYA.login), struck
            assert [*waits(here, ends), *again(here, ends)] == [], struck
            if not struck:
                break
    assert number > 2


def test_a_worker_and_a_take_back_in_threads_never_both_win(addresses: Addresses) -> None:
    ends = Ends()
    for _ in range(5):
        with stage(addresses, COMMITMENT, SharedClock) as here:
            here.machine.again(here.approve)
            together(ends.click(here), here.machine.play)
            gone_by(here)
            wrong = [*waits(here, ends), *again(here, ends)] if ends.last == State.WAITING else verdict(here)
            assert wrong == []
    assert set(ends.all) <= {Code.BY_HAND.value, "waiting"}
