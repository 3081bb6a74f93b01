"""The pages inside Procore: finds the page, sees who is there, and answers with a page whatever happens.

Every page works as plain links and forms; the script only saves reloads. What may be done is checked by the engine at every button.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from connector import bootstrap
from connector.core.errors import Code, ConnectorError
from connector.entrypoints import (
    adopt_pages,
    approve_pages,
    drift_pages,
    import_pages,
    item_pages,
    job_pages,
    pair_pages,
    panel_page,
    preference_pages,
    problem_pages,
    schedule_pages,
    send_pages,
    settings_pages,
    sign_in,
    staged_pages,
    unlink_pages,
)
from connector.entrypoints.boundary import Event, about, count, fault, guarded, said
from connector.entrypoints.problems import headers_of, status_of
from connector.entrypoints.visits import STAGE, Asked, Page, Route, SignedOut, Visit, signed_in
from connector.ports import Contention
from connector.presentation import notices, sign_in_pages
from connector.presentation.frame import TYPES, Frame, csp, static_files
from connector.settings import environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

type _Answer = Response[str]

ROUTES: Final = (
    *approve_pages.ROUTES,
    *item_pages.ROUTES,
    *drift_pages.ROUTES,
    *panel_page.ROUTES,
    *problem_pages.ROUTES,
    *import_pages.ROUTES,
    *staged_pages.ROUTES,
    *schedule_pages.ROUTES,
    *pair_pages.ROUTES,
    *job_pages.ROUTES,
    *unlink_pages.ROUTES,
    *adopt_pages.ROUTES,
    *settings_pages.ROUTES,
    *preference_pages.ROUTES,
    *send_pages.ROUTES,
)
_OPEN: Final = (
    ("GET", "/app/signin", sign_in.start),
    ("GET", "/app/signin/callback", sign_in.callback),
    ("POST", "/app/session", sign_in.open_session),
    ("POST", "/app/signout", sign_in.close_session),
    ("GET", "/app/me", sign_in.me),
)
"""Of these, each sees to it itself who is there."""
_ALONE: Final = frozenset({"/app/signin", "/app/signin/callback"})
"""Pages of the popup: in nobody's frame."""
_FIXED: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # so that a form's Origin is no "null"; nobody else learns an address
    "Cross-Origin-Opener-Policy": "unsafe-none",  # the popup must find its opener
    "Strict-Transport-Security": "max-age=31536000",
}
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def _page(route: Route) -> Callable[..., _Answer]:
    def show(asked: Asked) -> Page:
        visit = signed_in(asked)
        about(caller=visit.person.id, company=asked.world.company, item=asked.id, route=f"{route.method} {route.path}")
        try:
            return route.does(visit)
        except ConnectorError as problem:
            said(problem)
            return _notice(visit, problem)

    return _in_one_shape(route.path, show)


def _notice(visit: Visit, problem: ConnectorError) -> Page:
    html = notices.problem(visit.frame(), problem.violation())
    return Page(html=html, status=status_of(problem), headers=headers_of(problem))


def _in_one_shape(path: str, show: Callable[[Asked], Page]) -> Callable[..., _Answer]:
    """Whatever happens becomes a page; only our own faults are 500, with a code and nothing else."""

    def safely(**found: str) -> _Answer:
        asked = Asked(event=_app.current_event.raw_event, world=bootstrap.world(), id=unquote(found.get("id", "")))
        frame = Frame(base=asked.base, locale=asked.locale, panel=asked.panel)
        try:
            page = show(asked)
        except SignedOut as out:
            html = sign_in_pages.signed_out(asked.base, asked.locale, ended=out.ended, here=asked.here, panel=asked.panel)
            page = Page(html=html, status=HTTPStatus.UNAUTHORIZED)
        except ConnectorError as problem:
            said(problem)
            page = Page(html=notices.problem(frame, problem.violation()), status=status_of(problem), headers=headers_of(problem))
        except Contention:
            changed = ConnectorError(Code.NOT_WAITING, "It changed at this very moment. Look at it again.")
            page = Page(html=notices.problem(frame, changed.violation()), status=HTTPStatus.CONFLICT)
        except Exception as problem:  # noqa: BLE001 -- the last line before the reader
            page = Page(html=notices.failed(frame, fault(problem)), status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return _answered(page, "'none'" if path in _ALONE else environment().procore_frames)

    return safely


def _answered(page: Page, frames: str) -> _Answer:
    count(f"Pages{page.status.value // 100}xx")
    headers: dict[str, str | list[str]] = {**_FIXED, "Content-Security-Policy": csp(frames), **page.headers}
    if page.cookies:
        headers["Set-Cookie"] = list(page.cookies)
    kind = str(headers.pop("Content-Type", "text/html; charset=utf-8"))
    return Response(status_code=page.status.value, content_type=kind, body=page.html, headers=headers)


def _static(name: str, **_path: str) -> _Answer:
    """Whatever hash is asked for: the page that names an older one may still be open."""
    text = static_files().get(name)
    if text is None:
        return _answered(Page(status=HTTPStatus.NOT_FOUND), "'none'")
    return Response(status_code=HTTPStatus.OK.value, content_type=TYPES[name.rpartition(".")[2]], body=text, headers=_FOREVER)


def _first(asked: Asked) -> Page:
    return Page.to(f"{asked.base}/approve")


def _no_such_page(_problem: NotFoundError) -> _Answer:
    nothing = ConnectorError(Code.NOT_FOUND, "There is no such page.")
    frame = Frame(base=Asked(event=_app.current_event.raw_event, world=bootstrap.world()).base, locale="en_US")
    return _answered(Page(html=notices.problem(frame, nothing.violation()), status=HTTPStatus.NOT_FOUND), environment().procore_frames)


def _resolver() -> APIGatewayRestResolver:
    app = APIGatewayRestResolver(strip_prefixes=[STAGE])
    app.not_found(_no_such_page)
    app.get("/app")(_in_one_shape("/app", _first))
    app.get("/app/static/<version>/<name>")(_static)
    for method, path, show in _OPEN:
        app.route(path, method=method)(_in_one_shape(path, show))
    for route in ROUTES:
        app.route(route.path.replace("{", "<").replace("}", ">"), method=route.method)(_page(route))
    return app


_app: Final = _resolver()


def answer(event: Event, context: LambdaContext) -> dict[str, Any]:
    return _app.resolve(event, context)


lambda_handler = guarded(answer)
