"""*Links*: pairs of records, one in each system, with where each is shown and how the pair stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from connector.core.links import Linked, Standing, Wanted
from connector.presentation.approve_list import object_words
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill

EVERYTHING: Final = "all"
"""How an address names all objects at once."""
_PILLS: Final = {
    Standing.EQUAL: Pill("check", "Agrees", "ok"),
    Standing.LINKED: Pill("link", "Linked", "ok"),
    Standing.UNMARKED: Pill("right", "Not marked in Procore yet", "run"),
    Standing.CHANGED: Pill("again", "Changed in Intacct", "warn"),
    Standing.REFUSED: Pill("cross", "Refused", "bad"),
    Standing.GONE: Pill("warn", "Gone in Intacct", "warn"),
}
_BY: Final = (("hand", "A person"), ("rule", "A rule"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``in_procore`` and ``in_intacct`` are addresses to open, the first where there is one; ``unlink`` is empty for who may not."""

    object: str
    name: str
    procore_id: str
    intacct_id: str
    address: str
    in_procore: str
    in_intacct: str
    linked: str
    by: str
    by_rule: bool
    pill: Pill
    why: str
    unlink: str


def page(
    frame: Frame, formats: Formats, found: Sequence[Linked], wanted: Wanted, *, objects: Sequence[str], more: bool, may_adopt: bool
) -> str:
    """``more`` says that others fit too."""
    here = wanted.object or EVERYTHING
    return framed(
        "pairs.html",
        frame,
        rows=[row(frame, formats, each) for each in found],
        objects=[(EVERYTHING, "All", here == EVERYTHING), *((name, object_words(name), name == here) for name in objects)],
        states=[(state.value, pill.words, state is wanted.state) for state, pill in _PILLS.items()],
        by=[(name, words, name == wanted.by) for name, words in _BY],
        text=wanted.text,
        filtered=bool(wanted.text or wanted.state or wanted.by),
        clear=f"{frame.base}/links?object={here}",
        of="All links" if here == EVERYTHING else object_words(here),
        more=more,
        may_adopt=may_adopt,
    )


def row(frame: Frame, formats: Formats, each: Linked) -> Row:
    address = address_of(frame, each)
    return Row(
        object=object_words(each.object, one=True),
        name=each.name,
        procore_id=each.procore_id,
        intacct_id=each.intacct_id,
        address=address,
        in_procore=each.in_procore,
        in_intacct=address_of(frame, each, "intacct"),
        linked=formats.day(each.linked_at) if each.linked_at else "",
        by=each.linked_by,
        by_rule=not each.by_hand,
        pill=_PILLS[each.standing],
        why=each.gone,
        unlink=address if each.may_unlink else "",
    )


def address_of(frame: Frame, each: Linked, place: str = "pair") -> str:
    """Of the page of a pair, or (``intacct``) of the way into Intacct."""
    return f"{frame.base}/links/{place}?{urlencode({'object': each.object, 'id': each.procore_id}, quote_via=quote)}"
