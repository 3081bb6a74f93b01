"""What can be unusual about a record that waits for a decision."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from connector.core.item import Value


class What(StrEnum):
    """In the order of their weight."""

    NEGATIVE = "negative"
    BELOW_ZERO = "below zero"
    REJECTED = "rejected before"
    OTHER_AMOUNT = "other amount"
    ABOVE_LIMIT = "above your limit"
    LARGE = "larger than usual"
    NEW_VENDOR = "new vendor"


class Unusual(Value):
    """``of`` is a name or a reason; ``amount`` and ``usual`` are money in the books' currency."""

    what: What
    of: str = ""
    amount: Decimal = Decimal(0)
    usual: Decimal = Decimal(0)
