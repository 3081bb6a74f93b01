"""Who is signed in to the pages: ports.Sessions on the table SyncState. DynamoDB's TTL sweeps what nobody ended.

::

    pk                          sk        attributes
    session#<hash of token>     session   body · expires
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.adapters.aws.clients import AwsClients, reaching
from connector.adapters.aws.rows import Key, fitting, key, text, transact, ttl
from connector.ports import Contention, Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef


class DynamoSessions:
    def __init__(self, aws: AwsClients, *, table: str) -> None:
        self._aws, self._table = aws, table

    def put(self, token_hash: str, session: Session) -> None:
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": fitting(_row(token_hash) | {"body": text(session.model_dump_json()), "expires": ttl(session.expires)}),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if transact(self._aws.dynamodb, [{"Put": put}]):
            raise Contention("session")

    def get(self, token_hash: str) -> Session | None:
        with reaching("DynamoDB"):
            answer = self._aws.dynamodb.get_item(TableName=self._table, Key=_row(token_hash), ConsistentRead=True)
        return Session.model_validate_json(answer["Item"]["body"]["S"]) if "Item" in answer else None

    def take(self, token_hash: str) -> Session | None:
        """DynamoDB gives the old row to the one whose delete removed it."""
        with reaching("DynamoDB"):
            answer = self._aws.dynamodb.delete_item(TableName=self._table, Key=_row(token_hash), ReturnValues="ALL_OLD")
        removed = answer.get("Attributes")
        return Session.model_validate_json(removed["body"]["S"]) if removed else None


def _row(token_hash: str) -> Key:
    return key(f"session#{token_hash}", "session")
