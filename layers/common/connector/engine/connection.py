"""The connection check: both systems asked, step by step, whether they are set up as the settings need it.

A read only: nothing is written to either system. What it finds out about the tenant's fields is kept for the reads of others.
"""

from __future__ import annotations

from connector.core.configuration import Configuration
from connector.core.connection import Checked
from connector.engine.world import World


def check(world: World, config: Configuration | None = None) -> Checked:
    """Every step, under these settings (those in force, where none are given). Whatever is wrong with the other systems is a step's
    finding. Raises RetryLater where our own state cannot be reached."""
    raise NotImplementedError(world, config)
