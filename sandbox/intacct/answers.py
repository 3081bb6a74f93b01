"""Response documents, built as text: control, authentication, results, errors."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sandbox.intacct.formats import iso
from sandbox.intacct.problems import Problem
from sandbox.intacct.request import Control, Function
from sandbox.intacct.sessions import Session

_SPECIAL = re.compile("[&<>\"']")
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
Status = Literal["success", "failure", "aborted"]


def escape(text: str) -> str:
    """Text as element or attribute content; quotes are escaped as the gateway does (``&#039;``)."""
    if _SPECIAL.search(text) is None:
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#039;")


@dataclass(frozen=True)
class RawAnswer:
    """A body without an envelope: query results as JSON or CSV."""

    content_type: str
    body: str


@dataclass(frozen=True)
class Outcome:
    """What one function came to. ``payload`` is XML that stands after the control id."""

    payload: str = ""
    problems: tuple[Problem, ...] = ()
    raw: RawAnswer | None = None

    @property
    def status(self) -> Status:
        return "failure" if self.problems else "success"


@dataclass
class Answers:
    """Builds the parts of one response; ``support_id`` is quoted in its error texts."""

    control: Control
    support_id: str

    def response(self, body: str, *, status: Status = "success") -> bytes:
        control = self.control
        text = (
            f"<response><control><status>{status}</status><senderid>{escape(control.sender_id)}</senderid>"
            f"<controlid>{escape(control.control_id)}</controlid><uniqueid>{str(control.unique).lower()}</uniqueid>"
            f"<dtdversion>{escape(control.dtd_version)}</dtdversion></control>{body}</response>"
        )
        return document(text, whitespace=control.whitespace)

    def operation(self, authentication: str, results: Iterable[str]) -> bytes:
        return self.response(f"<operation>{authentication}{''.join(results)}</operation>")

    def signed_in(self, user_id: str, company_id: str, session: Session) -> str:
        return (
            f"<authentication><status>success</status><userid>{escape(user_id)}</userid>"
            f"<companyid>{escape(company_id)}</companyid><locationid>{escape(session.entity)}</locationid>"
            f"<sessiontimestamp>{iso(session.stamp)}</sessiontimestamp>"
            f"<sessiontimeout>{iso(session.timeout)}</sessiontimeout></authentication>"
        )

    def not_signed_in(self, user_id: str, company_id: str, problem: Problem) -> bytes:
        return self.response(
            f"<operation><authentication><status>failure</status><userid>{escape(user_id)}</userid>"
            f"<companyid>{escape(company_id)}</companyid></authentication>{self.errors([problem])}</operation>"
        )

    def result(self, function: Function, status: Status, payload: str, problems: Iterable[Problem] = ()) -> str:
        return (
            f"<result><status>{status}</status><function>{escape(function.name)}</function>"
            f"<controlid>{escape(function.control_id)}</controlid>{payload}{self.errors(problems)}</result>"
        )

    def errors(self, problems: Iterable[Problem]) -> str:
        listed = "".join(self._error(problem) for problem in problems)
        return f"<errormessage>{listed}</errormessage>" if listed else ""

    def _error(self, problem: Problem) -> str:
        text = f"{problem.text} [Support ID: {self.support_id}]" if problem.text else ""
        return (
            f"<error><errorno>{escape(problem.errorno)}</errorno><description>{escape(problem.description)}</description>"
            f"<description2>{escape(text)}</description2><correction>{escape(problem.correction)}</correction>"
            f"{self._additional(problem) if self.control.additional_info else ''}</error>"
        )

    def _additional(self, problem: Problem) -> str:
        """The block that ``showadditionalerrorinfo`` asks for (web-services/requests)."""
        places = "".join(f'<placeholder name="{escape(name)}" value="{escape(value)}"/>' for name, value in problem.placeholders)
        nothing = '<target domain="" requestinfo="" object="" field="" businessInfo=""/><placeholders></placeholders>'
        return (
            f"<additionalinfo><errorid>{escape(problem.errorid)}</errorid><category>{escape(problem.category)}</category>"
            f'<target domain="" requestinfo="{self.support_id}" object="{escape(problem.object)}" '
            f'field="{escape(problem.field)}" businessinfo=""/>'
            f"<description><messageid></messageid>{nothing}</description>"
            f"<cdescription><messageid>{escape(problem.messageid)}</messageid>"
            f'<target domain="" requestinfo="" object="" field="" businessInfo=""/>'
            f"<placeholders>{places}</placeholders></cdescription>"
            f"<correction><messageid></messageid>{nothing}</correction></additionalinfo>"
        )


def bare_failure(errorno: str, description: str) -> bytes:
    """A refusal of the gateway in front: a control block with nothing but its status (web-services/error-handling)."""
    return document(
        "<response><control><status>failure</status></control><errormessage><error>"
        f"<errorno>{errorno}</errorno><description>{escape(description)}</description></error></errormessage></response>"
    )


def document(text: str, *, whitespace: bool = False) -> bytes:
    """The bytes of a document, indented when the client wants white space."""
    if whitespace:
        root = ET.fromstring(text)  # noqa: S314 - written by this module
        ET.indent(root)
        text = ET.tostring(root, encoding="unicode", short_empty_elements=False)
    return (_DECLARATION + text).encode()
