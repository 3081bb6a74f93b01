"""When objects are imported by the clock: shown to accounting, changed by administrators."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final, get_args

from connector.core.configuration import Schedule
from connector.core.errors import Code, ConnectorError
from connector.core.people import Role
from connector.engine.import_ import seen
from connector.engine.schedule import Often, clockwork
from connector.engine.settings_change import held, replaced, version_of
from connector.entrypoints.admin_calls import administrators_only
from connector.entrypoints.boundary import logger
from connector.entrypoints.import_pages import counts
from connector.entrypoints.pair_pages import accounting_only
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
        version=version_of(held(visit.world).text) if Role.ADMIN in visit.roles else "",
        counts=counts(visit),
        said=Said(wrong=said, saved="saved" in visit.query),
    )
    return Page(html=html, status=status)


def save(visit: Visit) -> Page:
    """Only what differs from how it is becomes a setting; all other settings stay."""
    administrators_only(visit.world, visit.person)
    before, settings = {each.object: each.every for each in clockwork(visit.world)}, held(visit.world).config
    asked = {name.removeprefix(FIELD): visit.one(name) for name in visit.given if name.startswith(FIELD)}
    if not asked or asked.keys() - before.keys() or set(asked.values()) - set(get_args(Often.__value__)):
        raise ConnectorError(Code.MALFORMED, "The form did not arrive whole.")
    changed = {name: Schedule.model_validate({"every": every}) for name, every in asked.items() if every != before[name]}
    after = settings.model_copy(update={"schedules": {**settings.schedules, **changed}})
    if refused := replaced(visit.world, visit.person, visit.one("version"), after):
        said = tuple(f"{each.message} {each.explanation.remedy}" for each in refused)
        return _page(visit, said, HTTPStatus.UNPROCESSABLE_ENTITY)
    logger.info("settings changed", extra={"by": visit.person.login, "section": "schedules"})
    return Page.to(visit.address("imports", "schedules", saved="yes"))


ROUTES: Final = (
    Route("GET", "/app/imports/schedules", show),
    Route("POST", "/app/imports/schedules", save),
)
