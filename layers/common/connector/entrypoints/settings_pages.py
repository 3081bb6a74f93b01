"""Settings, for administrators: a section a page, each saved by itself, after a look at what would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from connector.core.configuration import Configuration
from connector.core.connection import Checked
from connector.core.deciders import deciders
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.trial import Trial
from connector.engine.connection import check
from connector.engine.schedule import clockwork
from connector.engine.settings_change import Held, changes, held, refusals, save, stays
from connector.engine.trial import concerns, try_out
from connector.entrypoints import settings_form as forms
from connector.entrypoints.admin_calls import administrators_only
from connector.entrypoints.boundary import logger
from connector.entrypoints.problems import status_of
from connector.entrypoints.settings_form import Typed
from connector.entrypoints.usage_calls import as_kept
from connector.entrypoints.visits import Page, Route, Visit
from connector.ports import Contention
from connector.presentation import settings as pages
from connector.presentation.setting_words import BY_NAME, Section
from connector.presentation.settings import Look
from connector.presentation.settings_rights import Right, amount_of

LAST_CHECK: Final = "settings/last-check.json"


def show_first(visit: Visit) -> Page:
    """The list of sections; beside it, where there is room, the connection."""
    return _shown(visit, BY_NAME["connection"], first=True)


def show(visit: Visit) -> Page:
    return _shown(visit, _section(visit))


def _section(visit: Visit) -> Section:
    if visit.id not in BY_NAME:
        raise ConnectorError(Code.NOT_FOUND, f"There is no section {visit.id!r} of the settings.")
    return BY_NAME[visit.id]


def _shown(visit: Visit, section: Section, *, first: bool = False) -> Page:
    administrators_only(visit.world, visit.person)
    projects = _projects(visit, section)
    typed = forms.shown(visit.config, section, projects)
    note = "Saved. It holds from now on." if "saved" in visit.query else ""
    return _page(visit, section, typed, projects, Look(first=first, note=note))


def _projects(visit: Visit, section: Section) -> dict[str, str]:
    """Job numbers of linked projects by Procore id; only where they are needed."""
    if section.name != "approvers":
        return {}
    return {pair.procore_id: pair.intacct_id for pair in visit.world.cross_references.of_object("projects")}


def _page(visit: Visit, section: Section, typed: Typed, projects: dict[str, str], look: Look, status: HTTPStatus = HTTPStatus.OK) -> Page:
    config, world = visit.config, visit.world
    kept = world.payloads.get(LAST_CHECK)
    checked = Checked.model_validate_json(kept) if kept else None
    view = pages.View(
        visit.frame("settings"),
        visit.formats,
        section,
        look,
        checked=checked,
        nobody=not config.approvers,
        unsaved=forms.unsaved(typed, forms.shown(config, section, projects)),
    )
    match section.name:
        case "connection":
            html = pages.connection(view)
        case "approvers":
            table = pages.Table(rights=typed.rights or (), jobs=tuple(sorted(projects.values())), objects=tuple(_exported(visit)))
            html = pages.approvers(view, typed.texts, table, _asked(visit, projects), forms.version(config, section))
        case "schedules":
            html = pages.schedules(view, {each.object: each.every for each in clockwork(world)})
        case "usage":
            html = pages.usage(view, as_kept(world), world.clock.now())
        case "history":
            html = pages.history(view, world.state.configuration_history())
        case "mapping":
            rooms = dict(world.rooms.items())
            shown = visit.query.get("object", "")
            room = rooms[shown if shown in rooms else "commitments"]
            held_back = {each.path: each for each in stays(world, config)}
            html = pages.mapping(view, typed.texts, held_back, room, objects=list(rooms), version=forms.version(config, section))
        case _:
            html = pages.fields(view, typed.texts, forms.version(config, section))
    return Page(html=html, status=status)


def _exported(visit: Visit) -> list[str]:
    return sorted(name for name, room in visit.world.rooms.items() if room.export)


def _asked(visit: Visit, projects: dict[str, str]) -> pages.Asked:
    """Who would decide an object of an amount on a project."""
    query = visit.query
    name, amount, project = query.get("object", ""), query.get("amount", ""), query.get("project", "")
    value = amount_of(amount)
    if name not in visit.world.rooms or value is None:
        return pages.Asked(object=name, amount=amount, project=project, wrong=bool(amount) and value is None)
    ids = {words.casefold(): key for key, words in projects.items()}
    found = deciders(visit.config, name, ids.get(project.casefold(), project), value)
    return pages.Asked(object=name, amount=amount, project=project, found=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A change of a section that was asked for: the settings as they are kept, and as they would be."""

    section: Section
    before: Held
    after: Configuration
    typed: Typed
    projects: dict[str, str]


def _wanted(visit: Visit) -> _Wanted | Page:
    """A page where the section is another by now, or what was typed is no settings."""
    administrators_only(visit.world, visit.person)
    section = _section(visit)
    before, projects = held(visit.world), _projects(visit, section)
    typed = forms.typed(visit, section, before.config, projects)
    if visit.one("version") != forms.version(before.config, section):
        return _overtaken(visit, section, typed, projects)
    after, wrong = forms.read(typed, before.config, projects)
    if wrong:
        return _page(visit, section, typed, projects, Look(wrong=tuple(wrong)), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _Wanted(section=section, before=before, after=after, typed=typed, projects=projects)


def change(visit: Visit) -> Page:
    """First what would change is shown, then it is saved; whatever keeps it from being saved is said, and nothing typed is lost."""
    wanted = _wanted(visit)
    if isinstance(wanted, Page):
        return wanted
    section, before, after = wanted.section, wanted.before, wanted.after
    try:
        wrong, status = refusals(visit.world, before.config, after), HTTPStatus.UNPROCESSABLE_ENTITY
    except ConnectorError as problem:
        wrong, status = (problem.violation(),), status_of(problem)
    if wrong:
        return _page(visit, section, wanted.typed, wanted.projects, Look(wrong=wrong), status)
    changed = changes(visit.world, before.config, after)
    if changed and visit.one("sure") != "yes":
        return _review(visit, wanted, changed)
    try:
        save(visit.world, visit.person, before, after)
    except Contention:
        return _overtaken(visit, section, wanted.typed, wanted.projects)
    logger.info("settings changed", extra={"by": visit.person.login, "section": section.name})
    return Page.to(visit.address("settings", section.name, saved="yes" if changed else ""))


def try_on(visit: Visit) -> Page:
    """The look at what would change, with what it would have changed of last month's records. Nothing is saved, and neither system is
    asked: what Intacct has to say against the change was looked up for the look before, and is again when it is saved."""
    wanted = _wanted(visit)
    if isinstance(wanted, Page):
        return wanted
    asked = visit.one("from")[:5]
    first = int(asked) if asked.isdecimal() else 0
    before, after = wanted.before.config, wanted.after
    return _review(visit, wanted, changes(visit.world, before, after), try_out(visit.world, before, after, first=first))


def _review(visit: Visit, wanted: _Wanted, changed: Sequence[tuple[str, str, str]], tried: Trial | None = None) -> Page:
    triable = concerns(wanted.before.config, wanted.after)
    view = pages.View(visit.frame("settings"), visit.formats, wanted.section, Look())
    given = {name: values for name, values in visit.given.items() if name not in {"form", "sure", "from"}}
    return Page(html=pages.review(view, changed, given, triable=triable, tried=tried))


def _overtaken(visit: Visit, section: Section, typed: Typed, projects: dict[str, str]) -> Page:
    """Somebody else has changed the section since it was opened."""
    last = visit.world.state.configuration_history()[-1:]
    by = f"{last[0].who} changed the settings {visit.formats.moment(last[0].at)}" if last else "The settings changed"
    said = f"{by}, after you had opened this page. Yours was not taken; what you typed stands below. Compare it, then save again."
    fresh = Visit(
        asked=visit.asked,
        world=visit.world,
        session=visit.session,
        config=visit.world.config(),
        form_token=visit.form_token,
        board=visit.board,
        given=visit.given,
    )
    changed = tuple(sorted(last[0].detail.items())) if last else ()
    violation = Violation(code=Code.STALE_APPROVAL, field="", message=said)
    return _page(fresh, section, typed, projects, Look(wrong=(violation,), meanwhile=changed), HTTPStatus.CONFLICT)


def take_over(visit: Visit) -> Page:
    """The people with Procore's accounting-approver flag, in the table; nothing is saved yet."""
    administrators_only(visit.world, visit.person)
    section, projects = BY_NAME["approvers"], _projects(visit, BY_NAME["approvers"])
    typed = forms.shown(visit.config, section, projects)
    named = {right.login for right in typed.rights or ()}
    found = [login for login in _flagged(visit) if login not in named]
    rights = (*(typed.rights or ()), *(Right(login=login) for login in found))
    more = f"{len(found)} more {'person' if len(found) == 1 else 'people'} with Procore's accounting-approver flag"
    note = f"In the table: {more}. Nothing is saved yet." if found else "Nobody else has Procore's accounting-approver flag."
    return _page(visit, section, Typed(texts=typed.texts, rights=rights), projects, Look(note=note))


def _flagged(visit: Visit) -> Sequence[str]:
    users = (row for page in visit.world.procore.pages(f"/rest/v1.0/companies/{visit.world.company}/users") for row in page)
    flagged = (user for user in users if user.get("erp_integrated_accountant") and user.get("is_active") is not False)
    return [str(user["email_address"]) for user in flagged if user.get("email_address")]


def check_connection(visit: Visit) -> Page:
    """Asks both systems, step by step; writes to neither. What was found is kept for whoever looks next."""
    administrators_only(visit.world, visit.person)
    visit.world.payloads.put(LAST_CHECK, check(visit.world).model_dump_json())
    return Page.to(visit.address("settings", "connection"))


ROUTES: Final = (
    Route("GET", "/app/settings", show_first),
    Route("GET", "/app/settings/{id}", show),
    Route("POST", "/app/settings/check", check_connection),
    Route("POST", "/app/settings/flagged", take_over),
    Route("POST", "/app/settings/{id}", change),
    Route("POST", "/app/settings/{id}/trial", try_on),
)
