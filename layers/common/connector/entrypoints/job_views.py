"""How jobs stand in both systems, as the API shows it. Amounts are Procore's less Intacct's where they are differences."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from connector.core.money import Money, plain
from connector.core.reconciliation import Cause, CodeRow, Compared, Figure, Reading, Why
from connector.engine.reconcile_runs import JobStanding
from connector.entrypoints.views import View


class JobView(View):
    """A linked job in one line. ``read_at`` is null while it was never read in both; ``differences`` counts figures of codes that differ,
    ``offset`` those that agree only because records that differ offset each other; ``apart`` adds up what stands between the systems
    whatever its sign, ``unexplained`` what of it has no cause. ``reading`` is the run that takes another reading, or did not end well."""

    project_id: str
    job: str
    name: str
    read_at: datetime | None
    codes: int
    differences: int
    offset: int
    apart: str
    unexplained: str
    reading: str

    @classmethod
    def of(cls, job: JobStanding) -> Self:
        held = job.standing
        return cls(
            project_id=job.pair.procore_id,
            job=job.pair.intacct_id,
            name=job.name,
            read_at=held.taken_at if held else None,
            codes=held.codes if held else 0,
            differences=held.differences if held else 0,
            offset=held.offset if held else 0,
            apart=plain(held.apart) if held else "0.00",
            unexplained=plain(held.unexplained) if held else "0.00",
            reading=job.run.id if job.run else "",
        )


class JobsAnswer(View):
    """What differs most first."""

    jobs: tuple[JobView, ...]


class CauseView(View):
    """A part of a difference: one record, with what each system has of it. ``words`` follow the ``label``; ``item`` tells its history."""

    why: Why
    label: str
    words: str
    item: str
    since: datetime | None
    procore: str
    intacct: str
    difference: str

    @classmethod
    def of(cls, cause: Cause) -> Self:
        return cls(
            why=cause.why,
            label=cause.label,
            words=cause.words,
            item=cause.item,
            since=cause.since,
            procore=plain(cause.procore),
            intacct=plain(cause.intacct),
            difference=plain(cause.difference),
        )


class FigureView(View):
    """A system that has no amount has null. The causes add up to the difference."""

    figure: Figure
    procore: str | None
    intacct: str | None
    difference: str
    causes: tuple[CauseView, ...]

    @classmethod
    def of(cls, compared: Compared) -> Self:
        return cls(
            figure=compared.figure,
            procore=_amount(compared.procore),
            intacct=_amount(compared.intacct),
            difference=plain(compared.difference),
            causes=tuple(map(CauseView.of, compared.causes)),
        )


class CodeView(View):
    """``job`` is the sub job where the code belongs to one; ``description`` is Procore's."""

    job: str
    cost_code: str
    cost_type: str
    description: str
    figures: tuple[FigureView, ...]

    @classmethod
    def of(cls, row: CodeRow) -> Self:
        job, cost_code, cost_type = row.code
        figures = tuple(map(FigureView.of, row.figures))
        return cls(job=job, cost_code=cost_code, cost_type=cost_type, description=row.name, figures=figures)


class JobAnswer(View):
    """``totals`` are without causes. ``notes`` say what the figures leave out, and why. Without a reading there are no totals, no codes."""

    job: JobView
    read_by: str
    totals: tuple[FigureView, ...]
    codes: tuple[CodeView, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, job: JobStanding, reading: Reading | None) -> Self:
        return cls(
            job=JobView.of(job),
            read_by=reading.taken_by if reading else "",
            totals=tuple(map(FigureView.of, reading.totals())) if reading else (),
            codes=tuple(map(CodeView.of, reading.rows)) if reading else (),
            notes=reading.notes if reading else (),
        )


def _amount(amount: Money | None) -> str | None:
    return None if amount is None else plain(amount)
