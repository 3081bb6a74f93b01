"""Documents that stand in both systems: looked for, compared pair by pair, and linked without being exported.

Both systems are asked, for each pair anew, so that one request does as much as fits and says what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import quote, unquote

from connector.core.adoption import Compared, Wish
from connector.core.errors import Code, ConnectorError, Kind, Violation
from connector.engine import adopt
from connector.entrypoints.pair_pages import accounting_only
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import adopting as pages
from connector.presentation.adopting import Place

ENOUGH: Final = timedelta(seconds=12)
"""After so long no further pair is begun; a request may take 29 seconds."""
MOST: Final = 200
AGREEING: Final = "agreeing"


def show(visit: Visit) -> Page:
    """What to look for; it asks nobody."""
    accounting_only(visit)
    return Page(html=pages.page(visit.frame("links"), _place(visit, visit.query.get("object", ""), visit.query.get("project", ""))))


def _place(visit: Visit, object_name: str, project_id: str) -> Place:
    objects = adopt.adoptable(visit.world, visit.person)
    jobs = [pair for pair in visit.world.cross_references.of_object("projects") if visit.person.may_see(pair.procore_id)]
    projects = {pair.procore_id: f"{pair.label} ({pair.intacct_id})" for pair in jobs}
    return Place(
        objects=objects,
        projects=projects,
        object=object_name if object_name in objects else next(iter(objects), ""),
        project=project_id if project_id in projects else next(iter(projects), ""),
    )


def look_now(visit: Visit) -> Page:
    """Suggests and compares: all that are suggested, those that an earlier look left, or the one that was typed."""
    accounting_only(visit)
    object_name, project_id = visit.one("object"), visit.one("project")
    wishes = _typed(visit) or [_named(value) for value in visit.given.get("left", ())[:MOST]]
    if not wishes:
        found = adopt.suggestions(visit.world, visit.person, object_name, project_id)
        wishes = [Wish(procore_id=each.procore_id, intacct_id=each.intacct_id) for each in found]
    compared, left, away = _each(visit, wishes, link=False)
    place = _place(visit, object_name, project_id)
    html = pages.matches(visit.frame("links"), visit.formats, place, compared, left=list(map(_value, left)), away=away)
    return Page(html=html)


def _typed(visit: Visit) -> list[Wish]:
    procore_id, intacct_id = visit.one("procore_id").strip(), visit.one("intacct_id").strip()
    if bool(procore_id) != bool(intacct_id):
        raise ConnectorError(Code.MALFORMED, "A pair needs both: Procore's id and Intacct's.")
    return [Wish(procore_id=procore_id, intacct_id=intacct_id)] if procore_id else []


def link(visit: Visit) -> Page:
    """The ticked pairs, or all that agree; each on its own."""
    accounting_only(visit)
    field = AGREEING if visit.one("which") == AGREEING else "item"
    reason, chosen = visit.one("reason").strip(), visit.given.get(field, ())
    if not chosen:
        raise ConnectorError(Code.MALFORMED, "Nothing is selected.")
    if len(chosen) > MOST:
        raise ConnectorError(Code.TOO_LARGE, f"At most {MOST} are linked in one go.")
    wishes = [_named(value, accepted=frozenset(visit.given.get(f"accept.{value}", ())), reason=reason) for value in chosen]
    done, left, away = _each(visit, wishes, link=True)
    place = _place(visit, visit.one("object"), visit.one("project"))
    rest = [(_value(wish), sorted(wish.accepted)) for wish in left]
    return Page(html=pages.results(visit.frame("links"), visit.formats, place, done, left=rest, reason=reason, away=away))


def _each(visit: Visit, wishes: Sequence[Wish], *, link: bool) -> tuple[list[Compared], Sequence[Wish], Violation | None]:
    """What became of each, as far as it went; the rest; and what stopped it, where it was not the time."""
    world, end = visit.world, visit.world.clock.now() + ENOUGH
    done: list[Compared] = []
    for number, wish in enumerate(wishes):
        if world.clock.now() >= end:
            return done, wishes[number:], None
        try:
            done += adopt.adopt(world, visit.person, visit.one("object"), visit.one("project"), [wish], link=link)
        except ConnectorError as problem:
            if problem.kind is not Kind.LATER:
                raise
            return done, wishes[number:], problem.violation()
    return done, (), None


def _named(value: str, *, accepted: frozenset[str] = frozenset(), reason: str = "") -> Wish:
    """A pair as forms write it: both ids, and the fingerprint of the comparison that was shown."""
    parts = list(map(unquote, value.split(" ")))
    if len(parts) not in {2, 3} or not all(parts[:2]):
        raise ConnectorError(Code.MALFORMED, "The form did not arrive whole.")
    procore_id, intacct_id, *seen = parts
    return Wish(procore_id=procore_id, intacct_id=intacct_id, accepted=accepted, reason=reason, seen=seen[0] if seen else "")


def _value(wish: Wish) -> str:
    return " ".join(quote(part, safe="") for part in (wish.procore_id, wish.intacct_id, *([wish.seen] if wish.seen else [])))


ROUTES: Final = (
    Route("GET", "/app/links/adopt", show),
    Route("POST", "/app/links/adopt/look", look_now),
    Route("POST", "/app/links/adopt", link),
)
