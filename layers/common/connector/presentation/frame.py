"""What stands around every page inside Procore, and the files the pages load: one style sheet, one script, one icon.

The script is the modules of ``static/`` joined in their order, so that a first visit asks for one file and not for nine, and without a
build step. Their addresses carry a hash of all of them: what is behind one never changes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from connector.core.outage import System
from connector.presentation.formats import Formats
from connector.presentation.rendering import render

MODULES: Final = ("swap", "follow", "signin", "list", "progress", "panel", "copy", "unsaved")
TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_LINKED: Final = re.compile(r"^import .*;\n|^export (?=function|const|async)", re.MULTILINE)
_AWAY: Final[dict[System, str]] = {
    "intacct": "Intacct has not answered since {since}. You can go on deciding; approved items wait and are sent by themselves.",
    "procore": "Procore does not answer: amounts are as of {since}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    name: str
    words: str
    address: str
    here: bool
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """``form`` is the token that every form of the page carries. In the side panel (400 px) there are no tabs."""

    base: str
    locale: str
    who: str = ""
    role: str = ""
    form: str = ""
    tabs: tuple[Tab, ...] = ()
    panel: bool = False
    strips: tuple[str, ...] = ()
    """What every page says above its own: which system does not answer."""

    @property
    def lang(self) -> str:
        return self.locale.replace("_", "-")

    @property
    def static(self) -> str:
        return f"{self.base}/static/{version()}"


def strips(formats: Formats, away: Mapping[System, datetime], now: datetime) -> tuple[str, ...]:
    """``away`` is since when a system has not answered."""
    return tuple(_AWAY[system].format(since=formats.recent(moment, now)) for system, moment in away.items())


@cache
def static_files() -> dict[str, str]:
    """By name, as they are served."""
    folder = files("connector.presentation").joinpath("static")
    modules = (folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in MODULES)
    return {
        "style.css": folder.joinpath("style.css").read_text(encoding="utf-8"),
        "pages.js": "".join(_LINKED.sub("", module) for module in modules),
        "icon.svg": folder.joinpath("icon.svg").read_text(encoding="utf-8"),
    }


@cache
def version() -> str:
    return hashlib.sha256("\0".join(static_files().values()).encode()).hexdigest()[:12]


def csp(frames: str) -> str:
    """``frames`` is who may embed the page: origins, or ``'none'``."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        f"base-uri 'none'; frame-ancestors {frames}; require-trusted-types-for 'script'; trusted-types pages"
    )


def framed(template: str, frame: Frame, **values: Any) -> str:
    return render(f"app/{template}", frame=frame, **values)
