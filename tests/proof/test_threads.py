"""Real threads: workers at the same item and workers at many, with what all of them share."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from connector.engine.export import export_item
from connector.engine.submit import look
from connector.engine.world import Source
from tests.doubles import ManualClock
from tests.proof.judge import SLOTS, verdict
from tests.proof.matrix import cases
from tests.proof.stage import COMMITMENT, EVERY, PRIYA, SOME, Addresses, Subject, stage


class SharedClock(ManualClock):
    """Stands still, but lets the others work while one sleeps."""

    def sleep(self, seconds: float) -> None:
        time.sleep(0.002)
        super().sleep(seconds)


def together(*work: Callable[[], object]) -> None:
    """All of it at the same moment, each in a thread of its own."""
    start = Barrier(len(work))

    def begun(one: Callable[[], object]) -> None:
        start.wait()
        one()

    with ThreadPoolExecutor(len(work)) as pool:
        list(pool.map(begun, work))


@pytest.mark.parametrize("subject", cases(EVERY, SOME))
def test_two_workers_at_one_item_write_it_once(addresses: Addresses, subject: Subject) -> None:
    with stage(addresses, subject, SharedClock) as here:
        here.machine.again(here.approve)
        for item in here.items:
            together(*(partial(export_item, here.world, item, worker) for worker in ("a", "b", "c")))
        here.machine.sweep_until(here.settled)
        assert verdict(here) == []


def test_two_windows_and_two_people_approving_at_once_export_once(addresses: Addresses) -> None:
    for _ in range(5):
        with stage(addresses, COMMITMENT, SharedClock) as here:
            together(here.approve, here.approve, partial(here.approve, PRIYA))
            here.machine.sweep_until(here.settled)
            assert verdict(here) == []
            assert len(here.held().approvals) == 1


def test_never_more_than_two_requests_are_in_flight_however_many_work(addresses: Addresses) -> None:
    with stage(addresses, COMMITMENT, SharedClock) as here:
        source = Source(procore_id=here.held().procore_id, project_id=here.held().project_id)
        here.approve()
        here.intacct.settings.think_seconds = 0.02
        look_at = partial(look, here.world, PRIYA, here.subject.object, source, {})
        together(partial(export_item, here.world, here.item, "a"), *[look_at] * 7)
        here.machine.sweep_until(here.settled)
        assert here.slots.peak == here.intacct.max_in_flight == SLOTS
        assert verdict(here) == []
