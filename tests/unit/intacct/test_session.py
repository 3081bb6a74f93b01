from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from connector.adapters.intacct import IntacctGateway
from connector.core.errors import Code, RetryLater, SetupWrong
from connector.core.exchange import Function, Query, Written
from tests.doubles.clock import ManualClock
from tests.unit.intacct.stub import (
    CREDENTIALS,
    ENDPOINT,
    SECRETS,
    URL,
    Bench,
    Canned,
    CountingSlots,
    answered,
    bare_refusal,
    bench,
    errors,
    refused_connection,
    result,
    rows,
    session,
    signed_out,
    unauthorized,
)

VENDORS = Query(object="VENDOR", fields=("RECORDNO",))
CREATE = Function(name="create", body=[("VENDOR", [("NAME", "Beta")])], controlid="demo:vendors:1:abc:create")


def _page(timeout: str = "2026-06-01T13:00:00+00:00") -> Canned:
    return answered(result("read-1", rows("VENDOR", {"RECORDNO": "1"})), timeout=timeout)


def _read(on: Bench, times: int = 1, *, entity: str = "") -> None:
    for _ in range(times):
        on.gateway.read([VENDORS], entity=entity)


def test_one_sign_in_serves_many_requests_at_the_address_it_named() -> None:
    on = bench()
    on.answer(_page(), _page(), _page())
    _read(on, 3)
    assert [sent.url for sent in on.wire.signed_in] == [URL]
    assert [sent.url for sent in on.wire.sent] == [ENDPOINT] * 3
    assert all("<sessionid>SESSION-1</sessionid>" in body for body in on.bodies)
    assert all("us&lt;r-pw" not in body for body in on.bodies)


def test_requests_are_counted_with_sign_ins_and_functions_without() -> None:
    on = bench()
    on.answer(answered(result("read-1", rows("VENDOR")), result("read-2", rows("VENDOR"))), signed_out(), _page())
    on.gateway.read([VENDORS, VENDORS])
    assert (on.gateway.calls, on.gateway.functions) == (2, 2)
    _read(on)
    assert (on.gateway.calls, on.gateway.functions) == (5, 4), "refused, signed in again, asked again"


def test_the_sign_in_is_alone_and_names_the_entity_only_where_there_is_one() -> None:
    on = bench()
    on.wire.sign_ins = [session("S-1"), session("S-2", entity="E100")]
    on.answer(_page(), _page(), _page(), _page())
    _read(on)
    _read(on, 2, entity="E100")
    _read(on)
    top, entity = (sent.body for sent in on.wire.signed_in)
    assert "<locationid>" not in top
    assert "<locationid>E100</locationid></login>" in entity
    assert entity.count("<function ") == 1
    used = [body.partition("<sessionid>")[2].partition("<")[0] for body in on.bodies]
    assert used == ["S-1", "S-2", "S-2", "S-1"]


def test_a_session_is_renewed_two_minutes_before_it_ends() -> None:
    on = bench()
    on.answer(_page(), _page(), _page())
    _read(on)
    on.clock.move(timedelta(minutes=57, seconds=59).total_seconds())
    _read(on)
    assert len(on.wire.signed_in) == 1
    on.clock.move(1)
    _read(on)
    assert len(on.wire.signed_in) == 2


def test_every_answer_moves_the_end() -> None:
    on = bench()
    on.answer(_page("2026-06-01T13:30:00+00:00"), _page("2026-06-01T14:20:00+00:00"), _page())
    _read(on)
    on.clock.move(timedelta(minutes=80).total_seconds())
    _read(on)
    on.clock.move(timedelta(minutes=50).total_seconds())
    _read(on)
    assert len(on.wire.signed_in) == 1


@pytest.mark.parametrize("stated", ["", "soon"])
def test_an_end_that_is_not_stated_is_taken_as_near(stated: str) -> None:
    on = bench()
    on.wire.sign_ins = [session("S-1", timeout=stated)]
    on.answer(_page(stated), _page(stated), _page(stated))
    _read(on)
    on.clock.move(5 * 60)
    _read(on)
    assert len(on.wire.signed_in) == 1
    on.clock.move(61)
    _read(on)
    assert len(on.wire.signed_in) == 2


def test_an_end_without_zone_is_utc() -> None:
    on = bench()
    on.answer(_page("2026-06-01T12:10:00"), _page())
    _read(on)
    on.clock.move(8 * 60)
    _read(on)
    assert len(on.wire.signed_in) == 2


@pytest.mark.parametrize("refusal", [signed_out(), signed_out(inside=True), unauthorized(), Canned("", 401)])
def test_an_ended_session_is_renewed_and_the_same_request_sent_again(refusal: Canned) -> None:
    on = bench()
    on.answer(refusal, answered(result(CREATE.controlid, "<key>44</key>", function="create")))
    answer = on.gateway.write([CREATE])
    assert (answer.written, answer.keys) == (Written.DONE, ("44",))
    first, second = on.bodies
    assert second == first.replace("SESSION-1", "SESSION-2")


@pytest.mark.parametrize("refusal", [signed_out(), unauthorized(), Canned("", 401)])
def test_a_session_refused_twice_stops_the_run(refusal: Canned) -> None:
    on = bench()
    on.answer(refusal, refusal)
    with pytest.raises(SetupWrong) as wrong:
        on.gateway.write([CREATE])
    assert wrong.value.code is Code.SIGN_IN_FAILED
    assert (len(on.wire.signed_in), len(on.wire.sent)) == (2, 2)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (signed_out(), "XL03000006: Sign-in information is incorrect"),
        (unauthorized(), "XMLGW_JPP0002: Sign-in information is incorrect. Please check your request."),
        (bare_refusal("XL03000006", "Incorrect Intacct XML Partner ID or password.", status=200),
         "XL03000006: Incorrect Intacct XML Partner ID or password."),
        (bare_refusal("GW-0011", "Invalid request"), "GW-0011: Invalid request"),
        (answered(result("session", errors(("Get API Session Failed", "Something went wrong")), status="failure")),
         "Get API Session Failed: Something went wrong"),
        (Canned("", 401), ""),
    ],
)  # fmt: skip
def test_refused_credentials_stop_the_run_at_the_first_attempt(refusal: Canned, words: str) -> None:
    on = bench()
    on.wire.sign_ins = [refusal]
    with pytest.raises(SetupWrong) as wrong:
        on.gateway.write([CREATE])
    assert (wrong.value.code, wrong.value.their_words) == (Code.SIGN_IN_FAILED, words)
    assert (len(on.wire.signed_in), len(on.wire.sent)) == (1, 0)


def test_a_sender_refused_on_a_later_request_is_not_signed_in_again() -> None:
    on = bench()
    on.answer(bare_refusal("XL03000006", "Incorrect Intacct XML Partner ID or password.", status=200))
    with pytest.raises(SetupWrong):
        _read(on)
    assert len(on.wire.signed_in) == 1


def test_a_right_missing_for_the_whole_request_is_called_so() -> None:
    on = bench()
    on.answer(bare_refusal("PL04000005", "You do not have permission", status=200))
    with pytest.raises(SetupWrong) as wrong:
        _read(on)
    assert wrong.value.code is Code.NO_PERMISSION


def test_signing_in_is_tried_again_where_no_answer_came() -> None:
    on = bench()
    on.wire.sign_ins = [refused_connection(), Canned("<html>Down</html>"), session("S-3")]
    on.answer(_page())
    _read(on)
    assert len(on.wire.signed_in) == 3
    assert on.clock.slept == [1.0, 2.0]


@pytest.mark.parametrize("failing", [refused_connection(), Canned("", 503), signed_out("Please Try Again Later")])
def test_a_write_that_cannot_sign_in_was_not_sent(failing: Canned | Exception) -> None:
    on = bench()
    on.wire.sign_ins = [failing] * 4
    with pytest.raises(RetryLater) as later:
        on.gateway.write([CREATE])
    assert (later.value.code, later.value.seconds) == (Code.UNAVAILABLE, 30.0)
    assert on.wire.sent == []


@pytest.mark.parametrize("data", ["", "<data/>"])
def test_a_sign_in_without_a_session_is_no_answer(data: str) -> None:
    on = bench()
    on.wire.sign_ins = [answered(result("session", data))] * 4
    with pytest.raises(RetryLater):
        _read(on)


@pytest.mark.parametrize(("asked", "opened"), [("E100", "E200"), ("E100", ""), ("", "E200")])
def test_a_session_in_another_entity_is_not_used(asked: str, opened: str) -> None:
    on = bench()
    on.wire.sign_ins = [session("S-1", entity=opened)]
    with pytest.raises(SetupWrong, match=f"signed us in at {opened or 'the top level'}, not at {asked or 'the top level'}"):
        _read(on, entity=asked)
    assert on.wire.sent == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://na12.intacct.example/ia/xml/xmlgw.phtml",
        "http://169.254.169.254/latest/meta-data",
        "http://api.intacct.example/ia/xml/xmlgw.phtml",
        "file:///etc/passwd",
        "https://user@evil.example/",
        "https:///nowhere",
        "",
    ],
)
def test_an_address_we_did_not_ask_for_gets_nothing(endpoint: str) -> None:
    on = bench()
    on.wire.sign_ins = [session("S-1", endpoint=endpoint)]
    with pytest.raises(SetupWrong, match="refused"):
        _read(on)
    assert on.wire.sent == []


def test_a_plain_address_may_name_itself() -> None:
    on = bench(url="http://127.0.0.1:8080/ia/xml/xmlgw.phtml")
    on.gateway.transport.http.mount("http://", on.wire)
    on.wire.sign_ins = [session("S-1", endpoint="http://127.0.0.1:8081/other")]
    on.answer(_page())
    _read(on)
    assert on.wire.sent[0].url == "http://127.0.0.1:8081/other"


@pytest.mark.parametrize("url", ["", "api.intacct.com", "ftp://api.intacct.com/", "https://"])
def test_an_address_that_is_none_is_refused_when_the_gateway_is_made(url: str) -> None:
    with pytest.raises(ValueError, match="address of a gateway"):
        IntacctGateway(url, "ACME", lambda: CREDENTIALS, CountingSlots(), ManualClock())


def test_secrets_are_in_no_error_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    on = bench()
    echo = signed_out("Invalid session SESSION-2. s3nd&amp;r us&lt;r-pw")
    on.answer(signed_out("Invalid session SESSION-1."), echo)
    with caplog.at_level(logging.DEBUG), pytest.raises(SetupWrong) as wrong:
        on.gateway.write([CREATE])
    assert wrong.value.their_words == "XL03000006: Invalid session ***. *** ***"
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records
    assert not [secret for secret in SECRETS if secret in logged]
    assert "Beta" not in logged
