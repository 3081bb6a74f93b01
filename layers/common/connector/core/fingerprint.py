"""What an approval is bound to: a hash over the canonical record and the exact request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from connector.core.exchange import Function
from connector.core.record import Record, Ref
from connector.core.wire import walk


def canonical(record: Record, pending: Collection[str] = ()) -> dict[str, Any]:
    """The record as plain text values. A reference counts by both ids, except one in ``pending`` (``vendors:8821``), which stood
    open when the record was shown: its Intacct id, and what follows from it, may come into being between approval and export."""
    open_objects = {need.partition(":")[0] for need in pending}
    flat: dict[str, Any] = {}
    unknown: tuple[str, ...] = ()
    for path, row, value in walk(record):
        if path.startswith(unknown):
            continue
        if row.origin is not None and not open_objects.isdisjoint(row.origin.objects):
            flat[path] = None
            unknown += (f"{path}[",) if row.lines is not None else ()
        elif row.lines is not None:
            flat[path] = len(value)
        elif isinstance(value, Ref) and row.ref is not None:
            waits = f"{row.ref.object}:{value.procore}"
            flat[path] = [value.procore, "" if waits in pending else value.intacct]
        else:
            flat[path] = None if value is None else str(value)
    return flat


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
