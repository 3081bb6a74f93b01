"""Pages that say why there is no other page: what happened, what to do, who can."""

from __future__ import annotations

from connector.core.errors import Violation
from connector.presentation.frame import Frame, framed


def problem(frame: Frame, violation: Violation) -> str:
    return framed(
        "notice.html",
        frame,
        heading=violation.message,
        remedy=violation.explanation.remedy,
        who=violation.explanation.who.value,
        code=violation.code.value,
    )


def failed(frame: Frame, fault: str) -> str:
    return framed(
        "notice.html",
        frame,
        heading="This page failed. Nothing was changed.",
        remedy=f"Try again, or give the code {fault} to an administrator.",
        who="",
        code="",
    )
