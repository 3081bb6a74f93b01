"""Documents that stand in both systems, as callers see them."""

from __future__ import annotations

from typing import Self

from connector.core.adoption import Compared, Suggested
from connector.entrypoints.views import Reason, View


class DifferenceView(View):
    field: str
    label: str
    procore: str
    intacct: str


class ComparedView(View):
    """``difference`` is what Procore's lines add up to less what Intacct's do. ``problems`` keep the pair from being linked."""

    procore_id: str
    intacct_id: str
    item: str
    number: str
    title: str
    linked: bool
    procore_total: str
    intacct_total: str
    difference: str
    differences: tuple[DifferenceView, ...]
    fingerprint: str
    problems: tuple[Reason, ...]

    @classmethod
    def of(cls, pair: Compared) -> Self:
        return cls.like(
            pair,
            procore_total=str(pair.procore_total),
            intacct_total=str(pair.intacct_total),
            difference=str(pair.procore_total - pair.intacct_total),
            differences=tuple(
                DifferenceView(field=each.field, label=each.label, procore=each.ours, intacct=each.theirs) for each in pair.differences
            ),
            problems=tuple(map(Reason.of, pair.violations)),
        )


class AdoptionsAnswer(View):
    pairs: tuple[ComparedView, ...]


class SuggestionsAnswer(View):
    suggestions: tuple[Suggested, ...]
