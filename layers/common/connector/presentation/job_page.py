"""A job at a glance: five totals as both systems hold them, then code by code with a picture, and for what differs the causes.

The picture shows shares of a code's own budget, so that an overrun sticks out on small codes as on large ones; a difference would be
invisible at any scale, and is carried by a mark and by the last column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlencode

from connector.core.money import Money
from connector.core.reconciliation import FIGURES, ZERO, Cause, CodeRow, Compared, Reading
from connector.ports import Run
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed

PAGE: Final = 50
"""Codes a page, fewer where their causes are many: a page stays under 150 kB."""
LARGEST: Final = 130_000
A_CODE, A_FIGURE, A_CAUSE = 1_300, 200, 100
"""Bytes of HTML that a code takes, each of its figures that has causes, and each of these beside its own words."""
OLD: Final = timedelta(hours=26)
"""A reading each night is never older."""
WHOLE, MOST = Decimal(72), Decimal(92)
"""Where 100 % of the budget stands, and where overruns are cut off, in percent of the picture's width; behind that stands the mark."""
MOST_CAUSES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """``run`` is the one that reads the job anew; ``broken`` is why the last one did not come to its end."""

    project_id: str
    job: str
    name: str
    reading: Reading | None
    run: Run | None
    broken: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of it is shown: only codes that differ, one cost type, from which on."""

    only: bool = False
    cost_type: str = ""
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    name: str
    procore: str
    intacct: str
    agrees: bool
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Widths in percent of the picture, as SVG attributes take them."""

    kind: str
    width: str
    y: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    words: str
    label: str
    address: str
    amount: str
    unexplained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """A figure that differs; ``parts`` add up to ``difference``, ``left_out`` says what the page does not list of them."""

    name: str
    procore: str
    intacct: str
    difference: str
    parts: tuple[Part, ...]
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    code: str
    cost_type: str
    sub_job: str
    name: str
    said: str
    bars: tuple[Bar, ...]
    amounts: tuple[tuple[str, str, bool], ...]
    differences: tuple[Different, ...]
    causes: str


def page(frame: Frame, formats: Formats, shown: Shown, wanted: Wanted) -> str:
    reading = shown.reading
    rows = _sifted(reading, wanted) if reading else []
    here = {"only": "differences" if wanted.only else "", "type": wanted.cost_type}
    base = f"{frame.base}/jobs/{quote(shown.project_id, safe='')}"
    standing = reading.standing("") if reading else None

    def address(**changes: str) -> str:
        query = urlencode({name: value for name, value in (here | changes).items() if value})
        return f"{base}?{query}" if query else base

    first, behind = _portion(rows, wanted.first)
    return framed(
        "job.html",
        frame,
        base=base,
        job=shown.job,
        name=shown.name if shown.name != shown.job else "",
        poll=base if shown.run else "",
        run=_run(shown.run, formats) if shown.run else "",
        done=shown.run.counts.get("records", 0) if shown.run else 0,
        expected=shown.run.counts.get("expected", 0) if shown.run else 0,
        read=f"Read in both systems {formats.moment(reading.taken_at)}, started by {reading.taken_by}." if reading else "",
        broken=shown.broken,
        old=reading is not None and shown.now - reading.taken_at > OLD,
        count=standing.differences if standing else 0,
        offset=standing.offset if standing else 0,
        apart=formats.money(standing.apart) if standing else "",
        unexplained=formats.money(standing.unexplained) if standing and standing.unexplained else "",
        totals=[_total(each, formats) for each in reading.totals()] if reading else [],
        no_budget=reading is not None and not any(row.of("budget") for row in reading.rows),
        rows=[_row(row, shown, frame, formats) for row in rows[first:behind]],
        found=len(rows),
        codes=len(reading.rows) if reading else 0,
        only=wanted.only,
        types=[(kind, kind == wanted.cost_type) for kind in sorted({row.code.cost_type for row in reading.rows} - {""})] if reading else [],
        cost_type=wanted.cost_type,
        toggled=address(only="" if wanted.only else "differences"),
        start=address() if first else "",
        later=address(**{"from": str(behind)}) if behind < len(rows) else "",
        notes=reading.notes if reading else (),
        columns=[name.title() for name in FIGURES],
    )


def _portion(rows: Sequence[CodeRow], first: int) -> tuple[int, int]:
    """From which code on a page goes, and where it ends. It has one code at least."""
    first = first if first < len(rows) else 0
    room, behind = LARGEST, first
    while behind < min(len(rows), first + PAGE) and (behind == first or room > 0):
        causes = [cause for each in rows[behind].named for cause in each.causes[:MOST_CAUSES]]
        words = sum(len(cause.words) + len(cause.label) + len(cause.item) for cause in causes)
        room -= A_CODE + A_FIGURE * len(rows[behind].named) + A_CAUSE * len(causes) + words
        behind += 1
    return first, behind


def _sifted(reading: Reading, wanted: Wanted) -> list[CodeRow]:
    """What differs most first, then what offsets, then by code."""
    rows = [
        row for row in reading.rows if (not wanted.only or row.named) and (not wanted.cost_type or row.code.cost_type == wanted.cost_type)
    ]
    return sorted(rows, key=lambda row: (-row.apart, not row.named, row.code))


def _run(run: Run, formats: Formats) -> str:
    done, expected = (run.counts.get(name, 0) for name in ("records", "expected"))
    far = f"{done:,} of {expected:,} records" if expected else "Lists first"
    return f"{far}. Started by {run.started_by}, {formats.moment(run.started_at)}"


def _total(compared: Compared, formats: Formats) -> Total:
    return Total(
        name=compared.figure.title(),
        procore=formats.money(compared.procore or ZERO),
        intacct=formats.money(compared.intacct or ZERO),
        agrees=not compared.difference,
        difference=formats.money(abs(compared.difference)),
    )


def _row(row: CodeRow, shown: Shown, frame: Frame, formats: Formats) -> Row:
    causes = list({cause.label: cause for each in row.named for cause in each.causes}.values())
    (only,) = causes if len(causes) == 1 else (None,)
    return Row(
        code=row.code.cost_code or "Not coded",
        cost_type=row.code.cost_type,
        sub_job=row.code.job if row.code.job != shown.job else "",
        name=row.name,
        said=_said(row, formats),
        bars=tuple(_bars(row)),
        amounts=tuple(_amount(figure.title(), row.of(figure), formats) for figure in FIGURES),
        differences=tuple(_different(each, frame, formats) for each in row.named),
        causes=f"{only.label} {only.words.rstrip('.')}." if only else f"{len(causes)} causes",
    )


def _amount(name: str, compared: Compared | None, formats: Formats) -> tuple[str, str, bool]:
    """The figure's name, the amount of the system that has one (Procore's, where both have), and whether the two differ."""
    if compared is None:
        return name, "", False
    amount = compared.procore if compared.procore is not None else compared.intacct
    return name, formats.money(amount or ZERO), bool(compared.difference)


def _different(compared: Compared, frame: Frame, formats: Formats) -> Different:
    parts = tuple(_part(cause, frame, formats) for cause in compared.causes[:MOST_CAUSES])
    rest = compared.causes[MOST_CAUSES:]
    amount = formats.money(sum((cause.difference for cause in rest), ZERO), signed=True)
    return Different(
        name=compared.figure.title(),
        procore=_held(compared.procore, formats),
        intacct=_held(compared.intacct, formats),
        difference=formats.money(compared.difference, signed=True),
        parts=parts,
        left_out=f"{len(rest)} more, {amount} together; the download lists them" if rest else "",
    )


def _held(amount: Money | None, formats: Formats) -> str:
    return "nothing" if amount is None else formats.money(amount)


def _part(cause: Cause, frame: Frame, formats: Formats) -> Part:
    since = f", since {formats.day(cause.since)}" if cause.since else ""
    return Part(
        words=f"{cause.words.rstrip('.')}{since}.",
        label=cause.label,
        address=f"{frame.base}/items/{quote(cause.item, safe='')}" if cause.item else "",
        amount=formats.money(cause.difference, signed=True),
        unexplained=cause.why.value == "unexplained",
    )


# ------------------------------------------------------------------------------------------------------ pictures

_DRAWN: Final = (("budget", 0, 24), ("committed", 3, 18), ("invoiced", 7, 10), ("paid", 10, 4))
"""From behind to the front: neighbours are told apart by their height, too."""


def _pictured(row: CodeRow) -> dict[str, Money]:
    """Procore's amounts, Intacct's where it alone has one."""
    found: dict[str, Money] = {}
    for compared in row.figures:
        amount = compared.procore if compared.procore is not None else compared.intacct
        found[compared.figure] = amount or ZERO
    return found


def _bars(row: CodeRow) -> Sequence[Bar]:
    amounts = _pictured(row)
    whole = amounts.get("budget", ZERO) if amounts.get("budget", ZERO) > 0 else max(amounts.values(), default=ZERO)
    return [
        Bar(kind=kind, width=_width(amounts.get(kind, ZERO), whole), y=y, height=height)
        for kind, y, height in _DRAWN
        if amounts.get(kind, ZERO) > 0
    ]


def _width(amount: Money, whole: Money) -> str:
    share = min(amount / whole * WHOLE, MOST) if whole else Decimal(0)
    return f"{share.quantize(Decimal('0.1'))}%"


def _said(row: CodeRow, formats: Formats) -> str:
    """The picture in a sentence, for who cannot see it."""
    amounts = _pictured(row)
    budget = amounts.get("budget", ZERO)
    others = [name for name in ("committed", "invoiced", "paid") if name in amounts]
    if budget > 0:
        parts = [f"{formats.share(amounts[name] / budget)} {name}" for name in others]
        said = f"{row.code}: of a budget of {formats.money(budget)} {', '.join(parts) or 'nothing is committed'}"
    else:
        said = f"{row.code}: no budget, {', '.join(f'{formats.money(amounts[name])} {name}' for name in others) or 'nothing committed'}"
    return f"{said}. The systems differ." if row.named else f"{said}."
