"""What goes before a record: everything it needs that is not in Intacct yet, and what that needs, each once and in order.

A circle cannot come from real records; one that comes all the same ends where it begins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.core.errors import ConnectorError, Kind, Violation
from connector.core.item import SENDABLE, Item, State
from connector.engine.prepare import Prepared, prepare
from connector.engine.world import Room, Source, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One of what goes first: ``held`` stands as it is, because it waits or is on its way; ``prepared`` would be sent along. Neither
    where Procore does not show the record: ``missing`` says so. ``needs`` are those that it needs itself."""

    key: str
    room: Room
    needs: tuple[str, ...] = ()
    held: Item | None = None
    prepared: Prepared | None = None
    missing: Violation | None = None

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Each with the record it belongs to."""
        found = (self.missing,) if self.missing else self.prepared.violations if self.prepared else ()
        title = f"{self.room.title} {self._name}".rstrip()
        return tuple(
            Violation(
                code=violation.code,
                field=f"{self.room.name}.{violation.field}",
                message=f"{title}, which goes first: {violation.message}",
                their_words=violation.their_words,
            )
            for violation in found
        )

    @property
    def _name(self) -> str:
        return self.prepared.summary.title if self.prepared else self.key.partition(":")[2]

    def head(self) -> dict[str, Any]:
        """How it is shown inside the preview of what needs it. A state of ``draft`` is not sent yet."""
        if self.held is not None:
            return _head(self.room, self.held)
        summary = self.prepared.summary if self.prepared else None
        checks = (self.missing,) if self.missing else self.prepared.violations if self.prepared else ()
        return {
            "item": self.key,
            "title": self.room.title,
            "name": self._name,
            "number": summary.number if summary else "",
            "amount": str(summary.amount) if summary else "0",
            "state": State.DRAFT.value,
            "fingerprint": self.prepared.fingerprint if self.prepared else "",
            "needs": list(self.needs),
            "checks": [violation.as_dict() for violation in checks],
        }


def _head(room: Room, item: Item) -> dict[str, Any]:
    return {
        "item": item.id,
        "title": room.title,
        "name": item.title,
        "number": item.number,
        "amount": str(item.amount),
        "state": item.state.value,
        "fingerprint": item.fingerprint,
        "needs": list(item.pending),
        "checks": [replace(problem.violation(), their_words="").as_dict() for problem in item.problems],
    }


def before(world: World, prepared: Prepared) -> tuple[Need, ...]:
    """Everything that goes before a record, each behind what it needs itself. What waits or is on its way is taken as it stands and not
    read again: an edit of it in Procore is its own affair."""
    found: dict[str, Need] = {}
    opened = {f"{prepared.room.name}:{prepared.source.procore_id}"}

    def visit(key: str) -> None:
        if key in opened:
            return
        opened.add(key)
        need = _need(world, key, prepared.source.project_id)
        for further in need.needs:
            visit(further)
        found[key] = need

    for key in prepared.needs:
        visit(key)
    return tuple(found.values())


def _need(world: World, key: str, project_id: str) -> Need:
    object_name, _, procore_id = key.partition(":")
    room, held = world.rooms[object_name], world.state.get(key)
    if held is not None and stands(held):
        arrived = there(world, held.pending)
        return Need(key=key, room=room, held=held, needs=tuple(need for need in held.pending if need not in arrived))
    of_project = procore_id if object_name == "projects" else project_id if of_a_project(room) else ""
    source = Source(procore_id=procore_id, project_id=of_project, kind=held.kind if held else "")
    try:
        prepared = prepare(world, room, source, held.choices if held else {}, ask=True)
    except ConnectorError as problem:
        if problem.kind is not Kind.DATA:
            raise
        return Need(key=key, room=room, missing=problem.violation())
    return Need(key=key, room=room, prepared=prepared, needs=prepared.needs)


def stands(held: Item) -> bool:
    """Whether a need is left as it is: it waits, it is on its way, or a request of it may be in Intacct."""
    return held.state not in SENDABLE or held.state is State.BLOCKED or held.may_be_there


def of_a_project(room: Room) -> bool:
    """Whether its records are read within a project, which for a need is that of the record that needs it."""
    paths = [text for kind in (room.export.kinds if room.export else ()) for text in (kind.show, *kind.params.values())]
    return any("{project}" in path for path in paths)


def there(world: World, needs: Collection[str]) -> frozenset[str]:
    """Those that are in Intacct, all looked up together."""
    by_object: dict[str, list[str]] = {}
    for need in dict.fromkeys(needs):
        object_name, _, procore_id = need.partition(":")
        by_object.setdefault(object_name, []).append(procore_id)
    found = world.cross_references.by_procore_together(by_object) if by_object else {}
    return frozenset(f"{name}:{each}" for name, pairs in found.items() for each in pairs)


@dataclass(slots=True)
class Ahead:
    """What goes before items, as it stands now: read in a few calls, however many items."""

    world: World
    items: dict[str, Item] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)

    def read(self, items: Iterable[Item]) -> None:
        """Adds the needs of these items, and theirs."""
        asked: set[str] = set()
        wanted = {need for item in items for need in item.pending}
        while wanted:
            self.there |= there(self.world, wanted)
            found = self.world.state.get_many(wanted - self.there)
            self.items |= found
            asked |= wanted
            wanted = {need for item in found.values() for need in item.pending} - asked

    def of(self, item: Item) -> tuple[str, ...]:
        """The ids of all that goes before this item, each behind what it needs itself."""
        found: dict[str, None] = {}
        opened = {item.id}

        def visit(needs: Sequence[str]) -> None:
            for need in needs:
                if need not in opened and need not in self.there:
                    opened.add(need)
                    held = self.items.get(need)
                    visit(held.pending if held else ())
                    found[need] = None

        visit(item.pending)
        return tuple(found)

    def heads(self, item: Item) -> Iterator[dict[str, Any]]:
        """As :meth:`Need.head`, of what stands before an item now. One that is no item any more was never sent."""
        yield from map(self.head, self.of(item))

    def head(self, key: str) -> dict[str, Any]:
        room, held = self.world.rooms[key.partition(":")[0]], self.items.get(key)
        return _head(room, held) if held else Need(key=key, room=room).head()


def as_of_now(world: World, item: Item, preview: Mapping[str, Any]) -> dict[str, Any]:
    """A kept preview with what goes first as it stands now: what has arrived is gone from it, what changed shows its new content."""
    ahead = Ahead(world)
    ahead.read([item])
    return {**preview, "needs": list(ahead.heads(item))}
