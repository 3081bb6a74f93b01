"""Paying bills, line by line, and voiding payments."""

from __future__ import annotations

from decimal import Decimal

from sandbox.intacct.books.bills import lines_of_bill, open_amount, refresh_bill
from sandbox.intacct.books.dimensions import active_vendor
from sandbox.intacct.books.ledger import Posting, Source, post, unpost
from sandbox.intacct.books.periods import check_open
from sandbox.intacct.context import Context
from sandbox.intacct.formats import decimal_text, money_text, number
from sandbox.intacct.problems import Refused, missing, rule, unknown_reference
from sandbox.intacct.schema import Row

_OPEN = frozenset({"Posted", "Partially Paid"})


def check_payment(context: Context, values: Row) -> None:
    """Check a payment's header before its details are."""
    vendor = active_vendor(context, values.get("VENDORID", ""))
    values["VENDORNAME"] = vendor["NAME"]
    if vendor["DONOTCUTCHECK"] == "true":
        raise Refused(rule("AP-0521", f"Vendor {vendor['VENDORID']} is marked not to be paid.", field="VENDORID"))
    for field, label in (("FINANCIALENTITY", "Bank account"), ("PAYMENTMETHOD", "Payment method")):
        if not values.get(field):
            raise Refused(missing(label, field=field))
    if values["PAYMENTMETHOD"] == "Joint Check" and values.get("PAYMENTREQUESTMETHOD") != "bill":
        raise Refused(rule("AP-0522", "A joint check needs the payment request method bill.", field="PAYMENTREQUESTMETHOD"))
    check_open(context, values.get("PAYMENTDATE", ""), "PAYMENTDATE")


def check_detail(context: Context, values: Row, payment: Row) -> None:
    """Refuse to pay another vendor's bill, one that is not open, or more than is due."""
    bill = context.store.get("APBILL", values.get("RECORDKEY", ""))
    if bill is None or bill["VENDORID"] != payment["VENDORID"]:
        raise Refused(unknown_reference("Bill", values.get("RECORDKEY", ""), field="RECORDKEY"))
    if bill["STATE"] not in _OPEN:
        raise Refused(rule("AP-0523", f"Bill {bill['RECORDID']} is not open: it is {bill['STATE'].lower()}."))
    amount = number(values.get("TRX_PAYMENTAMOUNT", ""))
    lines = lines_of_bill(context, bill)
    if values.get("ENTRYKEY"):
        lines = [line for line in lines if line["RECORDNO"] == values["ENTRYKEY"]]
        if not lines:
            raise Refused(unknown_reference("Bill line", values["ENTRYKEY"], field="ENTRYKEY"))
    due = sum((open_amount(line) for line in lines), Decimal(0))
    if not 0 < amount <= due:
        text = f"The payment amount {decimal_text(amount)} exceeds total amount due ({decimal_text(due)})"
        raise Refused(rule("AP-0524", text, field="TRX_PAYMENTAMOUNT"))
    values.update(PAYMENTAMOUNT=values.get("TRX_PAYMENTAMOUNT", ""), STATE=payment["STATE"])
    values["PAYMENTDATE"] = payment["PAYMENTDATE"]


def pay(context: Context, payment: Row) -> Row:
    """Make a payment effective: details spread over bill lines, bills worked out, cash posted."""
    details = context.store.find("APPYMTDETAIL", PAYMENTKEY=payment["RECORDNO"])
    for detail in details:
        detail = context.update("APPYMTDETAIL", detail, {"STATE": payment["STATE"]})  # noqa: PLW2901  its new state
        if not detail["ENTRYKEY"]:
            _spread(context, detail)
    details = context.store.find("APPYMTDETAIL", PAYMENTKEY=payment["RECORDNO"])
    total = sum((number(detail["TRX_PAYMENTAMOUNT"]) for detail in details), Decimal(0))
    names = ("PAYMENTAMOUNT", "TRX_PAYMENTAMOUNT", "TOTALENTERED", "TRX_TOTALENTERED", "TOTALPAID", "TRX_TOTALPAID")
    payment = context.update("APPYMT", payment, dict.fromkeys(names, money_text(total)))
    if payment["STATE"] == "Posted":
        _refresh_bills(context, details)
        _post(context, payment, details)
    return payment


def void_payment(context: Context, payment: Row, day: str) -> Row:
    """Void a posted payment: its bills are due again."""
    if payment["STATE"] != "Posted":
        raise Refused(rule("AP-0525", f"Payment {payment['RECORDNO']} cannot be voided: it is {payment['STATE'].lower()}."))
    check_open(context, day, "datereversed")
    payment = context.update("APPYMT", payment, {"STATE": "Voided", "VOIDDATE": day})
    details = context.store.find("APPYMTDETAIL", PAYMENTKEY=payment["RECORDNO"])
    details = [context.update("APPYMTDETAIL", detail, {"STATE": "Voided"}) for detail in details]
    _refresh_bills(context, details)
    _post(context, {**payment, "PAYMENTDATE": day}, details, sign=Decimal(-1))
    return payment


def withdraw_payment(context: Context, payment: Row) -> None:
    """Undo a payment before it is deleted; only a draft can be."""
    if payment["STATE"] != "Draft":
        raise Refused(rule("AP-0526", "Only a draft payment can be deleted. Void it instead."))
    unpost(context, payment["RECORDNO"], "CDJ")


def _spread(context: Context, detail: Row) -> None:
    """Replace a detail that names no line by one per line it pays."""
    bill = context.store.get("APBILL", detail["RECORDKEY"])
    left = number(detail["TRX_PAYMENTAMOUNT"])
    lines = lines_of_bill(context, bill) if bill else []
    shares = []
    for line in lines:
        share = min(left, open_amount(line)) if left > 0 else Decimal(0)
        if share > 0:
            shares.append((line, share))
            left -= share
    for position, (line, share) in enumerate(shares):
        values = {"ENTRYKEY": line["RECORDNO"], "TRX_PAYMENTAMOUNT": money_text(share), "PAYMENTAMOUNT": money_text(share)}
        if position == 0:
            context.update("APPYMTDETAIL", detail, values)
        else:
            copied = {name: value for name, value in detail.items() if name != "RECORDNO"}
            context.insert("APPYMTDETAIL", {**copied, **values})


def _refresh_bills(context: Context, details: list[Row]) -> None:
    for key in {detail["RECORDKEY"]: None for detail in details}:
        bill = context.store.get("APBILL", key)
        if bill is not None:
            refresh_bill(context, bill)


def _post(context: Context, payment: Row, details: list[Row], sign: Decimal = Decimal(1)) -> None:
    bank = context.store.first("CHECKINGACCOUNT", BANKACCOUNTID=payment["FINANCIALENTITY"])
    cash = (bank["GLACCOUNTNO"] if bank else "") or context.settings.cash_account
    postings: list[Posting] = []
    for detail in details:
        line = context.store.get("APBILLITEM", detail["ENTRYKEY"])
        if line is None:
            continue
        amount = sign * number(detail["TRX_PAYMENTAMOUNT"])
        place = {"LOCATIONID": line["LOCATIONID"], "DEPARTMENTID": line["DEPARTMENTID"], "VENDORID": line["VENDORID"]}
        postings.append(Posting(line["OFFSETGLACCOUNTNO"] or context.settings.payable_account, amount, place))
        postings.append(Posting(cash, -amount, place))
    title = f"Payments {payment['VENDORID']}: {payment['DOCNUMBER'] or payment['RECORDNO']}"
    source = Source("CDJ", "3.AP", payment["PAYMENTDATE"], title, payment["DOCNUMBER"], payment["RECORDNO"], payment["DOCNUMBER"])
    post(context, source, postings)
