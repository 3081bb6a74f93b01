"""What a client wrote into the elements of a record, checked field by field and turned into what rows hold."""

from __future__ import annotations

from sandbox.intacct import formats
from sandbox.intacct.context import Context
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Problem, Refused, illegal, missing, rule, too_long, unknown_reference
from sandbox.intacct.schema import Field, ObjectType, Row


def read_values(context: Context, kind: ObjectType, node: Node, *, updating: bool) -> Row:
    """The fields given in ``node``. An empty element clears on update, and counts as not given on create [D].

    Raises:
        Refused: an unknown or read-only field, or a value that its field does not take.
    """
    values: Row = {}
    for child in node.children:
        _read(context, kind, child, child.tag, values)
    if not updating:
        values = {name: value for name, value in values.items() if value}
    return values


def _read(context: Context, kind: ObjectType, node: Node, name: str, values: Row) -> None:
    if node.tag in kind.nested or any(owned.collection == name for owned in kind.owned):
        return
    if node.children and any(known.startswith(f"{name}.") for known in kind.by_name):
        for child in node.children:
            _read(context, kind, child, f"{name}.{child.tag}", values)
        return
    field = kind.by_name.get(name)
    if field is None or node.children:
        if context.settings.unknown_fields == "refuse":
            raise Refused(rule("VAL-0007", f"{name} is not a field of {kind.name}.", errorno="BL03000018", field=name))
        return
    if field.readonly:
        if name != kind.record_key and context.settings.unknown_fields == "refuse":
            raise Refused(rule("VAL-0008", f"{name} of {kind.name} is read-only.", errorno="BL03000018", field=name))
        return
    values[name] = read_value(context, field, node.text)


def read_value(context: Context, field: Field, text: str) -> str:
    """One value as rows hold it.

    Raises:
        Refused: wrong format, too long, or no value of the enumeration.
    """
    if not text:
        return ""
    title = context.tenant.term(field.title)
    try:
        value = _converted(field, text)
    except formats.FormatError as error:
        raise Refused(illegal(title, text, f"{error}.", field=field.name)) from None
    if field.length is not None and len(value) > field.length:
        raise Refused(too_long(title, field.length, field=field.name))
    return value


def _converted(field: Field, text: str) -> str:
    """No client writes timestamps."""
    match field.type:
        case "DATE":
            return formats.date_from_wire(text)
        case "DECIMAL":
            number = formats.decimal_from_wire(text)
            return formats.money_text(number) if field.cents else formats.decimal_text(number)
        case "BOOLEAN":
            return formats.boolean_from_wire(text)
        case "INTEGER":
            return formats.integer_from_wire(text)
        case "ENUM" if text not in field.values:
            raise formats.FormatError(f"'{text}' is none of {', '.join(field.values)}")
    return text


def check_references(context: Context, kind: ObjectType, values: Row) -> None:
    """Refuse a natural id of a record that is not there."""
    for name, value in values.items():
        to = kind.by_name[name].references
        if to and value and context.store.first(to, **{context.store.tables[to].kind.key: value}) is None:
            label = context.tenant.term(context.store.tables[to].kind.label)
            raise Refused(unknown_reference(label, value, field=name))


def check_required(context: Context, kind: ObjectType, values: Row) -> None:
    """Refuse when required fields are missing, all of them named."""
    problems: list[Problem] = [
        missing(context.tenant.term(field.title), field=field.name)
        for field in kind.fields
        if field.required and not values.get(field.name)
    ]
    if problems:
        raise Refused(*problems)
