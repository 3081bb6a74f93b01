"""What goes first, and what that needs: shown as a chain, approved as a chain, gone in order, and never lost."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from connector.core.errors import Code
from connector.core.item import State
from connector.engine.decide import Decided, decide, retry
from connector.engine.needs import as_of_now
from connector.engine.submit import look
from connector.engine.world import Source
from tests.unit.engine.stage import DANA, FIRST, ITEM, MARCO, NEED, PRIYA, Stage, right
from tests.unit.engine.test_decide import meanwhile, no


def heads(stage: Stage) -> list[tuple[str, str]]:
    """What goes before the widget, as a look shows it now."""
    shown = look(stage.world, DANA, "widgets", Source(procore_id="7", project_id="77"), {})
    return [(head["item"], head["state"]) for head in shown["needs"]]


def shown_now(stage: Stage) -> list[dict[str, Any]]:
    item = stage.item()
    kept = json.loads(stage.payloads.get(f"previews/{ITEM}/{item.fingerprint}.json") or "")
    return list(as_of_now(stage.world, item, kept)["needs"])


def waves(stage: Stage, result: Decided) -> tuple[tuple[str, ...], ...]:
    run = stage.state.get_run(result.run)
    assert run is not None
    return run.waves


def test_what_a_need_needs_is_shown_and_sent_before_it() -> None:
    stage = Stage().guilded()
    assert heads(stage) == [(FIRST, "draft"), (NEED, "draft")]
    sent = stage.send()
    assert sent.preview is not None
    assert [(head["item"], head["state"], head["needs"]) for head in sent.preview["needs"]] == [
        (FIRST, "waiting", []),
        (NEED, "waiting", [FIRST]),
    ]
    assert [stage.item(key).pending for key in (ITEM, NEED, FIRST)] == [(NEED,), (FIRST,), ()]
    assert [stage.state.history(key)[0].detail["needed by"] for key in (NEED, FIRST)] == [ITEM, ITEM]
    assert heads(stage) == [(FIRST, "waiting"), (NEED, "waiting")]


def test_each_is_prepared_once_and_what_waits_is_not_read_again() -> None:
    stage = Stage().guilded()
    stage.sent()
    stage.desk.records["widgets:8"] = stage.desk.records[ITEM] | {"id": 8, "number": "W-8"}
    before = [stage.item(NEED), stage.item(FIRST)]
    del stage.desk.records[NEED], stage.desk.records[FIRST]
    assert stage.sent("widgets:8", who=PRIYA).pending == (NEED,)
    assert [stage.item(NEED), stage.item(FIRST)] == before


def test_a_broken_rule_anywhere_in_the_chain_names_its_record() -> None:
    stage = Stage().guilded()
    stage.edit(FIRST, name=None)
    (violation,) = stage.send().violations
    assert (violation.code, violation.field) == (Code.VALUE_MISSING, "guilds.name")
    assert violation.message.startswith("Guild")
    assert len(stage.state) == 0


def test_a_need_that_procore_does_not_show_is_a_broken_rule_of_its_own() -> None:
    stage = Stage().guilded()
    del stage.desk.records[FIRST]
    (violation,) = stage.send().violations
    assert (violation.code, violation.message) == (Code.NOT_FOUND, "Guild 5, which goes first: Procore has no guilds:5.")


def test_a_circle_ends_where_it_begins() -> None:
    stage = Stage().guilded()
    stage.edit(FIRST, warden={"id": 8821})
    assert heads(stage) == [(FIRST, "draft"), (NEED, "draft")]
    stage.sent()
    result = stage.approve(with_needs=True)
    assert result.violation is None
    stage.machine.play()
    assert [(stage.item(key).state, stage.item(key).waits_for) for key in (ITEM, NEED, FIRST)] == [
        (State.BLOCKED, NEED),
        (State.BLOCKED, FIRST),
        (State.BLOCKED, NEED),
    ]


def test_approving_with_needs_approves_the_chain_and_sends_it_in_order() -> None:
    stage = Stage().guilded()
    stage.sent()
    result = stage.approve(with_needs=True)
    assert [(need.item, need.said) for need in result.needs] == [(FIRST, "approved"), (NEED, "approved")]
    assert waves(stage, result) == ((FIRST,), (NEED,), (ITEM,))
    stage.machine.play()
    assert [stage.item(key).state for key in (ITEM, NEED, FIRST)] == [State.SYNCED] * 3


def test_a_need_outside_ones_rights_stops_all_before_any_is_approved() -> None:
    stage = Stage().guilded()
    stage.configure(approvers=(right(DANA, objects=frozenset({"widgets", "makers"})),))
    stage.sent()
    result = stage.approve(with_needs=True)
    assert no(result) is Code.NOT_YOUR_APPROVAL
    assert result.violation is not None
    assert result.violation.message.startswith(f"{FIRST}, which goes first: ")
    assert {stage.item(key).state for key in (ITEM, NEED, FIRST)} == {State.WAITING}
    assert result.needs == ()


def test_a_need_above_ones_limit_waits_for_a_second_approver_and_the_rest_for_it() -> None:
    stage = Stage().guilded()
    stage.configure(approvers=(right(DANA, up_to=Decimal(500)), right(PRIYA)))
    stage.sent()
    result = stage.approve(with_needs=True)
    assert result.said == f"approved; waits for {NEED}"
    assert [(need.item, need.said) for need in result.needs] == [
        (FIRST, "approved; a second approver decides"),
        (NEED, f"approved; waits for {FIRST}"),
    ]
    assert len(stage.workflows) == 0
    assert stage.approve(FIRST, who=PRIYA).said == "approved"
    stage.machine.play()
    assert [stage.item(key).state for key in (ITEM, NEED, FIRST)] == [State.SYNCED] * 3


def test_a_need_that_changed_since_it_was_shown_stops_all() -> None:
    stage = Stage().guilded()
    stage.sent()
    shown = {head["item"]: head["fingerprint"] for head in shown_now(stage)}
    stage.edit(FIRST, dues="901.00")
    stage.sent(FIRST)
    for needs in (shown, {}):
        result = stage.approve(with_needs=True, needs=needs)
        assert no(result) is Code.STALE_APPROVAL
        assert {stage.item(key).state for key in (ITEM, NEED, FIRST)} == {State.WAITING}
    now = {head["item"]: head["fingerprint"] for head in shown_now(stage)}
    assert now != shown
    assert stage.approve(with_needs=True, needs=now).said == "approved"


def test_a_need_that_was_not_shown_is_not_approved() -> None:
    stage = Stage().guilded()
    stage.sent()
    shown = {NEED: stage.item(NEED).fingerprint}
    assert no(stage.approve(with_needs=True, needs=shown)) is Code.STALE_APPROVAL
    assert stage.item(NEED).state is State.WAITING


def test_what_arrived_meanwhile_is_gone_from_the_chain() -> None:
    stage = Stage().guilded()
    stage.sent()
    stage.approve(FIRST)
    stage.machine.play()
    assert [(head["item"], head["state"]) for head in shown_now(stage)] == [(NEED, "waiting")]


def test_a_need_that_another_rejects_at_that_moment_is_told_with_what_was_approved_before() -> None:
    stage = Stage().guilded()
    stage.sent()
    save, saves = stage.state.save, []

    def rejected_behind_the_first(*given: Any, **named: Any) -> None:
        save(*given, **named)
        saves.append(1)
        if len(saves) == 1:
            assert stage.approve(NEED, who=PRIYA, verdict="reject", reason="Not them.").said == "rejected"

    stage.state.save = rejected_behind_the_first  # type: ignore[method-assign]
    result = stage.approve(with_needs=True)
    assert no(result) is Code.NOT_WAITING
    assert result.violation is not None
    assert result.violation.message.endswith(f"{FIRST} was approved before that.")
    assert [need.item for need in result.needs] == [FIRST]
    assert [stage.item(key).state for key in (ITEM, NEED, FIRST)] == [State.WAITING, State.REJECTED, State.APPROVED]
    assert [*stage.workflows.started.values()] == [(FIRST,)]


def test_a_rejected_need_leaves_what_waits_and_lets_it_go_when_it_comes_after_all() -> None:
    stage = Stage().guilded()
    stage.sent()
    stage.approve(FIRST, verdict="reject", reason="Not yet.")
    assert no(stage.approve(with_needs=True)) is Code.NOT_WAITING
    assert stage.approve(NEED).said == f"approved; waits for {FIRST}"
    assert stage.approve().said == f"approved; waits for {NEED}"
    assert [(item.id, item.waits_for) for item in stage.state.on_shelf("blocked").rows] == [(NEED, FIRST), (ITEM, NEED)]
    stage.sent(FIRST)
    stage.approve(FIRST)
    stage.machine.play()
    assert [stage.item(key).state for key in (ITEM, NEED, FIRST)] == [State.SYNCED] * 3


def test_a_failed_need_blocks_the_chain_link_by_link_and_its_retry_lets_all_of_it_go() -> None:
    stage = Stage().guilded()
    stage.sent()
    stage.approve(with_needs=True)
    stage.books.orders = ["refused"]
    stage.machine.play()
    assert [(stage.item(key).state, stage.item(key).waits_for) for key in (FIRST, NEED, ITEM)] == [
        (State.FAILED, ""),
        (State.BLOCKED, FIRST),
        (State.BLOCKED, NEED),
    ]
    retry(stage.world, DANA, [FIRST])
    stage.machine.play()
    assert [stage.item(key).state for key in (ITEM, NEED, FIRST)] == [State.SYNCED] * 3


def test_decisions_about_a_chain_in_any_order_go_in_one_run() -> None:
    stage = Stage().guilded()
    stage.sent()
    decisions = [stage.decision(key) for key in (ITEM, NEED, FIRST)]
    results = decide(stage.world, DANA, decisions, via="app")
    assert [(result.item, result.said) for result in results] == [(key, "approved") for key in (ITEM, NEED, FIRST)]
    assert len({result.run for result in results}) == 1
    assert waves(stage, results[0]) == ((FIRST,), (NEED,), (ITEM,))


def test_two_who_send_at_once_put_the_need_before_the_approvers_once() -> None:
    stage = Stage().guilded()
    stage.desk.records["widgets:8"] = stage.desk.records[ITEM] | {"id": 8, "number": "W-8"}
    meanwhile(stage, lambda: stage.sent("widgets:8", who=PRIYA))
    stage.sent(who=MARCO)
    assert [entry.who for entry in stage.state.history(FIRST)] == ["Priya"]
    assert (stage.item(ITEM).pending, stage.item("widgets:8").pending) == ((NEED,), (NEED,))
