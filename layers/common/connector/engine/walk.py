"""A walk through Procore's lists for records that were changed or are gone: exported ones, and those that wait for a decision; for what no
webhook told.

One list answers for all records of a kind in a project (payments: of a contract). A record that is not listed any more, or whose list says
that it was changed since, is suspected; nothing is compared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import batched
from typing import Final

from connector.core.item import Item, State, Value
from connector.core.spec import ProcoreKind
from connector.engine.submit import item_id
from connector.engine.sweep import whole_shelf
from connector.engine.world import World
from connector.ports import CrossReference, Json

_AT_ONCE: Final = 100


class Ground(Value):
    """Records of one object that one list has: Procore's ids, whole ones. ``within`` is the record that they belong to."""

    object: str
    project_id: str
    within: str
    ids: tuple[str, ...]


def exported_pairs(world: World, object_name: str) -> Iterator[CrossReference]:
    """The links of records that were exported, or linked as if they had been; not those that an import made."""
    for some in batched(world.cross_references.of_object(object_name), _AT_ONCE, strict=False):
        items = world.state.get_many([item_id(object_name, pair.procore_id) for pair in some])
        synced = {item.procore_id: item.intacct_key for item in items.values() if item.state is State.SYNCED}
        yield from (pair for pair in some if synced.get(pair.procore_id) == pair.intacct_key)


def grounds(world: World) -> Iterator[Ground]:
    for name, room in world.rooms.items():
        if room.export is None:
            continue
        found: dict[tuple[str, str], list[str]] = {}
        every: list[CrossReference | Item] = [*exported_pairs(world, name), *whole_shelf(world, State.WAITING.value, name)]
        for known in every:
            found.setdefault(_place(room.export.kinds[0], known), []).append(known.procore_id)
        for (project_id, within), ids in found.items():
            yield Ground(object=name, project_id=project_id, within=within, ids=tuple(sorted(ids)))


def suspects(world: World, ground: Ground, since: datetime | None) -> Iterator[str]:
    """The items of the ground's records that may differ. Where a kind has no list, its few records are all suspected."""
    export = world.rooms[ground.object].export
    assert export is not None  # noqa: S101 -- grounds are of exported objects
    known = {procore_id: pair.linked_at for procore_id, pair in world.cross_references.by_procore(ground.object, ground.ids).items()}
    items = world.state.get_many([item_id(ground.object, procore_id) for procore_id in ground.ids if procore_id not in known])
    known |= {item.procore_id: item.since for item in items.values() if item.state is State.WAITING}
    listed: dict[str, Json] = {}
    kinds = [kind for kind in export.kinds if kind.list and (export.kind_by is None or export.kind_by(world.config()) == kind.name)]
    for kind in kinds:
        listed |= _listed(world, kind, ground)
    for procore_id, moment in known.items():
        row = listed.get(procore_id)
        if row is None or _changed(row, (since, moment)):
            yield item_id(ground.object, procore_id)


def _listed(world: World, kind: ProcoreKind, ground: Ground) -> dict[str, Json]:
    where = {"company": world.company, "project": ground.project_id, kind.id_parts[0]: ground.within}
    params = {name: text.format_map(where) for name, text in kind.list_params.items()}
    pages = world.procore.pages(kind.list.format_map(where), params)
    head = f"{ground.within}-" if ground.within else ""
    return {f"{head}{row['id']}": row for page in pages for row in page}


def _place(kind: ProcoreKind, known: CrossReference | Item) -> tuple[str, str]:
    of_a_project = any("{project}" in text for text in (kind.show, kind.list, *kind.params.values(), *kind.list_params.values()))
    within = known.procore_id.rpartition("-")[0] if len(kind.id_parts) > 1 else ""
    return (known.project_id if of_a_project else ""), within


def _changed(row: Json, moments: Iterable[datetime | None]) -> bool:
    stamp = row.get("updated_at")
    threshold = max(filter(None, moments), default=None)
    return threshold is None or not stamp or datetime.fromisoformat(str(stamp)) >= threshold
