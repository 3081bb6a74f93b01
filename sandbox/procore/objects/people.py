"""The company, its people, and who the caller is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import not_found
from sandbox.procore.fields import FLAG, INTEGER, TEXT, fields, group
from sandbox.procore.listing import Listing, filters
from sandbox.procore.listing import search as searching
from sandbox.procore.objects import bases
from sandbox.procore.resource import Resource, View, view
from sandbox.procore.routes import Route, listed, of_company
from sandbox.procore.store import Row
from sandbox.procore.world import World

_COMPANY_TEMPLATES = {True: "Company Admin", False: "Company Read Only"}
_ADDRESS = "address business_phone city country_code fax_number mobile_phone notes state_code zip"
_PERSON = f"""
    id {_ADDRESS} avatar business_id business_phone_extension created_at email_address email_signature employee_id
    first_name initials is_active is_employee job_title last_login_at last_name name origin_id origin_data updated_at
    work_classification_id
"""


def _template(_: World, row: Row) -> dict[str, Any]:
    name = _COMPANY_TEMPLATES[row["company_admin"]]
    return {"id": 1 + row["company_admin"], "name": name, "project_specific": False, "type": "company_tools"}


def _template_id(_: World, row: Row) -> int:
    return 1 + int(row["company_admin"])


_OWN = view(
    f"{_PERSON} add_to_new_projects is_insurance_manager",
    vendor=bases.no_value,
    default_permission_template_id=bases.no_value,
    company_permission_template_id=_template_id,
)
_LISTED: View = view(
    f"{_PERSON} contact_id last_activated_at welcome_email_sent_at",
    erp_integrated_accountant=bases.column("accounting_approver"),
    vendor=bases.no_value,
    permission_template=bases.no_value,
    company_permission_template=_template,
)
USER = Resource(
    "users",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        group(TEXT, f"{_ADDRESS} avatar business_id email_address email_signature employee_id first_name initials"),
        group(TEXT, "job_title last_name name last_login_at last_activated_at welcome_email_sent_at locale"),
        group(INTEGER, "business_phone_extension work_classification_id contact_id"),
        group(FLAG, "is_active", default=True),
        group(FLAG, "is_employee is_insurance_manager add_to_new_projects", default=False),
    ),
    {
        "list": _LISTED,
        "own": _OWN,
        "show": _OWN.without("add_to_new_projects").plus("locale"),
        "newer": _LISTED.without(
            "company_permission_template contact_id erp_integrated_accountant last_activated_at permission_template welcome_email_sent_at"
        ).plus(
            "is_insurance_manager locale",
            company_permission_template_id=_template_id,
            default_permission_template_id=bases.no_value,
        ),
        "compact": view("id name", login=bases.column("login")),
        "ids_only": view("id"),
    },
)
_FILTERS = filters(
    "id created_at updated_at vendor_id origin_id trade_id employee permission_template",
    search=searching("name", "email_address", "job_title"),
)
_SORTS = ("name", "vendor_name", "permission_template", "full_name", "projects", "email", "job_title")
_COMPANY_USERS = Listing(_FILTERS, sorts=_SORTS)
_NAMED_COMPANY_USERS = Listing(_FILTERS, views={"extended": "list", "normal": "list", "ids_only": "ids_only"}, sorts=_SORTS)
_PROJECT_USERS = Listing(_FILTERS, view="list", views={"compact": "compact", "normal": "list"}, sorts=_SORTS[:3])


def _me(call: Call) -> Answer:
    user = call.caller.user
    answer = {"id": user["id"], "login": user["login"]}
    if call.optional_integer("company_id") or call.optional_integer("project_id"):
        answer["name"] = user["name"]
    return call.answer(answer)


def _companies(call: Call) -> Answer:
    company = call.world.company
    answer = {"id": company["id"], "name": company["name"], "is_active": True, "logo_url": None}
    return call.answer([{**answer, "pcn_business_experience": False, "my_company": True}])


def _own(call: Call) -> Answer:
    of_company(call)
    return call.answer(USER.render(call.world, call.caller.user, "own"))


_LEVELS = {"None": 1, "Read Only": 2, "Standard": 3, "Admin": 4}
_COMPANY_TOOLS = ("directory", "documents", "erp_integrations", "portfolio", "reports")


def _permissions(call: Call) -> Answer:
    """The company's permission manifest of the caller; an application's own account is an administrator here as it is in every other
    call. In procore-sdk (``CorePermissionsPermissions``) [S], not in the extract [X];
    the names of the tools are a guess [?]."""
    of_company(call)
    level = "Admin" if call.caller.admin else "Read Only"
    access = {"id": _LEVELS[level], "name": level}
    tools = [
        {"id": number, "name": name, "title": name.replace("_", " ").title(), "user_access_level": access}
        for number, name in enumerate(_COMPANY_TOOLS, 1)
    ]
    return call.answer({"tools": tools})


def _active(rows: list[Row], *, active: bool = True) -> list[Row]:
    return [row for row in rows if row["is_active"] is active]


def _company_users(call: Call) -> Answer:
    of_company(call)
    listing = _NAMED_COMPANY_USERS if call.address.startswith("/rest/v1.3/companies") else _COMPANY_USERS
    return listed(call, USER, listing, _active(call.world.store["users"].live()))


def _newer_users(call: Call) -> Answer:
    """``/rest/v1.1/users`` and later show other attributes than their elder, the accounting approver not among them."""
    of_company(call)
    return listed(call, USER, replace(_COMPANY_USERS, view="newer"), _active(call.world.store["users"].live()))


def _inactive_users(call: Call) -> Answer:
    of_company(call)
    return listed(call, USER, _COMPANY_USERS, _active(call.world.store["users"].live(), active=False))


def _company_user(call: Call) -> Answer:
    of_company(call)
    user = call.world.row("users", call.integer("id"))
    if user is None:
        raise not_found()
    return call.answer(USER.render(call.world, user, "show"))


def _project_users(call: Call) -> Answer:
    project_id = call.project()["id"]
    rows = [row for row in call.world.store["users"].live() if project_id in row["project_ids"]]
    return listed(call, USER, _PROJECT_USERS, _active(rows))


ROUTES = (
    Route("GET", "/rest/v1.0/me", _me, header_exempt=True),
    Route("GET", "/rest/v1.0/companies", _companies, header_exempt=True),
    Route("GET", "/rest/v1.0/settings/permissions", _permissions),
    *(
        route
        for version in ("v1.0", "v1.1", "v1.2", "v1.3")
        for route in (
            Route("GET", f"/rest/{version}/companies/<int:company_id>/me", _own),
            Route("GET", f"/rest/{version}/companies/<int:company_id>/users", _company_users),
            Route("GET", f"/rest/{version}/companies/<int:company_id>/users/<int:id>", _company_user),
            Route("GET", f"/rest/{version}/users", _company_users if version == "v1.0" else _newer_users),
        )
    ),
    Route("GET", "/rest/v1.0/companies/<int:company_id>/users/inactive", _inactive_users),
    Route("GET", "/rest/v1.0/projects/<int:project_id>/users", _project_users),
)
