"""What one person decided of late, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from connector.core.item import HistoryEntry, Item
from connector.presentation.approve_list import groups_of, line_of
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import pill


def page(frame: Frame, formats: Formats, rows: Sequence[tuple[HistoryEntry, Item]]) -> str:
    """What one person decided, newest first, and what became of it."""
    shown = [
        (line_of(item, frame, formats), *_decision(entry), formats.moment(entry.at), pill(item.state, yours=False)) for entry, item in rows
    ]
    panel = {"in": "panel"} if frame.panel else {}
    return framed("decided.html", frame, rows=shown, groups=groups_of(frame, panel, "decided", {}))


def _decision(entry: HistoryEntry) -> tuple[str, str]:
    """What, and why."""
    return entry.what.partition(",")[0], entry.detail.get("reason", "")
