"""Project contracts with the owner, their lines and the entries of each line (construction/project-contracts)."""

from __future__ import annotations

from typing import override

from sandbox.intacct.books.contracts import check_contract, check_line, check_line_entry, value_line
from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.objects.contract_fields import agreement_fields
from sandbox.intacct.objects.dimension_fields import RELATIONS, dimension_fields
from sandbox.intacct.problems import Refused, rule
from sandbox.intacct.schema import (
    RECORDNO,
    STATUS,
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
    joined,
    money,
    reference,
    shown,
    text,
)

_OWN_TYPES = ("original", "revision", "forecast", "other")
_ENTRY_TYPES = (*_OWN_TYPES, "pending change", "approved change")
_VALUES = shown(
    money("ORIGINALPRICE", default="0"),
    money("REVISIONPRICE", default="0"),
    money("APPROVEDCHANGEPRICE", default="0"),
    money("PENDINGCHANGEPRICE", default="0"),
    money("FORECASTPRICE", default="0"),
    money("OTHERPRICE", default="0"),
    money("TOTALREVISEDPRICE", default="0"),
)


class _ContractRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_contract(context, values)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        whole = {**row, **changes}
        check_contract(context, whole)
        changes.update({name: value for name, value in whole.items() if row.get(name) != value})

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        if context.store.first("PROJECTCONTRACTLINE", PROJECTCONTRACTKEY=row["RECORDNO"]):
            raise Refused(rule("PCN-0002", f"Project contract {row['PROJECTCONTRACTID']} has lines."))


PROJECTCONTRACT = ObjectType(
    "PROJECTCONTRACT",
    "Project contract",
    (
        RECORDNO,
        text("PROJECTCONTRACTID", 20, required=True, label="Project contract ID"),
        text("NAME", 100, required=True),
        text("DESCRIPTION", 1000),
        *shown(integer("PROJECTKEY")),
        reference("PROJECTID", "PROJECT", required=True),
        *shown(text("PROJECTNAME")),
        reference("CUSTOMERID", "CUSTOMER", required=True),
        joined("CUSTOMERNAME", "CUSTOMER.NAME"),
        *shown(text("LOCATIONID")),
        day("CONTRACTDATE", required=True, label="Contract date"),
        boolean("BILLABLE"),
        text("PROJECTCONTRACTTYPEID"),
        reference("ARCHITECT.CONTACTNAME", "CONTACT"),
        reference("SUPDOCID", "SUPDOC"),
        decimal("RETAINAGEPERCENTAGE"),
        decimal("LASTAPPLICATIONNO", default="0"),
        boolean("POSTED"),
        text("POSTTO"),
        text("ORIGINALGLBUDGETID"),
        text("REVISIONGLBUDGETID"),
        text("PENDINGGLBUDGETID"),
        text("APPROVEDGLBUDGETID"),
        text("FORECASTGLBUDGETID"),
        text("OTHERGLBUDGETID"),
        boolean("WIPEXCLUDE"),
        *_VALUES,
        *agreement_fields(),
        STATUS,
        *entity(),
        *audit(),
    ),
    key="PROJECTCONTRACTID",
    relations=(
        Relation("PROJECT", "PROJECT", "PROJECTID", "PROJECTID"),
        Relation("CUSTOMER", "CUSTOMER", "CUSTOMERID", "CUSTOMERID"),
    ),
    indexes=(("PROJECTID",),),
    audit_key="natural",
    rules=_ContractRules(),
    first_record=501,
)


class _LineRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_line(context, values, None)

    @override
    def after_create(self, context: Context, row: Row) -> None:
        value_line(context, row)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        whole = {**row, **changes}
        check_line(context, whole, row)
        changes.update({name: value for name, value in whole.items() if row.get(name) != value})

    @override
    def after_update(self, context: Context, row: Row) -> None:
        value_line(context, row)

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        entries = context.store.find("PROJECTCONTRACTLINEENTRY", PROJECTCONTRACTLINEKEY=row["RECORDNO"])
        if any(entry["CHANGEREQUESTENTRYKEY"] for entry in entries):
            raise Refused(rule("PCN-0003", f"Line {row['PROJECTCONTRACTLINEID']} has change requests."))


PROJECTCONTRACTLINE = ObjectType(
    "PROJECTCONTRACTLINE",
    "Project contract line",
    (
        RECORDNO,
        *shown(integer("PROJECTCONTRACTKEY")),
        reference("PROJECTCONTRACTID", "PROJECTCONTRACT", required=True, label="Project contract ID"),
        text("PROJECTCONTRACTLINEID", 20, required=True, label="Project contract line ID"),
        text("NAME", 100, required=True),
        text("DESCRIPTION", 1000),
        day("CONTRACTLINEDATE", required=True, label="Contract line date"),
        reference("ACCOUNTNO", "GLACCOUNT", required=True, label="Account number"),
        choice("BILLINGTYPE", ("Progress", "TM"), required=True, label="Billing type"),
        choice(
            "MAXIMUMBILLING",
            ("Total revised price", "Not to exceed", "No maximum"),
            required=True,
            label="Maximum billing",
        ),
        money("MAXIMUMBILLINGAMOUNT"),
        decimal("RETAINAGEPERCENTAGE"),
        boolean("BILLABLE"),
        boolean("GLEXCLUDE"),
        boolean("SUMMARIZEBILL"),
        text("INTERNALREFNO"),
        text("EXTERNALREFNO"),
        text("LOCATIONID"),
        text("DEPARTMENTID"),
        *dimension_fields(),
        *_VALUES,
        STATUS,
        *audit(),
    ),
    unique=("PROJECTCONTRACTID", "PROJECTCONTRACTLINEID"),
    relations=(Relation("PROJECTCONTRACT", "PROJECTCONTRACT", "PROJECTCONTRACTKEY"), *RELATIONS),
    owned=(Owned("PROJECTCONTRACTLINEENTRIES", "PROJECTCONTRACTLINEENTRY", "PROJECTCONTRACTLINEKEY"),),
    indexes=(("PROJECTCONTRACTKEY",), ("PROJECTID", "TASKID")),
    rules=_LineRules(),
    first_record=5501,
)


class _LineEntryRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_line_entry(context, values, parent or {}, _OWN_TYPES)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        if row["CHANGEREQUESTENTRYKEY"]:
            raise Refused(rule("PCN-0004", "The entry comes from a change request and is changed through it only."))
        if {"QTY", "UNITPRICE"} & set(changes) and "PRICE" not in changes:
            changes["PRICE"] = ""
        whole = {**row, **changes}
        parent = context.store.get("PROJECTCONTRACTLINE", row["PROJECTCONTRACTLINEKEY"])
        check_line_entry(context, whole, parent or {}, _OWN_TYPES)
        changes.update({name: value for name, value in whole.items() if row.get(name) != value})

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        if row["CHANGEREQUESTENTRYKEY"]:
            raise Refused(rule("PCN-0004", "The entry comes from a change request and is changed through it only."))
        parent = context.store.get("PROJECTCONTRACTLINE", row["PROJECTCONTRACTLINEKEY"])
        if parent is not None:
            value_line(context, parent, without=row["RECORDNO"])


PROJECTCONTRACTLINEENTRY = ObjectType(
    "PROJECTCONTRACTLINEENTRY",
    "Project contract line entry",
    (
        RECORDNO,
        *shown(integer("PROJECTCONTRACTLINEKEY"), text("PROJECTCONTRACTID"), text("PROJECTCONTRACTLINEID")),
        *shown(integer("LINE_NO")),
        choice("WFTYPE", _ENTRY_TYPES, required=True, label="Workflow type"),
        day("PRICEEFFECTIVEDATE", required=True, label="Price effective date"),
        money("PRICE"),
        decimal("QTY"),
        decimal("UNITPRICE"),
        decimal("PRICEMARKUPPERCENT"),
        money("PRICEMARKUPAMOUNT"),
        *shown(money("LINEPRICE")),
        text("EUOM", 200),
        text("MEMO", 2000),
        text("LOCATIONID"),
        text("DEPARTMENTID"),
        *dimension_fields(),
        *shown(integer("CHANGEREQUESTKEY"), text("CHANGEREQUESTID"), integer("CHANGEREQUESTENTRYKEY")),
        *audit(),
    ),
    relations=(Relation("PROJECTCONTRACTLINE", "PROJECTCONTRACTLINE", "PROJECTCONTRACTLINEKEY"), *RELATIONS),
    indexes=(("PROJECTCONTRACTLINEKEY",), ("CHANGEREQUESTENTRYKEY",)),
    creatable=False,
    updatable=False,
    rules=_LineEntryRules(),
    first_record=6501,
)

TYPES = (PROJECTCONTRACT, PROJECTCONTRACTLINE, PROJECTCONTRACTLINEENTRY)
