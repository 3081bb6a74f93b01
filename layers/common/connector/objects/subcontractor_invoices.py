"""Subcontractor invoices: from Procore to purchasing documents that convert the commitment, of which Intacct makes the bills.

Moves: an approved requisition becomes one PODOCUMENT of the invoice definition, created from the commitment (``createdfrom``), each
billed item a line that converts the line of the commitment it stands on (``sourcelinekey``), items of change orders the line that
these changed or added. An item is worth the work completed this period plus the change in stored materials; what is retained less what
is released goes along (``trx_amountretained``), so that all of it is the invoice's own current payment due. Items that bill nothing
stay behind. An invoice that asks money back takes the definition for adjustments. Attached files go along.
Procore: ``GET /rest/v1.1/requisitions/{id}?view=items``; the retainage held on stored materials before by ``/detail``; kind, terms and
cost types by ``GET /rest/v1.0/commitments/{id}``. Intacct: ``create_potransaction``; the bill is found by PRRECORDKEY each time it is
needed, because Intacct makes it anew when the document is edited [D]. A release as a negative amount retained is documented nowhere [?].
Refused: not approved, commitment, change orders or vendor not there, $0, an item of which Intacct does not know the line, more than
the commitment holds, amounts that are not quantity times unit price or are not the payment due, what the settings rule out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from connector.core.attachments import Attachment
from connector.core.codecs import ID, ISO_DATE, LEGACY_DATE, MONEY, PERCENT, QUANTITY, UNIT_COST, tagged
from connector.core.continuation_sheet import ZERO, Part, SheetDetail, SheetItem, billed
from connector.core.definitions import definition_asked, definition_fits
from connector.core.errors import Code, Violation
from connector.core.exchange import Query, Where
from connector.core.money import Money, Percent, Quantity, decimal, to_cents, total
from connector.core.purchasing import (
    CREATE,
    DOCUMENT,
    LINE,
    PURCHASE_ORDER,
    SUBCONTRACT,
    UNPOSTED,
    digits_at_the_end,
    document_id,
    held,
    known_terms,
    taken,
)
from connector.core.record import IDENTITY, Choice, Record, Ref, following, intacct, limit, made_here, needed, procore, ref, rule, setting
from connector.core.spec import Ask, Effect, Export, Facts, IntacctWrite, ProcoreKind, Summary, SyncObject

APPROVED: Final = frozenset({"approved", "approved_as_noted", "pending_owner_approval"})
OF_ORDER: Final = "change_order_item"
SOURCES: Final = ("commitments", "commitment_change_orders")
"""What a line follows from: it converts a line of the commitment that its own lines or a change order's stand on."""


# fmt: off
class CommitmentLine(Record):
    procore_id: Annotated[str, "Procore line", procore("id", ID)]
    cost_type: Annotated[Ref | None, "Cost type", procore("line_item_type.id", ID), ref("cost_types", missing=Code.COST_TYPE_MISSING, label="line_item_type.name")] = None


class Order(Record):
    """A change order whose items are on the invoice."""

    order: Annotated[Ref | None, "Change order", procore("change_order_id", ID), ref("commitment_change_orders", missing=Code.COMMITMENT_NOT_SYNCED, label="title")] = None


class InvoiceLine(Record):
    item: Annotated[str | None, "Item", intacct("itemid", read="ITEMID"), following(*SOURCES, words="item of the cost type; of a change order's item as of its line")] = None
    description: Annotated[str, "Description", intacct("itemdesc", read="ITEMDESC"), rule("the item's, and whether it is its stored materials"), limit(400)] = ""
    quantity: Annotated[Quantity | None, "Quantity", intacct("quantity", QUANTITY, read="QUANTITY"), rule("1 for amounts")] = None
    unit: Annotated[str | None, "Unit", intacct("unit", read="UNIT"), rule("the item's, for amounts the setting's"), needed()] = None
    unit_cost: Annotated[Quantity | None, "Price", intacct("price", UNIT_COST, read="PRICE"), rule("work completed + change in stored materials; by quantity the unit price")] = None
    source_line: Annotated[str | None, "Converts line", intacct("sourcelinekey", read="SOURCE_DOCLINEKEY"), following(*SOURCES, words="the commitment's line")] = None
    location: Annotated[str | None, "Location", intacct("locationid", read="LOCATIONID"), setting("location of the project")] = None
    department: Annotated[str | None, "Department", intacct("departmentid", read="DEPARTMENTID"), setting("department")] = None
    procore_id: Annotated[str, "Procore item", intacct("memo", tagged("procore:"), read="MEMO"), rule("the item's type and id"), IDENTITY]
    job: Annotated[str | None, "Job", intacct("projectid", read="PROJECTID"), rule("job of the cost code, else of the commitment")] = None
    cost_code: Annotated[Ref | None, "Cost code", intacct("taskid", read="TASKID"), ref("cost_codes", missing=Code.COST_CODE_MISSING), rule("of the item; of a change order's item as of its line in Intacct")] = None
    cost_type: Annotated[Ref | None, "Cost type", intacct("costtypeid", read="COSTTYPEID"), ref("cost_types", missing=Code.COST_TYPE_MISSING), following(*SOURCES, words="of the commitment's line")] = None
    retained: Annotated[Money | None, "Retained", intacct("trx_amountretained", MONEY, read="TRX_AMOUNTRETAINED"), rule("retained - released this period")] = None
    amount: Annotated[Money, "Amount", intacct(None, MONEY, read="TOTAL"), rule("work completed + change in stored materials")] = ZERO
    stored: Annotated[Money, "Change in stored materials"] = ZERO
    line_limit: Annotated[Money, "Held by the commitment's line", following(*SOURCES, words="scheduled value of all its items")] = ZERO
    line_billed: Annotated[Money, "Billed on it to date", following(*SOURCES, words="completed and stored of all its items")] = ZERO
    intacct_key: Annotated[str | None, "Intacct line", intacct(None, read="RECORDNO"), made_here()] = None


class Invoice(Record):
    definition: Annotated[str | None, "Document type", intacct("transactiontype", read="DOCPARID"), setting("invoice definition of the commitment's kind, or its definition for adjustments")] = None
    billing_date: Annotated[date | None, "Bill date", procore("billing_date", ISO_DATE), intacct("datecreated", LEGACY_DATE, read="WHENCREATED"), needed(Code.DATE_MISSING)] = None
    gl_date: Annotated[date | None, "GL posting date", intacct("dateposted", LEGACY_DATE, read="WHENPOSTED"), rule("the approver's choice, else the bill date"), Choice("GL posting date")] = None
    commitment: Annotated[Ref | None, "Commitment", procore("commitment_id", ID), intacct("createdfrom", read="CREATEDFROM"), ref("commitments", missing=Code.COMMITMENT_NOT_SYNCED, label="commitment.number"), needed(Code.COMMITMENT_NOT_SYNCED)] = None
    vendor: Annotated[Ref | None, "Vendor", procore("vendor_id", ID), intacct("vendorid", read="CUSTVENDID"), ref("vendors", missing=Code.VENDOR_NOT_LINKED, label="vendor_name"), needed(Code.VENDOR_NOT_LINKED)] = None
    document_number: Annotated[str | None, "Document number", intacct("documentno", read="DOCNO"), rule("the commitment's number and the invoice's"), limit(45), needed(), Choice("Document number")] = None
    invoice_number: Annotated[str | None, "Vendor's number", procore("invoice_number"), intacct("vendordocno", read="VENDORDOCNO"), limit(45)] = None
    terms: Annotated[str | None, "Payment terms", procore("commitment.payment_terms"), intacct("termname", read="TERM.NAME"), setting("default terms, where the commitment has none"), Choice("Payment terms")] = None
    due: Annotated[date | None, "Due date", intacct("datedue", LEGACY_DATE, read="WHENDUE"), rule("bill date + days until due, where there are no terms")] = None
    title: Annotated[str, "Title", procore("contract_name"), intacct("message", read="MESSAGE"), limit(1000)] = ""
    return_to: Annotated[str | None, "Return to", intacct("returnto.contactname", read=None), rule("the vendor's own contact")] = None
    pay_to: Annotated[str | None, "Pay to", intacct("payto.contactname", read=None), rule("the vendor's own contact")] = None
    supporting_document: Annotated[str | None, "Attachments", intacct("supdocid", read="SUPDOCID"), rule("made of the files, where Intacct takes them along")] = None
    external_id: Annotated[str | None, "External id", intacct("externalid", read="EXTERNALID"), rule("procore-requisition- and Procore's id")] = None
    state: Annotated[str | None, "State", intacct("state", read=None), rule("Pending: becomes a bill at once")] = None
    job: Annotated[Ref | None, "Job", procore("project_id", ID), intacct("projectid", read="PROJECT"), ref("projects", missing=Code.PROJECT_NOT_SYNCED), needed(Code.PROJECT_NOT_SYNCED)] = None
    lines: Annotated[tuple[InvoiceLine, ...], "Line", intacct("potransitems.potransitem", read="PODOCUMENTENTRY")] = ()
    bill_key: Annotated[str | None, "Bill", intacct(None, read="PRRECORDKEY"), made_here("by Intacct, anew at each edit")] = None
    payment_due: Annotated[Money | None, "Payment due", procore("summary.current_payment_due", MONEY), needed()] = None
    contract_sum: Annotated[Money | None, "Contract sum to date", procore("summary.contract_sum_to_date", MONEY)] = None
    procore_id: Annotated[str | None, "Procore id", procore("id", ID)] = None
    number: Annotated[str | None, "Number", procore("number")] = None
    status: Annotated[str | None, "Status", procore("status")] = None
    commitment_type: Annotated[str | None, "Commitment's type", procore("commitment.type")] = None
    retainage_percent: Annotated[Percent | None, "Commitment's retainage %", procore("commitment.retainage_percent", PERCENT)] = None
    orders: Annotated[tuple[Order, ...], "Change order", procore("item_packages")] = ()
    items: Annotated[tuple[SheetItem, ...], "Item", procore("items")] = ()
    details: Annotated[tuple[SheetDetail, ...], "Detail", procore("detail")] = ()
    commitment_lines: Annotated[tuple[CommitmentLine, ...], "Commitment line", procore("commitment.line_items")] = ()
    attachments: Annotated[tuple[Attachment, ...], "Attachment", procore("attachments")] = ()
    origin: Annotated[str | None, "Origin id", procore("origin_id")] = None
# fmt: on


def approved(invoice: Invoice, _facts: Facts) -> Iterator[Violation]:
    if invoice.status not in APPROVED:
        said = f"{_name(invoice)} is {invoice.status or 'without status'} in Procore."
        yield Violation(code=Code.NOT_APPROVED_IN_PROCORE, field="status", message=said)


def not_zero(invoice: Invoice, _facts: Facts) -> Iterator[Violation]:
    if invoice.payment_due == 0:
        yield Violation(code=Code.ZERO_AMOUNT, field="payment_due", message=f"{_name(invoice)} asks for nothing.")


def lines_are_the_payment_due(invoice: Invoice, _facts: Facts) -> Iterator[Violation]:
    lines = _gross(invoice) - _retained(invoice)
    if invoice.payment_due is not None and lines != invoice.payment_due:
        said = f"{_name(invoice)}: the lines come to {_gross(invoice)} less {_retained(invoice)} retained, which is {lines}; the current payment due is {invoice.payment_due}."
        yield Violation(code=Code.TOTALS_DISAGREE, field="payment_due", message=said)


def units_give_the_amount(invoice: Invoice, _facts: Facts) -> Iterator[Violation]:
    for number, line in enumerate(invoice.lines, start=1):
        product = to_cents((line.quantity or ZERO) * (line.unit_cost or ZERO))
        if product != line.amount:
            said = f"Line {number}: {line.quantity} x {line.unit_cost} is {product}, the line comes to {line.amount}."
            yield Violation(code=Code.TOTALS_DISAGREE, field=f"lines[{number}].amount", message=said)


def lines_known(invoice: Invoice, _facts: Facts) -> Iterator[Violation]:
    for number, line in enumerate(() if _open(invoice) else invoice.lines, start=1):
        if not line.source_line:
            said = f"Line {number} ({line.description or line.procore_id}) bills a line that Intacct does not have."
            yield Violation(code=Code.COMMITMENT_NOT_SYNCED, field=f"lines[{number}].source_line", message=said)


def lines_coded(invoice: Invoice, _facts: Facts) -> Iterator[Violation]:
    needs = (("cost_code", Code.COST_CODE_MISSING), ("cost_type", Code.COST_TYPE_MISSING), ("item", Code.ITEM_NOT_MAPPED))
    for number, line in enumerate(invoice.lines, start=1):
        for name, code in needs:
            if not getattr(line, name) and not (_open(invoice) and line.procore_id.startswith(OF_ORDER)):
                said = f"Line {number} ({line.description or line.procore_id}) has no {name.replace('_', ' ')}."
                yield Violation(code=code, field=f"lines[{number}].{name}", message=said)


def as_the_settings_say(invoice: Invoice, facts: Facts) -> Iterator[Violation]:
    config = facts.config
    for number, line in enumerate(invoice.lines, start=1):
        released = -(line.retained or ZERO) if line.amount >= 0 else ZERO
        forbidden = (
            (config.stored_materials == "refused" and line.stored != 0, f"stored materials change by {line.stored} (stored_materials)"),
            (config.retainage_releases == "refused" and released > 0, f"retainage of {released} is released (retainage_releases)"),
            (not config.reverse_conversions and line.amount * line.line_limit < 0, f"{line.amount} is billed back (reverse_conversions)"),
        )
        for broken, what in forbidden:
            if broken:
                yield Violation(code=Code.SETTINGS_FORBID, field=f"lines[{number}].amount", message=f"Line {number}: {what}.")


def definition_named(invoice: Invoice, _facts: Facts) -> Iterator[Violation]:
    if not invoice.definition and (invoice.payment_due or 0) < 0:
        said = f"{_name(invoice)} asks {-(invoice.payment_due or ZERO)} back, and no definition for adjustments is named (definitions)."
        yield Violation(code=Code.SETTINGS_FORBID, field="definition", message=said)
    elif not invoice.definition:
        said = f"{_name(invoice)} bills a {invoice.commitment_type or 'commitment of unknown type'}, for which there is no document type."
        yield Violation(code=Code.VALUE_MISSING, field="definition", message=said)


def within_the_lines(invoice: Invoice, _facts: Facts) -> Iterator[Violation]:
    """Intacct holds each line by itself to what it is worth with its change orders. What leads back to that is always right."""
    for number, line in enumerate(invoice.lines, start=1):
        low, high = min(line.line_limit, ZERO), max(line.line_limit, ZERO)
        if (line.amount > 0 and line.line_billed > high) or (line.amount < 0 and line.line_billed < low):
            said = f"Line {number}: {line.line_billed} would be billed to date; the commitment's line holds {line.line_limit} with its change orders."
            yield Violation(code=Code.OVERBILLED, field=f"lines[{number}].amount", message=said)


def within_the_commitment(invoice: Invoice, facts: Facts) -> Iterator[Violation]:
    """With what Intacct holds of invoices made from the commitment, Procore's or others."""
    before = sum((decimal(row["TOTAL"]) for row in facts.rows["billed"] if row.get("STATE") not in UNPOSTED), ZERO)
    gross = _gross(invoice)
    if invoice.contract_sum is not None and gross > 0 and before + gross > invoice.contract_sum:
        said = (
            f"Intacct holds {before} billed; with {gross} that is more than {invoice.contract_sum}, the commitment with its change orders."
        )
        yield Violation(code=Code.OVERBILLED, field="contract_sum", message=said)


def terms_known(invoice: Invoice, facts: Facts) -> Iterator[Violation]:
    if invoice.terms and invoice.terms not in facts.known["terms"]:
        yield Violation(code=Code.TERMS_UNKNOWN, field="terms", message=f"Intacct has no payment terms {invoice.terms!r}.")


def number_free(invoice: Invoice, facts: Facts) -> Iterator[Violation]:
    if _document_id(invoice) in facts.known["taken"]:
        said = f"Intacct already has {_document_id(invoice)}."
        yield Violation(code=Code.DUPLICATE_NUMBER, field="document_number", message=said)


def complete(invoice: Invoice, facts: Facts) -> Invoice:
    """Makes the lines, and fills what settings, rules and the commitment give. What was read for that only is dropped."""
    config, names = facts.config, facts.config.definitions
    bills = {SUBCONTRACT: names.subcontract_invoice, PURCHASE_ORDER: names.purchase_order_invoice}
    adjustments = {SUBCONTRACT: names.subcontract_adjustment, PURCHASE_ORDER: names.purchase_order_adjustment}
    definitions = adjustments if (invoice.payment_due or 0) < 0 else bills
    commitment = invoice.commitment
    number = f"{commitment.label}-{invoice.number.zfill(2)}" if commitment and commitment.label and invoice.number else None
    terms = invoice.terms or config.default_terms or None
    return invoice.model_copy(
        update={
            "definition": definitions.get(invoice.commitment_type or "") or None,
            "document_number": invoice.document_number or number,
            "terms": terms,
            "due": invoice.billing_date + timedelta(days=config.due_days) if invoice.billing_date and not terms else None,
            "return_to": "",
            "pay_to": "",
            "external_id": f"procore-requisition-{invoice.procore_id}",
            "state": "Pending",
            "lines": tuple(_lines(invoice, facts)),
            "orders": tuple(each for each in invoice.orders if each.order),
            "items": (),
            "details": (),
            "commitment_lines": (),
        }
    )


def _billed(invoice: Invoice, facts: Facts) -> list[tuple[SheetItem, Part]]:
    return billed(invoice.items, invoice.details, stored_apart=facts.config.stored_materials == "own line")


def _lines(invoice: Invoice, facts: Facts) -> Iterator[InvoiceLine]:
    config = facts.config
    types = {each.procore_id: each.cost_type for each in invoice.commitment_lines}
    limits: dict[str, Money] = defaultdict(lambda: ZERO)
    totals: dict[str, Money] = defaultdict(lambda: ZERO)
    for item in invoice.items:
        limits[_place(invoice, item)] += item.scheduled
        totals[_place(invoice, item)] += item.to_date
    for item, part in _billed(invoice, facts):
        by_unit = item.accounting_method == "unit"
        code, kind = item.cost_code, types.get(item.line_item_id or "")
        coded = {
            "cost_code": code,
            "job": (code.detail.get("job") if code else None) or (invoice.job.intacct if invoice.job else None),
        }
        if item.item_type == OF_ORDER:
            coded |= _coded_in_intacct(invoice, item, facts)
        else:
            coded |= {"cost_type": kind, "item": config.item_for(kind.intacct if kind else "") or None}
        yield InvoiceLine.model_validate(
            coded
            | {
                "description": f"{item.description} (stored materials)" if part.apart else item.description,
                "quantity": part.quantity if by_unit else Decimal(1),
                "unit": item.unit if by_unit else config.unit,
                "unit_cost": item.unit_price if by_unit else part.amount,
                "source_line": _source(invoice, item),
                "location": config.location_of(facts.project_id) or None,
                "department": config.department or None,
                "procore_id": part.name,
                "retained": part.retained if part.retained or invoice.retainage_percent else None,
                "amount": part.amount,
                "stored": part.stored,
                "line_limit": limits[_place(invoice, item)],
                "line_billed": totals[_place(invoice, item)],
            }
        )


def _source(invoice: Invoice, item: SheetItem) -> str | None:
    """The commitment's line in Intacct that an item stands on."""
    holders = [each.order for each in invoice.orders] if item.item_type == OF_ORDER else [invoice.commitment]
    name = f"line:{item.line_item_id}"
    return next((holder.detail[name] for holder in holders if holder and name in holder.detail), None)


def _place(invoice: Invoice, item: SheetItem) -> str:
    return _source(invoice, item) or f"{item.item_type}:{item.procore_id}"


def _coded_in_intacct(invoice: Invoice, item: SheetItem, facts: Facts) -> dict[str, Any]:
    """Procore does not say the cost type of a change order's item: it is coded as the line in Intacct, once that is there."""
    key = _source(invoice, item)
    row = next((row for row in facts.rows.get("sources", ()) if str(row["RECORDNO"]) == key), None)
    if row is None:
        return {}
    code = item.cost_code.procore if item.cost_code else ""
    return {
        "cost_code": Ref(procore=code, intacct=str(row["TASKID"])) if row["TASKID"] else None,
        "cost_type": Ref(procore="", intacct=str(row["COSTTYPEID"])) if row["COSTTYPEID"] else None,
        "item": str(row["ITEMID"]),
        "job": str(row["PROJECTID"]),
    }


def _sources_of_orders(invoice: Invoice, facts: Facts) -> Query | None:
    keys = [_source(invoice, item) for item, _ in _billed(invoice, facts) if item.item_type == OF_ORDER]
    known = tuple(dict.fromkeys(key for key in keys if key))
    fields = ("RECORDNO", "ITEMID", "PROJECTID", "TASKID", "COSTTYPEID")
    return Query(object=LINE, fields=fields, where=(Where("RECORDNO", "in", known),)) if known else None


def _invoiced(invoice: Invoice, _facts: Facts) -> Query | None:
    """What was made from the commitment before."""
    if not (invoice.commitment and invoice.commitment.intacct):
        return None
    return Query(object=DOCUMENT, fields=("TOTAL", "STATE"), where=(Where("CREATEDFROM", "equalto", (invoice.commitment.intacct,)),))


def _open(invoice: Invoice) -> bool:
    """Whether something it refers to goes first, so that its lines cannot be known yet."""
    return any(each is not None and not each.intacct for each in (invoice.commitment, *(each.order for each in invoice.orders)))


def _gross(invoice: Invoice) -> Money:
    return total([line.amount for line in invoice.lines])


def _retained(invoice: Invoice) -> Money:
    return total([line.retained or ZERO for line in invoice.lines])


def _name(invoice: Invoice) -> str:
    return invoice.document_number or invoice.invoice_number or "The invoice"


def _document_id(invoice: Invoice) -> str:
    return document_id(invoice.definition, invoice.document_number)


def _summary(invoice: Invoice) -> Summary:
    party = invoice.vendor.label if invoice.vendor else "the vendor"
    return Summary(
        number=invoice.document_number or "",
        title=invoice.title,
        party=party,
        amount=invoice.payment_due or ZERO,
        series=f"invoices of {invoice.commitment.procore}" if invoice.commitment else "",
        place=int(digits_at_the_end(invoice.number) or 0),
    )


SYNC: Final = SyncObject(
    name="subcontractor_invoices",
    title="Subcontractor invoice",
    record=Invoice,
    summary="Approved invoices convert the commitment line by line, with what is retained and released; Intacct makes the bill.",
    needs=("projects", "vendors", "commitments", "commitment_change_orders", "cost_codes", "cost_types"),
    export=Export(
        kinds=(
            ProcoreKind(
                name="Requisition",
                show="/rest/v1.1/requisitions/{id}",
                params={"project_id": "{project}"},
                view="items",
                more={"detail": "/rest/v1.0/requisitions/{id}/detail"},
                beside={"commitment": "/rest/v1.0/commitments/{commitment_id}"},
                body="requisition",
                owner={"commitment_id": "{commitment_id}"},
                code="",
                list="/rest/v1.1/requisitions",
                list_params={"project_id": "{project}"},
            ),
        ),
        write=IntacctWrite(function=CREATE, object=DOCUMENT),
        attachments=True,
        held=held(_document_id),
        correction="subcontractor invoice",
        summary=_summary,
        givens=(Ask(name="sources", field="RECORDNO", query=_sources_of_orders),),
        complete=complete,
        asks=(
            definition_asked(lambda invoice: invoice.definition),
            taken(_document_id),
            known_terms(lambda invoice: invoice.terms),
            Ask(name="billed", field="TOTAL", query=_invoiced),
        ),
        ready=(approved,),
        rules=(
            approved,
            not_zero,
            lines_are_the_payment_due,
            units_give_the_amount,
            lines_known,
            lines_coded,
            as_the_settings_say,
            definition_named,
            definition_fits,
            within_the_lines,
            within_the_commitment,
            terms_known,
            number_free,
        ),
        effects=(
            Effect(
                label=lambda invoice: f"Invoiced on {invoice.commitment.label if invoice.commitment else 'the commitment'}",
                field="TOTAL",
                query=_invoiced,
                adds=_gross,
            ),
        ),
    ),
    web_pages={
        SUBCONTRACT: "/{project}/project/commitments/work_order_contracts/{commitments}/requisitions/{id}",
        PURCHASE_ORDER: "/{project}/project/commitments/purchase_order_contracts/{commitments}/requisitions/{id}",
    },
    sources=("Sage Intacct: purchasing transactions", "Procore: Requisitions (Subcontractor Invoices), Commitments"),
)
