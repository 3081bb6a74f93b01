"""Runs and how far imports have come, as callers see them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Self

from connector.engine.marks import Standing
from connector.entrypoints.views import View
from connector.ports import Run


class PlaceView(View):
    """Where an import stands: the object and the leg of it that are read, behind which RECORDNO, and how many jobs are to do."""

    object: str
    leg: str
    behind: str
    jobs_left: int

    @classmethod
    def of(cls, run: Run) -> Self | None:
        at = run.position
        if not at.get("object") or run.ended_at is not None:
            return None
        jobs = json.loads(at["jobs"]) if at.get("jobs") else ()
        return cls(object=at["object"], leg=at.get("leg", ""), behind=at.get("after", ""), jobs_left=len(jobs))


class RunView(View):
    """A run and how far it is. ``items`` counts what it carries; ``counts`` of an import are rows ``read``, records ``staged``,
    ``written``, ``linked``, ``unchanged``, ``refreshed``, ``left_out``, ``refused`` and ``gone``; of a reconciliation ``records`` asked of
    Procore, how many are ``expected`` by now, and ``jobs`` done. ``place`` is null for what has ended. ``problems`` are for approvers and
    administrators."""

    id: str
    kind: str
    state: str
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    objects: tuple[str, ...]
    project_id: str
    full: bool
    record: str
    items: int
    counts: dict[str, int]
    place: PlaceView | None
    problems: tuple[str, ...]

    @classmethod
    def of(cls, run: Run, *, with_problems: bool) -> Self:
        return cls.like(run, items=sum(map(len, run.waves)), place=PlaceView.of(run), problems=run.problems if with_problems else ())


class RunAnswer(View):
    run: RunView


class RunsAnswer(View):
    """Newest first."""

    runs: tuple[RunView, ...]


class StandingView(View):
    """How far one leg of an import has come: rows were read up to ``read``, and up to ``heard`` nothing else has changed. Both are null
    where nothing was read yet."""

    leg: str
    read: datetime | None
    heard: datetime | None

    @classmethod
    def of(cls, standing: Standing) -> Self:
        mark = standing.mark
        return cls(leg=standing.leg, read=mark.read if mark else None, heard=mark.heard if mark else None)


class StandingAnswer(View):
    watermark: StandingView


class StandingsAnswer(View):
    """``schedules`` say how often each object is imported by the clock: as set, or as is usual for its records."""

    watermarks: tuple[StandingView, ...]
    schedules: dict[str, str]
