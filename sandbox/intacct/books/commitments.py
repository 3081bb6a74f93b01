"""What has become of a source document: changed by change orders, converted into invoices, retained and released.

Nothing here is booked up or down: the figures are worked out anew from the documents that refer to the source, so that
deleting or editing one of those leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sandbox.intacct.context import Context
from sandbox.intacct.formats import decimal_text, money_text, number
from sandbox.intacct.problems import Refused, rule
from sandbox.intacct.schema import Row

UNPOSTED = frozenset({"Draft", "Submitted", "Declined"})
_OPEN = frozenset({"Pending", "Approved", "Converted", "Partially Converted"})
_ZERO = Decimal(0)


@dataclass
class _Figures:
    draft_quantity: Decimal = _ZERO
    draft_value: Decimal = _ZERO
    posted_quantity: Decimal = _ZERO
    posted_value: Decimal = _ZERO
    converted_quantity: Decimal = _ZERO
    converted_value: Decimal = _ZERO
    retained: Decimal = _ZERO
    conversions: int = 0


def lines_of_document(context: Context, document: Row) -> list[Row]:
    lines = context.store.find("PODOCUMENTENTRY", DOCHDRNO=document["RECORDNO"])
    return sorted(lines, key=lambda line: int(line["LINE_NO"]))


def refresh(context: Context, source: Row) -> Row:
    """Work out every figure of a source document and its lines.

    Raises:
        Refused: a line would be billed beyond its revised amount, or more retainage released than is held.
    """
    lines = lines_of_document(context, source)
    states: list[str] = []
    totals = _Figures()
    revised_total = _ZERO
    for line in lines:
        figures = _figures(context, line)
        revised_quantity = number(line["QUANTITY"]) + figures.posted_quantity
        revised = number(line["TOTAL"]) + figures.posted_value
        _check(line, figures, revised, revised_quantity)
        state = _line_state(line, figures, revised, revised_quantity)
        states.append(state)
        totals.draft_value += figures.draft_value
        totals.posted_value += figures.posted_value
        totals.conversions += figures.conversions
        revised_total += revised
        _put(
            context,
            "PODOCUMENTENTRY",
            line,
            {
                "DRAFTCHANGEQTY": decimal_text(figures.draft_quantity),
                "DRAFTCHANGEVALUE": money_text(figures.draft_value),
                "POSTEDCHANGEQTY": decimal_text(figures.posted_quantity),
                "POSTEDCHANGEVALUE": money_text(figures.posted_value),
                "REVISEDQTY": decimal_text(revised_quantity),
                "REVISEDVALUE": money_text(revised),
                "QTY_CONVERTED": decimal_text(figures.converted_quantity),
                "QTY_REMAINING": decimal_text(revised_quantity - figures.converted_quantity),
                "PRICE_CONVERTED": money_text(figures.converted_value),
                "PRICE_REMAINING": money_text(revised - figures.converted_value),
                "STATE": state if source["STATE"] in _OPEN else source["STATE"],
            },
        )
    return _put(
        context,
        "PODOCUMENT",
        source,
        {
            "DRAFTCHANGETOTAL": money_text(totals.draft_value),
            "POSTEDCHANGETOTAL": money_text(totals.posted_value),
            "REVISEDTOTAL": money_text(revised_total),
            **_header_state(source, states, totals.conversions),
        },
    )


def _figures(context: Context, line: Row) -> _Figures:
    figures = _Figures()
    for change in context.store.find("PODOCUMENTENTRY", RELATEDDOCLINEKEY=line["RECORDNO"]):
        document = context.store.get("PODOCUMENT", change["DOCHDRNO"])
        if document is None or document["STATE"] == "Declined":
            continue
        quantity, value = _change(context, line, change, figures)
        if document["STATE"] in UNPOSTED:
            figures.draft_quantity += quantity
            figures.draft_value += value
        else:
            figures.posted_quantity += quantity
            figures.posted_value += value
    for converted in context.store.find("PODOCUMENTENTRY", SOURCE_DOCLINEKEY=line["RECORDNO"]):
        document = context.store.get("PODOCUMENT", converted["DOCHDRNO"])
        if document is not None and document["STATE"] not in UNPOSTED:
            figures.converted_quantity += number(converted["QUANTITY"])
            figures.converted_value += number(converted["TOTAL"])
            figures.retained += number(converted["TRX_AMOUNTRETAINED"])
            figures.conversions += 1
    return figures


def _change(context: Context, line: Row, change: Row, before: _Figures) -> tuple[Decimal, Decimal]:
    """Quantity and value that one change-order line adds: itself, or what it leaves beyond the value before it [?]."""
    quantity, value = number(change["QUANTITY"]), number(change["TOTAL"])
    if line["CONVERSIONTYPE"] == "Price":
        quantity = _ZERO
    if context.settings.change_order_amounts == "delta":
        return quantity, value
    value -= number(line["TOTAL"]) + before.posted_value
    if line["CONVERSIONTYPE"] != "Price":
        quantity -= number(line["QUANTITY"]) + before.posted_quantity
    return quantity, value


def _check(line: Row, figures: _Figures, revised: Decimal, revised_quantity: Decimal) -> None:
    by_price = line["CONVERSIONTYPE"] == "Price"
    limit = revised if by_price else revised_quantity
    converted = figures.converted_value if by_price else figures.converted_quantity
    low, high = min(limit, _ZERO), max(limit, _ZERO)
    if not low <= converted <= high:
        what = "amount" if by_price else "quantity"
        text = f"Line {int(line['LINE_NO']) + 1} of {line['DOCHDRID']}: the converted {what} {decimal_text(converted)} "
        text += f"exceeds the {what} {decimal_text(limit)} of the source line."
        raise Refused(rule("PO-0061", text, "Reduce the line, or change the source document first.", field="sourcelinekey"))
    if figures.retained < 0:
        text = f"Line {int(line['LINE_NO']) + 1} of {line['DOCHDRID']}: more retainage is released than is held."
        raise Refused(rule("PO-0062", text, field="trx_amountretained"))


def _line_state(line: Row, figures: _Figures, revised: Decimal, revised_quantity: Decimal) -> str:
    if not figures.conversions:
        return "Pending"
    by_price = line["CONVERSIONTYPE"] == "Price"
    left = revised - figures.converted_value if by_price else revised_quantity - figures.converted_quantity
    return "Partially Converted" if left else "Converted"


def _header_state(source: Row, states: list[str], conversions: int) -> Row:
    if source["STATE"] not in _OPEN:
        return {}
    if not conversions:
        return {"STATE": "Approved" if source["STATE"] == "Approved" else "Pending", "CLOSED": "false"}
    whole = all(state == "Converted" for state in states)
    return {"STATE": "Converted" if whole else "Partially Converted", "CLOSED": "true" if whole else "false"}


def _put(context: Context, name: str, row: Row, changes: Row) -> Row:
    if all(row[field] == value for field, value in changes.items()):
        return row
    return context.update(name, row, changes)


def sources_of(context: Context, document: Row) -> list[Row]:
    """The documents that this one changes or converts."""
    keys = {
        line[field]: None for line in lines_of_document(context, document) for field in ("RELATEDDOCKEY", "SOURCE_DOCKEY") if line[field]
    }
    return [source for key in keys if (source := context.store.get("PODOCUMENT", key)) is not None]
