"""The offices and browsers of the entry points' own tests, here attacked."""

from __future__ import annotations

from tests.unit.entrypoints.conftest import log, office
from tests.unit.entrypoints.test_permissions import busy

__all__ = ["busy", "log", "office"]
