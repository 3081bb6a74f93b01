"""Who opens a page is told since when Intacct does not answer: the gateway says so (what is kept of it: tests/unit/aws/test_outage.py)."""

from __future__ import annotations

import pytest

from connector.adapters.intacct import IntacctGateway, Options
from connector.core.errors import ConnectorError, RetryLater
from connector.core.exchange import Function, Query
from tests.doubles import ManualClock, MemoryWatch
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


def watched() -> tuple[Bench, MemoryWatch]:
    clock, slots, heard = ManualClock(), CountingSlots(), MemoryWatch()
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
