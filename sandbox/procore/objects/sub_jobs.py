"""Sub jobs of a project, where it has them switched on."""

from __future__ import annotations

from sandbox.procore.fields import INTEGER, TEXT, fields, group
from sandbox.procore.objects import bases
from sandbox.procore.resource import Change, Resource, view
from sandbox.procore.routes import mount, of_project


def _switched_on(change: Change) -> None:
    project = change.world.row("projects", change.get("project_id"))
    if change.creating and project is not None and not project["sub_jobs_enabled"]:
        change.refuse("base", "Sub jobs are not enabled for this project")


def _once_in_project(change: Change) -> None:
    if "code" in change.values:
        twin = change.world.store["sub_jobs"].find(project_id=change.get("project_id"), code=change.get("code"))
        if twin is not None and twin is not change.row:
            change.refuse("code", "has already been taken")


def _without_codes(change: Change) -> None:
    if change.row is not None and change.get("deleted_at"):
        codes = change.world.store["cost_codes"].live(sub_job_id=change.row["id"])
        if codes:
            change.refuse("base", "cannot be deleted while it has cost codes")


SUB_JOB = Resource(
    "sub_jobs",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        group(TEXT, "code name", required=True),
        group(TEXT, "status", default="active", writable=False),
        group(INTEGER, "project_id", writable=False),
    ),
    dict.fromkeys(("list", "show"), view("id name code origin_id origin_data created_at updated_at")),
    envelope="sub_job",
    webhook="Sub Jobs",
    rules=(_switched_on, _once_in_project, _without_codes),
)
ROUTES = mount(SUB_JOB, "/rest/v1.0/sub_jobs", of_project, "list create show update delete sync")
