"""The company's codes: standard cost code lists, standard cost codes and line item types (cost types).

The sync of standard cost codes takes the full code; answers show the record's own tier and the full code [X].
"""

from __future__ import annotations

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import FLAG, INTEGER, TEXT, choice, fields, group
from sandbox.procore.listing import Listing, filters
from sandbox.procore.objects import bases
from sandbox.procore.objects.code_tiers import children_follow, code_in_place, parent_in_place, without_children
from sandbox.procore.resource import Change, Resource, view
from sandbox.procore.routes import Route, mount, of_company
from sandbox.procore.store import Row

BASE_TYPES = ("labor", "equipment", "materials", "commitment", "owner_cost", "professional_services", "other")

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
    rules=(parent_in_place, code_in_place, without_children),
    effects=(children_follow,),
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


def _once_in_company(change: Change) -> None:
    """One cost type of a code and of a name, whatever their case."""
    for name in {"code", "name"} & set(change.values):
        text = change.get(name).lower()
        rows = change.world.store["line_item_types"].live()
        if any(row[name].lower() == text for row in rows if row is not change.row):
            change.refuse(name, "has already been taken")


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
    rules=(_once_in_company,),
)


def _of_company_or_project(call: Call) -> Row:
    """Line item types are the company's; a project may be named instead [X]."""
    if call.method == "GET" and call.parameter("project_id") is not None:
        call.project()
        return {}
    return of_company(call)


_V1 = "/rest/v1.0"
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
)
