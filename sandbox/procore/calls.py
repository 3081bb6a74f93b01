"""One request on its way to an operation, and the operation's answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.wrappers import Request, Response

from sandbox.procore.errors import ApiError, bad_request, forbidden, missing, not_found
from sandbox.procore.store import COMPANY_ID, Row
from sandbox.procore.world import Caller, World


@dataclass(frozen=True)
class Answer:
    """What an operation says; ``body`` None is an empty body."""

    body: Any = None
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        text = "" if self.body is None else json.dumps(self.body)
        response = Response(text, self.status, dict(self.headers), content_type="application/json; charset=utf-8")
        response.headers.setdefault("Cache-Control", "no-store, must-revalidate, private, max-age=0")
        return response


@dataclass(frozen=True)
class Call:
    """``path`` are the parameters in the path, ``body`` the parsed JSON or form, ``files`` what a form carried."""

    world: World
    caller: Caller
    method: str
    address: str
    version: int
    path: Mapping[str, Any]
    query: MultiDict[str, str]
    body: Any
    files: tuple[FileStorage, ...] = ()

    def parameter(self, name: str) -> Any:
        """From the path, the query or the body, in this order; None when it is nowhere."""
        if name in self.path:
            return self.path[name]
        if name in self.query:
            return self.query[name]
        return self.body.get(name) if isinstance(self.body, dict) else None

    def integer(self, name: str) -> int:
        """A required id.

        Raises:
            ApiError: 400, it is missing or not an integer.
        """
        value = self.optional_integer(name)
        if value is None:
            raise missing(name)
        return value

    def optional_integer(self, name: str) -> int | None:
        value = self.parameter(name)
        if value in (None, ""):
            return None
        if isinstance(value, bool) or not re.fullmatch(r"\d{1,19}", str(value)):
            raise bad_request(f"{name} is not an integer")
        return int(value)

    def attributes(self, envelope: str | None) -> dict[str, Any]:
        """The object that a write carries: inside ``envelope`` in v1, the whole body without one."""
        body = self.body if isinstance(self.body, dict) else {}
        if envelope is None:
            return {name: value for name, value in body.items() if name not in ("project_id", "company_id")}
        attributes = body.get(envelope)
        if not isinstance(attributes, dict):
            raise missing(envelope)
        return attributes

    def company(self) -> None:
        """Check the company that the path, query or body names.

        Raises:
            ApiError: 400 when it is missing, 404 when it is not the caller's.
        """
        if self.integer("company_id") != COMPANY_ID:
            raise not_found()

    def project(self) -> Row:
        """The project that the path, query or body names.

        Raises:
            ApiError: 400 when it is missing, 404 when there is none that the caller may see.
        """
        row = self.world.row("projects", self.integer("project_id"))
        if row is None or not self.world.sees(self.caller, row["id"]):
            raise not_found()
        return row

    def admins_only(self) -> None:
        if not self.caller.admin:
            raise forbidden("You do not have permission to perform this action")

    def answer(self, value: Any, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Answer:
        """In the shape of the API's version: v2 wraps in ``data`` and writes ids as text."""
        body = {"data": textual_ids(value)} if self.version > 1 else value
        return Answer(body, status, headers or {})


def objects(attributes: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A required array of objects among the attributes.

    Raises:
        ApiError: 400, it is missing or something else.
    """
    value = attributes.get(name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise missing(name)
    return value


def ids(attributes: Mapping[str, Any], name: str) -> list[int]:
    """An array of ids among the attributes; empty when it is missing.

    Raises:
        ApiError: 400, it is something else.
    """
    value = attributes.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
        raise bad_request(f"{name} must be an array of ids")
    return value


def textual_ids(value: Any) -> Any:
    """The value with every ``id`` and ``..._id`` (and ids in ``..._ids``) as text."""
    if isinstance(value, list):
        return [textual_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _textual(name, item) for name, item in value.items()}


def _textual(name: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and (name == "id" or name.endswith("_id")):
        return str(value)
    if isinstance(value, list) and name.endswith("_ids"):
        return [str(item) for item in value]
    return textual_ids(value)


def read_body(request: Request, largest: int) -> tuple[Any, tuple[FileStorage, ...]]:
    """The body as JSON values, and the files a form carried.

    Raises:
        ApiError: 400 malformed, 406 of a content type that is not read, 413 too large.
    """
    if (request.content_length or 0) > largest:
        raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Payload Too Large")
    if not request.content_length:
        return None, ()
    if request.mimetype == "application/json":
        try:
            return json.loads(request.get_data()), ()
        except ValueError:
            raise bad_request("There was a problem in the JSON you submitted") from None
    if request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return nested(request.form), tuple(file for _, file in request.files.items(multi=True))
    raise ApiError(HTTPStatus.NOT_ACCEPTABLE, f"Content type {request.mimetype or 'unknown'} is not supported")


def nested(form: MultiDict[str, str]) -> dict[str, Any]:
    """``vendor[name]=A&vendor[ids][]=1`` as ``{"vendor": {"name": "A", "ids": ["1"]}}``."""
    tree: dict[str, Any] = {}
    for name, value in form.items(multi=True):
        first, *rest = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        place: dict[str, Any] = tree
        for key in rest:
            if key == "":
                place.setdefault(first, []).append(value)
                break
            place = place.setdefault(first, {})
            first = key
        else:
            place[first] = value
    return tree
