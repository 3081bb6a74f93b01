"""``readByQuery`` and ``readMore``: the older way to list records, with a cursor that the gateway keeps."""

from __future__ import annotations

import secrets

from sandbox.intacct.answers import Outcome, RawAnswer, escape
from sandbox.intacct.context import Context, Cursor
from sandbox.intacct.functions import Call
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, rule, unprocessable
from sandbox.intacct.querying.conditions import Language
from sandbox.intacct.querying.engine import Search, shuffled
from sandbox.intacct.querying.paths import resolve
from sandbox.intacct.querying.rows import Column, as_csv, as_json, as_xml, table_of
from sandbox.intacct.querying.where import parse_where
from sandbox.intacct.schema import ObjectType

MAX_PAGE = 1000
DEFAULT_PAGE = 100


def read_by_query(context: Context, node: Node) -> Outcome:
    """The first page of all rows that match, in the order the database happens to have them [F]."""
    kind = context.kind(node.value("object"), "READ_BY_QUERY")
    size = node.value("pagesize") or str(DEFAULT_PAGE)
    if not size.isdecimal() or not 1 <= int(size) <= MAX_PAGE:
        raise Refused(unprocessable(f"pagesize: {size} is not between 1 and {MAX_PAGE}"))
    condition = parse_where(node.value("query"))
    language = Language(context.settings.gmt_offset_minutes, codes=True)
    search = Search(kind, condition, language, node.value("docparid"))
    records = context.tenant.finder.records(context, search)
    name = secrets.token_hex(20)
    cursor = Cursor(
        session=context.session.id,
        object=kind.name,
        fields=node.value("fields") or "*",
        total=len(records),
        left=shuffled(records, context.tenant.shuffle()),
        pagesize=int(size),
    )
    context.tenant.cursors[name] = cursor
    return _page(context, kind, name, cursor, node.value("returnFormat"))


def read_more(context: Context, node: Node) -> Outcome:
    """The next page of a cursor, found by its id or, at the caller's risk, by the object's name."""
    name, wanted = node.value("resultId"), node.value("object").upper()
    if not name and wanted:
        name = next((key for key, one in reversed(context.tenant.cursors.items()) if one.object == wanted), "")
    cursor = context.tenant.cursors.get(name)
    foreign = cursor is not None and context.settings.cursor_tied_to_session and cursor.session != context.session.id
    if cursor is None or foreign:
        raise Refused(rule("QRY-0009", f"The result set {name or wanted} does not exist or has expired."))
    kind = context.kind(cursor.object, "READ_MORE")
    return _page(context, kind, name, cursor, node.value("returnFormat"))


def _page(context: Context, kind: ObjectType, name: str, cursor: Cursor, form: str) -> Outcome:
    table = context.store.tables[kind.name]
    page, cursor.left = cursor.left[: cursor.pagesize], cursor.left[cursor.pagesize :]
    page = [record for record in page if table.get(record) is not None]
    wanted = [one.strip() for one in cursor.fields.split(",") if one.strip()]
    names = [one for one in kind.names if one not in kind.unqueryable] if "*" in wanted else wanted
    columns = [Column(one, resolve(context.store, kind, one)) for one in names]
    rows = table_of(table, columns, page, context.settings.gmt_offset_minutes)
    if form.lower() == "json":
        return Outcome(raw=RawAnswer("application/json", as_json(names, rows)))
    if form.lower() == "csv":
        return Outcome(raw=RawAnswer("text/csv", as_csv(names, rows)))
    left = len(cursor.left)
    if not left:
        context.tenant.cursors.pop(name, None)
    tag = kind.name.lower()
    counts = f'count="{len(rows)}" totalcount="{cursor.total}" numremaining="{left}"'
    result = name if left else ""
    shown = as_xml(tag, names, rows)
    return Outcome(f'<data listtype="{escape(tag)}" {counts} resultId="{result}">{shown}</data>')


CALLS = (Call("readByQuery", read_by_query), Call("readMore", read_more))
