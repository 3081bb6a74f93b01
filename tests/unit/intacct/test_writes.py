from __future__ import annotations

import logging

import pytest
import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError

from connector.adapters.intacct import Options, Replay
from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.exchange import Function, Written
from tests.unit.intacct.stub import (
    ROLLED_BACK,
    SECRETS,
    Canned,
    answered,
    bare_refusal,
    bench,
    errors,
    refused_connection,
    result,
    rows,
    signed_out,
)

CREATE = Function(name="create_potransaction", body=[("vendorid", "V-10233")], controlid="demo:commitments:1:abc:create")
ATTACH = Function(name="create_supdoc", body=[("supdocid", "A-1")], controlid="demo:commitments:1:abc:attach")
HTML = "<!DOCTYPE html><html><body>Down for maintenance s3nd&amp;r</body></html>"


def test_a_transaction_done() -> None:
    on = bench()
    on.answer(answered(result(CREATE.controlid, "<key>Subcontract-SC-1</key>"), result(ATTACH.controlid, "<key>A-1</key>")))
    answer = on.gateway.write([CREATE, ATTACH])
    assert (answer.written, answer.keys, answer.violations) == (Written.DONE, ("Subcontract-SC-1", "A-1"), ())
    (body,) = on.bodies
    assert '<operation transaction="true">' in body
    assert "<uniqueid>true</uniqueid>" in body
    assert answer.request == body.replace("s3nd&amp;r", "***").replace("SESSION-1", "***")
    assert "<key>Subcontract-SC-1</key>" in answer.response


def test_a_refusal_is_a_value_with_their_words() -> None:
    on = bench()
    on.answer(
        answered(
            result(CREATE.controlid, errors(("BL01001973", "The period is closed [Support ID: x%7E]"), ROLLED_BACK), status="aborted"),
            result(ATTACH.controlid, errors(ROLLED_BACK), status="aborted"),
        )
    )
    answer = on.gateway.write([CREATE, ATTACH])
    assert answer.written is Written.REFUSED
    assert [violation.code for violation in answer.violations] == [Code.PERIOD_CLOSED]
    assert answer.violations[0].their_words.startswith("BL01001973: The period is closed; XL03000009: The entire")
    assert "The period is closed [Support ID" in answer.response


def test_a_replay_is_told_apart_by_the_tenants_code() -> None:
    on = bench(Options(replay=Replay(errornos=frozenset({"XL03000011"}))))
    on.answer(answered(result(CREATE.controlid, errors(("XL03000011", "No.")), status="failure")))
    assert on.gateway.write([CREATE]).written is Written.REPLAYED


@pytest.mark.parametrize("status", [200, 403, 404, 500, 502, 503, 504, 524, 302])
@pytest.mark.parametrize("body", [HTML, "", "busy", "<response><control><status>success</status>"])
def test_without_a_readable_answer_the_outcome_is_unknown(status: int, body: str) -> None:
    on = bench()
    on.answer(Canned(body, status, "text/html"))
    answer = on.gateway.write([CREATE])
    assert answer.written is Written.UNKNOWN
    assert [violation.code for violation in answer.violations] == [Code.OUTCOME_UNKNOWN]
    assert len(on.wire.sent) == 1
    assert not [secret for secret in SECRETS if secret in answer.request + answer.response]


def test_the_page_that_came_instead_of_an_answer_is_kept() -> None:
    on = bench()
    on.answer(Canned(HTML, 200, "text/html"))
    assert on.gateway.write([CREATE]).response == HTML.replace("s3nd&amp;r", "***")


@pytest.mark.parametrize(
    "failure",
    [
        requests.ReadTimeout("read timed out"),
        requests.ConnectionError("Connection aborted."),
        requests.exceptions.ChunkedEncodingError("cut"),
        requests.exceptions.SSLError("bad record"),
    ],
)
def test_a_line_that_breaks_after_sending_leaves_the_outcome_unknown(failure: Exception) -> None:
    on = bench()
    on.answer(failure)
    answer = on.gateway.write([CREATE])
    assert answer.written is Written.UNKNOWN
    assert answer.violations[0].message == f"The connection to Intacct broke ({type(failure).__name__})."
    assert len(on.wire.sent) == 1


def test_a_5xx_is_unknown_even_if_it_says_failure() -> None:
    on = bench()
    on.answer(Canned(answered(result(CREATE.controlid, errors(("X", "no")), status="failure")).body, 500))
    assert on.gateway.write([CREATE]).written is Written.UNKNOWN


def test_json_is_no_answer_to_a_write() -> None:
    on = bench()
    on.answer(Canned("[]", 200, "application/json"))
    assert on.gateway.write([CREATE]).written is Written.UNKNOWN


def test_a_connection_refused_before_anything_was_sent_is_for_later() -> None:
    on = bench()
    on.answer(refused_connection())
    with pytest.raises(RetryLater) as later:
        on.gateway.write([CREATE])
    assert (later.value.code, later.value.seconds) == (Code.UNAVAILABLE, 30.0)


def test_no_connection_in_time_is_for_later_too() -> None:
    on = bench()
    on.answer(requests.ConnectTimeout(MaxRetryError(None, "/", ConnectTimeoutError())))  # type: ignore[arg-type]
    with pytest.raises(RetryLater):
        on.gateway.write([CREATE])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"Retry-After": "Mon, 01 Jun 2026 12:01:30 GMT"}, 90.0),
        ({"Retry-After": "Mon, 01 Jun 2026 11:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 01 Jun 2026 12:01:30"}, 30.0),
        ({"Retry-After": "soon"}, 30.0),
        ({}, 30.0),
    ],
)
def test_turned_away_for_the_rate_says_when_to_come_back(headers: dict[str, str], seconds: float) -> None:
    on = bench()
    on.answer(Canned(bare_refusal("GW-0010", "Rate").body, 429, headers=headers))
    with pytest.raises(RetryLater) as later:
        on.gateway.write([CREATE])
    assert (later.value.code, later.value.seconds) == (Code.RATE_LIMITED, seconds)
    assert len(on.wire.sent) == 1


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (bare_refusal("GW-0010", "API rate limit exceeded", status=200), Code.RATE_LIMITED),
        (bare_refusal("", "The Service is Temporarily Off-line", status=200), Code.UNAVAILABLE),
        (signed_out("Please Try Again Later"), Code.UNAVAILABLE),
    ],
)
def test_turned_away_with_http_200_is_for_later_too(refusal: Canned, code: Code) -> None:
    on = bench()
    on.answer(refusal)
    with pytest.raises(RetryLater) as later:
        on.gateway.write([CREATE])
    assert later.value.code is code
    assert len(on.wire.signed_in) == 1


def test_a_request_refused_for_its_form_was_not_written() -> None:
    on = bench()
    on.answer(bare_refusal("GW-0011", "Invalid request"))
    answer = on.gateway.write([CREATE])
    assert answer.written is Written.REFUSED
    assert answer.violations[0].message == "Intacct refused the request: Invalid request."


def test_nothing_is_sent_that_cannot_be_written_down() -> None:
    on = bench()
    with pytest.raises(ConnectorError, match="memo holds the character"):
        on.gateway.write([Function(name="create", body=[("memo", "\x00")], controlid="c")])
    with pytest.raises(ValueError, match="more than 50 functions"):
        on.gateway.write([CREATE] * 51)
    assert (on.wire.signed_in, on.wire.sent) == ([], [])


def test_logs_hold_counts_and_codes_only(caplog: pytest.LogCaptureFixture) -> None:
    on = bench()
    on.answer(answered(result(CREATE.controlid, rows("x", {"RECORDNO": "1"}))), Canned(HTML), refused_connection())
    with caplog.at_level(logging.DEBUG, "connector.intacct"):
        on.gateway.write([CREATE])
        on.gateway.write([CREATE])
        with pytest.raises(RetryLater):
            on.gateway.write([CREATE])
    ours = [record for record in caplog.records if record.name == "connector.intacct"]
    assert {"write of 1 functions: done", "NotSent: Intacct cannot be reached."} <= {record.getMessage() for record in ours}
    logged = "".join(str(record.__dict__) for record in ours)
    assert not [secret for secret in (*SECRETS, "V-10233", "maintenance") if secret in logged]


def test_a_slot_is_held_for_each_request_and_no_longer() -> None:
    on = bench()
    on.answer(answered(result(CREATE.controlid)), requests.ReadTimeout(), Canned("", 503))
    for _ in range(3):
        on.gateway.write([CREATE])
        assert on.slots.held == 0
    assert on.slots.taken == ["ACME"] * 4
    assert [sent.slots for sent in (*on.wire.signed_in, *on.wire.sent)] == [1] * 4
    assert on.wire.slots_while_reading == {1}


def test_requests_are_bounded_in_time() -> None:
    on = bench(Options(timeout=(1.0, 2.0)))
    on.answer(answered(result(CREATE.controlid)))
    on.gateway.write([CREATE])
    assert [sent.timeout for sent in (*on.wire.signed_in, *on.wire.sent)] == [(1.0, 2.0)] * 2


def test_an_answer_to_a_write_beyond_all_measure_is_unknown() -> None:
    on = bench()
    on.answer(Canned(answered(result(CREATE.controlid)).body + " " * 8 * 1024 * 1024))
    assert on.gateway.write([CREATE]).written is Written.UNKNOWN


def test_a_connection_long_unused_is_not_used_for_a_write() -> None:
    on = bench()
    closed: list[int] = []
    on.wire.close = lambda: closed.append(len(on.wire.sent))  # type: ignore[method-assign]
    on.answer(*[answered(result(CREATE.controlid))] * 3)
    for idle in (30, 45, 46):
        on.clock.move(idle)
        on.gateway.write([CREATE])
    assert closed == [2]


def test_a_redirect_is_not_followed() -> None:
    on = bench()
    on.answer(Canned("", 307, headers={"Location": "https://elsewhere.example/"}))
    assert on.gateway.write([CREATE]).written is Written.UNKNOWN
    assert len(on.wire.sent) == 1


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    on = bench()
    on.answer(answered(result(CREATE.controlid)))
    on.gateway.write([CREATE])
    assert [sent.proxies for sent in on.wire.sent] == [{}]


def test_exact_is_what_write_sends() -> None:
    on = bench()
    assert "<vendorid>V-10233</vendorid>" in on.gateway.exact([CREATE])
    assert not [secret for secret in SECRETS if secret in on.gateway.exact([CREATE])]
