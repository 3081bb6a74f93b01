"""*Jobs*: each linked job with the last reading of both systems in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from connector.core.reconciliation import Standing
from connector.presentation.approve_list import age
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A job; ``reading`` while a run reads it anew."""

    project_id: str
    job: str
    name: str
    standing: Standing | None
    reading: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    address: str
    job: str
    name: str
    pill: Pill
    said: str
    apart: str
    read: str
    moment: str


def page(frame: Frame, formats: Formats, lines: Sequence[Line], *, now: datetime) -> str:
    """In the order given."""
    read = [line.standing for line in lines if line.standing is not None]
    differing = sum(bool(standing.differences) for standing in read)
    return framed(
        "jobs.html",
        frame,
        rows=[_row(line, frame, formats, now) for line in lines],
        said=f"{_count(len(read), 'job')} read in both systems, {differing} with differences." if read else "",
    )


def _row(line: Line, frame: Frame, formats: Formats, now: datetime) -> Row:
    held = line.standing
    return Row(
        address=f"{frame.base}/jobs/{quote(line.project_id, safe='')}",
        job=line.job,
        name=line.name if line.name != line.job else "",
        pill=_pill(line),
        said=_said(held, formats) if held else "",
        apart=formats.money(held.apart) if held and held.differences else "",
        read=age(now - held.taken_at) if held else "",
        moment=formats.moment(held.taken_at) if held else "",
    )


def _said(held: Standing, formats: Formats) -> str:
    if held.unexplained:
        return f"{formats.money(held.unexplained)} of it unexplained"
    return f"{_count(held.offset, 'figure')} by records that offset each other" if held.offset else ""


def _pill(line: Line) -> Pill:
    if line.reading:
        return Pill("right", "Being read", "run")
    if line.standing is None:
        return Pill("draft", "Not read yet", "off")
    if not line.standing.differences:
        return Pill("check", "Agrees", "ok")
    return Pill("differs", _count(line.standing.differences, "difference"), "bad" if line.standing.unexplained else "warn")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
