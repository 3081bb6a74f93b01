"""The general ledger: accounts, journals, entries, and the detail view over them (general-ledger/*)."""

from __future__ import annotations

from dataclasses import replace
from typing import override

from sandbox.intacct.books.ledger import check_balance, check_entry, forget_details, rebuild_details
from sandbox.intacct.books.periods import check_open
from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.objects.dimension_fields import RELATIONS, dimension_fields
from sandbox.intacct.problems import Refused, rule
from sandbox.intacct.schema import (
    RECORDNO,
    STATUS,
    Field,
    ObjectType,
    Owned,
    Relation,
    Row,
    Rules,
    audit,
    boolean,
    choice,
    day,
    entity,
    integer,
    money,
    reference,
    shown,
    text,
)

GLACCOUNT = ObjectType(
    "GLACCOUNT",
    "GL Account",
    (
        RECORDNO,
        text("ACCOUNTNO", 24, required=True, label="Account number"),
        text("TITLE", 80, required=True),
        choice("ACCOUNTTYPE", ("balancesheet", "incomestatement"), codes=("N", "I"), default="incomestatement"),
        choice("NORMALBALANCE", ("debit", "credit"), codes=("1", "-1"), default="debit"),
        choice("CLOSINGTYPE", ("non-closing account", "closing account"), default="non-closing account"),
        boolean("REQUIREDEPT"),
        boolean("REQUIRELOC"),
        boolean("REQUIREPROJECT"),
        boolean("REQUIRETASK"),
        boolean("REQUIRECOSTTYPE"),
        text("CATEGORY"),
        text("ALTERNATIVEACCOUNT"),
        replace(choice("PC_ACCOUNT_TYPE", ("Payroll", "Expense", "Cash"), label="PC Account Type"), custom=True),
        replace(choice("PC_COST_TYPES", ("Payroll", "Expense"), label="PC Cost Types"), custom=True),
        STATUS,
        *audit(),
    ),
    key="ACCOUNTNO",
    audit_key="natural",
    used_by=(("GLENTRY", "ACCOUNTNO"), ("STANDARDCOSTTYPE", "ACCOUNTNO")),
)
"""REQUIREPROJECT and its like are custom requirements; the two PC fields are custom fields of this tenant."""

JOURNAL = ObjectType(
    "JOURNAL",
    "Journal",
    (RECORDNO, text("SYMBOL", 10, required=True), text("TITLE", 80, required=True), STATUS, *audit()),
    key="SYMBOL",
    audit_key="natural",
)


class _BatchRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        check_open(context, values.get("BATCH_DATE", ""), "BATCH_DATE")
        values["BATCHNO"] = str(context.store.tables["GLBATCH"].next_record)
        values["MODULE"] = "2.GL"
        values["USERID"] = context.settings.user_id

    @override
    def after_create(self, context: Context, row: Row) -> None:
        check_balance(context, row)
        rebuild_details(context, row)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        self._refuse_foreign(row)
        check_open(context, row["BATCH_DATE"], "BATCH_DATE")
        check_open(context, changes.get("BATCH_DATE", ""), "BATCH_DATE")

    @override
    def after_update(self, context: Context, row: Row) -> None:
        check_balance(context, row)
        rebuild_details(context, row)

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        self._refuse_foreign(row)
        check_open(context, row["BATCH_DATE"], "BATCH_DATE")
        forget_details(context, row)

    @staticmethod
    def _refuse_foreign(row: Row) -> None:
        if row["MODULE"] != "2.GL":
            raise Refused(rule("GL-0120", f"Journal entry {row['BATCHNO']} belongs to module {row['MODULE']}."))


GLBATCH = ObjectType(
    "GLBATCH",
    "Journal entry",
    (
        RECORDNO,
        *shown(integer("BATCHNO")),
        reference("JOURNAL", "JOURNAL", required=True),
        day("BATCH_DATE", required=True, label="Posting date"),
        text("BATCH_TITLE", 80, required=True, label="Description"),
        text("REFERENCENO", 80),
        choice(
            "STATE",
            ("Draft", "Submitted", "Partially Approved", "Approved", "Posted", "Declined", "Reversal pending", "Reversed"),
            codes=("D", "S", "PA", "A", "P", "R", "RP", "RV"),
            default="Posted",
        ),
        text("HISTORY_COMMENT", 500),
        day("REVERSEDATE"),
        reference("SUPDOCID", "SUPDOC"),
        *(text(name) for name in ("TAXIMPLICATIONS", "VATVENDORID", "VATCUSTOMERID", "VATCONTACTID", "BASELOCATION_NO", "TAXSOLUTIONID")),
        *shown(text("MODULE"), text("USERID"), integer("PRRECORDKEY")),
        *entity(),
        *audit(),
    ),
    relations=(Relation("JOURNAL", "JOURNAL", "JOURNAL", "SYMBOL"),),
    owned=(Owned("ENTRIES", "GLENTRY", "BATCHNO", update="replace", required=2),),
    indexes=(("PRRECORDKEY", "JOURNAL"),),
    rules=_BatchRules(),
    first_record=701,
)


class _EntryRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        if parent is not None:
            check_entry(context, values, parent)


GLENTRY = ObjectType(
    "GLENTRY",
    "Journal entry line",
    (
        RECORDNO,
        *shown(integer("BATCHNO"), integer("LINE_NO")),
        choice("TR_TYPE", ("1", "-1"), required=True, label="Debit or credit"),
        day("ENTRY_DATE"),
        money("AMOUNT"),
        money("TRX_AMOUNT"),
        *shown(integer("ACCOUNTKEY")),
        reference("ACCOUNTNO", "GLACCOUNT", required=True, label="Account number"),
        text("DEPARTMENT"),
        text("LOCATION"),
        text("DOCUMENT", 30),
        text("DESCRIPTION", 1000),
        text("BASECURR", 3, default="USD"),
        text("CURRENCY", 3, default="USD"),
        boolean("BILLABLE"),
        *shown(text("STATE")),
        *dimension_fields(),
        *audit(),
    ),
    relations=(
        Relation("GLBATCH", "GLBATCH", "BATCHNO"),
        Relation("GLACCOUNT", "GLACCOUNT", "ACCOUNTNO", "ACCOUNTNO"),
        *RELATIONS,
    ),
    indexes=(("BATCHNO",), ("ACCOUNTNO",)),
    creatable=False,
    updatable=False,
    deletable=False,
    rules=_EntryRules(),
    first_record=3001,
)

GLDETAIL = ObjectType(
    "GLDETAIL",
    "General ledger detail",
    (
        RECORDNO,
        text("BOOKID"),
        text("SYMBOL"),
        integer("BATCHKEY"),
        integer("BATCH_NO"),
        day("BATCH_DATE"),
        text("BATCH_TITLE"),
        choice("BATCH_STATE", ("Draft", "Submitted", "Approved", "Posted", "Reversed"), codes=("D", "S", "A", "P", "RV")),
        text("MODULEKEY"),
        text("REFERENCENO"),
        integer("LINE_NO"),
        day("ENTRY_DATE"),
        integer("TR_TYPE"),
        integer("ACCOUNTKEY"),
        text("ACCOUNTNO"),
        text("ACCOUNTTITLE"),
        text("DEPARTMENTID"),
        text("DEPARTMENTTITLE"),
        text("LOCATIONID"),
        text("LOCATIONNAME"),
        text("CHILDENTITY"),
        text("OWNERSHIPKEY"),
        boolean("ADJ"),
        text("DOCUMENT"),
        text("DESCRIPTION"),
        money("AMOUNT"),
        money("DEBITAMOUNT"),
        money("CREDITAMOUNT"),
        money("TRX_AMOUNT"),
        money("TRX_DEBITAMOUNT"),
        money("TRX_CREDITAMOUNT"),
        text("CURRENCY"),
        text("BASECURR"),
        integer("RECORDKEY"),
        text("RECORDID"),
        text("DOCNUMBER"),
        text("STATISTICAL", default="F"),
        *dimension_fields(),
        Field("WHENCREATED", "TIMESTAMP", "When created", readonly=True),
        Field("MODIFIED", "TIMESTAMP", "When modified", readonly=True),
    ),
    relations=(Relation("GLACCOUNT", "GLACCOUNT", "ACCOUNTNO", "ACCOUNTNO"), *RELATIONS),
    indexes=(("BATCHKEY",),),
    creatable=False,
    updatable=False,
    deletable=False,
    audit_key="none",
    first_record=3001,
)
"""Its change stamp is MODIFIED here, as in two published field lists; another client filters on WHENMODIFIED [?]."""

TYPES = (GLACCOUNT, JOURNAL, GLBATCH, GLENTRY, GLDETAIL)
