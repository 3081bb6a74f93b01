"""Who hears of what. A mail that cannot be sent never undoes what it tells of."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from datetime import timedelta

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
    config = world.config()
    preview = json.loads(world.payloads.get(name_of(item.id, item.fingerprint)) or "{}")
    expires = world.clock.now() + timedelta(hours=config.link_hours)
    for right in config.approvers_for(item):
        if right.login == item.sent_by and not config.sender_may_approve:
            continue
        token = secrets.token_urlsafe(32)
        world.links.put(
            token_hash(token),
            Link(item=item.id, login=right.login, name=right.login, fingerprint=item.fingerprint, expires=expires),
        )
        _send(world, world.letters.waiting(item, preview, right.login, f"{world.app_url}/link/{token}", returned=returned))


def rejected(world: World, item: Item, by: str) -> None:
    if item.sent_by:
        _send(world, world.letters.rejected(item, by))


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
