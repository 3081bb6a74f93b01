"""What an approval is bound to: a hash over the canonical record and the exact request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from connector.core.exchange import Function
from connector.core.record import Record, Ref, Row, rows


def canonical(record: Record, pending: Collection[str] = ()) -> dict[str, Any]:
    """The record as plain text values. A reference counts by both ids, except one in ``pending`` (``vendors:8821``), which stood
    open when the record was shown: its Intacct id, and what follows from it, may come into being between approval and export."""
    flat: dict[str, Any] = {}
    _flatten(record, "", frozenset(pending), frozenset(need.partition(":")[0] for need in pending), flat)
    return flat


def _flatten(record: Record, where: str, pending: frozenset[str], open_objects: frozenset[str], flat: dict[str, Any]) -> None:
    values = record.__dict__
    for row in _by_name(type(record)):
        value = values[row.name]
        path = where + row.name
        if value is None or (open_objects and row.origin is not None and not open_objects.isdisjoint(row.origin.objects)):
            flat[path] = None
        elif row.lines is not None:
            flat[path] = len(value)
            for number in sorted(range(1, len(value) + 1), key="{}]".format):
                _flatten(value[number - 1], f"{path}[{number}].", pending, open_objects, flat)
        elif row.ref is not None and isinstance(value, Ref):
            waits = f"{row.ref.object}:{value.procore}" in pending
            flat[path] = [value.procore, "" if waits else value.intacct]
        else:
            flat[path] = value if type(value) is str else str(value)


@cache
def _by_name(record: type[Record]) -> tuple[Row, ...]:
    """As the digest sorts them, and so likewise lines by their numbers as text: sorting what is in order already takes little."""
    return tuple(sorted(rows(record), key=lambda row: row.name))


def digest(value: Mapping[str, Any] | Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()).hexdigest()


def fingerprint(object_name: str, record: Record, functions: Sequence[Function], pending: Collection[str] = (), *, entity: str = "") -> str:
    """64 hex digits. With open references the request is not complete yet, so only the record counts for them. The same request
    in another ``entity`` is another one."""
    request = [] if pending else [[function.name, function.body] for function in functions]
    place = f"{object_name}@{entity}" if entity else object_name
    return digest([place, canonical(record, pending), request])


def controlid(company: str, object_name: str, procore_id: str, version: str, operation: str) -> str:
    """The idempotency key of a write: the same for the same approved content, at most 256 characters."""
    return f"{company}:{object_name}:{procore_id}:{version[:12]}:{operation}"
