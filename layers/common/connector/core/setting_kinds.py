"""What kind of value a setting has, from its declaration: what a form offers, and how its text is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from connector.core.configuration import Configuration

type Name = Literal["choice", "yes", "number", "text", "pairs", "list"]


@dataclass(frozen=True, slots=True)
class Kind:
    """``options`` are those of a choice, or of each value of ``pairs``; ``optional`` is a text that may be none at all."""

    name: Name
    options: tuple[str, ...] = ()
    optional: bool = False


@cache
def kind_of(path: str) -> Kind:
    """``path`` names a setting, or one within (``definitions.subcontract``). Raises KeyError."""
    model: type[BaseModel] = Configuration
    *within, last = path.split(".")
    for name in within:
        inner = model.model_fields[name].annotation
        assert isinstance(inner, type)  # noqa: S101 -- only models have settings within
        model = inner
    return _kind(model.model_fields[last].annotation)


def _kind(annotation: Any) -> Kind:
    if annotation is bool:
        return Kind("yes")
    if annotation is int:
        return Kind("number")
    if get_origin(annotation) is Literal:
        return Kind("choice", get_args(annotation))
    if get_origin(annotation) is dict:
        value = get_args(annotation)[1]
        return Kind("pairs", get_args(value) if get_origin(value) is Literal else ())
    return Kind("list") if get_origin(annotation) is frozenset else Kind("text", optional=NoneType in get_args(annotation))


def read(path: str, text: str) -> object:
    """A form's text as the value that is validated: lines of a list, ``key = value`` lines of pairs. What cannot be read stays text,
    for the validation to refuse."""
    kind = kind_of(path)
    if kind.optional and not text.strip():
        return None
    match kind.name:
        case "yes":
            return text == "yes"
        case "pairs":
            lines = [line.partition("=") for line in text.splitlines() if line.strip()]
            return {name.strip(): value.strip() for name, _, value in lines}
        case "list":
            return [line.strip() for line in text.splitlines() if line.strip()]
    return text.strip()


def write(path: str, value: Any) -> str:
    """The text of a value, as :func:`read` reads it."""
    match kind_of(path).name:
        case "yes":
            return "yes" if value else "no"
        case "pairs":
            return "\n".join(f"{name} = {each}" for name, each in value.items())
        case "list":
            return "\n".join(sorted(value))
    return "" if value is None else str(value)


def at(config: Configuration, path: str) -> Any:
    """The value of a setting."""
    found: Any = config
    for name in path.split("."):
        found = getattr(found, name)
    return found
