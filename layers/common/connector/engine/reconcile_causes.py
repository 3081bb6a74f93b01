"""Why a record adds something else on either side, in words without amounts: by what became of its item, its link, and what each system
says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connector.core.item import Item, State
from connector.core.reconciliation import Cause, Figure, Told, Why
from connector.engine.reconcile import Share
from connector.ports import CrossReference

_BY_STATE: Final = {
    State.WAITING: (Why.WAITING, "waits for an approver"),
    State.APPROVED: (Why.ON_ITS_WAY, "is approved, and waits for its export"),
    State.EXPORTING: (Why.ON_ITS_WAY, "is on its way to Intacct"),
    State.REJECTED: (Why.REJECTED, "was rejected"),
    State.RETRIEVED: (Why.TAKEN_BACK, "was taken back by its sender"),
    State.FAILED: (Why.FAILED, "failed"),
    State.STALE: (Why.CHANGED, "changed in Procore after it was approved, and has to be sent again"),
    State.BLOCKED: (Why.BLOCKED, "waits for another record"),
    State.SYNCED: (Why.NOT_IN_INTACCT, "was sent to Intacct, which does not hold it on this job any more"),
}
_NOT_SENT: Final = (Why.NOT_SENT, "was not sent to accounting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What is known of the records that differ. ``whole`` is what each adds over all codes."""

    procore: Mapping[str, Told]
    intacct: Mapping[str, Told]
    pairs: Mapping[str, CrossReference]
    items: Mapping[str, Item]
    whole: Mapping[tuple[str, Figure], Share]

    def name(self, record: str, figure: Figure, share: Share) -> Cause:
        item = self.items.get(record)
        ours, theirs = self.procore.get(record), self.intacct.get(record)
        told = ours or theirs or Told(label=record)
        why, words = self._why(record, figure)
        return Cause(
            why=why,
            label=(item.number if item else "") or told.label,
            words=words,
            procore=share.procore,
            intacct=share.intacct,
            item=item.id if item else "",
            since=item.since if item and why in _OPEN else None,
        )

    def _why(self, record: str, figure: Figure) -> tuple[Why, str]:
        ours, theirs = self.procore.get(record), self.intacct.get(record)
        if theirs is not None and theirs.why is not None:
            return theirs.why, theirs.words
        if theirs is not None and theirs.counts:
            return self._in_both(record, figure, ours)
        if theirs is not None:
            return Why.NOT_IN_INTACCT, f"is {theirs.status or 'not posted'} in Intacct, where it does not count"
        return self._not_in_intacct(record)

    def _in_both(self, record: str, figure: Figure, ours: Told | None) -> tuple[Why, str]:
        if ours is None:
            pair = self.pairs.get(record)
            gone = f": {pair.gone}" if pair is not None and pair.gone else ""
            return Why.NOT_IN_PROCORE, f"is in Intacct, and not in Procore{gone}"
        if not ours.counts:
            return Why.NOT_COUNTED, f"is {ours.status} in Procore, where it does not count; Intacct holds it"
        whole = self.whole[record, figure]
        if whole.procore == whole.intacct:
            what = "is divided over the codes otherwise" if figure == "paid" else "is coded otherwise"
            return Why.CODED_OTHERWISE, f"{what} in Intacct than in Procore"
        item = self.items.get(record)
        if item is None and record not in self.pairs:
            return Why.DIFFERS, "is in both, was never sent, and is not the same"
        return Why.DIFFERS, "is in both, and was changed in one of them after it was sent"

    def _not_in_intacct(self, record: str) -> tuple[Why, str]:
        ours, pair, item = self.procore.get(record), self.pairs.get(record), self.items.get(record)
        if pair is not None and pair.gone:
            return Why.NOT_IN_INTACCT, f"does not count in Intacct any more: {pair.gone}"
        if pair is not None:
            return Why.NOT_IN_INTACCT, f"is linked to {pair.intacct_id}, of which Intacct holds nothing that counts here"
        if item is not None:
            return _of_item(item)
        if record.startswith("payments:") and ours is not None:
            status = f" ({ours.status})" if ours.status else ""
            return Why.NOT_SENT, ours.words or f"was made through Procore Pay{status}; it goes by itself once its money is on the way"
        return _NOT_SENT


_OPEN: Final = frozenset({Why.WAITING, Why.ON_ITS_WAY, Why.REJECTED, Why.TAKEN_BACK, Why.FAILED, Why.CHANGED, Why.BLOCKED})


def _of_item(item: Item) -> tuple[Why, str]:
    why, words = _BY_STATE.get(item.state, _NOT_SENT)
    more = {
        Why.REJECTED: item.reason,
        Why.FAILED: item.problems[0].message if item.problems else "",
        Why.BLOCKED: item.waits_for.replace("_", " "),
    }.get(why, "")
    return why, f"{words}: {more}" if more else words
