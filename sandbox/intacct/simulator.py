"""The simulator as a server: one tenant behind HTTP, with the controls and the log that tests need."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from sandbox.companies import builder
from sandbox.companies.model import Company
from sandbox.faults import Faults
from sandbox.intacct.context import Tenant
from sandbox.intacct.control import Control
from sandbox.intacct.functions.registry import CALLS
from sandbox.intacct.gateway import Gateway, HttpAnswer, gateway_failure
from sandbox.intacct.nodes import NotXmlError, parse
from sandbox.intacct.objects import object_types
from sandbox.intacct.request import EnvelopeError, control_of
from sandbox.intacct.seed import add_rows, fill
from sandbox.intacct.seed.loader import Loader
from sandbox.intacct.settings import Settings
from sandbox.intacct.store import Store
from sandbox.serving import RunningServer, serve

GATEWAY_PATH = "/ia/xml/xmlgw.phtml"
_LOG_LENGTH = 10_000
_TOO_MANY = 429


@dataclass
class LoggedRequest:
    """One request to the gateway: ``began`` and ``ended`` are monotonic seconds, ``functions`` (name, object, controlid)."""

    began: float
    body: str
    control_id: str = ""
    unique: bool = False
    functions: tuple[tuple[str, str, str], ...] = ()
    ended: float = 0.0
    status: int = 0


@dataclass
class _Traffic:
    """Who is in the gateway now, and who has been."""

    requests: deque[LoggedRequest] = field(default_factory=lambda: deque(maxlen=_LOG_LENGTH))
    in_flight: int = 0
    max_in_flight: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, logged: LoggedRequest) -> int:
        with self.lock:
            self.requests.append(logged)
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
            return self.in_flight

    def leave(self, logged: LoggedRequest) -> None:
        with self.lock:
            self.in_flight -= 1
            logged.ended = time.monotonic()


class IntacctSimulator:
    """A WSGI application; once :meth:`listen` is called also a server. Everything is in memory."""

    def __init__(self, company: Company | None, rows: Mapping[str, int], clock: Callable[[], datetime]) -> None:
        self.settings = Settings()
        self.faults = Faults()
        self._kinds = object_types(self.settings)
        self.store = Store(self._kinds, clock)
        self.tenant = Tenant(self.settings, clock, self.store)
        self.base_url = "http://127.0.0.1"
        if company is not None:
            fill(Loader(self.store, clock()), self.settings, company)
        add_rows(self.store, rows, clock())
        self._gateway = Gateway(self.tenant, CALLS)
        self._traffic = _Traffic()
        self._working = threading.RLock()
        self._control = Control(self.tenant, self.faults, self._working)
        self._server: RunningServer | None = None

    @property
    def url(self) -> str:
        """The gateway's address; session answers name it as their endpoint."""
        return f"{self.base_url}{GATEWAY_PATH}"

    @property
    def requests(self) -> list[LoggedRequest]:
        """The last requests to the gateway, oldest first."""
        with self._traffic.lock:
            return list(self._traffic.requests)

    @property
    def max_in_flight(self) -> int:
        """The most requests that were in the gateway at one time."""
        return self._traffic.max_in_flight

    @property
    def connections(self) -> int:
        """TCP connections accepted so far."""
        return self._server.connections if self._server else 0

    def forget_requests(self) -> list[LoggedRequest]:
        """Empty the log and the count of the most requests in flight; what was in the log, so that none is lost between two looks."""
        with self._traffic.lock:
            forgotten = list(self._traffic.requests)
            self._traffic.requests.clear()
            self._traffic.max_in_flight = self._traffic.in_flight
            return forgotten

    def expire_sessions(self) -> int:
        """End every session, as time would; returns how many."""
        with self._working:
            return self.tenant.sessions.expire_all()

    def listen(self, port: int = 0) -> Self:
        self._server = serve(self, port=port)
        self.base_url = self._server.url
        return self

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.tenant.endpoint = f"{request.host_url.rstrip('/')}{GATEWAY_PATH}"
        response = self._answer(request) if request.path == GATEWAY_PATH else self._control.answer(request)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        body = request.get_data()
        logged = _logged(body)
        in_flight = self._traffic.enter(logged)
        try:
            response = self._faulted(request, body, in_flight)
            logged.status = response.status_code
            return response
        finally:
            self._traffic.leave(logged)

    def _faulted(self, request: Request, body: bytes, in_flight: int) -> Response:
        if request.method != "POST":
            return _response(gateway_failure(400, "GW-0011", "Invalid Request"))
        limit = self.settings.concurrency_limit
        if limit is not None and in_flight > limit:
            return _response(gateway_failure(_TOO_MANY, "GW-0010", "Rate limit exceeded"))
        text = f"{request.method} {request.path}\n{body.decode(errors='replace')}"
        return self.faults.answer(text, lambda: self._work(body), _refusal)

    def _work(self, body: bytes) -> Response:
        if self.settings.think_seconds:
            time.sleep(self.settings.think_seconds)
        with self._working:
            return _response(self._gateway.answer(body))


def start(
    port: int = 0,
    company: Company | None = None,
    rows: Mapping[str, int] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    empty: bool = False,
) -> IntacctSimulator:
    """A simulator that listens on loopback, filled from ``company``, or the builder of the seed companies without one.

    ``rows`` adds generated rows; ``clock`` gives aware moments. Use it as a context manager.

    Raises:
        ValueError: rows of an object that cannot be generated.
    """
    seeded = None if empty else company or builder()
    return IntacctSimulator(seeded, rows or {}, clock).listen(port)


def _response(answer: HttpAnswer) -> Response:
    return Response(answer.body, answer.status, content_type=answer.content_type)


def _refusal(status: int) -> Response:
    """The gateway's own words for a status that a fault asks for."""
    if status == _TOO_MANY:
        return _response(gateway_failure(status, "GW-0010", "Rate limit exceeded"))
    return _response(gateway_failure(status, f"GW-{status:04}", "The Service is Temporarily Off-line"))


def _logged(body: bytes) -> LoggedRequest:
    logged = LoggedRequest(time.monotonic(), body.decode(errors="replace"))
    try:
        root = parse(body)
        control = control_of(root)
    except (NotXmlError, EnvelopeError):
        return logged
    operation = root.child("operation")
    content = operation.child("content") if operation else None
    logged.control_id, logged.unique = control.control_id, control.unique
    logged.functions = tuple(
        (call.tag, call.value("object") or call.attributes.get("object", ""), function.attributes.get("controlid", ""))
        for function in (content.children if content else [])
        for call in function.children
    )
    return logged
