"""Reading whole records that are as they should be, which nearly all are: by the thousand, so everything that a record's class decides is
worked out once.

What comes out is what :mod:`connector.core.wire` reads cell by cell and pydantic checks. Where anything is out of the ordinary nothing
comes out, and it is read that way, which can say what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, Literal

from connector.core.codecs import TEXT
from connector.core.record import Column, Record, Ref, Row, made, rows

type Side = Literal["procore", "intacct"]
type Read = Callable[[Any], Any]

_MISSING: Final = object()
_NOWHERE: Final = "\0"
"""No key of any tree."""


def at(tree: Mapping[str, Any], path: str) -> object:
    """The value at a dotted path, None where a step is missing. A key that holds the dots itself (Intacct's ``VENDOR.NAME``) wins."""
    if path in tree or "." not in path:
        return tree.get(path)
    here: Any = tree
    for step in path.split("."):
        if type(here) is not dict and not isinstance(here, Mapping):  # the first is quicker, and nearly always so
            return None
        here = here.get(step)
    return here


@lru_cache(maxsize=1024)
def reference(procore: str, intacct: str, label: str) -> Ref:
    """Lines refer to the same few codes again and again."""
    return Ref(procore=procore, intacct=intacct, label=label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader[R: Record]:
    """How one class of records is read on one side. Of each row the name here comes first, then its path there."""

    record: type[R]
    side: Side
    cells: tuple[tuple[str, str, Read, Any], ...]
    """Every field in order, with its codec's reader and what it is by default; those that the next three read stand nowhere."""
    deep: tuple[tuple[str, str, Read], ...]
    references: tuple[tuple[str, str, Read, str], ...]
    """With the path of a label, or nothing."""
    lines: tuple[tuple[str, str, type[Record]], ...]
    types: tuple[tuple[str, type, Any], ...]
    """What a value must be that is not read as a text: of its row's type, or what it is by default."""
    required: tuple[str, ...]

    def read(self, tree: Mapping[str, Any]) -> R | None:
        """The record; None where something is missing, unreadable, or of another type than its row."""
        try:
            values = self._values(tree)
        except (ValueError, ArithmeticError, TypeError, AttributeError):
            return None
        for name in self.required:
            if values[name] is _MISSING:
                return None
        for name, expected, default in self.types:
            if type(value := values[name]) is not expected and value is not default:
                return None
        return made(self.record, values)

    def _values(self, tree: Mapping[str, Any]) -> dict[str, Any]:
        get, side = tree.get, self.side
        # Of what is neither text nor nothing, 0 and false are values too.
        values = {
            name: read(raw) if (raw := get(path)) or (raw is not None and raw != "") else default
            for name, path, read, default in self.cells
        }
        for name, path, read in self.deep:
            if (raw := at(tree, path)) is not None and raw != "":
                values[name] = read(raw)
        for name, path, read, label in self.references:
            if (raw := at(tree, path)) is not None and raw != "":
                values[name] = reference("", read(raw), "") if side == "intacct" else reference(read(raw), "", _label(tree, label))
        for name, path, line in self.lines:
            values[name] = _lines(reader(line, side), at(tree, path))
        return values


@cache
def reader[R: Record](record: type[R], side: Side) -> Reader[R]:
    columns: dict[str, tuple[Row, Column | None]] = {row.name: (row, getattr(row, side)) for row in rows(record)}
    read = [(row, column.read, column.codec) for row, column in columns.values() if column is not None and column.read is not None]
    values = {row.name: (path, codec) for row, path, codec in read if row.ref is None and row.lines is None}
    texts = {name for name, (_, codec) in values.items() if codec is TEXT and side == "intacct"}
    default = {
        name: _MISSING if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
        for name, field in record.model_fields.items()
    }
    plain = {name: path for name, (path, _) in values.items() if "." not in path}
    return Reader(
        record=record,
        side=side,
        cells=tuple(
            (name, plain.get(name, _NOWHERE), str.strip if name in texts else values[name][1].read if name in plain else str, default[name])
            for name in record.model_fields
        ),
        deep=tuple((name, path, codec.read) for name, (path, codec) in values.items() if "." in path),
        references=tuple((row.name, path, codec.read, row.ref.label) for row, path, codec in read if row.ref is not None),
        lines=tuple((row.name, path, row.lines) for row, path, _ in read if row.lines is not None),
        types=tuple((name, columns[name][0].type, default[name]) for name in values if name not in texts),
        required=tuple(name for name, value in default.items() if value is _MISSING),
    )


def _label(tree: Mapping[str, Any], path: str) -> str:
    label = at(tree, path) if path else None
    return str(label) if label else ""


def _lines(line: Reader[Record], raw: object) -> tuple[Record, ...]:
    """Raises ValueError where one is not as it should be."""
    if raw is None or raw == "":
        return ()
    read = tuple(map(line.read, raw)) if isinstance(raw, list) else (None,)
    whole = tuple(each for each in read if each is not None)
    if len(whole) < len(read):
        raise ValueError
    return whole
