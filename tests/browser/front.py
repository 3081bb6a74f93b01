"""A small HTTP front before a Lambda handler: what API Gateway does of it, in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import RLock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.wrappers import Request, Response

from sandbox.aws.front import environ_path
from sandbox.serving import RunningServer, serve

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

STAGE = "/v1"


class Front:
    """``url`` is the app's address, on another site than the simulators: browsers take ``localhost`` and ``127.0.0.1`` for two."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._one = RLock()
        """A Lambda worker has one request at a time."""
        self._server: RunningServer = serve(self._answer)
        self.origin = f"http://localhost:{self._server.port}"
        self.url = f"{self.origin}{STAGE}"
        self.requests: list[str] = []

    def close(self) -> None:
        self._server.close()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        with self._one:
            self.requests.append(f"{request.method} {request.full_path.rstrip('?')}")
            answer = self._handler(event_of(request), _context())
        headers = [(name, value) for name, values in answer["multiValueHeaders"].items() for value in values]
        return Response(answer["body"], answer["statusCode"], headers)(environ, start_response)


def event_of(request: Request) -> dict[str, Any]:
    address = urlsplit(environ_path(request))
    return {
        "httpMethod": request.method,
        "path": address.path,
        "headers": dict(request.headers),
        "multiValueHeaders": {},
        "queryStringParameters": dict(parse_qsl(address.query, keep_blank_values=True)) or None,
        "body": request.get_data(as_text=True) or None,
        "isBase64Encoded": False,
        "requestContext": {"authorizer": {}, "identity": {"sourceIp": "192.0.2.1"}, "stage": "v1"},
    }


def _context() -> Any:
    return SimpleNamespace(aws_request_id="request-1", function_name="embedded-app", get_remaining_time_in_millis=lambda: 30_000)
