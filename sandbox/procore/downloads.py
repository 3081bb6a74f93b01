"""The way to an attached file: Procore's address, and the storage's it sends on to (see :mod:`sandbox.procore.files`)."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from sandbox.procore.calls import Answer
from sandbox.procore.errors import ApiError, not_found
from sandbox.procore.oauth import Tokens
from sandbox.procore.world import World

_OTHER_NAME = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


def send_on(tokens: Tokens, request: Request) -> Response:
    """``/files/{id}/{name}``: with a bearer, 302 to the storage."""
    world = tokens.world
    try:
        tokens.bearer(request)
        file_id = _file_id(request)
        if file_id is None or world.files.held(file_id) is None:
            raise not_found()
    except ApiError as error:
        return Answer(error.body(1), error.status, error.headers).response()
    signed = world.files.signed(file_id, world.clock(), world.settings.storage_seconds)
    return Response("", HTTPStatus.FOUND, {"Location": _storage(world) + signed})


def give(world: World, request: Request) -> Response:
    """``/storage/{id}``: what the signature allows, and to nobody who shows a bearer."""
    if "Authorization" in request.headers:
        return _refused(HTTPStatus.BAD_REQUEST, "InvalidArgument", "Only one auth mechanism allowed")
    file_id, query = _file_id(request), request.args
    fits = world.files.fits(file_id or 0, query.get("X-Amz-Expires", ""), query.get("X-Amz-Signature", ""), world.clock())
    if not fits:
        return _refused(HTTPStatus.FORBIDDEN, "AccessDenied", "Request has expired or is not signed")
    file = world.files.held(file_id or 0)
    if file is None:
        return _refused(HTTPStatus.NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
    return Response(file.content, HTTPStatus.OK, {"Content-Disposition": "attachment"}, content_type=file.content_type)


def _file_id(request: Request) -> int | None:
    text = request.path.split("/")[2]
    return int(text) if text.isdecimal() else None


def _storage(world: World) -> str:
    parts = urlsplit(world.url)
    return world.settings.storage_base or f"{parts.scheme}://{_OTHER_NAME.get(parts.hostname or '', 'localhost')}:{parts.port or 80}"


def _refused(status: HTTPStatus, code: str, message: str) -> Response:
    """As Amazon's storage answers."""
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(text, status, content_type="application/xml")
