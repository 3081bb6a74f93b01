"""Links are taken off once Intacct's record is gone or void, and never before, between both simulators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from connector.core.errors import Code, ConnectorError
from connector.core.item import State, first_break
from connector.core.people import ApprovalRight
from connector.engine.door import StandaloneDoor
from connector.engine.sweep import sweep
from connector.engine.unlink import Hold, look, unlink
from connector.engine.world import World
from tests.integration.rooms.contracts import CONCRETE, ELECTRICAL, Contract, by_hand, open_office
from tests.integration.rooms.office import Office, codes
from tests.integration.rooms.test_payments import Payable
from tests.proof.machine import Killed, kill
from tests.proof.stage import COMPANY, DANA, MARCO, PRIYA
from tests.proof.watch import Place, Side, Watch, changes, everything, watched

NAME = "commitments"


@pytest.fixture
def concrete(concrete: Contract) -> Contract:
    """Here it is in Intacct."""
    return concrete.synced()


def deleted(contract: Contract) -> None:
    by_hand(contract.office, f'<delete_potransaction key="{contract.document["DOCID"]}"/>')


def refused(office: Office, object_name: str, procore_id: str) -> Hold:
    done = unlink(office.world, DANA, object_name, procore_id)
    assert done.item is None
    assert done.hold is not None
    return done.hold


def test_what_still_exists_stays_linked_and_says_so(office: Office, concrete: Contract) -> None:
    before = concrete.item
    hold = refused(office, NAME, concrete.id)
    assert codes(hold.violations) == [Code.STILL_IN_INTACCT]
    assert f"Subcontract-{CONCRETE}" in hold.violations[0].message
    assert "Pending" in hold.violations[0].message
    assert concrete.item == before
    assert (NAME, concrete.id) in office.references


def test_a_deleted_document_is_unlinked_and_sent_again_as_it_was(office: Office, concrete: Contract) -> None:
    before = concrete.item
    deleted(concrete)
    assert look(office.world, DANA, NAME, concrete.id).proof.startswith("Intacct has no PODOCUMENT")
    assert (NAME, concrete.id) in office.references, "a look changes nothing"

    item = unlink(office.world, DANA, NAME, concrete.id).item
    assert item is not None
    assert (item.state, item.approvals, item.intent, item.intacct_key, item.mark_left) == (State.RETRIEVED, (), None, "", "")
    assert item.reason.startswith("unlinked: Intacct has no PODOCUMENT")
    assert office.references.by_procore(NAME, [concrete.id]) == {}
    assert office.references.by_intacct(NAME, [before.intacct_key]) == {}
    said = next(entry for entry in office.state.history(item.id) if entry.what == "unlinked")
    assert (said.who, said.detail["key"]) == (DANA.name, before.intacct_key)
    assert said.detail["proof"] in item.reason
    assert first_break(office.state.history(item.id), head=item.history_head, count=item.history_count) is None
    shown = concrete.shown
    assert (shown["origin_id"], {line["origin_id"] for line in shown["line_items"]}) == (None, {None})

    # The same content is another request to Intacct: it is done, not remembered.
    again = office.export(NAME, concrete.id, concrete.project)
    assert (again.state, again.problems, again.fingerprint) == (State.SYNCED, (), before.fingerprint)
    assert again.intacct_key != before.intacct_key
    assert concrete.shown["origin_id"] == f"intacct:PODOCUMENT:{again.intacct_key}"


def test_a_declined_document_is_void(office: Office, concrete: Contract) -> None:
    (document,) = office.intacct.store.find("PODOCUMENT", DOCNO=CONCRETE)
    office.intacct.store.update("PODOCUMENT", document, {"STATE": "Declined"})
    item = unlink(office.world, DANA, NAME, concrete.id).item
    assert item is not None
    assert "is Declined in Intacct" in item.reason


def test_a_void_payment_is_unlinked_and_a_posted_one_is_not(office: Office) -> None:
    open_office(office)
    office.configure(payment_bank="OPERATING")
    payable = Payable(office, Contract(office, ELECTRICAL).synced()).invoiced()
    key = payable.paid("950.00", "10001")
    payable.told(key)
    procore_id, paid = key.partition(":")[2], office.item(key).intacct_key
    assert codes(refused(office, "payments", procore_id).violations) == [Code.STILL_IN_INTACCT]

    day = "<datereversed><year>2026</year><month>12</month><day>31</day></datereversed>"
    by_hand(office, f'<reverse_appayment key="{paid}">{day}</reverse_appayment>')
    item = unlink(office.world, DANA, "payments", procore_id).item
    assert item is not None
    assert (item.state, item.reason) == (State.RETRIEVED, f"unlinked: APPYMT {paid} ({paid}) is Voided in Intacct")
    assert payable.looked() == [], "who unlinked it sends it; the clock does not"
    assert len(payable.held()) == 1

    again = office.export("payments", procore_id, payable.contract.project)
    assert (again.state, again.problems) == (State.SYNCED, ())
    assert [row["STATE"] for row in payable.held()] == ["Voided", "Posted"]


def test_what_others_stand_on_stays_linked(office: Office) -> None:
    open_office(office)
    payable = Payable(office, Contract(office, ELECTRICAL).synced()).invoiced()
    contract = payable.contract
    (document,) = office.intacct.store.find("PODOCUMENT", DOCNO=ELECTRICAL)
    office.intacct.store.update("PODOCUMENT", document, {"STATE": "Declined"})
    hold = refused(office, NAME, contract.id)
    assert codes(hold.violations) == [Code.STILL_REFERRED_TO]
    assert [(each.object, each.procore_id) for each in hold.children] == [("subcontractor_invoices", payable.invoice)]
    assert "subcontractor_invoices Subcontract Invoice-" in hold.violations[0].message

    job = refused(office, "projects", contract.project)
    assert codes(job.violations) == [Code.STILL_IN_INTACCT, Code.STILL_REFERRED_TO]
    assert {"commitments", "subcontractor_invoices", "sub_jobs", "cost_codes"} <= {each.object for each in job.children}


def test_a_link_that_does_not_say_what_it_stands_on_is_looked_up_in_procore(office: Office) -> None:
    open_office(office)
    payable = Payable(office, Contract(office, ELECTRICAL).synced()).invoiced()
    (pair,) = office.references.of_object("subcontractor_invoices")
    office.references.link([pair.model_copy(update={"detail": {}})])
    assert len(look(office.world, DANA, NAME, payable.contract.id).children) == 1
    other = Contract(office, CONCRETE).synced()
    assert look(office.world, DANA, NAME, other.id).children == ()


def test_a_vendor_that_an_import_linked_is_put_aside_with_the_proof(office: Office) -> None:
    office.bring_and_link("vendors")
    pair = next(office.references.of_object("vendors"))
    assert codes(refused(office, "vendors", pair.procore_id).violations) == [Code.STILL_IN_INTACCT]
    row = office.intacct.store.get("VENDOR", pair.intacct_key)
    assert row is not None
    office.intacct.store.delete("VENDOR", row)
    item = unlink(office.world, DANA, "vendors", pair.procore_id).item
    assert item is not None
    assert (item.id, item.state) == (f"staged:vendors:{pair.intacct_key}", State.ARCHIVED)
    assert ("vendors", pair.procore_id) not in office.references


def test_a_job_s_code_is_found_by_both_parts_of_its_key(office: Office) -> None:
    open_office(office)
    pair = next(each for each in office.references.of_object("cost_codes") if each.project_id == office.project("24-107"))
    assert codes(refused(office, "cost_codes", pair.procore_id).violations)[0] == Code.STILL_IN_INTACCT
    job = pair.intacct_key.partition("/")[0]
    (row,) = office.intacct.store.find("TASK", PROJECTID=job, TASKID=pair.intacct_id)
    office.intacct.store.delete("TASK", row)
    item = unlink(office.world, DANA, "cost_codes", pair.procore_id).item
    assert item is not None
    assert (item.state, item.history_count) == (State.ARCHIVED, 1)


def watched_office(office: Office) -> tuple[World, Watch]:
    """Every port that unlinking calls, Procore behind the door too."""
    watch, world = Watch(), office.world
    names = ("intacct", "cross_references", "state", "payloads")
    ports = {name: watched(watch, name, getattr(world, name)) for name in names}
    return replace(world, **ports, door=StandaloneDoor(watched(watch, "procore", world.procore), COMPANY)), watch


@pytest.mark.parametrize(("side", "counted"), [("before", everything), ("behind", changes)])
def test_a_kill_at_any_call_ends_unlinked_and_unmarked(
    office: Office, concrete: Contract, side: Side, counted: Callable[[str], bool]
) -> None:
    calls: set[str] = set()
    for number in count():
        item = concrete.item
        deleted(concrete)
        world, watch = watched_office(office)
        watch.arm(Place(number, side), kill, counted)
        try:
            unlink(world, DANA, NAME, concrete.id)
        except Killed:
            linked = bool(office.references.by_procore(NAME, [concrete.id]))
            assert linked == bool(office.references.by_intacct(NAME, [item.intacct_key])), watch.struck
            assert linked == (concrete.item.state is State.SYNCED), watch.struck
        else:
            break
        calls |= set(watch.calls)
        assert unlink(office.world, DANA, NAME, concrete.id).item is not None
        after = concrete.item
        assert (after.state, after.mark_left, concrete.shown["origin_id"]) == (State.RETRIEVED, "", None), watch.struck
        assert first_break(office.state.history(item.id), head=after.history_head, count=after.history_count) is None
        assert [entry.what for entry in office.state.history(item.id)].count("unlinked") == number + 1, watch.struck
        assert office.export(NAME, concrete.id, concrete.project).state is State.SYNCED, watch.struck
    assert {"payloads.put", "state.save", "procore.sync", "procore.send"} <= calls


def test_a_mark_that_procore_keeps_is_the_sweep_s_and_the_link_stays_off(office: Office, concrete: Contract) -> None:
    deleted(concrete)
    world, watch = watched_office(office)
    watch.arm(Place(0), kill, lambda name: name == "procore.sync")
    with pytest.raises(Killed):
        unlink(world, DANA, NAME, concrete.id)
    assert office.references.by_procore(NAME, [concrete.id]) == {}
    assert (concrete.item.shelf, concrete.shown["origin_id"] is None) == ("retrieved:mark-left", False)
    assert sweep(office.world)["mark left in Procore"] == 0, "it may be about to go"
    office.clock.move(301)
    assert sweep(office.world)["mark left in Procore"] == 1
    assert (concrete.item.shelf, concrete.shown["origin_id"]) == ("retrieved", None)


def test_only_approvers_of_it_and_administrators(office: Office, concrete: Contract) -> None:
    deleted(concrete)
    office.configure(approvers=[ApprovalRight(login=DANA.login, objects=frozenset({"vendors"}))], admins=[PRIYA.login])
    for person in (MARCO, DANA):
        with pytest.raises(ConnectorError) as refusal:
            unlink(office.world, person, NAME, concrete.id)
        assert refusal.value.code is Code.NOT_ALLOWED
    blind = PRIYA.model_copy(update={"projects": frozenset({"1"})})
    with pytest.raises(ConnectorError) as refusal:
        unlink(office.world, blind, NAME, concrete.id)
    assert refusal.value.code is Code.NOT_FOUND
    assert (NAME, concrete.id) in office.references
    assert unlink(office.world, PRIYA, NAME, concrete.id).item is not None


def test_what_is_not_linked_cannot_be_unlinked(office: Office) -> None:
    with pytest.raises(ConnectorError) as refusal:
        unlink(office.world, DANA, NAME, "1")
    assert refusal.value.code is Code.NOT_FOUND
