"""One POST to the gateway: a slot for as long as it lasts, then an answer, or the reason why there is none. What is made of the answer is
made when the slot is another's: of its time not a moment goes by that Intacct does not work or send.

HTTP 200 proves nothing (business refusals and maintenance pages come with it), so it is the body that decides.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from typing import Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from connector.adapters.intacct import answer
from connector.adapters.intacct.answer import FAILURE, Response
from connector.adapters.intacct.envelope import redact
from connector.adapters.intacct.patience import NoAnswer, NotSent, Passing, TurnedAway
from connector.adapters.intacct.reader import LARGEST_ANSWER, Unreadable, bounded, read, read_json
from connector.core.errors import Code
from connector.ports import Clock, Slots

CHUNK: Final = 64 * 1024
LARGEST_KEPT: Final = 8 * 1024 * 1024
TIMED_OUT_AT_THE_EDGE: Final = 524
"""The CDN gave up waiting; the work goes on behind it, so asking again only adds to it [S]."""
IDLE: Final = timedelta(seconds=45)
"""A connection unused for longer is not trusted: while a Lambda was frozen the other side may have hung up, and a write on
such a line has an unknown outcome."""
LONGEST_PAUSE: Final = 3600.0
NO_SUCH_DOOR: Final = frozenset({403, 404, 498})

_HEADERS = {"Content-Type": "application/xml; charset=UTF-8", "Accept": "application/xml, application/json"}
_log = logging.getLogger("connector.intacct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """``text`` is the body without secrets where it was to be kept."""

    status: int
    response: Response
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrived:
    """A whole answer as it came."""

    status: int
    content_type: str
    chunks: list[bytes]

    def leaving(self) -> Iterator[bytes]:
        """The chunks, each forgotten when the next is asked for: a page is in memory once, as bytes or as rows."""
        self.chunks.reverse()
        while self.chunks:
            yield self.chunks.pop()


class _Connections(HTTPAdapter):
    def close(self) -> None:
        """Closes the connections now: urllib3 waits until nothing refers to them, and an error's traceback may."""
        pools = self.poolmanager.pools
        for key in pools.keys():  # noqa: SIM118 -- no mapping: it cannot be iterated
            pools[key].close()
        super().close()


class Transport:
    """One keep-alive session of at most two connections; proxies, netrc and redirects are never followed."""

    def __init__(self, slots: Slots, company: str, clock: Clock, *, timeout: tuple[float, float]) -> None:
        self._slots, self._company, self._clock, self._timeout = slots, company, clock, timeout
        self._last_used = clock.now()
        self.calls = 0
        self.http = requests.Session()
        self.http.trust_env = False
        for scheme in ("https://", "http://"):
            self.http.mount(scheme, _Connections(pool_connections=2, pool_maxsize=2))

    def post(self, url: str, body: bytes, *, secrets: Sequence[str], keep: bool = False) -> Reply:
        """Raises NotSent, TurnedAway (HTTP 429) or NoAnswer, and what the slots raise when none comes free."""
        try:
            with self._slots.slot(self._company):
                began = time.perf_counter()
                self.calls += 1
                try:
                    arrived = self._exchange(url, body, limit=LARGEST_KEPT if keep else LARGEST_ANSWER)
                finally:
                    self._last_used = self._clock.now()
            took = time.perf_counter() - began
            reply = self._reply(arrived, partial(redact, secrets=secrets), keep=keep)
        except Passing as passing:
            _log.warning("%s: %s", type(passing).__name__, passing.why)
            raise
        _log.info("answered: http=%d functions=%d ms=%.0f", reply.status, len(reply.response.results), took * 1000)
        return reply

    def close(self) -> None:
        self.http.close()

    def _exchange(self, url: str, body: bytes, *, limit: int) -> _Arrived:
        if self._clock.now() - self._last_used > IDLE:
            self.http.close()
        try:
            with self.http.post(url, data=body, headers=_HEADERS, timeout=self._timeout, stream=True, allow_redirects=False) as http:
                return self._arrived(http, limit)
        except requests.RequestException as error:
            if _is_before_sending(error):
                raise NotSent("Intacct cannot be reached.") from error
            raise NoAnswer(f"The connection to Intacct broke ({type(error).__name__}).") from error

    def _arrived(self, http: requests.Response, limit: int) -> _Arrived:
        status = http.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise TurnedAway("Intacct asks to slow down.", code=Code.RATE_LIMITED, seconds=self._retry_after(http))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NoAnswer(
                f"Intacct answered with HTTP status {status}.",
                seconds=self._retry_after(http),
                again=status != TIMED_OUT_AT_THE_EDGE,
            )
        try:
            chunks = [*bounded(http.iter_content(CHUNK), limit)]
        except Unreadable as error:
            raise _unreadable(status, error, "") from error
        return _Arrived(status=status, content_type=_content_type(http), chunks=chunks)

    def _reply(self, arrived: _Arrived, clean: Callable[[str], str], *, keep: bool) -> Reply:
        text = clean(b"".join(arrived.chunks).decode(errors="replace")) if keep else ""
        try:
            if arrived.status == HTTPStatus.OK and arrived.content_type == "application/json":
                response = answer.of_rows(read_json(arrived.leaving()))
            else:
                response = answer.of_document(read(arrived.leaving()), clean)
        except Unreadable as error:
            if arrived.status != HTTPStatus.UNAUTHORIZED:
                raise _unreadable(arrived.status, error, text) from error
            response = Response(control=FAILURE)
        return Reply(status=arrived.status, response=response, text=text)

    def _retry_after(self, http: requests.Response) -> float | None:
        """Seconds, an hour at most, from either form of the header (RFC 9110, 10.2.3); None where it is absent or makes no sense."""
        stated = http.headers.get("Retry-After", "").strip()
        try:
            seconds = float(stated) if stated.isdecimal() else (parsedate_to_datetime(stated) - self._clock.now()).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return None
        return min(max(0.0, seconds), LONGEST_PAUSE)


def _unreadable(status: int, error: Unreadable, text: str) -> NoAnswer:
    return NoAnswer(f"Intacct's answer (HTTP status {status}) cannot be read: {error}.", again=status not in NO_SUCH_DOOR, text=text)


def _is_before_sending(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError | ConnectTimeoutError)


def _content_type(http: requests.Response) -> str:
    return http.headers.get("Content-Type", "").partition(";")[0].strip().lower()
