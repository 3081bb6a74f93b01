"""*Schedules*: how often each object is imported by the clock, when it was read and when it is next; and the latest imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connector.presentation.approve_list import object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.import_runs import Line
from connector.presentation.imports import SCHEDULES, tabs

OFTEN: Final = {"off": "Off", "hour": "Every hour", "2 hours": "Every 2 hours", "4 hours": "Every 4 hours", "day": "Every day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Of one object: how ``often``, whether the settings say so, up to when it was read and when it is next (None: never)."""

    object: str
    often: str
    set: bool
    heard: datetime | None
    next: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What has just happened: ``wrong``, why nothing was saved; ``saved``."""

    wrong: Sequence[str] = ()
    saved: bool = False


def page(
    frame: Frame, formats: Formats, times: Sequence[Times], *, runs: Sequence[Line], version: str, counts: Mapping[str, str], said: Said
) -> str:
    """``version`` is that of the settings, for who may change them; else empty."""
    return framed(
        "schedules.html",
        frame,
        rows=[
            (
                each.object,
                object_words(each.object),
                [(name, words, name == each.often) for name, words in OFTEN.items()],
                OFTEN[each.often],
                "" if each.set else "as usual",
                formats.moment(each.heard) if each.heard else "never",
                formats.moment(each.next) if each.next else "not by the clock",
            )
            for each in times
        ],
        runs=runs,
        version=version,
        groups=tabs(frame, counts, here=SCHEDULES),
        said=said.wrong,
        saved=said.saved and not said.wrong,
    )
