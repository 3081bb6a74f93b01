"""Where a call's bearer comes from: the service account's token, a stored pair that all workers share, or a caller's own."""

from __future__ import annotations

import hashlib
import threading
import uuid
from datetime import timedelta
from typing import Final, Protocol

from connector.adapters.procore.oauth import Grant, Login
from connector.core.errors import Code, ConnectorError, RetryLater
from connector.ports import Clock, Leases, Secrets

_LEASE_SECONDS: Final = 90.0
"""Longer than a refresh can take: five seconds to connect, twenty of silence, and the time to store the pair."""
_LOOK_AGAIN_SECONDS: Final = 0.25


class Tokens(Protocol):
    """``whose`` names, without telling the token, whose allowance of calls it uses up."""

    @property
    def whose(self) -> str: ...

    def token(self) -> str: ...

    def renew(self, refused: str, /) -> str:
        """Another token, after Procore answered 401 to ``refused``. Raises ConnectorError(SIGN_IN_FAILED) if there is none."""
        ...


class ServiceTokens:
    """The app's own service account (client credentials). The token lives in this process; a new one costs nothing else."""

    whose: Final = "service"

    def __init__(self, login: Login, clock: Clock) -> None:
        self._login, self._clock = login, clock
        self._lock = threading.Lock()
        self._grant: Grant | None = None

    def token(self) -> str:
        with self._lock:
            if self._grant is None or not self._grant.fresh(self._clock.now()):
                self._grant = self._login.client_credentials()
            return self._grant.access_token

    def renew(self, refused: str, /) -> str:
        with self._lock:
            if self._grant is None or self._grant.access_token == refused:
                self._grant = self._login.client_credentials()
            return self._grant.access_token


class OneToken:
    """A token that somebody brought along."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.whose: Final = hashlib.sha256(token.encode()).hexdigest()[:16]

    def token(self) -> str:
        return self._token

    def renew(self, _refused: str, /) -> str:
        raise ConnectorError(Code.SIGN_IN_FAILED, "Procore does not accept this access token.")


class SharedTokens:
    """A pair from the authorization code grant, kept as the secret ``name`` and shared by all workers.

    A refresh token can be used once, and a lost answer kills it: so one worker at a time refreshes (the lease), the new
    pair is stored before anybody uses it, and who comes late waits and reads what the first one stored. ``secrets`` must
    read what was stored last, not what it remembers.
    """

    def __init__(self, login: Login, secrets: Secrets, name: str, leases: Leases, clock: Clock, *, patience: float = 30.0) -> None:
        self._login, self._secrets, self._name, self._leases, self._clock = login, secrets, name, leases, clock
        self._patience = timedelta(seconds=patience)
        self.whose: Final = name
        self._grant: Grant | None = None

    def keep(self, grant: Grant) -> None:
        """Store the pair of a first sign-in."""
        self._secrets.replace(self._name, grant.as_secret())
        self._grant = grant

    def token(self) -> str:
        grant = self._grant or self._stored()
        if not grant.fresh(self._clock.now()):
            grant = self._newer_than(grant.access_token)
        self._grant = grant
        return grant.access_token

    def renew(self, refused: str, /) -> str:
        self._grant = self._newer_than(refused)
        return self._grant.access_token

    def _stored(self) -> Grant:
        return Grant.from_secret(self._secrets.read(self._name))

    def _newer_than(self, used: str) -> Grant:
        """The stored grant once its access token is another than ``used``: somebody else's work, or ours."""
        holder, give_up = uuid.uuid4().hex, self._clock.now() + self._patience
        lease = f"procore-refresh:{self._name}"
        while True:
            stored = self._stored()
            if stored.access_token != used and stored.fresh(self._clock.now()):
                return stored
            if self._leases.acquire(lease, holder=holder, seconds=_LEASE_SECONDS):
                try:
                    return self._refreshed(used)
                finally:
                    self._leases.release(lease, holder=holder)
            if self._clock.now() >= give_up:
                raise RetryLater(Code.UNAVAILABLE, "Another worker is renewing the sign-in.", seconds=5)
            self._clock.sleep(_LOOK_AGAIN_SECONDS)

    def _refreshed(self, used: str) -> Grant:
        """With the lease held: read again, for the one before us may have stored a new pair by now."""
        stored = self._stored()
        if stored.access_token != used and stored.fresh(self._clock.now()):
            return stored
        if not stored.refresh_token:
            raise ConnectorError(Code.SIGN_IN_FAILED, "Nobody is signed in to Procore: there is no refresh token.")
        grant = self._login.refresh(stored.refresh_token)
        self._secrets.replace(self._name, grant.as_secret())
        return grant
