"""*Imports*: records of Intacct that wait for a person, with what is suggested for each; and a run on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from connector.core.item import Item, State
from connector.ports import Page, Run
from connector.presentation.approve_list import age, item_address, object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill, pill

_GROUPS: Final = (("", "Waiting"), ("invalid", "Refused"), ("imported", "Added"), ("linked", "Linked"), ("archived", "Archived"))
_SUGGESTED, _NAME, _WHY = "suggested id", "suggested name", "suggested because of the same"
"""Entries of a staged item, as :mod:`connector.engine.stage` names them."""
_COUNTED: Final = {
    "created": "new in Procore", "updated": "changed in Procore", "unchanged": "as they were", "staged": "wait for a person",
    "refreshed": "linked, and told of a change", "left_out": "left out by the settings", "refused": "refused",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    id: str
    address: str
    object: str
    intacct_id: str
    name: str
    suggestion: str
    why: str
    said: str
    since: str
    moment: str
    pill: Pill


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which list is shown, and of which object; ``objects`` are those that are imported."""

    group: str
    kind: str
    objects: Sequence[str]


def line(frame: Frame, formats: Formats, run: Run) -> tuple[str, str, str]:
    """A run on its way, in one line: address, what it reads, how far it is."""
    names = ", ".join(name.replace("_", " ") for name in run.objects)
    said = f"{sum(run.counts.values()):,} records read, started by {run.started_by}, {formats.moment(run.started_at)}"
    return f"{frame.base}/imports/runs/{quote(run.id, safe='')}", names, said


def page(frame: Frame, formats: Formats, page: Page[Item], choice: Choice, *, runs: Sequence[tuple[str, str, str]], now: datetime) -> str:
    """``runs`` are those on their way, as :func:`line` says them."""
    rows = [_record(item, frame, formats, now) for item in sorted(page.rows, key=lambda item: (item.object, item.title.casefold()))]
    here = {"group": choice.group, "object": choice.kind}
    return framed(
        "imports.html",
        frame,
        rows=rows,
        runs=runs,
        suggested=sum(bool(row.suggestion) for row in rows),
        groups=[(words, _address(frame, here | {"group": name}), name == choice.group) for name, words in _GROUPS],
        group=choice.group,
        objects=[(name, object_words(name), name == choice.kind) for name in choice.objects],
        later=_address(frame, here | {"cursor": page.cursor}) if page.cursor else "",
        filtered=bool(choice.kind),
    )


def _record(item: Item, frame: Frame, formats: Formats, now: datetime) -> Record:
    suggested = item.staged.get(_SUGGESTED, "") if item.state is State.STAGED else ""
    return Record(
        id=item.id,
        address=item_address(frame, item),
        object=object_words(item.object, one=True),
        intacct_id=item.intacct_id,
        name=item.title,
        suggestion=item.staged.get(_NAME, suggested) if suggested else "",
        why=f"same {item.staged[_WHY]}" if suggested and item.staged.get(_WHY) else "",
        said=item.problems[0].message if item.problems else item.reason,
        since=age(now - item.since),
        moment=formats.moment(item.since),
        pill=pill(item.state),
    )


def run(frame: Frame, formats: Formats, run: Run, *, here: str) -> str:
    going = run.state == "running"
    done = sum(run.counts.values())
    return framed(
        "import_run.html",
        frame,
        heading=f"Import of {', '.join(name.replace('_', ' ') for name in run.objects)}",
        words=f"{done:,} records read so far" if going else f"{done:,} records read",
        state=Pill("right", "Running", "run")
        if going
        else Pill("check", "Done", "ok")
        if run.state == "ended"
        else Pill("cross", "Stopped", "bad"),
        started=f"Started by {run.started_by}, {formats.moment(run.started_at)}",
        ended=formats.moment(run.ended_at) if run.ended_at else "",
        counts=[(_COUNTED.get(name, name.replace("_", " ")), f"{number:,}") for name, number in sorted(run.counts.items()) if number],
        problems=run.problems,
        poll=here if going else "",
    )


def _address(frame: Frame, query: dict[str, str]) -> str:
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"{frame.base}/imports{f'?{asked}' if asked else ''}"
