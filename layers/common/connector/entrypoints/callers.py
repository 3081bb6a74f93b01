"""The person behind a call, from what the authorizer found out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connector import bootstrap
from connector.core.errors import Code, ConnectorError
from connector.core.people import Person


def caller(event: Mapping[str, Any], company: str) -> Person:
    """Raises ConnectorError(NOT_ALLOWED) for a call that came past the authorizer or is of another company. API Gateway turns the
    context's flags into texts."""
    context = (event.get("requestContext") or {}).get("authorizer") or {}
    if not context.get("login") or context.get("company") != company:
        raise ConnectorError(Code.NOT_ALLOWED, "You are not known in this company.")
    if context["projects"] == "?":
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return bootstrap.identity().who_is(headers.get("authorization", "").partition(" ")[2].strip(), company)
    projects = json.loads(context["projects"])
    return Person(
        id=context["id"],
        login=context["login"],
        name=context["name"],
        company=company,
        admin_in_procore=_flag(context["admin_in_procore"]),
        accounting_approver=_flag(context["accounting_approver"]),
        projects=None if projects is None else frozenset(projects),
    )


def _flag(value: object) -> bool:
    return str(value).lower() == "true"
