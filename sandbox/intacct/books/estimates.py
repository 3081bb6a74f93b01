"""Estimates: one primary one per job, amounts by quantity and cost, and what is fixed for good."""

from __future__ import annotations

from decimal import Decimal

from sandbox.intacct.books.dimensions import check_dimensions
from sandbox.intacct.context import Context
from sandbox.intacct.formats import money_text, number
from sandbox.intacct.problems import Refused, missing, rule, unknown_reference
from sandbox.intacct.schema import Row


def check_estimate(context: Context, values: Row) -> None:
    project = context.store.first("PROJECT", PROJECTID=values.get("PROJECTID", ""))
    if project is not None:
        values.update(PROJECTKEY=project["RECORDNO"], PROJECTNAME=project["NAME"])
    if values.get("POSTED") == "true":
        if not values.get("GLBUDGETID"):
            raise Refused(missing("GL budget ID", field="GLBUDGETID"))
        if values.get("POSTTO") == "Estimate date" and not values.get("ESTIMATEDATE"):
            raise Refused(missing("Estimate date", field="ESTIMATEDATE"))


def link_primary(context: Context, values: Row, *, asked: bool) -> None:
    """The first estimate of a project becomes its primary one; a second primary one is refused [D]."""
    primary = primary_estimate(context, values.get("PROJECTID", ""))
    if primary is None:
        if not asked:
            values["ISPRIMARY"] = "true"
    elif values.get("ISPRIMARY") == "true":
        text = f"Project {values.get('PROJECTID', '')} has the primary estimate {primary['PJESTIMATEID']} already."
        raise Refused(rule("EST-0001", text, field="ISPRIMARY"))


def primary_estimate(context: Context, project_id: str) -> Row | None:
    estimates = context.store.find("PJESTIMATE", PROJECTID=project_id)
    return next((estimate for estimate in estimates if estimate["ISPRIMARY"] == "true"), None)


def refuse_fixed(row: Row, changed: set[str], *, lines: bool) -> None:
    """Refuse to change a finalized estimate, but for its status."""
    if row["STATUS"] == "finalized" and (lines or changed - {"STATUS"}):
        raise Refused(rule("EST-0002", f"Estimate {row['PJESTIMATEID']} is finalized and cannot be changed."))


def check_removal(context: Context, row: Row, what: str) -> None:
    entries = context.store.find("PJESTIMATEENTRY", PJESTIMATEKEY=row["RECORDNO"])
    if any(entry["CHANGEREQUESTENTRYKEY"] for entry in entries):
        text = f"Estimate {row['PJESTIMATEID']} cannot be {what}: change requests are linked to it."
        raise Refused(rule("EST-0005", text))


def check_entry(context: Context, values: Row, parent: Row | None) -> None:
    """Complete and check one entry; an entry of its own names its estimate.

    Raises:
        Refused: no estimate, no amount, or wrong dimensions.
    """
    estimate = parent or context.store.first("PJESTIMATE", PJESTIMATEID=values.get("PJESTIMATEID", ""))
    if estimate is None:
        raise Refused(unknown_reference("Project estimate", values.get("PJESTIMATEID", ""), field="PJESTIMATEID"))
    refuse_fixed(estimate, set(), lines=True)
    values.update(PJESTIMATEKEY=estimate["RECORDNO"], PJESTIMATEID=estimate["PJESTIMATEID"])
    project = context.store.first("PROJECT", PROJECTID=estimate["PROJECTID"])
    values["PROJECTID"] = estimate["PROJECTID"]
    values["LOCATIONID"] = values.get("LOCATIONID") or (project["LOCATIONID"] if project else "")
    values["AMOUNT"] = _amount(values)
    if values.get("PRODUCTIONUNITS") and not values.get("TASKID"):
        raise Refused(missing(f"{context.tenant.term('Task')} ID", field="TASKID"))
    posts = estimate["POSTED"] == "true" and estimate["POSTTO"] == "Effective date"
    if posts and not values.get("EFFECTIVEDATE"):
        raise Refused(missing("Effective date", field="EFFECTIVEDATE"))
    check_dimensions(context, values)
    if not values.get("ACCOUNTNO") and values.get("COSTTYPEKEY"):
        cost_type = context.store.get("COSTTYPE", values["COSTTYPEKEY"])
        values["ACCOUNTNO"] = cost_type["ACCOUNTNO"] if cost_type else ""


def _amount(values: Row) -> str:
    if values.get("AMOUNT"):
        return values["AMOUNT"]
    if values.get("QTY") and values.get("UNITCOST"):
        return money_text(number(values["QTY"]) * number(values["UNITCOST"]))
    if values.get("PRODUCTIONUNITS"):
        return "0"
    raise Refused(missing("Amount", field="AMOUNT"))


def total_up(context: Context, estimate: Row, without: str = "") -> None:
    """The estimate's total, worked out from its entries."""
    entries = context.store.find("PJESTIMATEENTRY", PJESTIMATEKEY=estimate["RECORDNO"])
    amounts = (number(entry["AMOUNT"]) for entry in entries if entry["RECORDNO"] != without)
    total = money_text(sum(amounts, Decimal(0)))
    if estimate["TOTALAMOUNT"] != total:
        context.update("PJESTIMATE", estimate, {"TOTALAMOUNT": total})
