"""Tokens: client credentials, authorization codes with PKCE, refresh tokens that work once.

"Procore API Authentication Endpoints" [D]; error bodies by RFC 6749 section 5.2; PKCE by RFC 7636.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.procore.calls import Answer, read_body
from sandbox.procore.errors import ApiError, unauthorized
from sandbox.procore.world import Caller, World

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


class OAuthError(Exception):
    """A refused token request."""

    def __init__(self, error: str, description: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True)
class Code:
    """An authorization code's promise."""

    client_id: str
    user_id: int
    redirect_uri: str
    challenge: str | None
    expires: datetime


@dataclass(frozen=True)
class Grant:
    """What a token stands for; ``user_id`` None is the application's service account."""

    client_id: str
    user_id: int | None
    access: str
    refresh: str | None
    created: datetime
    expires: datetime
    revoked: bool = False


@dataclass
class Tokens:
    """Everything handed out, kept until the simulator ends, so that a late or second use can be named."""

    world: World
    _codes: dict[str, Code] = field(default_factory=dict)
    _used_codes: set[str] = field(default_factory=set)
    _by_access: dict[str, Grant] = field(default_factory=dict)
    _by_refresh: dict[str, Grant] = field(default_factory=dict)
    _used_refresh: set[str] = field(default_factory=set)

    def code(self, client_id: str, user_id: int, redirect_uri: str, challenge: str | None) -> str:
        """A code that works once within ten minutes."""
        code = secrets.token_hex(32)
        expires = self.world.clock() + timedelta(seconds=self.world.settings.code_seconds)
        self._codes[code] = Code(client_id, user_id, redirect_uri, challenge, expires)
        return code

    def grant(self, client_id: str, user_id: int | None) -> Grant:
        """A new access token, with a refresh token if it acts for a person."""
        now = self.world.clock()
        grant = Grant(
            client_id,
            user_id,
            secrets.token_urlsafe(48),
            secrets.token_hex(32) if user_id is not None else None,
            now,
            now + timedelta(seconds=self.world.settings.token_seconds),
        )
        self._by_access[grant.access] = grant
        if grant.refresh is not None:
            self._by_refresh[grant.refresh] = grant
        return grant

    def redeem(self, client_id: str, given: Mapping[str, str]) -> Grant:
        """Exchange an authorization code.

        Raises:
            OAuthError: used, expired, of another client, redirect address or PKCE verifier.
        """
        text = given.get("code", "")
        code = self._codes.pop(text, None)
        if text in self._used_codes:
            raise OAuthError("invalid_grant", "The authorization code has already been used")
        if code is None or code.client_id != client_id:
            raise OAuthError("invalid_grant", "The authorization code is invalid")
        self._used_codes.add(text)
        if self.world.clock() >= code.expires:
            raise OAuthError("invalid_grant", "The authorization code has expired")
        if given.get("redirect_uri") != code.redirect_uri:
            raise OAuthError("invalid_grant", "The redirect uri does not match the one of the authorization request")
        if code.challenge is not None and _challenge(given.get("code_verifier", "")) != code.challenge:
            raise OAuthError("invalid_grant", "The code verifier does not match the code challenge")
        return self.grant(client_id, code.user_id)

    def refresh(self, client_id: str, token: str) -> Grant:
        """Exchange a refresh token; it is invalid from now on, the access token it came with lives to its end.

        Raises:
            OAuthError: unknown, or used before.
        """
        if token in self._used_refresh:
            raise OAuthError("invalid_grant", "The refresh token is invalid: it has already been used")
        grant = self._by_refresh.pop(token, None)
        if grant is None or grant.client_id != client_id or grant.revoked:
            raise OAuthError("invalid_grant", "The refresh token is invalid")
        self._used_refresh.add(token)
        return self.grant(client_id, grant.user_id)

    def revoke(self, token: str) -> None:
        """Revoke an access token or refresh token, and the other of the pair; an unknown one is no error."""
        grant = self._by_access.get(token) or self._by_refresh.get(token)
        if grant is not None:
            self._revoke(grant)

    def bearer(self, request: Request) -> Grant:
        """The grant of the request's access token.

        Raises:
            ApiError: 401.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        grant = self._by_access.get(token.strip()) if scheme.lower() == "bearer" else None
        if grant is None or grant.revoked or self.world.clock() >= grant.expires:
            raise unauthorized()
        return grant

    def caller(self, grant: Grant) -> Caller:
        users = self.world.store["users"]
        service = grant.user_id is None
        user = users.find(service_of=grant.client_id) if service else users.get(grant.user_id or 0)
        if user is None:
            raise unauthorized()
        return Caller(grant.client_id, user, service)

    def _revoke(self, grant: Grant) -> None:
        revoked = replace(grant, revoked=True)
        self._by_access[grant.access] = revoked
        if grant.refresh in self._by_refresh:
            self._by_refresh[grant.refresh] = revoked


def answer_token(tokens: Tokens, request: Request) -> Response:
    """``POST /oauth/token``."""
    try:
        given, client_id = _client(tokens.world, request)
        grant = _granted(tokens, given, client_id)
    except OAuthError as error:
        return Answer({"error": error.error, "error_description": error.description}, error.status).response()
    return Answer(pair(tokens.world, grant)).response()


def _granted(tokens: Tokens, given: Mapping[str, str], client_id: str) -> Grant:
    match given.get("grant_type"):
        case "client_credentials":
            return tokens.grant(client_id, None)
        case "authorization_code":
            return tokens.redeem(client_id, given)
        case "refresh_token":
            return tokens.refresh(client_id, given.get("refresh_token", ""))
    raise OAuthError("unsupported_grant_type", "The authorization grant type is not supported")


def answer_revoke(tokens: Tokens, request: Request) -> Response:
    """``POST /oauth/revoke``: 200 also for an unknown token."""
    try:
        given, _ = _client(tokens.world, request)
    except OAuthError as error:
        return Answer({"error": error.error, "error_description": error.description}, error.status).response()
    tokens.revoke(given.get("token", ""))
    return Answer({}).response()


def answer_info(tokens: Tokens, request: Request) -> Response:
    """``GET /oauth/token/info``."""
    try:
        grant = tokens.bearer(request)
    except ApiError as error:
        body = {"error": "invalid_token", "error_description": error.message}
        return Answer(body, error.status, error.headers).response()
    left = int((grant.expires - tokens.world.clock()).total_seconds())
    return Answer(
        {
            "resource_owner_id": tokens.caller(grant).user["id"],
            "scope": [],
            "expires_in": left,
            "application": {"uid": grant.client_id},
            "created_at": int(grant.created.timestamp()),
        }
    ).response()


def pair(world: World, grant: Grant) -> dict[str, Any]:
    """The token answer; the service account gets no refresh token."""
    answer: dict[str, Any] = {
        "access_token": grant.access,
        "token_type": "bearer",
        "expires_in": world.settings.token_seconds,
        "created_at": int(grant.created.timestamp()),
    }
    return answer if grant.refresh is None else {**answer, "refresh_token": grant.refresh}


def _client(world: World, request: Request) -> tuple[dict[str, str], str]:
    """The parameters (JSON, form, multipart) and the client, which may come by HTTP Basic."""
    try:
        body, _ = read_body(request, world.settings.largest_body)
    except ApiError as error:
        raise OAuthError("invalid_request", error.message) from None
    given = {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}
    client_id, secret = _basic(request) or (given.get("client_id", ""), given.get("client_secret", ""))
    expected = world.settings.clients.get(client_id)
    if expected is None or not secrets.compare_digest(expected.encode(), secret.encode()):
        raise OAuthError(
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
            HTTPStatus.UNAUTHORIZED,
        )
    return given, client_id


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client_id, secret


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
