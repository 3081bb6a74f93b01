"""Change orders from Procore to Intacct's books: the real engine, gateway and client between both simulators."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest

from connector.core.errors import Code
from connector.core.exchange import Function
from connector.core.item import State
from tests.integration.rooms.contracts import CONCRETE, FENDERS, Contract, cents, coded, open_office
from tests.integration.rooms.office import Office, codes

NAME = "commitment_change_orders"
type Amounts = Literal["delta", "new value"]


def test_a_change_order_takes_its_commitment_along(office: Office, concrete: Contract) -> None:
    order = office.id("change_orders", contract_id=int(concrete.id), number="001")
    item = office.export(NAME, order, concrete.project)

    assert (item.state, item.problems, item.number, str(item.amount)) == (State.SYNCED, (), f"{CONCRETE}-CO001", "59835.50")
    assert (item.pending, item.project_name) == ((f"commitments:{concrete.id}",), "Pier 9 Terminal")
    assert office.item(f"commitments:{concrete.id}").state is State.SYNCED
    assert cents(concrete.document["REVISEDTOTAL"]) == cents(concrete.shown["grand_total"]) + cents("59835.50")
    assert concrete.document["CHANGELOGNUMBER"] == "1"
    (package,) = office.procore.store["change_orders"].rows(id=int(order))
    assert (package["origin_id"], package["origin_code"]) == (f"intacct:PODOCUMENT:{item.intacct_key}", item.intacct_id)


@pytest.mark.parametrize("amounts", ["delta", "new value"])
def test_each_edit_of_a_line_changes_that_line(office: Office, concrete: Contract, amounts: Amounts) -> None:
    """Two change orders, one with two edits of one line, to the cent; whichever way Intacct takes amounts."""
    office.intacct.settings.change_order_amounts = amounts
    office.configure(change_order_amounts=amounts)
    concrete.synced()
    first, third = concrete.line(0), concrete.line(2)
    one = concrete.change_order(
        "Thicker",
        coded(first, "1200.05", commitment_line_item_id=str(first["id"])),
        coded(first, "-200.10", commitment_line_item_id=str(first["id"])),
        coded(third, "77.00"),
    )
    two = concrete.change_order("Thinner", coded(first, "-10000.00", commitment_line_item_id=str(first["id"])))
    for order in (one, two):
        assert office.export(NAME, order, concrete.project).problems == ()

    assert cents(concrete.held_line(0)["REVISEDVALUE"]) == cents(first["amount"]) + cents("-9000.05")
    assert cents(concrete.held_line(2)["REVISEDVALUE"]) == cents(third["amount"])
    assert cents(concrete.document["REVISEDTOTAL"]) == cents(concrete.shown["grand_total"]) + cents("-8923.05")
    pair = office.references.by_procore(NAME, [one])[one]
    added = [line for line in office.intacct.store.find("PODOCUMENTENTRY", DOCHDRID=concrete.document["DOCID"]) if line["TOTAL"] == "0"]
    assert [cents(line["REVISEDVALUE"]) for line in added] == [cents("77.00")]
    lines = [key for name, key in pair.detail.items() if name.startswith("line:")]
    assert sorted(lines) == sorted([concrete.held_line(0)["RECORDNO"]] * 2 + [added[0]["RECORDNO"]])


def test_units_are_changed_by_units(office: Office) -> None:
    open_office(office)
    fenders = Contract(office, FENDERS).synced()
    fender = fenders.line(0)
    fewer = coded(fender, "-23750.00", commitment_line_item_id=str(fender["id"]), quantity=-2, unit_cost="11875.0", uom="EA")
    order = fenders.change_order("Two fenders less", fewer | {"extended_type": "calculated"})
    assert office.export(NAME, order, fenders.project).problems == ()
    assert (fenders.held_line(0)["REVISEDQTY"], cents(fenders.held_line(0)["REVISEDVALUE"])) == ("34", cents("403750.00"))


def test_what_intacct_refuses_leaves_nothing(office: Office, concrete: Contract) -> None:
    """One line that Intacct does not take: none of the others is there, and the commitment is as it was."""
    concrete.synced()
    first, fifth = concrete.line(0), concrete.line(4)
    order = concrete.change_order("Half of it", coded(first, "100.00"), coded(fifth, "50.00"))
    sent = office.send(NAME, order, concrete.project)
    assert sent.item is not None
    (task,) = office.held("TASK", ("TASKSTATUS",), PROJECTID="24-107-A", TASKID="03-350")
    retired = [("TASK", [("RECORDNO", str(task["RECORDNO"])), ("TASKSTATUS", str(task["TASKSTATUS"])), ("STATUS", "inactive")])]
    assert office.gateway.write([Function(name="update", body=retired, controlid="retired")]).violations == ()
    office.approve(sent.item)

    item = office.item(sent.item.id)
    assert (item.state, codes(item.problems)) == (State.FAILED, [Code.INACTIVE_TASK])
    assert cents(concrete.document["REVISEDTOTAL"]) == cents(concrete.shown["grand_total"])
    assert len(office.held("PODOCUMENT", ("DOCID",))) == 1
    assert office.references.by_procore(NAME, [order]) == {}


def test_what_could_not_be_checked_when_it_was_shown_is_checked_before_it_leaves(office: Office, concrete: Contract) -> None:
    """The commitment goes first, without the line that the change order names."""
    order = concrete.change_order("Of what?", coded(concrete.line(0), "100.00"))
    (line,) = office.procore.store["line_items"].rows(amount=Decimal(100))
    line["commitment_line_item_id"] = 4711
    item = office.export(NAME, order, concrete.project)
    assert (item.state, codes(item.problems)) == (State.FAILED, [Code.COMMITMENT_NOT_SYNCED])
    assert [row["DOCID"] for row in office.held("PODOCUMENT", ("DOCID",))] == [concrete.document["DOCID"]]


def test_a_change_order_that_is_not_approved_stays_where_it_is(office: Office, concrete: Contract) -> None:
    concrete.synced()
    order = concrete.change_order("Later", status="pending")
    sent = office.send(NAME, order, concrete.project)
    assert (sent.item, codes(sent.violations)) == (None, [Code.DATE_MISSING, Code.NOT_APPROVED_IN_PROCORE, Code.NO_LINES])
