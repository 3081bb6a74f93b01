"""Our own tables and state machines: the doubles, which tell of every change and every start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.core.item import HistoryEntry, Item
from tests.doubles import MemoryCrossReferences, MemorySyncState, MemoryWorkflows


class ToldState(MemorySyncState):
    """``saved`` is called behind each save with the item before and after it."""

    def __init__(self, references: MemoryCrossReferences, saved: Callable[[Item | None, Item, HistoryEntry], None]) -> None:
        super().__init__(references)
        self._saved = saved

    def save(self, item: Item, entry: HistoryEntry, **more: Any) -> None:
        before = self.get(item.id)
        super().save(item, entry, **more)
        self._saved(before, item, entry)


class ToldWorkflows(MemoryWorkflows):
    """``begin`` is called once for each name that is started."""

    def __init__(self, begin: Callable[[str], None]) -> None:
        super().__init__()
        self._begin = begin

    def start_sends(self, run_id: str, wave: int, items: Any) -> None:
        self.sends.add(f"{run_id}-w{wave}")
        super().start_sends(run_id, wave, items)

    def _start(self, name: str, *given: str) -> None:
        new = name not in self.started
        super()._start(name, *given)
        if new:
            self._begin(name)


class CountedReferences(MemoryCrossReferences):
    @property
    def one_to_one(self) -> bool:
        """Whether as many are linked on one side as on the other."""
        return len(self._by_procore) == len(self._by_intacct)


class Kept:
    """What is durable."""

    def __init__(self, saved: Callable[[Item | None, Item, HistoryEntry], None], begin: Callable[[str], None]) -> None:
        self.references = CountedReferences()
        self.state = ToldState(self.references, saved)
        self.workflows = ToldWorkflows(begin)
