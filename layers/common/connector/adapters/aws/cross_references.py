"""Which Procore record is which Intacct record: ports.CrossReferences on DynamoDB. How a pair lies there: pairs.py."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from connector.adapters.aws.clients import AwsClients, reaching
from connector.adapters.aws.pairs import intacct_key, member_writes, moving_writes, pair_of, pair_writes, procore_key
from connector.adapters.aws.rows import read_many, text, transact
from connector.core.errors import Code, ConnectorError
from connector.ports import CrossReference

_PAIRS_AT_ONCE: Final = 50
"""A transaction holds a hundred writes, a pair is two."""


class DynamoCrossReferences:
    def __init__(self, aws: AwsClients, *, table: str) -> None:
        self._aws, self._table = aws, table

    def by_procore(self, object_name: str, ids: Collection[str]) -> dict[str, CrossReference]:
        return self.by_procore_together({object_name: ids})[object_name]

    def by_procore_together(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, CrossReference]]:
        found: dict[str, dict[str, CrossReference]] = {name: {} for name in wanted}
        places = (procore_key(name, each) for name, ids in wanted.items() for each in {*ids} - {""})
        for pair in map(pair_of, read_many(self._aws.dynamodb, self._table, places)):
            found[pair.object][pair.procore_id] = pair
        return found

    def by_intacct(self, object_name: str, keys: Collection[str]) -> dict[str, CrossReference]:
        rows = read_many(self._aws.dynamodb, self._table, (intacct_key(object_name, each) for each in {*keys} - {""}))
        return {pair.intacct_key: pair for pair in map(pair_of, rows)}

    def link(self, references: Sequence[CrossReference]) -> list[CrossReference]:
        """As ports.CrossReferences says; a pair that stands exactly so already costs a read and no write."""
        pairs = _each_once(references)
        held = self._held(pairs)
        changed = [pair for pair in pairs if not _stands(pair, held.get((pair.object, pair.procore_id)))]
        return [refused for group in _groups(changed) for refused in self._write(group)]

    def add_members(self, object_name: str, intacct_key: str, members: Collection[str]) -> None:
        pair = self.by_intacct(object_name, [intacct_key]).get(intacct_key)
        if pair is not None and pair.members.issuperset(members):
            return
        if pair is None or transact(self._aws.dynamodb, member_writes(self._table, pair, members)):
            raise ConnectorError(Code.NOT_FOUND, f"{object_name} {intacct_key} is not linked.")

    def repoint(self, reference: CrossReference, procore_id: str) -> bool:
        return not transact(self._aws.dynamodb, moving_writes(self._table, reference, procore_id))

    def of_object(self, object_name: str) -> Iterator[CrossReference]:
        pages = self._aws.dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(f"{object_name}#procore")},
            ConsistentRead=True,
        )
        with reaching("DynamoDB"):
            for page in pages:
                yield from map(pair_of, page["Items"])

    def _held(self, pairs: Iterable[CrossReference]) -> Mapping[tuple[str, str], CrossReference]:
        places = {(pair.object, pair.procore_id) for pair in pairs if pair.procore_id}
        rows = read_many(self._aws.dynamodb, self._table, (procore_key(*place) for place in places))
        return {(pair.object, pair.procore_id): pair for pair in map(pair_of, rows)}

    def _write(self, group: list[CrossReference]) -> list[CrossReference]:
        refused: list[CrossReference] = []
        while group:
            writes = [write for pair in group for write in pair_writes(self._table, pair)]
            failed = {position // 2 for position in transact(self._aws.dynamodb, writes)}
            if not failed:
                break
            refused += [pair for position, pair in enumerate(group) if position in failed]
            group = [pair for position, pair in enumerate(group) if position not in failed]
        return refused


def _each_once(references: Iterable[CrossReference]) -> list[CrossReference]:
    """The last word on each pair, with all the members that were named for it."""
    latest: dict[tuple[str, str, str], CrossReference] = {}
    for reference in references:
        pair = reference.object, reference.procore_id, reference.intacct_key
        before = latest.get(pair, reference)
        latest[pair] = reference.model_copy(update={"members": reference.members | before.members})
    return list(latest.values())


def _stands(pair: CrossReference, held: CrossReference | None) -> bool:
    if held is None or not pair.members <= held.members:
        return False
    grown = {"members": held.members, "linked_by": held.linked_by, "linked_at": held.linked_at}
    return pair.model_copy(update=grown) == held


def _groups(pairs: Iterable[CrossReference]) -> Iterator[list[CrossReference]]:
    """Portions for one transaction each, which may touch no row twice."""
    group: list[CrossReference] = []
    touched: set[tuple[str, str, str]] = set()
    for pair in pairs:
        sides = {(pair.object, "procore", pair.procore_id), (pair.object, "intacct", pair.intacct_key)}
        if len(group) == _PAIRS_AT_ONCE or sides & touched:
            yield group
            group, touched = [], set()
        group.append(pair)
        touched |= sides
    if group:
        yield group
