"""What can be set when the simulator starts, and changed while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Clock = Callable[[], datetime]
"""Gives the present moment, with a zone."""


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Settings:
    """``None`` for ``permitted_projects`` means all; ``link_base`` None means the address that was called.

    ``clients`` maps an application's client id to its secret; two are installed, so that one integration can meet the
    records of another. ``company_header_required``: requests without ``Procore-Company-Id`` are refused, as documented;
    older clients never send it. ``strict`` refuses attributes and filters that the object does not have (406, 400), where the
    real system may ignore them. ``budget_feature`` is the one the company uses; the other answers 405.
    """

    clients: dict[str, str] = field(default_factory=lambda: {"sandbox": "sandbox", "other-integration": "other-integration"})
    connected: set[str] = field(default_factory=lambda: {"sandbox", "other-integration"})
    permitted_projects: set[int] | None = None
    company_header_required: bool = True
    hourly_limit: int = 3600
    spike_limit: int = 25
    link_base: str | None = None
    strict: bool = True
    budget_feature: Literal["changes", "modifications"] = "changes"
    token_seconds: int = 5400
    storage_seconds: int = 300
    """How long the signed address of a file is good for."""
    storage_base: str | None = None
    """Where files lie: another host than Procore's; None is the other name of this machine."""
    code_seconds: int = 600
    slow_listing: int = 20_000
    """An answer of more rows than this is a 408."""
    largest_body: int = 20_000_000
    currency: str = "USD"
