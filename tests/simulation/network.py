"""The wire to both systems, in process: every request takes a while, may be lost on either way, be turned away, or arrive when its sender
has long gone. The simulators answer through their own doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING, Any, Final

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError
from werkzeug.test import EnvironBuilder, run_wsgi_app

from sandbox.faults import Faults
from sandbox.serving import Cut
from tests.proof.test_wire import WAYS
from tests.simulation.timeline import SECOND, Timeline

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

PROCORE: Final = "http://127.0.0.1:8001"
STORAGE: Final = "http://localhost:8001"
INTACCT: Final = "http://127.0.0.1:8002"
"""Names only: nothing listens there."""
PROCORE_NAME: Final = "Procore"
INTACCT_NAME: Final = "Intacct"
LATE: Final = (1.0, 50.0)
"""Seconds behind its sender's patience that a request may still arrive: within the minute that the protocol waits (docs/reliability.md)."""
WHAT_HAPPENS: Final = (*WAYS, "slow", "late")

type Seen = Callable[[requests.PreparedRequest], None]


@dataclass(slots=True)
class Weather:
    """How bad it is: the share of requests to which something happens, and until when (microseconds) a system answers nobody."""

    share: float = 0.0
    away: dict[str, int] = field(default_factory=dict)


class Network:
    """``in_flight`` are the requests to each system whose sender waits; ``happened`` counts what happened to requests."""

    def __init__(self, timeline: Timeline, chance: Random, log: Callable[..., None]) -> None:
        self._timeline, self._chance, self._log = timeline, chance, log
        self._systems: dict[str, tuple[str, WSGIApplication, Faults, Seen]] = {}
        self.weather = Weather()
        self.in_flight: dict[str, int] = {}
        self.peak: dict[str, int] = {}
        self.requests = self.happened = 0

    def join(self, name: str, system: WSGIApplication, faults: Faults, seen: Seen, *addresses: str) -> None:
        """``seen`` is told of each request that the system has worked on."""
        self.in_flight[name] = self.peak[name] = 0
        for address in addresses:
            self._systems[address] = name, system, faults, seen

    def connect(self, session: requests.Session, *, watching: bool = False) -> None:
        """Whoever only looks on (``watching``) takes no time, and nothing happens to them."""
        session.mount("http://", _Direct(self) if watching else _Line(self))

    def arrive(self, request: requests.PreparedRequest, way: Mapping[str, Any] | None = None) -> requests.Response | None:
        """What the system answers; None where the line is cut."""
        _, system, faults, seen = self._system(request)
        if way:
            faults.plan(dict(way))
        try:
            return _asked(system, request)
        except Cut:
            return None
        finally:
            faults.clear()
            seen(request)

    def carry(self, request: requests.PreparedRequest, patience: float) -> requests.Response:
        """Raises what requests raises."""
        name, timeline = self._system(request)[0], self._timeline
        self.requests += 1
        if self.weather.away.get(name, 0) > timeline.micros:
            self.happened += 1
            timeline.sleep(self._chance.uniform(0.01, 5))
            raise requests.ConnectionError(MaxRetryError(_NO_POOL, name, NewConnectionError(_NO_POOL, "away")))
        self.in_flight[name] += 1
        self.peak[name] = max(self.peak[name], self.in_flight[name])
        try:
            response = self._on_the_way(request, name, patience)
        finally:
            # Also where the sender dies: nobody waits any more.
            self.in_flight[name] -= 1
        self._log(name, request.method, _path(request), response.status_code)
        return response

    def _on_the_way(self, request: requests.PreparedRequest, name: str, patience: float) -> requests.Response:
        timeline, chance = self._timeline, self._chance
        there, back, way = chance.uniform(0.01, 0.4), chance.uniform(0.01, 0.1), None
        if chance.random() < self.weather.share:
            self.happened += 1
            what = chance.choice(WHAT_HAPPENS)
            self._log(name, request.method, _path(request), what)
            way = WAYS.get(what)
            there = patience + chance.uniform(*LATE) if what == "late" else there
            back = patience + chance.uniform(*LATE) if what == "slow" else back
        answer: list[requests.Response | None] = []
        timeline.at(there, lambda: answer.append(self.arrive(request, way)))
        timeline.sleep(min(there + back, patience))
        if there + back > patience:
            raise requests.ReadTimeout("no answer in time")
        if answer[0] is None:
            raise requests.ConnectionError("the line was cut")
        return answer[0]

    def is_away(self, name: str, seconds: float) -> None:
        self.weather.away[name] = self._timeline.micros + round(seconds * SECOND)

    def _system(self, request: requests.PreparedRequest) -> tuple[str, WSGIApplication, Faults, Seen]:
        return next(system for address, system in self._systems.items() if (request.url or "").startswith(address))


_NO_POOL: Final[Any] = None


class _Line(BaseAdapter):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def send(self, request: requests.PreparedRequest, *_: Any, timeout: Any = None, **__: Any) -> requests.Response:
        return self.network.carry(request, timeout[1])

    def close(self) -> None:
        """There is no connection to close."""


class _Direct(_Line):
    def send(self, request: requests.PreparedRequest, *_: Any, timeout: Any = None, **__: Any) -> requests.Response:
        del timeout
        response = self.network.arrive(request)
        assert response is not None
        return response


def _path(request: requests.PreparedRequest) -> str:
    """Without the signature of a storage's address, which is a secret of its own chance."""
    return request.path_url.partition("?X-Amz")[0]


def _asked(system: WSGIApplication, request: requests.PreparedRequest) -> requests.Response:
    body = request.body or b""
    path, _, query = request.path_url.partition("?")
    builder = EnvironBuilder(
        path=path,
        query_string=query,
        base_url=(request.url or "").removesuffix(request.path_url),
        method=request.method or "GET",
        headers=list(request.headers.items()),
        input_stream=BytesIO(body if isinstance(body, bytes) else str(body).encode()),
    )
    chunks, status, headers = run_wsgi_app(system, builder.get_environ(), buffered=True)
    code, _, reason = status.partition(" ")
    raw = HTTPResponse(
        body=BytesIO(b"".join(chunks)), headers=dict(headers.items()), status=int(code), reason=reason, preload_content=False
    )
    response: requests.Response = HTTPAdapter().build_response(request, raw)
    return response
