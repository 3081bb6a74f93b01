"""The connection check: both systems asked, step by step, whether they are set up as the settings need it.

A read only: nothing is written to either system. What it finds out about the tenant's fields is kept for the reads of others.
"""

from __future__ import annotations

from connector.core.configuration import Configuration
from connector.core.connection import Checked, CheckStep, StepState, Wrong
from connector.core.flaws import flaws
from connector.engine import connection_intacct, connection_procore
from connector.engine.world import World


def check(world: World, config: Configuration | None = None) -> Checked:
    """Every step, under these settings (those in force, where none are given). Whatever is wrong with the other systems is a step's
    finding. Raises RetryLater where our own state cannot be reached."""
    config = config or world.config()
    steps = (_by_themselves(world, config), *connection_procore.steps(world), *connection_intacct.steps(world, config))
    return Checked(at=world.clock.now(), steps=steps)


def _by_themselves(world: World, config: Configuration) -> CheckStep:
    imported = [name for name, room in world.rooms.items() if room.imports]
    wrong = tuple(Wrong.by(flaw, flaw.field, "Correct the setting.") for flaw in flaws(config, tuple(world.rooms), imported))
    state = StepState.WRONG if wrong else StepState.HOLDS
    return CheckStep(
        name="settings",
        title="Settings by themselves",
        state=state,
        found="They contradict themselves." if wrong else "They agree with each other.",
        wrong=wrong,
    )
