"""The API's description, made from its table of routes and the models of what goes in and out.

python -m tools.openapi            writes openapi.json
python -m tools.openapi --check    fails when it is stale
"""

from __future__ import annotations

import argparse
import json
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from connector.entrypoints.api import LARGEST_BODY, ROUTES, STAGE
from connector.entrypoints.calls import Download, Route
from connector.entrypoints.views import ErrorAnswer, ViolationsAnswer

PLACE: Final = Path(__file__).parents[1] / "openapi.json"
VERSION: Final = "1.0.0"
REFUSED: Final = {
    HTTPStatus.FORBIDDEN: "Not yours: the role, the right or the project is missing, or you are not known in this company.",
    HTTPStatus.NOT_FOUND: "There is no such object or id, or you may not see it.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "A defect of the connector, `OUR_FAULT`; the message has a code for an administrator.",
    HTTPStatus.BAD_GATEWAY: "The other system refuses, or the set-up is wrong.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The other system is busy or away; `Retry-After` says for how many seconds.",
}
OF_CHANGES: Final = {HTTPStatus.CONFLICT: "It is not in a state for this, or changed after it was shown."}
OF_BODIES: Final = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"The body has more than {LARGEST_BODY // 1024} KB."}
UNREADABLE: Final = "Malformed, with every field that is wrong; or a rule is broken, with every one that is."


def document() -> dict[str, Any]:
    """OpenAPI 3.1.0. The same routes give the same text."""
    schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    queries = {route.takes.__name__ for route in ROUTES if route.takes and route.method == "GET"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Procore to Sage Intacct connector",
            "version": VERSION,
            "description": "Financial records on their way from Procore to Sage Intacct and back. Amounts are exact, as text. What is "
            "refused comes as one `error` or as all `violations`, each with a stable code, the field, what to do and who can do it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": STAGE}],
        "security": [{"procore": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "procore": {"type": "http", "scheme": "bearer", "description": "A Procore access token of a user of the company."},
            },
            "schemas": {name: schema for name, schema in sorted(schemas.items()) if name not in queries},
        },
    }


def text() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _schemas() -> dict[str, Any]:
    given = {route.takes for route in ROUTES if route.takes}
    shown: set[type[BaseModel]] = {*(route.gives for route in ROUTES if route.gives is not Download), ErrorAnswer, ViolationsAnswer}
    models: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = []
    models += [(model, "validation") for model in sorted(given, key=lambda model: model.__name__)]
    models += [(model, "serialization") for model in sorted(shown, key=lambda model: model.__name__)]
    _, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")
    return {name: _plain(schema) for name, schema in schemas["$defs"].items()}


def _plain(schema: Any) -> Any:
    """Without the titles that only repeat names; descriptions in one line."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "properties":
            plain[name] = {each: _plain(inner) for each, inner in value.items()}
        elif name == "description":
            plain[name] = " ".join(value.split()).replace("``", "`")
        elif name != "title":
            plain[name] = _plain(value)
    return plain


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    parameters = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}] if "{id}" in route.path else []
    operation: dict[str, Any] = {"operationId": route.name, "summary": route.summary}
    if route.takes and route.method == "GET":
        query = schemas[route.takes.__name__]
        needed = query.get("required", ())
        parameters += [
            {"name": name, "in": "query", "required": name in needed, "schema": schema} for name, schema in query["properties"].items()
        ]
    elif route.takes:
        operation["requestBody"] = {"required": True, "content": _json(route.takes.__name__)}
    if parameters:
        operation["parameters"] = parameters
    return operation | {"responses": _responses(route)}


def _responses(route: Route) -> dict[str, Any]:
    refused = REFUSED | ({} if route.method == "GET" else OF_CHANGES) | (OF_BODIES if route.takes and route.method != "GET" else {})
    given = {"text/csv": {"schema": {"type": "string"}}} if route.gives is Download else _json(route.gives.__name__)
    answers = {status: {"description": status.phrase, "content": given} for status in route.statuses}
    answers |= {status: {"description": why, "content": _json(ErrorAnswer.__name__)} for status, why in refused.items()}
    if route.takes:
        either = {"anyOf": [{"$ref": f"#/components/schemas/{model.__name__}"} for model in (ViolationsAnswer, ErrorAnswer)]}
        answers[HTTPStatus.UNPROCESSABLE_ENTITY] = {"description": UNREADABLE, "content": {"application/json": {"schema": either}}}
    by_status = {str(status.value): answers[status] for status in sorted(answers)}
    return by_status | {"401": {"description": "No token, or one that Procore does not know."}}


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def main() -> int:
    arguments = argparse.ArgumentParser(description="Write openapi.json from the API.")
    arguments.add_argument("--check", action="store_true", help="write nothing; fail when the file is stale")
    if not arguments.parse_args().check:
        PLACE.write_text(text(), encoding="utf-8")
        return 0
    if PLACE.exists() and PLACE.read_text(encoding="utf-8") == text():
        return 0
    print("openapi.json is stale. Write it anew: make openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
