"""Contracts with the owner come from Intacct with their lines, against both simulators."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.core.errors import Code
from connector.core.item import State
from connector.engine.stage import SUGGESTED, SUGGESTED_WHY
from connector.engine.staging import accept, archive, link, link_all_suggested, restore, retry
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.contracts import by_hand, open_office
from tests.integration.rooms.office import Office, codes
from tests.integration.rooms.owner_contracts import (
    NAME,
    NUMBER,
    contract,
    enter_contract,
    enter_line,
    line_key,
    lost,
    revise,
    staged,
    watched_world,
    whole,
    without_one,
)
from tests.proof.machine import Killed, kill
from tests.proof.stage import DANA
from tests.proof.watch import Place, Side, changes


@pytest.fixture
def ready(office: Office) -> Office:
    """Everything that contracts refer to is linked; the contracts were read once."""
    open_office(office)
    office.bring(NAME)
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


def test_by_unit_a_line_goes_as_quantity_and_price_where_intacct_has_both(ready: Office) -> None:
    enter_contract(ready, "24-107-U", ("31-620", "QTY", "19", "1860.5", "EA"), ("03-300", "PRICE", "250.00", "", ""))
    ready.bring(NAME)
    item = staged(ready, "24-107-U")
    (done,) = accept(ready.world, DANA, [item.id], {"accounting_method": "unit"})
    assert (done.state, done.violation) == (State.IMPORTED, None)
    shown = contract(ready, "24-107-U")
    assert (shown["accounting_method"], shown["grand_total"]) == ("unit", "35599.5")
    piling, concrete = shown["line_items"]
    assert (piling["quantity"], piling["unit_cost"], piling["uom"], piling["extended_type"]) == ("19.0", "1860.5", "EA", "calculated")
    assert (concrete["amount"], concrete["quantity"], concrete["extended_type"]) == ("250.0", None, "manual")


def test_another_method_than_these_two_is_refused(ready: Office) -> None:
    (done,) = accept(ready.world, DANA, [staged(ready).id], {"accounting_method": "percent"})
    assert done.violation is not None
    assert (done.state, done.violation.code) == (State.STAGED, Code.VALUE_UNREADABLE)


def test_accepting_twice_ends_with_one_contract(ready: Office) -> None:
    item = staged(without_one(ready))
    first, second = accept(ready.world, DANA, [item.id])[0], accept(ready.world, DANA, [item.id])[0]
    assert (first.state, second.state, second.said) == (State.IMPORTED, State.IMPORTED, "imported before")
    assert whole(ready) == []


@pytest.mark.parametrize("side", ["before", "behind"])
@pytest.mark.parametrize("number", [0, 1, 2], ids=["contract", "lines", "link"])
def test_a_kill_at_any_call_of_accept_ends_with_one_contract_and_its_lines_once(ready: Office, number: int, side: Side) -> None:
    item = staged(without_one(ready))
    world, watch = watched_world(ready)
    watch.arm(Place(number, side), kill, changes)
    with pytest.raises(Killed):
        accept(world, DANA, [item.id])
    accept(ready.world, DANA, [item.id])
    assert (whole(ready), ready.item(item.id).state) == ([], State.IMPORTED)


def test_accept_changes_something_by_three_calls(ready: Office) -> None:
    item = staged(without_one(ready))
    world, watch = watched_world(ready)
    watch.arm(Place(99), kill, changes)
    accept(world, DANA, [item.id])
    assert watch.calls == ["procore.send", "procore.sync", "state.save"]


@pytest.mark.parametrize("side", ["before", "behind"])
@pytest.mark.parametrize("number", [0, 1, 2], ids=["contract", "lines", "link"])
def test_a_kill_at_any_call_of_link_ends_with_every_line_marked(ready: Office, number: int, side: Side) -> None:
    item, procore_id = staged(ready), ready.id(NAME, number=NUMBER)
    world, watch = watched_world(ready)
    watch.arm(Place(number, side), kill, changes)
    with pytest.raises(Killed):
        link(world, DANA, item.id, procore_id)
    link(ready.world, DANA, item.id, procore_id)
    assert (whole(ready), ready.item(item.id).state) == ([], State.LINKED)


def test_an_answer_that_is_lost_is_shown_and_the_next_try_finds_the_contract(ready: Office) -> None:
    item = staged(without_one(ready))
    world, watch = watched_world(ready)
    watch.arm(Place(0, "behind"), lost, changes)
    (done,) = accept(world, DANA, [item.id])
    assert done.violation is not None
    assert (done.state, done.violation.code) == (State.STAGED, Code.OUTCOME_UNKNOWN)
    assert codes(staged(ready).problems) == ["OUTCOME_UNKNOWN"]
    assert accept(ready.world, DANA, [item.id])[0].state is State.IMPORTED
    assert whole(ready) == []


def test_a_line_that_procore_refuses_is_named_and_the_next_try_brings_only_that(ready: Office) -> None:
    enter_contract(ready, "24-107-U", ("31-620", "QTY", "19", "1860", "furlong"), ("03-300", "PRICE", "250.00", "", ""))
    ready.bring(NAME)
    item = staged(ready, "24-107-U")
    (done,) = accept(ready.world, DANA, [item.id], {"accounting_method": "unit"})
    assert done.state is State.STAGED
    (problem,) = staged(ready, "24-107-U").problems
    assert (problem.code, problem.field) == (Code.REFUSED_BY_PROCORE, "uom")
    assert "units of measure" in problem.their_words
    (first,) = contract(ready, "24-107-U")["line_items"]
    ready.procore.store["uoms"].add({"name": "furlong", "category": "length"})
    accept(ready.world, DANA, [item.id], {"accounting_method": "unit"})
    lines = contract(ready, "24-107-U")["line_items"]
    assert [line["description"] for line in lines] == ["Line 2", "Line 1"]
    assert lines[0]["id"] == first["id"]


def test_what_differs_is_not_linked_and_every_difference_is_named(ready: Office) -> None:
    tables = ready.procore.store["line_items"]
    shown = contract(ready)["line_items"]
    tables.update(tables[shown[1]["id"]], {"amount": Decimal("3870000.01")})
    tables.update(tables[shown[2]["id"]], {"deleted_at": ready.clock.now()})
    (done,) = link_all_suggested(ready.world, DANA, NAME)
    assert done.state is State.STAGED
    problems = staged(ready).problems
    assert {problem.code for problem in problems} == {Code.LINES_DIFFER}
    assert [problem.message for problem in problems] == [
        "Line 2 (03-300 SUB): Intacct has 3870000.00, Procore 3870000.01.",
        "Line 3 (05-120 SUB, 4205000.00) has no line of the same coding in Procore.",
    ]
    assert contract(ready)["origin_id"] is None


def test_a_line_more_in_procore_stands_in_the_way_too(ready: Office) -> None:
    by_hand(ready, f"<delete><object>PROJECTCONTRACTLINE</object><keys>{line_key(ready, '120')}</keys></delete>")
    ready.bring(NAME, full=True)
    link(ready.world, DANA, staged(ready).id, ready.id(NAME, number=NUMBER))
    assert [problem.message for problem in staged(ready).problems] == ["Procore has a line more (35-590 SUB, 1210000.00)."]


def test_an_archived_contract_stays_aside_and_comes_back(ready: Office) -> None:
    item = staged(ready)
    assert archive(ready.world, DANA, [item.id])[0].state is State.ARCHIVED
    ready.bring(NAME, full=True)
    assert staged(ready).state is State.ARCHIVED
    assert restore(ready.world, DANA, [item.id])[0].state is State.STAGED
    assert link_all_suggested(ready.world, DANA, NAME)[0].state is State.LINKED


def test_a_contract_coded_to_what_is_not_linked_is_invalid_until_that_is(office: Office) -> None:
    office.bring_and_link("projects", "vendors", "sub_jobs")
    office.bring(NAME)
    item = staged(office)
    assert item.state is State.INVALID
    assert {problem.code for problem in item.problems} == {Code.COST_CODE_MISSING, Code.COST_TYPE_MISSING}
    assert len(item.problems) == 24
    assert item.problems[0].message == "lines[1].cost_code: Cost code 01-110 is not linked to Procore."
    office.bring("cost_codes", "cost_types")
    (done,) = retry(office.world, DANA, [item.id])
    office.play(done.run)
    assert (staged(office).state, staged(office).problems) == (State.STAGED, ())


def test_a_change_in_intacct_is_offered_and_brought_into_procore_when_accepted(ready: Office) -> None:
    enter_contract(
        ready, "24-107-U", ("31-620", "QTY", "19", "1860", "EA"), ("03-300", "PRICE", "250.00", "", ""), ("05-120", "PRICE", "7", "", "")
    )
    ready.bring(NAME)
    key = staged(ready, "24-107-U").id
    accept(ready.world, DANA, [key], {"accounting_method": "unit"})
    before = {line["description"]: line["id"] for line in contract(ready, "24-107-U")["line_items"]}
    assert ready.bring(NAME).counts.get("staged", 0) == 0
    keys = {
        str(row["PROJECTCONTRACTLINEID"]): str(row["RECORDNO"])
        for row in ready.held("PROJECTCONTRACTLINE", ("PROJECTCONTRACTLINEID",), PROJECTCONTRACTID="24-107-U")
    }
    revise(ready, keys["2"], "-50.00")
    by_hand(ready, f"<delete><object>PROJECTCONTRACTLINE</object><keys>{keys['3']}</keys></delete>")
    enter_line(ready, "24-107-U", "4", ("08-440", "PRICE", "99.99", "", ""))
    ready.bring(NAME)
    offered = ready.item(key)
    assert (offered.state, str(offered.amount), offered.procore_id) == (State.STAGED, "35639.99", ready.id(NAME, number="24-107-U"))
    (done,) = accept(ready.world, DANA, [key])
    assert (done.state, done.violation, done.said) == (State.IMPORTED, None, "change brought to Procore")
    shown = contract(ready, "24-107-U")
    assert (shown["grand_total"], shown["accounting_method"]) == ("35639.99", "unit")
    assert [line["extended_type"] for line in shown["line_items"]] == ["calculated", "manual", "manual"]
    after = {line["description"]: line["id"] for line in shown["line_items"]}
    assert after == {"Line 1": before["Line 1"], "Line 2": before["Line 2"], "Line 4": after["Line 4"]}
    pair = ready.references.by_procore(NAME, [offered.procore_id])[offered.procore_id]
    assert {name for name in pair.detail if name.startswith("line:")} == {f"line:{line}" for line in after.values()}
    assert ready.bring(NAME, full=True).counts.get("staged", 0) == 0


def test_a_change_that_intacct_takes_back_is_offered_no_more(ready: Office) -> None:
    link_all_suggested(ready.world, DANA, NAME)
    item = staged(ready)
    for name, state in (("Other name", State.STAGED), (item.title, State.IMPORTED)):
        by_hand(ready, f"<update><PROJECTCONTRACT><RECORDNO>{item.intacct_key}</RECORDNO><NAME>{name}</NAME></PROJECTCONTRACT></update>")
        ready.bring(NAME)
        assert staged(ready).state is state


def test_a_contract_that_is_signed_keeps_its_lines_and_says_why(ready: Office) -> None:
    link_all_suggested(ready.world, DANA, NAME)
    revise(ready, line_key(ready, "010"), "5000")
    ready.bring(NAME)
    (done,) = accept(ready.world, DANA, [staged(ready).id])
    assert done.state is State.STAGED
    (problem,) = staged(ready).problems
    assert "cannot be changed while the status is Approved" in problem.their_words
    ready.api.send(
        "PATCH",
        f"/rest/v1.0/prime_contract/{ready.id(NAME, number=NUMBER)}",
        {"project_id": int(ready.project(TERMINAL)), "prime_contract": {"status": "Draft"}},
    )
    assert accept(ready.world, DANA, [staged(ready).id])[0].state is State.IMPORTED
    assert contract(ready)["line_items"][0]["amount"] == "2390000.0"


def test_our_own_change_orders_are_no_change_of_the_contract(ready: Office) -> None:
    link_all_suggested(ready.world, DANA, NAME)
    order, project = ready.id("change_orders", title="Canopy lighting"), ready.project(TERMINAL)
    assert ready.export("prime_contract_change_orders", order, project).state is State.SYNCED
    run = ready.bring(NAME, full=True)
    assert run.counts == {"read": 1, "unchanged": 1}


def test_a_contract_of_another_integration_is_not_linked(ready: Office) -> None:
    tables = ready.procore.store
    row = tables[NAME].find(number=NUMBER)
    assert row is not None
    tables[NAME].update(row, {"origin_id": "other:1"})
    done = link(ready.world, DANA, staged(ready).id, str(row["id"]))
    assert done.violation is not None
    assert done.violation.code is Code.ORIGIN_NOT_OURS


def test_a_contract_waits_for_its_job(office: Office) -> None:
    office.bring(NAME)
    item = staged(office)
    assert (item.state, item.waits_for, codes(item.problems)) == (State.INVALID, f"projects {TERMINAL}", ["PROJECT_NOT_SYNCED"])
