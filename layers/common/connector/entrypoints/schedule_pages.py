"""When objects are imported by the clock: shown to accounting, changed by administrators."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final, get_args

from connector.core.configuration import Configuration, Schedule
from connector.core.errors import Code, ConnectorError
from connector.core.people import Role
from connector.engine.import_ import seen
from connector.engine.schedule import Often, clockwork
from connector.entrypoints.admin_calls import show_settings, write_settings
from connector.entrypoints.bodies import SettingsBody
from connector.entrypoints.calls import Call
from connector.entrypoints.import_pages import counts
from connector.entrypoints.pair_pages import accounting_only
from connector.entrypoints.views import SettingsAnswer, ViolationsAnswer
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import import_runs, schedules
from connector.presentation.schedules import Said, Times

LATEST: Final = 10
FIELD: Final = "every."
"""Begins the name of a form's field that says how often an object is imported."""


def show(visit: Visit) -> Page:
    return _page(visit)


def _page(visit: Visit, said: tuple[str, ...] = (), status: HTTPStatus = HTTPStatus.OK) -> Page:
    accounting_only(visit)
    html = schedules.page(
        visit.frame("imports"),
        visit.formats,
        [
            Times(object=each.object, often=each.every, set=each.set, heard=each.heard, next=each.next)
            for each in sorted(clockwork(visit.world), key=lambda each: each.object)
        ],
        runs=[import_runs.line(visit.frame(), visit.formats, run) for run in seen(visit.world, visit.person)[:LATEST]],
        version=_settings(visit).version if Role.ADMIN in visit.roles else "",
        counts=counts(visit),
        said=Said(wrong=said, saved="saved" in visit.query),
    )
    return Page(html=html, status=status)


def _settings(visit: Visit) -> SettingsAnswer:
    answer = show_settings(Call(world=visit.world, person=visit.person, id="", given=None)).body
    assert isinstance(answer, SettingsAnswer)  # noqa: S101 -- the route's own model
    return answer


def save(visit: Visit) -> Page:
    """Only what differs from how it is becomes a setting; all other settings stay."""
    before, settings = {each.object: each.every for each in clockwork(visit.world)}, _settings(visit).settings
    asked = {name.removeprefix(FIELD): visit.one(name) for name in visit.given if name.startswith(FIELD)}
    if not asked or asked.keys() - before.keys() or set(asked.values()) - set(get_args(Often.__value__)):
        raise ConnectorError(Code.MALFORMED, "The form did not arrive whole.")
    changed = {name: Schedule.model_validate({"every": every}) for name, every in asked.items() if every != before[name]}
    after = settings.model_copy(update={"schedules": {**settings.schedules, **changed}})
    body = SettingsBody(version=visit.one("version")[:64], settings=Configuration.model_validate(after.model_dump()))
    reply = write_settings(Call(world=visit.world, person=visit.person, id="", given=body))
    if isinstance(reply.body, ViolationsAnswer):
        return _page(visit, tuple(f"{each.message} {each.remedy}" for each in reply.body.violations), reply.status)
    return Page.to(visit.address("imports", "schedules", saved="yes"))


ROUTES: Final = (
    Route("GET", "/app/imports/schedules", show),
    Route("POST", "/app/imports/schedules", save),
)
