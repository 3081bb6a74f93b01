"""``lookup`` and the older ``inspect``: what objects there are and what fields they have."""

from __future__ import annotations

from sandbox.intacct.answers import Outcome, escape
from sandbox.intacct.context import Context
from sandbox.intacct.functions import Call
from sandbox.intacct.nodes import Node
from sandbox.intacct.problems import Refused, unknown_object
from sandbox.intacct.schema import Field, ObjectType, Relation


def lookup(context: Context, node: Node) -> Outcome:
    """The definition of one object; permissions are not asked [F]."""
    kind = _kind(context, node.value("object"))
    fields = "".join(_field(field) for field in kind.fields)
    relations = "".join(_relation(relation) for relation in kind.relations)
    document = escape(node.value("docparid"))
    return Outcome(
        f'<data><Type Name="{kind.name}" DocumentType="{document}"><Fields>{fields}</Fields>'
        f"<Relationships>{relations}</Relationships></Type></data>"
    )


def inspect(context: Context, node: Node) -> Outcome:
    """All objects for ``*``; else the fields of one, with their types when ``detail`` is 1."""
    wanted = node.value("object") or node.value("name") or "*"
    if wanted == "*":
        kinds = [table.kind for table in context.store.tables.values()]
        listed = "".join(f'<type typename="{kind.name}">{escape(kind.label)}</type>' for kind in kinds)
        return Outcome(f'<data listtype="All" count="{len(kinds)}">{listed}</data>')
    kind = _kind(context, wanted)
    detailed = node.attributes.get("detail") == "1"
    fields = "".join(_detail(field) if detailed else f"<Field>{field.name}</Field>" for field in kind.fields)
    return Outcome(f'<data listtype="All" count="1"><Type Name="{kind.name}"><Fields>{fields}</Fields></Type></data>')


def _kind(context: Context, name: str) -> ObjectType:
    table = context.store.tables.get(name.upper())
    if table is None:
        raise Refused(unknown_object(name))
    return table.kind


def _field(field: Field) -> str:
    values = "".join(f"<VALIDVALUE>{escape(value)}</VALIDVALUE>" for value in field.values)
    listed = f"<VALIDVALUES>{values}</VALIDVALUES>" if values else ""
    return (
        f"<Field><ID>{field.name}</ID><LABEL>{escape(field.title)}</LABEL><DESCRIPTION>{escape(field.title)}</DESCRIPTION>"
        f"<REQUIRED>{str(field.required).lower()}</REQUIRED><READONLY>{str(field.readonly).lower()}</READONLY>"
        f"<DATATYPE>{field.type}</DATATYPE>{listed}<ISCUSTOM>{str(field.custom).lower()}</ISCUSTOM></Field>"
    )


def _relation(relation: Relation) -> str:
    return (
        f"<Relationship><OBJECTPATH>{relation.path}</OBJECTPATH><OBJECTNAME>{relation.object}</OBJECTNAME><LABEL></LABEL>"
        f"<RELATIONSHIPTYPE>MANY2ONE</RELATIONSHIPTYPE><RELATEDBY>{relation.by}</RELATEDBY></Relationship>"
    )


def _detail(field: Field) -> str:
    return (
        f"<Field><Name>{field.name}</Name><GroupName></GroupName><dataName>{field.name}</dataName>"
        f"<externalDataName>{field.type.lower()}</externalDataName><isRequired>{str(field.required).lower()}</isRequired>"
        f"<isReadOnly>{str(field.readonly).lower()}</isReadOnly><maxLength>{field.length or 0}</maxLength>"
        f"<DisplayLabel>{escape(field.title)}</DisplayLabel><Description>{escape(field.title)}</Description></Field>"
    )


CALLS = (Call("lookup", lookup), Call("inspect", inspect))
