"""Who sees what: the service account, administrators, and people with their projects."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.procore import COMPANY_ID, ProcoreSimulator, Settings
from tests.sandbox.procore.small import V1, V2, Api, small_company

COMPANY = {"company_id": COMPANY_ID}


def names(api: Api) -> set[str]:
    return {project["name"] for project in api.get(f"{V1}/projects", **COMPANY)}


def test_projects_by_caller(api: Api, person: Callable[[str], Api]) -> None:
    assert names(api) == names(person("ada")) == {"River School", "Hill Clinic"}
    assert names(person("pat")) == {"River School"}


@pytest.mark.parametrize(("key", "level"), [("ada", "Admin"), ("pat", "Read Only")])
def test_the_level_of_each_company_tool(person: Callable[[str], Api], key: str, level: str) -> None:
    tools = person(key).get(f"{V1}/settings/permissions", **COMPANY)["tools"]
    assert {tool["user_access_level"]["name"] for tool in tools} == {level}


@pytest.mark.parametrize("path", ["companies/5/me", "companies/5/users", "companies/5/users/inactive", "settings/permissions"])
def test_another_company_is_not_there(api: Api, path: str) -> None:
    assert api.call("GET", f"{V1}/{path}", {} if "5" in path else {"company_id": 5}).status_code == 404


def test_what_the_caller_may_not_see_is_not_there(person: Callable[[str], Api]) -> None:
    pat = person("pat")
    for path in (
        f"{V1}/projects/{pat.other_job}",
        f"{V1}/work_order_contracts",
        f"{V1}/projects/{pat.other_job}/budget",
        f"{V2}/projects/{pat.other_job}/commitment_contracts",
    ):
        query = {"project_id": pat.other_job, **COMPANY}
        assert pat.call("GET", path, query).status_code == 404, path


def test_a_person_sees_and_changes_commitments_of_his_project(person: Callable[[str], Api]) -> None:
    pat = person("pat")
    order = pat.id_of("purchase_order_contracts")
    body = {"project_id": pat.job, "purchase_order_contract": {"status": "Approved"}}
    assert pat.done("PATCH", f"{V1}/purchase_order_contracts/{order}", None, body)["status"] == "Approved"
    assert person("kim").call("GET", f"{V1}/purchase_order_contracts/{order}", {"project_id": pat.job}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/vendors", {"vendor": {"name": "N"}}),
        ("PATCH", "/vendors/sync", {"updates": []}),
        ("POST", "/line_item_types", {"line_item_type": {"name": "N"}}),
        ("POST", "/projects", {"project": {"name": "N"}}),
        ("GET", "/webhooks/hooks", None),
    ],
)
def test_the_company_s_records_are_written_by_administrators(
    person: Callable[[str], Api], method: str, path: str, body: dict[str, object] | None
) -> None:
    sent = None if body is None else {**COMPANY, **body}
    query = COMPANY if body is None else None
    assert person("pat").refused(403, method, V1 + path, query, sent)["reason"] == "Forbidden"
    assert person("ada").call(method, V1 + path, query, sent).status_code in (200, 201, 400)


def test_an_app_is_kept_to_its_permitted_projects(api: Api, settings: Settings, person: Callable[[str], Api]) -> None:
    settings.permitted_projects = {api.other_job}
    assert names(api) == {"Hill Clinic"}
    assert api.call("GET", f"{V1}/sub_jobs", {"project_id": api.job}).status_code == 404
    assert names(person("pat")) == {"River School"}


def test_me(api: Api, person: Callable[[str], Api]) -> None:
    pat = person("pat")
    assert set(pat.get(f"{V1}/me")) == {"id", "login"}
    assert pat.get(f"{V1}/me", **COMPANY) == {"id": api.id_of("users", key="pat"), "login": "pat@small.example", "name": "Pat Lind"}
    assert api.get(f"{V1}/me")["login"].startswith("service-sandbox@")
    mine = pat.get(f"{V1}/companies/{COMPANY_ID}/me")
    assert (mine["first_name"], mine["last_name"], mine["email_address"]) == ("Pat", "Lind", "pat@small.example")


def test_users_show_the_accounting_approver(api: Api) -> None:
    users = {user["name"]: user for user in api.get(f"{V1}/companies/{COMPANY_ID}/users")}
    assert [name for name, user in users.items() if user["erp_integrated_accountant"]] == ["Kim Roe"]
    assert users["Ada Cole"]["company_permission_template"]["name"] == "Company Admin"
    assert "Service Account" in users, "a service account stands in the directory"
    here = api.get(f"{V1}/projects/{api.job}/users")
    assert [user["name"] for user in here] == ["Pat Lind"]
    found = api.get(f"{V1}/companies/{COMPANY_ID}/users", **{"filters[search]": "ACCOUNTANT"})
    assert [user["name"] for user in found] == ["Kim Roe"]


def test_companies(api: Api) -> None:
    assert api.get(f"{V1}/companies")[0]["id"] == COMPANY_ID > 2**32


def test_ids_are_wide_and_the_same_every_time(simulator: ProcoreSimulator, settings: Settings) -> None:
    again = ProcoreSimulator(small_company(), simulator.world.clock, settings, simulator.faults)
    for table in ("projects", "vendors", "line_items", "work_order_contracts"):
        ids = sorted(row["id"] for row in simulator.store[table].rows())
        assert ids == sorted(row["id"] for row in again.store[table].rows())
        assert min(ids) > 2**32
