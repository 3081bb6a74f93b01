"""XML out: a tree of elements becomes the gateway's request.

Element order is part of the meaning (the control block's, and that of the lower-case legacy functions), so a request is
written from sequences, never from a mapping. Shape: https://developer.intacct.com/web-services/requests/ [D]; the order
inside ``control`` is that of the vendor's own SDKs [S], with ``showadditionalerrorinfo`` behind ``includewhitespace``.

In a :data:`~connector.core.exchange.Tree` a leading name with ``@`` is an attribute of the element that holds it:
``("update_potransaction", [("@key", "Subcontract-SC-1"), ("memo", "x")])``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from connector.core.errors import Code, ConnectorError
from connector.core.exchange import NO_XML, UNSENDABLE, Function, Tree

PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
HIDDEN = "***"
LONGEST_CONTROLID = 256

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
_PLAIN = re.compile(f'[^&<>"\r\n\t{NO_XML}]*')
# A parser turns a bare carriage return into a line feed, and any white space of an attribute into a blank.
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = _TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
_SECRET_ELEMENT = re.compile(r"<(sessionid|password)>[^<]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The web-services sender and the user it signs in."""

    sender_id: str
    sender_password: str = field(repr=False)
    user_id: str
    user_password: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, str]:
        return self.sender_password, self.user_password


class Request:
    """One request, apart from who sends it: the functions are written once, credentials and session are put around them.

    ``unique`` asks the gateway to refuse a function whose controlid was completed before (writes); then several functions
    are one transaction.

    Raises:
        ConnectorError: VALUE_UNREADABLE, a text holds a character that XML 1.0 cannot carry.
        ValueError: no function, or a controlid that is empty, longer than 256 characters or not alone in the request.
    """

    def __init__(self, functions: Sequence[Function], *, unique: bool) -> None:
        self.controlids = tuple(function.controlid for function in functions)
        _check(self.controlids)
        self._control = render(_control(self.controlids[0], unique=unique))
        self._attributes = ' transaction="true"' if unique and len(functions) > 1 else ""
        self._content = render(_content(functions))

    def wire(self, credentials: Credentials, authentication: Tree) -> bytes:
        """What is posted. ``authentication`` is :func:`login` or :func:`session`."""
        sender = [("senderid", credentials.sender_id), ("password", credentials.sender_password)]
        return self._around(sender, authentication).encode()

    def saved(self, credentials: Credentials) -> str:
        """What was posted, without the secrets, for the history."""
        return self._around([("senderid", credentials.sender_id), ("password", HIDDEN)], session(HIDDEN))

    def _around(self, sender: Tree, authentication: Tree) -> str:
        return (
            f"{PROLOG}<request><control>{render(sender)}{self._control}</control><operation{self._attributes}>"
            f"<authentication>{render(authentication)}</authentication>{self._content}</operation></request>"
        )


def exact(functions: Sequence[Function]) -> str:
    """The write of these functions, indented for people; who sends it is left out entirely."""
    controlids = tuple(function.controlid for function in functions)
    _check(controlids)
    operation = [*([("@transaction", "true")] if len(functions) > 1 else []), *_content(functions)]
    request = [("request", [("control", _control(controlids[0], unique=True)), ("operation", operation)])]
    return PROLOG + render(request, margin="\n") + "\n"


def login(credentials: Credentials, company: str, entity: str) -> Tree:
    """Signs in by password; ``entity`` (a location id) opens the session inside that entity, empty at the top level."""
    who = [("userid", credentials.user_id), ("companyid", company), ("password", credentials.user_password)]
    return [("login", [*who, *([("locationid", entity)] if entity else [])])]


def session(session_id: str) -> Tree:
    return [("sessionid", session_id)]


def redact(text: str, secrets: Iterable[str]) -> str:
    """``text`` without the given secrets, as they are and as XML writes them, and without any session id or password."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for written in {secret, secret.translate(_TEXT), secret.translate(_ATTRIBUTE)}:
            text = text.replace(written, HIDDEN)
    return _SECRET_ELEMENT.sub(rf"<\1>{HIDDEN}", text)


def render(tree: Tree, margin: str = "") -> str:
    """The elements as text; ``margin`` (a line feed and blanks) puts each on a line of its own, children further in."""
    parts: list[str] = []
    _render(tree, margin, parts)
    return "".join(parts)


def _render(tree: Tree, margin: str, parts: list[str]) -> None:
    further_in = margin + "  " if margin else ""
    for name, value in tree:
        _require_name(name)
        if isinstance(value, str):
            text = value if _PLAIN.fullmatch(value) else _escaped(name, value, _TEXT)
            parts.append(f"{margin}<{name}>{text}</{name}>" if text else f"{margin}<{name}/>")
            continue
        attributes, children = _parted(value)
        if not children:
            parts.append(f"{margin}<{name}{attributes}/>")
            continue
        parts.append(f"{margin}<{name}{attributes}>")
        _render(children, further_in, parts)
        parts.append(f"{margin}</{name}>")


def _parted(tree: Tree) -> tuple[str, Tree]:
    """The leading attributes, written, and the children."""
    attributes = ""
    for position, (name, value) in enumerate(tree):
        if not (name.startswith("@") and isinstance(value, str)):
            return attributes, tree[position:] if position else tree
        _require_name(name[1:])
        attributes += f' {name[1:]}="{_escaped(name, value, _ATTRIBUTE)}"'
    return attributes, ()


def _escaped(name: str, value: str, escapes: dict[int, str]) -> str:
    if forbidden := UNSENDABLE.search(value):
        raise ConnectorError(
            Code.VALUE_UNREADABLE,
            f"{name} holds the character U+{ord(forbidden.group()):04X}, which cannot be sent to Intacct.",
        )
    return value.translate(escapes)


@lru_cache(maxsize=4096)
def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of an element")


def _check(controlids: tuple[str, ...]) -> None:
    if not controlids:
        raise ValueError("a request needs a function")
    if len(set(controlids)) < len(controlids):
        raise ValueError("two functions of one request share a controlid")
    if any(not 1 <= len(controlid) <= LONGEST_CONTROLID for controlid in controlids):
        raise ValueError("a controlid has 1 to 256 characters")


def _control(controlid: str, *, unique: bool) -> Tree:
    return [
        ("controlid", controlid),
        ("uniqueid", "true" if unique else "false"),
        ("dtdversion", "3.0"),
        ("includewhitespace", "false"),
        ("showadditionalerrorinfo", "true"),
    ]


def _content(functions: Sequence[Function]) -> Tree:
    return [("content", [("function", [("@controlid", f.controlid), (f.name, f.body)]) for f in functions])]
