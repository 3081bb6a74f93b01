"""Serving a simulator on loopback: threads, HTTP/1.1 keep-alive, and connections that can be cut without an answer.

Werkzeug's own request handler closes every connection after one answer and drains what a client sends next; a client
that keeps its connection would lose requests on it. The handler here reads each body whole, answers with a
``Content-Length`` and goes on with the next request, as real servers do.
"""

from __future__ import annotations

import io
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from wsgiref.types import WSGIApplication

_POLL_SECONDS = 0.05
_JOIN_SECONDS = 2.0
_BODILESS = frozenset({204, 304})


class Cut(Exception):  # noqa: N818  an order to the server, not an error
    """Raised by an application to have its connection closed without an answer."""


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        """Serve one request; the connection stays open for the next unless the application raises :class:`Cut`."""
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        try:
            status, headers, body = self._ask_application()
        except Cut:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        except Exception:  # noqa: BLE001  a simulator's bug is shown, and answered as a server's bug is
            traceback.print_exc(file=sys.stderr)
            status, headers, body = "500 Internal Server Error", [("Content-Type", "text/plain")], b"error in simulator"
        self._send(status, headers, body)

    def _ask_application(self) -> tuple[str, list[tuple[str, str]], bytes]:
        environ = self.make_environ()
        if environ.pop("wsgi.input_terminated", False):
            body = b"".join(iter(lambda: environ["wsgi.input"].read(1 << 16), b""))
        else:
            body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        started: list[tuple[str, list[tuple[str, str]]]] = []
        pieces: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[[bytes], object]:
            started.append((status, headers))
            return pieces.append

        chunks: Iterable[bytes] = self.server.app(environ, start_response)
        try:
            pieces.extend(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = started[-1]
        return status, headers, b"".join(pieces)

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if int(code) not in _BODILESS and not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and int(code) not in _BODILESS:
            self.wfile.write(body)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a simulator's own log of requests is what tests and people read."""


class _Server(ThreadedWSGIServer):
    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        self.connections = 0
        self._open: dict[object, threading.Thread] = {}
        self._lock = threading.Lock()
        super().__init__(host, port, app, _Handler)

    def process_request(self, request: object, client_address: object) -> None:
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        with self._lock:
            self.connections += 1
            self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close every open connection and wait until its thread has ended."""
        with self._lock:
            still_open = list(self._open.items())
        for connection, _ in still_open:
            if isinstance(connection, socket.socket):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for _, thread in still_open:
            thread.join(_JOIN_SECONDS)


class RunningServer:
    """A server at work in a background thread; leaving its ``with`` block, or :meth:`close`, ends it.

    ``url`` is ``http://HOST:PORT`` without a slash; ``connections`` counts the TCP connections accepted so far.
    """

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._thread.start()
        self.port: int = server.port
        self.url = f"http://{server.host}:{server.port}"

    @property
    def connections(self) -> int:
        return self._server.connections

    def close(self) -> None:
        """Stop accepting, hang up open connections, wait for the threads. A second call does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.hang_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def serve(app: WSGIApplication, host: str = "127.0.0.1", port: int = 0) -> RunningServer:
    """Start serving ``app``; port 0 takes a free one.

    Raises:
        SystemExit: the port is taken (werkzeug says so on stderr).
    """
    return RunningServer(_Server(host, port, app))


def run_forever(app: WSGIApplication, port: int, *, name: str = "sandbox") -> None:
    """Serve until SIGTERM or SIGINT, for ``python -m``; prints one line when connections are accepted."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    with serve(app, port=port) as server:
        print(f"{name} listening on {server.url}", flush=True)
        ended.wait()
