"""Rows made up on demand: a table of a million rows that weighs nothing.

A block stands between the rows of the seed and those added later. Its columns are functions of the position, so that
the same row always reads the same, and a filter computes only the columns it looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.intacct.schema import Row

Column = Callable[[int], str]
KeyColumn = Callable[[str], int | None]


class BlockRow(Mapping[str, str]):
    """A window on one row of a block; moving it costs less than building the row."""

    __slots__ = ("_columns", "position")

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns
        self.position = 0

    def __getitem__(self, name: str) -> str:
        return self._columns[name](self.position)

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


class Block:
    """``count`` rows with the record numbers from ``first`` on; every column of the object is given."""

    def __init__(
        self, first: int, count: int, columns: Mapping[str, Column], keys: Mapping[str, KeyColumn] | None = None
    ) -> None:
        """``keys`` turns the value of a natural id back into its position, or None for a value that is not here."""
        self.first = first
        self.count = count
        self.keys = keys or {}
        self._columns: dict[str, Column] = {**columns, "RECORDNO": lambda position: str(first + position)}

    def __contains__(self, record: int) -> bool:
        return self.first <= record < self.first + self.count

    def row(self, record: int) -> Row:
        return {name: column(record - self.first) for name, column in self._columns.items()}

    def values(self, record: int, names: tuple[str, ...]) -> tuple[str, ...]:
        columns, position = self._columns, record - self.first
        return tuple([columns[name](position) for name in names])

    def window(self) -> BlockRow:
        return BlockRow(self._columns)

    def find(self, wanted: Mapping[str, str]) -> Iterator[int]:
        """The record numbers of the rows that have all these values."""
        names, values = tuple(wanted), tuple(wanted.values())
        if len(names) == 1 and names[0] in self.keys:
            position = self.keys[names[0]](values[0])
            if position is not None:
                yield self.first + position
            return
        column = self._columns[names[0]]
        for position in range(self.count):
            if column(position) == values[0] and self.values(self.first + position, names) == values:
                yield self.first + position
