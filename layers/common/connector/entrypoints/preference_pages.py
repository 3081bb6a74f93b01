"""A person's own mails: which come, at once or in the daily one, or not at all."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from pydantic import ValidationError

from connector.core.notices import How, MailKind, Preferences, preferences
from connector.core.people import Role
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import preferences as pages


def show(visit: Visit) -> Page:
    return _page(visit, preferences(visit.world.state.preferences(), visit.person.login), saved="saved" in visit.query)


def _page(visit: Visit, chosen: Preferences, *, zone: str = "", saved: bool = False, wrong: str = "") -> Page:
    choice = pages.Choice(
        chosen=chosen,
        zone=zone or chosen.zone or visit.session.zone,
        login=visit.person.login,
        hour=visit.config.digest_hour,
        approver=Role.APPROVER in visit.roles,
        saved=saved,
        wrong=wrong,
    )
    return Page(html=pages.page(visit.frame(), choice), status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK)


def save(visit: Visit) -> Page:
    """A kind that was not sent stays as it was chosen."""
    held = preferences(visit.world.state.preferences(), visit.person.login)
    given = {kind: visit.one(f"kind.{kind.value}") for kind in MailKind}
    kinds = {**held.kinds, **{kind: How(text) for kind, text in given.items() if text in {*How}}}
    zone = visit.one("zone").strip()
    try:
        chosen = Preferences(kinds=kinds, zone=zone)
    except ValidationError:
        wrong = f"{zone[:64]!r} is no time zone; one is America/New_York."
        return _page(visit, held.model_copy(update={"kinds": kinds}), zone=zone, wrong=wrong)
    visit.world.state.save_preferences(visit.person.login, chosen.model_dump_json())
    return Page.to(visit.address("preferences", saved="yes"))


ROUTES: Final = (
    Route("GET", "/app/preferences", show),
    Route("POST", "/app/preferences", save),
)
