"""What an answer says at its four levels: control, authentication, operation, and each function's result.

Shape: https://developer.intacct.com/web-services/responses/ and ``showadditionalerrorinfo`` of .../requests/ [D]. Bodies
of the gateway's own refusals (``GW-...``) have a bare ``control`` without sender, controlid or version [D]: nothing here
needs those.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from connector.adapters.intacct.reader import Document, Row, Unreadable

SUCCESS: Final = "success"
FAILURE: Final = "failure"

_DIGITS = 12
_PARTS = ("description", "cdescription")
_SUPPORT_ID = re.compile(r"\s*\[(?:Support|Request) ID: ([^\]]*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """One ``<error>``. ``text`` is the description, the second description and the correction, without support ids."""

    errorno: str
    text: str
    errorid: str = ""
    category: str = ""
    messageids: tuple[str, ...] = ()
    field: str = ""
    support_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One function's result. ``key`` is what a legacy write answers; ``remaining`` is None where the answer does not say."""

    controlid: str
    function: str = ""
    status: str
    key: str = ""
    errors: tuple[Error, ...] = ()
    rows: list[Row]
    remaining: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """``authentication`` is empty where the request never came that far; its errors may stand in the operation or inside
    itself [F]. ``session_timeout`` is as written."""

    control: str
    control_errors: tuple[Error, ...] = ()
    authentication: str = ""
    operation_errors: tuple[Error, ...] = ()
    session_timeout: str = ""
    results: tuple[Result, ...] = ()

    def result(self, controlid: str) -> Result | None:
        return next((result for result in self.results if result.controlid == controlid), None)


def of_document(document: Document, clean: Callable[[str], str]) -> Response:
    """``clean`` takes secrets out of the errors' texts. Raises Unreadable for an answer that neither reports on the
    functions nor says why they did not run."""
    root = document.root

    def errors(place: str) -> tuple[Error, ...]:
        return tuple(_error(element, clean) for element in root.iterfind(f"{place}errormessage/error"))

    response = Response(
        control=_text(root, "control/status"),
        control_errors=errors(""),
        authentication=_text(root, "operation/authentication/status"),
        operation_errors=errors("operation/") + errors("operation/authentication/"),
        session_timeout=_text(root, "operation/authentication/sessiontimeout"),
        results=tuple(_result(element, document, clean) for element in root.iterfind("operation/result")),
    )
    refused = response.control == FAILURE and response.control_errors
    if not refused and not (response.control == SUCCESS and response.authentication in {SUCCESS, FAILURE}):
        raise Unreadable("an answer without the status of the request")
    return response


def of_rows(rows: list[Row]) -> Response:
    """A page in JSON, which comes without an envelope: the gateway sends one only where the query succeeded."""
    return Response(control=SUCCESS, authentication=SUCCESS, results=(Result(controlid="", status=SUCCESS, rows=rows),))


def _result(element: Element, document: Document, clean: Callable[[str], str]) -> Result:
    data = element.find("data")
    remaining = "" if data is None else data.get("numremaining", "")
    return Result(
        controlid=_text(element, "controlid"),
        function=_text(element, "function"),
        status=_text(element, "status"),
        key=_text(element, "key"),
        errors=tuple(_error(error, clean) for error in element.iterfind("errormessage/error")),
        rows=[] if data is None else document.rows[data],
        remaining=int(remaining) if remaining.isdecimal() and len(remaining) <= _DIGITS else None,
    )


def _error(element: Element, clean: Callable[[str], str]) -> Error:
    errorno, *said = [clean(_text(element, name)) for name in ("errorno", "description", "description2", "correction")]
    target = element.find("additionalinfo/target")
    return Error(
        errorno=errorno,
        text=" ".join(text for part in said if (text := _SUPPORT_ID.sub("", part))),
        errorid=_text(element, "additionalinfo/errorid"),
        category=_text(element, "additionalinfo/category"),
        messageids=tuple(filter(None, (_text(element, f"additionalinfo/{part}/messageid") for part in _PARTS))),
        field="" if target is None else target.get("field", ""),
        support_ids=tuple(unquote(found) for part in said for found in _SUPPORT_ID.findall(part)),
    )


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
