"""Payments both ways: what was paid through Procore Pay, to Intacct's AP payments, without a click once its funds are there; and what
Intacct paid, to the contract payments of the invoices that were sent from Procore.

Moves to Intacct: a funded contract payment with an ``external_payment_id`` becomes one APPYMT over the bill that Intacct made of the exported
invoice, each line of the bill paid in proportion to what is open on it, to the cent. What is retained is not open; what an invoice
released is. A payment that breaks a rule stays failed, where an approver may change check number and bank account and send it again.
Procore: ``GET /rest/v1.0/contract_payments/{id}?contract_id=``, the invoice by ``/rest/v1.1/requisitions/{id}``; the origin id goes back
by PATCH and locks the payment. Intacct: ``create APPYMT``, read back as APPYMT and APPYMTDETAIL. APPYMT has no external id: the
description names the payment. The bill is found by PODOCUMENT.PRRECORDKEY each time, because an edit of the document makes it anew [D].
Which words Procore has for a funded payment [?], and that a detail names its payment by PAYMENTKEY [?], is documented nowhere.
Moves to Procore: a posted APPYMT becomes one contract payment for each exported invoice whose bill it pays, also by way of the bill of a
retainage release, which the notes say. Found by APPYMTDETAIL.RECORDKEY and PODOCUMENT.PRRECORDKEY at each reading. There is no sync action
and no filter by origin id: the contract's list is looked through before each ``POST /rest/v1.0/contract_payments``. A payment that is
voided is deleted in Procore, which would add it up otherwise, and listed; so is one of Procore Pay, which stays there. Left out: what pays
no exported invoice, and what was sent from Procore.
Refused: not made through Procore Pay, not funded, its invoice not in Intacct or without a bill there, nothing or less than nothing,
more than is due, a bank account that Intacct does not have, a check number that was used on it. A closed period is Intacct's to refuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from connector.core.codecs import ID, ISO_DATE, MONEY, US_DATE, tagged
from connector.core.configuration import Configuration
from connector.core.errors import Code, Violation
from connector.core.exchange import Held, Query, Where
from connector.core.money import Money, decimal, shares, total
from connector.core.purchasing import DOCUMENT
from connector.core.record import IDENTITY, Choice, Record, Ref, following, intacct, limit, made_here, needed, procore, ref, rule, setting
from connector.core.spec import (
    Ask,
    Automatic,
    Beside,
    Effect,
    Export,
    Facts,
    HeldLines,
    IntacctHeld,
    IntacctWrite,
    Leg,
    ProcoreKind,
    ProcoreTarget,
    Reading,
    Split,
    Summary,
    SyncObject,
    Void,
)

PAYMENT: Final = "APPYMT"
DETAIL: Final = "APPYMTDETAIL"
BILL_LINE: Final = "APBILLITEM"
STANDS: Final = Where("STATE", "notequalto", ("Voided",))
ZERO: Final = Decimal("0.00")
OF_INVOICE: Final = ("subcontractor_invoices",)
"""What a line follows from: the bill that Intacct made of the invoice."""


POSTED: Final = "Posted"
VOIDED: Final = "Voided"
_METHODS: Final = dict.fromkeys(("Printed Check", "Joint Check", "Check Delivery", "WF Check"), "check") | {"Credit Card": "credit_card"}
"""Procore's words for Intacct's ways to pay; all others are electronic, but for cash, for which it has none."""
MARK: Final = "procore:contract_payment:"


# fmt: off
class PaymentLine(Record):
    bill: Annotated[str, "Bill", intacct("RECORDKEY"), following(*OF_INVOICE, words="the bill that Intacct made of it")]
    bill_line: Annotated[str, "Bill line", intacct("ENTRYKEY"), following(*OF_INVOICE, words="a line of the bill"), IDENTITY]
    amount: Annotated[Money, "Amount", intacct("TRX_PAYMENTAMOUNT", MONEY), following(*OF_INVOICE, words="the line's part of the payment, by what is open on it")]
    intacct_key: Annotated[str | None, "Intacct line", intacct(None, read="RECORDNO"), made_here()] = None


class Payment(Record):
    bank: Annotated[str | None, "Bank account", intacct("FINANCIALENTITY"), setting("payment_bank, unless the approver chooses another"), needed(), limit(20), Choice("Bank account")] = None
    method: Annotated[str | None, "Payment method", intacct("PAYMENTMETHOD"), setting("payment_method"), needed()] = None
    vendor: Annotated[Ref | None, "Vendor", procore("invoice.vendor_id", ID), intacct("VENDORID"), ref("vendors", missing=Code.VENDOR_NOT_LINKED, label="invoice.vendor_name"), needed(Code.VENDOR_NOT_LINKED)] = None
    check_number: Annotated[str | None, "Check number", procore("check_number"), intacct("DOCNUMBER"), rule("Procore Pay's id, where there is none"), limit(45), needed(), Choice("Check number")] = None
    procore_id: Annotated[str, "Procore payment", procore("id", ID), intacct("DESCRIPTION", tagged(MARK))]
    paid_on: Annotated[date | None, "Payment date", procore("date", ISO_DATE), intacct("PAYMENTDATE", US_DATE, read="WHENCREATED"), needed(Code.DATE_MISSING)] = None
    currency: Annotated[str | None, "Currency", intacct("CURRENCY"), setting("payment_currency"), needed()] = None
    lines: Annotated[tuple[PaymentLine, ...], "Line", intacct("APPYMTDETAILS.APPYMTDETAIL", read=DETAIL), following(*OF_INVOICE, words="the bill's lines")] = ()
    amount: Annotated[Money, "Amount", procore("amount", MONEY), intacct(None, MONEY, read="TRX_TOTALENTERED")]
    invoice: Annotated[Ref | None, "Invoice", procore("requisition_id", ID), ref(*OF_INVOICE, missing=Code.INVOICE_NOT_SYNCED, label="invoice.invoice_number"), needed(Code.INVOICE_NOT_SYNCED)] = None
    number: Annotated[str | None, "Payment number", procore("payment_number")] = None
    status: Annotated[str | None, "Status", procore("status")] = None
    settled: Annotated[str | None, "Settled", procore("date_payment_settled")] = None
    external_payment_id: Annotated[str | None, "Procore Pay's id", procore("external_payment_id")] = None
    origin: Annotated[str | None, "Origin id", procore("origin_id")] = None


class PaidLine(Record):
    key: Annotated[str, "Intacct line", intacct(None, read="RECORDNO"), IDENTITY] = ""
    bill: Annotated[str, "Bill", intacct(None, read="RECORDKEY")] = ""
    amount: Annotated[Money, "Amount", intacct(None, MONEY, read="TRX_PAYMENTAMOUNT")] = ZERO


class BillPayment(Record):
    state: Annotated[str, "State", intacct(None, read="STATE")] = POSTED
    number: Annotated[str | None, "Check number", intacct(None, read="DOCNUMBER")] = None
    paid_on: Annotated[date | None, "Payment date", intacct(None, US_DATE, read="WHENCREATED")] = None
    method: Annotated[str | None, "Payment method", intacct(None, read="PAYMENTMETHOD")] = None
    vendor: Annotated[str | None, "Vendor", intacct(None, read="VENDORNAME")] = None
    description: Annotated[str | None, "Description", intacct(None, read="DESCRIPTION")] = None
    lines: Annotated[tuple[PaidLine, ...], "Line", intacct(None, read=DETAIL)] = ()


class ContractPayment(Record):
    amount: Annotated[Money, "Amount", procore("amount", MONEY), rule("of the lines that pay the invoice, and what is released of its retainage")]
    paid_on: Annotated[date | None, "Payment date", procore("date", ISO_DATE), rule("the payment's")] = None
    method: Annotated[str | None, "Payment method", procore("payment_method"), rule("check, credit_card or electronic")] = None
    check_number: Annotated[str | None, "Check number", procore("check_number"), rule("the payment's")] = None
    invoice: Annotated[str, "Invoice", procore("requisition_id", ID), rule("the exported invoice whose bill is paid")]
    notes: Annotated[str | None, "Notes", procore("notes"), rule("what of it releases retainage; cash")] = None
# fmt: on


def bills_of(payment: BillPayment) -> list[str]:
    return [line.bill for line in payment.lines]


def parts_of(payment: BillPayment, invoices: Mapping[str, str], releases: frozenset[str]) -> dict[str, ContractPayment]:
    """One for each invoice whose bill is paid."""
    paid: dict[str, list[PaidLine]] = {}
    for line in payment.lines:
        if line.bill in invoices:
            paid.setdefault(invoices[line.bill], []).append(line)
    return {invoice: _part(payment, invoice, lines, releases) for invoice, lines in paid.items()}


def _part(payment: BillPayment, invoice: str, lines: Sequence[PaidLine], releases: frozenset[str]) -> ContractPayment:
    released = total([line.amount for line in lines if line.bill in releases])
    notes = [f"Retainage released: {released}." if released else "", "Paid in cash." if payment.method == "Cash" else ""]
    return ContractPayment(
        amount=total([line.amount for line in lines]),
        paid_on=payment.paid_on,
        method=None if payment.method == "Cash" else _METHODS.get(payment.method or "", "electronic"),
        check_number=payment.number,
        invoice=invoice,
        notes=" ".join(filter(None, notes)) or None,
    )


def made_through_procore_pay(payment: Payment, _facts: Facts) -> Iterator[Violation]:
    if not payment.external_payment_id:
        said = f"{_name(payment)} was not made through Procore Pay."
        yield Violation(code=Code.COMES_FROM_INTACCT, field="external_payment_id", message=said)


def funded(payment: Payment, facts: Facts) -> Iterator[Violation]:
    if not _funded(payment.status, payment.settled, facts.config):
        said = f"{_name(payment)} is {payment.status or 'without status'} in Procore (funded)."
        yield Violation(code=Code.NOT_FUNDED, field="status", message=said)


def positive(payment: Payment, _facts: Facts) -> Iterator[Violation]:
    if payment.amount <= 0:
        yield Violation(code=Code.ZERO_AMOUNT, field="amount", message=f"{_name(payment)} pays {payment.amount}.")


def bill_there(payment: Payment, facts: Facts) -> Iterator[Violation]:
    if payment.invoice and payment.invoice.intacct and not facts.rows["bill_lines"]:
        said = f"Intacct holds no bill of {payment.invoice.intacct}."
        yield Violation(code=Code.INVOICE_NOT_SYNCED, field="invoice", message=said)


def within_the_bill(payment: Payment, facts: Facts) -> Iterator[Violation]:
    due = _due(facts)
    if facts.rows["bill_lines"] and payment.amount > max(due, ZERO):
        said = f"{_name(payment)} pays {payment.amount}; {due} is due on the bill, without what is retained."
        yield Violation(code=Code.OVERPAID, field="amount", message=said)


def bank_known(payment: Payment, facts: Facts) -> Iterator[Violation]:
    if payment.bank and payment.bank not in facts.known["banks"]:
        yield Violation(code=Code.BANK_UNKNOWN, field="bank", message=f"Intacct has no active bank account {payment.bank!r}.")


def number_free(payment: Payment, facts: Facts) -> Iterator[Violation]:
    if payment.check_number in facts.known["numbers"]:
        said = f"Intacct has a payment {payment.check_number} from {payment.bank} already."
        yield Violation(code=Code.DUPLICATE_NUMBER, field="check_number", message=said)


def complete(payment: Payment, facts: Facts) -> Payment:
    """Fills what settings give, and divides the amount over the lines of the bill. Of more than is due nothing is divided."""
    config = facts.config
    return payment.model_copy(
        update={
            "bank": payment.bank or config.payment_bank or None,
            "method": config.payment_method or None,
            "currency": config.payment_currency or None,
            "check_number": payment.check_number or payment.external_payment_id,
            "lines": tuple(_lines(payment, facts)) if 0 < payment.amount <= _due(facts) else (),
        }
    )


def _lines(payment: Payment, facts: Facts) -> Iterator[PaymentLine]:
    open_lines = [row for row in facts.rows["bill_lines"] if _open(row) > 0]
    parts = shares(payment.amount, [_open(row) for row in open_lines])
    for row, part in zip(open_lines, parts, strict=True):
        if part:
            yield PaymentLine(bill=str(row["RECORDKEY"]), bill_line=str(row["RECORDNO"]), amount=part)


def _due(facts: Facts) -> Money:
    return total([_open(row) for row in facts.rows["bill_lines"]])


def _open(row: Held) -> Money:
    """What is still to be paid on a line of a bill."""
    amount, retained, paid = (decimal(row.get(name) or "0") for name in ("TRX_AMOUNT", "TRX_AMOUNTRETAINED", "TRX_TOTALPAID"))
    return amount - retained - paid


def _funded(status: str | None, settled: str | None, config: Configuration) -> bool:
    return bool(settled) or (status or "").replace("_", " ").lower() in config.funded


def _ready(row: Mapping[str, Any], config: Configuration) -> bool:
    return bool(row.get("external_payment_id")) and _funded(row.get("status"), row.get("date_payment_settled"), config)


def _bill(payment: Payment, _facts: Facts) -> Query | None:
    if not (payment.invoice and payment.invoice.key):
        return None
    where = (Where("RECORDNO", "equalto", (payment.invoice.key,)),)
    return Query(object=DOCUMENT, fields=("PRRECORDKEY",), where=where)


def _of_bill(object_name: str, fields: tuple[str, ...], facts: Facts, *more: Where) -> Query | None:
    keys = tuple(facts.known["bill"])
    return Query(object=object_name, fields=fields, where=(Where("RECORDKEY", "in", keys), *more)) if keys else None


def _bill_lines(_payment: Payment, facts: Facts) -> Query | None:
    return _of_bill(BILL_LINE, ("RECORDNO", "RECORDKEY", "TRX_AMOUNT", "TRX_AMOUNTRETAINED", "TRX_TOTALPAID"), facts)


def _paid(_payment: Payment, facts: Facts) -> Query | None:
    return _of_bill(DETAIL, ("TRX_PAYMENTAMOUNT",), facts, STANDS)


def _bank(payment: Payment, _facts: Facts) -> Query | None:
    where = (Where("BANKACCOUNTID", "equalto", (payment.bank or "",)), Where("STATUS", "equalto", ("active",)))
    return Query(object="CHECKINGACCOUNT", fields=("BANKACCOUNTID",), where=where) if payment.bank else None


def _same_number(payment: Payment, _facts: Facts) -> Query | None:
    if not (payment.bank and payment.check_number):
        return None
    where = (Where("FINANCIALENTITY", "equalto", (payment.bank,)), Where("DOCNUMBER", "equalto", (payment.check_number,)), STANDS)
    return Query(object=PAYMENT, fields=("DOCNUMBER",), where=where)


def _mark(payment: Payment) -> str:
    return f"{MARK}{payment.procore_id}"


def _name(payment: Payment) -> str:
    of_invoice = f" of {payment.invoice.label}" if payment.invoice and payment.invoice.label else ""
    return f"Payment {payment.check_number or payment.number or payment.procore_id}{of_invoice}"


def _summary(payment: Payment) -> Summary:
    party = payment.vendor.label if payment.vendor else "the vendor"
    return Summary(number=payment.check_number or "", title=_name(payment), party=party, amount=payment.amount)


SYNC: Final = SyncObject(
    name="payments",
    title="Payment",
    record=Payment,
    summary="Payments made through Procore Pay pay the bill of their invoice, without a click; what Intacct paid shows on the invoice.",
    needs=("vendors", "subcontractor_invoices"),
    export=Export(
        kinds=(
            ProcoreKind(
                name="ContractPayment",
                show="/rest/v1.0/contract_payments/{id}",
                params={"project_id": "{project}", "contract_id": "{contract}"},
                beside={"invoice": "/rest/v1.1/requisitions/{requisition_id}"},
                body="contract_payment",
                code="",
                list="/rest/v1.0/contract_payments",
                list_params={"project_id": "{project}", "contract_id": "{contract}"},
                id_parts=("contract", "id"),
            ),
        ),
        write=IntacctWrite(function="create", object=PAYMENT),
        held=IntacctHeld(
            object=PAYMENT,
            id_field="RECORDNO",
            by_key="RECORDNO",
            lines_object=DETAIL,
            lines_by="PAYMENTKEY",
            find=lambda payment, _facts: (Where("DESCRIPTION", "equalto", (_mark(payment),)), STANDS),
            void=Void("STATE", frozenset({"Voided"})),
        ),
        summary=_summary,
        givens=(Ask(name="bill", field="PRRECORDKEY", query=_bill),),
        then=(Ask(name="bill_lines", field="RECORDNO", query=_bill_lines),),
        complete=complete,
        asks=(
            Ask(name="banks", field="BANKACCOUNTID", query=_bank),
            Ask(name="numbers", field="DOCNUMBER", query=_same_number),
        ),
        rules=(made_through_procore_pay, funded, positive, bill_there, within_the_bill, bank_known, number_free),
        effects=(
            Effect(
                label=lambda payment: f"Paid on {payment.invoice.label if payment.invoice else 'the invoice'}",
                field="TRX_PAYMENTAMOUNT",
                query=_paid,
            ),
        ),
        automatic=Automatic(within="commitments", ready=_ready),
    ),
    imports=(
        Leg(
            name="bills",
            record=BillPayment,
            reads=Reading(object=PAYMENT, where=(Where("STATE", "in", (POSTED, VOIDED)),), created="AUWHENCREATED"),
            key="{RECORDNO}",
            natural_id="DOCNUMBER",
            label="DOCNUMBER",
            lines=HeldLines(reads=Reading(object=DETAIL), by="PAYMENTKEY"),
            target=ProcoreTarget(
                create="/rest/v1.0/contract_payments",
                change="/rest/v1.0/contract_payments/{id}",
                body="contract_payment",
                existing="/rest/v1.0/contract_payments",
                envelope={"project_id": "{project}", "contract_id": "{holder}"},
            ),
            split=Split(
                record=ContractPayment,
                bills=bills_of,
                paid=Beside(
                    name="documents",
                    object=DOCUMENT,
                    by="PRRECORDKEY",
                    of="RECORDKEY",
                    fields=(),
                    pairs="subcontractor_invoices",
                    key="{RECORDNO}",
                ),
                behind=Beside(
                    name="releases",
                    object="APRETAINAGERELEASEENTRY",
                    by="RELEASEBILLKEY",
                    of="RECORDKEY",
                    fields=("RETAINAGEBILLKEY",),
                ),
                parts=parts_of,
                stands=lambda payment: payment.state != VOIDED,
                ours=lambda payment: (payment.description or "").startswith(MARK),
                holder="/rest/v1.1/requisitions/{id}",
                holder_field="commitment_id",
            ),
        ),
    ),
    sources=("Sage Intacct: accounts payable payments", "Procore: Contract Payments; Procore Pay and ERP: detailed data mapping"),
)
