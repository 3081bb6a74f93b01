from __future__ import annotations

from decimal import Decimal

import pytest

from connector.core.item import Item
from connector.core.marks import What
from connector.core.people import Person
from connector.core.unusual import Unusual
from connector.engine.finish import finish_wave
from connector.engine.outbox import seen
from connector.engine.unusual import MOST, REMEMBERED, look, remember
from tests.unit.engine.stage import DANA, ITEM, NEED, PRIYA, Stage, right


def said(stage: Stage, item: Item, who: Person = DANA) -> list[What]:
    return [each.what for each in seen(stage.world, stage.world.config(), item, who.login)[1]]


def test_a_plain_record_is_not_unusual() -> None:
    stage = Stage().linked_maker()
    assert said(stage, stage.sent()) == []
    assert stage.letters.unusual == []


def test_a_rejection_before_is_told_with_its_reason_and_so_is_another_amount() -> None:
    stage = Stage().linked_maker()
    stage.sent()
    stage.approve(verdict="reject", reason="Too much.")
    stage.edit(line_items=[{"id": 7001, "amount": "90.00", "code": {"id": 1, "name": "Concrete"}}])
    stage.sent()
    assert stage.letters.unusual == [
        Unusual(what=What.REJECTED, of="Too much."),
        Unusual(what=What.OTHER_AMOUNT, amount=Decimal("90.00"), usual=Decimal("300.20")),
    ]


def test_above_the_limit_is_told_to_whom_it_is_above() -> None:
    stage = Stage().linked_maker()
    stage.configure(approvers=(right(DANA, up_to="300.00"), right(PRIYA)))
    item = stage.sent()
    assert (said(stage, item), said(stage, item, PRIYA)) == ([What.ABOVE_LIMIT], [])


def test_of_a_vendor_it_needs_three_amounts_to_say_what_is_usual() -> None:
    stage = Stage().linked_maker()
    item = stage.sent().model_copy(update={"party": "Acme"})
    earlier = [item.model_copy(update={"id": f"widgets:{number}", "amount": Decimal(number)}) for number in (90, 95, 100)]
    remember(stage.world, earlier[:2])
    assert said(stage, item) == []
    remember(stage.world, earlier)
    remember(stage.world, earlier)
    assert seen(stage.world, stage.world.config(), item, DANA.login)[1] == (
        Unusual(what=What.LARGE, of="Acme", amount=item.amount, usual=Decimal(95)),
    )
    assert said(stage, item.model_copy(update={"amount": Decimal(285)})) == []
    assert said(stage, item.model_copy(update={"party": "Another"})) == []


def test_only_the_last_amounts_count() -> None:
    stage = Stage().linked_maker()
    item = stage.sent().model_copy(update={"party": "Acme"})
    for number in range(REMEMBERED + 30):
        remember(stage.world, [item.model_copy(update={"id": f"w:{number}", "amount": Decimal(1 if number < 30 else 1000)})])
    assert said(stage, item) == []


def test_what_a_run_brought_to_intacct_is_remembered() -> None:
    stage = Stage().approved()
    stage.state._items[ITEM] = stage.item().model_copy(update={"party": "Acme"})  # noqa: SLF001 -- widgets have no party
    stage.export()
    run = next(iter(stage.workflows.started)).rpartition("-w")[0]
    finish_wave(stage.world, run, 1, [{"item": ITEM, "result": "done"}])
    assert stage.state.watermarks(["usual:widgets:Acme"]) == {"usual:widgets:Acme": '{"widgets:7": "300.20"}'}


@pytest.mark.parametrize(
    ("preview", "expected"),
    [
        ({"effects": [{"label": "Left", "before": "18500", "after": "-6500"}]}, [What.BELOW_ZERO]),
        ({"effects": [{"label": "Left", "before": "-1", "after": "-2"}]}, []),
        ({"needs": [{"item": "vendors:1", "name": "Acme"}]}, [What.NEW_VENDOR]),
        ({"needs": [{"item": "projects:1", "name": "Pier 9"}]}, []),
    ],
)
def test_the_preview_says_it(preview: dict[str, object], expected: list[What]) -> None:
    stage = Stage().linked_maker()
    found = look(stage.world, stage.sent(), preview, DANA.login, history=())
    assert [each.what for each in found] == expected


def test_at_most_three_are_told_the_weightiest_first() -> None:
    stage = Stage().linked_maker()
    stage.configure(approvers=(right(DANA, up_to="1.00"),))
    stage.sent()
    stage.approve(verdict="reject", reason="Too much.")
    item = stage.sent().model_copy(update={"amount": Decimal(-50)})
    preview = {"effects": [{"label": "Left", "before": "1", "after": "-2"}], "needs": [{"item": "vendors:1", "name": "Acme"}]}
    found = look(stage.world, item, preview, DANA.login, history=stage.state.history(ITEM))
    assert len(found) == MOST
    assert [each.what for each in found] == [What.NEGATIVE, What.BELOW_ZERO, What.REJECTED]


def test_it_asks_nothing_of_the_other_systems() -> None:
    stage = Stage()
    item = stage.sent()
    stage.desk.records.clear()
    stage.books.before_read = lambda: pytest.fail("Intacct was asked")
    assert said(stage, item) == []
    assert stage.item(NEED).state is not None


def test_what_is_unusual_for_everybody_is_kept_with_the_item_and_again_with_new_values() -> None:
    stage = Stage().linked_maker()
    stage.configure(approvers=(right(DANA, up_to="300.00"), right(PRIYA)))
    assert stage.sent().marks == ()
    stage.approve(verdict="reject", reason="Too much.")
    stage.edit(line_items=[{"id": 7001, "amount": "90.00", "code": {"id": 1, "name": "Concrete"}}])
    assert stage.sent().marks == (What.REJECTED, What.OTHER_AMOUNT)
