"""Drift: whatever happens to a synced record on either side is found and told field by field; what a person decides about it leads to a
true state, and never to a second document. Every kind of every exported object, from the declarations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from connector.core.drift import Standing
from connector.core.errors import Code, ConnectorError
from connector.core.item import State
from connector.core.offers import Choice
from connector.engine.drift import look
from tests.proof.drifting import NOTE, Drifting, row_of
from tests.proof.judge import verdict
from tests.proof.machine import Killed, kill
from tests.proof.stage import ALONE, COMMITMENT, DANA, PRIYA, Addresses, stage
from tests.proof.watch import Place, changes


@pytest.fixture(params=ALONE, ids=str)
def synced(request: pytest.FixtureRequest, addresses: Addresses) -> Iterator[Drifting]:
    with stage(addresses, request.param) as here:
        here.play()
        yield Drifting(here)


def test_what_is_changed_in_intacct_is_told_accepted_and_told_when_it_changes_again(synced: Drifting) -> None:
    world, before, books = synced.here.world, synced.item, synced.as_it_stands()
    assert [look(world, before), look(world, before, hint="procore"), look(world, before, hint="intacct")] == [before] * 3

    field, value = synced.edit_in_intacct()
    item, finding, choices = synced.looked()
    assert (finding.procore, finding.intacct) == (Standing.SAME, Standing.EDITED)
    row = row_of(finding, field)
    assert row.intacct == value
    assert row.export != value
    assert row.procore in {None, row.export}
    assert (item.state, item.shelf) == (State.SYNCED, "synced:differs")
    assert look(world, item) == item, "it is told once"
    assert not choices[Choice.PUSH].possible, "nothing is written over what stands"
    assert any(value in step for step in choices[Choice.PUSH].steps) is (row.procore is not None)

    synced.put_right_in_intacct(books)
    item, finding, _ = synced.looked()
    assert (item.drift, item.shelf, finding.nothing) == (None, "synced", True)
    assert synced.here.state.history(item.id)[-1].what == "stands as exported again"
    assert verdict(synced.here) == []

    synced.edit_in_intacct()
    synced.looked()
    accepted = synced.decided(Choice.ACCEPT).item
    said = synced.here.state.history(item.id)[-1]
    assert (said.who, said.what, said.detail["note"]) == (DANA.name, "difference accepted", NOTE)
    assert field in said.detail
    assert synced.looked()[0] == accepted, "what was accepted is told no more"
    synced.edit_in_intacct()
    assert synced.looked()[1].intacct is Standing.EDITED
    assert synced.whole()


def test_what_is_changed_voided_or_deleted_in_procore_is_told(synced: Drifting) -> None:
    field, value = synced.edit_in_procore()
    item, finding, _ = synced.looked()
    assert (finding.procore, finding.intacct) == (Standing.EDITED, Standing.SAME)
    row = row_of(finding, field)
    assert row.procore == value
    assert row.intacct in {None, row.export}
    assert look(synced.here.world, item, hint="procore") == item, "it is told once"
    if synced.void_in_procore():
        assert synced.looked()[1].procore is Standing.VOID
    if synced.here.subject.object != "budgets":  # a project always has one
        synced.delete_in_procore()
        _, finding, choices = synced.looked()
        assert (finding.procore, finding.intacct) == (Standing.GONE, Standing.SAME)
        assert not choices[Choice.PUSH].possible, "there is nothing to send"
        assert synced.decided(Choice.ACCEPT).item.state is State.SYNCED
        assert synced.looked()[0].drift is None
    assert synced.whole()


def test_what_is_gone_in_intacct_is_pushed_again_once_and_past_the_approvers(synced: Drifting) -> None:
    if synced.void_in_intacct():
        assert synced.looked()[1].intacct is Standing.VOID
    synced.delete_in_intacct()
    _, finding, _ = synced.looked()
    assert (finding.procore, finding.intacct) == (Standing.SAME, Standing.GONE)
    before = synced.here.written
    done = synced.decided(Choice.PUSH)
    assert ([each.message for each in done.violations], done.item.state) == ([], State.WAITING)
    assert synced.here.written == before, "nothing goes without an approval"
    assert synced.here.approve(PRIYA).violation is None
    synced.here.machine.play()
    assert verdict(synced.here) == []
    assert synced.looked()[0].drift is None


def test_what_is_gone_in_intacct_and_accepted_is_linked_no_more(synced: Drifting) -> None:
    synced.delete_in_intacct()
    synced.looked()
    item = synced.decided(Choice.ACCEPT).item
    assert (item.state, item.drift, item.accepted, item.intacct_key) == (State.RETRIEVED, None, "", "")
    assert synced.here.references.by_procore(item.object, [item.procore_id]) == {}
    assert synced.whole()


def test_nothing_is_decided_about_what_was_not_shown(synced: Drifting) -> None:
    synced.edit_in_intacct()
    item = synced.looked()[0]
    synced.delete_in_intacct()
    with pytest.raises(ConnectorError) as refusal:
        synced.decided(Choice.ACCEPT)
    assert refusal.value.code is Code.STALE_APPROVAL
    assert synced.item.state is item.state


@pytest.mark.proof
def test_a_kill_at_any_call_of_a_push_ends_with_one_document(addresses: Addresses) -> None:
    """It is pressed again; where the link is off already, the record is sent again."""
    ends: set[State] = set()
    for number in count():
        with stage(addresses, COMMITMENT) as here:
            here.play()
            drifting = Drifting(here)
            drifting.delete_in_intacct()
            drifting.looked()
            here.watch.arm(Place(number, "behind"), kill, changes)
            try:
                drifting.decided(Choice.PUSH)
            except Killed:
                ends.add(here.held().state)
            struck = here.watch.struck
            here.watch.disarm()
            linked = bool(here.references.by_procore("commitments", [here.held().procore_id]))
            assert linked == (here.held().state is State.SYNCED), struck
            if here.held().state is State.SYNCED:
                drifting.decided(Choice.PUSH)
            if here.held().state is State.RETRIEVED:
                here.send_again()
            assert here.approve(PRIYA).violation is None
            here.machine.sweep_until(here.settled)
            assert verdict(here) == [], struck
        if not struck:
            break
    assert ends == {State.SYNCED, State.RETRIEVED, State.WAITING}
