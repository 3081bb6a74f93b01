"""Contracts with the owner come from Intacct with their lines, against both simulators."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from connector.core.item import Item, State
from connector.engine.stage import SUGGESTED, SUGGESTED_WHY
from connector.engine.staging import accept, link_all_suggested
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.contracts import open_office
from tests.integration.rooms.office import Office
from tests.proof.stage import DANA

NUMBER: Final = "24-107-PC"
NAME: Final = "prime_contracts"


@pytest.fixture
def ready(office: Office) -> Office:
    """Everything that contracts refer to is linked; the contracts were read once."""
    open_office(office)
    office.bring(NAME)
    return office


def staged(office: Office, number: str = NUMBER) -> Item:
    (held,) = office.held("PROJECTCONTRACT", ("NAME",), PROJECTCONTRACTID=number)
    return office.item(f"staged:{NAME}:{held['RECORDNO']}")


def contract(office: Office, number: str = NUMBER) -> dict[str, Any]:
    shown: dict[str, Any] = office.api.get(
        f"/rest/v1.0/prime_contract/{office.id(NAME, number=number)}", {"project_id": office.project(TERMINAL)}
    )
    return shown


def without_one(office: Office) -> Office:
    """Procore has no prime contract yet."""
    tables = office.procore.store
    for name in (NAME, "change_orders"):
        for row in list(tables[name].live()):
            tables[name].update(row, {"deleted_at": office.clock.now(), "number": "gone"})
    return office


def test_a_contract_is_staged_with_its_lines_and_the_one_of_the_same_number_suggested(ready: Office) -> None:
    item = staged(ready)
    assert (item.state, item.problems, item.amount) == (State.STAGED, (), Decimal("26339000.00"))
    assert item.staged["lines"] == "12"
    assert (item.staged[SUGGESTED], item.staged[SUGGESTED_WHY]) == (ready.id(NAME, number=NUMBER), "number")


def test_it_is_linked_with_every_line(ready: Office) -> None:
    (done,) = link_all_suggested(ready.world, DANA, NAME)
    assert (done.state, done.violation) == (State.LINKED, None)
    pair = ready.references.by_procore(NAME, [ready.id(NAME, number=NUMBER)])[ready.id(NAME, number=NUMBER)]
    assert pair.intacct_id == NUMBER
    shown = contract(ready)
    assert shown["origin_id"] == f"intacct:PROJECTCONTRACT:{pair.intacct_key}"
    held = {line["RECORDNO"]: line for line in ready.held("PROJECTCONTRACTLINE", ("NAME", "TASKID", "TOTALREVISEDPRICE"))}
    assert len(shown["line_items"]) == len(held) == 12
    for line in shown["line_items"]:
        key = pair.detail[f"line:{line['id']}"]
        assert line["origin_id"] == f"intacct:PROJECTCONTRACTLINE:{key}"
        assert line["cost_code"]["full_code"] == held[key]["TASKID"]
        assert Decimal(line["amount"]) == Decimal(str(held[key]["TOTALREVISEDPRICE"]))


def test_it_is_added_as_a_draft_with_its_lines(ready: Office) -> None:
    (done,) = accept(without_one(ready).world, DANA, [staged(ready).id])
    assert (done.state, done.violation) == (State.IMPORTED, None)
    shown = contract(ready)
    told = {name: shown[name] for name in ("title", "status", "accounting_method", "contract_date", "grand_total")}
    assert told == {
        "title": "Pier 9 Terminal Construction Contract",
        "status": "Draft",
        "accounting_method": "amount",
        "contract_date": "2025-02-10",
        "grand_total": "26339000.0",
    }
    assert Decimal(shown["retainage_percent"]) == 5
    assert len(shown["line_items"]) == 12
    assert {line["line_item_type"]["code"] for line in shown["line_items"]} == {"L", "SUB"}
