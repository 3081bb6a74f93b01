"""Who is signed in where: one session per entity, renewed before it ends, and the request that goes through it.

A session is bound to one entity and to the address it was opened at; posting into the wrong entity succeeds there [F].
Its end slides: every answer in XML states it anew (``sessiontimeout``).
https://developer.intacct.com/api/company-console/api-sessions/ [D]
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from connector.adapters.intacct import envelope
from connector.adapters.intacct.answer import SUCCESS
from connector.adapters.intacct.envelope import Credentials, Request
from connector.adapters.intacct.faults import Fault, fault_of, turned_away
from connector.adapters.intacct.patience import NoAnswer, Patience, TurnedAway
from connector.adapters.intacct.reader import text_of
from connector.adapters.intacct.transport import Reply, Transport
from connector.core.errors import Code, Kind, SetupWrong
from connector.core.exchange import Function
from connector.ports import Clock

RENEW_BEFORE: Final = timedelta(minutes=2)
SHORTEST: Final = timedelta(minutes=8)
"""Assumed where an answer does not state the session's end."""
LONGEST: Final = timedelta(days=1)

_SIGN_IN = Request([Function(name="getAPISession", body=(), controlid="session")], unique=False)
_log = logging.getLogger("connector.intacct")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    id: str
    endpoint: str
    ends: datetime


class Sessions:
    """The sessions of one company in this process. ``url`` is where to sign in; ``functions`` counts those that were sent.

    Raises:
        ValueError: ``url`` is no http address.
    """

    def __init__(
        self,
        transport: Transport,
        url: str,
        company: str,
        credentials: Callable[[], Credentials],
        clock: Clock,
        patience: Patience,
    ) -> None:
        if urlsplit(url).scheme not in {"https", "http"} or not urlsplit(url).hostname:
            raise ValueError(f"{url!r} is not the address of a gateway")
        self._transport, self._url, self._company = transport, url, company
        self._credentials, self._clock, self._patience = credentials, clock, patience
        self._open: dict[str, _Session] = {}
        self._lock = Lock()
        self.functions = 0

    def send(self, request: Request, *, entity: str, keep: bool = False) -> Reply:
        """The reply to a request whose functions ran, or were refused at the door for what they say.

        An ended session is renewed and the same request sent once more: it had been refused before any function ran.

        Raises:
            SetupWrong: SIGN_IN_FAILED, Intacct does not let us in.
            RetryLater: signing in got no answer; nothing of the request was sent.
            NotSent, TurnedAway, NoAnswer: see :class:`~connector.adapters.intacct.patience.Passing`.
        """
        session = self._session(entity)
        reply = self._post(request, session, keep=keep)
        if _is_signed_out(reply):
            _log.info("the session had ended")
            self._forget(entity, session)
            session = self._session(entity)
            reply = self._post(request, session, keep=keep)
        fault = turned_away(reply.response)
        if fault:
            _stop_unless_about_content(fault, signed_out=_is_signed_out(reply))
        self._slide(entity, session, reply.response.session_timeout)
        return reply

    def _post(self, request: Request, session: _Session, *, keep: bool) -> Reply:
        credentials = self._credentials()
        wire = request.wire(credentials, envelope.session(session.id))
        self.functions += len(request.controlids)
        return self._transport.post(session.endpoint, wire, secrets=(*credentials.secrets, session.id), keep=keep)

    def _session(self, entity: str) -> _Session:
        with self._lock:
            session = self._open.get(entity)
            if session is None or self._clock.now() >= session.ends - RENEW_BEFORE:
                session = self._open[entity] = self._patience(lambda: self._sign_in(entity))
            return session

    def _sign_in(self, entity: str) -> _Session:
        credentials = self._credentials()
        wire = _SIGN_IN.wire(credentials, envelope.login(credentials, self._company, entity))
        reply = self._transport.post(self._url, wire, secrets=credentials.secrets)
        result = reply.response.result("session")
        fault = turned_away(reply.response) or (fault_of(result.errors) if result and result.errors else None)
        if fault:
            _stop_unless_about_content(fault, signed_out=True)
        if result is None or result.status != SUCCESS or not result.rows:
            raise NoAnswer("Intacct's answer to signing in holds no session.")
        said = result.rows[0]
        opened = text_of(said, "LOCATIONID")
        if opened.casefold() != entity.casefold():
            raise SetupWrong(
                Code.SIGN_IN_FAILED,
                f"Intacct signed us in at {opened or 'the top level'}, not at {entity or 'the top level'}.",
            )
        session = _Session(
            id=text_of(said, "SESSIONID"), endpoint=self._trusted(text_of(said, "ENDPOINT")), ends=self._clock.now() + SHORTEST
        )
        return _sliding(session, reply.response.session_timeout, self._clock.now())

    def _forget(self, entity: str, session: _Session) -> None:
        with self._lock:
            if self._open.get(entity, session).id == session.id:
                self._open.pop(entity, None)

    def _slide(self, entity: str, session: _Session, timeout: str) -> None:
        with self._lock:
            if self._open.get(entity, session).id == session.id:
                self._open[entity] = _sliding(session, timeout, self._clock.now())

    def _trusted(self, endpoint: str) -> str:
        """The address of the session, which gets our sender password with every request: on the host where we signed in, or over TLS on
        another of the same domain (``api.intacct.com`` names ``api-p502.intacct.com``).

        Raises:
            SetupWrong: any other address.
        """
        ours = urlsplit(self._url)
        host, same_place, over_tls = "", False, False
        with suppress(ValueError):  # no address at all
            theirs = urlsplit(endpoint)
            host = theirs.hostname or ""
            same_place = (theirs.scheme, host) == (ours.scheme, ours.hostname) and theirs.username is None
            over_tls = theirs.scheme == "https" and theirs.username is None and theirs.port in {None, 443}
        if not host or not (same_place or (over_tls and _siblings(host, ours.hostname or ""))):
            raise SetupWrong(Code.SIGN_IN_FAILED, f"Intacct named {host!r} as the session's address; refused.")
        return endpoint


def _siblings(one: str, other: str) -> bool:
    """Whether two names differ in their first label only. Numbers and names of one label have no family."""
    domain = other.partition(".")[2]
    return "." in domain and not domain.rpartition(".")[2].isdigit() and one.partition(".")[2] == domain


def _is_signed_out(reply: Reply) -> bool:
    fault = turned_away(reply.response)
    below_control = reply.response.control == SUCCESS and fault is not None and fault.code is Code.SIGN_IN_FAILED
    return reply.status == HTTPStatus.UNAUTHORIZED or below_control


def _stop_unless_about_content(fault: Fault, *, signed_out: bool) -> None:
    """Raises for a request refused because of who sends it, or because of the moment; returns where it was refused for
    what it says."""
    if fault.kind is Kind.LATER:
        raise TurnedAway("Intacct is busy or away.", code=fault.code, their_words=fault.their_words)
    if signed_out or fault.kind is Kind.SETUP:
        _log.warning("not let in: %s", fault.numbers)
        code = Code.SIGN_IN_FAILED if signed_out else fault.code
        raise SetupWrong(code, "Intacct did not let the connector in.", their_words=fault.their_words)


def _sliding(session: _Session, timeout: str, now: datetime) -> _Session:
    """``timeout`` is the session's end as the answer states it, believed for a day."""
    try:
        stated = datetime.fromisoformat(timeout)
        ends = min(max(stated if stated.tzinfo else stated.replace(tzinfo=UTC), now), now + LONGEST)
    except (ValueError, OverflowError):
        return session
    return _Session(id=session.id, endpoint=session.endpoint, ends=ends)
