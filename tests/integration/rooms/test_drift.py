"""Drift between both simulators: found by the clock with few calls, told with its money, and never found where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.core.drift import Standing
from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State
from connector.core.offers import Choice, Offer
from connector.core.people import ApprovalRight
from connector.engine.drift import found, look
from connector.engine.drift_watch import watch
from connector.engine.events import edited
from connector.engine.preview import name_of
from connector.engine.resolve import look_now, offered, resolve
from sandbox.companies.jobs import SCHOOL
from tests.doubles import MemoryPayloads
from tests.integration.rooms.contracts import CONCRETE, ELECTRICAL, Contract, by_hand, coded, open_office
from tests.integration.rooms.month import month_of
from tests.integration.rooms.office import Office
from tests.integration.rooms.test_adoptions import compared, entered
from tests.proof.stage import DANA, MARCO, PRIYA, Addresses

NAME = "commitments"


@pytest.fixture
def concrete(concrete: Contract) -> Contract:
    """Here it is in Intacct."""
    return concrete.synced()


def looked(contract: Contract) -> tuple[Item, dict[Choice, Offer]]:
    item = look(contract.office.world, contract.item)
    return item, {each.choice: each for each in offered(contract.office.world, item)[1]}


def by_the_clock(office: Office, *, hours: float = 1) -> dict[str, int]:
    office.clock.move(hours * 3600)
    return watch(office.world, office.clock.now() + timedelta(minutes=4))


def change(contract: Contract, line: int, **values: Any) -> None:
    """What somebody changes on a line of a contract in Procore, locked or not; with its stamp, as any change."""
    store = contract.office.procore.store
    store["line_items"][contract.line(line)["id"]].update(values)
    store[contract.path][int(contract.id)]["updated_at"] = contract.office.clock.now()


# ----------------------------------------------------------------------------------------------------- nothing where nothing is


@pytest.fixture(scope="module")
def month(addresses: Addresses) -> Iterator[Office]:
    office = month_of(addresses, SCHOOL)
    yield office
    office.close()


def test_records_that_others_stand_on_by_now_still_stand_as_exported(month: Office) -> None:
    """Change orders, invoices and payments change what Intacct and Procore say around a record; none of that is drift."""
    items = [item for item in month.state if item.state is State.SYNCED]
    assert {item.object for item in items} >= {NAME, "commitment_change_orders", "subcontractor_invoices", "payments", "budgets"}
    assert {item.id: found(month.world, look(month.world, item)).rows for item in items} == {item.id: () for item in items}


def test_the_clock_finds_nothing_after_a_month_and_then_asks_once_an_hour(month: Office) -> None:
    first = by_the_clock(month)
    assert (first["differ"], first["left"]) == (0, 0)
    by_the_clock(month)
    asked, called = len(month.intacct.requests), month.api.calls
    assert by_the_clock(month) == {"suspected": 0, "looked at": 0, "differ": 0, "left": 0}
    functions = [(name, of) for request in month.intacct.requests[asked:] for name, of, _ in request.functions if name == "query"]
    assert functions == [("query", "AUDITHISTORY")], "one question to the audit trail"
    assert month.api.calls == called


# ------------------------------------------------------------------------------------------------------------- by the clock


def test_an_edit_in_intacct_is_found_within_the_hour(office: Office, concrete: Contract) -> None:
    by_the_clock(office)
    document = concrete.document
    by_hand(office, f'<update_potransaction key="{document["DOCID"]}"><message>Another title</message></update_potransaction>')
    assert by_the_clock(office)["differ"] == 1
    item = concrete.item
    assert item.drift is not None
    assert (item.drift.intacct, item.drift.fields) == (Standing.EDITED, ("title",))
    assert [held.id for held in office.state.on_shelf("synced:differs").rows] == [item.id]


def test_a_deleted_document_is_found_within_the_hour(office: Office, concrete: Contract) -> None:
    by_the_clock(office)
    by_hand(office, f'<delete_potransaction key="{concrete.document["DOCID"]}"/>')
    assert by_the_clock(office)["differ"] == 1
    assert found(office.world, concrete.item).intacct is Standing.GONE


def test_a_line_that_somebody_adds_in_intacct_is_named(office: Office, concrete: Contract) -> None:
    by_the_clock(office)
    line = concrete.held_line(0)
    more = (
        f"<potransitem><itemid>{line['ITEMID']}</itemid><quantity>1</quantity><unit>Each</unit><price>50</price>"
        f"<locationid>{line['LOCATIONID']}</locationid><projectid>{line['PROJECTID']}</projectid><taskid>{line['TASKID']}</taskid>"
        f"<costtypeid>{line['COSTTYPEID']}</costtypeid></potransitem>"
    )
    document = concrete.document["DOCID"]
    by_hand(office, f'<update_potransaction key="{document}"><updatepotransitems>{more}</updatepotransitems></update_potransaction>')
    by_the_clock(office)
    (row,) = found(office.world, concrete.item).rows
    assert row.field == "lines"
    assert row.intacct is not None
    assert row.intacct.startswith("a line more (Intacct's")


def test_where_the_trail_is_denied_stamps_find_it_and_what_is_gone(office: Office, concrete: Contract) -> None:
    other = Contract(office, ELECTRICAL).synced()
    office.intacct.settings.change({"denied_objects": ["AUDITHISTORY"]})
    by_the_clock(office)
    by_hand(office, f'<delete_potransaction key="{concrete.document["DOCID"]}"/>')
    by_hand(office, f'<update_potransaction key="{other.document["DOCID"]}"><message>Another</message></update_potransaction>')
    by_the_clock(office)
    assert [found(office.world, each.item).intacct for each in (concrete, other)] == [Standing.GONE, Standing.EDITED]


def test_what_no_webhook_told_of_is_found_within_a_day(office: Office, concrete: Contract) -> None:
    other = Contract(office, ELECTRICAL).synced()
    by_the_clock(office)
    change(concrete, 0, description="Poured twice")
    contracts, items = office.procore.store["work_order_contracts"], [each.item.id for each in (concrete, other)]
    contracts.drop(contracts[int(other.id)])
    assert by_the_clock(office)["differ"] == 0, "the walk through Procore's lists is a day's"
    by_the_clock(office, hours=24)
    assert [found(office.world, office.item(key)).procore for key in items] == [Standing.EDITED, Standing.GONE]


def test_what_waits_is_shown_anew_though_the_webhooks_of_half_a_day_were_lost(office: Office) -> None:
    """Procore throws away what it could not deliver for twelve hours."""
    open_office(office)
    contract = Contract(office, CONCRETE)
    by_the_clock(office)
    before = office.send(NAME, contract.id, contract.project).item
    assert before is not None
    office.clock.move(12 * 3600)
    change(contract, 0, description="Poured twice")
    by_the_clock(office, hours=12)
    after = contract.item
    assert (after.state, after.fingerprint == before.fingerprint) == (State.WAITING, False)
    assert "Poured twice" in str(office.world.payloads.get(name_of(after.id, after.fingerprint)))
    version = after.version
    by_the_clock(office, hours=24)
    assert contract.item.version == version


def test_a_run_that_ends_early_is_gone_on_with(office: Office, concrete: Contract) -> None:
    by_the_clock(office)
    change(concrete, 0, description="Poured twice")
    by_hand(office, f'<update_potransaction key="{concrete.document["DOCID"]}"><message>Another</message></update_potransaction>')
    office.clock.move(24 * 3600)
    assert watch(office.world, office.clock.now()) == {"suspected": 1, "looked at": 0, "differ": 0, "left": 1}
    by_the_clock(office)
    finding = found(office.world, concrete.item)
    assert (finding.procore, finding.intacct) == (Standing.EDITED, Standing.EDITED)


def test_two_do_not_watch_at_a_time(office: Office, concrete: Contract) -> None:
    assert office.world.leases.acquire("drift-watch", holder="another", seconds=600)
    assert by_the_clock(office, hours=0) == {}
    del concrete


def test_a_webhook_tells_at_once_and_asks_intacct_only_where_procore_differs(office: Office, concrete: Contract) -> None:
    asked = len(office.intacct.requests)
    assert edited(office.world, "Work Order Contracts", concrete.id) == "unchanged"
    assert len(office.intacct.requests) == asked
    change(concrete, 0, description="Poured twice")
    assert edited(office.world, "Work Order Contracts", concrete.id) == "marked as drift"
    assert edited(office.world, "Work Order Contracts", concrete.id) == "known"


# ------------------------------------------------------------------------------------------------------------- what it comes to


def test_a_changed_amount_is_told_as_the_change_order_a_person_makes(office: Office, concrete: Contract) -> None:
    amount = Decimal(str(concrete.line(0)["amount"]))
    change(concrete, 0, amount=amount + Decimal("1250.50"))
    item, choices = looked(concrete)
    compensate = choices[Choice.COMPENSATE]
    assert compensate.possible
    assert f"set Line 1: Amount of commitment {CONCRETE} back to {amount:.2f}" in compensate.steps[0]
    assert "make a commitment change order for +1,250.50" in compensate.steps[1]

    assert item.drift is not None
    done = resolve(office.world, DANA, item.id, Choice.COMPENSATE, note="Extra concrete, agreed.", seen=item.drift.mark)
    assert done.steps == compensate.steps
    assert done.item.drift is not None
    assert (done.item.drift.chosen, done.item.shelf) == ("compensate", "synced:differs")

    # The person does what is told: both agree again, by a document of its own.
    change(concrete, 0, amount=amount)
    order = concrete.change_order("Extra concrete", coded(concrete.line(0), "1250.50", commitment_line_item_id=str(concrete.line(0)["id"])))
    assert office.export("commitment_change_orders", order, concrete.project).state is State.SYNCED
    assert look(office.world, concrete.item).drift is None
    assert Decimal(concrete.held_line(0)["TOTAL"]) == amount


def test_nothing_is_written_over_what_stands_and_the_steps_say_what_to_do(office: Office, concrete: Contract) -> None:
    change(concrete, 0, description="Poured twice")
    item, choices = looked(concrete)
    assert item.drift is not None
    written = sum(request.unique for request in office.intacct.requests)
    with pytest.raises(ConnectorError) as refusal:
        resolve(office.world, DANA, item.id, Choice.PUSH, note="Please.", seen=item.drift.mark)
    assert refusal.value.code is Code.BY_HAND
    assert "In Intacct, change Line 1: Description from" in refusal.value.message
    assert "to Poured twice." in refusal.value.message
    assert sum(request.unique for request in office.intacct.requests) == written
    assert not choices[Choice.COMPENSATE].possible


def accepted(contract: Contract) -> None:
    """The one thing that is told."""
    item, _ = looked(contract)
    assert item.drift is not None
    assert len(item.drift.fields) == 1
    resolve(contract.office.world, DANA, item.id, Choice.ACCEPT, note="Fine.", seen=item.drift.mark)


def test_what_was_accepted_stays_accepted_when_something_else_is(office: Office, concrete: Contract) -> None:
    change(concrete, 0, description="Poured twice")
    accepted(concrete)
    by_hand(office, f'<update_potransaction key="{concrete.document["DOCID"]}"><message>Another</message></update_potransaction>')
    accepted(concrete)
    assert looked(concrete)[0].drift is None


def test_what_others_stand_on_keeps_its_link_and_says_so(office: Office, concrete: Contract) -> None:
    order = concrete.change_order("More", coded(concrete.line(0), "10.00", commitment_line_item_id=str(concrete.line(0)["id"])))
    office.export("commitment_change_orders", order, concrete.project)
    (document,) = office.intacct.store.find("PODOCUMENT", DOCNO=CONCRETE)
    office.intacct.store.update("PODOCUMENT", document, {"STATE": "Declined"})
    item, _ = looked(concrete)
    assert item.drift is not None
    done = resolve(office.world, DANA, item.id, Choice.ACCEPT, note="Declined by the owner.", seen=item.drift.mark)
    assert [each.code for each in done.violations] == [Code.STILL_REFERRED_TO]
    assert concrete.item.state is State.SYNCED


def test_only_an_approver_of_it_decides_within_the_limit_and_not_the_sender(office: Office, concrete: Contract) -> None:
    change(concrete, 0, description="Poured twice")
    item, _ = looked(concrete)
    assert item.drift is not None

    def refused(person: Any, note: str = "Fine.") -> Code:
        with pytest.raises(ConnectorError) as refusal:
            resolve(office.world, person, item.id, Choice.ACCEPT, note=note, seen=item.drift.mark if item.drift else "")
        return refusal.value.code

    assert refused(PRIYA) is Code.NOT_YOUR_APPROVAL
    assert refused(DANA, " ") is Code.REASON_MISSING
    assert refused(PRIYA.model_copy(update={"projects": frozenset({"1"})})) is Code.NOT_FOUND
    office.configure(approvers=[ApprovalRight(login=DANA.login, up_to=Decimal(1)), ApprovalRight(login=MARCO.login)])
    assert refused(DANA) is Code.NOT_YOUR_APPROVAL
    assert refused(MARCO) is Code.SENDER_IS_APPROVER
    office.configure(approvers=[ApprovalRight(login=PRIYA.login)], senders=[MARCO.login])
    with pytest.raises(ConnectorError) as refusal:
        look_now(office.world, DANA, item.id)
    assert refusal.value.code is Code.NOT_ALLOWED
    assert resolve(office.world, PRIYA, item.id, Choice.ACCEPT, note="Fine.", seen=item.drift.mark).item.drift is None


# ------------------------------------------------------------------------------------------------------------- what was linked as it stood


def test_a_document_that_was_linked_as_it_stood_is_compared_with_that(office: Office) -> None:
    open_office(office)
    contract = Contract(office, CONCRETE)
    entered(contract, itemdesc="As the superintendent calls it")
    first = compared(contract, link=False)
    names = frozenset(each.field for each in first.differences)
    assert compared(contract, accepted=names, reason="The same work.", seen=first.fingerprint).linked
    assert look(office.world, contract.item).drift is None, "what was accepted then is no drift"
    by_hand(office, f'<update_potransaction key="{contract.document["DOCID"]}"><message>Another title</message></update_potransaction>')
    item, _ = looked(contract)
    assert item.drift is not None
    assert item.drift.fields == ("title",)


def test_a_link_of_which_nothing_was_kept_is_noted_once_and_compared_from_then_on(office: Office) -> None:
    open_office(office)
    contract = Contract(office, CONCRETE)
    entered(contract)
    assert compared(contract).linked
    item, world = contract.item, replace(office.world, payloads=MemoryPayloads())  # as links were made before this was kept
    noted = look(world, item)
    assert (noted.drift, noted.version) == (None, item.version + 1)
    change(contract, 0, description="Poured twice")
    assert look(world, noted).drift is not None
