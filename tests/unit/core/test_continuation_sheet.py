from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.continuation_sheet import Part, SheetDetail, SheetItem, billed

CENTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)
NUMBERS = ("work", "moved", "stored", "stored_before", "retained", "retained_moved", "released", "materials_retained")


def item(**numbers: str) -> SheetItem:
    return SheetItem.model_validate({"procore_id": "7", "item_type": "contract_item", **numbers})


def detail(before: str, item_type: str = "contract_item") -> SheetDetail:
    return SheetDetail(procore_id="7", item_type=item_type, materials_retained_before=Decimal(before))


def parts(one: SheetItem, *details: SheetDetail, apart: bool = False) -> list[Part]:
    return [part for _, part in billed([one], details, stored_apart=apart)]


@pytest.mark.parametrize(
    ("numbers", "before", "amount", "retained"),
    [
        ({"work": "100.00", "retained": "10.00"}, "0.00", "100.00", "10.00"),
        ({"stored": "40.00", "stored_before": "15.00", "materials_retained": "4.00"}, "1.50", "25.00", "2.50"),
        ({"work": "40.00", "stored_before": "40.00", "retained": "4.00"}, "1.50", "0.00", "2.50"),
        ({"moved": "40.00", "stored_before": "30.00", "retained_moved": "2.00"}, "1.50", "10.00", "0.50"),
        ({"released": "20.00", "materials_retained": "1.50"}, "1.50", "0.00", "-20.00"),
        ({"work": "-5.00", "retained": "-0.50"}, "0.00", "-5.00", "-0.50"),
    ],
    ids=["work", "stored", "used up", "moved by Procore", "released", "taken back"],
)
def test_an_item_bills_work_and_the_change_in_stored_materials(numbers: dict[str, str], before: str, amount: str, retained: str) -> None:
    (whole,) = parts(item(**numbers), detail(before))
    assert (whole.amount, whole.retained) == (Decimal(amount), Decimal(retained))


@given(st.fixed_dictionaries(dict.fromkeys(NUMBERS, CENTS)), CENTS)
def test_apart_or_together_it_comes_to_the_same_cents(numbers: dict[str, Decimal], before: Decimal) -> None:
    one = item(**{name: str(number) for name, number in numbers.items()})
    due = [
        sum((part.amount - part.retained for part in parts(one, detail(str(before)), apart=apart)), Decimal(0)) for apart in (False, True)
    ]
    gross = numbers["work"] + numbers["moved"] + numbers["stored"] - numbers["stored_before"]
    retained = numbers["retained"] + numbers["retained_moved"] + numbers["materials_retained"] - before
    assert due == [gross - retained + numbers["released"]] * 2


def test_an_item_that_bills_nothing_has_no_part() -> None:
    settled = item(stored="5.00", stored_before="5.00", materials_retained="1.00", retained="2.00", released="2.00")
    assert parts(settled, detail("1.00")) == parts(settled, detail("1.00"), apart=True) == []


def test_stored_materials_apart_have_a_name_of_their_own() -> None:
    work, stored = parts(item(work="1.00", stored="2.00", quantity="3", stored_quantity="5", stored_quantity_before="1"), apart=True)
    assert (work.name, work.apart, stored.name, stored.apart) == ("contract_item:7", False, "contract_item:7:stored", True)
    assert [work.amount, work.quantity, work.stored] == [1, 3, 0]
    assert [stored.amount, stored.quantity, stored.stored] == [2, 4, 2]


def test_ids_count_per_type_of_item() -> None:
    """Items of lines and of change orders have ids of their own."""
    (whole,) = parts(item(materials_retained="4.00"), detail("1.50", "change_order_item"), detail("3.00"))
    assert whole.retained == Decimal("1.00")
