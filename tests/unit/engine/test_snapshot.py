from __future__ import annotations

from typing import Any

import pytest

from connector.engine import snapshot
from connector.engine.prepare import prepare
from connector.engine.world import Source
from tests.unit.engine.rooms import WIDGETS
from tests.unit.engine.stage import ITEM, Stage


@pytest.mark.parametrize("edit", [{}, {"line_items": []}, {"maker": None, "print_as": "", "address": {"city": "Marlow <&> \N{SNOWMAN}"}}])
def test_what_was_about_to_leave_comes_back_to_the_letter(edit: dict[str, Any]) -> None:
    stage = Stage().linked_maker()
    stage.edit(**edit)
    stage.sent()
    stage.approve()
    item = stage.item()
    now = prepare(stage.world, WIDGETS, Source(procore_id="7", project_id="77", kind="Big"), {}, ask=False)
    snapshot.keep(stage.world, item, now)
    stage.desk.records.clear()
    back = snapshot.restore(stage.world, item)
    assert back.record == now.record
    assert back.functions("1") == now.functions("1")
    assert (back.source, back.fingerprint, back.summary) == (now.source, item.fingerprint, now.summary)


def test_a_snapshot_is_kept_for_each_approved_content() -> None:
    stage = Stage().approved()
    stage.export()
    assert f"snapshots/{ITEM}/{stage.item().approvals[-1].fingerprint}.json" in stage.payloads


def test_the_record_as_it_was_read_is_kept_beside_it_without_what_this_connector_does_not_read() -> None:
    stage = Stage()
    stage.configure(default_terms="Net 30")
    stage.approved()
    stage.edit(tax_id="12-3456789")
    stage.export()
    item = stage.item()
    text = stage.payloads.get(snapshot.name_of(item))
    assert text is not None
    assert "12-3456789" not in text
    [(same, kept)] = snapshot.as_read(stage.world, [item])
    assert same == item
    assert kept is not None
    record: Any = kept.record
    assert (record.number, record.term, record.maker.intacct) == ("W-1", None, "PC-8821")
    assert (kept.config.default_terms, kept.answers) == ("Net 30", {})


def test_of_an_item_that_was_never_approved_nothing_is_kept() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    assert [*snapshot.as_read(stage.world, [stage.item()])] == [(stage.item(), None)]


def test_the_settings_of_the_first_request_hold_for_every_later_try() -> None:
    stage = Stage()
    stage.configure(entity="100")
    stage.approved()
    stage.books.orders = ["lost before"]
    stage.export()
    stage.configure(entity="200")
    assert snapshot.restore(stage.world, stage.item()).facts.config.entity == "100"
