"""Empties the queue behind the webhook door. What fails comes again by itself, and after five times waits for a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connector import bootstrap
from connector.core.errors import ConnectorError
from connector.core.usage import Purpose
from connector.engine.events import edited
from connector.entrypoints.boundary import Event, about, count, fault, guarded, logger, said
from connector.ports import Contention

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handle(event: Event, _context: LambdaContext) -> dict[str, Any]:
    """Answers the messages to bring again. Within a group of a FIFO queue order counts, so everything behind a failure comes again."""
    records = event["Records"]
    for number, record in enumerate(records):
        if not _handled(record):
            return {"batchItemFailures": [{"itemIdentifier": left["messageId"]} for left in records[number:]]}
    return {"batchItemFailures": []}


def _handled(record: dict[str, Any]) -> bool:
    try:
        hint = json.loads(record["body"])
        about(event=hint["id"], company=hint["company_id"])
        outcome = edited(bootstrap.world(), hint["resource"], hint["resource_id"], hint["project_id"])
    except ConnectorError as problem:
        said(problem)
        return False
    except Contention:
        return False
    except Exception as problem:  # noqa: BLE001 -- one poisoned message must not stop the others for good
        fault(problem)
        return False
    logger.info(outcome, extra={"resource": hint["resource"], "resource_id": hint["resource_id"]})
    count("WebhooksHandled")
    return True


lambda_handler = guarded(handle, Purpose.WATCH)
