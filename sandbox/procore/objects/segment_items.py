"""The items of segments: those of custom segments, and the rows of other objects seen as items."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call, ids
from sandbox.procore.errors import RefusedError, not_found
from sandbox.procore.fields import INTEGER, TEXT, choice, fields, group
from sandbox.procore.listing import Listing, among
from sandbox.procore.objects import bases
from sandbox.procore.objects.codes import COST_CODE
from sandbox.procore.objects.company_codes import LINE_ITEM_TYPE, STANDARD_COST_CODE
from sandbox.procore.objects.segments import SEGMENT, in_use, items_of, items_table
from sandbox.procore.objects.sub_jobs import SUB_JOB
from sandbox.procore.resource import Change, Resource, view
from sandbox.procore.routes import Route, mount_rows, of_company
from sandbox.procore.store import Row
from sandbox.procore.world import World

STATUS = choice("active", "inactive")


def _unused_only(change: Change) -> None:
    if change.row is not None and change.get("deleted_at") and in_use(change.world, change.row["id"]):
        change.refuse("base", "the segment item is in use")


def _once_in_segment(change: Change) -> None:
    if "code" in change.values:
        twin = change.world.store["segment_items"].find(segment_id=change.get("segment_id"), code=change.get("code"))
        if twin is not None and twin is not change.row:
            change.refuse("code", "has already been taken")


def _path(world: World, row: Row) -> list[Row]:
    parent = world.store[row["table"]].get(row.get("parent_id") or 0)
    return [row] if parent is None else [*_path(world, {**parent, "table": row["table"]}), row]


def _segment_shown(world: World, row: Row) -> dict[str, Any]:
    return SEGMENT.render(world, {**row["segment"], "project_id": row.get("project_id")}, "list")


_ITEM = view(
    "id code name created_at updated_at",
    parent_id=lambda _, row: row.get("parent_id"),
    path_ids=lambda world, row: [each["id"] for each in _path(world, row)],
    path_code=lambda _, row: row.get("full_code") or row["code"],
    is_parent=lambda world, row: world.store[row["table"]].find(parent_id=row["id"]) is not None,
    path_codes=lambda world, row: [each["code"] for each in _path(world, row)],
    path_names=lambda world, row: [each["name"] for each in _path(world, row)],
    in_use=lambda world, row: in_use(world, row["id"]),
    segment=_segment_shown,
    status=lambda _, row: row.get("status") or "active",
)
ITEM = Resource("segment_items", fields(bases.STAMPS), dict.fromkeys(("list", "show"), _ITEM))
"""Any segment's item: the row that holds it, with ``segment`` and ``table`` added."""

_CUSTOM_ITEM = Resource(
    "segment_items",
    fields(
        bases.STAMPS,
        group(TEXT, "code name", required=True),
        group(INTEGER, "parent_id", refers_to="segment_items"),
        group(INTEGER, "sub_job_id segment_item_list_id"),
    ),
    {},
    rules=(_once_in_segment, _unused_only),
)


def item_row(segment: Row, row: Row, project_id: int | None) -> Row:
    """A row as :data:`ITEM` shows it."""
    return {**row, "segment": segment, "table": items_table(segment, project_id)}


def _place(call: Call) -> tuple[Row, int | None]:
    """The segment and, in a project's part of the API, the project."""
    project_id = call.project()["id"] if "project_id" in call.path else None
    if project_id is None:
        of_company(call)
    segment = call.world.row("wbs_segments", call.integer("segment_id"))
    if segment is None:
        raise not_found()
    return segment, project_id


def _items(call: Call) -> list[Row]:
    segment, project_id = _place(call)
    rows = items_of(call.world, segment, project_id)
    if segment["type"] == "cost_code" and project_id is not None:
        sub_job_id = call.optional_integer("legacy_sub_job_id")
        rows = [row for row in rows if row["sub_job_id"] == sub_job_id or "id" in call.path]
    if call.query.get("only_active_items") == "true":
        rows = [row for row in rows if (row.get("status") or "active") == "active"]
    return [item_row(segment, row, project_id) for row in rows]


def _write_place(call: Call) -> tuple[Resource, Row]:
    """Which object a segment's item is, and the columns a new one gets."""
    segment, project_id = _place(call)
    match segment["type"]:
        case "cost_code" if project_id is None:
            lists = call.world.store["standard_cost_code_lists"]
            chosen = call.optional_integer("segment_item_list_id") or next(row["id"] for row in lists.live())
            return STANDARD_COST_CODE, {"standard_cost_code_list_id": chosen}
        case "cost_code":
            return COST_CODE, {"project_id": project_id, "sub_job_id": call.optional_integer("sub_job_id")}
        case "sub_job" if project_id is not None:
            return SUB_JOB, {"project_id": project_id}
        case "line_item_type" if project_id is None:
            return LINE_ITEM_TYPE, {}
        case "custom":
            return _CUSTOM_ITEM, {"segment_id": segment["id"], "project_id": project_id}
    raise RefusedError({"segment": ["does not take items here"]})


def _item(call: Call) -> Row:
    row_id = call.integer("id")
    row = next((row for row in _items(call) if row["id"] == row_id), None)
    if row is None:
        raise not_found()
    return row


def _stored(call: Call, row: Row) -> Row:
    return call.world.store[row["table"]][row["id"]]


def _create_item(call: Call) -> Answer:
    resource, columns = _write_place(call)
    attributes = {name: value for name, value in call.attributes(None).items() if name in ("code", "name", "parent_id")}
    row = writes.create(call.world, call.caller, resource, columns, attributes)
    segment, project_id = _place(call)
    shown = ITEM.render(call.world, item_row(segment, row, project_id), "show")
    return call.answer(shown, HTTPStatus.CREATED)


def _update_item(call: Call) -> Answer:
    resource, _ = _write_place(call)
    row = _stored(call, _item(call))
    attributes = call.attributes(None)
    _set_status(call, row, resource.table, attributes.pop("status", None))
    attributes.pop("sub_job_id", None)
    writes.update(call.world, call.caller, resource, row, attributes)
    return call.answer(ITEM.render(call.world, _item(call), "show"))


def _set_status(call: Call, row: Row, table: str, status: object) -> None:
    if status is not None:
        try:
            call.world.store[table].update(row, {"status": STATUS.parse(status)})
        except ValueError as error:
            raise RefusedError({"status": [str(error)]}) from None


def _delete_unused(call: Call, resource: Resource, row: Row | None) -> None:
    if row is None or in_use(call.world, row["id"]):
        raise RefusedError({"base": ["the segment item is in use"]})
    writes.delete(call.world, call.caller, resource, call.world.store[resource.table][row["id"]])


def _delete_item(call: Call) -> Answer:
    resource, _ = _write_place(call)
    _delete_unused(call, resource, _item(call))
    return Answer(None, HTTPStatus.NO_CONTENT)


def _update_items(call: Call) -> Answer:
    segment, project_id = _place(call)
    wanted, status = ids(call.attributes(None), "ids"), call.attributes("attributes").get("status")
    for row in items_of(call.world, segment, project_id):
        if row["id"] in wanted:
            _set_status(call, row, items_table(segment, project_id), status)
    return Answer(None, HTTPStatus.NO_CONTENT)


def _delete_items(call: Call) -> Answer:
    """Unused items go, the others are named as failures."""
    resource, _ = _write_place(call)
    segment, project_id = _place(call)
    rows = {row["id"]: row for row in items_of(call.world, segment, project_id)}
    done: list[Any] = []
    failed: list[Any] = []
    for item_id in ids(call.attributes(None), "segment_item_ids"):
        try:
            _delete_unused(call, resource, rows.get(item_id))
            done.append({"id": item_id})
        except RefusedError:
            failed.append({"id": item_id, "errors": ["cannot be deleted"]})
    return call.answer({"successes": done, "failures": failed}, HTTPStatus.MULTI_STATUS)


_LIST = Resource(
    "standard_cost_code_lists",
    {},
    {
        "list": view(
            "id name available_to_use_on_new_projects",
            erp_integrated=bases.column("is_erp_list"),
            segment_items_count=lambda world, row: len(world.store["standard_cost_codes"].live(standard_cost_code_list_id=row["id"])),
        )
    },
)


def _lists(call: Call) -> list[Row]:
    segment, _ = _place(call)
    return call.world.store["standard_cost_code_lists"].live() if segment["type"] == "cost_code" else []


_ITEMS = "segments/<int:segment_id>/segment_items"
_OF_LIST = Listing(parameters={"segment_item_list_id": among("standard_cost_code_list_id")})
_C = "/rest/v1.0/companies/<int:company_id>/work_breakdown_structure"
_P = "/rest/v1.0/projects/<int:project_id>/work_breakdown_structure"
ROUTES: tuple[Route, ...] = (
    *mount_rows(_LIST, f"{_C}/segments/<int:segment_id>/lists", _lists, "list", Listing(paged=False)),
    *mount_rows(ITEM, f"{_C}/{_ITEMS}", _items, "list show", _OF_LIST),
    *mount_rows(ITEM, f"{_P}/{_ITEMS}", _items, "list"),
    *(
        Route(method, f"{place}/{_ITEMS}{end}", run)
        for place in (_C, _P)
        for method, end, run in (
            ("POST", "", _create_item),
            ("PATCH", "/<int:id>", _update_item),
            ("DELETE", "/<int:id>", _delete_item),
            ("PATCH", "/update_all", _update_items),
            ("DELETE", "/bulk_destroy", _delete_items),
        )
    ),
)
