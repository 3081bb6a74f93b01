"""What the simulated Intacct's audit trail tells, heard through the real gateway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.core.errors import Code
from connector.core.item import State
from connector.engine.import_ import import_step, poll
from connector.ports import Run
from tests.integration.rooms.office import Office
from tests.proof.imports import company
from tests.proof.stage import Addresses


@pytest.fixture
def office(addresses: Addresses) -> Iterator[Office]:
    office = Office(addresses, company())
    office.intacct.settings.gmt_offset_minutes = -480
    office.bring_and_link("vendors")
    office.clock.move(3600)
    yield office
    office.close()


def polled(office: Office) -> Run | None:
    run = poll(office.world, ["vendors"])
    if run is None:
        return None
    while import_step(office.world, run.id, office.clock.now() + timedelta(minutes=3), mine=office.world.rooms)["more"]:
        office.clock.move(60)
    return office.state.get_run(run.id)


def staged(office: Office) -> list[str]:
    return [item.intacct_key for item in office.state if item.state is State.STAGED]


def test_a_staged_and_a_linked_vendor_are_deleted_and_nothing_happens_in_procore(office: Office) -> None:
    pair, key = next(office.references.of_object("vendors")), staged(office)[0]
    there = len(office.procore.store["vendors"].live())
    assert polled(office) is None
    for record in (pair.intacct_key, key):
        row = office.intacct.store.get("VENDOR", record)
        assert row is not None
        office.intacct.store.delete("VENDOR", row)
    office.clock.move(3600)
    run = polled(office)
    assert run is not None
    assert run.counts["gone"] == 2
    aside, shown = office.state.get(f"staged:vendors:{key}"), office.state.get(f"staged:vendors:{pair.intacct_key}")
    assert aside is not None
    assert shown is not None
    assert (aside.state, aside.reason) == (State.ARCHIVED, "deleted in Intacct")
    assert (shown.state, shown.problems[0].code) == (State.INVALID, Code.GONE_IN_INTACCT)
    assert office.references.by_intacct("vendors", [pair.intacct_key])[pair.intacct_key].gone == "deleted in Intacct"
    assert len(office.procore.store["vendors"].live()) == there


def test_where_the_trail_is_denied_rows_are_read(office: Office) -> None:
    office.intacct.settings.denied_objects = {"AUDITHISTORY"}
    row = office.intacct.store.get("VENDOR", staged(office)[0])
    assert row is not None
    office.intacct.store.update("VENDOR", row, {"NAME": "Renamed & Sons"})
    office.clock.move(3600)
    run = polled(office)
    assert run is not None
    assert run.counts == {"read": 1, "staged": 1}
