"""What a decision about many would decide, and that it decides no more than was totalled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.item import State
from connector.core.people import Person
from connector.engine.decide import Decision, decide, retry
from connector.engine.totals import MOST, Matching, Totals, decisions, of_items, of_waiting
from connector.engine.world import World
from tests.proof.watch import Place, Watch, everything, watched
from tests.unit.engine.stage import ALEX, DANA, FIRST, ITEM, MARCO, NEED, PRIYA, Stage, person, right


def many(stage: Stage, count: int, **changes: Any) -> list[str]:
    """Widgets from 100 on, sent by Marco; ``amount`` is that of the one line."""
    keys = [f"widgets:{number}" for number in range(100, 100 + count)]
    for key in keys:
        number = key.partition(":")[2]
        stage.desk.records[key] = stage.desk.records[ITEM] | {"id": int(number), "number": f"W-{number}"} | changes
        stage.sent(key)
    return keys


def waiting(stage: Stage, who: Person = DANA) -> Totals:
    return of_waiting(stage.world, who, Matching(), with_needs=True)


def taken(stage: Stage, totals: Totals, who: Person = DANA, **more: Any) -> list[tuple[str, str]]:
    """Decides what was totalled; what is said of each, or why not."""
    chosen = decisions(stage.world, who, totals.selection, more.pop("verdict", "approve"), reason=more.pop("reason", ""))
    results = decide(stage.world, who, chosen, via="app")
    return [(result.item, result.violation.code.value if result.violation else result.said) for result in results]


def test_everything_that_waits_is_counted_by_object_and_project() -> None:
    stage = Stage().guilded()
    stage.sent()
    many(stage, 2)
    totals = waiting(stage)
    assert (len(totals.selected), totals.amount, totals.more) == (5, Decimal("1800.60"), False)
    assert [(group.object, group.project_id, group.project_name, group.count, str(group.amount)) for group in totals.groups] == [
        ("guilds", "", "", 1, "900.00"),
        ("makers", "", "", 1, "0.00"),
        ("widgets", "77", "Pier 9", 3, "900.60"),
    ]
    assert (totals.second, totals.along, totals.excepted) == ((), (), {})


@pytest.mark.parametrize(
    ("matching", "found"),
    [
        (Matching(object="makers"), {NEED}),
        (Matching(project="77"), {ITEM}),
        (Matching(project="78"), set()),
        (Matching(sent_by=MARCO.login), {ITEM, NEED, FIRST}),
        (Matching(sent_by=PRIYA.login), set()),
    ],
)
def test_a_filter_says_what_is_meant(matching: Matching, found: set[str]) -> None:
    stage = Stage().guilded()
    stage.sent()
    assert set(of_waiting(stage.world, DANA, matching, with_needs=False).selected) == found


def test_what_one_may_not_see_is_not_there() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    elsewhere = person("Dana", projects=frozenset({"78"}))
    assert waiting(stage, elsewhere).selected == {}
    assert of_items(stage.world, elsewhere, {ITEM: ""}, with_needs=True).excepted[ITEM].code is Code.NOT_FOUND


def test_what_would_not_go_is_named_with_the_reason() -> None:
    stage = Stage().linked_maker()
    stage.configure(approvers=(right(DANA, objects=frozenset({"widgets"})), right(PRIYA)))
    changed, decided, own, mine = many(stage, 4)
    old = stage.item(changed).fingerprint
    stage.edit(changed, number="W-9")
    stage.sent(changed)
    stage.approve(decided)
    stage.desk.records[own] = stage.desk.records[own] | {"number": "W-8"}
    stage.sent(own, who=DANA)
    totals = of_items(stage.world, DANA, {changed: old, decided: "", own: "", mine: "", "widgets:1": ""}, with_needs=True)
    assert [*totals.selected] == [mine]
    assert {key: violation.code for key, violation in totals.excepted.items()} == {
        changed: Code.STALE_APPROVAL,
        decided: Code.NOT_WAITING,
        own: Code.SENDER_IS_APPROVER,
        "widgets:1": Code.NOT_FOUND,
    }
    assert {violation.code for violation in waiting(stage, ALEX).excepted.values()} == {Code.NOT_YOUR_APPROVAL}


def test_what_goes_first_is_totalled_along_or_named_where_it_stands_in_the_way() -> None:
    stage = Stage().guilded()
    stage.sent()
    shown = {ITEM: stage.item().fingerprint}
    along = of_items(stage.world, DANA, shown, with_needs=True)
    assert [(need["item"], need["amount"]) for need in along.along] == [(FIRST, "900.00"), (NEED, "0")]
    assert of_items(stage.world, DANA, shown, with_needs=False).along == ()
    stage.configure(approvers=(right(DANA, objects=frozenset({"widgets"})),))
    barred = of_items(stage.world, DANA, shown, with_needs=True)
    assert (barred.selected, barred.selection, barred.excepted[ITEM].code) == ({}, "", Code.NOT_YOUR_APPROVAL)
    assert taken(stage, along) == [(ITEM, Code.NOT_YOUR_APPROVAL.value)]


def test_what_needs_a_second_approver_is_said_beforehand_and_so_it_comes() -> None:
    stage = Stage().linked_maker()
    stage.configure(approvers=(right(DANA, up_to=Decimal(200)), right(PRIYA, up_to=Decimal(250))))
    small = [{"id": 7001, "amount": "150.00", "code": {"id": 1, "name": "Concrete"}}]
    (cheap,) = many(stage, 1, line_items=small)
    stage.sent()
    totals = waiting(stage)
    assert (totals.second, set(totals.selected)) == ((ITEM,), {cheap, ITEM})
    assert dict(taken(stage, totals)) == {cheap: "approved", ITEM: "approved; a second approver decides"}
    assert waiting(stage).excepted[ITEM].code is Code.NOT_WAITING, "the same person is no second one"
    second = waiting(stage, PRIYA)
    assert (second.second, [*second.selected]) == ((), [ITEM])
    assert taken(stage, second, PRIYA) == [(ITEM, "approved")]


def test_what_is_decided_is_what_was_totalled() -> None:
    stage = Stage().guilded()
    stage.sent()
    totals = of_items(stage.world, DANA, {ITEM: ""}, with_needs=True)
    stage.edit(FIRST, dues="1.00")
    stage.sent(FIRST)
    assert taken(stage, totals) == [(ITEM, Code.STALE_APPROVAL.value)]
    shown = of_items(stage.world, DANA, {ITEM: ""}, with_needs=True)
    stage.edit(number="W-2")
    stage.sent()
    assert taken(stage, shown) == [(ITEM, Code.STALE_APPROVAL.value)]
    late = many(stage, 1)
    again = of_items(stage.world, DANA, {ITEM: ""}, with_needs=True)
    assert taken(stage, again) == [(ITEM, "approved")]
    assert stage.item(late[0]).state is State.WAITING


def test_a_selection_is_for_who_asked_for_it() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    for who, selection in ((PRIYA, waiting(stage).selection), (DANA, "0" * 64)):
        with pytest.raises(ConnectorError) as no:
            decisions(stage.world, who, selection, "approve", reason="")
        assert no.value.code is Code.NOT_FOUND


def test_a_selection_may_be_rejected_as_one() -> None:
    stage = Stage().linked_maker()
    keys = many(stage, 3)
    assert taken(stage, waiting(stage), verdict="reject", reason="Wrong month.") == [(key, "rejected") for key in keys]
    assert {stage.item(key).reason for key in keys} == {"Wrong month."}


def test_a_filter_that_fits_more_than_one_decision_takes_says_so() -> None:
    stage = Stage().linked_maker()
    many(stage, MOST + 1)
    totals = waiting(stage)
    assert (len(totals.selected), totals.more) == (MOST, True)


class TestOfManyAtOnce:
    """Calls of ports: what a call over HTTP has 29 seconds for."""

    def counted(self, stage: Stage, work: Callable[[World], object]) -> Counter[str]:
        watch = Watch()
        watch.arm(Place(-1), bool, everything)
        ports = {name: watched(watch, name, getattr(stage.world, name)) for name in ("state", "cross_references", "payloads", "workflows")}
        work(replace(stage.world, **ports))
        return Counter(watch.calls)

    def test_five_hundred_decisions_read_once_and_save_once_each(self) -> None:
        stage = Stage().guilded()
        keys = many(stage, 500)
        chosen = [
            Decision(item=key, verdict="approve", fingerprint=stage.item(key).fingerprint, with_needs=True, needs=_shown(stage))
            for key in keys
        ]
        calls = self.counted(stage, lambda world: decide(world, DANA, chosen, via="app"))
        assert calls["state.save"] == 502
        assert calls["state.configuration"] == 1
        assert sum(calls.values()) - calls["state.save"] < 20

    def test_five_hundred_retries_read_once_and_save_once_each(self) -> None:
        stage = Stage().linked_maker()
        keys = many(stage, 500)
        decide(stage.world, DANA, [stage.decision(key) for key in keys], via="app")
        stage.books.orders = ["refused"] * 500
        stage.machine.play()
        calls = self.counted(stage, lambda world: retry(world, DANA, keys))
        assert calls["state.save"] == 500
        assert sum(calls.values()) - calls["state.save"] < 10

    def test_totals_read_what_fits_a_page_at_a_time(self) -> None:
        stage = Stage().guilded()
        many(stage, 498)
        calls = self.counted(stage, lambda world: of_waiting(world, DANA, Matching(), with_needs=True))
        assert calls["payloads.put"] == 1
        assert sum(calls.values()) < 20


def _shown(stage: Stage) -> dict[str, str]:
    return {key: stage.item(key).fingerprint for key in (NEED, FIRST)}
