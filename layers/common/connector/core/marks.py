"""What can be unusual about a record: marks that an approver sees in a list."""

from __future__ import annotations

from enum import StrEnum


class What(StrEnum):
    """In the order of their weight."""

    NEGATIVE = "negative"
    BELOW_ZERO = "below zero"
    REJECTED = "rejected before"
    OTHER_AMOUNT = "other amount"
    ABOVE_LIMIT = "above your limit"
    LARGE = "larger than usual"
    NEW_VENDOR = "new vendor"
