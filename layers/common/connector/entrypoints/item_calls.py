"""Items: send, look, list, take back, and the approver's own values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.item import DIFFERS, NOT_WRITTEN_BACK, Item, State
from connector.core.people import Person
from connector.engine import preview as previews
from connector.engine import submit, taking_back
from connector.engine.choices import rechoose
from connector.engine.needs import as_of_now, of_a_project
from connector.engine.submit import Sent
from connector.engine.world import Room, Source, World
from connector.entrypoints.bodies import ChoicesBody, ItemsQuery, Paged, SendBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.views import HistoryAnswer, ItemsAnswer, ItemView, PreviewView, Reason, SentAnswer, ViolationsAnswer

_FETCHES: Final = 10
"""Pages read for one answer at most: a filter that fits little answers with what it found and a cursor."""


def send(call: Call[SendBody]) -> Reply:
    body = call.given
    source = source_of(submit.exported(call.world, body.object), body)
    held = call.world.state.get(submit.item_id(body.object, body.procore_id))
    sent = submit.send(call.world, call.person, body.object, source, body.choices)
    same = held is not None and sent.item is not None and held.version == sent.item.version
    return _sent(sent, HTTPStatus.OK if same else HTTPStatus.CREATED)


def look(call: Call[SendBody]) -> Reply:
    body = call.given
    source = source_of(submit.exported(call.world, body.object), body)
    return Reply(PreviewView.model_validate(submit.look(call.world, call.person, body.object, source, body.choices)))


def choose(call: Call[ChoicesBody]) -> Reply:
    item = submit.found(call.world, call.person, call.id)
    return _sent(rechoose(call.world, call.person, item.id, call.given.choices, fingerprint=call.given.fingerprint), HTTPStatus.OK)


def _sent(sent: Sent, status: HTTPStatus) -> Reply:
    if sent.item is None or sent.preview is None:
        return Reply(ViolationsAnswer(violations=tuple(map(Reason.of, sent.violations))), HTTPStatus.UNPROCESSABLE_ENTITY)
    return Reply(SentAnswer.of(sent.item, sent.preview), status)


def take_back(call: Call[None]) -> Reply:
    return Reply(ItemView.of(taking_back.take_back(call.world, call.person, call.id)))


def show(call: Call[None]) -> Reply:
    (shown,) = ItemView.of_all(call.world, [submit.found(call.world, call.person, call.id)])
    return Reply(shown)


def show_preview(call: Call[None]) -> Reply:
    item = submit.found(call.world, call.person, call.id)
    kept = call.world.payloads.get(previews.name_of(item.id, item.fingerprint)) if item.fingerprint else None
    if kept is None:
        raise ConnectorError(Code.NOT_FOUND, f"No preview is kept for {item.id}.")
    return Reply(PreviewView.model_validate(as_of_now(call.world, item, json.loads(kept))))


def history(call: Call[None]) -> Reply:
    item = submit.found(call.world, call.person, call.id)
    return Reply(HistoryAnswer.of(item, call.world.state.history(item.id)))


_SHELVES: Final = {
    State.SYNCED: (NOT_WRITTEN_BACK, DIFFERS, "synced"),
    State.RETRIEVED: ("retrieved:mark-left", "retrieved"),
}


def list_items(call: Call[ItemsQuery]) -> Reply:
    query = call.given
    if query.differs and query.state is not State.SYNCED:
        raise ConnectorError(Code.MALFORMED, "differs asks for synced items that differ; it goes with state=synced.")
    if query.waits_for and query.state is not State.BLOCKED:
        raise ConnectorError(Code.MALFORMED, "waits_for names the item that blocked ones wait for; it goes with state=blocked.")
    shelves = (DIFFERS,) if query.differs else _SHELVES.get(query.state, (query.state.value,))

    def fits(item: Item) -> bool:
        return query.project in ("", item.project_id) and query.waits_for in ("", item.waits_for)

    return Reply(page(call.world, call.person, query, shelves, query.object, fits))


def page(
    world: World, person: Person, query: Paged, shelves: tuple[str, ...], object_name: str, fits: Callable[[Item], bool]
) -> ItemsAnswer:
    """The next items of ``shelves``, one after the other, that the person may see. The cursor says which shelf, and where on it. An item
    that moves from one to the other meanwhile comes once."""
    found: dict[str, Item] = {}
    shelf, inner = _opened(query.cursor, len(shelves))
    for _ in range(_FETCHES):
        held = world.state.on_shelf(shelves[shelf], limit=query.limit - len(found), cursor=inner, object_name=object_name)
        found |= {item.id: item for item in _visible(held.rows, person, fits)}
        inner = held.cursor
        shelf += 0 if inner else 1
        if shelf == len(shelves):
            return ItemsAnswer(items=ItemView.of_all(world, list(found.values())))
        if len(found) == query.limit:
            break
    return ItemsAnswer(items=ItemView.of_all(world, list(found.values())), cursor=f"{shelf}.{inner}")


def _visible(items: tuple[Item, ...], person: Person, fits: Callable[[Item], bool]) -> Iterator[Item]:
    return (item for item in items if person.may_see(item.project_id) and fits(item))


def _opened(cursor: str, shelves: int) -> tuple[int, str]:
    number, _, inner = cursor.partition(".") if cursor else ("0", "", "")
    if not (number.isascii() and number.isdigit() and len(number) == 1 and int(number) < shelves):
        raise ConnectorError(Code.MALFORMED, "The cursor is not one of ours.")
    return int(number), inner


def source_of(room: Room, body: SendBody) -> Source:
    """Where the record is read. A project is its own; what a company owns has none; for the rest the caller says which, and Procore
    answers only if it is so."""
    if room.name == "projects":
        return Source(procore_id=body.procore_id, project_id=body.procore_id)
    if of_a_project(room) and not body.project_id:
        raise ConnectorError(Code.MALFORMED, f"project_id is missing: a {room.title.lower()} belongs to a project.")
    return Source(procore_id=body.procore_id, project_id=body.project_id if of_a_project(room) else "")


TAKES_BACK: Final = "Take back what waits, as its sender; until the export starts, one's own approval"
ROUTES: Final = (
    Route("POST", "/items", "sendItem", "Send a record to accounting", send, SentAnswer, SendBody, (HTTPStatus.CREATED, HTTPStatus.OK)),
    Route("GET", "/items", "listItems", "Items of one state, longest there first", list_items, ItemsAnswer, ItemsQuery),
    Route("GET", "/items/{id}", "getItem", "One item", show, ItemView),
    Route("GET", "/items/{id}/preview", "getPreview", "The kept preview, to which an approval is bound", show_preview, PreviewView),
    Route("GET", "/items/{id}/history", "getHistory", "Every step, and whether the chain holds", history, HistoryAnswer),
    Route(
        "POST",
        "/items/{id}/take-back",
        "takeBack",
        "What waits, by its sender; an approval, by its approver until the export starts",
        take_back,
        ItemView,
    ),
    Route("POST", "/items/{id}/choices", "chooseValues", "The approver's own values: a new preview", choose, SentAnswer, ChoicesBody),
    Route("POST", "/previews", "preview", "What sending would do, with every broken rule; nothing is kept", look, PreviewView, SendBody),
)
