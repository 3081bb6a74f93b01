"""A cache before the simulated Intacct, so that the gateway's own work counts for no reader: ``python -m tools.bench.front ROWS``.

Requests that differ only in who asks when (control ids, session, sign-in) get the same bytes. Of GLDETAIL it shows as many rows as it is
told to: the simulator holds the first ten thousand, and those behind them are the same again, but for their RECORDNO. It prints its
address and the RECORDNO of the first row; ``GET /counts`` tells what was asked since the last ``POST /counts``, whose query may set the
think time and the number of rows: ``?seconds=0.4&rows=40000``.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Final
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from sandbox.intacct.simulator import IntacctSimulator, start
from sandbox.serving import RunningServer, serve

HELD: Final = 10_000
"""Rows of the simulator: whole pages, so that none reaches from one turn into the next."""
PAGE: Final = 2_000

_WHO_AND_WHEN = re.compile(
    rb"<controlid>[^<]*</controlid>|\bcontrolid=\"[^\"]*\"|<authentication>.*?</authentication>|<senderid>.*?</senderid>|<password>[^<]*</password>",
    re.DOTALL,
)
_OFFSET = re.compile(rb"(?<=<offset>)\d+(?=</offset>)")
_BEHIND = re.compile(rb"(?<=<greaterthan><field>RECORDNO</field><value>)\d+(?=</value>)")
_UNTIL = re.compile(rb"(?<=<lessthanorequalto><field>RECORDNO</field><value>)\d+(?=</value>)")
_NUMBER = re.compile(rb"(?<=<RECORDNO>)\d+|(?<=\"RECORDNO\": \")\d+")
_TOTAL = re.compile(rb"(?<= totalcount=\")\d+")
_REMAINING = re.compile(rb"(?<= numremaining=\")\d+")


@dataclass(frozen=True, slots=True)
class Turn:
    """Which of the repeated rows a request means: how far they lie behind the simulator's own, and how many are left behind its page."""

    body: bytes
    further: int
    total: int
    remaining: int

    def shown(self, answer: bytes) -> bytes:
        if self.further:
            answer = _NUMBER.sub(lambda found: b"%d" % (int(found.group()) + self.further), answer)
        answer = _TOTAL.sub(b"%d" % self.total, answer, count=1)
        return _REMAINING.sub(b"%d" % self.remaining, answer, count=1)


def turn(body: bytes, *, first: int, rows: int) -> Turn:
    """``first`` is the RECORDNO of the simulator's first row. Pages are whole, and begin where whole pages end."""
    offset, behind, until = _OFFSET.search(body), _BEHIND.search(body), _UNTIL.search(body)
    done = int(offset.group()) if offset else int(behind.group()) - first + 1 if behind else 0
    end = min(rows, int(until.group()) - first + 1) if until else rows
    further = (done if done < rows else done - 1) // HELD * HELD
    body = _OFFSET.sub(b"%d" % (done - further), body)
    body = _BEHIND.sub(b"%d" % (first - 1 + done - further), body)
    body = _UNTIL.sub(b"%d" % (first - 1 + min(end - further, HELD)), body)
    return Turn(body, further, end, max(0, end - done - PAGE))


class Front:
    def __init__(self, simulator: IntacctSimulator, first: int, rows: int) -> None:
        self.server: RunningServer | None = None
        self._simulator, self._first, self._rows = simulator, first, rows
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
                self._rows = int(request.args.get("rows", self._rows))
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
        if b"<query>" not in body:
            return self._asked(request, body)
        meant = turn(body, first=self._first, rows=self._rows)
        key = _WHO_AND_WHEN.sub(b"", meant.body)
        if key not in self._kept:
            answer = self._asked(request, meant.body)
            if answer.status_code != HTTPStatus.OK or b"<status>failure</status>" in answer.get_data():
                return answer
            self._kept[key] = answer.get_data(), answer.content_type or ""
        data, content_type = self._kept[key]
        return Response(meant.shown(data), content_type=content_type)

    def _asked(self, request: Request, body: bytes) -> Response:
        return Response.from_app(self._simulator, {**request.environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})


def main() -> None:
    rows = int(sys.argv[1])
    with start(rows={"GLDETAIL": HELD}, empty=True) as simulator:
        first = simulator.store.tables["GLDETAIL"].next_record - HELD
        front = Front(simulator, first, rows)
        with serve(front) as server:
            front.server = server
            print(server.url, first, flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    main()
