"""The books of one company: tables of rows, found by index, changed in transactions, every change in the audit trail.

A row is never changed in place: a change puts a new dictionary in its stead, so that what a reader holds, and what the
journal needs to undo, stays as it was.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import chain

from sandbox.intacct.blocks import Block
from sandbox.intacct.formats import stamp_text
from sandbox.intacct.schema import RECORD_URL, ObjectType, Row

AUDIT = "AUDITHISTORY"
_MODES = {"create": "C", "modify": "M", "delete": "D"}


def _addressed(name: str, row: Row, record: int) -> None:
    """Gives the row its address, where its object has one."""
    if RECORD_URL.name in row:
        digest = sha256(f"{name} {record}".encode()).digest()
        row[RECORD_URL.name] = f"https://www.intacct.com/ia/acct/ur.phtml?.r={urlsafe_b64encode(digest).decode().rstrip('=')}"


class Table:
    """The rows of one object, by record number in ascending order."""

    def __init__(self, kind: ObjectType) -> None:
        self.kind = kind
        self.rows: dict[int, Row] = {}
        self.block: Block | None = None
        self.next_record = kind.first_record
        self._gone: set[int] = set()
        keys = [(kind.key,)] if kind.key else []
        names = [*keys, kind.unique, *kind.indexes]
        self._indexes: dict[tuple[str, ...], dict[tuple[str, ...], dict[int, None]]] = {index: {} for index in names if index}

    def __len__(self) -> int:
        return len(self.rows) + (self.block.count - len(self._gone) if self.block else 0)

    def put(self, record: int, row: Row | None) -> Row | None:
        """Set or (with None) remove the row of this number; returns what was there."""
        before = self.get(record)
        if before is not None and record in self.rows:
            for index, entries in self._indexes.items():
                entries.get(tuple(before[name] for name in index), {}).pop(record, None)
        if self.block is not None and record in self.block:
            self._gone.add(record)
        if row is None:
            self.rows.pop(record, None)
            return before
        if record not in self.rows and self.rows and record < next(reversed(self.rows)):
            self.rows = dict(sorted([*self.rows.items(), (record, row)]))
        self.rows[record] = row
        for index, entries in self._indexes.items():
            entries.setdefault(tuple(row[name] for name in index), {})[record] = None
        return before

    def get(self, record: int) -> Row | None:
        row = self.rows.get(record)
        if row is None and self.block is not None and record in self.block and record not in self._gone:
            return self.block.row(record)
        return row

    def records(self) -> list[int]:
        """Every record number, ascending."""
        if self.block is None:
            return list(self.rows)
        block = self.block
        stored = list(self.rows)
        split = bisect_left(stored, block.first)
        made: Iterator[int] = iter(range(block.first, block.first + block.count))
        if not self._gone:
            return [*stored[:split], *made, *stored[split:]]
        return sorted(chain(stored, (record for record in made if record not in self._gone)))

    def each(self, records: Iterable[int]) -> Iterator[Mapping[str, str]]:
        """The rows of these numbers; what is given is good until the next is asked for."""
        rows, block = self.rows, self.block
        window = block.window() if block is not None else None
        for record in records:
            row = rows.get(record)
            if row is not None:
                yield row
            elif window is not None and block is not None:
                window.position = record - block.first
                yield window

    def matching(self, accepts: Callable[[Mapping[str, str]], bool], among: list[int] | None = None) -> list[int]:
        """The numbers of the rows that ``accepts`` takes, ascending; ``among`` these, if they are given."""
        if among is not None:
            return [record for record in among if accepts(self.row(record))]
        if self.block is None:
            return [record for record, row in self.rows.items() if accepts(row)]
        records = self.records()
        return [record for record, row in zip(records, self.each(records), strict=True) if accepts(row)]

    def find(self, wanted: Mapping[str, str]) -> Iterator[Row]:
        """The rows that have all these values, ascending among those that were written; by index, which what is asked for makes where
        there is none. Generated rows are looked through."""
        entries = self._indexes.get(tuple(wanted)) or self._indexed(tuple(wanted))
        if entries is None:
            for record in self.matching(lambda row: all(row[name] == value for name, value in wanted.items())):
                yield self.row(record)
            return
        for record in sorted(entries.get(tuple(wanted.values()), ())):
            yield self.rows[record]
        if self.block is not None:
            yield from (self.block.row(record) for record in self.block.find(wanted) if record not in self._gone)

    def having(self, name: str, values: Iterable[str]) -> list[int] | None:
        """The numbers of the rows with one of these values, by index and in no order; None where rows are generated."""
        entries = None if self.block is not None else self._indexed((name,))
        return None if entries is None else [record for value in {*values} for record in entries.get((value,), ())]

    def _indexed(self, names: tuple[str, ...]) -> dict[tuple[str, ...], dict[int, None]] | None:
        """The index of these fields, made of what is there; None where the table has generated rows that no index holds."""
        if names not in self._indexes:
            if self.block is not None:
                return None
            entries = self._indexes[names] = {}
            for record, row in self.rows.items():
                entries.setdefault(tuple(row[name] for name in names), {})[record] = None
        return self._indexes[names]

    def row(self, record: int) -> Row:
        row = self.get(record)
        if row is None:
            raise KeyError(f"{self.kind.name} {record}")
        return row


@dataclass(frozen=True)
class Author:
    """Whom the audit trail names: the user's login, record number, and the way in."""

    login: str
    record: str
    source: str = "api"


SYSTEM = Author("system", "1", "system")


class Store:
    """All tables of a company. ``version`` changes with every change, so that a reader can keep what it worked out."""

    def __init__(self, kinds: Mapping[str, ObjectType], clock: Callable[[], datetime]) -> None:
        self.tables = {name: Table(kind) for name, kind in kinds.items()}
        self.version = 0
        self.private: set[str] = set()
        """Objects of which some row belongs to one entity."""
        self._clock = clock
        self._undo: list[Callable[[], object]] = []
        self._depth = 0
        self._audited: set[tuple[str, str]] = set()

    def now(self) -> str:
        return stamp_text(self._clock())

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Undo everything changed inside when it ends with an exception; may be nested."""
        mark = len(self._undo)
        self._depth += 1
        try:
            yield
        except BaseException:
            while len(self._undo) > mark:
                self._undo.pop()()
            self.version += 1
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._undo.clear()
                self._audited.clear()

    def insert(self, name: str, values: Mapping[str, str], author: Author = SYSTEM) -> Row:
        """Add a row: record number and stamps are given by the system, missing fields have their defaults."""
        table = self.tables[name]
        record = table.next_record
        table.next_record += 1
        now = self.now()
        stamps = {"CREATEDBY": author.record, "MODIFIEDBY": author.record, "WHENMODIFIED": now}
        stamps["AUWHENCREATED" if "AUWHENCREATED" in table.kind.by_name else "WHENCREATED"] = now
        row = dict(table.kind.blank)
        row.update((key, value) for key, value in stamps.items() if key in row)
        row.update(values)
        row[table.kind.record_key] = row.get(table.kind.record_key) or str(record)
        _addressed(name, row, record)
        self._put(table, record, row)
        self._audit(table.kind, row, "create", author)
        return row

    def update(self, name: str, row: Row, changes: Mapping[str, str], author: Author = SYSTEM) -> Row:
        """Put the changed row in the place of ``row`` and stamp it."""
        table = self.tables[name]
        stamps = {"MODIFIEDBY": author.record, "WHENMODIFIED": self.now()}
        changed = {**row, **{key: value for key, value in stamps.items() if key in row}, **changes}
        self._put(table, int(row[table.kind.record_key]), changed)
        self._audit(table.kind, changed, "modify", author)
        return changed

    def delete(self, name: str, row: Row, author: Author = SYSTEM) -> None:
        table = self.tables[name]
        self._put(table, int(row[table.kind.record_key]), None)
        self._audit(table.kind, row, "delete", author)

    def load(self, name: str, values: Mapping[str, str]) -> Row:
        """Add a row as it was long before this company was simulated: own stamps, no audit trail."""
        table = self.tables[name]
        record = table.next_record
        table.next_record += 1
        row = {**table.kind.blank, **values}
        row[table.kind.record_key] = str(record)
        _addressed(name, row, record)
        table.put(record, row)
        self.version += 1
        return row

    def find(self, name: str, **wanted: str) -> list[Row]:
        return list(self.tables[name].find(wanted))

    def first(self, name: str, **wanted: str) -> Row | None:
        return next(self.tables[name].find(wanted), None)

    def get(self, name: str, record: str) -> Row | None:
        """The row of this record number, given as text; None when there is none or it is no number."""
        return self.tables[name].get(int(record)) if record.isdecimal() else None

    def all(self, name: str) -> list[Row]:
        table = self.tables[name]
        return [table.row(record) for record in table.records()]

    def _put(self, table: Table, record: int, row: Row | None) -> None:
        before = table.put(record, row)
        self.version += 1
        if row is not None and row.get("MEGAENTITYID"):
            self.private.add(table.kind.name)
        if self._depth:
            self._undo.append(lambda: table.put(record, before))

    def _audit(self, kind: ObjectType, row: Row, action: str, author: Author) -> None:
        """One entry per record and transaction, however often the record is touched on the way."""
        if kind.audit_key == "none" or AUDIT not in self.tables:
            return
        record = row[kind.record_key]
        if action == "modify" and (kind.name, record) in self._audited:
            return
        if self._depth:
            self._audited.add((kind.name, record))
        keys = {"recordno": record, "record--rec": f"{record}--REC", "natural": row.get(kind.key, record)}
        table = self.tables[AUDIT]
        number = table.next_record
        table.next_record += 1
        entry = dict.fromkeys(table.kind.names, "")
        entry.update(
            ID=str(number),
            OBJECTTYPE=kind.name.lower(),
            OBJECTKEY=keys[kind.audit_key],
            ACCESSTIME=self.now(),
            ACCESSMODE=_MODES[action],
            USERID=author.login,
            SOURCE=author.source,
        )
        self._put(table, number, entry)
