"""Where a file is fetched from, who sees the bearer, and how much is read."""

from __future__ import annotations

import pytest
import requests

from connector.adapters.procore.downloads import Downloads
from connector.adapters.procore.limits import Pacer
from connector.adapters.procore.tokens import OneToken, Tokens
from connector.core.errors import Code, ConnectorError, RetryLater, SetupWrong
from tests.doubles import ManualClock, MemoryRates
from tests.doubles.clock import START
from tests.unit.procore.stub import API, TOKEN, Answer, Server, cut, never_connected, said
from tests.unit.procore.test_client import Renewable

FILE = "https://storage.procore.com/api/v5/files/1?sig=a%2Fb"
S3 = "https://s3.us-east-1.amazonaws.com/bucket/1?X-Amz-Signature=c%2Fd"


def downloads(session: requests.Session, api: str = "https://api.procore.com", tokens: Tokens | None = None) -> Downloads:
    clock = ManualClock()
    return Downloads(api, session, tokens or OneToken(TOKEN), Pacer(MemoryRates(clock), "files", clock), patience=20)


def fetch(
    server: Server, url: str = FILE, *, api: str = "https://api.procore.com", largest: int = 100, tokens: Tokens | None = None
) -> bytes:
    return downloads(server.session(), api, tokens).fetch(url, largest=largest).content


def to(address: str, status: int = 302) -> Answer:
    return said(status, headers={"Location": address})


def refused(*answers: Answer, url: str = FILE, api: str = "https://api.procore.com") -> tuple[ConnectorError, Server]:
    server = Server(*answers)
    with pytest.raises(ConnectorError) as failure:
        fetch(server, url, api=api)
    return failure.value, server


def test_procore_gets_the_bearer_and_its_storage_does_not() -> None:
    server = Server(to(S3), said(body=b"%PDF", headers={"Content-Type": "application/pdf; x=y"}))
    found = downloads(server.session()).fetch(FILE, largest=100)
    assert (found.content, found.media_type) == (b"%PDF", "application/pdf")
    assert [asked.url for asked in server.asked] == [FILE, S3]
    assert [asked.headers.get("Authorization") for asked in server.asked] == [f"Bearer {TOKEN}", None]
    assert TOKEN not in repr(found)


def test_procore_may_send_on_within_itself_first() -> None:
    server = Server(to("/v6/1", 307), to(S3, 303), said(body=b"x"))
    assert fetch(server) == b"x"
    assert [asked.url for asked in server.asked] == [FILE, "https://storage.procore.com/v6/1", S3]
    assert [bool(asked.headers.get("Authorization")) for asked in server.asked] == [True, True, False]


@pytest.mark.parametrize(
    "url",
    [
        S3,
        "http://storage.procore.com/1",
        "https://storage.procore.com:8443/1",
        "https://me@storage.procore.com/1",
        "https://storage.procore.com.evil.example/1",
        "https://evilprocore.com/1",
        "https://api.procoregov.com/1",
        "https://[::1/1",
        "https://storage.procore.com:x/1",
        "file:///etc/passwd",
        "",
    ],
)
def test_nothing_is_asked_of_an_address_that_is_not_procore_s(url: str) -> None:
    problem, server = refused(url=url)
    assert (problem.code, server.asked) == (Code.REFUSED_BY_PROCORE, [])


@pytest.mark.parametrize(
    "onward",
    [
        "http://s3.amazonaws.com/1",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/1",
        "https://localhost/1",
        "https://2130706433/1",
        "https://0x7f.1/1",
        "https://s3.amazonaws.com:8443/1",
        "https://a:b@s3.amazonaws.com/1",
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "ftp://s3.amazonaws.com/1",
    ],
)
def test_a_redirect_to_another_place_than_a_public_name_is_not_followed(onward: str) -> None:
    problem, server = refused(to(onward))
    assert (problem.code, len(server.asked)) == (Code.REFUSED_BY_PROCORE, 1)


def test_the_storage_sends_on_to_nobody_but_procore() -> None:
    problem, server = refused(to(S3), to("https://elsewhere.example/1"))
    assert (problem.code, len(server.asked)) == (Code.REFUSED_BY_PROCORE, 2)


def test_circles_end() -> None:
    problem, server = refused(*[to(FILE)] * 9)
    assert (problem.message, len(server.asked)) == ("The file's address leads in circles.", 5)


def test_another_name_for_procore_s_address_trusts_that_alone() -> None:
    """A proxy in front of Procore says nothing about whose the rest of its domain is."""
    ours = "https://procore.proxy.example"
    assert fetch(Server(said(body=b"x")), f"{ours}/files/1", api=ours) == b"x"
    problem, server = refused(url="https://other.proxy.example/1", api=ours)
    assert (problem.code, server.asked) == (Code.REFUSED_BY_PROCORE, [])


def test_the_federal_procore_has_a_domain_of_its_own() -> None:
    assert fetch(Server(said(body=b"x")), "https://storage.procoregov.com/1", api="https://api.procoregov.com") == b"x"


def test_beside_a_procore_on_this_machine_the_storage_is_on_it_too() -> None:
    server = Server(to("http://localhost:8080/storage/1"), said(body=b"x"))
    session = server.session()
    session.mount("http://", server)
    found = downloads(session, "http://127.0.0.1:8080").fetch("http://127.0.0.1:8080/files/1", largest=10)
    assert found.content == b"x"
    assert server.asked[1].headers.get("Authorization") is None
    session.mount("http://", again := Server(to("http://10.0.0.1/1")))
    with pytest.raises(ConnectorError, match=r"10\.0\.0\.1"):
        downloads(session, "http://127.0.0.1:8080").fetch("http://127.0.0.1:8080/files/1", largest=10)
    assert len(again.asked) == 1


def test_a_file_is_read_no_further_than_it_may_be() -> None:
    assert fetch(Server(said(body=b"x" * 100))) == b"x" * 100
    problem, _ = refused(said(body=b"x" * 101))
    assert problem.code is Code.TOO_LARGE


def test_a_token_that_is_refused_is_renewed_once() -> None:
    tokens = Renewable("new-token")
    server = Server(said(401), said(body=b"x"))
    assert fetch(server, tokens=tokens) == b"x"
    assert [asked.headers["Authorization"] for asked in server.asked] == ["Bearer old-token", "Bearer new-token"]
    with pytest.raises(SetupWrong) as failure:
        fetch(Server(said(401), said(401)), tokens=Renewable("new-token"))
    assert failure.value.code is Code.SIGN_IN_FAILED


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (said(404), Code.NOT_FOUND),
        (said(410), Code.NOT_FOUND),
        (said(400), Code.REFUSED_BY_PROCORE),
        (said(403, "<Error><Message>Request has expired</Message></Error>"), Code.UNAVAILABLE),
        (said(503), Code.UNAVAILABLE),
        (said(429), Code.UNAVAILABLE),
        (cut(), Code.UNAVAILABLE),
        (never_connected(), Code.UNAVAILABLE),
    ],
)
def test_what_the_storage_says_instead(answer: Answer, code: Code) -> None:
    problem, _ = refused(to(S3), answer)
    assert problem.code is code
    assert isinstance(problem, RetryLater) is (code is Code.UNAVAILABLE)
    assert TOKEN not in str(problem)


def test_procores_own_limit_is_told_apart_from_a_storage_that_is_away() -> None:
    problem, _ = refused(said(429))
    assert (problem.code, isinstance(problem, RetryLater)) == (Code.RATE_LIMITED, True)


def test_files_and_calls_of_the_api_spend_the_same_allowance() -> None:
    used_up = {"X-Rate-Limit-Limit": "3600", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(int(START.timestamp()) + 1_800)}
    server = Server(to(S3), said(body=b"x"), said(body={"id": 1}, headers=used_up))
    client = server.client(ManualClock())
    assert client.download(f"{API}/files/1", largest=10).content == b"x"
    client.get("/rest/v1.0/vendors/1")
    with pytest.raises(RetryLater) as failure:
        client.download(f"{API}/files/1", largest=10)
    assert failure.value.code is Code.RATE_LIMITED
    assert failure.value.seconds == 1_800
    assert len(server.asked) == 3


def test_what_procore_itself_forbids_is_refused() -> None:
    problem, _ = refused(said(403))
    assert (problem.code, isinstance(problem, RetryLater)) == (Code.REFUSED_BY_PROCORE, False)


def test_calls_to_procore_are_counted_and_those_to_its_storage_are_not() -> None:
    client = Server(to(S3), said(body=b"x")).client()
    assert client.download(f"{API}/files/1", largest=10).content == b"x"
    assert client.calls == 1
