"""How a value is spelled on each wire, and back. A codec reads what the other system says and writes what it wants.

``read`` raises ValueError with words a person can use; ``write`` gets only values that ``read`` or a rule let through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from connector.core.money import UNIT_COST_PLACES, decimal, exact, plain

_PERCENT_DIGITS: Final = 20
"""Before the point and behind it: wider than any percentage, and no more than a page can show."""


@dataclass(frozen=True, slots=True)
class Codec:
    """``read`` turns the wire's form into ours, ``write`` ours into the wire's (text, an int, or a Tree for nested elements)."""

    name: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]
    words: tuple[str, ...] = ()
    """Our words, where the list is closed."""


def _text(value: object) -> str:
    if type(value) is str:  # nearly always
        return value.strip()
    if isinstance(value, (dict, list)):
        msg = "a text was expected"
        raise ValueError(msg)  # noqa: TRY004 -- codecs promise ValueError
    return str(value).strip()


def _iso_date(value: object) -> date:
    return date.fromisoformat(_text(value).partition("T")[0])


def _us_date(value: object) -> date:
    return _month_day_year(_text(value).partition(" ")[0])


@lru_cache(maxsize=1024)
def _month_day_year(text: str) -> date:
    """Rows by the thousand share the same few dates, and strptime takes longer than the rest of a row."""
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 -- a date has no zone


def _year_month_day(value: date) -> list[tuple[str, str]]:
    return [("year", f"{value:%Y}"), ("month", f"{value:%m}"), ("day", f"{value:%d}")]


def _money(value: object) -> Decimal:
    return _cents(value) if type(value) is str else exact(value, 2)


@lru_cache(maxsize=4096)
def _cents(text: str) -> Decimal:
    """An amount stands in a row more than once, and nothing is the most frequent of them."""
    return exact(text, 2)


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "false": False}.get(_text(value).lower())
    if known is None:
        msg = f"{value!r} is neither true nor false"
        raise ValueError(msg)
    return known


def _percent(value: object) -> Decimal:
    number = decimal(value).normalize() + 0
    if number and not -_PERCENT_DIGITS < number.adjusted() < _PERCENT_DIGITS:
        msg = "that is no percentage"
        raise ValueError(msg)
    return number


def _json_id(value: str) -> int | str:
    """A number only where it is written as numbers are: ``007`` is another id than 7."""
    return int(value) if value.isdecimal() and str(int(value)) == value else value


TEXT: Final = Codec("text", _text, str)
ID: Final = Codec("id", _text, _json_id)
"""Procore's v1 ids are numbers on the wire and opaque text here."""
MONEY: Final = Codec("money", _money, plain)
QUANTITY: Final = Codec("quantity", lambda value: exact(value, UNIT_COST_PLACES).normalize() + 0, plain)
UNIT_COST: Final = Codec("unit cost", lambda value: exact(value, UNIT_COST_PLACES).normalize() + 0, plain)
PERCENT: Final = Codec("percent", _percent, plain)
ISO_DATE: Final = Codec("date, yyyy-mm-dd", _iso_date, date.isoformat)
US_DATE: Final = Codec("date, mm/dd/yyyy", _us_date, lambda value: f"{value:%m/%d/%Y}")
LEGACY_DATE: Final = Codec("date in three elements", _us_date, _year_month_day)
"""Legacy functions take year, month and day apart; the read-back says mm/dd/yyyy."""
BOOLEAN: Final = Codec("true or false", _boolean, lambda value: "true" if value else "false")
JSON_BOOLEAN: Final = Codec("true or false", _boolean, bool)


def choice_of(name: str, table: Mapping[str, str]) -> Codec:
    """A closed list: ``table`` maps the wire's words to ours, one to one. An unknown word is refused."""
    back = {ours: theirs for theirs, ours in table.items()}

    def read(value: object) -> str:
        word = _text(value)
        if word not in table:
            msg = f"{word!r} is not one of {', '.join(table)}"
            raise ValueError(msg)
        return table[word]

    return Codec(name, read, lambda value: back[value], tuple(back))


def tagged(prefix: str) -> Codec:
    """An id inside a text field of the other system, told apart by a prefix: ``procore:sov:7001``."""

    def read(value: object) -> str:
        word = _text(value)
        if not word.startswith(prefix):
            msg = f"{word!r} does not start with {prefix!r}"
            raise ValueError(msg)
        return word.removeprefix(prefix)

    return Codec(f"id behind {prefix}", read, lambda value: prefix + value)


def negated(codec: Codec) -> Codec:
    """The same amount with the other sign."""
    return Codec(f"{codec.name}, sign turned", lambda value: -codec.read(value), lambda value: codec.write(-value))


def is_zero(value: Decimal | None) -> bool:
    return value is not None and value == 0
