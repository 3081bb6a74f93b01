"""*Send*: what of a project could go to accounting, what keeps the rest, and what became of what was sent."""

from __future__ import annotations

from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import Role
from connector.engine import sends
from connector.engine.plan import SENDS
from connector.engine.ready import Ready, ready
from connector.engine.submit import exported
from connector.entrypoints.approve_pages import MOST
from connector.entrypoints.item_calls import source_of
from connector.entrypoints.panel_page import record_of
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import send as pages

FIRST: Final = "commitments"
LISTS: Final = 3
"""Lists of Procore read for one page: each is a call that the reader waits for."""
_AT_ONCE: Final = 100


def show(visit: Visit) -> Page:
    projects = {
        pair.procore_id: pair.label or pair.intacct_id
        for pair in visit.world.cross_references.of_object("projects")
        if visit.person.may_see(pair.procore_id)
    }
    asked = visit.query.get("project", "") or visit.query.get("projectId", "")
    project = asked if asked in projects else next(iter(sorted(projects, key=lambda key: projects[key].casefold())), "")
    kinds = sorted(name for name, room in visit.world.rooms.items() if room.export)
    kind = visit.query.get("object", "") if visit.query.get("object", "") in kinds else FIRST
    found, cursor = _ready(visit, kind, project, visit.query.get("cursor", "")) if project else ([], "")
    choice = pages.Choice(projects=projects, kinds=kinds, project=project, kind=kind, cursor=cursor)
    offers = [pages.Offer.of(each, visit.formats) for each in found]
    html = pages.page(visit.frame("send"), visit.formats, offers, choice, may_send=Role.SENDER in visit.roles)
    return Page(html=html)


def _ready(visit: Visit, kind: str, project: str, cursor: str) -> tuple[list[Ready], str]:
    found: list[Ready] = []
    for _ in range(LISTS):
        rows, cursor = ready(visit.world, visit.person, object_name=kind, project_id=project, limit=_AT_ONCE, cursor=cursor)
        found += rows
        if not cursor:
            break
    return found, cursor


def send(visit: Visit) -> Page:
    """The ticked records, in one run."""
    chosen = list(dict.fromkeys(visit.given.get("item", ())))
    if not chosen:
        raise ConnectorError(Code.MALFORMED, "Nothing is selected.")
    if len(chosen) > MOST:
        raise ConnectorError(Code.TOO_LARGE, f"At most {MOST} are sent in one go.")
    run = sends.request(visit.world, visit.person, [_record(visit, value) for value in chosen])
    return Page.to(visit.address("send", "runs", run.id))


def _record(visit: Visit, value: str) -> sends.Record:
    name, procore_id, project_id, kind = [*value.split(" "), "", "", "", ""][:4]
    body = record_of(name, procore_id, project_id)
    source = source_of(exported(visit.world, body.object), body)
    return sends.Record(object=body.object, procore_id=source.procore_id, project_id=source.project_id, kind=kind)


def show_run(visit: Visit) -> Page:
    run = visit.world.state.get_run(visit.id)
    if run is None or run.kind != SENDS or not visit.person.may_see(run.project_id):
        raise ConnectorError(Code.NOT_FOUND, f"There is no run {visit.id!r}, or you may not see it.")
    page = sends.results(visit.world, visit.person, run, limit=MOST)
    rows = [pages.Sent.of(each, visit.frame(), visit.formats) for each in page.rows]
    return Page(html=pages.run(visit.frame("send"), rows, here=visit.address("send", "runs", run.id)))


ROUTES: Final = (
    Route("GET", "/app/send", show),
    Route("POST", "/app/send/records", send),
    Route("GET", "/app/send/runs/{id}", show_run),
)
