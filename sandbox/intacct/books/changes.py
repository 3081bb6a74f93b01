"""Change requests post to the primary estimate and to contract lines; change orders sum them up."""

from __future__ import annotations

from decimal import Decimal

from sandbox.intacct.books.contracts import find_line, value_line
from sandbox.intacct.books.dimensions import check_dimensions
from sandbox.intacct.books.estimates import primary_estimate, total_up
from sandbox.intacct.context import Context
from sandbox.intacct.formats import money_text, number
from sandbox.intacct.problems import Refused, inactive, missing, rule
from sandbox.intacct.schema import Row

_HUNDRED = Decimal(100)
_COPIED = (
    *("PROJECTDIMKEY", "PROJECTID", "PROJECTNAME", "TASKKEY", "TASKID", "TASKNAME", "COSTTYPEKEY", "COSTTYPEID"),
    *("COSTTYPENAME", "CUSTOMERID", "CUSTOMERNAME", "VENDORID", "VENDORNAME", "EMPLOYEEID", "ITEMID", "ITEMNAME"),
    *("CLASSID", "LOCATIONID", "DEPARTMENTID", "EUOM", "MEMO", "QTY"),
)


def check_request(context: Context, values: Row) -> None:
    """Complete and check a change request's header."""
    _take_project(context, values)
    order = None
    if values.get("PROJECTCHANGEORDERID"):
        order = context.store.first("PROJECTCHANGEORDER", PROJECTCHANGEORDERID=values["PROJECTCHANGEORDERID"])
    if order is not None and values.get("CHANGEREQUESTSTATE") != "Posted":
        raise Refused(rule("CHG-0001", "Only a posted change request can be linked to a change order.", field="PROJECTCHANGEORDERID"))
    if order is not None and not _is_below(context, values.get("PROJECTID", ""), order["PROJECTID"]):
        raise Refused(rule("CHG-0002", "The change order belongs to another project.", field="PROJECTCHANGEORDERID"))
    if order is not None:
        values["CHANGEREQUESTSTATUSNAME"] = order["CHANGEREQUESTSTATUSNAME"] or values.get("CHANGEREQUESTSTATUSNAME", "")
        values["PRICEEFFECTIVEDATE"] = order["PRICEEFFECTIVEDATE"] or values.get("PRICEEFFECTIVEDATE", "")
    values["PROJECTCHANGEORDERKEY"] = order["RECORDNO"] if order else ""
    find_line(context, values.get("PROJECTCONTRACTID", ""), values.get("PROJECTCONTRACTLINEID", ""))
    status = context.store.first("CHANGEREQUESTSTATUS", NAME=values.get("CHANGEREQUESTSTATUSNAME", ""))
    values["WFTYPE"] = status["WFTYPE"] if status else "none"


def check_entry(context: Context, values: Row, request: Row) -> None:
    """Complete and check one entry: cost and price by quantity, markup, dimensions."""
    if not values.get("PROJECTID"):
        raise Refused(missing(f"{context.tenant.term('Project')} ID", field="PROJECTID"))
    if not _is_below(context, values["PROJECTID"], request.get("PROJECTID", "")):
        raise Refused(rule("CHG-0008", f"Project {values['PROJECTID']} is not below the request's project.", field="PROJECTID"))
    if values.get("PRODUCTIONUNITS") and not values.get("TASKID"):
        raise Refused(missing(f"{context.tenant.term('Task')} ID", field="TASKID"))
    quantity = number(values.get("QTY", ""))
    for field, unit in (("COST", "UNITCOST"), ("PRICE", "UNITPRICE")):
        if not values.get(field):
            values[field] = money_text(quantity * number(values.get(unit, "")))
    price = number(values["PRICE"])
    if values.get("PRICEMARKUPPERCENT") and not values.get("PRICEMARKUPAMOUNT"):
        values["PRICEMARKUPAMOUNT"] = money_text(price * number(values["PRICEMARKUPPERCENT"]) / _HUNDRED)
    values["LINEPRICE"] = money_text(price + number(values.get("PRICEMARKUPAMOUNT", "")))
    project = context.store.first("PROJECT", PROJECTID=values["PROJECTID"])
    values["LOCATIONID"] = values.get("LOCATIONID") or (project["LOCATIONID"] if project else "")
    values["CHANGEREQUESTID"] = request.get("CHANGEREQUESTID", "")
    find_line(context, values.get("PROJECTCONTRACTID", ""), values.get("PROJECTCONTRACTLINEID", ""))
    check_dimensions(context, values)


def settle_request(context: Context, request: Row) -> Row:
    """Totals of a change request, and of the change order it is linked to."""
    entries = context.store.find("CHANGEREQUESTENTRY", CHANGEREQUESTKEY=request["RECORDNO"])
    cost = sum((number(entry["COST"]) for entry in entries), Decimal(0))
    price = sum((number(entry["LINEPRICE"]) for entry in entries), Decimal(0))
    request = context.update("CHANGEREQUEST", request, {"TOTALCOST": money_text(cost), "TOTALPRICE": money_text(price)})
    order = context.store.get("PROJECTCHANGEORDER", request["PROJECTCHANGEORDERKEY"])
    if order is not None:
        _total_order(context, order)
    return request


def post_request(context: Context, request: Row) -> None:
    """Post a request in the state Posted: its estimate entries and contract entries are made anew.

    A workflow type of ``none`` posts nothing; a job without a primary estimate takes no estimate entries.
    """
    withdraw_request(context, request)
    if request["CHANGEREQUESTSTATE"] != "Posted" or request["WFTYPE"] == "none":
        return
    for entry in context.store.find("CHANGEREQUESTENTRY", CHANGEREQUESTKEY=request["RECORDNO"]):
        _post_cost(context, request, entry)
        _post_price(context, request, entry)


def withdraw_request(context: Context, request: Row) -> None:
    """Take back what a request has posted."""
    for entry in context.store.find("CHANGEREQUESTENTRY", CHANGEREQUESTKEY=request["RECORDNO"]):
        for posted in context.store.find("PJESTIMATEENTRY", CHANGEREQUESTENTRYKEY=entry["RECORDNO"]):
            context.delete("PJESTIMATEENTRY", posted)
            estimate = context.store.get("PJESTIMATE", posted["PJESTIMATEKEY"])
            if estimate is not None:
                total_up(context, estimate)
        for posted in context.store.find("PROJECTCONTRACTLINEENTRY", CHANGEREQUESTENTRYKEY=entry["RECORDNO"]):
            context.delete("PROJECTCONTRACTLINEENTRY", posted)
            line = context.store.get("PROJECTCONTRACTLINE", posted["PROJECTCONTRACTLINEKEY"])
            if line is not None:
                value_line(context, line)


def check_order(context: Context, values: Row) -> None:
    """Complete and check a change order."""
    _take_project(context, values)
    if values.get("ITEMID"):
        item = context.store.first("ITEM", ITEMID=values["ITEMID"])
        if item is not None and item["STATUS"] != "active":
            raise Refused(inactive(context.tenant.term("Item"), item["ITEMID"], field="ITEMID"))
        if item is not None and not item["ITEMTYPE"].startswith("Non-Inventory"):
            raise Refused(rule("CHG-0009", f"Item {item['ITEMID']} is not a non-inventory item.", field="ITEMID"))
    find_line(context, values.get("PROJECTCONTRACTID", ""), values.get("PROJECTCONTRACTLINEID", ""))


def settle_order(context: Context, order: Row) -> None:
    """Hand status and price date on to the linked requests, and total them."""
    status = context.store.first("CHANGEREQUESTSTATUS", NAME=order["CHANGEREQUESTSTATUSNAME"])
    for request in context.store.find("CHANGEREQUEST", PROJECTCHANGEORDERKEY=order["RECORDNO"]):
        changes = {"PRICEEFFECTIVEDATE": order["PRICEEFFECTIVEDATE"]}
        if status is not None:
            changes.update(CHANGEREQUESTSTATUSNAME=status["NAME"], WFTYPE=status["WFTYPE"])
        post_request(context, context.update("CHANGEREQUEST", request, changes))
    _total_order(context, order)


def _total_order(context: Context, order: Row) -> None:
    requests = context.store.find("CHANGEREQUEST", PROJECTCHANGEORDERKEY=order["RECORDNO"])
    sums = {name: money_text(sum((number(request[name]) for request in requests), Decimal(0))) for name in ("TOTALCOST", "TOTALPRICE")}
    current = context.store.get("PROJECTCHANGEORDER", order["RECORDNO"]) or order
    context.update("PROJECTCHANGEORDER", current, sums)


def _post_cost(context: Context, request: Row, entry: Row) -> None:
    estimate = primary_estimate(context, request["PROJECTID"])
    if estimate is None:
        return
    if estimate["STATUS"] == "finalized":
        raise Refused(rule("CHG-0010", f"The primary estimate {estimate['PJESTIMATEID']} is finalized."))
    cost_type = context.store.get("COSTTYPE", entry["COSTTYPEKEY"])
    lines = context.store.find("PJESTIMATEENTRY", PJESTIMATEKEY=estimate["RECORDNO"])
    context.insert(
        "PJESTIMATEENTRY",
        {
            **{name: entry[name] for name in _COPIED},
            "PJESTIMATEKEY": estimate["RECORDNO"],
            "PJESTIMATEID": estimate["PJESTIMATEID"],
            "LINE_NO": str(len(lines) + 1),
            "WFTYPE": request["WFTYPE"],
            "AMOUNT": entry["COST"],
            "UNITCOST": entry["UNITCOST"],
            "EFFECTIVEDATE": request["COSTEFFECTIVEDATE"] or request["CHANGEREQUESTDATE"],
            "ACCOUNTNO": entry["ACCOUNTNO"] or (cost_type["ACCOUNTNO"] if cost_type else ""),
            "CHANGEREQUESTKEY": request["RECORDNO"],
            "CHANGEREQUESTID": request["CHANGEREQUESTID"],
            "CHANGEREQUESTENTRYKEY": entry["RECORDNO"],
        },
    )
    total_up(context, estimate)


def _post_price(context: Context, request: Row, entry: Row) -> None:
    line = _contract_line(context, request, entry)
    if line is None:
        return
    context.insert(
        "PROJECTCONTRACTLINEENTRY",
        {
            **{name: entry[name] for name in _COPIED},
            "PROJECTCONTRACTLINEKEY": line["RECORDNO"],
            "PROJECTCONTRACTID": line["PROJECTCONTRACTID"],
            "PROJECTCONTRACTLINEID": line["PROJECTCONTRACTLINEID"],
            "WFTYPE": request["WFTYPE"],
            "PRICEEFFECTIVEDATE": request["PRICEEFFECTIVEDATE"] or request["CHANGEREQUESTDATE"],
            "PRICE": entry["PRICE"],
            "UNITPRICE": entry["UNITPRICE"],
            "PRICEMARKUPPERCENT": entry["PRICEMARKUPPERCENT"],
            "PRICEMARKUPAMOUNT": entry["PRICEMARKUPAMOUNT"],
            "LINEPRICE": entry["LINEPRICE"],
            "CHANGEREQUESTKEY": request["RECORDNO"],
            "CHANGEREQUESTID": request["CHANGEREQUESTID"],
            "CHANGEREQUESTENTRYKEY": entry["RECORDNO"],
        },
    )
    value_line(context, line)


def _contract_line(context: Context, request: Row, entry: Row) -> Row | None:
    """The contract line that PCNINTEGRATIONLEVEL points at."""
    match request["PCNINTEGRATIONLEVEL"]:
        case "project change order":
            key = request["PROJECTCHANGEORDERKEY"]
            named = context.store.get("PROJECTCHANGEORDER", key)
        case "change request":
            named = request
        case "change request entry":
            named = entry
        case _:
            named = None
    if named is None:
        return None
    return find_line(context, named["PROJECTCONTRACTID"], named["PROJECTCONTRACTLINEID"])


def _take_project(context: Context, values: Row) -> None:
    project = context.store.first("PROJECT", PROJECTID=values.get("PROJECTID", ""))
    if project is None:
        return
    if project["STATUS"] != "active":
        raise Refused(inactive(context.tenant.term("Project"), project["PROJECTID"], field="PROJECTID"))
    values.update(
        PROJECTKEY=project["RECORDNO"],
        PROJECTNAME=project["NAME"],
        CUSTOMERID=project["CUSTOMERID"],
    )


def _is_below(context: Context, project_id: str, above: str) -> bool:
    """Whether a project is the other one, or below it."""
    seen: set[str] = set()
    while project_id and project_id not in seen:
        if project_id == above:
            return True
        seen.add(project_id)
        project = context.store.first("PROJECT", PROJECTID=project_id)
        project_id = project["PARENTID"] if project else ""
    return False
