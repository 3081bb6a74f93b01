"""Change orders of the prime contract reach contract and estimate together, against both simulators."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from connector.core.item import Item, State
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.office import Office, codes

NAME: Final = "prime_contract_change_orders"
BOTH: Final = "contract and estimate"


@pytest.fixture
def ready(office: Office) -> Office:
    """The prime contract is linked by its import."""
    office.bring_first()
    office.bring_and_link("prime_contracts")
    return office


def canopy(office: Office) -> str:
    return office.id("change_orders", title="Canopy lighting")


def export(office: Office, order: str = "", **choices: str) -> Item:
    return office.export(NAME, order or canopy(office), office.project(TERMINAL), choices)


def refused(office: Office, order: str = "", **choices: str) -> list[str]:
    return codes(office.send(NAME, order or canopy(office), office.project(TERMINAL), choices).violations)


def another(office: Office) -> str:
    """Somebody makes a change order of the same contract in Procore, and approves it."""
    tables, project = office.procore.store, office.project(TERMINAL)
    first = tables["change_orders"][int(canopy(office))]
    coded = tables["line_items"].live(holder_id=first["potential_id"])[0]
    body = {"contract_id": first["contract_id"], "number": "2", "title": "Bollards"}
    order = str(office.api.send("POST", f"/rest/v1.0/projects/{project}/prime_change_orders", {"change_order": body})["id"])
    path = f"/rest/v2.0/companies/{office.world.company}/projects/{project}/prime_change_orders/{order}/line_items"
    office.api.send("POST", path, {"amount": "1000.00", "wbs_code_id": str(coded["wbs_code_id"]), "description": "Bollards"})
    office.api.send("PATCH", f"/rest/v1.0/projects/{project}/prime_change_orders/{order}", {"change_order": {"status": "approved"}})
    return order


def contract_value(office: Office) -> Decimal:
    return sum((Decimal(str(row["TOTALREVISEDPRICE"])) for row in office.held("PROJECTCONTRACTLINE", ("TOTALREVISEDPRICE",))), Decimal(0))


def estimate(office: Office) -> dict[str, Decimal]:
    rows = office.held("PJESTIMATEENTRY", ("TASKID", "AMOUNT"), WFTYPE="approved change")
    return {str(row["TASKID"]): Decimal(str(row["AMOUNT"])) for row in rows}


def test_line_order_and_request_stand_there_together(ready: Office) -> None:
    before = contract_value(ready)
    item = export(ready)
    assert (item.state, item.written_back, item.problems, item.intacct_id) == (State.SYNCED, True, (), "24-107-PCO-001")
    fields = ("TOTALREVISEDPRICE", "APPROVEDCHANGEPRICE", "ACCOUNTNO", "ITEMID", "RETAINAGEPERCENTAGE", "BILLABLE", "TASKID")
    first, line = (ready.held("PROJECTCONTRACTLINE", fields, PROJECTCONTRACTLINEID=name)[0] for name in ("010", "PCO-001"))
    assert (line["TOTALREVISEDPRICE"], line["APPROVEDCHANGEPRICE"], line["TASKID"]) == ("105155", "105155", "")
    assert {name: line[name] for name in fields[2:6]} == {name: first[name] for name in fields[2:6]}
    assert contract_value(ready) - before == item.amount == Decimal("105155.00")
    (order,) = ready.held("PROJECTCHANGEORDER", ("TOTALPRICE", "PROJECTCHANGEORDERSTATE"), PROJECTCHANGEORDERID="24-107-PCO-001")
    assert (order["TOTALPRICE"], order["PROJECTCHANGEORDERSTATE"]) == ("105155", "Posted")
    (request,) = ready.held("CHANGEREQUEST", ("PROJECTCHANGEORDERID", "WFTYPE"), CHANGEREQUESTID="24-107-PCO-001")
    assert (request["PROJECTCHANGEORDERID"], request["WFTYPE"]) == ("24-107-PCO-001", "approved change")


def test_the_package_in_procore_carries_the_ids(ready: Office) -> None:
    item = export(ready)
    row = ready.procore.store["change_orders"][int(item.procore_id)]
    assert (row["origin_id"], row["origin_code"]) == (f"intacct:CHANGEREQUEST:{item.intacct_key}", "24-107-PCO-001")


def test_contract_only_leaves_the_estimate_at_nothing(ready: Office) -> None:
    project = ready.project(TERMINAL)
    ready.export("budgets", project, project)
    export(ready)
    assert estimate(ready) == {"26-050": 0, "05-120": 0}


def test_contract_and_estimate_raises_both(ready: Office) -> None:
    ready.configure(prime_change_orders=BOTH)
    project = ready.project(TERMINAL)
    ready.export("budgets", project, project)
    export(ready)
    assert estimate(ready) == {"26-050": Decimal(91910), "05-120": Decimal(13245)}


def test_contract_and_estimate_needs_an_estimate(ready: Office) -> None:
    ready.configure(prime_change_orders=BOTH)
    assert refused(ready) == ["PARENT_NOT_SYNCED"]


def test_what_budget_modifications_brought_does_not_come_again(ready: Office) -> None:
    project = ready.project(TERMINAL)
    ready.export("budgets", project, project)
    growth = ready.id("budget_changes", title="Owner change: canopy lighting")
    ready.export("budget_modifications", growth, project, {"changes_total": "yes"})
    ready.configure(prime_change_orders=BOTH)
    assert refused(ready) == ["SETTINGS_FORBID"]


def test_transfers_do_not_stand_in_the_way(ready: Office) -> None:
    project = ready.project(TERMINAL)
    ready.export("budgets", project, project)
    ready.export("budget_modifications", ready.id("budget_changes", title="Apron edge reinforcing from hall concrete"), project)
    ready.configure(prime_change_orders=BOTH)
    assert refused(ready) == []


def test_the_mode_stays_after_the_first(ready: Office) -> None:
    project = ready.project(TERMINAL)
    ready.export("budgets", project, project)
    export(ready)
    second = another(ready)
    assert refused(ready, second) == []
    ready.configure(prime_change_orders=BOTH)
    assert refused(ready, second) == ["SETTINGS_FORBID"]


def test_a_second_one_in_contract_and_estimate_is_no_double_count(ready: Office) -> None:
    ready.configure(prime_change_orders=BOTH)
    project = ready.project(TERMINAL)
    ready.export("budgets", project, project)
    export(ready)
    item = export(ready, another(ready))
    assert (item.state, item.intacct_id) == (State.SYNCED, "24-107-PCO2")


def test_one_that_cannot_be_leaves_nothing(ready: Office) -> None:
    """Somebody takes the change request's id between preview and run: line and order are not there either."""
    sent = ready.send(NAME, canopy(ready), ready.project(TERMINAL))
    assert sent.item is not None
    ready.enter("CHANGEREQUEST", CHANGEREQUESTID="24-107-PCO-001", PROJECTID=TERMINAL, CHANGEREQUESTDATE="10/01/2026")
    ready.approve(sent.item)
    assert ready.item(sent.item.id).state is State.FAILED
    assert ready.held("PROJECTCONTRACTLINE", ("NAME",), PROJECTCONTRACTLINEID="PCO-001") == []
    assert ready.held("PROJECTCHANGEORDER", ("DESCRIPTION",)) == []


def test_the_contract_must_be_linked(office: Office) -> None:
    office.bring_first()
    assert refused(office) == ["PARENT_NOT_SYNCED", "VALUE_MISSING", "ITEM_NOT_MAPPED"]


def test_ids_that_are_taken_may_be_chosen_otherwise(ready: Office) -> None:
    ready.enter("PROJECTCHANGEORDER", PROJECTCHANGEORDERID="24-107-PCO-001", PROJECTID=TERMINAL, PROJECTCHANGEORDERDATE="10/01/2026")
    assert refused(ready) == ["DUPLICATE_NUMBER"]
    assert refused(ready, request_id="24-107-PCO-001-R", line_id="010") == ["DUPLICATE_NUMBER"]
    item = export(ready, request_id="24-107-PCO-001-R", line_id="900")
    assert (item.state, item.intacct_id) == (State.SYNCED, "24-107-PCO-001-R")


def test_a_status_that_does_not_post_is_refused(ready: Office) -> None:
    ready.configure(change_request_status="Pending")
    assert refused(ready) == ["SETTINGS_FORBID"]
    ready.configure(change_request_status="Signed")
    assert refused(ready) == ["SETTINGS_FORBID"]
