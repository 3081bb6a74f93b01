"""Procore's webhooks: who may knock, and what is said. Pure functions.

There is no signature: the hook's ``destination_headers`` carry a static ``Authorization`` that we chose. The body is a
hint; the record is read again before anything is done. Deliveries repeat and come in any order.
Source: procore/documentation, ``plan_your_app/webhooks.md`` [D], payload formats v2.0, v3.0 and v4.0.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connector.core.errors import Code, ConnectorError
from connector.core.texts import whole

if TYPE_CHECKING:
    from connector.ports import Json

LARGEST_BODY: Final = 64 * 1024
"""Bytes. A payload is some 500."""
_LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``id`` is the same in every delivery of the event; ``event`` is create, update, delete or another reason of v4.0;
    ``project_id`` is empty for records of the company; ``by_us`` where our own app or service account did it."""

    id: str
    resource: str
    event: str
    resource_id: str
    project_id: str
    company_id: str
    by_us: bool


def authentic(authorization: str | None, secrets: Collection[str]) -> bool:
    """Whether the ``Authorization`` header is one of ``secrets`` (two while one is being replaced), plain or after
    ``Bearer``. All are compared, each in a time that does not depend on how much of it fits."""
    shown = _digest(_bare(authorization or ""))
    fits = [hmac.compare_digest(shown, _digest(secret)) for secret in map(_bare, secrets) if secret]
    return any(fits)


def parsed(body: bytes, *, our_application: str = "", our_user: str = "") -> Event:
    """The event of one delivery.

    Raises:
        ConnectorError: TOO_LARGE, or MALFORMED with the field that is wrong.
    """
    if len(body) > LARGEST_BODY:
        raise ConnectorError(Code.TOO_LARGE, f"A webhook's body has at most {LARGEST_BODY} bytes.")
    payload = _object(body)
    v4 = "reason" in payload
    metadata = payload.get("metadata")
    source = metadata if isinstance(metadata, dict) else {}
    users = {_id(payload, "user_id"), _id(source, "source_user_id")}
    return Event(
        id=_required(payload, "id" if v4 or not payload.get("ulid") else "ulid"),
        resource=_required(payload, "resource_type" if v4 else "resource_name"),
        event=_required(payload, "reason" if v4 else "event_type").lower(),
        resource_id=_required(payload, "resource_id"),
        project_id=_id(payload, "project_id"),
        company_id=_required(payload, "company_id"),
        by_us=bool(our_application and _id(source, "source_application_id") == our_application) or bool(our_user and our_user in users),
    )


def _object(body: bytes) -> dict[str, Json]:
    try:
        payload = json.loads(whole(body))
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise ConnectorError(Code.MALFORMED, "A webhook's body is a JSON object.")
    return payload


def _required(payload: dict[str, Json], name: str) -> str:
    value = _id(payload, name)
    if not value:
        raise ConnectorError(Code.MALFORMED, f"The webhook's {name} is missing.")
    return value


def _id(payload: dict[str, Json], name: str) -> str:
    """Opaque text, whether it came as text or as a number; empty for null."""
    value = payload.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > _LONGEST_TEXT:
        raise ConnectorError(Code.MALFORMED, f"The webhook's {name} is neither a short text nor a number.")
    return str(value)


def _bare(text: str) -> str:
    return text.strip().removeprefix("Bearer").strip()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
