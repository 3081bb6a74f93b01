"""A record: one pydantic model whose fields are rows.

A row says once how a field is called here, on Procore's wire and on Intacct's, how it is spelled, how long it may be, whether it is
needed, where its value comes from. Reading and writing both sides, the read-back comparison, the preview's provenance and the
generated tables all come from the rows (:mod:`connector.core.wire`)::

    class CommitmentLine(Record):
        amount: Annotated[Money, procore("amount", MONEY), intacct("price", MONEY, read="TOTAL")]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Self, TypeAliasType, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict

from connector.core.codecs import TEXT, Codec
from connector.core.errors import Code


class Ref(BaseModel):
    """A reference to another object's record: Procore's id, and Intacct's once it is known: ``intacct`` the natural id that documents
    refer to, ``key`` what makes it unique (:class:`connector.ports.CrossReference`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    procore: str
    intacct: str = ""
    key: str = ""
    label: str = ""
    detail: dict[str, str] = {}
    members: frozenset[str] = frozenset()


class Record(BaseModel):
    """A frozen, fully typed record in canonical form: our names, Decimal money, dates, references by Procore's id."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, which takes ten times as long for what a record never has. Of what is frozen no copy need be deep."""
        del deep
        return made(type(self), {**self.__dict__, **(update or {})})


def made[R: Record](record: type[R], values: dict[str, Any]) -> R:
    """What pydantic makes of values for every field of the right types, without looking at each again."""
    new = record.__new__(record)
    _set(new, "__dict__", values)
    _set(new, "__pydantic_fields_set__", _fields(record))
    _set(new, "__pydantic_extra__", None)
    _set(new, "__pydantic_private__", None)
    return new


_set: Final = object.__setattr__


@cache
def _fields(record: type[Record]) -> set[str]:
    return set(record.model_fields)


SAME: Final = "\0same"


@dataclass(frozen=True, slots=True)
class Column:
    """A field on one wire. ``read`` is the path in what the system says, ``write`` the path in what it is told; None where it is
    only told or only says. Paths are dotted."""

    read: str | None
    write: str | None
    codec: Codec


@dataclass(frozen=True, slots=True)
class Procore(Column):
    pass


@dataclass(frozen=True, slots=True)
class Intacct(Column):
    pass


def procore(read: str | None, codec: Codec = TEXT, *, write: str | None = SAME) -> Procore:
    """The field on Procore's wire (JSON). ``write`` differs for the few fields with two names (``code`` and ``csv_import_code``)."""
    return Procore(read, read if write is SAME else write, codec)


def intacct(write: str | None, codec: Codec = TEXT, *, read: str | None = SAME) -> Intacct:
    """The field on Intacct's wire (XML). Legacy functions write and read under different names."""
    return Intacct(write if read is SAME else read, write, codec)


@dataclass(frozen=True, slots=True)
class To:
    """A reference: the name of the object it points to and what is wrong when it points nowhere."""

    object: str
    missing: Code
    label: str = ""
    scope: str = ""


def ref(object_name: str, *, missing: Code, label: str = "") -> To:
    """``label`` is the Procore path of a name to show for it."""
    return To(object_name, missing, label)


@dataclass(frozen=True, slots=True)
class Needed:
    code: Code


def needed(code: Code = Code.VALUE_MISSING) -> Needed:
    """Sending without a value is refused with ``code``."""
    return Needed(code)


@dataclass(frozen=True, slots=True)
class Limit:
    characters: int


def limit(characters: int) -> Limit:
    """The longest text Intacct takes. Longer is refused, never cut."""
    return Limit(characters)


@dataclass(frozen=True, slots=True)
class Choice:
    """The approver may set this value before deciding."""

    label: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from that no Procore field gives: a rule or a setting, in words. A value that follows from references to
    records of ``objects`` is unknown while one of them stands open."""

    kind: str
    words: str
    objects: tuple[str, ...] = ()


def rule(words: str) -> Origin:
    return Origin("rule", words)


def setting(words: str) -> Origin:
    return Origin("setting", words)


def following(*objects: str, words: str) -> Origin:
    """The value is taken from the records of these objects that are referred to."""
    return Origin("linked record", words, objects)


def made_here(words: str = "") -> Origin:
    return Origin("made by the connector", words)


class Identity:
    """Marks the field that pairs lines of both sides."""


IDENTITY: Final = Identity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field with everything declared about it."""

    name: str
    label: str
    type: Any
    optional: bool
    procore: Procore | None = None
    intacct: Intacct | None = None
    ref: To | None = None
    needed: Code | None = None
    limit: int | None = None
    choice: Choice | None = None
    origin: Origin | None = None
    lines: type[Record] | None = None
    identity: bool = False


@dataclass(slots=True)
class _Marks:
    found: dict[str, Any] = field(default_factory=dict)

    def take(self, mark: object) -> None:
        match mark:
            case Procore():
                self.found["procore"] = mark
            case Intacct():
                self.found["intacct"] = mark
            case To():
                self.found["ref"] = mark
            case Needed(code):
                self.found["needed"] = code
            case Limit(characters):
                self.found["limit"] = characters
            case Choice():
                self.found["choice"] = mark
            case Origin():
                self.found["origin"] = mark
            case Identity():
                self.found["identity"] = True
            case str():
                self.found["label"] = mark


def rows(record: type[Record]) -> tuple[Row, ...]:
    """The rows of a record class in the order of its fields, which is the order of elements on Intacct's wire.

    The first plain text in a field's ``Annotated`` is its label for people; without one the name is used."""
    return _rows(record)


@cache
def _rows(record: type[Record]) -> tuple[Row, ...]:
    hints = get_type_hints(record, include_extras=True)
    return tuple(_row(name, hints[name]) for name in record.model_fields)


def _row(name: str, hint: Any) -> Row:
    marks = _Marks()
    if get_origin(hint) is Annotated:
        hint, *metadata = get_args(hint)
        for mark in metadata:
            marks.take(mark)
    optional = get_origin(hint) in (UnionType, Union) and type(None) in get_args(hint)
    bare = next((part for part in get_args(hint) if part is not type(None)), hint) if optional else hint
    if isinstance(bare, TypeAliasType):
        bare = bare.__value__
    lines = (
        next((part for part in get_args(bare) if isinstance(part, type) and issubclass(part, Record)), None)
        if get_origin(bare) is tuple
        else None
    )
    label = marks.found.pop("label", name.replace("_", " "))
    return Row(name=name, label=label, type=bare, optional=optional, lines=lines, **marks.found)
