"""What stands still, by cause, and trying it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import ACCOUNTING
from connector.engine import staging
from connector.engine.decide import Decided, retry
from connector.engine.queue import stuck
from connector.entrypoints.approve_pages import MOST
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import approve_list, problems

STAGED: Final = "staged:"


def show(visit: Visit) -> Page:
    items = stuck(visit.world, visit.config, visit.person, visit.board)
    whose, kind = visit.query.get("whose", ""), visit.query.get("object", "")
    shown = [item for item in items if (whose != "mine" or item.sent_by == visit.person.login) and kind in ("", item.object)]
    may_retry = bool(visit.roles & ACCOUNTING)
    frame = visit.frame("problems", count=len(items))
    objects = sorted({item.object for item in items})
    html = problems.page(frame, visit.formats, shown, objects=objects, here=(whose, kind), may_retry=may_retry, now=visit.world.clock.now())
    return Page(html=html)


def try_again(visit: Visit) -> Page:
    """Each re-reads and checks anew; one whose cause is still there says so."""
    keys = list(dict.fromkeys(visit.given.get("item", ())))
    if not keys:
        raise ConnectorError(Code.MALFORMED, "Nothing is selected.")
    if len(keys) > MOST:
        raise ConnectorError(Code.TOO_LARGE, f"At most {MOST} are tried again in one go.")
    ours = [key for key in keys if not key.startswith(STAGED)]
    imported = [key for key in keys if key.startswith(STAGED)]
    results: Sequence[Decided] = (
        *(retry(visit.world, visit.person, ours) if ours else ()),
        *(staging.retry(visit.world, visit.person, imported) if imported else ()),
    )
    items = visit.world.state.get_many([result.item for result in results])
    rows = [(items.get(result.item), result.violation) for result in results]
    run = next((result.run for result in results if result.run and result.item in ours), "")
    poll = visit.address("runs", run) if run else ""
    return Page(html=approve_list.results(visit.frame("problems"), visit.formats, rows, verb="tried again", poll=poll))


ROUTES: Final = (
    Route("GET", "/app/problems", show),
    Route("POST", "/app/problems/retry", try_again),
)
