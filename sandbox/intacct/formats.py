"""Values as text: what rows hold, what the wire shows, what a client may send.

Rows hold every value as text that sorts as it should: a date is ``2026-11-23``, a timestamp ``2026-11-23T18:00:00`` in
UTC, a decimal has no trailing zeros, a boolean is ``true`` or ``false``, and nothing at all is the empty text. The wire
has ``11/23/2026`` and ``11/23/2026 18:00:00`` in the API user's own offset, without saying so [F].
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_STAMP = re.compile(r"(\d{1,2}/\d{1,2}/\d{4})(?: (\d{1,2}):(\d{2}):(\d{2}))?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_CENT = Decimal("0.01")
_LARGEST = Decimal("1e14")


class FormatError(ValueError):
    """A value that is not written as the gateway wants it."""


def date_from_wire(text: str) -> str:
    """``11/23/2026`` as ``2026-11-23``; ISO dates are refused [F]."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise FormatError(f"'{text}' is not a date in the format mm/dd/yyyy")
    month, day, year = match.groups()
    return date_from_parts(year, month, day)


def date_from_parts(year: str, month: str, day: str) -> str:
    """The three texts of a legacy date object as ``2026-11-23``."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError as error:
        raise FormatError(f"'{month}/{day}/{year}' is not a date: {error}") from None


def stamp_from_wire(text: str, offset_minutes: int) -> str:
    """``11/23/2026 18:00:00`` (or a date alone, meaning midnight) in the user's offset, as UTC."""
    match = _STAMP.fullmatch(text)
    if match is None:
        raise FormatError(f"'{text}' is not a timestamp in the format mm/dd/yyyy hh:mm:ss")
    day, hour, minute, second = match.groups()
    try:
        local = datetime.fromisoformat(f"{date_from_wire(day)}T{int(hour or 0):02}:{minute or '00'}:{second or '00'}")
    except ValueError as error:
        raise FormatError(f"'{text}' is not a timestamp: {error}") from None
    return (local - timedelta(minutes=offset_minutes)).isoformat()


def decimal_from_wire(text: str) -> Decimal:
    if _NUMBER.fullmatch(text) is None:
        raise FormatError(f"'{text}' is not a number")
    value = Decimal(text)
    if abs(value) >= _LARGEST:
        raise FormatError(f"'{text}' is too large")
    return value


def decimal_text(value: Decimal) -> str:
    """Plain digits without trailing zeros, as the gateway shows amounts (``205375``, ``1679615.93``) [D queries]."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def to_cents(value: Decimal) -> Decimal:
    """More than two decimals are rounded by the system itself [D]."""
    return value.quantize(_CENT, ROUND_HALF_UP)


def money_text(value: Decimal) -> str:
    return decimal_text(to_cents(value))


def number(text: str) -> Decimal:
    """A row's decimal; nothing counts as zero."""
    return Decimal(text) if text else Decimal(0)


def integer_from_wire(text: str) -> str:
    """A whole number without leading zeros."""
    if not text.removeprefix("-").isdecimal():
        raise FormatError(f"'{text}' is not a whole number")
    return str(int(text))


def boolean_from_wire(text: str) -> str:
    if text.lower() in {"true", "t"}:
        return "true"
    if text.lower() in {"false", "f"}:
        return "false"
    raise FormatError(f"'{text}' is neither true nor false")


@lru_cache(maxsize=20_000)
def date_to_wire(text: str) -> str:
    return f"{text[5:7]}/{text[8:10]}/{text[:4]}" if text else ""


@lru_cache(maxsize=20_000)
def stamp_to_wire(text: str, offset_minutes: int) -> str:
    if not text:
        return ""
    local = datetime.fromisoformat(text) + timedelta(minutes=offset_minutes)
    return local.strftime("%m/%d/%Y %H:%M:%S")


def stamp_text(moment: datetime) -> str:
    """An aware moment as rows hold it: UTC, whole seconds."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def iso(moment: datetime) -> str:
    """As the authentication block shows it: ``2026-11-23T01:00:00+00:00``."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def offset_text(minutes: int) -> str:
    """``+09:30``, as readUserFormatting answers."""
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
