"""Sub jobs: sub jobs of Procore projects and jobs below a job in Intacct, both ways, one to one.

Import: an active PROJECT whose parent is a linked job waits for a person: accepted, linked to the sub job it is, or archived; one of the
same code or name is suggested. Export: a Procore sub job becomes a PROJECT below the job of its project, with that job's customer,
dates and address: change requests may only name a sub job of the same customer and location [D]. The approver may set the Job ID, the
category and the location.
Procore: ``PATCH /rest/v1.0/sub_jobs/sync``, ``GET /rest/v1.0/sub_jobs/{id}``; a sub job has a code and a name, nothing else, and none
below it. Intacct: PROJECT with PARENTID.
Refused: a parent that is not linked (the sub job then waits for it), a Job ID that is taken or missing, a location that Intacct does not
have.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from connector.core.codecs import ID, US_DATE
from connector.core.errors import Code
from connector.core.exchange import Query, Where
from connector.core.jobs import id_free, location_known
from connector.core.record import Choice, Record, Ref, following, intacct, limit, needed, procore, ref, rule, setting
from connector.core.spec import (
    Ask,
    Export,
    Facts,
    IntacctHeld,
    IntacctWrite,
    Leg,
    PerJob,
    ProcoreKind,
    ProcoreTarget,
    Reading,
    Summary,
    SyncObject,
    Twins,
    there_is,
)


# fmt: off
class SubJob(Record):
    job_id: Annotated[str | None, "Job ID", procore("code"), intacct("PROJECTID"), needed(), limit(20), Choice("Job ID")] = None
    name: Annotated[str, "Name", procore("name"), intacct("NAME"), needed(), limit(100)]
    category: Annotated[str | None, "Category", intacct("PROJECTCATEGORY"), setting("project category"), Choice("Category")] = None
    parent: Annotated[Ref | None, "Parent job", procore("project_id", ID, write=None), intacct("PARENTID"), ref("projects", missing=Code.PARENT_NOT_SYNCED), needed(Code.PARENT_NOT_SYNCED)] = None
    status: Annotated[str | None, "Status", intacct("STATUS"), rule("active")] = None
    location: Annotated[str | None, "Location", intacct("LOCATIONID"), setting("location of the project, else the parent job's"), Choice("Location")] = None
    customer: Annotated[str | None, "Customer", intacct("CUSTOMERID"), following("projects", words="the parent job's")] = None
    start: Annotated[date | None, "Start", intacct("BEGINDATE", US_DATE), following("projects", words="the parent job's")] = None
    completion: Annotated[date | None, "Completion", intacct("ENDDATE", US_DATE), following("projects", words="the parent job's")] = None
    contact_name: Annotated[str | None, "Contact name", intacct("CONTACTINFO.CONTACTNAME"), following("projects", words="the parent job's, with its address")] = None
    procore_id: Annotated[str | None, "Procore id", procore("id", ID, write=None)] = None
    origin: Annotated[str | None, "Origin id", procore("origin_id", write=None)] = None
# fmt: on


def complete(sub_job: SubJob, facts: Facts) -> SubJob:
    parent = next(iter(facts.rows.get("parent", ())), {})
    filled = {
        "category": sub_job.category or facts.config.project_category,
        "status": "active",
        "location": sub_job.location or facts.config.location_of(facts.project_id) or parent.get("LOCATIONID") or None,
        "customer": parent.get("CUSTOMERID") or None,
        "start": US_DATE.read(parent["BEGINDATE"]) if parent.get("BEGINDATE") else None,
        "completion": US_DATE.read(parent["ENDDATE"]) if parent.get("ENDDATE") else None,
        "contact_name": parent.get("CONTACTINFO.CONTACTNAME") or None,
    }
    return sub_job.model_copy(update=filled)


def _parent(sub_job: SubJob, _facts: Facts) -> Query | None:
    if not (sub_job.parent and sub_job.parent.intacct):
        return None
    fields = ("CUSTOMERID", "LOCATIONID", "BEGINDATE", "ENDDATE", "CONTACTINFO.CONTACTNAME")
    return Query(object="PROJECT", fields=fields, where=(Where("PROJECTID", "equalto", (sub_job.parent.intacct,)),))


def _marks(code: str, name: str) -> tuple[str, ...]:
    return f"code:{code.casefold()}", f"name:{name.casefold()}"


def _theirs(row: Mapping[str, Any], _facts: Facts) -> tuple[str, ...]:
    return _marks(str(row.get("code") or "").strip(), str(row.get("name") or "").strip())


def _remembered(_sub_job: SubJob, answer: Mapping[str, Any]) -> dict[str, str]:
    """Procore's budget codes know the sub job by Procore's code, which may differ from the Job ID."""
    return {"procore_code": str(answer["code"])} if answer.get("code") else {}


_PROJECT: Final = {"project_id": "{project}"}

SYNC: Final = SyncObject(
    name="sub_jobs",
    title="Sub job",
    record=SubJob,
    summary="Jobs below Intacct's jobs and sub jobs of Procore's projects are linked one to one; what is missing on one side is added.",
    needs=("projects",),
    export=Export(
        kinds=(
            ProcoreKind(
                name="SubJob",
                show="/rest/v1.0/sub_jobs/{id}",
                params=_PROJECT,
                body="sub_job",
                code="",
                given=_PROJECT,
                list="/rest/v1.0/sub_jobs",
                list_params=_PROJECT,
            ),
        ),
        write=IntacctWrite(function="create", object="PROJECT"),
        held=IntacctHeld(
            object="PROJECT",
            id_field="PROJECTID",
            by_key="RECORDNO",
            find=lambda sub_job, _facts: (Where("PROJECTID", "equalto", (sub_job.job_id or "",)),),
        ),
        summary=lambda sub_job: Summary(number=sub_job.job_id or "", title=sub_job.name),
        givens=(Ask(name="parent", field="CUSTOMERID", query=_parent),),
        asks=(
            there_is("ids", "PROJECT", "PROJECTID", lambda sub_job: sub_job.job_id),
            there_is("locations", "LOCATION", "LOCATIONID", lambda sub_job: sub_job.location),
        ),
        rules=(id_free, location_known),
        complete=complete,
    ),
    imports=(
        Leg(
            name="jobs",
            record=SubJob,
            reads=Reading(
                object="PROJECT",
                where=(Where("PARENTID", "isnotnull"),),
                per_job=PerJob(object="projects", field="PARENTID", missing=Code.PARENT_NOT_SYNCED),
            ),
            key="{RECORDNO}",
            natural_id="PROJECTID",
            label="NAME",
            staged=True,
            wanted=lambda sub_job, _facts: sub_job.status == "active",
            active=lambda sub_job: sub_job.status == "active",
            twins=Twins[SubJob](ours=lambda sub_job, _facts: _marks(sub_job.job_id or "", sub_job.name), theirs=_theirs),
            detail=_remembered,
            target=ProcoreTarget(
                sync="/rest/v1.0/sub_jobs/sync",
                envelope=_PROJECT,
                params=_PROJECT,
                existing="/rest/v1.0/sub_jobs",
                existing_params=_PROJECT,
                show="/rest/v1.0/sub_jobs/{id}",
                show_params=_PROJECT,
            ),
        ),
    ),
    sources=("Sage Intacct: projects", "Procore: sub jobs"),
)
