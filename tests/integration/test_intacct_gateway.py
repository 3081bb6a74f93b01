"""The gateway on real sockets: what a line does that a stub cannot, and the simulator's rules through the port."""

from __future__ import annotations

import gzip
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Literal

import pytest
from requests.adapters import HTTPAdapter

from connector.adapters.intacct import Credentials, IntacctGateway, Options
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong, Violation
from connector.core.exchange import Answer, Function, Query, Tree, UserFormat, Where, Written
from sandbox.intacct import IntacctSimulator, start
from tests.doubles.clock import START, ManualClock
from tests.doubles.leases import MemorySlots

CREATE = Function(name="create", body=[("VENDOR", [("NAME", "Beta")])], controlid="demo:vendors:1:abc:create")
VENDORS = Query(object="VENDOR", fields=("NAME",))
CREDENTIALS = Credentials(sender_id="sandbox", sender_password="sandbox", user_id="connector", user_password="sandbox")

type Script = Callable[[str], bytes | None]
"""The raw answer to a request's text; None leaves the line open without a word."""


class Line:
    """A gateway of one scripted answer after the other; each closes its connection unless it says how long it is."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/ia/xml/xmlgw.phtml"
        self.scripts: list[Script] = []
        self.requests: list[str] = []
        self.connections = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def hung_up_within(self, seconds: float) -> bool:
        """Whether every connection has ended by then."""
        _accepting, *serving = self._threads
        for thread in serving:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in serving)

    def close(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(2)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as incoming:
            while not self._over.is_set():
                length = 0
                while (header := incoming.readline().strip().lower()) != b"":
                    if header.startswith(b"content-length:"):
                        length = int(header.partition(b":")[2])
                if not length:
                    return
                request = incoming.read(length).decode()
                self.requests.append(request)
                answer = self._session() if "getAPISession" in request else self.scripts.pop(0)(request)
                if answer is None:
                    self._over.wait(5)
                    return
                connection.sendall(answer)
                if b"Content-Length" not in answer or b"Connection: close" in answer:
                    return

    def _session(self) -> bytes:
        return whole(answered("session", f"<data><api><sessionid>S-1</sessionid><endpoint>{self.url}</endpoint></api></data>"))


def answered(controlid: str, payload: str) -> str:
    return (
        "<response><control><status>success</status></control><operation><authentication><status>success</status>"
        "<sessiontimeout>2026-06-01T13:00:00+00:00</sessiontimeout></authentication>"
        f"<result><status>success</status><controlid>{controlid}</controlid>{payload}</result></operation></response>"
    )


def whole(body: str, *headers: str) -> bytes:
    return packed(body.encode(), *headers)


def packed(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", "Content-Type: text/xml", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


@pytest.fixture
def gateway(line: Line) -> Iterator[IntacctGateway]:
    options = Options(timeout=(1.0, 0.2), jitter=lambda: 0.0)
    gateway = IntacctGateway(line.url, "demo", lambda: CREDENTIALS, MemorySlots(), ManualClock(), options)
    yield gateway
    gateway.close()


DONE = answered(CREATE.controlid, "<key>44</key>")


def test_one_connection_serves_all_requests(line: Line, gateway: IntacctGateway) -> None:
    line.scripts = [lambda _: whole(DONE)] * 3
    assert [gateway.write([CREATE]).written for _ in range(3)] == [Written.DONE] * 3
    assert (line.connections, len(line.requests)) == (1, 4)


def test_a_compressed_answer_is_read(line: Line, gateway: IntacctGateway) -> None:
    line.scripts = [lambda _: packed(gzip.compress(DONE.encode()), "Content-Encoding: gzip")]
    assert gateway.write([CREATE]).keys == ("44",)


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        whole(DONE)[:-40] + b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n<response>",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + DONE[:-40].encode(),
        None,
    ],
)
def test_a_line_cut_at_any_point_leaves_a_write_unknown_and_a_read_repeated(line: Line, gateway: IntacctGateway, cut: bytes | None) -> None:
    closing = cut.replace(b"text/xml\r\n", b"text/xml\r\nConnection: close\r\n", 1) if cut else cut
    line.scripts = [lambda _: closing]
    answer = gateway.write([CREATE])
    assert (answer.written, answer.violations[0].code) == (Written.UNKNOWN, Code.OUTCOME_UNKNOWN)
    rows = '<data listtype="VENDOR" numremaining="0"><VENDOR><NAME>B</NAME></VENDOR></data>'
    line.scripts = [lambda _: closing, lambda _: whole(answered("read-1", rows))]
    assert gateway.read([VENDORS]) == [[{"NAME": "B"}]]


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    gateway = IntacctGateway(url, "demo", lambda: CREDENTIALS, MemorySlots(), ManualClock(), Options(attempts=1))
    with pytest.raises(RetryLater, match="Intacct cannot be reached"):
        gateway.write([CREATE])
    gateway.close()


def test_closing_hangs_up_at_once_whoever_still_refers_to_the_connection(line: Line, gateway: IntacctGateway) -> None:
    line.scripts = [lambda _: whole(DONE)]
    gateway.write([CREATE])
    adapter = gateway.transport.http.get_adapter(line.url)
    assert isinstance(adapter, HTTPAdapter)
    kept = adapter.poolmanager.connection_from_url(line.url)
    gateway.close()
    assert line.hung_up_within(1.0)
    assert kept.pool is None


def test_a_gateway_that_goes_away_between_two_writes_has_seen_nothing_of_the_second(line: Line, gateway: IntacctGateway) -> None:
    line.scripts = [lambda _: whole(DONE, "Connection: close")]
    gateway.write([CREATE])
    line.close()
    with pytest.raises(RetryLater, match="Intacct cannot be reached"):
        gateway.write([CREATE])


class Live:
    """A simulator of the seed company and a gateway on it; both go by one clock."""

    def __init__(self, rows: dict[str, int] | None = None) -> None:
        self.clock = ManualClock(START)
        self.simulator: IntacctSimulator = start(rows=rows, clock=self.clock.now)
        self.slots = MemorySlots(self.clock)
        self._gateways: list[IntacctGateway] = []

    def gateway(self, options: Options | None = None) -> IntacctGateway:
        gateway = IntacctGateway(
            self.simulator.url, "demo", lambda: CREDENTIALS, self.slots, self.clock, options or Options(jitter=lambda: 0.0)
        )
        self._gateways.append(gateway)
        return gateway

    def vendors(self, name: str) -> int:
        (found,) = self.gateway().read([Query(object="VENDOR", fields=("NAME",), where=(Where("NAME", "equalto", (name,)),))])
        return len(found)

    def close(self) -> None:
        for gateway in self._gateways:
            gateway.close()
        self.simulator.close()


@pytest.fixture
def live() -> Iterator[Live]:
    live = Live()
    yield live
    live.close()


def vendor(number: str, *, controlid: str = "", vendor_id: str = "", **more: str) -> Function:
    body: Tree = [
        ("VENDORID", vendor_id or f"PC-{number}"),
        ("NAME", f"Beta {number}"),
        ("DISPLAYCONTACT", [("PRINTAS", f"Beta {number}")]),
        *more.items(),
    ]
    return Function(name="create", body=[("VENDOR", body)], controlid=controlid or f"demo:vendors:{number}:abc:create")


def codes(answer: Answer) -> list[Code]:
    return [violation.code for violation in answer.violations]


def test_a_vendor_is_written_once_and_the_second_time_is_a_replay(live: Live) -> None:
    gateway = live.gateway()
    first, second = gateway.write([vendor("1")]), gateway.write([vendor("1")])
    assert (first.written, second.written) == (Written.DONE, Written.REPLAYED)
    (found,) = gateway.read([Query(object="VENDOR", fields=("RECORDNO",), where=(Where("NAME", "equalto", ("Beta 1",)),))])
    assert [(row["RECORDNO"],) for row in found] == [first.keys]


def test_a_refused_vendor_may_be_sent_again_under_the_same_controlid(live: Live) -> None:
    gateway = live.gateway()
    taken = vendor("2", vendor_id="V-10233")
    answer = gateway.write([taken])
    assert (answer.written, codes(answer)) == (Written.REFUSED, [Code.DUPLICATE_NUMBER])
    assert gateway.write([vendor("2")]).written is Written.DONE


@pytest.mark.parametrize("status", ["failure", "aborted"])
def test_a_transaction_leaves_nothing_of_what_was_refused(live: Live, status: str) -> None:
    live.simulator.settings.change({"failing_function_status": status})
    answer = live.gateway().write([vendor("3"), vendor("4", vendor_id="V-10233")])
    assert (answer.written, codes(answer)) == (Written.REFUSED, [Code.DUPLICATE_NUMBER])
    assert live.vendors("Beta 3") == 0


def test_an_element_out_of_order_is_refused_before_anything_runs(live: Live) -> None:
    body: Tree = [("vendorid", "V-10233"), ("transactiontype", "Subcontract")]
    answer = live.gateway().write([Function(name="create_potransaction", body=body, controlid="c")])
    assert (answer.written, codes(answer)) == (Written.REFUSED, [Code.REFUSED_BY_INTACCT])
    assert "transactiontype" in answer.violations[0].their_words


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "cut_after"},
        {"fault": "html", "at": "after"},
        {"fault": "empty", "at": "after"},
        {"fault": "status", "status": 502, "at": "after"},
        {"fault": "status", "status": 524, "at": "after"},
    ],
)
def test_a_vendor_written_without_an_answer_is_found_by_asking_again(live: Live, fault: dict[str, object]) -> None:
    gateway = live.gateway()
    live.simulator.faults.plan({"match": "<VENDORID>PC-5", **fault})
    assert gateway.write([vendor("5")]).written is Written.UNKNOWN
    assert gateway.write([vendor("5")]).written is Written.REPLAYED
    assert live.vendors("Beta 5") == 1


@pytest.mark.parametrize("fault", [{"fault": "cut_before"}, {"fault": "html"}, {"fault": "status", "status": 503}])
def test_a_vendor_not_written_without_an_answer_is_written_by_asking_again(live: Live, fault: dict[str, object]) -> None:
    gateway = live.gateway()
    live.simulator.faults.plan({"match": "<VENDORID>PC-6", **fault})
    assert gateway.write([vendor("6")]).written is Written.UNKNOWN
    assert gateway.write([vendor("6")]).written is Written.DONE
    assert live.vendors("Beta 6") == 1


def test_a_rate_limit_says_when_to_come_back(live: Live) -> None:
    live.simulator.faults.plan({"fault": "status", "status": 429, "match": "PC-7", "headers": {"Retry-After": "12"}})
    with pytest.raises(RetryLater) as later:
        live.gateway().write([vendor("7")])
    assert (later.value.code, later.value.seconds) == (Code.RATE_LIMITED, 12.0)
    assert live.vendors("Beta 7") == 0


@pytest.mark.parametrize("sign_in_failure", ["401", "operation"])
def test_sessions_are_renewed_before_and_after_their_end(live: Live, sign_in_failure: str) -> None:
    live.simulator.settings.change({"sign_in_failure": sign_in_failure})
    gateway = live.gateway()
    assert gateway.write([vendor("8")]).written is Written.DONE
    live.simulator.expire_sessions()
    assert gateway.write([vendor("9")]).written is Written.DONE
    live.clock.move(59 * 60)
    assert gateway.write([vendor("10")]).written is Written.DONE
    functions = [name for request in live.simulator.requests for name, _, _ in request.functions]
    assert functions == ["getAPISession", "create", "create", "getAPISession", "create", "getAPISession", "create"]


@pytest.mark.parametrize("sign_in_failure", ["401", "operation"])
def test_wrong_credentials_stop_the_run(live: Live, sign_in_failure: str) -> None:
    live.simulator.settings.change({"sign_in_failure": sign_in_failure, "user_password": "other"})
    with pytest.raises(SetupWrong) as wrong:
        live.gateway().write([vendor("11")])
    assert wrong.value.code is Code.SIGN_IN_FAILED
    assert len(live.simulator.requests) == 1


def test_an_entity_has_a_session_of_its_own(live: Live) -> None:
    gateway = live.gateway()
    for entity in ("", "100", "200", "100"):
        gateway.read([Query(object="PROJECT", fields=("PROJECTID",))], entity=entity)
    sign_ins = [request.body for request in live.simulator.requests if "getAPISession" in request.body]
    assert [re.findall("<locationid>([^<]*)", body) for body in sign_ins] == [[], ["100"], ["200"]]


def test_reads_do_not_use_up_controlids_and_writes_do(live: Live) -> None:
    gateway = live.gateway()
    gateway.read([Query(object="VENDOR", fields=("NAME",))])
    gateway.read([Query(object="VENDOR", fields=("NAME",))])
    gateway.write([vendor("12")])
    assert [request.unique for request in live.simulator.requests] == [False, False, False, True]


def test_an_unknown_field_is_refused_after_a_second_try(live: Live) -> None:
    gateway = live.gateway()
    with pytest.raises(ConnectorError, match="There was an error processing the request"):
        gateway.read([Query(object="VENDOR", fields=("NO_SUCH_FIELD",))])
    assert len(live.simulator.requests) == 3


def test_a_right_that_is_missing_is_a_matter_of_set_up(live: Live) -> None:
    live.simulator.settings.denied_objects = {"AUDITHISTORY", "VENDOR"}
    for name, field in (("VENDOR", "NAME"), ("AUDITHISTORY", "OBJECTKEY")):
        with pytest.raises(SetupWrong) as wrong:
            live.gateway().read([Query(object=name, fields=(field,))])
        assert wrong.value.code is Code.NO_PERMISSION


def test_the_tenant_is_known_by_lookup_and_by_its_users_format(live: Live) -> None:
    live.simulator.settings.change({"gmt_offset_minutes": -480, "clock_hours": "12"})
    gateway = live.gateway()
    expected = UserFormat(date_format="/mdY", gmt_offset_minutes=-480, clock_24h=False, locale="en_US")
    assert gateway.user_format() == expected
    fields = gateway.lookup(["VENDOR"])["VENDOR"]
    assert not isinstance(fields, Violation)
    assert (fields["RECORDNO"].read_only, fields["STATUS"].valid_values[:2]) == (True, ("active", "inactive"))


@pytest.mark.parametrize("page_format", ["xml", "json"])
def test_pages_take_the_fewest_calls_and_one_connection(page_format: Literal["xml", "json"]) -> None:
    live = Live(rows={"GLENTRY": 450})
    gateway = live.gateway(Options(page_size=100, page_format=page_format))
    entries = Query(object="GLENTRY", fields=("ENTRY_DATE", "AMOUNT"), where=(Where("AMOUNT", "isnotnull"),))
    pages = list(gateway.pages(entries))
    assert [len(page) for page in pages] == [100, 100, 100, 100, 50]
    keys = [int(str(row["RECORDNO"])) for page in pages for row in page]
    assert keys == sorted(set(keys))
    assert len(live.simulator.requests) == 1 + 5
    assert live.simulator.connections == 1
    assert list(gateway.pages(entries, after=str(keys[399]))) == [pages[4]]
    live.close()


def test_a_page_lost_on_the_way_is_read_again() -> None:
    live = Live(rows={"GLENTRY": 250})
    live.simulator.faults.plan({"fault": "cut_after", "match": "<greaterthan>"})
    live.simulator.faults.plan({"fault": "html", "match": "<greaterthan>"})
    gateway = live.gateway(Options(page_size=100, jitter=lambda: 0.0))
    pages = list(gateway.pages(Query(object="GLENTRY", fields=("AMOUNT",))))
    assert [len(page) for page in pages] == [100, 100, 50]
    assert live.clock.slept == [1.0, 2.0]
    live.close()


def test_secrets_are_in_nothing_that_is_kept(live: Live) -> None:
    live.simulator.settings.change({"sender_password": "s3nder-pw", "user_password": "us3r-pw"})
    told = Credentials(sender_id="sandbox", sender_password="s3nder-pw", user_id="connector", user_password="us3r-pw")
    gateway = IntacctGateway(live.simulator.url, "demo", lambda: told, live.slots, live.clock)
    answer = gateway.write([vendor("13")])
    gateway.close()
    (session_id,) = re.findall("<sessionid>([^<]*)", live.simulator.requests[-1].body)
    kept = answer.request + answer.response + gateway.exact([vendor("13")])
    assert answer.written is Written.DONE
    assert not [secret for secret in ("s3nder-pw", "us3r-pw", session_id) if secret in kept]
