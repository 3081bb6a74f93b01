"""Which rows, and in which order: filters kept while nothing changes, pages by offset or by record number.

Without ``orderby`` the order differs from call to call, as documented ("the order of results is undefined"): a client
that pages by offset without an order loses rows here as it would there. Rows that tie in an order are shuffled too.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from sandbox.intacct.querying.conditions import Comparison, Condition, Group, Language, Predicate, predicate
from sandbox.intacct.querying.paths import Path, resolve
from sandbox.intacct.schema import ObjectType
from sandbox.intacct.store import Store, Table

if TYPE_CHECKING:
    from sandbox.intacct.context import Context

_KEPT = 16
_VALUES = frozenset({"equalto", "in"})
_BOUNDS = frozenset({"greaterthan", "greaterthanorequalto", "lessthan", "lessthanorequalto"})


@dataclass(frozen=True)
class Search:
    """What to look for in the rows of ``kind``. ``definition`` is a transaction definition's name (docparid)."""

    kind: ObjectType
    condition: Condition | None
    language: Language
    definition: str = ""
    show_private: bool = False


class Finder:
    """Finds rows of one store and remembers the last filters' results until something changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version = -1
        self._found: OrderedDict[object, list[int]] = OrderedDict()

    def records(self, context: Context, search: Search) -> list[int]:
        """The record numbers of all rows that match, ascending.

        Raises:
            Refused: an unknown field or a value in a wrong format.
        """
        rest, bounds = _split_bounds(search)
        found = self._remembered(context, search, rest)
        if not bounds:
            return found
        low, high = 0, len(found)
        for operator, number in bounds:
            match operator:
                case "greaterthan":
                    low = max(low, bisect_right(found, number))
                case "greaterthanorequalto":
                    low = max(low, bisect_left(found, number))
                case "lessthan":
                    high = min(high, bisect_left(found, number))
                case "lessthanorequalto":
                    high = min(high, bisect_right(found, number))
        return found[low:high]

    def _remembered(self, context: Context, search: Search, condition: Condition | None) -> list[int]:
        if self._version != self._store.version:
            self._found.clear()
            self._version = self._store.version
        key = (search.kind.name, condition, search.language, search.definition, search.show_private, context.entity)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._scan(context, search, condition)
            if len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return found

    def _scan(self, context: Context, search: Search, condition: Condition | None) -> list[int]:
        table = self._store.tables[search.kind.name]
        tests: list[Predicate] = []
        if condition is not None:
            tests.append(predicate(condition, search.language, partial(resolve, self._store, search.kind)))
        if search.definition and "DOCPARID" in search.kind.by_name:
            tests.append(lambda row: row["DOCPARID"] == search.definition)
        if search.kind.name in self._store.private:
            seen = {"", context.entity}
            if context.entity or not search.show_private:
                tests.append(lambda row: row["MEGAENTITYID"] in seen)
        if not tests:
            return table.records()
        among = self._narrowed(table, search, condition)
        return table.matching(tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests), among)

    def _narrowed(self, table: Table, search: Search, condition: Condition | None) -> list[int] | None:
        """The rows among which those are that match, by the index that leaves fewest; None where there is none to go by."""
        parts = condition.parts if isinstance(condition, Group) and condition.word == "and" else (condition,)
        by_value = (part for part in parts if isinstance(part, Comparison) and part.operator in _VALUES)
        found = [self._by_index(table, search, part) for part in by_value]
        fewest = min((records for records in found if records is not None), key=len, default=None)
        return None if fewest is None else sorted(fewest)

    def _by_index(self, table: Table, search: Search, part: Comparison) -> list[int] | None:
        path = resolve(self._store, search.kind, part.field)
        if not path.direct or not search.language.as_kept(path.field):
            return None
        return table.having(path.name, (str(search.language.canonical(path.field, value)) for value in part.values))


def _split_bounds(search: Search) -> tuple[Condition | None, list[tuple[str, int]]]:
    """The condition without its bounds on the record number at the top, and those bounds."""
    condition = search.condition
    parts = condition.parts if isinstance(condition, Group) and condition.word == "and" else (condition,)
    bounds: list[tuple[str, int]] = []
    rest: list[Condition] = []
    for part in parts:
        if part is None:
            continue
        whole = isinstance(part, Comparison) and part.field == search.kind.record_key and part.operator in _BOUNDS
        if isinstance(part, Comparison) and whole and part.values[0].isdecimal():
            bounds.append((part.operator, int(part.values[0])))
        else:
            rest.append(part)
    if not bounds:
        return condition, []
    return (Group("and", tuple(rest)) if len(rest) > 1 else rest[0] if rest else None), bounds


def shuffled(records: list[int], seed: int, part: slice = slice(None)) -> list[int]:
    """The records, or a part of them, in an order of their own: another for each seed, the same for the same."""
    count = len(records)
    stride = int(count * 0.618) + seed % 97 + 1
    while math.gcd(stride, max(count, 1)) != 1:
        stride += 1
    start = seed * 7919 + 1
    return [records[(start + stride * number) % count] for number in range(count)[part]]


def page_of(table: Table, records: list[int], order: list[tuple[Path, bool]], seed: int, part: slice) -> list[int]:
    """A part of the records sorted by ``order`` (path, descending), nothing last; ties are in no order at all."""
    if not order:
        return shuffled(records, seed, part)
    first, descending = order[0]
    if first.direct and first.name == table.kind.record_key:
        return (records[::-1] if descending else records)[part]
    result = shuffled(records, seed)
    for path, backwards in reversed(order):
        numeric = path.field.type in {"INTEGER", "DECIMAL"}
        read = [path.read(row) for row in table.each(result)]
        values = [(not value, Decimal(value or 0) if numeric else value) for value in read]
        places = sorted(range(len(result)), key=values.__getitem__, reverse=backwards)
        result = [result[place] for place in places]
    return result[part]
