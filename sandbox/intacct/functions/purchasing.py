"""The functions of purchasing documents (purchasing/purchasing-transactions)."""

from __future__ import annotations

from sandbox.intacct.answers import Outcome, escape
from sandbox.intacct.books.documents import (
    create_document,
    decide_document,
    find_document,
    repost_document,
    update_document,
)
from sandbox.intacct.context import Context
from sandbox.intacct.functions import Call
from sandbox.intacct.functions.purchasing_forms import CREATE, DELETE, HISTORY, PARTIAL_UPDATE, UPDATE
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, missing, rule
from sandbox.intacct.schema import Row
from sandbox.intacct.writing import delete_record


def create_potransaction(context: Context, node: Node) -> Outcome:
    return _key(create_document(context, node))


def update_potransaction(context: Context, node: Node) -> Outcome:
    return _key(update_document(context, node))


def partialupdate_potransaction(context: Context, node: Node) -> Outcome:
    return _key(repost_document(context, node))


def delete_potransaction(context: Context, node: Node) -> Outcome:
    document = find_document(context, node)
    delete_record(context, context.kind("PODOCUMENT", "DELETE"), document["RECORDNO"])
    return _key(document)


def approve(context: Context, node: Node) -> Outcome:
    return _decide(context, node, approved=True)


def decline(context: Context, node: Node) -> Outcome:
    return _decide(context, node, approved=False)


def get_approval_history(context: Context, node: Node) -> Outcome:
    document = context.store.first("PODOCUMENT", DOCID=node.value("docid"))
    if document is None or node.value("module") != "purchasing":
        raise Refused(missing("docid"))
    record = document["RECORDNO"]
    trail = [row for row in context.store.find("AUDITHISTORY", OBJECTTYPE="podocument") if row["OBJECTKEY"] == record]
    listed = "".join(
        f"<approvalhistory><userid>{escape(row['USERID'])}</userid><state>{escape(document['STATE'])}</state></approvalhistory>"
        for row in trail
        if row["ACCESSMODE"] == "M"
    )
    return Outcome(f"<data>{listed}</data>")


def _decide(context: Context, node: Node, *, approved: bool) -> Outcome:
    document = node.child("PODOCUMENT")
    if document is None:
        raise Refused(rule("PO-0076", "Only PODOCUMENT can be approved or declined."))
    decide_document(context, document.value("DOCID"), approved=approved)
    return Outcome()


def _key(document: Row) -> Outcome:
    return Outcome(f"<key>{escape(document['DOCID'])}</key>")


CALLS = (
    Call("create_potransaction", create_potransaction, CREATE),
    Call("update_potransaction", update_potransaction, UPDATE),
    Call("partialupdate_potransaction", partialupdate_potransaction, PARTIAL_UPDATE),
    Call("delete_potransaction", delete_potransaction, DELETE),
    Call("approve", approve),
    Call("decline", decline),
    Call("getApprovalHistory", get_approval_history, HISTORY),
)
