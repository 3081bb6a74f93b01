"""Linking thousands of staged records to what is suggested for them: a run like an import's, each step as much as fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import batched
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, State
from connector.core.people import ACCOUNTING, Person
from connector.engine.decide import Decided
from connector.engine.desk import Desk
from connector.engine.import_runs import begin
from connector.engine.progress import Progress
from connector.engine.refused import shelf
from connector.engine.stage import SUGGESTED
from connector.engine.world import World
from connector.ports import Run

LINKING: Final = "linking"
AT_ONCE: Final = 500
"""Suggestions that are linked while the caller waits: some ten seconds' work."""
BATCH: Final = 250
"""Linked between two saves of the run."""


def request_links(world: World, person: Person, object_name: str) -> Run:
    """Starts a run that links every staged record of the object to the Procore record suggested for it, in this person's name; joins the
    one that does so already. Raises ConnectorError(NOT_ALLOWED, NOT_FOUND)."""
    room = world.room(object_name)
    if not world.config().roles(person) & ACCOUNTING:
        raise ConnectorError(Code.NOT_ALLOWED, f"{person.name} may not link {object_name.replace('_', ' ')}.")
    run = Run(
        id="",
        kind=LINKING,
        state="running",
        started_at=world.clock.now(),
        started_by=person.name,
        objects=(room.name,),
        position={"person": person.model_dump_json()},
    )
    return begin(world, run)


def link_suggested(progress: Progress) -> bool:
    """One step, and whether it was the last. What is linked leaves the list; what cannot be is passed over for the rest of the run, and
    stays staged."""
    world, person = progress.world, Person.model_validate_json(progress.at("person"))
    suggested = suggestions(world, progress.run.objects[0])
    times, passed = Counter(suggested.values()), set(progress.listed("passed"))
    desk = Desk(world, person)
    for some in batched([item_id for item_id in suggested if item_id not in passed], BATCH, strict=False):
        if progress.out_of_time:
            progress.save()
            return False
        desk = Desk(world, person, targets=desk.targets)
        link_each(desk, progress.run.objects[0], {item_id: suggested[item_id] for item_id in some}, times)
        results = desk.settle()
        progress.counts += Counter(
            linked=sum(result.violation is None and result.state is State.LINKED for result in results),
            refused=sum(result.violation is not None for result in results),
        )
        passed |= {result.item for result in results if result.violation is not None}
        progress.keep("passed", passed)
        progress.save()
    progress.end("ended")
    return True


def suggestions(world: World, object_name: str) -> dict[str, str]:
    """Procore's ids that are suggested for staged records, by item."""
    return {item.id: item.staged[SUGGESTED] for item in shelf(world, State.STAGED, object_name) if SUGGESTED in item.staged}


def link_each(desk: Desk, object_name: str, suggested: Mapping[str, str], times: Mapping[str, int]) -> None:
    """Takes these items up for what is suggested for them; ``times`` says how often each Procore record is suggested at all."""

    def one(item: Item) -> Decided | None:
        twin = desk.target(item).by_id(suggested[item.id])
        if twin is None:
            return desk.refused(item, Code.NOT_FOUND, "the suggested record is not in Procore's list any more.")
        if times[twin.id] > 1:
            return desk.refused(item, Code.LINKED_ELSEWHERE, f"{twin.name} is suggested for {times[twin.id]} records; link one by hand.")
        return desk.closed(item) or desk.claim_twin(item, twin)

    desk.look_ahead(object_name, list(suggested), list(set(suggested.values())))
    desk.each(list(suggested), one)
