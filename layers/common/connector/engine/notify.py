"""Who hears of what. A mail that cannot be sent never undoes what it tells of."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Sequence
from datetime import timedelta

from connector.core.configuration import Configuration
from connector.core.errors import ConnectorError
from connector.core.item import Item
from connector.engine.preview import name_of
from connector.engine.world import World
from connector.ports import Letter, Link

log = logging.getLogger("connector.notify")


def token_hash(token: str) -> str:
    """Only this is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def waiting(world: World, item: Item, *, returned: bool) -> None:
    """A mail with a link of their own to each approver whose rights cover the item; not to the sender."""
    preview = json.loads(world.payloads.get(name_of(item.id, item.fingerprint)) or "{}")
    config = world.config()
    expires = world.clock.now() + timedelta(hours=config.link_hours)
    for login in _deciders(config, item):
        token = secrets.token_urlsafe(32)
        world.links.put(token_hash(token), Link(item=item.id, login=login, name=login, fingerprint=item.fingerprint, expires=expires))
        _send(world, world.letters.waiting(item, preview, login, f"{world.app_url}/link/{token}", returned=returned))


def several_waiting(world: World, items: Sequence[Item]) -> None:
    """What was sent together: one mail to each approver about all of it. One record alone gets the mail with the link."""
    config, theirs = world.config(), dict[str, list[Item]]()
    for item in items:
        for login in _deciders(config, item):
            theirs.setdefault(login, []).append(item)
    if len(items) == 1:
        waiting(world, items[0], returned=False)
        return
    for login, those in theirs.items():
        _send(world, world.letters.several_waiting(those, login))


def _deciders(config: Configuration, item: Item) -> tuple[str, ...]:
    """The approvers named for an item, but for its sender; each once."""
    logins = dict.fromkeys(right.login for right in config.approvers_for(item))
    return tuple(login for login in logins if login != item.sent_by or config.sender_may_approve)


def rejected(world: World, items: Sequence[Item], by: str) -> None:
    """One mail to each sender, however many of theirs were rejected at once."""
    theirs: dict[str, list[Item]] = {}
    for item in items:
        theirs.setdefault(item.sent_by, []).append(item)
    for sender, those in theirs.items():
        if sender:
            _send(world, world.letters.rejected(those[0], by) if len(those) == 1 else world.letters.several_rejected(those, by))


def failed(world: World, item: Item) -> None:
    """To the sender. What nobody sent the approvers mend."""
    logins = (item.sent_by,) if item.sent_by else (right.login for right in world.config().approvers_for(item))
    for login in logins:
        _send(world, world.letters.failed(item, login))


def synced(world: World, item: Item) -> None:
    if item.sent_by:
        _send(world, world.letters.synced(item))


def _send(world: World, letter: Letter) -> None:
    try:
        world.mail.send(letter)
    except ConnectorError as problem:
        log.warning("mail not sent: %s", problem.code.value, extra={"kind": letter.kind})
