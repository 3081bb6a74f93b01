"""``get_list`` and ``get``: the oldest way to read, with lower-case names (company-console/attachments and others)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.intacct.answers import Outcome, escape
from sandbox.intacct.context import Context
from sandbox.intacct.formats import stamp_to_wire
from sandbox.intacct.functions import Call
from sandbox.intacct.grammar import Choice, Element, many, may, need
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, generic, unprocessable
from sandbox.intacct.querying.conditions import Comparison, Condition, Group, Language
from sandbox.intacct.querying.engine import Search
from sandbox.intacct.schema import Row

MAX_ITEMS = 1000


@dataclass(frozen=True)
class Legacy:
    """How an object looks here: its own name and key, and (tag, field) pairs. ``nested`` writes what has children."""

    object: str
    key: str
    fields: tuple[tuple[str, str], ...]
    nested: Callable[[Context, Row], str] | None = None


def _attachments(context: Context, row: Row) -> str:
    files = context.store.find("ATTACHMENT", SUPDOCKEY=row["RECORDNO"])
    listed = "".join(
        f"<attachment><attachmentname>{escape(file['ATTACHMENTNAME'])}</attachmentname>"
        f"<attachmenttype>{escape(file['ATTACHMENTTYPE'])}</attachmenttype>"
        f"<attachmentdata>{file['ATTACHMENTDATA']}</attachmentdata></attachment>"
        for file in files
    )
    return f"<attachments>{listed}</attachments>"


LEGACY = {
    "vendor": Legacy(
        "VENDOR",
        "VENDORID",
        (
            ("recordno", "RECORDNO"),
            ("vendorid", "VENDORID"),
            ("name", "NAME"),
            ("parentid", "PARENTID"),
            ("termname", "TERMNAME"),
            ("vendtype", "VENDTYPE"),
            ("taxid", "TAXID"),
            ("status", "STATUS"),
            ("whenmodified", "WHENMODIFIED"),
        ),
    ),
    "supdoc": Legacy(
        "SUPDOC",
        "SUPDOCID",
        (
            ("recordno", "RECORDNO"),
            ("supdocid", "SUPDOCID"),
            ("supdocname", "SUPDOCNAME"),
            ("folder", "FOLDERNAME"),
            ("description", "SUPDOCDESCRIPTION"),
        ),
        _attachments,
    ),
    "supdocfolder": Legacy(
        "SUPDOCFOLDER",
        "FOLDERNAME",
        (("name", "FOLDERNAME"), ("description", "DESCRIPTION"), ("parentfolder", "PARENTFOLDER")),
    ),
    "project": Legacy(
        "PROJECT",
        "PROJECTID",
        (
            ("key", "PROJECTID"),
            ("name", "NAME"),
            ("parentid", "PARENTID"),
            ("customerid", "CUSTOMERID"),
            ("status", "STATUS"),
            ("whenmodified", "WHENMODIFIED"),
        ),
    ),
    "location": Legacy("LOCATION", "LOCATIONID", (("locationid", "LOCATIONID"), ("name", "NAME"), ("status", "STATUS"))),
}
_OPERATORS = {
    "=": "equalto",
    "!=": "notequalto",
    "<": "lessthan",
    "<=": "lessthanorequalto",
    ">": "greaterthan",
    ">=": "greaterthanorequalto",
    "like": "like",
    "is null": "isnull",
}


def get_list(context: Context, node: Node) -> Outcome:
    """Rows from ``start`` on, at most ``maxitems``."""
    name = node.attributes["object"]
    legacy = _legacy(name)
    kind = context.kind(legacy.object, "GET_LIST")
    condition = _filter(legacy, node.child("filter"))
    private = node.attributes.get("showprivate", "false") == "true"
    search = Search(kind, condition, Language(context.settings.gmt_offset_minutes), show_private=private)
    records = context.tenant.finder.records(context, search)
    start = _number(node, "start", 0)
    page = records[start : start + min(_number(node, "maxitems", 100), MAX_ITEMS)]
    wanted = _wanted(node)
    rows = "".join(_shown(context, name, legacy, context.store.tables[kind.name].row(record), wanted) for record in page)
    end = max(start + len(page) - 1, 0)
    listing = f'<listtype start="{start}" end="{end}" total="{len(records)}">{escape(name)}</listtype>'
    return Outcome(f"{listing}<data>{rows}</data>")


def get(context: Context, node: Node) -> Outcome:
    """One row by its own key."""
    name, key = node.attributes["object"], node.attributes["key"]
    legacy = _legacy(name)
    kind = context.kind(legacy.object, "GET")
    row = context.store.first(kind.name, **{legacy.key: key})
    if row is None:
        raise Refused(generic(f"Cannot find {kind.label.lower()} with key '{key}'."))
    return Outcome(f"<listtype>{escape(name)}</listtype><data>{_shown(context, name, legacy, row, _wanted(node))}</data>")


def _legacy(name: str) -> Legacy:
    if name not in LEGACY:
        raise Refused(unprocessable(f"{name} is not among the objects of get_list and get"))
    return LEGACY[name]


def _wanted(node: Node) -> set[str]:
    """The fields asked for; all where none is named."""
    fields = node.child("fields")
    return {each.text for each in fields.all("field")} if fields else set()


def _shown(context: Context, name: str, legacy: Legacy, row: Row, wanted: set[str]) -> str:
    inside = []
    for tag, field in legacy.fields:
        if wanted and tag not in wanted:
            continue
        value = row[field]
        if field == "WHENMODIFIED":
            value = stamp_to_wire(value, context.settings.gmt_offset_minutes)
        inside.append(f"<{tag}>{escape(value)}</{tag}>")
    nested = legacy.nested(context, row) if legacy.nested and (not wanted or "attachments" in wanted) else ""
    return f"<{name}>{''.join(inside)}{nested}</{name}>"


def _filter(legacy: Legacy, node: Node | None) -> Condition | None:
    if node is None or not node.children:
        return None
    return _condition(legacy, node.children[0])


def _condition(legacy: Legacy, node: Node) -> Condition:
    if node.tag == "logical":
        word = node.attributes.get("logical_operator", "and")
        return Group("or" if word == "or" else "and", tuple(_condition(legacy, child) for child in node.children))
    names = {**dict(legacy.fields), "supdocfoldername": "FOLDERNAME", legacy.key.lower(): legacy.key}
    field, operator = names.get(node.value("field")), _OPERATORS.get(node.value("operator"))
    if field is None or operator is None:
        raise Refused(unprocessable(f"filter: {node.value('field')} {node.value('operator')} is not known"))
    return Comparison(operator, field, () if operator == "isnull" else (node.value("value"),))


def _number(node: Node, name: str, default: int) -> int:
    text = node.attributes.get(name, "")
    if text and not text.isdecimal():
        raise Refused(unprocessable(f"{name}: {text} is not a number"))
    return int(text) if text else default


_EXPRESSION = need("expression", (need("field"), need("operator"), need("value")))
_FILTER = Choice((_EXPRESSION, need("logical", "anything")))
_FIELDS = may("fields", (many("field"),))
CALLS = (
    Call(
        "get_list",
        get_list,
        Element("get_list", (may("filter", (_FILTER,)), may("sorts", "anything"), _FIELDS), attributes=("object",)),
    ),
    Call("get", get, Element("get", (_FIELDS,), attributes=("object", "key"))),
)
