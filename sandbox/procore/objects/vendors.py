"""Companies in the directory: the company's vendors, and which of them a project has added."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import missing, not_found
from sandbox.procore.fields import FLAG, INTEGER, INTEGERS, OBJECT, TEXT, fields, group, stamp
from sandbox.procore.listing import Listing, filters, search
from sandbox.procore.objects import bases
from sandbox.procore.resource import Resource, View, view
from sandbox.procore.routes import Route, mount, mount_rows, of_company, shown_view
from sandbox.procore.store import Row
from sandbox.procore.world import World

_CONTACT = "address business_phone city country_code email_address fax_number mobile_phone state_code website zip"
_FLAGS = "authorized_bidder is_active non_union_prevailing_wage prequalified union_member"
_NAMES = "abbreviated_name labor_union license_number name notes trade_name"


def _register(_: World, row: Row) -> dict[str, Any] | None:
    given = row["business_register"]
    return given and {
        "id": row["id"],
        "type": given.get("type"),
        "identifier": given.get("identifier"),
        "verified_at": None,
        "verification_status": None,
    }


def _vendor_group(_: World, row: Row) -> dict[str, Any] | None:
    return None if row["vendor_group"] is None else {"id": row["vendor_group_id"], "name": row["vendor_group"]}


_NORMAL: View = view(
    f"id {_NAMES} {_CONTACT} {_FLAGS} created_at updated_at origin_code origin_data origin_id",
    company=bases.column("name"),
    company_vendor=bases.YES,
    business_register=_register,
    primary_contact=bases.no_value,
    synced_to_erp=lambda _, row: row["origin_id"] is not None,
    vendor_group=_vendor_group,
)
_EXTENDED = _NORMAL.plus(
    "parent_id",
    attachments=bases.attachments,
    business_id=bases.no_value,
    contact_count=bases.always(0),
    is_connected=bases.NO,
    logo=bases.no_value,
    standard_cost_codes=lambda _, row: [{"id": code_id} for code_id in row["standard_cost_code_ids"]],
    trades=lambda _, row: [{"id": trade_id} for trade_id in row["trade_ids"]],
)
_PROJECT_EXTENDED = _EXTENDED.without("parent_id standard_cost_codes trades")


VENDOR = Resource(
    "vendors",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        bases.ORIGIN_CODE,
        bases.ATTACHMENTS,
        group(TEXT, "name", required=True),
        group(TEXT, f"abbreviated_name labor_union license_number notes trade_name {_CONTACT}"),
        group(FLAG, "is_active", default=True),
        group(FLAG, "authorized_bidder non_union_prevailing_wage prequalified union_member", default=False),
        group(INTEGER, "vendor_group_id primary_contact_id"),
        group(INTEGER, "parent_id", refers_to="vendors"),
        group(INTEGERS, "trade_ids bidding_distribution_ids standard_cost_code_ids", default=()),
        group(OBJECT, "bidding origin_custom_fields business_register"),
        group(TEXT, "vendor_group", writable=False),
    ),
    {
        "list": _EXTENDED,
        "show": _EXTENDED,
        "normal": _NORMAL,
        "compact": view("id name", company=bases.column("name")),
        "erp": view(
            f"id name {_CONTACT} is_active origin_code origin_data origin_id parent_id",
            updated_at=lambda _, row: stamp(row["updated_at"]),
            synced_to_erp=lambda _, row: row["origin_id"] is not None,
        ),
        "project": _PROJECT_EXTENDED,
        "name": view("id name"),
    },
    envelope="vendor",
    webhook="Company Vendors",
    renamed={"business_register_attributes": "business_register"},
    custom_fields=True,
)
PROJECT_VENDOR = Resource("project_vendors", {}, {}, key="vendor_id", webhook="Project Vendors")

_COMPANY_VIEWS = {
    "compact": "compact",
    "normal": "normal",
    "erp": "erp",
    "extended": "list",
    "directory": "normal",
    "summary": "compact",
}
_FILTERS = filters(
    "id origin_id created_at updated_at parent_id trade_id standard_cost_code_id abbreviated_name",
    search=search("name", "trade_name", "origin_code", "abbreviated_name"),
)
_COMPANY = Listing(_FILTERS, views=_COMPANY_VIEWS, sorts=("name", "main_office_name", "project_and_bid_counts"))
_PROJECT_VIEWS = {"normal": "normal", "extended": "project"}
_PROJECT = Listing(_FILTERS, view="normal", views=_PROJECT_VIEWS, sorts=_COMPANY.sorts)


def in_directory(world: World, project_id: int, vendor_id: int) -> bool:
    return world.store["project_vendors"].find(project_id=project_id, vendor_id=vendor_id) is not None


def _company_vendors(call: Call) -> list[Row]:
    of_company(call)
    return [row for row in call.world.store["vendors"].live() if row["is_active"]]


def _company_inactive(call: Call) -> list[Row]:
    of_company(call)
    return [row for row in call.world.store["vendors"].live() if not row["is_active"]]


def _project_vendors(call: Call, *, active: bool = True) -> list[Row]:
    project_id = call.project()["id"]
    return [
        row for row in call.world.store["vendors"].live() if row["is_active"] is active and in_directory(call.world, project_id, row["id"])
    ]


def _project_inactive(call: Call) -> list[Row]:
    return _project_vendors(call, active=False)


def _reactivate(call: Call) -> Answer:
    if "company_id" in call.path:
        of_company(call)
    else:
        call.project()
    row = _vendor(call)
    writes.update(call.world, call.caller, VENDOR, row, {"is_active": True})
    return call.answer(VENDOR.render(call.world, row, "project"))


def _vendor(call: Call) -> Row:
    row = call.world.row("vendors", call.integer("id"))
    if row is None:
        raise not_found()
    return row


def _add(call: Call) -> Answer:
    """Put a vendor of the company into the project's directory; once is enough."""
    project_id, row = call.project()["id"], _vendor(call)
    _join(call, project_id, row["id"])
    shown = shown_view(call, {"": "normal", "name": "name", **_PROJECT_VIEWS})
    return call.answer(VENDOR.render(call.world, row, shown), HTTPStatus.CREATED)


def _join(call: Call, project_id: int, vendor_id: int) -> None:
    if not in_directory(call.world, project_id, vendor_id):
        columns = {"project_id": project_id, "vendor_id": vendor_id}
        writes.create(call.world, call.caller, PROJECT_VENDOR, columns, {})


def _remove(call: Call) -> Answer:
    place = {"project_id": call.project()["id"], "vendor_id": _vendor(call)["id"]}
    row = call.world.store["project_vendors"].find(**place)
    if row is None:
        raise not_found()
    writes.delete(call.world, call.caller, PROJECT_VENDOR, row)
    return Answer(None, HTTPStatus.NO_CONTENT)


def _create_in_project(call: Call) -> Answer:
    """A new company of the directory, in the project at once."""
    project_id = call.project()["id"]
    row = writes.create(call.world, call.caller, VENDOR, {}, call.attributes("vendor"))
    _join(call, project_id, row["id"])
    shown = shown_view(call, {"": "normal", **_PROJECT_VIEWS})
    return call.answer(VENDOR.render(call.world, row, shown), HTTPStatus.CREATED)


def _update_in_project(call: Call) -> Answer:
    project_id, row = call.project()["id"], _vendor(call)
    if not in_directory(call.world, project_id, row["id"]):
        raise not_found()
    writes.update(call.world, call.caller, VENDOR, row, call.attributes("vendor"))
    return call.answer(VENDOR.render(call.world, row, shown_view(call, {"": "normal", **_PROJECT_VIEWS})))


def _write_register(call: Call) -> Answer:
    of_company(call)
    row, given = _vendor(call), call.attributes("business_register")
    if not given.get("identifier") or given.get("type") not in ("abn", "ein"):
        raise missing("business_register")
    writes.update(call.world, call.caller, VENDOR, row, {"business_register_attributes": given})
    status = HTTPStatus.CREATED if call.method == "POST" else HTTPStatus.OK
    return call.answer(_register(call.world, row), status)


_V = "/rest/v1.0/vendors"
_C = "/rest/v1.0/companies/<int:company_id>/vendors"
ROUTES = (
    *mount_rows(VENDOR, _V, _company_vendors, "list", _COMPANY),
    *mount(VENDOR, _V, of_company, "create show update", views=_COMPANY_VIEWS),
    *mount(VENDOR, _V, of_company, "sync"),
    Route("POST", f"{_V}/<int:id>/business_register", _write_register),
    Route("PATCH", f"{_V}/<int:id>/business_register", _write_register),
    *mount_rows(VENDOR, f"{_C}/inactive", _company_inactive, "list", _COMPANY),
    Route("PATCH", f"{_C}/inactive/<int:id>", _reactivate),
    *(
        route
        for version in ("v1.0", "v1.1")
        for path in (f"/rest/{version}/projects/<int:project_id>/vendors",)
        for route in (
            *mount_rows(VENDOR, path, _project_vendors, "list show", _PROJECT, views={"": "normal", **_PROJECT_VIEWS}),
            Route("POST", path, _create_in_project),
            Route("PATCH", f"{path}/<int:id>", _update_in_project),
            Route("POST", f"{path}/<int:id>/actions/add", _add),
            Route("DELETE", f"{path}/<int:id>/actions/remove", _remove),
        )
    ),
    *mount_rows(VENDOR, "/rest/v1.0/projects/<int:project_id>/vendors/inactive", _project_inactive, "list", _PROJECT),
    Route("PATCH", "/rest/v1.0/projects/<int:project_id>/vendors/inactive/<int:id>", _reactivate),
)
