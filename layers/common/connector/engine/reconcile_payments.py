"""What is paid, by code. Procore knows what was paid of an invoice, Intacct what was paid of each line of its bill: a payment of the whole
goes by the invoice's own items, one in part is divided over them in proportion, as the export of a payment divides it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from connector.core.money import Money, shares, total
from connector.core.reconciliation import ZERO, Entry, JobCode

type ByCode = dict[JobCode, Money]


class Paying(BaseModel):
    """An invoice as it is paid. ``due`` is what each item asks for; ``payments`` are day, record and amount."""

    model_config = ConfigDict(extra="forbid")

    job: str
    label: str
    due: list[tuple[JobCode, Money]] = []
    payments: list[tuple[str, str, Money]] = []


def entries_of(paying: Paying) -> Iterator[Entry]:
    """Each payment by code, in the order of their days: what is paid so far, less what was before it. So all of them together come to
    the items to the cent when the invoice is paid."""
    before: ByCode = {}
    paid = ZERO
    for _, record, amount in sorted(paying.payments):
        paid += amount
        now = _divided(paid, paying.due) or {JobCode(paying.job, "", ""): paid}
        for code in sorted({*before, *now}):
            part = now.get(code, ZERO) - before.get(code, ZERO)
            if part or len(now) == 1:
                yield Entry(figure="paid", code=code, record=record, amount=part)
        before = now


def _divided(amount: Money, due: Sequence[tuple[JobCode, Money]]) -> ByCode:
    """Over the codes; nothing where it cannot be divided: there is no item, or some ask for money back."""
    by_code: ByCode = defaultdict(lambda: ZERO)
    for code, net in due:
        by_code[code] += net
    if amount == total([net for _, net in due]):
        return {code: net for code, net in by_code.items() if net}
    weights = {code: net for code, net in by_code.items() if net}
    if not weights or amount <= 0 or min(weights.values()) < 0:
        return {}
    return dict(zip(weights, shares(amount, list(weights.values())), strict=True))
