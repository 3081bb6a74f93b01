"""The legacy functions of bills and payments: create, delete, reverse, recall (accounts-payable/bills, ap-payments)."""

from __future__ import annotations

from sandbox.intacct import formats
from sandbox.intacct.answers import Outcome, escape
from sandbox.intacct.books.bills import reverse_bill
from sandbox.intacct.books.payments import void_payment
from sandbox.intacct.context import Context
from sandbox.intacct.formats import date_to_wire
from sandbox.intacct.functions import Call
from sandbox.intacct.functions.purchasing_forms import CONTACT, CUSTOM_FIELDS, DATE
from sandbox.intacct.grammar import Choice, Element, Sequence, many, may, need, optional
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, illegal, rule, unknown_reference
from sandbox.intacct.schema import Row
from sandbox.intacct.writing import create_record, delete_record

_HEADER = {
    "vendorid": "VENDORID",
    "termname": "TERMNAME",
    "action": "ACTION",
    "billno": "RECORDID",
    "ponumber": "DOCNUMBER",
    "onhold": "ONHOLD",
    "description": "DESCRIPTION",
    "basecurr": "BASECURR",
    "currency": "CURRENCY",
    "supdocid": "SUPDOCID",
}
_DATES = {"datecreated": "WHENCREATED", "dateposted": "WHENPOSTED", "datedue": "WHENDUE"}
_LINE = {
    "glaccountno": "ACCOUNTNO",
    "offsetglaccountno": "OFFSETGLACCOUNTNO",
    "amount": "TRX_AMOUNT",
    "memo": "ENTRYDESCRIPTION",
    **{
        name: name.upper()
        for name in (
            *("locationid", "departmentid", "projectid", "taskid", "costtypeid", "customerid"),
            *("vendorid", "employeeid", "itemid", "classid", "billable"),
        )
    },
}


def create_bill(context: Context, node: Node) -> Outcome:
    """The same bill as the generic create makes, with ordered elements and an external id."""
    bill = Node("APBILL")
    for element, field in _HEADER.items():
        value = node.value(element)
        if value:
            bill.children.append(Node(field, text=value.capitalize() if element == "action" else value))
    for element, field in _DATES.items():
        if element in node:
            bill.children.append(Node(field, text=date_to_wire(_date(node, element))))
    for element, field in (("payto", "BILLTOPAYTOCONTACTNAME"), ("returnto", "SHIPTORETURNTOCONTACTNAME")):
        contact = node.child(element)
        if contact is not None and contact.value("contactname"):
            bill.children.append(Node(field, text=contact.value("contactname")))
    items = Node("APBILLITEMS")
    lines = node.child("billitems")
    for line in lines.children if lines else []:
        fields = [Node(_LINE[child.tag], text=child.text) for child in line.children if child.tag in _LINE]
        items.children.append(Node("APBILLITEM", children=fields))
    bill.children.append(items)
    row = create_record(context, context.kind("APBILL", "CREATE"), bill)
    if node.value("externalid"):
        row = context.update("APBILL", row, {"EXTERNALID": node.value("externalid")})
    return Outcome(f"<key>{row['RECORDNO']}</key>")


def delete_bill(context: Context, node: Node) -> Outcome:
    delete_record(context, context.kind("APBILL", "DELETE"), _bill(context, node.attributes["key"])["RECORDNO"])
    return Outcome(f"<key>{escape(node.attributes['key'])}</key>")


def reverse(context: Context, node: Node) -> Outcome:
    row = reverse_bill(context, _bill(context, node.attributes["key"]), _date(node, "datereversed"))
    return Outcome(f"<key>{row['RECORDNO']}</key>")


def recall(context: Context, node: Node) -> Outcome:
    """Take a submitted bill back to a draft."""
    row = _bill(context, node.value("recordno"))
    if row["STATE"] != "Submitted":
        raise Refused(rule("AP-0416", f"Bill {row['RECORDID']} cannot be recalled: it is {row['STATE'].lower()}."))
    context.update("APBILL", row, {"STATE": "Draft"})
    return Outcome()


def reverse_payment(context: Context, node: Node) -> Outcome:
    payment = context.store.get("APPYMT", node.attributes["key"])
    if payment is None:
        raise Refused(unknown_reference("Payment", node.attributes["key"], field="key"))
    return Outcome(f"<key>{void_payment(context, payment, _date(node, 'datereversed'))['RECORDNO']}</key>")


def _bill(context: Context, key: str) -> Row:
    row = context.store.get("APBILL", key)
    if row is None:
        raise Refused(unknown_reference("Bill", key, field="key"))
    return row


def _date(node: Node, element: str) -> str:
    given = node.child(element) or Node(element)
    year, month, day = (given.value(part) for part in ("year", "month", "day"))
    try:
        return formats.date_from_parts(year, month, day)
    except ValueError as error:
        raise Refused(illegal("Date", f"{month}/{day}/{year}", str(error), field=element)) from None


_ACCOUNT = Choice((need("glaccountno"), need("accountlabel")), required=True)
_LINE_FORM: Sequence = (
    _ACCOUNT,
    *optional("offsetglaccountno"),
    need("amount"),
    *optional("allocationid memo locationid departmentid item1099 form1099type form1099box key totalpaid totaldue"),
    CUSTOM_FIELDS,
    *optional("projectid taskid costtypeid customerid vendorid employeeid itemid classid contractid warehouseid billable"),
)
_CREATE = need(
    "create_bill",
    (
        need("vendorid"),
        need("datecreated", DATE),
        may("dateposted", DATE),
        may("datedue", DATE),
        *optional("termname action batchkey billno ponumber onhold description externalid"),
        may("payto", CONTACT),
        may("returnto", CONTACT),
        *optional("basecurr currency"),
        may("exchratedate", DATE),
        Choice((may("exchratetype"), may("exchrate"))),
        *optional("nogl supdocid"),
        CUSTOM_FIELDS,
        *optional("inclusivetax taxsolutionid"),
        need("billitems", (many("lineitem", _LINE_FORM, required=True),)),
    ),
)
_REVERSAL: Sequence = (need("datereversed", DATE), may("description"))
CALLS = (
    Call("create_bill", create_bill, _CREATE),
    Call("delete_bill", delete_bill, Element("delete_bill", (), attributes=("key",))),
    Call("reverse_bill", reverse, Element("reverse_bill", _REVERSAL, attributes=("key",))),
    Call("recallApBill", recall, need("recallApBill", (need("recordno"),))),
    Call("reverse_appayment", reverse_payment, Element("reverse_appayment", _REVERSAL, attributes=("key",))),
)
