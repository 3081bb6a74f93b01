"""A run that reads from Intacct, or links what is suggested: how far it is, what it did, what it refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from connector.core.errors import Violation
from connector.core.item import Item
from connector.ports import Run
from connector.presentation.approve_list import item_address, object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill

_READ: Final = "read"
_COUNTED: Final = {
    "staged": "staged: wait for a person", "written": "written to Procore", "linked": "linked", "unchanged": "as they were",
    "refreshed": "linked, told of a change", "left_out": "left out by the settings", "gone": "gone in Intacct",
    "removed": "taken away in Procore", "refused": "refused",
}  # fmt: skip
_PILLS: Final = {"running": Pill("right", "Running", "run"), "ended": Pill("check", "Done", "ok")}
_WAITING: Final = Pill("pause", "Waits", "warn")
_STOPPED: Final = Pill("cross", "Stopped", "bad")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A run in one line: ``said`` is what it ``counted`` and by whom it was ``started``. ``place`` is how many of its objects are
    ``done``; ``waits`` says why it waits for the other system, and until when; ``problem`` why it stopped."""

    address: str
    what: str
    said: str
    counted: str
    started: str
    pill: Pill
    place: str
    done: int
    of: int
    waits: str
    problem: str


def line(frame: Frame, formats: Formats, run: Run) -> Line:
    going, at = run.state == "running", run.position.get("object", "")
    done = run.objects.index(at) if at in run.objects else 0
    ended = f", ended {formats.moment(run.ended_at)}" if run.ended_at else ""
    started = f"started by {run.started_by} {formats.moment(run.started_at)}{ended}"
    return Line(
        address=address_of(frame, run.id),
        what=f"{_names(run)}{', everything again' if run.full else ''}",
        said=f"{_counted(run)}, {started}",
        counted=_counted(run),
        started=started,
        pill=_pill(run),
        place=f"{object_words(at)}, {done + 1} of {len(run.objects)}" if going and at and len(run.objects) > 1 else "",
        done=done,
        of=len(run.objects),
        waits=_waits(run, formats) if going else "",
        problem=run.problems[0] if run.problems else "",
    )


def _counted(run: Run) -> str:
    parts = [f"{run.counts.get(_READ, 0):,} {'row' if run.counts.get(_READ) == 1 else 'rows'} read"] if run.kind == "import" else []
    parts += [f"{run.counts[name]:,} {name}" for name in ("staged", "written", "linked", "refused") if run.counts.get(name)]
    return ", ".join(parts) or "nothing done yet"


def _waits(run: Run, formats: Formats) -> str:
    if not run.position.get("waits"):
        return ""
    return f"{run.position['waits']} Tried again {formats.moment(datetime.fromisoformat(run.position['again']))} by itself."


def _pill(run: Run) -> Pill:
    return _WAITING if run.state == "running" and run.position.get("waits") else _PILLS.get(run.state, _STOPPED)


def page(frame: Frame, formats: Formats, run: Run, *, refused: Sequence[Item], project: str, joined: bool) -> str:
    """``refused`` are the first records of its objects that stand refused; ``joined`` where it ran already when it was asked for."""
    going, shown = run.state == "running", line(frame, formats, run)
    counts = [(words, f"{run.counts[name]:,}", name) for name, words in _COUNTED.items() if run.counts.get(name)]
    return framed(
        "import_run.html",
        frame,
        heading=f"{'Linking' if run.kind != 'import' else 'Import'} of {_names(run).lower()}",
        run=shown,
        read=f"{run.counts.get(_READ, 0):,}" if run.kind == "import" else "",
        counts=counts,
        project=project,
        record=run.record,
        jobs_left=len(json.loads(run.position.get("jobs") or "[]")) if going else 0,
        problems=run.problems,
        refused=[(item_address(frame, item), item.intacct_id, item.title, _reasons(item)) for item in refused],
        all_refused=f"{frame.base}/imports?group=invalid{f'&object={run.objects[0]}' if len(run.objects) == 1 else ''}",
        joined=joined,
        poll=address_of(frame, run.id) if going else "",
        said=f"{shown.pill.words}. {shown.counted}.",
    )


def _reasons(item: Item) -> tuple[Violation, ...]:
    return tuple(problem.violation() for problem in item.problems)


def address_of(frame: Frame, run_id: str) -> str:
    return f"{frame.base}/imports/runs/{quote(run_id, safe='')}"


def _names(run: Run) -> str:
    """What it reads; many objects are counted."""
    if len(run.objects) > 4:  # noqa: PLR2004 -- more do not fit in a line
        return f"{len(run.objects)} objects"
    return ", ".join(object_words(name) if number == 0 else object_words(name).lower() for number, name in enumerate(run.objects))
