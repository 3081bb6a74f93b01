"""Checking the dimensions of a line: known, active, and rightly combined; and filling in their names."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.intacct.context import Context
from sandbox.intacct.problems import Refused, inactive, inactive_vendor, missing, rule, unknown_reference
from sandbox.intacct.schema import Row


@dataclass(frozen=True)
class _Dimension:
    object: str
    term: str
    key: str = ""
    name: str = ""


_PLAIN = {
    "CUSTOMERID": _Dimension("CUSTOMER", "Customer", name="CUSTOMERNAME"),
    "ITEMID": _Dimension("ITEM", "Item", name="ITEMNAME"),
    "EMPLOYEEID": _Dimension("EMPLOYEE", "Employee"),
    "CLASSID": _Dimension("CLASS", "Class"),
}


def check_dimensions(context: Context, values: Row, *, location: str = "LOCATIONID", department: str = "DEPARTMENTID") -> None:
    """Check and complete ``values`` in place.

    Raises:
        Refused: an unknown or inactive member, or a task without its project, a cost type without its task.
    """
    _check_place(context, values, location, department)
    _check_job(context, values)
    for field, dimension in _PLAIN.items():
        row = _member(context, dimension, values.get(field, ""), field)
        if row is not None and dimension.name:
            values[dimension.name] = row["NAME"]
    vendor_id = values.get("VENDORID", "")
    if vendor_id:
        values["VENDORNAME"] = active_vendor(context, vendor_id)["NAME"]


def active_vendor(context: Context, vendor_id: str) -> Row:
    """The vendor of this id.

    Raises:
        Refused: unknown, or inactive.
    """
    vendor = context.store.first("VENDOR", VENDORID=vendor_id) if vendor_id else None
    if vendor is None:
        raise Refused(unknown_reference(context.tenant.term("Vendor"), vendor_id, field="VENDORID"))
    if vendor["STATUS"] != "active":
        raise Refused(inactive_vendor(vendor_id))
    return vendor


def _check_place(context: Context, values: Row, location: str, department: str) -> None:
    place = values.get(location, "")
    if not place and context.settings.multi_entity:
        if not context.entity:
            raise Refused(missing(context.tenant.term("Location"), field=location))
        place = values[location] = context.entity
    _member(context, _Dimension("LOCATION", "Location"), place, location)
    _member(context, _Dimension("DEPARTMENT", "Department"), values.get(department, ""), department)


def _check_job(context: Context, values: Row) -> None:
    project_id, task_id, type_id = (values.get(name, "") for name in ("PROJECTID", "TASKID", "COSTTYPEID"))
    project_term, task_term = context.tenant.term("Project"), context.tenant.term("Task")
    if task_id and not project_id:
        raise Refused(rule("DIM-0002", f"{task_term} '{task_id}' needs a {project_term}.", field="TASKID"))
    if type_id and not task_id:
        raise Refused(rule("DIM-0003", f"Cost type '{type_id}' needs a {project_term} and a {task_term}.", field="COSTTYPEID"))
    project = _member(context, _Dimension("PROJECT", "Project"), project_id, "PROJECTID")
    if project is None:
        return
    values.update(PROJECTDIMKEY=project["RECORDNO"], PROJECTNAME=project["NAME"])
    if not task_id:
        return
    task = _active(task_term, task_id, context.store.first("TASK", PROJECTID=project_id, TASKID=task_id), "TASKID")
    values.update(TASKKEY=task["RECORDNO"], TASKNAME=task["NAME"])
    if not type_id:
        return
    found = context.store.first("COSTTYPE", PROJECTID=project_id, TASKID=task_id, COSTTYPEID=type_id)
    cost_type = _active(context.tenant.term("Cost type"), type_id, found, "COSTTYPEID")
    values.update(COSTTYPEKEY=cost_type["RECORDNO"], COSTTYPENAME=cost_type["NAME"])


def _member(context: Context, dimension: _Dimension, value: str, field: str) -> Row | None:
    if not value:
        return None
    term = context.tenant.term(dimension.term)
    row = context.store.first(dimension.object, **{context.store.tables[dimension.object].kind.key: value})
    return _active(term, value, row, field)


def _active(term: str, value: str, row: Row | None, field: str) -> Row:
    if row is None:
        raise Refused(unknown_reference(term, value, field=field))
    if row["STATUS"] != "active":
        raise Refused(inactive(term, value, field=field))
    return row
