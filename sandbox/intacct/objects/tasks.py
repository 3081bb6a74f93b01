"""How the cost of a job is coded: its tasks (cost codes) and their cost types.

Sources: project-resource-mgmt/tasks; construction/cost-types.
"""

from __future__ import annotations

from typing import override

from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, missing, rule, unknown_reference
from sandbox.intacct.schema import (
    RECORDNO,
    STATUS,
    ObjectType,
    Relation,
    Row,
    Rules,
    audit,
    boolean,
    choice,
    day,
    decimal,
    integer,
    joined,
    reference,
    shown,
    text,
)


class _TaskRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        values["TASKID"] = values.get("TASKID") or str(context.store.tables["TASK"].next_record)
        project = context.store.first("PROJECT", PROJECTID=values.get("PROJECTID", ""))
        if project is not None:
            values.update(PROJECTKEY=project["RECORDNO"], PROJECTNAME=project["NAME"])
            values.update(PBEGINDATE=values.get("PBEGINDATE") or project["BEGINDATE"])
            values.update(PENDDATE=values.get("PENDDATE") or project["ENDDATE"])
        self._check_parent(context, values, values.get("PROJECTID", ""))

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        self._check_parent(context, changes, row["PROJECTID"])

    @staticmethod
    def _check_parent(context: Context, values: Row, project_id: str) -> None:
        if "PARENTKEY" not in values:
            return
        values["ROOTPARENTKEY"] = ""
        if not values["PARENTKEY"]:
            return
        parent = context.store.get("TASK", values["PARENTKEY"])
        if parent is None or parent["PROJECTID"] != project_id:
            raise Refused(unknown_reference(context.tenant.term("Task"), values["PARENTKEY"], field="PARENTKEY"))
        values["ROOTPARENTKEY"] = parent["ROOTPARENTKEY"] or parent["RECORDNO"]

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        for name in ("PODOCUMENTENTRY", "APBILLITEM", "PJESTIMATEENTRY"):
            if context.store.first(name, PROJECTID=row["PROJECTID"], TASKID=row["TASKID"]):
                raise Refused(rule("TASK-0031", f"Task {row['TASKID']} is used in transactions."))
        if context.store.first("COSTTYPE", TASKKEY=row["RECORDNO"]):
            raise Refused(rule("TASK-0032", f"Task {row['TASKID']} has cost types."))


TASK = ObjectType(
    "TASK",
    "Task",
    (
        RECORDNO,
        text("TASKID", 20, label="Task ID"),
        text("NAME", 200, required=True),
        text("DESCRIPTION", 1000),
        *shown(integer("PROJECTKEY")),
        reference("PROJECTID", "PROJECT", required=True),
        *shown(text("PROJECTNAME")),
        reference("STANDARDTASKID", "STANDARDTASK"),
        integer("PARENTKEY"),
        joined("PARENTID", "PARENT.TASKID"),
        joined("PARENTTASKID", "PARENT.TASKID"),
        joined("PARENTTASKNAME", "PARENT.NAME"),
        *shown(integer("ROOTPARENTKEY")),
        joined("ROOTPARENTID", "ROOTPARENT.TASKID"),
        joined("ROOTPARENTNAME", "ROOTPARENT.NAME"),
        text("TASKNO", 8),
        choice(
            "TASKSTATUS",
            ("Not Started", "Planned", "In Progress", "Completed", "On Hold"),
            codes=("N", "P", "I", "C", "O"),
            required=True,
            label="Task status",
        ),
        day("PBEGINDATE"),
        day("PENDDATE"),
        *shown(day("ABEGINDATE"), day("AENDDATE")),
        reference("CLASSID", "CLASS"),
        joined("CLASSKEY", "CLASS.RECORDNO"),
        joined("CLASSNAME", "CLASS.NAME"),
        reference("ITEMID", "ITEM"),
        joined("ITEMKEY", "ITEM.RECORDNO"),
        joined("ITEMNAME", "ITEM.NAME"),
        boolean("BILLABLE"),
        boolean("UTILIZED"),
        boolean("ISMILESTONE"),
        text("PRIORITY"),
        text("PRODUCTIONUNITDESC", 30),
        decimal("BUDGETQTY"),
        decimal("ESTQTY"),
        STATUS,
        reference("SUPDOCID", "SUPDOC"),
        *audit(),
    ),
    unique=("PROJECTID", "TASKID"),
    relations=(
        Relation("PROJECT", "PROJECT", "PROJECTID", "PROJECTID"),
        Relation("PARENT", "TASK", "PARENTKEY"),
        Relation("ROOTPARENT", "TASK", "ROOTPARENTKEY"),
        Relation("CLASS", "CLASS", "CLASSID", "CLASSID"),
        Relation("STANDARDTASK", "STANDARDTASK", "STANDARDTASKID", "STANDARDTASKID"),
        Relation("ITEM", "ITEM", "ITEMID", "ITEMID"),
    ),
    indexes=(("PROJECTID",),),
    update_requires=("TASKSTATUS",),
    rules=_TaskRules(),
    first_record=1001,
)

_COPIED = ("ACCUMULATIONTYPENAME", "ACCOUNTNO", "ITEMID", "COSTUNITDESCRIPTION", "DESCRIPTION")


class _CostTypeRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        task = self._task(context, values)
        standard = context.store.first("STANDARDCOSTTYPE", STANDARDCOSTTYPEID=values.get("STANDARDCOSTTYPEID", ""))
        if standard is None:
            raise Refused(missing("Standard cost type ID", field="STANDARDCOSTTYPEID"))
        for name in _COPIED:
            values[name] = values.get(name) or standard[name]
        values["NAME"] = values.get("NAME") or standard["NAME"]
        values["COSTTYPEID"] = standard["STANDARDCOSTTYPEID"]
        values.update(
            TASKKEY=task["RECORDNO"],
            TASKID=task["TASKID"],
            TASKNAME=task["NAME"],
            PROJECTID=task["PROJECTID"],
            PROJECTKEY=task["PROJECTKEY"],
            PROJECTNAME=task["PROJECTNAME"],
        )

    @staticmethod
    def _task(context: Context, values: Row) -> Row:
        term = context.tenant.term("Task")
        if values.get("TASKKEY"):
            task = context.store.get("TASK", values["TASKKEY"])
            named = values["TASKKEY"]
        elif values.get("PROJECTID") and values.get("TASKID"):
            task = context.store.first("TASK", PROJECTID=values["PROJECTID"], TASKID=values["TASKID"])
            named = values["TASKID"]
        else:
            raise Refused(missing(f"{term} ID", field="TASKID"))
        if task is None:
            raise Refused(unknown_reference(term, named, field="TASKID"))
        return task

    @override
    def before_delete(self, context: Context, row: Row) -> None:
        where = {"PROJECTID": row["PROJECTID"], "TASKID": row["TASKID"]}
        for name in ("PODOCUMENTENTRY", "APBILLITEM", "PJESTIMATEENTRY"):
            if any(line["COSTTYPEID"] == row["COSTTYPEID"] for line in context.store.find(name, **where)):
                raise Refused(rule("COST-0031", f"Cost type {row['COSTTYPEID']} is used in transactions."))


COSTTYPE = ObjectType(
    "COSTTYPE",
    "Cost type",
    (
        RECORDNO,
        *shown(text("COSTTYPEID", 12)),
        reference("STANDARDCOSTTYPEID", "STANDARDCOSTTYPE", required=True, label="Standard cost type ID"),
        text("NAME", 200),
        text("DESCRIPTION", 1000),
        *shown(integer("PROJECTKEY")),
        reference("PROJECTID", "PROJECT"),
        *shown(text("PROJECTNAME")),
        integer("TASKKEY"),
        text("TASKID"),
        *shown(text("TASKNAME")),
        reference("ACCUMULATIONTYPENAME", "ACCUMULATIONTYPE"),
        text("COSTUNITDESCRIPTION", 30),
        reference("ACCOUNTNO", "GLACCOUNT"),
        reference("ITEMID", "ITEM"),
        day("PLANNEDBEGINDATE"),
        day("PLANNEDENDDATE"),
        day("ACTUALBEGINDATE"),
        day("ACTUALENDDATE"),
        STATUS,
        *audit(),
    ),
    unique=("PROJECTID", "TASKID", "COSTTYPEID"),
    relations=(
        Relation("PROJECT", "PROJECT", "PROJECTID", "PROJECTID"),
        Relation("TASK", "TASK", "TASKKEY"),
        Relation("STANDARDCOSTTYPE", "STANDARDCOSTTYPE", "STANDARDCOSTTYPEID", "STANDARDCOSTTYPEID"),
    ),
    indexes=(("TASKKEY",), ("PROJECTID",), ("STANDARDCOSTTYPEID",)),
    rules=_CostTypeRules(),
    first_record=20001,
)

TYPES = (TASK, COSTTYPE)
