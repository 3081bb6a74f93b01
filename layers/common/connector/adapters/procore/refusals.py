"""What Procore says when it says no, in all the shapes it has, and what that means for us.

Shapes: the error reference of procore/documentation and the bodies that the published operations declare. A balancer in
front of Procore answers in HTML or plain text, which is read too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from connector.adapters.procore.transport import Call, Reply
from connector.core.errors import Code, ConnectorError, SetupWrong
from connector.ports import Json

_LONGEST_WORDS: Final = 1_000
_PAGE_START: Final = 8_000
_MARKUP: Final = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<[^>]*>")
_ERROR_KEYS: Final = frozenset({"errors", "error", "message", "fields", "field", "details", "reason", "exception"})
_NOT_CONNECTED: Final = "not connected to this company"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing Procore objects to. ``field`` is Procore's name of it, empty where it names none."""

    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.field}: {self.text}" if self.field else self.text


def complaints(document: Json) -> tuple[Complaint, ...]:
    """Every complaint in an error body, each once, in order. Empty where it says nothing."""
    try:
        return tuple(dict.fromkeys(_from_object(document, "")))
    except RecursionError:
        return ()


def words(reply: Reply, *, hide: Iterable[str] = ()) -> str:
    """Procore's own words, at most 1,000 characters of them; empty where it gave none. ``hide`` are secrets that went
    out with the call, in case they come back."""
    try:
        said = "; ".join(str(each) for each in complaints(reply.document()))
    except ValueError:
        page = reply.body[:_PAGE_START].decode("utf-8", errors="replace")
        said = " ".join(html.unescape(_MARKUP.sub(" ", page)).split())
    for secret in filter(None, hide):
        said = said.replace(secret, "[secret]")
    return said if len(said) <= _LONGEST_WORDS else said[: _LONGEST_WORDS - 1] + "…"


def refusal(call: Call, reply: Reply, *, hide: Iterable[str] = ()) -> ConnectorError:
    """The error for an answer that will not change by asking again."""
    said = words(reply, hide=hide)
    what = f"Procore answered {reply.status} to {call}."
    if reply.status == 401:  # noqa: PLR2004
        return SetupWrong(Code.SIGN_IN_FAILED, what, their_words=said)
    if reply.status == 403 and _NOT_CONNECTED in said.lower():  # noqa: PLR2004
        return SetupWrong(Code.NO_PERMISSION, "The app is not connected to this company in Procore.", their_words=said)
    if reply.status == 404:  # noqa: PLR2004
        return ConnectorError(Code.NOT_FOUND, what, their_words=said)
    if 300 <= reply.status < 400:  # noqa: PLR2004
        what = f"{what} A redirect is not followed: the address of the API in the settings may be wrong."
    return ConnectorError(Code.REFUSED_BY_PROCORE, what, their_words=said)


def _from_object(value: Json, field: str) -> Iterator[Complaint]:
    """An error object of v1, v2, OAuth or a failed lookup, its plain text, or a list of such."""
    if isinstance(value, list):
        for each in value:
            yield from _from_object(each, field)
    elif isinstance(value, str):
        if value.strip():
            yield Complaint(field, value.strip())
    elif isinstance(value, dict):
        if not value.keys() & _ERROR_KEYS:
            yield from _from_fields(value, field)
            return
        named = value.get("field") or value.get("fields")
        here = named if isinstance(named, str) else field
        yield from _from_object(_own_text(value), here)
        for key in ("error", "details"):
            if not isinstance(value.get(key), str):
                yield from _from_object(value.get(key), here)
        for several in (value.get("errors"), value.get("base"), None if here is named else named):
            yield from _from_fields(several, field)


def _from_fields(value: Json, field: str) -> Iterator[Complaint]:
    """``{"name": ["is taken"]}``: here a key names a field, even where an error object has a key like it."""
    if not isinstance(value, dict):
        yield from _from_object(value, field)
        return
    for name, said in value.items():
        path = (field, "" if name == "base" else str(name))
        yield from _from_fields(said, ".".join(filter(None, path)))


def _own_text(value: dict[str, Json]) -> str:
    """What an error object says of itself, the most telling text it has."""
    if isinstance(value.get("error_description"), str):
        return f"{value.get('error')}: {value['error_description']}"
    texts = (value.get(name) for name in ("message", "error", "reason", "exception", "code"))
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")
