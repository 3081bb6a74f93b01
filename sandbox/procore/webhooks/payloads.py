"""What a hook can listen to, and the event as each payload version writes it.

Payloads: "How Webhooks Work" [D]. Resource names: a third party's list, tried against Procore's sandbox [R]. A trigger
belongs to its hook's scope, company or project [D].
"""

from __future__ import annotations

import zlib
from datetime import UTC
from typing import Any

from sandbox.procore.store import COMPANY_ID, Row
from sandbox.procore.world import Event

COMPANY_RESOURCES = {
    "Company Vendors": "Directory",
    "Company Users": "Directory",
    "Projects": "Portfolio",
    "Standard Cost Code Lists": "Admin",
    "Standard Cost Codes": "Admin",
    "Line Item Types": "Admin",
    "ERP Requests": "ERP",
}
PROJECT_RESOURCES = {
    "Budget Line Items": "Budget",
    "Budget Changes": "Budget",
    "Budget Modifications": "Budget",
    "Change Order Packages": "Change Orders",
    "Change Order Requests": "Change Orders",
    "Contract Payments": "Commitments",
    "Cost Codes": "Admin",
    "Direct Costs": "Direct Costs",
    "Direct Cost Line Items": "Direct Costs",
    "Potential Change Orders": "Change Orders",
    "Prime Contracts": "Prime Contracts",
    "Prime Contract Line Items": "Prime Contracts",
    "Project Vendors": "Directory",
    "Purchase Order Contracts": "Commitments",
    "Purchase Order Contract Line Items": "Commitments",
    "Sub Jobs": "Admin",
    "Work Order Contracts": "Commitments",
    "Work Order Contract Line Items": "Commitments",
}
REASONS = ("create", "update", "delete")
PAYLOAD_VERSIONS = ("v2.0", "v3.0", "v4.0")

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REMOVED = ("Project Vendors", "update")


def resources(project_id: int | None) -> dict[str, str]:
    """Resource name -> tool, of the scope."""
    return COMPANY_RESOURCES if project_id is None else PROJECT_RESOURCES


def reasons(resource: str) -> tuple[str, ...]:
    """The event types a trigger can have; the fan-out of directory updates ended on 2026-06-30 [D]."""
    return tuple(reason for reason in REASONS if (resource, reason) != _REMOVED)


def ulid(number: int, milliseconds: int) -> str:
    """26 characters: the moment, then a number that no other event of this simulator has."""
    value = (milliseconds << 80) | (zlib.crc32(str(number).encode()) << 40) | number
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


def payload(hook: Row, event: Event, number: int) -> dict[str, Any]:
    """The JSON body of a delivery."""
    moment = event.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    identifier = ulid(number, int(event.at.timestamp() * 1000))
    if hook["payload_version"] == "v4.0":
        return {
            "id": identifier,
            "timestamp": moment,
            "reason": event.reason,
            "company_id": str(COMPANY_ID),
            "project_id": "" if event.project_id is None else str(event.project_id),
            "user_id": str(event.user_id),
            "resource_type": event.resource,
            "resource_id": str(event.resource_id),
        }
    body: dict[str, Any] = {
        "id": number,
        "ulid": identifier,
        "timestamp": moment,
        "metadata": {
            "source_user_id": event.user_id,
            "source_project_id": event.project_id,
            "source_operation_id": None,
            "source_company_id": COMPANY_ID,
            "source_application_id": zlib.crc32(event.application.encode()),
        },
        "user_id": event.user_id,
        "company_id": COMPANY_ID,
        "project_id": event.project_id,
        "api_version": hook["payload_version"],
        "event_type": event.reason,
        "resource_name": event.resource,
        "resource_id": event.resource_id,
    }
    if hook["payload_version"] == "v3.0":
        body["related_resources"] = [{"id": row_id, "name": name} for row_id, name in event.related]
    return body
