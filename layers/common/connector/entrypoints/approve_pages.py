"""What waits: the list, the page before many decisions, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import unquote

from connector.core.errors import Code, ConnectorError
from connector.core.item import State
from connector.core.money import typed
from connector.core.waiting import Wanted, sifted
from connector.engine.decide import Decided, Decision, decide
from connector.engine.queue import waiting
from connector.engine.totals import of_items
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import approve_list as pages
from connector.presentation import confirm, decided
from connector.presentation.approve_list import After

MOST: Final = 500
"""Decided in one go; so many take some seconds."""
_GROUPS: Final = ("mine", "second", "all", "decided")
LOOKED_BACK: Final = timedelta(days=30)
"""How far back a person sees what they decided."""
A_WEEK: Final = timedelta(days=7)
MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An item as it was shown in the list."""

    id: str
    fingerprint: str

    @classmethod
    def of(cls, value: str) -> _Chosen:
        fingerprint, _, key = value.partition(" ")
        return cls(unquote(key), fingerprint)


def show_list(visit: Visit) -> Page:
    wanted = wanted_of(visit)
    if wanted.group == "decided":
        return _decided(visit)
    queue = waiting(visit.world, visit.config, visit.person, wanted, visit.board)
    frame, now = visit.frame("approve", count=queue.mine), visit.world.clock.now()
    lately = 0 if queue.mine or wanted.group != "mine" else _decided_since(visit, now - A_WEEK)
    return Page(html=pages.listing(frame, visit.formats, queue, wanted, now=now, after=after(visit), lately=lately))


def _decided_since(visit: Visit, since: datetime) -> int:
    return len({entry.item for entry in visit.world.state.decisions_of(visit.person.login, since=since)})


def _decided(visit: Visit) -> Page:
    entries = visit.world.state.decisions_of(visit.person.login, since=visit.world.clock.now() - LOOKED_BACK)[:MOST_SHOWN]
    items = visit.world.state.get_many({entry.item for entry in entries})
    rows = [(entry, items[entry.item]) for entry in entries if entry.item in items and visit.person.may_see(items[entry.item].project_id)]
    return Page(html=decided.page(visit.frame("approve"), visit.formats, rows))


def show_news(visit: Visit) -> Page:
    """How much of the list is newer than the list as it stands open."""
    wanted, now = wanted_of(visit), visit.world.clock.now()
    opened = _moment(visit.query.get("since", "")) or now
    fresh = visit.world.state.on_shelf(State.WAITING.value, limit=MOST, since=opened).rows
    count = len(sifted(fresh, visit.config, visit.person, wanted, now).rows)
    return Page(html=pages.told(visit.frame("approve"), wanted, opened, count, _number(visit.query.get("had", ""))))


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def wanted_of(visit: Visit) -> Wanted:
    """What cannot be read filters nothing: an address may have been typed."""
    query = visit.query if visit.asked.event["httpMethod"] == "GET" else {name: values[-1] for name, values in visit.given.items()}
    group = query.get("group", "")
    return Wanted(
        group=group if group in _GROUPS else "mine",
        object=query.get("object", ""),
        project=query.get("project", ""),
        least=_amount(query.get("least", "")),
        most=_amount(query.get("most", "")),
        days=_number(query.get("days", "")),
        has=query.get("has", ""),
        text=query.get("text", "").strip(),
        sort=query.get("sort", ""),
        first=_number(query.get("first", "")),
    )


def _amount(text: str) -> Decimal | None:
    try:
        return typed(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0  # noqa: PLR2004 -- digits


def ask(visit: Visit) -> Page:
    """The page before many decisions: what they come to, and what is left out and why. It decides nothing."""
    verdict = "reject" if visit.one("verdict") == "reject" else "approve"
    shown = {each.id: each.fingerprint for each in _chosen(visit)}
    totals = of_items(visit.world, visit.person, shown, with_needs=verdict == "approve")
    items = {key: item for key, item in visit.world.state.get_many(list(shown)).items() if visit.person.may_see(item.project_id)}
    ready = [items[key] for key in totals.selected if key in items]
    left = [(items[key], why.message) for key, why in totals.excepted.items() if key in items]
    second = len(totals.second) if verdict == "approve" else 0
    return Page(html=confirm.page(visit.frame("approve"), visit.formats, ready, left, verdict=verdict, second=second))


def _chosen(visit: Visit) -> list[_Chosen]:
    """The ticked rows, or all that match the filters; never only some of them."""
    if visit.one("all") == "yes":
        rows = waiting(visit.world, visit.config, visit.person, wanted_of(visit), visit.board).rows
        chosen = [_Chosen(row.item.id, row.item.fingerprint) for row in rows]
    else:
        chosen = [_Chosen.of(value) for value in dict.fromkeys(visit.given.get("item", ()))]
    if not chosen:
        raise ConnectorError(Code.MALFORMED, "Nothing is selected.")
    if len(chosen) > MOST:
        raise ConnectorError(Code.TOO_LARGE, f"At most {MOST} are decided in one go; these are {len(chosen)}. Filter the list first.")
    return chosen


def decide_many(visit: Visit) -> Page:
    chosen = _chosen(visit)
    verdict, reason = visit.one("verdict"), reason_of(visit)
    if verdict not in {"approve", "reject"}:
        raise ConnectorError(Code.MALFORMED, "The form did not arrive whole.")
    if verdict == "reject" and not reason:
        raise ConnectorError(Code.REASON_MISSING, "Say why they are rejected.")
    decisions = [
        Decision(
            item=each.id,
            verdict="approve" if verdict == "approve" else "reject",
            fingerprint=each.fingerprint,
            reason=reason,
            with_needs=True,
        )
        for each in chosen
    ]
    results = decide(visit.world, visit.person, decisions, via="app")
    return _results(visit, results, verdict)


def _results(visit: Visit, results: Sequence[Decided], verdict: str) -> Page:
    items = visit.world.state.get_many([result.item for result in results])
    run = next((result.run for result in results if result.run), "")
    rows = [(items.get(result.item), result.violation) for result in results]
    poll = visit.address("runs", run) if run else ""
    return Page(
        html=pages.results(visit.frame("approve"), visit.formats, rows, verb="rejected" if verdict == "reject" else "approved", poll=poll)
    )


def show_run(visit: Visit) -> Page:
    """Where the items of an export run are."""
    run = visit.world.state.get_run(visit.id)
    if run is None or run.kind != "export":
        raise ConnectorError(Code.NOT_FOUND, f"There is no run {visit.id!r}.")
    items = visit.world.state.get_many([key for wave in run.waves for key in wave])
    rows = [(item, None) for item in items.values() if visit.person.may_see(item.project_id)]
    return Page(html=pages.results(visit.frame("approve"), visit.formats, rows, verb="approved", poll=visit.address("runs", run.id)))


def after(visit: Visit) -> After | None:
    """What became of the item that was decided a moment ago, and the way back to it."""
    key = visit.query.get("after", "")
    item = visit.world.state.get(key) if key else None
    if item is None or not visit.person.may_see(item.project_id):
        return None
    return After(words=pages.became(item), address=visit.address("items", item.id))


def reason_of(visit: Visit) -> str:
    """The cause and the words; the words are what counts, so that a cause alone is no reason."""
    words, cause = visit.one("reason").strip(), visit.one("cause")
    return f"{cause}: {words}" if words and cause else words


ROUTES: Final = (
    Route("GET", "/app/approve", show_list),
    Route("GET", "/app/approve/news", show_news),
    Route("POST", "/app/approve/confirm", ask),
    Route("POST", "/app/approve/decisions", decide_many),
    Route("GET", "/app/runs/{id}", show_run),
)
