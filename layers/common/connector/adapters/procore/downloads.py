"""Files that Procore's records name.

An address in a record is opaque and leads to Procore, which wants the bearer and sends on to a storage of another company (today
Amazon's), whose signed address must not get it: procore/documentation, ``best_practices/secure_file_access_tips.md`` [D]. Host names of
neither are promised. So the first address must be Procore's own; from there it goes on to one place more, over TLS with a name (what
listens inside a network has no certificate for one), without the bearer, and no further.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

from connector.adapters.procore.limits import Pacer
from connector.adapters.procore.refusals import refusal
from connector.adapters.procore.tokens import Tokens
from connector.adapters.procore.transport import AnswerTooLargeError, Call, NoAnswerError, Reply, Transport
from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.exchange import Download

_DOMAINS: Final = ("procore.com", "procoregov.com")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({404, 410})
_MOST_STEPS: Final = 5
_LEAVE_ALONE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class _Place:
    """An address, and whether it is Procore's own."""

    address: str
    procores: bool

    @property
    def server(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def path(self) -> str:
        parts = urlsplit(self.address)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class Downloads:
    """``api_url`` is where Procore is, whose limits ``pacer`` keeps; ``calls`` counts the requests to it, and not those to its storage."""

    def __init__(self, api_url: str, session: requests.Session, tokens: Tokens, pacer: Pacer, *, patience: float) -> None:
        self._api, self._session, self._tokens, self._pacer, self._patience = urlsplit(api_url), session, tokens, pacer, patience
        self.calls = 0

    def fetch(self, url: str, *, largest: int) -> Download:
        """Raises ConnectorError(NOT_FOUND, TOO_LARGE, REFUSED_BY_PROCORE, SIGN_IN_FAILED), RetryLater."""
        place = self._place(url, before=None)
        renewed, patience = False, self._patience
        for _ in range(_MOST_STEPS):
            if place.procores:
                patience -= self._pacer.wait_turn(patience)
            token = self._tokens.token() if place.procores else ""
            reply = self._asked(place, token, largest)
            if place.procores:
                self._pacer.saw(reply.status, reply.headers)
                if reply.status == 429:  # noqa: PLR2004
                    raise RetryLater(Code.RATE_LIMITED, "Procore's limit of calls is used up.", seconds=self._pacer.wait_needed())
            if reply.status in _REDIRECTS:
                place = self._place(urljoin(place.address, reply.headers.get("Location", "")), before=place)
            elif reply.status == 401 and place.procores and not renewed:  # noqa: PLR2004
                renewed = True
                self._tokens.renew(token)
            else:
                return _read(reply, token)
        raise ConnectorError(Code.REFUSED_BY_PROCORE, "The file's address leads in circles.")

    def _asked(self, place: _Place, token: str, largest: int) -> Reply:
        self.calls += place.procores
        headers = {"Accept": "*/*"} | ({"Authorization": f"Bearer {token}"} if place.procores else {})
        try:
            return Transport(place.server, self._session, largest=largest).exchange(Call(method="GET", path=place.path, headers=headers))
        except AnswerTooLargeError as error:
            raise ConnectorError(Code.TOO_LARGE, f"The file is too large: {error.why}.") from None
        except NoAnswerError as error:
            raise RetryLater(Code.UNAVAILABLE, f"{_who(place)} does not answer ({error.why}).", seconds=_LEAVE_ALONE_SECONDS) from None

    def _place(self, url: str, *, before: _Place | None) -> _Place:
        """Raises ConnectorError(REFUSED_BY_PROCORE) for an address that nothing is asked of."""
        parts = _split(url)
        if self._is_procores(parts):
            return _Place(url, procores=True)
        if before is not None and before.procores and self._is_public(parts):
            return _Place(url, procores=False)
        raise ConnectorError(
            Code.REFUSED_BY_PROCORE, f"The file's address leads to {parts.hostname or 'nowhere'}, where nothing is fetched from."
        )

    def _is_procores(self, parts: SplitResult) -> bool:
        if (parts.scheme, parts.netloc) == (self._api.scheme, self._api.netloc):
            return True
        domain = next((each for each in _DOMAINS if _under(self._api.hostname, each)), None)
        return domain is not None and _over_tls(parts) and _under(parts.hostname, domain)

    def _is_public(self, parts: SplitResult) -> bool:
        """A name that is looked up on the Internet; beside a Procore on this machine, this machine."""
        if self._api.scheme == "http" and self._api.hostname in _LOOPBACK:
            return parts.hostname in _LOOPBACK and parts.username is None
        return _over_tls(parts) and _is_a_name(parts.hostname or "")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts


def _over_tls(parts: SplitResult) -> bool:
    return parts.scheme == "https" and parts.port in {None, 443} and parts.username is None


def _under(host: str | None, domain: str) -> bool:
    return host is not None and (host == domain or host.endswith(f".{domain}"))


def _is_a_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        return "." in host and last.isalpha()
    return False


def _read(reply: Reply, token: str) -> Download:
    if reply.status == 200:  # noqa: PLR2004
        return Download(content=reply.body, media_type=reply.headers.get("Content-Type", "").partition(";")[0].strip())
    if reply.status in _GONE:
        raise ConnectorError(Code.NOT_FOUND, "Procore has no such file.")
    if reply.status in {408, 429} or reply.status >= 500:  # noqa: PLR2004
        raise RetryLater(Code.UNAVAILABLE, f"Procore's storage answered {reply.status}.", seconds=_LEAVE_ALONE_SECONDS)
    if reply.status == 403 and not token:  # noqa: PLR2004
        # The storage's addresses are signed for some minutes, and this is how it says that they are over; the next look has a new one.
        raise RetryLater(Code.UNAVAILABLE, "Procore's storage does not take the file's signed address any more.", seconds=1)
    raise refusal(Call(method="GET", path="the file"), reply, hide=(token,))


def _who(place: _Place) -> str:
    return "Procore" if place.procores else "Procore's storage"
