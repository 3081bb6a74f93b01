"""The page of a pair: its two sides, and the two steps of taking its link off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from connector.core.errors import Violation
from connector.core.item import Item, State
from connector.core.links import Linked
from connector.ports import CrossReference
from connector.presentation.approve_list import item_address, object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.pairs import row

_NAMED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look into Intacct found: ``proof`` that the record is gone or void, or what stands in the way; ``away`` where Intacct could
    not be asked. ``amount`` is that of what was sent."""

    at: datetime
    proof: str = ""
    violations: tuple[Violation, ...] = ()
    children: Sequence[CrossReference] = ()
    amount: Decimal | None = None
    away: Violation | None = None


def page(frame: Frame, formats: Formats, pair: Linked, look: Look | None) -> str:
    return framed(
        "pair.html",
        frame,
        pair=row(frame, formats, pair),
        object=pair.object,
        history=f"{frame.base}/items/{quote(pair.item, safe='')}" if pair.item else "",
        look=look,
        looked=formats.moment(look.at) if look else "",
        amount=formats.money(look.amount) if look and look.amount else "",
        children=_children(look.children) if look else [],
    )


def _children(children: Sequence[CrossReference]) -> list[tuple[str, str]]:
    """Object and how many of it, with the first of them by name."""
    counts = Counter(each.object for each in children)
    return [(_counted(name, count), _first([each for each in children if each.object == name])) for name, count in counts.items()]


def _counted(name: str, count: int) -> str:
    return f"{count} {object_words(name, one=count == 1).lower()}"


def _first(children: Sequence[CrossReference]) -> str:
    more = f" and {len(children) - _NAMED} more" if len(children) > _NAMED else ""
    return ", ".join(each.intacct_id for each in children[:_NAMED]) + more


def done(frame: Frame, formats: Formats, item: Item, *, at: datetime) -> str:
    """After the link was taken off. What was sent may be sent again; what came in stands among the archived records of imports."""
    return framed(
        "unlinked.html",
        frame,
        name=item.title or item.number,
        address=item_address(frame, item),
        at=formats.moment(at),
        proof=item.reason.partition(": ")[2],
        object=object_words(item.object, one=True).lower(),
        sendable=item.state is State.RETRIEVED,
        mark_left=bool(item.mark_left),
        problems=[problem.violation() for problem in item.problems],
    )
