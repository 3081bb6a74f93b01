"""Job estimates: a budget by cost code, cost type and workflow type (construction/project-estimates)."""

from __future__ import annotations

from typing import override

from sandbox.intacct.books.estimates import (
    check_entry,
    check_estimate,
    check_removal,
    link_primary,
    refuse_fixed,
    total_up,
)
from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
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
    money,
    reference,
    shown,
    text,
)

WORKFLOW_TYPES = ("original", "revision", "forecast", "pending change", "approved change", "other")

PJESTIMATETYPE = ObjectType(
    "PJESTIMATETYPE",
    "Project estimate type",
    (
        RECORDNO,
        text("NAME", 80, required=True),
        text("SELECTEDWFTYPES"),
        text("ESTIMATECATEGORY"),
        STATUS,
        *audit(),
    ),
    key="NAME",
    audit_key="natural",
)


class _EstimateRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_estimate(context, values)
        link_primary(context, values, asked="ISPRIMARY" in node)

    @override
    def after_create(self, context: Context, row: Row) -> None:
        total_up(context, row)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        refuse_fixed(row, set(changes), lines="ENTRIES" in node)
        check_estimate(context, {**row, **changes})
        if changes.get("ISPRIMARY") == "false" and row["ISPRIMARY"] == "true":
            check_removal(context, row, "made secondary")
        if changes.get("ISPRIMARY") == "true" and row["ISPRIMARY"] != "true":
            link_primary(context, {**row, **changes}, asked=True)

    @override
    def after_update(self, context: Context, row: Row) -> None:
        total_up(context, row)

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        if row["ISPRIMARY"] == "true" or row["STATUS"] == "finalized":
            raise Refused(rule("EST-0003", f"Estimate {row['PJESTIMATEID']} cannot be deleted: it is primary or finalized."))


PJESTIMATE = ObjectType(
    "PJESTIMATE",
    "Project estimate",
    (
        RECORDNO,
        text("PJESTIMATEID", 20, required=True, label="Project estimate ID"),
        text("DESCRIPTION", 1000),
        *shown(integer("PROJECTKEY")),
        reference("PROJECTID", "PROJECT", required=True),
        *shown(text("PROJECTNAME")),
        boolean("ISPRIMARY"),
        boolean("POSTED"),
        text("GLBUDGETID"),
        reference("PJESTIMATETYPENAME", "PJESTIMATETYPE"),
        day("ESTIMATEDATE"),
        choice("POSTTO", ("First period", "All periods", "Estimate date", "Effective date"), default="First period"),
        choice("STATUS", ("active", "inactive", "finalized"), codes=("T", "F", "Z"), default="active"),
        *shown(money("TOTALAMOUNT")),
        *entity(),
        *audit(),
    ),
    key="PJESTIMATEID",
    relations=(Relation("PROJECT", "PROJECT", "PROJECTID", "PROJECTID"),),
    owned=(Owned("ENTRIES", "PJESTIMATEENTRY", "PJESTIMATEKEY"),),
    indexes=(("PROJECTID",),),
    audit_key="natural",
    rules=_EstimateRules(),
    first_record=401,
)


class _EntryRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_entry(context, values, parent)

    @override
    def after_create(self, context: Context, row: Row) -> None:
        self._total(context, row)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        self._refuse_linked(row)
        parent = context.store.get("PJESTIMATE", row["PJESTIMATEKEY"])
        if {"QTY", "UNITCOST", "PRODUCTIONUNITS"} & set(changes) and "AMOUNT" not in changes:
            changes["AMOUNT"] = ""
        whole = {**row, **changes}
        check_entry(context, whole, parent)
        changes.update({name: value for name, value in whole.items() if row.get(name) != value})

    @override
    def after_update(self, context: Context, row: Row) -> None:
        self._total(context, row)

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        self._refuse_linked(row)
        parent = context.store.get("PJESTIMATE", row["PJESTIMATEKEY"])
        if parent is not None:
            refuse_fixed(parent, set(), lines=True)
            total_up(context, parent, without=row["RECORDNO"])

    @staticmethod
    def _total(context: Context, row: Row) -> None:
        parent = context.store.get("PJESTIMATE", row["PJESTIMATEKEY"])
        if parent is not None:
            total_up(context, parent)

    @staticmethod
    def _refuse_linked(row: Row) -> None:
        if row["CHANGEREQUESTENTRYKEY"]:
            raise Refused(rule("EST-0004", "The entry is linked to a change request and is changed through it only."))


PJESTIMATEENTRY = ObjectType(
    "PJESTIMATEENTRY",
    "Project estimate entry",
    (
        RECORDNO,
        *shown(integer("PJESTIMATEKEY")),
        text("PJESTIMATEID"),
        *shown(integer("LINE_NO")),
        choice("WFTYPE", WORKFLOW_TYPES, default="original"),
        money("AMOUNT"),
        decimal("QTY"),
        decimal("UNITCOST"),
        decimal("PRODUCTIONUNITS"),
        text("EUOM", 200),
        text("MEMO", 2000),
        day("EFFECTIVEDATE"),
        reference("ACCOUNTNO", "GLACCOUNT"),
        text("DEPARTMENTID"),
        text("LOCATIONID"),
        *dimension_fields(),
        *shown(integer("CHANGEREQUESTKEY"), text("CHANGEREQUESTID"), integer("CHANGEREQUESTENTRYKEY")),
        *audit(),
    ),
    relations=(Relation("PJESTIMATE", "PJESTIMATE", "PJESTIMATEKEY"), *RELATIONS),
    indexes=(("PJESTIMATEKEY",), ("PROJECTID", "TASKID"), ("PROJECTID",), ("CHANGEREQUESTENTRYKEY",)),
    update_by_name=False,
    rules=_EntryRules(),
    first_record=4401,
)

TYPES = (PJESTIMATETYPE, PJESTIMATE, PJESTIMATEENTRY)
