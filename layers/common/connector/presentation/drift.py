"""What differs of a synced record, in words: a table of both systems beside what was exported, and what each choice does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from connector.core.drift import DriftRow, Finding, Standing
from connector.core.item import Drift, Item
from connector.core.offers import Choice, Offer
from connector.presentation.approve_list import object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TITLES: Final = {Choice.ACCEPT: "Accept", Choice.PUSH: "Push again", Choice.COMPENSATE: "Compensate"}
_STANDS: Final = {
    Standing.SAME: "as exported",
    Standing.EDITED: "edited",
    Standing.VOID: "void",
    Standing.GONE: "gone",
}
_FATES: Final = {"comes off": "Comes off", "stays": "Stays", "taken off": "Taken off", "not reached": "Not reached yet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A value on one side; ``differs`` from what was exported."""

    value: str
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    label: str
    procore: Side
    intacct: Side
    export: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosable:
    value: str
    title: str
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The part of an item's page about drift. Without ``said`` nothing differs, and only a look can be asked for (``look``). ``why_not``
    says why the reader cannot decide; ``reset`` is the address where the job is reset."""

    said: str = ""
    since: str = ""
    fields: tuple[Field, ...] = ()
    choices: tuple[Choosable, ...] = ()
    seen: str = ""
    chosen: str = ""
    why_not: str = ""
    note: str = ""
    reset: str = ""
    look: bool = True


def shown(
    item: Item, finding: Finding, offers: Sequence[Offer], formats: Formats, *, why_not: str, note: str = "", reset: str = ""
) -> Shown:
    """``note`` is what had been typed; ``reset`` is the address where the job is reset, for whom that is."""
    if item.drift is None:
        return Shown(reset=reset)
    return Shown(
        said=said(item),
        since=formats.moment(item.drift.at),
        fields=tuple(_field(row, formats) for row in finding.rows),
        choices=tuple(Choosable(value=offer.choice.value, title=_TITLES[offer.choice], offer=offer) for offer in offers),
        seen=item.drift.mark,
        chosen=item.drift.chosen,
        why_not=why_not,
        note=note,
        reset=reset,
    )


def said(item: Item) -> str:
    """``Edited in Procore, void in Intacct.``; empty where nothing differs."""
    return f"{sides_of(item.drift)}." if item.drift else ""


def sides_of(drift: Drift) -> str:
    """``Edited in Procore, void in Intacct``."""
    both = ((drift.procore, "Procore"), (drift.intacct, "Intacct"))
    words = ", ".join(f"{_STANDS[Standing(how)]} in {where}" for how, where in both if how != Standing.SAME)
    return f"{words[:1].upper()}{words[1:]}"


def _field(row: DriftRow, formats: Formats) -> Field:
    sides = {name: Side(value=_value(row, getattr(row, name), formats), differs=row.differs(name)) for name in ("procore", "intacct")}
    return Field(label=row.label, export=_value(row, row.export, formats), **sides)


def _value(row: DriftRow, value: str | None, formats: Formats) -> str:
    if value is None:
        return "not kept there"
    if row.money and value:
        try:
            return formats.money(Decimal(value))
        except InvalidOperation:
            return value
    return formats.day(value) if _DAY.fullmatch(value) else value or "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that a reset touches; ``fate`` is what would become, or became, of it."""

    object: str
    name: str
    intacct: str
    fate: str
    why: str


def reset_page(frame: Frame, links: Sequence[Link], *, job: str, seen: str, address: str, done: bool) -> str:
    """``done``: what became of each link; else what would."""
    good = "taken off" if done else "comes off"
    rows = [(object_words(link.object), link.name, link.intacct, _FATES[link.fate], link.fate == good, link.why) for link in links]
    off = sum(link.fate == good for link in links)
    return framed("reset.html", frame, job=job, rows=rows, off=off, stay=len(rows) - off, seen=seen, address=address, done=done)
