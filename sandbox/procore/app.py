"""The WSGI application: who calls, may they, what for, and what the answer is; every request is logged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.faults import Faults
from sandbox.procore import errors
from sandbox.procore.calls import Answer, Call, read_body
from sandbox.procore.errors import ApiError
from sandbox.procore.fields import AttributeValueError
from sandbox.procore.limits import Limits
from sandbox.procore.oauth import Tokens
from sandbox.procore.routes import Route
from sandbox.procore.store import COMPANY_ID
from sandbox.procore.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

Page = Callable[[Request], Response]


@dataclass(frozen=True)
class Exchange:
    """One request as it came, and the status it was answered with (None: the connection was cut)."""

    method: str
    path: str
    query: str
    body: Any
    status: int | None
    time: datetime
    company: str | None
    user_id: int | None


@dataclass
class Traffic:
    """What came in: the log, and how many requests were under way at once."""

    log: list[Exchange] = field(default_factory=list)
    in_flight: int = 0
    max_in_flight: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def one_more(self) -> Iterator[None]:
        with self._lock:
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
        try:
            yield
        finally:
            with self._lock:
                self.in_flight -= 1


@cache
def _map(routes: tuple[Route, ...]) -> Map:
    """Building it takes longer than anything else at the start; every simulator of a process has the same."""
    return Map([Rule(route.path, methods=[route.method], endpoint=route) for route in routes])


class Application:
    """``pages`` are what is served beside the API (sign-in, files, the sandbox's own), by exact path or prefix."""

    def __init__(
        self, world: World, tokens: Tokens, limits: Limits, faults: Faults, routes: Iterable[Route], pages: dict[str, Page]
    ) -> None:
        self.traffic = Traffic()
        self._world, self._tokens, self._limits, self._faults = world, tokens, limits, faults
        self._map = _map(tuple(routes))
        self._pages = pages
        self._busy: set[tuple[str | None, Any]] = set()
        self._busy_lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with Request(environ) as request, self._world.asked_at(request.host_url.rstrip("/")):
            page = self._page(request)
            if page is not None and request.path.startswith("/_sandbox/"):
                response = page(request)
            else:
                with self.traffic.one_more():
                    response = self._answered(request, page)
            return response(environ, start_response)

    def _page(self, request: Request) -> Page | None:
        exact = self._pages.get(request.path)
        first = request.path.split("/")[1] if "/" in request.path[1:] else None
        return exact or (self._pages.get(f"/{first}/") if first else None)

    def _answered(self, request: Request, page: Page | None) -> Response:
        caller: list[int] = []
        status: int | None = None
        text = f"{request.method} {request.full_path.rstrip('?')} {request.get_data(as_text=True)}"
        try:
            with self._alone(request) as alone:
                response = self._faults.answer(
                    text,
                    lambda: page(request) if page else self._operate(request, caller, alone=alone),
                    lambda refused: self._refused(request, ApiError(refused, HTTPStatus(refused).phrase)),
                )
            status = response.status_code
        finally:
            self.traffic.log.append(
                Exchange(
                    request.method,
                    request.path,
                    request.query_string.decode(),
                    _logged(request),
                    status,
                    self._world.clock(),
                    request.headers.get("Procore-Company-Id"),
                    caller[0] if caller else None,
                )
            )
        return response

    def _operate(self, request: Request, who: list[int], *, alone: bool) -> Response:
        headers: dict[str, str] = {}
        try:
            route, path = self._match(request)
            grant = self._tokens.bearer(request)
            caller = self._tokens.caller(grant)
            who.append(caller.user["id"])
            company = self._company(request, route, service=caller.service)
            headers = self._limits.charge((grant.client_id, grant.user_id, company))
            if grant.client_id not in self._world.settings.connected:
                raise errors.not_connected()
            if path.get("company_id", COMPANY_ID) != COMPANY_ID:
                raise errors.not_found()
            if not alone:
                raise errors.conflict("Concurrent requests are not supported: another one is in progress")
            body, files = read_body(request, self._world.settings.largest_body)
            call = Call(self._world, caller, request.method, request.path, route.version, path, request.args, body, files)
            with self._world.lock:
                answer = route.run(call)
        except ApiError as error:
            response = self._refused(request, error)
        except AttributeValueError as error:
            response = self._refused(request, errors.bad_request(str(error)))
        else:
            response = answer.response()
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    def _match(self, request: Request) -> tuple[Route, dict[str, Any]]:
        try:
            route, path = self._map.bind("procore").match(request.path.rstrip("/"), request.method)
        except MethodNotAllowed as error:
            raise errors.not_allowed(", ".join(sorted(set(error.valid_methods or ()) - {"HEAD"}))) from None
        except NotFound:
            raise errors.not_found() from None
        return route, dict(path)

    def _company(self, request: Request, route: Route, *, service: bool) -> int | None:
        text = request.headers.get("Procore-Company-Id", "")
        if not text:
            if (route.header_exempt and not service) or not self._world.settings.company_header_required:
                return None
            raise errors.missing_company()
        if text != str(COMPANY_ID):
            raise errors.not_connected()
        return COMPANY_ID

    @contextmanager
    def _alone(self, request: Request) -> Iterator[bool]:
        """Hold the place of an exclusive operation while its request is under way; False when another one holds it."""
        try:
            route, path = self._match(request)
        except ApiError:
            yield True
            return
        place = (route.exclusive, path.get("project_id"))
        with self._busy_lock:
            alone = route.exclusive is None or place not in self._busy
            if route.exclusive is not None and alone:
                self._busy.add(place)
        try:
            yield alone
        finally:
            if route.exclusive is not None and alone:
                with self._busy_lock:
                    self._busy.discard(place)

    def _refused(self, request: Request, error: ApiError) -> Response:
        version = 2 if request.path.startswith("/rest/v2") else 1
        if error.plain is not None:
            return Response(error.plain, error.status, error.headers, content_type="text/plain; charset=utf-8")
        return Answer(error.body(version), error.status, error.headers).response()


def _logged(request: Request) -> Any:
    try:
        return read_body(request, 1 << 62)[0]
    except ApiError:
        return request.get_data(as_text=True)
