"""How much was asked of both systems: ports.Usage on the table SyncState, one row per day.

::

    pk     sk          attributes
    usage  2026-11-27  exports:procore · exports:intacct · exports:functions · imports:procore · … · hour:0 … hour:23 · expires

A row stays below a kilobyte whatever it counts, so that to add to it is one write unit; two workers who add at the same moment both
count. An answer of DynamoDB's that gets lost on its way may count an invocation twice.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, Final

from connector.adapters.aws.clients import AwsClients, reaching
from connector.adapters.aws.rows import Row, key, number, text, ttl
from connector.core.usage import COUNTED, Counts, Day, Purpose

_KEY: Final = "usage"
_HOUR: Final = "hour:"
_KEPT: Final = timedelta(days=400)
_COUNTS: Final = {f"{purpose}:{counted}": (purpose, counted) for purpose, counted in product(Purpose, COUNTED)}


class DynamoUsage:
    def __init__(self, aws: AwsClients, *, table: str) -> None:
        self._aws, self._table = aws, table

    def add(self, at: datetime, counts: Counts) -> None:
        now = at.astimezone(UTC)
        more = {f"{purpose}:{counted}": count for (purpose, counted), count in counts.items() if count}
        if calls := sum(count for (_, counted), count in counts.items() if counted == "procore"):
            more[f"{_HOUR}{now.hour}"] = calls
        names = dict(enumerate(more))
        with reaching("DynamoDB"):
            self._aws.dynamodb.update_item(
                TableName=self._table,
                Key=key(_KEY, now.date().isoformat()),
                UpdateExpression="SET expires = :expires ADD " + ", ".join(f"#n{place} :n{place}" for place in names),
                ExpressionAttributeNames={f"#n{place}": name for place, name in names.items()},
                ExpressionAttributeValues={
                    ":expires": ttl(now + _KEPT),
                    **{f":n{place}": number(more[name]) for place, name in names.items()},
                },
            )

    def days(self, first: date, last: date, *, hours: bool = False) -> list[Day]:
        query: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {":pk": text(_KEY), ":first": text(first.isoformat()), ":last": text(last.isoformat())},
        }
        if not hours:
            names = {f"#n{place}": name for place, name in enumerate(_COUNTS)}
            query |= {"ProjectionExpression": ", ".join(["sk", *names]), "ExpressionAttributeNames": names}
        pages = self._aws.dynamodb.get_paginator("query").paginate(TableName=self._table, **query)
        with reaching("DynamoDB"):
            return [_day(row) for page in pages for row in page["Items"]]


def _day(row: Row) -> Day:
    return Day(
        day=date.fromisoformat(row["sk"]["S"]),
        counts={place: int(row[name]["N"]) for name, place in _COUNTS.items() if name in row},
        hours={int(name.removeprefix(_HOUR)): int(held["N"]) for name, held in row.items() if name.startswith(_HOUR)},
    )
