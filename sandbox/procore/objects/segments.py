"""Work breakdown structure: segments, their items, and the patterns that order them.

The segments cost code, cost type and sub job show the rows of those objects; custom segments have items of their own
("Work Breakdown Structure" [D]). A project's pattern is a part of the company's.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import RefusedError, missing, not_found
from sandbox.procore.fields import FLAG, INTEGER, TEXT, choice, fields, group, stamp
from sandbox.procore.listing import Listing, among
from sandbox.procore.objects import bases
from sandbox.procore.objects.codes import COST_CODE, LINE_ITEM_TYPE, STANDARD_COST_CODE
from sandbox.procore.objects.sub_jobs import SUB_JOB
from sandbox.procore.resource import Change, Resource, View, view
from sandbox.procore.routes import Route, mount, mount_rows, of_company
from sandbox.procore.store import Row
from sandbox.procore.world import World

STATUS = choice("active", "inactive")
_TABLES = {"cost_code": "cost_codes", "line_item_type": "line_item_types", "sub_job": "sub_jobs"}


def items_table(segment: Row, project_id: int | None) -> str:
    """The table that holds the items of a segment, for the company or a project."""
    if segment["type"] == "cost_code" and project_id is None:
        return "standard_cost_codes"
    return _TABLES.get(segment["type"], "segment_items")


def items_of(world: World, segment: Row, project_id: int | None) -> list[Row]:
    """The items of a segment, as the company or a project sees them."""
    rows = world.store[items_table(segment, project_id)].live()
    if segment["type"] == "custom":
        return [row for row in rows if row["segment_id"] == segment["id"] and row["project_id"] in (None, project_id)]
    if segment["type"] == "sub_job" or (segment["type"] == "cost_code" and project_id is not None):
        return [row for row in rows if row["project_id"] == project_id]
    return rows


def company_pattern(world: World) -> list[Row]:
    return sorted(world.store["wbs_segments"].live(), key=lambda row: int(row["position"]))


def project_pattern(world: World, project_id: int) -> list[Row]:
    """The segments of a project's budget codes, in their order."""
    project = world.store["projects"][project_id]
    rows = {row["id"]: row for row in company_pattern(world)}
    return [rows[segment_id] for segment_id in project["segment_ids"] if segment_id in rows]


def in_use(world: World, item_id: int) -> bool:
    return any(item_id in code["item_ids"] for code in world.store["wbs_codes"].live())


def _custom_only(change: Change) -> None:
    """The three segments that every company has cannot be deleted, nor can one that budget codes use."""
    if change.creating:
        change.values["position"] = len(company_pattern(change.world))
    if change.row is None or not change.get("deleted_at"):
        return
    if change.row["type"] != "custom":
        change.refuse("base", "only custom segments can be deleted")
    if any(in_use(change.world, item["id"]) for item in items_of(change.world, change.row, None)):
        change.refuse("base", "the segment is in use")


def _unused_only(change: Change) -> None:
    if change.row is not None and change.get("deleted_at") and in_use(change.world, change.row["id"]):
        change.refuse("base", "the segment item is in use")


def _once_in_segment(change: Change) -> None:
    if "code" in change.values:
        twin = change.world.store["segment_items"].find(segment_id=change.get("segment_id"), code=change.get("code"))
        if twin is not None and twin is not change.row:
            change.refuse("code", "has already been taken")


def _included(world: World, row: Row) -> bool:
    project = world.row("projects", row.get("project_id"))
    return project is None or row["id"] in project["segment_ids"]


_SEGMENT: View = view(
    "id type name position required delimiter project_can_modify_origin_project project_can_delete_origin_company "
    "structure created_at updated_at",
    segment_items_count=lambda world, row: len(items_of(world, row, row.get("project_id"))),
    wbs_pattern_id=lambda world, _: world.company["id"],
)
_PROJECT_SEGMENT = _SEGMENT.plus(selectable_tiers=bases.NO, is_included_in_project_pattern=_included)
SEGMENT = Resource(
    "wbs_segments",
    fields(
        bases.STAMPS,
        group(TEXT, "name", required=True),
        group(choice("tiered", "flat"), "structure", default="flat"),
        group(FLAG, "project_can_modify_origin_project project_can_delete_origin_company", default=True),
        group(TEXT, "type", default="custom", writable=False),
        group(INTEGER, "position", writable=False),
        group(FLAG, "required", default=False, writable=False),
        group(TEXT, "delimiter", default=".", writable=False),
    ),
    {
        "list": _SEGMENT,
        "show": _SEGMENT,
        "project": _PROJECT_SEGMENT,
        "full": _PROJECT_SEGMENT.plus(tiered=lambda _, row: row["structure"] == "tiered"),
    },
    envelope="segment",
    rules=(_custom_only,),
)


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


def _company_segments(call: Call) -> list[Row]:
    of_company(call)
    return company_pattern(call.world)


def _project_segments(call: Call) -> list[Row]:
    project_id = call.project()["id"]
    rows = project_pattern(call.world, project_id) if "id" not in call.path else company_pattern(call.world)
    return [{**row, "project_id": project_id} for row in rows]


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


def _delete_item(call: Call) -> Answer:
    resource, _ = _write_place(call)
    row = _item(call)
    if in_use(call.world, row["id"]):
        raise RefusedError({"base": ["the segment item is in use"]})
    writes.delete(call.world, call.caller, resource, _stored(call, row))
    return Answer(None, HTTPStatus.NO_CONTENT)


def _update_items(call: Call) -> Answer:
    segment, project_id = _place(call)
    attributes = call.attributes(None)
    for row in items_of(call.world, segment, project_id):
        if row["id"] in (attributes.get("ids") or []):
            status = (attributes.get("attributes") or {}).get("status")
            _set_status(call, row, items_table(segment, project_id), status)
    return Answer(None, HTTPStatus.NO_CONTENT)


def _pattern(call: Call, segments: list[dict[str, Any]]) -> dict[str, Any]:
    company = call.world.company
    dates = {name: stamp(company[name]) for name in ("created_at", "updated_at")}
    return {"id": company["id"], "description": None, **dates, "segments": segments}


def _company_patterns(call: Call) -> Answer:
    rows = _company_segments(call)
    return call.answer(_pattern(call, [SEGMENT.render(call.world, row, "list") for row in rows]))


def _project_patterns(call: Call) -> Answer:
    segments = [SEGMENT.render(call.world, row, "project") for row in _project_segments(call)]
    return call.answer(_pattern(call, segments) | {"is_project_level_ordered": call.project()["segments_ordered"]})


def _add_segment(call: Call) -> Answer:
    project, order = call.project(), [row["id"] for row in company_pattern(call.world)]
    added = call.integer("segment_id")
    if added not in order:
        raise not_found()
    chosen = {*project["segment_ids"], added}
    ordered = [segment_id for segment_id in order if segment_id in chosen]
    call.world.store["projects"].update(project, {"segment_ids": ordered})
    return Answer(None, HTTPStatus.NO_CONTENT)


def _remove_segment(call: Call) -> Answer:
    project, segment = call.project(), call.world.row("wbs_segments", call.integer("segment_id"))
    if segment is None or segment["required"]:
        raise RefusedError({"segment_id": ["is required"]})
    rest = [each for each in project["segment_ids"] if each != segment["id"]]
    call.world.store["projects"].update(project, {"segment_ids": rest})
    return Answer(None, HTTPStatus.NO_CONTENT)


def _wanted_order(call: Call, present: set[int]) -> list[int]:
    wanted = call.attributes(None).get("updated_order")
    if not isinstance(wanted, list):
        raise missing("updated_order")
    order = [item["segment_id"] for item in sorted(wanted, key=lambda item: int(item["position"]))]
    if set(order) != present:
        raise RefusedError({"updated_order": ["must name every segment once"]})
    return order


def _order_company(call: Call) -> Answer:
    rows = {row["id"]: row for row in _company_segments(call)}
    for position, segment_id in enumerate(_wanted_order(call, set(rows))):
        call.world.store["wbs_segments"].update(rows[segment_id], {"position": position})
    return Answer(None, HTTPStatus.NO_CONTENT)


def _order_project(call: Call) -> Answer:
    project = call.project()
    order = _wanted_order(call, set(project["segment_ids"]))
    call.world.store["projects"].update(project, {"segment_ids": order, "segments_ordered": True})
    return Answer(None, HTTPStatus.NO_CONTENT)


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


_C = "/rest/v1.0/companies/<int:company_id>/work_breakdown_structure"
_P = "/rest/v1.0/projects/<int:project_id>/work_breakdown_structure"
_ITEMS = "segments/<int:segment_id>/segment_items"
_UNPAGED = Listing(paged=False)
_NO_BODY = {"update": HTTPStatus.NO_CONTENT, "delete": HTTPStatus.NO_CONTENT}
_OF_LIST = Listing(parameters={"segment_item_list_id": among("standard_cost_code_list_id")})
ROUTES = (
    Route("GET", f"{_C}/patterns", _company_patterns),
    Route("PUT", f"{_C}/patterns/update_segment_order", _order_company),
    *mount_rows(SEGMENT, f"{_C}/segments", _company_segments, "list show", _UNPAGED, views={"": "full"}),
    *mount(SEGMENT, f"{_C}/segments", of_company, "create update delete", statuses=_NO_BODY),
    *mount_rows(_LIST, f"{_C}/segments/<int:segment_id>/lists", _lists, "list", _UNPAGED),
    *mount_rows(ITEM, f"{_C}/{_ITEMS}", _items, "list show", _OF_LIST),
    Route("GET", f"{_P}/patterns", _project_patterns),
    Route("PUT", f"{_P}/patterns/add_segment", _add_segment),
    Route("PUT", f"{_P}/patterns/remove_segment", _remove_segment),
    Route("PUT", f"{_P}/patterns/update_segment_order", _order_project),
    *mount_rows(SEGMENT, f"{_P}/segments", _project_segments, "list show", Listing(view="full", paged=False), views={"": "full"}),
    *mount_rows(ITEM, f"{_P}/{_ITEMS}", _items, "list"),
    *(
        route
        for place in (_C, _P)
        for route in (
            Route("POST", f"{place}/{_ITEMS}", _create_item),
            Route("PATCH", f"{place}/{_ITEMS}/<int:id>", _update_item),
            Route("DELETE", f"{place}/{_ITEMS}/<int:id>", _delete_item),
            Route("PATCH", f"{place}/{_ITEMS}/update_all", _update_items),
        )
    ),
)
