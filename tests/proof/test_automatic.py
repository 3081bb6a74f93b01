"""What goes without a click: found by a look of ours, killed at every call, and still one payment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from connector.core.item import State
from connector.engine.automatic import look, look_now_and_then
from connector.engine.events import edited
from connector.engine.submit import item_id
from tests.doubles import ManualClock
from tests.proof.judge import verdict
from tests.proof.machine import kill
from tests.proof.stage import ROOMS, Addresses, Stage, Subject
from tests.proof.watch import Place, changes

PAYMENT = Subject(object="payments", kind="ContractPayment")


@contextmanager
def nothing_sent(addresses: Addresses) -> Iterator[Stage]:
    """A company whose paid invoice is in Intacct; nobody has sent the payment, and the settings let it go."""
    here = Stage(addresses, PAYMENT, ManualClock(), timeout=(5.0, 30.0))
    try:
        source = here.found()
        here.state.save_configuration(here.world.config().model_copy(update={"automatic": frozenset({"payments"})}).model_dump_json())
        here.item = item_id("payments", source.procore_id)
        here.intacct.settings.replay_minutes = -1
        here.counted()
        yield here
    finally:
        here.close()


def by_the_clock(here: Stage) -> None:
    look_now_and_then(here.world)


def by_a_hint(here: Stage) -> None:
    item = here.item.rpartition("-")[2]
    (project,) = {pair.project_id for pair in here.references.of_object("subcontractor_invoices")}
    edited(here.world, "Contract Payments", item, project)


def settled(here: Stage) -> bool:
    item = here.state.get(here.item)
    return item is not None and item.state is State.SYNCED and item.written_back


@pytest.mark.proof
@pytest.mark.parametrize("found", [by_the_clock, by_a_hint])
def test_a_kill_anywhere_between_finding_it_and_its_mark_leaves_one_payment(addresses: Addresses, found: Callable[[Stage], None]) -> None:
    """The queue and the clock come again; Intacct remembers no controlid."""
    wrong: list[str] = []
    for number in range(100):
        with nothing_sent(addresses) as here:
            here.watch.arm(Place(number, "behind"), kill, changes)
            here.machine.again(partial(found, here))
            here.machine.sweep_until(partial(settled, here))
            wrong += [f"{here.watch.struck}: {each}" for each in verdict(here)]
            if not here.watch.struck:
                break
    assert wrong == []
    assert number > 10


@pytest.mark.proof
def test_two_looks_and_a_hint_at_any_moment_of_each_other_make_one_payment(addresses: Addresses) -> None:
    wrong: list[str] = []
    for number in range(100):
        with nothing_sent(addresses) as here:
            here.watch.arm(Place(number, "behind"), partial(by_a_hint, here), changes)
            here.machine.again(partial(look, here.world, ROOMS["payments"]))
            here.machine.sweep_until(partial(settled, here))
            by_the_clock(here)
            here.machine.play()
            wrong += [f"{here.watch.struck}: {each}" for each in verdict(here)]
            if not here.watch.struck:
                break
    assert wrong == []
    assert number > 10
