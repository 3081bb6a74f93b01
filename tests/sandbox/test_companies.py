"""The seed company is whole: everything it names exists, sums are what is meant, and it is the same each time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.companies import builder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.companies.model import BudgetLine, Commitment, Line

BROKEN = "SC-24-107-004"
COMPANY = builder()
COST_CODES = {code.code: code for code in COMPANY.cost_codes}
JOBS = {job.number: job for job in COMPANY.jobs}
VENDORS = {vendor.key: vendor for vendor in COMPANY.vendors}
COMMITMENTS = {commitment.number: commitment for commitment in COMPANY.commitments}
SOUND = tuple(commitment for commitment in COMPANY.commitments if commitment.number != BROKEN)

TOTALS = {
    "SC-24-107-001": "3500000.00",
    "SC-24-107-002": "3826750.00",
    "SC-24-107-003": "2710000.00",
    "SC-24-107-004": "645525.00",
    "PO-24-107-001": "1227677.50",
    "PO-24-107-002": "492178.00",
    "SC-25-031-001": "222637.50",
    "SC-25-031-002": "605500.00",
    "PO-25-031-001": "185125.00",
    "SC-26-012-001": "1805000.00",
    "SC-26-012-002": "1134500.00",
    "PO-26-012-001": "420712.50",
}
BUDGETS = {"24-107": "24168000.00", "25-031": "3791500.00", "26-012": "9608500.00"}
PRIME_CONTRACTS = {"24-107-PC": "26339000.00", "25-031-PC": "4107000.00", "26-012-PC": "10491500.00"}


def total(lines: Iterable[Line | BudgetLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def coded_lines() -> Iterator[tuple[str, Line | BudgetLine]]:
    """Every line that must be coded right, with its job."""
    for commitment in SOUND:
        yield from ((commitment.job, line) for line in commitment.lines)
        yield from ((commitment.job, line) for order in commitment.change_orders for line in order.lines)
    for budget in COMPANY.budgets:
        yield from ((budget.job, line) for line in budget.lines)
        yield from ((budget.job, line) for change in budget.changes for line in change.lines)
    for contract in COMPANY.prime_contracts:
        yield from ((contract.job, line) for line in contract.lines)
        yield from ((contract.job, line) for order in contract.change_orders for line in order.lines)


def assert_unique(values: Iterable[str]) -> None:
    assert [value for value, count in Counter(value.casefold() for value in values).items() if count > 1] == []


def test_counts() -> None:
    assert len(COMPANY.cost_codes) == 200
    assert len(COMPANY.vendors) == 40
    assert len(COMPANY.jobs) == len(COMPANY.budgets) == len(COMPANY.prime_contracts) == 3
    assert [cost_type.code for cost_type in COMPANY.cost_types] == ["L", "M", "E", "SUB", "O"]
    assert sum(bool(job.sub_jobs) for job in COMPANY.jobs) == 2
    assert sum(not code.active for code in COMPANY.cost_codes) == 4
    assert sum(not vendor.active for vendor in COMPANY.vendors) == 2
    assert Counter((vendor.in_procore, vendor.in_intacct) for vendor in COMPANY.vendors) == {
        (True, True): 31,
        (False, True): 5,
        (True, False): 4,
    }


def test_names_and_numbers_are_unique() -> None:
    assert_unique(code.code for code in COMPANY.cost_codes)
    assert_unique(code.name for code in COMPANY.cost_codes)
    assert_unique(vendor.key for vendor in COMPANY.vendors)
    assert_unique(vendor.name for vendor in COMPANY.vendors)
    assert_unique(vendor.phone for vendor in COMPANY.vendors)
    assert_unique(vendor.vendor_id for vendor in COMPANY.vendors if vendor.vendor_id)
    assert_unique(number for job in COMPANY.jobs for number in (job.number, *(sub.code for sub in job.sub_jobs)))
    assert_unique(job.name for job in COMPANY.jobs)
    assert_unique(commitment.number for commitment in COMPANY.commitments)
    assert_unique(invoice.number for commitment in COMPANY.commitments for invoice in commitment.invoices)
    assert_unique(user.login for user in COMPANY.users)
    for commitment in COMPANY.commitments:
        assert_unique(order.number for order in commitment.change_orders)
    for budget in COMPANY.budgets:
        assert_unique(f"{line.cost_code} {line.cost_type} {line.sub_job}" for line in budget.lines)
    for contract in COMPANY.prime_contracts:
        assert_unique(str(line.cost_code) for line in contract.lines)


def test_every_code_stands_below_its_division() -> None:
    types = {cost_type.code for cost_type in COMPANY.cost_types}
    for code in COMPANY.cost_codes:
        assert set(code.cost_types) <= types
        if code.parent is None:
            assert (code.code[2:], code.cost_types) == ("-000", ())
        else:
            assert code.parent == f"{code.code[:2]}-000"
            assert COST_CODES[code.parent].parent is None
            assert code.cost_types


def test_jobs_use_active_codes_with_their_divisions() -> None:
    for job in COMPANY.jobs:
        assert len(set(job.cost_codes)) == len(job.cost_codes)
        for code in map(COST_CODES.__getitem__, job.cost_codes):
            assert code.active
            assert code.parent is None or code.parent in job.cost_codes


def test_lines_are_coded_with_codes_types_and_sub_jobs_of_their_job() -> None:
    lines = list(coded_lines())
    assert len(lines) > 150
    for number, line in lines:
        job = JOBS[number]
        assert line.cost_code in job.cost_codes, (number, line)
        assert line.cost_type in COST_CODES[line.cost_code].cost_types, (number, line)
        assert line.sub_job is None or line.sub_job in {sub.code for sub in job.sub_jobs}


def test_a_cost_type_posts_to_an_account_of_the_ledger() -> None:
    assert {cost_type.account for cost_type in COMPANY.cost_types} <= {number for number, _ in COMPANY.gl_accounts}


def test_vendors_have_known_terms_and_names_that_fit() -> None:
    for vendor in COMPANY.vendors:
        assert vendor.terms in COMPANY.terms
        assert len(vendor.name) <= 100
        assert vendor.in_procore or vendor.in_intacct


def test_sound_commitments_name_vendors_in_procore_and_known_terms() -> None:
    for commitment in SOUND:
        vendor = VENDORS[commitment.vendor]
        assert vendor.in_procore
        assert vendor.active
        assert commitment.terms in COMPANY.terms
        assert commitment.job in JOBS
        assert Decimal(5) <= commitment.retainage_percent <= Decimal(10)
        assert commitment.contract_date <= commitment.start < commitment.completion


def test_three_vendors_of_approved_subcontracts_are_not_in_intacct_yet() -> None:
    waiting = {
        commitment.vendor
        for commitment in SOUND
        if (commitment.kind, commitment.status) == ("subcontract", "Approved") and not VENDORS[commitment.vendor].in_intacct
    }
    assert len(waiting) == 3


def test_commitments_are_of_every_sort() -> None:
    sorts = {(commitment.kind, commitment.accounting_method) for commitment in COMPANY.commitments}
    assert len(sorts) == 4
    assert [commitment.number for commitment in SOUND if commitment.status != "Approved"] == ["PO-25-031-001"]
    assert [commitment.number for commitment in SOUND if any(line.amount == 0 for line in commitment.lines)] == ["SC-25-031-002"]


def test_the_broken_commitment_has_exactly_its_three_faults() -> None:
    broken = COMMITMENTS[BROKEN]
    assert VENDORS[broken.vendor].in_intacct
    assert broken.status == "Approved"
    assert broken.terms not in COMPANY.terms
    assert [line.description for line in broken.lines if line.cost_type is None] == ["Fire pump"]
    on_a_division = [line.cost_code for line in broken.lines if COST_CODES[line.cost_code or ""].parent is None]
    assert on_a_division == ["21-000", "21-000"]
    assert {line.cost_code for line in broken.lines} <= set(JOBS[broken.job].cost_codes)


@pytest.mark.parametrize("commitment", COMPANY.commitments, ids=lambda commitment: commitment.number)
def test_commitment_sums(commitment: Commitment) -> None:
    assert commitment.total == Decimal(TOTALS[commitment.number])
    for line in commitment.lines:
        if commitment.accounting_method == "amount":
            assert (line.quantity, line.unit, line.unit_cost) == (None, None, None)
        else:
            assert line.unit
            assert line.quantity is not None
            assert line.unit_cost is not None
            assert line.quantity * line.unit_cost == line.amount


def test_budgets_and_prime_contracts_sum_to_what_is_meant() -> None:
    assert {budget.job: total(budget.lines) for budget in COMPANY.budgets} == {job: Decimal(amount) for job, amount in BUDGETS.items()}
    assert {contract.number: total(contract.lines) for contract in COMPANY.prime_contracts} == {
        number: Decimal(amount) for number, amount in PRIME_CONTRACTS.items()
    }


def test_one_budget_is_still_open_and_changes_net_to_zero_unless_flagged() -> None:
    assert [budget.job for budget in COMPANY.budgets if not budget.locked] == ["26-012"]
    changes = [change for budget in COMPANY.budgets for change in budget.changes]
    assert [change.nets_to_zero for change in changes] == [total(change.lines) == 0 for change in changes]
    assert sum(not change.nets_to_zero for change in changes) == 1


def test_what_is_bought_is_budgeted() -> None:
    budgeted = {
        (budget.job, line.cost_code, line.cost_type, line.sub_job): line.amount for budget in COMPANY.budgets for line in budget.lines
    }
    bought: Counter[tuple[str, str | None, str | None, str | None]] = Counter()
    for commitment in SOUND:
        for line in commitment.lines:
            cents = int(line.amount * 100)
            bought[commitment.job, line.cost_code, line.cost_type, line.sub_job] += cents
    for key, cents in bought.items():
        assert cents <= budgeted[key[0], key[1] or "", key[2] or "", key[3]] * 100, key


def test_change_orders_add_remove_and_edit_one_line_several_times() -> None:
    orders = [order for commitment in COMPANY.commitments for order in commitment.change_orders]
    totals = [total(order.lines) for order in orders]
    assert any(amount > 0 for amount in totals)
    assert any(amount < 0 for amount in totals)
    assert all(order.lines for order in orders)
    edits = [Counter(line.cost_code for line in order.lines).most_common(1)[0][1] for order in orders]
    assert max(edits) == 3


def billable(commitment: Commitment) -> list[Line]:
    """The lines that invoices count through: the commitment's, then those of its approved change orders."""
    return [*commitment.lines, *(line for order in commitment.change_orders if order.status == "approved" for line in order.lines)]


def test_invoices_bill_no_more_than_the_line_and_retain_what_the_contract_says() -> None:
    stored_lines = 0
    for commitment in COMPANY.commitments:
        lines = billable(commitment)
        billed = [Decimal(0)] * len(lines)
        held = [Decimal(0)] * len(lines)
        for invoice in commitment.invoices:
            assert invoice.period_start <= invoice.billing_date <= invoice.period_end
            for row in invoice.lines:
                earned = row.completed + row.stored
                stored_lines += row.stored != 0
                billed[row.line] += earned
                held[row.line] += row.retained - row.released
                assert abs(row.retained - earned * commitment.retainage_percent / 100) <= Decimal("0.005")
                assert held[row.line] >= 0
        for line, amount in zip(lines, billed, strict=True):
            assert 0 <= amount <= max(line.amount, Decimal(0))
    assert stored_lines >= 4


def test_lines_by_unit_are_billed_by_quantity() -> None:
    billed = 0
    for commitment in COMPANY.commitments:
        for row in (row for invoice in commitment.invoices for row in invoice.lines):
            line = billable(commitment)[row.line]
            product = None if row.quantity is None or line.unit_cost is None else row.quantity * line.unit_cost
            assert product == (None if line.unit_cost is None else row.completed), (commitment.number, row)
            billed += product is not None
    assert billed > 4


@pytest.mark.parametrize("job", sorted(JOBS))
def test_each_job_has_a_month_of_every_step(job: str) -> None:
    mine = [commitment for commitment in SOUND if commitment.job == job]
    assert {commitment.kind for commitment in mine} == {"subcontract", "purchase_order"}
    changes = [line.amount for commitment in mine for line in billable(commitment)[len(commitment.lines) :]]
    assert min(changes) < 0 < max(changes)
    assert any(map(went_the_whole_way, mine))


def went_the_whole_way(commitment: Commitment) -> bool:
    """Two invoices and more: stored materials came and were installed, retainage was held and then given back, all of it approved."""
    stored = [sum((row.stored for row in invoice.lines), Decimal(0)) for invoice in commitment.invoices]
    last = commitment.invoices[-1].lines if commitment.invoices else ()
    return (
        any(amount > 0 for amount in stored)
        and sum(stored) == 0
        and all(row.completed == row.stored == 0 and row.released > 0 for row in last)
        and all(invoice.status.startswith("approved") for invoice in commitment.invoices)
    )


def test_amounts_are_to_the_cent() -> None:
    amounts = [line.amount for _, line in coded_lines()]
    for commitment in COMPANY.commitments:
        for invoice in commitment.invoices:
            for row in invoice.lines:
                amounts += [row.completed, row.stored, row.retained, row.released]
    assert {amount.as_tuple().exponent for amount in amounts} == {-2}


def test_people_have_their_parts() -> None:
    users = {user.key: user for user in COMPANY.users}
    assert [user.key for user in COMPANY.users if user.accounting_approver] == ["dana", "priya"]
    assert [user.key for user in COMPANY.users if user.company_admin] == ["alex"]
    assert set(users["marco"].projects) == set(JOBS)
    assert users["lee"].projects == ("25-031",)
    assert {project for user in COMPANY.users for project in user.projects} <= set(JOBS)


def test_it_is_the_same_in_every_process() -> None:
    assert builder() is COMPANY
    root = Path(__file__).parents[2]
    program = "from sandbox.companies import builder; print(builder())"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        answer = subprocess.run([sys.executable, "-c", program], cwd=root, env=environment, capture_output=True, text=True, check=True)
        assert answer.stdout.strip() == repr(COMPANY)
