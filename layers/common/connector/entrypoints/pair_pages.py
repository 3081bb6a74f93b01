"""Which record is which: the cross-references, searched from either side."""

from __future__ import annotations

from itertools import islice
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import Role
from connector.entrypoints.visits import Page, Route, Visit
from connector.ports import CrossReference
from connector.presentation import pairs

MOST: Final = 100
FIRST: Final = "vendors"


def show(visit: Visit) -> Page:
    if not visit.roles & {Role.APPROVER, Role.ADMIN}:
        raise ConnectorError(Code.NOT_ALLOWED, "This page is for approvers and administrators.")
    rooms = visit.world.rooms
    kind = visit.query.get("object", "")
    kind = kind if kind in rooms else FIRST
    text = visit.query.get("text", "").strip().casefold()
    held = visit.world.cross_references.of_object(kind)
    found = (pair for pair in held if visit.person.may_see(pair.project_id) and _fits(pair, text))
    rows = list(islice(found, MOST + 1))
    html = pairs.page(visit.frame("links"), visit.formats, rows[:MOST], kind=kind, text=text, objects=sorted(rooms), more=len(rows) > MOST)
    return Page(html=html)


def _fits(pair: CrossReference, text: str) -> bool:
    return text in f"{pair.label} {pair.procore_id} {pair.intacct_id} {pair.intacct_key}".casefold()


ROUTES: Final = (Route("GET", "/app/links", show),)
