"""The ledger's costs against both simulators: what stands in Procore is what the ledger holds, entry by entry."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

import pytest

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import Function, SyncAnswer, Written
from connector.core.item import Item, State
from connector.core.tenant import Tenant
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.company import terminal
from tests.integration.rooms.contracts import ELECTRICAL, Contract, open_office
from tests.integration.rooms.office import Office, codes
from tests.proof.stage import Addresses

HALL: Final = "24-107-A"
CASH: Final = "1010"


@pytest.fixture
def linked(office: Office) -> Office:
    office.bring_first()
    return office


def journal(office: Office, day: str, *lines: dict[str, str]) -> str:
    """A journal entry: ``lines`` are debits (credits where negative) on job cost, the rest on cash. Returns its key."""
    entries: list[Any] = [("GLENTRY", _line(line)) for line in lines]
    balance = -sum(Decimal(line["amount"]) for line in lines)
    if balance:
        entries.append(("GLENTRY", _line({"amount": str(balance), "account": CASH})))
    body = [("JOURNAL", "GJ"), ("BATCH_DATE", day), ("BATCH_TITLE", "Costs"), ("ENTRIES", entries)]
    (office_key,) = _done(office, "create", [("GLBATCH", body)])
    return office_key


def _line(line: dict[str, str]) -> list[tuple[str, str]]:
    amount = Decimal(line["amount"])
    job = line.get("job", TERMINAL) if "code" in line else ""
    coding = [("PROJECTID", job), ("TASKID", line.get("code", "")), ("COSTTYPEID", line.get("type", ""))]
    return [
        ("ACCOUNTNO", line.get("account", "5010")),
        ("TRX_AMOUNT", str(abs(amount))),
        ("TR_TYPE", "1" if amount > 0 else "-1"),
        ("LOCATION", "100"),
        ("DOCUMENT", line.get("document", "")),
        ("DESCRIPTION", line.get("text", "")),
        *((name, value) for name, value in coding if value),
        *((("VENDORID", line["vendor"]),) if "vendor" in line else ()),
    ]


def _done(office: Office, function: str, body: Any) -> tuple[str, ...]:
    office.entered += 1
    answer = office.gateway.write([Function(name=function, body=body, controlid=f"journal-{office.entered}")])
    assert answer.written is Written.DONE, answer.violations
    return answer.keys


def in_procore(office: Office) -> list[dict[str, Any]]:
    """Live direct costs with their live lines."""
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in office.procore.store["line_items"].live(holder_type="DirectCost"):
        lines[row["holder_id"]].append(row)
    return [{**row, "lines": lines[row["id"]]} for row in office.procore.store["direct_costs"].live()]


def amounts(office: Office) -> list[list[Decimal]]:
    return sorted(sorted(line["amount"] for line in cost["lines"]) for cost in in_procore(office))


def listed(office: Office) -> list[Item]:
    return [item for item in office.state if item.object == "direct_costs" and item.state is State.INVALID]


def sums_in_procore(office: Office) -> dict[tuple[str, ...], Decimal]:
    """By job, cost code, cost type and month."""
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    codes_, types = ({pair.procore_id: pair for pair in office.references.of_object(name)} for name in ("cost_codes", "cost_types"))
    for cost in in_procore(office):
        for line in cost["lines"]:
            job, _, code = codes_[str(line["cost_code_id"])].intacct_key.partition("/")
            kind = types[str(line["line_item_type_id"])].intacct_id
            assert office.project(TERMINAL) == str(cost["project_id"])
            found[job, code, kind, str(cost["direct_cost_date"])[:7]] += line["amount"]
    return {key: value for key, value in found.items() if value}


def sums_in_the_ledger(office: Office, until: str) -> dict[tuple[str, ...], Decimal]:
    """Of entries with a job, on accounts of job cost."""
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in office.intacct.store.all("GLDETAIL"):
        month = row["ENTRY_DATE"][:7]
        if row["PROJECTID"] and row["ACCOUNTNO"].startswith("50") and month <= until:
            found[row["PROJECTID"], row["TASKID"], row["COSTTYPEID"], month] += Decimal(row["DEBITAMOUNT"]) - Decimal(row["CREDITAMOUNT"])
    return {key: value for key, value in found.items() if value}


REBAR: Final = {"amount": "1250.40", "code": "03-300", "type": "M", "document": "T-88", "text": "Rebar", "account": "5020"}


def test_an_entry_becomes_a_line_of_a_cost(linked: Office) -> None:
    journal(linked, "05/12/2026", REBAR)
    run = linked.bring("direct_costs")
    (cost,) = in_procore(linked)
    (line,) = cost["lines"]
    assert (cost["direct_cost_type"], cost["status"], str(cost["direct_cost_date"])) == ("expense", "approved", "2026-05-12")
    assert cost["description"] == "5020 Job Cost - Materials, 2026-05, T-88"
    assert (line["amount"], line["description"]) == (Decimal("1250.40"), "Rebar")
    code = linked.references.by_intacct("cost_codes", [f"{TERMINAL}/03-300"])[f"{TERMINAL}/03-300"]
    assert (str(line["cost_code_id"]), str(cost["project_id"])) == (code.procore_id, linked.project(TERMINAL))
    assert run.counts == {"read": 1, "written": 1}


def test_a_second_look_writes_nothing(linked: Office) -> None:
    journal(linked, "05/12/2026", REBAR)
    linked.bring("direct_costs")
    before, calls = linked.references.written, linked.api.calls
    run = linked.bring("direct_costs", full=True)
    assert (run.counts, linked.references.written, linked.api.calls) == ({"read": 1, "unchanged": 1}, before, calls)


def test_a_reversal_is_a_line_below_zero_and_payroll_is_told_apart(linked: Office) -> None:
    journal(linked, "05/12/2026", REBAR, {"amount": "300", "code": "03-300", "type": "M", "document": "T-88"})
    journal(linked, "05/20/2026", {**REBAR, "amount": "-1250.40"})
    linked.bring("direct_costs")
    assert {cost["direct_cost_type"]: sorted(line["amount"] for line in cost["lines"]) for cost in in_procore(linked)} == {
        "expense": [Decimal("-1250.40"), Decimal("1250.40")],
        "payroll": [Decimal(300)],
    }


def test_an_entry_that_is_taken_back_is_taken_off_and_one_more_is_put_on(linked: Office) -> None:
    batch = journal(linked, "05/12/2026", REBAR)
    journal(linked, "05/13/2026", {**REBAR, "amount": "10"})
    linked.bring("direct_costs")
    _done(linked, "delete", [("object", "GLBATCH"), ("keys", batch)])
    journal(linked, "05/14/2026", {**REBAR, "amount": "20"})
    linked.bring("direct_costs")
    assert amounts(linked) == [[Decimal(10), Decimal(20)]]
    (cost,) = in_procore(linked)
    assert str(cost["direct_cost_date"]) == "2026-05-14"


def test_a_cost_whose_entries_are_all_gone_stays_without_lines_and_is_filled_again(linked: Office) -> None:
    batch = journal(linked, "05/12/2026", REBAR)
    linked.bring("direct_costs")
    _done(linked, "delete", [("object", "GLBATCH"), ("keys", batch)])
    linked.bring("direct_costs")
    assert amounts(linked) == [[]]
    assert linked.bring("direct_costs").counts == {"unchanged": 1}
    journal(linked, "05/12/2026", REBAR)
    linked.bring("direct_costs")
    assert amounts(linked) == [[Decimal("1250.40")]]


def test_an_entry_of_a_closed_month_that_changes_is_found_by_its_stamp(linked: Office) -> None:
    batch = journal(linked, "02/12/2026", REBAR)
    linked.bring("direct_costs")
    lines = [("GLENTRY", _line({**REBAR, "amount": "99"})), ("GLENTRY", _line({"amount": "-99", "account": CASH}))]
    _done(linked, "update", [("GLBATCH", [("RECORDNO", batch), ("ENTRIES", lines)])])
    linked.bring("direct_costs")
    assert amounts(linked) == [[Decimal(99)]]


def test_without_a_stamp_the_last_months_are_compared_and_older_ones_on_demand(linked: Office) -> None:
    linked.state.save_tenant(Tenant(lacking={"GLDETAIL": frozenset({"MODIFIED", "WHENMODIFIED"})}).model_dump_json())
    linked.bring("direct_costs")
    journal(linked, "02/12/2026", {**REBAR, "amount": "1"})
    journal(linked, "05/12/2026", {**REBAR, "amount": "2"})
    linked.bring("direct_costs")
    assert amounts(linked) == [[Decimal(2)]]
    linked.bring("direct_costs", full=True)
    assert amounts(linked) == [[Decimal(1)], [Decimal(2)]]


def test_what_is_dated_later_than_this_month_comes_when_its_month_does(linked: Office) -> None:
    journal(linked, "06/30/2026", {**REBAR, "amount": "1"})
    journal(linked, "07/01/2026", {**REBAR, "amount": "2"})
    linked.bring("direct_costs")
    assert amounts(linked) == [[Decimal(1)]]
    linked.clock.move(30 * 24 * 3600)
    linked.bring("direct_costs")
    assert amounts(linked) == [[Decimal(1)], [Decimal(2)]]


def test_an_account_for_costs_that_is_not_marked_is_listed_and_comes_once_it_is(linked: Office) -> None:
    insurance = {**REBAR, "account": "6300"}
    journal(linked, "02/12/2026", insurance, {**insurance, "amount": "9.60"}, {**REBAR, "account": "4010"})
    linked.bring("direct_costs")
    (item,) = listed(linked)
    assert codes(item.problems) == [Code.ACCOUNT_NOT_MAPPED]
    assert item.problems[0].message == (
        "2 entries of 2026-02 on 24-107, 1260.00: Account 6300 Insurance has no PC Account Type and no PC Cost Types."
    )
    assert in_procore(linked) == []
    body = [("GLACCOUNT", [("ACCOUNTNO", "6300"), ("PC_ACCOUNT_TYPE", "Expense"), ("PC_COST_TYPES", "Expense")])]
    _done(linked, "update", body)
    linked.bring("direct_costs")
    assert (listed(linked), amounts(linked)) == ([], [[Decimal("9.60"), Decimal("1250.40")]])


def test_an_entry_that_is_not_coded_is_listed_and_the_others_go(linked: Office) -> None:
    enter_code(linked, "03-900")
    journal(linked, "02/12/2026", REBAR, {**REBAR, "code": "03-900", "amount": "7"})
    linked.bring("direct_costs")
    (item,) = listed(linked)
    assert (codes(item.problems), item.title) == ([Code.COST_CODE_MISSING], "5020, 2026-02")
    assert amounts(linked) == [[Decimal("1250.40")]]
    linked.bring("cost_codes")
    linked.bring("cost_types")
    linked.bring("direct_costs")
    assert (listed(linked), amounts(linked)) == ([], [[Decimal(7), Decimal("1250.40")]])


def enter_code(office: Office, code: str) -> None:
    office.enter("TASK", PROJECTID=TERMINAL, TASKID=code, NAME=f"Code {code}", TASKSTATUS="Not Started")
    office.enter("COSTTYPE", PROJECTID=TERMINAL, TASKID=code, STANDARDCOSTTYPEID="M")


def test_a_sub_jobs_entry_goes_to_its_project_under_the_sub_jobs_code(linked: Office) -> None:
    journal(linked, "05/12/2026", {**REBAR, "job": HALL})
    linked.bring("direct_costs")
    (cost,) = in_procore(linked)
    code = linked.references.by_intacct("cost_codes", [f"{HALL}/03-300"])[f"{HALL}/03-300"]
    assert (str(cost["project_id"]), str(cost["lines"][0]["cost_code_id"])) == (linked.project(TERMINAL), code.procore_id)


@pytest.mark.parametrize(("by", "costs"), [("account", 2), ("vendor", 3), ("document", 4)])
def test_entries_are_put_together_as_the_setting_says(linked: Office, by: str, costs: int) -> None:
    linked.configure(direct_costs_by=by)
    vendor = next(pair for pair in linked.references.of_object("vendors"))
    journal(
        linked,
        "05/12/2026",
        REBAR,
        {**REBAR, "document": "T-89"},
        {**REBAR, "vendor": vendor.intacct_id},
        {**REBAR, "account": "5030"},
    )
    linked.bring("direct_costs")
    found = in_procore(linked)
    assert len(found) == costs
    whose = [str(cost["vendor_id"]) for cost in found if cost["vendor_id"]]
    assert whose == ([] if by == "account" else [vendor.procore_id])
    assert sums_in_procore(linked) == sums_in_the_ledger(linked, "2026-06")


def test_a_cost_has_a_hundred_lines_at_most(linked: Office) -> None:
    batch = journal(linked, "05/12/2026", *({**REBAR, "amount": str(number)} for number in range(1, 206)))
    linked.bring("direct_costs")
    assert sorted(len(cost["lines"]) for cost in in_procore(linked)) == [5, 100, 100]
    lines = [("GLENTRY", _line({**REBAR, "amount": "5"})), ("GLENTRY", _line({"amount": "-5", "account": CASH}))]
    _done(linked, "update", [("GLBATCH", [("RECORDNO", batch), ("ENTRIES", lines)])])
    linked.bring("direct_costs")
    assert amounts(linked) == [[], [], [Decimal(5)]]


def test_another_worker_in_the_project_is_waited_for(linked: Office) -> None:
    journal(linked, "05/12/2026", REBAR)
    assert linked.world.leases.acquire(f"direct_costs:{linked.project(TERMINAL)}", holder="another", seconds=610)
    begin = linked.clock.now()
    linked.bring("direct_costs")
    assert (linked.clock.now() - begin).total_seconds() >= 600 + 15
    assert amounts(linked) == [[Decimal("1250.40")]]


@pytest.mark.proof
def test_ten_thousand_entries_come_to_the_ledgers_sums_and_again_to_nothing(addresses: Addresses) -> None:
    office = Office(addresses, terminal(), {"GLDETAIL": 10_000})
    try:
        office.configure(direct_costs_by="vendor")
        office.bring_first()
        run = office.bring("direct_costs")
        expected = sums_in_the_ledger(office, "2026-06")
        assert len(expected) > 100
        assert sums_in_procore(office) == expected
        assert listed(office) == []
        calls, written = office.api.calls, office.references.written
        again = office.bring("direct_costs", full=True)
        assert (set(again.counts), office.api.calls, office.references.written) == ({"read", "unchanged"}, calls, written)
        assert again.counts["read"] == run.counts["read"]
    finally:
        office.close()


def test_what_comes_of_invoices_sent_from_procore_is_not_counted_twice(office: Office) -> None:
    open_office(office)
    contract = Contract(office, ELECTRICAL).synced()
    line = {"line_item_id": contract.line(0)["id"], "item_type": "contract_item", "work_completed_this_period": "500.00"}
    invoice = contract.invoice("2026-06-01", line)
    assert office.export("subcontractor_invoices", invoice, contract.project).problems == ()
    own = [row for row in office.intacct.store.all("GLDETAIL") if row["ACCOUNTNO"].startswith("50")]
    assert [Decimal(row["DEBITAMOUNT"]) for row in own] == [Decimal(500)]
    journal(office, "06/01/2026", {**REBAR, "amount": "7"})
    assert office.bring("direct_costs").counts == {"read": 2, "left_out": 1, "written": 1}
    assert amounts(office) == [[Decimal(7)]]


def test_an_account_that_is_marked_otherwise_moves_its_entries_of_any_month(linked: Office) -> None:
    journal(linked, "02/12/2026", REBAR)
    linked.bring("direct_costs")
    _done(linked, "update", [("GLACCOUNT", [("ACCOUNTNO", "5020"), ("PC_ACCOUNT_TYPE", "Payroll"), ("PC_COST_TYPES", "Payroll")])])
    linked.bring("direct_costs")
    found = {cost["direct_cost_type"]: [line["amount"] for line in cost["lines"]] for cost in in_procore(linked)}
    assert found == {"expense": [], "payroll": [Decimal("1250.40")]}


def test_a_project_in_which_procore_is_busy_is_listed_and_done_by_the_next_import(linked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    journal(linked, "02/12/2026", REBAR)
    with monkeypatch.context() as busy:
        busy.setattr(linked.api, "sync", _busy)
        linked.bring("direct_costs")
    (item,) = listed(linked)
    assert (item.title, codes(item.problems)) == ("Job 24-107, 2026-02", [Code.REFUSED_BY_PROCORE])
    linked.bring("direct_costs")
    assert (listed(linked), amounts(linked)) == ([], [[Decimal("1250.40")]])


def test_a_line_that_procore_refuses_is_listed_and_done_by_the_next_import(linked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    journal(linked, "02/12/2026", REBAR, {**REBAR, "amount": "7"})
    sync = linked.api.sync

    def without_the_last(path: str, envelope: Any, updates: Any, *rest: Any, **more: Any) -> list[SyncAnswer]:
        answers = sync(path, envelope, updates[:-1] if "line_items" in path else updates, *rest, **more)
        refusal = Violation(code=Code.REFUSED_BY_PROCORE, field="amount", message="Procore refused the line.")
        return answers + [SyncAnswer(position=len(answers), entity=None, violations=(refusal,))] * ("line_items" in path)

    with monkeypatch.context() as picky:
        picky.setattr(linked.api, "sync", without_the_last)
        run = linked.bring("direct_costs")
    assert (run.counts["refused"], [item.title for item in listed(linked)]) == (1, ["5020 Job Cost - Materials, 2026-02, T-88"])
    assert len(amounts(linked)[0]) == 1
    linked.bring("direct_costs")
    assert (listed(linked), amounts(linked)) == ([], [[Decimal(7), Decimal("1250.40")]])


def _busy(*_given: Any, **_more: Any) -> None:
    raise ConnectorError(Code.REFUSED_BY_PROCORE, "Procore answered 409 to PATCH.")
