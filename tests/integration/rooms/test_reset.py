"""A job is reset: everything it touches is listed, and comes off only with proof, what stands on others first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.item import State
from connector.engine.reset import Listing, listing, reset
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.contracts import CONCRETE, ELECTRICAL, Contract, by_hand, open_office
from tests.integration.rooms.office import Office, codes
from tests.integration.rooms.test_payments import Payable
from tests.proof.stage import DANA, PRIYA


@pytest.fixture
def billed(office: Office) -> Payable:
    """A job with a contract that was billed, and another one."""
    open_office(office)
    office.configure(admins=[PRIYA.login])
    Contract(office, CONCRETE).synced()
    return Payable(office, Contract(office, ELECTRICAL).synced()).invoiced()


def job(office: Office) -> str:
    return office.project(TERMINAL)


def shown(office: Office) -> Listing:
    return listing(office.world, PRIYA, job(office))


def done(office: Office, *, seconds: float = 20) -> Listing:
    until = office.clock.now() + timedelta(seconds=seconds)
    return reset(office.world, PRIYA, job(office), note="The job was entered twice.", seen=shown(office).fingerprint, until=until)


def fates(found: Listing, *objects: str) -> dict[str, str]:
    return {row.hold.pair.intacct_id: row.fate for row in found.rows if row.hold.pair.object in objects}


def test_everything_is_listed_and_nothing_changes(office: Office, billed: Payable) -> None:
    before = {item.id: item.version for item in office.state}
    asked = len(office.intacct.requests)
    found = shown(office)
    asked = len(office.intacct.requests) - asked
    assert {row.hold.pair.object for row in found.rows} == {
        "commitments", "subcontractor_invoices", "cost_codes", "sub_jobs", "projects",
    }  # fmt: skip
    assert found.rows[-1].hold.pair.object == "projects", "the job itself comes off last"
    assert {row.fate for row in found.rows} == {"stays"}
    assert all(codes(row.hold.violations)[0] == Code.STILL_IN_INTACCT for row in found.rows)
    assert len(found.rows) > 20
    assert asked == 1, "one request, however many links"
    assert {item.id: item.version for item in office.state} == before
    del billed


def test_what_is_gone_comes_off_and_the_rest_says_why_it_stays(office: Office, billed: Payable) -> None:
    by_hand(office, f'<delete_potransaction key="Subcontract-{CONCRETE}"/>')
    found = done(office)
    contracts = fates(found, "commitments")
    assert contracts == {f"Subcontract-{CONCRETE}": "taken off", f"Subcontract-{ELECTRICAL}": "stays"}
    gone = office.item(f"commitments:{Contract(office, CONCRETE).id}")
    assert (gone.state, office.references.by_procore("commitments", [gone.procore_id])) == (State.RETRIEVED, {})
    (own,) = [row for row in found.rows if row.hold.pair.object == "projects"]
    assert codes(own.hold.violations) == [Code.STILL_IN_INTACCT, Code.STILL_REFERRED_TO]
    assert fates(shown(office), "commitments") == {f"Subcontract-{ELECTRICAL}": "stays"}, "what is off is listed no more"
    said = office.state.history(own.hold.item.id)[-1]
    assert (said.who, said.what, said.detail["note"], said.detail["taken off"]) == (PRIYA.name, "reset", "The job was entered twice.", "1")
    del billed


def test_a_void_contract_stays_while_its_invoice_does(office: Office, billed: Payable) -> None:
    (document,) = office.intacct.store.find("PODOCUMENT", DOCNO=ELECTRICAL)
    office.intacct.store.update("PODOCUMENT", document, {"STATE": "Declined"})
    assert fates(shown(office), "commitments")[f"Subcontract-{ELECTRICAL}"] == "stays", "as it was listed"
    (row,) = [row for row in done(office).rows if row.hold.pair.intacct_id == f"Subcontract-{ELECTRICAL}"]
    assert (row.fate, codes(row.hold.violations)) == ("stays", [Code.STILL_REFERRED_TO])
    assert office.references.by_procore("commitments", [billed.contract.id])


def everything_is_deleted(office: Office) -> None:
    store = office.intacct.store
    for name in ("PODOCUMENT", "TASK", "PROJECT"):
        for row in store.all(name):
            store.delete(name, row)


def test_a_job_that_is_gone_with_all_of_it_comes_off_whole(office: Office, billed: Payable) -> None:
    everything_is_deleted(office)
    found = done(office)
    assert {row.fate for row in found.rows} == {"taken off"}
    assert not [
        pair
        for name in ("commitments", "cost_codes", "projects")
        for pair in office.references.of_object(name)
        if pair.project_id == job(office) or pair.procore_id == job(office)
    ]
    with pytest.raises(ConnectorError) as refusal:
        shown(office)
    assert refusal.value.code is Code.NOT_FOUND
    del billed


def test_what_there_is_no_time_for_is_gone_on_with(office: Office, billed: Payable) -> None:
    everything_is_deleted(office)
    assert {row.fate for row in done(office, seconds=0).rows} == {"not reached"}
    assert {row.fate for row in done(office).rows} == {"taken off"}
    del billed


def test_only_an_administrator_with_a_note_about_what_was_shown(office: Office, billed: Payable) -> None:
    def refused(person: object = PRIYA, note: str = "Twice.", seen: str = "") -> Code:
        until = office.clock.now() + timedelta(seconds=20)
        with pytest.raises(ConnectorError) as refusal:
            reset(office.world, person, job(office), note=note, seen=seen or shown(office).fingerprint, until=until)  # type: ignore[arg-type]  # people
        return refusal.value.code

    assert refused(DANA) is Code.NOT_ALLOWED
    assert refused(PRIYA.model_copy(update={"projects": frozenset({"1"})})) is Code.NOT_FOUND
    assert refused(note=" ") is Code.REASON_MISSING
    assert refused(seen="0" * 64) is Code.STALE_APPROVAL
    del billed
