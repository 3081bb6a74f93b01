"""Change requests and the change orders that group them (construction/change-requests, project-change-orders)."""

from __future__ import annotations

from typing import override

from sandbox.intacct.books.changes import (
    check_entry,
    check_order,
    check_request,
    post_request,
    settle_order,
    settle_request,
    withdraw_request,
)
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

WORKFLOW_TYPES = ("none", "original", "revision", "forecast", "pending change", "approved change", "other")
INTEGRATION_LEVELS = ("none", "project change order", "change request", "change request entry")

CHANGEREQUESTSTATUS = ObjectType(
    "CHANGEREQUESTSTATUS",
    "Change request status",
    (RECORDNO, text("NAME", 80, required=True), choice("WFTYPE", WORKFLOW_TYPES, default="none"), STATUS, *audit()),
    key="NAME",
    audit_key="natural",
    used_by=(("CHANGEREQUEST", "CHANGEREQUESTSTATUSNAME"), ("PROJECTCHANGEORDER", "CHANGEREQUESTSTATUSNAME")),
)

CHANGEREQUESTTYPE = ObjectType(
    "CHANGEREQUESTTYPE",
    "Change request type",
    (RECORDNO, text("NAME", 80, required=True), STATUS, *audit()),
    key="NAME",
    audit_key="natural",
)


class _RequestRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_request(context, values)

    @override
    def after_create(self, context: Context, row: Row) -> None:
        post_request(context, settle_request(context, row))

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        if row["PROJECTCHANGEORDERID"] and set(changes) - {"PROJECTCHANGEORDERID"}:
            raise Refused(rule("CHG-0003", f"{row['CHANGEREQUESTID']} is linked to a change order and cannot be changed."))
        if row["CHANGEREQUESTSTATE"] == "Posted" and changes.get("CHANGEREQUESTSTATE") == "Draft":
            raise Refused(rule("CHG-0004", "A posted change request cannot become a draft again."))
        whole = {**row, **changes}
        check_request(context, whole)
        changes.update({name: value for name, value in whole.items() if row.get(name) != value})

    @override
    def after_update(self, context: Context, row: Row) -> None:
        post_request(context, settle_request(context, row))

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        if row["PROJECTCHANGEORDERID"]:
            raise Refused(rule("CHG-0005", f"{row['CHANGEREQUESTID']} is linked to a change order."))
        withdraw_request(context, row)


CHANGEREQUEST = ObjectType(
    "CHANGEREQUEST",
    "Change request",
    (
        RECORDNO,
        text("CHANGEREQUESTID", 30, required=True, label="Change request ID"),
        reference("CHANGEREQUESTTYPENAME", "CHANGEREQUESTTYPE"),
        *shown(integer("PROJECTKEY")),
        reference("PROJECTID", "PROJECT", required=True),
        *shown(text("PROJECTNAME"), text("CUSTOMERID")),
        joined("CUSTOMERNAME", "PROJECT.CUSTOMER.NAME"),
        day("CHANGEREQUESTDATE", required=True, label="Change request date"),
        choice("CHANGEREQUESTSTATE", ("Draft", "Posted"), codes=("D", "P"), default="Draft"),
        reference("CHANGEREQUESTSTATUSNAME", "CHANGEREQUESTSTATUS"),
        *shown(text("WFTYPE")),
        text("DESCRIPTION", 1000),
        *shown(integer("PROJECTCHANGEORDERKEY")),
        reference("PROJECTCHANGEORDERID", "PROJECTCHANGEORDER"),
        choice("PCNINTEGRATIONLEVEL", INTEGRATION_LEVELS, default="none"),
        text("PROJECTCONTRACTID"),
        text("PROJECTCONTRACTLINEID"),
        day("COSTEFFECTIVEDATE"),
        day("PRICEEFFECTIVEDATE"),
        *agreement_fields(),
        reference("SUPDOCID", "SUPDOC"),
        *shown(money("TOTALCOST"), money("TOTALPRICE")),
        *entity(),
        *audit(),
    ),
    key="CHANGEREQUESTID",
    relations=(
        Relation("PROJECT", "PROJECT", "PROJECTID", "PROJECTID"),
        Relation("PROJECTCHANGEORDER", "PROJECTCHANGEORDER", "PROJECTCHANGEORDERKEY"),
    ),
    owned=(Owned("CHANGEREQUESTENTRIES", "CHANGEREQUESTENTRY", "CHANGEREQUESTKEY"),),
    indexes=(("PROJECTID",), ("PROJECTCHANGEORDERKEY",)),
    audit_key="natural",
    rules=_RequestRules(),
    first_record=801,
)


class _RequestEntryRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_entry(context, values, parent or {})

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        if {"QTY", "UNITCOST"} & set(changes) and "COST" not in changes:
            changes["COST"] = ""
        if {"QTY", "UNITPRICE"} & set(changes) and "PRICE" not in changes:
            changes["PRICE"] = ""
        whole = {**row, **changes}
        check_entry(context, whole, context.store.get("CHANGEREQUEST", row["CHANGEREQUESTKEY"]) or {})
        changes.update({name: value for name, value in whole.items() if row.get(name) != value})


CHANGEREQUESTENTRY = ObjectType(
    "CHANGEREQUESTENTRY",
    "Change request entry",
    (
        RECORDNO,
        *shown(integer("CHANGEREQUESTKEY"), text("CHANGEREQUESTID"), integer("LINE_NO")),
        decimal("QTY"),
        decimal("UNITCOST"),
        money("COST"),
        decimal("UNITPRICE"),
        money("PRICE"),
        decimal("PRICEMARKUPPERCENT"),
        money("PRICEMARKUPAMOUNT"),
        *shown(money("LINEPRICE")),
        decimal("PRODUCTIONUNITS"),
        text("EUOM", 200),
        text("MEMO", 2000),
        reference("ACCOUNTNO", "GLACCOUNT"),
        text("PROJECTCONTRACTID"),
        text("PROJECTCONTRACTLINEID"),
        text("LOCATIONID"),
        text("DEPARTMENTID"),
        *dimension_fields(),
        *shown(integer("PJESTIMATEENTRYKEY")),
        *audit(),
    ),
    relations=(Relation("CHANGEREQUEST", "CHANGEREQUEST", "CHANGEREQUESTKEY"), *RELATIONS),
    indexes=(("CHANGEREQUESTKEY",),),
    creatable=False,
    updatable=False,
    rules=_RequestEntryRules(),
    first_record=8901,
)


class _OrderRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_order(context, values)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        if row["PROJECTCHANGEORDERSTATE"] == "Posted" and changes.get("PROJECTCHANGEORDERSTATE") == "Draft":
            raise Refused(rule("CHG-0006", "A posted change order cannot become a draft again."))
        whole = {**row, **changes}
        check_order(context, whole)
        changes.update({name: value for name, value in whole.items() if row.get(name) != value})

    @override
    def after_update(self, context: Context, row: Row) -> None:
        settle_order(context, row)

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        if context.store.first("CHANGEREQUEST", PROJECTCHANGEORDERKEY=row["RECORDNO"]):
            raise Refused(rule("CHG-0007", f"{row['PROJECTCHANGEORDERID']} has change requests."))


PROJECTCHANGEORDER = ObjectType(
    "PROJECTCHANGEORDER",
    "Project change order",
    (
        RECORDNO,
        text("PROJECTCHANGEORDERID", 30, required=True, label="Project change order ID"),
        *shown(integer("PROJECTKEY")),
        reference("PROJECTID", "PROJECT", required=True),
        *shown(text("PROJECTNAME"), text("CUSTOMERID")),
        joined("CUSTOMERNAME", "PROJECT.CUSTOMER.NAME"),
        reference("ITEMID", "ITEM"),
        day("PROJECTCHANGEORDERDATE", required=True, label="Project change order date"),
        text("DESCRIPTION", 1000),
        choice("PROJECTCHANGEORDERSTATE", ("Draft", "Posted"), codes=("D", "P"), default="Draft"),
        reference("CHANGEREQUESTSTATUSNAME", "CHANGEREQUESTSTATUS"),
        text("PROJECTCONTRACTID"),
        text("PROJECTCONTRACTLINEID"),
        day("PRICEEFFECTIVEDATE"),
        *agreement_fields(),
        reference("SUPDOCID", "SUPDOC"),
        *shown(money("TOTALCOST"), money("TOTALPRICE")),
        *entity(),
        *audit(),
    ),
    key="PROJECTCHANGEORDERID",
    relations=(Relation("PROJECT", "PROJECT", "PROJECTID", "PROJECTID"),),
    indexes=(("PROJECTID",),),
    audit_key="natural",
    rules=_OrderRules(),
    first_record=901,
)

TYPES = (CHANGEREQUESTSTATUS, CHANGEREQUESTTYPE, CHANGEREQUEST, CHANGEREQUESTENTRY, PROJECTCHANGEORDER)
