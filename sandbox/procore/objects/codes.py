"""Cost codes of projects and of their sub jobs; ``code`` is a record's own tier ("300" of "03-300") [X]."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call, ids
from sandbox.procore.errors import not_found
from sandbox.procore.fields import INTEGER, TEXT, fields, group
from sandbox.procore.listing import Listing, filters
from sandbox.procore.objects import bases
from sandbox.procore.objects.code_tiers import children_follow, code_in_place, parent_in_place
from sandbox.procore.objects.company_codes import LINE_ITEM_TYPE
from sandbox.procore.resource import Resource, view
from sandbox.procore.routes import Route, mount, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World


def _type_short(world: World, type_id: int) -> dict[str, Any]:
    return LINE_ITEM_TYPE.render(world, world.store["line_item_types"][type_id], "show")


def biller(world: World, row: Row) -> dict[str, Any]:
    """Who bears the cost: the sub job, or else the project."""
    sub_job = world.store["sub_jobs"].get(row["sub_job_id"]) if row["sub_job_id"] else None
    owner = sub_job or world.store["projects"].get(row["project_id"]) or {}
    kind = "Project" if sub_job is None else "SubJob"
    return {"name": owner["name"], "id": owner["id"], "type": kind, "origin_id": owner["origin_id"]}


def _parent(_: World, row: Row) -> dict[str, Any]:
    return {"id": row["parent_id"]}


def _budgeted(world: World, row: Row) -> bool:
    return world.store["budget_line_items"].find(cost_code_id=row["id"]) is not None


def _list_of(world: World, row: Row) -> int | None:
    standard = world.store["standard_cost_codes"].get(row["standard_cost_code_id"] or 0)
    return None if standard is None else int(standard["standard_cost_code_list_id"])


_COST_CODE_VIEW = view(
    "id code created_at deleted_at full_code name origin_data origin_id position standard_cost_code_id updated_at",
    biller=lambda world, row: biller(world, row)["name"],
    biller_id=lambda world, row: biller(world, row)["id"],
    biller_type=lambda world, row: biller(world, row)["type"],
    biller_origin_id=lambda world, row: biller(world, row)["origin_id"],
    budgeted=_budgeted,
    parent=_parent,
    sortable_code=bases.column("full_code"),
    standard_cost_code_list_id=_list_of,
    line_item_types=lambda world, row: [_type_short(world, type_id) for type_id in row["line_item_type_ids"]],
)
COST_CODE = Resource(
    "cost_codes",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        group(TEXT, "code name", required=True),
        group(INTEGER, "position"),
        group(INTEGER, "parent_id", refers_to="cost_codes"),
        group(INTEGER, "standard_cost_code_id", refers_to="standard_cost_codes"),
        group(TEXT, "full_code", writable=False),
        group(TEXT, "status", default="active", writable=False),
        group(INTEGER, "line_item_type_ids", default=(), writable=False),
    ),
    {
        "list": _COST_CODE_VIEW,
        "show": _COST_CODE_VIEW.without("biller_origin_id"),
        "erp_compact": view("id code full_code name origin_id origin_data"),
    },
    envelope="cost_code",
    webhook="Cost Codes",
    rules=(parent_in_place, code_in_place),
    effects=(children_follow,),
)


def _of_biller(call: Call) -> Row:
    """The project's own codes, or with ``sub_job_id`` those of the sub job."""
    project_id = call.project()["id"]
    sub_job_id = call.optional_integer("sub_job_id")
    sub_job = call.world.row("sub_jobs", sub_job_id)
    if sub_job_id is not None and (sub_job is None or sub_job["project_id"] != project_id):
        raise not_found()
    return {"project_id": project_id, "sub_job_id": sub_job_id}


def _of_any_biller(call: Call) -> Row:
    return _of_biller(call) if call.optional_integer("sub_job_id") else of_project(call)


def _copy(call: Call, standard: list[Row]) -> list[Row]:
    """Add standard codes that the project lacks, parents before children."""
    columns = _of_biller(call)
    table = call.world.store["cost_codes"]
    made: list[Row] = []
    for row in sorted(standard, key=lambda row: str(row["full_code"])):
        if table.find(full_code=row["full_code"], **columns) is not None:
            continue
        above = call.world.store["standard_cost_codes"].get(row["parent_id"] or 0)
        parent = None if above is None else table.find(full_code=above["full_code"], **columns)
        attributes = {"code": row["code"], "name": row["name"], "standard_cost_code_id": row["id"]}
        if parent is not None:
            attributes["parent_id"] = parent["id"]
        made.append(writes.create(call.world, call.caller, COST_CODE, columns, attributes))
    return made


def _copy_list(call: Call) -> Answer:
    rows = call.world.store["standard_cost_codes"].live(**_company_list(call))
    return _copied(call, _copy(call, rows))


def _copy_subset(call: Call) -> Answer:
    rows = {row["id"]: row for row in call.world.store["standard_cost_codes"].live(**_company_list(call))}
    wanted = ids(call.attributes(None), "standard_cost_code_ids")
    made = _copy(call, [rows[code_id] for code_id in wanted if code_id in rows])
    failures = [f"Standard Cost Code {code_id} not found" for code_id in wanted if code_id not in rows]
    body = {"successes": [COST_CODE.render(call.world, row, "show") for row in made], "failures": failures}
    return call.answer(body, HTTPStatus.MULTI_STATUS if failures else HTTPStatus.CREATED)


def _copied(call: Call, rows: list[Row]) -> Answer:
    return call.answer([COST_CODE.render(call.world, row, "show") for row in rows], HTTPStatus.CREATED)


def _company_list(call: Call) -> Row:
    list_id = call.integer("standard_cost_code_list_id")
    if call.world.row("standard_cost_code_lists", list_id) is None:
        raise not_found()
    return {"standard_cost_code_list_id": list_id}


_V1 = "/rest/v1.0"
_COST_CODE_LIST = Listing(filters("id origin_id"), views={"default": "list", "erp_compact": "erp_compact"})
ROUTES = (
    *mount(COST_CODE, f"{_V1}/cost_codes", _of_biller, "list create sync", _COST_CODE_LIST),
    *mount(COST_CODE, f"{_V1}/cost_codes", _of_any_biller, "show update"),
    Route("POST", f"{_V1}/cost_codes/copy_from_standard_list", _copy_list),
    Route("POST", f"{_V1}/cost_codes/copy_subset_from_standard_list", _copy_subset),
)
