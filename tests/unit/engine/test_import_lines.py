"""Records with lines: read together, compared with what Procore holds, and sent only where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from connector.core.errors import Code
from connector.core.item import State
from connector.core.spec import Leg
from connector.core.tenant import Tenant
from connector.engine.held_lines import with_lines
from connector.engine.staging import accept, archive, link, restore
from connector.objects import prime_contracts
from connector.ports import CrossReference
from tests.doubles import ManualClock, MemoryPayloads
from tests.unit.engine.import_stage import DANA, ImportStage, Ledger

CONTRACTS: Final = "/rest/v1.0/prime_contracts"
NAME: Final = "prime_contracts"
(LEG,) = (leg for leg in prime_contracts.SYNC.imports if isinstance(leg, Leg))


@pytest.fixture
def stage() -> ImportStage:
    made = ImportStage()
    made.world.rooms[NAME] = prime_contracts.SYNC  # type: ignore[index]  # a dict, here
    made.link_job("24-107", "77")
    made.procore.singular["/rest/v1.0/prime_contract"] = CONTRACTS
    for name, key, procore_id in (
        ("cost_codes", "24-107/03-300", "911"),
        ("cost_codes", "24-107/31-620", "912"),
        ("cost_types", "STANDARDCOSTTYPE/SUB", "71"),
    ):
        made.references.link(
            [CrossReference(object=name, procore_id=procore_id, intacct_key=key, intacct_id=key.partition("/")[2], project_id="77")]
        )
    return made


def contract(stage: ImportStage, *lines: tuple[str, str, str]) -> str:
    """A contract with lines of code, type and price. Returns the id of the staged item there will be."""
    made = stage.intacct.put(
        "PROJECTCONTRACT", {"PROJECTCONTRACTID": "PC-1", "NAME": "Contract", "PROJECTID": "24-107", "CONTRACTDATE": "11/01/2026"}
    )
    for number, (code, kind, price) in enumerate(lines, start=1):
        line(stage, str(number), code, kind, price)
    return f"staged:{NAME}:{made['RECORDNO']}"


def line(stage: ImportStage, line_id: str, code: str, kind: str, price: str) -> tuple[dict[str, str], dict[str, str]]:
    coding = {"PROJECTID": "24-107", "TASKID": code, "COSTTYPEID": kind}
    made = stage.intacct.put(
        "PROJECTCONTRACTLINE", {"PROJECTCONTRACTID": "PC-1", "PROJECTCONTRACTLINEID": line_id, "NAME": f"Line {line_id}", **coding}
    )
    entry = {"PROJECTCONTRACTLINEKEY": made["RECORDNO"], "WFTYPE": "original", "PRICE": price, **coding}
    return made, stage.intacct.put("PROJECTCONTRACTLINEENTRY", entry)


def theirs(stage: ImportStage, *lines: Mapping[str, Any]) -> str:
    """A contract in Procore."""
    row = stage.procore.put(f"{CONTRACTS}?77", number="PC-1", title="Contract")
    for each in lines:
        stage.procore.put(f"{CONTRACTS}/{row['id']}/line_items?77", description="", **each)
    return str(row["id"])


def coded(code: int, amount: str, kind: int | None = 71) -> dict[str, Any]:
    return {"amount": amount, "cost_code": {"id": code, "full_code": str(code)}, "line_item_type": kind and {"id": kind, "code": "SUB"}}


def test_a_change_of_an_entry_alone_is_seen(stage: ImportStage) -> None:
    key = contract(stage, ("03-300", "SUB", "100.00"))
    stage.run(NAME)
    assert str(stage.item(key).amount) == "100.00"
    stage.clock.move(600)
    entry = stage.intacct.tables["PROJECTCONTRACTLINEENTRY"][0]
    stage.intacct.put("PROJECTCONTRACTLINEENTRY", {**entry, "PRICE": "120.00"})
    stage.run(NAME)
    assert (str(stage.item(key).amount), stage.state.history(key)[-1].what) == ("120.00", "changed in Intacct")


def test_a_line_of_a_sub_job_makes_its_contract_be_read_again(stage: ImportStage) -> None:
    key = contract(stage, ("03-300", "SUB", "100.00"))
    stage.run(NAME)
    stage.clock.move(600)
    stage.intacct.put("PROJECTCONTRACTLINE", {**stage.intacct.tables["PROJECTCONTRACTLINE"][0], "NAME": "Walls"})
    for table in ("PROJECTCONTRACTLINE", "PROJECTCONTRACTLINEENTRY"):
        stage.intacct.tables[table][0]["PROJECTID"] = "24-107-A"
    stage.run(NAME)
    assert (stage.item(key).state, stage.item(key).problems[0].code) == (State.INVALID, Code.COST_CODE_MISSING)


def test_lines_are_read_by_a_thousand_keys_a_query() -> None:
    intacct = Ledger(ManualClock())
    page = [{"RECORDNO": str(number), "PROJECTCONTRACTID": f"PC-{number}"} for number in range(1001)]
    for number in (0, 1000):
        intacct.put("PROJECTCONTRACTLINE", {"PROJECTCONTRACTID": f"PC-{number}", "NAME": f"of {number}"})
    whole = with_lines(intacct, Tenant(), LEG.record, LEG.lines, page, entity="")
    asked = [len(query.where[0].values) for query in intacct.asked if query.object == "PROJECTCONTRACTLINE"]
    assert asked == [1000, 1]
    found: dict[str, Any] = {str(row["RECORDNO"]): row["PROJECTCONTRACTLINE"] for row in whole}
    assert {key: [each["NAME"] for each in lines] for key, lines in found.items() if lines} == {"0": ["of 0"], "1000": ["of 1000"]}


def test_only_the_line_that_changed_is_sent(stage: ImportStage) -> None:
    key = contract(stage, ("03-300", "SUB", "100.00"), ("31-620", "SUB", "7.00"))
    stage.run(NAME)
    assert accept(stage.world, DANA, [key])[0].state is State.IMPORTED
    assert [each["amount"] for each in stage.procore.sent] == ["100.00", "7.00"]
    stage.clock.move(600)
    entry = stage.intacct.tables["PROJECTCONTRACTLINEENTRY"][1]
    stage.intacct.put("PROJECTCONTRACTLINEENTRY", {**entry, "PRICE": "8.00"})
    stage.run(NAME)
    stage.forget_calls()
    assert accept(stage.world, DANA, [key])[0].said == "change brought to Procore"
    (sent,) = stage.procore.sent
    assert {name: value for name, value in sent.items() if name != "id"} == {
        "amount": "8.00",
        "origin_id": f"intacct:PROJECTCONTRACTLINE:{stage.intacct.tables['PROJECTCONTRACTLINE'][1]['RECORDNO']}",
    }


def test_an_offer_left_aside_stays_aside(stage: ImportStage) -> None:
    key = contract(stage, ("03-300", "SUB", "100.00"))
    stage.run(NAME)
    accept(stage.world, DANA, [key])
    stage.clock.move(600)
    stage.intacct.put("PROJECTCONTRACT", {**stage.intacct.tables["PROJECTCONTRACT"][0], "NAME": "Other name"})
    stage.run(NAME)
    archive(stage.world, DANA, [key])
    stage.run(NAME, full=True)
    assert stage.item(key).state is State.ARCHIVED
    restore(stage.world, DANA, [key])
    assert accept(stage.world, DANA, [key])[0].said == "change brought to Procore"


def test_a_link_is_not_another_way_to_take_an_offer(stage: ImportStage) -> None:
    key = contract(stage, ("03-300", "SUB", "100.00"))
    stage.run(NAME)
    accept(stage.world, DANA, [key])
    stage.clock.move(600)
    stage.intacct.put("PROJECTCONTRACT", {**stage.intacct.tables["PROJECTCONTRACT"][0], "NAME": "Other name"})
    stage.run(NAME)
    done = link(stage.world, DANA, key, stage.item(key).procore_id)
    assert done.violation is not None
    assert done.violation.code is Code.LINKED_ELSEWHERE


def test_a_linked_contract_that_cannot_be_read_any_more_is_listed(stage: ImportStage) -> None:
    key = contract(stage, ("03-300", "SUB", "100.00"))
    stage.run(NAME)
    accept(stage.world, DANA, [key])
    stage.clock.move(600)
    row = stage.intacct.tables["PROJECTCONTRACT"][0]
    stage.intacct.put("PROJECTCONTRACT", {**row, "CONTRACTDATE": "in spring"})
    stage.run(NAME)
    assert (stage.item(key).state, stage.item(key).problems[0].field) == (State.INVALID, "contract_date")
    stage.clock.move(600)
    stage.intacct.put("PROJECTCONTRACT", {**row, "CONTRACTDATE": "11/01/2026"})
    stage.run(NAME)
    assert (stage.item(key).state, stage.item(key).problems) == (State.IMPORTED, ())


def test_what_was_not_kept_is_imported_again_before_it_is_accepted(stage: ImportStage) -> None:
    key = contract(stage, ("03-300", "SUB", "100.00"))
    stage.run(NAME)
    emptied = replace(stage.world, payloads=MemoryPayloads())
    (done,) = accept(emptied, DANA, [key])
    assert done.violation is not None
    assert (done.violation.code, done.violation.message) == (
        Code.NOT_WAITING,
        "Contract was not kept with its lines: import everything of it again.",
    )
    assert {method for method, _ in stage.procore.called} == {"GET"}
    stage.world = emptied
    stage.run(NAME, full=True)
    assert accept(emptied, DANA, [key])[0].state is State.IMPORTED


@pytest.mark.parametrize(
    ("ours", "lines", "said"),
    [
        ((("03-300", "SUB", "5.00"), ("31-620", "SUB", "7.00")), (coded(912, "7.00"), coded(911, "5.00")), ()),
        ((("03-300", "", "5.00"),), (coded(911, "5.00"),), ()),
        ((("", "", "5.00"), ("03-300", "SUB", "5.00")), (coded(911, "5.00"), coded(912, "5.00")), ()),
        ((("03-300", "SUB", "5.00"),), (coded(911, "5.01"),), ("Line 1 (03-300 SUB): Intacct has 5.00, Procore 5.01.",)),
        (
            (("03-300", "", "5.00"),),
            (coded(911, "5.01"), coded(911, "4.99", None)),
            (
                "Line 1 (03-300, 5.00) has no line of the same coding in Procore.",
                "Procore has a line more (911 SUB, 5.01).",
                "Procore has a line more (911, 4.99).",
            ),
        ),
    ],
    ids=["another order", "no type in Intacct", "the coded one chooses first", "another amount", "two that may be it"],
)
def test_lines_are_paired_by_coding(
    stage: ImportStage, ours: tuple[tuple[str, str, str], ...], lines: tuple[dict[str, Any], ...], said: tuple[str, ...]
) -> None:
    key = contract(stage, *ours)
    procore_id = theirs(stage, *lines)
    stage.run(NAME)
    link(stage.world, DANA, key, procore_id)
    assert tuple(problem.message for problem in stage.item(key).problems) == said
    assert stage.item(key).state is (State.STAGED if said else State.LINKED)
