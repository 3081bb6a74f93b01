"""The one template environment: everything is escaped, and a name that is not given is an error, not an empty place."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("connector.presentation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(template: str, **values: Any) -> str:
    """The filled template. Texts among ``values`` are escaped, whatever the template's name ends with."""
    return _environment().get_template(template).render(values)
