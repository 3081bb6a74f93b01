"""Imports are killed, cut off and put off at every turn: no row is lost, none is doubled. Every room is here, by its declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import SyncAnswer
from connector.engine.legs import LegReader
from connector.ports import Json, Procore
from tests.proof.imports import IMPORTED, Imports, at_calls, at_requests, imports, undisturbed, wrong
from tests.proof.machine import Killed
from tests.proof.matrix import cases
from tests.proof.stage import ROOMS, Addresses
from tests.proof.test_wire import WAYS
from tests.proof.watch import changes, everything

ONE = "vendors"
"""What concerns the way there is the same for every room."""

STRAIGHT_IN = "cost_codes"
AT_EACH_MERGE = (ONE, STRAIGHT_IN)
"""Staged for a person, and straight in."""


def kill(_here: Imports) -> None:
    raise Killed


def requests_to_intacct(name: str) -> bool:
    return name == "slots.slot"


@pytest.mark.parametrize("room", IMPORTED)
def test_an_undisturbed_import_brings_everything(addresses: Addresses, room: str) -> None:
    """Else the matrix would compare nothing with nothing."""
    outcome = undisturbed(addresses, room)
    assert outcome["run"] == "ended"
    assert len(outcome["read"]) == len(ROOMS[room].imports)
    linked = [key for key in outcome["links"] if key[0] in {room, f"standard_{room}"}]
    assert linked


@pytest.mark.parametrize("room", cases(IMPORTED, [STRAIGHT_IN]))
def test_a_kill_behind_any_change_loses_and_doubles_nothing(addresses: Addresses, room: str) -> None:
    assert wrong(addresses, room, at_calls(kill, changes), at_least=10) == []


@pytest.mark.parametrize("room", cases(IMPORTED, [ONE]))
def test_a_kill_between_any_two_pages_loses_and_doubles_nothing(addresses: Addresses, room: str) -> None:
    assert wrong(addresses, room, at_calls(kill, requests_to_intacct, "before"), at_least=3) == []


@pytest.mark.proof
def test_a_kill_between_reads_is_no_different(addresses: Addresses) -> None:
    assert wrong(addresses, ONE, at_calls(kill, everything, "before"), at_least=30) == []


@pytest.mark.parametrize("room", cases([room for room in IMPORTED if room != ONE], AT_EACH_MERGE))
def test_what_procore_did_and_never_answered_is_lost_and_doubled_in_no_room(addresses: Addresses, room: str) -> None:
    assert wrong(addresses, room, at_requests("procore", WAYS["cut after commit"]), at_least=2) == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("system", ["procore", "intacct"])
def test_nothing_on_the_way_to_either_system_loses_or_doubles_a_row(addresses: Addresses, system: str, way: str) -> None:
    assert wrong(addresses, ONE, at_requests(system, WAYS[way]), at_least=3) == []


def test_a_session_that_ends_in_the_middle_is_renewed(addresses: Addresses) -> None:
    assert wrong(addresses, ONE, at_calls(lambda here: here.intacct.expire_sessions(), requests_to_intacct), at_least=3) == []


def _touch(here: Imports) -> None:
    """The first row of everything that is read changes at this moment, and with it its stamp and the audit trail."""
    for leg in here.room.imports:
        table = here.intacct.store.tables[leg.reads.object]
        here.intacct.store.update(leg.reads.object, table.row(table.records()[0]), {})


def _and_again(here: Imports) -> None:
    here.play()
    here.clock.move(3600)
    here.bring()


@pytest.mark.parametrize("room", cases(IMPORTED, [ONE]))
def test_rows_that_change_while_pages_are_read_are_neither_lost_nor_doubled(addresses: Addresses, room: str) -> None:
    assert wrong(addresses, room, at_calls(_touch, requests_to_intacct), at_least=3, play=_and_again) == []


class _Refusing:
    """ports.Procore that takes all but the first record of each action."""

    def __init__(self, procore: Procore) -> None:
        self._procore, self.refused = procore, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._procore, name)

    def sync(self, path: str, envelope: Json, updates: Sequence[Mapping[str, Json]], *more: Any, **named: Any) -> list[SyncAnswer]:
        self.refused += 1
        no = Violation(code=Code.REFUSED_BY_PROCORE, field="name", message="Procore refused.", their_words="Name is not nice")
        rest = self._procore.sync(path, envelope, updates[1:], *more, **named) if updates[1:] else []
        moved = [replace(answer, position=answer.position + 1) for answer in rest]
        return [SyncAnswer(position=0, entity=None, violations=(no,)), *moved]

    def send(self, *_given: Any, **_named: Any) -> Json:
        self.refused += 1
        raise ConnectorError(Code.REFUSED_BY_PROCORE, "Procore refused.", their_words="Name is not nice")


@pytest.mark.parametrize("room", cases(IMPORTED, AT_EACH_MERGE))
def test_what_procore_refuses_stops_nothing_else_and_comes_in_later(addresses: Addresses, room: str) -> None:
    expected = undisturbed(addresses, room)
    with imports(addresses, room) as here:
        world, refusing = here.world, _Refusing(here.world.procore)
        here.world = replace(world, procore=refusing)
        here.play()
        assert refusing.refused
        listed = [item for item in here.state if any(problem.their_words == "Name is not nice" for problem in item.problems)]
        assert listed
        here.world = world
        here.clock.move(3600)
        here.bring(full=True)
        here.decide()
        found = here.outcome()
        assert here.broken() == []
        assert (found["links"], found["Procore"], found["run"]) == (expected["links"], expected["Procore"], "ended")


@pytest.mark.parametrize("room", cases(IMPORTED, AT_EACH_MERGE))
def test_repeating_an_import_changes_nothing(addresses: Addresses, room: str) -> None:
    with imports(addresses, room) as here:
        here.play()
        before, versions = here.outcome(), {item.id: item.version for item in here.state}
        written = here.references.written
        here.clock.move(3600)
        here.bring(full=True)
        assert here.outcome() == before
        assert {item.id: item.version for item in here.state} == versions
        assert here.references.written == written


def test_the_proof_can_fail(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that notes a page as done before it is taken in loses rows at a kill."""

    def hasty(reader: Any, ground: object, rows: Sequence[Any]) -> Any:
        reader._progress.position |= {"filter": "all", "after": str(rows[-1]["RECORDNO"])}  # noqa: SLF001 -- a fault is built in
        reader._progress.save()  # noqa: SLF001 -- likewise
        return taken_in(reader, ground, rows)

    undisturbed(addresses, ONE)
    taken_in: Any = LegReader._take_in  # noqa: SLF001 -- likewise
    monkeypatch.setattr(LegReader, "_take_in", hasty)
    assert wrong(addresses, ONE, at_calls(kill, changes), at_least=10) != []
