"""The page behind an e-mailed link: GET shows and changes nothing, POST decides, under the same rules as everywhere.

A link is for one person, one item, one version; it ends and works once. Whoever it belongs to is told what became of the item with
status 200, because a page for people is no error; a link that is not ours is 404, too many of them 429, a button of another site 403.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from pydantic import TypeAdapter

from connector import bootstrap
from connector.core.errors import Code, ConnectorError, Kind
from connector.core.item import State
from connector.engine.decide import GIVEN, Decision, decide
from connector.engine.notify import token_hash
from connector.engine.outbox import stop
from connector.engine.world import World
from connector.entrypoints.boundary import Event, about, count, fault, guarded, said
from connector.entrypoints.link_visits import LinkVisit, changed, ended, taken_back
from connector.entrypoints.visits import Asked, session_of
from connector.ports import Contention, Subscription
from connector.presentation import link_pages as pages
from connector.presentation.formats import Formats
from connector.presentation.link_pages import Ending, Typed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

type Page = Response[str]
type Verdict = Literal["approve", "reject"]

STAGE: Final = "/v1"
LARGEST_FORM: Final = 16 * 1024
LONGEST_TOKEN: Final = 100
_NEEDS: Final = TypeAdapter(dict[str, str])
_HEADERS: Final = {
    "Content-Security-Policy": pages.CSP,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    verdict: Verdict
    fingerprint: str
    with_needs: bool
    needs: Mapping[str, str]
    typed: Typed

    @property
    def fields(self) -> Mapping[str, str]:
        """As it was sent, to be sent again."""
        needs = {"with_needs": "yes" if self.with_needs else "no", "needs": json.dumps(dict(self.needs))}
        typed = {"cause": self.typed.cause, "reason": self.typed.reason}
        return {"verdict": self.verdict, "fingerprint": self.fingerprint, **needs, **typed}

    @property
    def reason(self) -> str:
        """The cause and the words; the words are what counts, so that a cause alone is no reason."""
        words = self.typed.reason.strip()
        return f"{self.typed.cause}: {words}" if words and self.typed.cause else words


def _show(token: str) -> Page:
    visit = _visit(token)
    if isinstance(visit, Ending):
        return _ending(visit, HTTPStatus.NOT_FOUND)
    over = ended(visit)
    page = None if over else visit.page()
    if page is None:
        return _ending(over or ended(visit.anew()) or _gone(visit))
    return _html(HTTPStatus.OK, pages.item(page, visit.item, visit.person, way=visit.to_list()))


def _decide(token: str) -> Page:
    visit = _visit(token)
    if isinstance(visit, Ending):
        return _ending(visit, HTTPStatus.NOT_FOUND)
    event: Event = _app.current_event.raw_event
    if not _from_our_page(event, visit.world.app_url):
        return _ending(_again(pages.elsewhere(), token), HTTPStatus.FORBIDDEN)
    form = _form(event)
    over = _over(visit, form)
    if over is not None:
        return _ending(over)
    try:
        return _decided(visit, form)
    except Contention:  # others were faster, at every try
        over = _over(visit.anew(), form)
        return _ending(over) if over else _ending(_again(pages.away(), token), HTTPStatus.SERVICE_UNAVAILABLE)


def _over(visit: LinkVisit, form: _Form) -> Ending | None:
    """Why the form decides nothing any more; None while the item waits for it."""
    if visit.known and _decided_before(visit, form):
        return _done(visit, form)
    return ended(visit, form.fields) or (changed(visit) if form.fingerprint != visit.link.fingerprint else None)


def _done(visit: LinkVisit, form: _Form) -> Ending:
    over = taken_back(visit) if form.verdict == "approve" else None
    return over or replace(pages.done(form.verdict, visit.item, visit.formats), way=visit.to_list())


def _decided_before(visit: LinkVisit, form: _Form) -> bool:
    """Whether this person has said the same of this version already: by this link, or in another window a moment ago, when the link is not
    spent yet."""
    link, held = visit.link, visit.item
    if link.used_at is not None:
        return link.used_for == form.verdict
    if form.verdict == "reject":
        *_, last = visit.world.state.history(held.id)
        return held.state is State.REJECTED and (last.who, held.reason) == (visit.person.name, form.reason)
    return held.state in GIVEN and any(each.by == link.login and each.fingerprint == form.fingerprint for each in held.approvals)


def _decided(visit: LinkVisit, form: _Form) -> Page:
    page = visit.page()
    if page is None or not page.decidable:
        return _ending(_over(visit.anew(), form) or _gone(visit))
    wanted = Decision(
        item=visit.item.id,
        verdict=form.verdict,
        fingerprint=form.fingerprint,
        reason=form.reason,
        with_needs=form.with_needs,
        needs=form.needs,
    )
    violation = decide(visit.world, visit.person, [wanted], via="link")[0].violation
    after = visit.anew()
    if violation is None:
        # Only a decision that was taken spends the link: were it spent before, a crash in between would lose the decision.
        visit.world.links.use(visit.hash, at=visit.world.clock.now(), used_for=form.verdict)
        count(f"Links{form.verdict.capitalize()}")
        return _ending(_done(after, form))
    if violation.code is Code.REASON_MISSING:
        shown = pages.item(page, visit.item, visit.person, error=violation, typed=form.typed, way=visit.to_list())
        return _html(HTTPStatus.UNPROCESSABLE_ENTITY, shown)
    if violation.explanation.kind in {Kind.LATER, Kind.SETUP}:
        return _ending(_again(pages.away(), visit.token), HTTPStatus.SERVICE_UNAVAILABLE)
    return _ending(_over(after, form) or replace(pages.refused(violation), way=visit.to_item("Open the item")))


def _ask_to_stop(token: str) -> Page:
    found = _subscription(token)
    return _html(HTTPStatus.OK, pages.stopping(found)) if found else _ending(pages.unknown(), HTTPStatus.NOT_FOUND)


def _stop(token: str) -> Page:
    """RFC 8058: a mail program posts ``List-Unsubscribe=One-Click`` without asking anybody; our own page posts the same. The token is all
    that says whose mails, and which."""
    found = _subscription(token)
    if found is None:
        return _ending(pages.unknown(), HTTPStatus.NOT_FOUND)
    stop(bootstrap.world(), found)
    count("MailsStopped")
    return _ending(pages.stopped(found))


def _subscription(token: str) -> Subscription | None:
    world, text = bootstrap.world(), unquote(token)
    found = world.links.subscription(token_hash(text)) if len(text) <= LONGEST_TOKEN else None
    if found is not None and found.expires > world.clock.now():
        return found
    _missed(world)
    return None


def _missed(world: World) -> None:
    """Guessing is slowed down."""
    event: Event = _app.current_event.raw_event
    source = ((event.get("requestContext") or {}).get("identity") or {}).get("sourceIp") or "unknown"
    if world.links.too_many_misses(source, at=world.clock.now()):
        raise _TooMany


def _visit(token: str) -> LinkVisit | Ending:
    """What the link leads to, or the page for a link that is not one of ours."""
    event: Event = _app.current_event.raw_event
    world = bootstrap.world()
    text = unquote(token)
    key = token_hash(text)
    link = world.links.get(key) if len(text) <= LONGEST_TOKEN else None
    held = world.state.get(link.item) if link else None
    if link is None or held is None:
        _missed(world)
        return pages.unknown()
    about(item=held.id, object=held.object, company=world.company)
    asked = Asked(event=event, world=world)
    session = session_of(asked)
    formats = Formats(locale=asked.locale, zone=session.zone if session else "UTC")
    return LinkVisit(world=world, formats=formats, token=text, hash=key, link=link, item=held, session=session)


def _from_our_page(event: Event, app_url: str) -> bool:
    """Whether the browser says that our own page sent the form. It sends ``Origin: null`` from a page with ``no-referrer``, so that
    alone is no sign of another site; the token in the address is what nobody else has."""
    site, origin = _header(event, "sec-fetch-site"), _header(event, "origin")
    ours = urlsplit(app_url)
    return site in {"", "same-origin"} and origin in {"", "null", f"{ours.scheme}://{ours.netloc}"}


def _form(event: Event) -> _Form:
    text = event.get("body") or ""
    if len(text) > LARGEST_FORM:
        raise ConnectorError(Code.TOO_LARGE, "The form is too large.")
    try:
        plain = base64.b64decode(text, validate=True).decode() if event.get("isBase64Encoded") else text
        given = {name: values[-1] for name, values in parse_qs(plain, max_num_fields=20).items()}
        needs = _NEEDS.validate_json(given.get("needs", "{}"))
    except ValueError:
        given, needs = {}, {}
    verdict = given.get("verdict")
    if verdict not in {"approve", "reject"} or not given.get("fingerprint"):
        raise ConnectorError(Code.MALFORMED, "The form did not arrive whole.")
    return _Form(
        verdict="approve" if verdict == "approve" else "reject",
        fingerprint=given["fingerprint"],
        with_needs=given.get("with_needs") == "yes",
        needs=needs,
        typed=Typed(cause=given.get("cause", ""), reason=given.get("reason", "")),
    )


def _style(**_path: str) -> Page:
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(status_code=HTTPStatus.OK.value, content_type="text/css; charset=utf-8", body=pages.style_sheet(), headers=headers)


def _no_such_page(_problem: NotFoundError) -> Page:
    return _ending(pages.unknown(), HTTPStatus.NOT_FOUND)


def _header(event: Event, name: str) -> str:
    headers = {each.lower(): value for each, value in (event.get("headers") or {}).items()}
    return headers.get(name) or ""


def _gone(visit: LinkVisit) -> Ending:
    return replace(pages.gone(), way=visit.to_item("Open the item"))


def _again(end: Ending, token: str) -> Ending:
    """With the way back to the link itself, which a GET shows and does not spend."""
    return replace(end, way=("Open the link again", quote(unquote(token), safe="")))


def _ending(end: Ending, status: HTTPStatus = HTTPStatus.OK) -> Page:
    return _html(status, pages.ending(end))


def _html(status: HTTPStatus, text: str) -> Page:
    return Response(status_code=status.value, content_type="text/html; charset=utf-8", body=text, headers=_HEADERS)


class _TooMany(Exception):  # noqa: N818 -- a finding
    """Links were tried that are not ours, again and again."""


def _always_a_page(show: Callable[[str], Page]) -> Callable[..., Page]:
    def safely(token: str) -> Page:
        try:
            return show(token)
        except _TooMany:
            return _ending(pages.too_many(), HTTPStatus.TOO_MANY_REQUESTS)
        except ConnectorError as problem:
            said(problem)
            if problem.code is Code.TOO_LARGE:
                return _ending(pages.too_large(), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            if problem.code is Code.MALFORMED:
                return _ending(_again(pages.malformed(), token), HTTPStatus.UNPROCESSABLE_ENTITY)
            return _ending(_again(pages.away(), token), HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception as problem:  # noqa: BLE001 -- the last line before the reader
            return _ending(_again(pages.failed(fault(problem)), token), HTTPStatus.INTERNAL_SERVER_ERROR)

    return safely


def _resolver() -> APIGatewayRestResolver:
    app = APIGatewayRestResolver(strip_prefixes=[STAGE])
    app.not_found(_no_such_page)
    app.get("/link/style.css")(_style)
    app.get("/link/<token>")(_always_a_page(_show))
    app.post("/link/<token>")(_always_a_page(_decide))
    app.get("/unsubscribe/<token>")(_always_a_page(_ask_to_stop))
    app.post("/unsubscribe/<token>")(_always_a_page(_stop))
    return app


_app: Final = _resolver()


def answer(event: Event, context: LambdaContext) -> dict[str, Any]:
    return _app.resolve(event, context)


lambda_handler = guarded(answer)
