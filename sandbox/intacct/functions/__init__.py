"""What can stand inside a function element, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandbox.intacct.answers import Outcome
from sandbox.intacct.context import Context
from sandbox.intacct.grammar import Element
from sandbox.intacct.nodes import Node


@dataclass(frozen=True)
class Call:
    """One function of the gateway. ``form`` is the order its elements must have; generic functions have none."""

    name: str
    run: Callable[[Context, Node], Outcome]
    form: Element | None = None


def by_name(*families: Iterable[Call]) -> dict[str, Call]:
    return {call.name: call for family in families for call in family}
