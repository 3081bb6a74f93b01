"""A cache before the simulated Intacct, so that the gateway's own work counts for no reader: ``python -m tools.bench.front ROWS``.

Requests that differ only in who asks when (control ids, session, sign-in) get the same bytes. It prints its address and the RECORDNO of
the first row; ``GET /counts``
tells what was asked since the last ``POST /counts``, whose query may set the think time: ``?seconds=0.4``.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Iterable
from http import HTTPStatus
from io import BytesIO
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from sandbox.intacct.simulator import IntacctSimulator, start
from sandbox.serving import RunningServer, serve

_WHO_AND_WHEN = re.compile(
    rb"<controlid>[^<]*</controlid>|\bcontrolid=\"[^\"]*\"|<authentication>.*?</authentication>|<senderid>.*?</senderid>|<password>[^<]*</password>",
    re.DOTALL,
)


class Front:
    def __init__(self, simulator: IntacctSimulator) -> None:
        self.server: RunningServer | None = None
        self._simulator = simulator
        self._kept: dict[bytes, tuple[bytes, str]] = {}
        self._lock = threading.Lock()
        self._seconds = 0.0
        self._in_flight = 0
        self._connections_before = 0
        self._forget()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        response = self._counts(request) if request.path == "/counts" else self._answered(request)
        return response(environ, start_response)

    def _forget(self) -> None:
        self._calls = self._most_in_flight = 0
        self._connections_before = self.server.connections if self.server else 0

    def _counts(self, request: Request) -> Response:
        with self._lock:
            # The one who asks has a connection of its own.
            connections = (self.server.connections if self.server else 0) - self._connections_before - 1
            counts = {"calls": self._calls, "connections": connections, "most_in_flight": self._most_in_flight}
            if request.method == "POST":
                self._forget()
                self._seconds = float(request.args.get("seconds", 0))
        return Response(json.dumps(counts), content_type="application/json")

    def _answered(self, request: Request) -> Response:
        body = request.get_data()
        with self._lock:
            self._calls += 1
            self._in_flight += 1
            self._most_in_flight = max(self._most_in_flight, self._in_flight)
        try:
            time.sleep(self._seconds)
            return self._kept_answer(request, body)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _kept_answer(self, request: Request, body: bytes) -> Response:
        key = _WHO_AND_WHEN.sub(b"", body)
        environ = {**request.environ, "wsgi.input": BytesIO(body)}
        if b"getAPISession" in body:
            return Response.from_app(self._simulator, environ)
        if key not in self._kept:
            answer = Response.from_app(self._simulator, environ)
            if answer.status_code != HTTPStatus.OK or b"<status>failure</status>" in answer.get_data():
                return answer
            self._kept[key] = answer.get_data(), answer.content_type or ""
        data, content_type = self._kept[key]
        return Response(data, content_type=content_type)


def main() -> None:
    rows = int(sys.argv[1])
    with start(rows={"GLDETAIL": rows}, empty=True) as simulator:
        front = Front(simulator)
        with serve(front) as server:
            front.server = server
            first = simulator.store.tables["GLDETAIL"].next_record - rows
            print(server.url, first, flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    main()
