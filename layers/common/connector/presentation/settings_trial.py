"""*Try on last month*: what a change of the settings would have done to last month's records, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from connector.core.errors import Violation
from connector.core.trial import PART, Changed, Row, Trial
from connector.presentation.approve_list import object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame
from connector.presentation.settings_rights import answer

MOST_ROWS: Final = 8
"""Fields of a record that are listed; of the others the number is said."""

MOST_REASONS: Final = 3
"""Likewise of what refuses it: of many lines it is mostly the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record. ``rows`` are label, before and after; ``more`` and ``more_refused`` count what is left out."""

    address: str
    object: str
    number: str
    party: str
    amount: str
    rows: tuple[tuple[str, str, str], ...]
    more: int
    refused: tuple[Violation, ...]
    more_refused: int
    let_go: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``heading`` is said aloud; ``earlier`` and ``later`` are the numbers at which other parts of the list begin, and their words."""

    heading: str
    notes: tuple[str, ...]
    lines: tuple[Line, ...]
    earlier: tuple[int, str] | None
    later: tuple[int, str] | None


def told(frame: Frame, formats: Formats, trial: Trial) -> Told:
    last = trial.first + len(trial.part)
    left = trial.changed - last
    return Told(
        heading=_heading(trial),
        notes=tuple(_notes(formats, trial)),
        lines=tuple(_line(frame, formats, each) for each in trial.part),
        earlier=(max(0, trial.first - PART), f"Previous {min(PART, trial.first)}") if trial.first else None,
        later=(last, f"Next {min(PART, left)}") if left > 0 and trial.part else None,
    )


def _heading(trial: Trial) -> str:
    if not trial.tried:
        return "No record went to Intacct in the last month."
    return f"{_records(trial.tried)} of last month, {trial.changed or 'none'} would change."


def _notes(formats: Formats, trial: Trial) -> Sequence[str]:
    last, since = trial.first + len(trial.part), formats.day(trial.since)
    said = [
        (trial.refused > 0, f"{trial.refused} of them would be refused."),
        (trial.decided > 0, f"Of {trial.decided} another would decide."),
        (trial.more, f"Looked at: the first {trial.tried} since {since}. There are more."),
        (trial.tried > 0 and not trial.more, f"Looked at: all that went to Intacct since {since}, as they were then."),
        (
            trial.cannot > 0,
            f"{_records(trial.cannot)} cannot be tried: what {'it takes' if trial.cannot == 1 else 'they take'} was not kept.",
        ),
        (len(trial.part) < trial.changed, f"Shown: {trial.first + 1} to {last} of {trial.changed}."),
    ]
    return [words for holds, words in said if holds]


def _records(count: int) -> str:
    return f"{count} {'record' if count == 1 else 'records'}"


def _line(frame: Frame, formats: Formats, changed: Changed) -> Line:
    item = changed.item
    rows = [(_label(row), row.before, row.after) for row in changed.rows]
    if changed.decide:
        then, now = changed.decide
        rows.insert(0, ("Who decides", answer(then), answer(now)))
    return Line(
        address=f"{frame.base}/items/{quote(item.id, safe='')}",
        object=object_words(item.object, one=True),
        number=item.number or item.title,
        party=item.party,
        amount=formats.money(item.amount) if item.amount else "",
        rows=tuple(rows[:MOST_ROWS]),
        more=max(0, len(rows) - MOST_ROWS),
        refused=changed.refused[:MOST_REASONS],
        more_refused=max(0, len(changed.refused) - MOST_REASONS),
        let_go=changed.let_go[:MOST_REASONS],
    )


def _label(row: Row) -> str:
    """``Line 2: Item``, or of several lines ``Item, 12 lines``; of a line as a whole its number."""
    if not row.lines:
        return row.label or "A line"
    place = f"Line {row.lines[0]}" if len(row.lines) == 1 else f"{len(row.lines)} lines"
    if not row.label:
        return place
    return f"{place}: {row.label}" if len(row.lines) == 1 else f"{row.label}, {place}"
