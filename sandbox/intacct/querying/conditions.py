"""Conditions on rows: the tree that both query languages come down to, and the predicate made of it.

Comparisons with nothing are false, ``notequalto`` and ``notin`` included, as in the SQL behind the gateway.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sandbox.intacct import formats
from sandbox.intacct.problems import Refused, unprocessable
from sandbox.intacct.querying.paths import Path
from sandbox.intacct.schema import Field

Predicate = Callable[[Mapping[str, str]], bool]
MAX_VALUES = 1000


@dataclass(frozen=True)
class Comparison:
    """``operator`` is one of the query function's names; ``values`` are as the client wrote them."""

    operator: str
    field: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    word: Literal["and", "or"]
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Negation:
    part: Condition


Condition = Comparison | Group | Negation


@dataclass(frozen=True)
class Language:
    """How values are written: the user's offset, labels or internal codes of enumerations, letters' case."""

    offset_minutes: int = 0
    codes: bool = False
    case_insensitive: bool = False

    def canonical(self, field: Field, value: str) -> str | Decimal:
        """A client's value, comparable with a row's.

        Raises:
            Refused: DL02000001; it is not written as its type wants.
        """
        try:
            match field.type:
                case "DATE":
                    return formats.date_from_wire(value)
                case "TIMESTAMP":
                    return formats.stamp_from_wire(value, self.offset_minutes)
                case "INTEGER" | "DECIMAL":
                    return formats.decimal_from_wire(value)
                case "BOOLEAN":
                    return formats.boolean_from_wire(value)
        except formats.FormatError as error:
            raise Refused(unprocessable(f"{field.name}: {error}", field=field.name)) from None
        if field.type == "ENUM" and self.codes and value in field.codes:
            value = field.values[field.codes.index(value)]
        return value.lower() if self.case_insensitive else value

    def as_kept(self, field: Field) -> bool:
        """Whether rows keep the field's values as :meth:`canonical` writes them."""
        return self.of_row(field) is _same

    def of_row(self, field: Field) -> Callable[[str], str | Decimal]:
        """Turns a row's value into what :meth:`canonical` values compare with."""
        if field.type in {"INTEGER", "DECIMAL"}:
            return Decimal
        if self.case_insensitive and field.type in {"TEXT", "ENUM"}:
            return str.lower
        return _same


def _same(value: str) -> str:
    return value


def predicate(condition: Condition, language: Language, resolve: Callable[[str], Path]) -> Predicate:
    """The test that rows of the condition's object pass.

    Raises:
        Refused: an unknown field or a value in a wrong format.
    """
    if isinstance(condition, Negation):
        inner = predicate(condition.part, language, resolve)
        return lambda row: not inner(row)
    if isinstance(condition, Group):
        parts = [predicate(part, language, resolve) for part in condition.parts]
        if condition.word == "and":
            return lambda row: all(part(row) for part in parts)
        return lambda row: any(part(row) for part in parts)
    return _comparison(condition, language, resolve(condition.field))


def _comparison(comparison: Comparison, language: Language, path: Path) -> Predicate:
    read = path.read
    if comparison.operator == "isnull":
        return lambda row: not read(row)
    if comparison.operator == "isnotnull":
        return lambda row: bool(read(row))
    if comparison.operator in {"like", "notlike"}:
        return _like(comparison, language, path)
    values = [language.canonical(path.field, value) for value in comparison.values]
    test = _TESTS[comparison.operator](values)
    convert = language.of_row(path.field)
    if convert is _same:
        return lambda row: bool(value := read(row)) and test(value)
    return lambda row: bool(value := read(row)) and test(convert(value))


def _like(comparison: Comparison, language: Language, path: Path) -> Predicate:
    pattern = "".join(".*" if letter == "%" else "." if letter == "_" else re.escape(letter) for letter in comparison.values[0])
    flags = re.DOTALL | (re.IGNORECASE if language.case_insensitive else 0)
    matches = re.compile(pattern, flags).fullmatch
    read = path.read
    if comparison.operator == "like":
        return lambda row: bool(value := read(row)) and matches(value) is not None
    return lambda row: bool(value := read(row)) and matches(value) is None


Value = str | Decimal


def _outside(values: frozenset[Value]) -> Callable[[Value], bool]:
    return lambda value: value not in values


_TESTS: dict[str, Callable[[list[Value]], Callable[[Value], bool]]] = {
    "equalto": lambda values: lambda value: value == values[0],
    "notequalto": lambda values: lambda value: value != values[0],
    "lessthan": lambda values: lambda value: value < values[0],  # type: ignore[operator]
    "lessthanorequalto": lambda values: lambda value: value <= values[0],  # type: ignore[operator]
    "greaterthan": lambda values: lambda value: value > values[0],  # type: ignore[operator]
    "greaterthanorequalto": lambda values: lambda value: value >= values[0],  # type: ignore[operator]
    "between": lambda values: lambda value: values[0] <= value <= values[1],  # type: ignore[operator]
    "in": lambda values: frozenset(values).__contains__,
    "notin": lambda values: _outside(frozenset(values)),
}
OPERATORS = dict.fromkeys(_TESTS, 1) | {"between": 2, "like": 1, "notlike": 1, "isnull": 0, "isnotnull": 0}
"""Operator -> how many values it takes; in and notin take 1 to :data:`MAX_VALUES`."""
