"""Who is calling: a Procore access token, asked of Procore itself. Knows nobody's role; the engine checks that on every call.

The answer is an IAM policy for the whole stage, because API Gateway keeps it for a while under the token and uses it for other calls.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from connector import bootstrap
from connector.core.errors import Code, ConnectorError
from connector.core.people import Person
from connector.entrypoints.boundary import Event, PassedOn, about, guarded, said
from connector.settings import environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MOST_CONTEXT: Final = 4096
"""Bytes of projects that travel in the context; for more, the API asks Procore once again. API Gateway documents no limit of a REST
authorizer's answer; all headers of a request together take 10,240."""


class NotSignedIn(PassedOn):
    """API Gateway answers 401 to an authorizer that fails with exactly this word."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def authorize(event: Event, _context: LambdaContext) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme, _, token = (headers.get("authorization") or "").partition(" ")
    company = environment().procore_company
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    if (headers.get("procore-company-id") or company).strip() != company:
        return _policy(event, "nobody", "Deny")
    try:
        person = bootstrap.identity().who_is(token.strip(), company)
    except ConnectorError as problem:
        said(problem)
        if problem.code is Code.SIGN_IN_FAILED:
            raise NotSignedIn from None
        if problem.code is Code.NOT_ALLOWED:
            return _policy(event, "nobody", "Deny")
        raise
    about(caller=person.id)
    return _policy(event, person.id, "Allow") | {"context": context_of(person)}


def _policy(event: Event, principal: str, effect: str) -> dict[str, Any]:
    api, stage, *_ = event["methodArn"].split("/")
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{api}/{stage}/*"}
    return {"principalId": principal, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def context_of(person: Person) -> dict[str, str | bool]:
    """Texts and flags only: API Gateway takes nothing nested. ``projects`` is JSON, ``null`` for all, ``?`` for too many to carry."""
    projects = json.dumps(None if person.projects is None else sorted(person.projects), separators=(",", ":"))
    return {
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "company": person.company,
        "admin_in_procore": person.admin_in_procore,
        "accounting_approver": person.accounting_approver,
        "projects": projects if len(projects) <= MOST_CONTEXT else "?",
    }


lambda_handler = guarded(authorize)
