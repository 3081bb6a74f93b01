"""Budget codes of a project (WBS codes): one combination of segment items each, such as ``24-107-A.03-300.SUB``.

Creating a combination that is there already updates and returns it [X]. They carry no external ids [D].
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from sandbox.procore.calls import Answer, Call, ids, objects
from sandbox.procore.errors import ApiError, InvalidError, RefusedError, not_found
from sandbox.procore.fields import INTEGER, TEXT, AttributeValueError, choice, fields, group
from sandbox.procore.listing import Listing, filters, handled
from sandbox.procore.objects import bases
from sandbox.procore.objects.segment_items import ITEM, STATUS, item_row
from sandbox.procore.objects.segments import item_column, items_table, project_pattern
from sandbox.procore.resource import Resource, view
from sandbox.procore.routes import Route, listed, mount, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World


def _items(world: World, code: Row) -> list[tuple[Row, Row]]:
    """(segment, item) in the order of the project's pattern."""
    chosen = dict(code["items"])
    pairs: list[tuple[Row, Row]] = []
    for segment in project_pattern(world, code["project_id"]):
        item = world.store[items_table(segment, code["project_id"])].get(chosen.get(segment["id"], 0))
        if item is not None:
            pairs.append((segment, item))
    return pairs


def flat_code(world: World, code: Row) -> str:
    pairs = _items(world, code)
    text = "".join(f"{item.get('full_code') or item['code']}{segment['delimiter']}" for segment, item in pairs)
    return text[: -len(pairs[-1][0]["delimiter"])] if pairs else ""


def flat_name(world: World, code: Row) -> str:
    return ".".join(str(item["name"]) for _, item in _items(world, code))


def short(world: World, code_id: int | None) -> dict[str, Any] | None:
    """``{id, flat_code, description}``, as line items show their budget code."""
    code = world.store["wbs_codes"].get(code_id or 0)
    if code is None:
        return None
    return {"id": code["id"], "flat_code": flat_code(world, code), "description": code["description"]}


def _segment_items(world: World, row: Row) -> list[dict[str, Any]]:
    return [_shown_item(world, segment, item, row["project_id"]) for segment, item in _items(world, row)]


def _shown_item(world: World, segment: Row, item: Row, project_id: int) -> dict[str, Any]:
    """An item as each code of the project shows it again."""
    table = items_table(segment, project_id)
    tables = (table, "projects", "wbs_codes", "wbs_segments")
    key = ("item", segment["id"], item["id"], project_id)
    return world.store.kept(key, tables, lambda: ITEM.render(world, item_row(segment, item, project_id), "show"))


def segment_items(world: World, code_id: int) -> list[dict[str, Any]]:
    """The items of a code, in full."""
    code = world.store["wbs_codes"].get(code_id)
    return [] if code is None else _segment_items(world, code)


_VIEW = view(
    "id description status created_at updated_at",
    flat_code=flat_code,
    flat_name=flat_name,
    segment_items=_segment_items,
    wbs_pattern_id=lambda world, _: world.company["id"],
)
CODE = Resource(
    "wbs_codes",
    fields(bases.STAMPS, group(TEXT, "description"), group(choice("active", "inactive"), "status", default="active")),
    {
        "list": _VIEW,
        "show": _VIEW,
        "v2": view(
            "id description status",
            code=flat_code,
            attribute_1_name=bases.no_value,
            attribute_2_name=bases.no_value,
            attribute_3_name=bases.no_value,
        ),
    },
)


def keep(world: World, project_id: int, items: dict[int, int], description: str | None = None) -> Row:
    """The project's code of this combination, made if it is not there yet."""
    key = tuple(sorted(items.items()))
    table = world.store["wbs_codes"]
    code = table.find(project_id=project_id, items=key)
    if code is None:
        now = world.now()
        chosen = {item_column(segment_id): item_id for segment_id, item_id in items.items()}
        code = world.store.add("wbs_codes", now, project_id=project_id, items=key, status="active", description=None, **chosen)
        code["description"] = flat_name(world, code)
    if description is not None:
        table.update(code, {"description": description, "updated_at": world.now()})
    return code


def code_for(world: World, cost_code: Row, line_item_type_id: int) -> Row:
    """The code of a cost code and a cost type; a sub job's cost code brings the sub job with it."""
    segments = {segment["type"]: segment["id"] for segment in project_pattern(world, cost_code["project_id"])}
    items = {segments["cost_code"]: cost_code["id"], segments["line_item_type"]: line_item_type_id}
    if cost_code["sub_job_id"] is not None:
        items[segments["sub_job"]] = cost_code["sub_job_id"]
    return keep(world, cost_code["project_id"], items)


def parts(world: World, code: Row) -> dict[str, int]:
    """``cost_code_id`` and ``line_item_type_id`` of a code."""
    found = {segment["type"]: item["id"] for segment, item in _items(world, code)}
    return {"cost_code_id": found["cost_code"], "line_item_type_id": found["line_item_type"]}


def _create_one(call: Call, attributes: dict[str, Any]) -> Row:
    """Check a combination: every required segment once, items that exist in this project.

    Raises:
        ApiError: 400 or 422.
    """
    project_id, given = call.project()["id"], objects(attributes, "segment_items")
    try:
        items = {INTEGER.parse(each.get("segment_id")): INTEGER.parse(each.get("segment_item_id")) for each in given}
    except AttributeValueError as error:
        raise InvalidError({"segment_items": [str(error)]}) from None
    pattern = {segment["id"]: segment for segment in project_pattern(call.world, project_id)}
    for segment_id, item_id in items.items():
        segment = pattern.get(segment_id)
        if segment is None:
            raise RefusedError({"segment_items": ["segment is not part of the project's pattern"]})
        item = call.world.row(items_table(segment, project_id), item_id)
        if item is None or item.get("project_id", project_id) not in (None, project_id):
            raise RefusedError({"segment_items": [f"{segment['name']} item must exist"]})
    for segment in pattern.values():
        if segment["required"] and segment["id"] not in items:
            raise RefusedError({"segment_items": [f"{segment['name']} is required"]})
    return keep(call.world, project_id, items, attributes.get("description"))


def _create(call: Call) -> Answer:
    code = _create_one(call, call.attributes(None))
    return call.answer(CODE.render(call.world, code, "show"), HTTPStatus.CREATED)


def _bulk_create(call: Call) -> Answer:
    entities: list[Any] = []
    errors: list[Any] = []
    for each in objects(call.attributes(None), "bulk"):
        try:
            entities.append(CODE.render(call.world, _create_one(call, each), "show"))
        except ApiError as error:
            errors.append({**each, "errors": error.errors})
    return call.answer({"entities": entities, "errors": errors}, HTTPStatus.CREATED)


def _update_all(call: Call) -> Answer:
    project_id, attributes = call.project()["id"], call.attributes(None)
    status = STATUS.parse(call.attributes("attributes").get("status"))
    for code_id in ids(attributes, "ids"):
        code = call.world.row("wbs_codes", code_id)
        if code is None or code["project_id"] != project_id:
            raise not_found()
        call.world.store["wbs_codes"].update(code, {"status": status, "updated_at": call.world.now()})
    return Answer(None, HTTPStatus.NO_CONTENT)


def _list(call: Call) -> Answer:
    """``query`` searches the flat code and the description."""
    rows = call.world.store["wbs_codes"].live(**of_project(call))
    text = call.query.get("query", call.query.get("filters[search]", "")).lower()
    if text:
        rows = [row for row in rows if text in f"{flat_code(call.world, row)} {row['description']}".lower()]
    return listed(call, CODE, _LISTINGS[call.version], rows)


_LISTINGS = {
    1: Listing(filters("status updated_at")),
    2: Listing(filters("id scope", search=handled), view="v2", per_page=10, most=100),
}
_P = "/rest/v1.0/projects/<int:project_id>/work_breakdown_structure/wbs_codes"
ROUTES = (
    Route("GET", _P, _list),
    Route("POST", _P, _create),
    Route("PATCH", f"{_P}/bulk_create", _bulk_create),
    Route("PATCH", f"{_P}/update_all", _update_all),
    *mount(CODE, _P, of_project, "update"),
    Route("GET", "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/wbs/codes", _list),
)
