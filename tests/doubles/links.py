"""ports.Links in memory."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from threading import RLock

from connector.ports import Contention, Link, Subscription

_MISSES_ALLOWED = 20
_BUCKET_SECONDS = 600


class MemoryLinks:
    """``token_hash in links`` and ``len(links)`` are for assertions."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._links: dict[str, Link] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._misses: Counter[tuple[str, int]] = Counter()

    def __len__(self) -> int:
        return len(self._links)

    def __contains__(self, token_hash: str) -> bool:
        return token_hash in self._links

    def put(self, token_hash: str, link: Link) -> None:
        with self._lock:
            if token_hash in self._links:
                raise Contention("link")
            self._links[token_hash] = link

    def get(self, token_hash: str) -> Link | None:
        return self._links.get(token_hash)

    def use(self, token_hash: str, *, at: datetime, used_for: str) -> bool:
        with self._lock:
            link = self._links.get(token_hash)
            if link is None or link.used_at is not None or link.expires <= at:
                return False
            self._links[token_hash] = link.model_copy(update={"used_at": at, "used_for": used_for})
            return True

    def put_subscription(self, token_hash: str, subscription: Subscription) -> None:
        self._subscriptions[token_hash] = subscription

    def subscription(self, token_hash: str) -> Subscription | None:
        return self._subscriptions.get(token_hash)

    def too_many_misses(self, source: str, *, at: datetime) -> bool:
        bucket = source, int(at.timestamp()) // _BUCKET_SECONDS
        with self._lock:
            self._misses[bucket] += 1
            return self._misses[bucket] > _MISSES_ALLOWED
