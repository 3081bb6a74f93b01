"""What a trial of settings found (:mod:`connector.engine.trial`): which of last month's records would change, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connector.core.deciders import Deciders
from connector.core.errors import Violation
from connector.core.item import Item

PART: Final = 50
"""Changed records that are listed at once."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field that would be another; ``lines`` are the numbers of the lines of which the same is true. Of a line that would be there or
    not as a whole, ``label`` is empty."""

    label: str
    before: str
    after: str
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What would be otherwise: ``refused`` are the violations that come, ``let_go`` those that go; ``decide`` is who would decide it, then
    and now, where that differs."""

    item: Item
    rows: tuple[Row, ...] = ()
    refused: tuple[Violation, ...] = ()
    let_go: tuple[Violation, ...] = ()
    decide: tuple[Deciders, Deciders] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """``tried`` records were exported since ``since``; ``more`` where there are others besides. Those that would change, would be refused,
    would be decided by others and ``cannot`` be tried are counted; ``part`` are those of the changed from number ``first`` on, counted from
    0, the refused before all others."""

    since: datetime
    tried: int
    more: bool
    changed: int
    refused: int
    decided: int
    cannot: int
    first: int
    part: tuple[Changed, ...]
