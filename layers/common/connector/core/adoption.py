"""Documents that stand in both systems: suggested, wished for, compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from connector.core.compare import Difference
from connector.core.errors import Violation

_ZERO: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A Procore record and the Intacct document of the same number and vendor; neither is linked."""

    object: str
    project_id: str
    procore_id: str
    intacct_id: str
    number: str
    title: str
    party: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants linked. ``accepted`` names the fields whose differences are taken as they are, ``seen`` is the fingerprint of
    the comparison that was shown."""

    procore_id: str
    intacct_id: str
    accepted: frozenset[str] = frozenset()
    reason: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A pair: what differs, what stands in the way whatever is accepted, and what the lines of both sides add up to."""

    procore_id: str
    intacct_id: str
    item: str
    number: str = ""
    title: str = ""
    differences: tuple[Difference, ...] = ()
    violations: tuple[Violation, ...] = ()
    procore_total: Decimal = _ZERO
    intacct_total: Decimal = _ZERO
    fingerprint: str = ""
    linked: bool = False
