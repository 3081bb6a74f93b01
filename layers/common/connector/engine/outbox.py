"""Sends the mails that are owed. What goes out together about several items is one mail to each reader; a mail that cannot be sent undoes
nothing, and is sent later. Sent first, then taken off the list: a kill in between sends one twice, and loses none."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from connector.core.configuration import Configuration
from connector.core.errors import ConnectorError, RetryLater, SetupWrong
from connector.core.item import Item
from connector.core.notices import FOR_APPROVERS, How, MailKind, Notice, preferences
from connector.core.unusual import Unusual
from connector.engine.notify import token_hash
from connector.engine.preview import name_of
from connector.engine.unusual import look
from connector.engine.world import World
from connector.ports import Letter, Link, Subscription

log = logging.getLogger("connector.outbox")

QUIET: Final = timedelta(minutes=5)
"""After so long without another one, what nobody has sent is sent by the sweep."""
LONGEST: Final = timedelta(hours=1)
"""However busy a run is, nobody waits longer for what it has done so far."""
STOP: Final = timedelta(days=180)
"""How long *stop mails of this kind* works after its mail."""
LINKED: Final = 20
"""A mail about more items has a link for each of the first; its one button leads to all."""

type _Mail = tuple[str, MailKind, str]
"""To whom, of what, caused by whom: what is alike goes in one mail."""


@dataclass(slots=True)
class Post:
    """One delivery. ``left`` are the logins of each notice that are still to be told."""

    world: World
    config: Configuration = field(init=False)
    chosen: dict[str, str] = field(init=False)
    left: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.config, self.chosen = self.world.config(), self.world.state.preferences()

    def deliver(self, notices: Sequence[Notice]) -> int:
        items = self.world.state.get_many({notice.item for notice in notices})
        mails: dict[_Mail, list[Notice]] = {}
        for notice in notices:
            self.left[notice.id] = [*notice.to] if notice.holds(items.get(notice.item)) else []
            for login in [*self.left[notice.id]]:
                if self._goes_now(notice, login):
                    mails.setdefault((login, notice.kind, notice.by), []).append(notice)
        for mail, those in mails.items():
            if self._sent(mail, [items[notice.item] for notice in those]):
                for notice in those:
                    self.left[notice.id].remove(mail[0])
        changed = [notice.model_copy(update={"to": tuple(self.left[notice.id])}) for notice in notices]
        settled = [after for after, before in zip(changed, notices, strict=True) if after.to != before.to]
        self.world.state.settle(settled)
        return len(settled)

    def _goes_now(self, notice: Notice, login: str) -> bool:
        how = preferences(self.chosen, login).how(notice.kind)
        if how is How.NONE or (how is How.DIGEST and notice.kind in FOR_APPROVERS):
            self.left[notice.id].remove(login)  # what waits, the digest reads where it waits
        return how is How.AT_ONCE

    def _sent(self, mail: _Mail, items: Sequence[Item]) -> bool:
        """Whether there is nothing left to do about it."""
        login, kind, by = mail
        stop = stop_link(self.world, login, kind)
        try:
            self.world.mail.send(self._letter(kind, login, by, items, stop))
        except (RetryLater, SetupWrong) as problem:
            log.warning("mail not sent yet: %s", problem.code.value, extra={"kind": kind.value})
            return False
        except ConnectorError as problem:
            log.warning("mail not sent: %s", problem.code.value, extra={"kind": kind.value})
        return True

    def _letter(self, kind: MailKind, login: str, by: str, items: Sequence[Item], stop: str) -> Letter:
        letters, item = self.world.letters, items[0]
        if kind in FOR_APPROVERS:
            links = {each.id: decision_link(self.world, self.config, each, login) for each in items[:LINKED]}
            if len(items) > 1:
                return letters.several_waiting(items, login, links, returned=kind is MailKind.RETURNED, stop=stop)
            preview, unusual = seen(self.world, self.config, item, login)
            return letters.waiting(item, preview, login, links[item.id], returned=kind is MailKind.RETURNED, unusual=unusual, stop=stop)
        if len(items) > 1:
            return letters.several(kind, items, login, by, stop=stop)
        if kind is MailKind.REJECTED:
            return letters.rejected(item, by, stop=stop)
        return letters.failed(item, login, stop=stop) if kind is MailKind.FAILED else letters.synced(item, stop=stop)


def deliver(world: World, *notices: Notice | None) -> int:
    """These, now. Answers how many have fewer left to tell."""
    owed = [notice for notice in notices if notice is not None]
    return Post(world).deliver(owed) if owed else 0


def deliver_of(world: World, item_ids: Sequence[str]) -> None:
    """What is owed about these items, at the end of a run."""
    ours = {*item_ids}
    deliver(world, *(notice for notice in world.state.notices() if notice.item in ours))


def deliver_left(world: World) -> int:
    """What nobody has sent: a worker died behind a change, or the mail could not go. Answers how many notices it was."""
    now, alike = world.clock.now(), dict[tuple[tuple[str, ...], MailKind], list[Notice]]()
    for notice in world.state.notices():
        alike.setdefault((notice.to, notice.kind), []).append(notice)
    old = [
        notice
        for those in alike.values()
        if now - max(each.at for each in those) > QUIET or now - min(each.at for each in those) > LONGEST
        for notice in those
    ]
    return deliver(world, *old)


def seen(world: World, config: Configuration, item: Item, login: str) -> tuple[dict[str, object], tuple[Unusual, ...]]:
    """The kept preview of an item that waits, and what is unusual about it for this reader."""
    preview = json.loads(world.payloads.get(name_of(item.id, item.fingerprint)) or "{}")
    return preview, look(world, item, preview, login, config=config, history=world.state.history(item.id))


def decision_link(world: World, config: Configuration, item: Item, login: str) -> str:
    """A link of their own to this item, in this version."""
    token = secrets.token_urlsafe(32)
    expires = world.clock.now() + timedelta(hours=config.link_hours)
    world.links.put(token_hash(token), Link(item=item.id, login=login, name=login, fingerprint=item.fingerprint, expires=expires))
    return f"{world.app_url}/link/{token}"


def stop_link(world: World, login: str, kind: str) -> str:
    """The address that stops mails of this kind to this login: RFC 8058's one click."""
    if not world.app_url:
        return ""
    token = secrets.token_urlsafe(32)
    world.links.put_subscription(token_hash(token), Subscription(login=login, kind=kind, expires=world.clock.now() + STOP))
    return f"{world.app_url}/unsubscribe/{token}"


def stop(world: World, subscription: Subscription) -> None:
    """The click. May be repeated."""
    chosen = preferences(world.state.preferences(), subscription.login).without(subscription.kind)
    world.state.save_preferences(subscription.login, chosen.model_dump_json())
