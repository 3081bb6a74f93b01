"""What the clock and the ends of runs call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from connector import bootstrap
from connector.core.errors import ConnectorError
from connector.core.usage import Purpose
from connector.engine import reconcile_runs
from connector.engine.automatic import look_now_and_then
from connector.engine.digest import send_due
from connector.engine.drift_watch import OVERRUN, watch
from connector.engine.finish import finish_wave
from connector.engine.import_ import poll
from connector.engine.import_runs import give_up
from connector.engine.outbox import deliver_left
from connector.engine.queue import count_shelves
from connector.engine.schedule import due
from connector.engine.sweep import sweep as swept
from connector.engine.world import World
from connector.entrypoints.boundary import Event, about, count, guarded, said

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

WITH_A_SWEEP: Final = {
    "mails nobody sent": deliver_left,
    "digests": send_due,
    "webhooks told nobody": look_now_and_then,
    "on the pages' tabs": count_shelves,
}
"""What else is looked for each time, by what it finds; one that cannot be looked for now does not keep the others."""


def _finish(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """``{"run", "wave", "results"}`` ends a wave of exports, ``{"run"}`` an import; ``failed`` names what broke an import off."""
    world = bootstrap.world()
    about(run=event["run"], company=world.company)
    if "results" in event:
        return {"counts": finish_wave(world, event["run"], int(event["wave"]), event["results"])}
    if event.get("failed"):
        _broken_off(world, event["run"], str(event["failed"]))
    run = world.state.get_run(event["run"])
    return {"counts": dict(run.counts) if run else {}}


def _broken_off(world: World, run_id: str, why: str) -> None:
    count("ImportsBrokenOff")
    run = world.state.get_run(run_id)
    if run is not None and run.state == "running":
        give_up(world, run, why)


def _sweep(_event: Event, _context: LambdaContext) -> dict[str, Any]:
    world = bootstrap.world()
    about(company=world.company)
    found = swept(world)
    count("ItemsFoundStuck", sum(found.values()))
    for cause, look in WITH_A_SWEEP.items():
        try:
            found[cause] = look(world)
        except ConnectorError as problem:
            said(problem)  # a system is away: the next sweep looks again
    return found


def _scheduled_import(_event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Called every hour; looks whether anything changed in the objects whose turn it is, and imports those in one run. Once a night every
    linked job is read in both systems."""
    world = bootstrap.world()
    about(company=world.company)
    objects = due(world)
    run = poll(world, objects) if objects else None
    reading = reconcile_runs.request(world, None) if reconcile_runs.due(world) else None
    return {"run": run.id if run else "", "reconciliation": reading.id if reading else ""}


def _watch_drift(_event: Event, context: LambdaContext) -> dict[str, Any]:
    """Called every hour; goes on where the last one ended."""
    world = bootstrap.world()
    about(company=world.company)
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    try:
        found = watch(world, world.clock.now() + left - OVERRUN)
    except ConnectorError as problem:
        said(problem)  # a system is away: the next hour goes on
        return {}
    count("DriftFound", found.get("differ", 0))
    return dict(found)


finish_run = guarded(_finish, Purpose.EXPORTS)
sweep = guarded(_sweep, Purpose.WATCH)
scheduled_import = guarded(_scheduled_import, Purpose.IMPORTS)
watch_drift = guarded(_watch_drift, Purpose.WATCH)
