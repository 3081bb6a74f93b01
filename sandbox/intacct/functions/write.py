"""The generic ``create``, ``update`` and ``delete`` (web-services/functions)."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.intacct.answers import Outcome, escape
from sandbox.intacct.context import Context
from sandbox.intacct.functions import Call
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Problem, Refused, missing
from sandbox.intacct.schema import ObjectType, Row
from sandbox.intacct.writing import create_record, delete_record, update_record

_NOTHING = '<data listtype="objects" count="0"/>'


def create(context: Context, node: Node) -> Outcome:
    """Add the records inside, of one object or several; those that can be made are made, even beside a refused one."""
    return _each(context, node, "CREATE", create_record)


def update(context: Context, node: Node) -> Outcome:
    """Change the records inside."""
    return _each(context, node, "UPDATE", update_record)


def delete(context: Context, node: Node) -> Outcome:
    """Delete by record numbers, all of them or none."""
    kind = context.kind(node.value("object"), "DELETE")
    keys = [key.strip() for key in node.value("keys").split(",") if key.strip()]
    if not keys:
        raise Refused(missing("keys"))
    with context.store.atomic():
        for key in keys:
            delete_record(context, kind, key)
    return Outcome()


def _each(context: Context, node: Node, operation: str, work: Callable[[Context, ObjectType, Node], Row]) -> Outcome:
    done: list[str] = []
    problems: list[Problem] = []
    if not node.children:
        problems.append(missing("object"))
    for one in node.children:
        try:
            kind = context.kind(one.tag, operation)
            done.append(_shown(kind, work(context, kind, one)))
        except Refused as refused:
            problems.extend(refused.problems)
    data = f'<data listtype="objects" count="{len(done)}">{"".join(done)}</data>' if done else _NOTHING
    return Outcome(data, tuple(problems))


def _shown(kind: ObjectType, row: Row) -> str:
    names = [name for name in dict.fromkeys((kind.record_key, kind.key, *kind.unique)) if name]
    inside = "".join(f"<{name}>{escape(row[name])}</{name}>" for name in names)
    return f"<{kind.name.lower()}>{inside}</{kind.name.lower()}>"


CALLS = (Call("create", create), Call("update", update), Call("delete", delete))
