"""Commitments: subcontracts and purchase orders, from Procore to Intacct's purchasing documents.

Moves: an approved work order contract or purchase order contract becomes one PODOCUMENT of the definition set for its kind, line by
line; every line keeps Procore's line id in its memo, because change orders and invoices refer to it later. Attached files go along.
Procore: ``GET /rest/v1.0/work_order_contracts/{id}``, ``/rest/v1.0/purchase_order_contracts/{id}``; origin ids go back by PATCH and by
the line items' sync action. Intacct: ``create_potransaction`` (element order matters), read back as PODOCUMENT and PODOCUMENTENTRY.
Refused: not approved, job or vendor not linked, no line, a line without cost code or type or coded to a division, no item for the
cost type, unknown payment terms, a number Intacct has already or that is too long, lines that do not add up to the header.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Final

from connector.core.attachments import Attachment
from connector.core.codecs import (
    BOOLEAN,
    ID,
    ISO_DATE,
    LEGACY_DATE,
    MONEY,
    PERCENT,
    QUANTITY,
    UNIT_COST,
    US_DATE,
    tagged,
)
from connector.core.coding import coded_below_divisions, type_fits_the_code
from connector.core.definitions import definition_asked, definition_fits
from connector.core.errors import Code, Violation
from connector.core.exchange import Query, Where
from connector.core.money import CENT, Money, Percent, Quantity, total
from connector.core.purchasing import CREATE, DOCUMENT, PURCHASE_ORDER, SUBCONTRACT, document_id, held, known_terms, taken
from connector.core.record import (
    IDENTITY,
    Choice,
    Record,
    Ref,
    intacct,
    limit,
    made_here,
    needed,
    procore,
    ref,
    rule,
    setting,
)
from connector.core.spec import Effect, Export, Facts, IntacctWrite, ProcoreKind, Summary, SyncObject

APPROVED: Final = {SUBCONTRACT: frozenset({"Approved", "Complete"}), PURCHASE_ORDER: frozenset({"Approved"})}


# fmt: off
class CommitmentLine(Record):
    item: Annotated[str | None, "Item", intacct("itemid", read="ITEMID"), setting("item of the cost type"), needed(Code.ITEM_NOT_MAPPED)] = None
    description: Annotated[str, "Description", procore("description"), intacct("itemdesc", read="ITEMDESC"), limit(400)] = ""
    quantity: Annotated[Quantity | None, "Quantity", procore("quantity", QUANTITY), intacct("quantity", QUANTITY, read="QUANTITY")] = None
    unit: Annotated[str | None, "Unit", procore("uom"), intacct("unit", read="UNIT"), needed()] = None
    unit_cost: Annotated[Quantity | None, "Unit cost", procore("unit_cost", UNIT_COST), intacct("price", UNIT_COST, read="PRICE")] = None
    location: Annotated[str | None, "Location", intacct("locationid", read="LOCATIONID"), setting("location of the project")] = None
    department: Annotated[str | None, "Department", intacct("departmentid", read="DEPARTMENTID"), setting("department")] = None
    procore_id: Annotated[str, "Procore line", procore("id", ID), intacct("memo", tagged("procore:sov:"), read="MEMO"), IDENTITY]
    job: Annotated[str | None, "Job", intacct("projectid", read="PROJECTID"), rule("job of the cost code, else of the commitment")] = None
    cost_code: Annotated[Ref | None, "Cost code", procore("cost_code.id", ID), intacct("taskid", read="TASKID"), ref("cost_codes", missing=Code.COST_CODE_MISSING, label="cost_code.full_code"), needed(Code.COST_CODE_MISSING)] = None
    cost_type: Annotated[Ref | None, "Cost type", procore("line_item_type.id", ID), intacct("costtypeid", read="COSTTYPEID"), ref("cost_types", missing=Code.COST_TYPE_MISSING, label="line_item_type.name"), needed(Code.COST_TYPE_MISSING)] = None
    retainage_percent: Annotated[Percent | None, "Retainage %", intacct("retainagepercentage", PERCENT, read="RETAINAGEPERCENTAGE"), rule("the commitment's")] = None
    conversion: Annotated[str | None, "Conversion", intacct("conversiontype", read="CONVERSIONTYPE"), rule("Price for amounts, Quantity for units")] = None
    amount: Annotated[Money, "Amount", procore("amount", MONEY), intacct(None, MONEY, read="TOTAL")]
    flat_code: Annotated[str | None, "Budget code", procore("wbs_code.flat_code")] = None
    intacct_key: Annotated[str | None, "Intacct line", intacct(None, read="RECORDNO"), made_here()] = None
# fmt: on


# fmt: off
class Commitment(Record):
    definition: Annotated[str | None, "Document type", intacct("transactiontype", read="DOCPARID"), setting("definition of the kind"), needed()] = None
    contract_date: Annotated[date | None, "Date", procore("contract_date", ISO_DATE), intacct("datecreated", LEGACY_DATE, read="WHENCREATED"), needed(Code.DATE_MISSING), Choice("Document date")] = None
    vendor: Annotated[Ref | None, "Vendor", procore("vendor.id", ID), intacct("vendorid", read="CUSTVENDID"), ref("vendors", missing=Code.VENDOR_NOT_LINKED, label="vendor.company"), needed(Code.VENDOR_NOT_LINKED)] = None
    number: Annotated[str | None, "Number", procore("number"), intacct("documentno", read="DOCNO"), limit(45), needed(), Choice("Document number")] = None
    terms: Annotated[str | None, "Payment terms", procore("payment_terms"), intacct("termname", read="TERM.NAME"), setting("default terms, where Procore has none"), Choice("Payment terms")] = None
    due: Annotated[date | None, "Due date", intacct("datedue", LEGACY_DATE, read="WHENDUE"), rule("date + days until due, where there are no terms")] = None
    title: Annotated[str, "Title", procore("title"), intacct("message", read="MESSAGE"), limit(1000)] = ""
    return_to: Annotated[str | None, "Return to", intacct("returnto.contactname", read=None), rule("the vendor's own contact")] = None
    pay_to: Annotated[str | None, "Pay to", intacct("payto.contactname", read=None), rule("the vendor's own contact")] = None
    supporting_document: Annotated[str | None, "Attachments", intacct("supdocid", read="SUPDOCID"), rule("made of the files, where Intacct takes them along")] = None
    external_id: Annotated[str | None, "External id", intacct("externalid", read="EXTERNALID"), rule("procore- and Procore's id")] = None
    state: Annotated[str | None, "State", intacct("state", read=None), rule("Pending: ready to be invoiced")] = None
    job: Annotated[Ref | None, "Job", procore("project.id", ID), intacct("projectid", read="PROJECT"), ref("projects", missing=Code.PROJECT_NOT_SYNCED, label="project.name"), needed(Code.PROJECT_NOT_SYNCED)] = None
    start: Annotated[date | None, "Start", procore("contract_start_date", ISO_DATE), intacct("contractstartdate", LEGACY_DATE, read="CONTRACTSTARTDATE")] = None
    completion: Annotated[date | None, "Completion", procore("contract_estimated_completion_date", ISO_DATE), intacct("contractenddate", LEGACY_DATE, read="CONTRACTENDDATE")] = None
    scope: Annotated[str | None, "Scope", procore("description"), intacct("scope", read="SCOPE"), limit(4000)] = None
    inclusions: Annotated[str | None, "Inclusions", procore("inclusions"), intacct("inclusions", read="INCLUSIONS"), limit(4000)] = None
    exclusions: Annotated[str | None, "Exclusions", procore("exclusions"), intacct("exclusions", read="EXCLUSIONS"), limit(4000)] = None
    executed_on: Annotated[date | None, "Executed", procore("execution_date", ISO_DATE), intacct("executedon", US_DATE, read="EXECUTEDON")] = None
    lines: Annotated[tuple[CommitmentLine, ...], "Line", procore("line_items"), intacct("potransitems.potransitem", read="PODOCUMENTENTRY")] = ()
    procore_id: Annotated[str | None, "Procore id", procore("id", ID)] = None
    status: Annotated[str | None, "Status", procore("status")] = None
    accounting_method: Annotated[str | None, "Accounting method", procore("accounting_method")] = None
    retainage_percent: Annotated[Percent | None, "Retainage %", procore("retainage_percent", PERCENT)] = None
    total: Annotated[Money | None, "Total", procore("grand_total", MONEY)] = None
    executed: Annotated[bool | None, "Executed", procore("executed", BOOLEAN)] = None
    attachments: Annotated[tuple[Attachment, ...], "Attachment", procore("attachments")] = ()
    origin: Annotated[str | None, "Origin id", procore("origin_id")] = None
# fmt: on


def approved(commitment: Commitment, facts: Facts) -> Iterator[Violation]:
    if commitment.status not in APPROVED[facts.kind]:
        yield Violation(
            code=Code.NOT_APPROVED_IN_PROCORE,
            field="status",
            message=f"{_name(commitment)} is {commitment.status or 'without status'} in Procore.",
        )


def has_lines(commitment: Commitment, _facts: Facts) -> Iterator[Violation]:
    if not commitment.lines:
        yield Violation(code=Code.NO_LINES, field="lines", message=f"{_name(commitment)} has no line.")


def lines_add_up(commitment: Commitment, _facts: Facts) -> Iterator[Violation]:
    lines = total([line.amount for line in commitment.lines])
    if commitment.total is not None and lines != commitment.total:
        yield Violation(
            code=Code.TOTALS_DISAGREE,
            field="total",
            message=f"{_name(commitment)}: the lines add up to {lines}, the header says {commitment.total}.",
        )


def units_give_the_amount(commitment: Commitment, _facts: Facts) -> Iterator[Violation]:
    for number, line in enumerate(commitment.lines, start=1):
        if _by_unit(commitment) and line.quantity is not None and line.unit_cost is not None:
            product = (line.quantity * line.unit_cost).quantize(CENT)
            if product != line.amount:
                yield Violation(
                    code=Code.TOTALS_DISAGREE,
                    field=f"lines[{number}].amount",
                    message=f"Line {number}: {line.quantity} x {line.unit_cost} is {product}, the line says {line.amount}.",
                )


def no_custom_segment(commitment: Commitment, _facts: Facts) -> Iterator[Violation]:
    """A flat code is sub job, cost code and cost type joined by dots; a further part is a custom segment."""
    for number, line in enumerate(commitment.lines, start=1):
        parts = (line.flat_code or "").split(".")
        known = 2 + (1 if line.cost_code and line.cost_code.detail.get("sub_job") else 0)
        if line.flat_code and len(parts) > known:
            yield Violation(
                code=Code.CUSTOM_SEGMENT,
                field=f"lines[{number}].flat_code",
                message=f"Line {number}: {line.flat_code} has a custom segment ({parts[-1]}).",
            )


def terms_known(commitment: Commitment, facts: Facts) -> Iterator[Violation]:
    if commitment.terms and commitment.terms not in facts.known["terms"]:
        yield Violation(code=Code.TERMS_UNKNOWN, field="terms", message=f"Intacct has no payment terms {commitment.terms!r}.")


def number_free(commitment: Commitment, facts: Facts) -> Iterator[Violation]:
    if commitment.number and _document_id(commitment) in facts.known["taken"]:
        yield Violation(code=Code.DUPLICATE_NUMBER, field="number", message=f"Intacct already has {_document_id(commitment)}.")


def complete(commitment: Commitment, facts: Facts) -> Commitment:
    """Fills what settings and rules give: document type, due date or terms, item, unit, location, job and retainage of each line."""
    config = facts.config
    terms = commitment.terms or config.default_terms or None
    due = commitment.contract_date + timedelta(days=config.due_days) if commitment.contract_date and not terms else None
    return commitment.model_copy(
        update={
            "definition": config.definitions.subcontract if facts.kind == SUBCONTRACT else config.definitions.purchase_order,
            "terms": terms,
            "due": due,
            "return_to": "",
            "pay_to": "",
            "external_id": f"procore-{commitment.procore_id}",
            "state": "Pending",
            "lines": tuple(_complete_line(commitment, line, facts) for line in commitment.lines),
        }
    )


def _complete_line(commitment: Commitment, line: CommitmentLine, facts: Facts) -> CommitmentLine:
    config = facts.config
    by_unit = _by_unit(commitment)
    job = (line.cost_code.detail.get("job") if line.cost_code else None) or (commitment.job.intacct if commitment.job else None)
    amounts = {} if by_unit else {"quantity": Decimal(1), "unit": config.unit, "unit_cost": line.amount}
    return line.model_copy(
        update=amounts
        | {
            "item": config.item_for(line.cost_type.intacct if line.cost_type else "") or None,
            "job": job,
            "location": config.location_of(facts.project_id) or None,
            "department": config.department or None,
            "retainage_percent": commitment.retainage_percent or None,
            "conversion": "Quantity" if by_unit else "Price",
        }
    )


def _by_unit(commitment: Commitment) -> bool:
    return commitment.accounting_method == "unit"


def _name(commitment: Commitment) -> str:
    return commitment.number or commitment.title or "The commitment"


def _document_id(commitment: Commitment) -> str:
    return document_id(commitment.definition, commitment.number)


def _party(commitment: Commitment) -> str:
    return commitment.vendor.label if commitment.vendor else "the vendor"


def _committed(commitment: Commitment, facts: Facts, *, of_vendor: bool) -> Query | None:
    """The commitments and their change orders that Intacct holds for the job."""
    job, vendor = commitment.job, commitment.vendor
    if not (job and job.intacct) or (of_vendor and not (vendor and vendor.intacct)):
        return None
    names = facts.config.definitions
    documents = (
        names.subcontract,
        names.purchase_order,
        names.subcontract_change_order,
        names.purchase_order_change_order,
    )
    where: tuple[Where, ...] = (Where("PROJECT", "equalto", (job.intacct,)), Where("DOCPARID", "in", documents))
    if of_vendor and vendor:
        where += (Where("CUSTVENDID", "equalto", (vendor.intacct,)),)
    return Query(object="PODOCUMENT", fields=("RECORDNO", "TOTAL"), where=where)


def _summary(commitment: Commitment) -> Summary:
    return Summary(
        number=commitment.number or "",
        title=commitment.title,
        party=_party(commitment),
        amount=total([line.amount for line in commitment.lines]),
    )


def _kind(name: str, collection: str, body: str) -> ProcoreKind:
    path = f"/rest/v1.0/{collection}"
    return ProcoreKind(
        name=name,
        show=f"{path}/{{id}}",
        params={"project_id": "{project}"},
        body=body,
        lines_sync=f"{path}/{{id}}/line_items/sync",
        list=path,
        list_params={"project_id": "{project}"},
        list_total="grand_total",
    )


SYNC: Final = SyncObject(
    name="commitments",
    title="Commitment",
    record=Commitment,
    summary="Approved subcontracts and purchase orders become purchasing documents, line by line.",
    needs=("projects", "vendors", "cost_codes", "cost_types"),
    export=Export(
        kinds=(
            _kind(SUBCONTRACT, "work_order_contracts", "work_order_contract"),
            _kind(PURCHASE_ORDER, "purchase_order_contracts", "purchase_order_contract"),
        ),
        kind_of="/rest/v1.0/commitments/{id}",
        write=IntacctWrite(function=CREATE, object=DOCUMENT),
        attachments=True,
        held=held(_document_id),
        correction="commitment change order",
        summary=_summary,
        asks=(
            definition_asked(lambda commitment: commitment.definition),
            known_terms(lambda commitment: commitment.terms),
            taken(lambda commitment: _document_id(commitment) if commitment.number else None),
        ),
        ready=(approved,),
        rules=(
            approved,
            has_lines,
            lines_add_up,
            units_give_the_amount,
            coded_below_divisions,
            type_fits_the_code,
            no_custom_segment,
            definition_fits,
            terms_known,
            number_free,
        ),
        complete=complete,
        effects=(
            Effect(
                label=lambda commitment: f"Committed to {_party(commitment)} on this job",
                field="TOTAL",
                query=lambda commitment, facts: _committed(commitment, facts, of_vendor=True),
            ),
            Effect(
                label=lambda _commitment: "Committed on this job",
                field="TOTAL",
                query=lambda commitment, facts: _committed(commitment, facts, of_vendor=False),
            ),
        ),
    ),
    web_pages={
        SUBCONTRACT: "/{project}/project/contracts/commitments/work_order_contracts/{id}",
        PURCHASE_ORDER: "/{project}/project/contracts/commitments/purchase_order_contracts/{id}",
    },
    sources=("Sage Intacct: purchasing transactions", "Procore: Work Order Contracts, Purchase Order Contracts"),
)
