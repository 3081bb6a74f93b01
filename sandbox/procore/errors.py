"""What is refused, and the bodies in which Procore says so.

Shapes by version: v1 ``{"code", "message", "fields", "reason"}``, validation ``{"errors": {field: [text]}}``; v2
``{"error": {"code", "message", "details"}}``. Sources: the error reference [D] and the published operations [S].
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

Messages = dict[str, list[str]]

MISSING_COMPANY = (
    "Missing Procore-Company-Id header!\n\n"
    "Each call your application makes to the Procore API must contain a request header that includes the "
    "Procore-Company-Id field. \n"
    "This request header field specifies the id of the company into which you are making the call.\n"
)


class ApiError(Exception):
    """An answer other than success. ``errors`` names fields; ``plain`` is a body that is not JSON."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Messages | None = None,
        headers: Mapping[str, str] | None = None,
        plain: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors or {}
        self.headers = dict(headers or {})
        self.plain = plain

    def body(self, version: int) -> Any:
        """The JSON body for API version 1 or 2."""
        reason = HTTPStatus(self.status).phrase
        if version > 1:
            details = [{"field": name, "message": text} for name, texts in self.errors.items() for text in texts]
            code = reason.upper().replace(" ", "_")
            return {"error": {"code": code, "message": self.message, "details": details}}
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return {"error": {"error": self.message}}
        if self.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return {"errors": self.errors or {"base": [self.message]}}
        return {"code": self.status, "message": self.message, "fields": ", ".join(self.errors), "reason": reason}


class RefusedError(ApiError):
    """A business rule broken (422); inside a sync action it fails one record only."""

    def __init__(self, errors: Messages) -> None:
        text = "; ".join(f"{name} {message}" for name, messages in errors.items() for message in messages)
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, text, errors=errors)


class InvalidError(ApiError):
    """Attributes missing or of the wrong form (400); inside a sync action it fails one record only."""

    def __init__(self, errors: Messages, status: int = HTTPStatus.BAD_REQUEST) -> None:
        text = "; ".join(f"{name} {message}" for name, messages in errors.items() for message in messages)
        super().__init__(status, text, errors=errors)


def bad_request(message: str) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, message)


def missing(parameter: str) -> ApiError:
    return ApiError(
        HTTPStatus.BAD_REQUEST,
        f"param is missing or the value is empty: {parameter}",
        errors={parameter: ["is required"]},
    )


def unauthorized() -> ApiError:
    return ApiError(HTTPStatus.UNAUTHORIZED, "The access token is invalid", headers={"WWW-Authenticate": 'Bearer realm="Procore"'})


def forbidden(message: str) -> ApiError:
    return ApiError(HTTPStatus.FORBIDDEN, message)


def not_found() -> ApiError:
    """Also for what the caller may not see."""
    return ApiError(HTTPStatus.NOT_FOUND, "The requested resource could not be found")


def missing_company() -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, "Missing Procore-Company-Id header!", plain=MISSING_COMPANY)


def not_connected() -> ApiError:
    return ApiError(HTTPStatus.FORBIDDEN, "App is not connected to this company")


def not_allowed(allow: str, message: str = "Method not allowed") -> ApiError:
    return ApiError(HTTPStatus.METHOD_NOT_ALLOWED, message, headers={"Allow": allow})


def conflict(message: str) -> ApiError:
    return ApiError(HTTPStatus.CONFLICT, message)


def too_large(message: str) -> ApiError:
    return ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
