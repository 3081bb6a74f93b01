from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.money import decimal, exact, plain, shares, total

CENTS = st.integers(min_value=-(10**16), max_value=10**16).map(lambda cents: Decimal(cents).scaleb(-2))


@given(CENTS.filter(lambda amount: abs(amount) < Decimal("1e14")))
def test_an_amount_survives_the_wire_to_the_cent(amount: Decimal) -> None:
    back = exact(plain(amount), 2)
    assert back == amount
    assert back.as_tuple().exponent == -2


@given(st.lists(CENTS, max_size=50))
def test_a_total_is_exact(amounts: list[Decimal]) -> None:
    assert int(total(amounts).scaleb(2)) == sum(int(amount.scaleb(2)) for amount in amounts)


def test_the_total_of_nothing_has_cents() -> None:
    assert str(total([])) == "0.00"


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        True,
        None,
        [],
        "",
        "  ",
        "abc",
        "1,250.00",
        "1_000",
        "12 50",
        "$5",
        "1e99999",
        "NaN",
        "-inf",
        "0x10",
        "١٢",
        Decimal("NaN"),
        b"1",
    ],
)
def test_what_is_no_number_in_exact_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="number"):
        decimal(value)


@pytest.mark.parametrize(
    ("value", "number"), [(" 12.50 ", "12.50"), ("-0.01", "-0.01"), ("+7", "7"), (3, "3"), (".5", "0.5"), ("1E3", "1000")]
)
def test_numbers_in_exact_form_are_taken(value: object, number: str) -> None:
    assert decimal(value) == Decimal(number)


@pytest.mark.parametrize("value", ["0.001", "1.005", "1000000000000000", "1e15", "-1e400", "0.0000000000000000000000000000000000000001"])
def test_more_than_cents_is_refused_not_rounded(value: str) -> None:
    with pytest.raises(ValueError, match="does not fit 2 decimals"):
        exact(value, 2)


@pytest.mark.parametrize(("value", "text"), [("1.10", "1.10"), ("1.1", "1.10"), ("1.100", "1.10"), ("1E+3", "1000.00"), (5, "5.00")])
def test_cents_are_always_written(value: object, text: str) -> None:
    assert plain(exact(value, 2)) == text


@pytest.mark.parametrize(("number", "text"), [("-0.00", "0.00"), ("1E+3", "1000"), ("-5.50", "-5.50"), ("0", "0")])
def test_plain_has_no_exponent_and_no_negative_zero(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


WEIGHTS = st.lists(st.integers(min_value=1, max_value=10**12).map(lambda cents: Decimal(cents).scaleb(-2)), min_size=1, max_size=30)


@given(WEIGHTS, st.data())
def test_shares_add_up_and_are_no_more_than_their_weights(weights: list[Decimal], data: st.DataObject) -> None:
    amount = Decimal(data.draw(st.integers(min_value=0, max_value=int(total(weights) * 100)))).scaleb(-2)
    parts = shares(amount, weights)
    assert total(parts) == amount
    whole = total(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert 0 <= part <= weight
        assert abs(part * whole - amount * weight) < Decimal("0.01") * whole, "less than a cent from its exact part"


@pytest.mark.parametrize(
    ("amount", "weights", "expected"),
    [
        ("100.00", ["900.00"] * 3, ["33.34", "33.33", "33.33"]),
        ("0.02", ["1.00"] * 3, ["0.01", "0.01", "0.00"]),
        ("0.01", ["0.01", "99.99"], ["0.00", "0.01"]),
        ("10.00", ["3.00", "7.00"], ["3.00", "7.00"]),
    ],
)
def test_the_cents_that_are_left_go_to_those_that_lost_most(amount: str, weights: list[str], expected: list[str]) -> None:
    assert [str(part) for part in shares(Decimal(amount), [Decimal(weight) for weight in weights])] == expected


def test_only_whole_cents_are_divided() -> None:
    with pytest.raises(ValueError, match="2 decimals"):
        shares(Decimal("0.001"), [Decimal(1)])
