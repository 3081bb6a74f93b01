"""What the API says when it says no: one shape, ``{"error": ...}`` or ``{"violations": [...]}``, and one status per kind of reason."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from connector.core.errors import Code, ConnectorError, Kind, RetryLater, Violation, Who

if TYPE_CHECKING:
    from pydantic import ValidationError

_BY_CODE: Final = MappingProxyType({
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Code.NOT_YOUR_APPROVAL: HTTPStatus.FORBIDDEN,
    Code.SENDER_IS_APPROVER: HTTPStatus.FORBIDDEN,
    Code.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.REASON_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.REFUSED_BY_PROCORE: HTTPStatus.BAD_GATEWAY,
    Code.REFUSED_BY_INTACCT: HTTPStatus.BAD_GATEWAY,
    Code.WRONG_SECRET: HTTPStatus.UNAUTHORIZED,
})  # fmt: skip
_BY_KIND: Final = MappingProxyType({
    Kind.DATA: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.DECISION: HTTPStatus.CONFLICT,
    Kind.SETUP: HTTPStatus.BAD_GATEWAY,
    Kind.LATER: HTTPStatus.SERVICE_UNAVAILABLE,
})  # fmt: skip
OUR_FAULT: Final = "OUR_FAULT"
"""The one code outside the catalogue: it is nobody's to act on but ours."""


def status_of(problem: ConnectorError) -> HTTPStatus:
    return _BY_CODE.get(problem.code) or _BY_KIND[problem.kind]


def headers_of(problem: ConnectorError) -> dict[str, str]:
    return {"Retry-After": str(max(1, round(problem.seconds)))} if isinstance(problem, RetryLater) else {}


def public(violation: Violation) -> dict[str, str]:
    """What another system said of a record is passed on; what it said of our set-up, or of the way there, stays in the log."""
    said = violation.as_dict()
    if violation.explanation.kind in {Kind.SETUP, Kind.LATER}:
        said.pop("their_words", None)
    return said


def error_body(problem: ConnectorError, field: str = "") -> dict[str, Any]:
    return {"error": public(problem.violation(field))}


def violations_body(violations: Sequence[Violation]) -> dict[str, Any]:
    return {"violations": [public(violation) for violation in violations]}


def fault_body(fault: str) -> dict[str, Any]:
    return {
        "error": {
            "code": OUR_FAULT,
            "field": "",
            "message": f"This call failed in the connector, code {fault}.",
            "meaning": "Something is wrong in this connector; what you sent is not the cause.",
            "remedy": "Try again; if it fails again, give the code to an administrator.",
            "who": Who.ADMIN.value,
        }
    }


def malformed(problem: ValidationError) -> list[Violation]:
    """What pydantic found, field by field (``decisions.3.verdict``), without repeating what was sent."""
    return [
        Violation(
            code=Code.MALFORMED,
            field=".".join(str(part) for part in each["loc"]),
            message=_sentence(each["msg"]),
        )
        for each in problem.errors(include_url=False, include_context=False, include_input=False)
    ]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
