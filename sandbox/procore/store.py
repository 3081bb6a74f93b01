"""Rows in memory: one table per kind of record, ids wider than 32 bits, lists in no promised order."""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Row = dict[str, Any]

COMPANY_ID = 562_949_953_421_312
_TABLES = 4096
_IDS_PER_TABLE = 2**24


class Table:
    """Rows by id. A list comes in the order of the last write, as a database without ORDER BY gives it."""

    def __init__(self, name: str) -> None:
        self.name = name
        first = COMPANY_ID + (1 + zlib.crc32(name.encode()) % _TABLES) * _IDS_PER_TABLE
        self._ids = itertools.count(first + 1)
        self._rows: dict[int, Row] = {}
        self.writes = 0
        self._indexes: dict[str, dict[Hashable, dict[int, Row]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def next_id(self) -> int:
        return next(self._ids)

    def add(self, row: Row) -> Row:
        """Keep ``row``; it gets an ``id`` unless it has one."""
        row.setdefault("id", self.next_id())
        self.writes += 1
        self._rows[row["id"]] = row
        for column, index in self._indexes.items():
            index.setdefault(row.get(column), {})[row["id"]] = row
        return row

    def update(self, row: Row, values: Row) -> None:
        """Change a kept row; it moves to the end of every list."""
        self.drop(row)
        row.update(values)
        self.add(row)

    def drop(self, row: Row) -> None:
        self.writes += 1
        del self._rows[row["id"]]
        for column, index in self._indexes.items():
            del index[row.get(column)][row["id"]]

    def __getitem__(self, row_id: int) -> Row:
        """A row that must be there, deleted or not.

        Raises:
            KeyError: it is not.
        """
        return self._rows[row_id]

    def get(self, row_id: int) -> Row | None:
        return self._rows.get(row_id)

    def rows(self, **columns: Hashable) -> list[Row]:
        """The rows that have these values; each column asked for is indexed from then on."""
        return list(self._having(columns))

    def live(self, **columns: Hashable) -> list[Row]:
        """As :meth:`rows`, without the deleted ones."""
        return [row for row in self._having(columns) if row.get("deleted_at") is None]

    def find(self, **columns: Hashable) -> Row | None:
        """The first live row that has these values."""
        return next((row for row in self._having(columns) if row.get("deleted_at") is None), None)

    def shuffle(self, seed: int) -> None:
        """Put the rows into an order that follows from ``seed`` and from nothing a client can see."""
        order = list(self._rows.values())
        random.Random(seed).shuffle(order)  # noqa: S311 - an order that repeats, not a secret
        self._rows = {row["id"]: row for row in order}
        self._indexes.clear()

    def _having(self, columns: Mapping[str, Hashable]) -> Iterator[Row]:
        if not columns:
            return iter(self._rows.values())
        smallest, *others = sorted((self._bucket(column, value) for column, value in columns.items()), key=len)
        if not others:
            return iter(smallest.values())
        return (row for row_id, row in smallest.items() if all(row_id in bucket for bucket in others))

    def _bucket(self, column: str, value: Hashable) -> dict[int, Row]:
        index = self._indexes.get(column)
        if index is None:
            index = self._indexes[column] = {}
            for row in self._rows.values():
                index.setdefault(row.get(column), {})[row["id"]] = row
        return index.get(value, {})


class Store:
    """All tables, made when first asked for."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}
        self._kept: dict[Hashable, tuple[list[int], Any]] = {}

    def kept[Kept](self, key: Hashable, tables: Sequence[str], make: Callable[[], Kept]) -> Kept:
        """What ``make`` makes of these tables alone, made anew when one of them was written to."""
        writes = [self[name].writes for name in tables]
        known = self._kept.get(key)
        if known is None or known[0] != writes:
            known = self._kept[key] = (writes, make())
        made: Kept = known[1]
        return made

    def __getitem__(self, name: str) -> Table:
        table = self._tables.get(name)
        return self._tables.setdefault(name, Table(name)) if table is None else table

    def tables(self) -> list[tuple[str, Table]]:
        """Those that were asked for so far, with their names."""
        return list(self._tables.items())

    def shuffle(self, seed: int) -> None:
        for table in self._tables.values():
            table.shuffle(seed)

    def add(self, table: str, at: datetime, /, **columns: Any) -> Row:
        """Add a row as it stands, created and last changed ``at``: for seeds, without rules or webhooks."""
        return self[table].add({"created_at": at, "updated_at": at, "deleted_at": None, "origin_id": None, **columns})
