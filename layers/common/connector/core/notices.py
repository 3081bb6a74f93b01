"""Who is told of what, how: a mail that is owed, and each person's own choice of the mails they get."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, Field

from connector.core.item import Item, State, Value
from connector.core.unusual import Unusual


class MailKind(StrEnum):
    """What a mail tells of. The first two go to approvers, the rest to whoever sent the record."""

    WAITING = "waiting"
    RETURNED = "returned"
    REJECTED = "rejected"
    FAILED = "failed"
    SYNCED = "synced"


class How(StrEnum):
    AT_ONCE = "at once"
    DIGEST = "digest"
    NONE = "none"


DIGEST: Final = "digest"
"""The daily mail, as a kind that can be stopped: what was to come in it does not come by mail any more."""
FOR_APPROVERS: Final = frozenset({MailKind.WAITING, MailKind.RETURNED})
_TOLD_IN: Final = MappingProxyType({
    MailKind.WAITING: State.WAITING,
    MailKind.RETURNED: State.WAITING,
    MailKind.REJECTED: State.REJECTED,
    MailKind.FAILED: State.FAILED,
    MailKind.SYNCED: State.SYNCED,
})  # fmt: skip


class Notice(Value):
    """A mail that is owed to these logins about a change of an item. It is saved with the change, and leaves as they are told.
    ``by`` is the name of whoever caused it, ``version`` that of the item after the change."""

    item: str
    version: int
    kind: MailKind
    to: tuple[str, ...]
    at: AwareDatetime
    fingerprint: str = ""
    by: str = ""

    @property
    def id(self) -> str:
        return f"{self.item}#{self.version:06d}"

    def holds(self, item: Item | None) -> bool:
        """Whether it is still so: what has moved on since is told by a newer notice, or by none."""
        if item is None or item.state is not _TOLD_IN[self.kind]:
            return False
        return self.kind not in FOR_APPROVERS or item.fingerprint == self.fingerprint


@cache
def zone(name: str) -> ZoneInfo | None:
    """The time zone of this name in the IANA database; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _known(name: str) -> str:
    if name and zone(name) is None:
        msg = f"{name!r} is no time zone; one is America/New_York"
        raise ValueError(msg)
    return name


class Preferences(Value):
    """One person's choice. What ``kinds`` does not name comes at once. ``zone`` is an IANA name; empty is UTC."""

    kinds: dict[MailKind, How] = Field(default_factory=dict)
    zone: Annotated[str, Field(max_length=64), AfterValidator(_known)] = ""

    def how(self, kind: MailKind) -> How:
        return self.kinds.get(kind, How.AT_ONCE)

    @property
    def digest(self) -> frozenset[MailKind]:
        return frozenset(kind for kind in MailKind if self.how(kind) is How.DIGEST)

    def without(self, kind: str) -> Preferences:
        """After *stop mails of this kind*; of the digest: of every kind that would come in it."""
        stopped = self.digest if kind == DIGEST else frozenset({MailKind(kind)})
        return self.model_copy(update={"kinds": {**self.kinds, **dict.fromkeys(stopped, How.NONE)}})


class Digest(Value):
    """A person's day: what waits for them, longest waiting first, with what is unusual about the first of it and a link to each of these
    by item; and what was decided or done of what they sent."""

    waiting: tuple[Item, ...] = ()
    unusual: dict[str, tuple[Unusual, ...]] = Field(default_factory=dict)
    links: dict[str, str] = Field(default_factory=dict)
    told: tuple[tuple[MailKind, Item], ...] = ()


def preferences(texts: Mapping[str, str], login: str) -> Preferences:
    """Those of a login, of all that are kept as JSON text; everything at once for who has not chosen."""
    return Preferences.model_validate_json(texts[login]) if login in texts else Preferences()
