"""Both ledgers side by side, per job, cost code and cost type: worked out from what each simulator holds, not from the connector's rows.

Each system is read in its own vendor's terms; neither side is asked what the other thinks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

import requests

from sandbox.intacct import IntacctSimulator
from sandbox.procore import ProcoreSimulator

COLUMNS: Final = {
    "budget": "Procore: Revised Budget, the original amount and approved budget changes. Intacct: all entries of primary estimates.",
    "committed": "Procore: approved commitments and their approved change orders. Intacct: the purchasing documents of these four kinds.",
    "invoiced": "Procore: work completed and change in stored materials, of approved invoices. Intacct: the amounts of bill lines.",
    "retainage": "Procore: retained less released, on work and stored materials. Intacct: amount retained less released, of bill lines.",
    "direct costs": "Procore: lines of direct costs. Intacct: debit less credit of what was entered in the general ledger on a job.",
    "paid": "Procore: net amounts of the items of invoices whose payments come to their payment due. Intacct: paid, of bill lines.",
}
"""What each column is, in the terms of either vendor."""
CONTRACT: Final = "prime contract"
"""Procore: the prime contract and its approved change orders. Intacct: the total revised price. It stands once for a job, on no code."""

type Amounts = Mapping[str, Decimal]
"""By column; a column without an amount is missing."""
type Entry = tuple[Code, str, Decimal]

_SECONDS: Final = 30
_NOT_CODED: Final = "not coded"
_ZERO: Final = Decimal("0.00")
_SETTLED: Final = frozenset({"Approved", "Complete", "Closed", "Terminated"})
_BILLED: Final = frozenset({"approved", "approved_as_noted", "pending_owner_approval"})
_COMMITMENTS: Final = frozenset({"Subcontract", "Purchase Order", "Subcontract Change Order", "Purchase Order Change Order"})
_GENERAL_LEDGER: Final = "2.GL"
_NOT_POSTED: Final = frozenset({"Draft", "Submitted", "Declined"})


class Code(NamedTuple):
    """What a line is coded to. ``sub_job`` is empty for the job's own codes."""

    job: str
    sub_job: str
    cost_code: str
    cost_type: str

    def __str__(self) -> str:
        return f"{self.sub_job or self.job} {'.'.join(filter(None, (self.cost_code, self.cost_type)))}"


@dataclass(frozen=True)
class Row:
    """A code as each system holds it."""

    code: Code
    procore: Amounts
    intacct: Amounts

    @property
    def columns(self) -> list[str]:
        """Those in which either system has an amount."""
        return [name for name in (*COLUMNS, CONTRACT) if name in self.procore or name in self.intacct]

    @property
    def differences(self) -> list[str]:
        return [name for name in self.columns if self.procore.get(name) != self.intacct.get(name)]


def compare(procore: ProcoreSimulator, intacct: IntacctSimulator) -> list[Row]:
    """Every code that either of the two running simulators has an amount for, in order."""
    return rows(_state(procore.url), _state(intacct.base_url))


def rows(procore: Mapping[str, Any], intacct: Mapping[str, Any]) -> list[Row]:
    """The same, of what they answered to ``GET /_sandbox/state``."""
    ours, theirs = _summed(_of_procore(procore)), _summed(_of_intacct(intacct))
    return [Row(code, ours.get(code, {}), theirs.get(code, {})) for code in sorted({*ours, *theirs})]


def documents(intacct: IntacctSimulator) -> list[dict[str, Any]]:
    """The purchasing documents that Intacct holds, with their lines."""
    held: list[dict[str, Any]] = _state(intacct.base_url)["documents"]
    return held


def totals(found: Iterable[Row]) -> Row:
    """The sums of rows of one job."""
    rows_of_job = list(found)
    sums = [
        {
            name: sum((getattr(row, side).get(name, _ZERO) for row in rows_of_job), _ZERO)
            for name in COLUMNS
            if any(name in getattr(row, side) for row in rows_of_job)
        }
        for side in ("procore", "intacct")
    ]
    return Row(Code(rows_of_job[0].code.job, "", "", ""), *sums)


def disagreements(found: Sequence[Row]) -> list[str]:
    """Each amount that differs, named."""
    return [
        f"{row.code}: {name} is {row.procore.get(name, 'missing')} in Procore and {row.intacct.get(name, 'missing')} in Intacct"
        for row in found
        for name in row.differences
    ]


def _state(address: str) -> dict[str, Any]:
    state: dict[str, Any] = requests.get(f"{address}/_sandbox/state", timeout=_SECONDS).json()
    return state


def _summed(entries: Iterable[Entry]) -> dict[Code, dict[str, Decimal]]:
    sums: dict[Code, dict[str, Decimal]] = {}
    for code, name, amount in entries:
        columns = sums.setdefault(code, {})
        columns[name] = columns.get(name, _ZERO) + amount
    return sums


def _of_procore(state: Mapping[str, Any]) -> Iterator[Entry]:
    for line in state["budget_lines"]:
        yield _flat(line["project"], line["flat_code"]), "budget", Decimal(line["revised"])
    commitments = [each for each in state["commitments"] if each["status"] in _SETTLED]
    orders = [each for each in state["change_orders"] if each["kind"] == "commitment" and each["status"] == "approved"]
    for holder in (*commitments, *orders):
        for line in holder["lines"]:
            yield _flat(holder["project"], line["flat_code"]), "committed", Decimal(line["amount"])
    for cost in state["direct_costs"]:
        for line in cost["lines"]:
            yield _flat(cost["project"], line["flat_code"]), "direct costs", Decimal(line["amount"])
    for contract in state["prime_contracts"]:
        yield Code(contract["project"], "", CONTRACT, ""), CONTRACT, Decimal(contract["revised_amount"])
    for invoice in state["invoices"]:
        if invoice["status"] in _BILLED:
            paid = [Decimal(payment["amount"]) for payment in state["payments"] if payment["requisition_id"] == invoice["id"]]
            yield from _invoiced(invoice, sum(paid, _ZERO))


def _invoiced(invoice: Mapping[str, Any], paid: Decimal) -> Iterator[Entry]:
    """Items that bill or retain nothing are not on the invoice. A payment in part belongs to no code: it stands under the invoice's number,
    where Intacct has nothing."""
    whole = paid == Decimal(invoice["current_payment_due"])
    for item in invoice["items"]:
        code = _flat(invoice["project"], item["flat_code"])
        gross, retained, net = (Decimal(item[name]) for name in ("gross_amount", "retainage", "net_amount"))
        if gross or retained:
            yield code, "invoiced", gross
            yield code, "retainage", retained
        if whole and net:
            yield code, "paid", net
    if paid and not whole:
        yield Code(invoice["project"], "", invoice["invoice_number"], ""), "paid", paid


def _of_intacct(state: Mapping[str, Any]) -> Iterator[Entry]:
    parents = {project["id"]: project["parent"] for project in state["projects"]}
    for name, line, amount in _lines_of_intacct(state):
        job, parent = line["project"], parents.get(line["project"])
        yield Code(parent or job, job if parent else "", line["task"], line["cost_type"]), name, amount
    for contract in state["contracts"]:
        yield Code(contract["project"], "", CONTRACT, ""), CONTRACT, Decimal(contract["revised"])


def _lines_of_intacct(state: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Decimal]]:
    estimates = [{"lines": filter(_budgeted, each["lines"])} for each in state["estimates"] if each["primary"] == "true"]
    documents = [each for each in state["documents"] if each["definition"] in _COMMITMENTS and each["state"] not in _NOT_POSTED]
    for name, holders in (("budget", estimates), ("committed", documents)):
        yield from ((name, line, Decimal(line["amount"])) for holder in holders for line in holder["lines"])
    entered = [journal for journal in state["journals"] if journal["module"] == _GENERAL_LEDGER]
    for line in (each for journal in entered for each in journal["lines"] if each["project"]):
        yield "direct costs", line, Decimal(line["amount"]) * int(line["type"])
    for bill in state["bills"]:
        for line in bill["lines"]:
            yield from ((name, line, amount) for name, amount in _on_the_bill(line))


def _budgeted(entry: Mapping[str, Any]) -> bool:
    """An original entry counts at $0. Another at $0 changes no budget: change requests leave such when they raise the contract only."""
    return entry["type"] == "original" or bool(Decimal(entry["amount"]))


def _on_the_bill(line: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """A line that pays retainage out which Intacct released bills nothing anew: its release is on the line that held it."""
    amount, retained, released, paid = (Decimal(line[name] or 0) for name in ("amount", "retained", "released", "paid"))
    if line["release"] != "true":
        yield "invoiced", amount
        yield "retainage", retained - released
    if paid:
        yield "paid", paid


def _flat(job: str, flat_code: str | None) -> Code:
    """The code that a flat code names, which begins with the sub job where there is one. What is coded to nothing stands alone."""
    parts = (flat_code or f"{_NOT_CODED}.").split(".")
    return Code(job, *("", *parts)[-3:])
