"""*Settings*: approvers and their limits, the other settings in words, and the connection check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from connector.core.configuration import Configuration
from connector.core.connection import Checked, StepState
from connector.core.people import ApprovalRight
from connector.presentation.formats import Formats
from connector.presentation.frame import Frame, framed
from connector.presentation.item_page import Pill

_PILLS: Final = {
    StepState.HOLDS: Pill("check", "Holds", "ok"),
    StepState.WRONG: Pill("cross", "Wrong", "bad"),
    StepState.NOT_CHECKED: Pill("pause", "Not checked", "off"),
}
_EMPTY: Final = ApprovalRight(login="")


def page(
    frame: Frame,
    settings: Configuration,
    rights: Sequence[ApprovalRight],
    *,
    version: str,
    objects: Sequence[str],
    said: Sequence[str],
    saved: bool,
) -> str:
    others = settings.model_dump(mode="json", exclude={"approvers"})
    return framed(
        "settings.html",
        frame,
        rights=[_row(right) for right in (*rights, _EMPTY)],
        nobody=not rights,
        version=version,
        objects=", ".join(objects),
        said=said,
        saved=saved and not said,
        others=[(name.replace("_", " ").capitalize(), _words(value)) for name, value in others.items()],
    )


def _row(right: ApprovalRight) -> dict[str, str]:
    return {
        "login": right.login,
        "objects": ", ".join(sorted(right.objects)),
        "projects": ", ".join(sorted(right.projects)),
        "up_to": f"{right.up_to:f}" if right.up_to is not None else "",
    }


def _words(value: Any) -> str:
    """A setting as text: a mapping as ``name: value``, what is empty as ``none``."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(each)}" for name, each in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in ("", None) else "none"


def checked(frame: Frame, formats: Formats, found: Checked) -> str:
    return framed(
        "checked.html",
        frame,
        heading="Both systems are set up." if found.holds else "Something is to be done.",
        at=formats.moment(found.at),
        steps=[(step.title, _PILLS[step.state], step.found, step.wrong) for step in found.steps],
    )
