"""What came from Intacct and waits for a person, and asking for an import."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State
from connector.core.people import ACCOUNTING
from connector.engine import staging
from connector.engine.decide import Decided
from connector.engine.import_ import request, seen
from connector.engine.import_runs import recent
from connector.engine.linking import LINKING
from connector.engine.plan import ranks
from connector.engine.schedule import clockwork
from connector.engine.stage import SUGGESTED
from connector.entrypoints.approve_pages import MOST
from connector.entrypoints.visits import Page, Route, Visit
from connector.ports import Run
from connector.presentation import import_runs, imports
from connector.presentation.import_runs import Line
from connector.presentation.imports import Around, Choice

STATES: Final = {
    "": State.STAGED,
    "invalid": State.INVALID,
    "archived": State.ARCHIVED,
    "imported": State.IMPORTED,
    "linked": State.LINKED,
}
_COUNTED: Final = ("", "invalid")
_DONE: Final = {"accept": "added", "link": "linked", "archive": "archived", "restore": "restored", "retry": "tried again"}
_SHOWN: Final = 20


def show(visit: Visit) -> Page:
    """Asks neither of the other systems."""
    query, world = visit.query, visit.world
    group = query.get("group", "")
    group = group if group in {imports.DONE, "invalid", "archived"} else ""
    made = query.get("made", "") if query.get("made", "") == "linked" else "imported"
    kind, cursor = query.get("object", ""), query.get("cursor", "")
    counted = counts(visit, kind)
    state = STATES[made if group == imports.DONE else group]
    page = staging.listing(world, visit.person, state=state, object_name=kind, cursor=cursor)
    choice = Choice(
        group=group,
        kind=kind,
        made=made if group == imports.DONE else "",
        objects=imported(visit),
        projects=_projects(visit),
        counts=counted,
    )
    rows = [item for item in page.rows if item.state is State.STAGED]
    going, stopped = runs(visit)
    times = [each.heard for each in clockwork(world) if not kind or each.object == kind]
    around = Around(
        runs=going,
        stopped=stopped,
        read=min((each for each in times if each), default=None) if all(times) else None,
        choosing={item.id for item in rows if not item.procore_id and staging.may_choose(world, item)},
        suggested=_suggested([item.object for item in rows if SUGGESTED in item.staged], more=bool(page.cursor)),
    )
    # The tab says the same as the list; of one object, or of more than a page, it says what is kept.
    waiting = int(counted[""]) if not kind and counted[""].isdigit() else None
    frame = visit.frame("imports", count=waiting)
    return Page(html=imports.page(frame, visit.formats, page, choice, around, now=world.clock.now()))


def imported(visit: Visit) -> list[str]:
    """In the order in which they need each other."""
    order = ranks(visit.world)
    return sorted((name for name, room in visit.world.rooms.items() if room.imports), key=lambda name: (order[name], name))


def counts(visit: Visit, kind: str = "") -> dict[str, str]:
    """How many stand where somebody has something to do; more than a page are ``100+``."""
    pages = {group: staging.listing(visit.world, visit.person, state=STATES[group], object_name=kind) for group in _COUNTED}
    return {group: f"{len(page.rows)}{'+' if page.cursor else ''}" for group, page in pages.items()}


def _projects(visit: Visit) -> list[tuple[str, str]]:
    jobs = [pair for pair in visit.world.cross_references.of_object("projects") if visit.person.may_see(pair.procore_id)]
    return sorted(((pair.procore_id, f"{pair.label} ({pair.intacct_id})") for pair in jobs), key=lambda each: each[1].casefold())


def _suggested(objects: Sequence[str], *, more: bool) -> list[tuple[str, str]]:
    """How many are suggested, by object; where the page is not the whole list, at least."""
    return [(name, f"{objects.count(name)}{'+' if more else ''}") for name in dict.fromkeys(objects)]


def runs(visit: Visit) -> tuple[list[Line], Line | None]:
    """Those on their way, and the latest that has ended, if it stopped before its end."""
    frame, formats = visit.frame(), visit.formats
    latest = seen(visit.world, visit.person)
    going = [import_runs.line(frame, formats, run) for run in latest if run.state == "running"]
    last = next((run for run in latest if run.state != "running"), None)
    return going, import_runs.line(frame, formats, last) if last is not None and last.state != "ended" else None


def decide(visit: Visit) -> Page:
    """``do`` to the ticked records, or to the one whose button it is (``one``: verb and id)."""
    verb, _, one = visit.one("one").partition(" ")
    verb, keys = (verb, [one]) if one else (visit.one("do"), list(dict.fromkeys(visit.given.get("item", ()))))
    if verb not in _DONE:
        raise ConnectorError(Code.MALFORMED, "The form did not arrive whole.")
    if not keys:
        raise ConnectorError(Code.MALFORMED, "Nothing is selected.")
    if len(keys) > MOST:
        raise ConnectorError(Code.TOO_LARGE, f"At most {MOST} are decided in one go.")
    return decided(visit, _done(visit, verb, keys), verb=_DONE[verb])


def decided(visit: Visit, results: Sequence[Decided], *, verb: str) -> Page:
    items = visit.world.state.get_many([result.item for result in results])
    rows = [(items.get(result.item), result.violation) for result in results]
    run = next((result.run for result in results if result.run), "")
    follow = visit.address("imports", "runs", run) if run else ""
    return Page(html=imports.results(visit.frame("imports"), rows, verb=verb, follow=follow))


def _done(visit: Visit, verb: str, keys: Sequence[str]) -> list[Decided]:
    world, person = visit.world, visit.person
    match verb:
        case "accept":
            chosen = {name.removeprefix("option."): visit.one(name).strip() for name in visit.given if name.startswith("option.")}
            return staging.accept(world, person, keys, {name: value for name, value in chosen.items() if value})
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
    """An import of one object, of one project, or of all; one that does the same already is joined. The page shows how far it is."""
    kind = visit.one("object")
    before = {run.id for run in recent(visit.world) if run.state == "running"}
    full, project = visit.one("full") == "yes", visit.one("project")
    run = request(visit.world, visit.person, objects=(kind,) if kind else (), project_id=project, full=full)
    return Page.to(visit.address("imports", "runs", run.id, joined="yes" if run.id in before else ""))


def show_run(visit: Visit) -> Page:
    run = visit.world.state.get_run(visit.id)
    if run is None or run.kind not in {"import", LINKING} or not _may_see(visit, run):
        raise ConnectorError(Code.NOT_FOUND, f"There is no import {visit.id!r}, or you may not see it.")
    project = dict(_projects(visit)).get(run.project_id, run.project_id)
    html = import_runs.page(
        visit.frame("imports"),
        visit.formats,
        run,
        refused=_refused(visit, run) if run.counts.get("refused") else [],
        project=project,
        joined="joined" in visit.query,
    )
    return Page(html=html)


def _may_see(visit: Visit, run: Run) -> bool:
    return bool(visit.roles & ACCOUNTING) and visit.person.may_see(run.project_id)


def _refused(visit: Visit, run: Run) -> list[Item]:
    """The first that stand refused of what the run reads; of suggestions, those that it could not link."""
    if run.kind == LINKING:
        passed = json.loads(run.position.get("passed") or "[]")[:_SHOWN]
        return [item for item in visit.world.state.get_many(passed).values() if visit.person.may_see(item.project_id)]
    pages = (staging.listing(visit.world, visit.person, state=State.INVALID, object_name=name) for name in run.objects)
    found = (item for page in pages for item in page.rows if run.project_id in {"", item.project_id})
    return list(islice(found, _SHOWN))


ROUTES: Final = (
    Route("GET", "/app/imports", show),
    Route("POST", "/app/imports/decisions", decide),
    Route("POST", "/app/imports/request", ask),
    Route("GET", "/app/imports/runs/{id}", show_run),
)
