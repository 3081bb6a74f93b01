"""Documents that stand in both systems already, linked without being exported: the real engine between both simulators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.core.adoption import Compared, Wish
from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.exchange import Function, Tree, Written
from connector.core.item import State, first_break
from connector.engine.adopt import adopt, suggestions
from connector.engine.import_runs import recent
from connector.engine.sweep import sweep
from connector.engine.world import World
from tests.doubles import MemoryCrossReferences, MemorySyncState
from tests.integration.rooms.contracts import CONCRETE, ELECTRICAL, FENDERS, Contract, cents, coded, open_office
from tests.integration.rooms.office import Office, codes
from tests.proof.stage import DANA, MARCO

NAME = "commitments"
DOCUMENT = f"Subcontract-{CONCRETE}"


@pytest.fixture
def contract(office: Office) -> Contract:
    """Signed in Procore, and entered in Intacct by hand, the lines the other way round."""
    open_office(office)
    contract = Contract(office, CONCRETE)
    entered(contract)
    return contract


def entered(contract: Contract, **lines: str) -> None:
    """What somebody entered: the same content, without anything that names Procore's record or its lines. ``lines`` are elements of the
    first line with another value."""
    office = contract.office
    prepared = office.prepare(NAME, contract.id, contract.project)
    ((name, body),) = prepared.bodies
    by_hand = [_by_hand(element, lines) for element in body if element[0] not in {"externalid", "supdocid"}]
    answer = office.gateway.write([Function(name=name, body=by_hand, controlid=f"by hand {contract.number}")])
    assert answer.written is Written.DONE, answer.violations


def _by_hand(element: tuple[str, Any], lines: dict[str, str]) -> tuple[str, str | Tree]:
    tag, inner = element
    if tag != "potransitems":
        return tag, inner
    turned = list(reversed(inner))
    changed = [[(name, "Entered by hand" if name == "memo" else value) for name, value in line] for _, line in turned]
    changed[-1] = [(name, lines.get(name, value)) for name, value in changed[-1]]
    return tag, [("potransitem", line) for line in changed]


def compared(contract: Contract, *, link: bool = True, person: Any = DANA, **wish: Any) -> Compared:
    pair = Wish(procore_id=contract.id, intacct_id=f"Subcontract-{contract.number}", **wish)
    (found,) = adopt(contract.office.world, person, NAME, contract.project, [pair], link=link)
    return found


def test_the_same_number_and_vendor_are_suggested_and_equal_ones_linked(office: Office, contract: Contract) -> None:
    (suggested,) = suggestions(office.world, DANA, NAME, contract.project)
    assert (suggested.procore_id, suggested.intacct_id, suggested.number) == (contract.id, DOCUMENT, CONCRETE)
    before = len(office.intacct.store.all("PODOCUMENT"))

    found = compared(contract)
    assert (found.differences, found.violations, found.linked) == ((), (), True)
    assert found.procore_total == found.intacct_total == cents(contract.shown["grand_total"])
    item = office.item(f"{NAME}:{contract.id}")
    assert (item.state, item.written_back, item.intacct_id, item.problems) == (State.SYNCED, True, DOCUMENT, ())
    history = office.state.history(item.id)
    assert first_break(history, head=item.history_head, count=item.history_count) is None
    assert (history[0].what, history[0].who) == ("linked to what stands in Intacct, which is equal", DANA.name)
    assert history[0].detail["Intacct's total"] == str(found.intacct_total)
    assert len(office.intacct.store.all("PODOCUMENT")) == before
    assert suggestions(office.world, DANA, NAME, contract.project) == []


def test_its_lines_are_known_by_their_coding_and_marked(office: Office, contract: Contract) -> None:
    compared(contract)
    pair = office.references.by_procore(NAME, [contract.id])[contract.id]
    held = {row["RECORDNO"]: row for row in office.intacct.store.all("PODOCUMENTENTRY") if row["DOCHDRID"] == DOCUMENT}
    for line in contract.shown["line_items"]:
        theirs = held[pair.detail[f"line:{line['id']}"]]
        assert (cents(theirs["TOTAL"]), theirs["COSTTYPEID"]) == (cents(line["amount"]), line["line_item_type"]["code"])
        assert line["origin_id"] == f"intacct:PODOCUMENTENTRY:{theirs['RECORDNO']}"
    (document,) = office.intacct.store.find("PODOCUMENT", DOCID=DOCUMENT)
    assert contract.shown["origin_id"] == f"intacct:PODOCUMENT:{document['RECORDNO']}"


def test_again_it_changes_nothing_and_sending_is_refused(office: Office, contract: Contract) -> None:
    compared(contract)
    item, written = office.item(f"{NAME}:{contract.id}"), office.references.written
    assert compared(contract).linked
    assert (office.item(item.id), office.references.written) == (item, written)
    with pytest.raises(ConnectorError) as refused:
        office.send(NAME, contract.id, contract.project)
    assert "synced" in refused.value.message


def test_an_invoice_on_it_converts_its_lines(office: Office) -> None:
    open_office(office)
    contract = Contract(office, ELECTRICAL)
    office.export("vendors", str(contract.shown["vendor"]["id"]), "")
    entered(contract)
    assert compared(contract).linked
    line = contract.line(0)
    item = {"line_item_id": line["id"], "item_type": "contract_item", "work_completed_this_period": "100.00"}
    invoice = contract.invoice("2026-06-01", item)
    assert office.export("subcontractor_invoices", invoice, contract.project).problems == ()
    pair = office.references.by_procore(NAME, [contract.id])[contract.id]
    (billed,) = [row for row in office.intacct.store.all("PODOCUMENTENTRY") if row["DOCHDRID"].startswith("Subcontract Invoice-")]
    assert (billed["SOURCE_DOCLINEKEY"], cents(billed["TOTAL"])) == (pair.detail[f"line:{line['id']}"], cents("100"))


def test_a_change_order_on_it_changes_its_lines(office: Office, contract: Contract) -> None:
    compared(contract)
    line = contract.line(0)
    order = contract.change_order("More", coded(line, "50.00", commitment_line_item_id=str(line["id"])))
    assert office.export("commitment_change_orders", order, contract.project).problems == ()


def test_what_differs_is_named_and_linked_only_when_an_approver_accepts_it_with_a_reason(office: Office) -> None:
    open_office(office)
    contract = Contract(office, CONCRETE)
    entered(contract, price=str(cents(contract.line(0)["amount"]) + 1), itemdesc="Another text")
    found = compared(contract)
    assert not found.linked
    assert found.procore_total - found.intacct_total == cents("-1")
    fields = {each.field: (each.ours, each.theirs) for each in found.differences}
    assert set(fields) == {"lines[1].unit_cost", "lines[1].description", "lines[1].amount"}
    assert fields["lines[1].description"] == (contract.line(0)["description"], "Another text")
    assert codes(found.violations) == [Code.CONFLICT_IN_INTACCT]
    assert office.state.get(found.item) is None

    accepted = frozenset(fields)
    assert codes(compared(contract, accepted=accepted, seen=found.fingerprint).violations) == [Code.REASON_MISSING]
    assert codes(compared(contract, accepted=accepted, reason="Agreed", seen="old").violations) == [Code.STALE_APPROVAL]
    some = frozenset(list(accepted)[:1])
    assert codes(compared(contract, accepted=some, reason="Agreed", seen=found.fingerprint).violations) == [Code.CONFLICT_IN_INTACCT]

    done = compared(contract, accepted=accepted, reason="A dollar of rounding, agreed", seen=found.fingerprint)
    assert (done.linked, done.violations) == (True, ())
    entry = office.state.history(done.item)[0]
    assert entry.what == "linked to what stands in Intacct, with differences"
    assert entry.detail["reason"] == "A dollar of rounding, agreed"
    assert entry.detail["lines[1].description"] == f"Procore {contract.line(0)['description']}, Intacct Another text"


def test_a_line_more_is_named(office: Office, contract: Contract) -> None:
    (document,) = office.intacct.store.find("PODOCUMENT", DOCID=DOCUMENT)
    lines = [row for row in office.intacct.store.all("PODOCUMENTENTRY") if row["DOCHDRID"] == document["DOCID"]]
    office.intacct.store.update("PODOCUMENTENTRY", lines[0], {"TASKID": "03-300"})
    found = compared(contract)
    assert not found.linked
    assert {each.ours or each.theirs for each in found.differences} == {"this line", f"a line more (Intacct's {lines[0]['RECORDNO']})"}


def test_one_that_is_linked_elsewhere_or_is_not_there_is_refused(office: Office, contract: Contract) -> None:
    other = Contract(office, FENDERS)
    wishes = [Wish(procore_id=other.id, intacct_id="Subcontract-NONE"), Wish(procore_id=other.id, intacct_id=DOCUMENT)]
    compared(contract)
    none, taken = adopt(office.world, DANA, NAME, contract.project, wishes, link=True)
    assert codes(none.violations) == [Code.NOT_FOUND]
    assert codes(taken.violations) == [Code.LINKED_ELSEWHERE]
    assert office.references.by_procore(NAME, [other.id]) == {}


def test_comparing_links_nothing_and_only_those_who_decide_may(office: Office, contract: Contract) -> None:
    assert compared(contract, link=False).differences == ()
    assert office.references.by_procore(NAME, [contract.id]) == {}
    with pytest.raises(ConnectorError) as refused:
        compared(contract, person=MARCO)
    assert refused.value.code is Code.NOT_ALLOWED
    with pytest.raises(ConnectorError):
        suggestions(office.world, DANA, "budgets", contract.project)


def test_marks_that_could_not_be_written_are_left_for_the_sweep(
    office: Office, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(type(office.world.door), "write_back", _away)
        found = compared(contract)
    assert (found.linked, office.item(found.item).written_back, contract.shown["origin_id"]) == (True, False, None)
    office.clock.move(3600)
    sweep(office.world)
    office.machine.play()
    assert office.item(found.item).written_back
    assert contract.shown["origin_id"].startswith("intacct:PODOCUMENT:")


def _away(*_given: Any, **_more: Any) -> None:
    raise RetryLater(Code.UNAVAILABLE, "Procore does not answer.", seconds=1)


def test_a_change_order_and_an_invoice_that_stand_in_both_are_linked_too(office: Office) -> None:
    """What the export made is what stands there; only our links are gone."""
    open_office(office)
    contract = Contract(office, ELECTRICAL).synced()
    line = contract.line(0)
    order = contract.change_order("More", coded(line, "50.00", commitment_line_item_id=str(line["id"])))
    billed = {"line_item_id": line["id"], "item_type": "contract_item", "work_completed_this_period": "100.00"}
    invoice = contract.invoice("2026-06-01", billed)
    world = office.world
    for name, procore_id in (("commitment_change_orders", order), ("subcontractor_invoices", invoice)):
        item = office.export(name, procore_id, contract.project)
        assert item.problems == ()
        world = without(office, name)
        assert [each.procore_id for each in suggestions(world, DANA, name, contract.project)] == [procore_id]
        (found,) = adopt(world, DANA, name, contract.project, [Wish(procore_id=procore_id, intacct_id=item.intacct_id)], link=True)
        assert (found.differences, found.violations, found.linked) == ((), (), True)
        assert world.cross_references.by_procore(name, [procore_id])[procore_id].intacct_key == item.intacct_key
    run = next(run for run in recent(world) if run.kind == "import")
    assert (set(run.objects), run.full) == ({"payments", "direct_costs"}, True), "what left the invoice out is read again"


def without(office: Office, name: str) -> World:
    """The same two systems, and a connector that knows nothing of these records."""
    references = MemoryCrossReferences()
    assert references.link([pair for each in office.world.rooms if each != name for pair in office.references.of_object(each)]) == []
    state = MemorySyncState(references)
    state.save_configuration(office.state.configuration())
    return replace(office.world, cross_references=references, state=state)
