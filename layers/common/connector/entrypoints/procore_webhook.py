"""The door for Procore's webhooks: verify, read, queue, answer at once. What it means is for whoever empties the queue."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connector import bootstrap_webhook as bootstrap
from connector.adapters.procore.webhook import LARGEST_BODY, authentic, parsed
from connector.core.errors import Code, ConnectorError
from connector.entrypoints.boundary import Event, about, count, fault, guarded, said
from connector.entrypoints.problems import error_body, fault_body, headers_of, status_of
from connector.settings import environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def receive(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """204 for what was queued and for what needs no work; 401, 413, 422 and 503 as :mod:`problems` says. Whatever is not 2xx, Procore
    sends again."""
    try:
        _queue(event)
    except ConnectorError as problem:
        said(problem)
        return _answer(status_of(problem), error_body(problem), headers_of(problem))
    except Exception as problem:  # noqa: BLE001 -- the last line before the caller
        return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, fault_body(fault(problem)))
    return {"statusCode": HTTPStatus.NO_CONTENT.value, "headers": {"Cache-Control": "no-store"}, "body": ""}


def _queue(event: Event) -> None:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if not authentic(headers.get("authorization"), bootstrap.webhook_secrets()):
        count("WebhooksRefused")
        raise ConnectorError(Code.WRONG_SECRET, "The webhook's Authorization header is not the secret.")
    hint = parsed(_body(event))
    about(event=hint.id, company=hint.company_id)
    if hint.by_us or hint.company_id != environment().procore_company:
        return
    once = f"{hint.company_id} {hint.id}"
    bootstrap.webhook_queue().put(json.dumps(asdict(hint)), group=f"{hint.resource} {hint.resource_id}", once=once)
    count("WebhooksQueued")


def _body(event: Event) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return text.encode(errors="surrogatepass")
    if len(text) > 2 * LARGEST_BODY:
        raise ConnectorError(Code.TOO_LARGE, f"A webhook's body has at most {LARGEST_BODY} bytes.")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ConnectorError(Code.MALFORMED, "A webhook's body is a JSON object.") from None


def _answer(status: HTTPStatus, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "statusCode": status.value,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"} | (headers or {}),
        "body": json.dumps(body),
    }


lambda_handler = guarded(receive)
