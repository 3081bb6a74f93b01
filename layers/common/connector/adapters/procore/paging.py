"""Lists in pages: where the next page is, and when there is none.

A ``Link`` says which page follows; only its query is used. The path and the server stay the ones that were asked, so the
bearer goes nowhere else, whatever address the link names (behind a gateway it names Procore's own).
Source: procore/documentation, ``plan_your_app/pagination.md`` [D].
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from connector.core.errors import Code, ConnectorError
from connector.ports import Json

_V1_ROWS: Final = "1000"
_V2_ROWS: Final = "100"
_DIGITS: Final = 12
_NAME: Final = r"[\w!#$&+.^`|~-]+"
_VALUE: Final = r'"[^"]*"|[^\s",;]+'
_LINK: Final = re.compile(rf"<([^<>]*)>((?:\s*;\s*{_NAME}(?:\s*=\s*(?:{_VALUE}))?)*)")
_ATTRIBUTE: Final = re.compile(rf"({_NAME})(?:\s*=\s*({_VALUE}))?")


def is_v2(path: str) -> bool:
    return path.startswith("/rest/v2")


def unwrapped(path: str, document: Json) -> Json:
    """Without the envelope ``{"data": ...}`` of v2, which a few lists of v1 have too."""
    if isinstance(document, dict) and "data" in document and (is_v2(path) or len(document) == 1):
        return document["data"]
    return document


def next_query(link: str) -> dict[str, str] | None:
    """The query of the address that ``rel="next"`` names; None if none does."""
    for address, attributes in _LINK.findall(link):
        for name, value in _ATTRIBUTE.findall(attributes):
            if name.lower() == "rel" and "next" in value.strip('"').lower().split():
                return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
    return None


class Pages:
    """The way through one list: ``params`` is what to ask next, None at the end.

    The end is where no link leads on; without links, where ``Total`` rows have come, or a page shorter than ``Per-Page``
    (what we asked for is only a wish). Lists that do not page answer every page alike: a page whose first row was first
    before is the end too.
    """

    def __init__(self, path: str, params: Mapping[str, str]) -> None:
        first = {"page": "1", "per_page": _V2_ROWS if is_v2(path) else _V1_ROWS}
        self.params: dict[str, str] | None = {**first, **params}
        self._path = path
        self._first_rows: set[str] = set()
        self._count = 0

    def take(self, document: Json, headers: Mapping[str, str]) -> list[Json]:
        """The rows of the page that was asked for last; empty where it brought nothing new.

        Raises:
            ConnectorError: REFUSED_BY_PROCORE, the answer is not a list.
        """
        rows = unwrapped(self._path, document)
        if not isinstance(rows, list):
            raise ConnectorError(Code.REFUSED_BY_PROCORE, f"Procore's answer to GET {self._path} is not a list.")
        asked, self.params = self.params or {}, None
        if not rows or (first := _identity(rows[0])) in self._first_rows:
            return []
        self._first_rows.add(first)
        self._count += len(rows)
        link = headers.get("Link")
        if link is not None:
            following = next_query(link)
            self.params = None if following is None else {**asked, **following}
        elif len(rows) >= _told(headers, "Per-Page", int(asked["per_page"])) and self._count < _told(headers, "Total", self._count + 1):
            self.params = {**asked, "page": str(int(asked["page"]) + 1)}
        return rows


def _identity(row: Json) -> str:
    return str(row.get("id", row)) if isinstance(row, dict) else str(row)


def _told(headers: Mapping[str, str], name: str, otherwise: int) -> int:
    """The positive number of a header."""
    told = headers.get(name, "").strip()
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _DIGITS and int(told) else otherwise
