"""A simulator of the Sage Intacct XML gateway, for tests and for trying things without a tenant. See README.md."""

from __future__ import annotations

from sandbox.intacct.settings import Settings
from sandbox.intacct.simulator import IntacctSimulator, LoggedRequest, start

__all__ = ["IntacctSimulator", "LoggedRequest", "Settings", "start"]
