"""One request and its whole answer: a connection that follows nothing, remembers nothing and reads no more than it should.

A redirect is an answer like any other, so the bearer never travels to an address that we did not choose; cookies and
``.netrc`` are ignored, so that no call carries anybody's identity but its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from typing import Final, NoReturn

import requests
from requests.exceptions import ConnectTimeout, RequestException
from urllib3.exceptions import NewConnectionError

from connector.core.texts import whole
from connector.ports import Json

_CONNECT_SECONDS: Final = 5.0
_CHUNK: Final = 1 << 16
LARGEST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes. A page of 1,000 of the widest records seen is some 5 MB."""
MOST_VALUES: Final = 2_000_000
"""Each takes some hundred bytes of memory, however few it takes of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: ``path`` starts with a slash, ``body`` is encoded already. Headers hold secrets and are not shown."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer read to its end. Header names are compared without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 -- HTTP's own range

    @property
    def looks_like_a_document(self) -> bool:
        """Whether the body is JSON from its first to its last character, without taking apart what nobody wants to know."""
        stripped = self.body.strip()
        ends = stripped[:1] + stripped[-1:]
        return "json" in self.headers.get("Content-Type", "") and ends in {b"{}", b"[]"}

    def document(self, *, required: bool = False) -> Json:
        """The JSON, numbers with a fraction as Decimal, whole numbers (ids) as they came; None for no body at all.

        Raises:
            ValueError: it is not JSON, has more values than any page, or is required and not there.
        """
        if not (required or self.body.strip()):
            return None
        try:
            return json.loads(self._text(), parse_float=Decimal, parse_constant=_no_number)
        except RecursionError:
            raise ValueError("nested too deeply") from None

    def _text(self) -> str:
        if self.body.count(b",") > MOST_VALUES:
            raise ValueError(f"more than {MOST_VALUES:,} values")
        return whole(self.body)


class NoAnswerError(Exception):
    """No complete answer came. ``sent`` is False only where the connection never stood, so that nothing was asked."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why, self.sent = why, sent


class AnswerTooLargeError(NoAnswerError):
    """The answer is larger than we read; asking again would bring it again."""


def encoded(body: Json) -> bytes:
    """JSON in UTF-8. Money and dates travel as text: Procore's own answers write amounts so (``"250.0"``)."""
    return json.dumps(body, default=_text, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def new_session() -> requests.Session:
    """One for each worker: it keeps the connection and the TLS context, and nothing else."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = "procore-intacct-connector"
    return session


class Transport:
    """Calls to one server. ``base_url`` may have a path of its own; ``read_seconds`` is the longest silence to bear."""

    def __init__(self, base_url: str, session: requests.Session, *, read_seconds: float = 60.0, largest: int = LARGEST_ANSWER) -> None:
        self._base_url, self._session = base_url.rstrip("/"), session
        self._timeout, self._largest = (_CONNECT_SECONDS, read_seconds), largest
        self.calls = 0

    def exchange(self, call: Call) -> Reply:
        """Send once.

        Raises:
            NoAnswerError: the connection failed, or ended before the answer did.
            AnswerTooLargeError: the answer is larger than ``largest`` bytes.
        """
        broken: NoAnswerError
        try:
            return self._send(call)
        except RequestException as error:
            # Neither the error nor its context goes on: both hold the request, and the request holds the bearer.
            broken = NoAnswerError(type(error).__name__, sent=not _never_connected(error))
        raise broken

    def _send(self, call: Call) -> Reply:
        self.calls += 1
        with self._session.request(
            call.method,
            self._base_url + call.path,
            params=call.params,
            data=call.body,
            headers={"Accept": "application/json", **call.headers},
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = bytearray()
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > self._largest:
                    raise AnswerTooLargeError(f"the answer is larger than {self._largest} bytes", sent=True)
            return Reply(status=response.status_code, headers=response.headers, body=bytes(body))


def _never_connected(error: RequestException) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(getattr(cause, "reason", None), NewConnectionError)


def _text(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not travel as JSON")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
