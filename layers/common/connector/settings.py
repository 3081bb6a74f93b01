"""The environment: where things are. Read once per process, here and nowhere else; what is wrong stops the cold start with its name.

What administrators decide about books and people is :mod:`connector.core.configuration`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from typing import Any, Final

_URL: Final = r"https?://\S+"


def _like(form: str = r"[\s\S]+", **known: Any) -> Any:
    """A variable of this form (a regular expression for the whole of it)."""
    return field(metadata={"form": form}, **known)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Every field is the environment variable of its name in capitals; ``template.yaml`` sets them all."""

    procore_company: str = _like(r"[0-9]{1,20}")
    procore_api_url: str = _like(_URL)
    procore_login_url: str = _like(_URL)
    procore_web_url: str = _like(r"https?://\S*[^\s/]", default="https://app.procore.com")
    """Where people see their records in Procore."""
    procore_secret: str = _like()
    procore_frames: str = _like(
        r"https?://[A-Za-z0-9*.:-]+( https?://[A-Za-z0-9*.:-]+)*", default="https://*.procore.com https://*.procoregov.com"
    )
    """Who may embed the pages, as CSP's frame-ancestors writes it."""
    intacct_url: str = _like(_URL)
    intacct_company: str = _like()
    intacct_secret: str = _like()
    intacct_concurrency: int = _like(r"[1-9]|[1-4][0-9]|50", default=2)
    webhook_secret: str = _like()
    webhook_queue_url: str = _like(_URL)
    state_table: str = _like()
    cross_references_table: str = _like()
    payloads_bucket: str = _like()
    export_machine_arn: str = _like()
    import_machine_arn: str = _like()
    mail_from: str = _like(r"[^@\s]+@[^@\s]+")
    app_url: str = _like(r"|https?://\S*[^\s/]", default="")


@cache
def environment() -> Environment:
    """Raises ValueError, which names every variable that is missing or malformed and shows none."""
    wrong = [name for each in fields(Environment) for name in _wrong(each)]
    if wrong:
        raise ValueError(f"The environment of this function is not as template.yaml sets it: {', '.join(wrong)}.")
    held: dict[str, Any] = {each.name: os.environ[each.name.upper()] for each in fields(Environment) if each.name.upper() in os.environ}
    if "intacct_concurrency" in held:
        held["intacct_concurrency"] = int(held["intacct_concurrency"])
    return Environment(**held)


def _wrong(variable: Field[Any]) -> Iterator[str]:
    name = variable.name.upper()
    if name not in os.environ:
        if variable.default is MISSING:
            yield f"{name} is missing"
    elif not re.fullmatch(variable.metadata["form"], os.environ[name]):
        yield f"{name} is malformed"
