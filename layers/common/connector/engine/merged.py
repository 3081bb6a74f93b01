"""Companies that were merged in Procore: the link of the one that is gone goes to the one that took it in.

What is known. People merge companies in Procore's directory, for good: everything of the others moves to the primary one, and they "no
longer exist" (404) [D: erp_events_dictionary.md, merge_vendors; support pages, Merge Companies]. No public call merges, and no webhook
names both: the primary one tells of an update [?]. Of external ids the primary keeps its own; where it has none it gets that of the other,
which "is maintained and added to the merged record" [D, of connected companies; else ?]. So two signs together are taken for a merge: a
record that carries the mark of a pair which is another's, and that other is gone. Where each had its own vendor no mark moves: what is left
is a pair whose company is gone, and a person says where it belongs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.item import step
from connector.core.origin import key_of
from connector.engine.refused import item_id as staged_id
from connector.engine.world import Room, Source, World
from connector.ports import Contention, CrossReference, Json

log = logging.getLogger("connector.merged")


def follow(world: World, room: Room, procore_id: str, shown: Mapping[str, Json]) -> CrossReference | None:
    """The pair that now belongs to this record, where it took in the one that was linked. May be repeated."""
    pair = _another_s(world, room, procore_id, shown)
    if pair is None or not is_gone(world, room, pair.procore_id) or not world.cross_references.repoint(pair, procore_id):
        return None
    log.info("merged in Procore", extra={"object": room.name, "from": pair.procore_id, "to": procore_id})
    for key in (f"{room.name}:{pair.procore_id}", staged_id(room.name, pair.intacct_key)):
        _tell(world, key, procore_id)
    return pair.model_copy(update={"procore_id": procore_id})


def seen(world: World, room: Room, procore_id: str) -> bool:
    """Whether a record that something happened to has taken in another one, whose link it has now."""
    if not room.merged_in_procore:
        return False
    try:
        _, shown = world.door.fetch(room, Source(procore_id=procore_id))
    except ConnectorError as problem:
        if problem.code is not Code.NOT_FOUND:
            raise
        return False
    return follow(world, room, procore_id, shown) is not None


def of_another(world: World, room: Room, procore_id: str, shown: Mapping[str, Json]) -> Iterator[Violation]:
    """A record that carries the mark of another one's pair would become a second one in Intacct."""
    pair = _another_s(world, room, procore_id, shown)
    if pair is not None:
        said = f"The record carries the mark of {pair.intacct_id}, which is linked to Procore's {pair.label or pair.procore_id}."
        yield Violation(code=Code.LINKED_ELSEWHERE, field="origin", message=said)


def is_gone(world: World, room: Room, procore_id: str) -> bool:
    try:
        world.door.fetch(room, Source(procore_id=procore_id))
    except ConnectorError as problem:
        if problem.code is not Code.NOT_FOUND:
            raise
        return True
    return False


def left_behind(pair: CrossReference) -> Violation:
    said = f"{pair.label or pair.intacct_id} ({pair.intacct_id}) is linked to Procore's {pair.procore_id}, which is gone there."
    return Violation(code=Code.GONE_IN_PROCORE, field="", message=said)


def _another_s(world: World, room: Room, procore_id: str, shown: Mapping[str, Json]) -> CrossReference | None:
    """The pair that the record is marked with, where it is not its own."""
    if not room.merged_in_procore or room.export is None:
        return None
    key = key_of(shown.get("origin_id"), room.export.held.object)
    pair = world.cross_references.by_intacct(room.name, [key]).get(key) if key else None
    return pair if pair is not None and pair.procore_id != procore_id else None


def _tell(world: World, key: str, procore_id: str) -> None:
    item = world.state.get(key)
    if item is None:
        return
    what = "merged in Procore: its link went to the company that took it in"
    after, entry = step(item, what, who="Procore", at=world.clock.now(), detail={"procore": procore_id})
    with suppress(Contention):
        world.state.save(after, entry)
