"""Commitment change orders: from Procore to purchasing documents of Intacct's change-order definitions, linked line by line.

Moves: an approved change order of a subcontract or purchase order becomes one PODOCUMENT. A line that changes a line of the commitment
names it (``relateddoclinekey``), a line that changes none, or is coded otherwise than the line it changes, becomes a new line of the
commitment. Several edits of one line stay several lines; negative amounts are as good as positive ones. Intacct takes a document with
all its lines or none of it [D]; that it has them is read back.
Procore: ``GET /rest/v1.0/projects/{project}/commitment_change_orders/{id}``; which line changes what by the v2 line items, their cost
codes and types by the older change order package, which alone carries the origin id; kind, vendor and retainage by
``GET /rest/v1.0/commitments/{id}``. Intacct: ``create_potransaction``. The line of the commitment that a line came to stand on is read
back as RELATEDDOCLINEKEY, for new lines too [?]: invoices bill it there.
Refused: not approved, job, vendor or commitment not there, no line, a changed line that Intacct does not know, coding as for
commitments, amounts that are not quantity times unit cost or do not add up, a number Intacct has already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Final

from connector.core.codecs import BOOLEAN, ID, ISO_DATE, LEGACY_DATE, MONEY, PERCENT, QUANTITY, UNIT_COST, tagged
from connector.core.coding import coded_below_divisions, no_custom_segment, type_fits_the_code
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
    committed,
    digits_at_the_end,
    document_id,
    held,
    taken,
)
from connector.core.record import (
    IDENTITY,
    Choice,
    Record,
    Ref,
    following,
    intacct,
    limit,
    needed,
    procore,
    ref,
    rule,
    setting,
)
from connector.core.spec import Ask, Effect, Export, Facts, IntacctWrite, ProcoreKind, Summary, SyncObject


# fmt: off
class CommitmentLine(Record):
    """A line of the commitment as it was signed, to know what a change changes."""

    procore_id: Annotated[str, "Procore line", procore("id", ID)]
    amount: Annotated[Money, "Amount", procore("amount", MONEY)]
    quantity: Annotated[Quantity | None, "Quantity", procore("quantity", QUANTITY)] = None
    cost_code: Annotated[str | None, "Cost code", procore("cost_code.id", ID)] = None
    cost_type: Annotated[str | None, "Cost type", procore("line_item_type.id", ID)] = None


class Coding(Record):
    """What a line is coded to: the line items of v2 say their budget code only."""

    procore_id: Annotated[str, "Procore line", procore("id", ID)]
    cost_code: Annotated[Ref | None, "Cost code", procore("cost_code.id", ID), ref("cost_codes", missing=Code.COST_CODE_MISSING, label="cost_code.full_code")] = None
    cost_type: Annotated[Ref | None, "Cost type", procore("line_item_type.id", ID), ref("cost_types", missing=Code.COST_TYPE_MISSING, label="line_item_type.name")] = None


class ChangeOrderLine(Record):
    item: Annotated[str | None, "Item", intacct("itemid", read="ITEMID"), setting("item of the cost type"), needed(Code.ITEM_NOT_MAPPED)] = None
    description: Annotated[str, "Description", procore("description"), intacct("itemdesc", read="ITEMDESC"), limit(400)] = ""
    quantity: Annotated[Quantity | None, "Quantity", procore("quantity", QUANTITY), intacct("quantity", QUANTITY, read="QUANTITY")] = None
    unit: Annotated[str | None, "Unit", procore("uom"), intacct("unit", read="UNIT"), needed()] = None
    unit_cost: Annotated[Quantity | None, "Unit cost", procore("unit_cost", UNIT_COST), intacct("price", UNIT_COST, read="PRICE")] = None
    location: Annotated[str | None, "Location", intacct("locationid", read="LOCATIONID"), setting("location of the project")] = None
    department: Annotated[str | None, "Department", intacct("departmentid", read="DEPARTMENTID"), setting("department")] = None
    procore_id: Annotated[str, "Procore line", procore("id", ID), intacct("memo", tagged("procore:cco:"), read="MEMO"), IDENTITY]
    job: Annotated[str | None, "Job", intacct("projectid", read="PROJECTID"), rule("job of the cost code, else of the commitment")] = None
    cost_code: Annotated[Ref | None, "Cost code", intacct("taskid", read="TASKID"), ref("cost_codes", missing=Code.COST_CODE_MISSING), rule("by the change order package"), needed(Code.COST_CODE_MISSING)] = None
    cost_type: Annotated[Ref | None, "Cost type", intacct("costtypeid", read="COSTTYPEID"), ref("cost_types", missing=Code.COST_TYPE_MISSING), rule("by the change order package"), needed(Code.COST_TYPE_MISSING)] = None
    retainage_percent: Annotated[Percent | None, "Retainage %", intacct("retainagepercentage", PERCENT, read="RETAINAGEPERCENTAGE"), rule("the commitment's")] = None
    commitment_key: Annotated[str | None, "Changes document", intacct("relateddockey", read="RELATEDDOCKEY"), following("commitments", words="the commitment's key")] = None
    intacct_key: Annotated[str | None, "Changes line", intacct("relateddoclinekey", read="RELATEDDOCLINEKEY"), following("commitments", words="the line it changes; none adds a line")] = None
    conversion: Annotated[str | None, "Conversion", intacct("conversiontype", read="CONVERSIONTYPE"), rule("Price for amounts, Quantity for units")] = None
    reverse_conversion: Annotated[bool | None, "Conversion reversal", intacct("reverseconversion", BOOLEAN, read=None), setting("conversion reversal")] = None
    amount: Annotated[Money | None, "Amount", intacct(None, MONEY, read="TOTAL"), setting("the change, or the value after it")] = None
    change: Annotated[Money | None, "Change", procore("amount", MONEY), needed()] = None
    changes: Annotated[str | None, "Commitment line", procore("commitment_line_item_id", ID)] = None
    flat_code: Annotated[str | None, "Budget code", procore("wbs_code.flat_code")] = None
    position: Annotated[Quantity, "Position", procore("position", QUANTITY)] = Decimal(0)
# fmt: on


# fmt: off
class ChangeOrder(Record):
    definition: Annotated[str | None, "Document type", intacct("transactiontype", read="DOCPARID"), setting("change-order definition of the commitment's kind"), needed()] = None
    approved_on: Annotated[date | None, "Date", procore("reviewed_at", ISO_DATE), intacct("datecreated", LEGACY_DATE, read="WHENCREATED"), needed(Code.DATE_MISSING), Choice("Document date")] = None
    vendor: Annotated[Ref | None, "Vendor", procore("commitment.vendor.id", ID), intacct("vendorid", read="CUSTVENDID"), ref("vendors", missing=Code.VENDOR_NOT_LINKED, label="commitment.vendor.name"), needed(Code.VENDOR_NOT_LINKED)] = None
    document_number: Annotated[str | None, "Document number", intacct("documentno", read="DOCNO"), rule("the commitment's number and the change order's, behind CO where it is digits"), limit(45), needed(), Choice("Document number")] = None
    due: Annotated[date | None, "Due date", intacct("datedue", LEGACY_DATE, read="WHENDUE"), rule("date + days until due")] = None
    title: Annotated[str, "Title", procore("title"), intacct("message", read="MESSAGE"), limit(1000)] = ""
    return_to: Annotated[str | None, "Return to", intacct("returnto.contactname", read=None), rule("the vendor's own contact")] = None
    pay_to: Annotated[str | None, "Pay to", intacct("payto.contactname", read=None), rule("the vendor's own contact")] = None
    external_id: Annotated[str | None, "External id", intacct("externalid", read="EXTERNALID"), rule("procore-cco- and Procore's id")] = None
    state: Annotated[str | None, "State", intacct("state", read=None), rule("Pending: takes effect at once")] = None
    job: Annotated[Ref | None, "Job", procore("project_id", ID), intacct("projectid", read="PROJECT"), ref("projects", missing=Code.PROJECT_NOT_SYNCED), needed(Code.PROJECT_NOT_SYNCED)] = None
    log_number: Annotated[str | None, "Change log number", intacct("changelognumber", read=None), rule("the digits at the end of the number")] = None
    lines: Annotated[tuple[ChangeOrderLine, ...], "Line", procore("lines"), intacct("potransitems.potransitem", read="PODOCUMENTENTRY")] = ()
    procore_id: Annotated[str | None, "Procore id", procore("id", ID)] = None
    number: Annotated[str | None, "Number", procore("number")] = None
    status: Annotated[str | None, "Status", procore("status")] = None
    total: Annotated[Money | None, "Total", procore("grand_total", MONEY)] = None
    commitment: Annotated[Ref | None, "Commitment", procore("contract_id", ID), ref("commitments", missing=Code.COMMITMENT_NOT_SYNCED, label="commitment.number"), needed(Code.COMMITMENT_NOT_SYNCED)] = None
    commitment_type: Annotated[str | None, "Commitment's type", procore("commitment.type")] = None
    accounting_method: Annotated[str | None, "Accounting method", procore("commitment.accounting_method")] = None
    retainage_percent: Annotated[Percent | None, "Retainage %", procore("commitment.retainage_percent", PERCENT)] = None
    commitment_lines: Annotated[tuple[CommitmentLine, ...], "Commitment line", procore("commitment.line_items")] = ()
    codings: Annotated[tuple[Coding, ...], "Coding", procore("package.line_items")] = ()
    origin: Annotated[str | None, "Origin id", procore("package.origin_id")] = None
# fmt: on


def approved(order: ChangeOrder, _facts: Facts) -> Iterator[Violation]:
    if order.status != "approved":
        said = f"{_name(order)} is {order.status or 'without status'} in Procore."
        yield Violation(code=Code.NOT_APPROVED_IN_PROCORE, field="status", message=said)


def has_lines(order: ChangeOrder, _facts: Facts) -> Iterator[Violation]:
    if not order.lines:
        yield Violation(code=Code.NO_LINES, field="lines", message=f"{_name(order)} has no line.")


def lines_add_up(order: ChangeOrder, _facts: Facts) -> Iterator[Violation]:
    lines = _sum(order)
    if order.total is not None and lines != order.total:
        said = f"{_name(order)}: the lines add up to {lines}, the header says {order.total}."
        yield Violation(code=Code.TOTALS_DISAGREE, field="total", message=said)


def changed_lines_known(order: ChangeOrder, _facts: Facts) -> Iterator[Violation]:
    """Without its key the line would be added to the commitment instead of changing it."""
    for number, line in enumerate(order.lines, start=1):
        if order.commitment and order.commitment.intacct and line.changes and not line.intacct_key:
            said = f"Line {number} changes a line of {order.commitment.intacct} that Intacct does not have (Procore's line {line.changes})."
            yield Violation(code=Code.COMMITMENT_NOT_SYNCED, field=f"lines[{number}].changes", message=said)


def units_give_the_amount(order: ChangeOrder, _facts: Facts) -> Iterator[Violation]:
    """A line that goes by quantity in Intacct cannot be changed by an amount."""
    for number, line in enumerate(order.lines, start=1):
        quantity, unit_cost = line.quantity or Decimal(0), line.unit_cost or Decimal(0)
        product = to_cents(quantity * unit_cost)
        if line.conversion == "Quantity" and product != line.amount:
            said = f"Line {number}: {quantity} x {unit_cost} is {product}, the line says {line.amount}."
            yield Violation(code=Code.TOTALS_DISAGREE, field=f"lines[{number}].change", message=said)


def number_free(order: ChangeOrder, facts: Facts) -> Iterator[Violation]:
    if _document_id(order) in facts.known["taken"]:
        said = f"Intacct already has {_document_id(order)}."
        yield Violation(code=Code.DUPLICATE_NUMBER, field="document_number", message=said)


def complete(order: ChangeOrder, facts: Facts) -> ChangeOrder:
    """Fills what settings, rules and the commitment give, and puts the lines in their order: Procore's list of them has none. What was
    read for that only is dropped."""
    names = facts.config.definitions
    definitions = {SUBCONTRACT: names.subcontract_change_order, PURCHASE_ORDER: names.purchase_order_change_order}
    commitment = order.commitment
    counted = f"CO{order.number}" if order.number and order.number[0].isdecimal() else order.number
    number = f"{commitment.label}-{counted}" if commitment and commitment.label and counted else None
    return order.model_copy(
        update={
            "definition": definitions.get(order.commitment_type or ""),
            "document_number": order.document_number or number,
            "due": order.approved_on + timedelta(days=facts.config.due_days) if order.approved_on else None,
            "return_to": "",
            "pay_to": "",
            "external_id": f"procore-cco-{order.procore_id}",
            "state": "Pending",
            "log_number": digits_at_the_end(order.number),
            "lines": tuple(_complete_lines(order, facts)),
            "commitment_lines": (),
            "codings": (),
        }
    )


def _complete_lines(order: ChangeOrder, facts: Facts) -> Iterator[ChangeOrderLine]:
    config, commitment = facts.config, order.commitment
    codings = {each.procore_id: each for each in order.codings}
    signed = {each.procore_id: each for each in order.commitment_lines}
    values = _values_now(order, facts)
    for line in sorted(order.lines, key=lambda each: (each.position, each.procore_id)):
        coding = codings.get(line.procore_id) or Coding(procore_id=line.procore_id)
        code, kind = coding.cost_code, coding.cost_type
        changes = line.changes if _coded_alike(coding, signed.get(line.changes or "")) else None
        by_unit = order.accounting_method == "unit" and (bool(line.quantity) or changes is not None)
        quantity, amount = line.quantity or Decimal(0), line.change or Decimal(0)
        if changes is not None and config.change_order_amounts == "new value":
            before = values.get(changes, (Decimal(0), Decimal(0)))
            quantity, amount = values[changes] = (before[0] + quantity, before[1] + amount)
        numbers = {"quantity": quantity} if by_unit else {"quantity": Decimal(1), "unit": config.unit, "unit_cost": amount}
        yield line.model_copy(
            update=numbers
            | {
                "item": config.item_for(kind.intacct if kind else "") or None,
                "location": config.location_of(facts.project_id) or None,
                "department": config.department or None,
                "job": (code.detail.get("job") if code else None) or (order.job.intacct if order.job else None),
                "cost_code": code,
                "cost_type": kind,
                "retainage_percent": order.retainage_percent or None,
                "commitment_key": (commitment.key or None) if commitment else None,
                "intacct_key": commitment.detail.get(f"line:{changes}") if commitment and changes else None,
                "conversion": "Quantity" if by_unit else "Price",
                "reverse_conversion": config.reverse_conversions or None,
                "amount": amount,
                "changes": changes,
            }
        )


def _coded_alike(coding: Coding, signed: CommitmentLine | None) -> bool:
    """Intacct keeps a changed line under its own code. A line that is not in the commitment is not for us to judge."""
    ours = tuple(each.procore if each else None for each in (coding.cost_code, coding.cost_type))
    return signed is None or ours == (signed.cost_code, signed.cost_type)


def _values_now(order: ChangeOrder, facts: Facts) -> dict[str, tuple[Quantity, Money]]:
    """Quantity and amount of each line of the commitment before this change order: as signed, or as the last change order left it,
    where these say the value after the change."""
    values = {each.procore_id: (each.quantity or Decimal(0), each.amount) for each in order.commitment_lines}
    detail: Mapping[str, str] = order.commitment.detail if order.commitment else {}
    procore_ids = {key: name.removeprefix("line:") for name, key in detail.items() if name.startswith("line:")}
    for row in facts.rows.get("changes", ()):
        changed = procore_ids.get(str(row.get("RELATEDDOCLINEKEY")))
        if changed is not None and row.get("STATE") not in UNPOSTED:
            values[changed] = (decimal(row["QUANTITY"]), decimal(row["TOTAL"]))
    return values


def _earlier_changes(order: ChangeOrder, facts: Facts) -> Query | None:
    if facts.config.change_order_amounts == "delta" or not (order.commitment and order.commitment.key):
        return None
    fields = ("RELATEDDOCLINEKEY", "QUANTITY", "TOTAL", "STATE")
    return Query(object=LINE, fields=fields, where=(Where("RELATEDDOCKEY", "equalto", (order.commitment.key,)),))


def _name(order: ChangeOrder) -> str:
    return order.document_number or order.title or "The change order"


def _document_id(order: ChangeOrder) -> str:
    return document_id(order.definition, order.document_number)


def _sum(order: ChangeOrder) -> Money:
    return total([line.change or Decimal(0) for line in order.lines])


def _summary(order: ChangeOrder) -> Summary:
    party = order.vendor.label if order.vendor else "the vendor"
    return Summary(
        number=order.document_number or "",
        title=order.title,
        party=party,
        amount=_sum(order),
        series=f"change orders of {order.commitment.procore}" if order.commitment else "",
        place=int(digits_at_the_end(order.number) or 0),
    )


SYNC: Final = SyncObject(
    name="commitment_change_orders",
    title="Commitment change order",
    record=ChangeOrder,
    summary="Approved change orders change the commitment in Intacct line by line, or add lines to it.",
    needs=("projects", "vendors", "commitments", "cost_codes", "cost_types"),
    export=Export(
        kinds=(
            ProcoreKind(
                name="CommitmentChangeOrder",
                show="/rest/v1.0/projects/{project}/commitment_change_orders/{id}",
                params={"project_id": "{project}"},
                given={"project_id": "{project}"},
                more={"lines": "/rest/v2.0/companies/{company}/projects/{project}/commitment_change_orders/{id}/line_items"},
                beside={
                    "commitment": "/rest/v1.0/commitments/{contract_id}",
                    "package": "/rest/v1.0/change_order_packages/{legacy_package_id}",
                },
                body="change_order",
                origin="/rest/v1.0/change_order_packages/{legacy_package_id}",
                list="/rest/v1.0/projects/{project}/commitment_change_orders",
                list_total="grand_total",
            ),
        ),
        write=IntacctWrite(function=CREATE, object=DOCUMENT),
        held=held(_document_id),
        correction="commitment change order",
        summary=_summary,
        givens=(Ask(name="changes", field="RELATEDDOCLINEKEY", query=_earlier_changes),),
        complete=complete,
        asks=(definition_asked(lambda order: order.definition), taken(_document_id)),
        ready=(approved,),
        rules=(
            approved,
            has_lines,
            lines_add_up,
            changed_lines_known,
            units_give_the_amount,
            coded_below_divisions,
            type_fits_the_code,
            no_custom_segment,
            definition_fits,
            number_free,
        ),
        effects=(
            Effect(
                label=lambda order: f"Committed to {_summary(order).party} on this job",
                field="TOTAL",
                query=lambda order, facts: committed(facts, order.job, order.vendor),
            ),
            Effect(
                label=lambda _order: "Committed on this job",
                field="TOTAL",
                query=lambda order, facts: committed(facts, order.job),
            ),
        ),
    ),
    sources=("Sage Intacct: purchasing transactions", "Procore: Commitment Change Orders, Change Order Packages, Commitments"),
)
