"""Filling the simulator: from a seed company, and with generated rows for measurements."""

from __future__ import annotations

from sandbox.intacct.seed.company import fill
from sandbox.intacct.seed.rows import add_rows

__all__ = ["add_rows", "fill"]
