"""Bills and their lines, and releases of the retainage they hold (accounts-payable/bills, construction/ap-retainage-releases)."""

from __future__ import annotations

from typing import override

from sandbox.intacct.books.bills import complete_line, refuse_foreign, settle_bill, withdraw_bill
from sandbox.intacct.books.periods import check_open
from sandbox.intacct.books.releases import check_release, release, withdraw_release
from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.objects.dimension_fields import RELATIONS, dimension_fields
from sandbox.intacct.problems import Refused, illegal, missing, rule
from sandbox.intacct.schema import (
    RECORD_URL,
    RECORDNO,
    ObjectType,
    Owned,
    Relation,
    Row,
    Rules,
    audit,
    boolean,
    choice,
    day,
    decimal,
    entity,
    integer,
    money,
    reference,
    shown,
    text,
)

BILL_STATES = (
    "Draft",
    "Partially Approved",
    "Submitted",
    "Declined",
    "Posted",
    "Selected",
    "Partially Paid",
    "Paid",
    "Reversed",
)
_CODES = ("D", "PA", "S", "U", "A", "SE", "PP", "P", "V")
_ALWAYS = frozenset({"DOCNUMBER", "DESCRIPTION", "RECPAYMENTDATE", "PAYMENTPRIORITY", "ONHOLD", "SUPDOCID", "WHENDUE", "TERMNAME"})


class _BillRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        action = node.value("ACTION") or "Submit"
        if action not in {"Submit", "Draft"}:
            raise Refused(illegal("Action", action, "Use Submit or Draft.", field="ACTION"))
        if action == "Submit":
            for name, label in (("VENDORID", "Vendor"), ("WHENCREATED", "Date"), ("WHENDUE", "Date Due")):
                if not values.get(name):
                    raise Refused(missing(label, field=name))
        values["WHENPOSTED"] = values.get("WHENPOSTED") or values.get("WHENCREATED", "")
        check_open(context, values["WHENPOSTED"], "WHENPOSTED")
        values.update(STATE="Draft" if action == "Draft" else "Posted", RECORDTYPE="apbill", MODULEKEY="3.AP")

    @override
    def after_create(self, context: Context, row: Row) -> None:
        settle_bill(context, row)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        refuse_foreign(row)
        if row["STATE"] != "Draft" and (set(changes) - _ALWAYS or "APBILLITEMS" in node):
            text = f"Bill {row['RECORDID'] or row['RECORDNO']} is {row['STATE'].lower()}: only some fields can be changed."
            raise Refused(rule("AP-0411", text))
        check_open(context, changes.get("WHENPOSTED", ""), "WHENPOSTED")
        if row["STATE"] == "Draft" and node.value("ACTION") == "Submit":
            changes["STATE"] = "Posted"

    @override
    def after_update(self, context: Context, row: Row) -> None:
        settle_bill(context, row)

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        refuse_foreign(row)
        withdraw_bill(context, row)


APBILL = ObjectType(
    "APBILL",
    "Bill",
    (
        RECORDNO,
        *shown(text("RECORDTYPE")),
        text("RECORDID", 45, label="Bill number"),
        *shown(choice("STATE", BILL_STATES, codes=_CODES), text("RAWSTATE")),
        reference("VENDORID", "VENDOR"),
        *shown(text("VENDORNAME")),
        text("DOCNUMBER", 45, label="Reference number"),
        text("DESCRIPTION", 1000),
        *shown(text("DESCRIPTION2")),
        reference("TERMNAME", "APTERM"),
        day("WHENCREATED", label="Date"),
        day("WHENPOSTED"),
        day("WHENDUE", label="Date Due"),
        *shown(day("WHENPAID"), integer("DUE_IN_DAYS")),
        RECORD_URL,
        day("RECPAYMENTDATE"),
        choice("PAYMENTPRIORITY", ("urgent", "high", "normal", "low"), default="normal"),
        boolean("ONHOLD"),
        text("BASECURR", 3, default="USD"),
        text("CURRENCY", 3, default="USD"),
        day("EXCH_RATE_DATE"),
        text("EXCH_RATE_TYPE_ID"),
        decimal("EXCHANGE_RATE"),
        *shown(
            money("TOTALENTERED"),
            money("TOTALSELECTED"),
            money("TOTALPAID"),
            money("TOTALDUE"),
            money("TRX_TOTALENTERED"),
            money("TRX_TOTALSELECTED"),
            money("TRX_TOTALPAID"),
            money("TRX_TOTALDUE"),
            decimal("RETAINAGEPERCENTAGE"),
            money("TRX_TOTALRETAINED"),
            money("TRX_TOTALRELEASED"),
            money("TOTALRETAINED"),
            boolean("RETAINAGERELEASED", default=""),
        ),
        reference("BILLTOPAYTOCONTACTNAME", "CONTACT"),
        reference("SHIPTORETURNTOCONTACTNAME", "CONTACT"),
        text("PRBATCH"),
        *shown(text("MODULEKEY"), text("EXTERNALID")),
        reference("SUPDOCID", "SUPDOC"),
        boolean("INCLUSIVETAX"),
        text("TAXSOLUTIONID"),
        *entity(),
        *audit(created="AUWHENCREATED"),
    ),
    relations=(
        Relation("VENDOR", "VENDOR", "VENDORID", "VENDORID"),
        Relation("TERM", "APTERM", "TERMNAME", "NAME"),
    ),
    owned=(Owned("APBILLITEMS", "APBILLITEM", "RECORDKEY", update="replace", required=1),),
    indexes=(("VENDORID",), ("DESCRIPTION2",), ("EXTERNALID",), ("SUPDOCID",)),
    nested=frozenset({"ACTION"}),
    rules=_BillRules(),
    first_record=7301,
)


class _BillItemRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        if not values.get("TRX_AMOUNT"):
            raise Refused(missing("Transaction amount", field="TRX_AMOUNT"))
        given = [name for name in ("RETAINAGEPERCENTAGE", "TRX_AMOUNTRETAINED") if values.get(name)]
        if given and not context.settings.apbill_retainage_writable:
            text = f"{given[0]} of APBILLITEM is read-only."
            raise Refused(rule("VAL-0008", text, errorno="BL03000018", field=given[0]))
        complete_line(context, values, parent or {})


APBILLITEM = ObjectType(
    "APBILLITEM",
    "Bill line",
    (
        RECORDNO,
        *shown(integer("RECORDKEY"), integer("ACCOUNTKEY")),
        reference("ACCOUNTNO", "GLACCOUNT", required=True, label="Account number"),
        *shown(text("ACCOUNTTITLE")),
        text("ACCOUNTLABEL"),
        reference("OFFSETGLACCOUNTNO", "GLACCOUNT"),
        *shown(day("ENTRY_DATE"), money("AMOUNT")),
        money("TRX_AMOUNT"),
        text("LOCATIONID"),
        text("DEPARTMENTID"),
        text("ENTRYDESCRIPTION", 1000),
        *shown(text("LINEITEM"), integer("LINE_NO")),
        text("CURRENCY", 3, default="USD"),
        text("BASECURR", 3, default="USD"),
        *shown(money("TOTALPAID"), money("TRX_TOTALPAID")),
        text("ALLOCATION"),
        boolean("BILLABLE"),
        boolean("FORM1099"),
        text("FORM1099TYPE"),
        text("FORM1099BOX"),
        decimal("RETAINAGEPERCENTAGE"),
        money("TRX_AMOUNTRETAINED"),
        *shown(
            money("AMOUNTRETAINED"),
            money("TRX_AMOUNTRELEASED"),
            boolean("RELEASETOPAY", default=""),
            integer("PRIMARYDOCKEY"),
            integer("PRIMARYDOCLINEKEY"),
            integer("ORIGDOCKEY"),
            integer("ORIGDOCLINEKEY"),
            text("ORIGDOCID"),
            text("STATE"),
            text("RECORDTYPE"),
        ),
        *dimension_fields(),
        text("WAREHOUSEID"),
        *audit(),
    ),
    relations=(
        Relation("APBILL", "APBILL", "RECORDKEY"),
        Relation("GLACCOUNT", "GLACCOUNT", "ACCOUNTNO", "ACCOUNTNO"),
        *RELATIONS,
    ),
    indexes=(("RECORDKEY",), ("PROJECTID", "TASKID"), ("PROJECTID",), ("PRIMARYDOCLINEKEY",)),
    creatable=False,
    updatable=False,
    deletable=False,
    rules=_BillItemRules(),
    first_record=8501,
)


class _ReleaseRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        values["RELEASEDATE"] = values.get("RELEASEDATE") or context.today
        values["GLPOSTINGDATE"] = values.get("GLPOSTINGDATE") or values["RELEASEDATE"]
        check_open(context, values["GLPOSTINGDATE"], "GLPOSTINGDATE")

    @override
    def after_create(self, context: Context, row: Row) -> None:
        release(context, row)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        if row["STATE"] == "Released":
            raise Refused(rule("RET-0002", "A retainage release cannot be changed once it is released."))
        check_open(context, changes.get("GLPOSTINGDATE", ""), "GLPOSTINGDATE")

    @override
    def after_update(self, context: Context, row: Row) -> None:
        release(context, row)

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        withdraw_release(context, row)


APRETAINAGERELEASE = ObjectType(
    "APRETAINAGERELEASE",
    "AP retainage release",
    (
        RECORDNO,
        text("DESCRIPTION", 1000, required=True),
        day("RELEASEDATE"),
        day("GLPOSTINGDATE"),
        choice("STATE", ("Draft", "Released"), codes=("D", "R"), default="Draft"),
        *audit(),
    ),
    owned=(Owned("APRETAINAGERELEASEENTRIES", "APRETAINAGERELEASEENTRY", "APRETAINAGERELEASEKEY", update="replace"),),
    rules=_ReleaseRules(),
    first_record=601,
)


class _ReleaseEntryRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_release(context, values)


APRETAINAGERELEASEENTRY = ObjectType(
    "APRETAINAGERELEASEENTRY",
    "AP retainage release entry",
    (
        RECORDNO,
        *shown(integer("APRETAINAGERELEASEKEY"), integer("LINE_NO")),
        integer("RETAINAGEBILLKEY", required=True),
        integer("RETAINAGEBILLITEMKEY", required=True),
        money("TRX_AMOUNTRELEASED", required=True),
        *shown(integer("RELEASEBILLKEY")),
        *audit(),
    ),
    indexes=(("APRETAINAGERELEASEKEY",), ("RETAINAGEBILLITEMKEY",), ("RETAINAGEBILLKEY",)),
    creatable=False,
    updatable=False,
    deletable=False,
    audit_key="none",
    rules=_ReleaseEntryRules(),
)

TYPES = (APBILL, APBILLITEM, APRETAINAGERELEASE, APRETAINAGERELEASEENTRY)
