"""A browser of few words: asks the pages' handler as API Gateway would, and keeps cookies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from connector import bootstrap
from connector.core.errors import Code, ConnectorError
from connector.core.people import Person
from connector.entrypoints import embedded_app
from connector.entrypoints.visits import key_of
from connector.ports import Session
from tests.doubles import MemorySessions
from tests.unit.entrypoints.office import APP, COMPANY, DANA, Office, call, context

FRAMES = "https://*.procore.com"
ORIGIN = "https://app.example.com"


@dataclass
class Answer:
    status: int
    headers: dict[str, list[str]]
    text: str

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return unescape(found[1]).strip() if found else ""

    @property
    def to(self) -> str:
        return self.headers["Location"][0]

    def header(self, name: str) -> str:
        return self.headers[name][0]

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, name
        return unescape(found[1])


@dataclass
class Login:
    """Procore's login: what was asked of it, and the codes it gives out."""

    given: dict[str, str] = field(default_factory=dict)
    challenges: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    away: ConnectorError | None = None

    def authorization_url(self, *, state: str, challenge: str) -> str:
        self.challenges.append(challenge)
        return f"https://login.example.com/oauth/authorize?{urlencode({'state': state})}"

    def exchange(self, code: str, *, verifier: str) -> Any:
        if self.away is not None:
            raise self.away
        assert verifier
        if code not in self.given:
            raise ConnectorError(Code.SIGN_IN_FAILED, "Procore no longer accepts this sign-in.")
        return SimpleNamespace(access_token=self.given.pop(code))

    def revoke(self, token: str) -> None:
        self.revoked.append(token)


class Browser:
    """``sessions`` and ``login`` are at hand for assertions. Headers are those that a browser sends with a form of our own page."""

    def __init__(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office, self.sessions, self.login = office, MemorySessions(), Login()
        self.people: dict[str, Person] = {}
        self.cookies: dict[str, str] = {}
        monkeypatch.setattr(bootstrap, "sessions", lambda: self.sessions)
        monkeypatch.setattr(bootstrap, "sign_in", lambda: self.login)
        monkeypatch.setattr(bootstrap, "identity", lambda: SimpleNamespace(who_is=self._who_is))
        monkeypatch.setattr(embedded_app, "environment", lambda: SimpleNamespace(procore_frames=FRAMES))

    def _who_is(self, token: str, company: str) -> Person:
        assert company == COMPANY
        if token not in self.people:
            raise ConnectorError(Code.NOT_ALLOWED, "You are in this company's directory, but not one of its employees.")
        return self.people[token]

    def be(self, person: Person = DANA, *, number: int = 1) -> None:
        """Signed in without the way there; ``number`` tells one session from another."""
        token, expires = f"session-{number}", self.office.clock.now() + timedelta(minutes=60)
        self.sessions.take(key_of("session", token))
        self.sessions.put(key_of("session", token), Session(person=person, expires=expires))
        self.cookies["__Host-session"] = token

    def get(self, address: str, **headers: str) -> Answer:
        return self._ask("GET", address, None, headers)

    def post(self, address: str, form: dict[str, Any], **headers: str) -> Answer:
        ours = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, urlencode(form, doseq=True), ours | headers)

    def press(self, page: Answer, address: str, **form: Any) -> Answer:
        """A form of the page, with its token."""
        return self.post(address, {"form": page.hidden("form")} | form)

    def _ask(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> Answer:
        parts = urlsplit(address.removeprefix(APP).removeprefix("/v1"))
        event = call(method, parts.path, None, body, **dict(parse_qsl(parts.query, keep_blank_values=True)))
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        event["headers"] = {name: value for name, value in (headers | {"Cookie": cookie}).items() if value}
        answer = embedded_app.lambda_handler(event, context())
        for line in answer["multiValueHeaders"].get("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer["statusCode"], answer["multiValueHeaders"], answer["body"])
