"""Every call of a port, counted: at any one of them a test can let something happen, before it or behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast


class Watch:
    """Place ``2n`` is before the call number n (from 0), ``2n + 1`` behind it. What was armed happens at one place, once.

    ``only`` counts the calls of some ports or of one method (``state``, ``state.save``), the others pass.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.struck = ""
        self._place, self._act, self._only = -1, _nothing, ""

    def arm(self, place: int, act: Callable[[], object], *, only: str = "") -> None:
        self.calls, self.struck = [], ""
        self._place, self._act, self._only = place, act, only

    def disarm(self) -> None:
        self._place = -1

    def call(self, name: str, work: Callable[[], Any]) -> Any:
        if self._only and not name.startswith(self._only):
            return work()
        number = len(self.calls)
        self.calls.append(name)
        self._pass(2 * number, f"before {name}, call {number}")
        result = work()
        self._pass(2 * number + 1, f"behind {name}, call {number}")
        return result

    def _pass(self, place: int, words: str) -> None:
        if place == self._place:
            self._place, self.struck = -1, words
            self._act()


class _Watched:
    def __init__(self, watch: Watch, name: str, port: object) -> None:
        self._watch, self._name, self._port = watch, name, port

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._port, attribute)
        if not callable(value):
            return value

        def call(*arguments: Any, **named: Any) -> Any:
            return self._watch.call(f"{self._name}.{attribute}", lambda: value(*arguments, **named))

        return call


def watched[Port](watch: Watch, name: str, port: Port) -> Port:
    """The same port; each of its calls passes the watch."""
    return cast("Port", _Watched(watch, name, port))


def _nothing() -> None:
    return None
