"""The webhooks operations, v1.0 (hooks, triggers, deliveries of a company or a project) and v2.0."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import InvalidError, RefusedError, bad_request, missing, not_found, too_large
from sandbox.procore.fields import ANY, INTEGER, TEXT, AttributeValueError, Kind, choice, fields, group, stamp
from sandbox.procore.listing import Listing, among, filters
from sandbox.procore.objects import bases
from sandbox.procore.resource import Change, Resource, view
from sandbox.procore.routes import Route, Scope, listed, mount
from sandbox.procore.store import COMPANY_ID, Row
from sandbox.procore.webhooks.payloads import PAYLOAD_VERSIONS, REASONS, reasons, resources
from sandbox.procore.world import World

MOST_TRIGGERS = 500
_SHOWN_CHARACTERS = 5
_OF_HOOKS = {"namespace": among("namespace"), "payload_version": among("payload_version")}
_V2 = "/rest/v2.0/companies/<int:company_id>"
_OUTCOMES = {"delivered": "ok", "retrying": "retried", "discarded": "discarded", "enqueued": "failed"}
_V1_STATUSES = {"successful": "delivered", "failing": "retrying", "discarded": "discarded"}


def _version(value: Any) -> str:
    version = {"v2": "v2.0", "v3": "v3.0", "v4": "v4.0"}.get(str(value), value)
    if version not in PAYLOAD_VERSIONS:
        raise AttributeValueError(f"must be one of {', '.join(PAYLOAD_VERSIONS)}")
    return str(version)


def _namespace(value: Any) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,64}", str(value)):
        raise AttributeValueError("may hold lowercase letters, digits and dashes only")
    return str(value)


def _address(value: Any) -> str:
    if urlsplit(str(value)).scheme not in ("http", "https"):
        raise AttributeValueError("is not a valid URL")
    return str(value)


def _headers(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise AttributeValueError("is not an object of strings")
    return value


def _masked(_: World, row: Row) -> dict[str, str]:
    """Only the last characters of the secret are ever shown again."""
    return {name: f"*****{text[-_SHOWN_CHARACTERS:]}" for name, text in (row["headers"] or {}).items()}


def _triggers_of(world: World, row: Row) -> int:
    return len(world.store["triggers"].live(hook_id=row["id"]))


_HOOK_FIELDS = fields(
    group(Kind(_version), "payload_version", required=True),
    group(Kind(_namespace), "namespace", required=True),
    group(Kind(_address), "destination_url", required=True),
    group(Kind(_headers), "headers", default=()),
    group(choice("active", "disabled"), "status", default="active"),
)
_V1_HOOK = view(
    "id namespace destination_url",
    api_version=bases.column("payload_version"),
    destination_headers=_masked,
    owned_by_company_id=lambda _, row: None if row["project_id"] else COMPANY_ID,
    owned_by_project_id=bases.column("project_id"),
    owned_by_user_id=bases.no_value,
)
_V2_HOOK = view(
    "id status payload_version namespace destination_url project_id",
    destination_headers=_masked,
    trigger_count=_triggers_of,
    company_id=lambda _, __: COMPANY_ID,
    created_at=lambda _, row: stamp(row["created_at"]),
    updated_at=lambda _, row: stamp(row["updated_at"]),
)
_RENAMED = {"destination_headers": "headers", "api_version": "payload_version"}
V1_HOOK = Resource("hooks", _HOOK_FIELDS, {"list": _V1_HOOK, "show": _V1_HOOK}, envelope="hook", renamed=_RENAMED)
V2_HOOK = Resource("hooks", _HOOK_FIELDS, {"list": _V2_HOOK, "show": _V2_HOOK}, renamed=_RENAMED)


def _offered(change: Change) -> None:
    """The resource exists in the hook's scope and knows the event, and the trigger is not there yet."""
    resource, reason = change.get("resource_name"), change.get("event_type")
    if change.get("deleted_at"):
        return
    if resource not in resources(change.get("project_id")):
        change.refuse("resource_name", "is not a valid resource for this hook")
    if reason not in reasons(resource):
        change.refuse("event_type", "is not available for this resource")
    same = {"hook_id": change.get("hook_id"), "resource_name": resource, "event_type": reason}
    if change.world.store["triggers"].find(**same) is not None:
        change.refuse("resource_name", "has already been taken")


_TRIGGER_FIELDS = fields(
    group(TEXT, "resource_name", required=True),
    group(Kind(lambda value: choice(*REASONS).parse(str(value).lower())), "event_type", required=True),
    group(INTEGER, "resource_id", default=None),
    group(ANY, "hook_id", writable=False),
)
_V1_TRIGGER = view(
    "id resource_name resource_id project_id",
    webhook_hook_id=bases.column("hook_id"),
    event_type=lambda _, row: row["event_type"].upper(),
    company_id=lambda _, row: None if row["project_id"] else COMPANY_ID,
    user_id=bases.no_value,
)
_V2_TRIGGER = view(
    "id resource_name event_type project_id",
    webhook_hook_id=bases.column("hook_id"),
    company_id=lambda _, __: COMPANY_ID,
)
V1_TRIGGER = Resource("triggers", _TRIGGER_FIELDS, {"list": _V1_TRIGGER, "show": _V1_TRIGGER}, envelope="trigger", rules=(_offered,))
V2_TRIGGER = Resource("triggers", _TRIGGER_FIELDS, {"list": _V2_TRIGGER, "show": _V2_TRIGGER}, rules=(_offered,))

DELIVERY = Resource(
    "deliveries",
    {},
    {
        "v1": view(
            event=bases.column("event"),
            event_id=lambda _, row: row["event"]["id"],
            outcome=lambda _, row: _OUTCOMES[row["status"]],
            **{
                name: lambda _, row, name=name: _last(row, name)
                for name in (
                    *("response_body", "response_error", "response_status", "response_headers"),
                    *("started_at", "completed_at"),
                )
            },
        ),
        "v2": view(
            "id status",
            payload=bases.column("event"),
            delivery_attempts=lambda _, row: [{name: _shown(value) for name, value in attempt.items()} for attempt in row["attempts"]],
        ),
    },
)


def _last(row: Row, name: str) -> Any:
    return _shown(row["attempts"][-1][name]) if row["attempts"] else None


def _shown(value: Any) -> Any:
    return stamp(value) if hasattr(value, "astimezone") else value


def _owner(call: Call) -> Row:
    """The scope of a hook: a project or the company, one of them."""
    call.admins_only()
    if call.parameter("project_id") is not None:
        return {"project_id": call.project()["id"]}
    call.company()
    return {"project_id": None}


def _hook(call: Call) -> Row:
    columns = _owner(call)
    hook = call.world.row("hooks", call.integer("hook_id"))
    if hook is None or hook["project_id"] != columns["project_id"]:
        raise not_found()
    return hook


def _of_hook(call: Call) -> Row:
    hook = _hook(call)
    return {"hook_id": hook["id"], "project_id": hook["project_id"]}


def _v1_deliveries(call: Call) -> Answer:
    """Paged by ``page_size`` and ``page_start`` (the last delivery seen), the newest first."""
    rows = sorted(call.world.store["deliveries"].rows(hook_id=_hook(call)["id"]), key=lambda row: -row["id"])
    status = call.query.get("filters[status]", call.query.get("filter[status]", "any"))
    if status != "any":
        if status not in _V1_STATUSES:
            raise bad_request("status must be one of any, successful, failing, discarded")
        rows = [row for row in rows if row["status"] == _V1_STATUSES[status]]
    start, size = call.optional_integer("page_start"), call.optional_integer("page_size") or 100
    rows = [row for row in rows if start is None or row["event"]["id"] < start][:size]
    return call.answer([DELIVERY.render(call.world, row, "v1") for row in rows])


def _v2_deliveries(call: Call) -> Answer:
    rows = call.world.store["deliveries"].rows(hook_id=_hook(call)["id"])
    for row in rows:
        row["resource_name"] = row["event"].get("resource_name", row["event"].get("resource_type"))
        row["event_type"] = row["event"].get("event_type", row["event"].get("reason"))
    offered = filters("resource_name event_type", status=among("status"))
    return listed(call, DELIVERY, Listing(offered, view="v2", per_page=10, most=100), rows)


def _bulk_items(call: Call, name: str) -> list[Any]:
    items = call.body if call.version > 1 else call.parameter(name)
    if not isinstance(items, list):
        raise missing(name)
    if len(items) > MOST_TRIGGERS:
        raise too_large(f"A maximum of {MOST_TRIGGERS} triggers is allowed per request")
    return items


def _bulk(call: Call, done: list[Any], failed: list[Any], status: int) -> Answer:
    names = ("success", "failed") if call.version == 1 else ("succeeded", "failed")
    if failed:
        return call.answer({names[0]: done, names[1]: failed}, HTTPStatus.MULTI_STATUS)
    return call.answer(done if status == HTTPStatus.CREATED else {names[0]: done}, status)


def _bulk_create(call: Call) -> Answer:
    columns, resource = _of_hook(call), V1_TRIGGER if call.version == 1 else V2_TRIGGER
    done, failed = [], []
    for item in _bulk_items(call, "triggers"):
        try:
            row = writes.create(call.world, call.caller, resource, columns, item if isinstance(item, dict) else {})
        except (RefusedError, InvalidError) as error:
            failed.append({"trigger": item, "errors": error.errors})
        else:
            done.append(resource.render(call.world, row, "show"))
    return _bulk(call, done, failed, HTTPStatus.OK if call.version == 1 else HTTPStatus.CREATED)


def _bulk_delete(call: Call) -> Answer:
    columns = _of_hook(call)
    done, failed = [], []
    for item in _bulk_items(call, "trigger_ids"):
        row = call.world.row("triggers", int(item)) if str(item).isdigit() else None
        if row is None or row["hook_id"] != columns["hook_id"]:
            failed.append(item)
        else:
            writes.delete(call.world, call.caller, V1_TRIGGER, row)
            done.append(item)
    return _bulk(call, done, failed, HTTPStatus.OK)


def _v1_resources(call: Call) -> Answer:
    return call.answer(
        [
            {
                "api_version": "v2.0",
                "product_category": tool,
                "tools": name,
                "except": [],
                **{reason: str(reason in reasons(name)).lower() for reason in REASONS},
            }
            for name, tool in resources(_owner(call)["project_id"]).items()
        ]
    )


def _v2_resources(call: Call) -> Answer:
    version = _version(call.query.get("payload_version"))
    rows = [
        {"id": number, "category": tool, "tool": tool, "name": name, "payload_version": version, "actions": reasons(name)}
        for number, (name, tool) in enumerate(resources(_owner(call)["project_id"]).items())
    ]
    shown = Resource("", {}, {"list": view("category tool name payload_version actions")})
    return listed(call, shown, Listing(per_page=10, most=100), rows)


def _versions(call: Call) -> Answer:
    _owner(call)
    return call.answer(list(PAYLOAD_VERSIONS))


def _v2(place: str, owner: Scope) -> tuple[Route, ...]:
    hooks, triggers = f"{place}/webhooks/hooks", f"{place}/webhooks/hooks/<int:hook_id>/triggers"
    listing = Listing(parameters=_OF_HOOKS, per_page=10, most=100)
    return (
        *mount(V2_HOOK, hooks, owner, "list create show update delete", listing, statuses=_DELETED),
        *mount(V2_TRIGGER, triggers, _of_hook, "list create delete", listing, statuses=_DELETED),
        Route("POST", f"{triggers}/bulk", _bulk_create),
        Route("DELETE", f"{triggers}/bulk", _bulk_delete),
        Route("GET", f"{hooks}/<int:hook_id>/deliveries", _v2_deliveries),
        Route("GET", f"{place}/webhooks/resources", _v2_resources),
    )


_V1 = "/rest/v1.0/webhooks"
_DELETED = {"delete": HTTPStatus.NO_CONTENT}
_UNPAGED = Listing(paged=False, parameters=_OF_HOOKS)
ROUTES = (
    *mount(V1_HOOK, f"{_V1}/hooks", _owner, "list create update delete", _UNPAGED),
    *mount(V1_TRIGGER, f"{_V1}/hooks/<int:hook_id>/triggers", _of_hook, "list create delete", _UNPAGED),
    Route("POST", f"{_V1}/hooks/<int:hook_id>/triggers/bulk", _bulk_create),
    Route("DELETE", f"{_V1}/hooks/<int:hook_id>/triggers/bulk", _bulk_delete),
    Route("GET", f"{_V1}/hooks/<int:hook_id>/deliveries", _v1_deliveries),
    Route("GET", f"{_V1}/resources", _v1_resources),
    Route("GET", f"{_V1}/resources/api_versions", _versions),
    *_v2(_V2, _owner),
    *_v2(f"{_V2}/projects/<int:project_id>", _owner),
)
