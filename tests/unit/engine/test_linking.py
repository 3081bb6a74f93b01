"""Linking more records than anybody waits for: a run, in steps, in a person's name."""

from __future__ import annotations

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.item import State
from connector.engine.linking import BATCH, request_links
from connector.engine.stage import SUGGESTED
from tests.unit.engine.import_stage import DANA, MARCO, ImportStage

VENDORS = "/rest/v1.0/vendors"
MANY = 2 * BATCH + 10


@pytest.fixture
def stage() -> ImportStage:
    stage = ImportStage()
    for number in range(MANY):
        stage.procore.put(VENDORS, name=f"Vendor {number}")
        stage.intacct.put("VENDOR", {"VENDORID": f"V-{number}", "NAME": f"vendor {number}"})
    stage.run("vendors")
    stage.forget_calls()
    return stage


def test_all_are_linked_and_procores_list_is_read_once(stage: ImportStage) -> None:
    run = request_links(stage.world, DANA, "vendors")
    assert stage.step(run) == {"more": False, "wait": 0, "object": ""}
    assert stage.ended(run).counts == {"linked": MANY}
    assert set(stage.states().values()) == {"linked"}
    assert len(stage.references) == MANY
    assert stage.procore.called == [("GET", VENDORS), *[("PATCH", f"{VENDORS}/sync")] * 3]
    assert stage.state.history(next(iter(stage.state)).id)[-1].who == "Dana"


def slow(stage: ImportStage) -> None:
    """Each record takes a second."""
    save = stage.state.save

    def slowly(*step: object, **more: object) -> None:
        stage.clock.move(1)
        save(*step, **more)  # type: ignore[arg-type]

    stage.state.save = slowly  # type: ignore[method-assign]


def test_a_step_stops_at_its_deadline_and_the_next_goes_on(stage: ImportStage) -> None:
    slow(stage)
    run = request_links(stage.world, DANA, "vendors")
    steps = 1
    while stage.step(run, seconds=100)["more"]:
        steps += 1
    assert steps == 3
    assert stage.ended(run).counts == {"linked": MANY}


def test_what_cannot_be_linked_is_tried_once_in_however_many_steps_and_stays_staged(stage: ImportStage) -> None:
    slow(stage)
    gone = stage.item(next(iter(stage.state)).id)
    stage.procore.lists[VENDORS] = [row for row in stage.procore.held(VENDORS) if str(row["id"]) != gone.staged[SUGGESTED]]
    run = request_links(stage.world, DANA, "vendors")
    while stage.step(run, seconds=100)["more"]:
        pass
    assert stage.ended(run).counts == {"linked": MANY - 1, "refused": 1}
    assert [item.id for item in stage.state if item.state is State.STAGED] == [gone.id]


def test_who_may_not_decide_starts_nothing(stage: ImportStage) -> None:
    with pytest.raises(ConnectorError) as refused:
        request_links(stage.world, MARCO, "vendors")
    assert refused.value.code is Code.NOT_ALLOWED
    assert request_links(stage.world, DANA, "vendors").id == request_links(stage.world, DANA, "vendors").id
