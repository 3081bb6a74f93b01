"""The order of elements in legacy functions, checked as the gateway's schema validator checks it.

A right element in the wrong place is reported as an unexpected one, with the elements that could stand there; one that
is left out as a missing child element [F intacct-sdk-net#191]. The texts are libxml2's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sandbox.intacct.nodes import Node


class SchemaError(Exception):
    """A function that does not have the form its schema wants."""

    def __init__(self, element: str, complaint: str) -> None:
        super().__init__(f"XML Parse schema error: Error 1871: Element '{element}': {complaint} Line: 1, column: 0.")


@dataclass(frozen=True)
class Element:
    """One particle of a sequence. ``content`` is text, the sequence of its own children, or anything at all."""

    name: str
    content: Content = "text"
    required: bool = False
    repeated: bool = False
    attributes: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[Element, ...]:
        return (self,)


@dataclass(frozen=True)
class Choice:
    """One of several elements."""

    options: tuple[Element, ...]
    required: bool = False
    repeated: bool = False


Particle = Element | Choice
Sequence = tuple[Particle, ...]
Content = Literal["text", "anything"] | Sequence


def need(name: str, content: Content = "text", *attributes: str) -> Element:
    return Element(name, content, required=True, attributes=attributes)


def may(name: str, content: Content = "text", *attributes: str) -> Element:
    return Element(name, content, attributes=attributes)


def many(name: str, content: Content = "text", *attributes: str, required: bool = False) -> Element:
    return Element(name, content, required=required, repeated=True, attributes=attributes)


def optional(names: str) -> Sequence:
    """Optional text elements, named in one text."""
    return tuple(may(name) for name in names.split())


def check(node: Node, element: Element) -> None:
    """Check a node and everything below it against its declaration.

    Raises:
        SchemaError: naming the first element that is wrong.
    """
    for name in element.attributes:
        if name not in node.attributes:
            raise SchemaError(node.tag, f"The attribute '{name}' is required but missing.")
    if element.content == "anything":
        return
    if element.content == "text":
        if node.children:
            raise SchemaError(node.tag, "Element content is not allowed, because the content type is a simple type.")
        return
    _check_children(node, element.content)


def _check_children(node: Node, sequence: Sequence) -> None:
    at, seen = 0, False
    for child in node.children:
        place = _place(sequence, at, child.tag, seen=seen)
        if place is None:
            raise SchemaError(child.tag, f"This element is not expected.{_expected(sequence[at:], seen=seen)}")
        at, element = place
        seen = True
        check(child, element)
    rest = sequence[at + 1 :] if seen else sequence[at:]
    if any(particle.required for particle in rest):
        raise SchemaError(node.tag, f"Missing child element(s).{_expected(rest, seen=False)}")


def _place(sequence: Sequence, at: int, tag: str, *, seen: bool) -> tuple[int, Element] | None:
    """Where the next element of this tag stands: at the particle reached so far or at one that may follow it."""
    for index in range(at, len(sequence)):
        particle = sequence[index]
        taken = seen and index == at
        option = _option(particle, tag)
        if option is not None and (particle.repeated or not taken):
            return index, option
        if particle.required and not taken:
            return None
    return None


def _option(particle: Particle, tag: str) -> Element | None:
    return next((option for option in particle.options if option.name == tag), None)


def _expected(rest: Iterable[Particle], *, seen: bool) -> str:
    names: list[str] = []
    for number, particle in enumerate(rest):
        taken = seen and number == 0
        if not taken or particle.repeated:
            names.extend(option.name for option in particle.options)
        if particle.required and not taken:
            break
    if not names:
        return ""
    intro = "Expected is one of" if len(names) > 1 else "Expected is"
    return f" {intro} ( {', '.join(names)} )."
