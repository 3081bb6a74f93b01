"""What the two upstreams say is not trusted either: where the credentials go, how much is read, and what a header can make us do."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.adapters.intacct import reader
from connector.adapters.intacct.answer import of_document
from connector.adapters.intacct.patience import NoAnswer
from connector.adapters.intacct.reader import Unreadable, read, read_json
from connector.adapters.procore import transport
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong
from connector.core.exchange import Query
from connector.core.record import Record, Row, rows
from connector.core.wire import read_procore
from connector.rooms import Rooms
from tests.doubles import ManualClock
from tests.unit.intacct.stub import CREDENTIALS, Bench, Canned, answered, bench, result, session
from tests.unit.intacct.stub import rows as intacct_rows
from tests.unit.procore.stub import Server, said

MOST_SECONDS: Final = 5.0
HOUR: Final = 3600.0
HEADERS: Final = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    st.integers(min_value=-(10**400), max_value=10**400).map(str),
    st.from_regex(r"(Mon|Fri), \d{1,3} (Jan|Nov) \d{1,12} \d{1,3}:\d{1,3}:\d{1,3} (GMT|[+-]\d{1,9})", fullmatch=True),
)


def _ask(on: Bench) -> Any:
    return on.gateway.read([Query(object="VENDOR", fields=("RECORDNO",))])


# Where the sender's password goes: the address of the session is the gateway's to name.


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/ia/xml/xmlgw.phtml",
        "https://intacct.example.evil.example/",
        "https://evilintacct.example/",
        "https://a.b.intacct.example/",
        "https://na12.intacct.example:8443/",
        "https://na12.intacct.example@evil.example/",
        "https://x@na12.intacct.example/",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::1",
        "https://na12.intacct.example:x/",
        "//na12.intacct.example/",
        "http://na12.intacct.example/",
        "ftp://api.intacct.example/",
        "javascript:alert(1)",
    ],
)
def test_credentials_go_to_no_address_that_an_answer_names_but_the_gateways_own_family(endpoint: str) -> None:
    on = bench()
    on.wire.sign_ins = [session("S-1", endpoint=endpoint)]
    with pytest.raises(SetupWrong, match="refused"):
        _ask(on)
    assert on.wire.sent == []


@pytest.mark.parametrize("url", ["https://10.1.2.3/gw", "https://gateway/gw", "https://intacct.example/gw"])
def test_an_address_without_a_family_has_only_itself(url: str) -> None:
    on = bench(url=url)
    on.wire.sign_ins = [session("S-1", endpoint="https://11.1.2.3/gw")]
    with pytest.raises(SetupWrong, match="refused"):
        _ask(on)
    assert on.wire.sent == []


def test_a_redirect_carries_no_credentials_to_anybody() -> None:
    """Neither upstream's redirect is followed: 307 and 308 would repeat the body with the passwords in it."""
    for status in (301, 302, 303, 307, 308):
        on = bench()
        on.answer(*[Canned("", status=status, headers={"Location": "https://evil.example/"})] * 4)
        with pytest.raises(RetryLater):
            _ask(on)
        assert {sent.url.partition("/ia/")[0] for sent in on.wire.sent} == {"https://na12.intacct.example"}
        procore = Server(always=said(status, "", {"Location": "https://evil.example/"}))
        with pytest.raises(ConnectorError):
            procore.client().get("/rest/v1.0/me")
        assert {asked.server for asked in procore.asked} == {"https://api.procore.example"}


def test_a_link_to_another_host_takes_the_bearer_nowhere() -> None:
    onward = '<https://evil.example/rest/v1.0/projects?page=2&per_page=1>; rel="next"'
    procore = Server(said(200, [{"id": 1}], {"Link": onward}), said(200, [{"id": 2}]), said(200, []))
    assert [row["id"] for page in procore.client().pages("/rest/v1.0/projects") for row in page] == [1, 2]
    assert {(asked.server, asked.path) for asked in procore.asked} == {("https://api.procore.example", "/rest/v1.0/projects")}


# What a header can make us do.


@settings(max_examples=60, deadline=None)
@given(HEADERS, st.sampled_from([429, 503]))
def test_no_retry_after_of_intacct_breaks_us_or_holds_us_for_more_than_an_hour(stated: str, status: int) -> None:
    on = bench()
    on.answer(*[Canned("", status=status, headers={"Retry-After": stated})] * 4)
    with pytest.raises(RetryLater) as put_off:
        _ask(on)
    assert 0 <= put_off.value.seconds <= HOUR


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({"Retry-After": HEADERS, "X-Rate-Limit-Reset": HEADERS, "X-Rate-Limit-Limit": HEADERS}))
def test_no_limit_that_procore_states_breaks_us_or_holds_us_for_more_than_an_hour(headers: dict[str, str]) -> None:
    procore = Server(always=lambda _: said(429, "", headers | {"X-Rate-Limit-Remaining": "0"}))
    with pytest.raises(RetryLater) as put_off:
        procore.client(ManualClock()).get("/rest/v1.0/me")
    assert 0 <= put_off.value.seconds <= HOUR + 60


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({"Total": HEADERS, "Per-Page": HEADERS, "Link": HEADERS}))
def test_no_header_of_a_list_breaks_its_reading(headers: dict[str, str]) -> None:
    procore = Server(said(200, [{"id": 1}], headers), always=lambda _: said(200, []))
    assert [row["id"] for page in procore.client().pages("/rest/v1.0/projects") for row in page] == [1]


@pytest.mark.parametrize("timeout", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", "", "2026-06-01T13:00:00"])
def test_no_end_of_a_session_that_intacct_states_breaks_us(timeout: str) -> None:
    on = bench()
    for _ in range(2):
        on.answer(answered(result("read-1", intacct_rows("VENDOR", {"RECORDNO": "1"})), timeout=timeout))
        assert _ask(on) == [[{"RECORDNO": "1"}]]


@pytest.mark.parametrize("remaining", ["9" * 5000, "-1", "\u0663", "x"])
def test_no_number_of_rows_that_remain_breaks_us(remaining: str) -> None:
    body = answered(result("read-1", intacct_rows("VENDOR", {"RECORDNO": "1"}, remaining=remaining))).body
    assert of_document(read([body.encode()]), str).results[0].rows == [{"RECORDNO": "1"}]


# How much is read.


class Chunks:
    """An answer without end, which says how much of it was taken."""

    def __init__(self, beginning: bytes, again: bytes) -> None:
        self.taken = 0
        self._beginning, self._again = beginning, again * (65536 // len(again))

    def __iter__(self) -> Iterator[bytes]:
        yield self._beginning
        while True:
            self.taken += len(self._again)
            yield self._again


ROWS: Final = b"<response><operation><result><data>"


@pytest.mark.parametrize(
    ("beginning", "again", "most"),
    [
        pytest.param(b"<response>", b"<a>", 200_000, id="nested outside the rows"),
        pytest.param(ROWS, b"<a>", 200_000, id="nested in a row"),
        pytest.param(b"<response>", b"<a/>", 9_000_000, id="elements outside the rows"),
        pytest.param(ROWS, b"<a/>", 9_000_000, id="empty rows"),
        pytest.param(ROWS + b"<a>", b"<b/>", 9_000_000, id="a row of any width"),
        pytest.param(ROWS, b"<a>" + b"x" * 60_000 + b"</a>", reader.LARGEST_ANSWER + 200_000, id="text"),
    ],
)
def test_xml_without_end_is_given_up_while_it_is_small(beginning: bytes, again: bytes, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """An element takes a hundred bytes of memory, however few it takes of the answer."""
    monkeypatch.setattr(reader, "MOST_PARTS", 200_000)
    monkeypatch.setattr(reader, "LARGEST_ANSWER", 2_000_000)
    chunks = Chunks(beginning, again)
    began = time.process_time()
    with pytest.raises(Unreadable):
        read(chunks, limit=reader.LARGEST_ANSWER)
    assert time.process_time() - began < MOST_SECONDS
    assert chunks.taken <= most


def test_json_without_end_is_given_up_while_it_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_PARTS", 200_000)
    chunks = Chunks(b"[", b"{},")
    with pytest.raises(Unreadable, match="parts"):
        read_json(chunks)
    assert chunks.taken < 1_000_000


@pytest.mark.parametrize("encoding", ["bogus", "shift_jis", "utf-7", "rot13", "hex", "idna", "cp037", "utf-32"])
@pytest.mark.parametrize("cut", [1, 1000])
def test_an_answer_in_another_encoding_is_none(encoding: str, cut: int) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><response/>'.encode()
    with pytest.raises(Unreadable, match="encoding"):
        read(body[start : start + cut] for start in range(0, len(body), cut))


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE response [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE response [<!ENTITY x SYSTEM "http://169.254.169.254/latest/meta-data">]>',
        '<!DOCTYPE response [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
        '<!DOCTYPE response SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE response [<!ENTITY x 'y'>]>",
    ],
)
@pytest.mark.parametrize("cut", [1, 7, 10_000])
def test_no_entity_is_ever_read_wherever_the_answer_is_cut(declared: str, cut: int) -> None:
    body = f'<?xml version="1.0"?><!-- x -->{declared}<response><control><status>&x;</status></control></response>'.encode()
    with pytest.raises(Unreadable, match="document type declaration"):
        read(body[start : start + cut] for start in range(0, len(body), cut))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("[" * 200_000, id="nested lists"),
        pytest.param('{"a":' * 200_000, id="nested objects"),
        pytest.param("[" + "9" * 5_000 + "]", id="a number of 5,000 digits"),
        pytest.param("[NaN]", id="no number"),
        pytest.param('["\\ud800"]', id="half a pair"),
        pytest.param(b'["\xed\xa0\x80"]', id="half a pair in bytes"),
        pytest.param(b'["\xff"]', id="not unicode"),
        pytest.param("[" + "0," * 3_000 + "0]", id="more values than a page has"),
    ],
)
def test_json_of_procore_that_makes_no_sense_is_an_answer_to_ask_again_for(body: str | bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST_VALUES", 2_000)
    procore = Server(always=lambda _: said(200, body))
    began = time.process_time()
    with pytest.raises(RetryLater) as put_off:
        procore.client(ManualClock()).get("/rest/v1.0/me")
    assert put_off.value.code is Code.UNAVAILABLE
    assert time.process_time() - began < MOST_SECONDS


@pytest.mark.parametrize(
    ("text", "value"), [('"\\ud83c\\udfd7"', "\U0001f3d7"), ('"\\\\ud800"', "\\ud800"), ('"\\\\\\\\ud800"', "\\\\ud800")]
)
def test_whole_pairs_and_escaped_backslashes_are_texts(text: str, value: str) -> None:
    assert Server(said(200, text)).client().get("/rest/v1.0/me") == value


def _amounts(record: type[Record]) -> list[Row]:
    return [row for row in rows(record) if row.type.__name__ == "Decimal" and row.procore and row.procore.read]


@pytest.mark.parametrize("name", [name for name, room in Rooms().items() if _amounts(room.record)])
@pytest.mark.parametrize("amount", ["1e999999999", "1e-999999999", "NaN", "Infinity", "1_0", "\u0661", "0x10", "9" * 100_000])
def test_an_amount_without_measure_is_refused_by_the_name_of_its_field(name: str, amount: str) -> None:
    record = Rooms()[name].record
    for row in _amounts(record):
        assert row.procore is not None
        assert row.procore.read is not None
        shown: Any = json.loads(json.dumps(amount))
        for step in reversed(row.procore.read.split(".")):
            shown = {step: shown}
        began = time.process_time()
        _, problems = read_procore(record, shown)
        assert time.process_time() - began < MOST_SECONDS
        assert row.name in {problem.field for problem in problems}


def test_an_answer_never_shows_the_passwords_that_went_out() -> None:
    """An echo of the request in a page of somebody between us is not kept with the answer."""
    on = bench()
    echo = f"<html>{CREDENTIALS.sender_password} {CREDENTIALS.user_password}</html>"
    on.answer(*[Canned(echo, status=200, content_type="text/html")] * 4)
    with pytest.raises(RetryLater) as put_off:
        _ask(on)
    shown = repr(put_off.value) + put_off.value.their_words + str(put_off.value.__cause__ and vars(put_off.value.__cause__))
    assert isinstance(put_off.value.__cause__, NoAnswer)
    assert not [secret for secret in CREDENTIALS.secrets if secret in shown]
