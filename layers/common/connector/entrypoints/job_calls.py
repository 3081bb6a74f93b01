"""How jobs stand in both systems: the last reading of each, as JSON or for a spreadsheet, and asking for another one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import ACCOUNTING
from connector.engine import reconcile_runs
from connector.entrypoints.calls import Call, Download, Reply, Route
from connector.entrypoints.job_views import JobAnswer, JobsAnswer, JobView
from connector.entrypoints.run_views import RunAnswer, RunView
from connector.presentation.job_sheet import MEDIA_TYPE, file_name, sheet


def list_jobs(call: Call[None]) -> Reply:
    return Reply(JobsAnswer(jobs=tuple(map(JobView.of, reconcile_runs.jobs(call.world, call.person)))))


def show_job(call: Call[None]) -> Reply:
    return Reply(JobAnswer.of(*reconcile_runs.job_of(call.world, call.person, call.id)))


def job_sheet(call: Call[None]) -> Reply:
    _, reading = reconcile_runs.job_of(call.world, call.person, call.id)
    if reading is None:
        raise ConnectorError(Code.NOT_FOUND, "This job was not read in both systems yet.")
    return Reply(Download(text=sheet(reading), media_type=MEDIA_TYPE, name=file_name(reading)))


def read_job(call: Call[None]) -> Reply:
    run = reconcile_runs.request(call.world, call.person, call.id)
    roles = call.world.config().roles(call.person)
    return Reply(RunAnswer(run=RunView.of(run, with_problems=bool(roles & ACCOUNTING))), HTTPStatus.ACCEPTED)


_TAKEN: Final = (HTTPStatus.ACCEPTED,)
ROUTES: Final = (
    Route("GET", "/jobs", "listJobs", "Jobs, and whether both systems agree on each", list_jobs, JobsAnswer),
    Route("GET", "/jobs/{id}", "getJob", "A project's job by code as both systems hold it, with causes", show_job, JobAnswer),
    Route("GET", "/jobs/{id}/figures.csv", "getJobSheet", "The same for a spreadsheet", job_sheet, Download),
    Route("POST", "/jobs/{id}/readings", "readJob", "Read the job in both systems now", read_job, RunAnswer, None, _TAKEN),
)
