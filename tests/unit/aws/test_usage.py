"""What counting costs: one write unit an invocation, whatever it counts."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

from connector.adapters.aws.usage import DynamoUsage
from connector.core.usage import COUNTED, Purpose
from tests.doubles.clock import START
from tests.unit.aws.conftest import Script, aws_with
from tools.bench.meter import size

A_LOT = 100_000_000


def test_all_counts_of_an_invocation_are_one_write_and_a_full_row_is_below_a_kilobyte() -> None:
    script = Script(*[{}] * 24)
    usage = DynamoUsage(aws_with(dynamodb=script), table="S")
    row: dict[str, dict[str, str]] = {}
    for hour in range(24):
        usage.add(START.replace(hour=0) + timedelta(hours=hour), dict.fromkeys(product(Purpose, COUNTED), A_LOT))
        (operation, said) = script.said[-1]
        assert operation == "update_item"
        names = {f":{name.removeprefix('#')}": written for name, written in said["ExpressionAttributeNames"].items()}
        row |= said["Key"] | {names.get(name, "expires"): value for name, value in said["ExpressionAttributeValues"].items()}
    assert len(script.said) == 24
    assert len(row) == 2 + 1 + len(Purpose) * len(COUNTED) + 24
    assert size(row) < 1024
