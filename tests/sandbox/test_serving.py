from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.wrappers import Request, Response

from sandbox.serving import Cut, RunningServer, serve


@Request.application
def _app(request: Request) -> Response:
    match request.path:
        case "/cut":
            raise Cut
        case "/bug":
            raise ZeroDivisionError
        case "/none":
            return Response(status=204)
    return Response(request.get_data() or b"hello", content_type="text/plain")


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with serve(_app) as running:
        yield running


@pytest.fixture
def client(server: RunningServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    yield connection
    connection.close()


def _ask(client: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    client.request(method, path, body)
    response = client.getresponse()
    return response.status, response.read()


def test_one_connection_serves_many_requests(server: RunningServer, client: http.client.HTTPConnection) -> None:
    answers = [_ask(client, "POST", "/", f"request {number}".encode()) for number in range(5)]

    assert answers == [(200, f"request {number}".encode()) for number in range(5)]
    assert server.connections == 1


def test_requests_sent_ahead_are_answered_in_order(server: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\noneGET /none HTTP/1.1\r\nHost: x\r\n\r\n")
        raw.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo")
        answer = b"".join(iter(lambda: raw.recv(4096), b""))

    assert answer.index(b"one") < answer.index(b"204") < answer.index(b"two")


def test_every_answer_has_a_length_and_a_bodiless_one_has_none(client: http.client.HTTPConnection) -> None:
    client.request("GET", "/")
    response = client.getresponse()
    assert (response.getheader("Content-Length"), response.read()) == ("5", b"hello")

    client.request("HEAD", "/")
    response = client.getresponse()
    assert (response.getheader("Content-Length"), response.read()) == ("5", b"")

    client.request("GET", "/none")
    response = client.getresponse()
    assert (response.status, response.getheader("Content-Length"), response.read()) == (204, None, b"")


def test_a_chunked_body_arrives_whole(client: http.client.HTTPConnection) -> None:
    client.request("POST", "/", iter([b"ab", b"cd"]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})

    assert client.getresponse().read() == b"abcd"


def test_a_cut_connection_gives_no_answer_and_the_next_one_works(server: RunningServer, client: http.client.HTTPConnection) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        _ask(client, "POST", "/cut", b"x" * 100_000)

    assert _ask(client, "GET", "/") == (200, b"hello")
    assert server.connections == 2


def test_a_bug_in_the_application_is_a_500_and_is_shown(client: http.client.HTTPConnection, capsys: pytest.CaptureFixture[str]) -> None:
    assert _ask(client, "GET", "/bug")[0] == 500
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_requests_are_served_side_by_side() -> None:
    both = threading.Barrier(2, timeout=5)

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        both.wait()
        start_response("200 OK", [])
        return [b"together"]

    with serve(app) as server:

        def ask() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
            answers.append(_ask(connection, "GET", "/"))
            connection.close()

        answers: list[tuple[int, bytes]] = []
        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)

    assert answers == [(200, b"together")] * 2


def test_closing_ends_open_connections_and_their_threads() -> None:
    before = threading.active_count()
    server = serve(_app)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    assert _ask(connection, "GET", "/") == (200, b"hello")

    server.close()
    server.close()

    assert threading.active_count() == before
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        _ask(connection, "GET", "/")
    connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_forever_says_where_it_listens_and_ends_on_a_signal(number: signal.Signals) -> None:
    program = "from sandbox.serving import run_forever; run_forever(lambda e, s: [], 0, name='nobody')"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        started = time.monotonic()
        process.send_signal(number)
        assert process.wait(5) == 0

    assert line.startswith("nobody listening on http://127.0.0.1:")
    assert time.monotonic() - started < 2
