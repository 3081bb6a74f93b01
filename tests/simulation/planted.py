"""Faults put into the product on purpose, each the lack of one thing that the protocol does: the simulation has to find every one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from connector.adapters.aws.leases import LeasedSlots
from connector.core.item import Item, State
from connector.core.outcome import Outcome
from connector.engine import export, legs, read_back, taking_back
from connector.engine import prepare as prepare_
from connector.engine.outlook import mark_name, marks_of
from connector.engine.prepare import Prepared
from connector.engine.world import World
from tests.doubles import MemoryCrossReferences
from tests.proof.test_the_proof import no_intent, no_look

type Patch = pytest.MonkeyPatch


def the_intent_is_not_written(patch: Patch) -> None:
    patch.setattr(export, "_intend", no_intent)


def nobody_looks_before_asking_again(patch: Patch) -> None:
    patch.setattr(export, "find", no_look(read_back.find))


def a_record_may_be_linked_twice(patch: Patch) -> None:
    patch.setattr(MemoryCrossReferences, "stands_elsewhere", lambda _self, _reference: False)


def the_fingerprint_is_not_compared(patch: Patch) -> None:
    prepare = prepare_.prepare

    def as_approved(world: World, room: Any, source: Any, *rest: Any, **more: Any) -> Prepared:
        item = world.state.get(f"{room.name}:{source.procore_id}")
        assert item is not None
        return replace(prepare(world, room, source, *rest, **more), fingerprint=item.approvals[-1].fingerprint)

    patch.setattr(export, "prepare", as_approved)


def the_watermark_moves_first(patch: Patch) -> None:
    read = legs.LegReader.read

    def early(self: Any) -> bool:
        progress, name = self._progress, self._name
        if not progress.at("until"):
            mark = marks_of(self._world, [self._room.name])[name]
            window = progress.window(mark, everything=progress.run.full or name in self._outlook.whole)
            self._world.state.move_watermarks({mark_name(name): (mark, str(self._reached(window, quiet=False)))})
        return bool(read(self))

    patch.setattr(legs.LegReader, "read", early)


def a_lease_holds_nobody_back(patch: Patch) -> None:
    claim = export._claim  # noqa: SLF001 -- the step that is taken out

    def anyhow(world: World, item: Item, worker: str) -> Item | Outcome:
        return claim(world, item.model_copy(update={"lease": None}), worker)

    patch.setattr(export, "_claim", anyhow)


def slots_are_not_counted(patch: Patch) -> None:
    made = LeasedSlots.__init__

    def many(self: LeasedSlots, *given: Any, **more: Any) -> None:
        made(self, *given, **more | {"limit": 9})

    patch.setattr(LeasedSlots, "__init__", many)


def an_approval_is_taken_back_too_late(patch: Patch) -> None:
    patch.setattr(taking_back, "REVOCABLE", taking_back.REVOCABLE | {State.EXPORTING})
    patch.setattr(taking_back, "_has_left", lambda _item: False)


PLANTED: Final[Mapping[str, Callable[[Patch], None]]] = {
    plant.__name__: plant
    for plant in (
        the_intent_is_not_written,
        nobody_looks_before_asking_again,
        a_record_may_be_linked_twice,
        the_fingerprint_is_not_compared,
        the_watermark_moves_first,
        a_lease_holds_nobody_back,
        slots_are_not_counted,
        an_approval_is_taken_back_too_late,
    )
}
