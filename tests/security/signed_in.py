"""The header of a person who has signed in with Procore, for the doors that know people by their session."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector import bootstrap
from connector.core.people import Person
from connector.entrypoints.visits import COOKIE, key_of
from connector.ports import Session
from tests.doubles import MemorySessions


def cookie(person: Person, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    here = MemorySessions()
    here.put(key_of("session", "theirs"), Session(person=person, expires=datetime(2027, 1, 1, tzinfo=UTC)))
    monkeypatch.setattr(bootstrap, "sessions", lambda: here)
    return {"Cookie": f"{COOKIE}=theirs"}
