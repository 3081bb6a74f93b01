"""Every entry point finds the office where it looks for the world; what it logs can be read."""

from __future__ import annotations

from collections.abc import Iterator
from logging import StreamHandler

import pytest

from connector import bootstrap
from connector.entrypoints.boundary import logger
from tests.unit.entrypoints.office import Log, Office


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    here = Office()
    monkeypatch.setattr(bootstrap, "world", lambda: here.world)
    monkeypatch.setattr(bootstrap, "usage", lambda: here.usage)
    monkeypatch.setattr(bootstrap, "procore_windows", lambda: here.windows)
    return here


@pytest.fixture
def log() -> Iterator[Log]:
    here = Log()
    handler = logger.registered_handler
    assert isinstance(handler, StreamHandler)
    before = handler.setStream(here.stream)
    yield here
    handler.setStream(before)
