"""What all workers know of Procore's limits: ports.RateMemory on the table SyncState, one row per key.

Procore's headers tell of one window at a time, the one that is likelier to be hit; windows are told apart by their limit
(25 in ten seconds, 3,600 an hour). A row holds ``remaining_<limit>`` and ``reset_<limit>`` of each, and ``refused_until``
after a 429.

Each process keeps a copy, reads the row when its copy is five seconds old and writes what it sees as rarely, except when
a window runs out. All of it is advice: a failure to read or write it never stops a call, since Procore itself refuses in
the end.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from botocore.exceptions import ClientError

from connector.adapters.aws.clients import AwsClients, code_of, reaching
from connector.adapters.aws.rows import Row, datetime_of, key, moment, number, ttl
from connector.core.errors import ConnectorError
from connector.core.usage import Window
from connector.ports import Clock

_LOG: Final = logging.getLogger(__name__)
_EVERY: Final = timedelta(seconds=5)
_SWEPT_AFTER: Final = timedelta(days=1)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def _is_newer(window: Window, other: Window | None) -> bool:
    """Of a later window; or later in the same one, where fewer calls remain."""
    return other is None or (window.reset, -window.remaining) > (other.reset, -other.remaining)


def _reserve(limit: int) -> int:
    """Calls left alone for what other workers send before they hear of it: a twentieth, at least one."""
    return max(1, limit // 20)


@dataclass(slots=True)
class _Known:
    windows: dict[int, Window] = field(default_factory=dict)
    refused_until: datetime = _LONG_AGO
    read_at: datetime = _LONG_AGO
    written_at: dict[int, datetime] = field(default_factory=dict)

    def learn(self, window: Window) -> None:
        if _is_newer(window, self.windows.get(window.limit)):
            self.windows[window.limit] = window

    def opens_at(self) -> datetime:
        closed = (window.reset for limit, window in self.windows.items() if window.remaining <= _reserve(limit))
        return max([self.refused_until, *closed])


class DynamoRates:
    def __init__(self, aws: AwsClients, clock: Clock, *, table: str) -> None:
        self._aws, self._clock, self._table = aws, clock, table
        self._known: dict[str, _Known] = {}

    def wait_needed(self, key: str) -> float:
        now, known = self._clock.now(), self._of(key)
        if now - known.read_at >= _EVERY:
            known.read_at = now
            self._read(key, known)
        return max(0.0, (known.opens_at() - now).total_seconds())

    def saw(self, key: str, *, limit: int, remaining: int, reset: datetime) -> None:
        now, known = self._clock.now(), self._of(key)
        known.learn(Window(limit, remaining, reset))
        if remaining > _reserve(limit) and now - known.written_at.get(limit, _LONG_AGO) < _EVERY:
            return
        known.written_at[limit] = now
        self._write(
            key,
            reset,
            {f"remaining_{limit}": number(remaining), f"reset_{limit}": moment(reset)},
            f"attribute_not_exists(#reset_{limit}) OR #reset_{limit} < :reset_{limit}"
            f" OR (#reset_{limit} = :reset_{limit} AND #remaining_{limit} > :remaining_{limit})",
        )

    def refused(self, key: str, *, until: datetime) -> None:
        known = self._of(key)
        known.refused_until = max(known.refused_until, until)
        condition = "attribute_not_exists(#refused_until) OR #refused_until < :refused_until"
        self._write(key, until, {"refused_until": moment(until)}, condition)

    def windows(self, key: str) -> list[Window]:
        known = self._of(key)
        self._read(key, known)
        return [*known.windows.values()]

    def _of(self, key: str) -> _Known:
        return self._known.setdefault(key, _Known())

    def _read(self, name: str, known: _Known) -> None:
        with _advice():
            answer = self._aws.dynamodb.get_item(TableName=self._table, Key=key(f"rate#{name}", "rate"))
            row: Row = answer.get("Item", {})
            if "refused_until" in row:
                known.refused_until = max(known.refused_until, datetime_of(row["refused_until"]))
            for attribute in row:
                kind, _, limit = attribute.partition("_")
                if kind == "remaining":
                    known.learn(Window(int(limit), int(row[attribute]["N"]), datetime_of(row[f"reset_{limit}"])))

    def _write(self, name: str, until: datetime, values: dict[str, Any], condition: str) -> None:
        values |= {"expires": ttl(until + _SWEPT_AFTER)}
        with _advice():
            self._aws.dynamodb.update_item(
                TableName=self._table,
                Key=key(f"rate#{name}", "rate"),
                UpdateExpression="SET " + ", ".join(f"#{each} = :{each}" for each in values),
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{each}": each for each in values},
                ExpressionAttributeValues={f":{each}": value for each, value in values.items()},
            )


@contextmanager
def _advice() -> Iterator[None]:
    try:
        with reaching("DynamoDB"):
            yield
    except ConnectorError as error:
        _LOG.warning("Procore's limits are not shared with the other workers now: %s", error)
    except ClientError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise
