"""A Procore that says what it is told to say: a requests adapter without a network."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from random import Random
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError

from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.limits import RANDOM
from connector.adapters.procore.tokens import OneToken, Tokens
from connector.adapters.procore.transport import new_session
from connector.ports import Json, Watch
from tests.doubles import ManualClock, MemoryRates

API = "https://api.procore.example"
COMPANY = "562949953421312"
TOKEN = "the-bearer-of-this-test"


def said(status: int = 200, body: Json = None, headers: Mapping[str, str] | None = None) -> requests.Response:
    """An answer; ``body`` is text or bytes as they are, anything else as JSON."""
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    if not isinstance(body, bytes):
        body = ("" if body is None else body if isinstance(body, str) else json.dumps(body)).encode()
    response.raw = io.BytesIO(body)
    return response


def cut() -> requests.ConnectionError:
    """The connection ends after the request went out."""
    return requests.ConnectionError("Connection aborted.")


def never_connected() -> requests.ConnectionError:
    """As requests tells of a server that nobody listens at."""
    return requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused")))  # type: ignore[arg-type]


class Asked:
    """One request as it went out."""

    def __init__(self, request: requests.PreparedRequest) -> None:
        parts = urlsplit(request.url or "")
        self.method, self.url = request.method or "", request.url or ""
        self.server, self.path = f"{parts.scheme}://{parts.netloc}", parts.path
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.headers = dict(request.headers)
        self.raw = request.body if isinstance(request.body, bytes) else b""

    @property
    def body(self) -> Json:
        return json.loads(self.raw)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw.decode(), strict_parsing=True))


type Answer = requests.Response | Exception | Callable[[Asked], requests.Response | Exception]


class Server(BaseAdapter):
    """Gives ``answers`` in order, then ``always``; keeps what was asked. An exception is raised, a function is called."""

    def __init__(self, *answers: Answer, always: Answer | None = None) -> None:
        super().__init__()
        self.answers, self.always = list(answers), always
        self.asked: list[Asked] = []
        self.options: list[dict[str, object]] = []

    def send(  # type: ignore[override]  # the session gives its options by name
        self, request: requests.PreparedRequest, **options: object
    ) -> requests.Response:
        asked = Asked(request)
        self.asked.append(asked)
        self.options.append(options)
        answer = self.answers.pop(0) if self.answers else self.always
        if callable(answer) and not isinstance(answer, requests.Response):
            answer = answer(asked)
        assert answer is not None, f"nobody expected {request.method} {request.url}"
        if isinstance(answer, Exception):
            raise answer
        answer.request, answer.url = request, request.url or ""
        return answer

    def close(self) -> None: ...

    def session(self) -> requests.Session:
        session = new_session()
        session.mount("https://", self)
        return session

    def client(
        self,
        clock: ManualClock | None = None,
        tokens: Tokens | None = None,
        *,
        patience: float = 20,
        chance: Random = RANDOM,
        watch: Watch | None = None,
    ) -> ProcoreClient:
        clock, tokens = clock or ManualClock(), tokens or OneToken(TOKEN)
        rates, session = MemoryRates(clock), self.session()
        return ProcoreClient(API, COMPANY, tokens, rates, clock, session=session, patience=patience, chance=chance, watch=watch)
