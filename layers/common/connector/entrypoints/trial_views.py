"""What a change of the settings would have done to last month's records, as the API tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from connector.core.deciders import Deciders
from connector.core.trial import Changed, Trial
from connector.entrypoints.views import Reason, View


class TriedField(View):
    """A field that would be another; ``lines`` are the numbers of the lines of which the same is true, from 1. ``field`` is empty for
    lines that would be there or not as a whole."""

    field: str
    lines: tuple[int, ...]
    before: str
    after: str


class TriedRecord(View):
    """``refused`` are the reasons that come, ``let_go`` those that go. ``decided_before`` and ``decided_after`` are null where the same
    people would decide it."""

    item: str
    object: str
    number: str
    title: str
    party: str
    amount: str
    project_id: str
    fields: tuple[TriedField, ...]
    refused: tuple[Reason, ...]
    let_go: tuple[Reason, ...]
    decided_before: Deciders | None
    decided_after: Deciders | None

    @classmethod
    def of(cls, changed: Changed) -> Self:
        before, after = changed.decide or (None, None)
        return cls.like(
            changed.item,
            item=changed.item.id,
            amount=str(changed.item.amount),
            fields=tuple(TriedField(field=row.label, lines=row.lines, before=row.before, after=row.after) for row in changed.rows),
            refused=tuple(map(Reason.of, changed.refused)),
            let_go=tuple(map(Reason.of, changed.let_go)),
            decided_before=before,
            decided_after=after,
        )


class TrialAnswer(View):
    """``tried`` records went to Intacct since ``since``, ``more`` where there are others besides. ``changed`` of them would change, among
    them those that would be ``refused`` and those that others would decide (``decided``); ``cannot`` counts those that cannot be tried,
    because what that takes was not kept at their export. ``records`` are those of the changed from number ``first`` on, the refused
    before all others."""

    since: datetime
    tried: int
    more: bool
    changed: int
    refused: int
    decided: int
    cannot: int
    first: int
    records: tuple[TriedRecord, ...]

    @classmethod
    def of(cls, trial: Trial) -> Self:
        return cls.like(trial, records=tuple(map(TriedRecord.of, trial.part)))
