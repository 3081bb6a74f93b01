"""One record that waits, on a page of its own; and everything that is suggested, shown before it is linked."""

from __future__ import annotations

from itertools import islice
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State
from connector.core.people import ACCOUNTING
from connector.engine import staging
from connector.engine.linking import AT_ONCE, request_links
from connector.engine.refused import shelf
from connector.engine.stage import SUGGESTED
from connector.entrypoints.import_pages import decided
from connector.entrypoints.pair_pages import accounting_only
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import imports, staged_record
from connector.presentation.staged_record import Options

SHOWN: Final = 500
_OURS: Final = frozenset({State.STAGED, State.INVALID, State.ARCHIVED, State.IMPORTED, State.LINKED})


def show(visit: Visit) -> Page:
    """Where something may be chosen from a list of Procore's, that list is asked for; the page comes without it, if need be."""
    item = visit.world.state.get(visit.id)
    accounting = visit.roles & ACCOUNTING
    if not accounting or item is None or item.state not in _OURS or not visit.person.may_see(item.project_id):
        raise ConnectorError(Code.NOT_FOUND, f"There is no record {visit.id!r} of an import, or you may not see it.")
    return Page(html=staged_record.page(visit.frame("imports"), visit.formats, item, _options(visit, item)))


def _options(visit: Visit, item: Item) -> Options:
    if item.state is not State.STAGED or item.procore_id:
        return Options(choices=())
    try:
        return Options(choices=[(option.name, option.values) for option in staging.options(visit.world, item)])
    except ConnectorError as problem:
        return Options(choices=(), away=problem.message)


def confirm(visit: Visit) -> Page:
    """Decides nothing."""
    name = _object(visit, visit.query.get("object", ""))
    found = list(_suggested(visit, name))
    return Page(html=imports.suggestions(visit.frame("imports"), name, found[:SHOWN], count=len(found), at_once=AT_ONCE))


def link_all(visit: Visit) -> Page:
    """In one go, or as a run where there are many."""
    name = _object(visit, visit.one("object"))
    if len(list(islice(_suggested(visit, name), AT_ONCE + 1))) > AT_ONCE:
        return Page.to(visit.address("imports", "runs", request_links(visit.world, visit.person, name).id))
    return decided(visit, staging.link_all_suggested(visit.world, visit.person, name), verb="linked")


def _object(visit: Visit, name: str) -> str:
    accounting_only(visit)
    return visit.world.room(name).name


def _suggested(visit: Visit, name: str) -> list[Item]:
    staged = shelf(visit.world, State.STAGED, name)
    return [item for item in staged if SUGGESTED in item.staged and visit.person.may_see(item.project_id)]


ROUTES: Final = (
    Route("GET", "/app/imports/records/{id}", show),
    Route("GET", "/app/imports/suggested", confirm),
    Route("POST", "/app/imports/suggested", link_all),
)
