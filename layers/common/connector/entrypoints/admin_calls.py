"""Settings, for administrators; and which record is which."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import Person, Role
from connector.engine.settings_change import held, replaced, version_of
from connector.engine.world import World
from connector.entrypoints.bodies import LinksQuery, SettingsBody
from connector.entrypoints.boundary import logger
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.link_views import LinksAnswer, LinkView
from connector.entrypoints.views import Reason, SettingsAnswer, ViolationsAnswer


def show_settings(call: Call[None]) -> Reply:
    administrators_only(call.world, call.person)
    return Reply(_settings(call.world))


def write_settings(call: Call[SettingsBody]) -> Reply:
    """What speaks against the change is said, all at once. The change is kept before it holds: who, when, before and after."""
    world, person = call.world, call.person
    administrators_only(world, person)
    if refused := replaced(world, person, call.given.version, call.given.settings):
        reasons = (Reason.of(replace(violation, field=f"settings.{violation.field}")) for violation in refused)
        return Reply(ViolationsAnswer(violations=tuple(reasons)), HTTPStatus.UNPROCESSABLE_ENTITY)
    logger.info("settings changed", extra={"by": person.login})
    return Reply(_settings(world))


def find_links(call: Call[LinksQuery]) -> Reply:
    query, world = call.given, call.world
    world.room(query.object)
    if bool(query.procore_id) == bool(query.intacct):
        raise ConnectorError(Code.MALFORMED, "Give one of procore_id and intacct.")
    pairs = world.cross_references
    found = pairs.by_procore(query.object, [query.procore_id]) if query.procore_id else pairs.by_intacct(query.object, [query.intacct])
    return Reply(LinksAnswer(links=tuple(LinkView.of(pair) for pair in found.values() if call.person.may_see(pair.project_id))))


def administrators_only(world: World, person: Person) -> None:
    if Role.ADMIN not in world.config().roles(person):
        raise ConnectorError(Code.NOT_ALLOWED, f"Settings are for administrators of this connector; {person.name} is not one.")


def _settings(world: World) -> SettingsAnswer:
    now = held(world)
    return SettingsAnswer(version=version_of(now.text), settings=now.config)


ROUTES: Final = (
    Route("GET", "/settings", "getSettings", "The company's settings", show_settings, SettingsAnswer),
    Route("PUT", "/settings", "putSettings", "Replace the settings as a whole", write_settings, SettingsAnswer, SettingsBody),
    Route("GET", "/links", "findLinks", "Which record is which in the other system", find_links, LinksAnswer, LinksQuery),
)
