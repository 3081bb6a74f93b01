"""The daily mail, to each person who has chosen one: what waits for them, and what became of what they sent.

One a day: a claim with the person's name and day is made before the mail is sent, so that a kill in between sends none that day, and two
sweeps never two. What it would have told is told the day after.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from connector.core.configuration import Configuration
from connector.core.errors import ConnectorError
from connector.core.item import Item, State
from connector.core.notices import DIGEST, FOR_APPROVERS, Digest, Notice, Preferences, preferences, zone
from connector.engine.notify import deciders
from connector.engine.outbox import LINKED, decision_link, seen, stop_link
from connector.engine.refused import shelf
from connector.engine.world import World

log = logging.getLogger("connector.digest")

KEPT: Final = timedelta(days=2)
"""How long a claim is remembered: longer than its day is anywhere."""


def send_due(world: World) -> int:
    """Answers how many were sent."""
    texts, config, now = world.state.preferences(), world.config(), world.clock.now()
    chosen = {login: preferences(texts, login) for login in texts}
    due = [login for login, choice in chosen.items() if choice.digest and _local(choice, now).hour >= config.digest_hour]
    claimed = [login for login in due if _claim(world, _name(login, chosen[login], now))]
    if not claimed:
        return 0
    waiting, owed = [*shelf(world, State.WAITING, "")], [*world.state.notices()]
    return sum(_send(world, config, login, chosen[login], waiting, owed) for login in claimed)


def _send(world: World, config: Configuration, login: str, choice: Preferences, waiting: Sequence[Item], owed: Sequence[Notice]) -> bool:
    told = [notice for notice in owed if login in notice.to and notice.kind in choice.digest]
    mine = [*_mine(config, login, waiting)] if choice.digest & FOR_APPROVERS else []
    digest = _digest(world, config, login, mine, told)
    if digest.waiting or digest.told:
        try:
            world.mail.send(world.letters.digest(digest, login, stop=stop_link(world, login, DIGEST)))
        except ConnectorError as problem:
            log.warning("digest not sent: %s", problem.code.value)
            return False
    left = (tuple(other for other in notice.to if other != login) for notice in told)
    world.state.settle([notice.model_copy(update={"to": to}) for notice, to in zip(told, left, strict=True)])
    return bool(digest.waiting or digest.told)


def _mine(config: Configuration, login: str, waiting: Sequence[Item]) -> Iterator[Item]:
    """What waits for this person: theirs to decide, and not approved by them before."""
    for item in waiting:
        if login in deciders(config, item) and all(approval.by != login for approval in item.approvals):
            yield item


def _digest(world: World, config: Configuration, login: str, waiting: Sequence[Item], told: Sequence[Notice]) -> Digest:
    items = world.state.get_many({notice.item for notice in told})
    return Digest(
        waiting=tuple(waiting),
        unusual={item.id: seen(world, config, item, login)[1] for item in waiting[:LINKED]},
        links={item.id: decision_link(world, config, item, login) for item in waiting[:LINKED]},
        told=tuple((notice.kind, items[notice.item]) for notice in told if notice.holds(items.get(notice.item))),
    )


def _claim(world: World, name: str) -> bool:
    """True for one caller a day. Nobody holds it under the same name again, so that it cannot be taken a second time."""
    return world.leases.acquire(name, holder=secrets.token_hex(8), seconds=KEPT.total_seconds())


def _name(login: str, choice: Preferences, now: datetime) -> str:
    return f"digest:{login}:{_local(choice, now):%Y-%m-%d}"


def _local(choice: Preferences, now: datetime) -> datetime:
    return now.astimezone(zone(choice.zone) or UTC if choice.zone else UTC)
