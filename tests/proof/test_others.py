"""Others at work at the same moment: a worker that overtakes, the same message twice, two windows, our own state away or contended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.core.errors import Code, RetryLater
from connector.core.item import State
from connector.engine.decide import Decided
from connector.engine.export import LEASE, export_item
from connector.engine.finish import finish_wave
from connector.engine.sweep import sweep
from connector.ports import Contention
from tests.proof.judge import verdict
from tests.proof.matrix import cases, found_wrong, played, stories
from tests.proof.stage import COMMITMENT, DANA, NUMBERED, PRIYA, SOME, Addresses, Stage, Subject, stage
from tests.proof.watch import Place, changes, everything


def overtake(here: Stage) -> Callable[[], object]:
    """The worker stands still for longer than its lease; the sweep starts another, which does all there is to do."""

    def happens() -> None:
        here.clock.move(LEASE.total_seconds() + 60)
        here.machine.again(lambda: sweep(here.world))
        here.machine.play()

    return happens


def deliver_again(here: Stage) -> Callable[[], object]:
    """Every message so far comes a second time, to a worker of the same name and to one of another."""

    def happens() -> None:
        for item_id in here.items:
            for worker in ("worker-1", "another"):
                export_item(here.world, item_id, worker)

    return happens


def click(here: Stage) -> Callable[[], object]:
    """The same person clicks in another window, then another person does."""

    def happens() -> None:
        here.approve()
        here.approve(PRIYA)

    return happens


def contend() -> None:
    raise Contention("somebody else was faster")


def away() -> None:
    raise RetryLater(Code.UNAVAILABLE, "DynamoDB asks to slow down.", seconds=2)


@pytest.mark.parametrize("subject", cases(SOME, [NUMBERED]))
def test_a_worker_that_is_overtaken_anywhere_does_no_harm(addresses: Addresses, subject: Subject) -> None:
    assert found_wrong(played(stories(addresses, subject, overtake, sides=("behind",))), at_least=10) == []


@pytest.mark.parametrize("subject", cases(SOME, [NUMBERED]))
def test_a_message_delivered_twice_at_any_moment_does_no_harm(addresses: Addresses, subject: Subject) -> None:
    assert found_wrong(played(stories(addresses, subject, deliver_again, sides=("behind",))), at_least=10) == []


@pytest.mark.proof
def test_approve_clicked_again_at_any_moment_exports_once(addresses: Addresses) -> None:
    assert found_wrong(played(stories(addresses, COMMITMENT, click, sides=("behind",))), at_least=10) == []


@pytest.mark.parametrize("subject", SOME, ids=str)
def test_contention_at_any_save_is_read_again_and_decided_anew(addresses: Addresses, subject: Subject) -> None:
    def saves(name: str) -> bool:
        return name == "state.save"

    assert found_wrong(played(stories(addresses, subject, lambda _: contend, saves, ("before",))), at_least=5) == []


@pytest.mark.proof
def test_our_own_state_away_at_any_moment_is_waited_for(addresses: Addresses) -> None:
    """Before a call nothing was done; behind it everything was, and only the answer is lost."""

    def ours(name: str) -> bool:
        return name.partition(".")[0] in {"state", "references", "payloads", "links", "workflows", "mail"}

    assert found_wrong(played(stories(addresses, COMMITMENT, lambda _: away, ours)), at_least=30) == []


def test_everything_delivered_twice_one_after_the_other_is_done_once(addresses: Addresses) -> None:
    with stage(addresses, COMMITMENT) as here:
        here.play()
        before = [here.held(item) for item in here.items], len(here.intacct.requests)
        for name, items in list(here.workflows.started.items()):
            results = [here.machine.export(item) for item in items]
            run, _, wave = name.rpartition("-w")
            for _ in range(2):
                finish_wave(here.world, run, int(wave), results)
        assert ([here.held(item) for item in here.items], len(here.intacct.requests)) == before
        assert verdict(here) == []


def test_two_people_approving_at_the_same_moment_export_once(addresses: Addresses) -> None:
    said: list[Decided] = []
    for place in range(40):
        with stage(addresses, COMMITMENT) as here:
            here.watch.arm(Place(place), lambda here=here: said.append(here.approve(PRIYA)), everything)  # type: ignore[misc]
            said.append(here.approve(DANA))
            struck, here.watch.struck = here.watch.struck, ""
            here.play()
            assert verdict(here) == []
            assert len({approval.by for approval in here.held().approvals}) == 1
            if not struck:
                break
    assert place > 5
    assert {result.state for result in said} <= {State.APPROVED, State.EXPORTING, State.SYNCED}


def test_what_changes_is_what_the_matrix_strikes(addresses: Addresses) -> None:
    """The places of an undisturbed story, so that a step that vanishes from the protocol is noticed."""
    with stage(addresses, COMMITMENT) as here:
        here.watch.arm(Place(10_000), contend, changes)
        here.play()
        assert here.watch.calls == [
            "state.save",  # approved
            "state.put_run",
            "workflows.start_export",
            "state.save",  # step 1: claimed
            "state.save",  # its attachment goes along
            "intacct.write",  # the attachment, refused: there is no folder yet
            "intacct.write",  # the folder
            "intacct.write",  # the attachment
            "payloads.put",  # step 3: the snapshot
            "state.save",  # step 3: the intent
            "intacct.write",  # step 4
            "payloads.put",  # the exchange
            "state.save",  # step 7
            "procore.send",  # step 8: the header
            "procore.sync",  # step 8: the lines
            "state.save",  # step 8: done
            "state.put_run",
            "state.move_watermarks",  # whose mails are owed
            "links.put_subscription",
            "mail.send",
            "state.settle",  # the mail is owed no more
        ]
