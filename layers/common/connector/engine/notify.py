"""Who hears of what. A mail is owed from the moment of its change, in the same transaction; :mod:`connector.engine.outbox` sends it."""

from __future__ import annotations

import hashlib

from connector.core.configuration import Configuration
from connector.core.item import Item
from connector.core.notices import MailKind, Notice


def token_hash(token: str) -> str:
    """Only this is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def waiting(config: Configuration, item: Item, *, returned: bool = False, but: str = "") -> Notice | None:
    """To each approver whose rights cover the item; not to the sender, nor to ``but``, who knows."""
    to = tuple(login for login in deciders(config, item) if login != but)
    return _owed(MailKind.RETURNED if returned else MailKind.WAITING, item, to)


def rejected(item: Item, by: str) -> Notice | None:
    """To the sender."""
    return _owed(MailKind.REJECTED, item, (item.sent_by,), by)


def failed(config: Configuration, item: Item) -> Notice | None:
    """To the sender. What nobody sent the approvers mend."""
    return _owed(MailKind.FAILED, item, (item.sent_by,) if item.sent_by else [right.login for right in config.approvers_for(item)])


def synced(item: Item) -> Notice | None:
    """To the sender."""
    return _owed(MailKind.SYNCED, item, (item.sent_by,))


def deciders(config: Configuration, item: Item) -> tuple[str, ...]:
    """The approvers named for an item, but for its sender; each once."""
    logins = dict.fromkeys(right.login for right in config.approvers_for(item))
    return tuple(login for login in logins if login != item.sent_by or config.sender_may_approve)


def _owed(kind: MailKind, item: Item, to: tuple[str, ...] | list[str], by: str = "") -> Notice | None:
    """``item`` is the one to be saved. None where there is nobody to tell."""
    logins = tuple(dict.fromkeys(filter(None, to)))
    if not logins:
        return None
    return Notice(item=item.id, version=item.version, kind=kind, to=logins, at=item.since, fingerprint=item.fingerprint, by=by)
