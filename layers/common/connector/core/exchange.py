"""What is said to Intacct and what comes back, without the wire: functions, queries and answers.

The adapter turns these into the XML gateway's request and reads its response; the engine never sees XML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from connector.core.errors import Violation

type Tree = Sequence[tuple[str, str | Tree]]
"""Elements in order: ``[("vendorid", "V-10233"), ("datecreated", [("year", "2026"), ...])]``. Order is part of the meaning
for the lower-case legacy functions. An empty text is an empty element, which clears a value or asks for the default."""

NO_XML: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
"""The characters that XML 1.0 cannot carry in any spelling (2.2), as a set of a regular expression."""
UNSENDABLE: Final = re.compile(f"[{NO_XML}]")

type Held = Mapping[str, str | Sequence[Held]]
"""A row as Intacct gives it: upper-case (dotted) field names; owned lines as a sequence under their object's name.
An empty element is the empty string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function of a request. ``controlid`` (1 to 256 characters) is its idempotency key on writes."""

    name: str
    body: Tree
    controlid: str


type Operator = Literal[
    "equalto",
    "notequalto",
    "lessthan",
    "lessthanorequalto",
    "greaterthan",
    "greaterthanorequalto",
    "between",
    "in",
    "notin",
    "like",
    "notlike",
    "isnull",
    "isnotnull",
]


@dataclass(frozen=True, slots=True)
class Where:
    """One condition; ``values`` are in Intacct's own form (dates ``mm/dd/yyyy``). ``in`` takes at most 1,000."""

    field: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A read of one object. All ``where`` conditions hold together. Rows come in order of RECORDNO unless ``order_by`` says
    otherwise. ``docparid`` names the transaction definition, needed for custom fields of documents."""

    object: str
    fields: tuple[str, ...]
    where: tuple[Where, ...] = ()
    order_by: str = "RECORDNO"
    docparid: str = ""


class Written(StrEnum):
    DONE = "done"
    """Every function succeeded; ``keys`` are theirs."""
    REFUSED = "refused"
    """Intacct said no, in so many words: nothing of it is in the books."""
    REPLAYED = "replayed"
    """A function of this controlid was completed before: the record exists, its key must be looked up."""
    UNKNOWN = "unknown"
    """No readable answer came: it may or may not have happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one write. ``request`` and ``response`` are the exchange as text without secrets, for the history."""

    written: Written
    keys: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    request: str = ""
    response: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """What ``lookup`` says of a field of an object."""

    name: str
    label: str
    data_type: str
    required: bool
    read_only: bool
    custom: bool
    valid_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFormat:
    """How the web-services user reads and writes dates (``readUserFormatting``). ``locale`` is empty where Intacct does not say."""

    date_format: str
    gmt_offset_minutes: int
    clock_24h: bool
    locale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncAnswer:
    """What a Procore sync action did with one input: the entity it answered, or its refusal in ``violations``."""

    position: int
    entity: Mapping[str, object] | None
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that a Procore record names."""

    content: bytes = field(repr=False)
    media_type: str = ""
