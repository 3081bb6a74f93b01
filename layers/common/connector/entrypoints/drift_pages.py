"""Drift on an item's page, and the reset of a job."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError

from connector.core.errors import Code, ConnectorError
from connector.engine import reset, resolve
from connector.engine.submit import found
from connector.entrypoints.bodies import DriftBody, ResetBody
from connector.entrypoints.drift_calls import TIME
from connector.entrypoints.item_pages import refused_page
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import drift as pages
from connector.presentation.app_item import Refusal


def look(visit: Visit) -> Page:
    resolve.look_now(visit.world, visit.person, visit.id)
    return _back(visit)


def decide(visit: Visit) -> Page:
    """What could not be done shows the item as it is now, and why."""
    try:
        given = DriftBody.model_validate({"choice": visit.one("choice"), "note": visit.one("note").strip(), "seen": visit.one("seen")})
    except ValidationError:
        raise ConnectorError(Code.MALFORMED, "Choose what to do, and say why.") from None
    try:
        done = resolve.resolve(visit.world, visit.person, visit.id, given.choice, note=given.note, seen=given.seen)
    except ConnectorError as problem:
        if problem.code in {Code.NOT_FOUND, Code.UNAVAILABLE, Code.RATE_LIMITED}:
            raise
        item = found(visit.world, visit.person, visit.id)
        return refused_page(visit, item, Refusal(violations=(problem.violation(),), reason=given.note))
    if done.violations:
        return refused_page(visit, done.item, Refusal(violations=done.violations, reason=given.note))
    return _back(visit)


def _back(visit: Visit) -> Page:
    return Page.to(visit.address("items", visit.id, **{"in": visit.query.get("in", "")}))


def show_reset(visit: Visit) -> Page:
    return _reset_page(visit, reset.listing(visit.world, visit.person, visit.id), done=False)


def do_reset(visit: Visit) -> Page:
    try:
        given = ResetBody.model_validate({"note": visit.one("note").strip(), "seen": visit.one("seen")})
    except ValidationError:
        raise ConnectorError(Code.MALFORMED, "Say why the job is reset.") from None
    until = visit.world.clock.now() + TIME
    listing = reset.reset(visit.world, visit.person, visit.id, note=given.note, seen=given.seen, until=until)
    return _reset_page(visit, listing, done=True)


def _reset_page(visit: Visit, listing: reset.Listing, *, done: bool) -> Page:
    links = [
        pages.Link(
            object=row.hold.pair.object,
            name=row.hold.pair.label or row.hold.pair.procore_id,
            intacct=row.hold.pair.intacct_id,
            fate=row.fate,
            why=" ".join(violation.message for violation in row.hold.violations) or row.hold.proof,
        )
        for row in listing.rows
    ]
    job = f"{listing.job.label} ({listing.job.intacct_id})" if listing.job.label else listing.job.intacct_id
    frame = visit.frame("links")
    return Page(html=pages.reset_page(frame, links, job=job, seen=listing.fingerprint, address=_address(visit), done=done))


def _address(visit: Visit) -> str:
    return visit.address("jobs", visit.id, "reset")


ROUTES: Final = (
    Route("POST", "/app/items/{id}/look", look),
    Route("POST", "/app/items/{id}/drift", decide),
    Route("GET", "/app/jobs/{id}/reset", show_reset),
    Route("POST", "/app/jobs/{id}/reset", do_reset),
)
