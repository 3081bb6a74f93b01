"""What a process asks of AWS, counted as AWS bills it: hooks on botocore's own events, nothing of ours in between.

DynamoDB's units by the developer guide's rules: a write takes one unit for each KB begun, twice that inside a transaction; a consistent
read one for each 4 KB begun, an eventually consistent half of it; an index entry that moves is one write out and one in.
Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html, and its pages on transactions and indexes.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import botocore.session

_KB = 1024
_READ = 4 * _KB
_FLAT = 100
"""Bytes that DynamoDB adds to each entry of an index."""

type Row = Mapping[str, Mapping[str, Any]]


class Meter:
    """Counts from its making on: ``calls`` by ``service.Operation``, ``units`` by ``write`` and ``read``."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.units: Counter[str] = Counter()
        self._shelves: dict[tuple[str, str], tuple[str, str]] = {}

    def install(self) -> None:
        """Every botocore session made from now on is counted."""
        made = botocore.session.get_session

        def counted(*given: Any, **named: Any) -> botocore.session.Session:
            session = made(*given, **named)
            session.register("before-call", self.asked)  # type: ignore[arg-type]  # botocore passes these by name
            session.register("after-call.dynamodb", self.answered)  # type: ignore[arg-type]
            return session

        botocore.session.get_session = counted

    def reset(self) -> None:
        self.calls.clear()
        self.units.clear()

    def asked(self, *, model: Any, params: Mapping[str, Any], **_: Any) -> None:
        """A call is about to leave."""
        service = model.service_model.service_name
        self.calls[f"{service}.{model.name}"] += 1
        if service == "dynamodb":
            body = json.loads(params["body"])
            factor = 2 if model.name == "TransactWriteItems" else 1
            for write in _writes(model.name, body):
                self.units["write"] += factor * math.ceil(max(1, size(write)) / _KB) + self._index(write)

    def answered(self, *, model: Any, parsed: Mapping[str, Any], **_: Any) -> None:
        """DynamoDB answered."""
        match model.name:
            case "GetItem":
                self.units["read"] += math.ceil(max(1, size(parsed.get("Item", {}))) / _READ)
            case "BatchGetItem":
                rows = [row for table in parsed.get("Responses", {}).values() for row in table]
                self.units["read"] += sum(math.ceil(size(row) / _READ) for row in rows) or 1
            case "Query":
                self.units["read"] += math.ceil(max(1, sum(map(size, parsed.get("Items", ())))) / _READ)

    def _index(self, row: Row) -> int:
        """Units of the index entry that this row's write moves."""
        place = (row.get("shelf", {}).get("S", ""), row.get("since", {}).get("S", ""))
        if not place[0]:
            return 0
        key = (row["pk"]["S"], row["sk"]["S"])
        before = self._shelves.get(key)
        self._shelves[key] = place
        if before == place:
            return 0
        entry = {name: row[name] for name in ("pk", "sk", "shelf", "since", "object") if name in row}
        return math.ceil((size(entry) + _FLAT) / _KB) * (1 if before is None else 2)


def size(row: Row) -> int:
    """Bytes of a row as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + _held(value) for name, value in row.items())


def _held(value: Mapping[str, Any]) -> int:
    (held,) = value.values()
    if isinstance(held, Mapping):
        return 3 + size(held)
    return sum(len(str(each).encode()) for each in (held if isinstance(held, list) else [held]))


def _writes(operation: str, body: Mapping[str, Any]) -> list[Row]:
    """The rows that an operation writes. An update or a condition is billed by the row it meets, which is not in the request: its key
    stands for it."""
    match operation:
        case "PutItem":
            return [body["Item"]]
        case "UpdateItem" | "DeleteItem":
            return [body["Key"]]
        case "TransactWriteItems":
            inner = [next(iter(each.values())) for each in body["TransactItems"]]
            return [each.get("Item") or each["Key"] for each in inner]
        case "BatchWriteItem":
            requests = [each for table in body["RequestItems"].values() for each in table]
            return [(each.get("PutRequest") or {}).get("Item") or each["DeleteRequest"]["Key"] for each in requests]
        case _:
            return []
