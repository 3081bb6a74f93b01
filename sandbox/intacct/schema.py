"""How an object is declared: its fields, its relations, the lines it owns, and what may be done with it.

One :class:`ObjectType` is the single source for what ``lookup`` shows, what ``query`` accepts, what ``create`` demands
and how rows are rendered. Rules that a table cannot say are in the type's :class:`Rules`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sandbox.intacct.context import Context
    from sandbox.intacct.nodes import Node

DataType = Literal["TEXT", "INTEGER", "DECIMAL", "BOOLEAN", "DATE", "TIMESTAMP", "ENUM"]
Row = dict[str, str]


@dataclass(frozen=True)
class Field:
    """One field. ``values`` of an enumeration are its labels; ``codes`` the internal ones that readByQuery wants.

    A ``joined`` field is not in the row: it is read over a relation, as ``PARENT.NAME``.
    """

    name: str
    type: DataType = "TEXT"
    label: str = ""
    length: int | None = None
    required: bool = False
    readonly: bool = False
    default: str = ""
    values: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    references: str = ""
    cents: bool = False
    custom: bool = False
    joined: str = ""

    @property
    def title(self) -> str:
        return self.label or self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Relation:
    """A many-to-one path: ``row[by]`` is the ``key`` of a row of ``object``. ``shown`` nests it in what read returns."""

    path: str
    object: str
    by: str
    key: str = "RECORDNO"
    shown: bool = False


@dataclass(frozen=True)
class Owned:
    """Lines inside a header: ``collection`` is the element around them, ``parent`` the line's field with its RECORDNO.

    ``update`` says what an update of the header does with the lines it carries: ``merge`` changes those with a RECORDNO
    and adds the others; ``replace`` makes them the whole list.
    """

    collection: str
    object: str
    parent: str
    update: Literal["merge", "replace"] = "merge"
    first_line: int = 1
    required: int = 0


class Rules:
    """What an object does besides its table. The base does nothing."""

    def before_create(self, context: Context, values: Row, node: Node, parent: Row | None) -> None:
        """Complete or refuse the checked ``values`` of a new row; ``parent`` is the header of a line."""

    def after_create(self, context: Context, row: Row) -> None:
        """React to a row that has been added, its lines included."""

    def before_update(self, context: Context, row: Row, changes: Row, node: Node) -> None:
        """Complete or refuse ``changes`` to ``row``."""

    def after_update(self, context: Context, row: Row) -> None:
        """React to a row that has been changed, its lines included."""

    def before_delete(self, context: Context, row: Row) -> None:
        """Refuse, or undo what the row has brought about."""


@dataclass(frozen=True)
class ObjectType:
    """``key`` is the natural id (readByName); ``indexes`` are further look-ups that must be fast."""

    name: str
    label: str
    fields: tuple[Field, ...]
    key: str = ""
    unique: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    owned: tuple[Owned, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    creatable: bool = True
    updatable: bool = True
    deletable: bool = True
    nested: frozenset[str] = frozenset()
    """Elements with children of their own that the type's rules read."""
    used_by: tuple[tuple[str, str], ...] = ()
    """(object, field) that name this type's natural id; while there is such a row, this one cannot be deleted."""
    update_by_name: bool = True
    """Whether update finds the row by its natural id too, or only by RECORDNO."""
    update_requires: tuple[str, ...] = ()
    unqueryable: frozenset[str] = frozenset()
    audit_key: Literal["recordno", "record--rec", "natural", "none"] = "recordno"
    record_key: str = "RECORDNO"
    first_record: int = 1
    rules: Rules = field(default_factory=Rules)
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False, hash=False)
    blank: Row = field(init=False, repr=False, compare=False, hash=False)
    """A row of which nothing is known yet: every field with its default."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {one.name: one for one in self.fields})
        object.__setattr__(self, "blank", {one.name: one.default for one in self.fields})

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def relation(self, path: str) -> Relation | None:
        return next((relation for relation in self.relations if relation.path == path), None)

    def without(self, *names: str) -> ObjectType:
        """The type in a tenant that does not have these fields."""
        return replace(self, fields=tuple(one for one in self.fields if one.name not in names))


def text(name: str, length: int | None = None, *, required: bool = False, label: str = "", default: str = "") -> Field:
    return Field(name, "TEXT", label, length, required, default=default)


def integer(name: str, *, required: bool = False, label: str = "", default: str = "") -> Field:
    return Field(name, "INTEGER", label, required=required, default=default)


def decimal(name: str, *, required: bool = False, label: str = "", default: str = "") -> Field:
    return Field(name, "DECIMAL", label, required=required, default=default)


def money(name: str, *, required: bool = False, label: str = "", default: str = "") -> Field:
    """An amount: a decimal that is rounded to cents."""
    return Field(name, "DECIMAL", label, required=required, default=default, cents=True)


def boolean(name: str, *, default: str = "false", label: str = "") -> Field:
    return Field(name, "BOOLEAN", label, default=default)


def day(name: str, *, required: bool = False, label: str = "") -> Field:
    return Field(name, "DATE", label, required=required)


def choice(
    name: str,
    values: tuple[str, ...],
    *,
    codes: tuple[str, ...] = (),
    required: bool = False,
    label: str = "",
    default: str = "",
) -> Field:
    return Field(name, "ENUM", label, required=required, default=default, values=values, codes=codes)


def reference(name: str, to: str, *, required: bool = False, label: str = "") -> Field:
    """The natural id of a row of ``to``; an unknown one is refused."""
    return Field(name, "TEXT", label, required=required, references=to)


def joined(name: str, path: str) -> Field:
    """A field of another record, read over a relation at every look."""
    return Field(name, readonly=True, joined=path)


def shown(*fields: Field) -> tuple[Field, ...]:
    """Fields the system fills itself: readable, never written by a client."""
    return tuple(replace(one, readonly=True) for one in fields)


STATUS = choice("STATUS", ("active", "inactive"), codes=("T", "F"), default="active", label="Status")


def audit(*, created: str = "WHENCREATED") -> tuple[Field, ...]:
    """The stamps of a record. On bills and documents the creation stamp is AUWHENCREATED [D]."""
    return shown(
        Field(created, "TIMESTAMP", "When created"),
        Field("WHENMODIFIED", "TIMESTAMP", "When modified"),
        Field("CREATEDBY", "INTEGER", "Created by"),
        Field("MODIFIEDBY", "INTEGER", "Modified by"),
    )


def entity() -> tuple[Field, ...]:
    """Which entity owns the record; nothing for one that all share."""
    return shown(text("MEGAENTITYKEY"), text("MEGAENTITYID"), text("MEGAENTITYNAME"))


RECORDNO = Field("RECORDNO", "INTEGER", "Record number", readonly=True)
RECORD_URL = Field("RECORD_URL", "TEXT", "Record URL", readonly=True)
"""Where people see the record: opaque, given by the system. That records have it, and its form, is of field reports [F]; whether each of
the objects that have it here does is a guess [?]."""
