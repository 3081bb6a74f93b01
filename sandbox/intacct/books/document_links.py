"""How a line refers to a line of another document: as its change, or as its conversion."""

from __future__ import annotations

from sandbox.intacct.books.commitments import UNPOSTED, lines_of_document
from sandbox.intacct.context import Context
from sandbox.intacct.formats import number
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, missing, rule, unknown_reference
from sandbox.intacct.schema import Row

_INHERITED = (
    *("PROJECTID", "TASKID", "COSTTYPEID", "LOCATIONID", "DEPARTMENTID", "CUSTOMERID", "CLASSID", "EMPLOYEEID"),
    *("UNIT", "ITEMDESC", "MEMO", "CONVERSIONTYPE"),
)
ADDED_BY = "added by change"
"""Key, hidden from clients, of a source line that a change order has added: the change's document."""


def link_line(context: Context, document: Row, definition: Row, values: Row, node: Node) -> None:
    """Follow the references that a new line makes, and take over what it does not say itself.

    Raises:
        Refused: the line referred to is not there, belongs elsewhere, or may not be changed or converted.
    """
    if definition["ENABLEDOCCHANGE"] == "Change Order":
        _link_change(context, document, values)
    elif values.get("RELATEDDOCKEY") or values.get("RELATEDDOCLINEKEY"):
        text = f"{definition['DOCID']} is not a transaction definition for change orders."
        raise Refused(rule("PO-0081", text, field="relateddockey"))
    _link_source(context, document, values, node)


def unlink_lines(context: Context, document: Row) -> None:
    """Take the lines out that a change order, about to be deleted, has added to its source."""
    for key in {line["RELATEDDOCKEY"]: None for line in lines_of_document(context, document) if line["RELATEDDOCKEY"]}:
        source = context.store.get("PODOCUMENT", key)
        for line in lines_of_document(context, source) if source else []:
            if line.get(ADDED_BY) == document["RECORDNO"]:
                context.delete("PODOCUMENTENTRY", line)
    links = ("RELATEDDOCKEY", "RELATEDDOCLINEKEY", "SOURCE_DOCKEY", "SOURCE_DOCLINEKEY")
    for line in lines_of_document(context, document):
        context.update("PODOCUMENTENTRY", line, dict.fromkeys(links, ""))


def _link_change(context: Context, document: Row, values: Row) -> None:
    key = values.get("RELATEDDOCKEY", "")
    if not key:
        raise Refused(missing("Related document", field="relateddockey"))
    source = context.store.get("PODOCUMENT", key)
    if source is None:
        raise Refused(unknown_reference("Related document", key, field="relateddockey"))
    definition = context.store.first("PODOCUMENTPARAMS", DOCID=source["DOCPARID"])
    if definition is None or definition["ENABLEDOCCHANGE"] != "Enable Change":
        raise Refused(rule("PO-0082", f"{source['DOCID']} does not accept change orders.", field="relateddockey"))
    if source["CUSTVENDID"] != document["CUSTVENDID"]:
        raise Refused(rule("PO-0083", f"{source['DOCID']} belongs to another vendor.", field="relateddockey"))
    if source["STATE"] in UNPOSTED or source["STATE"] == "Closed":
        text = f"{source['DOCID']} cannot be changed: its state is {source['STATE']}."
        raise Refused(rule("PO-0084", text, field="relateddockey"))
    others = {line["RELATEDDOCKEY"] for line in lines_of_document(context, document)}
    if others - {key}:
        raise Refused(rule("PO-0085", "All lines of a change order change the same document.", field="relateddockey"))
    line_key = values.get("RELATEDDOCLINEKEY", "")
    if not line_key:
        values["RELATEDDOCLINEKEY"] = _add_to_source(context, document, source, values)
        return
    line = context.store.get("PODOCUMENTENTRY", line_key)
    if line is None or line["DOCHDRNO"] != key:
        raise Refused(unknown_reference("Related line", line_key, field="relateddoclinekey"))
    _inherit(values, line)


def _add_to_source(context: Context, document: Row, source: Row, values: Row) -> str:
    """Add a line of nothing to the source, for the change to give it its value."""
    lines = lines_of_document(context, source)
    known = context.store.tables["PODOCUMENTENTRY"].kind.by_name
    kept = {name: value for name, value in values.items() if name in known and not name.startswith("RELATED")}
    line = context.insert(
        "PODOCUMENTENTRY",
        {
            **kept,
            "CONVERSIONTYPE": values.get("CONVERSIONTYPE") or "Quantity",
            "QUANTITY": "0",
            "UIQTY": "0",
            "TOTAL": "0",
            "TRX_VALUE": "0",
            "TRX_AMOUNTRETAINED": "",
            "DOCHDRNO": source["RECORDNO"],
            "DOCHDRID": source["DOCID"],
            "DOCPARID": source["DOCPARID"],
            "LINE_NO": str(len(lines)),
            "STATE": "Pending",
            "STATUS": "active",
            "WHENCREATED": document["WHENCREATED"],
            ADDED_BY: document["RECORDNO"],
        },
    )
    return line["RECORDNO"]


def _link_source(context: Context, document: Row, values: Row, node: Node) -> None:
    """``createdfrom`` with ``sourcelinekey``, or ``sourcedocid`` with ``sourcedoclineid`` and ``sourcelinekey``."""
    name = node.value("sourcedocid") or document["CREATEDFROM"]
    key = node.value("sourcelinekey")
    if node.value("sourcedocid") and not (key and node.value("sourcedoclineid")):
        raise Refused(missing("Source line", field="sourcelinekey"))
    if not key:
        return
    source = context.store.first("PODOCUMENT", DOCID=name) if name else None
    line = context.store.get("PODOCUMENTENTRY", key)
    if source is None or line is None or line["DOCHDRNO"] != source["RECORDNO"]:
        raise Refused(unknown_reference("Source line", key, field="sourcelinekey"))
    if line["ITEMID"] != values.get("ITEMID"):
        raise Refused(rule("PO-0086", f"The item of the source line is {line['ITEMID']}.", field="itemid"))
    values.update(
        SOURCE_DOCID=source["DOCID"],
        SOURCE_DOCKEY=source["RECORDNO"],
        SOURCE_DOCLINEKEY=line["RECORDNO"],
        PRIMARYDOCKEY=source["RECORDNO"],
        PRIMARYDOCLINEKEY=line["RECORDNO"],
    )
    if not values.get("RETAINAGEPERCENTAGE") and not values.get("TRX_AMOUNTRETAINED"):
        values["RETAINAGEPERCENTAGE"] = line["RETAINAGEPERCENTAGE"]
    _inherit(values, line)
    value = number(values.get("QUANTITY", "")) * number(values.get("PRICE", ""))
    if value * number(line["REVISEDVALUE"] or line["TOTAL"]) < 0 and line["REVERSECONVERSION"] != "true":
        text = f"Line {int(line['LINE_NO']) + 1} of {source['DOCID']} does not allow conversions of the opposite sign."
        raise Refused(rule("PO-0087", text, "Enable conversion reversal on the source line.", field="price"))


def _inherit(values: Row, line: Row) -> None:
    for name in _INHERITED:
        if not values.get(name):
            values[name] = line[name]
