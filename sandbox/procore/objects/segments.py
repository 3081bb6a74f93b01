"""Work breakdown structure: segments, and the patterns that order them into budget codes.

The segments cost code, cost type and sub job show the rows of those objects; custom segments have items of their own ("Work
Breakdown Structure" [D]). A project's pattern is a part of the company's.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from sandbox.procore.calls import Answer, Call, objects
from sandbox.procore.errors import RefusedError, not_found
from sandbox.procore.fields import FLAG, INTEGER, TEXT, choice, fields, group, stamp
from sandbox.procore.listing import Listing
from sandbox.procore.objects import bases
from sandbox.procore.resource import Change, Resource, View, view
from sandbox.procore.routes import Route, mount, mount_rows, of_company
from sandbox.procore.store import Row
from sandbox.procore.world import World

_TABLES = {"cost_code": "cost_codes", "line_item_type": "line_item_types", "sub_job": "sub_jobs"}


def items_table(segment: Row, project_id: int | None) -> str:
    """The table that holds the items of a segment, for the company or a project."""
    if segment["type"] == "cost_code" and project_id is None:
        return "standard_cost_codes"
    return _TABLES.get(segment["type"], "segment_items")


def items_of(world: World, segment: Row, project_id: int | None) -> list[Row]:
    """The items of a segment, as the company or a project sees them."""
    table = world.store[items_table(segment, project_id)]
    if segment["type"] == "custom":
        return [row for row in table.live(segment_id=segment["id"]) if row["project_id"] in (None, project_id)]
    if segment["type"] == "sub_job" or (segment["type"] == "cost_code" and project_id is not None):
        return table.live(project_id=project_id)
    return table.live()


def company_pattern(world: World) -> list[Row]:
    return sorted(world.store["wbs_segments"].live(), key=lambda row: int(row["position"]))


def project_pattern(world: World, project_id: int) -> list[Row]:
    """The segments of a project's budget codes, in their order."""

    def made() -> list[Row]:
        project = world.store["projects"][project_id]
        rows = {row["id"]: row for row in company_pattern(world)}
        return [rows[segment_id] for segment_id in project["segment_ids"] if segment_id in rows]

    return world.store.kept(("pattern", project_id), ("projects", "wbs_segments"), made)


def item_column(segment_id: int) -> str:
    """The column of a budget code that holds its item of a segment."""
    return f"item_of_{segment_id}"


def in_use(world: World, item_id: int) -> bool:
    codes, segments = world.store["wbs_codes"], world.store["wbs_segments"].rows()
    return any(codes.find(**{item_column(segment["id"]): item_id}) is not None for segment in segments)


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


def _included(world: World, row: Row) -> bool:
    project = world.row("projects", row.get("project_id"))
    return project is None or row["id"] in project["segment_ids"]


def _count(world: World, row: Row) -> int:
    project_id = row.get("project_id")
    table = items_table(row, project_id)
    return world.store.kept(("items", row["id"], project_id), (table,), lambda: len(items_of(world, row, project_id)))


_SEGMENT: View = view(
    "id type name position required delimiter project_can_modify_origin_project project_can_delete_origin_company "
    "structure created_at updated_at",
    segment_items_count=_count,
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


def _company_segments(call: Call) -> list[Row]:
    of_company(call)
    return company_pattern(call.world)


def _project_segments(call: Call) -> list[Row]:
    project_id = call.project()["id"]
    rows = project_pattern(call.world, project_id) if "id" not in call.path else company_pattern(call.world)
    return [{**row, "project_id": project_id} for row in rows]


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
    places = {INTEGER.parse(each.get("segment_id")): each for each in objects(call.attributes(None), "updated_order")}
    order = sorted(places, key=lambda segment_id: int(INTEGER.parse(places[segment_id].get("position"))))
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


_C = "/rest/v1.0/companies/<int:company_id>/work_breakdown_structure"
_P = "/rest/v1.0/projects/<int:project_id>/work_breakdown_structure"
_UNPAGED = Listing(paged=False)
_NO_BODY = {"update": HTTPStatus.NO_CONTENT, "delete": HTTPStatus.NO_CONTENT}
ROUTES: tuple[Route, ...] = (
    Route("GET", f"{_C}/patterns", _company_patterns),
    Route("PUT", f"{_C}/patterns/update_segment_order", _order_company),
    *mount_rows(SEGMENT, f"{_C}/segments", _company_segments, "list show", _UNPAGED, views={"": "full"}),
    *mount(SEGMENT, f"{_C}/segments", of_company, "create update delete", statuses=_NO_BODY),
    Route("GET", f"{_P}/patterns", _project_patterns),
    Route("PUT", f"{_P}/patterns/add_segment", _add_segment),
    Route("PUT", f"{_P}/patterns/remove_segment", _remove_segment),
    Route("PUT", f"{_P}/patterns/update_segment_order", _order_project),
    *mount_rows(SEGMENT, f"{_P}/segments", _project_segments, "list show", Listing(view="full", paged=False), views={"": "full"}),
)
