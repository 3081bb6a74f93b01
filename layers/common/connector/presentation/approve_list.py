"""*To approve*: the list with its filters and sums, the page before many decisions, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlencode

from connector.core.errors import Violation
from connector.core.item import Item, State
from connector.core.waiting import Queue, Standing, Waiting, Wanted
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import pill
from connector.presentation.letters import noun
from connector.presentation.unusual_words import SHORT

PAGE: Final = 100
_GROUPS: Final = (("mine", "For you"), ("second", "Second approval"), ("all", "All"), ("decided", "Decided by me (30 days)"))
_SORTS: Final = ("object", "number", "company", "project", "", "sender", "age", "amount")
_ENDED: Final = frozenset({State.SYNCED, State.FAILED, State.REJECTED, State.STALE, State.BLOCKED, State.WAITING, State.RETRIEVED})
_HAS: Final = (
    ("marks", "Anything unusual"),
    ("over", "A total below zero, over budget"),
    ("vendor", "A new vendor"),
    ("first", "Another record goes first"),
    ("above", "Above my limit"),
)
_AGES: Final = (1, 3, 7, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    value: str
    address: str
    object: str
    number: str
    company: str
    project: str
    amount: str
    cents: int
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    line: Line
    notes: tuple[str, ...]
    more_notes: tuple[str, ...]
    sender: str
    age: str
    since: str
    moment: str
    decidable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What became of the item decided a moment ago."""

    words: str
    address: str


def became(item: Item) -> str:
    said = {
        State.APPROVED: "approved",
        State.EXPORTING: "approved",
        State.SYNCED: "approved, and in Intacct",
        State.BLOCKED: "approved; another record goes first",
        State.REJECTED: "rejected",
        State.WAITING: "approved by you; a second approver decides" if item.approvals else "waits for a decision again",
    }
    return f"{item.number} {said.get(item.state, item.state.value)}."


def listing(frame: Frame, formats: Formats, queue: Queue, wanted: Wanted, *, now: datetime, after: After | None, lately: int = 0) -> str:
    """``lately`` is how many the reader decided in the last seven days: said where nothing is left."""
    first = wanted.first
    shown = queue.rows[first : first + PAGE]
    filters = {
        "object": wanted.object,
        "project": wanted.project,
        "least": _plain(wanted.least),
        "most": _plain(wanted.most),
        "days": str(wanted.days or ""),
        "has": wanted.has,
        "text": wanted.text,
    }
    filtered = any(filters.values())
    here = {"group": wanted.group if wanted.group != "mine" else "", "sort": wanted.sort, "in": "panel" if frame.panel else "", **filters}
    return framed(
        "approve.html",
        frame,
        after=after,
        rows=[_row(row, frame, formats, now) for row in shown],
        total=_total(queue.rows, formats, now),
        above=queue.above,
        groups=groups_of(frame, here, wanted.group, {"mine": queue.mine, "second": queue.second}),
        news=news(frame, wanted, now) if not first else "",
        sorts=[(name, _address(frame, here | {"sort": name}), name == (wanted.sort or "age")) for name in _SORTS],
        objects=[(name, object_words(name), name == wanted.object) for name in queue.objects],
        projects=[(key, name, key == wanted.project) for key, name in sorted(queue.projects.items(), key=lambda each: each[1].casefold())],
        has=[(key, words, key == wanted.has) for key, words in _HAS],
        ages=[(days, f"{days} days or more" if days > 1 else "1 day or more", days == wanted.days) for days in _AGES],
        filters=filters,
        filtered=filtered,
        lately=lately,
        group=wanted.group,
        sort=wanted.sort,
        clear=_address(frame, {"group": here["group"], "sort": here["sort"], "in": here["in"]}),
        all_matching=len(queue.rows) if len(queue.rows) > len(shown) else 0,
        earlier=_address(frame, here | {"first": str(max(0, first - PAGE) or "")}) if first else "",
        later=_address(frame, here | {"first": str(first + PAGE)}) if len(queue.rows) > first + PAGE else "",
        left=min(PAGE, len(queue.rows) - first - PAGE),
        currency=formats.currency,
    )


def groups_of(frame: Frame, here: Mapping[str, str], group: str, counts: Mapping[str, int]) -> list[tuple[str, str, bool, int | None]]:
    """The lists within: words, address, whether it is this one, how many."""
    return [
        (words, _address(frame, {**here, "group": name if name != "mine" else ""}), name == group, counts.get(name))
        for name, words in _GROUPS
    ]


def news(frame: Frame, wanted: Wanted, opened: datetime, had: int = 0) -> str:
    """Where to ask what came or changed since the list was opened."""
    group = wanted.group if wanted.group != "mine" else ""
    return f"{frame.base}/approve/news?{urlencode({'since': opened.isoformat(), 'group': group, 'had': str(had)})}"


def told(frame: Frame, wanted: Wanted, opened: datetime, count: int, had: int) -> str:
    """The line above the list, and nothing else of the page."""
    words = f"{count} {'item' if count == 1 else 'items'} came or changed since you opened this." if count else ""
    return framed("news.html", frame, news=news(frame, wanted, opened, count), words=words, one=count == 1, aloud=count != had)


def _total(rows: Sequence[Waiting], formats: Formats, now: datetime) -> str:
    """How many, how much, how old: ``47 items, $12,480,220.14. Oldest 6 days.``."""
    if not rows:
        return ""
    amount = formats.money(sum((row.item.amount for row in rows), Decimal(0)))
    oldest = age(now - min(row.item.since for row in rows))
    return f"{items_words(len(rows))}, {amount}. Oldest {oldest}."


def _row(row: Waiting, frame: Frame, formats: Formats, now: datetime) -> Row:
    item = row.item
    notes = _notes(row)
    return Row(
        line=line_of(item, frame, formats),
        notes=notes[:2],
        more_notes=notes[2:],
        sender=item.sent_by_name,
        age=age(now - item.since),
        since=item.since.isoformat(),
        moment=formats.moment(item.since),
        decidable=row.standing in {Standing.YOURS, Standing.YOURS_AND_ANOTHERS},
    )


def _notes(row: Waiting) -> tuple[str, ...]:
    item = row.item
    said = {
        Standing.YOURS_AND_ANOTHERS: "Needs a second approver too",
        Standing.GIVEN: "You approved; a second one decides",
        Standing.SENT: "You sent this: another approver decides",
    }
    return tuple(
        filter(
            None,
            (
                said.get(row.standing, ""),
                *(SHORT[mark] for mark in item.marks),
                f"{len(item.pending)} go first"
                if len(item.pending) > 1
                else f"{object_words(item.pending[0].partition(':')[0], one=True)} goes first"
                if item.pending
                else "",
                f"Approved by {item.approvals[-1].by_name}" if item.approvals and row.standing is not Standing.GIVEN else "",
            ),
        )
    )


def results(frame: Frame, formats: Formats, rows: Sequence[tuple[Item | None, Violation | None]], *, verb: str, poll: str) -> str:
    """One row for each decision, what was not taken first. ``poll`` is where to look again while anything is on its way."""
    taken = [item for item, why in rows if item is not None and why is None]
    refused = [(line_of(item, frame, formats), why) for item, why in rows if item is not None and why is not None]
    gone = sum(item is None for item, _ in rows)
    done = [item for item in taken if item.state in _ENDED]
    amount = f", {formats.money(sum((item.amount for item in taken), Decimal(0)))}" if any(item.amount for item in taken) else ""
    return framed(
        "results.html",
        frame,
        said=taken_of(len(taken), len(rows), f"{verb}{amount}"),
        refused=refused,
        gone=gone,
        rows=[(line_of(item, frame, formats), pill(item.state)) for item in taken],
        done=len(done),
        count=len(taken),
        poll=poll if verb != "rejected" and len(done) < len(taken) else "",
        synced=sum(item.state is State.SYNCED for item in taken),
        verb=verb,
    )


def taken_of(taken: int, decided: int, verb: str) -> str:
    """What became of a decision about many: ``41 of 44 approved. 3 were not``."""
    left = decided - taken
    short = f" of {decided}" if left else ""
    return f"{taken}{short} {verb}.{f' {left} {"was" if left == 1 else "were"} not.' if left else ''}"


def line_of(item: Item, frame: Frame, formats: Formats) -> Line:
    return Line(
        value=value_of(item),
        address=item_address(frame, item),
        object=noun(item),
        number=item.number,
        company=item.party or item.title,
        project=item.project_name,
        amount=formats.money(item.amount) if item.amount else "none",
        cents=int(item.amount.scaleb(2)),
        problem=item.problems[0].message if item.problems else "",
    )


def value_of(item: Item) -> str:
    """How a form names an item as it was shown."""
    return f"{item.fingerprint} {quote(item.id, safe='')}"


def item_address(frame: Frame, item: Item) -> str:
    return f"{frame.base}/items/{quote(item.id, safe='')}{'?in=panel' if frame.panel else ''}"


def age(waited: timedelta) -> str:
    seconds = int(waited.total_seconds())
    for size, one, many in ((86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes")):
        if seconds >= size:
            return f"{seconds // size} {one if seconds < 2 * size else many}"
    return "just now"


def items_words(count: int) -> str:
    return f"{count} {'item' if count == 1 else 'items'}"


def _plain(amount: Decimal | None) -> str:
    return f"{amount:f}" if amount is not None else ""


def object_words(name: str, *, one: bool = False) -> str:
    words = name.replace("_", " ").capitalize()
    return words.removesuffix("s") if one else words


def _address(frame: Frame, query: dict[str, str]) -> str:
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"{frame.base}/approve{f'?{asked}' if asked else ''}"
