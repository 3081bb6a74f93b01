"""What callers get to see of drift, and of what a reset touches."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Literal, Self

from connector.core.drift import DriftRow, Finding, Standing
from connector.core.item import Item
from connector.core.offers import Choice, Offer
from connector.engine.reset import Fate, Listing, Touched
from connector.entrypoints.views import ItemView, Reason, View


class OfferView(View):
    """``does`` says what the choice does, or why it cannot be made; ``steps`` are a person's to take."""

    choice: Choice
    possible: bool
    does: str
    steps: tuple[str, ...]

    @classmethod
    def of(cls, offer: Offer) -> Self:
        return cls.like(offer)


class DriftView(View):
    """How both sides stand to what was exported. ``seen`` names the finding, for the decision about it; it is empty where nothing differs.
    ``chosen`` is ``compensate`` while somebody does that."""

    item: str
    differs: bool
    procore: Standing
    intacct: Standing
    found_at: datetime | None
    seen: str
    chosen: Literal["", "compensate"]
    fields: tuple[DriftRow, ...]
    choices: tuple[OfferView, ...]

    @classmethod
    def of(cls, item: Item, finding: Finding, offers: tuple[Offer, ...]) -> Self:
        drift = item.drift
        return cls(
            item=item.id,
            differs=drift is not None,
            procore=finding.procore,
            intacct=finding.intacct,
            found_at=drift.at if drift else None,
            seen=drift.mark if drift else "",
            chosen="compensate" if drift and drift.chosen else "",
            fields=finding.rows,
            choices=tuple(map(OfferView.of, offers)),
        )


class ResolvedAnswer(View):
    """The item after the decision. ``violations`` say what still stands in the way of its end, ``steps`` what a person does now."""

    item: ItemView
    violations: tuple[Reason, ...]
    steps: tuple[str, ...]


class TouchedView(View):
    """A link that a reset touches. ``proof`` says how Intacct's record is known to be gone or void; ``reasons`` why the link stays."""

    object: str
    procore_id: str
    intacct_id: str
    label: str
    item: str
    proof: str
    fate: Fate
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, row: Touched) -> Self:
        pair = row.hold.pair
        return cls(
            object=pair.object,
            procore_id=pair.procore_id,
            intacct_id=pair.intacct_id,
            label=pair.label,
            item=row.hold.item.id,
            proof=row.hold.proof,
            fate=row.fate,
            reasons=tuple(map(Reason.of, row.hold.violations)),
        )


class ResetAnswer(View):
    """Everything that a reset of the job touches, in the order in which links come off; the job's own is the last. ``seen`` names the
    listing, for the reset itself."""

    job: str
    label: str
    seen: str
    counts: dict[Fate, int]
    links: tuple[TouchedView, ...]

    @classmethod
    def of(cls, listing: Listing) -> Self:
        counts: Counter[Fate] = Counter(row.fate for row in listing.rows)
        links = tuple(map(TouchedView.of, listing.rows))
        return cls(job=listing.job.intacct_id, label=listing.job.label, seen=listing.fingerprint, counts=dict(counts), links=links)
