"""Bills: totals, retainage, payments and postings; and the bills that purchasing invoices make.

A bill's figures are worked out from its lines, its payments and its releases each time one of them changes.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox.intacct.books.dimensions import check_dimensions
from sandbox.intacct.books.ledger import Posting, Source, check_account, post, unpost
from sandbox.intacct.books.periods import check_open
from sandbox.intacct.context import Context
from sandbox.intacct.formats import decimal_text, money_text, number, to_cents
from sandbox.intacct.problems import Refused, rule
from sandbox.intacct.schema import Row

PURCHASING = "9.PO"
_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
_PAYABLE = frozenset({"Posted", "Partially Paid", "Paid"})
_FROM_LINE = (
    *("LOCATIONID", "DEPARTMENTID", "PROJECTDIMKEY", "PROJECTID", "PROJECTNAME", "TASKKEY", "TASKID", "TASKNAME"),
    *("COSTTYPEKEY", "COSTTYPEID", "COSTTYPENAME", "CUSTOMERID", "CUSTOMERNAME", "EMPLOYEEID", "ITEMID", "ITEMNAME"),
    *("CLASSID", "BILLABLE", "FORM1099", "FORM1099TYPE", "FORM1099BOX", "PRIMARYDOCKEY", "PRIMARYDOCLINEKEY"),
    *("RETAINAGEPERCENTAGE", "TRX_AMOUNTRETAINED"),
)


def lines_of_bill(context: Context, bill: Row) -> list[Row]:
    lines = context.store.find("APBILLITEM", RECORDKEY=bill["RECORDNO"])
    return sorted(lines, key=lambda line: int(line["LINE_NO"]))


def refuse_foreign(bill: Row) -> None:
    """Refuse to touch, in payables, a bill that purchasing has made."""
    if bill["MODULEKEY"] == PURCHASING:
        text = f"Bill {bill['RECORDID']} was created by {bill['DESCRIPTION2']} and can be changed in Purchasing only."
        raise Refused(rule("AP-0412", text))


def complete_line(context: Context, values: Row, bill: Row) -> None:
    """Check and complete a line that a client wrote."""
    values["VENDORID"] = values.get("VENDORID") or bill.get("VENDORID", "")
    check_dimensions(context, values)
    account = context.store.first("GLACCOUNT", ACCOUNTNO=values.get("ACCOUNTNO", ""))
    if account is not None:
        check_account(context, account, values)
        values.update(ACCOUNTKEY=account["RECORDNO"], ACCOUNTTITLE=account["TITLE"])
    amount = number(values["TRX_AMOUNT"])
    if values.get("RETAINAGEPERCENTAGE") and not values.get("TRX_AMOUNTRETAINED"):
        values["TRX_AMOUNTRETAINED"] = money_text(amount * number(values["RETAINAGEPERCENTAGE"]) / _HUNDRED)
    values.update(
        AMOUNT=values["TRX_AMOUNT"],
        AMOUNTRETAINED=values.get("TRX_AMOUNTRETAINED", ""),
        ENTRY_DATE=bill.get("WHENCREATED", ""),
        RECORDTYPE="apbill",
        LINEITEM="T",
    )


def settle_bill(context: Context, bill: Row) -> Row:
    """Totals of a bill whose lines have been set, and its posting."""
    vendor = context.store.first("VENDOR", VENDORID=bill["VENDORID"]) if bill["VENDORID"] else None
    bill = context.update("APBILL", bill, {"VENDORNAME": vendor["NAME"] if vendor else ""})
    bill = refresh_bill(context, bill)
    unpost(context, bill["RECORDNO"], "APJ")
    if bill["STATE"] in _PAYABLE:
        _post(context, bill)
    return bill


def refresh_bill(context: Context, bill: Row) -> Row:
    """Work out what a bill has of retainage and payments."""
    entered = retained = released = paid = _ZERO
    for line in lines_of_bill(context, bill):
        line_released = _released(context, line)
        line_paid = _paid(context, line)
        entered += number(line["TRX_AMOUNT"])
        retained += number(line["TRX_AMOUNTRETAINED"])
        released += line_released
        paid += line_paid
        changes = {
            "TRX_AMOUNTRELEASED": money_text(line_released),
            "TOTALPAID": money_text(line_paid),
            "TRX_TOTALPAID": money_text(line_paid),
            "STATE": bill["STATE"],
        }
        if any(line[name] != value for name, value in changes.items()):
            context.update("APBILLITEM", line, changes)
    due = _ZERO if bill["STATE"] == "Reversed" else entered - retained - paid
    totals = {
        "TOTALENTERED": entered,
        "TRX_TOTALENTERED": entered,
        "TOTALPAID": paid,
        "TRX_TOTALPAID": paid,
        "TOTALDUE": due,
        "TRX_TOTALDUE": due,
        "TOTALRETAINED": retained,
        "TRX_TOTALRETAINED": retained,
        "TRX_TOTALRELEASED": released,
    }
    state = bill["STATE"]
    if state in _PAYABLE:
        state = "Posted" if not paid else "Partially Paid" if due else "Paid"
    percent = decimal_text((retained * _HUNDRED / entered).quantize(Decimal("0.01"))) if entered and retained else ""
    last = max((payment["PAYMENTDATE"] for payment in _payments(context, bill)), default="")
    changes = {name: money_text(value) for name, value in totals.items()}
    changes.update(STATE=state, RETAINAGEPERCENTAGE=percent, WHENPAID=last if state == "Paid" else "")
    return context.update("APBILL", bill, changes)


def withdraw_bill(context: Context, bill: Row) -> None:
    """Take a bill's posting back before it is deleted.

    Raises:
        Refused: it is paid, retainage of it is released, or its period is closed.
    """
    if _payments(context, bill):
        raise Refused(rule("AP-0413", f"Bill {bill['RECORDID']} has payments and cannot be deleted."))
    if context.store.first("APRETAINAGERELEASEENTRY", RETAINAGEBILLKEY=bill["RECORDNO"]):
        raise Refused(rule("AP-0414", f"Retainage of bill {bill['RECORDID']} is being released."))
    check_open(context, bill["WHENPOSTED"], "WHENPOSTED")
    unpost(context, bill["RECORDNO"], "APJ")


def make_bill(context: Context, document: Row, lines: list[Row]) -> Row:
    """The bill of a purchasing invoice; returns the document with the bill's number in PRRECORDKEY."""
    bill = context.insert(
        "APBILL",
        {
            "RECORDTYPE": "apbill",
            "RECORDID": document["VENDORDOCNO"] or document["DOCNO"],
            "STATE": "Posted",
            "VENDORID": document["CUSTVENDID"],
            "VENDORNAME": document["CUSTVENDNAME"],
            "DOCNUMBER": document["PONUMBER"],
            "DESCRIPTION": document["MESSAGE"],
            "DESCRIPTION2": document["DOCID"],
            "TERMNAME": document["TERM.NAME"],
            "WHENCREATED": document["WHENCREATED"],
            "WHENPOSTED": document["WHENPOSTED"],
            "WHENDUE": document["WHENDUE"],
            "BASECURR": document["BASECURR"],
            "CURRENCY": document["CURRENCY"],
            "BILLTOPAYTOCONTACTNAME": document["BILLTO.CONTACTNAME"],
            "SHIPTORETURNTOCONTACTNAME": document["CONTACT.CONTACTNAME"],
            "MODULEKEY": PURCHASING,
            "EXTERNALID": document["EXTERNALID"],
            "SUPDOCID": document["SUPDOCID"],
            "MEGAENTITYID": document["MEGAENTITYID"],
        },
    )
    known = context.store.tables["APBILLITEM"].kind.by_name
    for line in lines:
        account = _account(context, line)
        values = {name: line[name] for name in _FROM_LINE}
        values.update(
            RECORDKEY=bill["RECORDNO"],
            LINE_NO=str(int(line["LINE_NO"]) + 1),
            LINEITEM="T",
            RECORDTYPE="apbill",
            ACCOUNTNO=account["ACCOUNTNO"],
            ACCOUNTKEY=account["RECORDNO"],
            ACCOUNTTITLE=account["TITLE"],
            ENTRY_DATE=document["WHENCREATED"],
            TRX_AMOUNT=line["TOTAL"],
            AMOUNT=line["TOTAL"],
            AMOUNTRETAINED=line["TRX_AMOUNTRETAINED"],
            ENTRYDESCRIPTION=line["MEMO"],
            CURRENCY=document["CURRENCY"],
            BASECURR=document["BASECURR"],
            VENDORID=document["CUSTVENDID"],
            VENDORNAME=document["CUSTVENDNAME"],
            ORIGDOCKEY=document["RECORDNO"],
            ORIGDOCLINEKEY=line["RECORDNO"],
            ORIGDOCID=document["DOCID"],
        )
        check_account(context, account, values)
        context.insert("APBILLITEM", {name: value for name, value in values.items() if name in known})
    settle_bill(context, bill)
    return context.update("PODOCUMENT", document, {"PRRECORDKEY": bill["RECORDNO"]})


def delete_bill(context: Context, document: Row) -> None:
    """Delete the bill of an invoice, before the invoice goes or makes another."""
    bill = context.store.get("APBILL", document["PRRECORDKEY"])
    if bill is None:
        return
    withdraw_bill(context, bill)
    for line in lines_of_bill(context, bill):
        context.delete("APBILLITEM", line)
    context.delete("APBILL", bill)


def reverse_bill(context: Context, bill: Row, day: str) -> Row:
    """Reverse a posted bill: its posting is booked the other way round on ``day``."""
    refuse_foreign(bill)
    if bill["STATE"] != "Posted":
        raise Refused(rule("AP-0415", f"Bill {bill['RECORDID']} cannot be reversed: it is {bill['STATE'].lower()}."))
    check_open(context, day, "datereversed")
    _post(context, {**bill, "WHENPOSTED": day}, sign=Decimal(-1))
    return refresh_bill(context, context.update("APBILL", bill, {"STATE": "Reversed"}))


def _account(context: Context, line: Row) -> Row:
    """The cost type's account, else the item's, else the company's default for expenses."""
    cost_type = context.store.get("COSTTYPE", line["COSTTYPEKEY"])
    item = context.store.first("ITEM", ITEMID=line["ITEMID"])
    number_ = (cost_type["ACCOUNTNO"] if cost_type else "") or (item["EXPENSEGLACCOUNT"] if item else "")
    account = context.store.first("GLACCOUNT", ACCOUNTNO=number_ or context.settings.default_expense_account)
    if account is None:
        raise Refused(rule("PO-0091", f"There is no expense account for item {line['ITEMID']}."))
    return account


def _post(context: Context, bill: Row, sign: Decimal = Decimal(1)) -> None:
    settings = context.settings
    postings: list[Posting] = []
    for line in lines_of_bill(context, bill):
        amount, retained = sign * number(line["TRX_AMOUNT"]), sign * number(line["TRX_AMOUNTRETAINED"])
        payable = line["OFFSETGLACCOUNTNO"] or settings.payable_account
        text = line["ENTRYDESCRIPTION"]
        postings.append(Posting(line["ACCOUNTNO"], amount, line, text))
        postings.append(Posting(payable, -(amount - retained), line, text))
        postings.append(Posting(settings.retainage_account, -retained, line, text))
    title = f"Bills {bill['VENDORID']}: {bill['RECORDID'] or bill['RECORDNO']}"
    source = Source("APJ", bill["MODULEKEY"], bill["WHENPOSTED"], title, bill["DOCNUMBER"], bill["RECORDNO"], bill["RECORDID"])
    post(context, source, postings)


def _released(context: Context, line: Row) -> Decimal:
    total = _ZERO
    for entry in context.store.find("APRETAINAGERELEASEENTRY", RETAINAGEBILLITEMKEY=line["RECORDNO"]):
        header = context.store.get("APRETAINAGERELEASE", entry["APRETAINAGERELEASEKEY"])
        if header is not None and header["STATE"] == "Released":
            total += number(entry["TRX_AMOUNTRELEASED"])
    return total


def _paid(context: Context, line: Row) -> Decimal:
    details = context.store.find("APPYMTDETAIL", ENTRYKEY=line["RECORDNO"])
    return sum((number(detail["TRX_PAYMENTAMOUNT"]) for detail in details if detail["STATE"] == "Posted"), _ZERO)


def _payments(context: Context, bill: Row) -> list[Row]:
    """The payments of a bill that stand, neither drafts nor voided ones."""
    details = context.store.find("APPYMTDETAIL", RECORDKEY=bill["RECORDNO"])
    rows = [context.store.get("APPYMT", detail["PAYMENTKEY"]) for detail in details if detail["STATE"] == "Posted"]
    return [row for row in rows if row is not None]


def open_amount(line: Row) -> Decimal:
    """What is still to be paid on a line."""
    return to_cents(number(line["TRX_AMOUNT"]) - number(line["TRX_AMOUNTRETAINED"]) - number(line["TRX_TOTALPAID"]))
