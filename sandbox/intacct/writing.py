"""Creating, changing and deleting records of any object, with the lines they own."""

from __future__ import annotations

from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, duplicate, generic, missing, rule
from sandbox.intacct.schema import ObjectType, Owned, Row
from sandbox.intacct.values import check_references, check_required, read_values


def create_record(context: Context, kind: ObjectType, node: Node) -> Row:
    """Add one record with its lines; nothing stays of it when it is refused.

    Raises:
        Refused: the specific problem first, ``Could not create .. record!`` last [F].
    """
    if not kind.creatable:
        raise Refused(rule("GEN-0010", f"Create is not supported for {kind.name}."))
    try:
        with context.store.atomic():
            row = _insert(context, kind, node, None, {})
            for owned in kind.owned:
                _create_lines(context, owned, node.child(owned.collection), row)
            kind.rules.after_create(context, row)
    except Refused as refused:
        raise Refused(*refused.problems, generic(f"Could not create {kind.label} record!")) from None
    return context.store.get(kind.name, row[kind.record_key]) or row


def create_line(context: Context, owned: Owned, node: Node, parent: Row, number: int) -> Row:
    """Add one line to a header."""
    kind = context.store.tables[owned.object].kind
    return _insert(context, kind, node, parent, {owned.parent: parent["RECORDNO"], "LINE_NO": str(number)})


def update_record(context: Context, kind: ObjectType, node: Node) -> Row:
    """Change one record, found by RECORDNO or its natural id; lines as its declaration says.

    Raises:
        Refused: the specific problem first, ``Could not update .. record!`` last.
    """
    if not kind.updatable:
        raise Refused(rule("GEN-0011", f"Update is not supported for {kind.name}."))
    try:
        with context.store.atomic():
            row = _find(context, kind, node)
            _update(context, kind, row, node)
            for owned in kind.owned:
                _update_lines(context, owned, node.child(owned.collection), row)
            kind.rules.after_update(context, _current(context, kind, row))
    except Refused as refused:
        raise Refused(*refused.problems, generic(f"Could not update {kind.label} record!")) from None
    return _current(context, kind, row)


def delete_record(context: Context, kind: ObjectType, key: str) -> None:
    """Delete one record by RECORDNO, with its lines.

    Raises:
        Refused: there is none, or something still refers to it.
    """
    row = context.store.get(kind.name, key)
    if row is None:
        raise Refused(generic(f"Cannot find {kind.label.lower()} with key '{key}' to delete."))
    if not kind.deletable:
        raise Refused(rule("GEN-0012", f"Delete is not supported for {kind.name}."))
    for name, field in kind.used_by:
        if context.store.first(name, **{field: row[kind.key]}):
            raise Refused(rule("GEN-0013", f"{kind.label} {row[kind.key]} cannot be deleted: {name} refers to it."))
    with context.store.atomic():
        kind.rules.before_delete(context, row)
        for owned in kind.owned:
            for line in lines_of(context, owned, row):
                context.delete(owned.object, line)
        context.delete(kind.name, row)


def lines_of(context: Context, owned: Owned, header: Row) -> list[Row]:
    """The lines of a header in their order."""
    lines = context.store.find(owned.object, **{owned.parent: header["RECORDNO"]})
    return sorted(lines, key=lambda line: int(line.get("LINE_NO") or line["RECORDNO"]))


def _insert(context: Context, kind: ObjectType, node: Node, parent: Row | None, given: Row) -> Row:
    values = {field.name: field.default for field in kind.fields if field.default}
    values.update(read_values(context, kind, node, updating=False))
    check_references(context, kind, values)
    kind.rules.before_create(context, values, node, parent)
    values.update(given)
    check_required(context, kind, values)
    _check_unique(context, kind, values, None)
    if context.entity and "MEGAENTITYID" in kind.by_name:
        values["MEGAENTITYID"] = context.entity
    return context.insert(kind.name, values)


def _update(context: Context, kind: ObjectType, row: Row, node: Node) -> Row:
    changes = read_values(context, kind, node, updating=True)
    if kind.key and changes.get(kind.key) == row[kind.key]:
        del changes[kind.key]
    for name in kind.update_requires:
        if not changes.get(name):
            raise Refused(missing(kind.by_name[name].title, field=name))
    check_references(context, kind, changes)
    kind.rules.before_update(context, row, changes, node)
    changed = {**row, **changes}
    check_required(context, kind, changed)
    _check_unique(context, kind, changed, row)
    return context.update(kind.name, row, changes)


def _check_unique(context: Context, kind: ObjectType, values: Row, itself: Row | None) -> None:
    for names in filter(None, ((kind.key,) if kind.key else (), kind.unique)):
        same = context.store.first(kind.name, **{name: values.get(name, "") for name in names})
        if same is not None and (itself is None or same[kind.record_key] != itself[kind.record_key]):
            raise Refused(*duplicate(context.tenant.term(kind.label), " ".join(values.get(name, "") for name in names)))


def _find(context: Context, kind: ObjectType, node: Node) -> Row:
    record, name = node.value(kind.record_key), node.value(kind.key) if kind.key else ""
    if record:
        row = context.store.get(kind.name, record)
    elif name and kind.update_by_name:
        row = context.store.first(kind.name, **{kind.key: name})
    else:
        raise Refused(missing("Record number", field=kind.record_key))
    if row is None:
        raise Refused(generic(f"Cannot find {kind.label.lower()} with key '{record or name}' to update."))
    return row


def _create_lines(context: Context, owned: Owned, collection: Node | None, header: Row) -> None:
    nodes = collection.all(owned.object) if collection is not None else []
    if len(nodes) < owned.required:
        raise Refused(missing(owned.object, field=owned.collection))
    for number, line in enumerate(nodes, owned.first_line):
        create_line(context, owned, line, header, number)


def _update_lines(context: Context, owned: Owned, collection: Node | None, header: Row) -> None:
    if collection is None:
        return
    kind = context.store.tables[owned.object].kind
    before = lines_of(context, owned, header)
    if owned.update == "replace":
        for line in before:
            context.delete(owned.object, line)
        _create_lines(context, owned, collection, header)
        return
    number = max((int(line.get("LINE_NO") or 0) for line in before), default=owned.first_line - 1)
    for node in collection.all(owned.object):
        record = node.value("RECORDNO")
        if not record:
            number += 1
            create_line(context, owned, node, header, number)
            continue
        same = [line for line in before if line["RECORDNO"] == record]
        if not same:
            raise Refused(generic(f"Cannot find {kind.label.lower()} with key '{record}' to update."))
        _update(context, kind, same[0], node)


def _current(context: Context, kind: ObjectType, row: Row) -> Row:
    return context.store.get(kind.name, row[kind.record_key]) or row
