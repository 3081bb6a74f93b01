"""Signing in at Procore: RFC 6749 grants, sent as a form with the credentials in its body.

Sources: procore/documentation, ``oauth/oauth_endpoints.md`` and ``oauth_client_credentials.md`` [D]. They do not mention
PKCE (RFC 7636); a server that does not know it ignores the two parameters (RFC 6749, 3.1 and 3.2), so they are sent.
"""

from __future__ import annotations

import base64
import hashlib
import secrets as randomness
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import requests

from connector.adapters.procore.refusals import words
from connector.adapters.procore.transport import Call, NoAnswerError, Reply, Transport
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong
from connector.ports import Clock, Json, Secrets

_AHEAD: Final = timedelta(minutes=5)
_READ_SECONDS: Final = 20.0
_LARGEST_ANSWER: Final = 64 * 1024
_LONGEST_LIFE: Final = 365 * 24 * 3600
_PAUSE_SECONDS: Final = 5.0
_BUSY: Final = (408, 429)
_SECRET_FIELDS: Final = ("code", "code_verifier", "refresh_token", "token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Tokens and the time to get new ones: five minutes before they expire, or a tenth of a short life."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    renew_at: datetime

    def fresh(self, now: datetime) -> bool:
        return now < self.renew_at

    def as_secret(self) -> dict[str, str]:
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "renew_at": self.renew_at.isoformat(),
        }

    @classmethod
    def from_secret(cls, kept: Mapping[str, str]) -> Grant:
        """What :meth:`as_secret` gave; a secret that is not one is a grant of nothing, long expired."""
        try:
            renew_at = datetime.fromisoformat(kept.get("renew_at", "")).astimezone(UTC)
        except ValueError:
            renew_at = datetime.min.replace(tzinfo=UTC)
        return cls(access_token=kept.get("access_token", ""), refresh_token=kept.get("refresh_token", ""), renew_at=renew_at)


@dataclass(frozen=True, slots=True)
class Proof:
    """PKCE: the challenge goes with the person to Procore, the verifier stays here until the code comes back."""

    verifier: str = field(repr=False)
    challenge: str


def new_proof() -> Proof:
    verifier = randomness.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return Proof(verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())


class Login:
    """Procore's login server for one app. The credentials are the secret ``secret_name``: ``client_id``, ``client_secret``.

    All methods raise SetupWrong(SIGN_IN_FAILED) where Procore refuses the app, ConnectorError(SIGN_IN_FAILED) where it
    refuses what a person or a token brought (``invalid_grant``), both with Procore's words, and RetryLater(UNAVAILABLE).
    """

    def __init__(
        self,
        login_url: str,
        session: requests.Session,
        secrets: Secrets,
        secret_name: str,
        clock: Clock,
        *,
        redirect_uri: str = "",
    ) -> None:
        self._login_url = login_url.rstrip("/")
        self._transport = Transport(login_url, session, read_seconds=_READ_SECONDS, largest=_LARGEST_ANSWER)
        self._secrets, self._secret_name, self._clock = secrets, secret_name, clock
        self._redirect = {"redirect_uri": redirect_uri} if redirect_uri else {}

    def authorization_url(self, *, state: str, challenge: str) -> str:
        """Where a person is sent to sign in; ``state`` comes back with the code, which lives ten minutes."""
        query = {
            "response_type": "code",
            "client_id": self._credentials()["client_id"],
            **self._redirect,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._login_url}/oauth/authorize?{urlencode(query)}"

    def client_credentials(self) -> Grant:
        """A token of the app's own service account, without a refresh token."""
        return self._grant({"grant_type": "client_credentials"})

    def exchange(self, code: str, *, verifier: str) -> Grant:
        """The tokens for a person's code, which can be used once."""
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, **self._redirect}
        return self._grant(form)

    def refresh(self, refresh_token: str) -> Grant:
        """A new pair. From here on the old refresh token is dead, even where the answer gets lost."""
        return self._grant({"grant_type": "refresh_token", "refresh_token": refresh_token, **self._redirect})

    def revoke(self, token: str) -> None:
        """End an access token and its refresh token; Procore accepts unknown ones too."""
        self._post("/oauth/revoke", {"token": token})

    def _grant(self, form: Mapping[str, str]) -> Grant:
        asked_at = self._clock.now()
        granted = _granted(self._post("/oauth/token", form))
        if granted is None:
            raise RetryLater(Code.UNAVAILABLE, "Procore's login server gave no readable token.", seconds=_PAUSE_SECONDS)
        access_token, refresh_token, lifetime = granted
        renew_at = asked_at + lifetime - min(_AHEAD, lifetime / 10)
        return Grant(access_token=access_token, refresh_token=refresh_token, renew_at=renew_at)

    def _post(self, path: str, form: Mapping[str, str]) -> Reply:
        credentials = self._credentials()
        call = Call(
            method="POST",
            path=path,
            body=urlencode({**credentials, **form}).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        try:
            reply = self._transport.exchange(call)
        except NoAnswerError as error:
            message = f"Procore's login server does not answer ({error.why})."
            raise RetryLater(Code.UNAVAILABLE, message, seconds=_PAUSE_SECONDS) from None
        if reply.succeeded:
            return reply
        raise _refused(call, reply, hide=(credentials["client_secret"], *(form.get(name, "") for name in _SECRET_FIELDS)))

    def _credentials(self) -> dict[str, str]:
        kept = self._secrets.read(self._secret_name)
        if not (kept.get("client_id") and kept.get("client_secret")):
            raise SetupWrong(Code.SIGN_IN_FAILED, f"The secret {self._secret_name} lacks client_id or client_secret.")
        return {name: kept[name] for name in ("client_id", "client_secret")}


def _granted(reply: Reply) -> tuple[str, str, timedelta] | None:
    """Access token, refresh token (empty if none) and lifetime, if the answer holds them."""
    try:
        answer: Json = reply.document()
    except ValueError:
        return None
    if not isinstance(answer, dict):
        return None
    access, refresh, seconds = answer.get("access_token"), answer.get("refresh_token") or "", answer.get("expires_in")
    if not (isinstance(access, str) and access and isinstance(refresh, str) and isinstance(seconds, int)):
        return None
    return access, refresh, timedelta(seconds=min(max(seconds, 0), _LONGEST_LIFE))


def _error_code(reply: Reply) -> str:
    try:
        answer: Json = reply.document()
    except ValueError:
        return ""
    return str(answer.get("error")) if isinstance(answer, dict) else ""


def _refused(call: Call, reply: Reply, *, hide: Iterable[str]) -> ConnectorError:
    said = words(reply, hide=hide)
    if reply.status in _BUSY or reply.status >= 500:  # noqa: PLR2004 -- HTTP's own range
        message = f"Procore's login server answered {reply.status}."
        return RetryLater(Code.UNAVAILABLE, message, seconds=_PAUSE_SECONDS, their_words=said)
    if _error_code(reply) == "invalid_grant":
        return ConnectorError(Code.SIGN_IN_FAILED, "Procore no longer accepts this sign-in.", their_words=said)
    message = f"Procore answered {reply.status} to {call}: it does not accept the app's credentials."
    return SetupWrong(Code.SIGN_IN_FAILED, message, their_words=said)
