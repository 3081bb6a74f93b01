"""A visit to the pages inside Procore: who is there, what they ask for, and the page that goes back.

Who is there is told by a session: a random token that the browser keeps in a cookie (or, where cookies are blocked, in the memory of
the page, and sends in a header), of which we keep the hash. The cookie goes along with requests from every site, so it proves nothing
about who pressed a button: that is what the form's token, ``Origin`` and ``Sec-Fetch-Site`` are for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Final, Literal
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from connector import bootstrap
from connector.core import tally
from connector.core.configuration import Configuration
from connector.core.errors import Code, ConnectorError
from connector.core.people import ACCOUNTING, Person, Role
from connector.engine.board import STAGED, STANDING_STILL, WAITING, Board
from connector.engine.notify import token_hash
from connector.engine.world import World
from connector.entrypoints.boundary import Event
from connector.ports import Session
from connector.presentation.formats import Formats, reader_locale
from connector.presentation.frame import Frame, Tab, strips

STAGE: Final = "/v1"
COOKIE: Final = "__Host-session"
HEADER: Final = "x-session"
LIFE: Final = timedelta(minutes=60)
FORM: Final = "form"
"""The field of every form that says it came from a page of this session."""
LARGEST_FORM: Final = 256 * 1024
MOST_FIELDS: Final = 4_000
_ROLES: Final = ((Role.ADMIN, "administrator"), (Role.APPROVER, "approver"), (Role.SENDER, "sender"))
_TABS: Final = (
    ("approve", "Approve", frozenset({Role.APPROVER})),
    ("send", "Send", frozenset({Role.SENDER})),
    ("imports", "Imports", ACCOUNTING),
    ("links", "Links", ACCOUNTING),
    ("problems", "Problems", frozenset[Role]()),
    ("jobs", "Jobs", frozenset(Role)),
    ("settings", "Settings", frozenset({Role.ADMIN})),
)
"""Address, words, and who has a use for it; empty is everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What goes back: HTML, or a way on (``to``)."""

    html: str = ""
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[str] = ()

    @staticmethod
    def to(address: str) -> Page:
        """See there: the browser asks with GET, so that a reload repeats nothing."""
        return Page(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


class SignedOut(Exception):  # noqa: N818 -- a finding
    """There is no session, or it has ended (``ended``)."""

    def __init__(self, *, ended: bool = False) -> None:
        super().__init__()
        self.ended = ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came, before anybody is known. ``id`` is the one in the path."""

    event: Event
    world: World
    id: str = ""

    @property
    def base(self) -> str:
        """Where the pages begin: ``/v1/app``, or what a custom domain makes of it."""
        return f"{urlsplit(self.world.app_url).path}/app"

    @property
    def query(self) -> Mapping[str, str]:
        return self.event.get("queryStringParameters") or {}

    @property
    def panel(self) -> bool:
        """Whether this is the side panel, 400 px wide."""
        return self.query.get("in") == "panel"

    @property
    def here(self) -> str:
        """The address of this page, if it can be asked for again."""
        path = f"{urlsplit(self.world.app_url).path}{self.event['path'].removeprefix(STAGE)}"
        return f"{path}{f'?{urlencode(self.query)}' if self.query else ''}" if self.event["httpMethod"] == "GET" else ""

    def header(self, name: str) -> str:
        headers = {each.lower(): value for each, value in (self.event.get("headers") or {}).items()}
        return headers.get(name) or ""

    def cookie(self, name: str) -> str:
        try:
            held = SimpleCookie(self.header("cookie")).get(name)
        except CookieError:
            return ""
        return held.value if held else ""

    @property
    def locale(self) -> str:
        return reader_locale(self.header("accept-language"), "en_US")

    def from_our_page(self) -> bool:
        """Whether the browser says that a page of ours sent this. Our pages' referrer policy leaves ``Origin`` in place."""
        ours = urlsplit(self.world.app_url)
        site, origin = self.header("sec-fetch-site"), self.header("origin")
        return origin == f"{ours.scheme}://{ours.netloc}" and site in {"", "same-origin"}

    def form(self) -> Mapping[str, Sequence[str]]:
        """Raises ConnectorError(MALFORMED, TOO_LARGE)."""
        text = self.event.get("body") or ""
        if len(text) > LARGEST_FORM:
            raise ConnectorError(Code.TOO_LARGE, "The form is too large.")
        try:
            plain = base64.b64decode(text, validate=True).decode() if self.event.get("isBase64Encoded") else text
            return parse_qs(plain, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except (ValueError, binascii.Error):
            raise ConnectorError(Code.MALFORMED, "The form did not arrive whole.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A signed-in person's request. ``given`` are a form's fields, of which those not sent are empty."""

    asked: Asked
    world: World
    session: Session
    config: Configuration
    form_token: str
    board: Board
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def person(self) -> Person:
        return self.session.person

    @property
    def id(self) -> str:
        return self.asked.id

    @property
    def query(self) -> Mapping[str, str]:
        return self.asked.query

    @property
    def roles(self) -> frozenset[Role]:
        return self.config.roles(self.person)

    @property
    def formats(self) -> Formats:
        return Formats(locale=self.asked.locale, zone=self.session.zone)

    def one(self, name: str) -> str:
        """The last value of a form's field."""
        return self.given.get(name, ("",))[-1]

    def address(self, *path: str, **query: str) -> str:
        """Of one of our pages."""
        asked = urlencode({name: value for name, value in query.items() if value})
        return "/".join((self.asked.base, *(quote(part, safe="") for part in path))) + (f"?{asked}" if asked else "")

    def frame(self, tab: str = "", *, count: int | None = None) -> Frame:
        tabs = () if self.asked.panel else tuple(self._tabs(tab, count))
        return Frame(
            base=self.asked.base,
            locale=self.asked.locale,
            who=self.person.name,
            role=next((words for role, words in _ROLES if role in self.roles), "reader"),
            form=self.form_token,
            tabs=tabs,
            panel=self.asked.panel,
            strips=strips(self.formats, self.board.away, self.world.clock.now()),
        )

    def _tabs(self, here: str, count: int | None) -> Iterator[Tab]:
        for name, words, roles in _TABS:
            if not roles or roles & self.roles:
                number = count if name == here and count is not None else self._count(name)
                yield Tab(name=name, words=words, address=self.address(name), here=name == here, count=number)

    def _count(self, tab: str) -> int | None:
        """What is kept of it; tabs of which there is nothing to count have none."""
        if tab == "approve":
            return tally.decidable(self.config, self.person, self.board.groups(WAITING))
        kept = {"imports": STAGED, "problems": STANDING_STILL}.get(tab)
        return tally.seen(self.config, self.person, self.board.groups(kept)) if kept else None


type Show = Callable[[Visit], Page]


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the pages. A POST is looked at only if it comes from a page of the same session."""

    method: Literal["GET", "POST"]
    path: str
    does: Show


def session_of(asked: Asked) -> Session | None:
    """That of who asks, if there is one that has not ended."""
    token = _token(asked)
    held = bootstrap.sessions().get(key_of("session", token)) if token else None
    lives = held is not None and held.person.company == asked.world.company and held.expires > asked.world.clock.now()
    return held if lives else None


def _token(asked: Asked) -> str:
    return asked.header(HEADER) or asked.cookie(COOKIE)


def signed_in(asked: Asked) -> Visit:
    """Raises SignedOut; for a POST that no page of this session sent, ConnectorError(NOT_ALLOWED)."""
    token, session = _token(asked), session_of(asked)
    if session is None:
        raise SignedOut(ended=bool(token))
    visit = Visit(
        asked=asked,
        world=asked.world,
        session=session,
        config=asked.world.config(),
        form_token=form_token_of(token),
        board=Board(asked.world),
    )
    if asked.event["httpMethod"] == "GET":
        return visit
    if not asked.from_our_page():
        raise ConnectorError(Code.NOT_ALLOWED, "This button was not pressed on our page; nothing was changed.")
    given = asked.form()
    if not hmac.compare_digest(given.get(FORM, ("",))[-1].encode(), visit.form_token.encode()):
        raise ConnectorError(Code.NOT_ALLOWED, "This page is of an earlier sign-in; nothing was changed. Load it again.")
    return replace(visit, given=given)


def key_of(kind: Literal["session", "ticket"], token: str) -> str:
    """Under which a session or a ticket lies: neither can be shown for the other."""
    return token_hash(f"{kind} {token}")


def form_token_of(token: str) -> str:
    """Bound to the session, and of no use as one."""
    return hmac.new(token.encode(), b"a form of our pages", hashlib.sha256).hexdigest()
