"""One record of Intacct that waits: what came, to which record of Procore it may be linked, and what may be chosen when it is added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connector.core.item import Item, State
from connector.presentation.approve_list import item_address, object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.imports import NAME, SUGGESTED, WHY
from connector.presentation.item_page import pill

_OPTIONS: Final = {
    "template": ("Template of the new project", "none: an empty project"),
    "accounting_method": ("Accounting method", "by amount"),
}
"""What people call an option, and what holds where nothing is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What may be chosen, each with its values and their words; ``away`` says why Procore's lists are missing."""

    choices: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    away: str = ""


def page(frame: Frame, formats: Formats, item: Item, options: Options) -> str:
    values = [(name.replace("_", " ").capitalize(), value) for name, value in item.staged.items() if " " not in name and value]
    suggested = item.staged.get(SUGGESTED, "")
    return framed(
        "staged_record.html",
        frame,
        item=item,
        heading=f"{object_words(item.object, one=True)} {item.intacct_id}",
        pill=pill(item.state),
        since=formats.moment(item.since),
        amount=formats.money(item.amount) if item.amount else "",
        values=values,
        suggested=suggested,
        suggestion=item.staged.get(NAME, suggested),
        why=item.staged.get(WHY, ""),
        waits=item.state is State.STAGED,
        change=bool(item.procore_id),
        options=[
            (name, *_OPTIONS.get(name, (name.replace("_", " ").capitalize(), "as usual")), listed) for name, listed in options.choices
        ],
        away=options.away,
        history=item_address(frame, item),
        problems=[problem.violation() for problem in item.problems],
    )
