"""Creating, changing, deleting and syncing rows, the same for every object.

Sync actions: "Using Sync Actions" [D]. External ids: "Integrating with Procore Financial Tools" [D].
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from sandbox.procore.errors import ApiError, InvalidError, Messages, RefusedError, bad_request, too_large
from sandbox.procore.resource import Change, Resource
from sandbox.procore.store import Row
from sandbox.procore.world import Caller, Event, World

MOST_UPDATES = 1000
_ORIGIN = frozenset({"origin_id", "origin_data", "origin_code"})
_UNKNOWN_ID = {"id": ["Entity with this ID not found"]}


def create(world: World, caller: Caller, resource: Resource, columns: Row, attributes: Mapping[str, Any]) -> Row:
    """A new row with these columns (its place: project, holder) and the request's attributes.

    Raises:
        InvalidError: attributes missing, unknown or malformed.
        RefusedError: a rule is broken.
    """
    values = _parse(world, resource, attributes, columns)
    now = world.now()
    given = resource.defaults() | values | columns
    change = Change(world, caller, resource, None, given)
    _check(change)
    row = world.store[resource.table].add(
        change.values | {"created_at": now, "updated_at": now, "deleted_at": None, "created_by_id": caller.user["id"]}
    )
    _finish(change, row, "create")
    return row


def update(world: World, caller: Caller, resource: Resource, row: Row, attributes: Mapping[str, Any]) -> Row:
    """Change a row by the request's attributes; raises as :func:`create` does."""
    change = Change(world, caller, resource, row, _parse(world, resource, attributes, None))
    _check(change)
    return _kept(change, row)


def settle(world: World, caller: Caller, resource: Resource, row: Row, values: Row) -> Row:
    """What Procore itself does to a row, whatever callers may write."""
    return _kept(Change(world, caller, resource, row, values), row)


def _kept(change: Change, row: Row) -> Row:
    change.world.store[change.resource.table].update(row, change.values | {"updated_at": change.world.now()})
    _finish(change, row, "update")
    return row


def delete(world: World, caller: Caller, resource: Resource, row: Row) -> None:
    """Mark a row as deleted; rules see ``deleted_at`` among the values."""
    change = Change(world, caller, resource, row, {"deleted_at": world.now()})
    _check(change)
    world.store[resource.table].update(row, change.values | {"updated_at": world.now()})
    _finish(change, row, "delete")


def touch(change: Change, table: str, row_id: int | None) -> None:
    """Stamp a row that another one belongs to, when that one changed."""
    row = change.world.row(table, row_id)
    if row is not None:
        change.world.store[table].update(row, {"updated_at": change.world.now()})


def sync(world: World, caller: Caller, resource: Resource, columns: Row, updates: Any, show: str = "show") -> dict[str, Any]:
    """Create or update each record by itself; what fails is answered with the attributes it was sent with.

    Raises:
        ApiError: the whole request is malformed (400) or too large (413).
    """
    if not isinstance(updates, list) or not all(isinstance(item, dict) for item in updates):
        raise bad_request("updates must be an array of objects")
    if len(updates) > MOST_UPDATES:
        raise too_many()
    entities: list[Any] = []
    errors: list[Any] = []
    for item in updates:
        try:
            row = _sync_one(world, caller, resource, columns, item)
        except (RefusedError, InvalidError) as error:
            errors.append({**item, "errors": error.errors})
        else:
            entities.append(resource.render(world, row, show))
    return {"entities": entities, "errors": errors}


def _sync_one(world: World, caller: Caller, resource: Resource, columns: Row, item: dict[str, Any]) -> Row:
    attributes = {name: value for name, value in item.items() if name != "id"}
    table = world.store[resource.table]
    if item.get("id") is not None:
        row = table.find(**{resource.key: item["id"]}) if isinstance(item["id"], int) else None
        if row is None or any(row.get(name) != value for name, value in columns.items()):
            raise RefusedError(_UNKNOWN_ID)
        return update(world, caller, resource, row, attributes)
    origin_id = item.get("origin_id")
    row = table.find(origin_id=str(origin_id)) if origin_id not in (None, "") else None
    if row is not None and all(row.get(name) == value for name, value in columns.items()):
        return update(world, caller, resource, row, attributes)
    return create(world, caller, resource, columns, attributes)


def _parse(world: World, resource: Resource, attributes: Mapping[str, Any], columns: Row | None) -> Row:
    """The attributes as columns; ``columns`` are those that a new row has anyway, None for a row that is there."""
    values: Row = {}
    errors: Messages = {}
    unknown: Messages = {}
    for given, value in attributes.items():
        name = resource.renamed.get(given, given)
        field = resource.fields.get(name)
        if resource.custom_fields and given.startswith("custom_field_"):
            values.setdefault("custom_fields", {})[given] = {"data_type": _data_type(value), "value": value}
        elif field is None or not field.writable:
            unknown[given] = ["is not an attribute of this resource"]
        elif value is None or value == "":
            values[name] = field.default
            if field.required:
                errors[given] = ["can't be blank"]
        else:
            try:
                values[name] = field.kind.parse(value)
            except ValueError as error:
                errors[given] = [str(error)]
    if columns is not None:
        known = {*values, *columns, *errors}
        lacking = (name for name, field in resource.fields.items() if field.required and name not in known)
        errors |= {name: ["can't be blank"] for name in lacking}
    if unknown and world.settings.strict:
        raise InvalidError(unknown, HTTPStatus.NOT_ACCEPTABLE)
    if errors:
        raise InvalidError(errors)
    return values


def _data_type(value: Any) -> str:
    return {bool: "boolean", int: "decimal", float: "decimal"}.get(type(value), "string")


def _check(change: Change) -> None:
    world = change.world
    for name, field in change.resource.fields.items():
        given = change.values.get(name)
        if field.refers_to and given is not None and world.row(field.refers_to, given) is None:
            change.refuse(name, "must exist")
    _check_lock(change)
    _check_origin(change)
    for rule in change.resource.rules:
        rule(change)


def _check_origin(change: Change) -> None:
    """One owner for each external id; unique for its type of object within the company."""
    origin_id = change.values.get("origin_id")
    current = None if change.row is None else change.row.get("origin_id")
    if "origin_id" not in change.values or origin_id == current:
        return
    if current is not None and change.row is not None and change.row.get("origin_owner") != change.caller.application:
        change.refuse("origin_id", "is in use by another integration")
    if origin_id is not None and change.world.store[change.resource.table].find(origin_id=origin_id) is not None:
        change.refuse("origin_id", "has already been taken")
    change.values["origin_owner"] = None if origin_id is None else change.caller.application


def _check_lock(change: Change) -> None:
    """A record that locks when synced can be changed by the integration that synced it, and by nobody else."""
    if not change.resource.locks_when_synced or change.row is None or change.row.get("origin_id") is None:
        return
    owner = change.caller.service and change.caller.application == change.row.get("origin_owner")
    if not owner and change.alters(frozenset(change.values) - _ORIGIN):
        change.refuse("base", "cannot be edited because it has been synced with ERP")


def _finish(change: Change, row: Row, reason: str) -> None:
    for effect in change.resource.effects:
        effect(change, row)
    resource, world = change.resource, change.world
    if resource.webhook is not None:
        world.publish(
            Event(
                resource.webhook,
                reason,
                row[resource.event_key or resource.key],
                row.get("project_id"),
                change.caller.user["id"],
                change.caller.application,
                world.clock(),
                resource.related(world, row),
            )
        )


def too_many() -> ApiError:
    """The refusal of a sync action with more than :data:`MOST_UPDATES` records."""
    return too_large(f"A maximum of {MOST_UPDATES} updates is allowed per request")
