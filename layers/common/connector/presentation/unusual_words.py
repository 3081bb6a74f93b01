"""What is unusual about a record, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from connector.core.marks import What
from connector.core.unusual import Unusual

if TYPE_CHECKING:
    from connector.presentation.formats import Formats

SHORT: Final[Mapping[What, str]] = {
    What.NEGATIVE: "Negative",
    What.BELOW_ZERO: "Below zero",
    What.REJECTED: "Rejected before",
    What.OTHER_AMOUNT: "Other amount",
    What.ABOVE_LIMIT: "Above your limit",
    What.LARGE: "Larger than usual",
    What.NEW_VENDOR: "New vendor",
}
"""Of the size of a pill."""


def sentence(unusual: Unusual, formats: Formats) -> str:
    amount, usual = formats.money(unusual.amount), formats.money(unusual.usual)
    return {
        What.NEGATIVE: f"The amount is negative: {amount}.",
        What.BELOW_ZERO: f"{unusual.of} falls below zero: {amount} after.",
        What.REJECTED: f'It was rejected before: "{unusual.of}"',
        What.OTHER_AMOUNT: f"It was sent with {usual} before; it is {amount} now.",
        What.ABOVE_LIMIT: "It is above your limit: a second approver decides too.",
        What.LARGE: f"Usual for {unusual.of} is about {usual}; this is more than three times that.",
        What.NEW_VENDOR: f"{unusual.of} is new: the vendor is added to Intacct first.",
    }[unusual.what]
