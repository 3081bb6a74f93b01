"""Amounts, dates and times as a reader's locale writes them. A list has hundreds of each, so that what a locale says is asked once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.numbers import format_currency, format_decimal, format_percent

MINUS = "\N{MINUS SIGN}"
_CENT: Final = Decimal("0.01")
_KEPT: Final = 2_000
"""Days and minutes of a process: some hundreds of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """``currency`` is that of the books; ``zone`` that of the office."""

    locale: str = "en_US"
    currency: str = "USD"
    zone: str = "UTC"

    def money(self, amount: Decimal | str, *, signed: bool = False) -> str:
        """``$486,200.00``, ``-$4,100.00`` with a true minus; ``signed`` shows a plus too."""
        value = Decimal(amount)
        shown = _amount(abs(value), self.currency, self.locale)
        return f"{MINUS if value < 0 else '+' if signed and value > 0 else ''}{shown}"

    def number(self, count: int) -> str:
        """``12,480``."""
        return _plain_spaces(format_decimal(count, locale=self.locale))

    def share(self, part: Decimal) -> str:
        """``94%``, of 0.94."""
        return _plain_spaces(format_percent(part, locale=self.locale))

    def day(self, when: date | datetime | str) -> str:
        """``Nov 18, 2026``: never digits only, which two countries read differently."""
        value = date.fromisoformat(when) if isinstance(when, str) else when
        local = value.astimezone(ZoneInfo(self.zone)).date() if isinstance(value, datetime) else value
        return _date(local, self.locale)

    def month(self, when: date) -> str:
        """``Nov 2026``."""
        return _plain_spaces(format_skeleton("yMMM", when, locale=self.locale))

    def recent(self, when: datetime, now: datetime) -> str:
        """``8:41 AM`` of today, else the moment."""
        zone = ZoneInfo(self.zone)
        local = when.astimezone(zone)
        return _clock(local.hour, local.minute, self.locale) if local.date() == now.astimezone(zone).date() else self.moment(when)

    def moment(self, when: datetime) -> str:
        """``Nov 20, 2026, 8:41 AM EST``."""
        local = when.astimezone(ZoneInfo(self.zone))
        clock, zone = _clock(local.hour, local.minute, self.locale), _zone(_hour(local), self.zone, self.locale)
        return f"{_date(local.date(), self.locale)}, {clock} {zone}"


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a locale writes amounts of a currency, as far as it writes all of them alike: ``before`` and ``after`` stand around the
    digits."""

    before: str
    thousands: str
    point: str
    after: str

    def write(self, amount: Decimal) -> str:
        digits = f"{amount:,.2f}".replace(".", "\0").replace(",", self.thousands).replace("\0", self.point)
        return f"{self.before}{digits}{self.after}"


def _amount(amount: Decimal, currency: str, locale: str) -> str:
    writing = _writing(currency, locale)
    if writing is not None and amount == amount.quantize(_CENT):
        return writing.write(amount)
    return _by_babel(amount, currency, locale)


def _by_babel(amount: Decimal, currency: str, locale: str) -> str:
    return _plain_spaces(format_currency(amount, currency, locale=locale))


@cache
def _writing(currency: str, locale: str) -> _Writing | None:
    """As samples show it; None where they are not all written by one rule (India groups by two, Arabic has digits of its own)."""
    found = re.fullmatch(r"(\D*)1(\D?)234(?:\2)567(\D)89(\D*)", _by_babel(Decimal("1234567.89"), currency, locale))
    if found is None or not found[0].isprintable():
        return None
    writing = _Writing(found[1], found[2], found[3], found[4])
    samples = (Decimal(0), Decimal("0.05"), Decimal("12.30"), Decimal("1234.56"), Decimal("98765.40"), Decimal("1234567890.12"))
    return writing if all(writing.write(each) == _by_babel(each, currency, locale) for each in samples) else None


@lru_cache(_KEPT)
def _date(day: date, locale: str) -> str:
    return _plain_spaces(format_date(day, "medium", locale=locale))


@lru_cache(_KEPT)
def _clock(hour: int, minute: int, locale: str) -> str:
    return _plain_spaces(format_time(time(hour, minute), "short", locale=locale))


def _hour(local: datetime) -> datetime:
    """Clocks are put back and forward on the hour."""
    return local.replace(minute=0, second=0, microsecond=0)


@lru_cache(_KEPT)
def _zone(hour: datetime, zone: str, locale: str) -> str:  # noqa: ARG001 -- two zones' hours can be one moment, and equal
    return _plain_spaces(get_timezone_name(hour, width="short", locale=locale))


def _plain_spaces(text: str) -> str:
    """Locale data separate with no-break spaces, which some mail programs draw as boxes."""
    return " ".join(text.split())


def reader_locale(accept_language: str, default: str) -> str:
    """The first language of the header that we have data for."""
    return next(_known(tag for tag, _weight in sorted(_tags(accept_language), key=lambda tag: -tag[1])), default)


def _tags(header: str) -> Iterator[tuple[str, float]]:
    for part in header[:200].split(","):
        found = re.fullmatch(r"\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", part)
        if found and float(found[2] or 1) > 0:
            yield found[1], float(found[2] or 1)


def _known(tags: Iterable[str]) -> Iterator[str]:
    for tag in tags:
        try:
            yield str(Locale.parse(tag, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
