"""A :class:`~connector.core.exchange.Query` as the gateway's ``query`` function.

Rules of https://developer.intacct.com/web-services/queries/ [D]: a filter has exactly one operator at its top, ``and``
has at least two children, ``in`` at most 1,000 values, a page 1 to 2,000 rows; without ``orderby`` the order is undefined.
"""

from __future__ import annotations

from typing import Final

from connector.core.exchange import Function, Query, Tree, Where

LARGEST_PAGE: Final = 2000
MOST_VALUES: Final = 1000
KEY: Final = "RECORDNO"

_BLANK = frozenset({"isnull", "isnotnull"})
_LISTS = frozenset({"in", "notin"})


def function_of(query: Query, controlid: str, *, page_size: int, options: Tree = ()) -> Function:
    """Raises ValueError for a query that the gateway's schema forbids: no field, or a wrong number of values."""
    if not query.fields:
        raise ValueError(f"the query of {query.object} selects nothing")
    body: Tree = [
        ("object", query.object),
        ("select", [("field", name) for name in query.fields]),
        *([("docparid", query.docparid)] if query.docparid else []),
        *([("filter", _filter(query.where))] if query.where else []),
        ("orderby", [("order", [("field", query.order_by), ("ascending", "")])]),
        *([("options", options)] if options else []),
        ("pagesize", str(page_size)),
    ]
    return Function(name="query", body=body, controlid=controlid)


def listing_of(object_name: str, field: str, value: str) -> Function:
    """The one row of ``get_list`` whose ``field`` has this value, that field alone: without ``fields`` an attachment comes with all its
    files (https://developer.intacct.com/api/company-console/attachments/ [D])."""
    condition = ("expression", [("field", field), ("operator", "="), ("value", value)])
    body: Tree = [("@object", object_name), ("@maxitems", "1"), ("filter", [condition]), ("fields", [("field", field)])]
    return Function(name="get_list", body=body, controlid="listed")


def behind(query: Query, last: str) -> Query:
    """The same query for the rows behind the RECORDNO ``last`` (all where it is empty), in the order of RECORDNO."""
    fields = query.fields if KEY in query.fields else (KEY, *query.fields)
    where = (*query.where, Where(KEY, "greaterthan", (last,))) if last else query.where
    return Query(object=query.object, fields=fields, where=where, docparid=query.docparid)


def _filter(where: tuple[Where, ...]) -> Tree:
    conditions = [_condition(condition) for condition in where]
    return conditions if len(conditions) == 1 else [("and", conditions)]


def _condition(where: Where) -> tuple[str, Tree]:
    if not _fits(where):
        raise ValueError(f"{where.field}: {where.operator} does not take {len(where.values)} values")
    return where.operator, [("field", where.field), *(("value", value) for value in where.values)]


def _fits(where: Where) -> bool:
    if where.operator in _LISTS:
        return 1 <= len(where.values) <= MOST_VALUES
    if where.operator in _BLANK:
        return not where.values
    return len(where.values) == (2 if where.operator == "between" else 1)
