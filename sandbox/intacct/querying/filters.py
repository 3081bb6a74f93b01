"""The ``filter`` element of query, by its published schema (web-services/queries, schema definition)."""

from __future__ import annotations

from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, unprocessable
from sandbox.intacct.querying.conditions import MAX_VALUES, OPERATORS, Comparison, Condition, Group

_LEAST_PARTS = 2


def parse_filter(node: Node | None) -> Condition | None:
    """The condition of a filter; None without one.

    Raises:
        Refused: DL02000001; not exactly one operator at the top, ``and`` or ``or`` with fewer than two parts, an unknown
            operator, or a wrong number of values.
    """
    if node is None or (not node.children and not node.text):
        return None
    if len(node.children) != 1:
        raise _refused(f"filter: exactly one operator is allowed at the top, {len(node.children)} were given")
    return _condition(node.children[0])


def _condition(node: Node) -> Condition:
    if node.tag in {"and", "or"}:
        if len(node.children) < _LEAST_PARTS:
            raise _refused(f"{node.tag}: at least two conditions are expected")
        return Group("and" if node.tag == "and" else "or", tuple(_condition(child) for child in node.children))
    wanted = OPERATORS.get(node.tag)
    if wanted is None:
        raise _refused(f"{node.tag} is not an operator")
    fields, values = node.all("field"), tuple(child.text for child in node.all("value"))
    if len(fields) != 1 or len(fields) + len(values) != len(node.children):
        raise _refused(f"{node.tag}: one field and its values are expected")
    if node.tag in {"in", "notin"}:
        if not 1 <= len(values) <= MAX_VALUES:
            raise _refused(f"{node.tag}: 1 to {MAX_VALUES} values are allowed, {len(values)} were given")
    elif len(values) != wanted:
        raise _refused(f"{node.tag}: {wanted} values are expected, {len(values)} were given")
    return Comparison(node.tag, fields[0].text, values)


def _refused(detail: str) -> Refused:
    return Refused(unprocessable(detail))
