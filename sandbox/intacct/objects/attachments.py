"""Attachments (supporting documents), their folders and files (company-console/attachments)."""

from __future__ import annotations

from sandbox.intacct.schema import RECORDNO, ObjectType, audit, integer, text

SUPDOCFOLDER = ObjectType(
    "SUPDOCFOLDER",
    "Attachment folder",
    (RECORDNO, text("FOLDERNAME", 80, required=True), text("DESCRIPTION", 200), text("PARENTFOLDER"), *audit()),
    key="FOLDERNAME",
    creatable=False,
    updatable=False,
    deletable=False,
    audit_key="natural",
)

SUPDOC = ObjectType(
    "SUPDOC",
    "Attachment",
    (
        RECORDNO,
        text("SUPDOCID", 20),
        text("SUPDOCNAME", 80),
        text("SUPDOCDESCRIPTION", 200),
        text("FOLDERNAME", 80),
        *audit(),
    ),
    key="SUPDOCID",
    creatable=False,
    updatable=False,
    deletable=False,
    indexes=(("FOLDERNAME",),),
    audit_key="natural",
)

ATTACHMENT = ObjectType(
    "ATTACHMENT",
    "Attachment file",
    (
        RECORDNO,
        integer("SUPDOCKEY"),
        text("ATTACHMENTNAME"),
        text("ATTACHMENTTYPE"),
        text("ATTACHMENTDATA"),
        integer("SIZE"),
        *audit(),
    ),
    indexes=(("SUPDOCKEY",),),
    creatable=False,
    updatable=False,
    deletable=False,
    audit_key="none",
)

TYPES = (SUPDOCFOLDER, SUPDOC, ATTACHMENT)
