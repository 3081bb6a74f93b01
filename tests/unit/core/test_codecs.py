from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.codecs import (
    BOOLEAN,
    ID,
    ISO_DATE,
    JSON_BOOLEAN,
    LEGACY_DATE,
    MONEY,
    PERCENT,
    QUANTITY,
    TEXT,
    UNIT_COST,
    US_DATE,
    Codec,
    choice_of,
    is_zero,
    negated,
    tagged,
)

DATES = st.dates(date(1900, 1, 1), date(2199, 12, 31))
STATUS = choice_of("status", {"active": "yes", "inactive": "no"})
LINE = tagged("procore:sov:")


@given(st.integers(min_value=1, max_value=2**63).map(str))
def test_an_id_is_a_number_on_the_wire_and_text_here(number: str) -> None:
    assert ID.read(ID.write(number)) == number
    assert isinstance(ID.write(number), int)


@pytest.mark.parametrize("opaque", ["01J8ZQ", "abc-7", "007", "\N{ARABIC-INDIC DIGIT SEVEN}"])
def test_an_id_that_is_no_number_stays_as_it_is(opaque: str) -> None:
    assert ID.write(opaque) == opaque


@given(st.integers(min_value=-(10**15), max_value=10**15).map(lambda cents: Decimal(cents).scaleb(-2)))
def test_money_goes_and_comes_back(amount: Decimal) -> None:
    assert MONEY.read(MONEY.write(amount)) == amount
    assert negated(MONEY).read(negated(MONEY).write(amount)) == amount


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=10, allow_nan=False))
def test_quantities_and_unit_costs_keep_ten_decimals(number: Decimal) -> None:
    for codec in (QUANTITY, UNIT_COST):
        assert codec.read(codec.write(number)) == number
        assert str(codec.read(str(number))) == str(codec.read(codec.write(number)))


@pytest.mark.parametrize(("told", "written"), [("10.000", "10"), ("1E+2", "100"), ("2.50", "2.5"), ("0.0", "0")])
def test_one_quantity_has_one_spelling(told: str, written: str) -> None:
    assert QUANTITY.write(QUANTITY.read(told)) == written
    assert PERCENT.write(PERCENT.read(told)) == written


@given(DATES)
def test_a_date_goes_and_comes_back_in_each_form(day: date) -> None:
    assert ISO_DATE.read(ISO_DATE.write(day)) == day
    assert US_DATE.read(US_DATE.write(day)) == day
    parts = dict(LEGACY_DATE.write(day))
    assert (int(parts["year"]), int(parts["month"]), int(parts["day"])) == (day.year, day.month, day.day)
    assert [len(parts[name]) for name in ("year", "month", "day")] == [4, 2, 2]


@pytest.mark.parametrize(
    ("codec", "told"), [(ISO_DATE, "2026-06-01T23:59:59-08:00"), (US_DATE, "06/01/2026 23:59:59"), (LEGACY_DATE, "06/01/2026")]
)
def test_of_a_time_the_day_it_names_counts(codec: Codec, told: str) -> None:
    assert codec.read(told) == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("codec", "told"),
    [
        (ISO_DATE, "06/01/2026"),
        (ISO_DATE, "2026-06-31"),
        (ISO_DATE, "2026-06-011"),
        (US_DATE, "2026-06-01"),
        (US_DATE, "31/06/2026"),
        (US_DATE, "06/01/20266"),
        (US_DATE, "06/01/26"),
        (BOOLEAN, "yes"),
        (BOOLEAN, 1),
        (STATUS, "Active"),
        (LINE, "sov:7001"),
        (TEXT, {"a": 1}),
        (TEXT, ["a"]),
        (ID, {"id": 7}),
        (MONEY, 12.5),
        (MONEY, "12.505"),
        (QUANTITY, "0.00000000001"),
    ],
)
def test_what_cannot_be_read_is_refused_with_words(codec: Codec, told: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        codec.read(told)


@pytest.mark.parametrize(("told", "known"), [("true", True), ("FALSE", False), (True, True), (" true ", True)])
def test_booleans(told: object, *, known: bool) -> None:
    assert BOOLEAN.read(told) is known
    assert JSON_BOOLEAN.write(BOOLEAN.read(told)) is known
    assert BOOLEAN.write(known) == ("true" if known else "false")


def test_a_choice_maps_both_ways_and_names_what_it_knows() -> None:
    assert STATUS.read("inactive") == "no"
    assert STATUS.write("no") == "inactive"
    assert STATUS.words == ("yes", "no")
    with pytest.raises(ValueError, match="active, inactive"):
        STATUS.read("gone")


def test_a_tagged_id_is_told_apart_from_what_people_type() -> None:
    assert LINE.write("7001") == "procore:sov:7001"
    assert LINE.read("procore:sov:7001") == "7001"


@pytest.mark.parametrize(("amount", "zero"), [(Decimal("0.00"), True), (Decimal("-0.00"), True), (Decimal("0.01"), False), (None, False)])
def test_zero_is_not_nothing(amount: Decimal | None, *, zero: bool) -> None:
    assert is_zero(amount) is zero
