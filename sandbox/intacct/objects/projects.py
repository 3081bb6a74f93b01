"""Jobs: projects and the projects below them.

Sources: project-resource-mgmt/projects.
"""

from __future__ import annotations

from typing import override

from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, missing, rule
from sandbox.intacct.schema import (
    RECORD_URL,
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
    joined,
    money,
    reference,
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

    @override
    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        if changes.get("PARENTID") and changes["PARENTID"] == row["PROJECTID"]:
            raise Refused(rule("PROJ-0012", "A project cannot be its own parent.", field="PARENTID"))


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
        RECORD_URL,
        STATUS,
        joined("PARENTKEY", "PARENT.RECORDNO"),
        reference("PARENTID", "PROJECT", label="Parent project ID"),
        joined("PARENTNAME", "PARENT.NAME"),
        boolean("INVOICEWITHPARENT"),
        joined("CUSTOMERKEY", "CUSTOMER.RECORDNO"),
        reference("CUSTOMERID", "CUSTOMER"),
        joined("CUSTOMERNAME", "CUSTOMER.NAME"),
        reference("MANAGERID", "EMPLOYEE"),
        reference("SALESCONTACTID", "EMPLOYEE"),
        joined("LOCATIONKEY", "LOCATION.RECORDNO"),
        reference("LOCATIONID", "LOCATION"),
        joined("LOCATIONNAME", "LOCATION.NAME"),
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
