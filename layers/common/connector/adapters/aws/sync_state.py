"""Items, their history, runs, watermarks and the settings: ports.SyncState on one DynamoDB table.

::

    pk                sk              attributes
    item#<id>         item            version · body · shelf · since · object     (index by-shelf: shelf, since)
                                      waits_for, where it is blocked              (index by-need: waits_for, since)
    item#<id>         history#000001  body                                        (put once, never over another)
    run#<id>          run             version · body
    watermark#<name>  watermark       body
    configuration     configuration   body
    configuration     history#000001  body                                        (put once, never over another)
    tenant            tenant          body
    outbox            <item>#000001   body · expires                              (a mail that is owed, by the item's version)
    preferences       <login>         body
    decisions#<login> <time>#<item>   body · expires                              (the history's entry, by who decided)

``body`` is the model as JSON text, so money stays text. The indexes carry keys and ``object`` only: they are written when an
item moves to another shelf and at no other time, and what they list is read from the table, so that a list never shows an
old item. Only blocked items are in ``by-need``.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from connector.adapters.aws.clients import AwsClients, reaching
from connector.adapters.aws.pairs import pair_writes, parting_writes
from connector.adapters.aws.rows import Key, Row, fitting, key, number, possible, read_many, text, transact, ttl
from connector.core.errors import Code, ConnectorError
from connector.core.item import HistoryEntry, Item, State, Value
from connector.core.notices import Notice
from connector.ports import Contention, CrossReference, LinkedElsewhere, Page, Run

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

BY_SHELF: Final = "by-shelf"
BY_NEED: Final = "by-need"
_PLACE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z#.+", re.DOTALL)
_CONFIGURATION: Final = key("configuration", "configuration")
_TENANT: Final = key("tenant", "tenant")
_FIRST_ITEM, _FIRST_RUN = 1, 0
_DECISIONS: Final = timedelta(days=90)
"""How long it is listed who decided what; the items' own histories stay."""
_SIFTED_AT_ONCE: Final = 500
_ITEMS_AT_ONCE: Final = 100
_OUTBOX, _PREFERENCES = "outbox", "preferences"
_BEHIND_ALL: Final = "#\U0010ffff"
"""In the place of an id: behind every item of the same moment."""
_OWED: Final = timedelta(days=14)
"""A mail that could not be sent for so long tells nothing any more; DynamoDB's TTL removes its row."""
_MOVES_AT_ONCE: Final = 100
_STEPS_AT_ONCE: Final = 50
"""A transaction holds a hundred writes, a step is two."""
_BYTES_AT_ONCE: Final = 3_500_000
"""A transaction holds 4 MB, keys and names counted in."""


class DynamoSyncState:
    """``cross_references`` is the table of :class:`~connector.adapters.aws.cross_references.DynamoCrossReferences`."""

    def __init__(self, aws: AwsClients, *, table: str, cross_references: str) -> None:
        self._aws, self._table, self._cross_references = aws, table, cross_references

    def get(self, item_id: str) -> Item | None:
        return self.get_many([item_id]).get(item_id)

    def get_many(self, item_ids: Collection[str]) -> dict[str, Item]:
        keys = (_item(each) for each in {*item_ids})
        items = (Item.model_validate_json(row["body"]["S"]) for row in read_many(self._aws.dynamodb, self._table, keys, only="body"))
        return {item.id: item for item in items}

    def save(
        self,
        item: Item,
        entry: HistoryEntry,
        *,
        link: CrossReference | None = None,
        unlink: CrossReference | None = None,
        notice: Notice | None = None,
        decided_by: str = "",
    ) -> None:
        own = self._step(item, entry) + (parting_writes(self._cross_references, unlink) if unlink else [])
        if notice is not None:
            own.append({"Put": {"TableName": self._table, "Item": fitting(_owed(notice))}})
        if decided_by:
            own.append({"Put": {"TableName": self._table, "Item": fitting(_decision(decided_by, entry))}})
        failed = transact(self._aws.dynamodb, own + (pair_writes(self._cross_references, link) if link else []))
        if failed:
            raise Contention(item.id) if failed[0] < len(own) else LinkedElsewhere(item.id)

    def save_many(self, steps: Sequence[tuple[Item, HistoryEntry]]) -> None:
        lost = [item_id for group in _fitting_together(steps) for item_id in self._save_together(group)]
        if lost:
            raise Contention(", ".join(lost[:10]))

    def _save_together(self, group: list[tuple[Item, HistoryEntry]]) -> list[str]:
        """The ids of those that somebody else had changed; the others are written."""
        lost: list[str] = []
        while group:
            failed = {place // 2 for place in transact(self._aws.dynamodb, [write for each in group for write in self._step(*each)])}
            if not failed:
                break
            lost += [item.id for place, (item, _) in enumerate(group) if place in failed]
            group = [each for place, each in enumerate(group) if place not in failed]
        return lost

    def _step(self, item: Item, entry: HistoryEntry) -> list[TransactWriteItemTypeDef]:
        shelved = {"shelf": text(item.shelf), "since": text(_place(item)), "object": text(item.object)}
        if item.state is State.BLOCKED and item.waits_for:
            shelved |= {"waits_for": text(item.waits_for)}
        body = text(_body(entry))
        return [
            self._next(_item(item.id) | shelved, item.version, _body(item), first=_FIRST_ITEM),
            self._new(key(f"item#{item.id}", f"history#{entry.number:06d}") | {"body": body}),
        ]

    def on_shelf(
        self, shelf: str, *, limit: int = 100, cursor: str = "", object_name: str = "", since: datetime | None = None
    ) -> Page[Item]:
        rows: list[Item] = []
        last = _opened(cursor) if cursor else f"{_in_order(since)}{_BEHIND_ALL}" if since else ""
        query: dict[str, Any] = {"Limit": limit + 1}
        if object_name:
            query = {
                "FilterExpression": "#object = :object",
                "Limit": _SIFTED_AT_ONCE,
                "ExpressionAttributeNames": {"#object": "object"},
                "ExpressionAttributeValues": {":object": text(object_name)},
            }
        shelved = ((place, item) for place, item in self._indexed(BY_SHELF, "shelf", shelf, query, behind=last) if item.shelf == shelf)
        for place, item in shelved:
            if len(rows) == limit:
                return Page[Item](rows=tuple(rows), cursor=urlsafe_b64encode(last.encode()).decode())
            rows.append(item)
            last = place
        return Page[Item](rows=tuple(rows))

    def waiting_for(self, need: str) -> Iterator[Item]:
        found = (item for _, item in self._indexed(BY_NEED, "waits_for", need, {}))
        return (item for item in found if item.state is State.BLOCKED and item.waits_for == need)

    def _indexed(self, index: str, name: str, value: str, query: dict[str, Any], *, behind: str = "") -> Iterator[tuple[str, Item]]:
        """Places and items in order, as the table holds them; one that the index still lists may have left."""
        query = query | {
            "TableName": self._table,
            "IndexName": index,
            "KeyConditionExpression": "#key = :key",
            "ProjectionExpression": "#since",
            "ExpressionAttributeNames": query.get("ExpressionAttributeNames", {}) | {"#key": name, "#since": "since"},
            "ExpressionAttributeValues": query.get("ExpressionAttributeValues", {}) | {":key": text(value)},
        }
        if behind:
            query["ExclusiveStartKey"] = _item(_item_at(behind)) | {name: text(value), "since": text(behind)}
        while True:
            with reaching("DynamoDB"):
                answer = self._aws.dynamodb.query(**query)
            for places in batched((row["since"]["S"] for row in answer["Items"]), _ITEMS_AT_ONCE, strict=False):
                items = self.get_many([_item_at(place) for place in places])
                yield from ((place, items[key]) for place in places if (key := _item_at(place)) in items)
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def notices(self) -> Iterator[Notice]:
        return iter([Notice.model_validate_json(row["body"]["S"]) for row in self._under(_OUTBOX)])

    def settle(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            if notice.to:
                there: TransactWriteItemTypeDef = {
                    "Put": {"TableName": self._table, "Item": fitting(_owed(notice)), "ConditionExpression": "attribute_exists(pk)"}
                }
                transact(self._aws.dynamodb, [there])
            else:
                with reaching("DynamoDB"):
                    self._aws.dynamodb.delete_item(TableName=self._table, Key=key(_OUTBOX, notice.id))

    def preferences(self) -> dict[str, str]:
        return {row["sk"]["S"]: row["body"]["S"] for row in self._under(_PREFERENCES)}

    def save_preferences(self, login: str, text: str) -> None:
        self._keep(key(_PREFERENCES, login), text)

    def decisions_of(self, login: str, *, since: datetime) -> list[HistoryEntry]:
        found = self._query(
            KeyConditionExpression="pk = :pk AND sk >= :since",
            ExpressionAttributeValues={":pk": text(f"decisions#{login}"), ":since": text(_in_order(since))},
            ScanIndexForward=False,
        )
        return [HistoryEntry.model_validate_json(row["body"]["S"]) for row in found]

    def history(self, item_id: str) -> list[HistoryEntry]:
        return [HistoryEntry.model_validate_json(row["body"]["S"]) for row in self._under(f"item#{item_id}", "history#")]

    def _under(self, pk: str, begins: str = "") -> Iterator[Row]:
        """The rows of one key as of now, in order."""
        begun = {":begins": text(begins)} if begins else {}
        return self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :begins)" if begins else "pk = :pk",
            ExpressionAttributeValues={":pk": text(pk)} | begun,
        )

    def _query(self, **asked: Any) -> Iterator[Row]:
        pages = self._aws.dynamodb.get_paginator("query").paginate(TableName=self._table, ConsistentRead=True, **asked)
        with reaching("DynamoDB"):
            yield from [row for page in pages for row in page["Items"]]

    def put_run(self, run: Run) -> None:
        write = self._next(key(f"run#{run.id}", "run"), run.version, _body(run), first=_FIRST_RUN)
        if transact(self._aws.dynamodb, [write]):
            raise Contention(run.id)

    def get_run(self, run_id: str) -> Run | None:
        body = self._body(key(f"run#{run_id}", "run"))
        return Run.model_validate_json(body) if body else None

    def get_runs(self, run_ids: Collection[str]) -> dict[str, Run]:
        keys = (key(f"run#{each}", "run") for each in {*run_ids})
        runs = (Run.model_validate_json(row["body"]["S"]) for row in read_many(self._aws.dynamodb, self._table, keys))
        return {run.id: run for run in runs}

    def watermarks(self, names: Collection[str]) -> dict[str, str]:
        rows = read_many(self._aws.dynamodb, self._table, (_watermark(name) for name in {*names}))
        return {row["pk"]["S"].partition("#")[2]: row["body"]["S"] for row in rows}

    def move_watermarks(self, moves: Mapping[str, tuple[str, str]]) -> list[str]:
        return [name for group in batched(moves.items(), _MOVES_AT_ONCE, strict=False) for name in self._move_together([*group])]

    def _move_together(self, group: list[tuple[str, tuple[str, str]]]) -> list[str]:
        left: list[str] = []
        while group:
            failed = transact(self._aws.dynamodb, [self._move(name, *move) for name, move in group])
            if not failed:
                break
            left += [name for place, (name, _) in enumerate(group) if place in failed]
            group = [each for place, each in enumerate(group) if place not in failed]
        return left

    def configuration(self) -> str:
        return self._body(_CONFIGURATION)

    def save_configuration(self, text: str, *, over: str | None = None, entry: HistoryEntry | None = None) -> None:
        if over is None or entry is None:
            self._keep(_CONFIGURATION, text)
        elif transact(self._aws.dynamodb, [self._over(_CONFIGURATION, over, text), self._new(_settings_entry(entry))]):
            raise Contention(entry.item)

    def configuration_history(self) -> list[HistoryEntry]:
        rows = self._under(_CONFIGURATION["pk"]["S"], "history#")
        return [HistoryEntry.model_validate_json(row["body"]["S"]) for row in rows]

    def tenant(self) -> str:
        return self._body(_TENANT)

    def save_tenant(self, text: str) -> None:
        self._keep(_TENANT, text)

    def configuration_and_tenant(self) -> tuple[str, str]:
        rows = read_many(self._aws.dynamodb, self._table, (_CONFIGURATION, _TENANT))
        bodies = {row["pk"]["S"]: row["body"]["S"] for row in rows}
        return bodies.get(_CONFIGURATION["pk"]["S"], ""), bodies.get(_TENANT["pk"]["S"], "")

    def _next(self, row: Key, version: int, body: str, *, first: int) -> TransactWriteItemTypeDef:
        """A put that holds only over the version before, or where there is nothing for the first."""
        row |= {"version": number(version), "body": text(body)}
        if version == first:
            return self._new(row)
        return {
            "Put": {
                "TableName": self._table,
                "Item": fitting(row),
                "ConditionExpression": "#version = :before",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {":before": number(version - 1)},
            }
        }

    def _move(self, name: str, before: str, to: str) -> TransactWriteItemTypeDef:
        return self._over(_watermark(name), before, to)

    def _over(self, row: Key, before: str, to: str) -> TransactWriteItemTypeDef:
        return {
            "Put": {
                "TableName": self._table,
                "Item": fitting(row | {"body": text(to)}),
                "ConditionExpression": "#body = :before" if before else "attribute_not_exists(pk) OR #body = :before",
                "ExpressionAttributeNames": {"#body": "body"},
                "ExpressionAttributeValues": {":before": text(before)},
            }
        }

    def _new(self, row: Key) -> TransactWriteItemTypeDef:
        return {
            "Put": {
                "TableName": self._table,
                "Item": fitting(row),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _body(self, row: Key) -> str:
        if not possible(row):
            return ""
        with reaching("DynamoDB"):
            answer = self._aws.dynamodb.get_item(TableName=self._table, Key=row, ConsistentRead=True)
        return answer["Item"]["body"]["S"] if "Item" in answer else ""

    def _keep(self, row: Key, body: str) -> None:
        with reaching("DynamoDB"):
            self._aws.dynamodb.put_item(TableName=self._table, Item=fitting(row | {"body": text(body)}))


def _body(value: Value) -> str:
    """Without what is as it is by default: DynamoDB bills a write by the KB. So a default, once there, is never changed."""
    return value.model_dump_json(exclude_defaults=True)


def _watermark(name: str) -> Key:
    return key(f"watermark#{name}", "watermark")


def _fitting_together(steps: Iterable[tuple[Item, HistoryEntry]]) -> Iterator[list[tuple[Item, HistoryEntry]]]:
    """Portions for one transaction each: a hundred writes, 4 MB."""
    group: list[tuple[Item, HistoryEntry]] = []
    room = _BYTES_AT_ONCE
    for item, entry in steps:
        size = len(item.model_dump_json().encode()) + len(entry.model_dump_json().encode())
        if group and (len(group) == _STEPS_AT_ONCE or size > room):
            yield group
            group, room = [], _BYTES_AT_ONCE
        group.append((item, entry))
        room -= size
    if group:
        yield group


def _item(item_id: str) -> Key:
    return key(f"item#{item_id}", "item")


def _decision(login: str, entry: HistoryEntry) -> Key:
    row = key(f"decisions#{login}", f"{_in_order(entry.at)}#{entry.item}")
    return row | {"body": text(entry.model_dump_json()), "expires": ttl(entry.at + _DECISIONS)}


def _settings_entry(entry: HistoryEntry) -> Key:
    return key(_CONFIGURATION["pk"]["S"], f"history#{entry.number:06d}") | {"body": text(_body(entry))}


def _owed(notice: Notice) -> Key:
    return key(_OUTBOX, notice.id) | {"body": text(notice.model_dump_json()), "expires": ttl(notice.at + _OWED)}


def _place(item: Item) -> str:
    """Where the index keeps it on its shelf. Of fixed width up to the id, so that text order is order in time."""
    return f"{_in_order(item.since)}#{item.id}"


def _in_order(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _item_at(place: str) -> str:
    return place.partition("#")[2]


def _opened(cursor: str) -> str:
    try:
        place = urlsafe_b64decode(cursor).decode()
    except ValueError:
        place = ""
    if not _PLACE.fullmatch(place):
        raise ConnectorError(Code.MALFORMED, "The cursor is not one of ours.")
    return place
