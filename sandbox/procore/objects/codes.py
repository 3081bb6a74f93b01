"""Cost codes of the company (standard cost code lists) and of projects, and line item types (cost types).

A project's ``code`` is its own tier ("300"), ``full_code`` has the tiers above ("03-300"); the sync of standard cost
codes takes the full code [X].
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import FLAG, INTEGER, TEXT, choice, fields, group
from sandbox.procore.listing import Listing, filters
from sandbox.procore.objects import bases
from sandbox.procore.resource import Change, Resource, view
from sandbox.procore.routes import Route, mount, of_company, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World

BASE_TYPES = ("labor", "equipment", "materials", "commitment", "owner_cost", "professional_services", "other")


def own_tier(parent_code: str | None, code: str) -> str:
    """The last tier of a code that may carry the tiers above it; a parent "03-000" heads the tier "03" too [?]."""
    if parent_code is None:
        return code
    for prefix in (parent_code, _tier(parent_code)):
        if code.startswith(f"{prefix}-"):
            return code.removeprefix(f"{prefix}-")
    return code


def joined(parent_code: str | None, own: str) -> str:
    return own if parent_code is None else f"{_tier(parent_code)}-{own}"


def _tier(code: str) -> str:
    return re.sub(r"(-0+)+$", "", code) or code


def _parent_code(change: Change) -> str | None:
    parent = change.world.row(change.resource.table, change.get("parent_id"))
    return None if parent is None else str(parent["full_code"])


def _code_in_place(change: Change) -> None:
    """Work out both forms of the code; one code once in its list or project."""
    if change.get("deleted_at") or not {"code", "parent_id"} & set(change.values):
        return
    parent_code = _parent_code(change)
    own = own_tier(parent_code, change.get("code"))
    full = joined(parent_code, own)
    same = {name: change.get(name) for name in _PLACES[change.resource.table]}
    twin = change.world.store[change.resource.table].find(full_code=full, **same)
    if twin is not None and twin is not change.row:
        change.refuse("code", "has already been taken")
    change.values |= {"code": own, "full_code": full}


_PLACES = {"standard_cost_codes": ("standard_cost_code_list_id",), "cost_codes": ("project_id", "sub_job_id")}


def _parent_in_place(change: Change) -> None:
    parent = change.world.row(change.resource.table, change.get("parent_id"))
    if parent is None:
        return
    if any(parent[name] != change.get(name) for name in _PLACES[change.resource.table]):
        change.refuse("parent_id", "must exist")
    if change.row is not None and parent["id"] == change.row["id"]:
        change.refuse("parent_id", "cannot be the code itself")


def _without_children(change: Change) -> None:
    if change.get("deleted_at") and change.row is not None:
        children = change.world.store[change.resource.table].live(parent_id=change.row["id"])
        if children:
            change.refuse("base", "cannot be deleted while it has child codes")


LIST = Resource(
    "standard_cost_code_lists",
    fields(
        bases.STAMPS,
        group(TEXT, "name", required=True),
        group(FLAG, "is_erp_list", default=False),
        group(FLAG, "available_to_use_on_new_projects", default=True),
    ),
    {
        "list": view("available_to_use_on_new_projects id is_erp_list name"),
        "show": view("id is_erp_list name", company_id=lambda world, _: world.company["id"]),
    },
    envelope="standard_cost_code_list",
    webhook="Standard Cost Code Lists",
)
STANDARD_COST_CODE = Resource(
    "standard_cost_codes",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        group(TEXT, "code name", required=True),
        group(INTEGER, "parent_id", refers_to="standard_cost_codes"),
        group(TEXT, "full_code", writable=False),
        group(TEXT, "status", default="active", writable=False),
    ),
    {
        "default": view("id standard_cost_code_list_id"),
        "compact": view("id standard_cost_code_list_id origin_id"),
        "show": view("id standard_cost_code_list_id parent_id code full_code name origin_data origin_id"),
    },
    envelope="standard_cost_code",
    webhook="Standard Cost Codes",
    rules=(_parent_in_place, _code_in_place, _without_children),
)
_STANDARD_VIEWS = {"default": "default", "compact": "compact", "extended": "show"}


def _of_list(call: Call) -> Row:
    of_company(call)
    list_id = call.integer("standard_cost_code_list_id")
    if call.world.row("standard_cost_code_lists", list_id) is None:
        raise not_found()
    return {"standard_cost_code_list_id": list_id}


def _delete_standard(call: Call) -> Answer:
    of_company(call)
    row = call.world.row("standard_cost_codes", call.integer("id"))
    if row is None:
        raise not_found()
    writes.delete(call.world, call.caller, STANDARD_COST_CODE, row)
    return call.answer(STANDARD_COST_CODE.render(call.world, row, "show"))


LINE_ITEM_TYPE = Resource(
    "line_item_types",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        group(TEXT, "name", required=True),
        group(TEXT, "code", required=True),
        group(choice(*BASE_TYPES), "base_type", default="other"),
    ),
    dict.fromkeys(("list", "show"), view("id name code base_type origin_data origin_id")),
    envelope="line_item_type",
    renamed={"csv_import_code": "code"},
    webhook="Line Item Types",
    rules=(lambda change: _once_in_company(change, "code"), lambda change: _once_in_company(change, "name")),
)


def _once_in_company(change: Change, name: str) -> None:
    if name not in change.values:
        return
    text = change.get(name).lower()
    for row in change.world.store[change.resource.table].live():
        if row is not change.row and row[name].lower() == text:
            change.refuse(name, "has already been taken")


def _of_company_or_project(call: Call) -> Row:
    """Line item types are the company's; a project may be named instead [X]."""
    if call.method == "GET" and call.parameter("project_id") is not None:
        call.project()
        return {}
    return of_company(call)


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
    rules=(_parent_in_place, _code_in_place),
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
    wanted = call.attributes(None).get("standard_cost_code_ids") or []
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
_STANDARD_LIST = Listing(filters("origin_id"), view="default", views=_STANDARD_VIEWS)
ROUTES = (
    *mount(LIST, f"{_V1}/standard_cost_code_lists", of_company, "list create show update"),
    *mount(
        STANDARD_COST_CODE,
        f"{_V1}/standard_cost_codes",
        _of_list,
        "list create show update sync",
        _STANDARD_LIST,
        views={"": "default", **_STANDARD_VIEWS},
    ),
    Route("DELETE", f"{_V1}/standard_cost_codes/<int:id>", _delete_standard),
    *mount(
        LINE_ITEM_TYPE,
        f"{_V1}/line_item_types",
        _of_company_or_project,
        "list create show update sync",
        Listing(filters("origin_id")),
    ),
    *mount(COST_CODE, f"{_V1}/cost_codes", _of_biller, "list create sync", _COST_CODE_LIST),
    *mount(COST_CODE, f"{_V1}/cost_codes", _of_any_biller, "show update"),
    Route("POST", f"{_V1}/cost_codes/copy_from_standard_list", _copy_list),
    Route("POST", f"{_V1}/cost_codes/copy_subset_from_standard_list", _copy_subset),
)
