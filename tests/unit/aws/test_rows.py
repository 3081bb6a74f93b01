from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.aws.rows import datetime_of, fitting, key, moment, read_many, text, transact
from connector.core.errors import Code, ConnectorError, RetryLater
from tests.unit.aws.conftest import Script, cancelled, refusal


def test_a_transaction_that_went_through_refuses_nothing(pauses: list[float]) -> None:
    client: Any = Script({})

    assert transact(client, []) == ()
    assert pauses == []


def test_a_transaction_says_which_conditions_did_not_hold(pauses: list[float]) -> None:
    client: Any = Script(cancelled("None", "ConditionalCheckFailed", "TransactionConflict", "ConditionalCheckFailed"))

    assert transact(client, []) == (1, 3)
    assert pauses == []


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_met_another_is_repeated(reason: str, pauses: list[float]) -> None:
    client: Any = Script(cancelled("None", reason), cancelled(reason, "None"), {})

    assert transact(client, []) == ()
    assert len(client.said) == 3
    assert len(pauses) == 2


def test_a_transaction_is_not_repeated_for_ever(pauses: list[float]) -> None:
    client: Any = Script(*[cancelled("TransactionConflict")] * 9)

    with pytest.raises(RetryLater):
        transact(client, [])

    assert len(client.said) == 5
    assert sum(pauses) < 1


@pytest.mark.parametrize("reasons", [("None", "ValidationError"), ()])
def test_a_transaction_cancelled_for_our_fault_is_an_error(reasons: tuple[str, ...], pauses: list[float]) -> None:
    client: Any = Script(cancelled(*reasons))

    with pytest.raises(ClientError):
        transact(client, [])

    assert pauses == []


def test_another_failure_of_a_transaction_is_an_error(pauses: list[float]) -> None:
    client: Any = Script(refusal("ValidationException"))

    with pytest.raises(ClientError):
        transact(client, [])

    assert pauses == []


def _rows(*ids: int) -> list[dict[str, Any]]:
    return [key(str(each), "row") for each in ids]


def test_a_hundred_keys_are_read_at_a_time() -> None:
    client: Any = Script({"Responses": {"T": _rows(*range(100))}}, {"Responses": {"T": _rows(100)}})

    assert list(read_many(client, "T", _rows(*range(101)))) == _rows(*range(101))
    assert [len(asked["RequestItems"]["T"]["Keys"]) for _, asked in client.said] == [100, 1]
    assert all(asked["RequestItems"]["T"]["ConsistentRead"] for _, asked in client.said)


def test_keys_that_were_not_processed_are_asked_for_again(pauses: list[float]) -> None:
    rest = {"T": {"Keys": _rows(2), "ConsistentRead": True}}
    client: Any = Script(
        {"Responses": {"T": _rows(1)}, "UnprocessedKeys": rest},
        {"Responses": {}, "UnprocessedKeys": rest},
        {"Responses": {"T": _rows(2)}, "UnprocessedKeys": {}},
    )

    assert list(read_many(client, "T", _rows(1, 2))) == _rows(1, 2)
    assert [asked["RequestItems"] for _, asked in client.said[1:]] == [rest, rest]
    assert len(pauses) == 2


def test_rows_that_never_come_are_not_taken_for_absent(pauses: list[float]) -> None:
    rest = {"T": {"Keys": _rows(1)}}
    client: Any = Script(*[{"Responses": {}, "UnprocessedKeys": rest}] * 9)

    with pytest.raises(RetryLater):
        list(read_many(client, "T", _rows(1)))

    assert len(pauses) == 5


@pytest.mark.parametrize("letter", ["x", "ä"])
def test_a_row_of_400_kb_fits_and_one_byte_more_does_not(letter: str) -> None:
    row: dict[str, Any] = key("item#1", "item") | {"body": text("")}
    names_and_keys = len("pk" + "item#1" + "sk" + "item" + "body")
    row["body"] = text(letter * ((400 * 1024 - names_and_keys) // len(letter.encode())))
    row["body"]["S"] += "x" * ((400 * 1024 - names_and_keys) % len(letter.encode()))

    assert fitting(row) is row
    row["body"]["S"] += "x"
    with pytest.raises(ConnectorError) as refused:
        fitting(row)
    assert refused.value.code is Code.TOO_LARGE
    assert "item#1" in refused.value.message


def test_every_member_of_a_set_counts() -> None:
    with pytest.raises(ConnectorError):
        fitting(key("item#1", "item") | {"members": {"SS": ["x" * 1000] * 500}})


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_moments_are_exact_and_in_order(one: datetime, other: datetime) -> None:
    assert datetime_of(moment(one)) == one
    assert (int(moment(one)["N"]) < int(moment(other)["N"])) is (one < other)
