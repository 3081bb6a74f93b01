"""The cache before the simulated Intacct: who asks, and when, makes no difference; what is asked does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from tools.bench.front import Front


class Gateway:
    """Answers with the number of the request, or fails."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.asked.append(Request(environ).get_data())
        said = "<status>failure</status>" if b"BROKEN" in self.asked[-1] else f"answer {len(self.asked)}"
        return Response(said)(environ, start_response)


def request(control: str, session: str, field: str) -> bytes:
    head = f"<control><senderid>me</senderid><password>p</password><controlid>{control}</controlid></control>"
    who = f"<authentication><sessionid>{session}</sessionid></authentication>"
    return f'{head}{who}<function controlid="{control}"><query><field>{field}</field></query></function>'.encode()


def front() -> tuple[Client, Gateway]:
    gateway = Gateway()
    return Client(Front(cast("Any", gateway))), gateway


def test_the_same_question_is_answered_once() -> None:
    client, gateway = front()
    said = [client.post("/", data=request(control, session, "AMOUNT")).text for control, session in (("1", "a"), ("2", "b"))]
    assert said == ["answer 1", "answer 1"]
    assert client.post("/", data=request("3", "b", "MEMO")).text == "answer 2"
    assert gateway.asked[0] == request("1", "a", "AMOUNT")


def test_a_failure_is_not_kept() -> None:
    client, gateway = front()
    for _ in range(2):
        client.post("/", data=request("1", "a", "BROKEN"))
    assert len(gateway.asked) == 2


def test_calls_are_counted_until_they_are_forgotten() -> None:
    client, _ = front()
    for control in "12":
        client.post("/", data=request(control, "a", "AMOUNT"))
    assert client.post("/counts?seconds=0").get_json()["calls"] == 2
    assert client.get("/counts").get_json() == {"calls": 0, "connections": -1, "most_in_flight": 0}
