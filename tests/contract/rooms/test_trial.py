"""A trial of settings, over every room: what it says of a record that was kept is what would have been sent of it."""

from __future__ import annotations

from typing import Any, Final

import pytest

from connector.core.configuration import Configuration
from connector.core.item import Approval, Intent, Item, State, step
from connector.engine import snapshot
from connector.engine.prepare import Prepared, prepare
from connector.engine.trial import MAPS, try_out
from connector.engine.world import World
from tests.contract.rooms.stage import EXPORTED, Case, cases, world_of

CASES = [case for name in EXPORTED for case in cases(name)]
OTHERS: Final[dict[str, Any]] = {
    "entity": "WEST",
    "location": "ELSEWHERE",
    "location_by_project": {"24107": "PIER"},
    "department": "FIELD",
    "items": {"S": "OTHER", "M": "OTHER", "L": "OTHER"},
    "default_item": "OTHER",
    "unit": "LS",
    "definitions": {"subcontract": "SC", "purchase_order": "PO", "subcontract_change_order": "SCO", "subcontract_invoice": "SI"},
    "change_order_amounts": "new value",
    "stored_materials": "own line",
    "retainage_releases": "refused",
    "revision_type": "forecast",
    "prime_change_orders": "contract and estimate",
    "change_request_status": "Another",
    "contract_line_account": "4999",
    "contract_line_item": "OTHER",
    "payment_bank": "OTHER",
    "payment_method": "Printed Check",
    "payment_currency": "CAD",
    "funded": ["never"],
    "estimate_type": "Other",
    "reverse_conversions": True,
    "default_terms": "Net 7",
    "due_days": 3,
    "project_category": "Internal",
    "attachments": {"files": "left in Procore"},
    "vendor_ids": "by Intacct",
}


class Watched(Configuration):
    """Settings that know which of them were looked at."""

    def __getattribute__(self, name: str) -> Any:
        if name in Configuration.model_fields:
            LOOKED_AT.add(name)
        return super().__getattribute__(name)


LOOKED_AT: Final = set[str]()


def prepared_under(world: World, case: Case, config: Configuration) -> Prepared:
    return prepare(world, case.room, case.source, case.said.get("choices", {}), ask=True, config=config)


def kept(world: World, case: Case) -> Prepared:
    """The record of the case as it was exported under its own settings."""
    prepared = prepared_under(world, case, world.config())
    assert prepared.record is not None
    now, source = world.clock.now(), prepared.source
    approval = Approval(fingerprint=prepared.fingerprint, by="dana", by_name="Dana", at=now, via="app")
    item = Item(
        id=f"{case.object}:{source.procore_id}",
        company=world.company,
        object=case.object,
        kind=source.kind,
        procore_id=source.procore_id,
        project_id=source.project_id,
        state=State.SYNCED,
        since=now,
        written_back=True,
        approvals=(approval,),
        intent=Intent(controlid="c", attempt=1, at=now),
    )
    world.state.save(*step(item, "made", who="the test", at=now))
    snapshot.keep(world, item, prepared)
    return prepared


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.object}-{case.name}")
def test_what_would_change_is_what_would_have_been_sent_otherwise(case: Case) -> None:
    world = world_of(case)
    then, before = kept(world, case), world.config()
    for name, value in OTHERS.items():
        after = Configuration.model_validate(before.model_dump() | {name: value})
        now = prepared_under(world, case, after)
        trial = try_out(world, before, after)
        if trial.cannot:  # the other settings would have asked Intacct for something else
            assert name in {"prime_change_orders", "definitions", "change_order_amounts"}, name
            continue
        changed = trial.part[0] if trial.part else None
        rows = changed.rows if changed else ()
        assert bool(rows) is (then.bodies != now.bodies or (name == "entity" and before != after)), name
        refused = {(each.code, each.field) for each in changed.refused} if changed else set()
        assert refused <= {(each.code, each.field) for each in now.violations}, name


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.object}-{case.name}")
def test_every_setting_that_an_export_looks_at_can_be_tried(case: Case) -> None:
    world = world_of(case)
    watched = Watched.model_validate(world.config().model_dump())
    LOOKED_AT.clear()
    prepared_under(world, case, watched)
    # Which of Procore's two tools is read is known before there is a record.
    assert LOOKED_AT - {"budget_feature"} <= MAPS


def test_every_setting_that_can_be_tried_is_tried_here() -> None:
    assert MAPS - {"prime_change_orders_by_project"} == set(OTHERS)
