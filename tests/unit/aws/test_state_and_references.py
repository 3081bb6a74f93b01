from __future__ import annotations

from typing import Any

import pytest

from connector.adapters.aws.cross_references import DynamoCrossReferences
from connector.adapters.aws.pairs import pair_writes
from connector.adapters.aws.rows import text
from connector.adapters.aws.sync_state import DynamoSyncState
from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State, step
from connector.ports import Contention, CrossReference, LinkedElsewhere
from tests.doubles.clock import START
from tests.unit.aws.conftest import Script, aws_with, cancelled

_OK, _NO, _BUSY = "None", "ConditionalCheckFailed", "TransactionConflict"


def _item(number: int = 1, state: State = State.WAITING) -> Item:
    return Item(id=f"vendors:{number}", version=1, company="demo", object="vendors", state=state, since=START)


def _pair(procore_id: str = "1", intacct_key: str = "39", **more: Any) -> CrossReference:
    return CrossReference(object="vendors", procore_id=procore_id, intacct_key=intacct_key, intacct_id="V", **more)


@pytest.mark.parametrize(
    ("reasons", "finding"),
    [
        ((_NO, _OK, _OK, _OK), Contention),
        ((_OK, _NO, _OK, _OK), Contention),
        ((_OK, _OK, _NO, _OK), LinkedElsewhere),
        ((_OK, _OK, _OK, _NO), LinkedElsewhere),
        ((_OK, _NO, _NO, _NO), Contention),
        ((_BUSY, _OK, _OK, _NO), LinkedElsewhere),
    ],
)
def test_the_reasons_of_a_cancelled_save_say_what_happened(reasons: tuple[str, ...], finding: type[Exception]) -> None:
    state = DynamoSyncState(aws_with(dynamodb=Script(cancelled(*reasons))), table="S", cross_references="C")

    with pytest.raises(finding):
        state.save(*step(_item(), "sent", who="pm", at=START), link=_pair())


def test_a_save_writes_to_both_tables_at_once() -> None:
    script = Script({})
    state = DynamoSyncState(aws_with(dynamodb=script), table="S", cross_references="C")

    state.save(*step(_item(), "sent", who="pm", at=START), link=_pair())

    [(operation, said)] = script.said
    assert operation == "transact_write_items"
    written = [(kind, part["TableName"]) for write in said["TransactItems"] for kind, part in write.items()]
    assert written == [("Put", "S"), ("Put", "S"), ("Update", "C"), ("Update", "C")]
    assert all("ConditionExpression" in part for write in said["TransactItems"] for part in write.values())


def test_an_item_the_index_still_lists_is_not_shown_once_it_has_left() -> None:
    listed = [{"since": text(f"2026-06-01T12:00:00.00000{each}Z#vendors:{each}")} for each in (1, 2, 3)]
    rows = [{"body": text(each.model_dump_json())} for each in (_item(3), _item(1, State.REJECTED))]
    script = Script({"Items": listed}, {"Responses": {"S": rows}})
    state = DynamoSyncState(aws_with(dynamodb=script), table="S", cross_references="C")

    assert state.on_shelf("waiting").rows == (_item(3),)


def test_a_shelf_is_read_no_further_than_asked() -> None:
    script = Script({"Items": []})
    state = DynamoSyncState(aws_with(dynamodb=script), table="S", cross_references="C")

    state.on_shelf("waiting", limit=10)

    assert script.said[0][1]["Limit"] == 11


def test_a_batch_is_repeated_without_the_pairs_that_were_refused() -> None:
    script = Script({"Responses": {}}, cancelled(_OK, _OK, _NO, _OK, _OK, _NO), {})
    references = DynamoCrossReferences(aws_with(dynamodb=script), table="C")
    pairs = [_pair(str(each), f"k{each}") for each in range(3)]

    assert references.link(pairs) == pairs[1:]

    again = script.said[-1][1]["TransactItems"]
    assert [write["Update"]["Key"]["sk"]["S"] for write in again] == ["0", "k0"]


def test_a_pair_that_vanishes_gets_no_members() -> None:
    row = {"body": text(_pair().model_dump_json(exclude={"members", "linked_by", "linked_at"}))}
    row |= {"linked_by": text(""), "linked_at": text("")}
    script = Script({"Responses": {"C": [row]}}, cancelled(_NO, _NO))

    with pytest.raises(ConnectorError) as refused:
        DynamoCrossReferences(aws_with(dynamodb=script), table="C").add_members("vendors", "39", ["L"])

    assert refused.value.code is Code.NOT_FOUND


def test_a_pair_over_400_kb_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ConnectorError) as refused:
        pair_writes("C", _pair(label="x" * 410_000))

    assert refused.value.code is Code.TOO_LARGE
