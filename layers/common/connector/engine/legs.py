"""One leg of an import: which rows are read, and in what portions they are taken in.

Plain records come page by page. Where rules look at a whole set, a window only tells whether, or in which jobs, something changed; then
all of it is read again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector.core.errors import Code, ConnectorError, Kind, SetupWrong, Violation
from connector.core.exchange import Held, Query, Where
from connector.core.spec import Assignment, Facts, Leg, PerJob
from connector.engine.assign import Assigner
from connector.engine.incoming import Ground, Incoming, fields_of, read_rows
from connector.engine.progress import AnyLeg, Progress
from connector.engine.refused import Refused, refuse
from connector.engine.stage import stage
from connector.engine.straight_in import take_in
from connector.engine.target import Target
from connector.engine.window import Window, later
from connector.engine.world import Room
from connector.ports import CrossReference

JOBS_AT_ONCE: Final = 20
"""Jobs whose records one query reads: few calls, and no more between two saves than is quickly done again."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A linked job: its cross-reference, and the Procore project it is, or is a part of."""

    pair: CrossReference
    project_id: str
    part: bool = False


class LegReader:
    def __init__(self, progress: Progress, room: Room, leg: AnyLeg) -> None:
        self._progress, self._room, self._leg = progress, room, leg
        self._world = progress.world
        self._assigner = Assigner(self._world, room, leg) if isinstance(leg, Assignment) else None
        self._targets: dict[str, Target] = {}

    def read(self) -> bool:
        """False when time is up and something is left. The watermark moves when nothing is; that of all jobs stays where it is when
        only one was asked for."""
        run, name = self._progress.run, f"import:{self._room.name}:{self._leg.name}"
        per_job = self._leg.reads.per_job
        one_job = bool(run.project_id and per_job)
        before = self._world.state.watermark(name)
        window = self._progress.window(before, everything=run.full or one_job)
        if per_job:
            done = self._job_by_job(window, per_job)
        elif self._leg.reads.whole:
            done = self._whole(window)
        else:
            done = self._page_by_page(window)
        if done and not one_job:
            self._world.state.move_watermark(name, later(before, window.watermark))
        return done

    def _page_by_page(self, window: Window) -> bool:
        filters = dict(window.filters(self._leg.reads))
        begin, after = self._progress.at("filter") or next(iter(filters)), self._progress.at("after")
        for name in list(filters)[list(filters).index(begin) :]:
            for page in self._pages(filters[name], after if name == begin else ""):
                self._take_in(self._ground(), page)
                self._progress.position |= {"filter": name, "after": str(page[-1]["RECORDNO"])}
                self._progress.save()
                if self._progress.out_of_time:
                    return False
        return True

    def _whole(self, window: Window) -> bool:
        if window.since is None or any(self._rows(window)):
            everything = [row for page in self._pages(self._leg.reads.where) for row in page]
            self._take_in(self._ground(), everything)
        return True

    def _job_by_job(self, window: Window, per_job: PerJob) -> bool:
        jobs = self._jobs(per_job)
        if not self._progress.at("jobs"):
            self._progress.keep("jobs", self._jobs_to_do(window, per_job, jobs))
            if per_job.missing and not self._progress.run.project_id:
                self._refuse_orphans(window, per_job, per_job.missing, jobs)
        while todo := self._progress.listed("jobs"):
            batch = [job for job in todo[:JOBS_AT_ONCE] if job in jobs]
            rows: dict[str, list[Held]] = defaultdict(list)
            for page in self._pages((*self._leg.reads.where, Where(per_job.field, "in", tuple(batch)))) if batch else ():
                for row in page:
                    rows[str(row[per_job.field])].append(row)
            for job in batch:
                self._take_in_job(self._ground(job, jobs[job]), rows[job])
            self._progress.keep("jobs", todo[JOBS_AT_ONCE:])
            self._progress.save()
            if self._progress.out_of_time:
                return not todo[JOBS_AT_ONCE:]
        return True

    def _jobs(self, per_job: PerJob) -> Mapping[str, _Job]:
        """The linked jobs of the run by their ids, and those that are parts of them."""
        references, project_id = self._world.cross_references, self._progress.run.project_id
        pairs = references.by_procore(per_job.object, [project_id]).values() if project_id else references.of_object(per_job.object)
        parts = references.of_object(per_job.parts) if per_job.parts else ()
        jobs = {pair.intacct_id: _Job(pair, pair.procore_id) for pair in pairs}
        return jobs | {part.intacct_id: _Job(part, part.project_id, part=True) for part in parts if project_id in {"", part.project_id}}

    def _jobs_to_do(self, window: Window, per_job: PerJob, jobs: Mapping[str, _Job]) -> set[str]:
        """Those in which something changed, those that were linked since, and those where something waits for what this run brought."""
        if window.since is None:
            return set(jobs)
        since = window.since
        changed = {str(row[per_job.field]) for row in self._rows(window, per_job.field)}
        new = {name for name, job in jobs.items() if job.pair.linked_at is not None and job.pair.linked_at >= since}
        if self._assigner is not None:
            due = self._assigner.due()
            new |= {name for name, job in jobs.items() if job.project_id in due} | set(self._progress.listed("touched"))
        return (changed | new) & jobs.keys()

    def _refuse_orphans(self, window: Window, per_job: PerJob, missing: Code, jobs: Mapping[str, _Job]) -> None:
        """Lists what waits for a job that is not linked: read with that job, once it is."""
        leg, ground = self._leg, self._ground()
        assert isinstance(leg, Leg)  # noqa: S101 -- an assignment lists what it waits for by itself
        refused: list[Refused] = []
        for where in dict(window.filters(leg.reads)).values():
            for page in self._pages(where):
                orphans = [row for row in page if row[per_job.field] not in jobs]
                for each in read_rows(leg, orphans, ground.facts):
                    job = str(each.row[per_job.field])
                    if each.record is not None and leg.wanted(each.record, ground.facts):
                        said = f"{each.natural_id} belongs to {job}, which is not linked to a Procore project."
                        waiting = replace(each, waits_for=f"{per_job.object} {job}")
                        refused.append((waiting, [Violation(code=missing, field="", message=said)]))
        refuse(ground, refused)
        self._progress.counts += Counter(read=len(refused), refused=len(refused))

    def _take_in_job(self, ground: Ground, rows: Sequence[Held]) -> None:
        """What is wrong with one job does not stop the others: it is listed, to be tried again."""
        try:
            counts = self._take_in(ground, rows)
        except ConnectorError as problem:
            if isinstance(problem, SetupWrong) or problem.kind is Kind.LATER:
                raise
            refuse(ground, [(Incoming(key=ground.job, natural_id=ground.job, label=f"Job {ground.job}"), [problem.violation()])])
            self._progress.counts["refused"] += 1
        else:
            if counts["linked"]:
                self._progress.keep("touched", {*self._progress.listed("touched"), ground.job})

    def _take_in(self, ground: Ground, rows: Sequence[Held]) -> Counter[str]:
        counts = self._handled(ground, rows)
        self._progress.counts += counts + Counter(read=len(rows))
        return counts

    def _handled(self, ground: Ground, rows: Sequence[Held]) -> Counter[str]:
        leg = self._leg
        if isinstance(leg, Assignment):
            assert self._assigner is not None  # noqa: S101 -- made for every assignment
            return self._assigner.take_in(ground, rows)
        if not leg.staged:
            return take_in(ground, leg, rows)
        target = self._targets.setdefault(ground.project_id, Target(self._world, leg, ground.facts))
        return stage(ground, leg, target, rows)

    def _ground(self, name: str = "", job: _Job | None = None) -> Ground:
        run, config = self._progress.run, self._progress.config
        part = job.pair if job and job.part else None
        facts = Facts(
            config=config,
            kind=self._leg.name,
            project_id=job.project_id if job else "",
            sub_job_id=part.procore_id if part else "",
        )
        return Ground(world=self._world, room=self._room, leg=self._leg, facts=facts, by=run.started_by, job=name, part=part, full=run.full)

    def _rows(self, window: Window, *fields: str) -> Iterator[Held]:
        """The rows in the window, with these fields only."""
        for where in dict(window.filters(self._leg.reads)).values():
            for page in self._pages(where, fields=fields or ("RECORDNO",)):
                yield from page

    def _pages(self, where: tuple[Where, ...], after: str = "", *, fields: tuple[str, ...] = ()) -> Iterator[list[Held]]:
        query = Query(object=self._leg.reads.object, fields=fields or fields_of(self._leg), where=where)
        return self._world.intacct.pages(query, after=after, entity=self._progress.config.entity)
