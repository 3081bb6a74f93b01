"""One leg of an import: which rows are read, and in what portions they are taken in.

Plain records come page by page. Where rules look at a whole set, a window only tells whether, or in which jobs, something changed; then
all of it is read again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from connector.core.errors import Code, ConnectorError, Kind, SetupWrong, Violation
from connector.core.exchange import Held, Query, Where
from connector.core.spec import Assignment, Facts, Leg, PerJob, Reading
from connector.engine.assign import Assigner
from connector.engine.gone import Known, put_aside
from connector.engine.held_lines import changed, values_of, with_lines
from connector.engine.incoming import Ground, Incoming, fields_of, key_of, read_rows
from connector.engine.jobs import Job, linked_jobs, new_jobs
from connector.engine.outlook import BY_RECORD, AnyLeg, leg_name, mark_name, marks_of
from connector.engine.progress import Progress
from connector.engine.refused import Refused, refuse
from connector.engine.split import take_apart
from connector.engine.stage import stage
from connector.engine.straight_in import take_in
from connector.engine.target import Target
from connector.engine.window import Mark, Window
from connector.engine.world import Room

JOBS_AT_ONCE: Final = 20
"""Jobs whose records one query reads: few calls, and no more between two saves than is quickly done again."""


NOTHING_NEW: Final = frozenset({"read", "unchanged", "left_out", "refused"})
"""Counts of rows that left nothing behind which reading them again would double."""


class LegReader:
    def __init__(self, progress: Progress, room: Room, leg: AnyLeg) -> None:
        self._progress, self._room, self._leg = progress, room, leg
        self._world, self._tenant = progress.world, progress.world.tenant()
        self._assigner = Assigner(self._world, room, leg) if isinstance(leg, Assignment) else None
        self._targets: dict[tuple[str, str], Target] = {}
        self._name = leg_name(room.name, leg)
        self._reads = _of_one(leg, progress.run.record) if progress.run.record else leg.reads
        self._outlook = progress.outlook
        self._deleted = frozenset(self._outlook.deleted.get(self._name, ()))
        self._known = Known(self._world, room, leg) if isinstance(leg, Leg) else None

    def read(self) -> bool:
        """False when time is up and something is left. The watermark moves when nothing is, from where it stood when the leg began: one
        that a person moved meanwhile stays where they put it. So does that of all jobs, or of all records, when only one was asked
        for."""
        progress, per_job = self._progress, self._leg.reads.per_job
        one = bool(progress.run.record or (progress.run.project_id and per_job))
        mark = progress.at("was") if progress.at("until") else marks_of(self._world, [self._room.name])[self._name]
        window = progress.window(mark, everything=one or progress.run.full or self._name in self._outlook.whole)
        quiet = self._name in self._outlook.quiet and not one
        if progress.run.record and isinstance(self._leg, Assignment):
            done = True
        elif per_job:
            done = self._job_by_job(window, per_job, quiet=quiet)
        elif quiet:
            done = True
        elif self._leg.reads.whole:
            done = self._whole(window)
        else:
            done = self._page_by_page(window)
        told = self._deleted if not progress.run.record else {progress.run.record} if not progress.counts["read"] else ()
        if done and told and isinstance(self._leg, Leg) and self._leg.key == BY_RECORD:
            self._put_aside(self._ground(), lambda known: known.named(told))
        if done and not one:
            self._world.state.move_watermarks({mark_name(self._name): (progress.at("was"), str(self._reached(window, quiet=quiet)))})
        return done

    @property
    def _set(self) -> tuple[Where, ...]:
        """Of a set that rules look at as a whole, all is read even for one record."""
        return self._leg.reads.where if self._leg.reads.whole else self._reads.where

    def _reached(self, window: Window, *, quiet: bool) -> Mark:
        """Where nobody listened for deletions, they are still to be looked for, but where all was read and compared."""
        before = Mark.of(self._progress.at("was"))
        if before is None or window.since is None:
            return window.mark
        if quiet:
            return before.quiet_until(window.until)
        return window.mark if self._outlook.listened else replace(window.mark, heard=before.heard)

    def _page_by_page(self, window: Window) -> bool:
        filters = dict(window.filters(self._reads))
        begin, after = self._progress.at("filter") or next(iter(filters)), self._progress.at("after")
        for name in list(filters)[list(filters).index(begin) :]:
            after = after if name == begin else ""
            for page in self._pages(filters[name], after):
                low, after = int(after or 0), str(page[-1]["RECORDNO"])
                counts = self._compare(window, page, low=low, high=int(after)) + self._take_in(self._ground(), page)
                self._progress.position |= {"filter": name, "after": after}
                self._progress.save_unless_quiet(changed=bool(counts.keys() - NOTHING_NEW))
                if self._progress.out_of_time:
                    return False
            self._compare(window, (), low=int(after or 0))
        return True

    def _compare(self, window: Window, page: Sequence[Held], *, low: int, high: int | None = None) -> Counter[str]:
        """Where all rows come by, what is missing between two record numbers is gone."""
        if window.since is not None or self._progress.run.record:
            return Counter()
        seen = {str(row["RECORDNO"]) for row in page}
        return self._put_aside(self._ground(), lambda known: known.behind(low, high) - seen)

    def _whole(self, window: Window) -> bool:
        if window.since is None or any(self._rows(window)):
            everything = [row for page in self._pages(self._set) for row in page]
            self._compare_set(window, self._ground(), everything)
            self._take_in(self._ground(), everything)
        return True

    def _compare_set(self, window: Window, ground: Ground, rows: Sequence[Held]) -> None:
        leg = self._leg
        if window.since is None and isinstance(leg, Leg) and not self._progress.run.record:
            seen = {key_of(leg.key, row) for row in rows}
            self._put_aside(ground, lambda known: known.of_ground(ground) - seen)

    def _put_aside(self, ground: Ground, suspects: Callable[[Known], set[str]]) -> Counter[str]:
        if self._known is None or not isinstance(self._leg, Leg):
            return Counter()
        suspected = suspects(self._known)
        gone = Counter(gone=put_aside(ground, self._leg, suspected) if suspected else 0)
        self._progress.counts += gone
        return gone

    def _job_by_job(self, window: Window, per_job: PerJob, *, quiet: bool) -> bool:
        jobs = self._jobs(per_job)
        if not self._progress.at("jobs"):
            self._progress.keep("jobs", self._jobs_to_do(window, per_job, jobs, quiet=quiet))
            if per_job.missing and not quiet and not self._progress.run.project_id:
                self._refuse_orphans(window, per_job, per_job.missing, jobs)
        while todo := self._progress.listed("jobs"):
            batch = [job for job in todo[:JOBS_AT_ONCE] if job in jobs]
            rows: dict[str, list[Held]] = defaultdict(list)
            for page in self._pages((*self._set, Where(per_job.field, "in", tuple(batch)))) if batch else ():
                for row in page:
                    rows[str(row[per_job.field])].append(row)
            for job in batch:
                self._take_in_job(window, self._ground(job, jobs[job]), rows[job])
            self._progress.keep("jobs", todo[JOBS_AT_ONCE:])
            self._progress.save()
            if self._progress.out_of_time:
                return not todo[JOBS_AT_ONCE:]
        return True

    def _jobs(self, per_job: PerJob) -> Mapping[str, Job]:
        return linked_jobs(self._world, per_job, self._progress.run.project_id)

    def _jobs_to_do(self, window: Window, per_job: PerJob, jobs: Mapping[str, Job], *, quiet: bool) -> set[str]:
        """Those in which something changed, and those in which something waits."""
        if self._progress.run.record:
            return {str(row[per_job.field]) for row in self._rows(window, per_job.field)} & jobs.keys()
        if window.since is None and not quiet:
            return set(jobs)
        mark = Mark.of(self._progress.at("was"))
        assert mark is not None  # noqa: S101 -- a leg that was never read has no window and is not quiet
        going = new_jobs(jobs, mark)
        if not quiet:
            going |= {str(row[per_job.field]) for row in self._rows(window, per_job.field)}
            going |= self._jobs_of_changed_lines(window, per_job)
        if self._assigner is not None:
            due = self._assigner.due()
            going |= {name for name, job in jobs.items() if job.project_id in due} | set(self._progress.listed("touched"))
        return going & jobs.keys()

    def _jobs_of_changed_lines(self, window: Window, per_job: PerJob) -> set[str]:
        """A line's change may leave its record's stamp as it is."""
        lines, entity = self._leg.lines if isinstance(self._leg, Leg) else None, self._progress.config.entity
        if lines is None:
            return set()
        keys = changed(self._world.intacct, lines, window, entity=entity)
        return values_of(self._world.intacct, self._leg.reads.object, per_job.field, lines.of, keys, entity=entity)

    def _refuse_orphans(self, window: Window, per_job: PerJob, missing: Code, jobs: Mapping[str, Job]) -> None:
        """Lists what waits for a job that is not linked: read with that job, once it is."""
        leg, ground = self._leg, self._ground()
        assert isinstance(leg, Leg)  # noqa: S101 -- an assignment lists what it waits for by itself
        refused: list[Refused] = []
        for where in dict(window.filters(self._reads)).values():
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

    def _take_in_job(self, window: Window, ground: Ground, rows: Sequence[Held]) -> None:
        """What is wrong with one job does not stop the others: it is listed, to be tried again."""
        try:
            self._compare_set(window, ground, rows)
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
        if leg.split is not None:
            return take_apart(ground, leg, leg.split, rows)
        if not leg.staged:
            return take_in(ground, leg, rows)
        place = ground.project_id, ground.facts.sub_job_id
        target = self._targets.setdefault(place, Target(self._world, leg, ground.facts))
        return stage(ground, leg, target, rows)

    def _ground(self, name: str = "", job: Job | None = None) -> Ground:
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
        for where in dict(window.filters(self._reads)).values():
            for page in self._pages(where, fields=fields or ("RECORDNO",)):
                yield from page

    def _pages(self, where: tuple[Where, ...], after: str = "", *, fields: tuple[str, ...] = ()) -> Iterator[list[Held]]:
        name, entity = self._leg.reads.object, self._progress.config.entity
        query = Query(object=name, fields=fields or self._tenant.present(name, fields_of(self._leg)), where=where)
        pages = self._world.intacct.pages(query, after=after, entity=entity)
        if fields or not isinstance(self._leg, Leg):
            return pages
        record, lines = self._leg.record, self._leg.lines
        return (with_lines(self._world.intacct, self._tenant, record, lines, page, entity=entity) for page in pages)


def _of_one(leg: AnyLeg, record: str) -> Reading:
    if not isinstance(leg, Leg):
        return leg.reads
    return replace(leg.reads, where=(*leg.reads.where, Where(leg.natural_id, "equalto", (record,))))
