"""The side panel: where the record that is open in Procore stands, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from connector.core.errors import Code, ConnectorError
from connector.core.people import Role
from connector.engine import submit
from connector.entrypoints.bodies import SendBody
from connector.entrypoints.item_calls import source_of
from connector.entrypoints.item_pages import action_of
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import panel as pages

VIEWS: Final[Mapping[str, str]] = {
    "commitments.work_order_contracts.detail": "commitments",
    "commitments.purchase_order_contracts.detail": "commitments",
    "commitments.commitment_contract_change_orders.detail": "commitment_change_orders",
    "commitments.requisitions.detail": "subcontractor_invoices",
}
"""Procore's keys of the views that the panel stands on ("Side panel view keys" [D]), and what we call the record there."""


def show(visit: Visit) -> Page:
    query = visit.query
    name = VIEWS.get(query.get("view", ""), query.get("object", ""))
    if not query.get("id"):
        return Page(html=pages.waiting(visit.frame()))
    if name not in visit.world.rooms:
        return Page(html=pages.not_ours(visit.frame()))
    body = record_of(name, query.get("id", ""), query.get("project", ""))
    item = visit.world.state.get(submit.item_id(name, body.procore_id))
    if item is not None and visit.person.may_see(item.project_id):
        return Page.to(visit.address("panel", "item", item.id, **{"in": "panel"}))
    if not visit.person.may_see(body.project_id):
        raise ConnectorError(Code.NOT_ALLOWED, f"{visit.person.name} has no access to this project.")
    room = submit.exported(visit.world, name)
    return Page(
        html=pages.unsent(visit.frame(), room.title, body.object, body.procore_id, body.project_id, may_send=Role.SENDER in visit.roles)
    )


def show_item(visit: Visit) -> Page:
    item = submit.found(visit.world, visit.person, visit.id)
    return Page(
        html=pages.item(
            visit.frame(), item, visit.formats, action=action_of(visit, item), address=visit.address("items", item.id, **{"in": "panel"})
        )
    )


def send(visit: Visit) -> Page:
    body = record_of(visit.one("object"), visit.one("id"), visit.one("project"))
    room = submit.exported(visit.world, body.object)
    sent = submit.send(visit.world, visit.person, body.object, source_of(room, body), {})
    if sent.item is None:
        return Page(
            html=pages.unsent(
                visit.frame(), room.title, body.object, body.procore_id, body.project_id, may_send=True, violations=sent.violations
            )
        )
    return Page.to(visit.address("panel", "item", sent.item.id, **{"in": "panel"}))


def record_of(name: str, procore_id: str, project_id: str) -> SendBody:
    try:
        return SendBody(object=name, procore_id=procore_id, project_id=project_id)
    except ValidationError:
        raise ConnectorError(Code.MALFORMED, "Procore named a record in a way this page does not know.") from None


ROUTES: Final = (
    Route("GET", "/app/panel", show),
    Route("GET", "/app/panel/item/{id}", show_item),
    Route("POST", "/app/panel/send", send),
)
