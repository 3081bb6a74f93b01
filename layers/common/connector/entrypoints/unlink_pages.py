"""A pair on a page of its own, and taking its link off: first a look into Intacct, then, with the proof, the button."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from connector.core.errors import Code, ConnectorError, Violation
from connector.engine import linked, unlink
from connector.entrypoints.pair_pages import accounting_only
from connector.entrypoints.problems import headers_of, status_of
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import unlinking as pages
from connector.presentation.unlinking import Look

_TELLS: Final = frozenset({Code.NOT_FOUND, Code.NOT_ALLOWED})
"""Problems that have a page of their own; others, such as Intacct being away, are told beside the pair."""


def show(visit: Visit) -> Page:
    """Asks nobody but our own state."""
    return _page(visit, visit.query.get("object", ""), visit.query.get("id", ""))


def _page(visit: Visit, object_name: str, procore_id: str, look: Look | None = None) -> Page:
    accounting_only(visit)
    pair = linked.one(visit.world, visit.person, object_name, procore_id, visit.board)
    return Page(html=pages.page(visit.frame("links"), visit.formats, pair, look))


def look_now(visit: Visit) -> Page:
    """One look, by the key that the link keeps; it changes nothing."""
    object_name, procore_id = visit.one("object"), visit.one("id")
    try:
        hold = unlink.look(visit.world, visit.person, object_name, procore_id)
    except ConnectorError as problem:
        return _not_looked(visit, object_name, procore_id, problem)
    return _page(visit, object_name, procore_id, _seen(visit, hold))


def take_off(visit: Visit) -> Page:
    """Looks once more: what counts again since the page was shown stays linked."""
    object_name, procore_id = visit.one("object"), visit.one("id")
    try:
        done = unlink.unlink(visit.world, visit.person, object_name, procore_id)
    except ConnectorError as problem:
        return _not_looked(visit, object_name, procore_id, problem)
    if done.item is None:
        page = _page(visit, object_name, procore_id, _seen(visit, done.hold) if done.hold else None)
        return Page(html=page.html, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return Page(html=pages.done(visit.frame("links"), visit.formats, done.item, at=visit.world.clock.now()))


def _seen(visit: Visit, hold: unlink.Hold) -> Look:
    amount = hold.item.amount if hold.exported else None
    at = visit.world.clock.now()
    return Look(at=at, proof=hold.proof, violations=hold.violations, children=hold.children, amount=amount)


def _not_looked(visit: Visit, object_name: str, procore_id: str, problem: ConnectorError) -> Page:
    if problem.code in _TELLS:
        raise problem
    violation: Violation = problem.violation()
    page = _page(visit, object_name, procore_id, Look(at=visit.world.clock.now(), away=violation))
    return Page(html=page.html, status=status_of(problem), headers=headers_of(problem))


ROUTES: Final = (
    Route("GET", "/app/links/pair", show),
    Route("POST", "/app/links/look", look_now),
    Route("POST", "/app/links/unlink", take_off),
)
