"""The API's handler as a WSGI application: what API Gateway and its authorizer do of it, in one process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from connector.core.people import Person
from connector.entrypoints import api
from tests.browser.front import event_of
from tests.unit.entrypoints.office import call, context
from tools.openapi import document

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

DESCRIPTION = "/openapi.json"


class ApiFront:
    """``person`` is whom the authorizer took the token's holder for; none where it would have let nobody in."""

    def __init__(self, person: Person | None = None) -> None:
        self.person = person
        self.events: list[dict[str, Any]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path == DESCRIPTION:
            return Response(json.dumps(document()), content_type="application/json")(environ, start_response)
        event = event_of(request)
        event["requestContext"] = call(request.method, request.path, self.person)["requestContext"]
        answer = api.lambda_handler(event, context())
        headers = [(name, value) for name, values in answer["multiValueHeaders"].items() for value in values]
        return Response(answer["body"], answer["statusCode"], headers)(environ, start_response)
