"""*Links*: pairs of records, one in each system, with where each is shown and how the pair stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from connector.core.links import Linked, Standing, Wanted
from connector.presentation.approve_list import object_words
from connector.presentation.drift import sides_of
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill

EVERYTHING: Final = "all"
"""How an address names all objects at once."""
_PILLS: Final = {
    Standing.EQUAL: Pill("check", "Agrees", "ok"),
    Standing.DIFFERS: Pill("differs", "Differs", "warn"),
    Standing.UNCOMPARED: Pill("clock", "Not compared yet", "run"),
    Standing.LINKED: Pill("link", "Linked", "ok"),
    Standing.UNMARKED: Pill("right", "Not marked in Procore yet", "run"),
    Standing.CHANGED: Pill("again", "Changed in Intacct", "warn"),
    Standing.REFUSED: Pill("cross", "Refused", "bad"),
    Standing.GONE: Pill("warn", "Gone in Intacct", "warn"),
}
_NAMED: Final = 3
"""Fields that a row names; the item's page has all."""
_BY: Final = (("hand", "A person"), ("rule", "A rule"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``in_procore`` and ``in_intacct`` are addresses to open, the first where there is one; ``resolve`` is the address where what
    differs is decided about; ``unlink`` is empty for who may not."""

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
    resolve: str
    unlink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around the list: the ``objects`` to choose from; whether others fit too (``more``); how many links ``differ``, of all
    objects."""

    objects: Sequence[str]
    more: bool
    may_adopt: bool
    differ: int


def page(frame: Frame, formats: Formats, found: Sequence[Linked], wanted: Wanted, around: Around) -> str:
    differ = around.differ if wanted.state is not Standing.DIFFERS else 0
    here = wanted.object or EVERYTHING
    return framed(
        "pairs.html",
        frame,
        rows=[row(frame, formats, each) for each in found],
        objects=[(EVERYTHING, "All", here == EVERYTHING), *((name, object_words(name), name == here) for name in around.objects)],
        states=[(state.value, pill.words, state is wanted.state) for state, pill in _PILLS.items()],
        by=[(name, words, name == wanted.by) for name, words in _BY],
        text=wanted.text,
        filtered=bool(wanted.text or wanted.state or wanted.by),
        clear=f"{frame.base}/links?object={here}",
        of="All links" if here == EVERYTHING else object_words(here),
        more=around.more,
        may_adopt=around.may_adopt,
        differ=differ,
        differing=f"{frame.base}/links?{urlencode({'object': EVERYTHING, 'state': Standing.DIFFERS})}",
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
        why=_why(each, formats),
        resolve=f"{frame.base}/items/{quote(each.item, safe='')}#drift" if each.standing is Standing.DIFFERS else "",
        unlink=address if each.may_unlink else "",
    )


def _why(each: Linked, formats: Formats) -> str:
    """What the pill does not say: which fields differ, since when it agrees, why it is gone."""
    if each.drift is not None and each.standing is Standing.DIFFERS:
        return f"{sides_of(each.drift)}: {_first(each.fields)}" if each.fields else sides_of(each.drift)
    if each.standing is Standing.UNCOMPARED:
        return "It may have changed since it was last compared."
    if each.compared_at is None:
        return each.gone
    but = "Differences were accepted. " if each.accepted else ""
    return f"{but}As of {formats.moment(each.compared_at)}"


def _first(fields: Sequence[str]) -> str:
    more = f" and {len(fields) - _NAMED} more" if len(fields) > _NAMED else ""
    return ", ".join(fields[:_NAMED]) + more


def address_of(frame: Frame, each: Linked, place: str = "pair") -> str:
    """Of the page of a pair, or (``intacct``) of the way into Intacct."""
    return f"{frame.base}/links/{place}?{urlencode({'object': each.object, 'id': each.procore_id}, quote_via=quote)}"
