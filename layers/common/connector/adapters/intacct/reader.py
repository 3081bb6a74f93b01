"""XML in: the gateway's answers, read as they arrive, and pages of rows in JSON.

What lies in ``operation/result/data`` becomes rows and leaves memory with every chunk; the little around it (control,
authentication, errors) stays an element tree. A row is a mapping of upper-case names to text, whatever the case of its
tags; an element that has children is an entry in a list under its own upper-case name; an element that holds nothing but
such entries (``PODOCUMENTENTRIES``, ``Fields``) only wraps them and is left out. A name that comes again begins the next
entry.

Python's expat does the parsing and a C tree builder the collecting: no Python code runs per element, which is what makes
this several times as fast as xmltodict (``tests/unit/intacct/test_reader.py`` holds both to the same result).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from connector.core.texts import whole

LARGEST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes. A page of 2,000 rows of 40 fields has 3 to 4 million."""
DEEPEST_ROW: Final = 16
DEEPEST: Final = 64
MOST_PARTS: Final = 2_000_000
"""Tags, or values of JSON. Each takes some hundred bytes of memory however few it takes of the answer; a page of 2,000 rows has 160,000."""
_ENCODINGS: Final = frozenset({"utf-8", "us-ascii", "iso-8859-1", "utf-16"})

type Row = dict[str, str | list[Row]]


class Unreadable(Exception):  # noqa: N818 -- a finding about an answer; what it means is for the caller to say
    """The answer is not one of the gateway's: another system's page, cut off, too large, or not XML."""


@dataclass(frozen=True, slots=True)
class Document:
    """``root`` is ``<response>`` with its ``data`` elements emptied; ``rows`` are theirs."""

    root: Element
    rows: dict[Element, list[Row]] = field(default_factory=dict)


def read(chunks: Iterable[bytes], *, limit: int = LARGEST_ANSWER) -> Document:
    """Raises Unreadable; a document type declaration is refused before any entity of it is read."""
    prolog, builder = _Prolog(), TreeBuilder()
    parser = XMLParser(target=builder)  # noqa: S314 -- the prolog is checked for what makes it dangerous
    rows: dict[Element, list[Row]] = {}
    names = _UpperCase()
    try:
        for chunk in _few(b"<", bounded(chunks, limit)):
            if not prolog.over:
                prolog.check(chunk)
            parser.feed(chunk)
            if prolog.over:
                so_far = builder.close()  # C's builder gives the root and goes on
                _take_rows(so_far, rows, names, leave=1)
                _refuse_depth(so_far)
        root = parser.close()
    except (expat.ExpatError, ParseError) as error:
        raise Unreadable(f"XML that ends or breaks at line {_line(error)}: {expat.ErrorString(error.code)}") from error
    except (LookupError, ValueError) as error:
        raise Unreadable("an answer in an encoding that Python's parser does not take") from error
    _take_rows(root, rows, names, leave=0)
    return Document(root, rows)


class _Prolog:
    """What stands before the root element, read by expat: no document type, and ``<response>`` behind it. The parser that builds the tree
    has no hook for a document type, and is several times as fast because it calls no Python."""

    def __init__(self) -> None:
        self.over = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._begin
        self._parser.XmlDeclHandler = _refuse_encoding

    def check(self, chunk: bytes) -> None:
        self._parser.Parse(chunk)

    def _begin(self, name: str, _attributes: dict[str, str]) -> None:
        if not self.over and name != "response":
            raise Unreadable(f"<{name}> where <response> was expected")
        self.over = True
        self._parser.StartElementHandler = None


def read_json(chunks: Iterable[bytes], *, limit: int = LARGEST_ANSWER) -> list[Row]:
    """A page asked for with ``returnformat`` json: an array of flat objects, no envelope around it. Raises Unreadable."""
    try:
        page = json.loads(whole(b"".join(_few(b",", bounded(chunks, limit)))), parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"JSON that cannot be read: {type(error).__name__}") from error
    if not isinstance(page, list) or not all(isinstance(row, dict) for row in page):
        raise Unreadable("JSON that is no list of rows")
    return _rows_of_json(page)


def text_of(row: Row, name: str) -> str:
    """Empty where the row has no text of this name."""
    value = row.get(name, "")
    return value if isinstance(value, str) else ""


def bounded(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The chunks, refused as Unreadable once they are more than ``limit`` bytes."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise Unreadable(f"an answer of more than {limit:,} bytes")
        yield chunk


def _few(sign: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, refused as Unreadable once ``sign`` stands in them more often than a page that makes sense has parts."""
    parts = 0
    for chunk in chunks:
        parts += chunk.count(sign)
        if parts > MOST_PARTS:
            raise Unreadable(f"an answer of more than {MOST_PARTS:,} parts")
        yield chunk


class _UpperCase(dict[str, str]):
    """The upper-case form of each name, worked out once."""

    def __missing__(self, name: str) -> str:
        self[name] = upper = name.upper()
        return upper


def _line(error: expat.ExpatError | ParseError) -> int:
    return error.position[0] if isinstance(error, ParseError) else error.lineno


def _refuse_doctype(name: str, *_: object) -> NoReturn:
    raise Unreadable(f"a document type declaration ({name}), which the gateway never sends")


def _refuse_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    """Of others, Python's parser raises what it likes."""
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise Unreadable(f"an answer in the encoding {encoding[:40]!r}")


def _refuse_depth(root: Element) -> None:
    """By the elements that are under way: what is nested without end never ends one of them."""
    here, depth = root, 0
    while len(here):
        here, depth = here[-1], depth + 1
        if depth > DEEPEST:
            raise Unreadable("an answer nested too deeply")


def _take_rows(root: Element, rows: dict[Element, list[Row]], names: _UpperCase, *, leave: int) -> None:
    """Moves the complete rows out of the tree; the last ``leave`` may still be under way."""
    for data in root.iterfind("operation/result/data"):
        complete = data[: len(data) - leave]
        rows.setdefault(data, []).extend(_row(element, names) for element in complete)
        del data[: len(complete)]


def _row(element: Element, names: _UpperCase) -> Row:
    row: Row = {names[child.tag]: child.text or "" for child in element}
    if len(row) == len(element) and not any(map(len, element)):
        return row
    entries = _entries(element, names, depth=1)
    if len(entries) > 1:
        raise Unreadable(f"a row of {element.tag} that names a field twice")
    return entries[0]


def _entries(element: Element, names: _UpperCase, depth: int) -> list[Row]:
    """What an element with children holds: one entry, or more where a name of text comes again."""
    if depth > DEEPEST_ROW:
        raise Unreadable("a row nested too deeply")
    row: Row = {}
    entries = [row]
    for child in element:
        name = names[child.tag]
        if not len(child):
            if name in row:
                row = {}
                entries.append(row)
            row[name] = child.text or ""
            continue
        inner = _entries(child, names, depth + 1)
        wrapped = {} if len(inner) > 1 else {key: value for key, value in inner[0].items() if isinstance(value, list)}
        for key, lines in (wrapped if len(wrapped) == len(inner[0]) else {name: inner}).items():
            held = row.setdefault(key, [])
            if isinstance(held, str):
                raise Unreadable(f"{key} is text and a list in one row")
            held.extend(lines)
    return entries


def _rows_of_json(page: list[dict[str, Any]]) -> list[Row]:
    """The rows of a page have the same names, which are looked at once, and mostly texts, which to join is the quickest way to find out."""
    names: list[str] = []
    upper = False
    for number, row in enumerate(page):
        if [*row] != names:
            names = [*row]
            upper = all(map(str.isupper, names))
        try:
            "".join(row.values())
        except TypeError:
            page[number] = _row_of_json(row)
        else:
            if not upper:
                page[number] = _row_of_json(row)
    return page


def _row_of_json(values: dict[str, Any]) -> Row:
    row: Row = {}
    for name, value in values.items():
        if value is None:
            row[name.upper()] = ""
        elif isinstance(value, str):
            row[name.upper()] = value
        else:
            raise Unreadable(f"JSON whose {name} is neither text nor a number")
    return row
