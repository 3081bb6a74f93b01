"""Jobs: projects and the projects below them.

Sources: project-resource-mgmt/projects.
"""

from __future__ import annotations

from typing import override

from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, missing, rule
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
    entity,
    integer,
    joined,
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
        joined("DEPARTMENTNAME", "DEPARTMENT.TITLE"),
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
        Relation("DEPARTMENT", "DEPARTMENT", "DEPARTMENTID", "DEPARTMENTID"),
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

TYPES = (PROJECT,)
