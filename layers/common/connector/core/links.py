"""Linked records as people look for them: what is asked, and what a link is like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.core.item import Drift


class Standing(StrEnum):
    EQUAL = "equal"
    """Sent by this connector, read back and equal; nothing was found to differ since."""
    DIFFERS = "differs"
    """A look found it to differ from what was exported, and nobody has decided about that yet."""
    UNCOMPARED = "uncompared"
    """It may have changed since it was last compared, and is looked at next."""
    LINKED = "linked"
    """It was not sent by this connector: what both sides hold was never equal by its doing."""
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
    is gone. ``compared_at`` is when both sides were last known to stand as they were exported, of what was sent by this connector;
    ``accepted`` whether that is but for differences which a person has accepted; ``drift`` what differs, in the ``fields`` that are named
    here as people name them."""

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
    compared_at: datetime | None = None
    accepted: bool = False
    drift: Drift | None = None
    fields: tuple[str, ...] = ()
