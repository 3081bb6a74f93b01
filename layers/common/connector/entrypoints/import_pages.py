"""What came from Intacct and waits for a person: add it to Procore, link it, leave it aside; and asking for an import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.item import State
from connector.core.people import Role
from connector.engine import staging
from connector.engine.decide import Decided
from connector.engine.import_ import request
from connector.engine.import_runs import recent
from connector.engine.reconcile_runs import RECONCILING
from connector.engine.stage import SUGGESTED
from connector.entrypoints.approve_pages import MOST
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import approve_list, imports

_STATES: Final = {
    "": State.STAGED,
    "invalid": State.INVALID,
    "archived": State.ARCHIVED,
    "imported": State.IMPORTED,
    "linked": State.LINKED,
}
_DONE: Final = {"accept": "added", "link": "linked", "archive": "archived", "restore": "restored", "retry": "tried again"}


def show(visit: Visit) -> Page:
    query = visit.query
    group = query.get("group", "") if query.get("group", "") in _STATES else ""
    kind, cursor = query.get("object", ""), query.get("cursor", "")
    page = staging.listing(visit.world, visit.person, state=_STATES[group], object_name=kind, cursor=cursor)
    imported = sorted(name for name, room in visit.world.rooms.items() if room.imports)
    going = [run for run in recent(visit.world) if run.state == "running" and run.kind != RECONCILING]
    runs = [imports.line(visit.frame(), visit.formats, run) for run in going]
    choice = imports.Choice(group=group, kind=kind, objects=imported)
    html = imports.page(visit.frame("imports"), visit.formats, page, choice, runs=runs, now=visit.world.clock.now())
    return Page(html=html)


def decide(visit: Visit) -> Page:
    """``do`` to the ticked records, or to the one whose button it is (``do one``: verb and id)."""
    verb, _, one = visit.one("one").partition(" ")
    verb, keys = (verb, [one]) if one else (visit.one("do"), list(dict.fromkeys(visit.given.get("item", ()))))
    if verb not in _DONE:
        raise ConnectorError(Code.MALFORMED, "The form did not arrive whole.")
    if not keys:
        raise ConnectorError(Code.MALFORMED, "Nothing is selected.")
    if len(keys) > MOST:
        raise ConnectorError(Code.TOO_LARGE, f"At most {MOST} are decided in one go.")
    results = _done(visit, verb, keys)
    items = visit.world.state.get_many([result.item for result in results])
    rows = [(items.get(result.item), result.violation) for result in results]
    return Page(html=approve_list.results(visit.frame("imports"), visit.formats, rows, verb=_DONE[verb], poll=""))


def _done(visit: Visit, verb: str, keys: Sequence[str]) -> list[Decided]:
    world, person = visit.world, visit.person
    match verb:
        case "accept":
            template = visit.one("template").strip()
            return staging.accept(world, person, keys, {"template": template} if template else {})
        case "archive":
            return staging.archive(world, person, keys)
        case "restore":
            return staging.restore(world, person, keys)
        case "retry":
            return staging.retry(world, person, keys)
        case _:
            return [staging.link(world, person, key, twin) for key, twin in _twins(visit, keys).items()]


def _twins(visit: Visit, keys: Sequence[str]) -> dict[str, str]:
    """The Procore record for each: the one suggested, or for a single record the id that was typed."""
    typed = visit.one("procore_id").strip()
    items = visit.world.state.get_many(keys)
    twins = {key: typed or item.staged.get(SUGGESTED, "") for key, item in items.items()}
    missing = [items[key].title for key, twin in twins.items() if not twin]
    if missing:
        raise ConnectorError(Code.MALFORMED, f"Nothing is suggested for {', '.join(missing[:5])}: say which record of Procore it is.")
    return twins


def ask(visit: Visit) -> Page:
    """An import of one object, or of all; the page shows how far it is."""
    kind = visit.one("object")
    run = request(visit.world, visit.person, objects=(kind,) if kind else (), full=visit.one("full") == "yes")
    return Page.to(visit.address("imports", "runs", run.id))


def show_run(visit: Visit) -> Page:
    run = visit.world.state.get_run(visit.id)
    if run is None or run.kind != "import" or not visit.roles & {Role.APPROVER, Role.ADMIN}:
        raise ConnectorError(Code.NOT_FOUND, f"There is no import {visit.id!r}, or you may not see it.")
    return Page(html=imports.run(visit.frame("imports"), visit.formats, run, here=visit.address("imports", "runs", run.id)))


ROUTES: Final = (
    Route("GET", "/app/imports", show),
    Route("POST", "/app/imports/decisions", decide),
    Route("POST", "/app/imports/request", ask),
    Route("GET", "/app/imports/runs/{id}", show_run),
)
