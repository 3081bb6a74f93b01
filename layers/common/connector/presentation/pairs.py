"""*Links*: pairs of records, one in each system."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from connector.ports import CrossReference
from connector.presentation.approve_list import object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def page(
    frame: Frame, formats: Formats, found: Sequence[CrossReference], *, kind: str, text: str, objects: Sequence[str], more: bool
) -> str:
    """Newest first; ``more`` says that others fit too."""
    newest = sorted(found, key=lambda pair: pair.linked_at or _LONG_AGO, reverse=True)
    return framed(
        "pairs.html",
        frame,
        rows=[
            (
                pair.label or pair.procore_id,
                pair.procore_id,
                pair.intacct_id,
                formats.moment(pair.linked_at) if pair.linked_at else "",
                pair.linked_by,
            )
            for pair in newest
        ],
        objects=[(name, object_words(name), name == kind) for name in objects],
        text=text,
        more=more,
    )
