"""*Problems*: what stands still, grouped by cause, the largest group first; inside a group the longest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connector.core.errors import CATALOGUE, Code, Who
from connector.core.item import Item, State
from connector.presentation import drift
from connector.presentation.approve_list import age, item_address, object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill, pill
from connector.presentation.letters import noun

_WITHOUT: Final = {
    State.STALE: ("It changed in Procore after it was approved.", "Look at it in Procore, then send it again.", Who.STAFF.value),
    State.BLOCKED: ("Another record goes first.", "It goes by itself when the other one is in Intacct.", Who.NOBODY.value),
    State.INVALID: ("An import could not take it in.", "Correct it in Intacct, then try it again.", Who.INTACCT_ADMIN.value),
    State.SYNCED: (
        "It differs from what was exported.",
        "Open it: it says field by field what, and what can be done.",
        Who.ACCOUNTING.value,
    ),
    State.FAILED: ("It failed; its history says why.", "Open it.", Who.ACCOUNTING.value),
}
"""Meaning, remedy and who, for items that no violation is kept with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    id: str
    address: str
    object: str
    number: str
    company: str
    amount: str
    since: str
    moment: str
    tries: int
    pill: Pill
    said: str
    words: str
    retry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    meaning: str
    remedy: str
    who: str
    code: str
    rows: tuple[Stuck, ...]

    @property
    def again(self) -> int:
        return sum(row.retry for row in self.rows)


def page(
    frame: Frame, formats: Formats, items: Sequence[Item], *, objects: Sequence[str], here: tuple[str, str], may_retry: bool, now: datetime
) -> str:
    whose, kind = here
    causes = _causes(items, frame, formats, now)
    return framed(
        "problems.html",
        frame,
        causes=causes,
        said=f"{_count(len(items), 'problem')}, {_count(len(causes), 'cause')}." if items else "",
        objects=[(name, object_words(name), name == kind) for name in objects],
        whose=whose,
        filtered=bool(whose or kind),
        may_retry=may_retry,
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _causes(items: Sequence[Item], frame: Frame, formats: Formats, now: datetime) -> list[Cause]:
    groups: dict[tuple[str, State | None], list[Item]] = {}
    for item in items:
        code = item.problems[0].code.value if item.problems else ""
        groups.setdefault((code, None if code else item.state), []).append(item)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [_cause(code, state, members, frame, formats, now) for (code, state), members in ordered]


def _cause(code: str, state: State | None, items: Sequence[Item], frame: Frame, formats: Formats, now: datetime) -> Cause:
    if state is not None:
        meaning, remedy, who = _WITHOUT[state]
    else:
        why = CATALOGUE[Code(code)]
        meaning, remedy, who = why.meaning, why.remedy, why.who.value
    return Cause(meaning=meaning, remedy=remedy, who=who, code=code, rows=tuple(_row(item, frame, formats, now) for item in items))


def _row(item: Item, frame: Frame, formats: Formats, now: datetime) -> Stuck:
    first = item.problems[0] if item.problems else None
    return Stuck(
        id=item.id,
        address=item_address(frame, item),
        object=noun(item),
        number=item.number or item.title,
        company=item.party or item.title,
        amount=formats.money(item.amount) if item.amount else "",
        since=age(now - item.since),
        moment=formats.moment(item.since),
        tries=item.attempts,
        pill=pill(item.state, differs=item.drift is not None),
        said=first.message if first else f"Waits for {item.waits_for}." if item.waits_for else drift.said(item),
        words=first.their_words if first else "",
        retry=item.state is State.INVALID or (item.state is State.FAILED and bool(item.approvals)),
    )
