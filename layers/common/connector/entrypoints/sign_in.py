"""Signing in with Procore. Its login renders in no frame, so it happens in a popup, or in a tab of its own.

1. ``GET signin`` keeps state and PKCE verifier in a cookie of the popup and goes to Procore.
2. ``GET signin/callback`` compares the state, asks Procore with the person's own token who they are, gives that token back at once
   (docs/adr/0018), and hands a ticket of one minute to the page that opened the popup: same origin, once.
3. ``POST session`` of that page changes the ticket into a session. A tab of its own gets the session's cookie at step 2.
"""

from __future__ import annotations

import json
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector import bootstrap
from connector.adapters.procore.oauth import Login, new_proof
from connector.core.errors import Code, ConnectorError, SetupWrong
from connector.core.people import Person
from connector.entrypoints.boundary import count, said
from connector.entrypoints.visits import COOKIE, LIFE, Asked, Page, SignedOut, form_token_of, key_of, signed_in
from connector.ports import Session
from connector.presentation import sign_in_pages as pages

_LOG: Final = logging.getLogger("connector.sign_in")
_START: Final = "__Host-signin"
_START_LIFE: Final = timedelta(minutes=10)
"""As long as Procore's code lives."""
_TICKET_LIFE: Final = timedelta(minutes=1)
_JSON: Final = {"Content-Type": "application/json"}

type Where = Literal["popup", "tab"]


@dataclass(frozen=True, slots=True)
class _Start:
    """What the callback must find again: a sign-in that was begun in this very browser."""

    state: str
    verifier: str
    where: Where
    to: str

    def cookie(self) -> str:
        value = ".".join((self.state, self.verifier, self.where, self.to.encode().hex()))
        return f"{_START}={value}; Path=/; Max-Age={int(_START_LIFE.total_seconds())}; Secure; HttpOnly; SameSite=Lax"

    @classmethod
    def of(cls, value: str) -> _Start | None:
        state, _, rest = value.partition(".")
        verifier, _, rest = rest.partition(".")
        where, _, to = rest.partition(".")
        try:
            address = bytes.fromhex(to).decode()
        except ValueError:
            return None
        return cls(state, verifier, "tab" if where == "tab" else "popup", address) if state and verifier else None


def start(asked: Asked) -> Page:
    """To Procore. ``in=tab`` comes back to ``to``, a page of ours."""
    proof, state = new_proof(), secrets.token_urlsafe(32)
    where: Where = "tab" if asked.query.get("in") == "tab" else "popup"
    begun = _Start(state, proof.verifier, where, _ours(asked, asked.query.get("to", "")))
    address = bootstrap.sign_in().authorization_url(state=state, challenge=proof.challenge)
    return Page(status=HTTPStatus.FOUND, headers={"Location": address}, cookies=(begun.cookie(),))


def callback(asked: Asked) -> Page:
    begun = _Start.of(asked.cookie(_START))
    if begun is None or not secrets.compare_digest(begun.state.encode(), asked.query.get("state", "").encode()):
        return _refused(asked, pages.elsewhere())
    if not asked.query.get("code"):
        return _refused(asked, pages.declined())
    try:
        person = _recognized(asked, asked.query["code"], begun.verifier)
    except ConnectorError as problem:
        count("SignInsRefused")
        return _turned_away(asked, problem)
    count("SignIns")
    return _let_in(asked, person, begun)


def _let_in(asked: Asked, person: Person, begun: _Start) -> Page:
    now = asked.world.clock.now()
    if begun.where == "tab":
        token = _kept("session", Session(person=person, expires=now + LIFE))
        headers = {"Location": _ours(asked, begun.to)}
        return Page(status=HTTPStatus.SEE_OTHER, headers=headers, cookies=(_cookie(token), _forget_start()))
    ticket = _kept("ticket", Session(person=person, expires=now + _TICKET_LIFE))
    return Page(html=pages.signed_in(asked.base, ticket), cookies=(_forget_start(),))


def _turned_away(asked: Asked, problem: ConnectorError) -> Page:
    if problem.code is Code.NOT_ALLOWED:
        return _refused(asked, pages.not_of_the_company(problem.message))
    if problem.code is Code.SIGN_IN_FAILED and not isinstance(problem, SetupWrong):
        return _refused(asked, pages.declined())
    said(problem)
    return _refused(asked, pages.away(), HTTPStatus.SERVICE_UNAVAILABLE)


def _recognized(asked: Asked, code: str, verifier: str) -> Person:
    login = bootstrap.sign_in()
    grant = login.exchange(code, verifier=verifier)
    try:
        return bootstrap.identity().who_is(grant.access_token, asked.world.company)
    finally:
        _give_back(login, grant.access_token)


def _give_back(login: Login, access_token: str) -> None:
    """Nobody needs it any more. Where Procore does not answer, it ends by itself."""
    try:
        login.revoke(access_token)
    except ConnectorError as problem:
        _LOG.warning("a token of a sign-in was not given back: %s", problem.code.value)


def open_session(asked: Asked) -> Page:
    """``ticket`` (once, within its minute) for a session; ``zone`` is the browser's time zone. Answers the token, for pages whose
    cookies are blocked, and that of the forms, for a page that was open when the last session ended."""
    if not asked.from_our_page():
        raise ConnectorError(Code.NOT_ALLOWED, "This sign-in was started somewhere else.")
    given, now = asked.form(), asked.world.clock.now()
    ticket = bootstrap.sessions().take(key_of("ticket", given.get("ticket", ("",))[-1]))
    if ticket is None or ticket.expires <= now:
        raise SignedOut
    session = Session(person=ticket.person, zone=_zone(given.get("zone", ("",))[-1]), expires=now + LIFE)
    token = _kept("session", session)
    body = json.dumps({"token": token, "form": form_token_of(token)})
    return Page(html=body, headers=_JSON, cookies=(_cookie(token),))


def close_session(asked: Asked) -> Page:
    """Signs out: the session is gone here, whatever the browser does with its cookie."""
    visit = signed_in(asked)
    for token in {asked.header("x-session"), asked.cookie(COOKIE)} - {""}:
        bootstrap.sessions().take(key_of("session", token))
    return Page(html=pages.signed_out(visit.asked.base, asked.locale, signed_out=True), cookies=(_cookie("", seconds=0),))


def me(asked: Asked) -> Page:
    """Whether the browser sends the session's cookie along."""
    return Page(html=json.dumps({"login": signed_in(asked).person.login}), headers=_JSON)


def _kept(kind: Literal["session", "ticket"], session: Session) -> str:
    token = secrets.token_urlsafe(32)
    bootstrap.sessions().put(key_of(kind, token), session)
    return token


def _cookie(token: str, *, seconds: int = int(LIFE.total_seconds())) -> str:
    """``SameSite=None`` because the pages stand in Procore's frame; ``Partitioned`` so that it belongs to that frame alone."""
    return f"{COOKIE}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=None; Partitioned"


def _forget_start() -> str:
    return f"{_START}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"


def _ours(asked: Asked, address: str) -> str:
    """The address, if it is one of our pages or a mailed link; else the first of our pages."""
    inside = address.startswith((f"{asked.base}/", f"{asked.base.removesuffix('/app')}/link/"))
    plain = address.isprintable() and "\\" not in address and " " not in address
    return address if inside and plain else f"{asked.base}/approve"


def _zone(name: str) -> str:
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(name).key if len(name) <= 60 else "UTC"  # noqa: PLR2004 -- no zone's name is longer
    return "UTC"


def _refused(asked: Asked, end: pages.End, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> Page:
    return Page(html=pages.refused(asked.base, end), status=status, cookies=(_forget_start(),))
