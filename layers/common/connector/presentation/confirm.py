"""The page before many decisions: what they come to, what is left out, and what should be opened first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from connector.core.item import Item
from connector.presentation.approve_list import items_words, line_of
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import REASONS
from connector.presentation.letters import noun
from connector.presentation.unusual_words import SHORT


def page(frame: Frame, formats: Formats, ready: Sequence[Item], left: Sequence[tuple[Item, str]], *, verdict: str, second: int = 0) -> str:
    """``left`` are those that will not be decided, each with the reason; of ``second`` so many wait on for a second approver. What is
    unusual, or needs another record first, is ticked by hand."""
    approving = verdict == "approve"
    first = [item for item in ready if item.pending and approving]
    warned = [item for item in ready if item.marks and not item.pending and approving]
    apart = {item.id for item in (*first, *warned)}
    plain = [item for item in ready if item.id not in apart]
    amount = formats.money(sum((item.amount for item in plain), Decimal(0)))
    return framed(
        "confirm.html",
        frame,
        verdict=verdict,
        ready=[line_of(item, frame, formats) for item in plain],
        first=[line_of(item, frame, formats) for item in first],
        warned=[(line_of(item, frame, formats), ", ".join(SHORT[mark] for mark in item.marks)) for item in warned],
        second=second,
        left=[(line_of(item, frame, formats), why) for item, why in left],
        sums=_sums(plain, formats),
        what=f"{items_words(len(plain))}, {amount}",
        count=len(plain),
        reasons=REASONS,
        currency=formats.currency,
    )


def _sums(items: Iterable[Item], formats: Formats) -> list[tuple[str, str, str, str]]:
    """Object, project, how many, how much; largest first."""
    counts: Counter[tuple[str, str]] = Counter()
    sums: dict[tuple[str, str], Decimal] = {}
    for item in items:
        key = noun(item), item.project_name
        counts[key] += 1
        sums[key] = sums.get(key, Decimal(0)) + item.amount
    ordered = sorted(sums, key=lambda key: -abs(sums[key]))
    return [(kind, project, str(counts[kind, project]), formats.money(sums[kind, project])) for kind, project in ordered]
