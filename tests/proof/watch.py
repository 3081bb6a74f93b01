"""Every call of a port, counted: at any one of them a test can let something happen, before it or behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from tests.numbers import record

CHANGES: Final = frozenset(
    {
        *(
            "acquire",
            "add",
            "add_members",
            "answered",
            "away",
            "link",
            "move_watermarks",
            "put",
            "put_run",
            "refused",
            "release",
            "replace",
            "repoint",
            "save",
            "put_subscription",
            "save_many",
            "save_configuration",
            "save_preferences",
            "settle",
            "save_tenant",
        ),
        *("saw", "send", "start_export", "start_import", "start_sends", "sync", "take", "too_many_misses", "use", "write"),
    }
)
"""Calls that leave something outside the process. Between two of them a kill leaves the same behind."""
READS: Final = frozenset(
    {
        *(
            "by_intacct",
            "by_procore",
            "by_procore_together",
            "configuration",
            "download",
            "configuration_and_tenant",
            "configuration_history",
            "decisions_of",
            "exact",
            "get",
            "get_many",
            "get_run",
            "get_runs",
            "history",
            "listed",
            "lookup",
            "notices",
            "of_object",
            "on_shelf",
        ),
        *("pages", "read", "read_each", "slot", "tenant", "user_format", "wait_needed", "watermarks", "who_is", "now", "sleep"),
        *("preferences", "subscription", "waiting_for", "days", "windows"),
    }
)


type Side = Literal["before", "behind"]


@dataclass(frozen=True, slots=True)
class Place:
    """Before or behind a call, the ``number``-th (from 0) of those that are counted."""

    number: int
    side: Side = "before"

    def __str__(self) -> str:
        return f"{self.side} call {self.number}"


class Watch:
    """What was armed happens at one place, once; ``struck`` then says where. ``calls`` are the counted calls since."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.struck = ""
        self._place: Place | None = None
        self._act: Callable[[], object] = bool
        self._counts: Callable[[str], bool] = bool

    def arm(self, place: Place, act: Callable[[], object], counts: Callable[[str], bool]) -> None:
        """``counts`` says of a call (``state.save``) whether it is one of those to count."""
        self.calls, self.struck = [], ""
        self._place, self._act, self._counts = place, act, counts

    def disarm(self) -> None:
        self._place = None

    def call(self, name: str, work: Callable[[], Any]) -> Any:
        if not self._counts(name):
            return work()
        number = len(self.calls)
        self.calls.append(name)
        self._pass(Place(number), name)
        result = work()
        self._pass(Place(number, "behind"), name)
        return result

    def _pass(self, place: Place, name: str) -> None:
        if place == self._place:
            self._place, self.struck = None, f"{place}, {name}"
            record("crash matrix", **{"faults injected": 1})
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


def changes(name: str) -> bool:
    return name.rpartition(".")[2] in CHANGES


def everything(name: str) -> bool:
    return bool(name)
