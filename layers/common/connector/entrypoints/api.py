"""The JSON API: finds the route, reads who calls and what is given, and answers in one shape whatever happens."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from pydantic import ValidationError

from connector import bootstrap
from connector.core.errors import Code, ConnectorError, Violation
from connector.entrypoints import (
    admin_calls,
    adoption_calls,
    decision_calls,
    drift_calls,
    import_calls,
    item_calls,
    job_calls,
    link_calls,
    preference_calls,
    send_calls,
    settings_calls,
    usage_calls,
)
from connector.entrypoints.bodies import Body
from connector.entrypoints.boundary import Event, about, count, fault, guarded, said
from connector.entrypoints.callers import caller
from connector.entrypoints.calls import Call, Download, Route
from connector.entrypoints.problems import error_body, fault_body, headers_of, malformed, status_of, violations_body
from connector.ports import Contention

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ROUTES: Final = (
    *item_calls.ROUTES,
    *send_calls.ROUTES,
    *decision_calls.ROUTES,
    *import_calls.ROUTES,
    *adoption_calls.ROUTES,
    *job_calls.ROUTES,
    *admin_calls.ROUTES,
    *settings_calls.ROUTES,
    *link_calls.ROUTES,
    *preference_calls.ROUTES,
    *drift_calls.ROUTES,
    *usage_calls.ROUTES,
)
STAGE: Final = "/v1"
LARGEST_BODY: Final = 256 * 1024
LARGEST_ANSWER: Final = 5_500_000
"""Bytes. Lambda refuses answers of more than 6 MB, and the envelope around the text takes some."""

type _Answer = Response[str]


class _Malformed(Exception):  # noqa: N818 -- a finding about what came in
    def __init__(self, violations: list[Violation]) -> None:
        self.violations = violations


def _handled(route: Route) -> Callable[..., _Answer]:
    def handle(**path: str) -> _Answer:
        world = bootstrap.world()
        event: Event = _app.current_event.raw_event
        person = caller(event, world.company)
        key = unquote(path.get("id", ""))
        about(**{"run" if route.path.startswith("/runs/") else "item": key}, company=world.company, caller=person.id, route=route.name)
        reply = route.does(Call(world=world, person=person, id=key, given=_given(route, event)))
        file = reply.body if isinstance(reply.body, Download) else None
        text = file.text if file else reply.body.model_dump_json(by_alias=True)
        if len(text.encode()) > LARGEST_ANSWER:
            raise ConnectorError(Code.TOO_LARGE, "The answer would be too large; ask for less at a time.")
        return _answered(reply.status, text, file.media_type, file.headers) if file else _json(reply.status, text)

    return _in_one_shape(handle)


def _in_one_shape(handle: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """Whatever happens becomes an answer; only our own faults are 500, with a code and nothing else."""

    def safely(**path: str) -> _Answer:
        try:
            return handle(**path)
        except _Malformed as problem:
            return _json(HTTPStatus.UNPROCESSABLE_ENTITY, violations_body(problem.violations))
        except ConnectorError as problem:
            said(problem)
            return _json(status_of(problem), error_body(problem), headers_of(problem))
        except Contention:
            return _json(
                HTTPStatus.CONFLICT, error_body(ConnectorError(Code.NOT_WAITING, "It changed at this very moment; read it again."))
            )
        except Exception as problem:  # noqa: BLE001 -- the last line before the caller
            return _json(HTTPStatus.INTERNAL_SERVER_ERROR, fault_body(fault(problem)))

    return safely


def _given(route: Route, event: Event) -> Body | None:
    """The query of a GET, the body of the rest, validated."""
    if route.takes is None:
        return None
    try:
        if route.method == "GET":
            return route.takes.model_validate(event.get("queryStringParameters") or {})
        return route.takes.model_validate_json(_body(event))
    except ValidationError as problem:
        raise _Malformed(malformed(problem)) from None


def _body(event: Event) -> bytes:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    kind = (headers.get("content-type") or "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise _Malformed(
            [Violation(code=Code.MALFORMED, field="content-type", message=f"This call takes application/json, not {kind[:100]}.")]
        )
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode(errors="surrogatepass")
    except binascii.Error:
        body = b""
    if len(body) > LARGEST_BODY:
        raise ConnectorError(Code.TOO_LARGE, f"A body has at most {LARGEST_BODY // 1024} KB; this one has {len(body) // 1024}.")
    return body


def _json(status: HTTPStatus, body: str | Mapping[str, Any], headers: Mapping[str, str] | None = None) -> _Answer:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return _answered(status, text, "application/json", headers or {})


def _answered(status: HTTPStatus, text: str, media_type: str, headers: Mapping[str, str]) -> _Answer:
    fixed = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    count(f"Answers{status.value // 100}xx")
    return Response(status_code=status.value, content_type=media_type, body=text, headers={**fixed, **headers})


def _no_such_address(_problem: NotFoundError) -> _Answer:
    return _json(HTTPStatus.NOT_FOUND, error_body(ConnectorError(Code.NOT_FOUND, "There is no such address in this API.")))


def _wrong_method(allowed: list[str]) -> Callable[..., _Answer]:
    said_so = error_body(ConnectorError(Code.MALFORMED, f"This address takes {', '.join(allowed)}."), field="method")
    return lambda **_path: _json(HTTPStatus.METHOD_NOT_ALLOWED, said_so, {"Allow": ", ".join(allowed)})


def _resolver() -> APIGatewayRestResolver:
    app = APIGatewayRestResolver(strip_prefixes=[STAGE])
    app.not_found(_no_such_address)
    for path in dict.fromkeys(route.path for route in ROUTES):
        pattern = path.replace("{", "<").replace("}", ">")
        routes = {route.method: route for route in ROUTES if route.path == path}
        for method, route in routes.items():
            app.route(pattern, method=method)(_handled(route))
        others = [method for method in ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT") if method not in routes]
        app.route(pattern, method=others)(_wrong_method(sorted(routes)))
    return app


_app: Final = _resolver()


def answer(event: Event, context: LambdaContext) -> dict[str, Any]:
    return _app.resolve(event, context)


lambda_handler = guarded(answer)
