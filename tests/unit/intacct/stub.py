"""A gateway without a wire: a ``requests`` adapter that answers from a list, and the answers it gives."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError

from connector.adapters.intacct import Credentials, IntacctGateway, Options
from tests.doubles.clock import ManualClock

URL = "https://api.intacct.example/ia/xml/xmlgw.phtml"
ENDPOINT = "https://na12.intacct.example/ia/xml/xmlgw.phtml"
CREDENTIALS = Credentials(sender_id="acme_ws", sender_password="s3nd&r", user_id="connector", user_password="us<r-pw")
SECRETS = ("s3nd&r", "s3nd&amp;r", "us<r-pw", "us&lt;r-pw", "SESSION-")
XML = "text/xml; charset=UTF-8"

type Reaction = Canned | Exception


@dataclass(frozen=True)
class Canned:
    body: str = ""
    status: int = 200
    content_type: str = XML
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    url: str
    body: str
    slots: int
    timeout: object
    proxies: object


class CountingSlots:
    """ports.Slots that knows how many are held."""

    def __init__(self) -> None:
        self.held = 0
        self.taken: list[str] = []

    @contextmanager
    def slot(self, company: str) -> Iterator[None]:
        self.taken.append(company)
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1


class _Body(io.BytesIO):
    """Notes how many slots are held while it is read."""

    def __init__(self, body: bytes, look: Callable[[], None]) -> None:
        super().__init__(body)
        self._look = look

    def read(self, size: int | None = -1, /) -> bytes:
        self._look()
        return super().read(size)


class StubWire(BaseAdapter):
    """Answers in turn; sign-ins are answered by themselves unless ``sign_ins`` says how."""

    def __init__(self, slots: CountingSlots) -> None:
        super().__init__()
        self._slots = slots
        self.answers: list[Reaction | Callable[[str], Reaction]] = []
        self.sign_ins: list[Reaction] = []
        self.sent: list[Sent] = []
        self.signed_in: list[Sent] = []
        self.slots_while_reading: set[int] = set()

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        assert request.url is not None
        assert isinstance(request.body, bytes)
        sent = Sent(request.url, request.body.decode(), self._slots.held, options.get("timeout"), options.get("proxies"))
        if "<getAPISession" in sent.body:
            self.signed_in.append(sent)
            reaction = self.sign_ins.pop(0) if self.sign_ins else session(f"SESSION-{len(self.signed_in)}")
        else:
            self.sent.append(sent)
            answer = self.answers.pop(0)
            reaction = answer(sent.body) if callable(answer) else answer
        if isinstance(reaction, Exception):
            raise reaction
        return self._response(request, reaction)

    def close(self) -> None:
        """There is nothing to close."""

    def _response(self, request: requests.PreparedRequest, canned: Canned) -> requests.Response:
        body = canned.body.encode()
        response = requests.Response()
        response.status_code = canned.status
        response.headers.update({"Content-Type": canned.content_type, **canned.headers})
        response.raw = HTTPResponse(
            body=_Body(body, lambda: self.slots_while_reading.add(self._slots.held)),
            headers=response.headers,
            status=canned.status,
            preload_content=False,
        )
        response.request, response.url = request, request.url or ""
        return response


@dataclass
class Bench:
    """A gateway on a stub wire, with the clock and the slots it was given."""

    gateway: IntacctGateway
    wire: StubWire
    clock: ManualClock
    slots: CountingSlots

    def answer(self, *reactions: Reaction | Callable[[str], Reaction]) -> None:
        self.wire.answers.extend(reactions)

    @property
    def bodies(self) -> list[str]:
        return [sent.body for sent in self.wire.sent]


def bench(options: Options | None = None, *, url: str = URL) -> Bench:
    clock, slots = ManualClock(), CountingSlots()
    wire = StubWire(slots)
    gateway = IntacctGateway(url, "ACME", lambda: CREDENTIALS, slots, clock, options or Options(jitter=lambda: 0.0))
    gateway.transport.http.mount("https://", wire)
    return Bench(gateway, wire, clock, slots)


def refused_connection() -> requests.ConnectionError:
    """What ``requests`` raises when nobody listens."""
    nobody = NewConnectionError(None, "refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(None, "/", nobody))  # type: ignore[arg-type]


def session(session_id: str, *, endpoint: str = ENDPOINT, entity: str = "", timeout: str = "2026-06-01T13:00:00+00:00") -> Canned:
    data = f"<data><api><sessionid>{session_id}</sessionid><endpoint>{endpoint}</endpoint><locationid>{entity}</locationid></api></data>"
    return answered(result("session", data, function="getAPISession"), timeout=timeout)


def result(controlid: str, payload: str = "", *, status: str = "success", function: str = "query") -> str:
    return f"<result><status>{status}</status><function>{function}</function><controlid>{controlid}</controlid>{payload}</result>"


def rows(name: str, *rows_: Mapping[str, str], remaining: int | str = 0) -> str:
    inner = "".join(f"<{name}>{''.join(f'<{k}>{v}</{k}>' for k, v in row.items())}</{name}>" for row in rows_)
    left = f' numremaining="{remaining}"' if remaining != "" else ""
    return f'<data listtype="{name}" totalcount="{len(rows_)}" offset="0" count="{len(rows_)}"{left}>{inner}</data>'


def answered(*results: str, timeout: str = "2026-06-01T13:00:00+00:00") -> Canned:
    return Canned(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<response><control><status>success</status><senderid>acme_ws</senderid><controlid>c</controlid>"
        "<uniqueid>true</uniqueid><dtdversion>3.0</dtdversion></control><operation><authentication>"
        "<status>success</status><userid>connector</userid><companyid>ACME</companyid><locationid></locationid>"
        f"<sessiontimestamp>2026-06-01T12:00:00+00:00</sessiontimestamp><sessiontimeout>{timeout}</sessiontimeout>"
        f"</authentication>{''.join(results)}</operation></response>"
    )


def errors(*errors_: tuple[str, str]) -> str:
    """``errormessage`` of (errorno, description2) pairs."""
    inner = "".join(
        f"<error><errorno>{number}</errorno><description></description><description2>{text}</description2><correction></correction></error>"
        for number, text in errors_
    )
    return f"<errormessage>{inner}</errormessage>"


def bare_refusal(number: str, text: str, *, status: int = 400) -> Canned:
    """A body of the gateway's own, without sender and controlid."""
    return Canned(f"<response><control><status>failure</status></control>{errors((number, text))}</response>", status)


def signed_out(text: str = "Sign-in information is incorrect", *, inside: bool = False) -> Canned:
    """An authentication failure; ``inside`` puts the errors into ``authentication`` itself."""
    said = errors(("XL03000006", text))
    inner, outer = (said, "") if inside else ("", said)
    return Canned(
        "<response><control><status>success</status><senderid>acme_ws</senderid></control><operation><authentication>"
        f"<status>failure</status><userid>connector</userid>{inner}</authentication>{outer}</operation></response>"
    )


def unauthorized() -> Canned:
    return bare_refusal("XMLGW_JPP0002", "Sign-in information is incorrect. Please check your request.", status=401)


ROLLED_BACK = ("XL03000009", "The entire transaction in this operation has been rolled back due to an error.")
