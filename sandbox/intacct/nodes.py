"""Request bodies as trees: expat without document types, entities or deep nesting.

Messages follow the gateway's: ``XML Parse schema error: Fatal Error 76: ... Line: 19, column: 18.``
(developer.intacct.com/web-services/error-handling).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

MAX_DEPTH = 60
_TAG_MISMATCH = expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]


class NotXmlError(Exception):
    """A body that is no XML document; the text is the gateway's, position included."""


@dataclass(slots=True)
class Node:
    """One element; ``text`` is its character data without surrounding white space."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def child(self, tag: str) -> Node | None:
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> list[Node]:
        return [child for child in self.children if child.tag == tag]

    def value(self, tag: str, default: str = "") -> str:
        """The text of the child called ``tag``, or ``default`` when there is none."""
        child = self.child(tag)
        return default if child is None else child.text

    def __contains__(self, tag: str) -> bool:
        return self.child(tag) is not None


class _Builder:
    def __init__(self) -> None:
        self.root = Node("")
        self._open: list[Node] = []
        self._text: list[list[str]] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_doctype

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        node = Node(tag, attributes)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._text.append([])
        if len(self._open) > MAX_DEPTH:
            raise NotXmlError(self._at(f"Elements are nested more than {MAX_DEPTH} deep"))

    def _end(self, _tag: str) -> None:
        self._open.pop().text = "".join(self._text.pop()).strip()

    def _characters(self, text: str) -> None:
        self._text[-1].append(text)

    def _refuse_doctype(self, *_declaration: object) -> None:
        raise NotXmlError(self._at("Document type and entity declarations are not accepted"))

    def _at(self, message: str) -> str:
        position = f"Line: {self.parser.CurrentLineNumber}, column: {self.parser.CurrentColumnNumber}."
        return f"XML Parse schema error: {message}. {position}"


def parse(body: bytes) -> Node:
    """The tree of ``body``.

    Raises:
        NotXmlError: not well-formed, not in its declared encoding, with a document type, or nested too deeply.
    """
    builder = _Builder()
    try:
        builder.parser.Parse(body, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code) or "unknown"
        if error.code == _TAG_MISMATCH:
            what = "Opening and ending tag mismatch"
        message = f"Fatal Error {76 if error.code == _TAG_MISMATCH else error.code}: {what}"
        raise NotXmlError(f"XML Parse schema error: {message}. Line: {error.lineno}, column: {error.offset}.") from None
    except (ValueError, LookupError) as error:
        raise NotXmlError(f"XML Parse schema error: Fatal Error 32: {error}. Line: 1, column: 0.") from None
    return builder.root
