"""A change of the settings tried on last month's records: what is counted, what is listed, what is left out. Nothing is asked for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector.core.configuration import Configuration
from connector.core.errors import Code, Violation
from connector.core.item import State, step
from connector.core.spec import Facts
from connector.core.trial import PART, Row, Trial
from connector.engine import snapshot, trial
from connector.engine.trial import concerns, rows_of, try_out
from tests.unit.core.shapes import Widget, part, widget
from tests.unit.engine.books import Books
from tests.unit.engine.rooms import ROOMS, WIDGETS
from tests.unit.engine.stage import ALEX, DANA, PRIYA, WIDGET, Stage, right


def exported(stage: Stage | None = None, number: int = 7, **edit: Any) -> Stage:
    """A widget in Intacct, from which on neither system answers."""
    stage = stage or Stage().linked_maker()
    key = f"widgets:{number}"
    lines = [{**line, "id": 1000 * number + place} for place, line in enumerate(WIDGET["line_items"])]
    stage.desk.records[key] = {**WIDGET, "id": number, "number": f"W-{number}", "line_items": lines, **edit}
    stage.sent(key)
    assert stage.approve(key).said == "approved"
    stage.export(key)
    assert stage.item(key).state is State.SYNCED
    return stage


def tried(stage: Stage, *, first: int = 0, **changes: Any) -> Trial:
    stage.desk.records.clear()
    stage.desk.faults = [AssertionError("Procore was asked")] * 3
    before = stage.world.config()
    return try_out(stage.world, before, Configuration.model_validate(before.model_dump() | changes), first=first)


def test_what_would_change_is_said_field_by_field_and_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = exported()
    for name in ("read", "write"):
        monkeypatch.setattr(Books, name, lambda *_, **__: pytest.fail("Intacct was asked"))
    before = {item.id: item.version for item in stage.state}
    found = tried(stage, default_terms="Net 45")
    assert (found.tried, found.changed, found.refused, found.decided, found.cannot, found.more) == (1, 1, 0, 0, 0, False)
    [changed] = found.part
    assert (changed.item.number, changed.item.party, changed.item.amount) == ("W-7", "Acme", Decimal("300.20"))
    assert changed.rows == (Row("Term", "none", "Net 45"),)
    assert {item.id: item.version for item in stage.state} == before


def test_before_is_what_would_go_now_not_what_went_then() -> None:
    stage = exported()
    stage.configure(default_terms="Net 10")
    assert [each.rows for each in tried(stage, default_terms="Net 45").part] == [(Row("Term", "Net 10", "Net 45"),)]
    assert tried(stage, default_terms="Net 10").changed == 0


def test_another_place_in_intacct_is_a_change_too() -> None:
    assert tried(exported(), entity="WEST").part[0].rows == (Row("Entity", "top level", "WEST"),)


def test_a_change_that_touches_no_record_changes_none() -> None:
    found = tried(exported(), items={"S": "STEEL"})
    assert (found.tried, found.changed, found.part) == (1, 0, ())


def no_terms(widget: Widget, facts: Facts) -> Iterator[Violation]:
    if widget.term == "Net 99":
        yield Violation(code=Code.TERMS_UNKNOWN, field="term", message=f"{widget.number} has Net 99.")
    if widget.term == "asks" and not facts.known.get("terms", frozenset()):
        yield Violation(code=Code.TERMS_UNKNOWN, field="term", message="It could not be asked.")


def strict(stage: Stage) -> Stage:
    """From here on widgets with some terms do not go."""
    export = WIDGETS.export
    assert export is not None
    widgets = replace(WIDGETS, export=replace(export, rules=(*export.rules, no_terms)))
    stage.world = replace(stage.world, rooms={**ROOMS, "widgets": widgets})
    return stage


class TestRefusals:
    def test_what_a_rule_would_refuse_comes_first_with_the_rules_words(self) -> None:
        stage = exported(exported(), 8)
        found = tried(strict(stage), default_terms="Net 99")
        assert (found.changed, found.refused) == (2, 2)
        assert [each.message for each in found.part[0].refused] == ["W-7 has Net 99."]

    def test_what_would_be_refused_no_more_is_a_change(self) -> None:
        stage = exported()
        stage.configure(default_terms="Net 99")
        found = tried(strict(stage), default_terms="")
        assert (found.changed, found.refused) == (1, 0)
        assert [each.message for each in found.part[0].let_go] == ["W-7 has Net 99."]

    def test_a_rule_that_would_have_to_ask_is_not_judged(self) -> None:
        found = tried(strict(exported()), default_terms="asks")
        assert (found.changed, found.refused, found.cannot) == (1, 0, 0)


class TestWhoDecides:
    def test_records_that_others_would_decide_are_named(self) -> None:
        stage = exported(exported(), 8, line_items=[])
        found = tried(stage, approvers=[right(DANA, up_to=Decimal(100)).model_dump(), right(PRIYA).model_dump()])
        assert (found.tried, found.changed, found.decided, found.cannot) == (2, 1, 1, 0)
        assert found.part[0].decide is not None
        then, now = found.part[0].decide
        assert (then.alone, now.alone, now.first) == ((DANA.login, PRIYA.login), (PRIYA.login,), (DANA.login,))

    def test_no_record_is_opened_for_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stage = exported()
        monkeypatch.setattr(stage.payloads, "get_many", lambda _: pytest.fail("a record was opened"))
        assert tried(stage, approvers=[right(ALEX).model_dump()]).decided == 1


class TestWhichRecords:
    def test_what_went_earlier_is_left_out(self) -> None:
        stage = exported()
        stage.clock.move(32 * 24 * 3600)
        assert tried(stage, default_terms="Net 45").tried == 0

    def test_what_was_linked_as_it_stood_went_nowhere(self) -> None:
        stage = exported()
        item = stage.item()
        stage.state.save(*step(item, "as if it had been linked", who="the test", at=stage.clock.now(), intent=None))
        assert tried(stage, default_terms="Net 45").tried == 0

    def test_what_has_come_to_differ_or_is_not_written_back_counts(self) -> None:
        stage = exported(exported(), 8)
        stage.state.save(*step(stage.item("widgets:8"), "x", who="the test", at=stage.clock.now(), written_back=False))
        assert tried(stage, default_terms="Net 45").changed == 2

    def test_a_record_of_which_only_what_was_sent_was_kept_cannot_be_tried(self) -> None:
        stage = exported(exported(), 8)
        name = snapshot.name_of(stage.item())
        held = json.loads(stage.payloads.get(name) or "")
        stage.payloads.put(name, json.dumps({part: held[part] for part in ("record", "bodies", "config")}))
        found = tried(stage, default_terms="Net 45")
        assert (found.tried, found.changed, found.cannot) == (2, 1, 1)

    def test_the_list_comes_in_parts_and_the_whole_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stage = Stage().linked_maker()
        for number in range(10, 15):
            exported(stage, number)
            stage.clock.move(1)
        monkeypatch.setattr(trial, "PART", 2)
        monkeypatch.setattr(trial, "MOST", 4)
        found = tried(stage, default_terms="Net 45", first=2)
        assert (found.tried, found.more, found.changed, found.first) == (4, True, 4, 2)
        assert [each.item.number for each in found.part] == ["W-12", "W-13"]
        assert PART == 50


@pytest.mark.parametrize(
    ("changes", "can"),
    [({"due_days": 9}, True), ({"accounting_flag_approves": False}, True), ({"digest_hour": 9}, False), ({"ledger_months": 3}, False)],
)
def test_only_a_change_of_what_is_sent_or_who_decides_can_be_tried(changes: dict[str, Any], *, can: bool) -> None:
    assert concerns(Configuration(), Configuration.model_validate(changes)) is can


def test_lines_of_which_the_same_is_true_are_one_row() -> None:
    one, two = part(1, amount=Decimal(5)), part(2, amount=Decimal(5))
    dearer = [each.model_copy(update={"amount": Decimal(7)}) for each in (one, two)]
    both = widget(parts=(one, two))
    assert rows_of(both, widget(parts=tuple(dearer))) == [Row("Amount", "5", "7", (1, 2))]
    assert rows_of(both, widget(parts=(one,))) == [Row("", "there", "none", (2,))]
    assert rows_of(widget(parts=(one,)), both) == [Row("", "none", "a line more (7002)")]
