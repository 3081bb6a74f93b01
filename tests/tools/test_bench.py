"""The bench's own arithmetic: what is counted as AWS bills it, and when a goal holds."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from tools.bench.goals import Measured
from tools.bench.meter import Meter, size


def ask(meter: Meter, operation: str, body: dict[str, Any], service: str = "dynamodb") -> None:
    model = SimpleNamespace(name=operation, service_model=SimpleNamespace(service_name=service))
    meter.asked(model=model, params={"body": json.dumps(body)})


def answer(meter: Meter, operation: str, parsed: dict[str, Any]) -> None:
    meter.answered(model=SimpleNamespace(name=operation), parsed=parsed)


def row(body: str, **more: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": "item#1"}, "sk": {"S": "item"}, "body": {"S": body}} | {name: {"S": value} for name, value in more.items()}


@pytest.mark.parametrize(("figure", "sign"), [(4, "<="), (3, ">=")])
def test_a_goal_holds_at_its_bound(figure: float, sign: str) -> None:
    assert Measured(goal="P7", figure=figure, unit="x", bound=figure, sign=sign).holds


@pytest.mark.parametrize(("figure", "sign"), [(4.001, "<="), (3.999, ">=")])
def test_a_goal_is_short_beyond_its_bound(figure: float, sign: str) -> None:
    assert not Measured(goal="P7", figure=figure, unit="x", bound=4, sign=sign).holds


def test_a_line_says_figure_bound_and_verdict() -> None:
    assert str(Measured(goal="P7", figure=5, unit="transitions", bound=4)) == "P7 5 transitions, goal <= 4: short"


def test_a_row_counts_names_and_values() -> None:
    assert size({"pk": {"S": "ab"}, "n": {"N": "17"}}) == 2 + 2 + 1 + 2


def test_a_write_takes_a_unit_for_each_kilobyte_begun_and_twice_that_in_a_transaction() -> None:
    meter = Meter()
    ask(meter, "PutItem", {"Item": row("x" * 1100)})
    assert meter.units["write"] == 2
    ask(meter, "TransactWriteItems", {"TransactItems": [{"Put": {"Item": row("x" * 1100)}}, {"Delete": {"Key": row("")}}]})
    assert meter.units["write"] == 2 + 2 * 2 + 2 * 1


def test_an_index_entry_that_moves_is_written_out_and_in_and_one_that_stays_is_not() -> None:
    meter = Meter()
    for shelf, units in (("waiting", 1 + 1), ("waiting", 1), ("approved", 1 + 2)):
        before = meter.units["write"]
        ask(meter, "PutItem", {"Item": row("", shelf=shelf, since="2026")})
        assert meter.units["write"] - before == units


def test_reads_take_a_unit_for_each_four_kilobytes_begun() -> None:
    meter = Meter()
    answer(meter, "GetItem", {"Item": row("x" * 4100)})
    answer(meter, "BatchGetItem", {"Responses": {"t": [row(""), row("")]}})
    answer(meter, "Query", {"Items": [row("x" * 3000), row("x" * 3000)]})
    assert meter.units["read"] == 2 + 2 + 2


def test_calls_are_told_apart_by_service_and_operation() -> None:
    meter = Meter()
    ask(meter, "PutObject", {}, service="s3")
    assert meter.calls == {"s3.PutObject": 1}
