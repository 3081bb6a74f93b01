"""Every request to either system goes wrong in every way the line can, once, at every turn of the story."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from sandbox.faults import Faults
from tests.doubles import ManualClock
from tests.proof.answers import answer_to_the_write, of_the_write
from tests.proof.judge import verdict
from tests.proof.matrix import NEVER, cases, found_wrong
from tests.proof.stage import ALONE, COMMITMENT, SOME, WITH_NEED, Addresses, Subject, stage
from tests.proof.watch import Place

WAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "cut before": {"fault": "cut_before"},
    "cut after commit": {"fault": "cut_after"},
    "503": {"fault": "status", "status": 503},
    "503 after commit": {"fault": "status", "status": 503, "at": "after"},
    "429": {"fault": "status", "status": 429, "headers": {"Retry-After": "7"}},
    "a page": {"fault": "html"},
    "a page after commit": {"fault": "html", "at": "after"},
    "nothing after commit": {"fault": "empty", "at": "after"},
}


def struck(addresses: Addresses, subject: Subject, system: str, fault: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """A story for each request to one system, in which that request meets the fault."""
    for request in range(100):
        with stage(addresses, subject) as here:
            faults: Faults = getattr(here, system).faults
            faults.plan({**fault, "skip": request})
            here.play()
            met = bool(faults.struck())
            faults.clear()
            yield f"request {request}", verdict(here)
            if not met:
                return


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("subject", SOME, ids=str)
def test_whatever_happens_on_the_way_to_intacct_leaves_one_document(addresses: Addresses, subject: Subject, way: str) -> None:
    assert found_wrong(struck(addresses, subject, "intacct", WAYS[way]), at_least=2) == []


@pytest.mark.parametrize("way", WAYS)
def test_whatever_happens_on_the_way_to_procore_leaves_one_document(addresses: Addresses, way: str) -> None:
    assert found_wrong(struck(addresses, COMMITMENT, "procore", WAYS[way]), at_least=4) == []


@pytest.mark.parametrize("way", ["cut before", "cut after commit", "429"])
@pytest.mark.parametrize("subject", cases(ALONE, [COMMITMENT]))
def test_a_write_that_is_lost_or_turned_away_leaves_one_document(addresses: Addresses, subject: Subject, way: str) -> None:
    with stage(addresses, subject) as here:
        of_the_write(here, WAYS[way])
        here.play()
        assert here.intacct.faults.struck()
        assert verdict(here) == []


@pytest.mark.parametrize("memory", [None, NEVER], ids=["replay-refused", "replay-forgotten"])
@pytest.mark.parametrize("times", [1, 3, 7])
@pytest.mark.parametrize("subject", [*SOME, WITH_NEED], ids=str)
def test_a_write_that_is_done_and_never_answered_is_done_once(
    addresses: Addresses, subject: Subject, times: int, memory: int | None
) -> None:
    with stage(addresses, subject) as here:
        here.intacct.settings.replay_minutes = memory
        of_the_write(here, {"fault": "cut_after", "times": times})
        here.play()
        assert here.intacct.faults.struck()
        assert verdict(here) == []


@pytest.mark.parametrize("subject", SOME, ids=str)
def test_a_write_that_never_arrives_is_repeated_until_it_does(addresses: Addresses, subject: Subject) -> None:
    with stage(addresses, subject) as here:
        of_the_write(here, {"fault": "cut_before", "times": 7})
        here.play()
        assert len(here.intacct.faults.struck()) == 7
        assert verdict(here) == []


@pytest.mark.parametrize("at", ["before", "after"])
@pytest.mark.parametrize("subject", cases(ALONE, [COMMITMENT]))
def test_aborted_tells_nothing_and_is_looked_up(addresses: Addresses, subject: Subject, at: str) -> None:
    with stage(addresses, subject) as here:
        of_the_write(here, {"fault": "status", "status": 200, "body": answer_to_the_write(here, "aborted"), "at": at})
        here.play()
        assert here.intacct.faults.struck()
        assert verdict(here) == []


@pytest.mark.parametrize("memory", [None, NEVER], ids=["replay-refused", "replay-forgotten"])
@pytest.mark.parametrize("at", ["before", "after"])
@pytest.mark.parametrize("subject", SOME, ids=str)
def test_a_write_slower_than_our_patience_is_done_once(addresses: Addresses, subject: Subject, at: str, memory: int | None) -> None:
    """``before``: it is still on its way when we look, find nothing and ask again; it arrives behind the second request."""
    with stage(addresses, subject, timeout=(5.0, 0.15)) as here:
        here.intacct.settings.replay_minutes = memory
        of_the_write(here, {"fault": "delay", "seconds": 0.25, "at": at})
        here.play()
        assert here.intacct.faults.struck()
        while not all(request.ended for request in here.intacct.requests):
            time.sleep(0.01)
        assert verdict(here) == []


class PatientClock(ManualClock):
    """Whoever waits for it to move is given the time to."""

    def move(self, seconds: float) -> None:
        super().move(seconds)
        time.sleep(0.02)


@pytest.mark.parametrize("subject", cases(ALONE, [COMMITMENT]))
def test_a_write_that_arrives_half_a_minute_late_is_awaited_and_adopted(addresses: Addresses, subject: Subject) -> None:
    """The same asked again at once would stand there twice wherever Intacct has no number to tell the two apart."""
    clock = PatientClock()

    def until(seconds: float) -> None:
        end = clock.now() + timedelta(seconds=seconds)
        while clock.now() < end:
            time.sleep(0.001)

    with stage(addresses, subject, lambda: clock, timeout=(5.0, 0.15)) as here:
        here.intacct.settings.replay_minutes = NEVER
        here.intacct.faults = Faults(sleep=until)
        of_the_write(here, {"fault": "delay", "seconds": 30})
        here.play()
        assert here.intacct.faults.struck()
        assert verdict(here) == []
        assert here.written == 1 + here.written_before


@pytest.mark.parametrize("said", ["401", "operation"])
@pytest.mark.parametrize("subject", SOME, ids=str)
def test_a_session_that_ends_before_any_request_is_renewed(addresses: Addresses, subject: Subject, said: Any) -> None:
    for number in range(10):
        with stage(addresses, subject) as here:
            here.intacct.settings.sign_in_failure = said
            here.watch.arm(Place(number), here.intacct.expire_sessions, lambda name: name.startswith("intacct."))
            here.play()
            assert verdict(here) == []
            if not here.watch.struck:
                assert number > 1
                return


def test_a_token_that_procore_no_longer_takes_is_renewed(addresses: Addresses) -> None:
    assert found_wrong(struck(addresses, COMMITMENT, "procore", {"fault": "status", "status": 401, "match": "/rest/"}), at_least=3) == []
