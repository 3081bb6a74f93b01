"""Delivering events: at least once, in no promised order, with a queue per hook that pauses when its receiver fails.

Five seconds to answer; after a failure the hook's queue waits 1 s, then twice as long each time up to an hour; twelve
hours after the first failure everything queued is discarded ("How Webhooks Work" [D]). Waiting goes by the
simulator's clock: who moves a clock of his own calls :meth:`Deliveries.wake`.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.faults import Faults
from sandbox.procore.store import Row
from sandbox.procore.webhooks.payloads import payload
from sandbox.procore.world import Event, World

ANSWER_SECONDS = 5.0
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(hours=1)
PATIENCE = timedelta(hours=12)
_REORDER_WAIT = timedelta(seconds=2)
_LOOK_SECONDS = 0.2
_SUCCESS = range(200, 300)


@dataclass
class _Queue:
    waiting: deque[Row] = field(default_factory=deque)
    pause: timedelta = FIRST_PAUSE
    not_before: datetime | None = None
    failing_since: datetime | None = None


class Deliveries:
    """The queues and the thread that empties them; delivery records are kept in the store."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world, self._faults = world, faults
        self._queues: dict[int, _Queue] = {}
        self._changed = threading.Condition()
        self._busy = False
        self._closed = False
        self._numbers = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        world.listeners.append(self.announce)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """Look at the clock again."""
        with self._changed:
            self._changed.notify_all()

    def settle(self, seconds: float = 5.0) -> bool:
        """Wait until nothing is under way and nothing can be sent now; False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and self._next() is None, seconds)

    def waiting(self, hook_id: int) -> int:
        """How many deliveries are queued for a hook."""
        with self._changed:
            queue = self._queues.get(hook_id)
            return len(queue.waiting) if queue else 0

    def announce(self, event: Event) -> None:
        """Queue a delivery for every hook with a trigger for this event. Called with the world locked."""
        store = self._world.store
        for trigger in store["triggers"].live(resource_name=event.resource, event_type=event.reason):
            hook = store["hooks"].get(trigger["hook_id"])
            if hook is None or hook["deleted_at"] or hook["status"] != "active":
                continue
            if hook["project_id"] != event.project_id:
                continue
            self._numbers += 1
            self._enqueue(hook, payload(hook, event, self._numbers))

    def _enqueue(self, hook: Row, body: dict[str, Any]) -> None:
        row = self._world.store.add(
            "deliveries",
            self._world.clock(),
            hook_id=hook["id"],
            event=body,
            status="enqueued",
            attempts=[],
            send_after=None,
        )
        text = f"{hook['destination_url']} {json.dumps(body)}"
        fault = self._faults.take_delivery(text)
        copies = 2 if fault is not None and fault.fault == "duplicate" else 1
        if fault is not None and fault.fault == "reorder":
            row["send_after"] = self._world.clock() + (timedelta(seconds=fault.seconds) or _REORDER_WAIT)
        with self._changed:
            queue = self._queues.setdefault(hook["id"], _Queue())
            queue.waiting.extend([row] * copies)
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                chosen = self._next()
                while chosen is None and not self._closed:
                    queued = any(queue.waiting for queue in self._queues.values())
                    self._changed.wait(_LOOK_SECONDS if queued else None)
                    chosen = self._next()
                if self._closed or chosen is None:
                    return
                self._busy = True
            queue, row = chosen
            attempt = self._attempt(row)
            with self._changed:
                self._busy = False
                self._book(queue, row, attempt)
                self._changed.notify_all()

    def _next(self) -> tuple[_Queue, Row] | None:
        """The next delivery whose time has come: the oldest of a queue that does not pause."""
        now = self._world.clock()
        for queue in self._queues.values():
            if queue.failing_since is not None and now - queue.failing_since >= PATIENCE:
                self._discard(queue)
            if queue.not_before is not None and now < queue.not_before:
                continue
            for row in queue.waiting:
                if row["send_after"] is None or row["send_after"] <= now:
                    return queue, row
        return None

    def _attempt(self, row: Row) -> dict[str, Any]:
        hook = self._world.store["hooks"][row["hook_id"]]
        started = self._world.clock()
        try:
            status, text, headers, error = *_post(hook["destination_url"], hook["headers"], row["event"]), None
        except (OSError, http.client.HTTPException) as failure:
            status, text, headers, error = None, None, {}, str(failure) or type(failure).__name__
        return {
            "started_at": started,
            "completed_at": self._world.clock(),
            "response_status": status,
            "response_body": text,
            "response_headers": headers,
            "response_error": error,
        }

    def _book(self, queue: _Queue, row: Row, attempt: dict[str, Any]) -> None:
        row["attempts"].append(attempt)
        now = self._world.clock()
        if attempt["response_status"] in _SUCCESS:
            row["status"] = "delivered"
            queue.waiting.remove(row)
            queue.pause, queue.not_before, queue.failing_since = FIRST_PAUSE, None, None
            return
        row["status"] = "retrying"
        queue.failing_since = queue.failing_since or now
        queue.not_before = now + queue.pause
        queue.pause = min(queue.pause * 2, LONGEST_PAUSE)

    def _discard(self, queue: _Queue) -> None:
        for row in queue.waiting:
            row["status"] = "discarded"
        queue.waiting.clear()
        queue.pause, queue.not_before, queue.failing_since = FIRST_PAUSE, None, None


def _post(url: str, headers: Mapping[str, str], body: dict[str, Any]) -> tuple[int, str, dict[str, str]]:
    parts = urlsplit(url)
    https = parts.scheme == "https"
    connection = (http.client.HTTPSConnection if https else http.client.HTTPConnection)(parts.netloc, timeout=ANSWER_SECONDS)
    path = parts.path or "/"
    try:
        connection.request(
            "POST",
            f"{path}?{parts.query}" if parts.query else path,
            json.dumps(body),
            {"Content-Type": "application/json", **headers},
        )
        response = connection.getresponse()
        return response.status, response.read(4096).decode(errors="replace"), dict(response.getheaders())
    finally:
        connection.close()
