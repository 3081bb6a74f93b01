"""Readings of jobs: asked for by a person or the clock, taken by a run of the import machine (of the function ``projects``), kept whole.

A reading is kept as a payload of its own; the row that points to it is moved last. So a page shows the last whole reading until the next
one is whole, and a run that breaks off leaves everything as it was. A run that goes through many jobs takes each for itself.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connector.core.errors import Code, ConnectorError, Kind, SetupWrong
from connector.core.people import Person
from connector.core.reconciliation import Reading, Standing
from connector.engine.import_runs import THE_CLOCK, begin, recent
from connector.engine.progress import Progress, alive
from connector.engine.reconcile import Figures
from connector.engine.reconcile_causes import Naming
from connector.engine.reconcile_intacct import IntacctReader
from connector.engine.reconcile_procore import Collected, ProcoreReader, name_key
from connector.engine.world import World
from connector.ports import CrossReference, Run

log = logging.getLogger("connector.reconcile")

RECONCILING: Final = "reconciliation"
STALE: Final = timedelta(minutes=15)
"""How far apart the two systems may be read."""
NIGHT: Final = 8
"""The hour (UTC) of the daily readings: after midnight from Boston to Los Angeles."""
FUNCTION: Final = "projects"
"""The object whose function takes readings: a job is its record, and it talks to both systems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStanding:
    """A linked job, its last reading in one line, and the last run that a person asked for, unless it has come to its end: ``going`` is
    whether it still may."""

    pair: CrossReference
    standing: Standing | None
    run: Run | None
    going: bool

    @property
    def name(self) -> str:
        return self.pair.label or self.pair.intacct_id


def may_see(world: World, person: Person, project_id: str = "") -> None:
    """Readings are for whoever has a role, of the projects that they may see. Raises ConnectorError(NOT_ALLOWED, NOT_FOUND)."""
    if not world.config().roles(person):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} may not see how jobs stand in both systems.")
    if not person.may_see(project_id):
        raise ConnectorError(Code.NOT_FOUND, f"There is no job of project {project_id}, or you may not see it.")


def jobs(world: World, person: Person) -> list[JobStanding]:
    """Those that this person may see: what differs most first, then by id. Raises ConnectorError(NOT_ALLOWED)."""
    may_see(world, person)
    pairs = [pair for pair in world.cross_references.of_object(FUNCTION) if person.may_see(pair.procore_id) and not pair.gone]
    held = world.state.watermarks([_mark(pair.procore_id) for pair in pairs])
    asked = _asked_for(world)
    found = [_job(world, pair, held.get(_mark(pair.procore_id), ""), asked) for pair in pairs]
    return sorted(found, key=lambda job: (-(job.standing.apart if job.standing else 0), job.pair.intacct_id))


def job_of(world: World, person: Person, project_id: str) -> tuple[JobStanding, Reading | None]:
    """The job of a project with its last reading. Raises ConnectorError(NOT_ALLOWED, NOT_FOUND)."""
    may_see(world, person, project_id)
    pair = _pair(world, project_id)
    job = _job(world, pair, world.state.watermarks([_mark(project_id)]).get(_mark(project_id), ""), _asked_for(world))
    text = world.payloads.get(job.standing.kept) if job.standing else None
    return job, Reading.model_validate_json(text) if text else None


def request(world: World, person: Person | None, project_id: str = "") -> Run:
    """Starts a reading of this project's job, or (the clock, which is None) of every active one; joins the run that takes it already.
    Raises ConnectorError(NOT_ALLOWED, NOT_FOUND)."""
    if person is not None:
        may_see(world, person, project_id)
        _pair(world, project_id)
    run = Run(
        id="",
        kind=RECONCILING,
        state="running",
        started_at=world.clock.now(),
        started_by=person.name if person else THE_CLOCK,
        objects=(FUNCTION,),
        project_id=project_id,
    )
    return begin(world, run)


def due(world: World) -> bool:
    """Whether this is the hour of the daily readings, and the settings want them."""
    return world.config().reconciliations == "day" and world.clock.now().hour == NIGHT


def take(progress: Progress) -> bool:
    """One step of a run, and whether it was the last. What is wrong with one job holds up no other."""
    run, world = progress.run, progress.world
    if not progress.at("todo"):
        every = (pair.procore_id for pair in world.cross_references.of_object(FUNCTION) if not pair.gone)
        progress.keep("todo", [run.project_id] if run.project_id else every)
    while todo := progress.listed("todo"):
        try:
            if not _taken(progress, todo[0]):
                progress.save()
                return False
        except ConnectorError as problem:
            if problem.kind is Kind.LATER or isinstance(problem, SetupWrong) or run.project_id:
                raise
            log.warning("a job could not be read: %s", problem.code.value, extra={"run": run.id, "item": todo[0]})
            said = f"Project {todo[0]}: {problem.message}"
            progress.run = progress.run.model_copy(update={"problems": (*progress.run.problems, said)})
        progress.counts["jobs"] += 1
        progress.keep("todo", todo[1:])
        progress.position.pop("half", None)
        progress.save()
    progress.end("ended")
    return True


def _taken(progress: Progress, project_id: str) -> bool:
    """Reads on in one job; True when its reading is whole and kept."""
    world, run = progress.world, progress.run
    pair, collected = _pair(world, project_id), _half(progress)
    half = f"reconciliations/{project_id}/{run.id}-half.json"
    if collected is None:
        collected = Collected(job=pair.intacct_id, taken_at=world.clock.now())
        ProcoreReader(world, project_id, collected).begin()
    reader = ProcoreReader(world, project_id, collected)
    while collected.todo:
        if progress.out_of_time:
            world.payloads.put(half, collected.model_dump_json())
            progress.position["half"] = half
            return False
        reader.next()
        progress.counts["records"] += 1
        progress.counts["expected"] = progress.counts["records"] + len(collected.todo)
        progress.save_unless_quiet(changed=False)
    _keep(world, run, compared(world, pair, collected, run.started_by))
    return True


def _half(progress: Progress) -> Collected | None:
    """What the step before has read of this job, unless so long ago that Intacct was another by now."""
    text = progress.world.payloads.get(progress.at("half")) if progress.at("half") else None
    held = Collected.model_validate_json(text) if text else None
    return held if held is not None and progress.world.clock.now() - held.taken_at < STALE else None


def compared(world: World, pair: CrossReference, collected: Collected, by: str) -> Reading:
    """What was collected of Procore, beside what Intacct holds now."""
    changes = _keys(collected.told, "budget_modifications")
    linked = world.cross_references.by_procore("budget_modifications", changes).values()
    payments = {key.rpartition("-")[2]: f"payments:{key}" for key in _keys(collected.told, "payments")}
    intacct = IntacctReader(world, pair.intacct_id, pair.procore_id, linked, payments).read()
    figures = Figures.of([*collected.entries, *collected.paid()], intacct.entries)
    different = figures.different()
    naming = Naming(
        procore=collected.told,
        intacct=intacct.told,
        pairs=dict(_pairs(world, different)),
        items=world.state.get_many([record for record in different if not record.startswith("intacct:")]),
        whole=figures.whole,
    )
    names = {code: collected.names.get(name_key(code), "") for code, _ in figures.shares}
    return Reading(
        project_id=pair.procore_id,
        job=pair.intacct_id,
        name=pair.label or pair.intacct_id,
        taken_at=collected.taken_at,
        taken_by=by,
        rows=figures.rows(names, naming.name),
        notes=(*collected.notes, *intacct.notes),
    )


def _pairs(world: World, records: Collection[str]) -> Iterator[tuple[str, CrossReference]]:
    """Those of records of Procore. A payment that was imported is linked by its own id, one that was sent by its contract's, too."""
    by_object: dict[str, dict[str, str]] = {}
    for record in records:
        name, _, key = record.partition(":")
        if name != "intacct":
            by_object.setdefault(name, {})[key] = record
            if name == "payments":
                by_object[name][key.rpartition("-")[2]] = record
    for name, keys in by_object.items():
        for key, pair in world.cross_references.by_procore(name, list(keys)).items():
            yield keys[key], pair


def _keys(records: Mapping[str, object], name: str) -> list[str]:
    return [record.partition(":")[2] for record in records if record.startswith(f"{name}:")]


def _keep(world: World, run: Run, reading: Reading) -> None:
    """The payload first, then what points to it, unless a later reading is kept already."""
    place = f"reconciliations/{reading.project_id}/{run.id}.json"
    world.payloads.put(place, reading.model_dump_json())
    standing, mark = reading.standing(place), _mark(reading.project_id)
    while True:
        before = world.state.watermarks([mark]).get(mark, "")
        held = _standing(before)
        if held is not None and held.taken_at > standing.taken_at:
            return
        if not world.state.move_watermarks({mark: (before, standing.model_dump_json())}):
            return


def _pair(world: World, project_id: str) -> CrossReference:
    pair = world.cross_references.by_procore(FUNCTION, [project_id]).get(project_id)
    if pair is None:
        raise ConnectorError(Code.NOT_FOUND, f"There is no job of project {project_id}, or you may not see it.")
    return pair


def _standing(text: str) -> Standing | None:
    return Standing.model_validate_json(text) if text else None


def _job(world: World, pair: CrossReference, kept: str, asked: Mapping[str, Run]) -> JobStanding:
    run = asked.get(pair.procore_id)
    left = run if run is not None and run.state != "ended" else None
    return JobStanding(pair=pair, standing=_standing(kept), run=left, going=left is not None and alive(left, world.clock.now()))


def _asked_for(world: World) -> dict[str, Run]:
    """The last run of each project that somebody asked a reading of."""
    return {run.project_id: run for run in reversed(recent(world)) if run.kind == RECONCILING and run.project_id}


def _mark(project_id: str) -> str:
    return f"reconciliation:{project_id}"
