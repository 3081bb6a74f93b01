"""Projects: projects of Procore and jobs of Intacct, both ways, one to one.

Import: an active PROJECT without a parent waits for a person: accepted (with a Procore project template or none), linked to the Procore
project it is, or archived; one of the same number or name is suggested. Export: a Procore project becomes a PROJECT, its address a
CONTACT made in the same transaction. The approver may set the Job ID, the category and the location; the Job ID may differ from
Procore's number, later records use the one in Intacct.
Procore: ``PATCH /rest/v1.0/projects/sync``, ``GET /rest/v1.0/projects/{id}``. Intacct: PROJECT, CONTACT.
Refused: an inactive project, no Job ID, a Job ID or contact name that is taken, a location that Intacct does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final

from connector.core.codecs import ID, ISO_DATE, JSON_BOOLEAN, US_DATE
from connector.core.errors import Code, Violation
from connector.core.exchange import Tree, Where
from connector.core.jobs import id_free, location_known
from connector.core.places import COUNTRY_CODE, COUNTRY_NAME, STATE, STATE_CODE
from connector.core.record import Choice, Record, intacct, limit, needed, procore, rule, setting
from connector.core.spec import (
    Export,
    Facts,
    IntacctHeld,
    IntacctWrite,
    Leg,
    OptionList,
    ProcoreKind,
    ProcoreTarget,
    Reading,
    Summary,
    SyncObject,
    Twins,
    there_is,
)


# fmt: off
class Project(Record):
    job_id: Annotated[str | None, "Job ID", procore("project_number"), intacct("PROJECTID"), needed(), limit(20), Choice("Job ID")] = None
    name: Annotated[str, "Name", procore("name"), intacct("NAME"), needed(), limit(100)]
    category: Annotated[str | None, "Category", intacct("PROJECTCATEGORY"), setting("project category"), Choice("Category")] = None
    status: Annotated[str | None, "Status", intacct("STATUS"), rule("active")] = None
    location: Annotated[str | None, "Location", intacct("LOCATIONID"), setting("location of the project"), Choice("Location")] = None
    start: Annotated[date | None, "Start", procore("start_date", ISO_DATE), intacct("BEGINDATE", US_DATE)] = None
    completion: Annotated[date | None, "Completion", procore("completion_date", ISO_DATE), intacct("ENDDATE", US_DATE)] = None
    contact_name: Annotated[str | None, "Contact name", intacct("CONTACTINFO.CONTACTNAME"), rule("the name and Procore's id, where there is an address")] = None
    address: Annotated[str | None, "Address", procore("address"), intacct(None, read="CONTACTINFO.MAILADDRESS.ADDRESS1"), limit(80)] = None
    city: Annotated[str | None, "City", procore("city"), intacct(None, read="CONTACTINFO.MAILADDRESS.CITY"), limit(80)] = None
    state: Annotated[str | None, "State", procore("state_code", STATE_CODE), intacct(None, STATE, read="CONTACTINFO.MAILADDRESS.STATE"), limit(40)] = None
    zip: Annotated[str | None, "Zip", procore("zip"), intacct(None, read="CONTACTINFO.MAILADDRESS.ZIP"), limit(30)] = None
    country: Annotated[str | None, "Country", procore("country_code", COUNTRY_CODE), intacct(None, COUNTRY_NAME, read="CONTACTINFO.MAILADDRESS.COUNTRY")] = None
    procore_id: Annotated[str | None, "Procore id", procore("id", ID, write=None)] = None
    active: Annotated[bool | None, "Active in Procore", procore("active", JSON_BOOLEAN, write=None)] = None
    origin: Annotated[str | None, "Origin id", procore("origin_id", write=None)] = None
# fmt: on


def active_project(project: Project, _facts: Facts) -> Iterator[Violation]:
    if project.active is False:
        yield Violation(code=Code.INACTIVE_IN_PROCORE, field="active", message=f"{project.name} is inactive in Procore.")


def contact_free(project: Project, facts: Facts) -> Iterator[Violation]:
    if project.contact_name in facts.known["contacts"]:
        said = f"Intacct already has a contact {project.contact_name!r}; jobs, vendors and customers share one list of contacts."
        yield Violation(code=Code.DUPLICATE_NAME, field="contact_name", message=said)


def complete(project: Project, facts: Facts) -> Project:
    filled = {
        "category": project.category or facts.config.project_category,
        "status": "active",
        "location": project.location or facts.config.location_of(facts.project_id) or None,
        "contact_name": f"{project.name} (PC-{project.procore_id})" if any(_mail_address(project).values()) else None,
    }
    return project.model_copy(update=filled)


def contact_first(project: Project) -> list[tuple[str, Tree]]:
    """A job takes its address from a contact, which must be there before it."""
    if project.contact_name is None:
        return []
    address = [(tag, value) for tag, value in _mail_address(project).items() if value]
    contact: Tree = [("CONTACTNAME", project.contact_name), ("PRINTAS", project.name), ("MAILADDRESS", address)]
    return [("create", [("CONTACT", contact)])]


def _mail_address(project: Project) -> dict[str, str | None]:
    return {
        "ADDRESS1": project.address,
        "CITY": project.city,
        "STATE": project.state,
        "ZIP": project.zip,
        "COUNTRY": COUNTRY_NAME.write(project.country) if project.country else None,
    }


def _marks(number: str, name: str) -> tuple[str, ...]:
    return (*((f"number:{number.casefold()}",) if number else ()), f"name:{name.casefold()}")


def _theirs(row: Mapping[str, Any], _facts: Facts) -> tuple[str, ...]:
    return _marks(str(row.get("project_number") or "").strip(), str(row.get("name") or "").strip())


_COMPANY: Final = {"company_id": "{company}"}

SYNC: Final = SyncObject(
    name="projects",
    title="Project",
    record=Project,
    summary="Intacct's jobs and Procore's projects are linked one to one; what is missing on one side is added from the other.",
    export=Export(
        kinds=(
            ProcoreKind(
                name="Project",
                show="/rest/v1.0/projects/{id}",
                params=_COMPANY,
                body="project",
                list="/rest/v1.0/projects",
                list_params=_COMPANY,
            ),
        ),
        write=IntacctWrite(function="create", object="PROJECT", first=contact_first),
        held=IntacctHeld(
            object="PROJECT",
            id_field="PROJECTID",
            by_key="RECORDNO",
            find=lambda project, _facts: (Where("PROJECTID", "equalto", (project.job_id or "",)),),
        ),
        summary=lambda project: Summary(number=project.job_id or "", title=project.name),
        asks=(
            there_is("ids", "PROJECT", "PROJECTID", lambda project: project.job_id),
            there_is("contacts", "CONTACT", "CONTACTNAME", lambda project: project.contact_name),
            there_is("locations", "LOCATION", "LOCATIONID", lambda project: project.location),
        ),
        ready=(active_project,),
        rules=(active_project, id_free, contact_free, location_known),
        complete=complete,
    ),
    imports=(
        Leg(
            name="company",
            record=Project,
            reads=Reading(object="PROJECT", where=(Where("PARENTID", "isnull"),)),
            key="{RECORDNO}",
            natural_id="PROJECTID",
            label="NAME",
            staged=True,
            wanted=lambda project, _facts: project.status == "active",
            active=lambda project: project.status == "active",
            twins=Twins[Project](ours=lambda project, _facts: _marks(project.job_id or "", project.name), theirs=_theirs),
            target=ProcoreTarget(
                sync="/rest/v1.0/projects/sync",
                envelope=_COMPANY,
                existing="/rest/v1.0/projects",
                existing_params=_COMPANY,
                show="/rest/v1.0/projects/{id}",
                show_params=_COMPANY,
                options={"template": "project_template_id"},
                options_from={"template": OptionList("/rest/v1.0/projects", _COMPANY | {"filters[template]": "true"})},
            ),
        ),
    ),
    sources=("Sage Intacct: projects, contacts", "Procore: projects"),
)
