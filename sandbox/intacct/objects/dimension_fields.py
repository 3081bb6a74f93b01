"""The dimensions that transaction lines carry, each with its id and name."""

from __future__ import annotations

from sandbox.intacct.schema import Field, Relation, integer, shown, text

RELATIONS = (
    Relation("PROJECT", "PROJECT", "PROJECTID", "PROJECTID"),
    Relation("TASK", "TASK", "TASKKEY"),
    Relation("COSTTYPE", "COSTTYPE", "COSTTYPEKEY"),
    Relation("VENDOR", "VENDOR", "VENDORID", "VENDORID"),
    Relation("CUSTOMER", "CUSTOMER", "CUSTOMERID", "CUSTOMERID"),
    Relation("ITEM", "ITEM", "ITEMID", "ITEMID"),
)


def dimension_fields() -> tuple[Field, ...]:
    """Everything but location and department, whose names differ from object to object [D]."""
    return (
        *shown(integer("PROJECTDIMKEY")),
        text("PROJECTID"),
        *shown(text("PROJECTNAME"), integer("TASKKEY")),
        text("TASKID"),
        *shown(text("TASKNAME"), integer("COSTTYPEKEY")),
        text("COSTTYPEID"),
        *shown(text("COSTTYPENAME")),
        text("CUSTOMERID"),
        *shown(text("CUSTOMERNAME")),
        text("VENDORID"),
        *shown(text("VENDORNAME")),
        text("EMPLOYEEID"),
        text("ITEMID"),
        *shown(text("ITEMNAME")),
        text("CLASSID"),
        text("CONTRACTID"),
    )
