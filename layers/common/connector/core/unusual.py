"""What can be unusual about a record that waits for a decision."""

from __future__ import annotations

from decimal import Decimal

from connector.core.item import Value
from connector.core.marks import What


class Unusual(Value):
    """``of`` is a name or a reason; ``amount`` and ``usual`` are money in the books' currency."""

    what: What
    of: str = ""
    amount: Decimal = Decimal(0)
    usual: Decimal = Decimal(0)
