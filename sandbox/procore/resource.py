"""What an object is: its attributes, the views that answers show, the rules that writes obey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sandbox.procore.errors import RefusedError
from sandbox.procore.fields import Fields
from sandbox.procore.store import Row
from sandbox.procore.world import Caller, World

_GIVEN = frozenset({"id", "created_at", "updated_at", "deleted_at"})

Computed = Callable[[World, Row], Any]


@dataclass(frozen=True)
class View:
    """The attributes of an answer: ``names`` as they are kept, ``computed`` by a function."""

    names: tuple[str, ...] = ()
    computed: Mapping[str, Computed] = field(default_factory=dict)

    def plus(self, names: str = "", /, **computed: Computed) -> View:
        """This view and more; a computed attribute takes the place of a kept one of the same name."""
        return View((*self.names, *names.split()), {**self.computed, **computed})

    def without(self, names: str) -> View:
        gone = set(names.split())
        kept = {name: function for name, function in self.computed.items() if name not in gone}
        return View(tuple(name for name in self.names if name not in gone), kept)


def view(names: str = "", /, **computed: Computed) -> View:
    return View(tuple(names.split()), computed)


@dataclass
class Change:
    """A write under way: ``values`` are what will be kept, rules may add to them or refuse."""

    world: World
    caller: Caller
    resource: Resource
    row: Row | None
    values: Row

    @property
    def creating(self) -> bool:
        return self.row is None

    def get(self, name: str) -> Any:
        """The attribute as it will be after the write."""
        if name in self.values:
            return self.values[name]
        return None if self.row is None else self.row.get(name)

    def alters(self, names: frozenset[str]) -> bool:
        """Whether one of these attributes would get another value."""
        return any(name in names and (self.row is None or self.row.get(name) != value) for name, value in self.values.items())

    def refuse(self, name: str, message: str) -> NoReturn:
        raise RefusedError({name: [message]})


Rule = Callable[[Change], None]
Effect = Callable[[Change, Row], None]


@dataclass(frozen=True)
class Resource:
    """An object of the API.

    ``envelope`` wraps the attributes in v1 bodies. ``key`` is the column that answers call ``id``, where several resources are
    views of one row. ``renamed`` maps attribute names in requests to columns. ``rules`` run before a write, ``effects`` after it.
    ``locks_when_synced``: with an external id it is changed by the integration that set it alone. ``exclusive``: writes of this
    name do not go side by side in one project. ``webhook`` is the resource name in events, ``event_key`` the column of their
    resource id where it is another than ``key``, ``related`` what events of payload v3.0 name besides.
    """

    table: str
    fields: Fields
    views: Mapping[str, View]
    envelope: str | None = None
    key: str = "id"
    webhook: str | None = None
    event_key: str | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    effects: tuple[Effect, ...] = ()
    related: Callable[[World, Row], tuple[tuple[int, str], ...]] = lambda _, __: ()
    locks_when_synced: bool = False
    exclusive: str | None = None
    custom_fields: bool = False
    attachments: bool = False

    def render(self, world: World, row: Row, name: str) -> dict[str, Any]:
        """The row in one of the views."""
        shown = self.views[name]
        answer: dict[str, Any] = {}
        for attribute in shown.names:
            if attribute in shown.computed:
                continue
            value = row.get(self.key if attribute == "id" else attribute)
            kind = self.fields[attribute].kind if attribute in self.fields else None
            answer[attribute] = value if kind is None or value is None else kind.render(value)
        for attribute, function in shown.computed.items():
            answer[attribute] = function(world, row)
        return answer

    def defaults(self) -> Row:
        """Every attribute of a new row but its id and stamps."""
        return {name: each.default for name, each in self.fields.items() if name not in _GIVEN}
