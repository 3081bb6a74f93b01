"""Settings, for administrators: who may approve what, and whether both systems are set up."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Final

from connector.core.configuration import Configuration
from connector.core.money import typed
from connector.core.people import ApprovalRight
from connector.engine.connection import check
from connector.entrypoints.admin_calls import administrators_only, show_settings, write_settings
from connector.entrypoints.bodies import SettingsBody
from connector.entrypoints.calls import Call
from connector.entrypoints.views import SettingsAnswer, ViolationsAnswer
from connector.entrypoints.visits import Page, Route, Visit
from connector.presentation import settings as pages

MOST_RIGHTS: Final = 200


def show(visit: Visit) -> Page:
    return _page(visit, visit.config.approvers)


def _page(visit: Visit, rights: tuple[ApprovalRight, ...], said: tuple[str, ...] = (), status: HTTPStatus = HTTPStatus.OK) -> Page:
    administrators_only(visit.world, visit.person)
    held = _held(visit)
    exported = sorted(name for name, room in visit.world.rooms.items() if room.export)
    html = pages.page(
        visit.frame("settings"), held.settings, rights, version=held.version, objects=exported, said=said, saved="saved" in visit.query
    )
    return Page(html=html, status=status)


def _held(visit: Visit) -> SettingsAnswer:
    answer = show_settings(Call(world=visit.world, person=visit.person, id="", given=None)).body
    assert isinstance(answer, SettingsAnswer)  # noqa: S101 -- the route's own model
    return answer


def save_approvers(visit: Visit) -> Page:
    """The rows as they stand in the form, instead of those before; a row without a name is none. All other settings stay."""
    administrators_only(visit.world, visit.person)
    rights, wrong = _rights(visit)
    if wrong:
        return _page(visit, rights, tuple(wrong), HTTPStatus.UNPROCESSABLE_ENTITY)
    settings = _held(visit).settings.model_copy(update={"approvers": rights})
    body = SettingsBody(version=visit.one("version")[:64], settings=Configuration.model_validate(settings.model_dump()))
    reply = write_settings(Call(world=visit.world, person=visit.person, id="", given=body))
    if isinstance(reply.body, ViolationsAnswer):
        return _page(visit, rights, tuple(f"{each.message} {each.remedy}" for each in reply.body.violations), reply.status)
    return Page.to(visit.address("settings", saved="yes"))


def _rights(visit: Visit) -> tuple[tuple[ApprovalRight, ...], list[str]]:
    rights, wrong = [], []
    columns = [visit.given.get(name, ()) for name in ("login", "objects", "projects", "up_to")]
    for login, objects, projects, up_to in list(zip(*columns, strict=False))[:MOST_RIGHTS]:
        if not login.strip():
            continue
        limit = _limit(up_to)
        if up_to.strip() and limit is None:
            wrong.append(f"{login.strip()}: {up_to.strip()[:40]!r} is no amount.")
        unknown = [name for name in _listed(objects) if name not in visit.world.rooms]
        wrong += [f"{login.strip()}: there is no object {name[:40]!r}." for name in unknown]
        rights.append(
            ApprovalRight(login=login.strip(), objects=frozenset(_listed(objects)), projects=frozenset(_listed(projects)), up_to=limit)
        )
    return tuple(rights), wrong


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _limit(text: str) -> Decimal | None:
    try:
        value = typed(text)
    except ValueError:
        return None
    return value if value >= 0 else None


def check_connection(visit: Visit) -> Page:
    """Asks both systems, step by step; writes to neither."""
    administrators_only(visit.world, visit.person)
    return Page(html=pages.checked(visit.frame("settings"), visit.formats, check(visit.world)))


ROUTES: Final = (
    Route("GET", "/app/settings", show),
    Route("POST", "/app/settings/approvers", save_approvers),
    Route("POST", "/app/settings/check", check_connection),
)
