"""The page of an item inside Procore: the item's own page, with what this reader can do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from connector.core.errors import Violation
from connector.core.item import Item
from connector.ports import Json
from connector.presentation.approve_list import After, item_address
from connector.presentation.drift import Shown
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import REASONS, ItemPage

NOTHING_KEPT: Final[Mapping[str, Json]] = {
    "fields": [],
    "lines": [],
    "effects": [],
    "needs": [],
    "checks": [],
    "choices": [],
    "request": "",
}
"""The preview of an item that has none: a staged record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Addresses of a linked record in either system; empty where there is none, or none for this reader."""

    procore: str = ""
    intacct: str = ""


NOWHERE: Final = Ways()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The one thing the reader can do; where there is none, ``words`` say why. What is taken back is their ``approval``, or the record;
    ``ways`` are where they may go to look at it."""

    kind: Literal["decide", "take-back", "retry", "send", ""] = ""
    words: str = ""
    approval: bool = False
    ways: Ways = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``number`` of ``mine``, and the addresses of those beside it."""

    number: int = 0
    mine: int | None = None
    before: str = ""
    behind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why what was pressed did not happen, what has changed meanwhile, and what had been typed."""

    violations: tuple[Violation, ...]
    changes: tuple[tuple[str, str, str], ...] = ()
    cause: str = ""
    reason: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around an item's page, beside the frame: what the reader can do, where they are, and what has just happened."""

    action: Action
    place: Place
    after: After | None = None
    refusal: Refusal | None = None
    drift: Shown | None = None


def item(frame: Frame, page: ItemPage, held: Item, around: Around, formats: Formats) -> str:
    action = around.action if page.broken is None else Action(words="Decisions are stopped: its history does not hold.")
    typed = around.refusal.choices if around.refusal else {}
    mine = page.choices if action.kind == "decide" else ()
    return framed(
        "item.html",
        frame,
        page=page,
        address=item_address(frame, held).partition("?")[0],
        query="?in=panel" if frame.panel else "",
        fingerprint=held.fingerprint,
        sender=held.sent_by_name or "The sender",
        action=action,
        place=around.place,
        after=around.after,
        refusal=around.refusal,
        drift=around.drift,
        choices={choice["name"]: {**choice, "value": typed.get(choice["name"], choice["value"])} for choice in mine},
        reasons=REASONS,
        reason=held.reason,
        problems=[problem.violation() for problem in held.problems],
        waits_for=held.waits_for,
        approvals=[(approval.by_name, formats.moment(approval.at)) for approval in held.approvals],
    )
