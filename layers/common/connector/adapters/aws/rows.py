"""What every table here does alike: transactions, reads of many keys, the limit of a row's size."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from connector.adapters.aws.clients import code_of, reaching
from connector.core.errors import Code, ConnectorError, RetryLater

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

type Row = Mapping[str, Mapping[str, Any]]
"""An item in DynamoDB's own form: ``{"pk": {"S": "run#r1"}, "version": {"N": "3"}}``."""
type Key = dict[str, dict[str, str]]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MOST_KEYS: Final = 100
"""BatchGetItem takes no more; TransactWriteItems neither."""
_MOST_BYTES: Final = 400 * 1024
_LONGEST_PARTITION, _LONGEST_SORT = 2048, 1024
"""Bytes of a key. Who asks under a longer one asks for a row that cannot be there, and would be refused the whole request."""
_PAUSES: Final = (0.02, 0.05, 0.1, 0.2, 0.4)
_PASSING: Final = frozenset({"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


def text(value: str) -> dict[str, str]:
    return {"S": value}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def moment(at: datetime) -> dict[str, str]:
    """Microseconds since 1970: exact, and a number that conditions can compare."""
    return {"N": str((at - _EPOCH) // _MICROSECOND)}


def datetime_of(held: Mapping[str, str]) -> datetime:
    return _EPOCH + int(held["N"]) * _MICROSECOND


def ttl(at: datetime) -> dict[str, str]:
    """The attribute by which DynamoDB's TTL removes a row some time after ``at``: whole seconds since 1970."""
    return {"N": str(int(at.timestamp()))}


def key(pk: str, sk: str) -> Key:
    return {"pk": text(pk), "sk": text(sk)}


def possible(row: Row) -> bool:
    """Whether a row may lie under this key."""
    partition, sort = (len(row[name]["S"].encode(errors="replace")) for name in ("pk", "sk"))
    return partition <= _LONGEST_PARTITION and sort <= _LONGEST_SORT


def fitting(row: dict[str, Any]) -> dict[str, Any]:
    """The row itself; raises ConnectorError(TOO_LARGE) if DynamoDB would not take it (400 KB, names counted in)."""
    size = sum(len(name.encode()) + _size(value) for name, value in row.items())
    if size > _MOST_BYTES:
        said = f"{row['pk']['S']} takes {size:,} bytes; a row holds at most {_MOST_BYTES:,}."
        raise ConnectorError(Code.TOO_LARGE, said)
    return row


def _size(value: Mapping[str, Any]) -> int:
    held = next(iter(value.values()))
    return sum(len(each.encode()) for each in ([held] if isinstance(held, str) else held))


def transact(client: DynamoDBClient, writes: Sequence[TransactWriteItemTypeDef]) -> tuple[int, ...]:
    """All of the writes or none. Answers the positions of those whose condition did not hold: empty means written.

    botocore adds a ClientRequestToken, so a repetition after a lost answer is recognised: that is why a single
    conditional write goes through here too where a false "somebody else was faster" would do harm.
    """
    for pause in _PAUSES:
        try:
            with reaching("DynamoDB"):
                client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if code_of(error) != "TransactionCanceledException":
                raise
            reasons = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
            failed = tuple(position for position, reason in enumerate(reasons) if reason == "ConditionalCheckFailed")
            if failed:
                return failed
            if not reasons or not _PASSING.issuperset(reasons):
                raise
            _wait(pause)
        else:
            return ()
    raise _still_busy()


def read_many(client: DynamoDBClient, table: str, keys: Iterable[Row], *, only: str = "") -> Iterator[Row]:
    """The rows of these keys that exist, in no order, as of now. No key may appear twice. ``only`` is the one attribute that is wanted:
    what is not sent need not be parsed, which for hundreds of rows is most of the time."""
    some = {"ProjectionExpression": "#only", "ExpressionAttributeNames": {"#only": only}} if only else {}
    for batch in batched(filter(possible, keys), _MOST_KEYS, strict=False):
        wanted: Any = {table: {"Keys": list(batch), "ConsistentRead": True, **some}}
        for pause in _PAUSES:
            with reaching("DynamoDB"):
                answer = client.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(table, [])
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                break
            _wait(pause)
        else:
            raise _still_busy()


def _wait(pause: float) -> None:
    time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 -- jitter


def _still_busy() -> RetryLater:
    return RetryLater(Code.RATE_LIMITED, "DynamoDB asks to slow down.", seconds=2)
