"""``read`` and ``readByName``: records by key, with the lines they own nested inside."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.intacct.answers import Outcome, RawAnswer, escape
from sandbox.intacct.context import Context
from sandbox.intacct.functions import Call
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, missing, rule, unprocessable
from sandbox.intacct.querying.paths import own_paths, related, resolve
from sandbox.intacct.querying.rows import as_csv, as_json, to_wire
from sandbox.intacct.schema import Field, ObjectType, Row
from sandbox.intacct.writing import lines_of

MAX_KEYS = 100


def read(context: Context, node: Node) -> Outcome:
    """Records by RECORDNO; no keys means the first hundred."""
    kind = context.kind(node.value("object"), "READ")
    keys = _keys(node)
    if not keys:
        keys = [str(record) for record in context.store.tables[kind.name].records()[:MAX_KEYS]]
    rows = [row for key in keys if (row := context.store.get(kind.name, key)) is not None]
    return _answer(context, kind, node, rows)


def read_by_name(context: Context, node: Node) -> Outcome:
    """Records by their natural id; tasks and cost types have none."""
    kind = context.kind(node.value("object"), "READ_BY_NAME")
    keys = _keys(node)
    if not keys:
        raise Refused(missing("keys"))
    if not kind.key:
        raise Refused(rule("GEN-0020", f"{kind.name} cannot be read by name."))
    rows = [row for key in keys if (row := context.store.first(kind.name, **{kind.key: key})) is not None]
    return _answer(context, kind, node, rows)


def _keys(node: Node) -> list[str]:
    keys = [key.strip() for key in node.value("keys").split(",") if key.strip()]
    if len(keys) > MAX_KEYS:
        raise Refused(unprocessable(f"keys: at most {MAX_KEYS} are allowed, {len(keys)} were given"))
    return keys


def _answer(context: Context, kind: ObjectType, node: Node, rows: list[Row]) -> Outcome:
    definition = node.value("docparid")
    if definition and "DOCPARID" in kind.by_name:
        rows = [row for row in rows if row["DOCPARID"] == definition]
    wanted = [name.strip() for name in node.value("fields", "*").split(",") if name.strip()] or ["*"]
    form = node.value("returnFormat").lower() or "xml"
    if form in {"json", "csv"}:
        return Outcome(raw=_raw(context, kind, rows, wanted, form))
    upper = context.settings.read_tags == "upper"
    tag = kind.name if upper else kind.name.lower()
    shown = "".join(f"<{tag}>{_whole(context, kind, row, wanted)}</{tag}>" for row in rows)
    return Outcome(f'<data listtype="{escape(tag)}" count="{len(rows)}">{shown}</data>')


def _raw(context: Context, kind: ObjectType, rows: list[Row], wanted: list[str], form: str) -> RawAnswer:
    paths = own_paths(context.store, kind) if wanted == ["*"] else [resolve(context.store, kind, name) for name in wanted]
    values = [tuple(path.read(row) for path in paths) for row in rows]
    shown = to_wire(values, [path.field.type for path in paths], context.settings.gmt_offset_minutes)
    names = [path.name for path in paths]
    if form == "json":
        return RawAnswer("application/json", as_json(names, shown))
    return RawAnswer("text/csv", as_csv(names, shown))


def _whole(context: Context, kind: ObjectType, row: Row, wanted: list[str]) -> str:
    if wanted != ["*"]:
        paths = [resolve(context.store, kind, name) for name in wanted]
        return _nested(context, [(path.name, path.field, path.read(row)) for path in paths])
    values = [(path.name, path.field, path.read(row)) for path in own_paths(context.store, kind)]
    for relation in kind.relations:
        target = related(context.store, relation, row[relation.by]) if relation.shown and row[relation.by] else None
        if target is not None:
            paths = own_paths(context.store, context.store.tables[relation.object].kind)
            values.extend((f"{relation.path}.{path.name}", path.field, path.read(target)) for path in paths)
    return _nested(context, values) + "".join(_lines(context, kind, row))


def _lines(context: Context, kind: ObjectType, row: Row) -> Iterable[str]:
    for owned in kind.owned:
        line_kind = context.store.tables[owned.object].kind
        tag = line_kind.name.lower()
        lines = lines_of(context, owned, row)
        inside = "".join(f"<{tag}>{_whole(context, line_kind, line, ['*'])}</{tag}>" for line in lines)
        yield f"<{owned.collection}>{inside}</{owned.collection}>"


def _nested(context: Context, values: list[tuple[str, Field, str]]) -> str:
    """Dotted names as elements inside elements: ``DISPLAYCONTACT.MAILADDRESS.ZIP``."""
    shown = to_wire([tuple(value for _, _, value in values)], [field.type for _, field, _ in values], _offset(context))
    tree: dict[str, object] = {}
    for (name, _, _), value in zip(values, shown[0], strict=True):
        *outer, last = name.split(".")
        place = tree
        for part in outer:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place.setdefault(last, escape(value))
    return _elements(tree)


def _elements(tree: dict[str, object]) -> str:
    return "".join(f"<{name}>{_elements(value) if isinstance(value, dict) else value}</{name}>" for name, value in tree.items())


def _offset(context: Context) -> int:
    return context.settings.gmt_offset_minutes


CALLS = (Call("read", read), Call("readByName", read_by_name))
