"""The linked jobs that an import goes through, and those among them in which something waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.core.spec import PerJob
from connector.engine.window import OVERLAP, Mark
from connector.engine.world import World
from connector.ports import CrossReference


@dataclass(frozen=True, slots=True)
class Job:
    """A linked job: its cross-reference, and the Procore project it is, or is a part of."""

    pair: CrossReference
    project_id: str
    part: bool = False


def linked_jobs(world: World, per_job: PerJob, project_id: str = "") -> dict[str, Job]:
    """By their ids, all or those of one project, with those that are parts of them."""
    references = world.cross_references
    pairs = references.by_procore(per_job.object, [project_id]).values() if project_id else references.of_object(per_job.object)
    parts = references.of_object(per_job.parts) if per_job.parts else ()
    jobs = {pair.intacct_id: Job(pair, pair.procore_id) for pair in pairs}
    return jobs | {part.intacct_id: Job(part, part.project_id, part=True) for part in parts if project_id in {"", part.project_id}}


def new_jobs(jobs: Mapping[str, Job], mark: Mark) -> set[str]:
    """Those that were linked since the leg came as far as this: nothing of theirs was read yet."""
    return {name for name, job in jobs.items() if job.pair.linked_at is not None and job.pair.linked_at >= mark.heard - OVERLAP}
