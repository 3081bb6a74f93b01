"""The address people use: a small proxy in front of the local API gateway.

MiniStack's own address of an API holds an id that is known only after the deployment, and another after the next; links in mails must
stand before. So the stack is told this address, and everything under ``/v1`` goes on to the gateway.
"""

from __future__ import annotations

from collections.abc import Iterable
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from sandbox.serving import RunningServer, serve

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_OWN = frozenset({"connection", "content-length", "transfer-encoding", "host", "keep-alive"})
_SECONDS = 60.0
STAGE = "/v1"


class Front:
    """``url`` stands from the start; ``target`` (the gateway's address of the stage) is set after the deployment."""

    def __init__(self) -> None:
        self.target = ""
        self._server: RunningServer = serve(self._answer)
        self.url = f"{self._server.url}{STAGE}"

    def close(self) -> None:
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if not self.target or not request.path.startswith(STAGE):
            return Response("Nothing is deployed here.", 404)(environ, start_response)
        return _forwarded(request, self.target)(environ, start_response)


def _forwarded(request: Request, target: str) -> Response:
    to = urlsplit(target)
    path = to.path + environ_path(request)
    headers = {name: value for name, value in request.headers if name.lower() not in _OWN}
    headers |= {"X-Forwarded-Host": request.host, "X-Forwarded-Proto": "http"}
    connection = HTTPConnection(to.hostname or "", to.port, timeout=_SECONDS)
    try:
        connection.request(request.method, path, body=request.get_data(), headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        passed = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OWN]
        return Response(body, answer.status, passed)
    finally:
        connection.close()


def environ_path(request: Request) -> str:
    """The path behind the stage and the query, as they were sent: ids hold encoded colons."""
    raw = str(request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or request.full_path)
    return urlsplit(raw)._replace(scheme="", netloc="").geturl().removeprefix(STAGE)
