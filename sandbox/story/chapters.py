"""The story from its beginning to its end. Each chapter says what happened and raises Unexpected when it takes another turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from sandbox.story import backwards, billing, month, opening
from sandbox.story.desk import Desk, Item, expect
from sandbox.story.job import Job, commitment, jobs
from sandbox.story.opening import DOUBTFUL, NEW_VENDOR
from sandbox.story.people import Person, finished
from sandbox.story.stage import COMPANY, Stage

PAID_IN_INTACCT: Final = "SC-24-107-002-02"
"""An invoice of this month on the first job, which Procore Pay does not pay."""


@dataclass
class Story:
    stage: Stage
    say: Callable[[str], None]
    sent: list[str] = field(default_factory=list)
    """Numbers of the documents that stand in Intacct now."""
    used_link: str = ""
    refused: list[Mapping[str, Any]] = field(default_factory=list)
    """Every fault that was found in one commitment."""

    @cached_property
    def people(self) -> dict[str, Person]:
        return {key: Person(key, self.stage.procore.url, self.stage.app, COMPANY) for key in ("marco", "dana", "priya", "alex")}

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.stage, self.people, self.say)

    def play(self) -> None:
        opening.settings(self.desk)
        opening.webhooks(self.desk)
        opening.imports(self.desk)
        backwards.entered(self.desk)
        self.used_link = opening.new_vendor(self.desk)
        self.refused = opening.faulty(self.desk)
        opening.doubtful(self.desk)
        self.sent = [NEW_VENDOR, DOUBTFUL]
        first, *others = jobs(self.people["marco"])
        self.month(first)
        backwards.transferred(self.desk, PAID_IN_INTACCT)
        for job in others:
            self.month(job)
        self.back()

    def back(self) -> None:
        self.say("And backwards, from Intacct to Procore")
        backwards.brought(self.desk)
        backwards.payments(self.desk)

    def month(self, job: Job) -> None:
        self.say(f"A month on {job.number}, {job.name}")
        month.budget(self.desk, job)
        month.budget_changes(self.desk, job)
        self._went(month.commitments(self.desk, job, self.sent))
        self._went(month.change_orders(self.desk, job))
        month.prime_change_orders(self.desk, job)
        self._went(billing.invoices(self.desk, job))
        self._went(billing.retainage(self.desk, job))
        billing.payments(self.desk, job)

    def reconciled(self) -> list[Mapping[str, Any]]:
        """Every linked job as the connector itself finds it in both systems now, with the count of its differences: Alex sees them all."""
        alex = self.people["alex"]
        jobs = alex.ask("GET", "/jobs", expect=200).body["jobs"]
        runs = [alex.ask("POST", f"/jobs/{job['project_id']}/readings", expect=202).body["run"]["id"] for job in jobs]
        states = [finished(alex, run)["state"] for run in runs]
        expect(set(states) == {"ended"}, f"every job was read: {states}")
        read: list[Mapping[str, Any]] = alex.ask("GET", "/jobs", expect=200).body["jobs"]
        return read

    def commitment(self, number: str) -> dict[str, Any]:
        """How Marco names a commitment to the connector."""
        return commitment(self.people["marco"], number)

    def _went(self, items: Sequence[Item]) -> None:
        self.sent += [item["number"] for item in items]
