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

    def __init__(self, first: int, count: int, columns: Mapping[str, Column | str], keys: Mapping[str, KeyColumn]) -> None:
        """A column is a function of the position, or the one value it has everywhere.

        ``keys`` turn the value of a natural id back into its position, or None for a value that is not here.
        """
        self.first = first
        self.count = count
        self.keys = keys
        self.constants = {name: column for name, column in columns.items() if isinstance(column, str)}
        self._columns: dict[str, Column] = {
            name: _always(column) if isinstance(column, str) else column for name, column in columns.items()
        }
        self._columns["RECORDNO"] = lambda position: str(first + position)
        self.constants.pop("RECORDNO", None)

    def __contains__(self, record: int) -> bool:
        return self.first <= record < self.first + self.count

    def row(self, record: int) -> Row:
        return {name: column(record - self.first) for name, column in self._columns.items()}

    def reader(self, names: tuple[str, ...]) -> Callable[[int], tuple[str, ...]]:
        """A function from a record number to the values of these columns; what never changes is looked up once."""
        first = self.first
        plain = [self.constants.get(name, "") for name in names]
        varying = [(place, self._columns[name]) for place, name in enumerate(names) if name not in self.constants]

        def read(record: int) -> tuple[str, ...]:
            values, position = plain.copy(), record - first
            for place, column in varying:
                values[place] = column(position)
            return tuple(values)

        return read

    def window(self) -> BlockRow:
        return BlockRow(self._columns)

    def find(self, wanted: Mapping[str, str]) -> Iterator[int]:
        """The record numbers of the rows that have all these values."""
        names, values = tuple(wanted), tuple(wanted.values())
        if len(names) == 1 and names[0] in self.keys:
            position = self.keys[names[0]](values[0])
            if position is not None and 0 <= position < self.count:
                yield self.first + position
            return
        column, read = self._columns[names[0]], self.reader(names)
        for position in range(self.count):
            if column(position) == values[0] and read(self.first + position) == values:
                yield self.first + position


def _always(value: str) -> Column:
    return lambda _position: value
