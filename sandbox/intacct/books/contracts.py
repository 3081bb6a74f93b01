"""Contract values: what was agreed, what has been changed, line by line."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sandbox.intacct.books.dimensions import check_dimensions
from sandbox.intacct.context import Context
from sandbox.intacct.formats import money_text, number
from sandbox.intacct.problems import Refused, illegal, inactive, missing, rule, unknown_reference
from sandbox.intacct.schema import Row

_HUNDRED = Decimal(100)
_UNIT_PRICE_PLACES = 10
_COLUMNS = {
    "original": "ORIGINALPRICE",
    "revision": "REVISIONPRICE",
    "approved change": "APPROVEDCHANGEPRICE",
    "pending change": "PENDINGCHANGEPRICE",
    "forecast": "FORECASTPRICE",
    "other": "OTHERPRICE",
}
_REVISED = frozenset({"original", "revision", "approved change"})


def check_contract(context: Context, values: Row) -> None:
    """The project must have a location; the retainage is a percentage."""
    project = context.store.first("PROJECT", PROJECTID=values.get("PROJECTID", ""))
    if project is not None:
        if project["STATUS"] != "active":
            raise Refused(inactive(context.tenant.term("Project"), project["PROJECTID"], field="PROJECTID"))
        if not project["LOCATIONID"]:
            text = f"{context.tenant.term('Project')} {project['PROJECTID']} has no location."
            raise Refused(rule("PCN-0001", text, field="PROJECTID"))
        values.update(PROJECTKEY=project["RECORDNO"], PROJECTNAME=project["NAME"], LOCATIONID=project["LOCATIONID"])
    _check_percent(values, "RETAINAGEPERCENTAGE", "Retainage percentage")


def check_line(context: Context, values: Row, itself: Row | None) -> None:
    contract = context.store.first("PROJECTCONTRACT", PROJECTCONTRACTID=values.get("PROJECTCONTRACTID", ""))
    if contract is None:
        return
    values["PROJECTCONTRACTKEY"] = contract["RECORDNO"]
    for field, label in (("PROJECTID", "Project ID"), ("ITEMID", "Item ID")):
        if not values.get(field):
            raise Refused(missing(label, field=field))
    values["LOCATIONID"] = values.get("LOCATIONID") or contract["LOCATIONID"]
    if values.get("BILLINGTYPE") == "Progress" and values.get("MAXIMUMBILLING") not in {"", None, "Total revised price"}:
        raise Refused(rule("PCN-0005", "Progress billing needs the maximum billing Total revised price.", field="MAXIMUMBILLING"))
    _check_percent(values, "RETAINAGEPERCENTAGE", "Retainage percentage")
    check_dimensions(context, values)
    item = context.store.first("ITEM", ITEMID=values["ITEMID"])
    if item is not None and not item["ITEMTYPE"].startswith("Non-Inventory"):
        raise Refused(rule("PCN-0006", f"Item {item['ITEMID']} is not a non-inventory item.", field="ITEMID"))
    _check_task(context, values, itself)


def _check_task(context: Context, values: Row, itself: Row | None) -> None:
    """A task may be on one line only [D]."""
    if not values.get("TASKID"):
        return
    same = context.store.find("PROJECTCONTRACTLINE", PROJECTID=values["PROJECTID"], TASKID=values["TASKID"])
    others = [line for line in same if itself is None or line["RECORDNO"] != itself["RECORDNO"]]
    if others:
        text = f"{context.tenant.term('Task')} {values['TASKID']} is on line {others[0]['PROJECTCONTRACTLINEID']} already."
        raise Refused(rule("PCN-0007", text, field="TASKID"))


def check_line_entry(context: Context, values: Row, line: Row, allowed: Collection[str]) -> None:
    """Complete and check one entry of a line; change requests bring their own workflow types."""
    if values.get("WFTYPE") and values["WFTYPE"] not in allowed:
        raise Refused(rule("PCN-0008", f"Entries of type {values['WFTYPE']} come from change requests.", field="WFTYPE"))
    for name in ("PROJECTCONTRACTID", "PROJECTCONTRACTLINEID"):
        values[name] = line.get(name, "")
    for name in ("PROJECTID", "TASKID", "COSTTYPEID", "ITEMID", "LOCATIONID", "CUSTOMERID"):
        values[name] = values.get(name) or line.get(name, "")
    unit_price = values.get("UNITPRICE", "")
    if len(unit_price.partition(".")[2]) > _UNIT_PRICE_PLACES:
        raise Refused(illegal("Unit price", unit_price, "Use at most 10 decimal places.", field="UNITPRICE"))
    if not values.get("PRICE"):
        if not values.get("QTY") or not unit_price:
            raise Refused(missing("Price", field="PRICE"))
        values["PRICE"] = money_text(number(values["QTY"]) * number(unit_price))
    price = number(values["PRICE"])
    if values.get("PRICEMARKUPPERCENT") and not values.get("PRICEMARKUPAMOUNT"):
        values["PRICEMARKUPAMOUNT"] = money_text(price * number(values["PRICEMARKUPPERCENT"]) / _HUNDRED)
    values["LINEPRICE"] = money_text(price + number(values.get("PRICEMARKUPAMOUNT", "")))
    check_dimensions(context, values)


def value_line(context: Context, line: Row, without: str = "") -> None:
    """What a line and its contract are worth, by workflow type."""
    entries = context.store.find("PROJECTCONTRACTLINEENTRY", PROJECTCONTRACTLINEKEY=line["RECORDNO"])
    sums = dict.fromkeys(_COLUMNS, Decimal(0))
    for entry in entries:
        if entry["RECORDNO"] != without:
            sums[entry["WFTYPE"]] += number(entry["LINEPRICE"])
    line = context.update("PROJECTCONTRACTLINE", line, _columns(sums))
    contract = context.store.get("PROJECTCONTRACT", line["PROJECTCONTRACTKEY"])
    if contract is None:
        return
    lines = context.store.find("PROJECTCONTRACTLINE", PROJECTCONTRACTKEY=contract["RECORDNO"])
    totals = {kind: sum((number(one[column]) for one in lines), Decimal(0)) for kind, column in _COLUMNS.items()}
    context.update("PROJECTCONTRACT", contract, _columns(totals))


def _columns(sums: dict[str, Decimal]) -> Row:
    revised = sum((amount for kind, amount in sums.items() if kind in _REVISED), Decimal(0))
    return {
        **{_COLUMNS[kind]: money_text(amount) for kind, amount in sums.items()},
        "TOTALREVISEDPRICE": money_text(revised),
    }


def find_line(context: Context, contract_id: str, line_id: str) -> Row | None:
    """The contract line that both ids name; None without ids.

    Raises:
        Refused: one id without the other, or no such line.
    """
    if not contract_id and not line_id:
        return None
    if not contract_id or not line_id:
        what = "Project contract line ID" if contract_id else "Project contract ID"
        raise Refused(missing(what, field="PROJECTCONTRACTLINEID" if contract_id else "PROJECTCONTRACTID"))
    line = context.store.first("PROJECTCONTRACTLINE", PROJECTCONTRACTID=contract_id, PROJECTCONTRACTLINEID=line_id)
    if line is None:
        raise Refused(unknown_reference("Project contract line", line_id, field="PROJECTCONTRACTLINEID"))
    return line


def _check_percent(values: Row, field: str, label: str) -> None:
    if not 0 <= number(values.get(field, "")) <= _HUNDRED:
        raise Refused(illegal(label, values[field], "Use 0 to 100.", field=field))
