"""Reading and writing both wires from the rows of a record. One reader and one writer for every object.

Procore speaks JSON (dotted paths, lists of lines), Intacct rows and ordered elements. What cannot be read is a violation that names
the field; a record comes back only when every row could be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import ValidationError

from connector.core.at_once import Side, at, reader, reference
from connector.core.errors import Code, Violation
from connector.core.exchange import Tree
from connector.core.record import Column, Record, Ref, Row, rows


def read_procore[R: Record](record: type[R], tree: Mapping[str, Any]) -> tuple[R | None, list[Violation]]:
    """A record from Procore's JSON."""
    return _read(record, tree, "procore", "")


def read_intacct[R: Record](record: type[R], tree: Mapping[str, Any]) -> tuple[R | None, list[Violation]]:
    """A record from what Intacct holds. References come back by Intacct's id."""
    return _read(record, tree, "intacct", "")


def _read[R: Record](record: type[R], tree: Mapping[str, Any], side: Side, where: str) -> tuple[R | None, list[Violation]]:
    whole = reader(record, side).read(tree)
    return (whole, []) if whole is not None else read_by_cell(record, tree, side, where)


def read_by_cell[R: Record](record: type[R], tree: Mapping[str, Any], side: Side, where: str = "") -> tuple[R | None, list[Violation]]:
    """As :func:`read_procore` and :func:`read_intacct`, whatever stands in the tree. ``where`` is the path of the record."""
    values: dict[str, Any] = {}
    problems: list[Violation] = []
    for row in rows(record):
        column: Column | None = getattr(row, side)
        if column is None or column.read is None:
            continue
        raw = at(tree, column.read)
        if row.lines is not None:
            values[row.name] = _read_lines(row.lines, raw, side, f"{where}{row.name}", problems)
        elif raw is not None and raw != "":
            try:
                value = column.codec.read(raw)
            except (ValueError, ArithmeticError) as problem:
                problems.append(Violation(code=Code.VALUE_UNREADABLE, field=where + row.name, message=f"{row.label}: {problem}."))
            else:
                values[row.name] = _reference(row, value, tree, side) if row.ref else value
    try:
        whole = record.model_validate(values)
    except ValidationError as failure:
        named = {problem.field for problem in problems}
        return None, [*problems, *(each for each in _missing(failure, record, where) if each.field not in named)]
    return (None if problems else whole), problems


def _reference(row: Row, value: str, tree: Mapping[str, Any], side: Side) -> Ref:
    if side == "intacct":
        return reference("", value, "")
    label = at(tree, row.ref.label) if row.ref and row.ref.label else None
    return reference(value, "", str(label) if label else "")


def _read_lines(record: type[Record], raw: object, side: Side, where: str, problems: list[Violation]) -> list[Record]:
    if raw is None or raw == "":
        return []
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        problems.append(Violation(code=Code.VALUE_UNREADABLE, field=where, message="Lines are not a list."))
        return []
    read: list[Record] = []
    for number, line in enumerate(raw, start=1):
        if not isinstance(line, Mapping):
            problems.append(Violation(code=Code.VALUE_UNREADABLE, field=f"{where}[{number}]", message=f"Line {number} is not an object."))
            continue
        got, wrong = _read(record, line, side, f"{where}[{number}].")
        problems.extend(wrong)
        if got is not None:
            read.append(got)
    return read


def _missing(failure: ValidationError, record: type[Record], where: str) -> Iterator[Violation]:
    labels = {row.name: row.label for row in rows(record)}
    for error in failure.errors():
        name = str(error["loc"][0])
        absent = error["type"] == "missing"
        yield Violation(
            code=Code.VALUE_MISSING if absent else Code.VALUE_UNREADABLE,
            field=where + name,
            message=f"{labels.get(name, name)}: {'there is no value' if absent else error['msg']}.",
        )


def write_intacct(record: Record) -> list[tuple[str, str | Tree]]:
    """The record as Intacct's elements, in the order of its rows. A row without a value is left out; an empty text stays, as an
    empty element. Rows that share the beginning of a path (``DISPLAYCONTACT.PRINTAS``) share the element."""
    elements: list[tuple[str, Any]] = []
    values = record.__dict__
    for row, name, path, flat, write in _written(type(record)):
        value = values[name]
        if value is None:
            continue
        if row.lines is not None:
            outside, _, tag = path.rpartition(".")
            written: Any = [(tag, write_intacct(line)) for line in value]
            for outer in reversed(outside.split(".") if outside else []):
                written = [(outer, written)]
            elements.extend(written)
            continue
        told = write(value) if row.ref is None else value.intacct
        if row.ref is not None and not told:
            continue
        if flat:
            elements.append((path, told))
        else:
            _place(elements, path, told)
    return elements


@cache
def _written(record: type[Record]) -> tuple[tuple[Row, str, str, bool, Callable[[Any], Any]], ...]:
    """The rows that Intacct is told, with their names here and there, whether the latter is a single one, and their codecs' writers."""
    columns = ((row, row.intacct) for row in rows(record))
    return tuple(
        (row, row.name, column.write, "." not in column.write, column.codec.write) for row, column in columns if column and column.write
    )


def _place(elements: list[tuple[str, Any]], path: str, value: object) -> None:
    tag, _, rest = path.partition(".")
    if not rest:
        elements.append((tag, value))
    elif elements and elements[-1][0] == tag and isinstance(elements[-1][1], list):
        _place(elements[-1][1], rest, value)
    else:
        inner: list[tuple[str, Any]] = []
        elements.append((tag, inner))
        _place(inner, rest, value)


def write_procore(record: Record) -> dict[str, Any]:
    """The record as Procore's JSON. Rows without a value are left out: Procore leaves alone what is not named."""
    tree: dict[str, Any] = {}
    for row in rows(type(record)):
        column = row.procore
        value = getattr(record, row.name)
        if column is None or column.write is None or value is None:
            continue
        if row.lines is not None:
            written: Any = [write_procore(line) for line in value]
        elif row.ref is not None:
            written = column.codec.write(value.procore) if value.procore else None
        else:
            written = column.codec.write(value)
        if written is None:
            continue
        *outer, last = column.write.split(".")
        here = tree
        for step in outer:
            here = here.setdefault(step, {})
        here[last] = written
    return tree


def held_fields(record: type[Record]) -> tuple[str, ...]:
    """The Intacct fields to select when this record is read."""
    fields = [row.intacct.read for row in rows(record) if row.intacct and row.intacct.read and row.lines is None]
    return tuple(dict.fromkeys(fields))


type Choice = Callable[[type[Record]], tuple[Row, ...]]


def walk(record: Record, where: str = "", *, only: Choice = rows) -> Iterator[tuple[str, Row, Any]]:
    """Every row of a record and of its lines, with its path and value; a lines row comes before its lines. ``only`` chooses the rows of
    each record (:func:`references`); lines are entered where it names their row."""
    for row in only(type(record)):
        value = getattr(record, row.name)
        yield where + row.name, row, value
        if row.lines is not None:
            for number, line in enumerate(value, start=1):
                yield from walk(line, f"{where}{row.name}[{number}].", only=only)


@cache
def references(record: type[Record]) -> tuple[Row, ...]:
    """The rows that refer to other records, and those of lines."""
    return tuple(row for row in rows(record) if row.ref is not None or row.lines is not None)
