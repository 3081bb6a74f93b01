"""The cache before the simulated Intacct: who asks, and when, makes no difference; what is asked does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from tools.bench.front import HELD, PAGE, Front, turn


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
    return Client(Front(cast("Any", gateway), first=1, rows=4_000)), gateway


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


def asked(behind: int, until: int | None = None) -> bytes:
    key = "<field>RECORDNO</field><value>"
    limit = f"<lessthanorequalto>{key}{until}</value></lessthanorequalto>" if until else ""
    return f"<filter><and>{limit}<greaterthan>{key}{behind}</value></greaterthan></and></filter>".encode()


def test_rows_come_again_with_other_numbers_until_there_are_enough() -> None:
    """The simulator's rows are 3001 to 13000; 25,000 are shown."""
    meant = turn(asked(3_000 + 2 * HELD), first=3_001, rows=25_000)
    assert (meant.body, meant.further, meant.remaining) == (asked(3_000), 2 * HELD, 25_000 - 2 * HELD - PAGE)
    page = b'<data totalcount="9" numremaining="7"><RECORDNO>3001</RECORDNO><RECORDNO>3002</RECORDNO>'
    assert meant.shown(page) == b'<data totalcount="25000" numremaining="3000"><RECORDNO>23001</RECORDNO><RECORDNO>23002</RECORDNO>'
    assert meant.shown(b'[{"RECORDNO": "3001"}]') == b'[{"RECORDNO": "23001"}]'


def test_the_end_of_all_is_the_end_of_what_the_simulator_holds() -> None:
    meant = turn(asked(3_000 + 2 * HELD), first=3_001, rows=2 * HELD)
    assert (meant.body, meant.remaining) == (asked(3_000 + HELD), 0)


def test_a_share_ends_where_it_is_said_to() -> None:
    meant = turn(asked(3_000 + HELD + PAGE, until=3_000 + HELD + 2 * PAGE), first=3_001, rows=4 * HELD)
    assert (meant.body, meant.remaining) == (asked(3_000 + PAGE, until=3_000 + 2 * PAGE), 0)


def test_pages_by_offset_are_the_same_rows() -> None:
    meant = turn(b"<offset>12000</offset>", first=3_001, rows=20_000)
    assert (meant.body, meant.further, meant.remaining) == (b"<offset>2000</offset>", HELD, 6_000)
