"""Projects, and the templates that new ones copy. A copy never takes external ids along."""

from __future__ import annotations

from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Call
from sandbox.procore.fields import DAY, FLAG, INTEGER, INTEGERS, MONEY, NUMBER, TEXT, choice, fields, group, plain
from sandbox.procore.listing import Listing, among, filters, handled, present, search
from sandbox.procore.objects import bases
from sandbox.procore.objects.codes import COST_CODE
from sandbox.procore.resource import Change, Computed, Resource, view
from sandbox.procore.routes import mount, mount_rows, of_company
from sandbox.procore.store import Row
from sandbox.procore.world import World

_ADDRESS = "address city state_code country_code zip"
_DAYS = "start_date completion_date warranty_start_date warranty_end_date actual_start_date projected_finish_date"
_MARKET = "store_number accounting_project_number designated_market_area"
_CATEGORIES = "project_bid_type_id project_owner_type_id project_region_id project_stage_id project_sector_id"


def _display_name(_: World, row: Row) -> str:
    return f"{row['project_number']} - {row['name']}" if row["project_number"] else str(row["name"])


def _parent_job(world: World, row: Row) -> dict[str, Any] | None:
    return world.reference("projects", row["parent_job_id"], "name")


def _custom_fields(_: World, row: Row) -> dict[str, Any]:
    return dict(row.get("custom_fields") or {})


def _no(_: World, __: Row) -> bool:
    return False


_ESTIMATES: dict[str, Computed] = {
    "estimated_value": lambda _, row: None if row["total_value"] is None else plain(row["total_value"]),
    "estimated_start_date": bases.column("start_date"),
    "estimated_completion_date": bases.column("completion_date"),
}
_SYNCED = view(
    f"id logo_url name project_number {_ADDRESS} time_zone latitude longitude description square_feet {_DAYS} "
    f"total_value {_MARKET} active flag phone public_notes created_at updated_at origin_id origin_data origin_code "
    "sector work_scope delivery_method project_bid_type_id project_owner_type_id project_region_id project_sector_id "
    "estimated_budget priority",
    display_name=_display_name,
    office=bases.no_value,
    project_stage=bases.no_value,
    project_type=bases.no_value,
    program=bases.no_value,
    departments=bases.empty,
    **_ESTIMATES,
)
_SHOWN = _SYNCED.without("estimated_budget priority").plus(
    "logo_id template tz_name county parent_job_id locale standard_cost_code_list_id is_erp_integrated "
    "owners_project_id photo_id photo_url inbound_email inbound_email_address code project_stage_id",
    is_demo=_no,
    parent_job=_parent_job,
    from_project_template_id=bases.column("project_template_id"),
    created_by=bases.author(),
    persistent_message=bases.no_value,
    project_bid_type=bases.no_value,
    project_owner_type=bases.no_value,
    project_region=bases.no_value,
    company=bases.company_of,
    dictionary_type=bases.always("contractor_dictionary"),
    custom_fields=_custom_fields,
)
_LISTED = view(
    f"id name parent_job_id project_number {_ADDRESS} county time_zone latitude longitude phone created_at updated_at "
    f"active origin_id origin_data origin_code owners_project_id total_value {_MARKET} project_region_id "
    "project_bid_type_id project_owner_type_id photo_id start_date completion_date projected_finish_date fax sector "
    "work_scope delivery_method estimated_budget priority project_sector_id",
    is_demo=_no,
    parent_job=_parent_job,
    display_name=_display_name,
    stage=bases.no_value,
    project_stage=bases.no_value,
    project_template=lambda world, row: world.reference("projects", row["project_template_id"], "name"),
    estimated_value=_ESTIMATES["estimated_value"],
    company=bases.company_of,
    created_by=bases.author(),
    custom_fields=_custom_fields,
)


def _template_exists(change: Change) -> None:
    template = change.world.row("projects", change.values.get("project_template_id"))
    if template is not None and not template["template"]:
        change.refuse("project_template_id", "must be a project template")


def _structure(change: Change) -> None:
    """A new project's segments and switches are its template's, or the company's plain ones."""
    if not change.creating:
        return
    template = change.world.row("projects", change.values.get("project_template_id"))
    required = [row["id"] for row in change.world.store["wbs_segments"].live() if row["required"]]
    change.values |= {
        "segment_ids": list(template["segment_ids"]) if template else required,
        "segments_ordered": False,
        "sub_jobs_enabled": bool(template and template["sub_jobs_enabled"]),
        "budget_locked": False,
    }
    lists = change.world.store["standard_cost_code_lists"].live(is_erp_list=True)
    if change.get("standard_cost_code_list_id") is None and lists:
        change.values["standard_cost_code_list_id"] = lists[0]["id"]


def _copied_codes(change: Change, row: Row) -> None:
    """Cost codes come from the template, or on request from the company's standard list."""
    if not change.creating:
        return
    store = change.world.store
    if row["project_template_id"] is not None:
        codes = store["cost_codes"].live(project_id=row["project_template_id"], sub_job_id=None)
    elif row["enable_copy_of_standard_cost_codes"]:
        codes = store["standard_cost_codes"].live(standard_cost_code_list_id=row["standard_cost_code_list_id"])
    else:
        return
    twins: dict[int, int] = {}
    columns = {"project_id": row["id"], "sub_job_id": None}
    for code in sorted(codes, key=lambda code: str(code["full_code"])):
        attributes = {"code": code["code"], "name": code["name"], "parent_id": twins.get(code["parent_id"] or 0)}
        twins[code["id"]] = writes.create(change.world, change.caller, COST_CODE, columns, attributes)["id"]


PROJECT = Resource(
    "projects",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        bases.ORIGIN_CODE,
        group(TEXT, "name", required=True),
        group(TEXT, f"project_number code {_ADDRESS} county time_zone phone fax description public_notes locale sector"),
        group(TEXT, f"{_MARKET}"),
        group(TEXT, "logo_url photo_url tz_name inbound_email inbound_email_address", writable=False),
        group(DAY, f"{_DAYS} override_start_date override_end_date"),
        group(MONEY, "total_value"),
        group(NUMBER, "latitude longitude estimated_budget"),
        group(FLAG, "active", default=True),
        group(FLAG, "is_erp_integrated enable_copy_of_standard_cost_codes", default=False),
        group(FLAG, "override_start_date_check override_end_date_check", default=False),
        group(FLAG, "template", default=False, writable=False),
        group(INTEGER, f"square_feet image_id office_id program_id project_type_id {_CATEGORIES}"),
        group(INTEGER, "logo_id photo_id owners_project_id", writable=False),
        group(INTEGER, "standard_cost_code_list_id", refers_to="standard_cost_code_lists"),
        group(INTEGER, "project_template_id parent_job_id", refers_to="projects"),
        group(INTEGERS, "department_ids", default=()),
        group(choice("Red", "Yellow", "Green"), "flag"),
        group(choice("new_construction", "renovation_alteration", "maintenance_service"), "work_scope"),
        group(TEXT, "delivery_method"),
        group(choice("low", "medium", "high"), "priority"),
    ),
    {
        "list": _LISTED,
        "show": _SHOWN,
        "sync": _SYNCED,
        "minimal": view("id name", display_name=_display_name),
        "compact": view("id name"),
        "ids": view("id"),
        "thin": view(
            "id name",
            address=lambda _, row: {
                "street": row["address"],
                **{name: row[name] for name in ("city", "state_code", "zip", "country_code")},
            },
            stage_name=bases.no_value,
            status_name=lambda _, row: "Active" if row["active"] else "Inactive",
            type_name=bases.no_value,
            open_items=bases.empty,
            created_by=lambda _, row: {"id": row["created_by_id"], "email": None},
        ),
    },
    envelope="project",
    webhook="Projects",
    renamed={
        "erp_integrated": "is_erp_integrated",
        "estimated_value": "total_value",
        "estimated_start_date": "start_date",
        "estimated_completion_date": "completion_date",
    },
    rules=(_template_exists, _structure),
    effects=(_copied_codes,),
    custom_fields=True,
)


def _visible(call: Call) -> list[Row]:
    of_company(call)
    return [row for row in call.world.store["projects"].live() if call.world.sees(call.caller, row["id"])]


def _jobs(call: Call) -> list[Row]:
    return [row for row in _visible(call) if not row["template"]]


def _by_status(call: Call) -> list[Row]:
    """Active ones, unless ``filters[by_status]`` says otherwise; templates only where they are asked for."""
    status = call.query.get("filters[by_status]", "Active")
    template = call.query.get("filters[template]") == "true"
    rows = [row for row in _visible(call) if row["template"] is template]
    return [row for row in rows if status == "All" or row["active"] is (status == "Active")]


_ANYWAY = dict.fromkeys(("by_status", "template"), handled)
_V10 = Listing(
    filters(
        "id created_at updated_at origin_id",
        name=search("name"),
        from_project_template_id=among("project_template_id"),
        synced=present("origin_id"),
        **_ANYWAY,
    ),
    sorts=("name", "display_name"),
)
_V11 = Listing(
    filters(
        "id created_at updated_at origin_id project_number",
        name=search("name"),
        synced=present("origin_id"),
        by_program=among("program_id"),
        by_stage=among("project_stage_id"),
        by_type=among("project_type_id"),
        **_ANYWAY,
    ),
    views={"ids": "ids", "compact": "compact", "normal": "list", "extended": "list"},
    sorts=("name", "display_name"),
)
_PATH = "/rest/v1.0/projects"
ROUTES = (
    *mount_rows(PROJECT, _PATH, _by_status, "list", _V10),
    *mount_rows(PROJECT, "/rest/v1.1/projects", _by_status, "list", _V11),
    *mount_rows(PROJECT, _PATH, _visible, "show", views={"minimal": "minimal"}),
    *mount(PROJECT, _PATH, of_company, "create update"),
    *mount(PROJECT, _PATH, of_company, "sync", views={"": "sync"}),
    *mount_rows(
        PROJECT,
        "/rest/v1.0/companies/<int:company_id>/projects",
        _jobs,
        "list",
        Listing(view="thin", paged=False),
    ),
)
