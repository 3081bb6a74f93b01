"""The legacy functions of attachments: ordered elements, base64 data, unique file names, folders that must exist."""

from __future__ import annotations

import base64
import binascii

from sandbox.intacct.answers import Outcome, escape
from sandbox.intacct.context import Context
from sandbox.intacct.functions import Call
from sandbox.intacct.grammar import Element, many, may, need
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, duplicate, generic, illegal, missing, rule, too_long, unknown_reference
from sandbox.intacct.schema import Row

_ID_LIMIT = 20


def create_supdoc(context: Context, node: Node) -> Outcome:
    context.kind("SUPDOC", "CREATE")
    name = node.value("supdocid")
    if not name:
        if not context.settings.attachment_sequence:
            raise Refused(missing("Attachment ID", field="supdocid"), generic("Could not create supdoc record!"))
        name = f"A-{context.store.tables['SUPDOC'].next_record:05}"
    if len(name) > _ID_LIMIT:
        raise Refused(too_long("Attachment ID", _ID_LIMIT, field="supdocid"))
    if context.store.first("SUPDOC", SUPDOCID=name):
        raise Refused(*duplicate("Attachment", name))
    if not node.value("supdocname"):
        raise Refused(missing("Attachment name", field="supdocname"))
    folder = _folder(context, node.value("supdocfoldername"))
    row = context.insert(
        "SUPDOC",
        {
            "SUPDOCID": name,
            "SUPDOCNAME": node.value("supdocname"),
            "SUPDOCDESCRIPTION": node.value("supdocdescription"),
            "FOLDERNAME": folder,
        },
    )
    _add_files(context, row, node.child("attachments"))
    return _key(name if context.settings.supdoc_key == "supdocid" else row["RECORDNO"])


def update_supdoc(context: Context, node: Node) -> Outcome:
    """Change the header and add files; a file that is there cannot be replaced [D]."""
    context.kind("SUPDOC", "UPDATE")
    row = _supdoc(context, node.value("supdocid"))
    changes: Row = {}
    if "supdocname" in node:
        changes["SUPDOCNAME"] = node.value("supdocname")
    if "supdocdescription" in node:
        changes["SUPDOCDESCRIPTION"] = node.value("supdocdescription")
    if node.value("supdocfoldername"):
        changes["FOLDERNAME"] = _folder(context, node.value("supdocfoldername"))
    row = context.update("SUPDOC", row, changes)
    _add_files(context, row, node.child("attachments"))
    return _key(row["SUPDOCID"])


def delete_supdoc(context: Context, node: Node) -> Outcome:
    context.kind("SUPDOC", "DELETE")
    row = _supdoc(context, node.attributes["key"])
    for name in ("PODOCUMENT", "APBILL", "VENDOR", "PROJECT"):
        if context.store.first(name, SUPDOCID=row["SUPDOCID"]):
            raise Refused(rule("ATT-0003", f"Attachment {row['SUPDOCID']} is in use and cannot be deleted."))
    for file in context.store.find("ATTACHMENT", SUPDOCKEY=row["RECORDNO"]):
        context.delete("ATTACHMENT", file)
    context.delete("SUPDOC", row)
    return _key(row["SUPDOCID"])


def create_folder(context: Context, node: Node) -> Outcome:
    context.kind("SUPDOCFOLDER", "CREATE")
    name, parent = node.value("supdocfoldername"), node.value("supdocparentfoldername")
    if not name:
        raise Refused(missing("Folder name", field="supdocfoldername"))
    if context.store.first("SUPDOCFOLDER", FOLDERNAME=name):
        raise Refused(*duplicate("Folder", name))
    if parent:
        _folder(context, parent)
    description = node.value("supdocfolderdescription")
    context.insert("SUPDOCFOLDER", {"FOLDERNAME": name, "DESCRIPTION": description, "PARENTFOLDER": parent})
    return _key(name)


def update_folder(context: Context, node: Node) -> Outcome:
    context.kind("SUPDOCFOLDER", "UPDATE")
    name = _folder(context, node.value("supdocfoldername"))
    changes = {"DESCRIPTION": node.value("supdocfolderdescription")} if "supdocfolderdescription" in node else {}
    context.update("SUPDOCFOLDER", context.store.find("SUPDOCFOLDER", FOLDERNAME=name)[0], changes)
    return _key(name)


def delete_folder(context: Context, node: Node) -> Outcome:
    context.kind("SUPDOCFOLDER", "DELETE")
    name = _folder(context, node.attributes["key"])
    if context.store.first("SUPDOC", FOLDERNAME=name):
        raise Refused(rule("ATT-0004", f"Folder {name} is not empty."))
    context.delete("SUPDOCFOLDER", context.store.find("SUPDOCFOLDER", FOLDERNAME=name)[0])
    return _key(name)


def _add_files(context: Context, row: Row, attachments: Node | None) -> None:
    there = context.store.find("ATTACHMENT", SUPDOCKEY=row["RECORDNO"])
    names = {(file["ATTACHMENTNAME"], file["ATTACHMENTTYPE"]) for file in there}
    for node in attachments.all("attachment") if attachments else []:
        name, kind = node.value("attachmentname"), node.value("attachmenttype")
        if not name or not kind:
            raise Refused(missing("Attachment name" if kind else "Attachment type", field="attachmentname"))
        if "." in name or "." in kind:
            wrong = name if "." in name else kind
            raise Refused(illegal("Attachment name", wrong, "Give the name without period or extension."))
        if (name, kind) in names:
            raise Refused(*duplicate("Attachment file", f"{name}.{kind}"))
        names.add((name, kind))
        data = node.value("attachmentdata")
        context.insert(
            "ATTACHMENT",
            {
                "SUPDOCKEY": row["RECORDNO"],
                "ATTACHMENTNAME": name,
                "ATTACHMENTTYPE": kind,
                "ATTACHMENTDATA": data,
                "SIZE": str(_size(data)),
            },
        )


def _size(data: str) -> int:
    try:
        return len(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        raise Refused(illegal("Attachment data", data[:20], "Encode the file's data in base64.")) from None


def _supdoc(context: Context, name: str) -> Row:
    row = context.store.first("SUPDOC", SUPDOCID=name)
    if row is None:
        raise Refused(unknown_reference("Attachment", name, field="supdocid"))
    return row


def _folder(context: Context, name: str) -> str:
    if not name:
        raise Refused(missing("Folder name", field="supdocfoldername"))
    if context.store.first("SUPDOCFOLDER", FOLDERNAME=name) is None:
        raise Refused(unknown_reference("Attachment folder", name, field="supdocfoldername"))
    return name


def _key(key: str) -> Outcome:
    return Outcome(f"<key>{escape(key)}</key>")


_FILE = many("attachment", (need("attachmentname"), need("attachmenttype"), need("attachmentdata")))
_FILES = may("attachments", (_FILE,))
_FOLDER = (need("supdocfoldername"), may("supdocfolderdescription"), may("supdocparentfoldername"))
CALLS = (
    Call(
        "create_supdoc",
        create_supdoc,
        need(
            "create_supdoc",
            (may("supdocid"), need("supdocname"), need("supdocfoldername"), may("supdocdescription"), _FILES),
        ),
    ),
    Call(
        "update_supdoc",
        update_supdoc,
        need(
            "update_supdoc",
            (need("supdocid"), may("supdocname"), may("supdocfoldername"), may("supdocdescription"), _FILES),
        ),
    ),
    Call("delete_supdoc", delete_supdoc, Element("delete_supdoc", (), attributes=("key",))),
    Call("create_supdocfolder", create_folder, need("create_supdocfolder", _FOLDER)),
    Call("update_supdocfolder", update_folder, need("update_supdocfolder", _FOLDER)),
    Call("delete_supdocfolder", delete_folder, Element("delete_supdocfolder", (), attributes=("key",))),
)
