"""Which record is which: the links, searched from either side, and the way to each record in its own system."""

from __future__ import annotations

from typing import Final

from connector.core import tally
from connector.core.errors import Code, ConnectorError
from connector.core.links import Standing, Wanted
from connector.core.people import ACCOUNTING
from connector.engine import adopt, elsewhere, linked
from connector.engine.board import DIFFERING
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import pairs

FIRST: Final = "vendors"


def show(visit: Visit) -> Page:
    accounting_only(visit)
    names = linked.names(visit.world)
    wanted = _wanted(visit, names)
    found, more = linked.listing(visit.world, visit.person, wanted, visit.board)
    around = pairs.Around(
        objects=names,
        more=more,
        may_adopt=bool(adopt.adoptable(visit.world, visit.person)),
        differ=tally.seen(visit.config, visit.person, visit.board.groups(DIFFERING)),
    )
    return Page(html=pairs.page(visit.frame("links"), visit.formats, found, wanted, around))


def _wanted(visit: Visit, names: list[str]) -> Wanted:
    """What cannot be read filters nothing: an address may have been typed."""
    query = visit.query
    kind, state, by = query.get("object", ""), query.get("state", ""), query.get("by", "")
    return Wanted(
        object="" if kind == pairs.EVERYTHING else kind if kind in names else FIRST,
        text=query.get("text", "").strip(),
        state=Standing(state) if state in {*Standing} else None,
        by=by if by in {"hand", "rule"} else "",
    )


def open_in_intacct(visit: Visit) -> Page:
    """Leads to Intacct's own page of a linked record; where that is only Intacct knows, so it is asked now."""
    accounting_only(visit)
    return Page.to(elsewhere.in_intacct(visit.world, visit.person, visit.query.get("object", ""), visit.query.get("id", "")))


def accounting_only(visit: Visit) -> None:
    """Raises ConnectorError(NOT_ALLOWED)."""
    if not visit.roles & ACCOUNTING:
        raise ConnectorError(Code.NOT_ALLOWED, "This page is for approvers and administrators.")


ROUTES: Final = (Route("GET", "/app/links", show), Route("GET", "/app/links/intacct", open_in_intacct))
