"""Purchasing documents from their first line to their deletion: commitments, change orders, invoices.

Source: purchasing/purchasing-transactions. What a document does to others is worked out in :mod:`commitments`, the bill
that an invoice makes in :mod:`bills`.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sandbox.intacct.books.bills import delete_bill, make_bill
from sandbox.intacct.books.commitments import UNPOSTED, lines_of_document, refresh, sources_of
from sandbox.intacct.books.dimensions import active_vendor
from sandbox.intacct.books.document_links import link_line, unlink_lines
from sandbox.intacct.books.document_values import complete_line, header_values, line_values, required
from sandbox.intacct.books.periods import check_open
from sandbox.intacct.context import Context
from sandbox.intacct.formats import money_text, number
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Problem, Refused, duplicate, generic, missing, rule, unknown_reference
from sandbox.intacct.schema import Row

_LOCKED = frozenset({"Submitted", "In Progress", "Converted", "Partially Converted"})
_FAILED = "Could not create Document record!"
DOCUMENT, LINE = "PODOCUMENT", "PODOCUMENTENTRY"


def create_document(context: Context, node: Node) -> Row:
    """Make a document from ``create_potransaction``.

    Raises:
        Refused: the specific problem first, ``Could not create Document record!`` last [F].
    """
    try:
        definition = _definition(context, node.value("transactiontype"))
        _check_creation(context, definition, node)
        header = _new_header(context, definition, node)
        document = context.insert(DOCUMENT, header)
        items = node.child("potransitems")
        for position, line in enumerate(items.children if items else []):
            _add_line(context, document, definition, line, position)
        return _settle(context, document)
    except Refused as refused:
        raise Refused(*refused.problems, generic(_FAILED)) from None


def update_document(context: Context, node: Node) -> Row:
    """Change a document, its lines by number from 1, and add lines; the bill of an invoice is made anew [D].

    Raises:
        Refused: there is none, or its state or definition does not allow it.
    """
    document = find_document(context, node)
    definition = _definition(context, document["DOCPARID"])
    if document["STATE"] in _LOCKED:
        text = f"You cannot update {document['DOCID']} because its state is {document['STATE']}."
        raise Refused(rule("PO-0071", text))
    if definition["EDITTYPE"] == "No Edit":
        raise Refused(rule("PO-0072", f"Transactions of {definition['DOCID']} cannot be edited."))
    check_open(context, _posting_day(document, definition), "dateposted")
    changes = header_values(context, context.store.tables[DOCUMENT].kind, node)
    changes.pop("DOCNO", None)
    changed = {**document, **changes}
    check_open(context, _posting_day(changed, definition), "dateposted")
    document = context.update(DOCUMENT, document, changes)
    items = node.child("updatepotransitems")
    for item in items.children if items else []:
        if item.tag == "potransitem":
            _add_line(context, document, definition, item, len(lines_of_document(context, document)))
        else:
            _change_line(context, document, definition, item)
    return _settle(context, document)


def repost_document(context: Context, node: Node) -> Row:
    """``partialupdate_potransaction``: another GL posting date, even for a locked document."""
    document = find_document(context, node)
    definition = _definition(context, document["DOCPARID"])
    changes = header_values(context, context.store.tables[DOCUMENT].kind, node)
    check_open(context, _posting_day({**document, **changes}, definition), "dateposted")
    return _settle(context, context.update(DOCUMENT, document, changes))


def remove_document(context: Context, document: Row) -> None:
    """Undo what a document has brought about, before it is deleted.

    Raises:
        Refused: it has been converted or changed, its bill is paid, or its definition forbids it.
    """
    definition = _definition(context, document["DOCPARID"])
    if definition["DELTYPE"] == "No Edit":
        raise Refused(rule("PO-0073", f"Transactions of {definition['DOCID']} cannot be deleted."))
    check_open(context, _posting_day(document, definition), "dateposted")
    for line in lines_of_document(context, document):
        for field in ("SOURCE_DOCLINEKEY", "RELATEDDOCLINEKEY"):
            if context.store.first(LINE, **{field: line["RECORDNO"]}):
                raise Refused(rule("PO-0074", f"{document['DOCID']} cannot be deleted: other transactions refer to it."))
    delete_bill(context, document)
    sources = sources_of(context, document)
    unlink_lines(context, document)
    for source in sources:
        _count_change(context, refresh(context, source))


def decide_document(context: Context, name: str, *, approved: bool) -> Row:
    """Approve or decline a submitted document."""
    document = context.store.first(DOCUMENT, DOCID=name)
    if document is None:
        raise Refused(unknown_reference("Document", name, field="DOCID"))
    if document["STATE"] != "Submitted":
        raise Refused(rule("PO-0075", f"{name} is not waiting for approval."))
    return _settle(context, context.update(DOCUMENT, document, {"STATE": "Approved" if approved else "Declined"}))


def find_document(context: Context, node: Node) -> Row:
    """The document of the ``key`` attribute: its id, or with ``externalkey`` its external id [S].

    Raises:
        Refused: there is none.
    """
    key = node.attributes["key"]
    field = "EXTERNALID" if node.attributes.get("externalkey") == "true" else "DOCID"
    document = context.store.first(DOCUMENT, **{field: key})
    if document is None:
        raise Refused(unknown_reference("Document", key, field="key"))
    return document


def _definition(context: Context, name: str) -> Row:
    definition = context.store.first("PODOCUMENTPARAMS", DOCID=name)
    if definition is None or definition["STATUS"] != "active":
        raise Refused(unknown_reference("Transaction definition", name, field="transactiontype"))
    return definition


def _check_creation(context: Context, definition: Row, node: Node) -> None:
    allowed, name = definition["TD_CREATION_RULE"], definition["DOCID"]
    if (allowed == "Entity only" and not context.entity) or (allowed == "Top level only" and context.entity):
        raise Refused(rule("PO-0011", f"Transactions of {name} can be created at this level only: {allowed}."))
    if definition["CREATETYPE"] == "Convert only" and not node.value("createdfrom"):
        raise Refused(rule("PO-0012", f"Transactions of {name} can be created by conversion only."))


def _new_header(context: Context, definition: Row, node: Node) -> Row:
    values = header_values(context, context.store.tables[DOCUMENT].kind, node)
    vendor = active_vendor(context, node.value("vendorid"))
    number_ = _number(context, definition, values)
    name = f"{definition['DOCID']}-{number_}"
    if context.store.first(DOCUMENT, DOCID=name):
        raise Refused(*duplicate("Document", name))
    created = required(values, "WHENCREATED", "Date", "datecreated")
    values["WHENDUE"] = values.get("WHENDUE") or _due(context, values.get("TERM.NAME", ""), created)
    state = values.get("STATE") or "Pending"
    if definition["DOCID"] in context.settings.approved_definitions and state != "Draft":
        state = "Submitted"
    values.update(
        STATE=state,
        CLOSED="true" if state == "Closed" else "false",
        DOCNO=number_,
        DOCID=name,
        DOCPARID=definition["DOCID"],
        DOCPARCLASS=definition["DOCCLASS"],
        CUSTVENDID=vendor["VENDORID"],
        CUSTVENDNAME=vendor["NAME"],
        WHENPOSTED=values.get("WHENPOSTED") or created,
        BASECURR=values.get("BASECURR") or "USD",
        CURRENCY=values.get("CURRENCY") or "USD",
        MEGAENTITYID=context.entity,
        CHANGELOGNUMBER=values.get("CHANGELOGNUMBER") or _change_log(definition),
    )
    for field in ("CONTACT.CONTACTNAME", "BILLTO.CONTACTNAME"):
        values[field] = values.get(field) or vendor["DISPLAYCONTACT.CONTACTNAME"]
    check_open(context, _posting_day(values, definition), "dateposted")
    _check_source(context, definition, values)
    return values


def _number(context: Context, definition: Row, values: Row) -> str:
    if values.get("DOCNO"):
        return values["DOCNO"]
    if not definition["SEQUENCE"]:
        raise Refused(
            Problem("PL01000127", "The document number is missing.", errorid="PO-0013", field="documentno"),
            missing("Document number", field="documentno"),
        )
    count = len(context.store.all(DOCUMENT)) + 1
    while context.store.first(DOCUMENT, DOCID=f"{definition['DOCID']}-{definition['SEQUENCE']}{count:05}"):
        count += 1
    return f"{definition['SEQUENCE']}{count:05}"


def _due(context: Context, term: str, created: str) -> str:
    if not term:
        raise Refused(missing("Date Due", field="datedue"))
    row = context.store.first("APTERM", NAME=term)
    days = int(row["DUEDATE"] or 0) if row else 0
    return (date.fromisoformat(created) + timedelta(days=days)).isoformat()


def _change_log(definition: Row) -> str:
    return {"Enable Change": "0", "Change Order": "1"}.get(definition["ENABLEDOCCHANGE"], "")


def _posting_day(values: Row, definition: Row) -> str:
    """The day that must be in an open period; orders too are kept out of closed ones."""
    return values["WHENPOSTED"] if definition["DOCCLASS"] == "Invoice" else values["WHENCREATED"]


def _check_source(context: Context, definition: Row, values: Row) -> None:
    name = values.get("CREATEDFROM", "")
    if not name:
        return
    source = context.store.first(DOCUMENT, DOCID=name)
    if source is None:
        raise Refused(unknown_reference("Document", name, field="createdfrom"))
    if definition["RECALLS.RECALL.RECDOCPAR"] and source["DOCPARID"] not in definition["RECALLS.RECALL.RECDOCPAR"].split("#~#"):
        text = f"{source['DOCPARID']} cannot be converted to {definition['DOCID']}."
        raise Refused(rule("PO-0014", text, field="createdfrom"))
    if source["CUSTVENDID"] != values["CUSTVENDID"]:
        raise Refused(rule("PO-0015", f"{name} belongs to another vendor.", field="vendorid"))
    if source["STATE"] in UNPOSTED or source["STATE"] == "Closed":
        raise Refused(rule("PO-0016", f"{name} cannot be converted: its state is {source['STATE']}.", field="createdfrom"))


def _add_line(context: Context, document: Row, definition: Row, node: Node, position: int) -> None:
    kind = context.store.tables[LINE].kind
    values = line_values(context, kind, node)
    link_line(context, document, definition, values, node)
    complete_line(context, values, definition)
    values.update(
        DOCHDRNO=document["RECORDNO"],
        DOCHDRID=document["DOCID"],
        DOCPARID=document["DOCPARID"],
        LINE_NO=str(position),
        STATE=document["STATE"],
        STATUS="active",
        WHENCREATED=document["WHENCREATED"],
    )
    context.insert(LINE, {name: value for name, value in values.items() if name in kind.by_name})


def _change_line(context: Context, document: Row, definition: Row, node: Node) -> None:
    text = node.attributes["line_num"]
    wanted = int(text) - 1 if text.isdecimal() else -1
    line = next((one for one in lines_of_document(context, document) if int(one["LINE_NO"]) == wanted), None)
    if line is None:
        raise Refused(unknown_reference("Line", text, field="line_num"))
    given = line_values(context, context.store.tables[LINE].kind, node)
    if "TRX_AMOUNTRETAINED" not in given and line["RETAINAGEPERCENTAGE"]:
        given["TRX_AMOUNTRETAINED"] = ""
    values = {**line, **given}
    complete_line(context, values, definition)
    changes = {name: value for name, value in values.items() if line.get(name) != value}
    context.update(LINE, line, changes)


def _settle(context: Context, document: Row) -> Row:
    """Work out what follows: totals, the bill of an invoice, the documents this one changes or converts."""
    lines = lines_of_document(context, document)
    total = money_text(sum((number(line["TOTAL"]) for line in lines), Decimal(0)))
    retained = money_text(sum((number(line["TRX_AMOUNTRETAINED"]) for line in lines), Decimal(0)))
    document = context.update(
        DOCUMENT,
        document,
        {
            "SUBTOTAL": total,
            "TOTAL": total,
            "TRX_SUBTOTAL": total,
            "TRX_TOTAL": total,
            "TRX_TOTALRETAINED": retained,
        },
    )
    document = refresh(context, document)
    for source in sources_of(context, document):
        _count_change(context, refresh(context, source))
    definition = _definition(context, document["DOCPARID"])
    if definition["DOCCLASS"] == "Invoice":
        delete_bill(context, document)
        if document["STATE"] not in UNPOSTED:
            document = make_bill(context, document, lines_of_document(context, document))
    return document


def _count_change(context: Context, source: Row) -> None:
    """The source's change log number: how many posted change orders refer to it."""
    changes = context.store.find(LINE, RELATEDDOCKEY=source["RECORDNO"])
    documents = {change["DOCHDRNO"] for change in changes}
    posted = [key for key in documents if (one := context.store.get(DOCUMENT, key)) and one["STATE"] not in UNPOSTED]
    if source["CHANGELOGNUMBER"] and source["CHANGELOGNUMBER"] != str(len(posted)):
        context.update(DOCUMENT, source, {"CHANGELOGNUMBER": str(len(posted))})
