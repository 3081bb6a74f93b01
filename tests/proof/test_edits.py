"""Procore is edited at the worst moment: what was approved goes, or nothing does."""

from __future__ import annotations

import pytest

from connector.core.item import State
from connector.core.record import rows
from tests.proof.judge import untouched, verdict
from tests.proof.machine import kill
from tests.proof.matrix import cases
from tests.proof.stage import NUMBERED, SOME, Addresses, Stage, Subject, stage
from tests.proof.watch import Place, changes


def edit(here: Stage) -> None:
    """Another value in the first text that Procore shows at its top and Intacct keeps."""
    shown = here.shown()
    names = [
        row.procore.write
        for row in rows(here.room().record)
        if row.procore and row.procore.write and row.intacct and row.intacct.write and row.type is str and "." not in row.procore.write
    ]
    name = next(name for name in names if isinstance(shown.get(name), str))
    shown[name] = f"{shown[name]} 2"


@pytest.mark.parametrize("subject", SOME, ids=str)
def test_an_edit_before_the_first_request_is_stale_and_nothing_leaves(addresses: Addresses, subject: Subject) -> None:
    with stage(addresses, subject) as here:
        edit(here)
        here.approve()
        here.machine.play()
        assert here.held().state is State.STALE
        assert untouched(here) == []


@pytest.mark.parametrize("subject", cases(SOME, [NUMBERED]))
def test_an_edit_between_a_kill_and_the_next_try_sends_what_was_approved_or_nothing(addresses: Addresses, subject: Subject) -> None:
    """Up to the intent it is stale and nothing is in Intacct; from the intent on the approved content is carried to its end."""
    ends: list[State] = []
    for number in range(40):
        with stage(addresses, subject) as here:
            here.watch.arm(Place(number, "behind"), kill, changes)
            here.machine.again(here.approve)
            here.machine.play()
            struck, begun = here.watch.struck, here.held().intent is not None
            edit(here)
            here.machine.sweep_until(lambda here=here: here.settled() or here.held().state is State.STALE)  # type: ignore[misc]
            ends.append(here.held().state)
            assert ends[-1] is (State.SYNCED if begun else State.STALE), struck
            assert (verdict(here) if begun else untouched(here)) == [], struck
            if not struck:
                break
    assert {State.STALE, State.SYNCED} == set(ends)


@pytest.mark.parametrize("subject", SOME, ids=str)
def test_an_edit_while_the_outcome_is_unknown_changes_nothing_of_it(addresses: Addresses, subject: Subject) -> None:
    with stage(addresses, subject) as here:
        export = here.room().export
        assert export is not None
        here.intacct.faults.plan({"fault": "cut_before", "match": f"<{export.write.function}>", "times": 4})
        here.watch.arm(Place(0, "behind"), lambda: edit(here), lambda name: name == "intacct.write")
        here.play()
        assert here.watch.struck
        assert verdict(here) == []
