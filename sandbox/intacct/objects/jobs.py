"""Jobs and how their cost is coded: standard cost codes and types, projects, tasks, cost types.

Sources: construction/standard-tasks, standard-cost-types, cost-types; project-resource-mgmt/projects, tasks.
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

GRANT_FIELDS = (
    "CFDA",
    "FUNDEDNAME",
    "AGENCY",
    "PAYER",
    "FUNDINGOTHERID",
    "ASSISTANCETYPE",
    "REVRESTRICTION",
    "RESTRICTIONEXPIRY",
    "RESTRICTIONEXPIRATIONDATE",
    "TIMESATISFACTIONSCHEDULED",
)
"""lookup lists them, query refuses them [F]."""

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


class _ProjectRules(Rules):
    @override
    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        if not values.get("PROJECTID") and context.settings.project_sequence:
            values["PROJECTID"] = f"J-{context.store.tables['PROJECT'].next_record:05}"
        if context.settings.multi_entity and not values.get("LOCATIONID"):
            raise Refused(missing("Location", field="LOCATIONID"))
        self._complete(context, values)

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        if changes.get("PARENTID") and changes["PARENTID"] == row["PROJECTID"]:
            raise Refused(rule("PROJ-0012", "A project cannot be its own parent.", field="PARENTID"))
        self._complete(context, changes)

    @staticmethod
    def _complete(context: Context, values: Row) -> None:
        for element, key in (("PARENTID", "PARENT"), ("CUSTOMERID", "CUSTOMER"), ("LOCATIONID", "LOCATION")):
            if element not in values:
                continue
            kind = "PROJECT" if key == "PARENT" else key
            target = context.store.first(kind, **{context.store.tables[kind].kind.key: values[element]})
            values[f"{key}KEY"] = target["RECORDNO"] if target else ""
            values[f"{key}NAME"] = target["NAME"] if target else ""


PROJECT = ObjectType(
    "PROJECT",
    "Project",
    (
        RECORDNO,
        text("PROJECTID", 20, required=True, label="Project ID"),
        text("NAME", 100, required=True),
        text("DESCRIPTION", 1000),
        choice(
            "PROJECTCATEGORY",
            ("Contract", "Capitalized", "Internal Non-Billable", "Internal Billable"),
            codes=("C", "A", "N", "B"),
            required=True,
            label="Project category",
        ),
        text("PROJECTTYPE"),
        text("PROJECTSTATUS"),
        STATUS,
        *shown(integer("PARENTKEY")),
        reference("PARENTID", "PROJECT", label="Parent project ID"),
        *shown(text("PARENTNAME")),
        boolean("INVOICEWITHPARENT"),
        *shown(integer("CUSTOMERKEY")),
        reference("CUSTOMERID", "CUSTOMER"),
        *shown(text("CUSTOMERNAME")),
        reference("MANAGERID", "EMPLOYEE"),
        reference("SALESCONTACTID", "EMPLOYEE"),
        *shown(integer("LOCATIONKEY")),
        reference("LOCATIONID", "LOCATION"),
        *shown(text("LOCATIONNAME")),
        reference("DEPARTMENTID", "DEPARTMENT"),
        reference("CLASSID", "CLASS"),
        day("BEGINDATE"),
        day("ENDDATE"),
        text("CURRENCY", 3),
        reference("TERMNAME", "APTERM"),
        money("BUDGETAMOUNT"),
        money("BUDGETEDCOST"),
        decimal("BUDGETQTY"),
        text("BUDGETID"),
        money("CONTRACTAMOUNT"),
        text("DOCNUMBER"),
        text("SONUMBER"),
        text("PONUMBER"),
        money("POAMOUNT"),
        text("PQNUMBER"),
        text("BILLINGTYPE"),
        text("INVOICEMESSAGE"),
        text("INVOICECURRENCY", 3),
        boolean("BILLABLEEXPDEFAULT"),
        boolean("BILLABLEAPPODEFAULT"),
        reference("CONTACTINFO.CONTACTNAME", "CONTACT"),
        reference("BILLTO.CONTACTNAME", "CONTACT"),
        reference("SHIPTO.CONTACTNAME", "CONTACT"),
        reference("SUPDOCID", "SUPDOC"),
        text("SCOPE", 4000),
        text("INCLUSIONS", 4000),
        text("EXCLUSIONS", 4000),
        text("TERMS", 4000),
        day("SCHEDULEDSTARTDATE"),
        day("ACTUALSTARTDATE"),
        day("SCHEDULEDCOMPLETIONDATE"),
        day("REVISEDCOMPLETIONDATE"),
        day("SUBSTANTIALCOMPLETIONDATE"),
        day("ACTUALCOMPLETIONDATE"),
        day("NOTICETOPROCEED"),
        day("RESPONSEDUE"),
        day("EXECUTEDON"),
        text("SCHEDULEIMPACT", 100),
        *(text(name) for name in GRANT_FIELDS),
        *entity(),
        *audit(),
    ),
    key="PROJECTID",
    relations=(
        Relation("PARENT", "PROJECT", "PARENTID", "PROJECTID"),
        Relation("CUSTOMER", "CUSTOMER", "CUSTOMERID", "CUSTOMERID"),
        Relation("LOCATION", "LOCATION", "LOCATIONID", "LOCATIONID"),
        Relation("CONTACTINFO", "CONTACT", "CONTACTINFO.CONTACTNAME", "CONTACTNAME"),
        Relation("BILLTO", "CONTACT", "BILLTO.CONTACTNAME", "CONTACTNAME"),
        Relation("SHIPTO", "CONTACT", "SHIPTO.CONTACTNAME", "CONTACTNAME"),
    ),
    indexes=(("PARENTID",),),
    nested=frozenset({"PROJECT_RULES"}),
    unqueryable=frozenset(GRANT_FIELDS),
    audit_key="natural",
    used_by=(
        ("PROJECT", "PARENTID"),
        ("TASK", "PROJECTID"),
        ("PODOCUMENTENTRY", "PROJECTID"),
        ("APBILLITEM", "PROJECTID"),
        ("PJESTIMATE", "PROJECTID"),
        ("PROJECTCONTRACT", "PROJECTID"),
    ),
    rules=_ProjectRules(),
    first_record=101,
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
        if not values.get("PARENTKEY"):
            return
        parent = context.store.get("TASK", values["PARENTKEY"])
        if parent is None or parent["PROJECTID"] != project_id:
            raise Refused(unknown_reference(context.tenant.term("Task"), values["PARENTKEY"], field="PARENTKEY"))
        values.update(PARENTTASKID=parent["TASKID"], PARENTTASKNAME=parent["NAME"])

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
        *shown(text("PARENTTASKID"), text("PARENTTASKNAME")),
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
        reference("ITEMID", "ITEM"),
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

TYPES = (
    ACCUMULATIONTYPE,
    STANDARDCOSTTYPE,
    STANDARDTASK,
    STANDARDTASKSTANDARDCOSTTYPE,
    PROJECT,
    TASK,
    COSTTYPE,
)
