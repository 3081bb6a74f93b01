"""Intacct as a list of rows: what is written can be read, and each answer can be ordered beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from connector.core.errors import Code, RetryLater, SetupWrong, Violation
from connector.core.exchange import Answer, FieldInfo, Function, Held, Query, Tree, UserFormat, Written
from connector.core.record import Record, rows
from connector.core.spec import SyncObject

type Order = Literal["done", "done unseen", "lost before", "lost after", "refused", "replayed", "later", "set-up wrong"]
"""``lost`` tells nothing: before or after the work was done. ``done unseen`` is done, but cannot be found yet."""


class Books:
    """ports.Intacct. ``orders`` are taken one for each write (none left: ``done``); ``written`` counts the requests, ``asked`` reads.

    ``before_read`` runs before each read, so that a test can let something happen there.
    """

    def __init__(self, rooms: Mapping[str, SyncObject[Any]]) -> None:
        self._exports = [(room.record, room.export) for room in rooms.values() if room.export is not None]
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.orders: list[Order] = []
        self.requests: list[tuple[Function, ...]] = []
        self.asked: list[Query] = []
        self.before_read: Callable[[], object] = lambda: None
        self.unseen = 1
        """Reads for which what was ``done unseen`` cannot be found."""
        self._hidden = 0

    def write(self, functions: Sequence[Function], *, entity: str = "") -> Answer:
        del entity
        order: Order = self.orders.pop(0) if self.orders else "done"
        if order == "later":
            raise RetryLater(Code.UNAVAILABLE, "Intacct cannot be reached.", seconds=30)
        if order == "set-up wrong":
            raise SetupWrong(Code.SIGN_IN_FAILED, "Intacct does not let us in.")
        self.requests.append(tuple(functions))
        if order == "refused":
            violation = Violation(code=Code.PERIOD_CLOSED, field="", message="June is closed.", their_words="BL01001973")
            return Answer(written=Written.REFUSED, violations=(violation,), request="<request/>", response="<refused/>")
        keys = tuple(self._put(function) for function in functions) if order in {"done", "done unseen", "lost after"} else ()
        self._hidden = self.unseen if order == "done unseen" else 0
        if order == "replayed":
            return Answer(written=Written.REPLAYED, request="<request/>", response="<replayed/>")
        if order.startswith("lost"):
            return Answer(written=Written.UNKNOWN, request="<request/>")
        return Answer(written=Written.DONE, keys=keys, request="<request/>", response="<done/>")

    def read(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held]]:
        del entity
        self.before_read()
        self.asked += queries
        if self._hidden:
            self._hidden -= 1
            return [[] for _ in queries]
        return [[row for row in self.tables.get(query.object, ()) if _fits(row, query)] for query in queries]

    def exact(self, functions: Sequence[Function]) -> str:
        return "\n".join(f"{function.controlid} {function.name} {function.body}" for function in functions)

    def pages(self, query: Query, *, after: str = "", entity: str = "") -> Iterator[list[Held]]:
        raise NotImplementedError

    def listed(self, object_name: str, field: str, value: str, *, entity: str = "") -> bool:
        raise NotImplementedError

    def lookup(self, object_names: Sequence[str]) -> dict[str, dict[str, FieldInfo] | Violation]:
        raise NotImplementedError

    def read_each(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held] | Violation]:
        raise NotImplementedError

    def user_format(self) -> UserFormat:
        raise NotImplementedError

    def _put(self, function: Function) -> str:
        """Adds the record and its lines; answers with what ``by_key`` names."""
        for record, export in self._exports:
            body = dict(function.body).get(export.write.object) if function.name == "create" else function.body
            if function.name == export.write.function and body is not None and not isinstance(body, str):
                row = self._row(record, body)
                for line in row.pop("PARTS", []):
                    self.tables.setdefault("PARTS", []).append(line | {"WIDGETNO": row["DOCNO"]})
                self.tables.setdefault(export.held.object, []).append(row)
                return str(row[export.held.by_key])
        raise AssertionError(f"{function.name} is of no room")

    def _row(self, record: type[Record], elements: Tree) -> dict[str, Any]:
        number = 41 + sum(map(len, self.tables.values()))
        row: dict[str, Any] = {"RECORDNO": str(number)}
        for each in rows(record):
            if each.intacct is None or each.intacct.write is None or each.intacct.read is None:
                continue
            path = each.intacct.write.split(".")
            if each.lines is not None:
                row[each.intacct.read] = [self._row(each.lines, line) for line in _found(elements, path)]
            elif values := _found(elements, path):
                row[each.intacct.read] = _text(values[0])
        return row


def _found(elements: Tree, path: Sequence[str]) -> list[Any]:
    here: list[Any] = [elements]
    for step in path:
        here = [value for tree in here for tag, value in tree if tag == step]
    return here


def _text(value: Any) -> str:
    """A legacy date comes back in one piece."""
    if isinstance(value, str):
        return value
    parts = dict(value)
    return f"{parts['month']}/{parts['day']}/{parts['year']}"


def _fits(row: Mapping[str, Any], query: Query) -> bool:
    return all(where.operator == "equalto" and row.get(where.field) == where.values[0] for where in query.where)
