"""In-memory doubles of the ports, for unit tests of the engine.

They keep the promises of :mod:`connector.ports` as the real adapters do; ``tests/contract/test_ports.py`` runs over
both.
"""

from __future__ import annotations

from tests.doubles.clock import ManualClock
from tests.doubles.cross_references import MemoryCrossReferences
from tests.doubles.leases import MemoryLeases, MemoryRates, MemorySlots
from tests.doubles.links import MemoryLinks
from tests.doubles.post import MemoryMail, MemoryPayloads, MemorySecrets, MemoryWorkflows
from tests.doubles.sessions import MemorySessions
from tests.doubles.sync_state import MemorySyncState
from tests.doubles.usage import MemoryUsage
from tests.doubles.watch import MemoryWatch

__all__ = [
    "ManualClock",
    "MemoryCrossReferences",
    "MemoryLeases",
    "MemoryLinks",
    "MemoryMail",
    "MemoryPayloads",
    "MemoryRates",
    "MemorySecrets",
    "MemorySessions",
    "MemorySlots",
    "MemorySyncState",
    "MemoryUsage",
    "MemoryWatch",
    "MemoryWorkflows",
]
