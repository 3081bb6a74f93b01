"""What waits for a decision, as one person sees it: which of it they may decide, and what fits their filters. Values and pure rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from connector.core.configuration import Configuration
from connector.core.item import Item
from connector.core.marks import What
from connector.core.people import Person


class Standing(StrEnum):
    """What an item's waiting means for one person."""

    YOURS = "yours"
    YOURS_AND_ANOTHERS = "yours, and a second approver's"
    """Above the person's limit, and nobody has approved yet."""
    GIVEN = "approved by you"
    SENT = "sent by you"
    OTHERS = "others'"


DECIDABLE: Final = frozenset({Standing.YOURS, Standing.YOURS_AND_ANOTHERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Filters; what is empty does not filter. ``days`` is how long an item has waited at least. ``group``: what the person may decide
    now, what waits for a second approver, or all they may see. ``has`` is one of :data:`HAS`. ``first`` is where the page begins."""

    group: str = "mine"
    object: str = ""
    project: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    days: int = 0
    has: str = ""
    text: str = ""
    sort: str = "age"
    first: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    item: Item
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """``rows`` fit the filters, in order. ``mine`` counts what the person may decide now, whatever the filters; ``objects`` and
    ``projects`` (names by id) are those that anything waits in."""

    rows: tuple[Waiting, ...]
    mine: int
    second: int
    objects: tuple[str, ...]
    projects: Mapping[str, str]

    @property
    def amount(self) -> Decimal:
        return sum((row.item.amount for row in self.rows), Decimal(0))

    @property
    def above(self) -> int:
        return sum(row.standing is Standing.YOURS_AND_ANOTHERS for row in self.rows)


def sifted(items: Iterable[Item], config: Configuration, person: Person, wanted: Wanted, now: datetime) -> Queue:
    """Of all that waits, what this person may see, by their filters, in order."""
    seen = [Waiting(item, standing(config, person, item)) for item in items if person.may_see(item.project_id)]
    fits = [row for row in seen if _fits(row, wanted) and now - row.item.since >= timedelta(days=wanted.days)]
    key, backwards = _SORTS.get(wanted.sort, _SORTS["age"])
    return Queue(
        rows=tuple(sorted(fits, key=key, reverse=backwards)),
        mine=sum(row.standing in DECIDABLE for row in seen),
        second=sum(_second(row) for row in seen),
        objects=tuple(sorted({row.item.object for row in seen})),
        projects={row.item.project_id: row.item.project_name for row in seen if row.item.project_id},
    )


def standing(config: Configuration, person: Person, item: Item) -> Standing:
    """As :mod:`connector.engine.decide` would judge it; that one decides."""
    if not config.may_approve(person, item):
        return Standing.SENT if item.sent_by == person.login else Standing.OTHERS
    if item.sent_by == person.login and not config.sender_may_approve:
        return Standing.SENT
    if any(approval.by == person.login and approval.fingerprint == item.fingerprint for approval in item.approvals):
        return Standing.GIVEN
    alone = config.within_limit([person.login], item) or bool(item.approvals)
    return Standing.YOURS if alone else Standing.YOURS_AND_ANOTHERS


def _second(row: Waiting) -> bool:
    return bool(row.item.approvals) and row.standing in DECIDABLE | {Standing.GIVEN}


HAS: Final[Mapping[str, Callable[[Waiting], bool]]] = {
    "marks": lambda row: bool(row.item.marks),
    "over": lambda row: What.BELOW_ZERO in row.item.marks,
    "vendor": lambda row: What.NEW_VENDOR in row.item.marks,
    "first": lambda row: bool(row.item.pending),
    "above": lambda row: row.standing is Standing.YOURS_AND_ANOTHERS,
}
"""What an item can have: anything unusual, a total that falls below zero, a new vendor, something that goes first, more than the limit."""


def _fits(row: Waiting, wanted: Wanted) -> bool:
    item = row.item
    group = {"mine": row.standing in DECIDABLE, "second": _second(row)}.get(wanted.group, True)
    has = HAS[wanted.has](row) if wanted.has in HAS else True
    return (
        group
        and has
        and wanted.object in ("", item.object)
        and wanted.project in ("", item.project_id)
        and (wanted.least is None or item.amount >= wanted.least)
        and (wanted.most is None or item.amount <= wanted.most)
        and (not wanted.text or wanted.text.casefold() in f"{item.number} {item.title} {item.party} {item.project_name}".casefold())
    )


_SORTS: Final[Mapping[str, tuple[Callable[[Waiting], Any], bool]]] = {
    "age": (lambda row: (row.item.since, row.item.id), False),
    "amount": (lambda row: (row.item.amount, row.item.id), True),
    "number": (lambda row: (row.item.number.casefold(), row.item.id), False),
    "company": (lambda row: (row.item.party.casefold(), row.item.id), False),
    "project": (lambda row: (row.item.project_name.casefold(), row.item.since, row.item.id), False),
    "sender": (lambda row: (row.item.sent_by_name.casefold(), row.item.since, row.item.id), False),
    "object": (lambda row: (row.item.object, row.item.since, row.item.id), False),
}


def neighbours(rows: Sequence[Waiting], key: str) -> tuple[int, str, str]:
    """The place of an item in a queue (from 1; 0 if it is not in it), and the ids before and behind it."""
    ids = [row.item.id for row in rows]
    if key not in ids:
        return 0, "", ids[0] if ids else ""
    place = ids.index(key)
    return place + 1, ids[place - 1] if place else "", ids[place + 1] if place + 1 < len(ids) else ""
