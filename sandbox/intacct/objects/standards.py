"""Standard cost codes and cost types, the templates of what jobs have.

Sources: construction/standard-tasks, standard-cost-types.
"""

from __future__ import annotations

from typing import override

from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, missing, unknown_reference
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
    integer,
    reference,
    shown,
    text,
)

ACCUMULATIONTYPE = ObjectType(
    "ACCUMULATIONTYPE",
    "Accumulation type",
    (RECORDNO, text("NAME", 80, required=True), text("DESCRIPTION", 1000), STATUS, *audit()),
    key="NAME",
    audit_key="natural",
)

STANDARDCOSTTYPE = ObjectType(
    "STANDARDCOSTTYPE",
    "Standard cost type",
    (
        RECORDNO,
        text("STANDARDCOSTTYPEID", 12, required=True, label="Standard cost type ID"),
        text("NAME", 200, required=True),
        text("DESCRIPTION", 1000),
        reference("ACCUMULATIONTYPENAME", "ACCUMULATIONTYPE"),
        text("COSTUNITDESCRIPTION", 30),
        reference("ACCOUNTNO", "GLACCOUNT"),
        reference("PARENTID", "STANDARDCOSTTYPE"),
        reference("ITEMID", "ITEM"),
        STATUS,
        *audit(),
    ),
    key="STANDARDCOSTTYPEID",
    relations=(Relation("PARENT", "STANDARDCOSTTYPE", "PARENTID", "STANDARDCOSTTYPEID"),),
    audit_key="natural",
    used_by=(("COSTTYPE", "STANDARDCOSTTYPEID"), ("STANDARDTASKSTANDARDCOSTTYPE", "STANDARDCOSTTYPEID")),
)


class _StandardTaskRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        self._check(context, values)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        self._check(context, {**row, **changes})

    @staticmethod
    def _check(context: Context, values: Row) -> None:
        if values.get("BILLABLE") == "true" and not values.get("ITEMID"):
            raise Refused(missing("Item ID", field="ITEMID"))
        if values.get("PARENTKEY") and context.store.get("STANDARDTASK", values["PARENTKEY"]) is None:
            raise Refused(unknown_reference("Standard task", values["PARENTKEY"], field="PARENTKEY"))


STANDARDTASK = ObjectType(
    "STANDARDTASK",
    "Standard task",
    (
        RECORDNO,
        text("STANDARDTASKID", 20, required=True, label="Standard task ID"),
        text("NAME", 200),
        text("DESCRIPTION", 1000),
        text("PRODUCTIONUNITDESC", 30),
        reference("ITEMID", "ITEM"),
        boolean("BILLABLE"),
        boolean("ISMILESTONE"),
        boolean("UTILIZED"),
        text("PRIORITY"),
        text("TIMETYPENAME"),
        text("TASKNO", 8),
        integer("PARENTKEY"),
        *shown(text("PARENTID")),
        reference("CLASSID", "CLASS"),
        STATUS,
        *audit(),
    ),
    key="STANDARDTASKID",
    relations=(Relation("PARENT", "STANDARDTASK", "PARENTKEY"),),
    owned=(Owned("STANDARDTASKSTANDARDCOSTTYPES", "STANDARDTASKSTANDARDCOSTTYPE", "STANDARDTASKKEY", update="replace"),),
    audit_key="natural",
    used_by=(("TASK", "STANDARDTASKID"),),
    rules=_StandardTaskRules(),
)

STANDARDTASKSTANDARDCOSTTYPE = ObjectType(
    "STANDARDTASKSTANDARDCOSTTYPE",
    "Standard cost type of a standard task",
    (
        RECORDNO,
        *shown(integer("STANDARDTASKKEY")),
        reference("STANDARDCOSTTYPEID", "STANDARDCOSTTYPE", required=True),
        *shown(integer("LINE_NO")),
        *audit(),
    ),
    indexes=(("STANDARDTASKKEY",), ("STANDARDCOSTTYPEID",)),
    creatable=False,
    audit_key="none",
)

TYPES = (ACCUMULATIONTYPE, STANDARDCOSTTYPE, STANDARDTASK, STANDARDTASKSTANDARDCOSTTYPE)
