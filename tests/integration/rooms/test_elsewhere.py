"""Where people see a linked record: Intacct's own address, asked for over the wire."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.links import Standing, Wanted
from connector.engine import elsewhere, linked
from connector.engine.board import Board
from tests.integration.rooms.contracts import ELECTRICAL, Contract, open_office
from tests.integration.rooms.office import Office
from tests.integration.rooms.test_payments import Payable
from tests.proof.stage import DANA


@pytest.fixture
def payable(office: Office) -> Payable:
    """A commitment and its first invoice, both sent."""
    open_office(office)
    return Payable(office, Contract(office, ELECTRICAL).synced()).invoiced()


def test_each_record_tells_its_own_address(office: Office, payable: Payable) -> None:
    told = set()
    for name in ("projects", "vendors", "commitments", "subcontractor_invoices"):
        for pair in office.references.of_object(name):
            told.add(elsewhere.in_intacct(office.world, DANA, name, pair.procore_id))
    assert all(address.startswith("https://www.intacct.com/ia/acct/ur.phtml?.r=") for address in told)
    (document,) = office.held("PODOCUMENT", ("RECORD_URL",), DOCNO=payable.contract.number)
    assert document["RECORD_URL"] == elsewhere.in_intacct(office.world, DANA, "commitments", payable.contract.id)


def test_an_object_without_addresses_is_told_of_as_such(office: Office, payable: Payable) -> None:
    pair = next(iter(office.references.of_object("cost_codes")))
    with pytest.raises(ConnectorError) as refused:
        elsewhere.in_intacct(office.world, DANA, "cost_codes", pair.procore_id)
    assert refused.value.code is Code.NOT_FOUND
    assert f"Intacct does not say where {pair.intacct_id} is shown" in refused.value.message
    del payable


def test_procores_pages_are_those_of_its_view_keys(office: Office, payable: Payable) -> None:
    world = replace(office.world, procore_web="https://app.procore.com")
    contract, project = payable.contract, payable.contract.project
    lists = (linked.listing(world, DANA, Wanted(object=name), Board(world))[0] for name in linked.names(world))
    found = {each.object: each for some in lists for each in some if each.in_procore}
    base = f"https://app.procore.com/{project}/project"
    assert {name: each.in_procore for name, each in found.items()} == {
        "commitments": f"{base}/contracts/commitments/work_order_contracts/{contract.id}",
        "subcontractor_invoices": f"{base}/commitments/work_order_contracts/{contract.id}/requisitions/{payable.invoice}",
    }
    assert {each.standing for each in found.values()} == {Standing.EQUAL}
    assert all(each.by_hand for each in found.values())
