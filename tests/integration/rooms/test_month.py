"""A month on one job in one process, and the last page of the story: both ledgers agree, and one cent in either of them is named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.companies.jobs import SCHOOL
from sandbox.intacct.state import state as intacct_state
from sandbox.story.ledgers import COLUMNS, CONTRACT, Row, disagreements, rows, totals
from tests.integration.rooms.office import Office

CENT = Decimal("0.01")


def compared(office: Office) -> list[Row]:
    return rows(office.procore.state(), intacct_state(office.intacct.store))


def test_both_ledgers_agree_on_every_code(month: Office) -> None:
    found = compared(month)
    assert disagreements(found) == []
    entered_in_intacct = {"direct costs"}
    assert {name for row in found for name in row.columns} == {*COLUMNS, CONTRACT} - entered_in_intacct
    total = totals(found)
    assert total.procore == total.intacct
    assert total.procore["budget"] == Decimal("3791500.00")


PROCORE = (
    ("budget_line_items", "original_budget_amount", "budget"),
    ("line_items", "amount", "committed"),
    ("requisition_items", "work_completed_this_period", "invoiced"),
    ("requisition_items", "work_completed_retainage_retained_this_period", "retainage"),
)
INTACCT = (
    ("PJESTIMATEENTRY", "AMOUNT", "budget"),
    ("PODOCUMENTENTRY", "TOTAL", "committed"),
    ("APBILLITEM", "TRX_AMOUNT", "invoiced"),
    ("APBILLITEM", "TRX_AMOUNTRETAINED", "retainage"),
    ("APBILLITEM", "TRX_TOTALPAID", "paid"),
)


@pytest.mark.parametrize(("table", "field", "column"), PROCORE)
def test_a_cent_in_procore_is_named(month: Office, table: str, field: str, column: str) -> None:
    store = month.procore.store
    (line,) = store["line_items"].live(description="Brick veneer")
    coded = {"line_items": {"id": line["id"]}, "requisition_items": {"line_item_id": line["id"]}}
    row = store[table].live(**coded.get(table, {"wbs_code_id": line["wbs_code_id"]}))[0]
    row[field] += CENT
    named = [each.partition(" is ")[0] for each in disagreements(compared(month))]
    row[field] -= CENT
    # Another payment due than what was paid is a difference of its own.
    assert [each for each in named if not each.endswith(": paid")] == [f"{SCHOOL} 04-210.SUB: {column}"]


@pytest.mark.parametrize(("table", "field", "column"), INTACCT)
def test_a_cent_in_intacct_is_named(month: Office, table: str, field: str, column: str) -> None:
    row: dict[str, Any] = next(row for row in month.intacct.store.all(table) if row[field])
    held = row[field]
    row[field] = str(Decimal(held) + CENT)
    (found,) = disagreements(compared(month))
    row[field] = held
    assert f": {column} is " in found
    assert found.startswith(f"{SCHOOL} {row['TASKID']}.{row['COSTTYPEID']}: ")
