"""A leg whose rows are entries of a ledger, which become lines of records: read by job and month.

An entry that is taken back leaves no trace, and the view that shows entries has no change stamp everywhere. So an import goes through
months: those in which a stamp moved, and the last ones whatever the stamps say. Of each it reads all entries there are, and compares.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta, timezone
from itertools import batched
from typing import Any, Final

from connector.core.errors import Code, ConnectorError, Kind, SetupWrong
from connector.core.exchange import Held, Query, Where
from connector.core.fingerprint import digest
from connector.core.item import State
from connector.core.spec import Beside, Facts, Gathering, Leg, PerJob
from connector.engine.back_references import all_to_procore
from connector.engine.gathered import Costs
from connector.engine.incoming import Ground, Incoming, fields_of, key_of, read_rows
from connector.engine.jobs import Job, linked_jobs, new_jobs
from connector.engine.legs import JOBS_AT_ONCE
from connector.engine.outlook import leg_name, mark_name, marks_of
from connector.engine.progress import Progress
from connector.engine.refused import Refused, listed, refuse, settle, shelf
from connector.engine.window import Mark, Window
from connector.engine.world import Room

_VALUES_AT_ONCE: Final = 1000
_MONTH: Final = re.compile(r"\d{4}-\d{2}/")


@dataclass(frozen=True, slots=True, order=True)
class _Unit:
    """What is read and compared as a whole: a job's month (``2026-11``). Keys of what becomes of it begin with it."""

    month: str
    job: str

    @property
    def key(self) -> str:
        return f"{self.month}/{self.job}/"

    @classmethod
    def of(cls, text: str) -> _Unit:
        month, _, job = text.partition("/")
        return cls(month, job.removesuffix("/"))


@dataclass(slots=True)
class _Asked:
    """What was asked about entries already: rows by the value they were asked for, none where there is none."""

    rows: dict[str, list[Held]] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)


class LedgerReader:
    def __init__(self, progress: Progress, room: Room, leg: Leg[Any]) -> None:
        assert leg.gathering is not None  # noqa: S101 -- read by this class for that reason
        assert leg.reads.per_job is not None  # noqa: S101 -- declared so
        self._progress, self._room, self._leg = progress, room, leg
        self._gathering: Gathering[Any, Any] = leg.gathering
        self._per_job: PerJob = leg.reads.per_job
        self._world, self._tenant = progress.world, progress.world.tenant()
        self._name = leg_name(room.name, leg)
        self._asked = {beside.name: _Asked() for beside in self._gathering.beside}

    def read(self) -> bool:
        """False when time is up and something is left. The watermark moves when nothing is, unless only a part was asked for."""
        progress, run = self._progress, self._progress.run
        one = bool(run.record or run.project_id)
        self._facts = self._with_basis()
        self._jobs = linked_jobs(self._world, self._per_job, run.project_id)
        self._pairs = {pair.intacct_key: pair for pair in self._world.cross_references.of_object(self._room.name)}
        settings = [str(getattr(progress.config, name)) for name in self._gathering.settings]
        known, basis = self._basis_was, digest([self._facts.rows["basis"], settings])
        mark = progress.at("was") if progress.at("until") else marks_of(self._world, [self._room.name])[self._name]
        window = progress.window(mark, everything=one or run.full or known != basis)
        if not progress.at("jobs"):
            progress.keep("jobs", (unit.key for unit in self._units(window)))
        while todo := sorted(_Unit.of(text) for text in progress.listed("jobs")):
            together = [unit for unit in todo if unit.month == todo[0].month][:JOBS_AT_ONCE]
            self._take_in_month(todo[0].month, [unit.job for unit in together])
            progress.keep("jobs", (unit.key for unit in todo[len(together) :]))
            progress.save()
            if progress.out_of_time and todo[len(together) :]:
                return False
        if not one:
            moves = {mark_name(self._name): (progress.at("was"), str(window.mark)), self._basis_name: (known, basis)}
            self._world.state.move_watermarks({name: move for name, move in moves.items() if move[0] != move[1]})
        return True

    @property
    def _basis_name(self) -> str:
        return f"{mark_name(self._name)}:basis"

    @property
    def _basis_was(self) -> str:
        return self._world.state.watermarks([self._basis_name]).get(self._basis_name, "")

    def _with_basis(self) -> Facts:
        rows = [row for page in self._world.intacct.pages(self._gathering.basis, entity=self._progress.config.entity) for row in page]
        plain = [{name: value for name, value in row.items() if name != "RECORDNO"} for row in rows]
        return Facts(config=self._progress.config, kind=self._leg.name, rows={"basis": plain})

    def _units(self, window: Window) -> set[_Unit]:
        """Months in which something may have changed, of linked jobs."""
        run, first = self._progress.run, self._first_month()
        known = {unit for unit in map(self._unit_of, self._pairs) if unit}
        if run.record:
            return set(self._scan(Where("RECORDNO", "equalto", (run.record,))))
        if window.since is None:
            return {*self._scan(), *known}
        mark = Mark.of(self._progress.at("was"))
        assert mark is not None  # noqa: S101 -- a window that begins somewhere follows one
        changed = {unit for where in self._stamped(window) for unit in self._scan(*where)}
        recent = {*self._scan(Where(self._gathering.day, "greaterthanorequalto", (_us(first),)))}
        recent |= {unit for unit in known if unit.month >= f"{first:%Y-%m}"}
        new = new_jobs(self._jobs, mark)
        of_new = {*self._scan(jobs=sorted(new))} if new else set()
        refused = (self._unit_of(item.intacct_key) for item in shelf(self._world, State.INVALID, self._room.name))
        return changed | recent | of_new | {unit for unit in refused if unit}

    def _stamped(self, window: Window) -> Iterator[tuple[Where, ...]]:
        stamps = self._tenant.present(self._leg.reads.object, self._gathering.stamps)
        if not stamps:
            return
        reads = replace(self._leg.reads, where=(), stamp=stamps[0])
        for name, where in window.filters(reads):
            if name != "unstamped" or reads.created not in self._tenant.lacks(reads.object):
                yield where

    def _scan(self, *where: Where, jobs: Sequence[str] = ()) -> Iterator[_Unit]:
        day, job = self._gathering.day, self._per_job.field
        for some in batched(jobs or sorted(self._jobs), _VALUES_AT_ONCE, strict=False):
            for row in self._rows((*where, self._not_later(), Where(job, "in", some)), (job, day)):
                yield _Unit(_month(row[day]), str(row[job]))

    def _rows(self, where: Sequence[Where], fields: Sequence[str]) -> Iterator[Held]:
        reads = self._leg.reads
        for narrowed in self._gathering.narrowed(self._facts):
            query = Query(object=reads.object, fields=tuple(fields), where=(*reads.where, *narrowed, *where))
            for page in self._world.intacct.pages(query, entity=self._progress.config.entity):
                yield from page

    def _take_in_month(self, month: str, jobs: Sequence[str]) -> None:
        linked = [job for job in jobs if job in self._jobs]
        rows: dict[str, list[Held]] = defaultdict(list)
        first = date.fromisoformat(f"{month}-01")
        day, job_field = self._gathering.day, self._per_job.field
        within = (Where(day, "greaterthanorequalto", (_us(first),)), Where(day, "lessthan", (_us(_next(first)),)))
        fields = self._tenant.present(self._leg.reads.object, (*fields_of(self._leg), day, *(each.of for each in self._gathering.beside)))
        for row in self._rows((*within, self._not_later(), Where(job_field, "in", tuple(linked))), fields) if linked else ():
            rows[str(row[job_field])].append(row)
        together = [row for some in rows.values() for row in some]
        facts = self._facts
        for beside in self._gathering.beside:
            facts = self._ask(beside, together, facts)
        for job in linked:
            self._take_in(_Unit(month, job), self._ground(job, self._jobs[job], facts), rows[job])

    def _take_in(self, unit: _Unit, ground: Ground, rows: Sequence[Held]) -> None:
        """What is wrong with one job does not stop the others: it is listed, to be tried again."""
        try:
            counts = self._handled(unit, ground, rows)
        except ConnectorError as problem:
            if isinstance(problem, SetupWrong) or problem.kind is Kind.LATER:
                raise
            label = f"Job {unit.job}, {unit.month}"
            refuse(ground, [(Incoming(key=f"{unit.key}job", natural_id=unit.job, label=label), [problem.violation()])])
            counts = Counter(refused=1)
        self._progress.counts += counts + Counter(read=len(rows))

    def _handled(self, unit: _Unit, ground: Ground, rows: Sequence[Held]) -> Counter[str]:
        leg, gathering = self._leg, self._gathering
        incoming = read_rows(leg, rows, ground.facts)
        counts = gathering.counts(ground.facts)
        meant = [each for each in incoming if each.record is None or counts(each.record)]
        fine = [each for each in meant if each.record is not None and not each.violations]
        refused: list[Refused] = [(each, each.violations) for each in meant if each.violations or each.record is None]
        entries: list[Any] = []
        for each, (entry, missing) in zip(fine, all_to_procore(self._world, [each.record for each in fine if each.record]), strict=True):
            if missing:
                refused.append((each, missing))
            else:
                entries.append(entry)
        costs = {f"{unit.key}{name}": cost for name, cost in gathering.gathered(entries, ground.facts).items()}
        linked = all_to_procore(self._world, list(costs.values()))
        costs = {key: cost for key, (cost, _not_linked) in zip(costs, linked, strict=True)}
        landed = Costs(ground, leg, self._pairs).bring(unit.key, costs)
        together = [*self._together(unit, refused), *landed.refused]
        names = {each.key for each, _ in together}
        refuse(ground, together)
        settle(ground, {key: State.IMPORTED for key in self._listed(unit, ground) if key not in names})
        return landed.counts + Counter(left_out=len(incoming) - len(meant), refused=len(refused) + len(landed.refused))

    def _listed(self, unit: _Unit, ground: Ground) -> list[str]:
        return [item.intacct_key for item in listed(ground) if item.intacct_key.startswith(unit.key)]

    def _together(self, unit: _Unit, refused: Sequence[Refused]) -> Iterator[Refused]:
        """Entries refused for the same, as one: how many, and of what amount."""
        same: dict[str, list[Refused]] = defaultdict(list)
        for each, violations in refused:
            name = self._gathering.listed_as(each.record) if each.record is not None else f"entry/{each.recordno}"
            same[f"{unit.key}{name}"].append((each, violations))
        for key, several in same.items():
            first, violations = several[0]
            worth = self._leg.amount
            total = f", {sum(worth(each.record) for each, _ in several if each.record is not None)}" if worth else ""
            said = f"{len(several)} {'entry' if len(several) == 1 else 'entries'} of {unit.month} on {unit.job}{total}"
            told = [replace(violation, message=f"{said}: {violation.message}") for violation in violations]
            yield replace(first, key=key, natural_id=first.label, label=f"{first.label}, {unit.month}"), told

    def _ask(self, beside: Beside, rows: Sequence[Held], facts: Facts) -> Facts:
        """Each value once a step."""
        asked = self._asked[beside.name]
        wanted = sorted({str(value) for row in rows if (value := row.get(beside.of))} - asked.rows.keys())
        for some in batched(wanted, _VALUES_AT_ONCE, strict=False):
            asked.rows |= {value: [] for value in some}
            query = Query(object=beside.object, fields=("RECORDNO", beside.by, *beside.fields), where=(Where(beside.by, "in", some),))
            found = [row for page in self._world.intacct.pages(query, entity=facts.config.entity) for row in page]
            for row in found:
                asked.rows[str(row[beside.by])].append(row)
            keys = {key_of(beside.key, row): str(row[beside.by]) for row in found} if beside.pairs else {}
            asked.linked |= {keys[key] for key in self._world.cross_references.by_intacct(beside.pairs, keys)} if keys else set()
        return replace(
            facts,
            rows={**facts.rows, beside.name: [row for value in sorted(asked.rows) for row in asked.rows[value]]},
            known={**facts.known, beside.name: frozenset(asked.linked)},
        )

    def _ground(self, name: str, job: Job, facts: Facts) -> Ground:
        run = self._progress.run
        part = job.pair if job.part else None
        here = replace(facts, project_id=job.project_id, sub_job_id=part.procore_id if part else "")
        return Ground(world=self._world, room=self._room, leg=self._leg, facts=here, by=run.started_by, job=name, part=part, full=run.full)

    def _unit_of(self, key: str) -> _Unit | None:
        if not _MONTH.match(key):
            return None
        month, rest = key[:7], key[8:]
        return next((_Unit(month, job) for job in self._jobs if rest.startswith(f"{job}/")), None)

    def _today(self) -> date:
        zone = timezone(timedelta(minutes=self._progress.outlook.offset))
        return self._world.clock.now().astimezone(zone).date()

    def _not_later(self) -> Where:
        return Where(self._gathering.day, "lessthan", (_us(_next(self._today())),))

    def _first_month(self) -> date:
        """Of those that are compared whatever changed."""
        months = self._today().year * 12 + self._today().month - self._progress.config.ledger_months
        return date(months // 12, months % 12 + 1, 1)


def _month(day: object) -> str:
    """``11/30/2026`` is in ``2026-11``. Raises ConnectorError(VALUE_UNREADABLE)."""
    month, _, rest = str(day).partition("/")
    year = rest.rpartition("/")[2][:4]
    if not (month.isdecimal() and year.isdecimal()):
        raise ConnectorError(Code.VALUE_UNREADABLE, f"An entry has the date {day!r}.")
    return f"{year}-{month:0>2}"


def _next(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _us(day: date) -> str:
    return f"{day:%m/%d/%Y}"
