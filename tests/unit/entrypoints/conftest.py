"""Every entry point finds the office where it looks for the world."""

from __future__ import annotations

import pytest
from connector import bootstrap

from tests.unit.entrypoints.office import Office


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    here = Office()
    monkeypatch.setattr(bootstrap, "world", lambda: here.world)
    return here
