"""*Imports*: records of Intacct that wait for a person, with what is suggested for each and why; what became of those decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from connector.core.errors import Violation
from connector.core.item import Item, State
from connector.ports import Page
from connector.presentation.approve_list import age, item_address, object_words, taken_of
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.import_runs import Line
from connector.presentation.item_page import Pill, pill

DONE: Final = "done"
SCHEDULES: Final = "schedules"
GROUPS: Final = (("", "Staged"), ("invalid", "Refused"), (DONE, "Done"), ("archived", "Archived"))
_AS: Final = (("imported", "Added to Procore"), ("linked", "Linked to a record"))
SUGGESTED, NAME, WHY = "suggested id", "suggested name", "suggested because of the same"
"""Entries of a staged item, as :mod:`connector.engine.stage` names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """``page`` is that of the record alone; ``chooses`` whether something may be chosen when it is added. ``problems`` are the reasons of
    one that was refused."""

    id: str
    address: str
    page: str
    object: str
    intacct_id: str
    name: str
    suggestion: str
    why: str
    change: bool
    chooses: bool
    problems: tuple[Violation, ...]
    said: str
    since: str
    moment: str
    pill: Pill


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which list is shown, and of which object; ``made`` tells added from linked ones. ``objects`` are those that are imported, in the
    order of their needs, ``projects`` those that may be asked for (Procore's id and name); ``counts`` how many stand in a group."""

    group: str
    kind: str
    made: str
    objects: Sequence[str]
    projects: Sequence[tuple[str, str]]
    counts: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around the list: ``runs`` on their way; ``stopped``, the last that did not come to its end; how far the objects were
    ``read`` (None: never); the ``choosing`` items; what is ``suggested`` of which objects (name and how many, in words)."""

    runs: Sequence[Line]
    stopped: Line | None
    read: datetime | None
    choosing: Collection[str]
    suggested: Sequence[tuple[str, str]]


def page(frame: Frame, formats: Formats, page: Page[Item], choice: Choice, around: Around, *, now: datetime) -> str:
    place = {name: number for number, name in enumerate(choice.objects)}
    ordered = sorted(page.rows, key=lambda item: (place.get(item.object, len(place)), item.title.casefold()))
    here = {"group": choice.group, "made": choice.made, "object": choice.kind}
    return framed(
        "imports.html",
        frame,
        rows=[_record(item, frame, formats, now, chooses=item.id in around.choosing) for item in ordered],
        runs=around.runs,
        stopped=around.stopped,
        suggested=[
            (f"{_at(frame)}/suggested?{urlencode({'object': name})}", object_words(name).lower(), count) for name, count in around.suggested
        ],
        groups=tabs(frame, choice.counts, here=choice.group, kind=choice.kind),
        group=choice.group,
        made=[(name, words, name == choice.made) for name, words in _AS] if choice.group == DONE else [],
        objects=[(name, object_words(name), name == choice.kind) for name in choice.objects],
        projects=choice.projects,
        later=_address(frame, here | {"cursor": page.cursor}) if page.cursor else "",
        here=_address(frame, here),
        filtered=bool(choice.kind),
        read=formats.moment(around.read) if around.read else "",
        what=object_words(choice.kind) if choice.kind else "All objects",
    )


def tabs(frame: Frame, counts: Mapping[str, str], *, here: str, kind: str = "") -> list[tuple[str, str, bool, str | None]]:
    """Words, address, whether it is the one shown, and how many. The last is *Schedules*."""
    groups = [(words, _address(frame, {"group": name, "object": kind}), name == here, counts.get(name)) for name, words in GROUPS]
    return [*groups, ("Schedules", f"{_at(frame)}/{SCHEDULES}", here == SCHEDULES, None)]


def _record(item: Item, frame: Frame, formats: Formats, now: datetime, *, chooses: bool) -> Record:
    suggested = item.staged.get(SUGGESTED, "") if item.state is State.STAGED else ""
    return Record(
        id=item.id,
        address=item_address(frame, item),
        page=record_address(frame, item.id),
        object=object_words(item.object, one=True),
        intacct_id=item.intacct_id,
        name=item.title,
        suggestion=item.staged.get(NAME, suggested) if suggested else "",
        why=f"same {item.staged[WHY]}" if suggested and item.staged.get(WHY) else "",
        change=item.state is State.STAGED and bool(item.procore_id),
        chooses=chooses,
        problems=tuple(problem.violation() for problem in item.problems),
        said=item.reason,
        since=age(now - item.since),
        moment=formats.moment(item.since),
        pill=pill(item.state),
    )


def record_address(frame: Frame, key: str) -> str:
    return f"{_at(frame)}/records/{quote(key, safe='')}"


def results(frame: Frame, rows: Sequence[tuple[Item | None, Violation | None]], *, verb: str, follow: str = "") -> str:
    """One row for each decision, what was not done first; ``follow`` is the page of a run that goes on with it."""
    refused = [(item, why) for item, why in rows if why is not None and item is not None]
    gone = sum(item is None for item, _ in rows)
    taken = [item for item, why in rows if item is not None and why is None]
    return framed(
        "staged_done.html",
        frame,
        said=taken_of(len(taken), len(rows), verb),
        verb=verb,
        refused=[(_named(item, frame), why) for item, why in refused],
        gone=gone,
        rows=[(_named(item, frame), pill(item.state)) for item in taken],
        follow=follow,
    )


def _named(item: Item, frame: Frame) -> tuple[str, str, str, str]:
    return item_address(frame, item), object_words(item.object, one=True), item.intacct_id, item.title


def suggestions(frame: Frame, object_name: str, items: Sequence[Item], *, count: int, at_once: int) -> str:
    """The page before all that is suggested is linked. ``items`` are the first of ``count``; above ``at_once`` it becomes a run."""
    return framed(
        "suggested.html",
        frame,
        object=object_name,
        what=object_words(object_name, one=count == 1).lower(),
        pairs=[
            (item.intacct_id, item.title, item.staged.get(NAME, ""), item.staged[SUGGESTED], item.staged.get(WHY, "")) for item in items
        ],
        count=count,
        run=count > at_once,
    )


def _at(frame: Frame) -> str:
    return f"{frame.base}/imports"


def _address(frame: Frame, query: dict[str, str]) -> str:
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"{_at(frame)}{f'?{asked}' if asked else ''}"
