"""Linked records as people look for them: what is asked, and what a link is like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    EQUAL = "equal"
    """Sent by this connector, read back and equal."""
    LINKED = "linked"
    UNMARKED = "unmarked"
    """Procore's record does not carry the mark yet; the connector goes on trying."""
    CHANGED = "changed"
    """Intacct's record has changed, and somebody has to accept it."""
    REFUSED = "refused"
    """The last import refused Intacct's record, or Procore's is gone."""
    GONE = "gone"
    """Intacct's record is deleted or not in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """``object`` empty is all; ``text`` is part of a name, number or id of either side; ``by`` is ``hand`` or ``rule``."""

    object: str = ""
    text: str = ""
    state: Standing | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """``gone`` says why Intacct's record does not count any more. ``item`` is the id of the item that tells of the link, empty where an
    import made it by itself; ``in_procore`` an address, where there is one; ``may_unlink`` whether this person may, once Intacct's record
    is gone."""

    object: str
    name: str
    procore_id: str
    intacct_id: str
    linked_at: datetime | None
    linked_by: str
    gone: str
    standing: Standing
    by_hand: bool
    item: str
    in_procore: str
    may_unlink: bool
