"""*Send*: what is ready, what is not and why, and a run of sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Self
from urllib.parse import urlencode

from connector.core.errors import CATALOGUE, Code, Explanation, Violation
from connector.presentation.approve_list import item_address, object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill, pill

_SAID: Final = {
    "sent": Pill("clock", "Sent", "wait"),
    "unchanged": Pill("clock", "Waited already", "wait"),
    "refused": Pill("cross", "Refused", "bad"),
    "not yet": Pill("right", "On its way", "run"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A record that could be sent. ``value`` is how a form names it."""

    value: str
    number: str
    title: str
    party: str
    amount: str
    cents: int
    pill: Pill | None
    why: tuple[Violation, ...]

    @classmethod
    def of(cls, ready: Any, formats: Formats) -> Self:
        """From :class:`connector.engine.ready.Ready`, which this layer does not know."""
        return cls(
            value=f"{ready.object} {ready.procore_id} {ready.project_id} {ready.kind}",
            number=ready.number or ready.title,
            title=ready.title,
            party=ready.party,
            amount=formats.money(ready.amount) if ready.amount is not None else "",
            cents=int((ready.amount or Decimal(0)).scaleb(2)),
            pill=pill(ready.state) if ready.state else None,
            why=ready.violations,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    number: str
    company: str
    address: str
    amount: str
    pill: Pill
    done: bool
    problems: tuple[Violation, ...]

    @classmethod
    def of(cls, became: Any, frame: Frame, formats: Formats) -> Self:
        """From :class:`connector.engine.sends.Became`, which this layer does not know."""
        item, (name, _, procore_id) = became.item, became.key.partition(":")
        return cls(
            number=item.number if item else became.number or procore_id,
            company=(item.party or item.title) if item else became.name or object_words(name, one=True),
            address=item_address(frame, item) if item else "",
            amount=formats.money(item.amount) if item and item.amount else "",
            pill=_SAID.get(became.said, _SAID["not yet"]),
            done=became.said != "not yet",
            problems=tuple(problem.violation() for problem in became.problems),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What may be chosen, and what is: projects by Procore's id, objects; ``cursor`` is where the lists go on."""

    projects: Mapping[str, str]
    kinds: Sequence[str]
    project: str
    kind: str
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why some are not ready, and what each of them says of it. One with several reasons stands under the first."""

    why: Explanation
    code: str
    offers: tuple[Offer, ...]

    @property
    def number(self) -> int:
        return len(self.offers)


def _causes(offers: Sequence[Offer]) -> list[Cause]:
    """Most records first."""
    groups: dict[Code, list[Offer]] = {}
    for offer in offers:
        groups.setdefault(offer.why[0].code, []).append(offer)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [Cause(why=CATALOGUE[code], code=code.value, offers=tuple(members)) for code, members in ordered]


def page(frame: Frame, formats: Formats, offers: Sequence[Offer], choice: Choice, *, may_send: bool) -> str:
    fine = [offer for offer in offers if not offer.why]
    later = {"project": choice.project, "object": choice.kind, "cursor": choice.cursor}
    names = sorted(choice.projects.items(), key=lambda each: each[1].casefold())
    return framed(
        "send.html",
        frame,
        ready=sorted(fine, key=lambda offer: offer.number.casefold()),
        causes=_causes([offer for offer in offers if offer.why]),
        total=formats.money(Decimal(sum(offer.cents for offer in fine)).scaleb(-2)) if fine and all(offer.amount for offer in fine) else "",
        projects=[(key, name, key == choice.project) for key, name in names],
        kinds=[(name, object_words(name), name == choice.kind) for name in choice.kinds],
        words=object_words(choice.kind).lower(),
        later=f"{frame.base}/send?{urlencode(later)}" if choice.cursor else "",
        may_send=may_send,
        currency=formats.currency,
    )


def run(frame: Frame, rows: Sequence[Sent], *, here: str) -> str:
    done = sum(row.done for row in rows)
    refused = sum(bool(row.problems) for row in rows)
    heading = f"{done - refused} of {len(rows)} sent" + (f", {refused} refused" if refused else "")
    return framed("sent.html", frame, heading=f"{heading}.", rows=rows, done=done, count=len(rows), poll=here if done < len(rows) else "")
