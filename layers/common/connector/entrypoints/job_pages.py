"""*Jobs*: where each stands in both systems, and one of them by code. The pages show the last whole reading; they ask neither system."""

from __future__ import annotations

from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import ACCOUNTING
from connector.engine import reconcile_runs
from connector.entrypoints.calls import Download
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import job_list, job_page
from connector.presentation.job_sheet import MEDIA_TYPE, file_name, sheet


def show_all(visit: Visit) -> Page:
    found = reconcile_runs.jobs(visit.world, visit.person)
    lines = [
        job_list.Line(project_id=job.pair.procore_id, job=job.pair.intacct_id, name=job.name, standing=job.standing, reading=job.going)
        for job in found
    ]
    return Page(html=job_list.page(visit.frame("jobs"), visit.formats, lines, now=visit.world.clock.now()))


def show(visit: Visit) -> Page:
    job, reading = reconcile_runs.job_of(visit.world, visit.person, visit.id)
    start = visit.query.get("from", "")
    wanted = job_page.Wanted(
        only=visit.query.get("only") == "differences",
        cost_type=visit.query.get("type", ""),
        first=int(start) if start.isascii() and start.isdigit() else 0,
    )
    shown = job_page.Shown(
        project_id=visit.id,
        job=job.pair.intacct_id,
        name=job.name,
        reading=reading,
        run=job.run if job.going else None,
        broken=_broken(visit, job),
        now=visit.world.clock.now(),
    )
    return Page(html=job_page.page(visit.frame("jobs"), visit.formats, shown, wanted))


def _broken(visit: Visit, job: reconcile_runs.JobStanding) -> str:
    """Why the last reading that was asked for did not come to its end, for those who can do something about it."""
    if job.run is None or job.going:
        return ""
    told = visit.roles & ACCOUNTING and job.run.problems
    return " ".join(job.run.problems) if told else "Accounting sees why."


def download(visit: Visit) -> Page:
    _, reading = reconcile_runs.job_of(visit.world, visit.person, visit.id)
    if reading is None:
        raise ConnectorError(Code.NOT_FOUND, "This job was not read in both systems yet.")
    file = Download(text=sheet(reading), media_type=MEDIA_TYPE, name=file_name(reading))
    return Page(html=file.text, headers={"Content-Type": file.media_type, **file.headers})


def read_again(visit: Visit) -> Page:
    reconcile_runs.request(visit.world, visit.person, visit.id)
    return Page.to(visit.address("jobs", visit.id))


ROUTES: Final = (
    Route("GET", "/app/jobs", show_all),
    Route("GET", "/app/jobs/{id}", show),
    Route("GET", "/app/jobs/{id}/figures.csv", download),
    Route("POST", "/app/jobs/{id}/readings", read_again),
)
