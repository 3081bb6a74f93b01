"""Amounts and times are written as the locale's own data say, whichever way they are made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_currency

from connector.presentation import formats
from connector.presentation.formats import MINUS, Formats

LOCALES = ("en_US", "en_CA", "fr_CA", "de_DE", "de_CH", "es_MX", "es_ES", "pl_PL", "hi_IN", "ar_EG", "ja_JP")
AMOUNTS = ("0", "0.05", "7", "999.99", "1234.5", "12480220.14", "1234567890123.45", "0.005", "1E+3")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("currency", ["USD", "CAD", "JPY"])
def test_an_amount_is_as_the_locale_writes_it(locale: str, currency: str) -> None:
    for amount in map(Decimal, AMOUNTS):
        wanted = " ".join(format_currency(amount, currency, locale=locale).split())
        assert Formats(locale=locale, currency=currency).money(amount) == wanted


def test_signs_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Formats().money("-4100") == f"{MINUS}$4,100.00"
    assert Formats().money("4100", signed=True) == "+$4,100.00"
    # The usual locales are written without asking Babel for each amount.
    monkeypatch.setattr(formats, "format_currency", None)
    assert Formats().money("486200") == "$486,200.00"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "UTC"])
def test_a_moment_is_as_the_locale_writes_it_in_summer_and_winter(locale: str, zone: str) -> None:
    shown = Formats(locale=locale, zone=zone)
    for hours in range(0, 366 * 24, 53):
        when = datetime(2026, 1, 1, 0, 7, tzinfo=UTC) + timedelta(hours=hours)
        local = when.astimezone(ZoneInfo(zone))
        day, clock = format_date(local, "medium", locale=locale), format_time(local, "short", tzinfo=local.tzinfo, locale=locale)
        wanted = f"{day}, {clock} {get_timezone_name(local, width='short', locale=locale)}"
        assert shown.moment(when) == " ".join(wanted.split())


def test_two_zones_of_one_moment_keep_their_names() -> None:
    when = datetime(2026, 11, 20, 13, 41, tzinfo=UTC)
    assert Formats(zone="America/New_York").moment(when) == "Nov 20, 2026, 8:41 AM EST"
    assert Formats(zone="America/Chicago").moment(when) == "Nov 20, 2026, 7:41 AM CST"
