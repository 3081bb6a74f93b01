"""Links in mails: ports.Links on the table SyncState. Rows go by DynamoDB's TTL a month after the link expired.

::

    pk                          sk     attributes
    link#<hash of token>        link   body · until · used_at · used_for · expires
    stop#<hash of token>        stop   body · expires
    misses#<hash of source>     <n>    count · expires                             (n: ten minutes since 1970)
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from connector.adapters.aws.clients import AwsClients, reaching
from connector.adapters.aws.rows import fitting, key, moment, number, text, transact, ttl
from connector.ports import Contention, Link, Subscription

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

_KEPT: Final = timedelta(days=30)
"""Beyond its expiry, so that an old link is told from a forged one."""
_MISSES_ALLOWED: Final = 20
_BUCKET_SECONDS: Final = 600


class DynamoLinks:
    def __init__(self, aws: AwsClients, *, table: str) -> None:
        self._aws, self._table = aws, table

    def put(self, token_hash: str, link: Link) -> None:
        """Raises Contention if there is a link of this token already."""
        row = key(f"link#{token_hash}", "link") | {
            "body": text(link.model_dump_json(exclude={"used_at", "used_for"})),
            "until": moment(link.expires),
            "expires": ttl(link.expires + _KEPT),
        }
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": fitting(row),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if transact(self._aws.dynamodb, [{"Put": put}]):
            raise Contention("link")

    def get(self, token_hash: str) -> Link | None:
        with reaching("DynamoDB"):
            answer = self._aws.dynamodb.get_item(TableName=self._table, Key=key(f"link#{token_hash}", "link"), ConsistentRead=True)
        if "Item" not in answer:
            return None
        row = answer["Item"]
        link = Link.model_validate_json(row["body"]["S"])
        if "used_at" not in row:
            return link
        used_at = datetime.fromisoformat(row["used_at"]["S"])
        return link.model_copy(update={"used_at": used_at, "used_for": row["used_for"]["S"]})

    def use(self, token_hash: str, *, at: datetime, used_for: str) -> bool:
        failed = transact(
            self._aws.dynamodb,
            [
                {
                    "Update": {
                        "TableName": self._table,
                        "Key": key(f"link#{token_hash}", "link"),
                        "UpdateExpression": "SET #used_at = :at, #used_for = :for",
                        "ConditionExpression": "attribute_not_exists(#used_at) AND #until > :now",
                        "ExpressionAttributeNames": {"#used_at": "used_at", "#used_for": "used_for", "#until": "until"},
                        "ExpressionAttributeValues": {
                            ":at": text(at.isoformat()),
                            ":for": text(used_for),
                            ":now": moment(at),
                        },
                    }
                }
            ],
        )
        return not failed

    def put_subscription(self, token_hash: str, subscription: Subscription) -> None:
        row = key(f"stop#{token_hash}", "stop") | {"body": text(subscription.model_dump_json()), "expires": ttl(subscription.expires)}
        with reaching("DynamoDB"):
            self._aws.dynamodb.put_item(TableName=self._table, Item=fitting(row))

    def subscription(self, token_hash: str) -> Subscription | None:
        with reaching("DynamoDB"):
            answer = self._aws.dynamodb.get_item(TableName=self._table, Key=key(f"stop#{token_hash}", "stop"), ConsistentRead=True)
        return Subscription.model_validate_json(answer["Item"]["body"]["S"]) if "Item" in answer else None

    def too_many_misses(self, source: str, *, at: datetime) -> bool:
        bucket = int(at.timestamp()) // _BUCKET_SECONDS
        with reaching("DynamoDB"):
            answer = self._aws.dynamodb.update_item(
                TableName=self._table,
                Key=key(f"misses#{hashlib.sha256(source.encode()).hexdigest()}", str(bucket)),
                UpdateExpression="ADD #count :one SET #expires = :expires",
                ExpressionAttributeNames={"#count": "count", "#expires": "expires"},
                ExpressionAttributeValues={":one": number(1), ":expires": number((bucket + 2) * _BUCKET_SECONDS)},
                ReturnValues="UPDATED_NEW",
            )
        return int(answer["Attributes"]["count"]["N"]) > _MISSES_ALLOWED
