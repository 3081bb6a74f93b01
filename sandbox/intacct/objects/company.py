"""The company around the jobs: entities, departments, people, payment terms, and the audit trail."""

from __future__ import annotations

from sandbox.intacct.schema import (
    RECORDNO,
    STATUS,
    Field,
    ObjectType,
    Relation,
    audit,
    boolean,
    choice,
    day,
    entity,
    integer,
    joined,
    reference,
    shown,
    text,
)

LOCATION = ObjectType(
    "LOCATION",
    "Location",
    (
        RECORDNO,
        text("LOCATIONID", 20, required=True),
        text("NAME", 40, required=True),
        text("PARENTID"),
        text("SUPERVISORID"),
        text("ENTITY"),
        text("CURRENCY", default="USD"),
        STATUS,
        *audit(),
    ),
    key="LOCATIONID",
    first_record=3,
    audit_key="natural",
)

_ENTITY_DETAILS = (
    *("REPORTPRINTAS", "SUPERVISORID", "FIRSTMONTH", "FIRSTMONTHTAX", "WEEKSTART", "FEDERALID", "TAXID", "HAS_IE_RELATION"),
    *("CUSTOMERID", "CUSTOMERNAME", "VENDORID", "VENDORNAME", "ENABLELEGALCONTACT", "LEGALNAME", "LEGALADDRESS1", "LEGALADDRESS2"),
    *("LEGALCITY", "LEGALSTATE", "LEGALZIPCODE", "LEGALCOUNTRY", "OPCOUNTRY", "ADDRESSCOUNTRYDEFAULT", "RECORD_URL"),
)
"""Nothing of the simulation needs them; clients that list entities ask for them [S]."""

LOCATIONENTITY = ObjectType(
    "LOCATIONENTITY",
    "Entity",
    (
        RECORDNO,
        text("LOCATIONID", 20),
        text("NAME", 40),
        text("CURRENCY", default="USD"),
        *(text(name) for name in _ENTITY_DETAILS),
        *(day(name) for name in ("STARTDATE", "ENDDATE")),
        STATUS,
        *audit(),
    ),
    key="LOCATIONID",
    creatable=False,
    updatable=False,
    deletable=False,
    first_record=3,
    audit_key="natural",
)

DEPARTMENT = ObjectType(
    "DEPARTMENT",
    "Department",
    (
        RECORDNO,
        text("DEPARTMENTID", 20, required=True),
        text("TITLE", 40, required=True),
        reference("PARENTID", "DEPARTMENT"),
        joined("PARENTKEY", "PARENT.RECORDNO"),
        reference("SUPERVISORID", "EMPLOYEE"),
        joined("SUPERVISORNAME", "SUPERVISOR.CONTACT.CONTACTNAME"),
        text("CUSTTITLE"),
        STATUS,
        *audit(),
    ),
    key="DEPARTMENTID",
    relations=(
        Relation("PARENT", "DEPARTMENT", "PARENTID", "DEPARTMENTID"),
        Relation("SUPERVISOR", "EMPLOYEE", "SUPERVISORID", "EMPLOYEEID"),
    ),
    audit_key="natural",
)

CLASS = ObjectType(
    "CLASS",
    "Class",
    (
        RECORDNO,
        text("CLASSID", 20, required=True),
        text("NAME", 80, required=True),
        text("DESCRIPTION", 1000),
        reference("PARENTID", "CLASS"),
        joined("PARENTKEY", "PARENT.RECORDNO"),
        *shown(text("RECORD_URL")),
        STATUS,
        *entity(),
        *audit(),
    ),
    key="CLASSID",
    relations=(Relation("PARENT", "CLASS", "PARENTID", "CLASSID"),),
    audit_key="natural",
)

EMPLOYEE = ObjectType(
    "EMPLOYEE",
    "Employee",
    (
        RECORDNO,
        text("EMPLOYEEID", 20, required=True),
        text("TITLE"),
        *shown(integer("CONTACTKEY")),
        reference("LOCATIONID", "LOCATION"),
        reference("DEPARTMENTID", "DEPARTMENT"),
        *(day(name) for name in ("BIRTHDATE", "STARTDATE", "ENDDATE")),
        *(text(name) for name in ("SSN", "EMPLOYEETYPE", "EMPLOYEETYPE1099TYPE", "GENDER", "TERMINATIONTYPE")),
        text("CURRENCY", 3),
        text("PAYMETHODKEY"),
        STATUS,
        *entity(),
        *audit(),
    ),
    key="EMPLOYEEID",
    relations=(Relation("CONTACT", "CONTACT", "CONTACTKEY"),),
    audit_key="natural",
)

APTERM = ObjectType(
    "APTERM",
    "Term",
    (
        RECORDNO,
        text("NAME", 40, required=True),
        text("DESCRIPTION", 500),
        integer("DUEDATE"),
        text("DUEFROM", default="from bill/invoice date"),
        text("VALUE"),
        STATUS,
        *audit(),
    ),
    key="NAME",
    audit_key="natural",
    used_by=(("VENDOR", "TERMNAME"), ("APBILL", "TERMNAME")),
)

USERINFO = ObjectType(
    "USERINFO",
    "User",
    (
        RECORDNO,
        text("LOGINID"),
        text("DESCRIPTION"),
        text("CONTACTINFO.CONTACTNAME"),
        choice(
            "USERTYPE",
            ("business user", "employee user", "view only user", "web services user"),
            codes=("B", "E", "V", "W"),
        ),
        boolean("ADMIN"),
        STATUS,
        *audit(),
    ),
    key="LOGINID",
    creatable=False,
    updatable=False,
    deletable=False,
    audit_key="natural",
)

AUDITHISTORY = ObjectType(
    "AUDITHISTORY",
    "Audit history",
    shown(
        Field("ID", "TEXT", "ID"),
        Field("OBJECTTYPE", "TEXT", "Object type"),
        Field("OBJECTKEY", "TEXT", "Object key"),
        Field("OBJECTDESC", "TEXT", "Object description"),
        Field("ACCESSTIME", "TIMESTAMP", "Access time"),
        Field(
            "ACCESSMODE",
            "ENUM",
            "Access mode",
            values=("A", "M", "C", "D", "W", "T", "U"),
            codes=("Access", "Modify", "Create", "Delete", "Workflow", "Activity", "User Action"),
        ),
        Field("USERID", "TEXT", "User ID"),
        Field("SOURCE", "TEXT", "Source"),
        Field("WORKFLOWACTION", "TEXT", "Workflow action"),
        Field("IPADDRESS", "TEXT", "IP address"),
    ),
    creatable=False,
    updatable=False,
    deletable=False,
    audit_key="none",
    record_key="ID",
)
"""query filters ACCESSMODE on letters, readByQuery on words, the other way round than elsewhere [D audit trails]."""

TYPES = (LOCATION, LOCATIONENTITY, DEPARTMENT, CLASS, EMPLOYEE, APTERM, USERINFO, AUDITHISTORY)
