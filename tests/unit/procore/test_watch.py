"""Who opens a page is told since when Procore does not answer: the client says so after all patience."""

from __future__ import annotations

import pytest

from connector.core.errors import ConnectorError, OutcomeUnknown, RetryLater
from tests.doubles import MemoryWatch
from tests.unit.procore.stub import Answer, Server, cut, never_connected, said

PATH = "/rest/v1.0/vendors"


def heard_of(*answers: Answer, method: str = "GET", path: str = PATH) -> list[str]:
    """What the watch hears of one call that is answered so."""
    watch = MemoryWatch()
    client = Server(*answers).client(watch=watch)
    try:
        if method == "GET":
            client.get(path)
        else:
            client.send(method, path, {"vendor": {}})
    except (RetryLater, OutcomeUnknown, ConnectorError):
        watch.said.append("raised")
    return watch.said


@pytest.mark.parametrize("silence", [never_connected, cut, lambda: said(503), lambda: said(408), lambda: said(200, "<html>Down.</html>")])
def test_away_is_who_gave_no_answer_after_all_patience(silence: object) -> None:
    assert callable(silence)
    assert heard_of(silence(), said(body={})) == ["answered"]
    assert heard_of(*(silence() for _ in range(4))) == ["away", "raised"]


def test_a_write_that_may_not_be_repeated_is_asked_once() -> None:
    assert heard_of(cut(), method="POST") == ["away", "raised"]


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ([said(404, {})], PATH),
        ([said(403, {}), said(403, {})], PATH),
        ([said(429) for _ in range(4)], PATH),
        ([said(409) for _ in range(4)], f"{PATH}/sync"),
    ],
)
def test_a_refusal_and_being_busy_are_answers(answers: list[Answer], path: str) -> None:
    heard = heard_of(*answers, method="PATCH", path=path)
    assert (set(heard), heard[-1]) == ({"answered", "raised"}, "raised")
