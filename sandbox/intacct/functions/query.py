"""``query``: filters, paths over relations, aggregates, orders, pages, three formats (web-services/queries)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from sandbox.intacct.answers import Outcome, RawAnswer, escape
from sandbox.intacct.context import Context
from sandbox.intacct.formats import decimal_text
from sandbox.intacct.functions import Call
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, unprocessable
from sandbox.intacct.querying.conditions import Language
from sandbox.intacct.querying.engine import Search, page_of
from sandbox.intacct.querying.filters import parse_filter
from sandbox.intacct.querying.paths import Path, resolve
from sandbox.intacct.querying.rows import Column, Values, as_csv, as_json, as_xml, table_of, to_wire
from sandbox.intacct.schema import DataType
from sandbox.intacct.store import Table

MAX_PAGE = 2000
DEFAULT_PAGE = 100
_AGGREGATES = frozenset({"count", "avg", "min", "max", "sum"})
_CHILDREN = frozenset({"object", "docparid", "select", "filter", "orderby", "options", "pagesize", "offset"})


@dataclass(frozen=True)
class _Selected:
    column: Column
    aggregate: str = ""


@dataclass(frozen=True)
class _Page:
    names: Sequence[str]
    rows: list[Values]
    total: int
    offset: int


def query(context: Context, node: Node) -> Outcome:
    """Run one query; json and csv come without an envelope."""
    _check_children(node)
    kind = context.kind(node.value("object"), "QUERY")
    table = context.store.tables[kind.name]
    options = node.child("options") or Node("options")
    language = Language(context.settings.gmt_offset_minutes, case_insensitive=_flag(options, "caseinsensitive"))
    search = Search(
        kind,
        parse_filter(node.child("filter")),
        language,
        _definition(context, node),
        _flag(options, "showprivate"),
    )
    find_path = partial(resolve, context.store, kind)
    selected = _selection(node.child("select"), find_path)
    order = _order(node.child("orderby"), find_path)
    size = _whole(node, "pagesize", DEFAULT_PAGE, 1, MAX_PAGE)
    offset = _whole(node, "offset", 0, 0, None)
    records = context.tenant.finder.records(context, search)
    seed = context.tenant.shuffle()
    if any(one.aggregate for one in selected):
        page = _aggregated(context, table, selected, records, size, offset)
    else:
        chosen = page_of(table, records, order, seed, slice(offset, offset + size))
        columns = [one.column for one in selected]
        rows = table_of(table, columns, chosen, context.settings.gmt_offset_minutes)
        page = _Page([column.tag for column in columns], rows, len(records), offset)
    return _answer(kind.name, page, options.value("returnformat").lower() or "xml")


def _answer(name: str, page: _Page, form: str) -> Outcome:
    match form:
        case "json":
            return Outcome(raw=RawAnswer("application/json", as_json(page.names, page.rows)))
        case "csv":
            return Outcome(raw=RawAnswer("text/csv", as_csv(page.names, page.rows)))
        case "xml":
            left = max(page.total - page.offset - len(page.rows), 0)
            counts = f'totalcount="{page.total}" offset="{page.offset}" count="{len(page.rows)}" numremaining="{left}"'
            rows = as_xml(name, page.names, page.rows)
            return Outcome(f'<data listtype="{escape(name)}" {counts}>{rows}</data>')
    raise _refused(f"returnformat: {form} is none of xml, json and csv")


def _check_children(node: Node) -> None:
    tags = [child.tag for child in node.children]
    unknown = [tag for tag in tags if tag not in _CHILDREN]
    if unknown or len(set(tags)) != len(tags):
        raise _refused(f"query: {unknown[0] if unknown else 'an element'} is not expected, or given twice")


def _definition(context: Context, node: Node) -> str:
    name = node.value("docparid")
    if name and context.store.first("PODOCUMENTPARAMS", DOCID=name) is None:
        raise _refused(f"docparid: there is no transaction definition {name}")
    return name


def _selection(node: Node | None, find_path: Callable[[str], Path]) -> list[_Selected]:
    if node is None or not node.children:
        raise _refused("select: at least one field is expected")
    selected = []
    for child in node.children:
        if child.tag != "field" and child.tag not in _AGGREGATES:
            raise _refused(f"select: {child.tag} is not expected")
        path = find_path(child.text)
        aggregate = "" if child.tag == "field" else child.tag
        if aggregate in {"avg", "sum"} and path.field.type not in {"INTEGER", "DECIMAL"}:
            raise _refused(f"{aggregate}: {child.text} is not a number")
        tag = f"{aggregate.upper()}.{child.text}" if aggregate else child.text
        selected.append(_Selected(Column(tag, path), aggregate))
    return selected


def _order(node: Node | None, find_path: Callable[[str], Path]) -> list[tuple[Path, bool]]:
    order = []
    for one in node.children if node else []:
        if one.tag != "order" or not one.value("field"):
            raise _refused("orderby: order with a field is expected")
        order.append((find_path(one.value("field")), "descending" in one))
    return order


def _whole(node: Node, name: str, default: int, least: int, most: int | None) -> int:
    text = node.value(name)
    if not text:
        return default
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        raise _refused(f"{name}: {text} is not between {least} and {most if most is not None else 'any number'}")
    return int(text)


def _flag(options: Node, name: str) -> bool:
    return options.value(name).lower() == "true"


def _aggregated(context: Context, table: Table, selected: list[_Selected], records: list[int], size: int, offset: int) -> _Page:
    """One row per combination of the plain fields; they act as GROUP BY."""
    keys = [one.column.path.read for one in selected if not one.aggregate]
    sums = [one for one in selected if one.aggregate]
    groups: dict[Values, list[list[str]]] = {} if keys else {(): [[] for _ in sums]}
    for row in table.each(records):
        group = groups.setdefault(tuple([read(row) for read in keys]), [[] for _ in sums])
        for one, values in zip(sums, group, strict=True):
            if value := one.column.path.read(row):
                values.append(value)
    rows = []
    for key, group in groups.items():
        of_key, of_group = iter(key), iter(group)
        rows.append(tuple(_aggregate(one, next(of_group)) if one.aggregate else next(of_key) for one in selected))
    types: list[DataType] = [_type(one) for one in selected]
    shown = to_wire(rows, types, context.settings.gmt_offset_minutes)
    return _Page([one.column.tag for one in selected], shown[offset : offset + size], len(rows), offset)


def _type(one: _Selected) -> DataType:
    return one.column.path.field.type if one.aggregate in {"", "min", "max"} else "DECIMAL"


def _aggregate(one: _Selected, values: list[str]) -> str:
    if one.aggregate == "count":
        return str(len(values))
    if not values:
        return ""
    numeric = one.column.path.field.type in {"INTEGER", "DECIMAL"}
    match one.aggregate:
        case "min":
            return min(values, key=Decimal) if numeric else min(values)
        case "max":
            return max(values, key=Decimal) if numeric else max(values)
    total = sum(map(Decimal, values), Decimal(0))
    return decimal_text(total if one.aggregate == "sum" else total / len(values))


def _refused(detail: str) -> Refused:
    return Refused(unprocessable(detail))


CALLS = (Call("query", query),)
