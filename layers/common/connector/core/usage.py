"""How much is asked of both systems and what for, as it is kept: by day, in UTC.

Intacct's contracts count API transactions: each query and each record written, a page of rows being a query. A request's functions come
near to that, the requests do not. Sign-ins are requests, and no functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal, get_args

type Counted = Literal["procore", "intacct", "functions"]
"""Calls to Procore's API, requests to Intacct's gateway, and the functions in these."""

COUNTED: Final[tuple[Counted, ...]] = get_args(Counted.__value__)


class Purpose(StrEnum):
    """What was asked for, as far as the function that asked tells it."""

    EXPORTS = "exports"
    """And the checks of what is sent by the hundreds."""
    IMPORTS = "imports"
    """And reconciliations."""
    WATCH = "watch"
    """Sweeps, drift, webhooks."""
    PEOPLE = "people"
    """Pages, sign-ins, the API."""


type Counts = Mapping[tuple[Purpose, Counted], int]


@dataclass(frozen=True, slots=True)
class Day:
    """``hours`` is how often Procore was called in each hour that has begun, of the days it is asked for."""

    day: date
    counts: Counts
    hours: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """One of Procore's two windows, an hour and ten seconds, as its headers tell of it: told apart by their limit."""

    limit: int
    remaining: int
    reset: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was counted in a day, or a month, that begins at ``first``."""

    first: date
    counts: Counts

    def of(self, counted: Counted, purpose: Purpose | None = None) -> int:
        """``purpose`` None is all of them."""
        return sum(self.counts.get((each, counted), 0) for each in (Purpose if purpose is None else (purpose,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """``begins`` is a full hour."""

    begins: datetime
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Days and months newest first, without those in which nothing was asked. ``since`` is the first day that anything is kept of;
    ``busiest`` the hour of these days in which Procore was called most; ``windows`` those that are open, the larger first."""

    days: tuple[Stretch, ...]
    months: tuple[Stretch, ...]
    since: date | None
    busiest: Hour | None
    windows: tuple[Window, ...]


def together(stretches: tuple[Stretch, ...], first: date) -> Stretch:
    """All of them as one."""
    total = Counter[tuple[Purpose, Counted]]()
    for stretch in stretches:
        total.update(stretch.counts)
    return Stretch(first, total)
