"""Money, quantities and percentages: Decimal from end to end, and text on every wire.

Every amount type of the product enters through this module.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

type Money = Decimal
"""An amount of the ledger's currency, exact to the cent."""
type Quantity = Decimal
type Percent = Decimal

CENT: Final = Decimal("0.01")
_TOO_LARGE: Final = Decimal("1e15")
UNIT_COST_PLACES: Final = 10
"""Decimals of a unit price (PROJECTCONTRACTLINEENTRY.UNITPRICE takes 10)."""

_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
"""Narrower than what Decimal takes: no underscores, no digits of other scripts."""


_UNITS: Final = tuple(Decimal(1).scaleb(-places) for places in range(UNIT_COST_PLACES + 1))


def decimal(value: object) -> Decimal:
    """The Decimal that ``value`` (text, int or Decimal; never float) stands for. Raises ValueError."""
    if type(value) is not str and (isinstance(value, (bool, float)) or not isinstance(value, (str, int, Decimal))):
        msg = f"{value!r} is not a number in exact form"
        raise ValueError(msg)
    text = str(value).strip()
    if not _NUMBER.fullmatch(text):
        msg = f"{value!r} is not a number"
        raise ValueError(msg)
    return Decimal(text)


def exact(value: object, places: int) -> Decimal:
    """``value`` with exactly ``places`` decimals; raises ValueError when it has more (nothing is rounded silently)."""
    number = decimal(value)
    fixed = number.quantize(_UNITS[places]) if abs(number) < _TOO_LARGE else None
    if fixed is None or fixed != number:
        msg = f"{value!r} does not fit {places} decimals"
        raise ValueError(msg)
    return fixed


def typed(text: str) -> Decimal:
    """An amount as a person types it into a form (``$1,250.5``), as it was typed; raises ValueError for what is no amount of money."""
    number = text.replace(",", "").replace("$", "")
    exact(number, 2)
    return decimal(number)


def to_cents(product: Decimal) -> Decimal:
    """A quantity times a price as both systems show it: half a cent goes up."""
    return product.quantize(CENT, ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """Without exponent and without a negative zero."""
    return format(number + 0 if number else abs(number), "f")


def total(amounts: list[Decimal] | tuple[Decimal, ...]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def shares(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """``amount`` divided in proportion to ``weights``, all of them whole cents and more than nothing, so that the shares add up to it.
    The cents that are left when each share is cut to cents go to those that lost most, earlier ones first. No share is more than its
    weight unless the amount is more than all of them."""
    parts = [_cents(weight) for weight in weights]
    cut = [divmod(_cents(amount) * part, sum(parts)) for part in parts]
    left = _cents(amount) - sum(cents for cents, _ in cut)
    most_lost = sorted(range(len(cut)), key=lambda place: -cut[place][1])[:left]
    return [CENT * (cents + (place in most_lost)) for place, (cents, _) in enumerate(cut)]


def _cents(amount: Decimal) -> int:
    return int(exact(amount, 2) / CENT)
