"""That a system does not answer, as it is kept for whoever opens a page: since when, as a moment in ISO 8601, or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, get_args

type System = Literal["intacct", "procore"]

SYSTEMS: Final[tuple[System, ...]] = get_args(System.__value__)


def away(system: System) -> str:
    """The name of the watermark under which it is kept."""
    return f"away:{system}"


def since(kept: str) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
