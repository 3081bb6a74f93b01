"""Where people see a linked record: in Procore's pages, and in Intacct's.

Procore documents the paths of its pages; a room names those of its records, and what a room does not name has no address. Intacct's
addresses are opaque: each record tells its own in ``RECORD_URL`` [F], which is asked for when somebody wants to go there (ADR 28).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import Final
from urllib.parse import quote, urlsplit

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import Query
from connector.core.item import Item
from connector.core.people import Person
from connector.engine.children import OF
from connector.engine.submit import item_id
from connector.engine.whereabouts import item_of, places, project_of, room_of
from connector.engine.world import World
from connector.ports import CrossReference

ADDRESS: Final = "RECORD_URL"


def in_procore(world: World, pairs: Sequence[CrossReference], items: Mapping[str, Item]) -> dict[tuple[str, str], str]:
    """Addresses by object and Procore's id, of those that have one. ``items`` are those at hand; the others are looked up."""
    if not world.procore_web:
        return {}
    pages = {name: room_of(world, name).web_pages for name in {pair.object for pair in pairs}}
    wanted = {key for pair in pairs for key in _kinds_by(pages[pair.object], pair)}
    known = {**items, **world.state.get_many(wanted - items.keys())}
    found = {(pair.object, pair.procore_id): _path(pages[pair.object], pair, project_of(world, pair), known) for pair in pairs}
    return {place: f"{world.procore_web}{path}" for place, path in found.items() if path}


def in_intacct(world: World, person: Person, object_name: str, procore_id: str) -> str:
    """The address of the linked record, as Intacct says. Raises ConnectorError(NOT_FOUND) where it is not there or has none, RetryLater
    and SetupWrong."""
    pair = world.cross_references.by_procore(object_name, [procore_id]).get(procore_id)
    if pair is None or not person.may_see(project_of(world, pair)):
        raise ConnectorError(Code.NOT_FOUND, f"{object_name} {procore_id} is not linked, or you may not see it.")
    room = room_of(world, object_name)
    item, exported = item_of(world, room, pair)
    place = next(places(world, room, pair, item if exported else None))
    query = Query(object=place.object, fields=("RECORDNO", ADDRESS), where=place.where)
    [answer] = world.intacct.read_each([query], entity=world.config().entity)
    if isinstance(answer, Violation):
        raise ConnectorError(Code.NOT_FOUND, f"Intacct does not say where {pair.intacct_id} is shown: {answer.message}")
    if not answer:
        raise ConnectorError(Code.NOT_FOUND, f"Intacct has no {place.object} {pair.intacct_id} any more.")
    address = str(answer[0].get(ADDRESS) or "")
    if urlsplit(address).scheme != "https":
        raise ConnectorError(Code.NOT_FOUND, f"Intacct does not say where {pair.intacct_id} is shown.")
    return address


def _kinds_by(pages: Mapping[str, str], pair: CrossReference) -> Iterator[str]:
    """The items whose kinds say which page it is: its own, and that of what it refers to."""
    if pages.keys() - {""}:
        yield item_id(pair.object, pair.procore_id)
        names = {name for path in pages.values() for name in _named(path)}
        yield from (item_id(name, pair.detail[f"{OF}{name}"]) for name in names if f"{OF}{name}" in pair.detail)


def _path(pages: Mapping[str, str], pair: CrossReference, project_id: str, items: Mapping[str, Item]) -> str:
    kinds = [items[key].kind for key in _kinds_by(pages, pair) if key in items]
    path = next((pages[kind] for kind in [*kinds, ""] if kind in pages), "")
    values = {name.removeprefix(OF): value for name, value in pair.detail.items() if name.startswith(OF)}
    values = {name: quote(value, safe="") for name, value in (values | {"project": project_id, "id": pair.procore_id}).items()}
    return path.format_map(values) if all(values.get(name) for name in _named(path)) else ""


def _named(path: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(path) if name]
