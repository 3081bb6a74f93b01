"""A hundred thousand rows in one go take the memory of a page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Final

from connector.core.exchange import Held, Query
from connector.core.record import Record, intacct
from connector.core.spec import Leg, ProcoreTarget, Reading, SyncObject
from tests.unit.engine.import_stage import ImportStage, Ledger

PAGE: Final = 2000


class Entry(Record):
    account: Annotated[str, "Account", intacct(None, read="ACCOUNTNO")]
    amount: Annotated[str, "Amount", intacct(None, read="AMOUNT")]


LEDGER: Final = SyncObject(
    name="ledger",
    title="Ledger entry",
    record=Entry,
    summary="Read and left where it is.",
    imports=(
        Leg(
            name="company",
            record=Entry,
            reads=Reading(object="GLENTRY", audit=""),
            key="{RECORDNO}",
            natural_id="RECORDNO",
            label="DESCRIPTION",
            staged=True,
            wanted=lambda _entry, _facts: False,
            target=ProcoreTarget(sync="/rest/v1.0/vendors/sync", existing="/rest/v1.0/vendors"),
        ),
    ),
)


class Generated(Ledger):
    """A ledger of ``rows`` that are made up page by page; ``blocks`` are those in use in the whole process when each page was done."""

    rows = 0
    blocks: list[int]

    def pages(self, query: Query, *, after: str = "", entity: str = "") -> Iterator[list[Held]]:
        del query, entity
        self.blocks = []
        for first in range(int(after or 0), self.rows, PAGE):
            self.blocks.append(sys.getallocatedblocks())
            numbers = range(first + 1, min(first + PAGE, self.rows) + 1)
            yield [
                {"RECORDNO": str(number), "ACCOUNTNO": "5010", "AMOUNT": f"{number}.00", "DESCRIPTION": f"Entry {number}"}
                for number in numbers
            ]


def test_a_hundred_thousand_rows_take_the_memory_of_a_page() -> None:
    stage = ImportStage()
    generated: Any = Generated(stage.clock)
    generated.rows = 50 * PAGE
    stage.world = replace(stage.world, rooms={"ledger": LEDGER}, intacct=generated)
    assert stage.run("ledger").counts == {"read": 100_000, "left_out": 100_000}
    assert len(generated.blocks) == 50
    assert max(generated.blocks[2:]) - generated.blocks[2] < PAGE, "less than one block for each row of one page"
