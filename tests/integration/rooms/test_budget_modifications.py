"""Changes of a locked budget become revisions of estimates, against both simulators."""

from __future__ import annotations

from typing import Final

import pytest

from connector.core.item import Item, State
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.office import Office, codes
from tests.integration.rooms.test_budgets import in_intacct, in_procore

HALL: Final = "24-107-A"
BERTH: Final = "24-107-B"
TRANSFER: Final = "Apron edge reinforcing from hall concrete"
GROWTH: Final = "Owner change: canopy lighting"


@pytest.fixture
def ready(office: Office) -> Office:
    """The budget is in Intacct."""
    office.bring_first()
    project = office.project(TERMINAL)
    assert office.export("budgets", project, project).state is State.SYNCED
    return office


def export(office: Office, title: str, **choices: str) -> Item:
    return office.export("budget_modifications", office.id("budget_changes", title=title), office.project(TERMINAL), choices)


def refused(office: Office, title: str, **choices: str) -> list[str]:
    sent = office.send("budget_modifications", office.id("budget_changes", title=title), office.project(TERMINAL), choices)
    return codes(sent.violations)


def modification(office: Office, **values: object) -> str:
    """The company still has budget modifications, and somebody makes one."""
    office.procore.settings.budget_feature = "modifications"
    office.configure(budget_feature="modifications")
    path = f"/rest/v1.0/projects/{office.project(TERMINAL)}/budget_modifications"
    return str(office.api.send("POST", path, {"budget_modification": values})["id"])


def budget_line(office: Office, job: str, code: str, kind: str) -> int:
    tables = office.procore.store
    sub_job = tables["sub_jobs"].find(code=job)
    cost_code = tables["cost_codes"].find(full_code=code, sub_job_id=sub_job["id"] if sub_job else None)
    cost_type = tables["line_item_types"].find(code=kind)
    assert cost_code is not None
    assert cost_type is not None
    line = tables["budget_line_items"].find(cost_code_id=cost_code["id"], line_item_type_id=cost_type["id"])
    assert line is not None
    return int(line["id"])


def test_a_transfer_becomes_two_deltas_in_the_estimates_of_its_sub_jobs(ready: Office) -> None:
    item = export(ready, TRANSFER)
    assert (item.state, item.written_back, item.problems, str(item.amount)) == (State.SYNCED, True, (), "18000.00")
    assert in_intacct(ready, "revision") == {(BERTH, "03-200", "SUB"): 18000, (HALL, "03-300", "SUB"): -18000}


def test_the_original_entries_stay_as_they_are(ready: Office) -> None:
    before = ready.held("PJESTIMATEENTRY", ("AMOUNT", "WHENMODIFIED"), WFTYPE="original")
    export(ready, TRANSFER)
    assert ready.held("PJESTIMATEENTRY", ("AMOUNT", "WHENMODIFIED"), WFTYPE="original") == before
    assert in_intacct(ready) == in_procore(ready)


def test_a_transaction_goes_once(ready: Office) -> None:
    export(ready, TRANSFER)
    project, change = ready.project(TERMINAL), ready.id("budget_changes", title=TRANSFER)
    with pytest.raises(Exception, match="is synced and cannot be sent again"):
        ready.send("budget_modifications", change, project)
    assert len(ready.held("PJESTIMATEENTRY", ("AMOUNT",), WFTYPE="revision")) == 2


def test_growth_needs_a_word_and_takes_the_type_that_was_chosen(ready: Office) -> None:
    assert refused(ready, GROWTH) == ["TOTALS_DISAGREE"]
    item = export(ready, GROWTH, changes_total="yes", revision_type="approved change")
    assert item.state is State.SYNCED
    assert in_intacct(ready, "approved change") == {(HALL, "26-510", "SUB"): 84320, (HALL, "05-120", "SUB"): 12150}


def test_growth_that_prime_change_orders_bring_is_refused(ready: Office) -> None:
    ready.configure(prime_change_orders="contract and estimate")
    assert refused(ready, GROWTH, changes_total="yes") == ["SETTINGS_FORBID"]
    assert refused(ready, TRANSFER) == []


def test_a_draft_is_refused(ready: Office) -> None:
    assert refused(ready, "Dredging savings to apron lighting") == ["NOT_APPROVED_IN_PROCORE"]


def test_the_budget_goes_first_in_one_run(office: Office) -> None:
    office.bring_first()
    item = export(office, TRANSFER)
    assert item.pending == (f"budgets:{office.project(TERMINAL)}",)
    assert (item.state, office.item(item.pending[0]).state) == (State.SYNCED, State.SYNCED)
    assert len(in_intacct(office, "revision")) == 2


def test_an_estimate_made_in_intacct_is_revised_as_well(office: Office) -> None:
    office.bring_first()
    for job in (TERMINAL, HALL, BERTH):
        office.enter("PJESTIMATE", PJESTIMATEID=f"BY-HAND-{job[-1]}", PROJECTID=job)
    item = export(office, TRANSFER)
    assert (item.state, item.pending, item.intacct_id) == (State.SYNCED, (), "BY-HAND-A")


def test_a_sub_job_without_an_estimate_gets_one(office: Office) -> None:
    office.bring_first()
    for job in (TERMINAL, HALL):
        office.enter("PJESTIMATE", PJESTIMATEID=f"{job}-EST", PROJECTID=job)
    assert export(office, TRANSFER).state is State.SYNCED
    (opened,) = office.held("PJESTIMATE", ("PJESTIMATEID", "ISPRIMARY"), PROJECTID=BERTH)
    assert (opened["PJESTIMATEID"], opened["ISPRIMARY"]) == ("24-107-B-EST", "true")


def test_the_older_modifications_go_too_and_are_marked_in_procore(ready: Office) -> None:
    to, source = budget_line(ready, BERTH, "26-560", "SUB"), budget_line(ready, BERTH, "35-200", "SUB")
    made = modification(
        ready, to_budget_line_item_id=to, from_budget_line_item_id=source, transfer_amount="24600.00", notes="Dredging savings"
    )
    item = ready.export("budget_modifications", made, ready.project(TERMINAL))
    assert (item.state, item.written_back, item.kind, item.title) == (State.SYNCED, True, "BudgetModification", "Dredging savings")
    assert in_intacct(ready, "revision") == {(BERTH, "26-560", "SUB"): 24600, (BERTH, "35-200", "SUB"): -24600}
    assert ready.procore.store["budget_modifications"][int(made)]["origin_id"] == f"intacct:PJESTIMATEENTRY:{item.intacct_key}"


def test_a_modification_without_a_source_changes_the_total(ready: Office) -> None:
    made = modification(ready, to_budget_line_item_id=budget_line(ready, BERTH, "26-560", "SUB"), transfer_amount="500.00")
    project = ready.project(TERMINAL)
    assert codes(ready.send("budget_modifications", made, project).violations) == ["TOTALS_DISAGREE"]
    assert ready.export("budget_modifications", made, project, {"changes_total": "yes"}).state is State.SYNCED


def test_what_procore_made_of_a_modification_later_does_not_go_again(ready: Office) -> None:
    to, source = budget_line(ready, BERTH, "03-200", "SUB"), budget_line(ready, HALL, "03-300", "SUB")
    made = modification(ready, to_budget_line_item_id=to, from_budget_line_item_id=source, transfer_amount="18000.00")
    ready.export("budget_modifications", made, ready.project(TERMINAL))
    ready.configure()
    assert refused(ready, TRANSFER) == ["CONFLICT_IN_INTACCT"]


def test_money_for_a_code_that_was_not_budgeted(ready: Office) -> None:
    path = f"/rest/v1.0/projects/{ready.project(TERMINAL)}"
    codes_by_name = {
        code["flat_code"]: code["id"] for page in ready.api.pages(f"{path}/work_breakdown_structure/wbs_codes") for code in page
    }
    sides = ((f"{HALL}.03-100.M", 900, "change_event"), (f"{HALL}.03-100.SUB", -900, "budget_change"))
    lines = [{"wbs_code_id": codes_by_name[name], "amount": amount, "type": kind, "ref": name} for name, amount, kind in sides]
    body = {"status": "approved", "title": "Formwork by own forces", "adjustment_line_items": lines}
    change = ready.api.send("POST", f"{path}/budget_changes", body)
    assert ready.export("budget_modifications", str(change["id"]), ready.project(TERMINAL)).state is State.SYNCED
    assert in_intacct(ready, "revision")[HALL, "03-100", "M"] == 900
