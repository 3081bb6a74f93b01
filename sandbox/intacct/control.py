"""The addresses beside the gateway: faults, settings, sessions, state, and a page for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager

from werkzeug.wrappers import Request, Response

from sandbox import faults
from sandbox.faults import Faults
from sandbox.intacct.context import Tenant
from sandbox.intacct.page import page
from sandbox.intacct.state import state


class Control:
    """``/``, ``/_sandbox/faults``, ``/_sandbox/settings``, ``/_sandbox/sessions`` and ``/_sandbox/state``."""

    def __init__(self, tenant: Tenant, planned: Faults, working: AbstractContextManager[bool]) -> None:
        self._tenant = tenant
        self._faults = planned
        self._working = working
        self._places: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/"): self._page,
            ("GET", "/_sandbox/state"): self._state,
            ("GET", "/_sandbox/settings"): self._settings,
            ("PATCH", "/_sandbox/settings"): self._change_settings,
            ("DELETE", "/_sandbox/sessions"): self._expire_sessions,
        }

    def answer(self, request: Request) -> Response:
        if request.path == "/_sandbox/faults":
            return faults.endpoint(self._faults, request)
        place = self._places.get((request.method, request.path))
        return place(request) if place else Response("There is nothing here.\n", 404)

    def _page(self, _request: Request) -> Response:
        with self._working:
            return Response(page(self._tenant), content_type="text/html; charset=utf-8")

    def _state(self, _request: Request) -> Response:
        with self._working:
            return _json(state(self._tenant.store))

    def _settings(self, _request: Request) -> Response:
        return _json(self._tenant.settings.as_json())

    def _change_settings(self, request: Request) -> Response:
        try:
            with self._working:
                self._tenant.settings.change(dict(json.loads(request.get_data())))
        except (ValueError, TypeError) as error:
            return _json({"error": str(error)}, 422)
        return self._settings(request)

    def _expire_sessions(self, _request: Request) -> Response:
        with self._working:
            return _json({"expired": self._tenant.sessions.expire_all()})


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")
