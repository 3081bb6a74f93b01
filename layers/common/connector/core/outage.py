"""That Intacct does not answer, as it is kept for whoever opens a page: since when, as a moment in ISO 8601, or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

AWAY: Final = "away:intacct"


def since(kept: str) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
