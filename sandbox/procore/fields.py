"""The kinds of value an attribute can have: how each is read from a request and written into an answer.

Amounts are Decimals inside and text outside (v1 answers ``"250.0"``, subcontractor invoices ``"250.00"``); a few
operations answer numbers (budget line items, tax codes), and have kinds of their own for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

CENT = Decimal("0.01")
_TOO_LARGE = Decimal(10) ** 15
_TRUE = {True, "true", "1"}
_FALSE = {False, "false", "0"}


class AttributeValueError(ValueError):
    """A value that an attribute cannot have; the message is what the answer says after the attribute's name."""


@dataclass(frozen=True)
class Kind:
    """``parse`` raises :class:`AttributeValueError`; it never sees None."""

    parse: Callable[[Any], Any]
    render: Callable[[Any], Any] = lambda value: value


@dataclass(frozen=True)
class Field:
    """One attribute. ``refers_to`` names the table that must hold the id."""

    name: str
    kind: Kind
    default: Any = None
    writable: bool = True
    required: bool = False
    refers_to: str | None = None


Fields = dict[str, Field]


def group(kind: Kind, names: str, **options: Any) -> tuple[Field, ...]:
    """Attributes of one kind, named in one string."""
    return tuple(Field(name, kind, **options) for name in names.split())


def fields(*groups: tuple[Field, ...]) -> Fields:
    return {field.name: field for each in groups for field in each}


def plain(number: Decimal) -> str:
    """``250`` as ``"250.0"``: as many decimals as needed, at least one."""
    text = f"{number:f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def cents(number: Decimal) -> str:
    """``250`` as ``"250.00"``."""
    return f"{number.quantize(CENT, ROUND_HALF_UP):f}"


def stamp(moment: datetime) -> str:
    """UTC, to the second: ``2016-07-25T11:24:26Z``."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def decimal_of(value: Any) -> Decimal:
    """A number or its text.

    Raises:
        AttributeValueError: it is neither.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise AttributeValueError("is not a number")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise AttributeValueError("is not a number") from None
    if not number.is_finite() or abs(number) >= _TOO_LARGE:
        raise AttributeValueError("is not a number")
    return number


def _text(value: Any) -> str:
    if isinstance(value, bool | list | dict):
        raise AttributeValueError("is not a string")
    return str(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,19}", str(value)):
        raise AttributeValueError("is not an integer")
    return int(value)


def _integers(value: Any) -> list[int]:
    if not isinstance(value, list):
        raise AttributeValueError("is not an array")
    return [_integer(item) for item in value]


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise AttributeValueError("is not an object")
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise AttributeValueError("is not an array of objects")
    return value


def _money(value: Any) -> Decimal:
    return decimal_of(value).quantize(CENT, ROUND_HALF_UP)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool | str | int) or value not in _TRUE | _FALSE:
        raise AttributeValueError("is not a boolean")
    return value in _TRUE


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise AttributeValueError("is not a valid date") from None


TEXT = Kind(_text)
INTEGER = Kind(_integer)
INTEGERS = Kind(_integers)
MONEY = Kind(_money, plain)
CENTS = Kind(_money, cents)
OBJECT = Kind(_object)
OBJECTS = Kind(_objects)
QUANTITY = Kind(decimal_of, plain)
NUMBER = Kind(decimal_of, float)
FLAG = Kind(_flag)
DAY = Kind(_day)
MOMENT = Kind(_text, stamp)
ANY = Kind(lambda value: value)


def choice(*values: str) -> Kind:
    """One of these texts."""

    def parse(value: Any) -> str:
        if value not in values:
            raise AttributeValueError("is not included in the list")
        return str(value)

    return Kind(parse)
