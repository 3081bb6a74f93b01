"""Payments of bills, with what each of them pays (accounts-payable/ap-payments)."""

from __future__ import annotations

from typing import override

from sandbox.intacct.books.payments import check_detail, check_payment, pay, withdraw_payment
from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, illegal, rule
from sandbox.intacct.schema import (
    RECORD_URL,
    RECORDNO,
    ObjectType,
    Owned,
    Relation,
    Row,
    Rules,
    audit,
    choice,
    day,
    entity,
    integer,
    money,
    reference,
    shown,
    text,
)

METHODS = (
    *("Printed Check", "Joint Check", "Cash", "EFT", "Credit Card", "ACH"),
    *("Check Delivery", "WF Check", "WF Domestic ACH", "WF USD Wire"),
)
_STATES = ("Draft", "Submitted", "Approved", "Posted", "Voided")
_CODES = ("D", "S", "A", "C", "V")


class _PaymentRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        action = node.value("ACTION") or "Submit"
        if action not in {"Submit", "Draft"}:
            raise Refused(illegal("Action", action, "Use Submit or Draft.", field="ACTION"))
        values["STATE"] = "Draft" if action == "Draft" else "Posted"
        values["WHENCREATED"] = values.get("PAYMENTDATE", "")
        check_payment(context, values)

    @override
    def after_create(self, context: Context, row: Row) -> None:
        pay(context, row)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        if row["STATE"] != "Draft":
            raise Refused(rule("AP-0511", "Only a draft payment can be changed."))
        if node.value("ACTION") == "Submit":
            changes["STATE"] = "Posted"
        check_payment(context, {**row, **changes})

    @override
    def after_update(self, context: Context, row: Row) -> None:
        pay(context, row)

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        withdraw_payment(context, row)


APPYMT = ObjectType(
    "APPYMT",
    "AP payment",
    (
        RECORDNO,
        *shown(choice("STATE", _STATES, codes=_CODES), text("RECORDTYPE", default="appayment")),
        text("RECORDID"),
        RECORD_URL,
        reference("FINANCIALENTITY", "CHECKINGACCOUNT"),
        choice("PAYMENTMETHOD", METHODS),
        choice("PAYMENTREQUESTMETHOD", ("vendorpref", "vendor", "bill", "payto"), default="vendorpref"),
        text("GROUPPAYMENTS"),
        reference("VENDORID", "VENDOR", required=True),
        *shown(text("VENDORNAME")),
        text("DOCNUMBER", 45),
        text("DESCRIPTION", 1000),
        text("JOINTPAYEEPRINTAS", 200),
        day("PAYMENTDATE", required=True, label="Payment date"),
        *shown(day("WHENCREATED")),
        day("EXCH_RATE_DATE"),
        text("EXCH_RATE_TYPE_ID"),
        text("CURRENCY", 3, required=True),
        text("BASECURR", 3, default="USD"),
        *shown(
            money("PAYMENTAMOUNT"),
            money("TRX_PAYMENTAMOUNT"),
            money("TOTALENTERED"),
            money("TRX_TOTALENTERED"),
            money("TOTALPAID"),
            money("TRX_TOTALPAID"),
            day("VOIDDATE"),
            day("CLEAREDDATE"),
        ),
        *entity(),
        *audit(created="AUWHENCREATED"),
    ),
    relations=(Relation("VENDOR", "VENDOR", "VENDORID", "VENDORID"),),
    owned=(Owned("APPYMTDETAILS", "APPYMTDETAIL", "PAYMENTKEY", update="replace", required=1),),
    nested=frozenset({"ACTION"}),
    indexes=(("VENDORID",),),
    rules=_PaymentRules(),
    first_record=7701,
)


class _DetailRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_detail(context, values, parent or {})


APPYMTDETAIL = ObjectType(
    "APPYMTDETAIL",
    "AP payment detail",
    (
        RECORDNO,
        *shown(integer("PAYMENTKEY"), integer("LINE_NO"), choice("STATE", _STATES, codes=_CODES)),
        integer("RECORDKEY", required=True),
        integer("ENTRYKEY"),
        integer("POSADJKEY"),
        integer("INLINEKEY"),
        integer("ADJUSTMENTKEY"),
        integer("ADVANCEKEY"),
        money("TRX_PAYMENTAMOUNT", required=True),
        *shown(money("PAYMENTAMOUNT"), day("PAYMENTDATE")),
        day("DISCOUNTDATE"),
        money("TRX_DISCOUNTAMOUNT"),
        *audit(),
    ),
    relations=(Relation("APPYMT", "APPYMT", "PAYMENTKEY"), Relation("APBILL", "APBILL", "RECORDKEY")),
    indexes=(("PAYMENTKEY",), ("RECORDKEY",), ("ENTRYKEY",)),
    creatable=False,
    updatable=False,
    deletable=False,
    rules=_DetailRules(),
    first_record=8101,
)

CHECKINGACCOUNT = ObjectType(
    "CHECKINGACCOUNT",
    "Checking account",
    (
        RECORDNO,
        text("BANKACCOUNTID", 20, required=True),
        text("BANKNAME", 80),
        reference("GLACCOUNTNO", "GLACCOUNT"),
        *(text(name) for name in ("BANKACCOUNTNO", "ROUTINGNO", "BRANCHID", "BANKACCOUNTTYPE", "ACHBANKID", "COMPANYNAME")),
        reference("DEPARTMENTID", "DEPARTMENT"),
        reference("LOCATIONID", "LOCATION"),
        choice("STATUS", ("active", "inactive"), codes=("T", "F"), default="active"),
        *audit(),
    ),
    key="BANKACCOUNTID",
    audit_key="natural",
)

TYPES = (CHECKINGACCOUNT, APPYMT, APPYMTDETAIL)
