"""Imports: asked for by a person or the clock, then carried on step by step, each step as much as fits before its deadline.

Objects go in dependency order, each leg of an object in its turn; a leg's watermark moves when all of it is done. The position is saved
on the way: a crash goes on from there, and what is done twice changes nothing. Deletions leave no change stamp: looking for them is a
matter of its own, over the same watermarks.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from connector.core.errors import Code, ConnectorError, Kind, RetryLater, SetupWrong
from connector.core.people import ACCOUNTING, Person
from connector.core.spec import Assignment, Leg
from connector.engine.assign import Assigner
from connector.engine.import_runs import THE_CLOCK, begin, recent
from connector.engine.jobs import linked_jobs, new_jobs
from connector.engine.ledger import LedgerReader
from connector.engine.legs import LegReader
from connector.engine.linking import LINKING, link_suggested
from connector.engine.outlook import Outlook, leg_name, look_out, mark_name, marks_of
from connector.engine.plan import ranks
from connector.engine.progress import Progress
from connector.engine.reconcile_runs import RECONCILING, take
from connector.engine.window import Mark
from connector.engine.world import Room, World
from connector.ports import Contention, Run

log = logging.getLogger("connector.import")

BUSY: Final = 15
"""Seconds until a step looks again whose object, or run, another worker has."""
UNKNOWN: Final = 60
OVERRUN: Final = timedelta(minutes=2)
"""What a step may still take behind its deadline: a page, from Intacct to Procore."""


def request(
    world: World,
    person: Person | None,
    *,
    objects: Sequence[str] = (),
    project_id: str = "",
    full: bool = False,
    record: str = "",
    outlook: Outlook | None = None,
) -> Run:
    """Starts an import of these objects (all, where none is named), of one Procore project or of the company; ``record`` is the natural
    id of the one record of the one object that is meant. A request for what a run is doing, or will come to, joins that run. None is
    the clock, which has looked out before. Raises ConnectorError(NOT_ALLOWED, NOT_FOUND, MALFORMED, PROJECT_NOT_SYNCED)."""
    _may_request(world, person, project_id)
    names = _in_order(world, objects, project_id)
    if record and len(names) != 1:
        raise ConnectorError(Code.MALFORMED, "One record belongs to one object: name it.")
    run = Run(
        id="",
        kind="import",
        state="running",
        started_at=world.clock.now(),
        started_by=person.name if person else THE_CLOCK,
        objects=names,
        project_id=project_id,
        full=full,
        record=record,
        position={"outlook": outlook.as_text()} if outlook else {},
    )
    return begin(world, run)


def seen(world: World, person: Person) -> list[Run]:
    """The latest imports, and runs that link what they staged, newest first; those of other people's projects aside. Readings of jobs are
    noted among them, and shown with the jobs."""
    return [run for run in recent(world) if run.kind != RECONCILING and person.may_see(run.project_id)]


def poll(world: World, objects: Sequence[str]) -> Run | None:
    """What the clock does: looks whether there is anything to do in these objects, and starts an import of those where there is. Where
    nothing is, their watermarks are all that moves. Where Intacct does not answer, the import waits for it, or says what is wrong."""
    try:
        outlook = look_out(world, objects, world.config(), listen=True)
    except ConnectorError:
        return request(world, None, objects=objects)
    marks = marks_of(world, objects)
    busy = [name for name in objects if not _idle(world, world.rooms[name], marks, outlook)]
    idle = [leg_name(name, leg) for name in objects if name not in busy for leg in world.rooms[name].imports]
    moves = {name: (marks[name], str(mark.quiet_until(outlook.until))) for name in idle if (mark := Mark.of(marks[name]))}
    world.state.move_watermarks({mark_name(name): move for name, move in moves.items()})
    return request(world, None, objects=busy, outlook=outlook) if busy else None


def import_step(world: World, run_id: str, deadline: datetime, *, mine: Collection[str]) -> dict[str, object]:
    """Does as much of the run as fits, of the objects that are this function's (``mine``). Answers the state machine: ``more`` to
    do, after ``wait`` seconds, by the function of ``object``."""
    run = world.state.get_run(run_id)
    if run is None:
        msg = f"There is no run {run_id}."
        raise LookupError(msg)
    if run.state != "running":
        return _answer()
    progress = Progress(world, run, deadline, world.config())
    for name in ("waits", "again"):
        progress.position.pop(name, None)
    if not progress.at("object"):
        progress.go_to(run.objects[0], "")
    try:
        if run.kind == LINKING:
            return _answer() if link_suggested(progress) else _answer(progress)
        if run.kind == RECONCILING:
            return _answer() if take(progress) else _answer(progress)
        if not progress.at("outlook"):
            listen = not (run.full or run.project_id or run.record)
            progress.position["outlook"] = look_out(world, run.objects, progress.config, listen=listen).as_text()
        return _carry_on(progress, mine)
    except Contention:
        return _answer(progress, BUSY)
    except ConnectorError as problem:
        return _interrupted(progress, problem)


def _carry_on(progress: Progress, mine: Collection[str]) -> dict[str, object]:
    world, run = progress.world, progress.run
    while not progress.out_of_time:
        name = progress.at("object")
        if name not in mine:
            break  # another function has it
        seconds = (progress.deadline - world.clock.now() + OVERRUN).total_seconds()
        if not world.leases.acquire(f"import:{name}", holder=run.id, seconds=seconds):
            progress.save(wait=BUSY)
            return _answer(progress, BUSY)
        try:
            done = _read(progress, world.rooms[name])
        finally:
            world.leases.release(f"import:{name}", holder=run.id)
        if done and name == run.objects[-1]:
            progress.end("ended", *_missing(progress))
            return _answer()
        if done:
            progress.go_to(run.objects[run.objects.index(name) + 1], "")
    progress.save()
    return _answer(progress)


def _read(progress: Progress, room: Room) -> bool:
    """The object's legs from where the run stands. False when time is up and something is left."""
    names = [leg.name for leg in room.imports]
    begin = names.index(progress.at("leg")) if progress.at("leg") else 0
    for leg in room.imports[begin:]:
        if progress.at("leg") != leg.name:
            progress.go_to(room.name, leg.name)
        reader = LedgerReader if isinstance(leg, Leg) and leg.gathering else LegReader
        if progress.out_of_time or not reader(progress, room, leg).read():  # type: ignore[arg-type]  # of the leg's kind
            return False
    return True


def _interrupted(progress: Progress, problem: ConnectorError) -> dict[str, object]:
    """What only takes time is waited for; anything else ends the run, and the next one reads the same window again."""
    if problem.kind is Kind.LATER and not isinstance(problem, SetupWrong):
        wait = ceil(problem.seconds) if isinstance(problem, RetryLater) else UNKNOWN
        progress.position |= {"waits": problem.message, "again": (progress.world.clock.now() + timedelta(seconds=wait)).isoformat()}
        with suppress(Contention):
            progress.save(wait=wait)
        return _answer(progress, max(wait, 1))
    log.warning("import ended: %s", problem.code.value, extra={"run": progress.run.id})
    with suppress(Contention):
        progress.end("stopped" if isinstance(problem, SetupWrong) else "failed", problem.message)
    return _answer()


def _answer(progress: Progress | None = None, wait: int = 0) -> dict[str, object]:
    return {"more": progress is not None, "wait": wait, "object": progress.at("object") if progress else ""}


def _may_request(world: World, person: Person | None, project_id: str) -> None:
    if person is None:
        return
    if not world.config().roles(person) & ACCOUNTING:
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} may not request imports.")
    if not person.may_see(project_id):
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} has no access to project {project_id}.")


def _in_order(world: World, objects: Sequence[str], project_id: str) -> tuple[str, ...]:
    named = [world.room(name) for name in objects] or [room for room in world.rooms.values() if _importable(room, project_id)]
    for room in named:
        if not room.imports:
            raise ConnectorError(Code.NOT_FOUND, f"{room.title} is not imported; it comes from Procore.")
        if not _importable(room, project_id):
            raise ConnectorError(Code.MALFORMED, f"{room.title} belongs to the company: request it without a project.")
        for leg in room.imports if project_id else ():
            jobs = leg.reads.per_job
            if jobs and not world.cross_references.by_procore(jobs.object, [project_id]):
                raise ConnectorError(Code.PROJECT_NOT_SYNCED, f"Project {project_id} is not linked to a job.")
    order = ranks(world)
    return tuple(sorted({room.name for room in named}, key=lambda name: (order[name], name)))


def _importable(room: Room, project_id: str) -> bool:
    return any(leg.reads.per_job for leg in room.imports) if project_id else bool(room.imports)


def _idle(world: World, room: Room, marks: Mapping[str, str], outlook: Outlook) -> bool:
    """Whether nothing changed in Intacct, no job was linked for which nothing was read yet, and nothing waits for what is there by now."""
    for leg in room.imports:
        name = leg_name(room.name, leg)
        if name not in outlook.quiet:
            return False
        mark, per_job = Mark.of(marks[name]), leg.reads.per_job
        if mark is None or (per_job and new_jobs(linked_jobs(world, per_job), mark)):
            return False
        if isinstance(leg, Assignment) and Assigner(world, room, leg).due():
            return False
    return True


def _missing(progress: Progress) -> tuple[str, ...]:
    run = progress.run
    if not run.record or progress.counts["read"]:
        return ()
    return (f"Intacct has no {progress.world.rooms[run.objects[0]].title.lower()} {run.record}.",)
