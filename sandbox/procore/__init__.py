"""A stateful simulator of Procore's REST API; see README.md in this folder."""

from sandbox.procore.settings import Settings
from sandbox.procore.simulator import ProcoreSimulator, start
from sandbox.procore.store import COMPANY_ID

__all__ = ["COMPANY_ID", "ProcoreSimulator", "Settings", "start"]
