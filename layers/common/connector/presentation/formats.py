"""Amounts, dates and times as a reader's locale writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_currency, format_percent

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """``currency`` is that of the books; ``zone`` that of the office."""

    locale: str = "en_US"
    currency: str = "USD"
    zone: str = "UTC"

    def money(self, amount: Decimal | str, *, signed: bool = False) -> str:
        """``$486,200.00``, ``-$4,100.00`` with a true minus; ``signed`` shows a plus too."""
        value = Decimal(amount)
        shown = _plain_spaces(format_currency(abs(value), self.currency, locale=self.locale))
        return f"{MINUS if value < 0 else '+' if signed and value > 0 else ''}{shown}"

    def share(self, part: Decimal) -> str:
        """``94%``, of 0.94."""
        return _plain_spaces(format_percent(part, locale=self.locale))

    def day(self, when: date | datetime | str) -> str:
        """``Nov 18, 2026``: never digits only, which two countries read differently."""
        value = date.fromisoformat(when) if isinstance(when, str) else when
        local = value.astimezone(ZoneInfo(self.zone)).date() if isinstance(value, datetime) else value
        return _plain_spaces(format_date(local, "medium", locale=self.locale))

    def moment(self, when: datetime) -> str:
        """``Nov 20, 2026, 8:41 AM EST``."""
        local = when.astimezone(ZoneInfo(self.zone))
        clock = format_time(local, "short", tzinfo=local.tzinfo, locale=self.locale)
        zone = get_timezone_name(local, width="short", locale=self.locale)
        return _plain_spaces(f"{self.day(when)}, {clock} {zone}")


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
