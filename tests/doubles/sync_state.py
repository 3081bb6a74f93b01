"""ports.SyncState in memory."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from threading import RLock

from connector.core.errors import Code, ConnectorError
from connector.core.item import HistoryEntry, Item, State
from connector.core.notices import Notice
from connector.ports import Contention, CrossReference, LinkedElsewhere, Page, Run
from tests.doubles.cross_references import MemoryCrossReferences

_ROW_BYTES = 400 * 1024
_PLACE = re.compile(r"\d{13}\.\d{6}#.+")
_BEHIND_ALL = "\U0010ffff"


class _Index:
    """As DynamoDB's: places by a key, in order. Ten thousand items are looked up as quickly as ten."""

    def __init__(self, key: Callable[[Item], str]) -> None:
        self._key = key
        self._places: defaultdict[str, list[str]] = defaultdict(list)
        self._stands: dict[str, tuple[str, str]] = {}

    def put(self, item: Item) -> None:
        if stands := self._stands.get(item.id):
            places = self._places[stands[0]]
            del places[bisect_left(places, stands[1])]
        self._stands[item.id] = key, place = self._key(item), _place(item)
        insort(self._places[key], place)

    def behind(self, key: str, place: str) -> list[str]:
        """Ids, longest there first."""
        places = self._places.get(key, [])
        return [each.partition("#")[2] for each in places[bisect_right(places, place) :]]


class MemorySyncState:
    """Give it the :class:`MemoryCrossReferences` that ``save(link=...)`` writes to.

    For assertions: ``item_id in state``, ``len(state)`` and iteration go over the items.
    """

    def __init__(self, references: MemoryCrossReferences | None = None) -> None:
        self._lock = RLock()
        self._references = MemoryCrossReferences() if references is None else references
        self._items: dict[str, Item] = {}
        self._shelves = _Index(lambda item: item.shelf)
        self._waiting = _Index(lambda item: item.waits_for if item.state is State.BLOCKED else "")
        self._history: dict[str, list[HistoryEntry]] = defaultdict(list)
        self._runs: dict[str, Run] = {}
        self._watermarks: dict[str, str] = {}
        self._notices: dict[str, Notice] = {}
        self._preferences: dict[str, str] = {}
        self._decisions: dict[str, list[HistoryEntry]] = defaultdict(list)
        self._changes: list[HistoryEntry] = []
        self._configuration = self._tenant = ""

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._items

    def __iter__(self) -> Iterator[Item]:
        return iter(list(self._items.values()))

    def get(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def get_many(self, item_ids: Collection[str]) -> dict[str, Item]:
        return {each: self._items[each] for each in item_ids if each in self._items}

    def save(
        self,
        item: Item,
        entry: HistoryEntry,
        *,
        link: CrossReference | None = None,
        unlink: CrossReference | None = None,
        notice: Notice | None = None,
        decided_by: str = "",
    ) -> None:
        _refuse_too_large(item.model_dump_json(), entry.model_dump_json())
        with self._lock:
            held = self._items.get(item.id)
            written_before = any(each.number == entry.number for each in self._history[item.id])
            if item.version != (held.version if held else 0) + 1 or written_before:
                raise Contention(item.id)
            if unlink is not None and not self._references.stands(unlink):
                raise Contention(item.id)
            if link is not None and self._references.link([link]):
                raise LinkedElsewhere(link.procore_id)
            if unlink is not None:
                self._references.part(unlink)
            self._shelves.put(item)
            self._waiting.put(item)
            self._items[item.id] = item
            self._history[item.id].append(entry)
            if notice is not None:
                self._notices[notice.id] = notice
            if decided_by:
                self._decisions[decided_by].append(entry)

    def decisions_of(self, login: str, *, since: datetime) -> list[HistoryEntry]:
        found = [entry for entry in self._decisions.get(login, ()) if entry.at >= since]
        return sorted(found, key=lambda entry: (entry.at, entry.item), reverse=True)

    def notices(self) -> Iterator[Notice]:
        with self._lock:
            return iter([self._notices[key] for key in sorted(self._notices)])

    def settle(self, notices: Sequence[Notice]) -> None:
        with self._lock:
            for notice in notices:
                if notice.to and notice.id in self._notices:
                    self._notices[notice.id] = notice
                elif not notice.to:
                    self._notices.pop(notice.id, None)

    def preferences(self) -> dict[str, str]:
        return dict(self._preferences)

    def save_preferences(self, login: str, text: str) -> None:
        _refuse_too_large(text)
        self._preferences[login] = text

    def save_many(self, steps: Sequence[tuple[Item, HistoryEntry]]) -> None:
        lost = []
        for item, entry in steps:
            try:
                self.save(item, entry)
            except Contention:
                lost.append(item.id)
        if lost:
            raise Contention(", ".join(lost))

    def on_shelf(
        self, shelf: str, *, limit: int = 100, cursor: str = "", object_name: str = "", since: datetime | None = None
    ) -> Page[Item]:
        behind = max(_opened(cursor), f"{_time(since)}#{_BEHIND_ALL}" if since else "")
        with self._lock:
            there = (self._items[each] for each in self._shelves.behind(shelf, behind))
            found = [*islice((each for each in there if object_name in ("", each.object)), limit + 1)]
        more = len(found) > limit
        rows = tuple(found[:limit])
        return Page[Item](rows=rows, cursor=urlsafe_b64encode(_place(rows[-1]).encode()).decode() if more else "")

    def waiting_for(self, need: str) -> Iterator[Item]:
        with self._lock:
            return iter([self._items[each] for each in self._waiting.behind(need, "")])

    def history(self, item_id: str) -> list[HistoryEntry]:
        return sorted(self._history.get(item_id, ()), key=lambda entry: entry.number)

    def put_run(self, run: Run) -> None:
        _refuse_too_large(run.model_dump_json())
        with self._lock:
            held = self._runs.get(run.id)
            if run.version != (held.version + 1 if held else 0):
                raise Contention(run.id)
            self._runs[run.id] = run

    def get_run(self, run_id: str) -> Run | None:
        return self._runs.get(run_id)

    def get_runs(self, run_ids: Collection[str]) -> dict[str, Run]:
        return {each: self._runs[each] for each in run_ids if each in self._runs}

    def watermarks(self, names: Collection[str]) -> dict[str, str]:
        return {each: self._watermarks[each] for each in names if each in self._watermarks}

    def move_watermarks(self, moves: Mapping[str, tuple[str, str]]) -> list[str]:
        with self._lock:
            left = [name for name, (before, _) in moves.items() if self._watermarks.get(name, "") != before]
            self._watermarks |= {name: to for name, (_, to) in moves.items() if name not in left}
            return left

    def configuration(self) -> str:
        return self._configuration

    def save_configuration(self, text: str, *, over: str | None = None, entry: HistoryEntry | None = None) -> None:
        _refuse_too_large(text)
        with self._lock:
            if over is not None and entry is not None:
                if self._configuration != over or any(each.number == entry.number for each in self._changes):
                    raise Contention(entry.item)
                self._changes.append(entry)
            self._configuration = text

    def configuration_history(self) -> list[HistoryEntry]:
        return [*self._changes]

    def tenant(self) -> str:
        return self._tenant

    def save_tenant(self, text: str) -> None:
        _refuse_too_large(text)
        self._tenant = text

    def configuration_and_tenant(self) -> tuple[str, str]:
        return self._configuration, self._tenant


def _place(item: Item) -> str:
    return f"{_time(item.since)}#{item.id}"


def _time(moment: datetime) -> str:
    return f"{moment.timestamp():020.6f}"


def _opened(cursor: str) -> str:
    try:
        place = urlsafe_b64decode(cursor.encode()).decode()
    except ValueError:
        place = ""
    if cursor and not _PLACE.fullmatch(place):
        raise ConnectorError(Code.MALFORMED, "The cursor is not one of ours.")
    return place


def _refuse_too_large(*texts: str) -> None:
    if any(len(text.encode()) > _ROW_BYTES for text in texts):
        raise ConnectorError(Code.TOO_LARGE, "A row of more than 400 KB cannot be kept.")
