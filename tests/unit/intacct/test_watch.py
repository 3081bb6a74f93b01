"""Who opens a page is told since when Intacct does not answer: the gateway says so, the state table keeps it."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from connector.adapters.aws.outage import LOOK, KeptOutage
from connector.adapters.intacct import IntacctGateway, Options
from connector.core.errors import ConnectorError, RetryLater
from connector.core.exchange import Function, Query
from connector.core.outage import AWAY, since
from tests.doubles import ManualClock, MemorySyncState
from tests.doubles.clock import START
from tests.unit.intacct.stub import (
    CREDENTIALS,
    URL,
    Bench,
    Canned,
    CountingSlots,
    StubWire,
    answered,
    errors,
    refused_connection,
    result,
    rows,
)

VENDORS = Query(object="VENDOR", fields=("VENDORID",))
GOOD = answered(result("read-1", rows("VENDOR")))


class Heard:
    """ports.Watch that writes down what it hears."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def away(self) -> None:
        self.said.append("away")

    def answered(self) -> None:
        self.said.append("answered")


def watched() -> tuple[Bench, Heard]:
    clock, slots, heard = ManualClock(), CountingSlots(), Heard()
    wire = StubWire(slots)
    gateway = IntacctGateway(URL, "ACME", lambda: CREDENTIALS, slots, clock, Options(jitter=lambda: 0.0), watch=heard)
    gateway.transport.http.mount("https://", wire)
    return Bench(gateway, wire, clock, slots), heard


def test_away_is_only_who_gave_no_answer_after_all_patience() -> None:
    on, heard = watched()
    on.answer(Canned("", 503), GOOD)
    on.gateway.read([VENDORS])
    assert heard.said == ["answered"]
    on.answer(*[refused_connection()] * 4)
    with pytest.raises(RetryLater):
        on.gateway.read([VENDORS])
    assert heard.said == ["answered", "away"]


def test_a_refusal_and_being_busy_are_answers() -> None:
    on, heard = watched()
    refused = answered(result("read-1", errors(("DL02000001", "No such object.")), status="failure"))
    on.answer(refused, refused)
    with pytest.raises(ConnectorError):
        on.gateway.read([VENDORS])
    on.answer(Canned("", 429, headers={"Retry-After": "17"}))
    with pytest.raises(RetryLater):
        on.gateway.read([VENDORS])
    assert "away" not in heard.said


def test_a_write_that_cannot_leave_is_heard_too() -> None:
    on, heard = watched()
    on.answer(refused_connection())
    with pytest.raises(RetryLater):
        on.gateway.write([Function(name="create_vendor", controlid="c", body=())])
    assert heard.said == ["away"]


def test_the_first_moment_stays_and_any_process_ends_it() -> None:
    state, clock = MemorySyncState(), ManualClock()
    one, other = KeptOutage(state, clock), KeptOutage(state, clock)
    one.away()
    clock.move(60)
    other.away()
    assert since(state.watermarks([AWAY])[AWAY]) == START
    KeptOutage(state, clock).answered()
    assert since(state.watermarks([AWAY])[AWAY]) is None
    clock.move(LOOK.total_seconds() + 1)
    one.answered()
    one.away()
    assert since(state.watermarks([AWAY])[AWAY]) == clock.now()


def test_a_busy_process_looks_twice_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    state, clock, looks = MemorySyncState(), ManualClock(), list[str]()

    def look(names: Collection[str]) -> dict[str, str]:
        looks.extend(names)
        return {}

    monkeypatch.setattr(state, "watermarks", look)
    watch = KeptOutage(state, clock)
    for _ in range(60):
        watch.answered()
        clock.move(1)
    assert len(looks) == 2
