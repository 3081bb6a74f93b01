"""What a job and a sub job have in common in Intacct, where both are a PROJECT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from connector.core.errors import Code, Violation
from connector.core.spec import Facts


class Job(Protocol):
    @property
    def job_id(self) -> str | None: ...

    @property
    def name(self) -> str: ...

    @property
    def location(self) -> str | None: ...


def id_free(job: Job, facts: Facts) -> Iterator[Violation]:
    if job.job_id in facts.known["ids"]:
        said = f"Intacct already has a job {job.job_id}: link {job.name} to it, or choose another Job ID."
        yield Violation(code=Code.DUPLICATE_NUMBER, field="job_id", message=said)


def location_known(job: Job, facts: Facts) -> Iterator[Violation]:
    if job.location and job.location not in facts.known["locations"]:
        said = f"Intacct has no location {job.location!r}."
        yield Violation(code=Code.DIMENSION_UNKNOWN, field="location", message=said)
