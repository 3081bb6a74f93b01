"""The gateway on real sockets: what a line does that a stub cannot."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from connector.adapters.intacct import Credentials, IntacctGateway, Options
from connector.core.errors import Code, RetryLater
from connector.core.exchange import Function, Query, Written
from tests.doubles.clock import ManualClock
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


def test_a_gateway_that_goes_away_between_two_writes_has_seen_nothing_of_the_second(line: Line, gateway: IntacctGateway) -> None:
    line.scripts = [lambda _: whole(DONE, "Connection: close")]
    gateway.write([CREATE])
    line.close()
    with pytest.raises(RetryLater, match="Intacct cannot be reached"):
        gateway.write([CREATE])
