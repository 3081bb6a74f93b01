"""How a cross-reference lies in its table, and the writes that keep it unique on both sides.

Two rows per pair, each with everything, so that a read from either side is one read::

    pk               sk        mate      attributes
    vendors#procore  5629499   39        body · members · linked_by · linked_at
    vendors#intacct  39        5629499   the same

Each row's write holds only where its place is free or its mate is the same: written together, neither side can be
linked twice, and refreshing the same pair goes through. A partition per object and side lists an object without an index.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from connector.adapters.aws.rows import Key, Row, fitting, key, text
from connector.core.errors import Code, ConnectorError
from connector.ports import CrossReference

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# ``members`` only grows, and who linked the pair stays who did first: both are attributes, not part of the body.
_APART: Final = {"members", "linked_by", "linked_at"}


def procore_key(object_name: str, procore_id: str) -> Key:
    return key(f"{object_name}#procore", procore_id)


def intacct_key(object_name: str, key_in_intacct: str) -> Key:
    return key(f"{object_name}#intacct", key_in_intacct)


def pair_writes(table: str, reference: CrossReference) -> list[TransactWriteItemTypeDef]:
    """The two writes of one pair, for a transaction. Raises ConnectorError for an empty id or a pair over 400 KB."""
    if not (reference.procore_id and reference.intacct_key):
        raise ConnectorError(Code.MALFORMED, f"A cross-reference of {reference.object} needs an id on both sides.")
    return [_write(table, place, mate, reference) for place, mate in _sides(reference)]


def _sides(reference: CrossReference) -> tuple[tuple[Key, str], tuple[Key, str]]:
    return (
        (procore_key(reference.object, reference.procore_id), reference.intacct_key),
        (intacct_key(reference.object, reference.intacct_key), reference.procore_id),
    )


def _write(table: str, place: Key, mate: str, reference: CrossReference) -> TransactWriteItemTypeDef:
    values: dict[str, Any] = {
        ":mate": text(mate),
        ":body": text(reference.model_dump_json(exclude=_APART, exclude_defaults=True)),
        ":linked_by": text(reference.linked_by),
        ":linked_at": text(reference.linked_at.isoformat() if reference.linked_at else ""),
    }
    change = (
        "SET #mate = :mate, #body = :body, "
        "#linked_by = if_not_exists(#linked_by, :linked_by), #linked_at = if_not_exists(#linked_at, :linked_at)"
    )
    if reference.members:
        values[":members"] = {"SS": sorted(reference.members)}
        change += " ADD #members :members"
    fitting(place | values)
    return {
        "Update": {
            "TableName": table,
            "Key": place,
            "UpdateExpression": change,
            "ConditionExpression": "attribute_not_exists(pk) OR #mate = :mate",
            "ExpressionAttributeNames": {f"#{name[1:]}": name[1:] for name in values},
            "ExpressionAttributeValues": values,
        }
    }


def moving_writes(table: str, reference: CrossReference, procore_id: str) -> list[TransactWriteItemTypeDef]:
    """The three writes that give a pair another Procore record, while it stands and that one is free."""
    moved = reference.model_copy(update={"procore_id": procore_id})
    there, back = pair_writes(table, moved)
    there["Update"]["ConditionExpression"] = "attribute_not_exists(pk)"
    back["Update"]["ConditionExpression"] = "attribute_exists(pk) AND #mate = :was"
    back["Update"]["ExpressionAttributeValues"] = {**back["Update"]["ExpressionAttributeValues"], ":was": text(reference.procore_id)}
    leaving: TransactWriteItemTypeDef = {
        "Delete": {
            "TableName": table,
            "Key": procore_key(reference.object, reference.procore_id),
            "ConditionExpression": "#mate = :mate",
            "ExpressionAttributeNames": {"#mate": "mate"},
            "ExpressionAttributeValues": {":mate": text(reference.intacct_key)},
        }
    }
    return [there, back, leaving]


def parting_writes(table: str, reference: CrossReference) -> list[TransactWriteItemTypeDef]:
    """The two writes that take a pair away, while it stands."""
    return [
        {
            "Delete": {
                "TableName": table,
                "Key": place,
                "ConditionExpression": "#mate = :mate",
                "ExpressionAttributeNames": {"#mate": "mate"},
                "ExpressionAttributeValues": {":mate": text(mate)},
            }
        }
        for place, mate in _sides(reference)
    ]


def member_writes(table: str, reference: CrossReference, members: Collection[str]) -> list[TransactWriteItemTypeDef]:
    """The two writes that add members to a pair, while it stands."""
    return [
        {
            "Update": {
                "TableName": table,
                "Key": place,
                "UpdateExpression": "ADD #members :members",
                "ConditionExpression": "#mate = :mate",
                "ExpressionAttributeNames": {"#members": "members", "#mate": "mate"},
                "ExpressionAttributeValues": {":members": {"SS": sorted(members)}, ":mate": text(mate)},
            }
        }
        for place, mate in _sides(reference)
    ]


def pair_of(row: Row) -> CrossReference:
    return CrossReference.model_validate_json(row["body"]["S"]).model_copy(
        update={
            "members": frozenset(row["members"]["SS"]) if "members" in row else frozenset(),
            "linked_by": row["linked_by"]["S"],
            "linked_at": datetime.fromisoformat(linked_at) if (linked_at := row["linked_at"]["S"]) else None,
        }
    )
