"""Prime contracts: from Intacct's project contracts to Procore, past a person.

Moves: an active PROJECTCONTRACT of a linked job with its lines waits for a person, who adds it to Procore (by amount or by unit), links
it to the prime contract it is, or archives it; one of the same number or title is suggested. A line is worth its entries of type
``original`` and ``revision``: what change requests brought is Procore's own change orders, and lines that have nothing else are left out.
A contract that is changed in Intacct later is offered again, and brought into Procore's when it is accepted.
Procore: ``POST /rest/v1.0/prime_contract`` and ``PATCH /rest/v1.0/prime_contract/{id}`` (there is no sync action for the contract itself),
``PATCH /rest/v1.0/prime_contracts/{id}/line_items/sync``. A new contract is a draft: Procore's lines stand fast once it is approved. Lines
have no retainage of their own there. Intacct: PROJECTCONTRACT, PROJECTCONTRACTLINE, PROJECTCONTRACTLINEENTRY.
Refused: a contract without a line, a line that is coded to what Procore does not have; to link: lines that differ in coding or amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from connector.core.codecs import ID, ISO_DATE, MONEY, PERCENT, QUANTITY, TEXT, UNIT_COST, US_DATE, choice_of
from connector.core.errors import Code, Violation
from connector.core.money import Money, Percent, Quantity, to_cents, total
from connector.core.record import IDENTITY, Choice, Record, Ref, intacct, procore, ref, rule
from connector.core.spec import Facts, HeldLines, Leg, LinesTarget, PerJob, ProcoreTarget, Reading, SyncObject, Twins

AMOUNT: Final = "amount"
UNIT: Final = "unit"
METHOD: Final = choice_of("accounting method", {AMOUNT: AMOUNT, UNIT: UNIT})
OWN: Final = frozenset({"original", "revision"})
"""Workflow types of what is agreed in the contract itself."""
CHANGES: Final = frozenset({"pending change", "approved change"})
"""Those of what change requests bring."""


# fmt: off
class Entry(Record):
    workflow: Annotated[str, "Workflow type", intacct(None, read="WFTYPE")]
    price: Annotated[Money | None, "Price", intacct(None, MONEY, read="PRICE")] = None
    quantity: Annotated[Quantity | None, "Quantity", intacct(None, QUANTITY, read="QTY")] = None
    unit_price: Annotated[Decimal | None, "Unit price", intacct(None, UNIT_COST, read="UNITPRICE")] = None
    unit: Annotated[str | None, "Unit", intacct(None, read="EUOM")] = None


class ContractLine(Record):
    key: Annotated[str, "Intacct line", intacct(None, read="RECORDNO"), IDENTITY] = ""
    line_id: Annotated[str, "Line ID", intacct(None, read="PROJECTCONTRACTLINEID")] = ""
    name: Annotated[str, "Description", procore("description"), intacct(None, read="NAME")] = ""
    job: Annotated[str, "Job", intacct(None, read="PROJECTID")] = ""
    cost_code: Annotated[Ref | None, "Cost code", procore("cost_code.id", ID, write="cost_code_id"), intacct(None, read="TASKID"), ref("cost_codes", missing=Code.COST_CODE_MISSING, label="cost_code.full_code")] = None
    cost_type: Annotated[Ref | None, "Cost type", procore("line_item_type.id", ID, write="line_item_type_id"), intacct(None, read="COSTTYPEID"), ref("cost_types", missing=Code.COST_TYPE_MISSING, label="line_item_type.code")] = None
    amount: Annotated[Money | None, "Amount", procore("amount", MONEY), rule("entries of type original and revision")] = None
    extended_type: Annotated[str | None, "Priced", procore("extended_type", TEXT), rule("calculated where it goes by unit, else manual")] = None
    quantity: Annotated[Quantity | None, "Quantity", procore("quantity", QUANTITY), rule("of its one entry")] = None
    unit_price: Annotated[Decimal | None, "Unit cost", procore("unit_cost", UNIT_COST), rule("of its one entry")] = None
    unit: Annotated[str | None, "Unit", procore("uom"), rule("of its one entry")] = None
    entries: Annotated[tuple[Entry, ...], "Entry", intacct(None, read="PROJECTCONTRACTLINEENTRY")] = ()


class PrimeContract(Record):
    contract_id: Annotated[str, "Number", procore("number"), intacct(None, read="PROJECTCONTRACTID")]
    name: Annotated[str, "Title", procore("title"), intacct(None, read="NAME")] = ""
    job: Annotated[str, "Job", intacct(None, read="PROJECTID")] = ""
    customer: Annotated[str | None, "Customer", intacct(None, read="CUSTOMERNAME")] = None
    description: Annotated[str | None, "Description", procore("description"), intacct(None, read="DESCRIPTION")] = None
    contract_date: Annotated[date | None, "Contract date", procore("contract_date", ISO_DATE), intacct(None, US_DATE, read="CONTRACTDATE")] = None
    executed_on: Annotated[date | None, "Executed on", procore("execution_date", ISO_DATE), intacct(None, US_DATE, read="EXECUTEDON")] = None
    start: Annotated[date | None, "Start", procore("contract_start_date", ISO_DATE), intacct(None, US_DATE, read="SCHEDULEDSTARTDATE")] = None
    completion: Annotated[date | None, "Estimated completion", procore("contract_estimated_completion_date", ISO_DATE), intacct(None, US_DATE, read="SCHEDULEDCOMPLETIONDATE")] = None
    completed_on: Annotated[date | None, "Actual completion", procore("actual_completion_date", ISO_DATE), intacct(None, US_DATE, read="ACTUALCOMPLETIONDATE")] = None
    retainage: Annotated[Percent | None, "Retainage %", procore("retainage_percent", PERCENT), intacct(None, PERCENT, read="RETAINAGEPERCENTAGE")] = None
    inclusions: Annotated[str | None, "Inclusions", procore("inclusions"), intacct(None, read="INCLUSIONS")] = None
    exclusions: Annotated[str | None, "Exclusions", procore("exclusions"), intacct(None, read="EXCLUSIONS")] = None
    status: Annotated[str, "Status", intacct(None, read="STATUS")] = "active"
    accounting_method: Annotated[str | None, "Accounting method", procore("accounting_method", METHOD), rule("amount, unless chosen otherwise"), Choice("Accounting method")] = None
    lines: Annotated[tuple[ContractLine, ...], "Line", intacct(None, read="PROJECTCONTRACTLINE")] = ()
# fmt: on


def has_lines(contracts: Sequence[PrimeContract], _facts: Facts) -> Iterator[tuple[PrimeContract, Violation]]:
    for contract in contracts:
        if not contract.lines and contract.status == "active":
            said = f"{contract.contract_id} has no line with a price of its own in Intacct."
            yield contract, Violation(code=Code.NO_LINES, field="lines", message=said)


def complete(contracts: Sequence[PrimeContract], _facts: Facts) -> list[PrimeContract]:
    """Prices the lines, in the order of their ids, and gives their references the keys of the pairs."""
    return [_priced(contract) for contract in contracts]


def _priced(contract: PrimeContract) -> PrimeContract:
    lines = sorted((line for line in contract.lines if not _by_change_requests(line)), key=lambda line: (line.line_id, line.key))
    return contract.model_copy(update={"lines": tuple(_line(line, contract.job) for line in lines)})


def _by_change_requests(line: ContractLine) -> bool:
    types = {entry.workflow for entry in line.entries}
    return not types & OWN and bool(types & CHANGES)


def _line(line: ContractLine, job: str) -> ContractLine:
    own = [entry for entry in line.entries if entry.workflow in OWN]
    amount = total([entry.price or Decimal("0.00") for entry in own])
    only = own[0] if len(own) == 1 else None
    priced = only if only and only.quantity and only.unit_price and to_cents(only.quantity * only.unit_price) == amount else None
    code, kind = line.cost_code, line.cost_type
    return line.model_copy(
        update={
            "cost_code": code and code.model_copy(update={"key": f"{line.job or job}/{code.intacct}"}),
            "cost_type": kind and kind.model_copy(update={"key": f"STANDARDCOSTTYPE/{kind.intacct}"}),
            "amount": amount,
            "quantity": priced.quantity if priced else None,
            "unit_price": priced.unit_price if priced else None,
            "unit": priced.unit if priced else None,
            "entries": (),
        }
    )


def by_method(contract: PrimeContract) -> PrimeContract:
    """By unit, a line without a quantity and a price that make its amount keeps the amount as it is."""
    method = contract.accounting_method or AMOUNT

    def line(each: ContractLine) -> ContractLine:
        if method == UNIT and each.quantity is not None:
            return each.model_copy(update={"extended_type": "calculated"})
        return each.model_copy(update={"extended_type": "manual", "quantity": None, "unit_price": None, "unit": None})

    return contract.model_copy(update={"accounting_method": method, "lines": tuple(line(each) for each in contract.lines)})


def _marks(number: str, title: str) -> tuple[str, ...]:
    return (*((f"number:{number.casefold()}",) if number else ()), *((f"title:{title.casefold()}",) if title else ()))


def _theirs(row: Mapping[str, Any], _facts: Facts) -> tuple[str, ...]:
    return _marks(str(row.get("number") or "").strip(), str(row.get("title") or "").strip())


def _remembered(contract: PrimeContract, answer: Mapping[str, Any]) -> dict[str, str]:
    """A later change goes by the same method."""
    return {"accounting_method": str(answer.get("accounting_method") or contract.accounting_method or AMOUNT)}


_PROJECT: Final = {"project_id": "{project}"}

SYNC: Final = SyncObject(
    name="prime_contracts",
    title="Prime contract",
    record=PrimeContract,
    summary="Contracts with the owner come from Intacct with their lines, and again when they change there.",
    needs=("projects", "cost_codes", "cost_types"),
    imports=(
        Leg(
            name="contracts",
            record=PrimeContract,
            reads=Reading(object="PROJECTCONTRACT", per_job=PerJob(object="projects", field="PROJECTID", missing=Code.PROJECT_NOT_SYNCED)),
            lines=HeldLines(
                reads=Reading(object="PROJECTCONTRACTLINE"),
                by="PROJECTCONTRACTID",
                of="PROJECTCONTRACTID",
                lines=HeldLines(reads=Reading(object="PROJECTCONTRACTLINEENTRY"), by="PROJECTCONTRACTLINEKEY"),
            ),
            key="{RECORDNO}",
            natural_id="PROJECTCONTRACTID",
            label="NAME",
            staged=True,
            offers=True,
            complete=complete,
            rules=(has_lines,),
            wanted=lambda contract, _facts: contract.status == "active",
            amount=lambda contract: total([line.amount or Decimal("0.00") for line in contract.lines]),
            choices=frozenset({"accounting_method"}),
            decided=by_method,
            twins=Twins[PrimeContract](ours=lambda contract, _facts: _marks(contract.contract_id, contract.name), theirs=_theirs),
            detail=_remembered,
            target=ProcoreTarget(
                create="/rest/v1.0/prime_contract",
                change="/rest/v1.0/prime_contract/{id}",
                body="prime_contract",
                envelope=_PROJECT,
                existing="/rest/v1.0/prime_contracts",
                existing_params=_PROJECT,
                show="/rest/v1.0/prime_contract/{id}",
                show_params=_PROJECT,
                kept=frozenset({"accounting_method"}),
                lines=LinesTarget(
                    field="lines",
                    object="PROJECTCONTRACTLINE",
                    existing="/rest/v1.0/prime_contracts/{id}/line_items",
                    sync="/rest/v1.0/prime_contracts/{id}/line_items/sync",
                    remove="/rest/v1.0/prime_contracts/{id}/line_items/{line}",
                    params=_PROJECT,
                    paired_by=("cost_code", "cost_type"),
                    compared=("amount",),
                ),
            ),
        ),
    ),
    web_pages={"": "/{project}/project/prime_contracts/{id}"},
    sources=(
        "Sage Intacct: project contracts, project contract lines",
        "Procore: Prime Contracts, Prime Contract Line Items",
    ),
)
