"""Headers and lines of purchasing documents as clients write them, turned into what rows hold."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sandbox.intacct import formats
from sandbox.intacct.books.dimensions import check_dimensions
from sandbox.intacct.context import Context
from sandbox.intacct.formats import decimal_text, money_text, number
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, illegal, inactive, missing, rule, unknown_reference
from sandbox.intacct.schema import ObjectType, Row
from sandbox.intacct.values import read_value

_HEADER = {
    "documentno": "DOCNO",
    "referenceno": "PONUMBER",
    "vendordocno": "VENDORDOCNO",
    "termname": "TERM.NAME",
    "shippingmethod": "SHIPVIA",
    "projectid": "PROJECT",
    "datecreated": "WHENCREATED",
    "dateposted": "WHENPOSTED",
    "datedue": "WHENDUE",
    "returnto": "CONTACT.CONTACTNAME",
    "payto": "BILLTO.CONTACTNAME",
    "deliverto": "DELIVERTO.CONTACTNAME",
}
_LINE = {"warehouseid": "WAREHOUSE.LOCATION_NO", "relateddockey": "RELATEDDOCKEY"}
_STATES = ("Draft", "Pending", "Closed")
_PERCENT = Decimal(100)


def header_values(context: Context, kind: ObjectType, node: Node) -> Row:
    """The header's fields that are given; dates of either form, references checked.

    Raises:
        Refused: a bad value, an unknown term, contact, job or attachment, or a state nobody may ask for.
    """
    values = _read_all(context, kind, node, _HEADER)
    if "STATE" in values and values["STATE"] not in _STATES:
        raise Refused(illegal("State", values["STATE"], f"Use one of {', '.join(_STATES)}.", field="state"))
    _check_header_references(context, values)
    return values


def _check_header_references(context: Context, values: Row) -> None:
    known = (
        ("TERM.NAME", "APTERM", "NAME", "Term"),
        ("CONTACT.CONTACTNAME", "CONTACT", "CONTACTNAME", "Contact"),
        ("BILLTO.CONTACTNAME", "CONTACT", "CONTACTNAME", "Contact"),
        ("DELIVERTO.CONTACTNAME", "CONTACT", "CONTACTNAME", "Contact"),
        ("SUPDOCID", "SUPDOC", "SUPDOCID", "Attachment"),
        ("PROJECT", "PROJECT", "PROJECTID", "Project"),
    )
    for field, name, key, label in known:
        value = values.get(field, "")
        row = context.store.first(name, **{key: value}) if value else None
        if value and row is None:
            raise Refused(unknown_reference(context.tenant.term(label), value, field=field))
        if row is not None and row.get("STATUS", "active") != "active":
            raise Refused(inactive(context.tenant.term(label), value, field=field))
        if row is not None and field == "PROJECT":
            values.update(PROJECTKEY=row["RECORDNO"], PROJECTNAME=row["NAME"])


def line_values(context: Context, kind: ObjectType, node: Node) -> Row:
    """The fields of a line that are given; for a new line complete it with :func:`complete_line`."""
    values = _read_all(context, kind, node, _LINE)
    for element, field in (("taxable", "TAXABLE"), ("form1099", "FORM1099"), ("billable", "BILLABLE")):
        if element in node:
            values[field] = read_value(context, kind.by_name[field], node.value(element)) or "false"
    return values


def complete_line(context: Context, values: Row, definition: Row) -> None:
    """Check a whole line and fill in what follows from it.

    Raises:
        Refused: unknown item or unit, wrong dimensions, retainage where the definition has none, a bad conversion.
    """
    _check_item(context, values)
    check_dimensions(context, values)
    quantity, price = number(values.get("QUANTITY", "")), number(values.get("PRICE", ""))
    total = formats.to_cents(quantity * price)
    values["CONVERSIONTYPE"] = values.get("CONVERSIONTYPE") or "Quantity"
    if values["CONVERSIONTYPE"] == "Price" and quantity != 1:
        raise Refused(rule("PO-0041", "With conversion type Price the quantity must be 1.", field="quantity"))
    if values.get("REVERSECONVERSION") == "true" and not context.settings.conversion_reversal:
        raise Refused(rule("PO-0042", "Conversion reversal is not enabled in this company.", field="reverseconversion"))
    _retain(values, total, definition)
    values.update(
        QUANTITY=decimal_text(quantity),
        UIQTY=decimal_text(quantity),
        PRICE=decimal_text(price),
        UIPRICE=decimal_text(price),
        TRX_PRICE=decimal_text(price),
        TOTAL=money_text(total),
        TRX_VALUE=money_text(total),
    )


def _check_item(context: Context, values: Row) -> None:
    item = context.store.first("ITEM", ITEMID=values.get("ITEMID", ""))
    if item is None:
        raise Refused(unknown_reference(context.tenant.term("Item"), values.get("ITEMID", ""), field="itemid"))
    group = context.store.first("UOM", NAME=item["UOMGRP"])
    units = context.store.find("UOMDETAIL", GRPKEY=group["RECORDNO"]) if group else []
    unit = values["UNIT"] = values.get("UNIT") or item["BASEUOM"]
    known = next((one for one in units if one["UNIT"] == unit), None)
    if known is None:
        raise Refused(rule("PO-0018", "Missing unit", f"'{unit}' is not a unit of {item['ITEMID']}.", errorno="BL03000018", field="unit"))
    if values.get("CONVERSIONTYPE") == "Price" and number(known["CONVFACTOR"]) != 1:
        raise Refused(rule("PO-0043", "With conversion type Price the unit must be a base unit.", field="unit"))
    values["ITEMDESC"] = values.get("ITEMDESC") or item["NAME"]


def _retain(values: Row, total: Decimal, definition: Row) -> None:
    percent, amount = values.get("RETAINAGEPERCENTAGE", ""), values.get("TRX_AMOUNTRETAINED", "")
    if (percent or amount) and definition["ENABLE_RETAINAGE"] != "true":
        text = f"Retainage is not enabled for the transaction definition {definition['DOCID']}."
        raise Refused(rule("PO-0051", text, "Enable retainage on the transaction definition.", field="retainagepercentage"))
    if amount:
        retained = number(amount)
        percent = decimal_text((retained * _PERCENT / total).quantize(Decimal("0.01"))) if total else "0"
    else:
        if not 0 <= number(percent) <= _PERCENT:
            raise Refused(illegal("Retainage percentage", percent, "Use 0 to 100.", field="retainagepercentage"))
        retained = total * number(percent) / _PERCENT
    if retained * total > 0 and abs(retained) > abs(total):
        raise Refused(rule("PO-0052", "More than the amount of the line cannot be retained.", field="trx_amountretained"))
    values["RETAINAGEPERCENTAGE"] = percent
    values["TRX_AMOUNTRETAINED"] = values["AMOUNTRETAINED"] = money_text(retained) if percent or amount else ""


def _read_all(context: Context, kind: ObjectType, node: Node, renamed: Mapping[str, str]) -> Row:
    values: Row = {}
    for child in node.children:
        name = renamed.get(child.tag, child.tag.upper())
        field = kind.by_name.get(name)
        if field is None or child.tag in {"potransitems", "updatepotransitems", "customfields"}:
            continue
        if field.type == "DATE" and child.children:
            values[name] = _date(child, field.title)
        elif "contactname" in child:
            values[name] = child.value("contactname")
        else:
            values[name] = read_value(context, field, child.text)
    return values


def _date(node: Node, title: str) -> str:
    year, month, day = (node.value(part) for part in ("year", "month", "day"))
    if not (year or month or day):
        return ""
    if not all(part.isdecimal() for part in (year, month, day)):
        raise Refused(illegal(title, f"{month}/{day}/{year}", "Give year, month and day as numbers.", field=node.tag))
    try:
        return formats.date_from_parts(year, month, day)
    except formats.FormatError as error:
        raise Refused(illegal(title, f"{month}/{day}/{year}", str(error), field=node.tag)) from None


def required(values: Row, field: str, label: str, element: str) -> str:
    """A value that must be there.

    Raises:
        Refused: it is not.
    """
    if not values.get(field):
        raise Refused(missing(label, field=element))
    return values[field]
